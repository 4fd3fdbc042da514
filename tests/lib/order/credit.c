/* credit.c: what may name a checkout, from honest buyers and from everybody else. */
#include <string.h>

#include "tests/bill.h"
#include "tests/suite.h"
#include "tests/told.h"

#define REASON(reason) "select count(*) from u.shop_order where credit_reason = '" reason "'"
#define VERDICT "select count(*) from u.shop_order o, jsonb_array_elements(o.credit_detail -> 'signals') s" \
	" where s ->> 'signal' = '%s' and s ->> 'verdict' = '%s' and s ->> 'why' like '%s%%'"

static struct str click(struct world *w, const char *visitor, const char *path)
{
	expect_status(tap_at(w, visitor, path), 303);
	return newest_mark(w);
}

static void each_rung_of_the_ladder_says_how_sure_it_is(void)
{
	struct world w = world(.stock = 9);

	bill(&w, .id = 1, .attributes = { click(&w, "vera", "/go/annalink1") });
	bill(&w, .id = 2, .property = click(&w, "willa", "/go/annalink1"));
	bill(&w, .id = 3, .ref = str_z(w.mem, click(&w, "xena", "/go/annalink1")));
	bill(&w, .id = 4, .codes = { "UFY-ANNA20" });
	expect_sql(&w, 1, REASON("attribute") " and confidence = 'certain'");
	expect_sql(&w, 1, REASON("property") " and confidence = 'certain'");
	expect_sql(&w, 1, REASON("landing") " and confidence = 'high'");
	expect_sql(&w, 1, REASON("code") " and confidence = 'medium'");
	expect_sql(&w, 4, "select count(*) from u.shop_order where jsonb_array_length(credit_detail -> 'signals') >= 6");
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void the_mark_is_found_in_the_query_of_the_landing_address(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera", "/go/annalink1");

	bill(&w, .id = 1, .landing_site = str_z(w.mem, str_fmt(w.mem, "/cart/7101:1?a=1&attributes%%5Bufy%%5D=" STR_FMT "&x=%%zz#f",
		STR_ARG(mark))));
	expect_sql(&w, 1, REASON("landing"));
	bill(&w, .id = 2, .landing_site = str_z(w.mem, str_fmt(w.mem, "/?ref=" STR_FMT, STR_ARG(mark))));
	expect_sql(&w, 2, REASON("landing"));
}

static void a_campaign_or_a_cart_of_another_order_is_a_candidate_and_never_revenue(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .id = 1, .landing_site = "/products/mug?utm_source=youtube&utm_campaign=AnnaLink1");
	expect_sql(&w, 1, REASON("candidate") " and confidence = 'low' and creator_id is null and candidate_creator_id is not null");
	expect_sql(&w, 1, VERDICT, "campaign", "candidate", "");
	bill(&w, .id = 2, .attributes = { click(&w, "vera", "/go/annalink1") }, .cart_token = "cart-9");
	bill(&w, .id = 3, .cart_token = "cart-9");
	expect_sql(&w, 2, REASON("candidate"));
	expect_sql(&w, 1, VERDICT, "token", "candidate", "");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED' and creator_id is null");
	expect_sql(&w, 1, "select redemptions_used from u.offer where creator_id = %s", world_uuid(&w, w.anna.creator.u));
}

