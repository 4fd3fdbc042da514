#include "lib/detect/decide.h"
#include "tests/suite.h"

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)
#define NOW (DECIDE_EARLIEST_MS + 1000 * HOUR)
#define BEGAN (NOW - HOUR)

static const struct detect_rules by_word = { .grace_ms = 10 * MIN, .unknown_ms = 24 * HOUR, .since_ms = NOW - 500 * HOUR };
static const struct detect_rules by_absence = { .off_ends = true, .grace_ms = 10 * MIN, .unknown_ms = 24 * HOUR, .since_ms = NOW - 500 * HOUR };

#define RUNS .state = LIVE_ON, .streamed = true, .started_ms = BEGAN, .told_ms = NOW - MIN
#define PLANNED .state = LIVE_UPCOMING, .streamed = true, .told_ms = NOW - MIN
#define OVER .state = LIVE_ENDED, .streamed = true, .started_ms = BEGAN, .ended_ms = NOW - MIN, .told_ms = NOW - MIN

/* What was known, what was told, and what must come of it. */
static const struct {
	const char *what;
	const struct detect_rules *rules;
	struct known known;
	struct told told;
	enum deed deed;
	enum live_state state;
	int64_t off_ms, ended_ms;
	const char *ended_by, *refused;
} rows[] = {
	/* nothing was known */
	{ "an error tells nothing", &by_word, { 0 }, { .state = LIVE_UNKNOWN }, DEED_NONE, LIVE_UNKNOWN, 0, 0, NULL, NULL },
	{ "it is announced", &by_word, { 0 }, { .state = LIVE_UPCOMING }, DEED_ANNOUNCE, LIVE_UPCOMING, 0, 0, NULL, NULL },
	{ "it is on", &by_word, { 0 }, { .state = LIVE_ON, .started_ms = BEGAN }, DEED_START, LIVE_ON, 0, 0, NULL, NULL },
	{ "it is on, since when is not told", &by_absence, { 0 }, { .state = LIVE_ON }, DEED_START, LIVE_ON, 0, 0, NULL, NULL },
	{ "an upload", &by_word, { 0 }, { .state = LIVE_NONE }, DEED_NONE, LIVE_NONE, 0, 0, NULL, NULL },
	{ "it came and went unseen", &by_word, { 0 }, { .state = LIVE_ENDED, .started_ms = BEGAN, .ended_ms = NOW - MIN }, DEED_PASS, LIVE_ENDED, 0,
		NOW - MIN, "told", NULL },
	{ "it was over before she came", &by_word, { 0 }, { .state = LIVE_ENDED, .started_ms = NOW - 501 * HOUR, .ended_ms = NOW - MIN }, DEED_NONE,
		LIVE_ENDED, 0, NOW - MIN, "told", NULL },
	{ "it was over long ago", &by_word, { 0 }, { .state = LIVE_ENDED, .started_ms = NOW - 30 * HOUR, .ended_ms = NOW - 25 * HOUR }, DEED_NONE,
		LIVE_ENDED, 0, NOW - 25 * HOUR, "told", NULL },
	/* it was announced */
	{ "announced again", &by_word, { PLANNED }, { .state = LIVE_UPCOMING }, DEED_NONE, LIVE_UPCOMING, 0, 0, NULL, NULL },
	{ "announced, and begins", &by_word, { PLANNED }, { .state = LIVE_ON, .started_ms = NOW }, DEED_START, LIVE_ON, 0, 0, NULL, NULL },
	{ "announced, and an error", &by_word, { PLANNED }, { .state = LIVE_UNKNOWN }, DEED_NONE, LIVE_UPCOMING, 0, 0, NULL, NULL },
	{ "announced, missed once", &by_word, { PLANNED }, { .state = LIVE_UNKNOWN, .missed = true }, DEED_NONE, LIVE_UPCOMING, 0, 0, NULL, NULL },
	{ "announced, missed three times", &by_word, { PLANNED, .misses = 2 }, { .state = LIVE_UNKNOWN, .missed = true }, DEED_NONE, LIVE_UNKNOWN, 0,
		0, NULL, NULL },
	{ "announced, and called off", &by_word, { PLANNED }, { .state = LIVE_ENDED }, DEED_NONE, LIVE_ENDED, 0, NOW, "told", NULL },
	/* it runs */
	{ "still on", &by_word, { RUNS }, { .state = LIVE_ON, .started_ms = BEGAN }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "on, and an error", &by_word, { RUNS }, { .state = LIVE_UNKNOWN }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "on, and an error there too", &by_absence, { RUNS }, { .state = LIVE_UNKNOWN }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "on, missed three times", &by_word, { RUNS, .misses = 2 }, { .state = LIVE_UNKNOWN, .missed = true }, DEED_NONE, LIVE_UNKNOWN, 0, 0, NULL,
		NULL },
	{ "missed, and there again", &by_word, { .state = LIVE_UNKNOWN, .streamed = true, .started_ms = BEGAN, .told_ms = BEGAN, .misses = 5 },
		{ .state = LIVE_ON }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "on, and an old announcement", &by_word, { RUNS }, { .state = LIVE_UPCOMING }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "on, and said to be none", &by_word, { RUNS }, { .state = LIVE_NONE }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "over", &by_word, { RUNS }, { .state = LIVE_ENDED, .started_ms = BEGAN, .ended_ms = NOW - 5 }, DEED_END, LIVE_ENDED, 0, NOW - 5, "told",
		NULL },
	{ "over, when is not told", &by_word, { RUNS }, { .state = LIVE_ENDED }, DEED_END, LIVE_ENDED, 0, NOW, "told", NULL },
	{ "nothing heard for a day", &by_word, { .state = LIVE_ON, .streamed = true, .started_ms = NOW - 30 * HOUR, .told_ms = NOW - 24 * HOUR },
		{ .state = LIVE_UNKNOWN }, DEED_END, LIVE_ENDED, 0, NOW - 24 * HOUR, "unknown", NULL },
	{ "nothing heard for almost a day", &by_word,
		{ .state = LIVE_ON, .streamed = true, .started_ms = NOW - 30 * HOUR, .told_ms = NOW - 24 * HOUR + 1 }, { .state = LIVE_UNKNOWN },
		DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "on, and not among what its owner has on", &by_word, { RUNS, .misses = 2 }, { .state = LIVE_NONE, .absent = true }, DEED_NONE, LIVE_ON,
		0, 0, NULL, NULL },
	{ "seen by nobody, not even its owner", &by_word, { RUNS, .misses = 3 }, { .state = LIVE_NONE, .absent = true }, DEED_END, LIVE_ENDED, 0,
		NOW - MIN, "off", NULL },
	/* it drops */
	{ "gone from the answer", &by_absence, { RUNS }, { .state = LIVE_NONE }, DEED_NONE, LIVE_ON, NOW, 0, NULL, NULL },
	{ "pushed off", &by_absence, { RUNS }, { .state = LIVE_NONE, .pushed = true, .off_ms = NOW - 9 }, DEED_NONE, LIVE_ON, NOW - 9, 0, NULL, NULL },
	{ "pushed off before it began", &by_absence, { RUNS }, { .state = LIVE_NONE, .pushed = true, .off_ms = BEGAN - 1 }, DEED_NONE, LIVE_ON, 0, 0,
		NULL, NULL },
	{ "pushed off before the answer said so", &by_absence, { RUNS, .off_ms = NOW - MIN },
		{ .state = LIVE_NONE, .pushed = true, .off_ms = NOW - 2 * MIN }, DEED_NONE, LIVE_ON, NOW - 2 * MIN, 0, NULL, NULL },
	{ "off for almost the grace period", &by_absence, { RUNS, .off_ms = NOW - 10 * MIN + 1 }, { .state = LIVE_NONE }, DEED_NONE, LIVE_ON,
		NOW - 10 * MIN + 1, 0, NULL, NULL },
	{ "off for the grace period", &by_absence, { RUNS, .off_ms = NOW - 10 * MIN }, { .state = LIVE_NONE }, DEED_END, LIVE_ENDED, NOW - 10 * MIN,
		NOW - 10 * MIN, "off", NULL },
	{ "off for longer, and an error", &by_absence, { RUNS, .off_ms = NOW - 20 * MIN }, { .state = LIVE_UNKNOWN }, DEED_NONE, LIVE_ON,
		NOW - 20 * MIN, 0, NULL, NULL },
	{ "off for longer, by a push alone", &by_absence, { RUNS, .off_ms = NOW - 20 * MIN }, { .state = LIVE_NONE, .pushed = true }, DEED_NONE,
		LIVE_ON, NOW - 20 * MIN, 0, NULL, NULL },
	{ "off, and back", &by_absence, { RUNS, .off_ms = NOW - 5 * MIN }, { .state = LIVE_ON }, DEED_NONE, LIVE_ON, 0, 0, NULL, NULL },
	{ "pushed off, and an answer from before", &by_absence, { RUNS, .off_ms = NOW - MIN, .off_pushed = true }, { .state = LIVE_ON }, DEED_NONE,
		LIVE_ON, NOW - MIN, 0, NULL, NULL },
	{ "pushed off, and the push of its beginning after it", &by_absence, { RUNS, .off_ms = NOW - 5 * MIN, .off_pushed = true },
		{ .state = LIVE_ON, .pushed = true, .started_ms = BEGAN }, DEED_NONE, LIVE_ON, NOW - 5 * MIN, 0, NULL, NULL },
	{ "silent for a day after it was off", &by_absence,
		{ .state = LIVE_ON, .streamed = true, .started_ms = NOW - 30 * HOUR, .told_ms = NOW - 24 * HOUR, .off_ms = NOW - 25 * HOUR },
		{ .state = LIVE_UNKNOWN }, DEED_END, LIVE_ENDED, NOW - 25 * HOUR, NOW - 25 * HOUR, "unknown", NULL },
	/* it is over, and stays so */
	{ "over, then on", &by_word, { OVER }, { .state = LIVE_ON, .started_ms = BEGAN }, DEED_NONE, LIVE_ENDED, 0, NOW - MIN, NULL, NULL },
	{ "over, then announced", &by_word, { OVER }, { .state = LIVE_UPCOMING }, DEED_NONE, LIVE_ENDED, 0, NOW - MIN, NULL, NULL },
	{ "over twice", &by_word, { OVER }, { .state = LIVE_ENDED, .ended_ms = NOW }, DEED_NONE, LIVE_ENDED, 0, NOW - MIN, NULL, NULL },
	{ "over, then off", &by_absence, { OVER }, { .state = LIVE_NONE }, DEED_NONE, LIVE_ENDED, 0, NOW - MIN, NULL, NULL },
	/* lies */
	{ "ended before it began", &by_word, { RUNS }, { .state = LIVE_ENDED, .started_ms = NOW - 5, .ended_ms = NOW - 6 }, DEED_NONE, LIVE_ON, 0, 0,
		NULL, "ended before it began" },
	{ "another's", &by_word, { RUNS }, { .state = LIVE_ENDED, .ended_ms = NOW, .stranger = true }, DEED_NONE, LIVE_ON, 0, 0, NULL,
		"another account's broadcast" },
	{ "began tomorrow", &by_word, { 0 }, { .state = LIVE_ON, .started_ms = NOW + 24 * HOUR }, DEED_NONE, LIVE_UNKNOWN, 0, 0, NULL,
		"in the future" },
	{ "ended tomorrow", &by_word, { RUNS }, { .state = LIVE_ENDED, .ended_ms = NOW + 24 * HOUR }, DEED_NONE, LIVE_ON, 0, 0, NULL,
		"in the future" },
	{ "began in 1970", &by_word, { 0 }, { .state = LIVE_ON, .started_ms = 1 }, DEED_NONE, LIVE_UNKNOWN, 0, 0, NULL,
		"long before there were any" },
	{ "ended in 1970", &by_word, { RUNS }, { .state = LIVE_ENDED, .ended_ms = 2147483 }, DEED_NONE, LIVE_ON, 0, 0, NULL,
		"long before there were any" },
	{ "began in the year 9999", &by_absence, { 0 }, { .state = LIVE_ON, .started_ms = 253402300799999 }, DEED_NONE, LIVE_UNKNOWN, 0, 0, NULL,
		"in the future" },
	{ "their clock is a minute ahead", &by_word, { 0 }, { .state = LIVE_ON, .started_ms = NOW + MIN }, DEED_START, LIVE_ON, 0, 0, NULL, NULL },
};

