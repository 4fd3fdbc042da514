/* video.c: the videos that a creator posted, and how a page shows them. */
#include "lib/platform/tiktok/tiktok.h"
#include "lib/text/text.h"

#define FIELDS "id,create_time,cover_image_url,share_url,video_description,duration,title"
#define QUERY_MAX 4096
#define COVER_MS (6 * INT64_C(3600000)) /* so long its address is good */
#define TIME_MAX_S INT64_C(253402300799)

static struct broadcaster_video read_video(struct ctx *c, struct str account, struct json item)
{
	struct broadcaster_video video = { .external_id = shared_id(c, json_get(item, "id")), .account = account, .found = true, .ready = true,
		.embeddable = true, .is_public = true };
	int64_t at_s;

	video.title = shared_title(c, json_get(item, "title"));
	if (!video.title.n)
		video.title = shared_title(c, json_get(item, "video_description"));
	video.thumb_url = shared_web_url(json_get(item, "cover_image_url"));
	video.thumb_expires_ms = video.thumb_url.n ? c->now_ms + COVER_MS : 0;
	video.page_url = shared_web_url(json_get(item, "share_url"));
	if (json_int(json_get(item, "create_time"), &at_s) && at_s > 0 && at_s <= TIME_MAX_S)
		video.published_ms = at_s * 1000;
	video.duration_s = shared_count(json_get(item, "duration"));
	return video;
}

static struct str list_body(struct ctx *c, struct str cursor)
{
	struct jw w = jw_new(c->mem, QUERY_MAX);
	int64_t from;

	jw_object(&w);
	jw_kint(&w, "max_count", TIKTOK_MANY);
	if (str_int(cursor, &from))
		jw_kint(&w, "cursor", from);
	jw_end(&w);
	return jw_done(&w);
}

enum err tiktok_videos(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
	struct broadcaster_videos *out)
{
	struct json data, list;

	*out = (struct broadcaster_videos){ 0 };
	TRY(tiktok_ask(c, call, "/v2/video/list/?fields=" FIELDS, list_body(c, cursor), &data));
	list = json_get(data, "videos");
	if (json_type(list) != JSON_LIST)
		return shared_garbage(c, call, "videos");
	out->list = arena_array(c->mem, json_length(list) + 1, sizeof(*out->list));
	for (size_t i = 0; i < json_length(list); i++) {
		struct broadcaster_video video = read_video(c, look->account, json_at(list, i));

		if (text_is_number(video.external_id))
			out->list[out->n++] = video;
	}
	if (json_bool(json_get(data, "has_more"), false))
		out->more = shared_id(c, json_get(data, "cursor"));
	return OK;
}

static struct str query_body(struct ctx *c, const struct str *ids, size_t n)
{
	struct jw w = jw_new(c->mem, QUERY_MAX);

	jw_object(&w);
	jw_key(&w, "filters");
	jw_object(&w);
	jw_key(&w, "video_ids");
	jw_list(&w);
	for (size_t i = 0; i < n; i++)
		if (text_is_number(ids[i]))
			jw_str(&w, ids[i]);
	jw_end(&w);
	jw_end(&w);
	jw_end(&w);
	return jw_done(&w);
}

enum err tiktok_video_get(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out)
{
	struct json data, list;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_video){ .external_id = ids[i], .duration_s = -1 };
		any |= text_is_number(ids[i]);
	}
	if (!any)
		return OK;
	TRY(tiktok_ask(c, call, "/v2/video/query/?fields=" FIELDS, query_body(c, ids, n), &data));
	list = json_get(data, "videos");
	if (json_type(list) != JSON_LIST)
		return shared_garbage(c, call, "videos");
	for (size_t i = 0; i < json_length(list); i++) {
		struct broadcaster_video video = read_video(c, S(""), json_at(list, i));

		for (size_t k = 0; k < n; k++)
			if (str_eq(ids[k], video.external_id))
				out[k] = video;
	}
	return OK;
}

/* A live is shown by its host's name, to pages that TikTok approved; others show a notice. */
static bool put_src(struct ctx *c, const struct broadcaster_embed_ask *ask, struct buf *src)
{
	struct str origin = c->config->tiktok_embed_origin;

	if (!ask->live) {
		if (!text_is_number(ask->external_id))
			return false;
		buf_fmt(src, STR_FMT "/player/v1/" STR_FMT "?controls=1&progress_bar=1&description=0&rel=0&autoplay=%d", STR_ARG(origin),
			STR_ARG(ask->external_id), ask->plays);
		return true;
	}
	if (!text_is_platform_name(ask->handle))
		return false;
	buf_fmt(src, STR_FMT "/embed/live/@" STR_FMT "?autoplay=1&muted=1&controls=1", STR_ARG(origin), STR_ARG(ask->handle));
	shared_pair(src, "embed_domain", ask->page_host);
	return true;
}

enum err tiktok_embed(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out)
{
	struct buf src = buf_new(c->mem, QUERY_MAX);

	if (!put_src(c, ask, &src))
		return FAIL(c, ERR_BAD_INPUT, "no id of a video, or no name of an account");
	*out = (struct broadcaster_embed){
		.src = buf_str(&src),
		.frame_origins = str_z(c->mem, shared_origin(c->config->tiktok_embed_origin)),
		.image_origins = str_z(c->mem, c->config->tiktok_image_origins),
		.seek = ask->live ? SEEK_NONE : SEEK_TIKTOK,
		.min_width = 325, .min_height = 570,
	};
	return OK;
}

bool tiktok_video_in_url(struct ctx *c, struct str url, struct str *external_id)
{
	struct str host, path, query;
	size_t at;

	if (!shared_url_parts(c, url, &host, &path, &query) || !str_eq(host, S("tiktok.com")))
		return false;
	at = str_starts(path, S("/@")) ? str_find(path, 0, S("/video/")) : SIZE_MAX;
	if (at != SIZE_MAX && text_is_platform_name(str_slice(path, 2, at)))
		*external_id = shared_after(str_slice(path, at, path.n), S("/video/"));
	else
		*external_id = shared_after(path, S("/player/v1/"));
	return text_is_number(*external_id);
}
