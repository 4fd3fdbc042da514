#include "lib/quota/quota.h"

#include "tests/suite.h"
#include "tests/world.h"

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)
#define MIDNIGHT_UTC_10JUL INT64_C(1783641600000) /* 2026-07-10 */
#define MIDNIGHT_UTC_1NOV INT64_C(1793491200000)  /* 2026-11-01: the clocks of Los Angeles go back */
#define MIDNIGHT_UTC_14MAR INT64_C(1804982400000) /* 2027-03-14: they go forward */

static struct broadcaster_cost day(int64_t units)
{
	return (struct broadcaster_cost){ "test.day", units, 100, 86400, "America/Los_Angeles" };
}

static struct broadcaster_cost minute(int64_t units)
{
	return (struct broadcaster_cost){ "test.minute", units, 100, 60, "UTC" };
}

static void clock_to(struct world *w, int64_t ms)
{
	world_clock_advance(w, ms - world_now_ms(w));
}

static bool take(struct world *w, struct broadcaster_cost cost)
{
	bool granted = false;

	EXPECT_ERR(quota_take(world_ctx(w, NOBODY), &cost, &granted), OK);
	return granted;
}

static void what_is_allowed_is_granted_and_no_unit_more(void)
{
	struct world w = world(.bare = true);

	clock_to(&w, MIDNIGHT_UTC_10JUL + 12 * HOUR);
	EXPECT(take(&w, day(60)));
	EXPECT(!take(&w, day(41)));
	EXPECT(take(&w, day(40)));
	EXPECT(!take(&w, day(1)));
	EXPECT(!take(&w, (struct broadcaster_cost){ "test.other", 101, 100, 86400, "UTC" }));
	expect_sql(&w, 100, "select used from u.platform_quota where bucket = 'test.day'");
}

static void what_is_not_metered_is_free(void)
{
	struct world w = world(.bare = true);

	EXPECT(take(&w, (struct broadcaster_cost){ 0 }));
	expect_sql(&w, 0, "select count(*) from u.platform_quota");
}

static void a_day_is_a_day_in_los_angeles(void)
{
	static const struct { int64_t utc; int before_h, after_h; } days[] = {
		{ MIDNIGHT_UTC_10JUL, 7, 31 }, { MIDNIGHT_UTC_1NOV, 7, 32 }, { MIDNIGHT_UTC_14MAR, 8, 31 } };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(days); i++) {
		clock_to(&w, days[i].utc + days[i].before_h * HOUR - 2 * MIN);
		EXPECT(take(&w, day(100)));
		clock_to(&w, days[i].utc + days[i].before_h * HOUR + MIN);
		EXPECT(take(&w, day(100)));
		clock_to(&w, days[i].utc + days[i].after_h * HOUR - 2 * MIN);
		EXPECT(!take(&w, day(1)));
		clock_to(&w, days[i].utc + days[i].after_h * HOUR + MIN);
		EXPECT(take(&w, day(1)));
	}
	expect_sql(&w, 3, "select count(*) from u.platform_quota where starts_at >= u.clock() - interval '3 days'");
	expect_sql(&w, 100, "select max(used) from u.platform_quota");
}

static void the_last_minute_of_a_day_gives_nothing(void)
{
	struct world w = world(.bare = true);

	clock_to(&w, MIDNIGHT_UTC_10JUL + 7 * HOUR - 30000);
	EXPECT(!take(&w, day(1)));
	clock_to(&w, MIDNIGHT_UTC_10JUL + 7 * HOUR + 1000);
	EXPECT(take(&w, day(1)));
}

static void no_stretch_of_a_minute_has_more_than_a_minutes_units(void)
{
	struct world w = world(.bare = true);

	clock_to(&w, MIDNIGHT_UTC_10JUL + 55000);
	EXPECT(take(&w, minute(100)));
	clock_to(&w, MIDNIGHT_UTC_10JUL + 65000);
	EXPECT(!take(&w, minute(1)));
	clock_to(&w, MIDNIGHT_UTC_10JUL + 125000);
	EXPECT(take(&w, minute(100)));
}

