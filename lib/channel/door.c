/* door.c: calling a platform for an account, with a token that is good, and what the call's end means for it. */
#include <time.h>

#include "lib/channel/inside.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/core/time.h"
#include "lib/quota/quota.h"

#define LEASE_TRIES 50
#define LEASE_PAUSE_MS 100
#define FAILURES_DEGRADED 3
#define REST_MS 1000
#define REST_DENIED_S 3600
#define TEND_S (30 * INT64_C(86400)) /* so long no refresh token lies unused */
#define TEND_EARLIER_S 300

struct str channel_bound(struct ctx *c, struct channel_id id, const char *field)
{
	char text[37];

	uuid_text(id.u, text);
	return str_fmt(c->mem, "channel|%.36s|%s", text, field);
}

struct str channel_app_bound(struct ctx *c, struct str platform)
{
	return str_fmt(c->mem, "platform_app|" STR_FMT "|access", STR_ARG(platform));
}

enum err channel_health_put(struct ctx *c, struct channel_id id, struct str health, struct str reason)
{
	return db_run(c, SQL(channel_health_put), PARAMS(p_uuid(id.u), p_str(health), p_str(reason)));
}

enum err channel_door_row(struct ctx *c, struct channel_id id, struct row *row)
{
	return db_maybe(c, SQL(channel_door), PARAMS(p_uuid(id.u)), row);
}

static enum err read_door(struct ctx *c, struct channel_id id, struct channel_door *out, struct row *row)
{
	TRY(channel_door_row(c, id, row));
	if (!row->found || !str_eq(row_str(row, "status"), S("active")))
		return FAIL(c, ERR_NOT_FOUND, "the channel is not connected");
	*out = (struct channel_door){
		.id = id, .account = row_str(row, "external_id"), .generation = row_int(row, "token_generation"),
		.troubled = row_bool(row, "troubled"), .call = { .wait_ms = row_int(row, "rest_ms") } };
	return broadcaster_by_name(c, row_str(row, "platform"), &out->platform);
}

/* What no key of ours opens is lost until that key is back, or she connects again. */
static enum err opened(struct ctx *c, const struct channel_door *door, const struct row *row, const char *field, struct str *out)
{
	struct channel_door lost = *door;
	struct str sealed = row_str(row, str_z(c->mem, str_fmt(c->mem, "%s_sealed", field)));

	if (crypto_open(c, sealed, channel_bound(c, door->id, field), out) == OK)
		return OK;
	log_line(LOG_ERROR, "a token cannot be opened", LOG_FIELDS(
		LOG_S("channel", ID_TEXT(c->mem, channel, door->id)), LOG_S("detail", c->failed_detail)));
	c->failed = OK;
	lost.call.reason = S("key");
	return channel_heard(c, &lost, FAIL(c, ERR_PLATFORM_DENIED, "no key opens its %s token", field));
}

static enum err lease_take(struct ctx *c, struct channel_id id, struct uuid lease, struct row *row)
{
	const struct timespec pause = { 0, LEASE_PAUSE_MS * 1000000L };

	for (int i = 0; i < LEASE_TRIES; i++) {
		TRY(db_maybe(c, SQL(channel_lease_take), PARAMS(
			p_uuid(id.u), p_uuid(lease), p_int(c->config->net_total_ms / 1000 + 30)), row));
		if (row->found)
			return OK;
		nanosleep(&pause, NULL);
	}
	return FAIL(c, ERR_RETRY, "somebody else replaces this channel's tokens");
}

static enum err tokens_put(struct ctx *c, struct channel_id id, struct uuid lease, const struct broadcaster_tokens *t)
{
	struct row row;

	TRY(db_maybe(c, SQL(channel_tokens_put), PARAMS(
		p_uuid(id.u), p_uuid(lease), p_str(crypto_seal(c, t->access, channel_bound(c, id, "access"))), p_int(t->access_s),
		p_str_or_null(t->refresh.n ? crypto_seal(c, t->refresh, channel_bound(c, id, "refresh")) : S("")), p_int(t->refresh_s)), &row));
	return row.found ? OK : FAIL(c, ERR_RETRY, "the lease on the tokens was lost");
}

