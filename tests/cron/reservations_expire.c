#include "lib/cron/cron.h"
#include "tests/suite.h"
#include "tests/world.h"

extern const struct helper reservations_expire_helper;

static int64_t sweep(struct world *w)
{
	int64_t done = -1;

	EXPECT_ERR(reservations_expire_helper.step(world_ctx(w, NOBODY), &done), OK);
	return done;
}

static void crowd(struct world *w, int n)
{
	world_sql(w, "select u.click('annalink1', gen_random_uuid(), %s, 1, gen_random_uuid(), gen_random_uuid(), md5(random()::text),"
		" null, true, false, 0, row(900, null, null, null, null, null, null, null)) from generate_series(1, %d)", world_uuid(w, w->variant.u), n);
}

static void a_lapsed_hold_is_tidied_up_with_its_events(void)
{
	struct world w = world(.stock = 5, .redemptions_max = 5);

	crowd(&w, 2);
	EXPECT_INT(sweep(&w), 0);
	world_clock_advance(&w, 15 * 60 * 1000 + 1);
	EXPECT_INT(sweep(&w), 2);
	EXPECT_INT(sweep(&w), 0);
	expect_sql(&w, 0, "select held from u.inventory");
	expect_sql(&w, 0, "select redemptions_held from u.offer");
	expect_sql(&w, 2, "select count(*) from u.checkout_session where state = 'abandoned'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'CHECKOUT_ABANDONED'");
}

static void it_works_in_small_batches(void)
{
	struct world w = world(.stock = 500);

	crowd(&w, 45);
	world_clock_advance(&w, 16 * 60 * 1000);
	EXPECT_INT(sweep(&w), 25);
	EXPECT_INT(sweep(&w), 20);
	EXPECT_INT(sweep(&w), 0);
	expect_sql(&w, 0, "select held from u.inventory");
}

static void what_is_confirmed_or_released_stays_so(void)
{
	struct world w = world(.stock = 5);

	crowd(&w, 3);
	world_sql(&w, "update u.reservation set state = 'confirmed', ended_at = u.clock()"
		" where id = (select min(id::text)::uuid from u.reservation)");
	world_sql(&w, "update u.checkout_session set state = 'completed' where id = (select session_id from u.reservation where state = 'confirmed')");
	world_sql(&w, "update u.inventory set held = held - 1");
	world_sql(&w, "select u.checkout_release(session_id, null) from u.reservation where state = 'pending' limit 1");
	world_clock_advance(&w, 16 * 60 * 1000);
	EXPECT_INT(sweep(&w), 1);
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'confirmed'");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'released'");
	expect_sql(&w, 1, "select count(*) from u.checkout_session where state = 'completed'");
	expect_sql(&w, 0, "select held from u.inventory");
}

static int sweep_in_a_child(struct world *w, int i)
{
	int64_t done = 0, all = 0;
	struct ctx *c = world_ctx(w, NOBODY);

	(void)i;
	c->db = w->db;
	do {
		if (reservations_expire_helper.step(c, &done) != OK)
			return 255;
		all += done;
	} while (done > 0);
	return all > 0;
}

static void two_sweepers_at_once_end_each_hold_once(void)
{
	struct world w = world(.stock = 1000);
	int codes[4], busy = 0;

	crowd(&w, 600);
	world_clock_advance(&w, 16 * 60 * 1000);
	fork_many(&w, 4, sweep_in_a_child, codes);
	for (int i = 0; i < 4; i++) {
		EXPECT(codes[i] != 255);
		busy += codes[i] == 1;
	}
	EXPECT(busy > 0);
	expect_sql(&w, 0, "select held from u.inventory");
	expect_sql(&w, 600, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
}

static const CU_TestInfo tests[] = {
	T(a_lapsed_hold_is_tidied_up_with_its_events),
	T(it_works_in_small_batches),
	T(what_is_confirmed_or_released_stays_so),
	T(two_sweepers_at_once_end_each_hold_once),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_reservations_expire = { "cron/reservations_expire", tests };
