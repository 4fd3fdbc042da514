/* video.c: what can be seen again, and how a page shows it. */
#include "lib/platform/youtube/youtube.h"
#include "lib/text/text.h"

#define QUERY_MAX 4096

/* "PT1H30M28S", "P1DT2S" as seconds; -1: none yet ("P0D" while it is live or processed), or not told. */
static int64_t read_duration(struct str s)
{
	int64_t total = 0, number = -1;
	bool time = false;

	if (!str_starts(s, S("P")))
		return -1;
	for (size_t i = 1; i < s.n; i++) {
		char ch = s.p[i];
		int64_t unit = ch == 'D' ? 86400 : ch == 'H' ? 3600 : ch == 'M' && time ? 60 : ch == 'S' ? 1 : 0;

		if (ch >= '0' && ch <= '9' && number < 100000000) {
			number = (number < 0 ? 0 : number) * 10 + (ch - '0');
			continue;
		}
		if (ch == 'T' && !time && number < 0) {
			time = true;
			continue;
		}
		if (!unit || number < 0)
			return -1;
		total += number * unit;
		number = -1;
	}
	return total > 0 && number < 0 ? total : -1;
}

static struct broadcaster_video read_video(struct ctx *c, struct json item)
{
	struct json snippet = json_get(item, "snippet"), times = json_get(item, "liveStreamingDetails");
	struct str id = json_str(json_get(item, "id")), privacy = json_str_at(item, "status.privacyStatus");
	struct broadcaster_video video = { .external_id = id, .found = true, .account = json_str(json_get(snippet, "channelId")) };
	bool over = json_type(times) != JSON_OBJECT || shared_time(json_get(times, "actualEndTime"));

	video.recorded_from_ms = shared_time(json_get(times, "actualStartTime"));
	if (json_type(times) == JSON_OBJECT)
		video.broadcast = id;
	video.title = shared_title(c, json_get(snippet, "title"));
	video.thumb_url = youtube_picture(c, id, json_get(snippet, "thumbnails"));
	video.page_url = youtube_watch_url(c, id);
	video.published_ms = shared_time(json_get(snippet, "publishedAt"));
	video.duration_s = read_duration(json_str_at(item, "contentDetails.duration"));
	video.ready = over && video.duration_s > 0 && str_eq(json_str_at(item, "status.uploadStatus"), S("processed"));
	video.embeddable = json_bool(json_path(item, "status.embeddable"), false);
	video.is_public = str_eq(privacy, S("public")) || str_eq(privacy, S("unlisted"));
	return video;
}

enum err youtube_video_get(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out)
{
	struct buf query = buf_new(c->mem, QUERY_MAX);
	struct json body, items;
	bool any = false;

	buf_put(&query, S("part=snippet,status,contentDetails,liveStreamingDetails&id="));
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_video){ .external_id = ids[i], .duration_s = -1 };
		if (!text_is_youtube_id(ids[i]))
			continue;
		if (any)
			buf_char(&query, ',');
		buf_put(&query, ids[i]);
		any = true;
	}
	if (!any)
		return OK;
	TRY(youtube_get(c, call, "videos", buf_str(&query), &body));
	items = json_get(body, "items");
	if (json_type(items) != JSON_LIST)
		return shared_garbage(c, call, "videos");
	for (size_t i = 0; i < json_length(items); i++) {
		struct broadcaster_video video = read_video(c, json_at(items, i));

		for (size_t k = 0; k < n; k++)
			if (str_eq(ids[k], video.external_id))
				out[k] = video;
	}
	return OK;
}

/* A channel "UC..." has its uploads in the list "UU...". */
static struct str uploads_of(struct ctx *c, struct str channel)
{
	return str_fmt(c->mem, "UU" STR_FMT, STR_ARG(str_slice(channel, 2, channel.n)));
}

