#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/offer/inside.h"

#define AFTER_LAST_HOLD_MS 60000

static enum err read_variants(struct ctx *c, struct offer_discount_work *work)
{
	struct rows rows;

	TRY(db_all(c, SQL(offer_discount_variants), PARAMS(p_uuid(work->id.u)), &rows));
	work->variants_n = (size_t)rows.n;
	work->variants = arena_array(c->mem, work->variants_n + 1, sizeof(*work->variants));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		work->variants[i] = row_int(&row, "external_id");
	}
	return OK;
}

enum err offer_discount_claim(struct ctx *c, int lease_s, struct offer_discount_work *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(offer_discount_claim), PARAMS(p_int(lease_s)), &row));
	*found = row.found;
	if (!row.found)
		return OK;

	*out = (struct offer_discount_work){
		.id = { row_uuid(&row, "id") },
		.offer = { row_uuid(&row, "offer_id") },
		.shop = { row_uuid(&row, "shop_id") },
		.offer_name = row_str(&row, "name"),
		.state = row_str(&row, "state"),
		.code = row_str(&row, "code"),
		.external_id = row_str(&row, "external_id"),
		.amount = row_money(&row, "amount_minor", "currency"),
		.starts_ms = row_int(&row, "starts_ms"),
		.ends_ms = row_int(&row, "ends_ms"),
		.usage_max = row_int(&row, "usage_max"),
		.once_per_customer = row_bool(&row, "once_per_customer"),
		.revision = row_int(&row, "revision"),
		.attempts = (int)row_int(&row, "attempts"),
	};
	if (out->ends_ms)
		out->ends_ms += c->config->hold_s * 1000 + AFTER_LAST_HOLD_MS;
	return read_variants(c, out);
}

static enum err problem_clear(struct ctx *c, struct offer_id id)
{
	return db_run(c, SQL(offer_problem_clear), PARAMS(p_uuid(id.u)));
}

enum err offer_discount_placed(struct ctx *c, const struct offer_discount_work *work, struct str external_id)
{
	struct row row;

	TRY(offer_lock(c, work->offer));
	TRY(db_maybe(c, SQL(offer_discount_put), PARAMS(p_uuid(work->id.u), p_str(external_id), p_int(work->revision)), &row));
	if (!row.found || !row_bool(&row, "current"))
		return OK;
	TRY(db_run(c, SQL(offer_price_cover), PARAMS(p_uuid(work->id.u), p_ints(c, work->variants, work->variants_n))));
	TRY(problem_clear(c, work->offer));
	return offer_activate_if_ready(c, work->offer);
}

enum err offer_discount_failed(struct ctx *c, const struct offer_discount_work *work, struct str problem, bool new_code)
{
	struct str code = new_code ? offer_code_new(c) : S("");

	TRY(offer_lock(c, work->offer));
	TRY(db_run(c, SQL(offer_discount_fail), PARAMS(p_uuid(work->id.u), p_str(problem), p_str(code))));
	return db_run(c, SQL(offer_problem), PARAMS(p_uuid(work->offer.u), p_str(problem)));
}

enum err offer_discount_ended(struct ctx *c, const struct offer_discount_work *work)
{
	TRY(offer_lock(c, work->offer));
	TRY(db_run(c, SQL(offer_discount_end), PARAMS(p_uuid(work->id.u))));
	return problem_clear(c, work->offer);
}

enum err offer_discounts_resume(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(offer_discounts_resume), PARAMS(p_uuid(shop.u)));
}
