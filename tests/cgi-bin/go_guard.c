/* GET /go/:code while somebody is on guard: what a visitor is shown, and how she gets through. */
#include "lib/core/config.h"
#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/world.h"

extern const struct helper events_deliver_helper;

#define OLD_BROWSER "Accept: text/html\nUser-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) Version/12.0 Safari/604.1"
#define PROGRAM "Accept: application/json"

static void guarded(struct world *w, int level)
{
	world_sql(w, "update u.inventory set guard = %d", level);
}

static bool is_sent_to_the_shop(struct got got)
{
	return got.status == 303 && str_starts(got_header(got, "Location"), S("https://shop.example/cart/"));
}

static struct str token_of(struct got got)
{
	static const char mark[] = "name=\"token\" value=\"";
	size_t at = str_find(got.body, 0, str_of(mark));

	if (at == SIZE_MAX)
		return S("");
	at += sizeof mark - 1;
	return str_slice(got.body, at, str_find(got.body, at, S("\"")));
}

static struct got press(struct world *w, struct got page, const char *visitor)
{
	return ask(w, (struct asking){ .method = POST, .path = "/go/annalink1", .visitor = visitor, .page = true,
		.content_type = "application/x-www-form-urlencoded", .body = fmt(w, "token=" STR_FMT, STR_ARG(token_of(page))) });
}

/* ---- level 1 */

static void a_bounce_brings_the_cookie_back_and_goes_on(void)
{
	struct world w = world(.stock = 40);
	struct got first, second;

	guarded(&w, 1);
	first = tap_at(&w, "vera", "/go/annalink1?units=2");
	expect_status(first, 303);
	EXPECT(str_starts(got_header(first, "Location"), S("/go/annalink1?v=")));
	EXPECT(got_header(first, "Set-Cookie").n > 0);
	expect_header(first, "Cache-Control", "no-store");
	expect_sql(&w, 0, "select held from u.inventory");
	second = tap_at(&w, "vera", str_z(w.mem, got_header(first, "Location")));
	EXPECT(is_sent_to_the_shop(second));
	EXPECT(str_find(got_header(second, "Location"), 0, S(":2?")) != SIZE_MAX);
	expect_sql(&w, 2, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.reservation where not proven");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'HOLD_REFUSED' and payload ->> 'class' = 'guard_bounce'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_CLICKED'");
}

/* How many checkouts came from second 95. */
static void from_second_95(struct world *w, int64_t n)
{
	expect_sql(w, n, "select count(*) from u.checkout_session where second = 95");
}

static void a_bounce_keeps_the_second_and_the_variant(void)
{
	struct world w = world(.stock = 40, .variants = 2);
	struct str variant = ID_TEXT(w.mem, variant, w.variants[1]);
	struct got first;

	guarded(&w, 1);
	first = tap_at(&w, "vera", fmt(&w, "/go/annalink1?t=1m35s&units=2&v=" STR_FMT, STR_ARG(variant)));
	expect_header(first, "Location", fmt(&w, "/go/annalink1?v=" STR_FMT "&units=2&t=95&b=1", STR_ARG(variant)));
	EXPECT(is_sent_to_the_shop(tap_at(&w, "vera", str_z(w.mem, got_header(first, "Location")))));
	from_second_95(&w, 1);
	expect_sql(&w, 1, "select count(*) from u.checkout_session where units = 2 and variant_id = %s", world_uuid(&w, w.variants[1].u));
	first = tap_at(&w, "carl", fmt(&w, "/go/annalink1?t=\"><script>&v=" STR_FMT, STR_ARG(variant)));
	expect_header(first, "Location", fmt(&w, "/go/annalink1?v=" STR_FMT "&b=1", STR_ARG(variant)));
}

static void the_button_keeps_the_second(void)
{
	struct world w = world(.stock = 40);
	struct got page;

	guarded(&w, 2);
	page = tap_at(&w, "vera", "/go/annalink1?t=95");
	expect_status(page, 200);
	expect_body_has(page, "<input type=\"hidden\" name=\"t\" value=\"95\">");
	EXPECT(is_sent_to_the_shop(ask(&w, (struct asking){ .method = POST, .path = "/go/annalink1", .visitor = "vera", .page = true,
		.content_type = "application/x-www-form-urlencoded", .body = fmt(&w, "t=95&token=" STR_FMT, STR_ARG(token_of(page))) })));
	from_second_95(&w, 1);
	expect_body_lacks(tap_at(&w, "dora", "/go/annalink1"), "name=\"t\"");
}

