/* replays.c: /replays
 *
 * The replays of a creator's shows: they make themselves; here they are named, published, taken back, and given videos by hand.
 */
#include "lib/core/config.h"
#include "lib/view/list_view.h"
#include "lib/view/replay_view.h"
#include "lib/web/web.h"

static enum err answer(struct ctx *c, struct res *r, struct replay_id id)
{
	struct replay_video *videos;
	struct replay_moment *moments;
	size_t videos_n, moments_n;
	struct replay replay;

	TRY(replay_by_id(c, id, &replay));
	TRY(replay_videos(c, id, &videos, &videos_n));
	TRY(replay_moments(c, id, &moments, &moments_n));
	res_etag(r, replay.revision);
	return res_json(r, 200, replay_full_json(c, &replay, videos, videos_n, moments, moments_n));
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay *replays;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_replay, &page));
	TRY(replay_list(c, (struct replay_id){ page.after }, page.limit + 1, &replays, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++) {
		jw_object(&w);
		replay_fields_json(c, &w, &replays[i]);
		jw_end(&w);
	}
	return res_json(r, 200, list_end(&w, ID_replay, n > (size_t)page.limit ? replays[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay_id id;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	return answer(c, r, id);
}

static void want_or_none(struct ctx *c, struct json from, const char *field, size_t most, struct str *out)
{
	if (json_is_null(from, field))
		*out = S("");
	else
		json_want_text(c, from, field, 0, most, out);
}

static enum err change(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "title", "slug", "thumb_url", NULL };
	struct replay_ask ask;
	struct replay replay;
	struct replay_id id;
	struct json from;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(replay_by_id(c, id, &replay));
	TRY(req_if_match(c, q, replay.revision));
	ask = (struct replay_ask){ replay.title, replay.slug, replay.thumb_url };
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "title", 1, 200, &ask.title);
	want_or_none(c, from, "slug", 80, &ask.slug);
	want_or_none(c, from, "thumb_url", 2048, &ask.thumb_url);
	TRY(replay_update(c, &replay, &ask));
	return answer(c, r, id);
}

static enum err publish(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay_id id;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(replay_publish(c, id));
	return answer(c, r, id);
}

static enum err unpublish(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay_id id;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(replay_unpublish(c, id));
	return answer(c, r, id);
}

static enum err video_add(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "url", NULL };
	struct str url = { 0 };
	struct replay_id id;
	struct video_id video;
	struct json from;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "url", 1, 2048, &url);
	TRY(replay_video_add(c, id, url, &video));
	return answer(c, r, id);
}

static enum err video_change(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "adjust_ms", NULL };
	struct replay_id id;
	struct video_id video;
	struct json from;
	int64_t adjust_ms = 0;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(req_id(c, q, "video", ID_video, &video.u));
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	if (!json_want_int(c, from, "adjust_ms", -86400000, 86400000, &adjust_ms) && !c->fields_n)
		field_bad(c, "adjust_ms", "milliseconds");
	TRY(fields_must_be_good(c));
	TRY(replay_video_adjust(c, id, video, adjust_ms));
	return answer(c, r, id);
}

static enum err video_remove(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay_id id;
	struct video_id video;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(req_id(c, q, "video", ID_video, &video.u));
	TRY(replay_video_remove(c, id, video));
	return answer(c, r, id);
}

static const struct route routes[] = {
	{ GET,    "/replays",                   list,         .who = CREATOR, .tx = TX_READ },
	{ GET,    "/replays/:id",               show,         .who = CREATOR, .tx = TX_READ },
	{ PATCH,  "/replays/:id",               change,       .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/replays/:id/publish",       publish,      .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/replays/:id/unpublish",     unpublish,    .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/replays/:id/videos",        video_add,    .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ PATCH,  "/replays/:id/videos/:video", video_change, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ DELETE, "/replays/:id/videos/:video", video_remove, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app replays_app = { "replays", "api", routes, COUNT(routes) };
