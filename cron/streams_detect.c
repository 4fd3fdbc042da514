/* streams_detect.c: finds out who is live
 *
 * Looks at what was pushed, what is on the air and who may be, at each platform that can tell, within its allowance; then for the
 * recordings that replays wait for. Nothing is ended because a platform does not answer.
 */
#include "lib/channel/channel.h"
#include "lib/cron/cron.h"
#include "lib/detect/detect.h"

static enum err watch(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct broadcaster_look *looks,
	size_t n, struct broadcaster_live *out)
{
	TRY(channel_app_open(c, platform, call));
	return channel_app_heard(c, platform, call, platform->live_watch(c, call, looks, n, out));
}

static enum err find(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel, bool past,
	struct broadcaster_live **out, size_t *n)
{
	struct channel_door door = { 0 };
	enum err e = channel_open(c, channel, &door);

	if (e == OK)
		e = channel_heard(c, &door, (past ? platform->live_past : platform->live_find)(c, &door.call, out, n));
	*call = door.call;
	return e;
}

static enum err videos(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct broadcaster_look *look,
	struct str cursor, struct broadcaster_videos *out)
{
	TRY(channel_app_open(c, platform, call));
	return channel_app_heard(c, platform, call, platform->videos(c, call, look, cursor, out));
}

static enum err video_get(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel,
	const struct str *ids, size_t n, struct broadcaster_video *out)
{
	struct channel_door door = { 0 };
	enum err e;

	if (uuid_is_nil(channel.u)) {
		TRY(channel_app_open(c, platform, call));
		return channel_app_heard(c, platform, call, platform->video_get(c, call, ids, n, out));
	}
	e = channel_open(c, channel, &door);
	if (e == OK)
		e = channel_heard(c, &door, platform->video_get(c, &door.call, ids, n, out));
	*call = door.call;
	return e;
}

static enum err step(struct ctx *c, int64_t *done)
{
	const struct detect_doors doors = { broadcasters, broadcasters_n, watch, find, videos, video_get };
	int64_t recordings;

	TRY(detect_step(c, &doors, done));
	TRY(detect_videos_step(c, &doors, &recordings));
	*done += recordings;
	return OK;
}

const struct helper streams_detect_helper = { "streams_detect", step };
