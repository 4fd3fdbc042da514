/* stream: a live that a creator goes on the air with, on one platform. Streams of one show are one live session (live.h).
 * Owns       table stream
 * Invariant  scheduled -> live -> ended, or scheduled -> cancelled; never back
 */
#ifndef UNIFYED_STREAM_H
#define UNIFYED_STREAM_H
#include "lib/core/ctx.h"

struct stream {
	struct stream_id id;
	struct str platform; /* youtube tiktok twitch instagram other */
	struct str title;
	struct str url;      /* where it can be watched; may be empty */
	struct str state;    /* scheduled live ended cancelled */
	int64_t scheduled_ms, started_ms, ended_ms, created_ms; /* 0: not */
	struct live_id live; /* nil only for what an earlier release made and nobody started since */
	bool detected;       /* found at its platform, not made by hand */
	int64_t delay_s;     /* what viewers see is so late */
	int64_t revision;
};

struct stream_ask {
	struct str platform, title, url;
	int64_t scheduled_ms; /* 0: not told */
	int64_t delay_s;      /* 0 to STREAM_DELAY_MAX_S; STREAM_DELAY_USUAL: as config delay_<platform>_s says */
};

#define STREAM_DELAY_MAX_S 600
#define STREAM_DELAY_USUAL -1

bool stream_platform_known(struct str platform);

/* It is put into a live session. fails BAD_INPUT */
enum err stream_create(struct ctx *c, const struct stream_ask *ask, struct stream_id *id);
/* The platform stays. fails BAD_INPUT, EDIT_CONFLICT (revision 0: any), NOT_FOUND */
enum err stream_update(struct ctx *c, struct stream_id id, int64_t revision, const struct stream_ask *ask);
enum err stream_list(struct ctx *c, struct stream_id after, int limit, struct stream **out, size_t *n);
/* fails NOT_FOUND */
enum err stream_by_id(struct ctx *c, struct stream_id id, struct stream *out);
/* Each is harmless when it has happened already. fails NOT_FOUND, STREAM_STATE */
enum err stream_start(struct ctx *c, struct stream_id id);
enum err stream_end(struct ctx *c, struct stream_id id);
enum err stream_cancel(struct ctx *c, struct stream_id id);

/* What a platform told of a broadcast. */
struct stream_found {
	struct str platform, title, url;
	struct channel_id channel;
	int64_t scheduled_ms, started_ms; /* 0: not told */
};
/* A broadcast that is announced: a scheduled stream, STREAM_AUTO_DETECTED. */
enum err stream_found_upcoming(struct ctx *c, const struct stream_found *found, struct stream_id *id);
/* A broadcast that is on the air. known: the stream that it is, nil when none is known yet: then a stream of that platform that she
 * made by hand, and that no broadcast claims, is taken for it; else one is made. STREAM_AUTO_DETECTED and STREAM_STARTED once each;
 * harmless when it runs already. A stream that ended stays so: fails STREAM_STATE */
enum err stream_found_on(struct ctx *c, const struct stream_found *found, struct stream_id known, struct stream_id *id);
/* Its title, told later than that it is on: a stream that was found without one gets it, and so does its show. */
enum err stream_found_titled(struct ctx *c, struct stream_id id, struct str title);
/* It is over since ended_ms. Harmless when it has ended. */
enum err stream_found_over(struct ctx *c, struct stream_id id, int64_t ended_ms);

#endif
