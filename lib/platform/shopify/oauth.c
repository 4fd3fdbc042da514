#include "lib/platform/shopify/shopify.h"

#include <stdlib.h>

#include "graphql.h"
#include "lib/core/config.h"
#include "lib/crypto/crypto.h"

#define URL_MAX 2048
#define QUERY_MAX 8192
#define PAIRS_MAX 32
#define TOKEN_DAYS_MAX 400

struct signed_pair {
	struct str name, value; /* decoded */
};

struct str shopify_authorize_url(struct ctx *c, struct str shop, struct str state)
{
	struct buf url = buf_new(c->mem, URL_MAX);
	struct str back = str_fmt(c->mem, STR_FMT "/connections/shopify/callback", STR_ARG(c->config->base_url));

	buf_put(&url, shopify_url(c, shop, "/admin/oauth/authorize?client_id="));
	buf_url_part(&url, c->config->shopify_client_id);
	buf_put(&url, S("&scope="));
	buf_url_part(&url, c->config->shopify_scopes);
	buf_put(&url, S("&redirect_uri="));
	buf_url_part(&url, back);
	buf_put(&url, S("&state="));
	buf_url_part(&url, state);
	return buf_str(&url);
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

static bool decode(struct ctx *c, struct str raw, struct str *out)
{
	struct buf b = buf_new(c->mem, raw.n + 1);

	for (size_t i = 0; i < raw.n; i++) {
		int high, low;

		if (raw.p[i] != '%') {
			buf_char(&b, raw.p[i] == '+' ? ' ' : raw.p[i]);
			continue;
		}
		if (i + 2 >= raw.n || (high = hex_digit(raw.p[i + 1])) < 0 || (low = hex_digit(raw.p[i + 2])) < 0)
			return false;
		buf_char(&b, (char)(high * 16 + low));
		i += 2;
	}
	*out = buf_str(&b);
	return str_utf8(*out);
}

static bool read_pairs(struct ctx *c, struct str raw, struct signed_pair pairs[PAIRS_MAX], size_t *n)
{
	for (*n = 0; raw.n;) {
		struct str value = str_cut(&raw, '&'), name = str_cut(&value, '=');

		if (*n == PAIRS_MAX || !decode(c, name, &pairs[*n].name) || !decode(c, value, &pairs[*n].value))
			return false;
		++*n;
	}
	return true;
}

/* The value of a name that must not stand twice. */
static bool only(const struct signed_pair *pairs, size_t n, struct str name, struct str *out)
{
	int seen = 0;

	*out = S("");
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(pairs[i].name, name))
			continue;
		*out = pairs[i].value;
		seen++;
	}
	return seen <= 1;
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* As application/x-www-form-urlencoded does, but with %20 for a space. */
static void put_encoded(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if ((ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
		    ch == '*' || ch == '-' || ch == '.' || ch == '_')
			buf_char(b, (char)ch);
		else
			buf_fmt(b, "%%%02X", ch);
	}
}

/* All pairs but the signature itself, sorted and joined; plain, or percent-encoded. Sources differ on which of
 * the two Shopify signs; for what it sends in practice they are the same bytes. */
static struct str signed_text(struct ctx *c, const struct signed_pair *pairs, size_t n, bool encoded)
{
	struct str lines[PAIRS_MAX] = { 0 };
	struct buf all = buf_new(c->mem, 4 * QUERY_MAX);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct buf line = buf_new(c->mem, 4 * QUERY_MAX);

		if (str_eq(pairs[i].name, S("hmac")) || str_eq(pairs[i].name, S("signature")))
			continue;
		if (encoded)
			put_encoded(&line, pairs[i].name);
		else
			buf_put(&line, pairs[i].name);
		buf_char(&line, '=');
		if (encoded)
			put_encoded(&line, pairs[i].value);
		else
			buf_put(&line, pairs[i].value);
		lines[kept++] = buf_str(&line);
	}
	qsort(lines, kept, sizeof(*lines), by_bytes);
	for (size_t i = 0; i < kept; i++) {
		if (i)
			buf_char(&all, '&');
		buf_put(&all, lines[i]);
	}
	return buf_str(&all);
}

static bool signature_fits(struct ctx *c, const struct signed_pair *pairs, size_t n, struct str hmac)
{
	const struct str secrets[] = { c->config->shopify_client_secret, c->config->shopify_client_secret_previous };

	for (size_t i = 0; i < 2 * COUNT(secrets); i++) {
		struct digest digest = crypto_hmac(secrets[i / 2], signed_text(c, pairs, n, i % 2));

		if (secrets[i / 2].n && crypto_same(crypto_hex(c->mem, crypto_digest_str(&digest)), hmac))
			return true;
	}
	return false;
}

enum err shopify_callback(struct ctx *c, struct str raw_query, struct platform_callback *out)
{
	struct signed_pair pairs[PAIRS_MAX];
	struct str hmac, at;
	int64_t seconds;
	size_t n;

