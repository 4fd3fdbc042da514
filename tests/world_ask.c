/* world_ask.c: asking the apps, as nginx would hand the request on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json/json.h"
#include "tests/world_inside.h"

#define PARAMS_MAX 64
#define JARS_MAX 256

#define APP(name) extern const struct app name##_app;
#include "apps.def"
#undef APP

static const struct app *const apps[] = {
#define APP(name) &name##_app,
#include "apps.def"
#undef APP
	NULL,
};

/* CGI parameters of one request. */
struct cgi {
	struct pair list[PARAMS_MAX];
	size_t n;
};

/* One cookie per jar is enough for each app of ours; a second name goes to the next place. */
struct jar {
	char visitor[32];
	char name[64];
	char value[2048];
};

static struct jar jars[JARS_MAX];
static size_t jars_n;

void world_jars_empty(void)
{
	jars_n = 0;
}

static void jar_put(const char *visitor, struct str name, struct str value)
{
	struct jar *at = NULL;

	for (size_t i = 0; i < jars_n && at == NULL; i++) {
		if (strcmp(jars[i].visitor, visitor) == 0 && str_eq(str_of(jars[i].name), name))
			at = &jars[i];
	}
	if (at == NULL && jars_n == JARS_MAX)
		abort();
	at = at != NULL ? at : &jars[jars_n++];
	snprintf(at->visitor, sizeof at->visitor, "%s", visitor);
	snprintf(at->name, sizeof at->name, STR_FMT, STR_ARG(name));
	snprintf(at->value, sizeof at->value, STR_FMT, STR_ARG(value));
}

static void jar_fill(const char *visitor, const struct res *r)
{
	for (size_t i = 0; i < r->headers_n; i++) {
		struct str rest = r->headers[i].value, pair, name;

		if (!str_eq(r->headers[i].name, S("Set-Cookie")))
			continue;
		pair = str_cut(&rest, ';');
		name = str_cut(&pair, '=');
		jar_put(visitor, name, str_find(rest, 0, S("Max-Age=0")) != SIZE_MAX ? (struct str){ 0 } : pair);
	}
}

static void cgi_set(struct world *w, struct cgi *cgi, const char *name, struct str value)
{
	for (size_t i = 0; i < cgi->n; i++) {
		if (str_eq(cgi->list[i].name, str_of(name))) {
			cgi->list[i].value = value;
			return;
		}
	}
	if (cgi->n == PARAMS_MAX)
		abort();
	cgi->list[cgi->n++] = (struct pair){ str_copy(w->mem, str_of(name)), value };
}

static struct str cgi_of(const void *from, const char *name)
{
	const struct cgi *cgi = from;

	for (size_t i = 0; i < cgi->n; i++) {
		if (str_eq(cgi->list[i].name, str_of(name)))
			return cgi->list[i].value;
	}
	return (struct str){ 0 };
}

/* "If-Match: x" becomes HTTP_IF_MATCH */
static void cgi_headers(struct world *w, struct cgi *cgi, const char *lines)
{
	struct str rest = str_of(lines);

	while (rest.n > 0) {
		struct str value = str_cut(&rest, '\n'), name = str_cut(&value, ':');
		char cgi_name[128];

		snprintf(cgi_name, sizeof cgi_name, "HTTP_" STR_FMT, STR_ARG(name));
		for (char *p = cgi_name; *p != '\0'; p++) {
			if (*p == '-')
				*p = '_';
			else if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
		}
		cgi_set(w, cgi, cgi_name, str_trim(value));
	}
}

static const struct seller *seller_of(const struct world *w, enum person as)
{
	return as == ANNA ? &w->anna : as == BEN ? &w->ben : NULL;
}

static void cgi_cookies(struct world *w, struct cgi *cgi, const struct asking *a)
{
	const struct seller *p = seller_of(w, a->as);
	struct buf b = buf_new(w->mem, 65536);

	if (p != NULL && (a->page || a->form != NULL))
		buf_fmt(&b, "%ssession=" STR_FMT "; ",
			str_starts(w->config->base_url, S("https:")) ? "__Host-" : "", STR_ARG(p->session));
	for (size_t i = 0; i < jars_n && a->visitor != NULL; i++) {
		if (strcmp(jars[i].visitor, a->visitor) == 0 && jars[i].value[0] != '\0')
			buf_fmt(&b, "%s=%s; ", jars[i].name, jars[i].value);
	}
	if (b.n > 0)
		cgi_set(w, cgi, "HTTP_COOKIE", buf_str(&b));
}

