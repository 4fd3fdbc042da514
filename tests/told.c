#include "tests/told.h"

#include "lib/core/time.h"
#include "lib/cron/cron.h"
#include "lib/crypto/crypto.h"
#include "lib/json/json.h"
#include "tests/suite.h"

extern const struct helper webhooks_apply_helper;

static void amount(struct world *w, struct jw *j, const char *key, int64_t minor)
{
	struct money m = { minor, { "USD" } };
	struct str decimal = money_decimal(w->mem, m);

	jw_key(j, key);
	jw_object(j);
	for (int side = 0; side < 2; side++) {
		jw_key(j, side ? "presentment_money" : "shop_money");
		jw_object(j);
		jw_kstr(j, "amount", decimal);
		jw_kstr(j, "currency_code", S("USD"));
		jw_end(j);
	}
	jw_end(j);
}

static void pair(struct jw *j, const char *key, const char *name, struct str value)
{
	jw_key(j, key);
	jw_list(j);
	if (value.n) {
		jw_object(j);
		jw_kstr(j, "name", str_of(name));
		jw_kstr(j, "value", value);
		jw_end(j);
	}
	jw_end(j);
}

static void line(struct world *w, struct jw *j, const struct told *told, int i)
{
	const struct told_line *l = &told->lines[i];
	int units = l->units ? l->units : 1;

	jw_object(j);
	jw_kint(j, "id", l->id ? l->id : 900 + i);
	jw_kint(j, "variant_id", l->variant ? l->variant : 7101);
	jw_kstr(j, "title", S("Mug"));
	jw_kint(j, "quantity", units);
	jw_kint(j, "current_quantity", units - l->removed);
	amount(w, j, "price_set", 2000);
	pair(j, "properties", "_ufy", i ? S("") : told->property);
	jw_key(j, "discount_allocations");
	jw_list(j);
	jw_object(j);
	amount(w, j, "amount_set", l->discount);
	jw_end(j);
	jw_end(j);
	jw_end(j);
}

static void refund(struct world *w, struct jw *j, int64_t order, int64_t id, int units, int64_t minor)
{
	struct money m = { minor, { "USD" } };

	jw_object(j);
	jw_kint(j, "id", id);
	jw_kint(j, "order_id", order);
	jw_kstr(j, "created_at", time_text(w->mem, world_now_ms(w)));
	jw_key(j, "refund_line_items");
	jw_list(j);
	if (units) {
		jw_object(j);
		jw_kint(j, "line_item_id", 900);
		jw_kint(j, "quantity", units);
		amount(w, j, "subtotal_set", minor);
		jw_end(j);
	}
	jw_end(j);
	jw_key(j, "transactions");
	jw_list(j);
	jw_object(j);
	jw_kstr(j, "kind", S("refund"));
	jw_kstr(j, "status", S("success"));
	jw_kstr(j, "amount", money_decimal(w->mem, m));
	jw_kstr(j, "currency", S("USD"));
	jw_end(j);
	jw_end(j);
	jw_end(j);
}

static void head(struct world *w, struct jw *j, const struct told *told)
{
	int64_t start_ms = world_now_ms(w) / 1000 * 1000;

	jw_kint(j, "id", told->id);
	jw_kstr(j, "name", S("#1001"));
	jw_kstr(j, "created_at", time_text(w->mem, start_ms + told->created_s * 1000));
	jw_kstr(j, "updated_at", time_text(w->mem, start_ms + (told->updated_s + told->created_s) * 1000));
	jw_key(j, "cancelled_at");
	if (told->cancelled)
		jw_time(j, start_ms);
	else
		jw_null(j);
	jw_kbool(j, "test", told->test);
	jw_kstr(j, "financial_status", str_of(told->status ? told->status : "paid"));
	jw_kstr(j, "currency", S("USD"));
	amount(w, j, "total_price_set", 1600);
	jw_key(j, "note");
	if (told->note)
		jw_str(j, str_of(told->note));
	else
		jw_null(j);
	jw_kstr(j, "landing_site_ref", told->ref);
}

struct str told_order_body(struct world *w, struct told told)
{
	struct jw j = jw_new(w->mem, 1 << 16);

	told.id = told.id ? told.id : 5001;
	if (!told.lines[0].units && !told.lines[0].variant)
		told.lines[0] = (struct told_line){ .units = 1, .discount = 400 };
	jw_object(&j);
	head(w, &j, &told);
	pair(&j, "note_attributes", "ufy", told.mark);
	jw_key(&j, "discount_codes");
	jw_list(&j);
	if (told.code) {
		jw_object(&j);
		jw_kstr(&j, "code", str_of(told.code));
		jw_end(&j);
	}
	jw_end(&j);
	jw_key(&j, "line_items");
	jw_list(&j);
	for (int i = 0; i < 4 && (told.lines[i].units || told.lines[i].variant); i++)
		line(w, &j, &told, i);
	jw_end(&j);
	jw_key(&j, "refunds");
	jw_list(&j);
	if (told.refund)
		refund(w, &j, told.id, told.refund, told.refund_units, told.refund_minor);
	jw_end(&j);
	jw_end(&j);
	return jw_done(&j);
}

struct str told_refund_body(struct world *w, int64_t order, int64_t id, int units, int64_t minor)
{
	struct jw j = jw_new(w->mem, 1 << 16);

	refund(w, &j, order, id, units, minor);
	return jw_done(&j);
}

struct got push(struct world *w, const char *topic, const char *webhook_id, struct str body)
{
	return push_from(w, "x.myshopify.com", topic, webhook_id, 0, body);
}

struct asking pushing(struct world *w, const char *shop, const char *topic, const char *webhook_id, int64_t triggered_ms, struct str body)
{
	struct digest mac = crypto_hmac(w->config->shopify_client_secret, body);
	struct str signature = crypto_base64(w->mem, crypto_digest_str(&mac));
	struct str headers = str_fmt(w->mem, "X-Shopify-Topic: %s\nX-Shopify-Webhook-Id: %s\nX-Shopify-API-Version: 2026-10\n"
		"X-Shopify-Shop-Domain: %s\nX-Shopify-Hmac-Sha256: " STR_FMT "%s" STR_FMT, topic, webhook_id, shop, STR_ARG(signature),
		triggered_ms ? "\nX-Shopify-Triggered-At: " : "", STR_ARG(triggered_ms ? time_text(w->mem, triggered_ms) : S("")));

	return (struct asking){ .method = POST, .path = "/webhooks/shopify", .bytes = body, .content_type = "application/json",
		.headers = str_z(w->mem, headers) };
}

struct got push_from(struct world *w, const char *shop, const char *topic, const char *webhook_id, int64_t triggered_ms,
	struct str body)
{
	return ask(w, pushing(w, shop, topic, webhook_id, triggered_ms, body));
}

struct str newest_mark(struct world *w)
{
	return world_text(w, "select mark from u.checkout_session order by id desc limit 1");
}

void apply_all(struct world *w)
{
	int64_t done = 1;

	for (int i = 0; i < 20 && done; i++)
		EXPECT_ERR(webhooks_apply_helper.step(world_ctx(w, NOBODY), &done), OK);
}
