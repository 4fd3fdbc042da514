#include "tests/stations.h"

#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

struct station youtube_station = { .name = "youtube" }, twitch_station = { .name = "twitch" }, tiktok_station = { .name = "tiktok" };
static struct world *seen_by;

static struct broadcaster_cost youtube_cost(const struct ctx *c, enum broadcaster_verb verb, size_t n)
{
	(void)c;
	(void)n;
	return (struct broadcaster_cost){ "youtube.day", verb == VERB_VIDEOS ? 2 : 1, 10000, 86400, "America/Los_Angeles" };
}

static struct broadcaster_cost twitch_cost(const struct ctx *c, enum broadcaster_verb verb, size_t n)
{
	(void)c;
	(void)verb;
	(void)n;
	return (struct broadcaster_cost){ "twitch.minute", 1, 800, 60, "UTC" };
}

static struct broadcaster_cost tiktok_cost(const struct ctx *c, enum broadcaster_verb verb, size_t n)
{
	(void)c;
	(void)verb;
	(void)n;
	return (struct broadcaster_cost){ "tiktok.video_query", 1, 600, 60, "UTC" };
}

static enum err no_find(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n)
{
	(void)call;
	(void)out;
	(void)n;
	return FAIL(c, ERR_INTERNAL, "asked past the doors");
}

static const struct broadcaster youtube = { .name = "youtube", .sees_live = true, .same_id = true, .watch_max = 50, .videos_max = 50,
	.live_find = no_find, .live_past = no_find, .cost = youtube_cost };
static const struct broadcaster twitch = { .name = "twitch", .sees_live = true, .watch_by_account = true, .watch_max = 100, .videos_max = 100,
	.cost = twitch_cost };
static const struct broadcaster tiktok = { .name = "tiktok", .videos_by_account = true, .videos_max = 20, .cost = tiktok_cost };
static const struct broadcaster *const platforms[] = { &youtube, &tiktok, &twitch };

static struct station *station_of(const struct broadcaster *platform)
{
	if (platform == &tiktok)
		return &tiktok_station;
	return platform == &youtube ? &youtube_station : &twitch_station;
}

static enum err answer(struct ctx *c, struct station *s, struct broadcaster_call *call, const struct broadcaster *platform,
	enum broadcaster_verb verb, int64_t *count)
{
	++*count;
	s->units += platform->cost(c, verb, 1).units;
	if (s->fails == OK)
		return OK;
	call->reason = str_of(s->reason);
	call->wait_ms = s->wait_ms;
	return FAIL(c, s->fails, "as the test wants it");
}

static struct broadcaster_live live_at(struct ctx *c, const struct station_live *l, int64_t now_ms)
{
	struct broadcaster_live live = { .viewers = 7, .scheduled_ms = l->scheduled_ms };

	live.external_id = str_copy(c->mem, str_of(l->id));
	live.account = str_copy(c->mem, str_of(l->stranger ? l->stranger : l->account));
	live.title = l->title ? str_of(l->title) : str_fmt(c->mem, "Show %s", l->id);
	live.url = l->url ? str_of(l->url) : str_fmt(c->mem, "https://watch.example/%s", l->id);
	live.started_ms = l->started_ms && l->started_ms <= now_ms ? l->started_ms : 0;
	live.ended_ms = l->ended_ms && l->ended_ms <= now_ms ? l->ended_ms : 0;
	if (!l->scheduled_ms && l->started_ms > now_ms)
		return (struct broadcaster_live){ .state = LIVE_UNKNOWN, .viewers = -1 };
	live.state = live.ended_ms ? LIVE_ENDED : live.started_ms ? LIVE_ON : l->scheduled_ms ? LIVE_UPCOMING : LIVE_NONE;
	return live;
}

static bool is_asked(const struct broadcaster *platform, const struct station_live *l, const struct broadcaster_look *look)
{
	if (l->hidden || l->owner_only || l->announced_ms > world_now_ms(seen_by))
		return false;
	return platform->watch_by_account ? str_eq(look->account, str_of(l->account)) : str_eq(look->external_id, str_of(l->id));
}

static enum err watch(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct broadcaster_look *looks,
	size_t n, struct broadcaster_live *out)
{
	struct station *s = station_of(platform);
	int64_t now_ms = world_now_ms(seen_by) - s->lag_ms;

	EXPECT(n > 0 && n <= platform->watch_max && !db_tx_open(c->db));
	TRY(answer(c, s, call, platform, VERB_LIVE_WATCH, &s->watches));
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_live){ .state = platform->watch_by_account ? LIVE_NONE : LIVE_UNKNOWN, .viewers = -1 };
		for (size_t k = 0; k < s->n; k++) {
			struct broadcaster_live live;

			if (!is_asked(platform, &s->lives[k], &looks[i]))
				continue;
			live = live_at(c, &s->lives[k], now_ms);
			if (!platform->watch_by_account || live.state == LIVE_ON)
				out[i] = live;
		}
	}
	return OK;
}

static enum err find(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel, bool past,
	struct broadcaster_live **out, size_t *n)
{
	struct station *s = station_of(platform);
	struct str account = world_text(seen_by, "select external_id from u.channel where id = %s", world_uuid(seen_by, channel.u));