static void cgi_browser(struct world *w, struct cgi *cgi)
{
	cgi_set(w, cgi, "HTTP_ACCEPT", S("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
	cgi_set(w, cgi, "HTTP_SEC_FETCH_SITE", S("same-origin"));
	cgi_set(w, cgi, "HTTP_SEC_FETCH_MODE", S("navigate"));
	cgi_set(w, cgi, "HTTP_SEC_FETCH_DEST", S("document"));
	cgi_set(w, cgi, "HTTP_USER_AGENT", S("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"));
}

static struct str body_of(struct world *w, const struct asking *a)
{
	const struct seller *p = seller_of(w, a->as);

	if (a->form != NULL && p != NULL && !a->no_csrf)
		return str_fmt(w->mem, "%s&csrf=" STR_FMT, a->form, STR_ARG(p->csrf));
	if (a->form != NULL)
		return str_of(a->form);
	return a->bytes.p != NULL ? a->bytes : str_of(a->body);
}

static enum method method_of(const struct asking *a)
{
	if (a->method != METHOD_NONE)
		return a->method;
	return a->form != NULL || a->body != NULL || a->bytes.p != NULL ? POST : GET;
}

static void cgi_fill(struct world *w, struct cgi *cgi, const struct asking *a)
{
	const struct seller *p = seller_of(w, a->as);

	cgi_set(w, cgi, "REQUEST_URI", str_of(a->path));
	if (a->page || a->form != NULL)
		cgi_browser(w, cgi);
	else if (p != NULL)
		cgi_set(w, cgi, "HTTP_AUTHORIZATION", str_fmt(w->mem, "Bearer " STR_FMT, STR_ARG(p->api_key)));
	cgi_cookies(w, cgi, a);
	if (a->content_type != NULL)
		cgi_set(w, cgi, "CONTENT_TYPE", str_of(a->content_type));
	else if (a->form != NULL)
		cgi_set(w, cgi, "CONTENT_TYPE", S("application/x-www-form-urlencoded"));
	else if (a->body != NULL || a->bytes.p != NULL)
		cgi_set(w, cgi, "CONTENT_TYPE", S("application/json; charset=utf-8"));
	if (a->key != NULL)
		cgi_set(w, cgi, "HTTP_IDEMPOTENCY_KEY", str_of(a->key));
	cgi_headers(w, cgi, a->headers);
}

static struct req *req_of(struct world *w, const struct asking *a)
{
	struct cgi *cgi = NEW(w->mem, struct cgi);
	struct req *q = NEW(w->mem, struct req);

	cgi_fill(w, cgi, a);
	q->method = method_of(a);
	q->body = body_of(w, a);
	q->header_of = cgi_of;
	q->from = cgi;
	q->address = str_of(a->address != NULL ? a->address : "203.0.113.7");
	return q;
}

struct ctx *world_ctx(struct world *w, enum person as)
{
	const struct seller *p = seller_of(w, as);
	struct ctx *c = NEW(w->mem, struct ctx);
	char text[37];

	c->mem = w->mem;
	c->config = w->config;
	c->db = w->db;
	c->now_ms = world_now_ms(w);
	uuid_text(uuid_new(c->now_ms), text);
	c->request_id = str_copy(w->mem, str_of(text));
	if (p != NULL)
		c->creator = p->creator;
	return c;
}

static const struct app *app_of(const struct asking *a)
{
	struct str rest = str_of(a->path), first;

	if (a->app != NULL)
		return a->app;
	(void)str_cut(&rest, '/');
	first = str_slice(rest, 0, 0);
	for (size_t n = 0; n < rest.n && rest.p[n] != '/' && rest.p[n] != '?'; n++)
		first = str_slice(rest, 0, n + 1);
	for (size_t i = 0; apps[i] != NULL; i++) {
		if (str_eq(first, str_of(apps[i]->name)) || (str_starts(first, S("@")) && strcmp(apps[i]->name, "at") == 0))
			return apps[i];
	}
	fprintf(stderr, "no app answers %s\n", a->path);
	abort();
}

static struct got got_of(const struct ctx *c, const struct res *r)
{
	return (struct got){ r->status, r->content_type, r->body, r->headers, r->headers_n,
		c->failed, c->failed_file, c->failed_line, c->failed_detail };
}

void ask_many(struct world *w, const struct asking askings[], size_t n, struct got gots[])
{
	struct ctx **c = arena_array(w->mem, n, sizeof *c);
	struct req **q = arena_array(w->mem, n, sizeof *q);
	struct res **r = arena_array(w->mem, n, sizeof *r);

	for (size_t i = 0; i < n; i++) {
		c[i] = world_ctx(w, NOBODY);
		q[i] = req_of(w, &askings[i]);
		r[i] = NEW(w->mem, struct res);
	}
	serve_many(c, app_of(&askings[0]), q, r, n);
	for (size_t i = 0; i < n; i++) {
		gots[i] = got_of(c[i], r[i]);
		if (askings[i].visitor != NULL)
			jar_fill(askings[i].visitor, r[i]);
	}
}

struct got ask(struct world *w, struct asking asking)
{
	struct got got;

	ask_many(w, &asking, 1, &got);
	return got;
}

struct got tap_at(struct world *w, const char *visitor, const char *path)
{
	return ask(w, (struct asking){ .path = path, .visitor = visitor, .page = true,
		.headers = "Sec-Fetch-Site: cross-site" });
}

struct got tap(struct world *w, const char *visitor)
{
	return tap_at(w, visitor, "/go/annalink1");
}

struct str got_header(struct got got, const char *name)
{
	for (size_t i = 0; i < got.headers_n; i++) {
		if (str_eq_nocase(got.headers[i].name, str_of(name)))
			return got.headers[i].value;
	}
	return (struct str){ 0 };
}

/* "items.0.id": digits count in a list */
struct str got_json(struct world *w, struct got got, const char *dotted)
{
	struct ctx *c = world_ctx(w, NOBODY);
	struct str rest = str_of(dotted);
	struct json v;
	int64_t i;

	if (json_read(c, got.body, &v) != OK)
		return (struct str){ 0 };
	while (rest.n > 0) {
		struct str part = str_cut(&rest, '.');

		if (json_type(v) == JSON_LIST && str_int(part, &i))
			v = json_at(v, (size_t)i);
		else
			v = json_get(v, str_z(w->mem, part));
	}
	if (json_type(v) == JSON_INT && json_int(v, &i))
		return str_fmt(w->mem, "%lld", (long long)i);
	if (json_type(v) == JSON_BOOL)
		return json_bool(v, false) ? S("true") : S("false");
	return json_str(v);
}
