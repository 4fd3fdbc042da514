/* cookie.c: cookies in and out. Source: RFC 6265bis. */
#include <stdlib.h>

#include "lib/web/inside.h"

struct str cookie_find(struct str header, struct str name)
{
	while (header.n > 0) {
		struct str value = str_trim(str_cut(&header, ';'));
		struct str key = str_trim(str_cut(&value, '='));

		if (str_eq(key, name))
			return str_trim(value);
	}
	return (struct str){ 0 };
}

struct str req_cookie(const struct req *q, const char *name)
{
	return cookie_find(req_header(q, "HTTP_COOKIE"), str_of(name));
}

static bool is_https(struct ctx *c)
{
	return str_starts(c->config->base_url, S("https://"));
}

static struct str full_name(struct ctx *c, const char *name)
{
	return str_fmt(c->mem, "%s%s", is_https(c) ? "__Host-" : "", name);
}

struct str req_cookie_of(struct ctx *c, const struct req *q, const char *name)
{
	return cookie_find(req_header(q, "HTTP_COOKIE"), full_name(c, name));
}

/* cookie-octet of RFC 6265 */
static void value_must_be_plain(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		char ch = value.p[i];

		if (ch <= ' ' || ch >= 0x7f || ch == '"' || ch == ',' || ch == ';' || ch == '\\')
			abort();
	}
}

void res_cookie(struct res *r, const char *name, struct str value, int64_t max_age_s)
{
	struct buf b = buf_new(r->c->mem, 4096);

	value_must_be_plain(value);
	buf_put(&b, full_name(r->c, name));
	buf_char(&b, '=');
	buf_put(&b, value);
	buf_put(&b, S("; Path=/; HttpOnly; SameSite=Lax"));
	if (is_https(r->c))
		buf_put(&b, S("; Secure"));
	if (max_age_s != 0)
		buf_fmt(&b, "; Max-Age=%lld", (long long)(max_age_s < 0 ? 0 : max_age_s));
	if (b.full)
		abort();
	res_header(r, "Set-Cookie", buf_str(&b));
}
