/* door.c: calling a platform for an account, with a token that is good, and what the call's end means for it. */
#include <time.h>

#include "lib/channel/inside.h"
#include "lib/core/config.h"
#include "lib/core/time.h"

#define LEASE_TRIES 50
#define LEASE_PAUSE_MS 100
#define FAILURES_DEGRADED 3
#define REST_MS 1000
#define REST_DENIED_S 3600

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
	TRY(crypto_open(c, row_str(pair, "refresh_sealed"), channel_bound(c, door->id, "refresh"), &refresh));
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
	return crypto_open(c, row_str(&row, "access_sealed"), channel_bound(c, id, "access"), &out->call.token);
}

static enum err rest(struct ctx *c, struct channel_id id, int64_t ms, bool failure, int64_t *failures)
{
	struct row row;

	TRY(db_one(c, SQL(channel_rest), PARAMS(p_uuid(id.u), p_int(ms), p_bool(failure)), &row));
	*failures = row_int(&row, "call_failures");
	return OK;
}

/* A token that was refused is replaced once; a fresh one that is refused, or a grant or scope that is gone, needs the creator. */
static enum err denied(struct ctx *c, const struct channel_door *door)
{
	bool gone = str_eq(door->call.reason, S("grant")) || str_eq(door->call.reason, S("scope"));
	struct row row;

	if (!gone) {
		TRY(db_maybe(c, SQL(channel_token_stale), PARAMS(p_uuid(door->id.u), p_int(door->generation)), &row));
		if (!row.found || !row_bool(&row, "fresh_refused"))
			return FAIL(c, ERR_RETRY, "the next call has another token");
	}
	TRY(db_run(c, SQL(channel_denied), PARAMS(p_uuid(door->id.u), p_int(REST_DENIED_S))));
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
	if (row.found)
		return crypto_open(c, row_str(&row, "access_sealed"), channel_app_bound(c, name), &call->app_token);
	TRY(platform->app_token(c, call, &tokens));
	call->app_token = tokens.access;
	return db_run(c, SQL(channel_app_put), PARAMS(
		p_str(name), p_str(crypto_seal(c, tokens.access, channel_app_bound(c, name))), p_int(tokens.access_s)));
}

enum err channel_tend_step(struct ctx *c, int64_t *done)
{
	struct channel_door door;
	struct channel_id id;
	struct row row;
	enum err e;

	*done = 0;
	TRY(db_maybe(c, SQL(channel_idle), NO_PARAMS, &row));
	if (!row.found)
		return OK;
	*done = 1;
	id.u = row_uuid(&row, "id");
	e = channel_open(c, id, &door);
	if (e == OK && door.platform->validate)
		e = channel_heard(c, &door, door.platform->validate(c, &door.call));
	else if (e == OK)
		e = replace(c, &door);
	if (e == ERR_DB_AWAY || e == ERR_INTERNAL)
		return e;
	c->failed = OK;
	return OK;
}
