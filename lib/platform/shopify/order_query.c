/* order_query.c: orders as the Admin API tells them; the same shape as from a webhook (order_read.c). */
#include "lib/platform/shopify/shopify.h"

#include "graphql.h"
#include "lib/core/time.h"
#include "lib/platform/order.h"

#define PAGES_MAX 50
#define UNITS_MAX 1000000

/* Money of one order, in its two currencies. */
struct told_in {
	struct ctx *c;
	struct platform_call *call;
	struct currency shop, presentment;
};

/* {"shopMoney": {"amount"}, "presentmentMoney": {"amount"}}; an absent set is zero. */
static enum err read_bag(const struct told_in *in, struct json set, int64_t *shop, int64_t *presentment)
{
	struct money money = { 0 };

	*shop = 0;
	if (presentment)
		*presentment = 0;
	if (json_type(set) != JSON_OBJECT)
		return OK;
	if (!money_read(json_str_at(set, "shopMoney.amount"), in->shop, &money))
		return shopify_garbage(in->c, in->call, "an amount in the shop's currency");
	*shop = money.minor;
	if (!presentment)
		return OK;
	if (!money_read(json_str_at(set, "presentmentMoney.amount"), in->presentment, &money))
		return shopify_garbage(in->c, in->call, "an amount in the buyer's currency");
	*presentment = money.minor;
	return OK;
}

static enum err read_units(const struct told_in *in, struct json from, const char *field, int *out)
{
	int64_t units;

	if (!json_int(json_get(from, field), &units) || units < 0 || units > UNITS_MAX)
		return shopify_garbage(in->c, in->call, "a number of units");
	*out = (int)units;
	return OK;
}

static void read_pairs(struct ctx *c, struct json list, struct platform_pair **out, size_t *n)
{
	*n = json_length(list);
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		struct json pair = json_at(list, i);

		(*out)[i] = (struct platform_pair){ json_str_at(pair, "key"), json_str_at(pair, "value") };
	}
}

static struct str lower_of(struct ctx *c, struct json from, const char *field)
{
	return str_lower(c->mem, json_str_at(from, field));
}

static enum err read_line(const struct told_in *in, struct json from, struct platform_order_line *line)
{
	struct json allocations = json_get(from, "discountAllocations");
	int64_t minor, presentment;

	*line = (struct platform_order_line){ .title = json_str_at(from, "title") };
	if (!shopify_number(json_str_at(from, "id"), &line->external))
		return shopify_garbage(in->c, in->call, "an order line's id");
	if (!shopify_number(json_str_at(from, "variant.id"), &line->variant))
		line->variant = 0;
	TRY(read_units(in, from, "quantity", &line->units));
	TRY(read_units(in, from, "currentQuantity", &line->current_units));
	TRY(read_bag(in, json_get(from, "originalUnitPriceSet"), &line->unit_minor, &line->unit_presentment_minor));
	for (size_t i = 0; i < json_length(allocations); i++) {
		TRY(read_bag(in, json_get(json_at(allocations, i), "allocatedAmountSet"), &minor, &presentment));
		line->discount_minor += minor;
		line->discount_presentment_minor += presentment;
	}
	read_pairs(in->c, json_get(from, "customAttributes"), &line->properties, &line->properties_n);
	return OK;
}

/* Appends a page of lines; the array grows by copying, as pages are few. */
static enum err add_lines(const struct told_in *in, struct json connection, struct platform_order *out)
{
	struct json nodes = json_get(connection, "nodes");
	struct platform_order_line *all = arena_array(in->c->mem, out->lines_n + json_length(nodes) + 1, sizeof(*all));

	for (size_t i = 0; i < out->lines_n; i++)
		all[i] = out->lines[i];
	out->lines = all;
	for (size_t i = 0; i < json_length(nodes); i++)
		TRY(read_line(in, json_at(nodes, i), &all[out->lines_n++]));
	return OK;
}

static enum err more_lines(const struct told_in *in, struct str gid, struct str cursor, struct platform_order *out)
{
	for (int page = 0; cursor.n; page++) {
		struct json data, connection;

		if (page == PAGES_MAX)
			return shopify_garbage(in->c, in->call, "an end of its order's lines");
		TRY(shopify_ask(in->c, in->call, graphql_order_lines, shopify_vars_page(in->c, "id", gid, cursor), &data));
		connection = json_path(data, "order.lineItems");
		TRY(add_lines(in, connection, out));
		cursor = shopify_more(connection);
	}
	return OK;
}

static enum err read_refund_line(const struct told_in *in, struct json from, struct platform_refund *refund)
{
	struct platform_refund_line *line = &refund->lines[refund->lines_n++];
	int64_t tax, presentment;

