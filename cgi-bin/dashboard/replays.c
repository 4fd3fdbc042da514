/* replays.c: the replays of her shows: their names, their videos, and whether everybody sees them. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/view/replay_view.h"
#include "templates/dashboard/replay_edit.h"
#include "templates/dashboard/replays.h"

enum err dash_replays(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_replays_replays *rows;
	struct buf b = dash_buf(c);
	struct replay_id after;
	struct replay *list;
	struct dash d;
	size_t n;

	TRY(dash_after(c, q, ID_replay, &after.u));
	TRY(dash_open(c, q, DASH_STREAMS, &d));
	TRY(replay_list(c, after, DASH_LIST + 1, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_replays_replays){
			.id = ID_TEXT(c->mem, replay, list[i].id), .title = list[i].title, .moments = list[i].moments, .views = list[i].views,
			.clicks = list[i].clicks, .shown = str_eq(list[i].state, S("published")) };
		local_want(&d.local, list[i].started_ms, &rows[i].when);
	}
	TRY(dash_tell(c, &d));
	tpl_dashboard_replays(&b, &(struct tpl_dashboard_replays){
		.layout = d.layout, .replays = rows, .replays_n = dash_shown(n),
		.next_page = dash_next(c, ID_replay, n > DASH_LIST ? &list[DASH_LIST - 1].id.u : NULL),
	});
	return res_html(r, 200, buf_str(&b));
}

static enum err videos_fill(struct ctx *c, struct replay_id id, struct tpl_dashboard_replay_edit *page)
{
	struct tpl_dashboard_replay_edit_videos *rows;
	struct replay_video *list;
	size_t n;

	TRY(replay_videos(c, id, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct tpl_dashboard_replay_edit_videos){ .where = dash_from(c, list[i].platform, S(""), S("")), .where_n = 1,
			.url = list[i].page_url, .wanted = str_eq(list[i].state, S("wanted")), .hidden = str_eq(list[i].state, S("hidden")) };
	page->videos = rows;
	page->videos_n = n;
	return OK;
}

static enum err moments_fill(struct ctx *c, struct dash *d, const struct replay *replay, struct tpl_dashboard_replay_edit *page)
{
	struct tpl_dashboard_replay_edit_moments *rows;
	struct replay_moment *list;
	struct moment_revenue *sold;
	size_t n, shown, sold_n;

	TRY(replay_moments(c, replay->id, &list, &n));
	TRY(analytics_moments(c, 0, 0, replay->live, &sold, &sold_n));
	shown = n < LOCAL_MAX / 2 ? n : LOCAL_MAX / 2;
	rows = arena_array(c->mem, shown + 1, sizeof *rows);
	for (size_t i = 0; i < shown; i++) {
		rows[i] = (struct tpl_dashboard_replay_edit_moments){ .title = list[i].title.n ? list[i].title : list[i].product, .open = list[i].open };
		rows[i].sold = dash_sold(c, sold, sold_n, list[i].id, &rows[i].sold_n);
		local_want(&d->local, list[i].at_ms, &rows[i].at);
	}
	page->moments = rows;
	page->moments_n = shown;
	return OK;
}

static enum err edit_show(struct ctx *c, const struct req *q, struct res *r, struct dash *d, const struct replay *replay, enum err refused)
{
	static const char *const shown[] = { "title", "slug", "thumb_url", "url", NULL };
	bool typed = q->method == POST;
	struct tpl_dashboard_replay_edit page = {
		.layout = d->layout, .key = d->key, .id = ID_TEXT(c->mem, replay, replay->id), .live = ID_TEXT(c->mem, live, replay->live), .public_url = replay_url(c, replay),
		.published = str_eq(replay->state, S("published")), .views = replay->views, .clicks = replay->clicks,
		.problem = dash_problem(refused), .name = typed ? req_form(q, "title") : replay->title,
		.slug = typed ? req_form(q, "slug") : replay->slug, .thumb_url = typed ? req_form(q, "thumb_url") : replay->thumb_url,
		.url = req_form(q, "url"), .wrong_title = dash_wrong(c, "title"), .wrong_thumb_url = dash_wrong(c, "thumb_url"),
		.wrong_slug = dash_wrong_or(c, "slug", refused, ERR_SLUG_TAKEN), .wrong_url = dash_wrong(c, "url"), .revision = replay->revision };
	struct buf b = dash_buf(c);

	page.others = dash_others(c, shown, &page.others_n);
	TRY(videos_fill(c, replay->id, &page));
	TRY(moments_fill(c, d, replay, &page));
	TRY(dash_tell(c, d));
	tpl_dashboard_replay_edit(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

static enum err opened(struct ctx *c, const struct req *q, struct dash *d, struct replay *replay)
{
	struct replay_id id;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(dash_open(c, q, DASH_STREAMS, d));
	return replay_by_id(c, id, replay);
}

enum err dash_replay(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay replay;
	struct dash d;

	TRY(opened(c, q, &d, &replay));
	return edit_show(c, q, r, &d, &replay, OK);
}

struct saving {
	const struct req *q;
	struct replay replay;
};

static enum err save(struct ctx *c, void *arg)
{
	struct saving *s = arg;
	const struct replay_ask ask = { req_form(s->q, "title"), req_form(s->q, "slug"), str_trim(req_form(s->q, "thumb_url")) };
	int64_t revision;

	if (!str_int(req_form(s->q, "revision"), &revision) || revision != s->replay.revision)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	return replay_update(c, &s->replay, &ask);
}

static enum err video(struct ctx *c, void *arg)
{
	struct saving *s = arg;
	struct video_id id;

	return replay_video_add(c, s->replay.id, req_form(s->q, "url"), &id);
}

static enum err tried(struct ctx *c, const struct req *q, struct res *r, enum err (*work)(struct ctx *c, void *arg))
{
	struct saving s = { .q = q };
	enum err refused;
	struct dash d;

	TRY(opened(c, q, &d, &s.replay));
	TRY(dash_try(c, work, &s, &refused));
	return refused == OK ? dash_go(r, "replays", ID_replay, s.replay.id.u) : edit_show(c, q, r, &d, &s.replay, refused);
}

enum err dash_replay_save(struct ctx *c, const struct req *q, struct res *r)
{
	return tried(c, q, r, save);
}

enum err dash_replay_video(struct ctx *c, const struct req *q, struct res *r)
{
	return tried(c, q, r, video);
}

enum err dash_replay_publish(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay_id id;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(replay_publish(c, id));
	return dash_go(r, "replays", ID_replay, id.u);
}

enum err dash_replay_unpublish(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay_id id;

	TRY(req_id(c, q, "id", ID_replay, &id.u));
	TRY(replay_unpublish(c, id));
	return dash_go(r, "replays", ID_replay, id.u);
}
