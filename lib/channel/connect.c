/* connect.c: how a creator's account comes to be connected, and how it ends. */
#include "lib/channel/channel.h"

#include "lib/channel/inside.h"
#include "lib/core/config.h"
#include "lib/event/event.h"
#include "lib/job/job.h"
#include "lib/json/json.h"
#include "lib/quota/quota.h"

#define STATE_BYTES 32
#define VERIFIER_CHARS 64 /* RFC 7636: 43 to 128 */
#define STATE_S 600
#define KEY_BYTES 16
#define SECRET_CHARS 40

static struct str redirect_uri(struct ctx *c, const struct broadcaster *platform)
{
	return str_fmt(c->mem, STR_FMT "/connections/%s/callback", STR_ARG(c->config->base_url), platform->name);
}

static struct str verifier_bound(struct ctx *c, const struct digest *state)
{
	return str_fmt(c->mem, "oauth_state|" STR_FMT "|verifier", STR_ARG(crypto_hex(c->mem, crypto_digest_str(state))));
}

enum err channel_begin(struct ctx *c, struct str platform, struct str browser, struct str *url)
{
	struct str verifier = crypto_token(c->mem, VERIFIER_CHARS), state, challenge = S("");
	struct digest state_hash, browser_hash = crypto_sha256(browser), hashed = crypto_sha256(verifier);
	const struct broadcaster *adapter;
	uint8_t secret[STATE_BYTES];

	TRY(broadcaster_by_name(c, platform, &adapter));
	crypto_random(secret, sizeof secret);
	state = crypto_base64url(c->mem, (struct str){ (const char *)secret, sizeof secret });
	state_hash = crypto_sha256(state);
	if (adapter->pkce)
		challenge = crypto_base64url(c->mem, crypto_digest_str(&hashed));
	TRY(db_run(c, SQL(channel_state_put), PARAMS(
		p_bytes(c, crypto_digest_str(&state_hash)), p_bytes(c, crypto_digest_str(&browser_hash)), p_uuid(c->creator.u), p_str(platform),
		p_str(crypto_seal(c, verifier, verifier_bound(c, &state_hash))), p_int(STATE_S))));
	*url = adapter->authorize_url(c, redirect_uri(c, adapter), state, challenge);
	return OK;
}

/* Single use: whatever follows, this attempt is over. */
static enum err state_take(struct ctx *c, struct str platform, struct str state, struct str browser, struct creator_id *creator,
	struct str *verifier)
{
	struct digest hash = crypto_sha256(state), told = crypto_sha256(browser);
	struct row row;

	TRY(db_maybe(c, SQL(channel_state_take), PARAMS(p_bytes(c, crypto_digest_str(&hash))), &row));
	if (!row.found || !row_bool(&row, "live"))
		return FAIL(c, ERR_OAUTH_STATE, "unknown or too old");
	if (!crypto_same(crypto_digest_str(&told), row_bytes(c, &row, "browser_hash")))
		return FAIL(c, ERR_OAUTH_STATE, "begun in another browser");
	if (!str_eq(row_str(&row, "platform"), platform))
		return FAIL(c, ERR_OAUTH_STATE, "begun for another platform");
	creator->u = row_uuid(&row, "creator_id");
	if (!uuid_is_nil(c->creator.u) && !uuid_eq(c->creator.u, creator->u))
		return FAIL(c, ERR_OAUTH_STATE, "begun by another creator");
	return crypto_open(c, row_str(&row, "verifier_sealed"), verifier_bound(c, &hash), verifier);
}

static struct str scopes_asked(const struct ctx *c, const struct broadcaster *platform)
{
	if (platform == &youtube_broadcaster)
		return c->config->youtube_scopes;
	return platform == &tiktok_broadcaster ? c->config->tiktok_scopes : S("");
}

static bool listed(struct str list, struct str scope)
{
	while (list.n) {
		if (str_eq(str_trim(str_cut(&list, ',')), scope))
			return true;
	}
	return false;
}

static enum err scopes_must_cover(struct ctx *c, struct str asked, struct str granted)
{
	while (asked.n) {
		struct str scope = str_trim(str_cut(&asked, ','));

		if (scope.n && !listed(granted, scope))
			return FAIL(c, ERR_OAUTH_SCOPE, STR_FMT " was not granted", STR_ARG(scope));
	}
	return OK;
}

/* Connecting has a part of the allowance to itself, and counts when that is used up as well. */
static enum err identify(struct ctx *c, struct channel_grant *grant)
{
	struct broadcaster_call call = { .token = grant->tokens.access };
	struct broadcaster_cost cost = { 0 };
	bool granted;
	enum err e;

