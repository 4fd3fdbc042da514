#include "tests/suite.h"
#include "tests/told.h"

#define INVARIANTS "select coalesce(sum(broken), 0) from u.invariants()"

/* anna's visitor clicks, and the shop sells her the mug. */
static struct str click(struct world *w, const char *visitor)
{
	expect_status(tap(w, visitor), 303);
	return newest_mark(w);
}

static void a_marked_order_confirms_the_hold_and_credits_its_stream(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	push(&w, "orders/create", "1", told_order(&w, .mark = mark));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order o join u.attribution a on a.id = o.attribution_id"
		" where o.credit_reason = 'attribute' and o.creator_id = %s and a.platform = 'youtube' and a.stream_id = %s",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.stream.u));
	expect_sql(&w, 1, "select count(*) from u.inventory where held = 0 and sold_unsynced = 1 and free = 4");
	expect_sql(&w, 1, "select count(*) from u.checkout_session where state = 'completed' and not late");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED' and payload ->> 'net_minor' = '1600'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_CONFIRMED'");
	expect_sql(&w, 0, INVARIANTS);
}

static void a_buyers_note_is_no_signal(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .note = "please wrap it nicely", .mark = click(&w, "vera")));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'attribute'");
}

static struct str parallel_body;

static int push_one(struct world *w, int i)
{
	struct got got = push(w, "orders/create", str_z(w->mem, str_fmt(w->mem, "copy-%d", i % 25)), parallel_body);

	return got.status == 200 ? 0 : 1;
}

static void the_same_order_fifty_times_at_once_is_one_order(void)
{
	struct world w = world(.stock = 5);
	int codes[50];

	parallel_body = told_order(&w, .mark = click(&w, "vera"), .note = "for my mother");
	fork_many(&w, 50, push_one, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	apply_all(&w);
	expect_sql(&w, 25, "select count(*) from u.webhook_inbox where state = 'done'");
	expect_sql(&w, 1, "select count(*) from u.shop_order");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
	expect_sql(&w, 1, "select sold_unsynced from u.inventory");
	expect_sql(&w, 0, INVARIANTS);
}

/* Every order of arrival of created (pending), paid and refunded comes to the same end. */
static void any_order_of_arrival_ends_the_same(void)
{
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < COUNT(orders); i++) {
		struct world w = world(.stock = 5);
		struct str mark = click(&w, "vera");
		struct str bodies[3] = {
			told_order(&w, .mark = mark, .status = "pending"),
			told_order(&w, .mark = mark, .updated_s = 10),
			told_order(&w, .mark = mark, .updated_s = 20, .status = "refunded", .refund = 77, .refund_units = 1,
				.refund_minor = 1600, .lines = { { .units = 1, .removed = 1, .discount = 400 } }),
		};

		for (int k = 0; k < 3; k++) {
			push(&w, "orders/updated", str_z(w.mem, str_fmt(w.mem, "n%d", k)), bodies[orders[i][k]]);
			apply_all(&w);
		}
		expect_sql(&w, 1, "select count(*) from u.shop_order where financial_status = 'refunded' and refunded_minor = 1600");
		expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
		expect_sql(&w, 1, "select count(*) from u.event_log where type = 'ORDER_REFUNDED'");
		expect_sql(&w, 1, "select sold_unsynced from u.inventory");
		expect_sql(&w, 0, INVARIANTS);
	}
}

static void a_payment_after_the_hold_lapsed_completes_the_checkout_late(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	world_clock_advance(&w, 16 * 60 * 1000);
	push(&w, "orders/create", "1", told_order(&w, .mark = mark));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.checkout_session where state = 'completed' and late");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'expired'");
	expect_sql(&w, 1, "select count(*) from u.shop_order where late and credit_reason = 'attribute'");
	expect_sql(&w, 1, "select count(*) from u.inventory where held = 0 and sold_unsynced = 1");
	expect_sql(&w, 0, INVARIANTS);
}

static void an_order_made_in_time_and_told_late_still_confirms(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");
	struct str body = told_order(&w, .mark = mark, .created_s = 60);

	world_clock_advance(&w, 16 * 60 * 1000);
	push(&w, "orders/create", "1", body);
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'confirmed'");
	expect_sql(&w, 0, "select count(*) from u.shop_order where late");
	expect_sql(&w, 0, INVARIANTS);
}

