/* utf8.c: the table of well-formed sequences of RFC 3629 §4. Overlong forms, surrogates and what lies past
 * U+10FFFF differ from the rest in the second byte alone, so its range is all there is to know.
 */
#include "lib/core/utf8.h"

static const struct lead {
	uint8_t first, last;         /* of the first byte */
	uint8_t second_min, second_max;
	uint8_t length;
} leads[] = {
	{ 0x00, 0x7F, 0x00, 0x00, 1 }, { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
	{ 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
	{ 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

static size_t length_by(const struct lead *lead, const char *p, size_t n)
{
	if (lead->length > n)
		return 0;
	if (lead->length > 1 && ((uint8_t)p[1] < lead->second_min || (uint8_t)p[1] > lead->second_max))
		return 0;
	for (size_t i = 2; i < lead->length; i++)
		if (((uint8_t)p[i] & 0xC0) != 0x80)
			return 0;
	return lead->length;
}

size_t utf8_step(const char *p, size_t n)
{
	uint8_t first = (uint8_t)p[0];

	for (size_t i = 0; i < COUNT(leads); i++)
		if (first >= leads[i].first && first <= leads[i].last)
			return length_by(&leads[i], p, n);
	return 0;
}

uint32_t utf8_point(const char *p, size_t length)
{
	static const uint8_t mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	uint32_t point = (uint8_t)p[0] & mask[length];

	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((uint8_t)p[i] & 0x3F);
	return point;
}
