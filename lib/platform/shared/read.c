/* read.c: fields and addresses that strangers wrote. */
#include "lib/core/time.h"
#include "lib/platform/shared/shared.h"
#include "lib/text/text.h"

#define TOKEN_BYTES_MAX 4096
#define LIFE_MAX_S (400 * INT64_C(86400))
#define TITLE_POINTS_MAX 300
#define URL_BYTES_MAX 2048

struct str shared_origin(struct str url)
{
	size_t scheme = str_find(url, 0, S("://"));
	size_t end = scheme == SIZE_MAX ? SIZE_MAX : str_find(url, scheme + 3, S("/"));

	return end == SIZE_MAX ? url : str_slice(url, 0, end);
}

bool shared_token(struct json body, const char *key, struct str *out)
{
	*out = json_str(json_get(body, key));
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i] <= ' ' || out->p[i] > '~')
			return false;
	return out->n > 0 && out->n <= TOKEN_BYTES_MAX;
}

bool shared_life(struct json body, const char *key, int64_t *seconds)
{
	return json_int(json_get(body, key), seconds) && *seconds > 0 && *seconds < LIFE_MAX_S;
}

struct str shared_scopes(struct ctx *c, struct str scopes, char from, char to)
{
	struct buf out = buf_new(c->mem, scopes.n + 1);

	while (scopes.n) {
		struct str one = str_trim(str_cut(&scopes, from));

		if (!one.n)
			continue;
		if (out.n)
			buf_char(&out, to);
		buf_put(&out, one);
	}
	return buf_str(&out);
}

/* Bytes of the character at s.p[i], which is valid UTF-8. */
static size_t point_bytes(struct str s, size_t i)
{
	uint8_t b = (uint8_t)s.p[i];

	return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
}

struct str shared_title(struct ctx *c, struct json v)
{
	struct str raw = json_str(v);
	struct buf out = buf_new(c->mem, raw.n + 1);
	size_t points = 0;

	for (size_t i = 0, n; i < raw.n && points < TITLE_POINTS_MAX; i += n) {
		struct str point;

		n = point_bytes(raw, i);
		point = str_slice(raw, i, i + n);
		if (raw.p[i] == '\n' || raw.p[i] == '\t')
			point = S(" ");
		if (!str_eq(point, S(" ")) && !text_is_name(point))
			continue;
		buf_put(&out, point);
		points++;
	}
	return str_trim(buf_str(&out));
}

struct str shared_web_url(struct json v)
{
	struct str url = json_str(v);

	return text_is_web_url(url) ? url : S("");
}

int64_t shared_time(struct json v)
{
	int64_t ms;

	return time_read(json_str(v), &ms) && ms > 0 ? ms : 0;
}

int64_t shared_count(struct json v)
{
	int64_t n;

	return json_int(v, &n) && n >= 0 ? n : -1;
}

struct str shared_id(struct ctx *c, struct json v)
{
	switch (json_type(v)) {
	case JSON_TEXT: return json_str(v);
	case JSON_INT: return json_text(c, v);
	case JSON_ABSENT:
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_REAL:
	case JSON_LIST:
	case JSON_OBJECT: break;
	}
	return S("");
}

struct str shared_after(struct str s, struct str prefix)
{
	size_t end = prefix.n;

	if (!str_starts(s, prefix))
		return S("");
	while (end < s.n && s.p[end] != '?' && s.p[end] != '#' && s.p[end] != '&' && s.p[end] != '/')
		end++;
	return str_slice(s, prefix.n, end);
}

static bool is_host(struct str host)
{
	for (size_t i = 0; i < host.n; i++) {
		char ch = host.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '-'))
			return false;
	}
	return host.n > 0;
}

bool shared_url_parts(struct ctx *c, struct str url, struct str *host, struct str *path, struct str *query)
{
	size_t start, slash, mark;
	struct str rest;

	if (url.n > URL_BYTES_MAX || !text_is_web_url(url))
		return false;
	start = str_find(url, 0, S("://")) + 3;
	rest = str_slice(url, start, str_find(url, start, S("#")));
	mark = str_find(rest, 0, S("?"));
	*query = mark == SIZE_MAX ? S("") : str_slice(rest, mark + 1, rest.n);
	rest = str_slice(rest, 0, mark);
	slash = str_find(rest, 0, S("/"));
	*host = str_lower(c->mem, str_slice(rest, 0, slash));
	*path = slash == SIZE_MAX ? S("/") : str_slice(rest, slash, rest.n);
	if (str_starts(*host, S("www.")))
		*host = str_slice(*host, 4, host->n);
	else if (str_starts(*host, S("m.")))
		*host = str_slice(*host, 2, host->n);
	return is_host(*host);
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

static struct str decoded(struct ctx *c, struct str raw)
{
	struct buf out = buf_new(c->mem, raw.n + 1);

	for (size_t i = 0; i < raw.n; i++) {
		int high = raw.p[i] == '%' && i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(raw.p[i + 2]) : -1;

		if (low < 0) {
			buf_char(&out, raw.p[i] == '+' ? ' ' : raw.p[i]);
			continue;
		}
		buf_char(&out, (char)(high * 16 + low));
		i += 2;
	}
	return buf_str(&out);
}

struct str shared_query(struct ctx *c, struct str query, const char *name)
{
	while (query.n) {
		struct str value = str_cut(&query, '&'), key = str_cut(&value, '=');

		if (str_eq(key, str_of(name)))
			return decoded(c, value);
	}
	return S("");
}
