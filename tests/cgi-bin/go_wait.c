/* GET and POST /go/:code/wait, POST /go/:code/leave: the line for what is sold out */
#include <string.h>

#include "tests/suite.h"
#include "tests/world.h"

#define AWAY_MS 31000  /* who did not look for so long is thought gone */
#define ASIDE_MS 301000

static struct got page_of(struct world *w, const char *visitor)
{
	return ask(w, (struct asking){ .path = "/go/annalink1/wait", .page = true, .visitor = visitor });
}

static struct got press(struct world *w, const char *visitor, const char *path, const char *form)
{
	return ask(w, (struct asking){ .method = POST, .path = path, .form = form, .page = true, .visitor = visitor });
}

/* Sold out to her, she presses the button that puts her into the line. */
static struct got join(struct world *w, const char *visitor)
{
	expect_status(tap(w, visitor), 409);
	return press(w, visitor, "/go/annalink1/wait", "units=1");
}

static void is_held_in_all(struct world *w, int64_t units)
{
	expect_sql(w, units, "select held from u.inventory where item_id = %s", world_uuid(w, w->items[0].u));
	expect_sql(w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void what_comes_back_goes_to_the_first_who_waits(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	world_clock_advance(&w, 1000);
	expect_status(join(&w, "cleo"), 303);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "You are next in line");
	expect_body_has(page_of(&w, "cleo"), "in line: 1 before you");
	EXPECT_STR(got_json(&w, ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/catalog/products/" STR_FMT,
		STR_ARG(ID_TEXT(w.mem, product, w.product)))) }), "variants.0.stock.waiting"), "2");
	expect_header(page_of(&w, "cleo"), "Referrer-Policy", "no-referrer");
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	expect_status(tap(&w, "dora"), 409);
	expect_body_has(page_of(&w, "cleo"), "in line: 1 before you");
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	expect_body_has(page_of(&w, "ben"), "Buy it now");
	expect_sql(&w, 1, "select count(*) from u.waitlist where state = 'offered'");
	expect_sql(&w, 300, "select extract(epoch from r.expires_at - r.created_at)::integer from u.reservation r where r.state = 'pending'");
	is_held_in_all(&w, 1);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'CHECKOUT_REDIRECTED'"); /* anna's */
	expect_status(tap(&w, "dora"), 409);
}

static void her_hold_has_its_whole_time_once_she_goes_to_the_shop(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 4000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	world_clock_advance(&w, 250000);
	expect_status(tap(&w, "ben"), 303);
	expect_sql(&w, 900, "select round(extract(epoch from expires_at - u.clock()))::integer from u.reservation where state = 'pending'");
	expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.reservation r on r.session_id = s.id and r.expires_at = s.expires_at"
		" where s.state = 'open'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'CHECKOUT_REDIRECTED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'WAITLIST_TAKEN'");
	world_clock_advance(&w, 60000);
	expect_status(tap(&w, "ben"), 303);
	expect_sql(&w, 840, "select round(extract(epoch from expires_at - u.clock()))::integer from u.reservation where state = 'pending'");
	expect_body_has(page_of(&w, "ben"), "Go to checkout");
	is_held_in_all(&w, 1);
}

static void a_turn_that_passes_is_the_next_ones(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	world_clock_advance(&w, 1000);
	expect_status(join(&w, "cleo"), 303);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 4000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	world_clock_advance(&w, ASIDE_MS - 10000);
	expect_body_has(page_of(&w, "cleo"), "You are next in line");
	world_clock_advance(&w, 11000);
	expect_status(tap(&w, "dora"), 409);
	expect_body_has(page_of(&w, "cleo"), "It is your turn");
	expect_body_has(page_of(&w, "ben"), "It is not set aside for you any more");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'WAITLIST_ENDED' and payload ->> 'reason' = 'passed'");
	is_held_in_all(&w, 1);
	expect_status(press(&w, "ben", "/go/annalink1/wait", "units=1"), 303);
	expect_body_has(page_of(&w, "ben"), "You are next in line");
}

