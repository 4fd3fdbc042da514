/* GET and POST /go/:code/wait under attack: who would jump the line, what is lost in it, and whose place a link of one's own is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/checkout/guard.h"
#include "tests/suite.h"
#include "tests/world.h"

#define LATER_MS (6 * 60 * 1000) /* nobody is known to be there any more */

static struct got page_at(struct world *w, const char *visitor, const char *path)
{
	return ask(w, (struct asking){ .path = path, .page = true, .visitor = visitor });
}

static struct got page_of(struct world *w, const char *visitor)
{
	return page_at(w, visitor, "/go/annalink1/wait");
}

static struct got press(struct world *w, const char *visitor, const char *path, const char *form)
{
	return ask(w, (struct asking){ .method = POST, .path = path, .form = form, .page = true, .visitor = visitor });
}

static const char *variant_form(struct world *w, int i)
{
	return str_z(w->mem, str_fmt(w->mem, "v=" STR_FMT, STR_ARG(ID_TEXT(w->mem, variant, w->variants[i]))));
}

/* Sold out to her, she presses the button that puts her into the line; gives the link of her own. */
static const char *join(struct world *w, const char *visitor)
{
	struct got got;

	expect_status(tap(w, visitor), 409);
	got = press(w, visitor, "/go/annalink1/wait", "units=1");
	expect_status(got, 303);
	return str_z(w->mem, got_header(got, "Location"));
}

static const char *token_of(const char *own)
{
	static char token[73];
	const char *at = strstr(own, "?w=");

	EXPECT(at != NULL && strlen(at) >= 75);
	snprintf(token, sizeof token, "%.72s", at != NULL ? at + 3 : "");
	return token;
}

static void told_once(struct world *w, const char *type, int64_t places)
{
	expect_sql(w, places, "select count(*) from u.event_log where type = '%s'", type);
	expect_sql(w, places, "select count(distinct subject) from u.event_log where type = '%s'", type);
}

/* ---- who comes first */

#define WAITS_FOR_LOCK "select count(*) from pg_locks where relation = 'u.reservation'::regclass and %s granted and database = " \
	"(select oid from pg_database where datname = current_database())"

/* A unit comes back just after dora's click saw that there was none. */
static int unit_comes_back_between(struct world *w, int i)
{
	if (i == 1) {
		while (!world_int(w, WAITS_FOR_LOCK " and mode = 'AccessExclusiveLock'", ""))
			usleep(1000);
		return tap(w, "dora").status == 303 ? 1 : 0;
	}
	world_sql(w, "begin");
	world_sql(w, "lock table u.reservation in access exclusive mode");
	while (!world_int(w, WAITS_FOR_LOCK, "not"))
		usleep(1000);
	world_sql(w, "update u.inventory set shop_available = 2");
	world_sql(w, "commit");
	return 0;
}

static void a_newcomer_takes_no_unit_that_came_back_while_she_asked(void)
{
	struct world w = world(.stock = 1);
	int codes[2];

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	fork_many(&w, 2, unit_comes_back_between, codes);
	EXPECT_INT(codes[0], 0);
	EXPECT_INT(codes[1], 0);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
}

/* A batch ends what lapsed for those who wait too: it need not be asked again one by one. */
static void a_batch_counts_what_lapsed_for_a_line(void)
{
	struct world w = world(.stock = 2);
	struct asking askings[] = { { .path = "/go/annalink1", .page = true, .visitor = "dora" },
		{ .path = "/go/annalink1", .page = true, .visitor = "emil" } };
	struct got gots[COUNT(askings)];

	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "fred"), 303);
	(void)join(&w, "ben");
	world_clock_advance(&w, 15 * 60 * 1000 + 1000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	(void)press(&w, "ben", "/go/annalink1/leave", "");
	expect_status(press(&w, "ben", "/go/annalink1/wait", ""), 303);
	expect_status(tap(&w, "anna"), 303); /* the other one lapsed is still there, and ben's */
	ask_many(&w, askings, COUNT(askings), gots);
	expect_status(gots[0], 409);
	expect_status(gots[1], 409);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	expect_sql(&w, 2, "select held from u.inventory");
}

