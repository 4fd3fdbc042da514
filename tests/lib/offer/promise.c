/* The promise of an offer: it sells at its price, or it does not sell. The shop's side is played by shop_did. */
#include "tests/desk.h"
#include "tests/suite.h"

#define SHARE "\"kind\":\"percentage_off\",\"basis_points\":2500"
#define MINUTE_MS INT64_C(60000)

static const char *link_to(struct world *w, const char *offer, const char *code)
{
	expect_status(post(w, ANNA, "/links", fmt(w, "{\"offer\":\"%s\",\"code\":\"%s\",\"platform\":\"other\",\"surface\":\"direct\"}",
		offer, code)), 201);
	return fmt(w, "/go/%s", code);
}

static struct got act(struct world *w, const char *offer, const char *verb)
{
	return post(w, ANNA, fmt(w, "/offers/%s/%s", offer, verb), NULL);
}

static struct str state_of(struct world *w, const char *offer)
{
	return got_json(w, get(w, ANNA, fmt(w, "/offers/%s", offer)), "state");
}

static struct got change(struct world *w, const char *offer, const char *body)
{
	return api(w, ANNA, PATCH, fmt(w, "/offers/%s", offer), body);
}

static bool waits(struct world *w)
{
	bool found;

	(void)claimed(w, &found);
	return !found;
}

static void recompute(struct world *w)
{
	EXPECT_ERR(offer_recompute(world_ctx(w, NOBODY), w->shop, &w->variant, 1), OK);
}

/* ---- coming to sell */