static void nothing_is_kept_for_one_who_went_away(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, AWAY_MS);
	expect_status(tap(&w, "dora"), 303);
	expect_body_has(page_of(&w, "ben"), "You are next in line");
	is_held_in_all(&w, 1);
	expect_status(press(&w, "dora", "/go/annalink1/release", ""), 303);
	expect_status(tap(&w, "emil"), 409);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
}

static void who_returns_has_the_place_she_had(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	world_clock_advance(&w, 1000);
	expect_status(join(&w, "cleo"), 303);
	world_clock_advance(&w, AWAY_MS);
	expect_body_has(page_of(&w, "cleo"), "You are next in line");
	expect_body_has(page_of(&w, "ben"), "You are next in line");
	expect_body_has(page_of(&w, "cleo"), "in line: 1 before you");
	expect_status(join(&w, "ben"), 303);
	expect_sql(&w, 2, "select count(*) from u.waitlist");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'WAITLIST_JOINED'");
}

static void enough_for_all_keeps_nobody_waiting(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	world_sql(&w, "update u.inventory set shop_available = 3");
	expect_status(tap(&w, "dora"), 303);
	expect_status(tap(&w, "emil"), 409);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	expect_sql(&w, 3, "select held from u.inventory");
}

static void who_wants_more_than_there_is_does_not_keep_the_others(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "ben"), 409);
	expect_status(press(&w, "ben", "/go/annalink1/wait", "units=5"), 303);
	world_clock_advance(&w, 3000);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	expect_body_has(page_of(&w, "ben"), "You are next in line");
	expect_status(tap(&w, "dora"), 303);
	is_held_in_all(&w, 1);
}

static void the_link_of_her_own_is_her_place_without_a_cookie(void)
{
	struct world w = world(.stock = 1);
	struct got joined, got;
	const char *own, *at;

	expect_status(tap(&w, "anna"), 303);
	got = tap(&w, NULL);
	at = strstr(str_z(w.mem, got.body), "name=\"token\" value=\"");
	EXPECT(at != NULL);
	if (!at)
		return;
	joined = press(&w, NULL, "/go/annalink1/wait", str_z(w.mem, str_fmt(w.mem, "token=%.72s", at + 20)));
	expect_status(joined, 303);
	own = str_z(w.mem, got_header(joined, "Location"));
	world_clock_advance(&w, 3000);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	got = ask(&w, (struct asking){ .path = own, .page = true });
	expect_body_has(got, "It is your turn");
	at = strstr(own, "?w=");
	EXPECT(at != NULL);
	if (!at)
		return;
	expect_body_has(got, "name=\"w\" value=\"");
	expect_status(ask(&w, (struct asking){ .path = "/go/annalink1/wait", .page = true }), 303);
	got = press(&w, "zoe", "/go/annalink1", str_z(w.mem, str_fmt(w.mem, "w=%s", at + 3)));
	expect_status(got, 303);
	EXPECT(str_starts(got_header(got, "Location"), S("https://shop.example/cart/")));
	expect_sql(&w, 1, "select count(*) from u.waitlist where state = 'taken'");
	is_held_in_all(&w, 1);
}

static void a_forged_place_is_none(void)
{
	struct world w = world(.stock = 1, .ben = true);
	struct got joined;
	char *own;

	expect_status(tap(&w, "anna"), 303);
	joined = join(&w, "ben");
	own = (char *)str_z(w.mem, got_header(joined, "Location"));
	own[strlen(own) - 1] = own[strlen(own) - 1] == 'A' ? 'B' : 'A';
	expect_header(ask(&w, (struct asking){ .path = own, .page = true }), "Location", "/go/annalink1");
	own = (char *)str_z(w.mem, str_fmt(w.mem, "/go/benlink1/wait?w=%s", strstr(own, "?w=") + 3));
	expect_header(ask(&w, (struct asking){ .path = own, .page = true }), "Location", "/go/benlink1");
	expect_header(page_of(&w, "zoe"), "Location", "/go/annalink1");
	expect_status(press(&w, "zoe", "/go/annalink1/leave", ""), 303);
	expect_sql(&w, 1, "select count(*) from u.waitlist where state = 'waiting'");
}