static void two_orders_with_one_mark_confirm_one_hold(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	push(&w, "orders/create", "1", told_order(&w, .mark = mark, .id = 5001));
	push(&w, "orders/create", "2", told_order(&w, .mark = mark, .id = 5002));
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.shop_order where credit_reason = 'attribute'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_CONFIRMED'");
	expect_sql(&w, 1, "select count(*) from u.inventory where held = 0 and sold_unsynced = 2");
	expect_sql(&w, 0, INVARIANTS);
}

static void other_quantities_and_extra_lines_move_stock_in_full(void)
{
	struct world w = world(.stock = 9, .variants = 2);
	struct got got = tap_at(&w, "vera", str_z(w.mem, str_fmt(w.mem, "/go/annalink1?v=" STR_FMT,
		STR_ARG(id_text(w.mem, ID_variant, w.variants[0].u)))));

	expect_status(got, 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w),
		.lines = { { .units = 3, .discount = 1200 }, { .variant = 7102, .units = 2 }, { .variant = 999, .units = 1 } }));
	apply_all(&w);
	expect_sql(&w, 3, "select sold_unsynced from u.inventory where external_id = 7201");
	expect_sql(&w, 2, "select sold_unsynced from u.inventory where external_id = 7202");
	expect_sql(&w, 3, "select count(*) from u.order_line");
	expect_sql(&w, 0, INVARIANTS);
}

static void every_topic_of_an_order_tells_all_of_it(void)
{
	static const char *const topics[] = { "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled",
		"orders/partially_fulfilled" };

	for (size_t i = 0; i < COUNT(topics); i++) {
		struct world w = world(.stock = 5);

		push(&w, topics[i], "1", told_order(&w, .mark = click(&w, "vera")));
		apply_all(&w);
		expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'attribute'");
		expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
	}
}

static void a_test_order_earns_nothing(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "vera"), .test = true));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where test and paid_at is null");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
	expect_sql(&w, 0, INVARIANTS);
}

static void an_order_without_us_is_recorded_and_credited_to_nobody(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .lines = { { .units = 2 } }));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where creator_id is null and credit_reason = 'none'");
	expect_sql(&w, 2, "select sold_unsynced from u.inventory");
}

static void a_code_credits_after_a_click_and_is_a_candidate_before_one(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .id = 5001, .code = "ufy-anna20"));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'candidate' and creator_id is null");
	click(&w, "vera");
	push(&w, "orders/create", "2", told_order(&w, .id = 5002, .code = "UFY-ANNA20"));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'code' and session_id is null");
	expect_sql(&w, 1, "select held from u.inventory");
}

static void a_mark_older_than_the_window_or_of_another_product_loses(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	push(&w, "orders/create", "1", told_order(&w, .id = 5001, .mark = mark, .lines = { { .variant = 999, .units = 1 } }));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'none'");
	world_clock_advance(&w, (int64_t)31 * 86400 * 1000);
	push(&w, "orders/create", "2", told_order(&w, .id = 5002, .mark = mark));
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.shop_order where credit_reason = 'none'");
	expect_sql(&w, 0, INVARIANTS);
}

static void property_and_landing_carry_the_mark_when_the_attribute_is_lost(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .id = 5001, .property = click(&w, "vera")));
	push(&w, "orders/create", "2", told_order(&w, .id = 5002, .ref = click(&w, "willa")));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'property'");
	expect_sql(&w, 1, "select count(*) from u.shop_order where credit_reason = 'landing'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'RESERVATION_CONFIRMED'");
}

static void an_order_first_seen_cancelled_unpaid_releases_its_hold(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/cancelled", "1", told_order(&w, .mark = click(&w, "vera"), .status = "voided", .cancelled = true));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'ORDER_CANCELLED'");
	expect_sql(&w, 0, "select held from u.inventory");
	expect_sql(&w, 0, INVARIANTS);
}

static void a_limited_offer_counts_an_order_once(void)
{
	struct world w = world(.stock = 5, .redemptions_max = 2);
	struct str mark = click(&w, "vera");

	expect_sql(&w, 1, "select redemptions_held from u.offer");
	push(&w, "orders/create", "1", told_order(&w, .mark = mark));
	push(&w, "orders/updated", "2", told_order(&w, .mark = mark, .updated_s = 5));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.offer where redemptions_used = 1 and redemptions_held = 0");
	expect_sql(&w, 0, INVARIANTS);
}

