#include "lib/platform/tiktok/tiktok.h"

#define CALLS_MINUTE 600 /* of each endpoint */

static bool configured(const struct config *config)
{
	return config->tiktok_client_key.n > 0;
}

static struct broadcaster_cost cost(const struct ctx *c, enum broadcaster_verb verb, size_t n)
{
	struct broadcaster_cost minute = { .units = 1, .allowed = CALLS_MINUTE, .window_s = 60, .zone = "UTC" };

	(void)c;
	(void)n;
	switch (verb) {
	case VERB_IDENTIFY: minute.bucket = "tiktok.user_info"; break;
	case VERB_VIDEOS: minute.bucket = "tiktok.video_list"; break;
	case VERB_VIDEO_GET: minute.bucket = "tiktok.video_query"; break;
	case VERB_LIVE_FIND:
	case VERB_LIVE_WATCH:
	case VERB_SUBSCRIBE: return (struct broadcaster_cost){ 0 };
	}
	return minute;
}

const struct broadcaster tiktok_broadcaster = {
	.name = "tiktok",
	.configured = configured,
	.rotates = true,
	.videos_by_account = true,
	.delay_s = 6,
	.authorize_url = tiktok_authorize_url,
	.exchange = tiktok_exchange,
	.refresh = tiktok_refresh,
	.revoke = tiktok_revoke,
	.identify = tiktok_identify,
	.videos = tiktok_videos,
	.videos_max = TIKTOK_MANY,
	.video_get = tiktok_video_get,
	.embed = tiktok_embed,
	.video_in_url = tiktok_video_in_url,
	.receive = tiktok_receive,
	.cost = cost,
};
