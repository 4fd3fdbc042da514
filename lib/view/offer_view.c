#include <stdio.h>

#include "lib/view/offer_view.h"

#define FIELD_MAX 64

static const char *const ask_fields[] = {
	"name", "kind", "basis_points", "amount", "starts_at", "ends_at", "redemptions_max", "once_per_customer",
	"refund_restores", "lines", NULL };
static const char *const line_fields[] = { "product", "variant", "basis_points", "amount", NULL };

/* A percentage is told in basis points, everything else as money. */
static bool value_read(struct ctx *c, struct json object, struct offer_ask *ask, int64_t *value)
{
	struct money money;

	bool is_share = ask->has_kind && ask->kind == OFFER_PERCENTAGE_OFF;
	const char *foreign = is_share ? "amount" : "basis_points";

	if (ask->has_kind && json_type(json_get(object, foreign)) != JSON_ABSENT)
		field_bad(c, foreign, "not with %s", offer_kind_name(ask->kind));
	if (is_share)
		return json_want_int(c, object, "basis_points", 1, 10000, value);
	if (!json_want_money(c, object, "amount", &money))
		return false;
	if (ask->currency.code[0] && !currency_eq(ask->currency, money.currency))
		field_bad(c, "amount", "one currency for all of the offer");
	ask->currency = money.currency;
	*value = money.minor;
	return true;
}

static void line_read(struct ctx *c, struct json from, struct offer_ask *ask, size_t at)
{
	struct offer_line *line = &ask->lines[at];
	char field[FIELD_MAX];

	*line = (struct offer_line){ 0 };
	json_only(c, from, line_fields);
	if (!json_want_id(c, from, "product", ID_product, &line->product.u)) {
		snprintf(field, sizeof(field), "lines.%zu.product", at);
		field_bad(c, field, "the id of a product");
	}
	json_want_id(c, from, "variant", ID_variant, &line->variant.u);
	line->has_value = value_read(c, from, ask, &line->value);
}

static void lines_read(struct ctx *c, struct json list, struct offer_ask *ask)
{
	size_t n = json_length(list);

	if (json_type(list) == JSON_ABSENT)
		return;
	if (json_type(list) != JSON_LIST || n > OFFER_LINES_MAX) {
		field_bad(c, "lines", "a list of 1 to %d products", OFFER_LINES_MAX);
		return;
	}
	for (ask->lines_n = 0; ask->lines_n < n; ask->lines_n++)
		line_read(c, json_at(list, ask->lines_n), ask, ask->lines_n);
}

static void time_read_or_clear(struct ctx *c, struct json object, const char *field, int64_t *out)
{
	if (json_is_null(object, field))
		*out = 0;
	else
		json_want_time(c, object, field, out);
}

static void kind_read(struct ctx *c, struct json object, struct offer_ask *ask)
{
	enum offer_kind kind;
	struct str name;

	if (!json_want_text(c, object, "kind", 1, 40, &name))
		return;
	if (!offer_kind_read(name, &kind)) {
		field_bad(c, "kind", "percentage_off, fixed_amount_off or fixed_price");
		return;
	}
	if (ask->has_kind && ask->kind != kind) { /* values of another kind say nothing */
		ask->value = -1;
		for (size_t i = 0; i < ask->lines_n; i++)
			ask->lines[i].value = -1;
	}
	ask->has_kind = true;
	ask->kind = kind;
}

enum err offer_ask_read(struct ctx *c, struct str body, struct offer_ask *ask)
{
	struct json from;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, ask_fields);
	if (!ask->has_kind)
		ask->value = -1; /* a new offer says what it gives; 0 would be all of it */
	json_want_text(c, from, "name", 1, 120, &ask->name);
	kind_read(c, from, ask);
	value_read(c, from, ask, &ask->value);
	time_read_or_clear(c, from, "starts_at", &ask->starts_ms);
	time_read_or_clear(c, from, "ends_at", &ask->ends_ms);
	if (json_is_null(from, "redemptions_max"))
		ask->redemptions_max = 0;
	else
		json_want_int(c, from, "redemptions_max", 1, INT32_MAX, &ask->redemptions_max);
	json_want_bool(c, from, "once_per_customer", &ask->once_per_customer);
	json_want_bool(c, from, "refund_restores", &ask->refund_restores);
	lines_read(c, json_get(from, "lines"), ask);
	return OK;
}

