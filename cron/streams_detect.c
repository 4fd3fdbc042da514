/* streams_detect.c: finds out what creators broadcast, and the recordings of it
 *
 * What platforms push arrives through cron/webhooks_apply; this helper looks where nothing was pushed, as cheaply as each platform
 * allows, and never beyond its allowance.
 */
#include "lib/channel/channel.h"
#include "lib/cron/cron.h"
#include "lib/detect/detect.h"

static enum err watch(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct broadcaster_look *looks,
	size_t n, struct broadcaster_live *out)
{
	TRY(channel_app_open(c, platform, call));
	return platform->live_watch(c, call, looks, n, out);
}

static enum err find(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel,
	struct broadcaster_live **out, size_t *n)
{
	struct channel_door door;
	enum err e = channel_open(c, channel, &door);

	*call = door.call;
	if (e != OK)
		return e;
	e = platform->live_find(c, &door.call, out, n);
	*call = door.call;
	return channel_heard(c, &door, e);
}

static enum err videos(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct broadcaster_look *look,
	struct str cursor, struct broadcaster_videos *out)
{
	TRY(channel_app_open(c, platform, call));
	return platform->videos(c, call, look, cursor, out);
}

static enum err video_get(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct str *ids, size_t n,
	struct broadcaster_video *out)
{
	TRY(channel_app_open(c, platform, call));
	return platform->video_get(c, call, ids, n, out);
}

/* Platforms that the operator has no app at are left out. */
static struct detect_doors doors_of(struct ctx *c)
{
	const struct broadcaster **list = arena_array(c->mem, broadcasters_n, sizeof *list);
	struct detect_doors doors = { .platforms = list, .watch = watch, .find = find, .videos = videos, .video_get = video_get };

	for (size_t i = 0; i < broadcasters_n; i++)
		if (broadcasters[i]->configured(c->config))
			list[doors.platforms_n++] = broadcasters[i];
	return doors;
}

static enum err step(struct ctx *c, int64_t *done)
{
	struct detect_doors doors = doors_of(c);
	int64_t videos_done;

	TRY(detect_step(c, &doors, done));
	TRY(detect_videos_step(c, &doors, &videos_done));
	*done += videos_done;
	return OK;
}

const struct helper streams_detect_helper = { "streams_detect", step };
