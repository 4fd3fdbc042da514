/* GET /go/:code by one visitor at a time: the redirect, the picker, the refusals. */
#include "tests/suite.h"
#include "tests/world.h"

static void nothing_is_held(struct world *w)
{
	expect_sql(w, 0, "select count(*) from u.reservation");
	expect_sql(w, 0, "select coalesce(sum(held), 0) from u.inventory");
	expect_sql(w, 0, "select count(*) from u.checkout_session");
	expect_sql(w, 0, "select coalesce(sum(redemptions_held), 0) from u.offer");
}

/* ---- the click */

static void a_tap_goes_to_the_checkout_at_the_promised_price(void)
{
	struct world w = world(.stock = 5);
	struct got got = tap(&w, "anna");
	struct str to = got_header(got, "Location");

	expect_status(got, 303);
	EXPECT(str_starts(to, S("https://shop.example/cart/7101:1?attributes%5Bufy%5D=")));
	EXPECT(str_find(to, 0, S("&discount=UFY-ANNA20&utm_source=youtube&utm_medium=live&utm_campaign=annalink1")) != SIZE_MAX);
	expect_header(got, "Cache-Control", "no-store");
	expect_events(&w, "CHECKOUT_REDIRECTED CHECKOUT_STARTED RESERVATION_CREATED LINK_CLICKED");
	expect_sql(&w, 0, "select clicks_used from u.short_link");
	expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.reservation r on r.session_id = s.id"
		" where s.state = 'open' and r.state = 'pending' and r.units = 1 and s.price_minor = 1600 and s.list_minor = 2000"
		" and s.expires_at = s.created_at + interval '15 minutes'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_CLICKED' and payload ->> 'outcome' = 'started'");
}

static void a_double_tap_gets_one_checkout(void)
{
	struct world w = world(.stock = 5);
	struct got first = tap(&w, "anna"), again = tap(&w, "anna");

	expect_status(first, 303);
	expect_same_header(first, again, "Location");
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'CHECKOUT_STARTED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_CLICKED' and payload ->> 'outcome' = 'repeated'");
}

static void a_double_tap_in_one_batch_gets_one_checkout(void)
{
	struct world w = world(.stock = 1);
	struct asking taps[2];
	struct got gots[2];

	expect_status(tap(&w, "anna"), 303); /* now she has a cookie */
	world_clock_advance(&w, 16 * 60 * 1000);
	for (int i = 0; i < 2; i++)
		taps[i] = (struct asking){ .path = "/go/annalink1", .visitor = "anna", .page = true };
	ask_many(&w, taps, 2, gots);
	expect_status(gots[0], 303);
	expect_same_header(gots[0], gots[1], "Location");
	expect_sql(&w, 1, "select held from u.inventory");
}

static void people_without_cookies_are_not_taken_for_one(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, NULL), 303);
	expect_status(tap(&w, NULL), 303);
	expect_sql(&w, 2, "select count(distinct visitor) from u.checkout_session");
}

static void a_repeat_after_the_hold_lapsed_starts_a_new_one(void)
{
	struct world w = world(.stock = 1);
	struct got first = tap(&w, "anna"), again;

	world_clock_advance(&w, 15 * 60 * 1000 + 1);
	again = tap(&w, "anna");
	expect_status(again, 303);
	EXPECT(!str_eq(got_header(first, "Location"), got_header(again, "Location")));
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'CHECKOUT_ABANDONED'");
}

static void a_lapsed_hold_keeps_no_buyer_although_no_helper_runs(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "ben"), 409);
	world_clock_advance(&w, 15 * 60 * 1000 + 1);
	expect_status(tap(&w, "ben"), 303);
	expect_status(tap(&w, "anna"), 409);
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void codes_know_no_case(void)
{
	struct world w = world(.stock = 5);
	struct got first = tap(&w, "anna"), again = tap_at(&w, "anna", "/go/AnnaLink1");

	expect_same_header(first, again, "Location");
}

static void units_are_1_to_20(void)
{
	static const char *const bad[] = { "0", "-1", "21", "2147483648", "99999999999999999999", "x", "1.5", "%2B1", "" };
	struct world w = world(.stock = 50);

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = ask(&w, (struct asking){ .path = str_z(w.mem, str_fmt(w.mem, "/go/annalink1?units=%s", bad[i])),
			.page = true });

		expect_status(got, 422);
		expect_body_has(got, "units");
	}
	nothing_is_held(&w);
	expect_status(tap_at(&w, "anna", "/go/annalink1?units=20"), 303);
	expect_sql(&w, 20, "select held from u.inventory");
}

