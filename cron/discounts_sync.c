/* discounts_sync.c: keeps at the shops the codes that offers promise
 *
 * One code at a time: made, brought up to date or ended there, then said so to the offer. A code whose answer was lost is
 * found again by its title, which names it; a code of somebody else is left alone and another one is minted.
 */
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/offer/offer.h"
#include "lib/shop/shop.h"

#define EARLIER_MS 60000 /* begun a little ago, for clocks that differ */

/* How one piece of work ended, to be booked in one transaction. */
struct ending {
	const struct offer_discount_work *work;
	struct str external_id;
	struct str problem;
	bool new_code;
};

static struct str mark_of(struct ctx *c, const struct offer_discount_work *work)
{
	return str_fmt(c->mem, "Unifyed " STR_FMT, STR_ARG(ID_TEXT(c->mem, discount, work->id)));
}

static bool is_ours(struct ctx *c, const struct offer_discount_work *work, const struct platform_discount_found *found)
{
	return str_starts(found->title, mark_of(c, work));
}

static struct platform_discount want_of(struct ctx *c, const struct offer_discount_work *work)
{
	return (struct platform_discount){
		.title = str_fmt(c->mem, STR_FMT ": " STR_FMT, STR_ARG(mark_of(c, work)), STR_ARG(work->offer_name)),
		.code = work->code,
		.amount = work->amount,
		.variants = work->variants,
		.variants_n = work->variants_n,
		.starts_ms = work->starts_ms ? work->starts_ms : c->now_ms - EARLIER_MS,
		.ends_ms = work->ends_ms,
		.usage_max = work->usage_max,
		.once_per_customer = work->once_per_customer,
	};
}

/* What is there under the code is made as it should be, if it is ours; PLATFORM_REFUSED with "TAKEN" if it is not. */
static enum err adopt(struct ctx *c, struct shop_door *door, const struct offer_discount_work *work,
	const struct platform_discount *want, struct str *external_id, bool *found_one)
{
	struct platform_discount_found found;

	TRY(door->platform->discount_find(c, &door->call, work->code, &found));
	*found_one = found.found;
	if (!found.found)
		return OK;
	if (!is_ours(c, work, &found)) {
		door->call.reason = S("TAKEN");
		return FAIL(c, ERR_PLATFORM_REFUSED, "the code belongs to somebody else");
	}
	*external_id = found.external_id;
	return door->platform->discount_update(c, &door->call, &found, want);
}

static enum err place(struct ctx *c, struct shop_door *door, const struct offer_discount_work *work, struct str *external_id)
{
	struct platform_discount want = want_of(c, work);
	bool there = false;
	enum err e;

	if (work->external_id.n || work->attempts > 1)
		TRY(adopt(c, door, work, &want, external_id, &there));
	if (there)
		return OK;
	e = door->platform->discount_create(c, &door->call, &want, external_id);
	if (e != ERR_PLATFORM_REFUSED || !str_eq(door->call.reason, S("TAKEN")))
		return e;
	TRY(adopt(c, door, work, &want, external_id, &there));
	if (there)
		return OK;
	door->call.reason = S("TAKEN"); /* there, and yet not to be found: of a kind that is not ours */
	return FAIL(c, ERR_PLATFORM_REFUSED, "the code is taken");
}

/* A code whose making was never answered may be there under no id that we know. */
static enum err end(struct ctx *c, struct shop_door *door, const struct offer_discount_work *work)
{
	struct platform_discount_found found;

	if (work->external_id.n)
		return door->platform->discount_end(c, &door->call, work->external_id);
	TRY(door->platform->discount_find(c, &door->call, work->code, &found));
	if (!found.found || !is_ours(c, work, &found))
		return OK;
	return door->platform->discount_end(c, &door->call, found.external_id);
}

static enum err book_placed(struct ctx *c, void *arg)
{
	const struct ending *ending = arg;

	return offer_discount_placed(c, ending->work, ending->external_id);
}

static enum err book_ended(struct ctx *c, void *arg)
{
	const struct ending *ending = arg;

	return offer_discount_ended(c, ending->work);
}

static enum err book_failed(struct ctx *c, void *arg)
{
	const struct ending *ending = arg;

	return offer_discount_failed(c, ending->work, ending->problem, ending->new_code);
}

static enum err failed(struct ctx *c, struct ending *ending, enum err e, struct str reason)
{
	if (e == ERR_DB_AWAY || e == ERR_INTERNAL)
		return e;
	log_line(LOG_WARN, "a discount waits", LOG_FIELDS(LOG_S("refusal", str_of(err_row(e)->name)), LOG_S("reason", reason),
		LOG_S("detail", c->failed_detail)));
	c->failed = OK;
	ending->problem = str_of(err_row(e)->title);
	if (e == ERR_PLATFORM_REFUSED && reason.n)
		ending->problem = str_fmt(c->mem, STR_FMT " (" STR_FMT ")", STR_ARG(ending->problem), STR_ARG(reason));
	ending->new_code = e == ERR_PLATFORM_REFUSED && str_eq(reason, S("TAKEN"));
	return db_in_tx(c, book_failed, ending);
}

static enum err work_on(struct ctx *c, const struct offer_discount_work *work)
{
	bool is_ending = str_eq(work->state, S("ending"));
	struct ending ending = { .work = work };
	struct shop_door door = { 0 };
	enum err e = shop_open(c, work->shop, &door);

	if (e == OK) {
		e = is_ending ? end(c, &door, work) : place(c, &door, work, &ending.external_id);
		e = shop_heard(c, &door, e);
	}
	/* a shop that we have left has no door any more; the code ends by its own date */
	if (is_ending && (e == OK || e == ERR_SHOP_CLOSED))
		return db_in_tx(c, book_ended, &ending);
	return e == OK ? db_in_tx(c, book_placed, &ending) : failed(c, &ending, e, door.call.reason);
}

static enum err step(struct ctx *c, int64_t *done)
{
	struct offer_discount_work work;
	bool found;

	*done = 0;
	TRY(offer_discount_claim(c, (int)(2 * c->config->net_total_ms / 1000) + 30, &work, &found));
	if (!found)
		return OK;
	*done = 1;
	return work_on(c, &work);
}

const struct helper discounts_sync_helper = { "discounts_sync", step };