static void it_sells_only_once_its_code_is_in_place(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_made(&w, ANNA, SHARE), *go = link_to(&w, offer, "friday");
	struct offer_discount_work work;
	bool found;

	expect_problem(tap_at(&w, "vera", go), "offer-closed");
	expect_status(act(&w, offer, "activate"), 200);
	EXPECT_SAME(state_of(&w, offer), S("activating"));
	expect_problem(tap_at(&w, "vera", go), "offer-not-ready");
	work = claimed(&w, &found);
	EXPECT(found);
	expect_problem(tap_at(&w, "vera", go), "offer-not-ready");
	shop_did(&w, &work);
	EXPECT_SAME(state_of(&w, offer), S("active"));
	expect_status(tap_at(&w, "vera", go), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session where price_minor = 1500 and discount_code = '" STR_FMT "'", STR_ARG(work.code));
}

static void the_work_says_all_that_the_shop_must_know(void)
{
	struct world w = world(.stock = 5, .bare = true, .variants = 2);
	const char *offer = offer_made(&w, ANNA, SHARE ",\"redemptions_max\":7,\"once_per_customer\":true,"
		"\"starts_at\":\"2098-01-01T00:00:00Z\",\"ends_at\":\"2099-01-01T00:00:00Z\"");
	struct offer_discount_work work;
	bool found;

	expect_status(act(&w, offer, "activate"), 200);
	work = claimed(&w, &found);
	EXPECT_SAME(work.state, S("wanted"));
	EXPECT_INT(work.amount.minor, 500);
	EXPECT_INT((int64_t)work.variants_n, 2);
	EXPECT_INT(work.variants[0], 7101);
	EXPECT_INT(work.variants[1], 7102);
	EXPECT_INT(work.usage_max, 7);
	EXPECT(work.once_per_customer);
	EXPECT_INT(work.starts_ms, INT64_C(4039372800000));
	EXPECT_INT(work.ends_ms, INT64_C(4070908800000) + 16 * MINUTE_MS); /* late enough for the last hold */
}

static void a_draft_bothers_no_shop(void)
{
	struct world w = world(.bare = true);

	offer_made(&w, ANNA, SHARE);
	EXPECT(waits(&w));
}

static void it_becomes_active_once(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_made(&w, ANNA, SHARE);
	struct offer_discount_work work;
	bool found;

	expect_status(act(&w, offer, "activate"), 200);
	expect_status(act(&w, offer, "activate"), 200);
	work = claimed(&w, &found);
	shop_did(&w, &work);
	shop_did(&w, &work); /* told twice */
	expect_status(act(&w, offer, "activate"), 200);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_ACTIVATED'");
}

static void with_several_codes_it_waits_for_the_last(void)
{
	struct world w = world(.stock = 5, .bare = true, .variants = 2);
	struct offer_discount_work work;
	const char *offer;
	bool found;

	world_sql(&w, "update u.variant set price_minor = 4000 where position = 2");
	offer = offer_made(&w, ANNA, SHARE);
	expect_status(act(&w, offer, "activate"), 200);
	work = claimed(&w, &found);
	shop_did(&w, &work);
	EXPECT_SAME(state_of(&w, offer), S("activating"));
	work = claimed(&w, &found);
	shop_did(&w, &work);
	EXPECT_SAME(state_of(&w, offer), S("active"));
}

static void two_helpers_do_not_claim_the_same_work(void)
{
	struct world w = world(.bare = true);

	expect_status(act(&w, offer_made(&w, ANNA, SHARE), "activate"), 200);
	EXPECT(!waits(&w));
	EXPECT(waits(&w));
	world_clock_advance(&w, 61000); /* the lease of one that died */
	EXPECT(!waits(&w));
}

static void an_offer_at_the_list_price_needs_no_shop(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_made(&w, ANNA, "\"kind\":\"fixed_price\",\"amount\":{\"minor\":2000,\"currency\":\"USD\"}");

	EXPECT_SAME(got_json(&w, act(&w, offer, "activate"), "state"), S("active"));
	expect_status(tap_at(&w, "vera", link_to(&w, offer, "friday")), 303);
}

static void an_offer_whose_end_has_come_is_not_activated(void)
{
	struct world w = world(.bare = true);
	const char *offer = offer_made(&w, ANNA, fmt(&w, SHARE ",\"ends_at\":\"" STR_FMT "\"",
		STR_ARG(world_text(&w, "select to_char((u.clock() + interval '1 hour') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"))));

	world_clock_advance(&w, 61 * MINUTE_MS);
	expect_problem(act(&w, offer, "activate"), "offer-state");
}

static void a_shop_that_she_left_activates_nothing(void)
{
	struct world w = world(.bare = true);
	const char *offer = offer_made(&w, ANNA, SHARE);

	world_sql(&w, "update u.connection set status = 'disconnected'");
	expect_problem(act(&w, offer, "activate"), "shop-closed");
}

/* ---- what changes meanwhile */

static void what_changed_while_the_shop_was_told_is_told_again(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_made(&w, ANNA, SHARE);
	struct offer_discount_work work;
	bool found;

	expect_status(act(&w, offer, "activate"), 200);
	work = claimed(&w, &found);
	expect_status(change(&w, offer, "{\"ends_at\":\"2099-01-01T00:00:00Z\"}"), 200);
	shop_did(&w, &work); /* without the end */
	EXPECT_SAME(state_of(&w, offer), S("activating"));
	work = claimed(&w, &found);
	EXPECT(found && work.ends_ms > 0);
	shop_did(&w, &work);
	EXPECT_SAME(state_of(&w, offer), S("active"));
	EXPECT(waits(&w));
}

static void a_variant_added_while_the_shop_was_told_is_covered_later(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_made(&w, ANNA, SHARE);
	struct offer_discount_work work;
	bool found;

	expect_status(act(&w, offer, "activate"), 200);
	work = claimed(&w, &found);
	world_sql(&w, "insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy)"
		" select '01900000-0000-7000-8000-000000000777', shop_id, product_id, item_id, 7777, 'New', 2000, 'USD', 'deny' from u.variant");
	recompute(&w);
	shop_did(&w, &work);
	work = claimed(&w, &found);
	EXPECT(found && work.variants_n == 2);
	shop_did(&w, &work);
	EXPECT_SAME(state_of(&w, offer), S("active"));
	expect_sql(&w, 2, "select count(*) from u.offer_price where covered");
}

static void a_list_price_that_moved_refuses_until_the_new_code_is_there(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE), *go = link_to(&w, offer, "friday");

	world_sql(&w, "update u.variant set price_minor = 3000");
	expect_problem(tap_at(&w, "vera", go), "offer-not-ready"); /* before anybody computed anything */
	recompute(&w);
	expect_problem(tap_at(&w, "vera", go), "offer-not-ready");
	EXPECT_SAME(got_json(&w, get(&w, ANNA, fmt(&w, "/offers/%s", offer)), "prices.0.ready"), S("false"));
	shop_obeys(&w);
	expect_status(tap_at(&w, "vera", go), 303);
	expect_sql(&w, 2250, "select price_minor from u.checkout_session");
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended' and amount_minor = 500");
}

static void an_old_code_stays_for_who_holds_a_unit_at_its_price(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *go = link_to(&w, offer_selling(&w, ANNA, SHARE), "friday");

	expect_status(tap_at(&w, "vera", go), 303);
	world_sql(&w, "update u.variant set price_minor = 3000");
	recompute(&w);
	shop_obeys(&w);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ending' and amount_minor = 500");
	world_clock_advance(&w, 16 * MINUTE_MS);
	shop_obeys(&w);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended' and amount_minor = 500");
}