static enum err read_page(struct ctx *c, struct broadcaster_call *call, struct json body, struct broadcaster_videos *out)
{
	struct json items = json_get(body, "items");
	size_t n = json_length(items), kept = 0;
	struct str *ids = arena_array(c->mem, n + 1, sizeof *ids);
	struct broadcaster_video *all;

	for (size_t i = 0; i < n && kept < YOUTUBE_MANY; i++) {
		ids[kept] = json_str_at(json_at(items, i), "contentDetails.videoId");
		kept += text_is_youtube_id(ids[kept]);
	}
	all = arena_array(c->mem, kept + 1, sizeof *all);
	TRY(youtube_video_get(c, call, ids, kept, all));
	out->list = all;
	for (size_t i = 0; i < kept; i++)
		if (all[i].found)
			all[out->n++] = all[i];
	out->more = json_str(json_get(body, "nextPageToken"));
	return OK;
}

enum err youtube_videos(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
	struct broadcaster_videos *out)
{
	struct buf query = buf_new(c->mem, QUERY_MAX);
	struct json body;
	enum err e;

	*out = (struct broadcaster_videos){ 0 };
	if (!text_is_platform_id(look->account) || !str_starts(look->account, S("UC")))
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("account"), 0, S("account"), 0);
	buf_put(&query, S("part=contentDetails&maxResults=50"));
	shared_pair(&query, "playlistId", uploads_of(c, look->account));
	if (cursor.n)
		shared_pair(&query, "pageToken", cursor);
	e = youtube_get(c, call, "playlistItems", buf_str(&query), &body);
	if (e == ERR_PLATFORM_REFUSED && str_eq(call->reason, S("playlistNotFound"))) {
		c->failed = OK; /* nothing was ever uploaded */
		return OK;
	}
	TRY(e);
	return read_page(c, call, body, out);
}

enum err youtube_embed(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out)
{
	struct buf src = buf_new(c->mem, QUERY_MAX);
	struct str origin = c->config->youtube_embed_origin;

	if (!text_is_youtube_id(ask->external_id))
		return FAIL(c, ERR_BAD_INPUT, "no id of a video");
	buf_fmt(&src, STR_FMT "/embed/" STR_FMT "?enablejsapi=1", STR_ARG(origin), STR_ARG(ask->external_id));
	shared_pair(&src, "origin", ask->page_origin);
	buf_put(&src, S("&playsinline=1&rel=0"));
	if (ask->plays)
		buf_put(&src, S("&autoplay=1"));
	if (ask->start_s > 0 && !ask->live)
		buf_fmt(&src, "&start=%lld", (long long)ask->start_s);
	*out = (struct broadcaster_embed){
		.src = buf_str(&src),
		.poster = youtube_poster(c, ask->external_id),
		.frame_origins = str_z(c->mem, shared_origin(origin)),
		.image_origins = str_z(c->mem, shared_origin(c->config->youtube_image_origin)),
		.seek = ask->live ? SEEK_NONE : SEEK_YOUTUBE,
		.min_width = 200, .min_height = 200,
	};
	return OK;
}

bool youtube_video_in_url(struct ctx *c, struct str url, struct str *external_id)
{
	static const char *const folders[] = { "/live/", "/shorts/", "/embed/", "/v/" };
	struct str host, path, query, id = S("");

	if (!shared_url_parts(c, url, &host, &path, &query))
		return false;
	if (str_eq(host, S("youtu.be")))
		id = shared_after(path, S("/"));
	else if (!str_eq(host, S("youtube.com")) && !str_eq(host, S("youtube-nocookie.com")) && !str_eq(host, S("music.youtube.com")))
		return false;
	else if (str_eq(path, S("/watch")) || str_eq(path, S("/watch/")))
		id = shared_query(c, query, "v");
	for (size_t i = 0; i < COUNT(folders) && !id.n; i++)
		id = shared_after(path, str_of(folders[i]));
	*external_id = id;
	return text_is_youtube_id(id);
}