static void another_number_replaces_the_hold(void)
{
	struct world w = world(.stock = 3);

	expect_status(tap_at(&w, "anna", "/go/annalink1?units=2"), 303);
	expect_status(tap_at(&w, "anna", "/go/annalink1?units=3"), 303);
	expect_sql(&w, 3, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_status(tap_at(&w, "anna", "/go/annalink1?units=4"), 409);
	expect_sql(&w, 3, "select held from u.inventory");
}

/* ---- the picker */

static void several_variants_are_to_choose_from(void)
{
	struct world w = world(.stock = 3, .variants = 3);
	struct got got;
	const char *path;

	world_sql(&w, "update u.inventory set shop_available = 0 where external_id = 7203");
	got = tap_at(&w, "anna", "/go/annalink1?units=2");
	expect_status(got, 200);
	path = str_z(w.mem, str_fmt(w.mem, "/go/annalink1?v=" STR_FMT, STR_ARG(ID_TEXT(w.mem, variant, w.variants[1]))));
	expect_body_has(got, str_z(w.mem, str_fmt(w.mem, "%s&amp;units=2", path)));
	expect_body_has(got, "Sold out");
	nothing_is_held(&w);
	got = tap_at(&w, "anna", path);
	expect_status(got, 303);
	EXPECT(str_find(got_header(got, "Location"), 0, S("/cart/7102:1?")) != SIZE_MAX);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_CLICKED' and payload ->> 'outcome' = 'choose'");
}

static const char *choose(struct world *w, int i)
{
	return str_z(w->mem, str_fmt(w->mem, "/go/annalink1?v=" STR_FMT, STR_ARG(ID_TEXT(w->mem, variant, w->variants[i]))));
}

static void another_variant_gives_the_former_hold_back(void)
{
	struct world w = world(.stock = 1, .variants = 2, .redemptions_max = 1);

	expect_status(tap_at(&w, "anna", choose(&w, 0)), 303);
	expect_status(tap_at(&w, "anna", choose(&w, 1)), 303);
	expect_sql(&w, 0, "select held from u.inventory where external_id = 7201");
	expect_sql(&w, 1, "select held from u.inventory where external_id = 7202");
	expect_sql(&w, 1, "select redemptions_held from u.offer");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void a_sold_out_choice_keeps_what_is_held(void)
{
	struct world w = world(.stock = 1, .variants = 3);
	struct got got;

	expect_status(tap_at(&w, "anna", choose(&w, 0)), 303);
	expect_status(tap_at(&w, "ben", choose(&w, 1)), 303);
	got = tap_at(&w, "anna", choose(&w, 1));
	expect_status(got, 409);
	expect_body_has(got, "Still there");
	expect_body_has(got, "V3");
	expect_body_lacks(got, "V1</strong>");
	expect_sql(&w, 1, "select held from u.inventory where external_id = 7201");
	got = tap(&w, "anna");
	expect_status(got, 200);
	expect_body_has(got, "You are holding 1");
}

static void a_variant_that_is_not_in_the_offer_is_404(void)
{
	struct world w = world(.stock = 1, .variants = 2);

	expect_problem(tap_at(&w, "anna", "/go/annalink1?v=var_00000000000000000000000000"), "variant-unknown");
	expect_problem(tap_at(&w, "anna", "/go/annalink1?v=x"), "variant-unknown");
	expect_problem(tap_at(&w, "anna", "/go/annalink1?v=offer_01jd0000000000000000000000"), "variant-unknown");
	expect_problem(ask(&w, (struct asking){ .path = "/go/annalink1?v=var_00000000000000000000000001",
		.headers = "User-Agent: Twitterbot/1.0" }), "variant-unknown");
	world_sql(&w, "update u.variant set deleted_at = u.clock() where external_id = 7102");
	expect_problem(tap_at(&w, "anna", choose(&w, 1)), "variant-unknown");
	nothing_is_held(&w);
}

/* ---- refusals */

static void unknown_and_malformed_codes_look_alike(void)
{
	static const char *const codes[] = { "/go/nosuchlink", "/go/x", "/go/-abc", "/go/a_b_c", "/go/%3Cscript%3E", "/go/'or'1'='1",
		"/go/%F0%9F%98%80", "/go/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct world w = world(.stock = 1);

	for (size_t i = 0; i < COUNT(codes); i++) {
		expect_problem(tap_at(&w, "anna", codes[i]), "link-unknown");
		expect_problem(ask(&w, (struct asking){ .path = codes[i], .headers = "User-Agent: Twitterbot/1.0" }), "link-unknown");
	}
	expect_problem(tap_at(&w, "anna", "/go/"), "not-found");
	expect_problem(tap_at(&w, "anna", "/go"), "not-found");
	expect_problem(tap_at(&w, "anna", "/go/annalink1/more/path"), "not-found");
	expect_sql(&w, 0, "select count(*) from u.event_log");
}

static void refused(struct world *w, const char *change, const char *type, int status)
{
	*w = world(.stock = 5);
	world_sql(w, "%s", change);
	expect_problem(tap(w, "anna"), type);
	EXPECT_INT(tap(w, "anna").status, status);
	nothing_is_held(w);
	expect_sql(w, 2, "select count(*) from u.event_log where type = 'LINK_CLICKED' and payload ->> 'outcome' like 'refused%%'");
}

static void a_closed_link_or_offer_says_so(void)
{
	struct world w;

	refused(&w, "update u.short_link set revoked_at = u.clock()", "link-closed", 410);
	refused(&w, "update u.short_link set expires_at = u.clock()", "link-expired", 410);
	refused(&w, "update u.short_link set clicks_max = 1, clicks_used = 1", "link-exhausted", 410);
	refused(&w, "update u.offer set state = 'paused'", "offer-closed", 410);
	refused(&w, "update u.offer set state = 'deleted'", "offer-closed", 410);
	refused(&w, "update u.offer set ends_at = u.clock()", "offer-closed", 410);
	refused(&w, "update u.offer set redemptions_max = 2, redemptions_used = 2", "offer-exhausted", 409);
	refused(&w, "update u.shop set status = 'uninstalled'", "shop-gone", 410);
	refused(&w, "update u.connection set status = 'disconnected'", "shop-gone", 410);
	refused(&w, "update u.inventory set shop_available = 0", "sold-out", 409);
	refused(&w, "update u.inventory set shop_available = -4", "sold-out", 409);
	refused(&w, "update u.inventory set buffer = 5", "sold-out", 409);
}

static void a_promise_that_is_not_in_place_is_503(void)
{
	static const char *const changes[] = {
		"update u.offer_discount set state = 'wanted'", "update u.offer_price set covered = false",
		"update u.variant set price_minor = 2100", "update u.offer set state = 'activating'",
		"update u.shop set storefront_url = ''", "delete from u.offer_price",
	};
	struct world w;

	for (size_t i = 0; i < COUNT(changes); i++) {
		refused(&w, changes[i], "offer-not-ready", 503);
		expect_header(tap(&w, "anna"), "Retry-After", "5");
	}
}

static void an_offer_that_has_not_begun_says_when(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "update u.offer set starts_at = '2035-03-04 17:00Z'");
	got = tap(&w, "anna");
	expect_problem(got, "offer-early");
	expect_body_has(got, "4 Mar 2035, 17:00 UTC");
	expect_body_has(got, "Anna");
}

static void a_live_hold_is_answered_again_whatever_limits_say_now(void)
{
	struct world w = world(.stock = 1, .clicks_max = 1, .redemptions_max = 1);
	struct got first = tap(&w, "anna");

	expect_status(first, 303);
	world_sql(&w, "update u.inventory set shop_available = 0");
	expect_same_header(first, tap(&w, "anna"), "Location");
	expect_problem(tap(&w, "ben"), "link-exhausted");
	world_sql(&w, "update u.short_link set revoked_at = u.clock()");
	expect_problem(tap(&w, "anna"), "link-closed");
}

static void untracked_and_continuing_variants_have_no_limit(void)
{
	struct world w = world(.stock = 0);

	expect_problem(tap(&w, "anna"), "sold-out");
	world_sql(&w, "update u.variant set policy = 'continue'");
	expect_status(tap_at(&w, "anna", "/go/annalink1?units=20"), 303);
	world_sql(&w, "update u.variant set policy = 'deny'");
	expect_problem(tap(&w, "ben"), "sold-out");
	world_sql(&w, "update u.inventory set tracked = false");
	expect_status(tap(&w, "ben"), 303);
	expect_sql(&w, 21, "select held from u.inventory");
}

static void a_program_reads_a_problem(void)
{
	struct world w = world(.stock = 0);
	struct got got = ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .headers = "Accept: application/json" });

	expect_problem(got, "sold-out");
	EXPECT_STR(got_json(&w, got, "title"), "No stock left to hold");
}

