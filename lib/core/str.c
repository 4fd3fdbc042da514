/* str.c: views of bytes, and the few copies that need an arena. */
#include "lib/core/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/arena.h"
#include "lib/core/utf8.h"

struct str str_of(const char *z)
{
	return z ? (struct str){ z, strlen(z) } : (struct str){ "", 0 };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){ s.p, prefix.n }, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

size_t str_find(struct str s, size_t from, struct str needle)
{
	const char *at;

	if (from > s.n)
		return SIZE_MAX;
	if (!needle.n)
		return from;
	at = s.n > from ? memmem(s.p + from, s.n - from, needle.p, needle.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct str){ s.n ? s.p + from : s.p, to - from };
}

static bool is_space(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut(struct str *rest, char separator)
{
	const char *at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
	struct str head = *rest;

	if (!at) {
		*rest = (struct str){ NULL, 0 };
		return head;
	}
	head.n = (size_t)(at - rest->p);
	*rest = (struct str){ at + 1, rest->n - head.n - 1 };
	return head;
}

bool str_int(struct str s, int64_t *out)
{
	bool minus = s.n && s.p[0] == '-';
	int64_t v = 0;

	if (s.n == minus)
		return false;
	for (size_t i = minus; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, digit, &v))
			return false;
	}
	if (!minus && v == INT64_MIN)
		return false;
	*out = minus ? v : -v;
	return true;
}

bool str_utf8(struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		n = utf8_step(s.p + i, s.n - i);
		if (!n || !s.p[i])
			return false;
	}
	return true;
}

size_t str_points(struct str s)
{
	size_t points = 0;

	for (size_t i = 0; i < s.n; i++)
		points += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return points;
}

struct str str_copy(struct arena *mem, struct str s)
{
	char *p = arena_alloc(mem, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

struct str str_lower(struct arena *mem, struct str s)
{
	char *p = arena_alloc(mem, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = lower(s.p[i]);
	return (struct str){ p, s.n };
}

const char *str_z(struct arena *mem, struct str s)
{
	assert(!s.n || !memchr(s.p, 0, s.n));
	return str_copy(mem, s).p;
}

struct str str_fmt(struct arena *mem, const char *format, ...)
{
	va_list args, again;
	char *p;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0);
	p = arena_alloc(mem, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}
