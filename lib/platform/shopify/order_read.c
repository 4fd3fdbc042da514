#include "lib/json/json.h"
#include "lib/platform/order.h"
#include "lib/core/time.h"

#define LINES_MAX 1000
#define PAIRS_MAX 100
#define UNITS_MAX 1000000
#define AMOUNT_MAX INT64_C(1000000000000) /* times UNITS_MAX it is an int64 */

static enum err want_int(struct ctx *c, struct json object, const char *field, int64_t min, int64_t max, int64_t *out)
{
	if (!json_int(json_get(object, field), out) || *out < min || *out > max)
		return FAIL(c, ERR_BAD_INPUT, "%s is missing or out of range", field);
	return OK;
}

static enum err want_units(struct ctx *c, struct json object, const char *field, int *out)
{
	int64_t units;

	TRY(want_int(c, object, field, 0, UNITS_MAX, &units));
	*out = (int)units;
	return OK;
}

static enum err want_time(struct ctx *c, struct json object, const char *field, int64_t *out)
{
	if (!time_read(json_str(json_get(object, field)), out))
		return FAIL(c, ERR_BAD_INPUT, "%s is not a time", field);
	return OK;
}

static int64_t time_or_zero(struct json object, const char *field)
{
	int64_t ms;

	return time_read(json_str(json_get(object, field)), &ms) ? ms : 0;
}

/* {"amount": "8.00", "currency_code": "EUR"}; an absent one is zero. */
static enum err read_amount(struct ctx *c, struct json side, const char *field, int64_t *minor, struct currency *currency)
{
	struct currency told;
	struct money money;

	*minor = 0;
	if (json_type(side) != JSON_OBJECT)
		return OK;
	if (!currency_read(json_str_at(side, "currency_code"), &told) ||
	    !money_read(json_str_at(side, "amount"), told, &money) || money.minor > AMOUNT_MAX || money.minor < -AMOUNT_MAX)
		return FAIL(c, ERR_BAD_INPUT, "%s is not an amount", field);
	*minor = money.minor;
	if (currency)
		*currency = told;
	return OK;
}

/* An amount in the shop's currency and in the buyer's. */
struct both {
	int64_t shop, presentment;
};

static enum err read_both(struct ctx *c, struct json object, const char *set, struct both *out)
{
	struct json sides = json_get(object, set);

	TRY(read_amount(c, json_get(sides, "shop_money"), set, &out->shop, NULL));
	out->presentment = out->shop;
	if (json_type(json_get(sides, "presentment_money")) != JSON_OBJECT)
		return OK;
	return read_amount(c, json_get(sides, "presentment_money"), set, &out->presentment, NULL);
}

static enum err read_pairs(struct ctx *c, struct json list, struct platform_pair **out, size_t *n)
{
	*n = json_length(list) < PAIRS_MAX ? json_length(list) : PAIRS_MAX;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		struct json pair = json_at(list, i);

		(*out)[i] = (struct platform_pair){ json_str_at(pair, "name"), json_str_at(pair, "value") };
	}
	return OK;
}

static enum err read_line(struct ctx *c, struct json from, struct platform_order_line *line)
{
	struct json allocations = json_get(from, "discount_allocations");
	struct both amount;

	TRY(want_int(c, from, "id", 1, INT64_MAX, &line->external));
	if (!json_int(json_get(from, "variant_id"), &line->variant))
		line->variant = 0;
	line->title = json_str_at(from, "title");
	TRY(want_units(c, from, "quantity", &line->units));
	line->current_units = line->units;
	if (json_type(json_get(from, "current_quantity")) == JSON_INT)
		TRY(want_units(c, from, "current_quantity", &line->current_units));
	TRY(read_both(c, from, "price_set", &amount));
	line->unit_minor = amount.shop;
	line->unit_presentment_minor = amount.presentment;
	for (size_t i = 0; i < json_length(allocations) && i < PAIRS_MAX; i++) {
		TRY(read_both(c, json_at(allocations, i), "amount_set", &amount));
		line->discount_minor += amount.shop;
		line->discount_presentment_minor += amount.presentment;
	}
	return read_pairs(c, json_get(from, "properties"), &line->properties, &line->properties_n);
}

