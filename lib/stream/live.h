/* stream/live: live sessions. The streams of one show, on however many platforms, are one session: pinned links follow it,
 * moments are dropped into it, and it becomes one replay.
 * Owns       table live_session
 * Invariant  a stream that was put into a session stays there until it is moved by hand; its state is that of its streams
 */
#ifndef UNIFYED_STREAM_LIVE_H
#define UNIFYED_STREAM_LIVE_H
#include "lib/db/db.h"
#include "lib/stream/stream.h"

struct live {
	struct live_id id;
	struct str title;
	struct str state;    /* planned live ended */
	int64_t started_ms, ended_ms, created_ms; /* 0: not */
	int64_t revision;
};

/* Newest first, after `after` (nil: from the newest), at most `limit`. */
enum err live_list(struct ctx *c, struct live_id after, int limit, struct live **out, size_t *n);
/* fails NOT_FOUND */
enum err live_by_id(struct ctx *c, struct live_id id, struct live *out);
/* Its streams, by when they began. */
enum err live_streams(struct ctx *c, struct live_id id, struct stream **out, size_t *n);
/* fails BAD_INPUT, EDIT_CONFLICT (revision 0: any), NOT_FOUND */
enum err live_rename(struct ctx *c, struct live_id id, int64_t revision, struct str title);
/* Corrects the grouping: the stream goes into session `to`; nil: into one of its own. Its recording goes along. Moments stay where they
 * were dropped, unless the session's last stream goes: then all that hangs on it goes too (moments, what stood in the light, links that
 * follow it, its replay), and it is gone. Two sessions that both have a replay keep what they have.
 * fails NOT_FOUND (either is not hers) */
enum err live_move(struct ctx *c, struct stream_id stream, struct live_id to, struct live_id *now_in);

/* The show of a creator that is on the air. */
struct live_now {
	struct live_id id;   /* nil: she is not live */
	struct str title;
	int64_t started_ms;
	struct live_now_stream {
		struct str platform, title, url;
	} *streams;
	size_t streams_n;
	struct str pin;      /* code of a pinned link of the session; empty: none */
	/* What stands in the light; product empty: nothing. */
	struct str product, image_url;
	struct str poster;   /* a picture of the live itself; empty: no platform of it has one of its own */
};
/* For everybody's pages: one statement, by index. */
enum err live_now(struct ctx *c, struct creator_id creator, struct live_now *out);
/* The same for a page that asks for more in one round trip. */
struct db_ask live_now_ask(struct creator_id creator);
enum err live_now_read(struct ctx *c, const struct rows *answer, struct live_now *out);

#endif
