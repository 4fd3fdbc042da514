/* scan.c: a recursive descent that keeps nothing but counts; the recursion ends at JSON_DEPTH_MAX. */
#include "lib/json/scan.h"

static bool value(struct scan *s, int depth);

static bool at(const struct scan *s, char ch)
{
	return s->p < s->end && *s->p == ch;
}

static bool take(struct scan *s, char ch)
{
	if (!at(s, ch))
		return false;
	s->p++;
	return true;
}

static void blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool is_digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool digits(struct scan *s)
{
	if (!is_digit(s))
		return false;
	while (is_digit(s))
		s->p++;
	return true;
}

static bool word(struct scan *s, struct str w)
{
	if (!str_starts((struct str){ s->p, (size_t)(s->end - s->p) }, w))
		return false;
	s->p += w.n;
	return true;
}

static bool number(struct scan *s)
{
	const char *from = s->p;
	bool whole = true;
	int64_t ignored;

	take(s, '-');
	if (!take(s, '0') && !digits(s))
		return false;
	if (take(s, '.')) {
		whole = false;
		if (!digits(s))
			return false;
	}
	if (take(s, 'e') || take(s, 'E')) {
		whole = false;
		if (!take(s, '+'))
			take(s, '-');
		if (!digits(s))
			return false;
	}
	return !whole || str_int((struct str){ from, (size_t)(s->p - from) }, &ignored);
}

static bool hex4(struct scan *s, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, s->p++) {
		char ch = s->p < s->end ? *s->p : '\0';

		if (ch >= '0' && ch <= '9')
			*out = *out << 4 | (unsigned)(ch - '0');
		else if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f')
			*out = *out << 4 | (unsigned)((ch | 0x20) - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* after "\u" */
static bool code_unit(struct scan *s)
{
	unsigned unit, low;

	if (!hex4(s, &unit) || unit == 0)
		return false;
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	return unit <= 0xDBFF && take(s, '\\') && take(s, 'u') && hex4(s, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

static bool escape(struct scan *s)
{
	if (take(s, 'u'))
		return code_unit(s);
	return take(s, '"') || take(s, '\\') || take(s, '/') || take(s, 'b') || take(s, 'f') || take(s, 'n') ||
		take(s, 'r') || take(s, 't');
}

static bool text(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (!take(s, '"')) {
		if (s->p == s->end || (uint8_t)*s->p < 0x20)
			return false;
		if (take(s, '\\')) {
			if (!escape(s))
				return false;
			continue;
		}
		s->p++;
	}
	return true;
}

static bool member(struct scan *s, int depth)
{
	blanks(s);
	if (!text(s))
		return false;
	s->keys++;
	blanks(s);
	return take(s, ':') && value(s, depth);
}

static bool members(struct scan *s, char close, int depth)
{
	s->containers++;
	blanks(s);
	if (take(s, close))
		return true;
	do {
		if (close == '}' ? !member(s, depth) : !value(s, depth))
			return false;
	} while (take(s, ','));
	return take(s, close);
}

static bool scalar(struct scan *s)
{
	if (at(s, '"'))
		return text(s);
	if (at(s, '-') || is_digit(s))
		return number(s);
	return word(s, S("true")) || word(s, S("false")) || word(s, S("null"));
}

static bool value(struct scan *s, int depth)
{
	bool good;

	blanks(s);
	if (++s->values > JSON_VALUES_MAX || s->containers > JSON_CONTAINERS_MAX)
		return false;
	if (at(s, '{') || at(s, '[')) {
		char close = *s->p++ == '{' ? '}' : ']';

		good = depth < JSON_DEPTH_MAX && members(s, close, depth + 1);
	} else {
		good = scalar(s);
	}
	blanks(s);
	return good;
}

bool json_scan(struct str body, struct scan *out)
{
	if (body.n == 0 || !str_utf8(body))
		return false;
	*out = (struct scan){ .p = body.p, .end = body.p + body.n };
	return value(out, 0) && out->p == out->end;
}