	if (grant->platform->cost)
		cost = grant->platform->cost(c, VERB_IDENTIFY, 1);
	TRY(quota_take(c, &cost, &granted));
	if (!granted)
		return FAIL(c, ERR_PLATFORM_SLOW, "nothing is left of %s", cost.bucket);
	e = grant->platform->identify(c, &call, &grant->identity);
	if (e != ERR_PLATFORM_DENIED || !str_eq(call.reason, S("account")))
		return e;
	c->failed = OK;
	return FAIL(c, ERR_ACCOUNT_NONE, "a grant without an account");
}

enum err channel_ask(struct ctx *c, struct str platform, const struct channel_answer *answer, struct str browser, struct channel_grant *out)
{
	struct broadcaster_call call = { 0 };
	struct str verifier;

	*out = (struct channel_grant){ 0 };
	TRY(broadcaster_by_name(c, platform, &out->platform));
	if (!answer->state.n)
		return FAIL(c, ERR_OAUTH_STATE, "no state");
	TRY(state_take(c, platform, answer->state, browser, &out->creator, &verifier));
	if (answer->error.n)
		return FAIL(c, ERR_CONSENT_REFUSED, "error " STR_FMT, STR_ARG(str_slice(answer->error, 0, 64)));
	if (!answer->code.n)
		return FAIL(c, ERR_OAUTH_STATE, "no code");
	TRY(out->platform->exchange(c, &call, answer->code, redirect_uri(c, out->platform), out->platform->pkce ? verifier : S(""), &out->tokens));
	TRY(scopes_must_cover(c, scopes_asked(c, out->platform), out->tokens.scopes));
	return identify(c, out);
}

static enum err tell(struct ctx *c, enum event_type type, struct creator_id creator, struct channel_id id, struct str platform)
{
	struct jw w = jw_new(c->mem, 512);

	jw_object(&w);
	jw_kstr(&w, "platform", platform);
	event_put_id(&w, "channel", id.u);
	jw_end(&w);
	return event_emit(c, &(struct event){ .type = type, .creator = creator, .subject = id.u, .payload = jw_done(&w) });
}

/* One subscription for each topic, with a path and a secret of its own; those there are begin anew. */
static enum err pushes_want(struct ctx *c, const struct broadcaster *platform, struct channel_id id)
{
	for (size_t i = 0; i < platform->topics_n; i++) {
		struct push_id push = ID_NEW(push, c->now_ms);
		uint8_t key[KEY_BYTES];

		crypto_random(key, sizeof key);
		TRY(db_run(c, SQL(channel_push_want), PARAMS(
			p_uuid(push.u), p_uuid(id.u), p_str(str_of(platform->name)), p_str(str_of(platform->topics[i].topic)),
			p_str(crypto_hex(c->mem, (struct str){ (const char *)key, sizeof key })),
			p_str(crypto_seal(c, crypto_token(c->mem, SECRET_CHARS), channel_push_bound(c, push))))));
	}
	return OK;
}

enum err channel_keep(struct ctx *c, const struct channel_grant *g, struct channel_id *id)
{
	const struct broadcaster_identity *who = &g->identity;
	struct row row;

	TRY(db_one(c, SQL(channel_put), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_uuid(g->creator.u), p_str(str_of(g->platform->name)), p_str(who->external_id), p_str(who->handle),
		p_str(who->name), p_str(who->avatar_url), p_str(who->profile_url), p_str(who->uploads_id)), &row));
	if (row_bool(&row, "taken"))
		return FAIL(c, ERR_ACCOUNT_TAKEN, "another creator has it");
	id->u = row_uuid(&row, "id");
	TRY(db_run(c, SQL(channel_connected), PARAMS(
		p_uuid(id->u), p_str(crypto_seal(c, g->tokens.access, channel_bound(c, *id, "access"))), p_int(g->tokens.access_s),
		p_str_or_null(g->tokens.refresh.n ? crypto_seal(c, g->tokens.refresh, channel_bound(c, *id, "refresh")) : S("")),
		p_int(g->tokens.refresh_s), p_str(g->tokens.scopes), p_int(channel_tend_s(g->platform)))));
	TRY(pushes_want(c, g->platform, *id));
	return tell(c, EVENT_PLATFORM_CONNECTED, g->creator, *id, str_of(g->platform->name));
}

static struct channel channel_of(const struct row *row)
{
	const struct broadcaster *platform = broadcaster_of(row_str(row, "platform"));

	return (struct channel){
		.id = { row_uuid(row, "id") }, .platform = row_str(row, "platform"), .external_id = row_str(row, "external_id"),
		.handle = row_str(row, "handle"), .name = row_str(row, "name"), .avatar_url = row_str(row, "avatar_url"),
		.profile_url = row_str(row, "profile_url"), .status = row_str(row, "status"), .scopes = row_str(row, "scopes"),
		.health = row_str(row, "health"), .health_reason = row_str(row, "health_reason"), .live_state = row_str(row, "live_state"),
		.live_told_ms = row_int(row, "live_told_ms"), .connected_ms = row_int(row, "connected_ms"),
		.disconnected_ms = row_int(row, "disconnected_ms"), .sees_live = platform && platform->sees_live,
	};
}