/* Workers on several machines, whose clocks differ. */
static void the_database_says_who_came_first(void)
{
	struct world w = world(.stock = 1);
	struct ctx *c;

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_clock_advance(&w, 1000);
	expect_status(tap(&w, "cleo"), 409);
	c = world_ctx(&w, NOBODY);
	world_sql(&w, "select u.waitlist_join(%s, 'annalink1', %s, null, 1, null, 0, 3600, 30)",
		world_uuid(&w, uuid_new(c->now_ms - 3600000)), world_uuid(&w, uuid_new(c->now_ms)));
	expect_sql(&w, 1, "select units = 1 and visitor = (select visitor from u.waitlist order by created_at limit 1)"
		" from u.waitlist order by id limit 1");
}

static void one_network_fills_no_more_of_the_line_than_it_may_by_turns(void)
{
	struct world w = world(.stock = 1);
	struct asking asking = { .method = POST, .path = "/go/annalink1/wait", .form = "units=1", .page = true,
		.address = "203.0.113.7" };
	static const char *const names[] = { "v1", "v2", "v3", "v4", "v5", "v6" };

	w.config->holds_per_address = 2;
	w.config->holds_per_address_scarce = 2;
	expect_status(tap(&w, "anna"), 303);
	for (size_t i = 0; i < COUNT(names); i++) {
		asking.visitor = names[i];
		expect_status(tap(&w, names[i]), 409);
		expect_status(ask(&w, asking), 303);
		if (i % 2)
			world_clock_advance(&w, 31000); /* those before are away, and leave room for the next */
	}
	for (size_t i = 0; i < COUNT(names); i++)
		expect_status(page_of(&w, names[i]), 200);
	expect_sql(&w, 6, "select count(*) from u.waitlist where state = 'waiting'");
	expect_sql(&w, 2, "select count(*) from u.waitlist where state = 'waiting' and present_until > u.clock()");
	expect_body_has(page_of(&w, "v3"), "cannot be held for you just now");
}

/* ---- what is lost */

static void who_comes_back_by_the_link_has_taken_her_turn(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_clock_advance(&w, LATER_MS);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	expect_status(tap(&w, "ben"), 303);
	told_once(&w, "WAITLIST_TAKEN", 1);
	expect_sql(&w, 0, "select count(*) from u.waitlist where state = 'waiting'");
	world_clock_advance(&w, 16 * 60 * 1000);
	expect_body_lacks(page_of(&w, "ben"), "It is your turn");
	expect_sql(&w, 1, "select count(*) from u.checkout_session where visitor = (select visitor from u.waitlist)");
}

static void who_comes_back_in_a_batch_has_taken_her_turn(void)
{
	struct world w = world(.stock = 1);
	struct asking askings[] = { { .path = "/go/annalink1", .page = true, .visitor = "cleo" },
		{ .path = "/go/annalink1", .page = true, .visitor = "ben" } };
	struct got gots[COUNT(askings)];

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_clock_advance(&w, LATER_MS);
	world_sql(&w, "update u.inventory set shop_available = 5");
	ask_many(&w, askings, COUNT(askings), gots);
	expect_status(gots[0], 303);
	expect_status(gots[1], 303);
	told_once(&w, "WAITLIST_TAKEN", 1);
	expect_sql(&w, 1, "select count(*) from u.waitlist w join u.checkout_session s on s.id = w.session_id and"
		" s.visitor = w.visitor where w.state = 'taken'");
}

static void a_unit_set_aside_for_longer_than_a_hold_is_taken_all_the_same(void)
{
	struct world w = world(.stock = 1);

	w.config->waitlist_hold_s = 3000;
	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	expect_status(tap(&w, "ben"), 303);
	told_once(&w, "WAITLIST_TAKEN", 1);
	expect_sql(&w, 3000, "select extract(epoch from r.expires_at - r.created_at)::integer from u.reservation r where"
		" r.state = 'pending'");
	world_clock_advance(&w, 3001000);
	expect_body_has(page_of(&w, "ben"), "You went on to the shop with it");
}