/* Under the lease. A platform whose refresh tokens live once, and that lost its answer, refuses the next try: honest reconnecting. */
static enum err refresh_under(struct ctx *c, struct channel_door *door, struct uuid lease, const struct row *pair)
{
	struct broadcaster_tokens tokens = { 0 };
	struct str refresh;
	enum err e;

	if (row_null(pair, "refresh_sealed") || !door->platform->refresh) {
		door->call.reason = S("grant");
		return channel_heard(c, door, FAIL(c, ERR_PLATFORM_DENIED, "there is no refresh token"));
	}
	TRY(opened(c, door, pair, "refresh", &refresh));
	door->call.token = S("");
	e = door->platform->refresh(c, &door->call, refresh, &tokens);
	if (e == ERR_PLATFORM_DENIED && !door->call.reason.n)
		door->call.reason = S("grant");
	return e == OK ? tokens_put(c, door->id, lease, &tokens) : channel_heard(c, door, e);
}

static enum err replace(struct ctx *c, struct channel_door *door)
{
	struct uuid lease = uuid_new(c->now_ms);
	struct row row;
	enum err e = OK;

	TRY(lease_take(c, door->id, lease, &row));
	if (row_int(&row, "token_generation") == door->generation)
		e = refresh_under(c, door, lease, &row);
	TRY(db_run(c, SQL(channel_lease_drop), PARAMS(p_uuid(door->id.u), p_uuid(lease))));
	return e;
}

enum err channel_open(struct ctx *c, struct channel_id id, struct channel_door *out)
{
	struct row row;

	TRY(read_door(c, id, out, &row));
	if (out->call.wait_ms > 0) {
		out->call.reason = S("resting");
		return FAIL(c, ERR_PLATFORM_SLOW, "it rests for %lld ms", (long long)out->call.wait_ms);
	}
	if (!row_bool(&row, "fresh")) {
		TRY(replace(c, out));
		TRY(read_door(c, id, out, &row));
	}
	out->call.until_ms = time_monotonic_ms() + 2 * c->config->net_total_ms;
	return opened(c, out, &row, "access", &out->call.token);
}

static enum err rest(struct ctx *c, struct channel_id id, int64_t ms, bool failure, int64_t *failures)
{
	struct row row;

	TRY(db_one(c, SQL(channel_rest), PARAMS(p_uuid(id.u), p_int(ms), p_bool(failure)), &row));
	*failures = row_int(&row, "call_failures");
	return OK;
}

static bool for_good(struct str reason)
{
	static const struct str reasons[] = { { "grant", 5 }, { "scope", 5 }, { "account", 7 }, { "key", 3 } };

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (str_eq(reason, reasons[i]))
			return true;
	return false;
}

/* A token that was refused is replaced once; a fresh one that is refused, or a grant or scope that is gone, needs the creator. What was
 * refused is not what there is when she has connected again meanwhile. */
static enum err denied(struct ctx *c, const struct channel_door *door)
{
	struct row row;

	if (!for_good(door->call.reason)) {
		TRY(db_maybe(c, SQL(channel_token_stale), PARAMS(p_uuid(door->id.u), p_int(door->generation)), &row));
		if (!row.found || !row_bool(&row, "fresh_refused"))
			return FAIL(c, ERR_RETRY, "the next call has another token");
	}
	TRY(db_maybe(c, SQL(channel_denied), PARAMS(p_uuid(door->id.u), p_int(REST_DENIED_S), p_int(door->generation)), &row));
	if (!row.found)
		return FAIL(c, ERR_RETRY, "the next call has another token");
	return channel_health_put(c, door->id, S("needs_reconnect"), door->call.reason.n ? door->call.reason : S("token"));
}

static enum err book(struct ctx *c, const struct channel_door *door, enum err e)
{
	int64_t failures;