	if (!shopify_number(json_str_at(from, "lineItem.id"), &line->line))
		return shopify_garbage(in->c, in->call, "the line of a refund");
	TRY(read_units(in, from, "quantity", &line->units));
	TRY(read_bag(in, json_get(from, "subtotalSet"), &line->subtotal_minor, &line->subtotal_presentment_minor));
	TRY(read_bag(in, json_get(from, "totalTaxSet"), &tax, &presentment));
	refund->tax_minor += tax;
	refund->tax_presentment_minor += presentment;
	return OK;
}

static enum err add_refund_lines(const struct told_in *in, struct json connection, struct platform_refund *refund)
{
	struct json nodes = json_get(connection, "nodes");
	struct platform_refund_line *all = arena_array(in->c->mem, refund->lines_n + json_length(nodes) + 1, sizeof(*all));

	for (size_t i = 0; i < refund->lines_n; i++)
		all[i] = refund->lines[i];
	refund->lines = all;
	for (size_t i = 0; i < json_length(nodes); i++)
		TRY(read_refund_line(in, json_at(nodes, i), refund));
	return OK;
}

/* Only money that moved counts: kind refund, status success. */
static enum err read_paid_back(const struct told_in *in, struct json nodes, struct platform_refund *refund)
{
	int64_t minor;

	for (size_t i = 0; i < json_length(nodes); i++) {
		struct json from = json_at(nodes, i);

		if (!str_eq(json_str_at(from, "kind"), S("REFUND")) || !str_eq(json_str_at(from, "status"), S("SUCCESS")))
			continue;
		TRY(read_bag(in, json_get(from, "amountSet"), &minor, NULL));
		refund->paid_back_minor += minor;
		refund->paid_in = in->shop;
	}
	return OK;
}

static enum err read_shipping_back(const struct told_in *in, struct json nodes, struct platform_refund *refund)
{
	int64_t minor, presentment;

	for (size_t i = 0; i < json_length(nodes); i++) {
		TRY(read_bag(in, json_get(json_at(nodes, i), "subtotalAmountSet"), &minor, &presentment));
		refund->shipping_minor += minor;
		refund->shipping_presentment_minor += presentment;
	}
	return OK;
}

/* What stands on the first page of a refund alone. */
static enum err read_refund_head(const struct told_in *in, struct json from, struct platform_refund *refund)
{
	TRY(read_paid_back(in, json_path(from, "transactions.nodes"), refund));
	return read_shipping_back(in, json_path(from, "refundShippingLines.nodes"), refund);
}

static enum err read_refund(const struct told_in *in, struct str gid, struct platform_refund *refund)
{
	struct str cursor = S("");

	for (int page = 0; page == 0 || cursor.n; page++) {
		struct json data, from;

		if (page == PAGES_MAX)
			return shopify_garbage(in->c, in->call, "an end of a refund's lines");
		TRY(shopify_ask(in->c, in->call, graphql_refund, shopify_vars_page(in->c, "id", gid, cursor), &data));
		from = json_get(data, "refund");
		if (!time_read(json_str_at(from, "createdAt"), &refund->at_ms))
			return shopify_garbage(in->c, in->call, "a refund's time");
		if (page == 0)
			TRY(read_refund_head(in, from, refund));
		TRY(add_refund_lines(in, json_get(from, "refundLineItems"), refund));
		cursor = shopify_more(json_get(from, "refundLineItems"));
	}
	return OK;
}

static enum err read_refunds(const struct told_in *in, struct json list, struct platform_order *out)
{
	out->refunds_n = json_length(list);
	out->refunds = arena_array(in->c->mem, out->refunds_n + 1, sizeof(*out->refunds));
	for (size_t i = 0; i < out->refunds_n; i++) {
		struct str gid = json_str_at(json_at(list, i), "id");

		out->refunds[i] = (struct platform_refund){ .order = out->external };
		if (!shopify_number(gid, &out->refunds[i].external))
			return shopify_garbage(in->c, in->call, "a refund's id");
		TRY(read_refund(in, gid, &out->refunds[i]));
	}
	return OK;
}

/* Where the buyer's visit began. A webhook's landing_site is the visit of the purchase, so the last one comes first. */
static void read_landing(struct json from, struct platform_order *out)
{
	out->landing_site = json_str_at(from, "lastVisit.landingPage");
	out->landing_ref = json_str_at(from, "lastVisit.referralCode");
	if (!out->landing_site.n)
		out->landing_site = json_str_at(from, "firstVisit.landingPage");
	if (!out->landing_ref.n)
		out->landing_ref = json_str_at(from, "firstVisit.referralCode");
}