static void each_product_of_a_link_has_a_line_and_a_page_of_its_own(void)
{
	struct world w = world(.stock = 1, .variants = 2);
	const char *own[2];

	for (int i = 0; i < 2; i++) {
		struct got got;

		expect_status(tap_at(&w, i ? "emil" : "anna", str_z(w.mem, str_fmt(w.mem, "/go/annalink1?%s",
			variant_form(&w, i)))), 303);
		expect_status(tap_at(&w, "ben", str_z(w.mem, str_fmt(w.mem, "/go/annalink1?%s", variant_form(&w, i)))), 409);
		got = press(&w, "ben", "/go/annalink1/wait", variant_form(&w, i));
		expect_status(got, 303);
		own[i] = str_z(w.mem, got_header(got, "Location"));
		world_clock_advance(&w, 1000);
	}
	expect_sql(&w, 2, "select count(*) from u.waitlist where state = 'waiting'");
	world_clock_advance(&w, 3000);
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	expect_body_has(page_at(&w, "ben", own[1]), "You are next in line");
	expect_body_has(page_at(&w, "ben", own[0]), "It is your turn");
	expect_status(press(&w, "ben", "/go/annalink1/leave", variant_form(&w, 0)), 303);
	expect_body_has(page_at(&w, "ben", own[0]), "You left the line");
	expect_body_has(page_at(&w, "ben", own[1]), "You are next in line");
	expect_sql(&w, 1, "select count(*) from u.waitlist where state = 'waiting' and variant_id = %s", world_uuid(&w,
		w.variants[1].u));
}

static void her_page_follows_her_place_to_another_link(void)
{
	struct world w = world(.stock = 1, .ben = true);
	const char *own;

	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "cleo"), 409);
	own = str_z(w.mem, got_header(press(&w, "cleo", "/go/annalink1/wait", variant_form(&w, 0)), "Location"));
	expect_status(press(&w, "cleo", "/go/benlink1/wait", variant_form(&w, 0)), 303);
	expect_sql(&w, 1, "select count(*) from u.waitlist");
	expect_body_has(page_at(&w, "cleo", own), "You are next in line");
	expect_sql(&w, 1, "select count(*) from u.checkout_session");
}

static void an_offer_paused_for_a_moment_costs_nobody_her_place(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_sql(&w, "update u.offer set state = 'paused'");
	world_clock_advance(&w, LATER_MS);
	expect_body_has(page_of(&w, "ben"), "cannot be held for you just now");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0"); /* she is not there */
	world_sql(&w, "update u.offer set state = 'active'");
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	world_sql(&w, "update u.offer set state = 'expired'");
	expect_body_has(page_of(&w, "ben"), "This line is closed");
}

static void the_price_of_what_is_set_aside_is_the_promised_one(void)
{
	struct world w = world(.stock = 1);
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "16.00");
	world_sql(&w, "update u.offer_price set price_minor = 1900");
	got = page_of(&w, "ben");
	expect_body_has(got, "16.00");
	expect_body_lacks(got, "19.00");
	expect_status(tap(&w, "ben"), 303);
	expect_body_has(page_of(&w, "ben"), "16.00");
	expect_sql(&w, 1600, "select price_minor from u.checkout_session where state = 'open'");
}

/* No redirect that would click for her. */
static void what_is_sold_no_more_closes_the_line_on_her_page(void)
{
	struct world w = world(.stock = 1);
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_sql(&w, "delete from u.offer_price");
	got = page_of(&w, "ben");
	expect_status(got, 200);
	expect_body_has(got, "This line is closed");
	expect_body_has(got, "Anna");
	expect_no_header(got, "Refresh");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'WAITLIST_ENDED' and payload ->> 'reason' = 'over'");
}

