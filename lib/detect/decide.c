#include "lib/detect/decide.h"

bool known_runs(const struct known *known)
{
	return known->started_ms && known->state != LIVE_ENDED && known->state != LIVE_NONE;
}

static const char *nonsense(const struct told *told)
{
	if (told->stranger)
		return "another account's broadcast";
	if (told->ended_ms && told->started_ms && told->ended_ms < told->started_ms)
		return "ended before it began";
	if ((told->started_ms && told->started_ms < DECIDE_EARLIEST_MS) || (told->ended_ms && told->ended_ms < DECIDE_EARLIEST_MS))
		return "long before there were any";
	if (told->started_ms > told->now_ms + DECIDE_AHEAD_MS || told->ended_ms > told->now_ms + DECIDE_AHEAD_MS)
		return "in the future";
	return NULL;
}

static int64_t no_later(int64_t ms, int64_t than_ms)
{
	return ms < than_ms ? ms : than_ms;
}

/* Something positive was said of it. */
static void heard(struct decision *d, const struct told *told)
{
	d->now.told_ms = told->now_ms;
	d->now.misses = 0;
}

static void end(struct decision *d, int64_t at_ms, const char *by)
{
	d->deed = DEED_END;
	d->ended_by = by;
	d->now.state = LIVE_ENDED;
	d->now.ended_ms = at_ms > d->now.started_ms ? at_ms : d->now.started_ms;
}

static void unknown(struct decision *d, const struct told *told, const struct detect_rules *rules)
{
	if (told->missed)
		d->now.misses++;
	if (known_runs(&d->now) && told->now_ms - d->now.told_ms >= rules->unknown_ms)
		end(d, d->now.off_ms ? d->now.off_ms : d->now.told_ms, "unknown");
	else if (d->now.misses >= DECIDE_MISSES_GONE)
		d->now.state = LIVE_UNKNOWN;
}

static void upcoming(struct decision *d, const struct told *told)
{
	if (known_runs(&d->now))
		return; /* an answer from before it began */
	heard(d, told);
	d->now.state = LIVE_UPCOMING;
	d->deed = d->now.streamed ? DEED_NONE : DEED_ANNOUNCE;
}

/* The same broadcast does not come back once a push said that it was off: what still shows it is late. */
static bool is_late(const struct known *known, const struct told *told)
{
	if (!known->off_ms || !known->off_pushed)
		return false;
	return told->pushed ? told->started_ms <= known->off_ms : told->now_ms - known->off_ms < DECIDE_LAG_MS;
}

static void on(struct decision *d, const struct told *told)
{
	if (is_late(&d->now, told))
		return;
	heard(d, told);
	d->now.off_ms = 0;
	d->now.off_pushed = false;
	if (!known_runs(&d->now) || !d->now.streamed) {
		d->deed = DEED_START;
		d->now.started_ms = told->started_ms ? no_later(told->started_ms, told->now_ms) : told->now_ms;
	}
	d->now.state = LIVE_ON;
}

static void ended(struct decision *d, const struct told *told, const struct detect_rules *rules)
{
	int64_t over_ms = told->ended_ms ? no_later(told->ended_ms, told->now_ms) : told->now_ms;
	bool ran = known_runs(&d->now);

	heard(d, told);
	if (told->started_ms && !ran)
		d->now.started_ms = told->started_ms;
	end(d, over_ms, "told");
	if (ran)
		return;
	d->deed = DEED_NONE;
	if (told->started_ms && told->ended_ms && told->started_ms >= rules->since_ms && told->now_ms - over_ms < rules->unknown_ms)
		d->deed = DEED_PASS;
}

static void none(struct decision *d, const struct told *told, const struct detect_rules *rules)
{
	int64_t off_ms = told->off_ms ? no_later(told->off_ms, told->now_ms) : told->now_ms;

	if (!known_runs(&d->now)) {
		heard(d, told);
		d->now.state = LIVE_NONE;
		return;
	}
	/* Nobody knows it any more, and its owner does not have it on the air: taken down. */
	if (told->absent && d->now.misses >= DECIDE_MISSES_GONE)
		end(d, d->now.told_ms, "off");
	if (!rules->off_ends || off_ms < d->now.started_ms)
		return; /* no end; or the end of one before it */
	heard(d, told);
	if (!d->now.off_ms || off_ms < d->now.off_ms)
		d->now.off_ms = off_ms;
	d->now.off_pushed |= told->pushed;
	if (!told->pushed && told->now_ms - d->now.off_ms >= rules->grace_ms)
		end(d, d->now.off_ms, "off");
}

struct decision decide(const struct known *known, const struct told *told, const struct detect_rules *rules)
{
	struct decision d = { .now = *known, .refused = nonsense(told) };

	if (d.refused || known->state == LIVE_ENDED)
		return d;
	switch (told->state) {
	case LIVE_UNKNOWN: unknown(&d, told, rules); break;
	case LIVE_UPCOMING: upcoming(&d, told); break;
	case LIVE_ON: on(&d, told); break;
	case LIVE_ENDED: ended(&d, told, rules); break;
	case LIVE_NONE: none(&d, told, rules); break;
	}
	return d;
}

bool decide_continues(const struct known *before, int64_t began_ms, const struct detect_rules *rules)
{
	int64_t gone_ms = before->off_ms ? before->off_ms : before->told_ms + rules->grace_ms;

	return known_runs(before) && rules->off_ends && began_ms >= before->started_ms && began_ms - gone_ms < rules->grace_ms;
}
