/* GET /go/:code/hold and POST /go/:code/release */
#include "tests/suite.h"
#include "tests/world.h"

static struct got look(struct world *w, const char *visitor)
{
	return ask(w, (struct asking){ .path = "/go/annalink1/hold", .page = true, .visitor = visitor });
}

static struct got give_back(struct world *w, const char *visitor, const char *headers)
{
	return ask(w, (struct asking){ .method = POST, .path = "/go/annalink1/release", .page = true, .visitor = visitor,
		.headers = headers });
}

static void a_visitor_sees_what_is_held_and_until_when(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(tap_at(&w, "anna", "/go/annalink1?units=2"), 303);
	got = look(&w, "anna");
	expect_status(got, 200);
	expect_body_has(got, "Mug");
	expect_body_has(got, "<strong>2</strong> held for you until");
	expect_body_has(got, str_z(w.mem, world_text(&w, "select to_char(expires_at at time zone 'UTC', 'HH24:MI') || ' UTC'"
		" from u.reservation")));
	expect_body_has(got, "/go/annalink1/release");
}

static void a_stranger_sees_nothing(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "anna"), 303);
	expect_body_has(look(&w, "ben"), "You hold nothing here");
	expect_body_has(look(&w, NULL), "You hold nothing here");
	world_clock_advance(&w, 16 * 60 * 1000);
	expect_body_has(look(&w, "anna"), "You hold nothing here");
}

static void a_release_gives_the_unit_to_the_next(void)
{
	struct world w = world(.stock = 1, .redemptions_max = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(tap(&w, "ben"), 409);
	expect_header(give_back(&w, "anna", NULL), "Location", "/go/annalink1/hold");
	expect_sql(&w, 0, "select held from u.inventory");
	expect_sql(&w, 0, "select redemptions_held from u.offer");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'CHECKOUT_ABANDONED'");
	expect_status(tap(&w, "ben"), 303);
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void a_release_twice_is_one(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(give_back(&w, "anna", NULL), 303);
	expect_status(give_back(&w, "anna", NULL), 303);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
}

static void nobody_releases_for_another(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "anna"), 303);
	expect_status(give_back(&w, "ben", NULL), 303);
	expect_status(give_back(&w, NULL, NULL), 303);
	expect_problem(give_back(&w, "anna", "Sec-Fetch-Site: cross-site"), "csrf");
	expect_sql(&w, 1, "select held from u.inventory");
}

static void an_unknown_link_has_no_holds(void)
{
	struct world w = world(.stock = 1);

	expect_problem(ask(&w, (struct asking){ .path = "/go/nosuchlink/hold", .page = true }), "link-unknown");
	expect_problem(ask(&w, (struct asking){ .path = "/go/-/hold", .page = true }), "link-unknown");
	expect_problem(ask(&w, (struct asking){ .method = POST, .path = "/go/nosuchlink/release", .page = true }), "link-unknown");
	expect_problem(ask(&w, (struct asking){ .path = "/go/annalink1/release", .page = true }), "method");
}

static const CU_TestInfo tests[] = {
	T(a_visitor_sees_what_is_held_and_until_when),
	T(a_stranger_sees_nothing),
	T(a_release_gives_the_unit_to_the_next),
	T(a_release_twice_is_one),
	T(nobody_releases_for_another),
	T(an_unknown_link_has_no_holds),
	CU_TEST_INFO_NULL,
};
const struct suite suite_go_hold = { "cgi-bin/go_hold", tests };
