/* /analytics/revenue: net, per currency, credited only. */
#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper events_deliver_helper;

static void deliver(struct world *w)
{
	int64_t done = 1;

	for (int i = 0; i < 50 && done; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(w, NOBODY), &done), OK);
}

static void sell(struct world *w, int64_t id, const char *path, const char *visitor)
{
	expect_status(tap_at(w, visitor, path), 303);
	push(w, "orders/create", fmt(w, "%lld", (long long)id), told_order(w, .id = id, .mark = newest_mark(w)));
	apply_all(w);
}

static struct got revenue(struct world *w, const char *query)
{
	deliver(w);
	return get(w, ANNA, fmt(w, "/analytics/revenue%s", query));
}

static void revenue_is_split_by_platform_surface_or_stream(void)
{
	struct world w = world(.stock = 9);
	struct got got;

	expect_status(post(&w, ANNA, "/links", "{\"offer\":\"$offer\",\"code\":\"insta\",\"platform\":\"instagram\",\"surface\":\"dm\"}"), 201);
	sell(&w, 5001, "/go/annalink1", "vera");
	sell(&w, 5002, "/go/annalink1", "carl");
	sell(&w, 5003, "/go/insta", "dora");
	got = revenue(&w, "?by=platform");
	EXPECT_SAME(got_json(&w, got, "items.0.name"), S("youtube"));
	EXPECT_SAME(got_json(&w, got, "items.0.net.minor"), S("3200"));
	EXPECT_SAME(got_json(&w, got, "items.0.net.currency"), S("USD"));
	EXPECT_SAME(got_json(&w, got, "items.0.orders"), S("2"));
	EXPECT_SAME(got_json(&w, got, "items.0.units"), S("2"));
	EXPECT_SAME(got_json(&w, got, "items.1.name"), S("instagram"));
	EXPECT_SAME(got_json(&w, got, "items.1.net.minor"), S("1600"));
	EXPECT_SAME(got_json(&w, revenue(&w, "?by=surface"), "items.0.name"), S("live"));
	got = revenue(&w, "?by=stream");
	EXPECT_STR(got_json(&w, got, "items.0.stream"), filled(&w, "$stream"));
	EXPECT_SAME(got_json(&w, got, "items.0.title"), S("Friday live"));
	EXPECT_SAME(got_json(&w, got, "items.1.stream"), S(""));
	EXPECT_SAME(got_json(&w, got, "items.1.net.minor"), S("1600"));
	expect_body_lacks(get(&w, BEN, "/analytics/revenue"), "USD");
}

static void refunds_are_taken_off(void)
{
	struct world w = world(.stock = 9);
	struct got got;

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w), .lines = { { .units = 3, .discount = 1200 } }));
	push(&w, "orders/updated", "2", told_order(&w, .updated_s = 60, .mark = newest_mark(&w), .status = "partially_refunded",
		.lines = { { .units = 3, .discount = 1200, .removed = 1 } }, .refund = 71, .refund_units = 1, .refund_minor = 1600));
	apply_all(&w);
	got = revenue(&w, "");
	EXPECT_SAME(got_json(&w, got, "items.0.net.minor"), S("3200"));
	EXPECT_SAME(got_json(&w, got, "items.0.orders"), S("1"));
}

static void an_order_first_seen_with_its_refund_counts_net(void)
{
	struct world w = world(.stock = 9);

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w), .status = "refunded",
		.lines = { { .units = 1, .discount = 400, .removed = 1 } }, .refund = 71, .refund_units = 1, .refund_minor = 1000));
	apply_all(&w);
	EXPECT_SAME(got_json(&w, revenue(&w, ""), "items.0.net.minor"), S("600"));
	expect_sql(&w, 1, "select count(distinct payload -> 'net_minor') from u.event_log where type in ('PURCHASE_COMPLETED', 'ORDER_REFUNDED')");
}

static void what_is_unpaid_a_test_or_nobodys_earns_nothing(void)
{
	struct world w = world(.stock = 9);

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w), .status = "pending"));
	expect_status(tap(&w, "carl"), 303);
	push(&w, "orders/create", "2", told_order(&w, .id = 5002, .mark = newest_mark(&w), .test = true));
	push(&w, "orders/create", "3", told_order(&w, .id = 5003, .note = "none"));
	apply_all(&w);
	expect_body_has(revenue(&w, ""), "\"items\":[]");
}

static void currencies_are_not_added_up(void)
{
	struct world w = world(.stock = 9);
	struct got got;

	sell(&w, 5001, "/go/annalink1", "vera");
	world_sql(&w, "insert into u.event_log (id, type, creator_id, subject, payload) select gen_random_uuid(), type, creator_id, gen_random_uuid(),"
		" payload || '{\"currency\": \"EUR\", \"net_minor\": 900}' from u.event_log where type = 'PURCHASE_COMPLETED'");
	got = revenue(&w, "?by=platform");
	EXPECT_SAME(got_json(&w, got, "items.0.net.currency"), S("USD"));
	EXPECT_SAME(got_json(&w, got, "items.1.net.currency"), S("EUR"));
	EXPECT_SAME(got_json(&w, got, "items.1.net.minor"), S("900"));
}

static void a_window_of_time_holds_the_orders_paid_in_it(void)
{
	struct world w = world(.stock = 9);

	sell(&w, 5001, "/go/annalink1", "vera");
	expect_body_has(revenue(&w, "?from=2099-01-01T00:00:00Z"), "\"items\":[]");
	expect_body_has(revenue(&w, "?before=2020-01-01T00:00:00Z"), "\"items\":[]");
	EXPECT_SAME(got_json(&w, revenue(&w, "?from=2020-01-01T00:00:00Z&before=2099-01-01T00:00:00Z"), "items.0.net.minor"), S("1600"));
}

static void it_knows_what_it_can_be_asked(void)
{
	struct world w = world(.bare = true);

	expect_field(get(&w, ANNA, "/analytics/revenue?by=buyer"), "by");
	expect_field(get(&w, ANNA, "/analytics/revenue?from=x"), "from");
	expect_field(get(&w, ANNA, "/analytics/revenue?before=x"), "before");
	expect_problem(get(&w, NOBODY, "/analytics/revenue"), "login-needed");
}

static const CU_TestInfo tests[] = {
	T(revenue_is_split_by_platform_surface_or_stream),
	T(refunds_are_taken_off),
	T(an_order_first_seen_with_its_refund_counts_net),
	T(what_is_unpaid_a_test_or_nobodys_earns_nothing),
	T(currencies_are_not_added_up),
	T(a_window_of_time_holds_the_orders_paid_in_it),
	T(it_knows_what_it_can_be_asked),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_analytics = { "cgi-bin/analytics", tests };
