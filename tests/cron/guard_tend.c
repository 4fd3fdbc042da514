#include "lib/core/config.h"
#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/world.h"

#define MINUTE_MS INT64_C(60000)
#define LAPSE_MS (15 * MINUTE_MS + 1)

extern const struct helper guard_tend_helper, reservations_expire_helper;

/* Until nothing is left to do. */
static void run(struct world *w, const struct helper *helper)
{
	int64_t done = 1;

	for (int i = 0; i < 50 && done; i++)
		EXPECT_ERR(helper->step(world_ctx(w, NOBODY), &done), OK);
	EXPECT_INT(done, 0);
}

static void tend(struct world *w)
{
	run(w, &reservations_expire_helper);
	run(w, &guard_tend_helper);
}

static struct got tap_from(struct world *w, const char *visitor, const char *address)
{
	return ask(w, (struct asking){ .path = "/go/annalink1", .visitor = visitor, .address = address, .page = true });
}

/* A hold of that visitor that lapses unpaid. */
static void lapse(struct world *w, const char *visitor, const char *address)
{
	expect_status(tap_from(w, visitor, address), 303);
	world_clock_advance(w, LAPSE_MS);
	tend(w);
}

/* The newest hold became an order, as far as the guard can see. */
static void sold(struct world *w)
{
	world_sql(w, "with r as (update u.reservation set state = 'confirmed', ended_at = u.clock()"
		" where id = (select id from u.reservation order by id desc limit 1) returning id, session_id, units, item_id),"
		" i as (update u.inventory i set held = held - r.units from r where i.item_id = r.item_id),"
		" s as (update u.checkout_session s set state = 'completed', ended_at = u.clock() from r where s.id = r.session_id)"
		" insert into u.event_log (id, type, subject) select gen_random_uuid(), 'RESERVATION_CONFIRMED', id from r");
	run(w, &guard_tend_helper);
}

/* ---- cool-downs */

static void two_unpaid_holds_are_a_quarter_of_an_hour_and_four_an_hour(void)
{
	struct world w = world(.stock = 30);
	struct got got;

	lapse(&w, "vera", "198.51.100.1");
	lapse(&w, "vera", "198.51.100.2");
	got = tap_from(&w, "vera", "198.51.100.3");
	expect_problem(got, "hold-cooling");
	EXPECT(str_find(got_header(got, "Retry-After"), 0, S("9")) == 0 || str_find(got_header(got, "Retry-After"), 0, S("8")) == 0);
	expect_body_lacks(got, "abuse");
	expect_status(tap_from(&w, "carl", "198.51.100.3"), 303);
	world_clock_advance(&w, LAPSE_MS);
	lapse(&w, "vera", "198.51.100.4");
	world_clock_advance(&w, LAPSE_MS);
	lapse(&w, "vera", "198.51.100.5");
	world_clock_advance(&w, 55 * MINUTE_MS);
	expect_problem(tap_from(&w, "vera", "198.51.100.6"), "hold-cooling");
	world_clock_advance(&w, 6 * MINUTE_MS);
	expect_status(tap_from(&w, "vera", "198.51.100.6"), 303);
}

static void a_purchase_forgives(void)
{
	struct world w = world(.stock = 30);

	lapse(&w, "vera", "198.51.100.1");
	expect_status(tap_from(&w, "vera", "198.51.100.1"), 303);
	sold(&w);
	lapse(&w, "vera", "198.51.100.1");
	expect_status(tap_from(&w, "vera", "198.51.100.1"), 303);
}

static void a_live_hold_goes_on_while_cooling(void)
{
	struct world w = world(.stock = 30);
	struct got first;

	lapse(&w, "vera", "198.51.100.1");
	first = tap_from(&w, "vera", "198.51.100.1");
	world_sql(&w, "insert into u.hold_cooling (who, strikes, last_at, since, until)"
		" select visitor, 2, u.clock(), u.clock(), u.clock() + interval '1 hour' from u.checkout_session where state = 'open'"
		" on conflict (who) do update set until = excluded.until, since = excluded.since");
	expect_same_header(first, tap_from(&w, "vera", "198.51.100.1"), "Location");
}