static bool same_text(const char *a, const char *b)
{
	return str_eq(str_of(a), str_of(b));
}

static void what_was_known_and_told_decides(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct told told = rows[i].told;
		struct decision d;
		bool right;

		told.now_ms = NOW;
		d = decide(&rows[i].known, &told, rows[i].rules);
		right = d.deed == rows[i].deed && d.now.state == rows[i].state && d.now.off_ms == rows[i].off_ms &&
			d.now.ended_ms == rows[i].ended_ms && same_text(d.ended_by, rows[i].ended_by) && same_text(d.refused, rows[i].refused);
		suite_expect(right, rows[i].what, __FILE__, __LINE__);
	}
}

static void what_is_refused_changes_nothing(void)
{
	const struct known known = { RUNS, .misses = 2, .off_ms = NOW - 5 };
	const struct told lies[] = {
		{ .state = LIVE_ENDED, .stranger = true, .now_ms = NOW },
		{ .state = LIVE_ON, .started_ms = NOW + HOUR, .now_ms = NOW },
		{ .state = LIVE_ENDED, .started_ms = 2, .ended_ms = 1, .now_ms = NOW },
	};

	for (size_t i = 0; i < COUNT(lies); i++) {
		struct decision d = decide(&known, &lies[i], &by_absence);

		EXPECT(d.now.told_ms == known.told_ms && d.now.misses == 2 && d.now.off_ms == known.off_ms && d.now.state == LIVE_ON);
		EXPECT_INT(d.deed, DEED_NONE);
	}
}