static void whoever_unfurls_or_prefetches_her_link_takes_no_turn(void)
{
	struct world w = world(.stock = 1);
	const char *own;

	expect_status(tap(&w, "anna"), 303);
	own = str_z(w.mem, got_header(join(&w, "ben"), "Location"));
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 3000);
	expect_status(ask(&w, (struct asking){ .path = own, .headers = "User-Agent: WhatsApp/2.23" }), 303);
	expect_status(ask(&w, (struct asking){ .method = HEAD, .path = own, .page = true }), 303);
	expect_status(ask(&w, (struct asking){ .path = own, .page = true, .headers = "Sec-Purpose: prefetch" }), 303);
	expect_sql(&w, 0, "select held from u.inventory");
	expect_body_has(ask(&w, (struct asking){ .path = own, .page = true }), "It is your turn");
}

static void leaving_gives_up_place_and_unit(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	world_clock_advance(&w, 1000);
	expect_status(join(&w, "cleo"), 303);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	expect_status(press(&w, "ben", "/go/annalink1/leave", ""), 303);
	expect_status(press(&w, "ben", "/go/annalink1/leave", ""), 303);
	expect_body_has(page_of(&w, "ben"), "You left the line");
	is_held_in_all(&w, 0);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'WAITLIST_ENDED' and payload ->> 'reason' = 'left'");
	expect_body_has(page_of(&w, "cleo"), "It is your turn");
	is_held_in_all(&w, 1);
}

static void a_line_closes_with_its_link_and_its_day(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(join(&w, "ben"), 303);
	expect_status(join(&w, "cleo"), 303);
	world_clock_advance(&w, 12 * 3600 * INT64_C(1000) + 1);
	expect_body_has(page_of(&w, "ben"), "This line is closed");
	expect_sql(&w, 1, "select u.waitlist_tidy(25, 86400)");
	expect_sql(&w, 0, "select u.waitlist_tidy(25, 86400)");
	expect_sql(&w, 2, "select count(*) from u.waitlist where state = 'over' and address is null");
	expect_status(tap(&w, "dora"), 303);
	expect_status(join(&w, "ben"), 303);
	world_sql(&w, "update u.short_link set revoked_at = u.clock()");
	expect_body_has(page_of(&w, "ben"), "This line is closed");
	expect_sql(&w, 0, "select count(*) from u.waitlist where state = 'waiting'");
}

static void one_address_does_not_fill_the_line(void)
{
	struct world w = world(.stock = 1);
	struct asking asking = { .method = POST, .path = "/go/annalink1/wait", .form = "units=1", .page = true, .address = "203.0.113.7" };
	struct got got = { 0 };

	w.config->holds_per_address = 2;
	expect_status(tap(&w, "anna"), 303);
	for (int i = 0; i < 3; i++) {
		asking.visitor = (const char *const[]){ "v1", "v2", "v3" }[i];
		expect_status(tap(&w, asking.visitor), 409);
		got = ask(&w, asking);
	}
	expect_problem(got, "address-capped");
	expect_sql(&w, 2, "select count(*) from u.waitlist");
}

static void what_she_holds_on_the_link_is_not_taken_from_her(void)
{
	struct world w = world(.stock = 1, .variants = 2);
	const char *first = str_z(w.mem, str_fmt(w.mem, "v=" STR_FMT, STR_ARG(ID_TEXT(w.mem, variant, w.variants[0]))));
	const char *path = str_z(w.mem, str_fmt(w.mem, "/go/annalink1?%s", first));

	expect_status(tap_at(&w, "anna", path), 303);
	expect_status(tap_at(&w, "ben", path), 409);
	expect_status(press(&w, "ben", "/go/annalink1/wait", first), 303);
	expect_status(tap_at(&w, "ben", str_z(w.mem, str_fmt(w.mem, "/go/annalink1?v=" STR_FMT,
		STR_ARG(ID_TEXT(w.mem, variant, w.variants[1]))))), 303);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "cannot be held for you just now");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'pending'");
	expect_status(tap_at(&w, "dora", path), 303); /* it is not kept for one who cannot have it */
	is_held_in_all(&w, 1);
}

