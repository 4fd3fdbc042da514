#include "lib/view/local.h"

#include "tests/suite.h"
#include "tests/world.h"

static struct str told(struct world *w, const char *zone, int64_t ms)
{
	struct ctx *c = world_ctx(w, ANNA);
	struct local l = { .zone = str_of(zone) };
	struct str out;

	local_want(&l, ms, &out);
	EXPECT_ERR(local_tell(c, &l), OK);
	return out;
}

static int64_t read_in(struct world *w, const char *zone, const char *typed, bool good)
{
	struct ctx *c = world_ctx(w, ANNA);
	int64_t ms;

	EXPECT_ERR(local_read(c, str_of(zone), "at", str_of(typed), &ms), OK);
	EXPECT_INT(c->fields_n == 0, good);
	return ms;
}

static void times_are_told_in_the_creators_zone(void)
{
	struct world w = world(.bare = true);
	int64_t now = world_now_ms(&w), day = 86400000, noon = now - now % day + day / 2;

	world_clock_advance(&w, noon - now);
	EXPECT_STR(told(&w, "UTC", noon), "12:00");
	EXPECT_STR(told(&w, "Asia/Tokyo", noon), "21:00");
	EXPECT_STR(told(&w, "UTC", INT64_C(981173106000)), "3 Feb 2001, 04:05");
	EXPECT_STR(told(&w, "America/New_York", INT64_C(981173106000)), "2 Feb 2001, 23:05");
	EXPECT_STR(told(&w, "UTC", 0), "");
}

static void what_is_typed_is_an_instant_of_that_zone(void)
{
	struct world w = world(.bare = true);

	EXPECT_INT(read_in(&w, "UTC", "2030-07-01T20:00", true), INT64_C(1909166400000));
	EXPECT_INT(read_in(&w, "Europe/Berlin", "2030-07-01T20:00", true), INT64_C(1909159200000));
	EXPECT_INT(read_in(&w, "Europe/Berlin", "2030-07-01T20:00:30", true), INT64_C(1909159200000));
	EXPECT_INT(read_in(&w, "Europe/Berlin", "", true), 0);
	for (size_t i = 0; i < 6; i++)
		(void)read_in(&w, "UTC", ((const char *const[]){ "never", "2030-02-30T10:00", "2030-07-01", "2030-07-01 20:00",
			"2030-07-01T25:00", "2030-07-01T20:00'); drop" })[i], false);
}

static void an_hour_that_does_not_exist_is_the_next_one(void)
{
	struct world w = world(.bare = true);

	EXPECT_INT(read_in(&w, "Europe/Berlin", "2030-03-31T02:30", true) - read_in(&w, "Europe/Berlin", "2030-03-31T01:30", true), 3600000);
}

static void what_was_typed_comes_back(void)
{
	struct world w = world(.bare = true);
	struct str typed;

	EXPECT_ERR(local_write(world_ctx(&w, ANNA), S("Europe/Berlin"), INT64_C(1909159200000), &typed), OK);
	EXPECT_STR(typed, "2030-07-01T20:00");
	EXPECT_ERR(local_write(world_ctx(&w, ANNA), S("Europe/Berlin"), 0, &typed), OK);
	EXPECT_STR(typed, "");
}

static const CU_TestInfo tests[] = {
	T(times_are_told_in_the_creators_zone),
	T(what_is_typed_is_an_instant_of_that_zone),
	T(an_hour_that_does_not_exist_is_the_next_one),
	T(what_was_typed_comes_back),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_view_local = { "lib/view/local", tests };