static void read_codes(struct ctx *c, struct json list, struct platform_order *out)
{
	out->codes_n = json_length(list);
	out->codes = arena_array(c->mem, out->codes_n + 1, sizeof(*out->codes));
	for (size_t i = 0; i < out->codes_n; i++)
		out->codes[i] = json_str(json_at(list, i));
}

static enum err read_head(struct told_in *in, struct json from, struct platform_order *out)
{
	struct ctx *c = in->c;

	if (!shopify_number(json_str_at(from, "id"), &out->external) ||
	    !time_read(json_str_at(from, "createdAt"), &out->created_ms) ||
	    !time_read(json_str_at(from, "updatedAt"), &out->updated_ms) ||
	    !currency_read(json_str_at(from, "currencyCode"), &in->shop) ||
	    !currency_read(json_str_at(from, "presentmentCurrencyCode"), &in->presentment))
		return shopify_garbage(c, in->call, "an order's id, times or currencies");
	out->currency = in->shop;
	out->presentment = in->presentment;
	if (!time_read(json_str_at(from, "cancelledAt"), &out->cancelled_ms))
		out->cancelled_ms = 0;
	out->name = json_str_at(from, "name");
	out->cancel_reason = lower_of(c, from, "cancelReason");
	out->financial_status = lower_of(c, from, "displayFinancialStatus");
	out->test = json_bool(json_get(from, "test"), false);
	out->source_name = json_str_at(from, "sourceName");
	out->cart_token = json_str_at(from, "cartToken");
	out->checkout_token = json_str_at(from, "checkoutToken");
	read_landing(json_get(from, "customerJourneySummary"), out);
	read_codes(c, json_get(from, "discountCodes"), out);
	read_pairs(c, json_get(from, "customAttributes"), &out->attributes, &out->attributes_n);
	out->taxes_included = json_bool(json_get(from, "taxesIncluded"), false);
	TRY(read_bag(in, json_get(from, "totalShippingPriceSet"), &out->shipping_minor, NULL));
	TRY(read_bag(in, json_get(from, "totalTipReceivedSet"), &out->tip_minor, NULL));
	return read_bag(in, json_get(from, "totalPriceSet"), &out->total_minor, &out->presentment_total_minor);
}

enum err shopify_order(struct ctx *c, struct platform_call *call, int64_t external, struct platform_order *out, bool *found)
{
	struct told_in in = { .c = c, .call = call };
	struct str gid = shopify_gid(c->mem, "Order", external);
	struct json data, from;

	*out = (struct platform_order){ .asked = true };
	TRY(shopify_ask(c, call, graphql_order, shopify_vars_id(c, gid), &data));
	from = json_get(data, "order");
	*found = json_type(from) == JSON_OBJECT;
	if (!*found)
		return OK;
	TRY(read_head(&in, from, out));
	TRY(add_lines(&in, json_get(from, "lineItems"), out));
	TRY(more_lines(&in, gid, shopify_more(json_get(from, "lineItems")), out));
	return read_refunds(&in, json_get(from, "refunds"), out);
}

static enum err read_mark(struct ctx *c, struct platform_call *call, struct json from, struct platform_order_mark *out)
{
	struct told_in in = { .c = c, .call = call };

	*out = (struct platform_order_mark){ .financial_status = lower_of(c, from, "displayFinancialStatus") };
	if (!shopify_number(json_str_at(from, "id"), &out->external) ||
	    !time_read(json_str_at(from, "updatedAt"), &out->updated_ms) ||
	    !currency_read(json_str_at(from, "currencyCode"), &in.shop) ||
	    !currency_read(json_str_at(from, "presentmentCurrencyCode"), &in.presentment) ||
	    !json_int(json_get(from, "currentSubtotalLineItemsQuantity"), &out->current_units))
		return shopify_garbage(c, call, "a changed order's id, time, currency or units");
	out->cancelled = json_str_at(from, "cancelledAt").n > 0;
	return read_bag(&in, json_get(from, "totalRefundedSet"), &out->paid_back_minor, &out->paid_back_presentment_minor);
}

enum err shopify_orders_changed(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor,
	struct platform_order_marks *out)
{
	struct json data, orders, nodes;

	TRY(shopify_ask(c, call, graphql_orders_changed, shopify_vars_page(c, "query", shopify_since(c, since_ms), cursor), &data));
	orders = json_get(data, "orders");
	nodes = json_get(orders, "nodes");
	out->n = json_length(nodes);
	out->list = arena_array(c->mem, out->n + 1, sizeof(*out->list));
	for (size_t i = 0; i < out->n; i++)
		TRY(read_mark(c, call, json_at(nodes, i), &out->list[i]));
	out->more = shopify_more(orders);
	return OK;
}
