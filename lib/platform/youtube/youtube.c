#include "lib/platform/youtube/youtube.h"

static bool configured(const struct config *config)
{
	return config->youtube_client_id.n > 0;
}

static int64_t batches(size_t n)
{
	return n ? (int64_t)((n + YOUTUBE_MANY - 1) / YOUTUBE_MANY) : 1;
}

static struct broadcaster_cost cost(const struct ctx *c, enum broadcaster_verb verb, size_t n)
{
	struct broadcaster_cost day = {
		.bucket = "youtube.day", .units = 1, .allowed = c->config->youtube_units_day, .window_s = 86400, .zone = "America/Los_Angeles" };

	switch (verb) {
	case VERB_IDENTIFY:
	case VERB_LIVE_FIND: return day;
	case VERB_LIVE_WATCH:
	case VERB_VIDEO_GET: day.units = batches(n); return day;
	case VERB_VIDEOS: day.units = 2; return day;
	case VERB_SUBSCRIBE: break;
	}
	return (struct broadcaster_cost){ 0 };
}

static const struct broadcaster_topic topics[] = { { "feed" } };

const struct broadcaster youtube_broadcaster = {
	.name = "youtube",
	.configured = configured,
	.pkce = true,
	.sees_live = true,
	.same_id = true,
	.delay_s = 12,
	.topics = topics,
	.topics_n = COUNT(topics),
	.authorize_url = youtube_authorize_url,
	.exchange = youtube_exchange,
	.refresh = youtube_refresh,
	.revoke = youtube_revoke,
	.identify = youtube_identify,
	.live_find = youtube_live_find,
	.live_past = youtube_live_past,
	.watch_max = YOUTUBE_MANY,
	.live_watch = youtube_live_watch,
	.videos = youtube_videos,
	.videos_max = YOUTUBE_MANY,
	.video_get = youtube_video_get,
	.embed = youtube_embed,
	.video_in_url = youtube_video_in_url,
	.subscribe = youtube_subscribe,
	.unsubscribe = youtube_unsubscribe,
	.receive = youtube_receive,
	.cost = cost,
};