static void a_refund_lowers_what_was_earned_in_whichever_topic_it_comes(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	push(&w, "orders/create", "1", told_order(&w, .mark = mark, .lines = { { .units = 2, .discount = 800 } }));
	apply_all(&w);
	push(&w, "refunds/create", "2", told_refund_body(&w, 5001, 77, 1, 1600));
	push(&w, "refunds/create", "3", told_refund_body(&w, 5001, 77, 1, 1600));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'ORDER_REFUNDED' and payload ->> 'net_minor' = '1600'");
	expect_sql(&w, 1600, "select refunded_minor from u.shop_order");
}

static void a_refund_before_its_order_waits_for_it(void)
{
	struct world w = world(.stock = 5);

	push(&w, "refunds/create", "1", told_refund_body(&w, 5001, 77, 1, 1600));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'new' and attempts = 1");
	push(&w, "orders/create", "2", told_order(&w, .mark = click(&w, "vera")));
	world_clock_advance(&w, 5000);
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where state = 'done'");
	expect_sql(&w, 1, "select count(*) from u.order_refund");
}

static void a_price_that_was_not_kept_is_told_once_with_its_figures(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	push(&w, "orders/create", "1", told_order(&w, .mark = mark, .lines = { { .units = 1 } }));
	push(&w, "orders/updated", "2", told_order(&w, .mark = mark, .updated_s = 9, .lines = { { .units = 1 } }));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PRICE_PROMISE_BROKEN'"
		" and payload @> '{\"promised_minor\": 1600, \"paid_minor\": 2000, \"code_minor\": 400, \"list_minor\": 2000}'");
}

static void a_price_that_was_kept_is_not_told(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "vera"), .lines = { { .units = 3, .discount = 1200 } }));
	apply_all(&w);
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'PRICE_PROMISE_BROKEN'");
}

static void what_cannot_be_read_is_parked_with_its_reason(void)
{
	struct world w = world(.stock = 5);

	expect_status(push(&w, "orders/create", "1", S("{\"id\": 12")), 200);
	expect_status(push(&w, "orders/create", "2", S("{\"id\": 12}")), 200);
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where state = 'parked' and problem <> '' and body_sealed is not null");
	expect_sql(&w, 0, "select count(*) from u.shop_order");
}

static void a_level_report_moves_its_location_and_clears_nothing(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .lines = { { .units = 2 } }));
	apply_all(&w);
	world_sql(&w, "insert into u.location (shop_id, external_id, name, active, online) select id, 31, 'Here', true, true from u.shop"
		" on conflict do nothing");
	push(&w, "inventory_levels/update", "2", S("{\"inventory_item_id\":7201,\"location_id\":31,\"available\":3,"
		"\"updated_at\":\"2026-11-20T10:00:00Z\"}"));
	apply_all(&w);
	expect_sql(&w, 2, "select sold_unsynced from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.inventory where dirty_at is not null");
}

static const CU_TestInfo tests[] = {
	T(a_marked_order_confirms_the_hold_and_credits_its_stream),
	T(a_buyers_note_is_no_signal),
	T(the_same_order_fifty_times_at_once_is_one_order),
	T(any_order_of_arrival_ends_the_same),
	T(a_payment_after_the_hold_lapsed_completes_the_checkout_late),
	T(an_order_made_in_time_and_told_late_still_confirms),
	T(two_orders_with_one_mark_confirm_one_hold),
	T(other_quantities_and_extra_lines_move_stock_in_full),
	T(every_topic_of_an_order_tells_all_of_it),
	T(a_test_order_earns_nothing),
	T(an_order_without_us_is_recorded_and_credited_to_nobody),
	T(a_code_credits_after_a_click_and_is_a_candidate_before_one),
	T(a_mark_older_than_the_window_or_of_another_product_loses),
	T(property_and_landing_carry_the_mark_when_the_attribute_is_lost),
	T(an_order_first_seen_cancelled_unpaid_releases_its_hold),
	T(a_limited_offer_counts_an_order_once),
	T(a_refund_lowers_what_was_earned_in_whichever_topic_it_comes),
	T(a_refund_before_its_order_waits_for_it),
	T(a_price_that_was_not_kept_is_told_once_with_its_figures),
	T(a_price_that_was_kept_is_not_told),
	T(what_cannot_be_read_is_parked_with_its_reason),
	T(a_level_report_moves_its_location_and_clears_nothing),
	CU_TEST_INFO_NULL
};
const struct suite suite_cron_webhooks_apply = { "cron/webhooks_apply", tests };