static void a_price_that_fell_below_the_terms_is_promised_as_it_is(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_selling(&w, ANNA, "\"kind\":\"fixed_price\",\"amount\":{\"minor\":1500,\"currency\":\"USD\"}");

	world_sql(&w, "update u.variant set price_minor = 1200");
	recompute(&w);
	expect_sql(&w, 1200, "select price_minor from u.offer_price where discount_id is null");
	expect_status(tap_at(&w, "vera", link_to(&w, offer, "friday")), 303);
}

static void news_that_change_no_promise_bother_no_shop(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE);

	recompute(&w);
	EXPECT(waits(&w));
	expect_status(change(&w, offer, "{\"name\":\"Saturday\"}"), 200);
	EXPECT(waits(&w));
}

static void new_dates_and_limits_hold_at_the_shop_before_it_sells_on(void)
{
	static const char *const terms[] = { "{\"ends_at\":\"2099-01-01T00:00:00Z\"}", "{\"redemptions_max\":9}", "{\"once_per_customer\":true}",
		"{\"starts_at\":\"2020-01-01T00:00:00Z\"}" };
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE ",\"starts_at\":\"2021-01-01T00:00:00Z\""), *go = link_to(&w, offer, "friday");

	for (size_t i = 0; i < COUNT(terms); i++) {
		expect_status(change(&w, offer, terms[i]), 200);
		expect_problem(tap_at(&w, "vera", go), "offer-not-ready");
		EXPECT_INT(shop_obeys(&w), 1);
	}
	expect_status(tap_at(&w, "vera", go), 303);
}

/* ---- coming to an end */

static void a_pause_closes_at_once_and_gives_holds_back(void)
{
	struct world w = world(.stock = 1, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE), *go = link_to(&w, offer, "friday");

	expect_status(tap_at(&w, "vera", go), 303);
	EXPECT_SAME(got_json(&w, act(&w, offer, "pause"), "state"), S("paused"));
	expect_status(act(&w, offer, "pause"), 200);
	expect_problem(tap_at(&w, "carl", go), "offer-closed");
	expect_sql(&w, 1, "select free from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'released'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_DEACTIVATED' and payload ->> 'why' = 'paused'");
	EXPECT_INT(shop_obeys(&w), 1);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended'");
}

static void what_was_paused_sells_again_under_a_new_code(void)
{
	struct world w = world(.stock = 1, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE), *go = link_to(&w, offer, "friday");

	expect_status(act(&w, offer, "pause"), 200);
	shop_obeys(&w);
	expect_status(act(&w, offer, "activate"), 200);
	expect_problem(tap_at(&w, "vera", go), "offer-not-ready");
	shop_obeys(&w);
	expect_status(tap_at(&w, "vera", go), 303);
	expect_sql(&w, 2, "select count(distinct code) from u.offer_discount");
}

static void a_code_on_its_way_out_comes_back(void)
{
	struct world w = world(.stock = 1, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE);

	expect_status(act(&w, offer, "pause"), 200);
	expect_status(act(&w, offer, "activate"), 200);
	EXPECT_INT(shop_obeys(&w), 1);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'placed'");
	EXPECT_SAME(state_of(&w, offer), S("active"));
}

static void a_deleted_offer_gives_holds_back_and_ends_its_code(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "vera"), 303);
	expect_status(api(&w, ANNA, DELETE, "/offers/$offer", NULL), 204);
	expect_status(api(&w, ANNA, DELETE, "/offers/$offer", NULL), 204);
	expect_problem(tap(&w, "vera"), "offer-closed");
	expect_sql(&w, 1, "select free from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_DELETED'");
	EXPECT_INT(shop_obeys(&w), 1);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended'");
}

static void leaving_the_shop_stops_her_offers_there_and_nobody_elses(void)
{
	struct world w = world(.stock = 5, .ben = true);

	EXPECT_ERR(offer_end_all(world_ctx(&w, NOBODY), w.anna.creator, w.shop), OK);
	expect_problem(tap(&w, "vera"), "offer-closed");
	expect_status(tap_at(&w, "vera", "/go/benlink1"), 303);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_DEACTIVATED' and payload ->> 'why' = 'disconnected'");
}

/* ---- what fails */

