/* videos.c: the recordings of what was on the air. */
#include "lib/detect/inside.h"
#include "lib/replay/replay.h"

#define DUE_MOST 20
#define PAGES_MOST 3        /* a recording is among the newest */
#define AGAIN_MS 120000

struct told_video {
	struct video_id id;
	const struct broadcaster_video *seen; /* NULL: it is not there */
};

static enum err write_in_tx(struct ctx *c, void *arg)
{
	const struct told_video *t = arg;

	return t->seen ? replay_video_seen(c, t->id, t->seen) : replay_video_missed(c, t->id);
}

static enum err told(struct ctx *c, struct video_id id, const struct broadcaster_video *seen)
{
	struct told_video t = { id, seen };

	return db_in_tx(c, write_in_tx, &t);
}

static enum err later(struct ctx *c, const struct replay_video_due *due, size_t n, int64_t wait_ms)
{
	struct uuid *ids = arena_array(c->mem, n + 1, sizeof *ids);

	for (size_t i = 0; i < n; i++)
		ids[i] = due[i].id.u;
	return db_run(c, SQL(detect_videos_later), PARAMS(p_uuids(c, ids, n), p_int(wait_ms > AGAIN_MS ? wait_ms : AGAIN_MS)));
}

/* The id to ask for; empty: it must be looked for among the account's videos. */
static struct str id_of(const struct round *r, const struct replay_video_due *due)
{
	return due->external_id.n || !r->platform->same_id ? due->external_id : due->broadcast;
}

/* due[0..n): of one account where its token asks. */
static enum err get(struct ctx *c, const struct round *r, const struct replay_video_due *due, size_t n)
{
	struct channel_id asker = r->platform->videos_by_account ? due->channel : (struct channel_id){ 0 };
	struct broadcaster_video *videos = arena_array(c->mem, n + 1, sizeof *videos);
	struct str *ids = arena_array(c->mem, n + 1, sizeof *ids);
	struct broadcaster_call call = { 0 };
	bool granted;
	enum err e;

	for (size_t i = 0; i < n; i++)
		ids[i] = id_of(r, &due[i]);
	TRY(round_allowed(c, r, VERB_VIDEO_GET, n, &granted));
	if (!granted)
		return later(c, due, n, 0);
	++*r->done;
	e = r->doors->video_get(c, r->platform, &call, asker, ids, n, videos);
	if (e != OK) {
		TRY(round_heard(c, r, VERB_VIDEO_GET, &call, e));
		return later(c, due, n, call.wait_ms);
	}
	for (size_t i = 0; i < n; i++)
		TRY(told(c, due[i].id, videos[i].found ? &videos[i] : NULL));
	return OK;
}

/* A show that dropped has several broadcasts, and perhaps as many recordings: the longest is its replay. */
static const struct broadcaster_video *best_of(const struct broadcaster_videos *page, const struct replay_video_due *due, size_t n,
	const struct broadcaster_video *best)
{
	for (size_t i = 0; i < page->n; i++)
		for (size_t k = 0; k < n; k++)
			if (due[k].broadcast.n && str_eq(page->list[i].broadcast, due[k].broadcast) &&
				(!best || page->list[i].duration_s > best->duration_s))
				best = &page->list[i];
	return best;
}

/* due[0..n): the broadcasts of one video. */
static enum err search(struct ctx *c, const struct round *r, const struct replay_video_due *due, size_t n)
{
	const struct broadcaster_video *best = NULL;
	struct broadcaster_videos page = { 0 };
	struct broadcaster_call call = { 0 };
	struct account account;
	int64_t now_ms;
	bool granted;
	enum err e = uuid_is_nil(due->channel.u) || !due->broadcast.n ? ERR_NOT_FOUND : account_of(c, due->channel, &account, &now_ms);

	if (e == ERR_NOT_FOUND) {
		c->failed = OK;
		return told(c, due->id, NULL);
	}
	TRY(e);
	for (int pages = 0; pages < PAGES_MOST && (!pages || page.more.n); pages++) {
		TRY(round_allowed(c, r, VERB_VIDEOS, 1, &granted));
		if (!granted)
			return later(c, due, n, 0);
		++*r->done;
		e = r->doors->videos(c, r->platform, &call, &(struct broadcaster_look){ .account = account.external_id }, page.more, &page);
		if (e != OK) {
			TRY(round_heard(c, r, VERB_VIDEOS, &call, e));
			return later(c, due, n, call.wait_ms);
		}
		best = best_of(&page, due, n, best);
	}
	return told(c, due->id, best);
}

/* Those to ask for by id, at once with the first, to the front; how many. */
static size_t together(const struct round *r, struct replay_video_due *due, size_t n)
{
	size_t kept = 0;

	if (!n || !id_of(r, due).n)
		return 0;
	for (size_t i = 0; i < n && kept < r->platform->videos_max; i++)
		if (id_of(r, &due[i]).n && (!r->platform->videos_by_account || uuid_eq(due[i].channel.u, due->channel.u)))
			due[kept++] = due[i];
	return kept;
}

static enum err platform_videos(struct ctx *c, const struct round *r)
{
	struct replay_video_due *due;
	size_t n, to_get;

	TRY(replay_videos_due(c, str_of(r->platform->name), DUE_MOST, &due, &n));
	if (!n)
		return OK;
	if (r->platform->videos_by_account && uuid_is_nil(due->channel.u))
		return told(c, due->id, NULL); /* nobody to ask with */
	to_get = together(r, due, n);
	if (to_get)
		return get(c, r, due, to_get);
	for (to_get = 1; to_get < n && uuid_eq(due[to_get].id.u, due->id.u);)
		to_get++;
	return search(c, r, due, to_get);
}

enum err detect_videos_step(struct ctx *c, const struct detect_doors *doors, int64_t *done)
{
	*done = 0;
	for (size_t i = 0; i < doors->platforms_n; i++) {
		struct round r = { .doors = doors, .platform = doors->platforms[i], .done = done };

		if (r.platform->videos_max && (!r.platform->configured || r.platform->configured(c->config)))
			TRY(platform_videos(c, &r));
	}
	return OK;
}