/* Where no stream is known, as on a platform that shows us none. */
static void the_next_thing_in_the_light_ends_no_line_for_the_last(void)
{
	struct world w = world(.stock = 1);
	const char *live = "'01900000-0000-7000-8000-0000000000aa'";

	world_sql(&w, "insert into u.live_session (id, creator_id, title, state, started_at) values (%s, %s, 'Show', 'live',"
		" u.clock() - interval '1 minute')",
		live, world_uuid(&w, w.anna.creator.u));
	world_sql(&w, "insert into u.offer select (jsonb_populate_record(o, '{\"id\":"
		" \"01900000-0000-7000-8000-0000000000bb\"}')).* from u.offer o");
	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, shop_id, offer_id, source) select o.id, o.creator_id, %s,"
		" u.clock() + case when o.id = %s then interval '-30 s' else '5 s' end, o.shop_id, o.id, 'tap' from u.offer"
			" o", live, world_uuid(&w, w.anna.offer.u));
	world_sql(&w, "insert into u.spotlight (id, creator_id, live_id, at, moment_id) select m.id, m.creator_id, m.live_id,"
		" m.at, m.id from u.moment m");
	world_sql(&w, "update u.short_link set live_id = %s, offer_id = null, product_id = null, variant_id = null", live);
	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_clock_advance(&w, 20000);
	expect_status(tap(&w, "cleo"), 503); /* the other one */
	expect_body_has(page_of(&w, "ben"), "You are next in line");
	world_sql(&w, "update u.inventory set shop_available = 2");
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.waitlist w on w.session_id = s.id where"
		" s.offer_id = %s and s.second = 60",
		world_uuid(&w, w.anna.offer.u));
}

static void a_link_that_ends_takes_its_promise_from_the_page(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	world_clock_advance(&w, 3000);
	expect_body_has(page_of(&w, "ben"), "It is your turn");
	world_sql(&w, "update u.short_link set expires_at = u.clock()");
	expect_body_has(page_of(&w, "ben"), "This line is closed");
	expect_body_lacks(page_of(&w, "ben"), "Buy it now");
}

static void a_page_that_waits_looks_again_whatever_happened(void)
{
	struct world w = world(.stock = 1);
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_sql(&w, "alter function u.event_id(text, text, timestamptz) rename to event_id_away");
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 500);
	world_clock_advance(&w, 3000);
	world_sql(&w, "update u.inventory set shop_available = 2");
	got = page_of(&w, "ben");
	world_sql(&w, "alter function u.event_id_away(text, text, timestamptz) rename to event_id");
	expect_status(got, 500);
	expect_header(got, "Refresh", "10");
	expect_no_header(tap_at(&w, "ben", "/go/nosuchlink"), "Refresh");
	expect_body_has(page_of(&w, "ben"), "It is your turn");
}

/* ---- whose place it is */

static void her_page_stays_at_its_address(void)
{
	struct world w = world(.stock = 1);
	const char *own;
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "ben"), 409);
	own = str_z(w.mem, got_header(press(&w, "ben", "/go/annalink1/wait", variant_form(&w, 0)), "Location"));
	expect_header(page_at(&w, "ben", own), "Refresh", str_z(w.mem, str_fmt(w.mem, "10; url=%s", own)));
	world_clock_advance(&w, 9000);
	got = page_at(&w, NULL, own);
	expect_header(got, "Refresh", str_z(w.mem, str_fmt(w.mem, "10; url=%s", own)));
	expect_header(got, "Cache-Control", "no-store");
	expect_header(got, "Referrer-Policy", "no-referrer");
	expect_no_header(got, "Set-Cookie");
}

static void a_link_of_ones_own_makes_nobody_else_its_visitor(void)
{
	struct world w = world(.stock = 1);
	const char *form;
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	form = str_z(w.mem, str_fmt(w.mem, "w=%s", token_of(join(&w, "mallory"))));
	expect_status(press(&w, "anna", "/go/annalink1/release", ""), 303);
	got = press(&w, "victim", "/go/annalink1/wait", form);
	expect_status(got, 303);
	expect_no_header(got, "Set-Cookie");
	got = press(&w, "victim", "/go/annalink1", form);
	EXPECT(str_starts(got_header(got, "Location"), S("https://shop.example/cart/")));
	expect_no_header(got, "Set-Cookie");
	expect_body_lacks(page_at(&w, "victim", "/go/annalink1/hold"), "is held for you");
}