/* One who takes a new cookie each time, on a network that others share. */
static void hoard(struct world *w, int n, const char *address)
{
	for (int i = 0; i < n; i++)
		expect_status(tap_from(w, NULL, address), 303);
	world_clock_advance(w, LAPSE_MS);
	tend(w);
}

static void an_address_stands_five_times_as_much(void)
{
	struct world w = world(.stock = 60);

	expect_status(tap_from(&w, "olga", "198.51.100.1"), 303); /* has been here before */
	sold(&w);
	hoard(&w, 9, "198.51.100.1");
	expect_status(tap_from(&w, "pia", "198.51.100.1"), 303);
	hoard(&w, 5, "198.51.100.1");
	expect_problem(tap_from(&w, NULL, "198.51.100.1"), "hold-cooling");
	expect_status(tap_from(&w, "olga", "198.51.100.1"), 303); /* who was here before the trouble began */
	expect_status(tap_from(&w, NULL, "198.51.100.2"), 303);
	world_clock_advance(&w, LAPSE_MS);
	expect_status(tap_from(&w, NULL, "198.51.100.1"), 303);
}

static void buyers_on_a_network_speak_for_it(void)
{
	struct world w = world(.stock = 60);

	for (int i = 0; i < 3; i++) {
		hoard(&w, 6, "198.51.100.1");
		expect_status(tap_from(&w, NULL, "198.51.100.1"), 303);
		sold(&w);
		expect_status(tap_from(&w, NULL, "198.51.100.1"), 303);
		sold(&w);
	}
	expect_status(tap_from(&w, NULL, "198.51.100.1"), 303);
}

static void strikes_are_counted_once_however_often_it_runs(void)
{
	struct world w = world(.stock = 30);

	lapse(&w, "vera", "198.51.100.1");
	for (int i = 0; i < 3; i++)
		tend(&w);
	expect_sql(&w, 1, "select count(*) from u.hold_cooling where strikes = 1");
	expect_status(tap_from(&w, "vera", "198.51.100.1"), 303);
}

/* ---- levels */

static void demand(struct world *w, int held, double created, double lapsed, double sold_n, double refused)
{
	world_sql(w, "delete from u.guard");
	world_sql(w, "update u.inventory set held = %d", held);
	world_sql(w, "insert into u.guard (shop_id, item_id, created, lapsed, sold, refused, halved_at)"
		" select shop_id, item_id, %f, %f, %f, %f, u.clock() from u.inventory", created, lapsed, sold_n, refused);
}

static int64_t level(struct world *w)
{
	tend(w);
	return world_int(w, "select guard from u.inventory");
}

static void a_level_rises_with_what_is_measured(void)
{
	static const struct {
		int held;
		double created, lapsed, sold, refused;
		int want;
	} cases[] = {
		{ 10, 500, 0, 0, 0, 0 }, /* much is left */
		{ 50, 59, 0, 0, 0, 0 },  /* too few to judge */
		{ 50, 60, 0, 0, 0, 1 },
		{ 30, 90, 40, 10, 0, 1 },
		{ 30, 90, 20, 30, 0, 0 }, /* buyers */
		{ 80, 90, 28, 2, 0, 2 },
		{ 80, 90, 5, 40, 0, 1 },
		{ 95, 900, 60, 3, 0, 3 },
		{ 100, 900, 30, 30, 0, 1 }, /* sold out to people who buy */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w = world(.stock = 100);

		demand(&w, cases[i].held, cases[i].created, cases[i].lapsed, cases[i].sold, cases[i].refused);
		suite_expect_int(level(&w), cases[i].want, "level", __FILE__, (int)i);
		w.config->guard_level_max = 1;
		world_sql(&w, "update u.inventory set guard = 0");
		EXPECT(level(&w) <= 1);
	}
}

static void many_turned_away_raise_it_further(void)
{
	struct world w = world(.stock = 100);

	demand(&w, 80, 90, 0, 0, 0);
	EXPECT_INT(level(&w), 1);
	world_sql(&w, "update u.guard set refused = 60");
	EXPECT_INT(level(&w), 2);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'GUARD_CHANGED' and creator_id is not null"
		" and (payload ->> 'level')::int = 2 and (payload ->> 'was')::int = 1 and (payload ->> 'held_percent')::int = 80");
}