static void a_candidate_becomes_a_credit_when_the_mark_comes(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera", "/go/annalink1");

	bill(&w, .landing_site = "/?utm_campaign=annalink1");
	expect_sql(&w, 1, REASON("candidate"));
	bill(&w, .updated_s = 9, .landing_site = "/?utm_campaign=annalink1", .attributes = { mark });
	expect_sql(&w, 1, REASON("attribute") " and candidate_creator_id is null and creator_id is not null");
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void a_mark_of_another_shop_names_nothing(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera", "/go/annalink1");

	world_sql(&w, "insert into u.shop (id, platform, domain, currency) select gen_random_uuid(), platform, 'other.myshopify.com',"
		" currency from u.shop");
	w.shop.u = (struct uuid){ 0 };
	EXPECT(uuid_read(world_text(&w, "select id from u.shop where domain = 'other.myshopify.com'"), &w.shop.u));
	bill(&w, .attributes = { mark }, .property = mark, .ref = str_z(w.mem, mark), .codes = { "UFY-ANNA20" });
	expect_sql(&w, 1, REASON("none") " and creator_id is null");
	expect_sql(&w, 1, VERDICT, "attribute", "lost", "names no checkout of this shop");
	expect_sql(&w, 1, VERDICT, "code", "lost", "is not a code of ours");
	expect_sql(&w, 1, "select held from u.inventory");
}

static void each_creator_is_credited_by_her_own_mark(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct str anna = click(&w, "vera", "/go/annalink1"), ben = click(&w, "vera", "/go/benlink1");

	bill(&w, .id = 1, .attributes = { anna }, .property = ben, .codes = { "UFY-BEN20", "SUMMER" });
	expect_sql(&w, 1, REASON("attribute") " and creator_id = %s", world_uuid(&w, w.anna.creator.u));
	expect_sql(&w, 1, VERDICT, "property", "lost", "a stronger signal won");
	bill(&w, .id = 2, .attributes = { S("nonsense") }, .property = ben);
	expect_sql(&w, 1, REASON("property") " and creator_id = %s", world_uuid(&w, w.ben.creator.u));
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void two_marks_in_one_order_credit_the_first_that_counts(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct str ben = click(&w, "vera", "/go/benlink1"), anna = click(&w, "vera", "/go/annalink1");

	bill(&w, .attributes = { S("<script>"), ben, anna, ben });
	expect_sql(&w, 1, REASON("attribute") " and creator_id = %s", world_uuid(&w, w.ben.creator.u));
	expect_sql(&w, 3, "select count(*) from u.shop_order o, jsonb_array_elements(o.credit_detail -> 'signals') s"
		" where s ->> 'signal' = 'attribute'");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'confirmed'");
}

static void what_agrees_with_the_winner_says_so(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera", "/go/annalink1");

	bill(&w, .attributes = { mark }, .property = mark, .codes = { "ufy-anna20" });
	expect_sql(&w, 1, VERDICT, "property", "lost", "agrees");
	expect_sql(&w, 1, VERDICT, "code", "lost", "agrees");
	expect_sql(&w, 1, VERDICT, "landing", "absent", "");
}

static void hostile_strings_are_no_marks_and_break_nothing(void)
{
	struct world w = world(.stock = 5);
	char *long_one = arena_array(w.mem, 10241, 1), *wide = arena_array(w.mem, 3001, 1);

	memset(long_one, 'a', 10240);
	for (int i = 0; i < 1000; i++)
		memcpy(wide + (ptrdiff_t)i * 3, "\xe2\x82\xac", 3);
	bill(&w, .id = 1, .attributes = { str_of(long_one), S("\xe2\x80\xae\xf0\x9f\x92\xa9"), S("' or 1=1 --"), S("%00"), S("{}") },
		.property = str_of(long_one), .ref = long_one, .landing_site = "?ref=%ff%fe&ref=%00&ref=%E2%80%AE&ref=%",
		.codes = { "\xe2\x80\xae", "'; drop table", long_one }, .cart_token = long_one,
		.lines = { { .units = 1, .title = wide }, { .units = 1, .title = "\xe2\x80\xae\x01" } });
	expect_sql(&w, 1, REASON("none"));
	expect_sql(&w, 498, "select octet_length(title) from u.order_line where external_id = 900");
	bill(&w, .id = 2, .attributes = { S("1"), S("2"), S("3"), S("4"), S("5"), S("6"), S("7"), S("8"), S("9"), S("10"), S("11") });
	expect_sql(&w, 1, VERDICT, "attribute", "lost", "there were more of them");
}

static void the_window_ends_after_its_last_day(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera", "/go/annalink1");
	int64_t day_ms = INT64_C(86400) * 1000, base = world_now_ms(&w) / 1000 * 1000;

	bill(&w, .id = 1, .base_ms = base + 30 * day_ms - 2000, .attributes = { mark });
	bill(&w, .id = 2, .base_ms = base + 30 * day_ms + 2000, .attributes = { mark });
	bill(&w, .id = 3, .base_ms = base - 400000, .attributes = { mark });
	expect_sql(&w, 1, REASON("attribute"));
	expect_sql(&w, 1, VERDICT, "attribute", "lost", "the click is older than the window");
	expect_sql(&w, 1, VERDICT, "attribute", "lost", "the click came after the order");
	w.config->attribution_window_days = 1;
	bill(&w, .id = 4, .base_ms = base + 2 * day_ms, .attributes = { mark });
	expect_sql(&w, 2, VERDICT, "attribute", "lost", "the click is older than the window");
}

static void a_mark_outlives_its_link_and_its_offer(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera", "/go/annalink1");

	world_sql(&w, "update u.short_link set revoked_at = u.clock()");
	world_sql(&w, "update u.offer set state = 'deleted'");
	bill(&w, .attributes = { mark });
	expect_sql(&w, 1, REASON("attribute"));
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void an_order_without_lines_is_nobodys(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .no_lines = true, .attributes = { click(&w, "vera", "/go/annalink1") });
	expect_sql(&w, 1, REASON("none"));
	expect_sql(&w, 1, VERDICT, "attribute", "lost", "the order has no line of the offer");
	expect_sql(&w, 1, "select held from u.inventory");
}

static const CU_TestInfo tests[] = {
	T(each_rung_of_the_ladder_says_how_sure_it_is),
	T(the_mark_is_found_in_the_query_of_the_landing_address),
	T(a_campaign_or_a_cart_of_another_order_is_a_candidate_and_never_revenue),
	T(a_candidate_becomes_a_credit_when_the_mark_comes),
	T(a_mark_of_another_shop_names_nothing),
	T(each_creator_is_credited_by_her_own_mark),
	T(two_marks_in_one_order_credit_the_first_that_counts),
	T(what_agrees_with_the_winner_says_so),
	T(hostile_strings_are_no_marks_and_break_nothing),
	T(the_window_ends_after_its_last_day),
	T(a_mark_outlives_its_link_and_its_offer),
	T(an_order_without_lines_is_nobodys),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_order_credit = { "lib/order/credit", tests };
