/* colour.c: can it be read? Source: WCAG 2.2, relative luminance and contrast ratio */
#include <math.h>

#include "lib/bio/inside.h"

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

static double luminance(struct str colour)
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	if (colour.n != 7 || colour.p[0] != '#')
		return -1;
	for (int i = 0; i < 3; i++) {
		int high = hex(colour.p[1 + 2 * i]), low = hex(colour.p[2 + 2 * i]);
		double part;

		if (high < 0 || low < 0)
			return -1;
		part = (high * 16 + low) / 255.0;
		sum += weights[i] * (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
	}
	return sum;
}

double bio_contrast(struct str colour, struct str ground)
{
	double a = luminance(colour), b = luminance(ground);

	if (a < 0 || b < 0)
		return 0;
	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* On some greys neither white nor the softer black can be read; black can. */
struct str bio_ink_on(struct str colour)
{
	double white = bio_contrast(S("#ffffff"), colour), soft = bio_contrast(S("#111111"), colour);

	if (white >= soft)
		return white >= BIO_READABLE ? S("#ffffff") : S("#000000");
	return soft >= BIO_READABLE ? S("#111111") : S("#000000");
}
