#include "tests/bill.h"

#include "lib/core/time.h"
#include "lib/json/json.h"
#include "tests/suite.h"

static struct currency money_in(const char *name, const char *otherwise)
{
	struct currency currency = { 0 };

	EXPECT(currency_read(str_of(name ? name : otherwise), &currency));
	return currency;
}

static struct currency shop_of(const struct bill *b)
{
	return money_in(b->currency, "USD");
}

static struct currency buyer_of(const struct bill *b)
{
	return money_in(b->presentment, b->currency ? b->currency : "USD");
}

static int64_t abroad(const struct bill *b, int64_t minor)
{
	return minor * (b->rate ? b->rate : 100) / 100;
}

static void side(struct world *w, struct jw *j, const char *name, struct money m)
{
	jw_key(j, name);
	jw_object(j);
	jw_kstr(j, "amount", money_decimal(w->mem, m));
	jw_kstr(j, "currency_code", currency_str(&m.currency));
	jw_end(j);
}

static void both(struct world *w, struct jw *j, const struct bill *b, const char *key, int64_t minor)
{
	jw_key(j, key);
	jw_object(j);
	side(w, j, "shop_money", (struct money){ minor, shop_of(b) });
	side(w, j, "presentment_money", (struct money){ abroad(b, minor), buyer_of(b) });
	jw_end(j);
}

static void pair(struct jw *j, const char *name, struct str value)
{
	jw_object(j);
	jw_kstr(j, "name", str_of(name));
	jw_kstr(j, "value", value);
	jw_end(j);
}

static int64_t base_of(struct world *w, const struct bill *b)
{
	return b->base_ms ? b->base_ms : world_now_ms(w) / 1000 * 1000;
}

static void line(struct world *w, struct jw *j, const struct bill *b, int i)
{
	const struct bill_line *l = &b->lines[i];

	jw_object(j);
	jw_kint(j, "id", l->id ? l->id : 900 + i);
	jw_kint(j, "variant_id", l->variant ? l->variant : 7101);
	jw_kstr(j, "title", str_of(l->title ? l->title : "Mug"));
	jw_kint(j, "quantity", l->units);
	jw_kint(j, "current_quantity", l->units - l->removed);
	both(w, j, b, "price_set", l->unit == -1 ? 0 : l->unit ? l->unit : 2000);
	jw_key(j, "properties");
	jw_list(j);
	if (l->property.n)
		pair(j, "_ufy", l->property);
	if (!i && b->property.n)
		pair(j, "_ufy", b->property);
	jw_end(j);
	jw_key(j, "discount_allocations");
	jw_list(j);
	for (size_t k = 0; k < COUNT(l->discounts); k++) {
		jw_object(j);
		both(w, j, b, "amount_set", l->discounts[k]);
		jw_end(j);
	}
	jw_end(j);
	jw_end(j);
}

static void refund_line(struct world *w, struct jw *j, const struct bill *b, const struct bill_refund *r)
{
	jw_object(j);
	jw_kint(j, "line_item_id", r->line);
	jw_kint(j, "quantity", r->units);
	both(w, j, b, "subtotal_set", r->subtotal);
	both(w, j, b, "total_tax_set", r->tax);
	jw_end(j);
}

static void transaction(struct world *w, struct jw *j, const struct bill *b, const struct bill_refund *r)
{
	struct money paid = { r->paid, r->abroad ? buyer_of(b) : shop_of(b) };

	jw_object(j);
	jw_kstr(j, "kind", S("refund"));
	jw_kstr(j, "status", r->pending ? S("pending") : S("success"));
	jw_kstr(j, "amount", money_decimal(w->mem, paid));
	jw_kstr(j, "currency", currency_str(&paid.currency));
	jw_end(j);
}

static void refund(struct world *w, struct jw *j, const struct bill *b, const struct bill_refund *r)
{
	jw_object(j);
	jw_kint(j, "id", r->id);
	jw_kint(j, "order_id", b->id ? b->id : 5001);
	jw_kstr(j, "created_at", time_text(w->mem, base_of(w, b) + r->at_s * 1000));
	jw_key(j, "refund_line_items");
	jw_list(j);
	if (r->line)
		refund_line(w, j, b, r);
	jw_end(j);
	jw_key(j, "refund_shipping_lines");
	jw_list(j);
	jw_object(j);
	both(w, j, b, "subtotal_amount_set", r->shipping);
	jw_end(j);
	jw_end(j);
	jw_key(j, "transactions");
	jw_list(j);
	if (r->paid)
		transaction(w, j, b, r);
	jw_end(j);
	jw_end(j);
}