static void without_cookies_the_bounce_ends_at_a_button(void)
{
	struct world w = world(.stock = 40);
	struct got first, page;

	guarded(&w, 1);
	first = tap(&w, NULL);
	page = tap_at(&w, NULL, str_z(w.mem, got_header(first, "Location")));
	expect_status(page, 200);
	EXPECT(token_of(page).n > 0);
	expect_sql(&w, 0, "select held from u.inventory");
	EXPECT(is_sent_to_the_shop(press(&w, page, NULL)));
	EXPECT(is_sent_to_the_shop(press(&w, page, NULL))); /* twice is the same visitor */
	expect_sql(&w, 1, "select held from u.inventory");
}

static void a_bounced_address_on_its_own_holds_nothing(void)
{
	struct world w = world(.stock = 40);

	guarded(&w, 1);
	for (int i = 0; i < 5; i++)
		expect_status(tap_at(&w, NULL, "/go/annalink1?b=1"), 200);
	expect_sql(&w, 0, "select held from u.inventory");
}

/* ---- levels 2 and 3 */

static void at_level_two_a_stranger_presses_a_button_and_the_known_go_on(void)
{
	struct world w = world(.stock = 40);
	struct got page;

	expect_status(tap(&w, "olga"), 303);
	world_clock_advance(&w, 16 * 60 * 1000);
	guarded(&w, 2);
	EXPECT(is_sent_to_the_shop(tap(&w, "olga")));
	page = tap(&w, "vera");
	expect_status(page, 200);
	expect_body_has(page, "Mug");
	EXPECT(token_of(page).n > 0);
	EXPECT(is_sent_to_the_shop(press(&w, page, "vera")));
	expect_sql(&w, 2, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'HOLD_REFUSED' and payload ->> 'class' = 'guard_confirm'");
}

static void at_level_three_a_page_waits_by_itself(void)
{
	struct world w = world(.stock = 40);
	struct got got, page;

	expect_status(tap(&w, "olga"), 303);
	guarded(&w, 3);
	got = tap(&w, "vera");
	expect_problem(got, "high-demand");
	expect_header(got, "Retry-After", "5");
	EXPECT(str_starts(got_header(got, "Refresh"), S("5; url=/go/annalink1?v=")));
	expect_header(got, "Cache-Control", "no-store");
	expect_body_has(got, "@anna");
	EXPECT(is_sent_to_the_shop(tap(&w, "olga"))); /* what she holds stays hers */
	expect_problem(ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .headers = PROGRAM }), "high-demand");
	guarded(&w, 0);
	page = tap(&w, "vera");
	EXPECT(is_sent_to_the_shop(page));
}

/* ---- caps */

static void a_full_address_is_told_when(void)
{
	struct world w = world(.stock = 40);
	struct got got;

	w.config->holds_per_address = 2;
	for (int i = 0; i < 2; i++)
		EXPECT(is_sent_to_the_shop(tap(&w, NULL)));
	got = tap(&w, NULL);
	expect_problem(got, "address-capped");
	EXPECT(got_header(got, "Retry-After").n == 3);
	expect_no_header(got, "Refresh");
	expect_body_has(got, "network");
	expect_body_has(got, "https://shop.example/products/mug");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'HOLD_REFUSED' and payload ->> 'class' = 'address_capped'"
		" and (payload ->> 'variant')::uuid = %s", world_uuid(&w, w.variant.u));
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'LINK_CLICKED' and payload ->> 'outcome' like 'refused%%'");
	EXPECT(is_sent_to_the_shop(ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .address = "198.51.100.9" })));
	EXPECT(is_sent_to_the_shop(ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .address = "2001:db8::1" })));
}

static void a_full_visitor_is_told_what_to_do(void)
{
	struct world w = world(.stock = 40);
	struct got got;

	w.config->holds_per_visitor = 1;
	world_sql(&w, "insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code)"
		" select gen_random_uuid(), creator_id, shop_id, offer_id, attribution_id, 'more1' from u.short_link");
	EXPECT(is_sent_to_the_shop(tap(&w, "vera")));
	got = tap_at(&w, "vera", "/go/more1");
	expect_problem(got, "visitor-capped");
	expect_body_has(got, "release it");
	expect_sql(&w, 1, "select held from u.inventory");
}

