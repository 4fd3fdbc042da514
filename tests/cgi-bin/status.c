/* /status: for operators and their monitors. */
#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"
#include "tests/world.h"

static struct got look(struct world *w, const char *path)
{
	return ask(w, (struct asking){ .path = path });
}

static void health_asks_nobody_else(void)
{
	struct world w = world(.bare = true);
	struct got got;

	w.config->database = S("host=/nowhere");
	world_cut_connection(&w);
	got = look(&w, "/status/health");
	expect_status(got, 200);
	EXPECT_SAME(got.body, S("ok\n"));
}

static void ready_names_the_schema(void)
{
	struct world w = world(.bare = true);
	struct got got = look(&w, "/status/ready");

	expect_status(got, 200);
	EXPECT(str_starts(got_json(&w, got, "migration"), S("0")));
	EXPECT_SAME(got_json(&w, got, "oldest_beat_s"), S("-1"));
	world_sql(&w, "insert into u.helper_run (name, started_at, beat_at) values ('a', u.clock(), u.clock()), ('b', u.clock(), u.clock() - interval '90 s')");
	EXPECT_SAME(got_json(&w, look(&w, "/status/ready"), "oldest_beat_s"), S("90"));
}

static void it_is_not_ready_without_its_database(void)
{
	struct world w = world(.bare = true);
	struct got got;

	w.config->database = S("host=/nowhere");
	world_cut_connection(&w);
	got = look(&w, "/status/ready");
	expect_problem(got, "database-away");
	EXPECT(got_header(got, "Retry-After").n > 0);
}

/* Each line is a name, perhaps a label, and a number. */
static void metrics_are_in_prometheus_form(void)
{
	struct world w = world(.stock = 5);
	struct got got;
	struct str rest;

	expect_status(tap(&w, "vera"), 303);
	world_sql(&w, "insert into u.helper_run (name, started_at, beat_at) values ('catalog_sync', u.clock(), u.clock() - interval '7 s')");
	got = look(&w, "/status/metrics");
	expect_status(got, 200);
	EXPECT(str_starts(got.content_type, S("text/plain")));
	expect_body_has(got, "unifyed_holds_pending 1\n");
	expect_body_has(got, "unifyed_helper_beat_age_seconds{helper=\"catalog_sync\"} 7\n");
	expect_body_has(got, "unifyed_link_answers_total{class=\"started\"} 1\n");
	expect_body_has(got, "unifyed_event_horizon_age_seconds 0\n");
	expect_body_lacks(got, "annalink1");
	for (rest = got.body; rest.n;) {
		struct str line = str_cut(&rest, '\n'), name = str_cut(&line, ' ');
		int64_t value;

		EXPECT(str_starts(name, S("unifyed_")) && str_int(line, &value));
	}
}

static void lapsed_holds_are_counted_apart(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "vera"), 303);
	world_clock_advance(&w, 16 * 60 * 1000);
	expect_body_has(look(&w, "/status/metrics"), "unifyed_holds_lapsed_untidied 1\n");
}

extern const struct helper stock_audit_helper;

static struct got look_from_here(struct world *w, const char *path)
{
	return ask(w, (struct asking){ .path = path, .address = "127.0.0.1" });
}

static void integrity_holds_after_a_sale(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(tap(&w, "vera"), 303);
	got = look_from_here(&w, "/status/integrity");
	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "holds"), S("true"));
	EXPECT(got_json(&w, got, "invariants.8.invariant").n > 0);
}

static void a_broken_invariant_is_named_and_alarms(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "update u.inventory set held = 3");
	got = look_from_here(&w, "/status/integrity");
	expect_status(got, 500);
	EXPECT_SAME(got_json(&w, got, "holds"), S("false"));
	expect_body_has(got, "held is the sum");
}

/* To recompute is work that a stranger may not cause. */
static void a_stranger_gets_what_the_auditor_found_and_how_old_that_is(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_problem(look(&w, "/status/integrity"), "retry");
	helper_run(&w, stock_audit_helper.step);
	world_sql(&w, "update u.inventory set held = 3");
	world_clock_advance(&w, 90000);
	got = look(&w, "/status/integrity");
	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "age_s"), S("90"));
	EXPECT(got_json(&w, got, "checked_at").n > 0);
	expect_body_has(got, "held is the sum");
	expect_status(look_from_here(&w, "/status/integrity"), 500);
	world_clock_advance(&w, 300000);
	helper_run(&w, stock_audit_helper.step);
	got = look(&w, "/status/integrity");
	expect_status(got, 500);
	EXPECT_SAME(got_json(&w, got, "age_s"), S("0"));
	EXPECT_SAME(got_json(&w, got, "holds"), S("false"));
}

static const CU_TestInfo tests[] = {
	T(health_asks_nobody_else),
	T(ready_names_the_schema),
	T(it_is_not_ready_without_its_database),
	T(metrics_are_in_prometheus_form),
	T(lapsed_holds_are_counted_apart),
	T(integrity_holds_after_a_sale),
	T(a_broken_invariant_is_named_and_alarms),
	T(a_stranger_gets_what_the_auditor_found_and_how_old_that_is),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_status = { "cgi-bin/status", tests };