	if (e == ERR_PLATFORM_SLOW)
		return rest(c, door->id, door->call.wait_ms ? door->call.wait_ms : REST_MS, false, &failures);
	if (e == ERR_PLATFORM_DENIED)
		return denied(c, door);
	if (e == ERR_PLATFORM_AWAY) {
		TRY(rest(c, door->id, REST_MS, true, &failures));
		return failures < FAILURES_DEGRADED ? OK : channel_health_put(c, door->id, S("degraded"), door->call.reason);
	}
	if (e != OK || !door->troubled)
		return OK;
	TRY(db_run(c, SQL(channel_well), PARAMS(p_uuid(door->id.u))));
	return channel_health_put(c, door->id, S("healthy"), S(""));
}

enum err channel_heard(struct ctx *c, const struct channel_door *door, enum err e)
{
	enum err failed = c->failed, booked;

	c->failed = OK;
	booked = book(c, door, e);
	if (e == ERR_PLATFORM_DENIED && booked == ERR_RETRY)
		return booked;
	if (e != OK)
		c->failed = failed;
	return e != OK ? e : booked;
}

enum err channel_app_open(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call)
{
	struct broadcaster_tokens tokens;
	struct str name = str_of(platform->name);
	struct row row;

	*call = (struct broadcaster_call){ .until_ms = time_monotonic_ms() + 2 * c->config->net_total_ms };
	if (!platform->configured(c->config))
		return FAIL(c, ERR_PLATFORM_UNSUPPORTED, "%s has no app here", platform->name);
	if (!platform->app_token)
		return OK;
	TRY(db_maybe(c, SQL(channel_app), PARAMS(p_str(name)), &row));
	if (row.found && crypto_open(c, row_str(&row, "access_sealed"), channel_app_bound(c, name), &call->app_token) == OK)
		return OK;
	c->failed = OK;
	TRY(platform->app_token(c, call, &tokens));
	call->app_token = tokens.access;
	return db_run(c, SQL(channel_app_put), PARAMS(
		p_str(name), p_str(crypto_seal(c, tokens.access, channel_app_bound(c, name))), p_int(tokens.access_s)));
}

int64_t channel_tend_s(const struct broadcaster *platform)
{
	return platform->revalidate_s ? platform->revalidate_s - TEND_EARLIER_S : TEND_S;
}

/* The cheapest call there is with its token: is it good again? */
static enum err identify(struct ctx *c, struct channel_door *door)
{
	struct broadcaster_cost cost = door->platform->cost ? door->platform->cost(c, VERB_IDENTIFY, 1) : (struct broadcaster_cost){ 0 };
	struct broadcaster_identity who;
	bool granted;

	TRY(quota_take(c, &cost, &granted));
	if (!granted)
		return FAIL(c, ERR_PLATFORM_SLOW, "nothing is left of %s", cost.bucket);
	return channel_heard(c, door, door->platform->identify(c, &door->call, &who));
}

/* Opening has replaced a token that nobody used. */
static enum err tend(struct ctx *c, struct channel_id id, int64_t *every_s)
{
	struct channel_door door;

	TRY(channel_open(c, id, &door));
	*every_s = channel_tend_s(door.platform);
	if (door.platform->validate)
		return channel_heard(c, &door, door.platform->validate(c, &door.call));
	return door.troubled ? identify(c, &door) : OK;
}

enum err channel_tend_step(struct ctx *c, int64_t *done)
{
	struct channel_id id;
	int64_t every_s;
	struct row row;
	enum err e;

	*done = 0;
	TRY(db_maybe(c, SQL(channel_tend_due), NO_PARAMS, &row));
	if (!row.found)
		return OK;
	*done = 1;
	id.u = row_uuid(&row, "id");
	e = tend(c, id, &every_s);
	if (e == OK)
		return db_run(c, SQL(channel_tended), PARAMS(p_uuid(id.u), p_int(every_s)));
	if (e == ERR_DB_AWAY || e == ERR_INTERNAL)
		return e;
	c->failed = OK;
	return OK;
}
