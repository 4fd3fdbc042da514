/* response.c: filling an answer. */
#include <stdlib.h>

#include "lib/web/inside.h"

void res_header(struct res *r, const char *name, struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
			abort();
	}
	if (r->headers_n == WEB_HEADERS_MAX)
		abort();
	r->headers[r->headers_n++] = (struct header){ str_of(name), str_copy(r->c->mem, value) };
}

struct str res_header_of(const struct res *r, const char *name)
{
	for (size_t i = 0; i < r->headers_n; i++) {
		if (str_eq_nocase(r->headers[i].name, str_of(name)))
			return r->headers[i].value;
	}
	return (struct str){ 0 };
}

bool res_has_header(const struct res *r, const char *name)
{
	return res_header_of(r, name).p != NULL;
}

enum err res_text(struct res *r, int status, const char *content_type, struct str body)
{
	r->status = status;
	r->content_type = str_of(content_type);
	r->body = body;
	return OK;
}

enum err res_json(struct res *r, int status, struct str json)
{
	return res_text(r, status, "application/json", json);
}

enum err res_created(struct res *r, struct str location, struct str json)
{
	res_header(r, "Location", location);
	return res_json(r, 201, json);
}

enum err res_no_content(struct res *r)
{
	return res_text(r, 204, "", (struct str){ 0 });
}

enum err res_html(struct res *r, int status, struct str html)
{
	return res_text(r, status, "text/html; charset=utf-8", html);
}

enum err res_redirect(struct res *r, int status, struct str location)
{
	res_header(r, "Location", location);
	return res_text(r, status, "", (struct str){ 0 });
}

void res_etag(struct res *r, int64_t revision)
{
	res_header(r, "ETag", str_fmt(r->c->mem, "\"%lld\"", (long long)revision));
}

static void header_default(struct res *r, const char *name, struct str value)
{
	if (!res_has_header(r, name))
		res_header(r, name, value);
}

/* A form may redirect only to ourselves; a page whose button leads to a shop sets its own policy. */
static struct str page_policy(const struct config *config)
{
	if (config->allow_http)
		return S("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
			 "img-src 'self' https: http: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
	return S("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
		 "img-src 'self' https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

void res_finish(struct res *r)
{
	header_default(r, "X-Content-Type-Options", S("nosniff"));
	header_default(r, "Referrer-Policy", S("strict-origin-when-cross-origin"));
	header_default(r, "Cache-Control", S("no-store"));
	header_default(r, "X-Request-Id", r->c->request_id);
	if (str_starts(r->content_type, S("text/html")))
		header_default(r, "Content-Security-Policy", page_policy(r->c->config));
}
