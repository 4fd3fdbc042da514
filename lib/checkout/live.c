#include "lib/checkout/live.h"

#include "lib/db/db.h"

#define HOLD_LONGEST_MS INT64_C(3600000) /* config hold_s is at most an hour */

/* No id of that kind made before then is larger: ids begin with their time. */
static struct uuid uuid_since(int64_t ms)
{
	struct uuid u = { 0 };

	for (int i = 0; i < 6; i++)
		u.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	return u;
}

enum err checkout_live_list(struct ctx *c, int limit, struct checkout_live **out, size_t *n, struct checkout_live_sum *sum)
{
	struct rows rows;

	TRY(db_all(c, SQL(checkout_live_list), PARAMS(
		p_uuid(c->creator.u), p_uuid(uuid_since(c->now_ms - 2 * HOLD_LONGEST_MS)), p_int(limit)), &rows));
	*sum = (struct checkout_live_sum){ 0 };
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof **out);
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		sum->holds = row_int(&row, "all_holds");
		sum->units = row_int(&row, "all_units");
		(*out)[i] = (struct checkout_live){
			.session = { row_uuid(&row, "id") },
			.product_title = row_str(&row, "product_title"), .variant_title = row_str(&row, "variant_title"),
			.code = row_str(&row, "code"), .units = (int)row_int(&row, "units"),
			.price = row_money(&row, "price_minor", "currency"), .expires_ms = row_int(&row, "expires_ms"),
		};
	}
	return OK;
}