	EXPECT(!db_tx_open(c->db));
	TRY(answer(c, s, call, platform, VERB_LIVE_FIND, &s->finds));
	*out = arena_array(c->mem, s->n + 1, sizeof(**out));
	*n = 0;
	for (size_t k = 0; k < s->n; k++) {
		struct broadcaster_live live;

		if (!str_eq(account, str_of(s->lives[k].account)) || s->lives[k].hidden || s->lives[k].announced_ms > world_now_ms(seen_by))
			continue;
		live = live_at(c, &s->lives[k], world_now_ms(seen_by));
		if (live.state == (past ? LIVE_ENDED : LIVE_ON))
			(*out)[(*n)++] = live;
	}
	return OK;
}

static void video_at(struct ctx *c, const struct station_live *l, struct broadcaster_video *out)
{
	int64_t now_ms = world_now_ms(seen_by);

	*out = (struct broadcaster_video){
		.external_id = str_of(l->video ? l->video : l->id),
		.account = str_of(l->account),
		.broadcast = str_of(l->id),
		.title = S("The recording"),
		.thumb_url = S("https://pics.example/cover.jpg"),
		.thumb_expires_ms = l->cover_ms ? now_ms + l->cover_ms : 0,
		.page_url = str_fmt(c->mem, "https://watch.example/%s", l->id),
		.recorded_from_ms = l->started_ms,
		.duration_s = l->ended_ms ? (l->ended_ms - l->started_ms) / 1000 : -1,
		.found = !l->hidden,
		.ready = l->video_ms && l->video_ms <= now_ms,
		.embeddable = true,
		.is_public = !l->is_private,
	};
}

static enum err list_videos(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, const struct broadcaster_look *look,
	struct str cursor, struct broadcaster_videos *out)
{
	struct station *s = station_of(platform);

	int64_t at = 0;

	EXPECT(!db_tx_open(c->db));
	TRY(answer(c, s, call, platform, VERB_VIDEOS, &s->lists));
	str_int(cursor, &at);
	if (s->page_fails && at + 1 == s->page_fails)
		return FAIL(c, ERR_PLATFORM_AWAY, "that page");
	*out = (struct broadcaster_videos){ .list = arena_array(c->mem, s->n + 1, sizeof(struct broadcaster_video)) };
	for (size_t k = 0; k < s->n; k++)
		if (str_eq(look->account, str_of(s->lives[k].account)) && s->lives[k].video_ms && s->lives[k].video_ms <= world_now_ms(seen_by))
			video_at(c, &s->lives[k], &out->list[out->n++]);
	if (!s->page_fails || !out->n)
		return OK;
	if ((size_t)at + 1 < out->n)
		out->more = str_fmt(c->mem, "%lld", (long long)at + 1);
	out->list += at;
	out->n = 1;
	return OK;
}

static enum err get_videos(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call, struct channel_id channel,
	const struct str *ids, size_t n, struct broadcaster_video *out)
{
	struct station *s = station_of(platform);

	if (platform->videos_by_account)
		s->asker = world_text(seen_by, "select external_id from u.channel where id = %s", world_uuid(seen_by, channel.u));
	else
		EXPECT(uuid_is_nil(channel.u));
	EXPECT(n > 0 && n <= platform->videos_max && !db_tx_open(c->db));
	TRY(answer(c, s, call, platform, VERB_VIDEO_GET, &s->gets));
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_video){ .external_id = ids[i], .duration_s = -1 };
		for (size_t k = 0; k < s->n; k++)
			if (str_eq(ids[i], str_of(s->lives[k].video ? s->lives[k].video : s->lives[k].id)) &&
				(!platform->videos_by_account || str_eq(s->asker, str_of(s->lives[k].account))))
				video_at(c, &s->lives[k], &out[i]);
	}
	return OK;
}

const struct detect_doors station_doors = { platforms, COUNT(platforms), watch, find, list_videos, get_videos };

void stations_new(struct world *w)
{
	seen_by = w;
	youtube_station = (struct station){ .name = "youtube" };
	twitch_station = (struct station){ .name = "twitch" };
	tiktok_station = (struct station){ .name = "tiktok" };
}

struct station_live *station_air(struct station *s, const char *account, const char *id, int64_t scheduled_ms, int64_t started_ms)
{
	struct station_live *l = &s->lives[s->n++];

	*l = (struct station_live){ .scheduled_ms = scheduled_ms, .started_ms = started_ms };
	snprintf(l->account, sizeof l->account, "%s", account);
	snprintf(l->id, sizeof l->id, "%s", id);
	return l;
}

struct channel_id station_account(struct world *w, const struct station *s, enum person who, const char *account)
{
	struct channel_id id = ID_NEW(channel, world_now_ms(w));

	world_sql(w, "insert into u.channel (id, creator_id, platform, external_id, access_sealed) values (%s, %s, '%s', '%s', 'sealed')",
		world_uuid(w, id.u), world_uuid(w, who == ANNA ? w->anna.creator.u : w->ben.creator.u), s->name, account);
	return id;
}

struct ctx *station_ctx(struct world *w)
{
	static struct ctx c;
	static struct arena *mem;

	if (!mem)
		mem = arena_new(64 << 20);
	arena_reset(mem);
	c = (struct ctx){ .mem = mem, .config = w->config, .db = w->db, .now_ms = world_now_ms(w) };
	return &c;
}

int64_t station_rounds(struct world *w)
{
	int64_t all = 0, done = 1, videos;

	for (int i = 0; i < 2000 && done; i++) {
		EXPECT_ERR(detect_step(station_ctx(w), &station_doors, &done), OK);
		EXPECT_ERR(detect_videos_step(station_ctx(w), &station_doors, &videos), OK);
		done += videos;
		all += done;
	}
	return all;
}
