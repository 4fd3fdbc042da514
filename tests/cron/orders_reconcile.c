#include "lib/core/config.h"
#include "lib/cron/cron.h"
#include "lib/job/job.h"
#include "lib/order/order.h"
#include "lib/platform/order.h"
#include "lib/reconcile/reconcile.h"
#include "tests/storefront.h"
#include "tests/suite.h"

extern const struct helper orders_reconcile_helper;

#define SHOP "\"bucket\":{\"max\":100000,\"restore\":10000},\"taxRate\":0.24,\"presentment\":{\"currency\":\"EUR\",\"rate\":0.9}," \
	"\"products\":[{\"title\":\"Linen Tote\",\"variants\":[{\"title\":\"Sand\",\"price\":\"40.00\",\"stock\":1000}," \
	"{\"title\":\"Sea\",\"price\":\"42.50\",\"stock\":1000}]}]"

static struct json shop;

static struct world installed(void)
{
	struct world w = world(.bare = true);

	shop = storefront(&w, SHOP);
	storefront_install(&w);
	return w;
}

static struct json at_shop(struct world *w, const char *path, const char *body)
{
	return control(w, "POST", str_z(w->mem, str_fmt(w->mem, "/shops/x.myshopify.com/orders%s", path)), body);
}

/* An order of two lines, which no webhook tells; its id there. */
static const char *placed(struct world *w, const char *more)
{
	struct json variants = json_get(json_at(json_get(shop, "products"), 0), "variants");
	struct json made = at_shop(w, "", str_z(w->mem, str_fmt(w->mem, "{\"send\":false,\"lines\":[{\"variantId\":\"" STR_FMT "\",\"quantity\":2},"
		"{\"variantId\":\"" STR_FMT "\",\"quantity\":1}]%s}", STR_ARG(json_str_at(json_at(variants, 0), "id")),
		STR_ARG(json_str_at(json_at(variants, 1), "id")), more)));

	return str_z(w->mem, json_str_at(made, "order.id"));
}

static void changed(struct world *w, const char *order, const char *action, const char *body)
{
	(void)at_shop(w, str_z(w->mem, str_fmt(w->mem, "/%s/%s", order, action)), body);
}

static int64_t pass(struct world *w)
{
	EXPECT_ERR(reconcile_want(world_ctx(w, NOBODY), w->shop), OK);
	return helper_run(w, orders_reconcile_helper.step);
}

static void an_order_that_was_never_told_is_found(void)
{
	struct world w = installed();
	const char *order = placed(&w, ",\"attributes\":{\"a\":\"b\"},\"landingSite\":\"/p?ref=9\",\"ref\":\"9\"");

	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where external_id = %s and financial_status = 'paid' and currency = 'USD'"
		" and presentment_currency = 'EUR' and total_minor = 12250 and presentment_total_minor = 11025", order);
	expect_sql(&w, 2, "select count(*) from u.order_line where units = current_units and unit_minor in (4000, 4250)");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
	expect_sql(&w, 1, "select count(*) from u.reconcile_run where finished_at is not null and missing = 1 and newer + different + same + refused = 0");
	expect_sql(&w, 1, "select count(*) from u.reconcile_find where order_external = %s and found = 'missing'", order);
}

static void what_is_known_is_left_alone(void)
{
	struct world w = installed();
	int64_t events;

	placed(&w, "");
	pass(&w);
	events = world_int(&w, "select count(*) from u.event_log");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.reconcile_run where same = 1 and missing + newer + different + refused = 0");
	expect_sql(&w, events, "select count(*) from u.event_log");
}

static void a_change_of_the_same_second_is_found(void)
{
	struct world w = installed();
	const char *order = placed(&w, "");

	pass(&w);
	changed(&w, order, "refund", "{\"amount\":\"10.00\"}");
	pass(&w);
	expect_sql(&w, 1000, "select paid_back_minor from u.order_refund");
	changed(&w, order, "refund", "{\"amount\":\"5.00\"}");
	world_sql(&w, "update u.shop_order set shop_updated_at = (select max(shop_updated_at) from u.reconcile_find)");
	pass(&w);
	expect_sql(&w, 1500, "select sum(paid_back_minor) from u.order_refund");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'ORDER_REFUNDED'");
}

