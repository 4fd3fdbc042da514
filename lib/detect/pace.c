#include "lib/detect/inside.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define NEAR_MS (15 * MINUTE_MS)
#define WATCH_MOST_MS (10 * MINUTE_MS)
#define FIND_LEAST_MS (5 * MINUTE_MS)
#define KEPT_PART 20 /* of an allowance is not spent on finding: it is for connecting accounts and for recordings */
#define FIND_MOST_MS (6 * HOUR_MS)

static int64_t between(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

int64_t look_tick(int64_t now_ms, int64_t every_ms)
{
	return (now_ms / every_ms + 1) * every_ms;
}

/* Closely around the time that was announced; seldom before; ever more seldom after it. */
static int64_t upcoming_next(int64_t at_ms, int64_t now_ms, int64_t watch_ms)
{
	int64_t late_ms = now_ms - at_ms;

	if (!at_ms)
		return look_tick(now_ms, HOUR_MS);
	if (late_ms < -NEAR_MS)
		return between(at_ms - NEAR_MS, now_ms + watch_ms, look_tick(now_ms, HOUR_MS));
	if (late_ms <= NEAR_MS)
		return look_tick(now_ms, watch_ms);
	if (late_ms < 6 * HOUR_MS)
		return look_tick(now_ms, 5 * MINUTE_MS);
	return late_ms < 48 * HOUR_MS ? look_tick(now_ms, HOUR_MS) : 0;
}

int64_t look_next(const struct account *account, const struct known *known, int64_t scheduled_ms, int64_t now_ms, int64_t watch_ms)
{
	bool gone = known->misses >= DECIDE_MISSES_GONE;

	if (account->by_account)
		return 0; /* the account is looked at */
	switch (known->state) {
	case LIVE_ENDED:
	case LIVE_NONE: return 0;
	case LIVE_UPCOMING: return upcoming_next(scheduled_ms, now_ms, watch_ms);
	case LIVE_ON:
	case LIVE_UNKNOWN: break;
	}
	if (!gone)
		return look_tick(now_ms, watch_ms);
	return known_runs(known) ? look_tick(now_ms, WATCH_MOST_MS) : 0;
}

/* A share that units buy of the time that is left; without any, the longest pause. */
static int64_t stretched(int64_t calls, int64_t left_ms, int64_t units)
{
	return units > 0 ? (int64_t)((double)calls * (double)left_ms / (double)units) : FIND_MOST_MS;
}

struct pace pace_of(const struct pace_of *of)
{
	struct pace pace = { .watch_ms = of->watch_wish_ms, .find_ms = FIND_LEAST_MS, .find = true };
	int64_t batches = (of->watched + of->watch_max - 1) / (of->watch_max ? of->watch_max : 1);
	int64_t usable = of->allowed - of->used, reserve, spare;

	if (of->allowed == INT64_MAX)
		return pace;
	pace.watch_ms = between(stretched(batches * of->watch_units, of->left_ms, usable * 8 / 10), pace.watch_ms, WATCH_MOST_MS);
	reserve = (batches + 1) * of->watch_units * of->left_ms / pace.watch_ms;
	spare = usable - (reserve > of->allowed / KEPT_PART ? reserve : of->allowed / KEPT_PART);
	pace.find = spare >= of->find_units;
	pace.find_ms = between(stretched(of->channels * of->find_units, of->left_ms, spare), FIND_LEAST_MS, FIND_MOST_MS);
	return pace;
}