static void spent_is_spent_until_the_window_ends(void)
{
	struct world w = world(.bare = true);
	struct broadcaster_cost cost = day(1);
	struct quota_left left;

	clock_to(&w, MIDNIGHT_UTC_10JUL + 12 * HOUR);
	EXPECT(take(&w, cost));
	EXPECT_ERR(quota_spent(world_ctx(&w, NOBODY), &cost), OK);
	EXPECT_ERR(quota_left(world_ctx(&w, NOBODY), &cost, &left), OK);
	EXPECT(left.spent && left.used == 1 && left.allowed == 100);
	EXPECT(left.left_ms > 18 * HOUR && left.left_ms <= 19 * HOUR);
	EXPECT(!take(&w, cost));
	clock_to(&w, MIDNIGHT_UTC_10JUL + 30 * HOUR);
	EXPECT(!take(&w, cost));
	clock_to(&w, MIDNIGHT_UTC_10JUL + 31 * HOUR + MIN);
	EXPECT(take(&w, cost));
}

static void spent_just_after_midnight_may_be_about_yesterday(void)
{
	struct world w = world(.bare = true);
	struct broadcaster_cost cost = day(1);

	clock_to(&w, MIDNIGHT_UTC_10JUL + 7 * HOUR + 5000);
	EXPECT(take(&w, cost));
	EXPECT_ERR(quota_spent(world_ctx(&w, NOBODY), &cost), OK);
	EXPECT(!take(&w, cost));
	world_clock_advance(&w, 11 * MIN);
	EXPECT(take(&w, cost));
	EXPECT_ERR(quota_spent(world_ctx(&w, NOBODY), &cost), OK);
	world_clock_advance(&w, 11 * MIN);
	EXPECT(!take(&w, cost));
}

static void a_smaller_allowance_counts_at_once(void)
{
	struct world w = world(.bare = true);
	struct broadcaster_cost cost = day(10);

	clock_to(&w, MIDNIGHT_UTC_10JUL + 12 * HOUR);
	EXPECT(take(&w, day(50)));
	cost.allowed = 55;
	EXPECT(!take(&w, cost));
}

static int take_many(struct world *w, int i)
{
	int got = 0;

	(void)i;
	for (int k = 0; k < 20; k++) {
		struct broadcaster_cost cost = day(1);
		bool granted;

		if (quota_take(world_ctx(w, NOBODY), &cost, &granted) != OK)
			return 100;
		got += granted;
	}
	return got;
}

static void ten_at_once_do_not_overrun(void)
{
	struct world w = world(.bare = true);
	int codes[10], sum = 0;

	clock_to(&w, MIDNIGHT_UTC_10JUL + 12 * HOUR);
	fork_many(&w, 10, take_many, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		sum += codes[i];
	EXPECT_INT(sum, 100);
	expect_sql(&w, 100, "select used from u.platform_quota");
}

static void old_windows_are_forgotten(void)
{
	struct world w = world(.bare = true);

	EXPECT(take(&w, minute(1)));
	world_clock_advance(&w, 34 * 24 * HOUR);
	EXPECT(take(&w, minute(1)));
	expect_sql(&w, 2, "select count(*) from u.platform_quota");
	world_clock_advance(&w, 2 * 24 * HOUR);
	EXPECT(take(&w, minute(1)));
	expect_sql(&w, 2, "select count(*) from u.platform_quota");
}

static void what_was_used_is_a_metric(void)
{
	struct world w = world(.bare = true);
	struct got got;

	clock_to(&w, MIDNIGHT_UTC_10JUL + 12 * HOUR);
	EXPECT(take(&w, day(60)));
	got = ask(&w, (struct asking){ .path = "/status/metrics" });
	expect_body_has(got, "unifyed_platform_quota_used{bucket=\"test.day\"} 60\n");
	expect_body_has(got, "unifyed_platform_quota_allowed{bucket=\"test.day\"} 100\n");
}

static const CU_TestInfo tests[] = {
	T(what_was_used_is_a_metric),
	T(what_is_allowed_is_granted_and_no_unit_more),
	T(what_is_not_metered_is_free),
	T(a_day_is_a_day_in_los_angeles),
	T(the_last_minute_of_a_day_gives_nothing),
	T(no_stretch_of_a_minute_has_more_than_a_minutes_units),
	T(spent_is_spent_until_the_window_ends),
	T(spent_just_after_midnight_may_be_about_yesterday),
	T(a_smaller_allowance_counts_at_once),
	T(ten_at_once_do_not_overrun),
	T(old_windows_are_forgotten),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_quota = { "lib/quota", tests };
