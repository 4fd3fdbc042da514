/* param.c: values on their way in, as text. */
#include <stdio.h>
#include <string.h>

#include "lib/core/buf.h"
#include "lib/db/inside.h"

struct param p_str(struct str s)
{
	return (struct param){ .p = s.p != NULL ? s.p : "", .n = s.n };
}

struct param p_str_or_null(struct str s)
{
	return s.n > 0 ? p_str(s) : p_null();
}

struct param p_null(void)
{
	return (struct param){ 0 };
}

struct param p_int(int64_t v)
{
	struct param p = { 0 };

	snprintf(p.small, sizeof p.small, "%lld", (long long)v);
	return p;
}

struct param p_int_or_null(int64_t v, bool is_null)
{
	return is_null ? p_null() : p_int(v);
}

struct param p_bool(bool v)
{
	return (struct param){ .small = { v ? 't' : 'f' } };
}

struct param p_uuid(struct uuid u)
{
	struct param p = { 0 };

	uuid_text(u, p.small);
	return p;
}

struct param p_uuid_or_null(struct uuid u)
{
	return uuid_is_nil(u) ? p_null() : p_uuid(u);
}

struct param p_bytes(struct ctx *c, struct str bytes)
{
	static const char digit[] = "0123456789abcdef";
	char *out = arena_array(c->mem, bytes.n + 1, 2);

	out[0] = '\\';
	out[1] = 'x';
	for (size_t i = 0; i < bytes.n; i++) {
		out[2 + 2 * i] = digit[(unsigned char)bytes.p[i] >> 4];
		out[3 + 2 * i] = digit[(unsigned char)bytes.p[i] & 15];
	}
	return (struct param){ .p = out, .n = 2 + 2 * bytes.n };
}

/* One element of an array literal, quoted. */
static void put_element(struct buf *b, struct str s)
{
	if (s.p == NULL) {
		buf_put(b, S("NULL"));
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}

static struct param p_list(struct buf *b)
{
	struct str s;

	buf_char(b, '}');
	s = buf_str(b);
	return (struct param){ .p = s.p, .n = s.n };
}

struct param p_strs(struct ctx *c, const struct str *v, size_t n)
{
	size_t bytes = 8;
	struct buf b;

	for (size_t i = 0; i < n; i++)
		bytes += 2 * v[i].n + 8;
	b = buf_new(c->mem, bytes);
	buf_char(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		put_element(&b, v[i]);
	}
	return p_list(&b);
}

struct param p_ints(struct ctx *c, const int64_t *v, size_t n)
{
	struct buf b = buf_new(c->mem, 22 * n + 8);

	buf_char(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_int(&b, v[i]);
	}
	return p_list(&b);
}

struct param p_uuids(struct ctx *c, const struct uuid *v, size_t n)
{
	struct buf b = buf_new(c->mem, 38 * n + 8);
	char text[37];

	buf_char(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		uuid_text(v[i], text);
		buf_put(&b, uuid_is_nil(v[i]) ? S("NULL") : (struct str){ text, 36 });
	}
	return p_list(&b);
}

enum err params_texts(struct ctx *c, const struct params *params, const char *const **out)
{
	const char **values = arena_array(c->mem, params->n + 1, sizeof *values);

	for (size_t i = 0; i < params->n; i++) {
		const struct param *p = &params->list[i];

		if (p->p == NULL) {
			values[i] = p->small[0] != '\0' ? p->small : NULL;
			continue;
		}
		if (p->n > 0 && memchr(p->p, '\0', p->n) != NULL)
			return FAIL(c, ERR_BAD_INPUT, "parameter %zu holds NUL", i + 1);
		values[i] = str_z(c->mem, (struct str){ p->p, p->n });
	}
	*out = values;
	return OK;
}