/* Whatever is told after an end, in whatever order: one start and one end at most. */
static void no_order_of_words_starts_or_ends_twice(void)
{
	static const enum live_state words[] = { LIVE_UNKNOWN, LIVE_UPCOMING, LIVE_ON, LIVE_ENDED, LIVE_NONE };

	for (int order = 0; order < 5 * 5 * 5 * 5 * 5 * 2; order++) {
		const struct detect_rules *rules = order % 2 ? &by_word : &by_absence;
		struct known known = { 0 };
		int starts = 0, ends = 0;

		for (int k = 0, left = order / 2; k < 5; k++, left /= 5) {
			struct told told = { .state = words[left % 5], .now_ms = NOW + k * 11 * MIN, .pushed = left % 3 == 0 };
			struct decision d = decide(&known, &told, rules);

			starts += d.deed == DEED_START || d.deed == DEED_PASS;
			ends += d.deed == DEED_END || d.deed == DEED_PASS;
			d.now.streamed |= d.deed == DEED_START || d.deed == DEED_ANNOUNCE;
			known = d.now;
			EXPECT(ends <= starts);
		}
		EXPECT(starts <= 1);
	}
}

static void errors_alone_never_begin_or_end_anything(void)
{
	struct known known = { RUNS };

	for (int k = 0; k < 1000; k++) {
		struct told told = { .state = LIVE_UNKNOWN, .missed = k % 2 == 0, .now_ms = NOW + k * MIN };
		struct decision d = decide(&known, &told, k % 2 ? &by_word : &by_absence);

		EXPECT_INT(d.deed, DEED_NONE);
		known = d.now;
	}
}

