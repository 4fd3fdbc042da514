/* stations: platforms played in this process, for tests of detection. They hold what is on the air, count what they are asked, and fail
 * when told to.
 */
#ifndef UNIFYED_TESTS_STATIONS_H
#define UNIFYED_TESTS_STATIONS_H
#include "lib/detect/detect.h"
#include "tests/world.h"

#define STATION_LIVES_MAX 4096

/* What an account broadcasts there. */
struct station_live {
	char account[24], id[24];
	int64_t scheduled_ms, started_ms, ended_ms; /* 0: not; what lies ahead has not happened yet */
	int64_t announced_ms;                       /* nobody knows of it before; 0: always */
	bool is_private;                            /* its recording is for its owner alone */
	bool hidden;                                /* no answer knows it */
	bool owner_only;                            /* only the answer to its owner knows it */
	const char *video;                          /* id of its recording; NULL: none, or on YouTube the id of the broadcast */
	int64_t video_ms;                           /* since when that is ready; 0: never */
	int64_t cover_ms;                           /* so long the address of its picture is good; 0: for ever */
	const char *title, *url;                    /* NULL: ordinary ones */
	const char *stranger;                       /* it says that it belongs to that account; NULL: as it is */
};

struct station {
	const char *name;             /* "youtube": by broadcasts, an end is told; "twitch": by accounts, without an end */
	struct station_live lives[STATION_LIVES_MAX];
	size_t n;
	enum err fails;               /* every call fails so; OK: none */
	const char *reason;
	int64_t wait_ms;
	int64_t lag_ms;               /* answers are so old */
	int page_fails;               /* its lists have one video a page, and fail at this one; 0: all on one page */
	int64_t watches, finds, lists, gets, units; /* calls made, units used */
	struct str asker;             /* tiktok: whose token asked last */
};

extern struct station youtube_station, twitch_station, tiktok_station; /* tiktok: only an account's own videos are told */
extern const struct detect_doors station_doors;

/* Empties them, and lets them see the world's clock. */
void stations_new(struct world *w);
struct station_live *station_air(struct station *s, const char *account, const char *id, int64_t scheduled_ms, int64_t started_ms);
/* An account of that person there, due to be looked at. */
struct channel_id station_account(struct world *w, const struct station *s, enum person who, const char *account);
/* A ctx of the helper, with memory of its own that ends with the next call. */
struct ctx *station_ctx(struct world *w);
/* Rounds until there is nothing to do; how many calls that took. */
int64_t station_rounds(struct world *w);

#endif
