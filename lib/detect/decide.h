/* decide: what was known of a broadcast, and what was told of it -> what is known now, and what is to be done. Pure. */
#ifndef UNIFYED_DETECT_DECIDE_H
#define UNIFYED_DETECT_DECIDE_H
#include "lib/platform/broadcaster.h"

#define DECIDE_MISSES_GONE 3                 /* answers in a row that did not know it */
#define DECIDE_LAG_MS INT64_C(120000)        /* an answer may be so old */
#define DECIDE_AHEAD_MS INT64_C(300000)      /* their clock may be so far ahead of ours */
#define DECIDE_EARLIEST_MS INT64_C(1104537600000) /* 2005: none of these platforms was there before */

struct known {
	enum live_state state;      /* LIVE_ENDED and LIVE_NONE are final */
	bool streamed;              /* it has a stream */
	int64_t started_ms;         /* 0: it has not begun, as far as we know */
	int64_t ended_ms;
	int64_t off_ms;             /* off since, perhaps only for a moment; 0: it is not */
	bool off_pushed;            /* a push said so */
	int64_t told_ms;            /* the last positive word on it; 0: none yet */
	int misses;
};

struct told {
	enum live_state state;      /* LIVE_UNKNOWN: an error, or any doubt */
	bool missed;                /* a good answer that did not know it; with LIVE_UNKNOWN */
	bool pushed;                /* by a push, not by an answer */
	bool absent;                /* with LIVE_NONE: its own account's list of what is on the air lacks it */
	bool stranger;              /* the platform says that it is another account's */
	int64_t started_ms, ended_ms; /* 0: not told */
	int64_t off_ms;             /* with LIVE_NONE: since when; 0: now */
	int64_t now_ms;
};

struct detect_rules {
	bool off_ends;              /* absence is an end, once it lasted (Twitch); else only an end that was told is one (YouTube) */
	int64_t grace_ms;           /* how long */
	int64_t unknown_ms;         /* nothing heard for so long is an end too */
	int64_t since_ms;           /* what began before that, and was over when we first heard of it, is none of ours */
};

enum deed {
	DEED_NONE,
	DEED_ANNOUNCE,              /* a stream that is to come */
	DEED_START,
	DEED_END,
	DEED_PASS,                  /* it began and ended unseen: both */
};

struct decision {
	struct known now;
	enum deed deed;
	const char *ended_by;       /* "told", "off", "unknown" when it ended now; else NULL */
	const char *refused;        /* what was told makes no sense, and nothing changed; else NULL */
};

/* It began here and has not ended. */
bool known_runs(const struct known *known);
struct decision decide(const struct known *known, const struct told *told, const struct detect_rules *rules);
/* A broadcast began at began_ms on the account where `before` runs: is it the same show after a dropped connection? Where nobody saw it
 * go off, because nothing was heard, it may have been on for as long as the grace period. */
bool decide_continues(const struct known *before, int64_t began_ms, const struct detect_rules *rules);

#endif
