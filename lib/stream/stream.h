/* stream: a live that a creator goes on the air with.
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
	int64_t revision;
};

struct stream_ask {
	struct str platform, title, url;
	int64_t scheduled_ms; /* 0: not told */
};

bool stream_platform_known(struct str platform);

/* fails BAD_INPUT */
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

#endif