/* Nor by the buttons of what it leads to. */
static void what_a_link_of_ones_own_leads_to_is_for_whose_browser_it_is(void)
{
	struct world w = world(.stock = 1);
	const char *at;
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	got = press(&w, NULL, "/go/annalink1", str_z(w.mem, str_fmt(w.mem, "w=%s", token_of(join(&w, "mallory")))));
	expect_status(got, 409);
	at = strstr(str_z(w.mem, got.body), "name=\"token\" value=\"");
	EXPECT(at != NULL);
	if (!at)
		return;
	expect_status(press(&w, "victim", "/go/annalink1/wait", str_z(w.mem, str_fmt(w.mem, "token=%.72s", at + 20))), 303);
	expect_sql(&w, 2, "select count(distinct visitor) from u.waitlist");
}

static void another_visitors_cookie_proves_nothing_for_the_owner_of_a_place(void)
{
	struct world w = world(.stock = 1);
	const char *own;

	w.config->proven_after_s = 60;
	w.config->unproven_percent = 100;
	expect_status(tap(&w, "anna"), 303);
	(void)tap(&w, "old");
	world_clock_advance(&w, 3600000);
	expect_status(tap(&w, "zoe"), 303);
	own = str_z(w.mem, str_fmt(w.mem, "w=%s", token_of(join(&w, "fresh"))));
	expect_status(press(&w, "zoe", "/go/annalink1/release", ""), 303);
	world_sql(&w, "update u.inventory set guard = 2");
	expect_status(press(&w, "old", "/go/annalink1", own), 303);
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'pending' and not proven");
}

static void another_site_presses_no_button_of_ours(void)
{
	struct world w = world(.stock = 1);
	struct asking asking = { .method = POST, .path = "/go/annalink1/wait", .page = true, .headers = "Sec-Fetch-Site:"
		" cross-site\nOrigin: https://evil.example" };
	const char *at;
	struct got got;

	expect_status(tap(&w, "anna"), 303);
	got = tap(&w, "mallory");
	at = strstr(str_z(w.mem, got.body), "name=\"token\" value=\"");
	EXPECT(at != NULL);
	if (!at)
		return;
	asking.form = str_z(w.mem, str_fmt(w.mem, "token=%.72s", at + 20));
	expect_problem(ask(&w, asking), "csrf");
	asking.visitor = "mallory"; /* as if a browser sent the cookie along */
	asking.form = "units=1";
	expect_problem(ask(&w, asking), "csrf");
	expect_sql(&w, 0, "select count(*) from u.waitlist");
	(void)join(&w, "ben");
	asking.path = "/go/annalink1/leave";
	asking.visitor = "ben";
	expect_problem(ask(&w, asking), "csrf");
	expect_sql(&w, 1, "select count(*) from u.waitlist where state = 'waiting'");
}

static void whatever_stands_in_a_place_of_ones_own_does_no_harm(void)
{
	static const char *const paths[] = { "/go/annalink1/wait?w=", "/go/annalink1/wait?w=%00",
		"/go/annalink1/wait?w=%22%3E%3Cscript%3E",
		"/go/annalink1/wait?w=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&v=variant_x",
		"/go/annalink1/wait?v=%F0%9F%92%A9", "/go/%2e%2e%2fannalink1/wait", "/go/annalink1%0d%0aX:1/wait", "/go//wait",
		"/go/annalink1/wait?w=a&w=b" };
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct got got = page_at(&w, "zoe", paths[i]);

		EXPECT(got.status == 303 || got.status == 404 || got.status == 400);
		EXPECT(got.status != 303 || str_eq(got_header(got, "Location"), S("/go/annalink1")));
		expect_body_lacks(got, "<script>");
	}
	expect_sql(&w, 1, "select count(*) from u.waitlist");
}

/* ---- what a look costs */

#define CROWD 4000
#define ROWS_READ "select coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) from pg_stat_xact_user_tables" \
	" where relid = 'u.waitlist'::regclass"

