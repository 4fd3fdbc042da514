/* time.c: instants and RFC 3339. */
#include "lib/core/time.h"

#include "lib/core/arena.h"
#include "lib/core/time_parts.h"
#include "tests/suite.h"

static int64_t ms_of(const char *text)
{
	int64_t ms = -1;

	EXPECT(time_read(str_of(text), &ms));
	return ms;
}

static void rfc_3339_is_read(void)
{
	EXPECT_INT(ms_of("1970-01-01T00:00:00Z"), 0);
	EXPECT_INT(ms_of("2026-11-23T05:07:27.123Z"), 1795410447123);
	EXPECT_INT(ms_of("2026-11-23t05:07:27z"), 1795410447000);
	EXPECT_INT(ms_of("2026-11-20T18:42:12+02:00"), 1795192932000);
	EXPECT_INT(ms_of("2026-11-20T11:12:12-05:30"), 1795192932000);
	EXPECT_INT(ms_of("2026-11-20T16:42:11.318245Z"), 1795192931318);
	EXPECT_INT(ms_of("2026-11-20T16:42:11.5-00:00"), 1795192931500);
	EXPECT_INT(ms_of("2000-02-29T00:00:00Z"), 951782400000);
	EXPECT_INT(ms_of("9999-12-31T23:59:59.999999Z"), 253402300799999);
	EXPECT_INT(ms_of("2016-12-31T23:59:60Z"), ms_of("2017-01-01T00:00:00Z"));
}

static void what_is_no_instant_is_refused(void)
{
	static const char *const bad[] = {
		"", "2026", "2026-11-23", "2026-11-23T05:07:27", "2026-11-23 05:07:27Z", "2026-11-23T05:07Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z",
		"2026-01-01T00:00:00+2:00", "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60",
		"2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00Z ", " 2026-01-01T00:00:00Z", "26-01-01T00:00:00Z",
		"-026-01-01T00:00:00Z", "2026-1-01T00:00:00Z", "2026-01-01T-1:00:00Z", "1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+02:00", "9999-12-31T23:59:59-01:00", "99999-01-01T00:00:00Z", "2026-01-01T00:00:00+-1:00",
	};
	int64_t ms = 7;

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!time_read(str_of(bad[i]), &ms));
	EXPECT_INT(ms, 7);
}

static void instants_are_written_three_ways(void)
{
	struct arena *mem = arena_new(65536);

	EXPECT_STR(time_text(mem, 1795410447123), "2026-11-23T05:07:27.123Z");
	EXPECT_STR(time_text(mem, 1795410447000), "2026-11-23T05:07:27Z");
	EXPECT_STR(time_text(mem, 0), "1970-01-01T00:00:00Z");
	EXPECT_STR(time_text(mem, 951782400001), "2000-02-29T00:00:00.001Z");
	EXPECT_STR(time_text(mem, -1), "1969-12-31T23:59:59.999Z");
	EXPECT_STR(time_human(mem, 1795410447123), "23 Nov 2026, 05:07 UTC");
	EXPECT_STR(time_http(mem, 784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
	EXPECT_STR(time_http(mem, 1795410447123), "Mon, 23 Nov 2026 05:07:27 GMT");
	arena_free(mem);
}

static void every_day_of_five_centuries_is_there_and_back(void)
{
	int64_t bad = 0;

	for (int64_t day = 0; day < 182621; day++) {
		struct time_parts t = time_parts(day * 86400000);

		bad += time_days(t.year, t.month, t.day) != day || t.weekday != (day + 4) % 7;
	}
	EXPECT_INT(bad, 0);
}

static void the_clocks_run(void)
{
	EXPECT(time_now_ms() > 1700000000000);
	EXPECT(time_monotonic_ms() <= time_monotonic_ms());
}

static const CU_TestInfo tests[] = {
	T(rfc_3339_is_read),
	T(what_is_no_instant_is_refused),
	T(instants_are_written_three_ways),
	T(every_day_of_five_centuries_is_there_and_back),
	T(the_clocks_run),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_time = { "lib/core/time", tests };
