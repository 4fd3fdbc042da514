#include "lib/connection/connection.h"

#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/job/job.h"
#include "lib/json/json.h"
#include "lib/text/text.h"

#define STATE_BYTES 32
#define STATE_S 600
#define CLOCK_MS 90000

enum err connection_shop_name(struct ctx *c, struct str typed, struct str *domain)
{
	struct str name = str_lower(c->mem, typed);
	const struct str admin = S("admin.shopify.com/store/"), secure = S("https://");

	if (typed.n > 255)
		return FAIL(c, ERR_SHOP_NAME, "%zu bytes", typed.n);
	if (str_starts(name, secure) && str_starts(str_slice(name, secure.n, name.n), admin))
		name = str_slice(name, secure.n, name.n);
	if (str_starts(name, admin))
		name = str_slice(name, admin.n, name.n);
	if (str_find(name, 0, S(".")) == SIZE_MAX)
		name = str_fmt(c->mem, STR_FMT ".myshopify.com", STR_ARG(name));
	if (!text_is_shop(name))
		return FAIL(c, ERR_SHOP_NAME, "not the name of a shop");
	*domain = name;
	return OK;
}

enum err connection_begin(struct ctx *c, struct str platform, struct str shop, struct str browser, struct str *url)
{
	const struct platform *adapter;
	struct digest state_hash, browser_hash = crypto_sha256(browser);
	uint8_t secret[STATE_BYTES];
	struct str domain, state;

	TRY(platform_by_name(c, platform, &adapter));
	TRY(connection_shop_name(c, shop, &domain));
	crypto_random(secret, sizeof(secret));
	state = crypto_hex(c->mem, (struct str){ (const char *)secret, sizeof(secret) });
	state_hash = crypto_sha256(state);
	TRY(db_run(c, SQL(connection_state_put), PARAMS(
		p_bytes(c, crypto_digest_str(&state_hash)), p_bytes(c, crypto_digest_str(&browser_hash)),
		p_uuid(c->creator.u), p_str(platform), p_str(domain), p_int(STATE_S))));
	*url = adapter->authorize_url(c, domain, state);
	return OK;
}

enum err connection_state_sweep(struct ctx *c)
{
	return db_run(c, SQL(connection_state_sweep), NO_PARAMS);
}

/* Single use: whatever follows, this attempt is over. */
static enum err state_take(struct ctx *c, struct str platform, const struct platform_callback *answer, struct str browser,
	struct creator_id *creator)
{
	struct digest state = crypto_sha256(answer->state), told = crypto_sha256(browser);
	struct row row;

	TRY(db_maybe(c, SQL(connection_state_take), PARAMS(p_bytes(c, crypto_digest_str(&state))), &row));
	if (!row.found || !row_bool(&row, "live"))
		return FAIL(c, ERR_OAUTH_STATE, "unknown or too old");
	if (!crypto_same(crypto_digest_str(&told), row_bytes(c, &row, "browser_hash")))
		return FAIL(c, ERR_OAUTH_STATE, "begun in another browser");
	if (!str_eq(row_str(&row, "shop_domain"), answer->shop) || !str_eq(row_str(&row, "platform"), platform))
		return FAIL(c, ERR_OAUTH_STATE, "begun for another shop");
	creator->u = row_uuid(&row, "creator_id");
	if (!uuid_is_nil(c->creator.u) && !uuid_eq(c->creator.u, creator->u))
		return FAIL(c, ERR_OAUTH_STATE, "begun by another creator");
	return OK;
}

static bool listed(struct str list, struct str scope)
{
	while (list.n) {
		if (str_eq(str_trim(str_cut(&list, ',')), scope))
			return true;
	}
	return false;
}

/* A scope to write includes the one to read. */
enum err connection_scopes_must_cover(struct ctx *c, struct str granted)
{
	struct str asked = c->config->shopify_scopes;

	while (asked.n) {
		struct str scope = str_trim(str_cut(&asked, ',')), write = scope;

		if (str_starts(scope, S("read_")))
			write = str_fmt(c->mem, "write_" STR_FMT, STR_ARG(str_slice(scope, 5, scope.n)));
		if (scope.n && !listed(granted, scope) && !listed(granted, write))
			return FAIL(c, ERR_OAUTH_SCOPE, STR_FMT " was not granted", STR_ARG(scope));
	}
	return OK;
}

/* Under the shop's lease, so that nobody refreshes the pair that this exchange retires. */
static enum err exchange(struct ctx *c, const struct platform *adapter, struct str shop, struct str code,
	struct connection_grant *out)
{
	struct platform_call call = { .shop = shop };

	TRY(adapter->exchange(c, &call, code, &out->tokens));
	TRY(connection_scopes_must_cover(c, out->tokens.scopes));
	call.token = out->tokens.access;
	TRY(adapter->identify(c, &call, &out->identity));
	if (!str_eq(out->identity.domain, shop))
		return FAIL(c, ERR_PLATFORM_REFUSED, "the token is for another shop");
	return connection_scopes_must_cover(c, out->identity.scopes);
}

enum err connection_ask(struct ctx *c, struct str platform, struct str raw_query, struct str browser, struct connection_grant *out)
{
	struct platform_callback answer = { 0 };
	const struct platform *adapter;
	enum err e;

	*out = (struct connection_grant){ 0 };
	TRY(platform_by_name(c, platform, &adapter));
	TRY(adapter->callback(c, raw_query, &answer));
	if (answer.at_ms < c->now_ms - CLOCK_MS || answer.at_ms > c->now_ms + CLOCK_MS)
		return FAIL(c, ERR_OAUTH_STATE, "signed %lld ms ago", (long long)(c->now_ms - answer.at_ms));
	if (!text_is_shop(answer.shop))
		return FAIL(c, ERR_SHOP_NAME, "the answer names no shop");
	TRY(state_take(c, platform, &answer, browser, &out->creator));
	if (!answer.code.n)
		return FAIL(c, ERR_OAUTH_STATE, "the shop sent no code");
	TRY(shop_lease_new(c, platform, answer.shop, &out->lease));
	e = exchange(c, adapter, answer.shop, answer.code, out);
	if (e != OK)
		TRY(shop_lease_drop(c, &out->lease));
	return e;
}

static struct str told(struct ctx *c, struct str domain, struct str role)
{
	struct jw w = jw_new(c->mem, 1024);

	jw_object(&w);
	jw_kstr(&w, "platform", S("shopify"));
	jw_kstr(&w, "shop", domain);
	if (role.n)
		jw_kstr(&w, "role", role);
	jw_end(&w);
	return jw_done(&w);
}

enum err connection_keep(struct ctx *c, const struct connection_grant *grant, struct connection_id *id, bool *fresh)
{
	struct shop_id shop = grant->lease.shop;
	char dedupe[37];
	struct row row;

	uuid_text(shop.u, dedupe);
	TRY(shop_install(c, &grant->lease, &grant->tokens, &grant->identity, fresh));
	TRY(db_one(c, SQL(connection_put), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_uuid(grant->creator.u), p_uuid(shop.u)), &row));
	id->u = row_uuid(&row, "id");
	TRY(event_emit(c, &(struct event){
		.type = EVENT_PLATFORM_CONNECTED, .creator = grant->creator, .shop = shop, .subject = id->u,
		.payload = told(c, grant->identity.domain, row_str(&row, "role")) }));
	return job_queue(c, S("subscriptions"), str_of(dedupe), shop, (struct creator_id){ 0 }, S(""));
}