static void a_failure_is_seen_on_the_offer_and_tried_again_more_and_more_slowly(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_made(&w, ANNA, SHARE);
	struct offer_discount_work work;
	bool found;

	expect_status(act(&w, offer, "activate"), 200);
	for (int i = 1; i <= 4; i++) {
		work = claimed(&w, &found);
		EXPECT(found);
		EXPECT_INT(work.attempts, i);
		EXPECT_ERR(offer_discount_failed(world_ctx(&w, NOBODY), &work, S("the shop is asleep"), false), OK);
		EXPECT_SAME(got_json(&w, get(&w, ANNA, fmt(&w, "/offers/%s", offer)), "problem"), S("the shop is asleep"));
		world_clock_advance(&w, (INT64_C(750) << i) - 200);
		EXPECT(waits(&w));
		world_clock_advance(&w, (INT64_C(500) << i) + 400);
	}
	shop_obeys(&w);
	EXPECT_SAME(state_of(&w, offer), S("active"));
	EXPECT_SAME(got_json(&w, get(&w, ANNA, fmt(&w, "/offers/%s", offer)), "problem"), S(""));
}

static void a_code_that_is_somebody_elses_is_replaced(void)
{
	struct world w = world(.stock = 5, .bare = true);
	struct offer_discount_work work, next;
	bool found;

	expect_status(act(&w, offer_made(&w, ANNA, SHARE), "activate"), 200);
	work = claimed(&w, &found);
	EXPECT_ERR(offer_discount_failed(world_ctx(&w, NOBODY), &work, S("taken"), true), OK);
	world_clock_advance(&w, 5000);
	next = claimed(&w, &found);
	EXPECT(found && !str_eq(work.code, next.code));
}

static void a_code_in_use_that_turns_out_to_be_somebody_elses_sells_nothing_more(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE), *go = link_to(&w, offer, "friday");
	struct offer_discount_work work;
	bool found;

	world_sql(&w, "update u.offer_discount set stale = true");
	work = claimed(&w, &found);
	EXPECT(found);
	EXPECT_ERR(offer_discount_failed(world_ctx(&w, NOBODY), &work, S("taken"), true), OK);
	expect_problem(tap_at(&w, "vera", go), "offer-not-ready");
	world_clock_advance(&w, 5000);
	work = claimed(&w, &found);
	EXPECT_SAME(work.state, S("wanted"));
	EXPECT_SAME(work.external_id, S("")); /* what is there under the old code is not ours to change */
	shop_did(&w, &work);
	expect_status(tap_at(&w, "vera", go), 303);
}

static void a_problem_with_ending_a_code_goes_when_it_has_ended(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *offer = offer_selling(&w, ANNA, SHARE);
	struct offer_discount_work work;
	bool found;

	expect_status(act(&w, offer, "pause"), 200);
	work = claimed(&w, &found);
	EXPECT_ERR(offer_discount_failed(world_ctx(&w, NOBODY), &work, S("the shop is asleep"), false), OK);
	world_clock_advance(&w, 5000);
	shop_obeys(&w);
	EXPECT_SAME(got_json(&w, get(&w, ANNA, fmt(&w, "/offers/%s", offer)), "problem"), S(""));
}

static const CU_TestInfo tests[] = {
	T(it_sells_only_once_its_code_is_in_place),
	T(the_work_says_all_that_the_shop_must_know),
	T(a_draft_bothers_no_shop),
	T(it_becomes_active_once),
	T(with_several_codes_it_waits_for_the_last),
	T(two_helpers_do_not_claim_the_same_work),
	T(an_offer_at_the_list_price_needs_no_shop),
	T(an_offer_whose_end_has_come_is_not_activated),
	T(a_shop_that_she_left_activates_nothing),
	T(what_changed_while_the_shop_was_told_is_told_again),
	T(a_variant_added_while_the_shop_was_told_is_covered_later),
	T(a_list_price_that_moved_refuses_until_the_new_code_is_there),
	T(an_old_code_stays_for_who_holds_a_unit_at_its_price),
	T(a_price_that_fell_below_the_terms_is_promised_as_it_is),
	T(news_that_change_no_promise_bother_no_shop),
	T(new_dates_and_limits_hold_at_the_shop_before_it_sells_on),
	T(a_pause_closes_at_once_and_gives_holds_back),
	T(what_was_paused_sells_again_under_a_new_code),
	T(a_code_on_its_way_out_comes_back),
	T(a_deleted_offer_gives_holds_back_and_ends_its_code),
	T(leaving_the_shop_stops_her_offers_there_and_nobody_elses),
	T(a_failure_is_seen_on_the_offer_and_tried_again_more_and_more_slowly),
	T(a_code_that_is_somebody_elses_is_replaced),
	T(a_code_in_use_that_turns_out_to_be_somebody_elses_sells_nothing_more),
	T(a_problem_with_ending_a_code_goes_when_it_has_ended),
	CU_TEST_INFO_NULL,
};
const struct suite suite_offer_promise = { "lib/offer/promise", tests };
