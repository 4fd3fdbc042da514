#include "lib/waitlist/waitlist.h"

#include "lib/checkout/guard.h"
#include "lib/core/config.h"
#include "lib/db/db.h"

#define NEAR 20     /* u.waitlist_stay: who is nearer than this looks more often */
#define NEAR_S 10
#define FAR_S 30
#define ARRIVE_S 30 /* from the button to the first look of her page */

enum err waitlist_join(struct ctx *c, const struct checkout_ask *ask, struct str *code)
{
	struct row row;

	TRY(db_one(c, SQL(waitlist_join), PARAMS(
		p_uuid(ID_NEW(wait, c->now_ms).u), p_str(checkout_key(c, ask)), p_uuid(ask->visitor), p_uuid_or_null(ask->variant.u),
		p_int(ask->units), p_uuid_or_null(ask->address), p_int(c->config->holds_per_address),
		p_int(c->config->waitlist_hours * 3600), p_int(ARRIVE_S)), &row));
	if (str_eq(row_str(&row, "outcome"), S("address_capped")))
		return FAIL(c, ERR_ADDRESS_CAPPED, "as many of one address block wait for it as may");
	*code = str_eq(row_str(&row, "outcome"), S("waiting")) ? row_str(&row, "code") : S("");
	return OK;
}

static enum waitlist_state state_of(struct str word)
{
	static const struct {
		const char *word;
		enum waitlist_state state;
	} states[] = { { "waiting", WAITLIST_WAITING }, { "offered", WAITLIST_OFFERED }, { "taken", WAITLIST_TAKEN },
		{ "passed", WAITLIST_PASSED }, { "left", WAITLIST_LEFT }, { "over", WAITLIST_OVER } };

	for (size_t i = 0; i < COUNT(states); i++)
		if (str_eq(word, str_of(states[i].word)))
			return states[i].state;
	return WAITLIST_NONE;
}

enum err waitlist_look(struct ctx *c, const struct checkout_ask *ask, struct waitlist_place *out)
{
	struct row row;

	TRY(db_one(c, SQL(waitlist_look), PARAMS(
		p_str(ask->code), p_uuid(ask->visitor), p_uuid_or_null(ask->variant.u), p_uuid(ask->session.u), p_uuid(ask->hold.u),
		p_str(ask->mark), p_int(c->config->waitlist_hold_s), p_str(guard_rules(c))), &row));
	*out = (struct waitlist_place){
		.state = state_of(row_str(&row, "state")),
		.code = row_str(&row, "code"),
		.held_up = row_str(&row, "word").n > 0,
		.ahead = (int)row_int(&row, "ahead"),
		.variant = { row_uuid(&row, "variant_id") },
		.units = (int)row_int(&row, "units"),
		.has_second = !row_null(&row, "second"),
		.second = (int)row_int(&row, "second"),
		.hold_ms = row_int(&row, "hold_ms"),
		.ends_ms = row_int(&row, "ends_ms"),
	};
	out->again_s = out->state == WAITLIST_WAITING && out->ahead >= NEAR ? FAR_S : NEAR_S;
	return OK;
}

enum err waitlist_leave(struct ctx *c, const struct checkout_ask *ask)
{
	return db_run(c, SQL(waitlist_leave), PARAMS(p_str(ask->code), p_uuid(ask->visitor), p_uuid_or_null(ask->variant.u)));
}

enum err waitlist_tidy(struct ctx *c, int most, int64_t *done)
{
	struct row row;

	TRY(db_one(c, SQL(waitlist_tidy), PARAMS(p_int(most), p_int(c->config->address_keep_hours * 3600)), &row));
	*done = row_int(&row, "n");
	return OK;
}
