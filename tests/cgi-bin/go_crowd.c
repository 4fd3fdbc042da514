/* GET /go/:code by many at once: processes with connections of their own, half of them batching. */
#include "tests/suite.h"
#include "tests/world.h"

#define PROCESSES 8
#define EACH 25
#define STRANGE 255

/* What one process saw: how many were sent to the shop; STRANGE when any answer was neither that nor a refusal. */
static int counted(const struct got *gots, int n, int refusal)
{
	int sent = 0;

	for (int i = 0; i < n; i++) {
		if (gots[i].status == 303)
			sent++;
		else if (gots[i].status != refusal)
			return STRANGE;
	}
	return sent;
}

static int click(struct world *w, int i, const char *path, int refusal)
{
	struct asking askings[EACH];
	struct got gots[EACH];

	for (int k = 0; k < EACH; k++)
		askings[k] = (struct asking){ .path = path, .page = true };
	if (i % 2) {
		ask_many(w, askings, EACH, gots);
	} else {
		for (int k = 0; k < EACH; k++)
			gots[k] = ask(w, askings[k]);
	}
	return counted(gots, EACH, refusal);
}

static int sum(const int codes[], int n)
{
	int all = 0;

	for (int i = 0; i < n; i++)
		all = codes[i] == STRANGE || all < 0 ? -1 : all + codes[i];
	return all;
}

static int on_annas(struct world *w, int i)
{
	return click(w, i, "/go/annalink1", 409);
}

