/* live.c: who the account is, and what is on the air. */
#include "lib/platform/youtube/youtube.h"
#include "lib/text/text.h"

#define QUERY_MAX 4096
#define PICTURE_WIDTH_MAX 1280

struct str youtube_watch_url(struct ctx *c, struct str id)
{
	return str_fmt(c->mem, STR_FMT "/watch?v=" STR_FMT, STR_ARG(c->config->youtube_site_origin), STR_ARG(id));
}

/* Which keys there are changes with the years. */
struct str youtube_widest(struct json thumbnails)
{
	struct str best = S("");
	int64_t widest = 0, width;
	const char *key;

	for (size_t i = 0; (key = json_key_at(thumbnails, i)); i++) {
		struct json one = json_get(thumbnails, key);
		struct str url = shared_web_url(json_get(one, "url"));

		if (!url.n || !json_int(json_get(one, "width"), &width) || width <= widest || width > PICTURE_WIDTH_MAX)
			continue;
		widest = width;
		best = url;
	}
	return best;
}

struct str youtube_poster(struct ctx *c, struct str id)
{
	return str_fmt(c->mem, STR_FMT "/vi/" STR_FMT "/hqdefault.jpg", STR_ARG(c->config->youtube_image_origin), STR_ARG(id));
}

struct str youtube_picture(struct ctx *c, struct str id, struct json thumbnails)
{
	struct str best = youtube_widest(thumbnails);

	/* A page shows pictures of the configured origin only; there is one of each video at a fixed address. */
	if (best.n && str_eq(shared_origin(best), shared_origin(c->config->youtube_image_origin)))
		return best;
	return youtube_poster(c, id);
}

enum err youtube_identify(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out)
{
	struct json body, item, snippet;

	*out = (struct broadcaster_identity){ 0 };
	TRY(youtube_get(c, call, "channels", S("part=snippet,contentDetails&mine=true"), &body));
	item = json_at(json_get(body, "items"), 0);
	if (json_type(item) == JSON_ABSENT)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("account"), 200, S("no-channel"), 0);
	snippet = json_get(item, "snippet");
	out->external_id = json_str(json_get(item, "id"));
	if (!text_is_platform_id(out->external_id))
		return shared_garbage(c, call, "the channel's id");
	out->handle = json_str(json_get(snippet, "customUrl"));
	if (str_starts(out->handle, S("@")))
		out->handle = str_slice(out->handle, 1, out->handle.n);
	if (!text_is_platform_name(out->handle))
		out->handle = S("");
	out->name = shared_title(c, json_get(snippet, "title"));
	out->avatar_url = youtube_widest(json_get(snippet, "thumbnails"));
	out->profile_url = str_fmt(c->mem, STR_FMT "/channel/" STR_FMT, STR_ARG(c->config->youtube_site_origin), STR_ARG(out->external_id));
	out->uploads_id = json_str_at(item, "contentDetails.relatedPlaylists.uploads");
	if (!text_is_platform_id(out->uploads_id))
		out->uploads_id = S("");
	return OK;
}

/* What broadcasts and videos have in common; `times` is where theirs stand. */
static struct broadcaster_live read_common(struct ctx *c, struct json item, struct json times)
{
	struct json snippet = json_get(item, "snippet");
	struct broadcaster_live live = { .external_id = json_str(json_get(item, "id")), .viewers = -1 };

	live.account = json_str(json_get(snippet, "channelId"));
	live.title = shared_title(c, json_get(snippet, "title"));
	live.thumb_url = youtube_picture(c, live.external_id, json_get(snippet, "thumbnails"));
	live.url = youtube_watch_url(c, live.external_id);
	live.scheduled_ms = shared_time(json_get(times, "scheduledStartTime"));
	live.started_ms = shared_time(json_get(times, "actualStartTime"));
	live.ended_ms = shared_time(json_get(times, "actualEndTime"));
	return live;
}

