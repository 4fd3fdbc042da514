/* /orders: what the shops sold, to whom it is shown, and why it was credited. */
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

static struct str click(struct world *w, const char *path)
{
	expect_status(tap_at(w, "vera", path), 303);
	return newest_mark(w);
}

static const char *order_of(struct world *w, enum person as)
{
	return str_z(w->mem, got_json(w, get(w, as, "/orders"), "items.0.id"));
}

static struct got show(struct world *w, enum person as, const char *id)
{
	return get(w, as, fmt(w, "/orders/%s", id));
}

static struct got page(struct world *w, enum person as, const char *id)
{
	return ask(w, (struct asking){ .path = fmt(w, "/dashboard/orders/%s", id), .as = as, .page = true });
}

static void an_order_shows_its_lines_and_where_it_came_from(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/annalink1")));
	apply_all(&w);
	got = show(&w, ANNA, order_of(&w, ANNA));
	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "credit.mine"), S("true"));
	EXPECT_SAME(got_json(&w, got, "credit.reason"), S("attribute"));
	EXPECT_SAME(got_json(&w, got, "credit.platform"), S("youtube"));
	EXPECT_STR(got_json(&w, got, "credit.stream"), filled(&w, "$stream"));
	EXPECT_STR(got_json(&w, got, "credit.link"), filled(&w, "$link"));
	EXPECT_STR(got_json(&w, got, "credit.offer"), filled(&w, "$offer"));
	EXPECT_SAME(got_json(&w, got, "lines.0.units"), S("1"));
	EXPECT_SAME(got_json(&w, got, "lines.0.promised_price.minor"), S("1600"));
	EXPECT_SAME(got_json(&w, got, "lines.0.credited"), S("true"));
}

static void the_receipt_says_why_each_signal_won_or_lost(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/annalink1"), .ref = S("forged"), .code = "UFY-ANNA20"));
	apply_all(&w);
	got = show(&w, ANNA, order_of(&w, ANNA));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.0.signal"), S("attribute"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.0.verdict"), S("won"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.1.signal"), S("property"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.1.verdict"), S("absent"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.2.signal"), S("landing"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.2.verdict"), S("lost"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.3.signal"), S("code"));
	EXPECT_SAME(got_json(&w, got, "receipt.signals.3.why"), S("agrees with the stronger signal that won"));
	EXPECT_SAME(got_json(&w, got, "receipt.rule"), S("attribute"));
	EXPECT_SAME(got_json(&w, got, "credit.confidence"), S("certain"));
	EXPECT_SAME(got_json(&w, got, "net.minor"), S("1600"));
	EXPECT_SAME(got_json(&w, got, "presentment_net.minor"), S("1600"));
	got = page(&w, ANNA, order_of(&w, ANNA));
	expect_status(got, 200);
	expect_body_has(got, "Your part of it is <strong class=\"num\">$16.00</strong>");
	expect_body_has(got, "This is certain");
	expect_body_has(got, "Looked for and not there");
	expect_body_has(got, "Discount code UFY-ANNA20");
}

static void a_candidate_is_shown_to_her_whose_sale_it_may_be(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct got got;
	struct str code;

	code = world_text(&w, "select code from u.offer_discount where offer_id = %s", world_uuid(&w, w.ben.offer.u));
	push(&w, "orders/create", "1", told_order(&w, .code = str_z(w.mem, code)));
	apply_all(&w);
	got = show(&w, BEN, order_of(&w, BEN));
	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "credit.mine"), S("false"));
	EXPECT_SAME(got_json(&w, got, "credit.candidate"), S("true"));
	EXPECT_STR(got_json(&w, got, "credit.offer"), filled(&w, "$ben_offer"));
	got = show(&w, ANNA, order_of(&w, ANNA));
	EXPECT_SAME(got_json(&w, got, "credit.candidate"), S("false"));
	EXPECT_SAME(got_json(&w, got, "credit.reason"), S("candidate"));
	expect_body_lacks(got, filled(&w, "$ben_offer"));
	got = page(&w, BEN, order_of(&w, BEN));
	expect_body_has(got, "It may be your sale");
	expect_body_has(got, "Perhaps");
	expect_body_has(get(&w, BEN, "/analytics/revenue?by=platform"), "\"items\":[]");
}

static void an_order_that_came_without_us_is_the_owners_to_see(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	push(&w, "orders/create", "1", told_order(&w, .note = "none"));
	apply_all(&w);
	got = show(&w, ANNA, order_of(&w, ANNA));
	EXPECT_SAME(got_json(&w, got, "credit.mine"), S("false"));
	EXPECT_SAME(got_json(&w, got, "credit.reason"), S("none"));
	expect_body_has(get(&w, BEN, "/orders"), "\"items\":[]");
	expect_problem(show(&w, BEN, order_of(&w, ANNA)), "not-found");
}

