/* streams.c: the lives a creator goes on the air with, started and ended by hand. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/stream/stream.h"
#include "templates/dashboard/stream_form.h"
#include "templates/dashboard/streams.h"

static int64_t when_of(const struct stream *s)
{
	if (str_eq(s->state, S("live")))
		return s->started_ms;
	return str_eq(s->state, S("ended")) ? s->ended_ms : s->scheduled_ms;
}

enum err dash_streams(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_streams_streams *rows;
	struct buf b = dash_buf(c);
	struct stream_id after;
	struct stream *list;
	struct dash d;
	size_t n;

	TRY(dash_after(c, q, ID_stream, &after.u));
	TRY(dash_open(c, q, DASH_STREAMS, &d));
	TRY(stream_list(c, after, DASH_LIST + 1, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_streams_streams){
			.id = ID_TEXT(c->mem, stream, list[i].id), .show = uuid_is_nil(list[i].live.u) ? S("") : ID_TEXT(c->mem, live, list[i].live), .title = list[i].title, .url = list[i].url,
			.where = dash_from(c, list[i].platform, S(""), S("")), .where_n = 1,
			.scheduled = str_eq(list[i].state, S("scheduled")), .live = str_eq(list[i].state, S("live")),
			.ended = str_eq(list[i].state, S("ended")), .cancelled = str_eq(list[i].state, S("cancelled")),
		};
		local_want(&d.local, when_of(&list[i]), &rows[i].when);
	}
	TRY(dash_tell(c, &d));
	tpl_dashboard_streams(&b, &(struct tpl_dashboard_streams){
		.layout = d.layout, .key = d.key, .streams = rows, .streams_n = dash_shown(n),
		.next_page = dash_next(c, ID_stream, n > DASH_LIST ? &list[DASH_LIST - 1].id.u : NULL),
	});
	return res_html(r, 200, buf_str(&b));
}

static enum err form_show(struct ctx *c, const struct req *q, struct res *r, const struct dash *d, enum err refused)
{
	static const char *const shown[] = { "title", "platform", "url", "scheduled_at", NULL };
	struct str chosen = q->method == POST ? req_form(q, "platform") : S("youtube");
	struct tpl_part_dash_platform platform = dash_platform(chosen, dash_wrong(c, "platform"));
	struct buf b = dash_buf(c);
	size_t others_n;
	const struct tpl_part_dash_wrong *others = dash_others(c, shown, &others_n);

	tpl_dashboard_stream_form(&b, &(struct tpl_dashboard_stream_form){
		.layout = d->layout, .key = d->key, .problem = dash_problem(refused), .others = others, .others_n = others_n,
		.title = req_form(q, "title"), .url = req_form(q, "url"), .scheduled_at = req_form(q, "scheduled_at"),
		.zone = d->me.zone, .wrong_title = dash_wrong(c, "title"), .wrong_url = dash_wrong(c, "url"),
		.wrong_scheduled_at = dash_wrong(c, "scheduled_at"), .youtube = platform.youtube, .tiktok = platform.tiktok,
		.twitch = platform.twitch, .instagram = platform.instagram, .elsewhere = platform.elsewhere,
		.wrong_platform = platform.wrong_platform,
	});
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_stream_new(struct ctx *c, const struct req *q, struct res *r)
{
	struct dash d;

	TRY(dash_open(c, q, DASH_STREAMS, &d));
	return form_show(c, q, r, &d, OK);
}

struct making {
	const struct dash *d;
	const struct req *q;
};

static enum err make(struct ctx *c, void *arg)
{
	const struct making *m = arg;
	struct stream_ask ask = {
		.platform = req_form(m->q, "platform"), .title = req_form(m->q, "title"), .url = str_trim(req_form(m->q, "url")), .delay_s = STREAM_DELAY_USUAL };
	struct stream_id id;

	TRY(local_read(c, m->d->me.zone, "scheduled_at", req_form(m->q, "scheduled_at"), &ask.scheduled_ms));
	TRY(stream_create(c, &ask, &id));
	return str_eq(req_form(m->q, "then"), S("start")) ? stream_start(c, id) : OK;
}

enum err dash_stream_make(struct ctx *c, const struct req *q, struct res *r)
{
	struct making m = { .q = q };
	struct dash d;
	enum err refused;

	TRY(dash_open(c, q, DASH_STREAMS, &d));
	m.d = &d;
	TRY(dash_try(c, make, &m, &refused));
	return refused == OK ? dash_go(r, "streams", ID_stream, (struct uuid){ 0 }) : form_show(c, q, r, &d, refused);
}

static enum err move(struct ctx *c, const struct req *q, struct res *r, enum err (*to)(struct ctx *c, struct stream_id id))
{
	struct stream_id id;

	TRY(req_id(c, q, "id", ID_stream, &id.u));
	TRY(to(c, id));
	return dash_go(r, "streams", ID_stream, (struct uuid){ 0 });
}

enum err dash_stream_start(struct ctx *c, const struct req *q, struct res *r)
{
	return move(c, q, r, stream_start);
}

enum err dash_stream_end(struct ctx *c, const struct req *q, struct res *r)
{
	return move(c, q, r, stream_end);
}

enum err dash_stream_cancel(struct ctx *c, const struct req *q, struct res *r)
{
	return move(c, q, r, stream_cancel);
}