static void a_drop_within_the_grace_period_is_the_same_show(void)
{
	const struct known off = { RUNS, .off_ms = NOW - 5 * MIN }, lost = { RUNS };
	const struct known over = { OVER };

	EXPECT(decide_continues(&off, NOW, &by_absence));
	EXPECT(decide_continues(&off, NOW + 5 * MIN - 1, &by_absence));
	EXPECT(!decide_continues(&off, NOW + 5 * MIN, &by_absence));
	EXPECT(decide_continues(&lost, NOW, &by_absence));
	EXPECT(decide_continues(&lost, NOW + 19 * MIN - 1, &by_absence));
	EXPECT(!decide_continues(&lost, NOW + 19 * MIN, &by_absence));
	EXPECT(!decide_continues(&lost, BEGAN - 1, &by_absence));
	EXPECT(!decide_continues(&over, NOW, &by_absence));
	EXPECT(!decide_continues(&off, NOW, &by_word));
}

static const CU_TestInfo tests[] = {
	T(what_was_known_and_told_decides),
	T(what_is_refused_changes_nothing),
	T(no_order_of_words_starts_or_ends_twice),
	T(errors_alone_never_begin_or_end_anything),
	T(a_drop_within_the_grace_period_is_the_same_show),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_detect_decide = { "lib/detect/decide", tests };