/* The body that a webhook of that order would have. */
static struct platform_order told_by_webhook(struct world *w, const char *order)
{
	struct json made = control(w, "GET", str_z(w->mem, str_fmt(w->mem, "/shops/x.myshopify.com/orders/%s", order)), NULL);
	struct platform_order told;

	EXPECT_ERR(shopify_order_read(world_ctx(w, NOBODY), json_str_at(made, "payload"), &told), OK);
	return told;
}

/* Of tellings of one time the one that is further stands, and fewer units do not look further. */
static void an_edit_of_the_same_second_is_found(void)
{
	struct world w = installed();
	const char *order = placed(&w, "");
	struct platform_order hook = told_by_webhook(&w, order);
	struct order_applied applied;

	EXPECT_ERR(order_apply(world_ctx(&w, NOBODY), w.shop, &hook, &applied), OK);
	for (int units = 1; units >= 0; units--) {
		changed(&w, order, "edit", str_z(w.mem, str_fmt(w.mem, "{\"lines\":[{\"variantId\":\"" STR_FMT "\",\"quantity\":%d}]}",
			STR_ARG(json_str_at(json_at(json_get(json_at(json_get(shop, "products"), 0), "variants"), 0), "id")), units)));
		world_sql(&w, "update u.shop_order set shop_updated_at = to_timestamp(%lld / 1000.0)", (long long)told_by_webhook(&w, order).updated_ms);
		pass(&w);
		expect_sql(&w, units + 1, "select sum(current_units) from u.order_line");
	}
	hook.updated_ms = told_by_webhook(&w, order).updated_ms;
	EXPECT_ERR(order_apply(world_ctx(&w, NOBODY), w.shop, &hook, &applied), OK);
	EXPECT(applied.stale);
	expect_sql(&w, 1, "select sum(current_units) from u.order_line");
}

static void a_lost_cancel_is_found(void)
{
	struct world w = installed();
	const char *order = placed(&w, "");

	pass(&w);
	changed(&w, order, "cancel", "{\"reason\":\"fraud\"}");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where cancelled_at is not null and cancel_reason = 'fraud' and financial_status = 'refunded'");
	expect_sql(&w, 12250, "select sum(paid_back_minor) from u.order_refund");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'ORDER_CANCELLED'");
	expect_sql(&w, 0, "select sum(current_units) from u.order_line");
}

static void the_api_and_a_webhook_tell_the_same_order(void)
{
	struct world w = installed();
	const char *order = placed(&w, ",\"attributes\":{\"a\":\"b\"},\"properties\":{\"_p\":\"q\"},\"landingSite\":\"/p?ref=9\",\"ref\":\"9\"");
	struct platform_order hook;
	struct order_applied applied;

	changed(&w, order, "refund", "{\"amount\":\"3.00\"}");
	changed(&w, order, "edit", str_z(w.mem, str_fmt(w.mem, "{\"lines\":[{\"variantId\":\"" STR_FMT "\",\"quantity\":1}]}",
		STR_ARG(json_str_at(json_at(json_get(json_at(json_get(shop, "products"), 0), "variants"), 0), "id")))));
	hook = told_by_webhook(&w, order);
	EXPECT_ERR(order_apply(world_ctx(&w, NOBODY), w.shop, &hook, &applied), OK);
	world_sql(&w, "create temp table a as select to_jsonb(o) - array['id', 'first_seen_at', 'paid_at', 'revision', 'content'] as o,"
		" (select jsonb_agg(to_jsonb(l) - array['order_id', 'unsynced_since'] order by l.external_id) from u.order_line l) as l,"
		" (select jsonb_agg(to_jsonb(f) - array['order_id'] order by f.external_id) from u.order_refund f) as f from u.shop_order o");
	world_sql(&w, "delete from u.shop_order");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order o, a where a.o = to_jsonb(o) - array['id', 'first_seen_at', 'paid_at', 'revision', 'content']");
	expect_sql(&w, 1, "select count(*) from a where l = (select jsonb_agg(to_jsonb(n) - array['order_id', 'unsynced_since'] order by n.external_id)"
		" from u.order_line n)");
	expect_sql(&w, 1, "select count(*) from a where f = (select jsonb_agg(to_jsonb(n) - array['order_id'] order by n.external_id) from u.order_refund n)");
	world_sql(&w, "drop table a");
}

