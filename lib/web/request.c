/* request.c: reading a request's address, pairs and headers. Everything here was sent by a stranger.
 * Source  RFC 3986 §2.1 and §3, the URL standard's application/x-www-form-urlencoded
 */
#include "lib/web/inside.h"

#define URI_MAX 8192
#define MEDIA_TYPE_MAX 128

static int hex_value(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* false on a bad escape, NUL, or what is not UTF-8 */
static bool decode(struct arena *mem, struct str raw, bool plus_is_space, struct str *out)
{
	char *text = arena_alloc(mem, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		char ch = raw.p[i];

		if (ch == '+' && plus_is_space)
			ch = ' ';
		if (ch == '%') {
			int high = i + 2 < raw.n ? hex_value(raw.p[i + 1]) : -1;
			int low = i + 2 < raw.n ? hex_value(raw.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			ch = (char)(high << 4 | low);
			i += 2;
		}
		text[n++] = ch;
	}
	*out = (struct str){ text, n };
	return str_utf8(*out);
}

enum err pairs_read(struct ctx *c, struct str raw, struct pair *out, size_t *n)
{
	struct str rest = raw;

	*n = 0;
	while (rest.n > 0) {
		struct str value = str_cut(&rest, '&'), name;

		if (value.n == 0)
			continue;
		if (*n == WEB_PAIRS_MAX)
			return FAIL(c, ERR_BAD_REQUEST, "more than %d pairs", WEB_PAIRS_MAX);
		name = str_cut(&value, '=');
		if (!decode(c->mem, name, true, &out[*n].name) || !decode(c->mem, value, true, &out[*n].value))
			return FAIL(c, ERR_BAD_REQUEST, "a pair is not encoded as it should be");
		*n += 1;
	}
	return OK;
}

static bool is_dots(struct str segment)
{
	return str_eq(segment, S(".")) || str_eq(segment, S(".."));
}

/* A path has one spelling here: no encoded slash, no empty or dotted segment, no control character. */
enum err path_read(struct ctx *c, struct str raw, struct str *out)
{
	struct str rest;

	if (raw.n == 0 || raw.p[0] != '/' || str_find(str_lower(c->mem, raw), 0, S("%2f")) != SIZE_MAX)
		return FAIL(c, ERR_BAD_REQUEST, "the path has no slash, or an encoded one");
	if (!decode(c->mem, raw, false, out) || str_find(*out, 0, S("//")) != SIZE_MAX)
		return FAIL(c, ERR_BAD_REQUEST, "the path is not encoded as it should be");
	for (size_t i = 0; i < out->n; i++) {
		if ((unsigned char)out->p[i] < ' ' || out->p[i] == 0x7f)
			return FAIL(c, ERR_BAD_REQUEST, "a control character in the path");
	}
	for (rest = *out; rest.p != NULL;) {
		if (is_dots(str_cut(&rest, '/')))
			return FAIL(c, ERR_BAD_REQUEST, "a dotted segment in the path");
	}
	return OK;
}

static enum err type_read(struct ctx *c, struct req *q)
{
	struct str type = req_header(q, "CONTENT_TYPE");

	type = str_trim(str_cut(&type, ';'));
	if (type.n > MEDIA_TYPE_MAX || !str_utf8(type))
		return FAIL(c, ERR_MEDIA_TYPE, "the media type is too long or no text");
	q->content_type = str_lower(c->mem, type);
	return OK;
}

static bool prefers_html(const struct req *q)
{
	struct str accept = req_header(q, "HTTP_ACCEPT");
	size_t html = str_find(accept, 0, S("text/html"));

	return html != SIZE_MAX && html < str_find(accept, 0, S("application/json"));
}

enum err req_parse(struct ctx *c, struct str uri, struct req *q)
{
	struct str rest = uri, path;

	q->is_browser = prefers_html(q);
	if (uri.n > URI_MAX)
		return FAIL(c, ERR_URL_TOO_LONG, "an address of %zu bytes", uri.n);
	path = str_cut(&rest, '?');
	q->query = rest;
	TRY(path_read(c, path, &q->path));
	TRY(pairs_read(c, q->query, q->args, &q->args_n));
	TRY(type_read(c, q));
	if (str_eq(q->content_type, S("application/x-www-form-urlencoded")))
		TRY(pairs_read(c, q->body, q->form, &q->form_n));
	return OK;
}

static struct str pair_find(const struct pair *pairs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(pairs[i].name, str_of(name)))
			return pairs[i].value;
	}
	return (struct str){ 0 };
}

struct str req_header(const struct req *q, const char *cgi_name)
{
	return q->header_of != NULL ? q->header_of(q->from, cgi_name) : (struct str){ 0 };
}

struct str req_param(const struct req *q, const char *name)
{
	return pair_find(q->params, q->params_n, name);
}

struct str req_arg(const struct req *q, const char *name)
{
	return pair_find(q->args, q->args_n, name);
}

struct str req_form(const struct req *q, const char *name)
{
	return pair_find(q->form, q->form_n, name);
}

struct str req_body(const struct req *q)
{
	return q->body;
}

enum err req_id(struct ctx *c, const struct req *q, const char *param, enum id_kind kind, struct uuid *out)
{
	if (!id_read(kind, req_param(q, param), out))
		return FAIL(c, ERR_NOT_FOUND, "%s is no id of its kind", param);
	return OK;
}

enum err req_page(struct ctx *c, const struct req *q, enum id_kind kind, struct page *out)
{
	struct str after = req_arg(q, "after"), limit = req_arg(q, "limit");
	int64_t n = 25;

	*out = (struct page){ 0 };
	if (after.n > 0 && !id_read(kind, after, &out->after))
		field_bad(c, "after", "an id as \"next\" gives it");
	if (limit.n > 0 && (!str_int(limit, &n) || n < 1 || n > 100))
		field_bad(c, "limit", "1 to 100");
	out->limit = (int)n;
	return fields_must_be_good(c);
}

enum err req_if_match(struct ctx *c, const struct req *q, int64_t revision)
{
	struct str rest = str_trim(req_header(q, "HTTP_IF_MATCH"));
	struct str want = str_fmt(c->mem, "\"%lld\"", (long long)revision);

	if (rest.n == 0 || str_eq(rest, S("*")))
		return OK;
	while (rest.p != NULL) {
		if (str_eq(str_trim(str_cut(&rest, ',')), want))
			return OK;
	}
	return FAIL(c, ERR_EDIT_CONFLICT, "it is at revision %lld", (long long)revision);
}