static void two_hundred_on_the_last_unit_and_one_goes_to_checkout(void)
{
	struct world w = world(.stock = 1);
	int codes[PROCESSES];

	fork_many(&w, PROCESSES, on_annas, codes);
	EXPECT_INT(sum(codes, PROCESSES), 1);
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.checkout_session");
	expect_sql(&w, 199, "select count(*) from u.event_log where type = 'LINK_CLICKED' and payload ->> 'outcome' = 'refused_sold_out'");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static int on_both(struct world *w, int i)
{
	return click(w, i / 2, i % 2 ? "/go/benlink1" : "/go/annalink1", 409);
}

static void two_creators_with_links_to_the_same_last_unit_sell_one(void)
{
	struct world w = world(.stock = 1, .ben = true);
	int codes[PROCESSES];

	fork_many(&w, PROCESSES, on_both, codes);
	EXPECT_INT(sum(codes, PROCESSES), 1);
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.reservation");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static int one_to_three(struct world *w, int i)
{
	struct asking askings[EACH];
	struct got gots[EACH];

	for (int k = 0; k < EACH; k++)
		askings[k] = (struct asking){ .page = true,
			.path = str_z(w->mem, str_fmt(w->mem, "/go/annalink1?units=%d", 1 + (i + k) % 3)) };
	if (i % 2)
		ask_many(w, askings, EACH, gots);
	for (int k = 0; k < EACH && i % 2 == 0; k++)
		gots[k] = ask(w, askings[k]);
	return counted(gots, EACH, 409);
}

static void a_stock_of_fifty_is_sold_to_the_last_unit(void)
{
	struct world w = world(.stock = 50);
	int codes[PROCESSES];

	fork_many(&w, PROCESSES, one_to_three, codes);
	EXPECT(sum(codes, PROCESSES) >= 50 / 3);
	expect_sql(&w, 50, "select held from u.inventory");
	expect_sql(&w, 50, "select sum(units) from u.reservation where state = 'pending'");
	expect_sql(&w, sum(codes, PROCESSES), "select count(*) from u.reservation");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static int on_capped(struct world *w, int i)
{
	return click(w, i, "/go/annalink1", 410);
}

static void a_click_limit_is_exact(void)
{
	struct world w = world(.stock = 500, .clicks_max = 7);
	int codes[PROCESSES];

	fork_many(&w, PROCESSES, on_capped, codes);
	EXPECT_INT(sum(codes, PROCESSES), 7);
	expect_sql(&w, 7, "select clicks_used from u.short_link");
	expect_sql(&w, 7, "select held from u.inventory");
}

static void a_redemption_limit_is_exact(void)
{
	struct world w = world(.stock = 500, .redemptions_max = 11);
	int codes[PROCESSES];

	fork_many(&w, PROCESSES, on_annas, codes);
	EXPECT_INT(sum(codes, PROCESSES), 11);
	expect_sql(&w, 11, "select redemptions_held from u.offer");
	expect_sql(&w, 11, "select held from u.inventory");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void lapsed_holds_and_lapsed_redemptions_come_back_to_a_crowd(void)
{
	struct world w = world(.stock = 3, .redemptions_max = 3);
	int codes[PROCESSES];

	fork_many(&w, PROCESSES, on_annas, codes);
	EXPECT_INT(sum(codes, PROCESSES), 3);
	world_clock_advance(&w, 15 * 60 * 1000 + 1);
	fork_many(&w, PROCESSES, on_annas, codes);
	EXPECT_INT(sum(codes, PROCESSES), 3);
	expect_sql(&w, 3, "select held from u.inventory");
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static void a_crowd_finds_free_and_lapsed_units_together(void)
{
	struct world w = world(.stock = 4);
	int codes[PROCESSES];

	for (int k = 0; k < 3; k++)
		expect_status(tap(&w, NULL), 303);
	world_clock_advance(&w, 15 * 60 * 1000 + 1);
	fork_many(&w, PROCESSES, on_annas, codes);
	EXPECT_INT(sum(codes, PROCESSES), 4);
	expect_sql(&w, 4, "select held from u.inventory");
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

/* The same visitor in every process, tapping as fast as they can. */
static int the_same_visitor(struct world *w, int i)
{
	int sent = 0;

	(void)i;
	for (int k = 0; k < 10; k++)
		sent += tap(w, "anna").status == 303;
	return sent;
}

static void many_taps_of_one_visitor_are_one_checkout_even_of_the_last_unit(void)
{
	struct world w = world(.stock = 2);
	int codes[PROCESSES];

	expect_status(tap(&w, "anna"), 303); /* for her cookie */
	world_clock_advance(&w, 16 * 60 * 1000);
	world_sql(&w, "update u.inventory set shop_available = 1");
	fork_many(&w, PROCESSES, the_same_visitor, codes);
	EXPECT_INT(sum(codes, PROCESSES), PROCESSES * 10);
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 2, "select count(*) from u.checkout_session");
}

/* Visitors who change their minds between variants, in batches and alone, while others release and lapse. */
static int restless(struct world *w, int i)
{
	struct asking askings[EACH];
	struct got gots[EACH];
	unsigned seed = (unsigned)i * 7919 + 17;

	for (int round = 0; round < 4; round++) {
		for (int k = 0; k < EACH; k++) {
			seed = seed * 1103515245 + 12345;
			askings[k] = (struct asking){ .page = true,
				.visitor = str_z(w->mem, str_fmt(w->mem, "v%u", (seed >> 8) % 12)),
				.path = str_z(w->mem, str_fmt(w->mem, "/go/%s?units=%u&v=" STR_FMT,
					(seed >> 16) % 2 ? "annalink1" : "benlink1", 1 + (seed >> 20) % 2,
					STR_ARG(ID_TEXT(w->mem, variant, w->variants[(seed >> 12) % 4])))) };
		}
		if (i % 2)
			ask_many(w, askings, EACH, gots);
		for (int k = 0; k < EACH && i % 2 == 0; k++)
			gots[k] = ask(w, askings[k]);
		if (counted(gots, EACH, 409) == STRANGE)
			return STRANGE;
		(void)ask(w, (struct asking){ .method = POST, .path = "/go/annalink1/release", .page = true, .visitor = "v1" });
	}
	return 0;
}

static void restless_visitors_break_nothing_and_never_deadlock(void)
{
	struct world w = world(.stock = 4, .variants = 4, .ben = true, .redemptions_max = 6);
	int64_t before = world_int(&w, "select deadlocks from pg_stat_database where datname = current_database()");
	int codes[PROCESSES];

	for (int k = 0; k < 12; k++) /* cookies, which the processes share from here on */
		expect_status(tap(&w, str_z(w.mem, str_fmt(w.mem, "v%d", k))), 200);
	fork_many(&w, PROCESSES, restless, codes);
	EXPECT_INT(sum(codes, PROCESSES), 0);
	world_sql(&w, "select pg_stat_force_next_flush(), pg_stat_clear_snapshot()");
	expect_sql(&w, before, "select deadlocks from pg_stat_database where datname = current_database()");
	expect_sql(&w, 0, "select count(*) from u.inventory where free < 0");
	expect_sql(&w, 0, "select count(*) from u.offer where redemptions_held > redemptions_max");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static const CU_TestInfo tests[] = {
	T(two_hundred_on_the_last_unit_and_one_goes_to_checkout),
	T(two_creators_with_links_to_the_same_last_unit_sell_one),
	T(a_stock_of_fifty_is_sold_to_the_last_unit),
	T(a_click_limit_is_exact),
	T(a_redemption_limit_is_exact),
	T(lapsed_holds_and_lapsed_redemptions_come_back_to_a_crowd),
	T(a_crowd_finds_free_and_lapsed_units_together),
	T(many_taps_of_one_visitor_are_one_checkout_even_of_the_last_unit),
	T(restless_visitors_break_nothing_and_never_deadlock),
	CU_TEST_INFO_NULL,
};
const struct suite suite_go_crowd = { "cgi-bin/go_crowd", tests };