static enum live_state by_life_cycle(struct str word)
{
	static const struct { const char *word; enum live_state state; } known[] = {
		{ "live", LIVE_ON }, { "liveStarting", LIVE_ON }, { "complete", LIVE_ENDED }, { "created", LIVE_UPCOMING },
		{ "ready", LIVE_UPCOMING }, { "testStarting", LIVE_UPCOMING }, { "testing", LIVE_UPCOMING },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(word, str_of(known[i].word)))
			return known[i].state;
	return LIVE_UNKNOWN;
}

static enum err broadcasts(struct ctx *c, struct broadcaster_call *call, const char *status, struct broadcaster_live **out, size_t *n)
{
	struct json body, items;
	int64_t total;
	enum err e;

	*n = 0;
	e = youtube_get(c, call, "liveBroadcasts",
		str_fmt(c->mem, "part=id,snippet,status,contentDetails,statistics&broadcastStatus=%s&broadcastType=all&maxResults=50", status), &body);
	if (youtube_cannot_stream(e, call)) {
		c->failed = OK;
		return OK;
	}
	TRY(e);
	items = json_get(body, "items");
	if (json_type(items) != JSON_LIST || (!json_length(items) && json_int(json_path(body, "pageInfo.totalResults"), &total) && total > 0))
		return shared_garbage(c, call, "broadcasts");
	*out = arena_array(c->mem, json_length(items) + 1, sizeof(**out));
	for (size_t i = 0; i < json_length(items); i++) {
		struct json item = json_at(items, i);
		struct broadcaster_live live = read_common(c, item, json_get(item, "snippet"));

		if (!text_is_youtube_id(live.external_id))
			return shared_garbage(c, call, "a broadcast"); /* not "none is on" */
		live.state = by_life_cycle(json_str_at(item, "status.lifeCycleStatus"));
		live.viewers = live.state == LIVE_ON ? shared_count(json_path(item, "statistics.concurrentViewers")) : -1;
		(*out)[(*n)++] = live;
	}
	return OK;
}

enum err youtube_live_find(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n)
{
	return broadcasts(c, call, "active", out, n);
}

enum err youtube_live_past(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n)
{
	return broadcasts(c, call, "completed", out, n);
}

static enum live_state by_times(const struct broadcaster_live *live, struct json times)
{
	if (json_type(times) != JSON_OBJECT)
		return LIVE_NONE; /* an ordinary upload */
	if (live->ended_ms)
		return LIVE_ENDED;
	if (live->started_ms)
		return LIVE_ON;
	return live->scheduled_ms ? LIVE_UPCOMING : LIVE_UNKNOWN;
}

enum err youtube_live_watch(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *looks, size_t n,
	struct broadcaster_live *out)
{
	struct buf query = buf_new(c->mem, QUERY_MAX);
	struct json body, items;
	bool any = false;

	buf_put(&query, S("part=snippet,status,contentDetails,liveStreamingDetails&id="));
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_live){ .viewers = -1 };
		if (!text_is_youtube_id(looks[i].external_id))
			continue;
		if (any)
			buf_char(&query, ',');
		buf_put(&query, looks[i].external_id);
		any = true;
	}
	if (!any)
		return OK;
	TRY(youtube_get(c, call, "videos", buf_str(&query), &body));
	items = json_get(body, "items");
	if (json_type(items) != JSON_LIST)
		return shared_garbage(c, call, "videos");
	for (size_t i = 0; i < json_length(items); i++) {
		struct json item = json_at(items, i), times = json_get(item, "liveStreamingDetails");
		struct broadcaster_live live = read_common(c, item, times);

		live.state = by_times(&live, times);
		live.viewers = live.state == LIVE_ON ? shared_count(json_get(times, "concurrentViewers")) : -1;
		for (size_t k = 0; k < n; k++)
			if (str_eq(looks[k].external_id, live.external_id))
				out[k] = live;
	}
	return OK;
}