enum err channel_list(struct ctx *c, struct channel_id after, int limit, struct channel **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(channel_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = channel_of(&row);
	}
	return OK;
}

enum err channel_by_id(struct ctx *c, struct channel_id id, struct channel *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(channel_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such channel of hers");
	*out = channel_of(&row);
	return OK;
}

enum err channel_by_account(struct ctx *c, struct str platform, struct str account, struct channel_id *id, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(channel_by_account), PARAMS(p_str(platform), p_str(account)), &row));
	*found = row.found;
	if (row.found)
		id->u = row_uuid(&row, "id");
	return OK;
}

static enum err forgotten(struct ctx *c, struct channel_id id)
{
	return db_run(c, SQL(channel_forgotten), PARAMS(p_uuid(id.u)));
}

static enum err ended(struct ctx *c, struct channel_id id, bool revoke, int64_t at_ms)
{
	char dedupe[37];
	struct row row;

	TRY(db_maybe(c, SQL(channel_ended), PARAMS(p_uuid(id.u), p_int(at_ms)), &row));
	if (!row.found)
		return OK;
	uuid_text(id.u, dedupe);
	TRY(tell(c, EVENT_PLATFORM_DISCONNECTED, (struct creator_id){ row_uuid(&row, "creator_id") }, id, row_str(&row, "platform")));
	return revoke ? job_queue(c, S("channel_left"), str_of(dedupe), (struct shop_id){ 0 }, (struct creator_id){ row_uuid(&row, "creator_id") },
		str_fmt(c->mem, "{\"channel\":\"%s\"}", dedupe)) : forgotten(c, id);
}

enum err channel_end(struct ctx *c, struct channel_id id)
{
	struct channel channel;

	TRY(channel_by_id(c, id, &channel));
	return ended(c, id, true, 0);
}

enum err channel_gone(struct ctx *c, struct channel_id id, int64_t at_ms)
{
	return ended(c, id, false, at_ms);
}

/* What a platform refuses now it has forgotten already. */
static enum err let_go(struct ctx *c, enum err e)
{
	if (e == ERR_PLATFORM_DENIED || e == ERR_PLATFORM_REFUSED) {
		c->failed = OK;
		return OK;
	}
	return e;
}

static enum err pushes_drop(struct ctx *c, const struct broadcaster *platform, struct channel_id id, struct broadcaster_call *call,
	struct str account)
{
	struct rows rows;

	TRY(db_all(c, SQL(channel_pushes), PARAMS(p_uuid(id.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct str callback = str_fmt(c->mem, STR_FMT "/webhooks/%s/" STR_FMT, STR_ARG(c->config->base_url), platform->name,
			STR_ARG(row_str(&row, "path_key")));

		TRY(let_go(c, platform->unsubscribe(c, call, str_z(c->mem, row_str(&row, "topic")), account, callback, row_str(&row, "external_id"))));
	}
	return OK;
}

/* What no key of ours opens cannot be taken back. */
static struct str token_of(struct ctx *c, struct channel_id id, const struct row *row)
{
	bool refresh = !row_null(row, "refresh_sealed");
	struct str token = S("");

	if (!refresh && row_null(row, "access_sealed"))
		return token;
	if (crypto_open(c, row_str(row, refresh ? "refresh_sealed" : "access_sealed"), channel_bound(c, id, refresh ? "refresh" : "access"),
		    &token) != OK)
		c->failed = OK;
	return token;
}

/* A platform may end all grants of one person with any of them. */
static enum err grant_back(struct ctx *c, struct channel_id id, const struct broadcaster *platform, const struct row *row)
{
	struct str token = token_of(c, id, row);
	struct broadcaster_call own = { 0 };
	struct channel_id other;
	bool elsewhere;

	TRY(channel_by_account(c, row_str(row, "platform"), row_str(row, "external_id"), &other, &elsewhere));
	if (!token.n || elsewhere || !platform->revoke)
		return OK;
	return let_go(c, platform->revoke(c, &own, token));
}

enum err channel_forget(struct ctx *c, struct channel_id id, bool give_up)
{
	const struct broadcaster *platform;
	struct broadcaster_call app;
	struct row row;

	TRY(channel_door_row(c, id, &row));
	if (!row.found || !str_eq(row_str(&row, "status"), S("disconnected"))) /* connected again meanwhile */
		return OK;
	platform = broadcaster_of(row_str(&row, "platform"));
	if (give_up || !platform || !platform->configured(c->config))
		return forgotten(c, id);
	if (platform->topics_n && platform->unsubscribe) {
		TRY(channel_app_open(c, platform, &app));
		TRY(pushes_drop(c, platform, id, &app, row_str(&row, "external_id")));
	}
	TRY(grant_back(c, id, platform, &row));
	return forgotten(c, id);
}
