#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/order/inside.h"

#define REFUND_JSON_MAX (1 << 20)

static struct str lines_json(struct ctx *c, const struct platform_refund *refund)
{
	struct jw w = jw_new(c->mem, REFUND_JSON_MAX);

	jw_list(&w);
	for (size_t i = 0; i < refund->lines_n; i++) {
		jw_object(&w);
		jw_kint(&w, "line", refund->lines[i].line);
		jw_kint(&w, "units", refund->lines[i].units);
		jw_kint(&w, "subtotal", refund->lines[i].subtotal_minor);
		jw_kint(&w, "subtotal_presentment", refund->lines[i].subtotal_presentment_minor);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

enum err order_refund_put(struct ctx *c, struct shop_id shop, struct order_id order, const struct platform_refund *r, int64_t told_ms,
	struct order_refund_kept *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(order_refund_put), PARAMS(
		p_uuid(shop.u), p_uuid(order.u), p_int(r->external), p_int(r->at_ms), p_int(r->paid_back_minor), p_int(r->tax_minor),
		p_str(lines_json(c, r)), p_int(told_ms ? told_ms : r->at_ms), p_str(currency_str(&r->paid_in)), p_int(r->shipping_minor),
		p_int(r->tax_presentment_minor), p_int(r->shipping_presentment_minor)), &row));
	*out = (struct order_refund_kept){ REFUND_KNOWN, S("") };
	if (row.found)
		*out = (struct order_refund_kept){ row_bool(&row, "fresh") ? REFUND_FRESH : REFUND_CHANGED, row_str(&row, "content") };
	return OK;
}

static enum err order_refund_sum(struct ctx *c, struct order_id order)
{
	return db_run(c, SQL(order_refund_sum), PARAMS(p_uuid(order.u)));
}

static enum err order_redemption_return(struct ctx *c, struct order_id order)
{
	return db_run(c, SQL(order_redemption_return), PARAMS(p_uuid(order.u)));
}

enum err order_refunds_settle(struct ctx *c, struct order_id order)
{
	TRY(order_refund_sum(c, order));
	return order_redemption_return(c, order);
}