/* Rows of the line that the statement reads. */
static int64_t rows_read(struct world *w, const char *sql)
{
	int64_t n;

	world_sql(w, "begin");
	n = world_int(w, ROWS_READ);
	world_sql(w, "%s", sql);
	n = world_int(w, ROWS_READ) - n;
	world_sql(w, "rollback");
	return n;
}

static void a_look_reads_few_rows_of_a_long_line(void)
{
	struct world w = world(.stock = 1);
	const char *rules = str_z(w.mem, guard_rules(world_ctx(&w, NOBODY)));
	static const char *const who[] = { "(select visitor from u.waitlist order by id limit 1)", /* the first */
		"(select visitor from u.waitlist order by id limit 1 offset 500)", ("(select visitor from u.waitlist order by"
			" id desc limit 1)") };

	expect_status(tap(&w, "anna"), 303);
	(void)join(&w, "ben");
	world_sql(&w, "insert into u.waitlist (id, creator_id, shop_id, item_id, link_id, variant_id, visitor, units,"
		" address, present_until, ends_at)"
		" select overlay(w.id::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, w.creator_id, w.shop_id,"
			" w.item_id, w.link_id,"
		"        w.variant_id, gen_random_uuid(), 1, gen_random_uuid(), u.clock() + interval '30 s', w.ends_at"
		"   from u.waitlist w, generate_series(1, %d) n", CROWD);
	world_sql(&w, "analyze u.waitlist");
	for (size_t i = 0; i < COUNT(who); i++) {
		int64_t n = rows_read(&w, str_z(w.mem, str_fmt(w.mem, "select u.waitlist_look('annalink1', %s, gen_random_uuid(),"
			" gen_random_uuid(), 'mark', 300, '%s'::u.hold_rules)", who[i], rules)));

		EXPECT(n > 0);
		EXPECT(n < (i ? 1100 : 100));
	}
	world_sql(&w, "update u.inventory set shop_available = 3");
	EXPECT(rows_read(&w, str_z(w.mem, str_fmt(w.mem, "select u.click('annalink1', gen_random_uuid(), null, 1,"
		" gen_random_uuid(),"
		" gen_random_uuid(), 'mark', null, true, false, 0, '%s'::u.hold_rules)", rules))) < 100);
	EXPECT(rows_read(&w, "select u.waitlist_join(gen_random_uuid(), 'annalink1', gen_random_uuid(), null, 1,"
		" gen_random_uuid(), 10, 3600, 30)") < 100);
	EXPECT(rows_read(&w, "select u.waitlist_tidy(25, 86400)") < 100);
}

static const CU_TestInfo tests[] = {
	T(a_newcomer_takes_no_unit_that_came_back_while_she_asked), T(a_batch_counts_what_lapsed_for_a_line),
	T(the_database_says_who_came_first),
	T(one_network_fills_no_more_of_the_line_than_it_may_by_turns), T(who_comes_back_by_the_link_has_taken_her_turn),
	T(who_comes_back_in_a_batch_has_taken_her_turn), T(a_unit_set_aside_for_longer_than_a_hold_is_taken_all_the_same),
	T(each_product_of_a_link_has_a_line_and_a_page_of_its_own), T(her_page_follows_her_place_to_another_link),
	T(an_offer_paused_for_a_moment_costs_nobody_her_place), T(the_price_of_what_is_set_aside_is_the_promised_one),
	T(what_is_sold_no_more_closes_the_line_on_her_page),
	T(the_next_thing_in_the_light_ends_no_line_for_the_last), T(a_link_that_ends_takes_its_promise_from_the_page),
	T(a_page_that_waits_looks_again_whatever_happened),
	T(her_page_stays_at_its_address), T(a_link_of_ones_own_makes_nobody_else_its_visitor),
	T(what_a_link_of_ones_own_leads_to_is_for_whose_browser_it_is),
	T(another_visitors_cookie_proves_nothing_for_the_owner_of_a_place), T(another_site_presses_no_button_of_ours),
	T(whatever_stands_in_a_place_of_ones_own_does_no_harm), T(a_look_reads_few_rows_of_a_long_line), CU_TEST_INFO_NULL,
};
const struct suite suite_go_line = { "cgi-bin/go_line", tests };