static void many_pages_survive_a_kill_and_lost_answers(void)
{
	struct world w = installed();
	int64_t done;

	for (int i = 0; i < 120; i++)
		placed(&w, "");
	EXPECT_ERR(reconcile_want(world_ctx(&w, NOBODY), w.shop), OK);
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"lost_answer\",\"match\":\"UnifyedOrder(\",\"count\":1}");
	EXPECT_ERR(orders_reconcile_helper.step(world_ctx(&w, NOBODY), &done), OK);
	expect_sql(&w, 1, "select count(*) from u.reconcile where problem = 'PLATFORM_AWAY' and attempts = 1 and cursor = ''");
	world_clock_advance(&w, 5000);
	EXPECT_ERR(orders_reconcile_helper.step(world_ctx(&w, NOBODY), &done), OK);
	expect_sql(&w, 100, "select count(*) from u.shop_order");
	expect_sql(&w, 1, "select count(*) from u.reconcile where cursor <> '' and run_id is not null");
	helper_run(&w, orders_reconcile_helper.step);
	expect_sql(&w, 120, "select count(*) from u.shop_order");
	expect_sql(&w, 120, "select missing from u.reconcile_run where finished_at is not null");
	expect_sql(&w, 1, "select count(*) from u.reconcile_run");
}

static void throttling_is_respected(void)
{
	struct world w = installed();

	placed(&w, "");
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"throttle\",\"count\":1}");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop where call_after > u.clock() and call_failures = 0 and health = 'healthy'");
	expect_sql(&w, 0, "select count(*) from u.shop_order");
	world_clock_advance(&w, 61000);
	helper_run(&w, orders_reconcile_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop_order");
}

static void passes_overlap_and_stay_inside_the_window(void)
{
	struct world w = installed();

	placed(&w, "");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.reconcile where due_at between u.clock() + interval '890 s' and u.clock() + interval '900 s'");
	expect_sql(&w, 0, "select count(*) from u.reconcile_run where clipped");
	world_sql(&w, "update u.reconcile set high_at = u.clock() - interval '70 days'");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.reconcile_run where clipped and since_at > u.clock() - interval '60 days'");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.reconcile_run where not clipped and same = 1 and since_at between u.clock() - interval '620 s' and u.clock() - interval '590 s'");
}

static void a_shop_that_is_gone_or_rests_is_left_alone(void)
{
	struct world w = installed();

	placed(&w, "");
	world_sql(&w, "update u.shop set status = 'uninstalled'");
	EXPECT_INT(pass(&w), 0);
	world_sql(&w, "update u.shop set status = 'active', health = 'needs_reconnect'");
	EXPECT_INT(pass(&w), 0);
	world_sql(&w, "update u.shop set health = 'healthy', call_after = u.clock() + interval '1 minute'");
	EXPECT_INT(pass(&w), 0);
	expect_sql(&w, 0, "select count(*) from u.shop_order");
}

static void an_order_that_cannot_be_applied_does_not_stop_the_others(void)
{
	struct world w = installed();
	const char *order = placed(&w, "");

	pass(&w);
	world_sql(&w, "update u.shop_order set currency = 'GBP', shop_updated_at = shop_updated_at - interval '1 hour'");
	placed(&w, "");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.reconcile_find where found = 'refused' and problem like 'BAD_INPUT%%' and order_external = %s", order);
	expect_sql(&w, 2, "select count(*) from u.shop_order");
	expect_sql(&w, 1, "select count(*) from u.reconcile_run where finished_at is not null and missing = 1 and refused = 1");
}