static void a_seller_sees_her_credits_and_nobody_elses(void)
{
	struct world w = world(.stock = 5, .ben = true);
	const char *id;

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/annalink1")));
	apply_all(&w);
	id = order_of(&w, ANNA);
	expect_status(show(&w, ANNA, id), 200);
	expect_problem(show(&w, BEN, id), "not-found");
	expect_body_has(get(&w, BEN, "/orders"), "\"items\":[]");
}

static void the_owner_sees_a_sellers_sale_without_its_source(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct got got;

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/benlink1")));
	apply_all(&w);
	EXPECT_SAME(got_json(&w, show(&w, BEN, order_of(&w, BEN)), "credit.mine"), S("true"));
	got = show(&w, ANNA, order_of(&w, ANNA));
	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "credit.mine"), S("false"));
	expect_body_lacks(got, filled(&w, "$ben_link"));
	expect_body_lacks(got, filled(&w, "$ben_offer"));
	expect_body_lacks(got, filled(&w, "$ben_stream"));
	expect_body_lacks(got, "benlink1");
	expect_body_has(got, "\"checkout\":null");
}

static void an_owner_who_has_left_sees_only_her_credits(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/annalink1")));
	push(&w, "orders/create", "2", told_order(&w, .id = 5002, .note = "none"));
	apply_all(&w);
	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(&w, w.anna.creator.u));
	EXPECT_SAME(got_json(&w, get(&w, ANNA, "/orders"), "items.0.credit.mine"), S("true"));
	EXPECT_SAME(got_json(&w, get(&w, ANNA, "/orders"), "items.1.id"), S(""));
}

static void refunds_are_shown_on_the_order_and_its_line(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/annalink1")));
	push(&w, "orders/updated", "2", told_order(&w, .updated_s = 60, .mark = newest_mark(&w), .status = "refunded",
		.lines = { { .units = 1, .discount = 400, .removed = 1 } }, .refund = 71, .refund_units = 1, .refund_minor = 1600));
	apply_all(&w);
	got = show(&w, ANNA, order_of(&w, ANNA));
	EXPECT_SAME(got_json(&w, got, "refunded.minor"), S("1600"));
	EXPECT_SAME(got_json(&w, got, "lines.0.refunded_units"), S("1"));
	EXPECT_SAME(got_json(&w, got, "lines.0.refunded.minor"), S("1600"));
	EXPECT_SAME(got_json(&w, got, "financial_status"), S("refunded"));
}

static void nothing_personal_is_kept_of_an_order(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .mark = click(&w, "/go/annalink1"), .note = "for Frieda, Gartenweg 3"));
	apply_all(&w);
	expect_body_lacks(show(&w, ANNA, order_of(&w, ANNA)), "Frieda");
	expect_sql(&w, 0, "select count(*) from u.shop_order o, u.order_line l, u.event_log e"
		" where concat(o::text, l::text, e::text) like '%%Frieda%%'");
}

static void orders_are_newest_first_and_paged(void)
{
	struct world w = world(.stock = 5);
	struct uuid oldest = { 0 };
	struct got got;

	for (int i = 0; i < 3; i++) {
		push(&w, "orders/create", fmt(&w, "%d", i), told_order(&w, .id = 5001 + i, .note = "none"));
		apply_all(&w);
		world_clock_advance(&w, 10);
	}
	got = get(&w, ANNA, "/orders?limit=2");
	expect_body_has(got, "\"next\":\"order_");
	got = get(&w, ANNA, fmt(&w, "/orders?after=" STR_FMT, STR_ARG(got_json(&w, got, "next"))));
	EXPECT(got_json(&w, got, "items.0.id").n > 0);
	EXPECT_SAME(got_json(&w, got, "items.1.id"), S(""));
	EXPECT(uuid_read(world_text(&w, "select id from u.shop_order order by id limit 1"), &oldest));
	EXPECT_SAME(got_json(&w, got, "items.0.id"), id_text(w.mem, ID_order, oldest));
}

static const CU_TestInfo tests[] = {
	T(an_order_shows_its_lines_and_where_it_came_from),
	T(the_receipt_says_why_each_signal_won_or_lost),
	T(a_candidate_is_shown_to_her_whose_sale_it_may_be),
	T(an_order_that_came_without_us_is_the_owners_to_see),
	T(a_seller_sees_her_credits_and_nobody_elses),
	T(the_owner_sees_a_sellers_sale_without_its_source),
	T(an_owner_who_has_left_sees_only_her_credits),
	T(refunds_are_shown_on_the_order_and_its_line),
	T(nothing_personal_is_kept_of_an_order),
	T(orders_are_newest_first_and_paged),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_orders = { "cgi-bin/orders", tests };