	if (raw_query.n > QUERY_MAX || !read_pairs(c, raw_query, pairs, &n))
		return FAIL(c, ERR_OAUTH_SIGNATURE, "the query cannot be read");
	if (!only(pairs, n, S("hmac"), &hmac) || !only(pairs, n, S("shop"), &out->shop) ||
	    !only(pairs, n, S("state"), &out->state) || !only(pairs, n, S("code"), &out->code) ||
	    !only(pairs, n, S("timestamp"), &at))
		return FAIL(c, ERR_OAUTH_SIGNATURE, "a parameter stands twice");
	if (!signature_fits(c, pairs, n, hmac))
		return FAIL(c, ERR_OAUTH_SIGNATURE, "the signature does not match");
	if (!str_int(at, &seconds) || seconds < 0 || seconds > INT64_MAX / 1000)
		return FAIL(c, ERR_OAUTH_SIGNATURE, "no timestamp");
	out->at_ms = seconds * 1000;
	return OK;
}

static void put_client(struct ctx *c, struct jw *w)
{
	jw_object(w);
	jw_kstr(w, "client_id", c->config->shopify_client_id);
	jw_kstr(w, "client_secret", c->config->shopify_client_secret);
}

static bool read_life(struct json body, const char *key, int64_t *seconds)
{
	return json_int(json_get(body, key), seconds) && *seconds > 0 && *seconds < TOKEN_DAYS_MAX * 86400;
}

/* An answer without expiry would be a token of unknown life: it is no answer. */
static enum err token_ask(struct ctx *c, struct platform_call *call, struct jw *w, struct platform_tokens *out)
{
	struct net_answer answer;
	struct json body;

	jw_end(w);
	TRY(shopify_post(c, call, shopify_url(c, call->shop, "/admin/oauth/access_token"), jw_done(w), &answer));
	if (json_read_object(c, answer.body, &body) != OK)
		return answer.status >= 400 ? shopify_classify(c, call, &answer) : shopify_garbage(c, call, "JSON");
	if (answer.status >= 400) {
		call->reason = json_str(json_get(body, "error"));
		return FAIL(c, ERR_PLATFORM_REFUSED, "no token: " STR_FMT, STR_ARG(call->reason));
	}
	out->access = json_str(json_get(body, "access_token"));
	out->refresh = json_str(json_get(body, "refresh_token"));
	out->scopes = json_str(json_get(body, "scope"));
	if (!out->access.n || !out->refresh.n || !read_life(body, "expires_in", &out->access_s) ||
	    !read_life(body, "refresh_token_expires_in", &out->refresh_s))
		return shopify_garbage(c, call, "a pair of expiring tokens");
	return OK;
}

enum err shopify_exchange(struct ctx *c, struct platform_call *call, struct str code, struct platform_tokens *out)
{
	struct jw w = jw_new(c->mem, QUERY_MAX);

	call->token = S("");
	put_client(c, &w);
	jw_kstr(&w, "code", code);
	jw_kstr(&w, "expiring", S("1"));
	return token_ask(c, call, &w, out);
}

enum err shopify_refresh(struct ctx *c, struct platform_call *call, struct str refresh, struct platform_tokens *out)
{
	struct jw w = jw_new(c->mem, QUERY_MAX);
	enum err e;

	call->token = S("");
	put_client(c, &w);
	jw_kstr(&w, "grant_type", S("refresh_token"));
	jw_kstr(&w, "refresh_token", refresh);
	e = token_ask(c, call, &w, out);
	if (e == ERR_PLATFORM_REFUSED && str_eq(call->reason, S("invalid_grant")))
		return FAIL(c, ERR_PLATFORM_DENIED, "the refresh token is dead");
	return e;
}

enum err shopify_identify(struct ctx *c, struct platform_call *call, struct platform_identity *out)
{
	struct buf scopes = buf_new(c->mem, URL_MAX);
	struct json data, shop, granted;

	TRY(shopify_ask(c, call, graphql_identify, S(""), &data));
	shop = json_get(data, "shop");
	out->domain = json_str_at(shop, "myshopifyDomain");
	out->name = json_str_at(shop, "name");
	out->storefront_url = json_str_at(shop, "primaryDomain.url");
	if (str_ends(out->storefront_url, S("/")))
		out->storefront_url.n--;
	/* without a domain of its own a shop sells where its admin is, which configuration may have moved */
	if (str_eq(json_str_at(shop, "primaryDomain.host"), out->domain))
		out->storefront_url = shopify_url(c, out->domain, "");
	if (!currency_read(json_str_at(shop, "currencyCode"), &out->currency) || !out->storefront_url.n)
		return shopify_garbage(c, call, "currency and primary domain");
	granted = json_path(data, "currentAppInstallation.accessScopes");
	for (size_t i = 0; i < json_length(granted); i++) {
		if (i)
			buf_char(&scopes, ',');
		buf_put(&scopes, json_str_at(json_at(granted, i), "handle"));
	}
	out->scopes = buf_str(&scopes);
	return OK;
}
