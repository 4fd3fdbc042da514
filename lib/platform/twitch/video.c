/* video.c: what can be seen again for some days, and how a page shows it. */
#include "lib/platform/twitch/twitch.h"
#include "lib/text/text.h"

#define QUERY_MAX 8192

/* "1h30m28s"; -1: none */
static int64_t read_duration(struct str s)
{
	int64_t total = 0, number = -1;

	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		int64_t unit = ch == 'h' ? 3600 : ch == 'm' ? 60 : ch == 's' ? 1 : 0;

		if (ch >= '0' && ch <= '9' && number < 100000000) {
			number = (number < 0 ? 0 : number) * 10 + (ch - '0');
			continue;
		}
		if (!unit || number < 0)
			return -1;
		total += number * unit;
		number = -1;
	}
	return total > 0 && number < 0 ? total : -1;
}

/* While it is recorded it grows, and has no picture yet, or one that says so. Pictures of other hosts are not shown. */
static struct broadcaster_video read_video(struct ctx *c, struct json item)
{
	struct broadcaster_video video = { .external_id = shared_id(c, json_get(item, "id")), .found = true, .embeddable = true };
	struct str picture = json_str(json_get(item, "thumbnail_url"));
	bool pictured = picture.n && str_find(picture, 0, S("404_processing")) == SIZE_MAX;

	video.account = shared_id(c, json_get(item, "user_id"));
	video.broadcast = shared_id(c, json_get(item, "stream_id"));
	video.title = shared_title(c, json_get(item, "title"));
	video.thumb_url = pictured ? twitch_picture(c, json_get(item, "thumbnail_url")) : S("");
	video.page_url = str_fmt(c->mem, STR_FMT "/videos/" STR_FMT, STR_ARG(c->config->twitch_site_origin), STR_ARG(video.external_id));
	video.recorded_from_ms = shared_time(json_get(item, "created_at"));
	video.published_ms = shared_time(json_get(item, "published_at"));
	video.duration_s = read_duration(json_str(json_get(item, "duration")));
	video.ready = pictured && video.duration_s > 0;
	video.is_public = str_eq(json_str(json_get(item, "viewable")), S("public"));
	return video;
}

enum err twitch_videos(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
	struct broadcaster_videos *out)
{
	struct buf query = buf_new(c->mem, QUERY_MAX);
	struct json data;

	*out = (struct broadcaster_videos){ 0 };
	if (!text_is_number(look->account))
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("account"), 0, S("account"), 0);
	buf_put(&query, S("videos?type=archive&first=20"));
	shared_pair(&query, "user_id", look->account);
	if (cursor.n)
		shared_pair(&query, "after", cursor);
	TRY(twitch_get(c, call, buf_str(&query), &data, &out->more));
	out->list = arena_array(c->mem, json_length(data) + 1, sizeof(*out->list));
	for (size_t i = 0; i < json_length(data); i++) {
		struct broadcaster_video video = read_video(c, json_at(data, i));

		if (text_is_number(video.external_id))
			out->list[out->n++] = video;
	}
	return OK;
}

enum err twitch_video_get(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out)
{
	struct buf query = buf_new(c->mem, QUERY_MAX);
	struct json data;
	bool any = false;
	enum err e;

	buf_put(&query, S("videos?"));
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_video){ .external_id = ids[i], .duration_s = -1 };
		if (!text_is_number(ids[i]))
			continue;
		buf_fmt(&query, "%sid=" STR_FMT, any ? "&" : "", STR_ARG(ids[i]));
		any = true;
	}
	if (!any)
		return OK;
	e = twitch_get(c, call, buf_str(&query), &data, NULL);
	if (e == ERR_PLATFORM_REFUSED && str_eq(call->reason, S("not-found"))) {
		c->failed = OK; /* none of them is there any more */
		return OK;
	}
	TRY(e);
	for (size_t i = 0; i < json_length(data); i++) {
		struct broadcaster_video video = read_video(c, json_at(data, i));

		for (size_t k = 0; k < n; k++)
			if (str_eq(ids[k], video.external_id))
				out[k] = video;
	}
	return OK;
}

enum err twitch_embed(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out)
{
	struct buf src = buf_new(c->mem, QUERY_MAX);
	struct str origin = c->config->twitch_embed_origin;
	long long s = (long long)ask->start_s;

	if (ask->live ? !text_is_platform_name(ask->handle) : !text_is_number(ask->external_id))
		return FAIL(c, ERR_BAD_INPUT, "no id of a video, or no name of a channel");
	if (ask->live)
		buf_fmt(&src, STR_FMT "/?channel=" STR_FMT, STR_ARG(origin), STR_ARG(ask->handle));
	else
		buf_fmt(&src, STR_FMT "/?video=" STR_FMT, STR_ARG(origin), STR_ARG(ask->external_id));
	shared_pair(&src, "parent", ask->page_host);
	if (!ask->live && s > 0)
		buf_fmt(&src, "&time=%lldh%lldm%llds", s / 3600, s / 60 % 60, s % 60);
	buf_put(&src, ask->plays ? S("&autoplay=true") : S("&autoplay=false"));
	*out = (struct broadcaster_embed){
		.src = buf_str(&src),
		.frame_origins = str_z(c->mem, shared_origin(origin)),
		.image_origins = str_z(c->mem, shared_origin(c->config->twitch_image_origin)),
		.seek = ask->live ? SEEK_NONE : SEEK_TWITCH,
		.min_width = 400, .min_height = 300,
	};
	return OK;
}

bool twitch_video_in_url(struct ctx *c, struct str url, struct str *external_id)
{
	struct str host, path, query;

	if (!shared_url_parts(c, url, &host, &path, &query))
		return false;
	*external_id = S("");
	if (str_eq(host, S("twitch.tv")))
		*external_id = shared_after(path, S("/videos/"));
	else if (str_eq(host, S("player.twitch.tv")))
		*external_id = shared_query(c, query, "video");
	if (str_starts(*external_id, S("v")))
		*external_id = str_slice(*external_id, 1, external_id->n);
	return text_is_number(*external_id);
}