static void value_json(struct jw *w, const struct offer *o, int64_t value)
{
	if (o->kind == OFFER_PERCENTAGE_OFF)
		jw_kint(w, "basis_points", value);
	else
		jw_kmoney(w, "amount", (struct money){ value, o->currency });
}

static void fields(struct jw *w, const struct offer *o)
{
	jw_kid(w, "id", ID_offer, o->id.u);
	jw_kstr(w, "shop", o->shop_domain);
	jw_kstr(w, "name", o->name);
	jw_kstr(w, "kind", str_of(offer_kind_name(o->kind)));
	value_json(w, o, o->value);
	jw_kstr(w, "state", o->state);
	jw_kstr(w, "problem", o->problem);
	jw_ktime(w, "starts_at", o->starts_ms);
	jw_ktime(w, "ends_at", o->ends_ms);
	jw_key(w, "redemptions_max");
	if (o->redemptions_max)
		jw_int(w, o->redemptions_max);
	else
		jw_null(w);
	jw_kint(w, "redemptions_used", o->redemptions_used);
	jw_kint(w, "redemptions_held", o->redemptions_held);
	jw_kbool(w, "once_per_customer", o->once_per_customer);
	jw_kbool(w, "refund_restores", o->refund_restores);
	jw_kint(w, "revision", o->revision);
	jw_ktime(w, "created_at", o->created_ms);
	jw_ktime(w, "updated_at", o->updated_ms);
}

void offer_json(struct jw *w, const struct offer *offer)
{
	jw_object(w);
	fields(w, offer);
	jw_end(w);
}

static void line_json(struct jw *w, const struct offer *o, const struct offer_line *line)
{
	jw_object(w);
	jw_kid(w, "product", ID_product, line->product.u);
	jw_kid(w, "variant", ID_variant, line->variant.u);
	jw_kstr(w, "title", line->product_title);
	jw_kstr(w, "variant_title", line->variant_title);
	if (line->has_value)
		value_json(w, o, line->value);
	jw_end(w);
}

static void price_json(struct jw *w, const struct offer_price *price)
{
	jw_object(w);
	jw_kid(w, "variant", ID_variant, price->variant.u);
	jw_kid(w, "product", ID_product, price->product.u);
	jw_kstr(w, "title", price->product_title);
	jw_kstr(w, "variant_title", price->variant_title);
	jw_kmoney(w, "list", price->list);
	jw_kmoney(w, "price", price->price);
	jw_kstr(w, "code", price->code);
	jw_kbool(w, "ready", price->ready);
	jw_key(w, "left");
	if (price->limited)
		jw_int(w, price->free > 0 ? price->free : 0);
	else
		jw_null(w);
	jw_end(w);
}

enum err offer_full_json(struct ctx *c, const struct offer *offer, struct str *out)
{
	struct jw w = jw_new(c->mem, 8 << 20);
	struct offer_line *lines;
	struct offer_price *prices;
	size_t lines_n, prices_n;

	TRY(offer_lines(c, offer->id, &lines, &lines_n));
	TRY(offer_prices(c, offer->id, &prices, &prices_n));
	jw_object(&w);
	fields(&w, offer);
	jw_key(&w, "lines");
	jw_list(&w);
	for (size_t i = 0; i < lines_n; i++)
		line_json(&w, offer, &lines[i]);
	jw_end(&w);
	jw_key(&w, "prices");
	jw_list(&w);
	for (size_t i = 0; i < prices_n; i++)
		price_json(&w, &prices[i]);
	jw_end(&w);
	jw_end(&w);
	*out = jw_done(&w);
	return OK;
}