static void it_falls_one_by_one_once_it_is_calm(void)
{
	struct world w = world(.stock = 100);

	demand(&w, 95, 900, 100, 0, 0);
	EXPECT_INT(level(&w), 3);
	world_sql(&w, "update u.inventory set held = 0");
	EXPECT_INT(level(&w), 3);
	world_clock_advance(&w, MINUTE_MS - 1000);
	EXPECT_INT(level(&w), 3);
	for (int want = 2; want >= 0; want--) {
		world_clock_advance(&w, MINUTE_MS + 1000);
		EXPECT_INT(level(&w), want);
		EXPECT_INT(level(&w), want);
	}
	world_clock_advance(&w, 120 * MINUTE_MS);
	tend(&w);
	expect_sql(&w, 0, "select count(*) from u.guard");
}

static void a_short_lull_is_no_calm(void)
{
	struct world w = world(.stock = 100);

	demand(&w, 50, 200, 0, 0, 0);
	EXPECT_INT(level(&w), 1);
	world_sql(&w, "update u.inventory set held = 0");
	world_clock_advance(&w, 40 * 1000);
	EXPECT_INT(level(&w), 1);
	world_sql(&w, "update u.inventory set held = 60");
	world_clock_advance(&w, 40 * 1000);
	EXPECT_INT(level(&w), 1);
	world_sql(&w, "update u.inventory set held = 0");
	world_clock_advance(&w, 40 * 1000);
	EXPECT_INT(level(&w), 1);
}

static void what_is_not_tracked_is_not_guarded(void)
{
	struct world w = world(.stock = 100);

	demand(&w, 95, 900, 100, 0, 0);
	world_sql(&w, "update u.inventory set tracked = false");
	EXPECT_INT(level(&w), 0);
}

static void it_learns_what_clicks_do(void)
{
	struct world w = world(.stock = 100);

	for (int i = 0; i < 5; i++)
		expect_status(tap(&w, NULL), 303);
	world_sql(&w, "update u.inventory set guard = 1");
	for (int i = 0; i < 3; i++)
		expect_status(tap(&w, NULL), 303);
	tend(&w);
	expect_sql(&w, 1, "select count(*) from u.guard where round(created) = 5 and round(refused) = 3 and lapsed + sold = 0");
	world_clock_advance(&w, LAPSE_MS);
	tend(&w);
	expect_sql(&w, 1, "select count(*) from u.guard where round(lapsed) = 5 and created < 1");
}

/* ---- what is not kept */

static void addresses_are_gone_after_a_day(void)
{
	struct world w = world(.stock = 30);

	expect_status(tap_from(&w, "vera", "198.51.100.1"), 303);
	world_clock_advance(&w, 60 * MINUTE_MS);
	expect_status(tap_from(&w, "carl", "198.51.100.1"), 303);
	tend(&w);
	expect_sql(&w, 2, "select count(*) from u.reservation where address is not null");
	world_clock_advance(&w, (23 * 60 + 30) * MINUTE_MS);
	tend(&w);
	expect_sql(&w, 1, "select count(*) from u.reservation where address is not null");
	world_clock_advance(&w, 60 * MINUTE_MS);
	tend(&w);
	expect_sql(&w, 0, "select count(*) from u.reservation where address is not null");
	expect_sql(&w, 2, "select count(*) from u.hold_cooling");
	world_clock_advance(&w, 121 * MINUTE_MS);
	tend(&w);
	expect_sql(&w, 0, "select count(*) from u.hold_cooling");
	expect_sql(&w, 0, "select count(*) from u.event_log where payload::text ~ '198.51'");
}

static const CU_TestInfo tests[] = {
	T(two_unpaid_holds_are_a_quarter_of_an_hour_and_four_an_hour),
	T(a_purchase_forgives),
	T(a_live_hold_goes_on_while_cooling),
	T(an_address_stands_five_times_as_much),
	T(buyers_on_a_network_speak_for_it),
	T(strikes_are_counted_once_however_often_it_runs),
	T(a_level_rises_with_what_is_measured),
	T(many_turned_away_raise_it_further),
	T(it_falls_one_by_one_once_it_is_calm),
	T(a_short_lull_is_no_calm),
	T(what_is_not_tracked_is_not_guarded),
	T(it_learns_what_clicks_do),
	T(addresses_are_gone_after_a_day),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_guard_tend = { "cron/guard_tend", tests };
