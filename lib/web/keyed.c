/* keyed.c: the one mechanism behind Idempotency-Key (DESIGN 4).
 * A key is claimed by an advisory lock that ends with the transaction, so a refusal gives it back; its answer is
 * stored in the transaction that did the work, so there is never one without the other.
 * Source  draft-ietf-httpapi-idempotency-key-header; RFC 9651 §4.2.5 for the quoted form
 */
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/web/inside.h"

#define KEY_MAX 255

static bool is_visible(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	}
	return s.n >= 1 && s.n <= KEY_MAX;
}

/* "abc" of a structured field: backslash before a quote or itself */
static bool unquote(struct arena *mem, struct str s, struct str *out)
{
	char *text = arena_alloc(mem, s.n + 1);
	size_t n = 0;

	if (s.n < 2 || s.p[s.n - 1] != '"')
		return false;
	for (size_t i = 1; i < s.n - 1; i++) {
		if (s.p[i] == '"')
			return false;
		if (s.p[i] == '\\') {
			i += 1;
			if (i == s.n - 1 || (s.p[i] != '"' && s.p[i] != '\\'))
				return false;
		}
		text[n++] = s.p[i];
	}
	*out = (struct str){ text, n };
	return true;
}

/* Each part with its length before it, so that no two requests read alike. Keyed, as a body may hold a password. */
static struct str fingerprint_of(struct ctx *c, const struct req *q)
{
	const struct str parts[] = { str_of(method_name(q->method)), q->path, q->query, q->content_type, q->body };
	struct buf b = buf_new(c->mem, q->path.n + q->query.n + q->content_type.n + q->body.n + 256);
	struct digest *digest = NEW(c->mem, struct digest), key = crypto_subkey(c, "idempotency");

	for (size_t i = 0; i < COUNT(parts); i++) {
		buf_int(&b, (int64_t)parts[i].n);
		buf_char(&b, ':');
		buf_put(&b, parts[i]);
	}
	*digest = crypto_hmac(crypto_digest_str(&key), buf_str(&b));
	return crypto_digest_str(digest);
}

enum err keyed_read(struct ctx *c, const struct req *q, const struct route *route, struct keyed *out)
{
	struct str key = str_trim(req_header(q, "HTTP_IDEMPOTENCY_KEY"));

	*out = (struct keyed){ 0 };
	if (route->key != IDEMPOTENT)
		return OK;
	if (key.n == 0)
		key = req_form(q, "idempotency_key");
	if (key.n == 0)
		return OK;
	if (key.p[0] == '"' && !unquote(c->mem, key, &key))
		return FAIL(c, ERR_KEY_BAD, "a quoted key that does not end as it should");
	if (!is_visible(key))
		return FAIL(c, ERR_KEY_BAD, "a key of %zu bytes", key.n);
	out->key = key;
	out->scope = str_fmt(c->mem, STR_FMT " %s %s", STR_ARG(c->caller.n > 0 ? c->caller : S("anyone")),
		method_name(route->method), route->path);
	out->fingerprint = fingerprint_of(c, q);
	return OK;
}

static enum err key_lock(struct ctx *c, const struct keyed *k)
{
	struct row row;

	TRY(db_one(c, SQL(key_lock), PARAMS(p_str(k->scope), p_str(k->key)), &row));
	return row_bool(&row, "got") ? OK : FAIL(c, ERR_KEY_BUSY, "another request works under this key");
}

static enum err headers_read(struct ctx *c, struct str text, struct res *r)
{
	struct json list;

	TRY(json_read(c, text, &list));
	for (size_t i = 0; i < json_length(list); i++) {
		struct str name = json_str(json_at(json_at(list, i), 0)), value = json_str(json_at(json_at(list, i), 1));

		if (str_eq(name, S("Content-Type")))
			r->content_type = value;
		else
			res_header(r, str_z(c->mem, name), value);
	}
	return OK;
}

static enum err key_find(struct ctx *c, const struct keyed *k, struct res *r, bool *replayed)
{
	struct row row;

	TRY(db_maybe(c, SQL(key_find), PARAMS(p_str(k->scope), p_str(k->key)), &row));
	*replayed = row.found;
	if (!row.found)
		return OK;
	if (!crypto_same(row_bytes(c, &row, "fingerprint"), k->fingerprint))
		return FAIL(c, ERR_KEY_REUSED, "another request had this key");

	TRY(headers_read(c, row_str(&row, "headers"), r));
	r->status = (int)row_int(&row, "status");
	r->body = row_bytes(c, &row, "body");
	if (row_null(&row, "body"))
		(void)res_json(r, r->status, S("{\"detail\":\"This was shown once, with the first answer.\"}"));
	res_header(r, "Idempotent-Replayed", S("true"));
	return OK;
}

enum err keyed_enter(struct ctx *c, const struct keyed *k, struct res *r, bool *replayed)
{
	TRY(key_lock(c, k));
	return key_find(c, k, r, replayed);
}

/* Cookies are secrets, and stay out. */
static struct str headers_write(struct ctx *c, const struct res *r)
{
	struct jw w = jw_new(c->mem, 65536);

	jw_list(&w);
	jw_list(&w);
	jw_str(&w, S("Content-Type"));
	jw_str(&w, r->content_type);
	jw_end(&w);
	for (size_t i = 0; i < r->headers_n; i++) {
		if (str_eq_nocase(r->headers[i].name, S("Set-Cookie")))
			continue;
		jw_list(&w);
		jw_str(&w, r->headers[i].name);
		jw_str(&w, r->headers[i].value);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static enum err key_store(struct ctx *c, const struct keyed *k, const struct res *r)
{
	return db_run(c, SQL(key_store), PARAMS(
		p_str(k->scope), p_str(k->key), p_bytes(c, k->fingerprint), p_int(r->status),
		p_str(headers_write(c, r)), r->secret ? p_null() : p_bytes(c, r->body)));
}

enum err keyed_store(struct ctx *c, const struct keyed *k, const struct res *r)
{
	if ((r->status < 200 || r->status > 299) && r->status != 303)
		return OK;
	return key_store(c, k, r);
}
