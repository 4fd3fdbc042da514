/* player.c: which platform a video is on, and how its adapter shows it. */
#include "lib/core/config.h"
#include "lib/replay/replay.h"

void replay_video_of_url(struct ctx *c, struct str url, struct str *platform, struct str *external_id)
{
	for (size_t i = 0; i < broadcasters_n; i++) {
		if (!broadcasters[i]->video_in_url || !broadcasters[i]->video_in_url(c, url, external_id))
			continue;
		*platform = str_of(broadcasters[i]->name);
		return;
	}
	*platform = S("other");
	*external_id = S("");
}

static struct str page_host(const struct ctx *c)
{
	struct str rest = c->config->base_url;
	size_t at = str_find(rest, 0, S("://"));

	rest = str_slice(rest, at == SIZE_MAX ? 0 : at + 3, rest.n);
	rest = str_cut(&rest, '/');
	return str_cut(&rest, ':');
}

void replay_player_of(struct ctx *c, const struct replay_video *video, int64_t start_s, bool plays, struct replay_player *out)
{
	const struct broadcaster *platform = broadcaster_of(video->platform);
	const struct broadcaster_embed_ask ask = { .external_id = video->external_id, .plays = plays, .start_s = start_s,
		.page_origin = c->config->base_url, .page_host = page_host(c) };
	struct broadcaster_embed embed;

	*out = (struct replay_player){ .frame_origins = "", .image_origins = "" };
	if (!platform || !video->external_id.n || !str_eq(video->state, S("ready")))
		return;
	if (platform->embed(c, &ask, &embed) != OK) {
		c->failed = OK; /* no id of that platform: it is linked to */
		return;
	}
	out->poster = embed.poster;
	out->image_origins = embed.image_origins;
	if (!video->embeddable)
		return;
	out->src = embed.src;
	out->frame_origins = embed.frame_origins;
	out->seek = embed.seek;
}