static void the_unproven_wait_a_moment_and_are_proven_then(void)
{
	struct world w = world(.stock = 8);
	struct got got, page;
	int64_t seconds;

	for (int i = 0; i < 2; i++) {
		page = ask(&w, (struct asking){ .path = "/go/annalink1", .headers = OLD_BROWSER });
		EXPECT(is_sent_to_the_shop(ask(&w, (struct asking){ .method = POST, .path = "/go/annalink1", .headers = OLD_BROWSER,
			.content_type = "application/x-www-form-urlencoded", .body = fmt(&w, "token=" STR_FMT, STR_ARG(token_of(page))) })));
	}
	page = ask(&w, (struct asking){ .path = "/go/annalink1", .headers = OLD_BROWSER });
	got = ask(&w, (struct asking){ .method = POST, .path = "/go/annalink1", .headers = OLD_BROWSER, .visitor = "vera",
		.content_type = "application/x-www-form-urlencoded", .body = fmt(&w, "token=" STR_FMT, STR_ARG(token_of(page))) });
	expect_problem(got, "unproven-capped");
	EXPECT(str_int(got_header(got, "Retry-After"), &seconds) && seconds >= 3 && seconds <= 4);
	EXPECT(str_find(got_header(got, "Refresh"), 0, S("; url=/go/annalink1?v=")) == 1);
	world_clock_advance(&w, 3000);
	EXPECT(is_sent_to_the_shop(ask(&w, (struct asking){ .path = "/go/annalink1", .headers = OLD_BROWSER, .visitor = "vera" })));
	expect_sql(&w, 2, "select count(*) from u.reservation where not proven");
}

static void what_the_guard_did_is_counted_and_shown(void)
{
	struct world w = world(.stock = 40);
	struct got got;
	int64_t done = 1;

	guarded(&w, 2);
	for (int i = 0; i < 3; i++)
		expect_status(tap(&w, NULL), 200);
	got = get(&w, NOBODY, "/status/metrics");
	expect_body_has(got, "unifyed_hold_refused_total{class=\"guard_confirm\"} 3\n");
	expect_body_has(got, "unifyed_items_guarded{level=\"2\"} 1\n");
	for (int i = 0; i < 9 && done; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(&w, NOBODY), &done), OK);
	got = get(&w, ANNA, "/links/$link");
	EXPECT_SAME(got_json(&w, got, "clicks.guarded"), S("3"));
	EXPECT_SAME(got_json(&w, got, "clicks.all"), S("0"));
	expect_body_has(get(&w, ANNA, "/events?type=HOLD_REFUSED"), "guard_confirm");
}

static void a_cookie_keeps_its_age_until_it_is_renewed(void)
{
	struct world w = world(.stock = 5);

	EXPECT(got_header(tap(&w, "vera"), "Set-Cookie").n > 0);
	expect_no_header(tap(&w, "vera"), "Set-Cookie");
	world_clock_advance(&w, 13 * 3600 * 1000);
	EXPECT(got_header(tap(&w, "vera"), "Set-Cookie").n > 0);
	expect_no_header(tap(&w, "vera"), "Set-Cookie");
	expect_sql(&w, 1, "select count(distinct visitor) from u.checkout_session");
}

static void previews_meet_no_guard(void)
{
	struct world w = world(.stock = 5);

	guarded(&w, 3);
	expect_status(ask(&w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: Twitterbot/1.0" }), 200);
	expect_status(ask(&w, (struct asking){ .method = HEAD, .path = "/go/annalink1" }), 200);
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'HOLD_REFUSED'");
}

static const CU_TestInfo tests[] = {
	T(a_bounce_brings_the_cookie_back_and_goes_on),
	T(a_bounce_keeps_the_second_and_the_variant),
	T(the_button_keeps_the_second),
	T(without_cookies_the_bounce_ends_at_a_button),
	T(a_bounced_address_on_its_own_holds_nothing),
	T(at_level_two_a_stranger_presses_a_button_and_the_known_go_on),
	T(at_level_three_a_page_waits_by_itself),
	T(a_full_address_is_told_when),
	T(a_full_visitor_is_told_what_to_do),
	T(the_unproven_wait_a_moment_and_are_proven_then),
	T(what_the_guard_did_is_counted_and_shown),
	T(a_cookie_keeps_its_age_until_it_is_renewed),
	T(previews_meet_no_guard),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_go_guard = { "cgi-bin/go: on guard", tests };
