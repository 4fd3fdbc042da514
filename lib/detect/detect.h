/* detect: what creators' accounts broadcast. Finds out by pushes, by looking at many at once, and rarely by asking for one account;
 * what comes out is told to lib/stream.
 * Owns       table broadcast; of channel the columns live_state, live_told_at, look_at, looks_failed, past_at
 * Invariant  a broadcast makes at most one stream, however many signals of it arrive, in whatever order.
 *            An error is "unknown": it never starts and never ends a stream
 *            A stream that no platform speaks for is ended by hand, or as of her last touch when that is detect_unknown_hours ago
 * Never      asks a platform that cannot tell (TikTok) who is live there
 */
#ifndef UNIFYED_DETECT_H
#define UNIFYED_DETECT_H
#include "lib/platform/broadcaster.h"

/* Applies one push that was verified, in the transaction of its inbox row. Repeats, and pushes out of order, are harmless. What is
 * said of another account than the channel's, or makes no sense, is logged and changes nothing.
 * fails NOT_FOUND  no such channel, or it is not connected */
enum err detect_pushed(struct ctx *c, struct channel_id channel, const struct broadcaster_push *push);

/* How detection reaches platforms; the helper's go through lib/channel. No transaction is open. After a failure call->wait_ms and
 * call->reason say more; RETRY of find: it may succeed at once with another token. */
struct detect_doors {
	const struct broadcaster *const *platforms;
	size_t platforms_n;
	enum err (*watch)(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call,
		const struct broadcaster_look *looks, size_t n, struct broadcaster_live *out);
	/* past: not what is on the air but what was */
	enum err (*find)(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel, bool past,
		struct broadcaster_live **out, size_t *n);
	enum err (*videos)(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call,
		const struct broadcaster_look *look, struct str cursor, struct broadcaster_videos *out);
	/* channel: whose token asks, where the platform wants one; else nil */
	enum err (*video_get)(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel,
		const struct str *ids, size_t n, struct broadcaster_video *out);
};

/* Asks for the recordings that replays wait for, and after those that they have or were given; one call. *done: as detect_step. */
enum err detect_videos_step(struct ctx *c, const struct detect_doors *doors, int64_t *done);

/* Looks at what is due at every platform, as far as its allowance goes: first what was pushed, then what is on the air or soon, then
 * accounts of which nothing is known, so seldom that the day's units last. *done: how many calls were made. */
enum err detect_step(struct ctx *c, const struct detect_doors *doors, int64_t *done);

#endif