static void what_has_no_limit_is_not_waited_for(void)
{
	struct world w = world(.stock = 1);

	world_sql(&w, "update u.inventory set tracked = false");
	expect_header(press(&w, "ben", "/go/annalink1/wait", "units=1"), "Location", "/go/annalink1");
	expect_status(tap(&w, "ben"), 303);
	expect_status(press(&w, "ben", "/go/annalink1/wait", "units=1"), 303);
	expect_header(press(&w, "ben", "/go/nosuchlink/wait", "units=1"), "Location", "/go/nosuchlink");
	expect_problem(press(&w, "ben", "/go/annalink1/wait", "units=0"), "bad-input");
	expect_problem(press(&w, "ben", "/go/annalink1/wait", "units=2147483648"), "bad-input");
	expect_sql(&w, 0, "select count(*) from u.waitlist");
}

#define CROWD 8

/* Half of them wait, half come anew, all at once; three units come back. */
static int looks_or_taps(struct world *w, int i)
{
	int got = 0;

	for (int n = 0; n < 5; n++) {
		char name[8];

		snprintf(name, sizeof name, "w%d", i);
		if (i % 2)
			got |= tap(w, name).status == 303 ? 2 : 0;
		else
			got |= str_find(page_of(w, name).body, 0, S("It is your turn")) != SIZE_MAX ? 1 : 0;
	}
	return got;
}

static void a_crowd_gets_what_there_is_and_the_line_comes_first(void)
{
	struct world w = world(.stock = 3);
	int codes[CROWD], served = 0;

	w.config->holds_per_address = w.config->holds_per_address_scarce = 0;
	w.config->unproven_percent = 100;
	expect_status(tap_at(&w, "anna", "/go/annalink1?units=3"), 303);
	for (int i = 0; i < CROWD; i += 2)
		expect_status(join(&w, (const char *const[]){ "w0", "w2", "w4", "w6" }[i / 2]), 303);
	world_clock_advance(&w, 3000);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	fork_many(&w, CROWD, looks_or_taps, codes);
	for (int i = 0; i < CROWD; i++) {
		EXPECT(codes[i] != 255 && codes[i] != 2);
		served += codes[i] == 1;
	}
	EXPECT_INT(served, 3);
	is_held_in_all(&w, 3);
	expect_sql(&w, 3, "select count(*) from u.waitlist where state = 'offered'");
	expect_sql(&w, 1, "select count(*) from u.waitlist where state = 'waiting' and id = (select max(id::text)::uuid from u.waitlist)");
}

static const CU_TestInfo tests[] = {
	T(what_comes_back_goes_to_the_first_who_waits), T(her_hold_has_its_whole_time_once_she_goes_to_the_shop),
	T(a_turn_that_passes_is_the_next_ones), T(nothing_is_kept_for_one_who_went_away), T(who_returns_has_the_place_she_had),
	T(enough_for_all_keeps_nobody_waiting), T(who_wants_more_than_there_is_does_not_keep_the_others),
	T(the_link_of_her_own_is_her_place_without_a_cookie), T(a_forged_place_is_none),
	T(whoever_unfurls_or_prefetches_her_link_takes_no_turn), T(leaving_gives_up_place_and_unit),
	T(a_line_closes_with_its_link_and_its_day), T(one_address_does_not_fill_the_line),
	T(what_she_holds_on_the_link_is_not_taken_from_her), T(what_has_no_limit_is_not_waited_for),
	T(a_crowd_gets_what_there_is_and_the_line_comes_first), CU_TEST_INFO_NULL,
};
const struct suite suite_go_wait = { "cgi-bin/go_wait", tests };
