/* promise.c: the price shown, the code, the price paid; and what happens when they differ. */
#include "tests/bill.h"
#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

#define BROKEN "select count(*) from u.event_log where type = 'PRICE_PROMISE_BROKEN'"

extern const struct helper offers_expire_helper;

static struct str click(struct world *w, const char *visitor)
{
	expect_status(tap(w, visitor), 303);
	return newest_mark(w);
}

static void step(struct world *w)
{
	int64_t done;

	EXPECT_ERR(offers_expire_helper.step(world_ctx(w, NOBODY), &done), OK);
}

static void every_line_that_was_dearer_is_told_with_its_figures(void)
{
	struct world w = world(.stock = 9);

	bill(&w, .attributes = { click(&w, "vera") },
		.lines = { { .units = 2, .discounts = { 400, 100 } }, { .units = 1 }, { .units = 1, .discounts = { 400 } } });
	expect_sql(&w, 2, BROKEN);
	expect_sql(&w, 1, BROKEN " and payload @> '{\"line\": 900, \"units\": 2, \"promised_minor\": 1600, \"code_minor\": 400,"
		" \"paid_minor\": 3500, \"list_minor\": 2000, \"currency\": \"USD\"}'");
	expect_sql(&w, 1, BROKEN " and payload @> '{\"line\": 901, \"paid_minor\": 2000}'");
	expect_sql(&w, 2, "select count(*) from u.order_line where promise_broken");
}

static void a_line_added_by_an_edit_at_the_list_price_is_told(void)
{
	struct world w = world(.stock = 9);
	struct str mark = click(&w, "vera");

	bill(&w, .attributes = { mark });
	expect_sql(&w, 0, BROKEN);
	bill(&w, .attributes = { mark }, .updated_s = 9, .lines = { { .units = 1, .discounts = { 400 } }, { .units = 1 } });
	expect_sql(&w, 1, BROKEN);
}

static void an_edit_that_takes_discounts_with_it_breaks_nothing(void)
{
	struct world w = world(.stock = 9);
	struct str mark = click(&w, "vera");

	bill(&w, .attributes = { mark }, .lines = { { .units = 3, .discounts = { 1200 } } });
	bill(&w, .attributes = { mark }, .updated_s = 9, .lines = { { .units = 3, .removed = 2, .discounts = { 400 } } });
	expect_sql(&w, 0, BROKEN);
}

static void another_currency_may_round_and_not_more(void)
{
	struct world w = world(.stock = 9);

	bill(&w, .id = 1, .presentment = "JPY", .rate = 150, .attributes = { click(&w, "vera") },
		.lines = { { .units = 1, .discounts = { 390 } } });
	expect_sql(&w, 0, BROKEN);
	bill(&w, .id = 2, .presentment = "JPY", .rate = 150, .attributes = { newest_mark(&w) },
		.lines = { { .units = 1, .discounts = { 380 } } });
	expect_sql(&w, 1, BROKEN);
}

static void a_broken_promise_pauses_its_offer_where_configured(void)
{
	struct world w = world(.stock = 9);
	struct str mark = click(&w, "vera");

	w.config->promise_broken_pauses = true;
	click(&w, "willa");
	bill(&w, .attributes = { mark }, .lines = { { .units = 1 } });
	step(&w);
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'paused' and problem like 'Paused: a buyer was charged more%%'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_DEACTIVATED' and payload ->> 'why' = 'promise_broken'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_problem(tap(&w, "xena"), "offer-closed");
	EXPECT_SAME(got_json(&w, get(&w, ANNA, filled(&w, "/offers/$offer")), "problem"),
		S("Paused: a buyer was charged more than the price shown"));
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void an_offer_that_was_opened_again_is_not_paused_for_the_same_order(void)
{
	struct world w = world(.stock = 9);
	struct str mark = click(&w, "vera");

	w.config->promise_broken_pauses = true;
	bill(&w, .attributes = { mark }, .lines = { { .units = 1 } });
	step(&w);
	world_sql(&w, "update u.offer set state = 'active', problem = '', pause_problem = ''");
	bill(&w, .attributes = { mark }, .updated_s = 9, .lines = { { .units = 1 } });
	step(&w);
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'active'");
	expect_sql(&w, 1, BROKEN);
}

static void paying_less_or_without_the_setting_pauses_nothing(void)
{
	struct world w = world(.stock = 9);
	struct str mark = click(&w, "vera");

	bill(&w, .id = 1, .attributes = { mark }, .lines = { { .units = 1 } });
	w.config->promise_broken_pauses = true;
	bill(&w, .id = 2, .attributes = { mark }, .lines = { { .units = 1, .discounts = { 400, 300 } } });
	step(&w);
	expect_sql(&w, 2, BROKEN);
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'active'");
}

static const CU_TestInfo tests[] = {
	T(every_line_that_was_dearer_is_told_with_its_figures),
	T(a_line_added_by_an_edit_at_the_list_price_is_told),
	T(an_edit_that_takes_discounts_with_it_breaks_nothing),
	T(another_currency_may_round_and_not_more),
	T(a_broken_promise_pauses_its_offer_where_configured),
	T(an_offer_that_was_opened_again_is_not_paused_for_the_same_order),
	T(paying_less_or_without_the_setting_pauses_nothing),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_order_promise = { "lib/order/promise", tests };
