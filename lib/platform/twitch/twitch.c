#include "lib/platform/twitch/twitch.h"

static bool configured(const struct config *config)
{
	return config->twitch_client_id.n > 0;
}

/* Every call is one point, whatever it asks for. */
static struct broadcaster_cost cost(const struct ctx *c, enum broadcaster_verb verb, size_t n)
{
	(void)verb;
	(void)n;
	return (struct broadcaster_cost){
		.bucket = "twitch.minute", .units = 1, .allowed = c->config->twitch_points_minute, .window_s = 60, .zone = "UTC" };
}

static const struct broadcaster_topic topics[] = { { "stream.online" }, { "stream.offline" } };

const struct broadcaster twitch_broadcaster = {
	.name = "twitch",
	.configured = configured,
	.sees_live = true,
	.watch_by_account = true,
	.delay_s = 8,
	.revalidate_s = 3600,
	.topics = topics,
	.topics_n = COUNT(topics),
	.authorize_url = twitch_authorize_url,
	.exchange = twitch_exchange,
	.refresh = twitch_refresh,
	.revoke = twitch_revoke,
	.validate = twitch_validate,
	.app_token = twitch_app_token,
	.identify = twitch_identify,
	.watch_max = TWITCH_MANY,
	.live_watch = twitch_live_watch,
	.videos = twitch_videos,
	.videos_max = TWITCH_MANY,
	.video_get = twitch_video_get,
	.embed = twitch_embed,
	.video_in_url = twitch_video_in_url,
	.subscribe = twitch_subscribe,
	.unsubscribe = twitch_unsubscribe,
	.receive = twitch_receive,
	.cost = cost,
};
