#include "lib/inbox/compliance.h"

#include <stdlib.h>

#include "lib/core/buf.h"

#define LETTERS_LEAST 5 /* of an address or number, so that "1" names nobody */

static int hex_of(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* The character of \uXXXX at p when it is ASCII, else 0. */
static char escaped(struct str body, size_t at)
{
	int v = 0;

	if (at + 6 > body.n || body.p[at + 1] != 'u')
		return 0;
	for (size_t i = at + 2; i < at + 6; i++) {
		if (hex_of(body.p[i]) < 0)
			return 0;
		v = v * 16 + hex_of(body.p[i]);
	}
	return v < 128 ? (char)v : 0;
}

/* Without JSON's escapes, in lower case. */
static struct str plain(struct arena *mem, struct str body)
{
	char *out = arena_alloc(mem, body.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < body.n; i++) {
		char ch = body.p[i];

		if (ch == '\\' && escaped(body, i)) {
			ch = escaped(body, i);
			i += 5;
		} else if (ch == '\\' && i + 1 < body.n) {
			ch = body.p[++i];
		}
		out[n++] = ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
	}
	return (struct str){ out, n };
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool is_id(int64_t number, const struct platform_person *who)
{
	if (number && number == who->customer)
		return true;
	return who->orders_n && bsearch(&number, who->orders, who->orders_n, sizeof(number), compare);
}

static bool has_id(struct str text, const struct platform_person *who)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t from = i;
		int64_t number;

		while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
			i++;
		if (i > from && str_int(str_slice(text, from, i), &number) && is_id(number, who))
			return true;
	}
	return false;
}

bool compliance_names(struct arena *mem, struct str body, const struct platform_person *who)
{
	struct str text = plain(mem, body);
	struct str email = str_lower(mem, str_trim(who->email)), phone = str_trim(who->phone);

	return has_id(text, who) || (email.n >= LETTERS_LEAST && str_find(text, 0, email) != SIZE_MAX) ||
		(phone.n >= LETTERS_LEAST && str_find(text, 0, phone) != SIZE_MAX);
}
