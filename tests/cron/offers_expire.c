#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/suite.h"

#define HOUR_MS INT64_C(3600000)

extern const struct helper offers_expire_helper;

static int64_t expire(struct world *w)
{
	int64_t done = -1;

	EXPECT_ERR(offers_expire_helper.step(world_ctx(w, NOBODY), &done), OK);
	return done;
}

static int expire_too(struct world *w, int i)
{
	int64_t done;

	(void)i;
	return offers_expire_helper.step(world_ctx(w, NOBODY), &done) == OK ? (int)done : 100;
}

static void an_offer_whose_time_is_over_expires_once(void)
{
	struct world w = world();

	world_sql(&w, "update u.offer set ends_at = u.clock() + interval '1 hour'");
	EXPECT_INT(expire(&w), 0);
	world_clock_advance(&w, HOUR_MS);
	expect_problem(tap(&w, "vera"), "offer-closed");
	EXPECT_INT(expire(&w), 1);
	EXPECT_INT(expire(&w), 0);
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'expired'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_EXPIRED' and creator_id is not null and shop_id is not null");
}

static void drafts_and_what_is_over_already_stay_as_they_are(void)
{
	static const char *const states[] = { "draft", "deleted", "expired" };
	struct world w = world();

	for (size_t i = 0; i < COUNT(states); i++) {
		world_sql(&w, "update u.offer set state = '%s', ends_at = u.clock()", states[i]);
		EXPECT_INT(expire(&w), 0);
	}
	world_sql(&w, "update u.offer set state = 'active', ends_at = null");
	EXPECT_INT(expire(&w), 0);
	world_sql(&w, "update u.offer set state = 'paused', ends_at = u.clock()");
	EXPECT_INT(expire(&w), 1);
}

static void a_live_hold_runs_out_before_its_code_ends(void)
{
	struct world w = world(.stock = 5);
	bool found;

	world_sql(&w, "update u.offer set ends_at = u.clock() + interval '1 hour'");
	world_clock_advance(&w, HOUR_MS - 60000);
	expect_status(tap(&w, "vera"), 303);
	world_clock_advance(&w, 60000);
	EXPECT_INT(expire(&w), 1);
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'pending'");
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ending'");
	(void)claimed(&w, &found);
	EXPECT(!found);
	world_clock_advance(&w, 14 * 60000);
	EXPECT_STR(claimed(&w, &found).state, "ending");
	EXPECT(found);
}

static void it_works_in_small_batches(void)
{
	struct world w = world();

	world_sql(&w, "insert into u.offer (id, creator_id, shop_id, name, kind, value, state, ends_at)"
		" select gen_random_uuid(), %s, %s, 'Past', 'fixed_price', 1, 'active', u.clock() from generate_series(1, 60)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.shop.u));
	EXPECT_INT(expire(&w), 50);
	EXPECT_INT(expire(&w), 10);
	EXPECT_INT(expire(&w), 0);
}

static void two_of_it_expire_each_offer_once(void)
{
	struct world w = world();
	int codes[4], all = 0;

	world_sql(&w, "insert into u.offer (id, creator_id, shop_id, name, kind, value, state, ends_at)"
		" select gen_random_uuid(), %s, %s, 'Past', 'fixed_price', 1, 'active', u.clock() from generate_series(1, 40)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.shop.u));
	fork_many(&w, COUNT(codes), expire_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		all += codes[i];
	EXPECT_INT(all, 40);
	expect_sql(&w, 40, "select count(*) from u.event_log where type = 'OFFER_EXPIRED'");
}

static const CU_TestInfo tests[] = {
	T(an_offer_whose_time_is_over_expires_once),
	T(drafts_and_what_is_over_already_stay_as_they_are),
	T(a_live_hold_runs_out_before_its_code_ends),
	T(it_works_in_small_batches),
	T(two_of_it_expire_each_offer_once),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_offers_expire = { "cron/offers_expire", tests };