static void a_cursor_that_the_shop_refuses_begins_again(void)
{
	struct world w = installed();

	placed(&w, "");
	EXPECT_ERR(reconcile_want(world_ctx(&w, NOBODY), w.shop), OK);
	world_sql(&w, "update u.reconcile set cursor = 'nonsense', run_id = '01900000-0000-7000-8000-00000000beef', since_at = u.clock() - interval '1 day'");
	world_sql(&w, "insert into u.reconcile_run (id, shop_id, since_at) select run_id, shop_id, since_at from u.reconcile");
	for (int i = 0; i < 8; i++) {
		helper_run(&w, orders_reconcile_helper.step);
		world_clock_advance(&w, 600000);
	}
	expect_sql(&w, 1, "select count(*) from u.shop_order");
}

static void a_job_asks_for_a_pass_at_once(void)
{
	struct world w = installed();

	pass(&w);
	placed(&w, "");
	EXPECT_INT(helper_run(&w, orders_reconcile_helper.step), 0);
	EXPECT_ERR(job_queue(world_ctx(&w, NOBODY), S("orders_reconcile"), S("x"), w.shop, (struct creator_id){ 0 }, S("")), OK);
	helper_run(&w, orders_reconcile_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop_order");
}

static int64_t told(struct world *w)
{
	return world_int(w, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH' and payload ->> 'reason' = 'api-version'");
}

static void another_version_of_the_api_is_reported_once(void)
{
	struct world w = installed();
	int64_t events;

	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop where api_version = '2026-10' and health = 'healthy'");
	w.config->shopify_api_version = S("2026-07"); /* the sandbox answers a known older one with its own */
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop where api_version = '2026-10' and health = 'degraded' and health_reason = 'api-version'");
	events = told(&w);
	EXPECT(events > 0);
	pass(&w);
	EXPECT_INT(told(&w), events);
	w.config->shopify_api_version = S("2026-10");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'healthy'");
}

static void webhooks_of_another_version_are_reported(void)
{
	struct world w = installed();

	world_sql(&w, "insert into u.webhook_inbox (id, platform, shop_domain, topic, webhook_id, api_version, state)"
		" values ('01900000-0000-7000-8000-00000000aaaa', 'shopify', 'x.myshopify.com', 'orders/create', 'w1', '2027-01', 'done')");
	pass(&w);
	expect_sql(&w, 1, "select count(*) from u.shop where webhook_version = '2027-01' and health = 'degraded' and health_reason = 'api-version'");
}

static void the_owner_sees_what_a_pass_found(void)
{
	struct world w = installed();
	struct got got;

	placed(&w, "");
	pass(&w);
	got = ask(&w, (struct asking){ .path = "/connections", .as = ANNA });
	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "items.0.orders_compared.missing"), "1");
	EXPECT_STR(got_json(&w, got, "items.0.orders_compared.same"), "0");
}

static const CU_TestInfo tests[] = {
	T(an_order_that_was_never_told_is_found),
	T(what_is_known_is_left_alone),
	T(a_change_of_the_same_second_is_found),
	T(an_edit_of_the_same_second_is_found),
	T(a_lost_cancel_is_found),
	T(the_api_and_a_webhook_tell_the_same_order),
	T(many_pages_survive_a_kill_and_lost_answers),
	T(throttling_is_respected),
	T(passes_overlap_and_stay_inside_the_window),
	T(a_shop_that_is_gone_or_rests_is_left_alone),
	T(an_order_that_cannot_be_applied_does_not_stop_the_others),
	T(a_cursor_that_the_shop_refuses_begins_again),
	T(a_job_asks_for_a_pass_at_once),
	T(another_version_of_the_api_is_reported_once),
	T(webhooks_of_another_version_are_reported),
	T(the_owner_sees_what_a_pass_found),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_orders_reconcile = { "cron/orders_reconcile", tests };
