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

/* Anna's show, which shows the mug at second 60 and nothing else at 120, sells it once live and once in the replay. The first moment. */
static struct str show_that_sold(struct world *w)
{
	struct got made;
	const char *path, *stream;
	struct str moment;

	world_sql(w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	made = post(w, ANNA, "/streams", "{\"platform\":\"youtube\",\"title\":\"Kitchen\",\"delay_s\":10}");
	expect_status(made, 201);
	stream = id_in(w, made);
	path = fmt(w, "/streams/sessions/" STR_FMT, STR_ARG(got_json(w, made, "session")));
	expect_status(post(w, ANNA, fmt(w, "/streams/%s/start", stream), NULL), 200);
	expect_status(post(w, ANNA, fmt(w, "%s/link", path), "{\"platform\":\"youtube\",\"code\":\"show\"}"), 201);
	world_clock_advance(w, 60000);
	made = post(w, ANNA, fmt(w, "%s/spotlight", path), "{\"offer\":\"$offer\"}");
	moment = got_json(w, made, "id");
	world_clock_advance(w, 30000);
	sell(w, 5001, "/go/show", "vera");
	world_clock_advance(w, 30000);
	expect_status(post(w, ANNA, fmt(w, "%s/spotlight", path), "{\"offer\":\"$offer\",\"title\":\"And again\"}"), 201);
	expect_status(post(w, ANNA, fmt(w, "/streams/%s/end", stream), NULL), 200);
	deliver(w);
	sell(w, 5002, str_z(w->mem, world_text(w, "select '/go/' || k.code || '?t=70' from u.replay_link x join u.short_link k on k.id = x.link_id"
		" join u.moment m on m.id = x.moment_id order by m.at limit 1")), "carl");
	return moment;
}

static void revenue_is_split_by_moment_wherever_it_sold(void)
{
	struct world w = world(.stock = 9);
	struct str moment = show_that_sold(&w);
	struct got got;

	sell(&w, 5003, "/go/annalink1", "dora");
	got = revenue(&w, "?by=moment");
	EXPECT_SAME(got_json(&w, got, "items.0.moment"), moment);
	EXPECT_SAME(got_json(&w, got, "items.0.second"), S("60"));
	EXPECT_SAME(got_json(&w, got, "items.0.title"), S("Mug"));
	EXPECT_STR(got_json(&w, got, "items.0.product"), filled(&w, "$product"));
	EXPECT_SAME(got_json(&w, got, "items.0.orders"), S("2"));
	EXPECT_SAME(got_json(&w, got, "items.0.units"), S("2"));
	EXPECT_SAME(got_json(&w, got, "items.0.net.minor"), S("3200"));
	EXPECT_SAME(got_json(&w, got, "items.0.replay"), got_json(&w, get(&w, ANNA, "/replays"), "items.0.id"));
	EXPECT_SAME(got_json(&w, got, "items.0.session"), got_json(&w, get(&w, ANNA, "/streams/sessions"), "items.0.id"));
	EXPECT_SAME(got_json(&w, got, "items.1.moment"), S(""));
	EXPECT_SAME(got_json(&w, got, "items.1.second"), S(""));
	EXPECT_SAME(got_json(&w, got, "items.1.net.minor"), S("1600"));
	got = revenue(&w, "?by=replay");
	EXPECT_SAME(got_json(&w, got, "items.0.replay"), S(""));
	EXPECT_SAME(got_json(&w, got, "items.0.orders"), S("2"));
	EXPECT_SAME(got_json(&w, got, "items.1.title"), S("Kitchen"));
	EXPECT_SAME(got_json(&w, got, "items.1.orders"), S("1"));
	expect_body_has(get(&w, BEN, "/analytics/revenue?by=moment"), "\"items\":[]");
	expect_body_has(revenue(&w, "?by=moment&from=2099-01-01T00:00:00Z"), "\"items\":[]");
	expect_body_has(ask(&w, (struct asking){ .as = ANNA, .page = true, .path = fmt(&w, "/dashboard/replays/" STR_FMT,
		STR_ARG(got_json(&w, get(&w, ANNA, "/replays"), "items.0.id"))) }), "<strong>$32.00</strong> · 2 sold");
}

static void a_merged_moments_sales_are_the_others(void)
{
	struct world w = world(.stock = 9);
	struct str moment = show_that_sold(&w), into = world_text(&w, "select id::text from u.moment where title = 'And again'");
	struct uuid id;

	EXPECT(uuid_read(into, &id));
	expect_status(post(&w, ANNA, fmt(&w, "/streams/moments/" STR_FMT "/merge", STR_ARG(moment)),
		fmt(&w, "{\"into\":\"" STR_FMT "\"}", STR_ARG(id_text(w.mem, ID_moment, id)))), 200);
	EXPECT_SAME(got_json(&w, revenue(&w, "?by=moment"), "items.0.title"), S("And again"));
	EXPECT_SAME(got_json(&w, revenue(&w, "?by=moment"), "items.0.orders"), S("2"));
	EXPECT_SAME(got_json(&w, revenue(&w, "?by=moment"), "items.1.orders"), S(""));
}

static void an_order_names_its_moment_and_second(void)
{
	struct world w = world(.stock = 9);
	struct str moment = show_that_sold(&w);
	struct got got = get(&w, ANNA, "/orders"), page;

	EXPECT_SAME(got_json(&w, got, "items.1.credit.moment"), moment);
	EXPECT_SAME(got_json(&w, got, "items.1.credit.second"), S("80"));
	EXPECT_SAME(got_json(&w, got, "items.1.credit.replay"), S(""));
	EXPECT_SAME(got_json(&w, got, "items.0.credit.moment"), moment);
	EXPECT_SAME(got_json(&w, got, "items.0.credit.moment_title"), S("Mug"));
	EXPECT_SAME(got_json(&w, got, "items.0.credit.second"), S("70"));
	EXPECT_SAME(got_json(&w, got, "items.0.credit.replay"), got_json(&w, get(&w, ANNA, "/replays"), "items.0.id"));
	page = get(&w, ANNA, fmt(&w, "/orders/" STR_FMT, STR_ARG(got_json(&w, got, "items.0.id"))));
	EXPECT_SAME(got_json(&w, page, "credit.second"), S("70"));
	page = ask(&w, (struct asking){ .as = ANNA, .page = true, .path = fmt(&w, "/dashboard/orders/" STR_FMT, STR_ARG(got_json(&w, got, "items.1.id"))) });
	expect_body_has(page, ">Mug</a>");
	expect_body_has(page, "<span class=\"num\">1:20</span>");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED' and payload ? 'moment' and payload ? 'second'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED' and payload ->> 'replay' = (select id::text from u.replay)");
}

static const CU_TestInfo tests[] = {
	T(revenue_is_split_by_platform_surface_or_stream),
	T(refunds_are_taken_off),
	T(an_order_first_seen_with_its_refund_counts_net),
	T(what_is_unpaid_a_test_or_nobodys_earns_nothing),
	T(currencies_are_not_added_up),
	T(a_window_of_time_holds_the_orders_paid_in_it),
	T(revenue_is_split_by_moment_wherever_it_sold),
	T(a_merged_moments_sales_are_the_others),
	T(an_order_names_its_moment_and_second),
	T(it_knows_what_it_can_be_asked),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_analytics = { "cgi-bin/analytics", tests };