static void hostile_names_are_escaped(void)
{
	struct world w = world(.stock = 0, .variants = 2);
	struct got got;

	world_sql(&w, "update u.creator set name = '<script>alert(1)</script>'");
	world_sql(&w, "update u.product set title = '\"><img src=x>', image_url = 'javascript:alert(1)', handle = '../../x'");
	got = tap(&w, "anna");
	expect_status(got, 409);
	expect_body_lacks(got, "<script");
	expect_body_lacks(got, "<img src=x");
	got = ask(&w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: Twitterbot/1.0" });
	expect_body_lacks(got, "<script");
	expect_body_lacks(got, "src=\"javascript:");
}

static void a_lost_database_is_503_and_comes_back(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "anna"), 303);
	world_cut_connection(&w);
	(void)tap(&w, "ben");
	expect_status(tap(&w, "ben"), 303);
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void without_a_database_the_page_asks_for_patience(void)
{
	struct world w = world(.stock = 5);
	struct db *own = w.db;
	struct got got;

	w.config->database = S("host=/nowhere dbname=none");
	w.db = db_new(w.config, "go");
	got = tap(&w, "anna");
	expect_problem(got, "database-away");
	EXPECT(got_header(got, "Retry-After").n > 0);
	expect_body_has(got, "<!doctype html>");
	expect_problem(ask(&w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: Twitterbot/1.0" }), "database-away");
	db_free(w.db);
	w.db = own;
}

static void the_role_of_the_binary_is_enough(void)
{
	struct world w = world(.stock = 1);
	struct db *own = w.db, *go = db_new(w.config, "go");

	w.db = go;
	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "ben"), 409);
	expect_status(ask(&w, (struct asking){ .path = "/go/annalink1" }), 200);
	expect_status(ask(&w, (struct asking){ .path = "/go/annalink1/hold", .page = true, .visitor = "anna" }), 200);
	expect_status(ask(&w, (struct asking){ .method = POST, .path = "/go/annalink1/release", .page = true, .visitor = "anna" }), 303);
	w.db = own;
	db_free(go);
	expect_sql(&w, 0, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_PREVIEWED' or type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'LINK_CLICKED'");
}

static const CU_TestInfo tests[] = {
	T(a_tap_goes_to_the_checkout_at_the_promised_price),
	T(a_double_tap_gets_one_checkout),
	T(a_double_tap_in_one_batch_gets_one_checkout),
	T(people_without_cookies_are_not_taken_for_one),
	T(a_repeat_after_the_hold_lapsed_starts_a_new_one),
	T(a_lapsed_hold_keeps_no_buyer_although_no_helper_runs),
	T(codes_know_no_case),
	T(units_are_1_to_20),
	T(another_number_replaces_the_hold),
	T(several_variants_are_to_choose_from),
	T(another_variant_gives_the_former_hold_back),
	T(a_sold_out_choice_keeps_what_is_held),
	T(a_variant_that_is_not_in_the_offer_is_404),
	T(unknown_and_malformed_codes_look_alike),
	T(a_closed_link_or_offer_says_so),
	T(a_promise_that_is_not_in_place_is_503),
	T(an_offer_that_has_not_begun_says_when),
	T(a_live_hold_is_answered_again_whatever_limits_say_now),
	T(untracked_and_continuing_variants_have_no_limit),
	T(a_program_reads_a_problem),
	T(hostile_names_are_escaped),
	T(a_lost_database_is_503_and_comes_back),
	T(without_a_database_the_page_asks_for_patience),
	T(the_role_of_the_binary_is_enough),
	CU_TEST_INFO_NULL,
};
const struct suite suite_go = { "cgi-bin/go", tests };