static enum err read_lines(struct ctx *c, struct json list, struct platform_order *out)
{
	out->lines_n = json_length(list);
	if (out->lines_n > LINES_MAX)
		return FAIL(c, ERR_BAD_INPUT, "line_items has more than %d", LINES_MAX);
	out->lines = arena_array(c->mem, out->lines_n + 1, sizeof(*out->lines));
	for (size_t i = 0; i < out->lines_n; i++)
		TRY(read_line(c, json_at(list, i), &out->lines[i]));
	return OK;
}

static enum err read_refund_lines(struct ctx *c, struct json list, struct platform_refund *out)
{
	struct both subtotal, tax;

	out->lines_n = json_length(list);
	if (out->lines_n > LINES_MAX)
		return FAIL(c, ERR_BAD_INPUT, "refund_line_items has more than %d", LINES_MAX);
	out->lines = arena_array(c->mem, out->lines_n + 1, sizeof(*out->lines));
	for (size_t i = 0; i < out->lines_n; i++) {
		struct json from = json_at(list, i);

		TRY(want_int(c, from, "line_item_id", 1, INT64_MAX, &out->lines[i].line));
		TRY(want_units(c, from, "quantity", &out->lines[i].units));
		TRY(read_both(c, from, "subtotal_set", &subtotal));
		TRY(read_both(c, from, "total_tax_set", &tax));
		out->lines[i].subtotal_minor = subtotal.shop;
		out->lines[i].subtotal_presentment_minor = subtotal.presentment;
		out->tax_minor += tax.shop;
		out->tax_presentment_minor += tax.presentment;
	}
	return OK;
}

/* The subtotal of shipping includes the tax where prices do; else the tax is told beside it. */
static enum err read_shipping_back(struct ctx *c, struct json list, struct platform_refund *out)
{
	for (size_t i = 0; i < json_length(list) && i < PAIRS_MAX; i++) {
		struct both amount;

		TRY(read_both(c, json_at(list, i), "subtotal_amount_set", &amount));
		out->shipping_minor += amount.shop;
		out->shipping_presentment_minor += amount.presentment;
	}
	return OK;
}

/* Only money that moved counts: kind refund, status success. */
static enum err read_paid_back(struct ctx *c, struct json list, struct platform_refund *out)
{
	for (size_t i = 0; i < json_length(list) && i < PAIRS_MAX; i++) {
		struct json from = json_at(list, i);
		struct currency currency;
		struct money money;

		if (!str_eq(json_str_at(from, "kind"), S("refund")) || !str_eq(json_str_at(from, "status"), S("success")))
			continue;
		if (!currency_read(json_str_at(from, "currency"), &currency) ||
		    !money_read(json_str_at(from, "amount"), currency, &money) || money.minor > AMOUNT_MAX || money.minor < 0)
			return FAIL(c, ERR_BAD_INPUT, "transactions: not an amount");
		if (out->paid_in.code[0] && !currency_eq(out->paid_in, currency))
			return FAIL(c, ERR_BAD_INPUT, "transactions: one refund in two currencies");
		out->paid_in = currency;
		out->paid_back_minor += money.minor;
	}
	return OK;
}

static enum err read_refund(struct ctx *c, struct json from, int64_t order, struct platform_refund *out)
{
	*out = (struct platform_refund){ .order = order };
	TRY(want_int(c, from, "id", 1, INT64_MAX, &out->external));
	TRY(want_time(c, from, "created_at", &out->at_ms));
	TRY(read_paid_back(c, json_get(from, "transactions"), out));
	TRY(read_shipping_back(c, json_get(from, "refund_shipping_lines"), out));
	return read_refund_lines(c, json_get(from, "refund_line_items"), out);
}

static enum err read_refunds(struct ctx *c, struct json list, struct platform_order *out)
{
	out->refunds_n = json_length(list);
	if (out->refunds_n > LINES_MAX)
		return FAIL(c, ERR_BAD_INPUT, "refunds has more than %d", LINES_MAX);
	out->refunds = arena_array(c->mem, out->refunds_n + 1, sizeof(*out->refunds));
	for (size_t i = 0; i < out->refunds_n; i++)
		TRY(read_refund(c, json_at(list, i), out->external, &out->refunds[i]));
	return OK;
}