static void head(struct world *w, struct jw *j, const struct bill *b)
{
	struct currency currency = shop_of(b);
	int64_t base = base_of(w, b);

	jw_kint(j, "id", b->id ? b->id : 5001);
	jw_kstr(j, "name", S("#1001"));
	jw_kstr(j, "created_at", time_text(w->mem, base));
	jw_kstr(j, "updated_at", time_text(w->mem, base + b->updated_s * 1000));
	jw_ktime(j, "cancelled_at", b->cancelled ? base + b->updated_s * 1000 : 0);
	jw_kbool(j, "test", b->test);
	jw_kstr(j, "financial_status", str_of(b->status ? b->status : "paid"));
	jw_kstr(j, "currency", currency_str(&currency));
	jw_kbool(j, "taxes_included", b->taxes_included);
	both(w, j, b, "total_price_set", b->total ? b->total : 2000);
	both(w, j, b, "total_shipping_price_set", b->shipping);
	jw_kstr(j, "total_tip_received", str_of(b->tip ? b->tip : "0"));
	jw_kstr(j, "landing_site", str_of(b->landing_site));
	jw_kstr(j, "landing_site_ref", str_of(b->ref));
	jw_kstr(j, "cart_token", str_of(b->cart_token));
}

static void signals(struct jw *j, const struct bill *b)
{
	jw_key(j, "note_attributes");
	jw_list(j);
	for (size_t i = 0; i < COUNT(b->attributes); i++)
		if (b->attributes[i].n)
			pair(j, "ufy", b->attributes[i]);
	jw_end(j);
	jw_key(j, "discount_codes");
	jw_list(j);
	for (size_t i = 0; i < COUNT(b->codes) && b->codes[i]; i++) {
		jw_object(j);
		jw_kstr(j, "code", str_of(b->codes[i]));
		jw_end(j);
	}
	jw_end(j);
}

struct str bill_body(struct world *w, const struct bill *from)
{
	struct jw j = jw_new(w->mem, 1 << 18);
	struct bill b = *from;

	if (!b.lines[0].units && !b.no_lines)
		b.lines[0] = (struct bill_line){ .units = 1, .discounts = { 400 } };
	jw_object(&j);
	head(w, &j, &b);
	signals(&j, &b);
	jw_key(&j, "line_items");
	jw_list(&j);
	for (int i = 0; i < (int)COUNT(b.lines) && b.lines[i].units; i++)
		line(w, &j, &b, i);
	jw_end(&j);
	jw_key(&j, "refunds");
	jw_list(&j);
	for (size_t i = 0; i < COUNT(b.refunds) && b.refunds[i].id; i++)
		refund(w, &j, &b, &b.refunds[i]);
	jw_end(&j);
	jw_end(&j);
	return jw_done(&j);
}

struct str bill_refund_body(struct world *w, const struct bill *b, size_t i)
{
	struct jw j = jw_new(w->mem, 1 << 16);

	refund(w, &j, b, &b->refunds[i]);
	return jw_done(&j);
}

struct applying {
	struct shop_id shop;
	struct str body;
	struct order_applied *out;
	bool *known;
};

static enum err apply(struct ctx *c, void *arg)
{
	const struct applying *a = arg;
	struct platform_order order;

	TRY(shopify_order_read(c, a->body, &order));
	return order_apply(c, a->shop, &order, a->out);
}

enum err bill_apply(struct world *w, struct str body, struct order_applied *out)
{
	return db_in_tx(world_ctx(w, NOBODY), apply, &(struct applying){ .shop = w->shop, .body = body, .out = out });
}

static enum err apply_refund(struct ctx *c, void *arg)
{
	const struct applying *a = arg;
	struct platform_refund refund;

	TRY(shopify_refund_read(c, a->body, &refund));
	return order_refund_apply(c, a->shop, &refund, a->known);
}

enum err bill_refund_apply(struct world *w, struct str body, bool *known)
{
	return db_in_tx(world_ctx(w, NOBODY), apply_refund, &(struct applying){ .shop = w->shop, .body = body, .known = known });
}

void bill_told(struct world *w, const struct bill *b)
{
	struct order_applied applied;

	EXPECT_ERR(bill_apply(w, bill_body(w, b), &applied), OK);
}
