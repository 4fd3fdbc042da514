#include "lib/shop/shop.h"

#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/job/job.h"
#include "lib/shop/inside.h"

#define FAILURES_DEGRADED 3
#define REST_MS 1000         /* doubled with each failure, up to 512 times */
#define REST_DENIED_S 3600
#define PATIENCE 4           /* calls' worth of time for one visit */
#define REST_PER_WAIT 9      /* a shop that lets us wait costs at most a tenth of a helper's time */
#define REST_WAITED_MS 600000

static enum err read_door(struct ctx *c, struct shop_id id, struct shop_door *out, struct row *row)
{
	struct str status;

	TRY(db_maybe(c, SQL(shop_door), PARAMS(p_uuid(id.u)), row));
	if (!row->found)
		return FAIL(c, ERR_SHOP_CLOSED, "no such shop");
	status = row_str(row, "status");
	if (!str_eq(status, S("active")) && !str_eq(status, S("leaving")))
		return FAIL(c, ERR_SHOP_CLOSED, "the shop is " STR_FMT, STR_ARG(status));
	*out = (struct shop_door){
		.id = id,
		.call = { .shop = row_str(row, "domain"), .wait_ms = row_int(row, "rest_ms") },
		.opened_ms = time_monotonic_ms(),
		.generation = row_int(row, "token_generation"),
		.troubled = row_bool(row, "troubled"),
		.version = str_eq(row_str(row, "api_pinned"), c->config->shopify_api_version) ? row_str(row, "api_version") : S(""),
	};
	return platform_by_name(c, row_str(row, "platform"), &out->platform);
}

enum err shop_open(struct ctx *c, struct shop_id id, struct shop_door *out)
{
	struct row row;
	enum err e;

	TRY(read_door(c, id, out, &row));
	if (out->call.wait_ms > 0) {
		out->call.reason = S("resting");
		return FAIL(c, ERR_PLATFORM_SLOW, "the shop rests for %lld ms", (long long)out->call.wait_ms);
	}
	if (!row_bool(&row, "fresh")) {
		e = shop_token_replace(c, id, out->generation);
		if (e != OK && !(e == ERR_RETRY && row_bool(&row, "usable")))
			return e;
		TRY(read_door(c, id, out, &row));
	}
	out->call.until_ms = out->opened_ms + PATIENCE * c->config->net_total_ms;
	return crypto_open(c, row_str(&row, "access_sealed"), shop_bound(c, id, "access"), &out->call.token);
}

static enum err rest(struct ctx *c, struct shop_id id, int64_t ms, bool failure, int64_t least_ms, int64_t *failures)
{
	struct row row;

	TRY(db_one(c, SQL(shop_rest), PARAMS(p_uuid(id.u), p_int(ms), p_bool(failure), p_int(least_ms)), &row));
	*failures = row_int(&row, "call_failures");
	return OK;
}

/* The first refusal may be a token that another process replaced, or that died early; a new one that is refused
 * as well is a grant that is gone, and so is a refresh token that was refused (a call without a token). */
static enum err refused_token(struct ctx *c, const struct shop_door *door)
{
	bool gone = !door->call.token.n || str_eq(door->call.reason, S("scope"));
	struct row row;

	if (!gone) {
		TRY(db_maybe(c, SQL(shop_token_stale), PARAMS(p_uuid(door->id.u), p_int(door->generation)), &row));
		gone = row.found && row_bool(&row, "fresh_refused");
	}
	if (!gone)
		return OK;
	TRY(db_maybe(c, SQL(shop_denied), PARAMS(
		p_uuid(door->id.u), p_int(door->generation), p_str(door->call.reason), p_int(REST_DENIED_S)), &row));
	return row.found ? OK : FAIL(c, ERR_RETRY, "the pair that was refused has been replaced meanwhile");
}

static enum err away(struct ctx *c, const struct shop_door *door)
{
	int64_t waited_ms = REST_PER_WAIT * (time_monotonic_ms() - door->opened_ms), failures;

	if (waited_ms > REST_WAITED_MS)
		waited_ms = REST_WAITED_MS;
	TRY(rest(c, door->id, REST_MS, true, waited_ms > door->call.wait_ms ? waited_ms : door->call.wait_ms, &failures));
	return failures < FAILURES_DEGRADED ? OK : shop_health_put(c, door->id, S("degraded"), door->call.reason);
}

enum err shop_resume(struct ctx *c, struct shop_id id)
{
	char dedupe[37];

	uuid_text(id.u, dedupe);
	return job_queue(c, S("shop_resume"), str_of(dedupe), id, (struct creator_id){ 0 }, S(""));
}

static enum err book(struct ctx *c, const struct shop_door *door, enum err e)
{
	int64_t failures;
	struct row row;

	if (e == ERR_PLATFORM_SLOW)
		return rest(c, door->id, door->call.wait_ms ? door->call.wait_ms : REST_MS, false, 0, &failures);
	if (e == ERR_PLATFORM_DENIED)
		return refused_token(c, door);
	if (e == ERR_PLATFORM_AWAY)
		return away(c, door);
	if (e != OK || !door->troubled)
		return OK;
	TRY(db_one(c, SQL(shop_well), PARAMS(p_uuid(door->id.u)), &row));
	if (!row_bool(&row, "heal"))
		return OK;
	TRY(shop_health_put(c, door->id, S("healthy"), S("")));
	return shop_resume(c, door->id);
}

enum err shop_heard(struct ctx *c, const struct shop_door *door, enum err e)
{
	enum err booked = book(c, door, e);

	if (booked == OK && !str_eq(door->call.version, door->version))
		booked = shop_version_told(c, door->id, door->call.version, false);
	if (e == ERR_PLATFORM_DENIED && booked == ERR_RETRY)
		return booked;
	return e != OK ? e : booked;
}