static void read_codes(struct ctx *c, struct json list, struct platform_order *out)
{
	out->codes_n = json_length(list) < PAIRS_MAX ? json_length(list) : PAIRS_MAX;
	out->codes = arena_array(c->mem, out->codes_n + 1, sizeof(*out->codes));
	for (size_t i = 0; i < out->codes_n; i++)
		out->codes[i] = json_str_at(json_at(list, i), "code");
}

/* What the buyer paid beside the lines. The tip is told as bare decimals of the shop's currency. */
static enum err read_beside(struct ctx *c, struct json from, struct platform_order *out)
{
	struct str tip = json_str_at(from, "total_tip_received");
	struct money money = { 0 };
	struct both shipping;

	TRY(read_both(c, from, "total_shipping_price_set", &shipping));
	if (tip.n && !money_read(tip, out->currency, &money))
		return FAIL(c, ERR_BAD_INPUT, "total_tip_received is not an amount");
	out->shipping_minor = shipping.shop;
	out->tip_minor = money.minor;
	out->taxes_included = json_bool(json_get(from, "taxes_included"), false);
	return OK;
}

static enum err read_head(struct ctx *c, struct json from, struct platform_order *out)
{
	struct json total = json_get(from, "total_price_set");

	TRY(want_int(c, from, "id", 1, INT64_MAX, &out->external));
	TRY(want_time(c, from, "created_at", &out->created_ms));
	TRY(want_time(c, from, "updated_at", &out->updated_ms));
	if (!currency_read(json_str_at(from, "currency"), &out->currency))
		return FAIL(c, ERR_BAD_INPUT, "currency is not one of ISO 4217");
	out->presentment = out->currency;
	TRY(read_amount(c, json_get(total, "shop_money"), "total_price_set", &out->total_minor, NULL));
	out->presentment_total_minor = out->total_minor;
	if (json_type(json_get(total, "presentment_money")) == JSON_OBJECT)
		TRY(read_amount(c, json_get(total, "presentment_money"), "total_price_set", &out->presentment_total_minor,
			&out->presentment));
	out->cancelled_ms = time_or_zero(from, "cancelled_at");
	out->cancel_reason = json_str_at(from, "cancel_reason");
	out->test = json_bool(json_get(from, "test"), false);
	out->name = json_str_at(from, "name");
	out->financial_status = json_str_at(from, "financial_status");
	out->source_name = json_str_at(from, "source_name");
	out->cart_token = json_str_at(from, "cart_token");
	out->checkout_token = json_str_at(from, "checkout_token");
	out->landing_site = json_str_at(from, "landing_site");
	out->landing_ref = json_str_at(from, "landing_site_ref");
	return read_beside(c, from, out);
}

enum err shopify_order_read(struct ctx *c, struct str body, struct platform_order *out)
{
	struct json from;

	*out = (struct platform_order){ 0 };
	TRY(json_read_object(c, body, &from));
	TRY(read_head(c, from, out));
	TRY(read_pairs(c, json_get(from, "note_attributes"), &out->attributes, &out->attributes_n));
	read_codes(c, json_get(from, "discount_codes"), out);
	TRY(read_lines(c, json_get(from, "line_items"), out));
	return read_refunds(c, json_get(from, "refunds"), out);
}

enum err shopify_refund_read(struct ctx *c, struct str body, struct platform_refund *out)
{
	struct json from;
	int64_t order;

	TRY(json_read_object(c, body, &from));
	TRY(want_int(c, from, "order_id", 1, INT64_MAX, &order));
	return read_refund(c, from, order, out);
}

enum err shopify_level_read(struct ctx *c, struct str body, struct platform_level *out)
{
	struct json from;

	*out = (struct platform_level){ 0 };
	TRY(json_read_object(c, body, &from));
	TRY(want_int(c, from, "inventory_item_id", 1, INT64_MAX, &out->item));
	TRY(want_int(c, from, "location_id", 1, INT64_MAX, &out->location));
	out->known = json_int(json_get(from, "available"), &out->available);
	out->updated_ms = time_or_zero(from, "updated_at");
	return OK;
}

enum err shopify_id_read(struct ctx *c, struct str body, const char *field, int64_t *out)
{
	struct json from;

	TRY(json_read_object(c, body, &from));
	return want_int(c, from, field, 1, INT64_MAX, out);
}
