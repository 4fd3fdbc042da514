/* moments.c: what was shown in a show, and what it sold: named, moved, merged, added and deleted afterwards, and what the crowd suggests. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/json/json.h"
#include "lib/moment/moment.h"
#include "lib/stream/live.h"
#include "lib/view/replay_view.h"
#include "templates/dashboard/moment.h"
#include "templates/dashboard/show.h"

static const char *const fields[] = { "title", "at", "what", "into", NULL };

static struct str name_of(const struct moment *m)
{
	if (m->title.n)
		return m->title;
	return m->product_title.n ? m->product_title : m->offer_name;
}

static struct str second_of(struct ctx *c, const struct live *live, const struct moment *m)
{
	return second_text(c, m->at_ms > live->started_ms ? (m->at_ms - live->started_ms) / 1000 : 0);
}

/* Each product that an offer of hers sells now: "offer_x.prod_y". */
static enum err goods_fill(struct ctx *c, struct live_id live, struct str chosen, const struct tpl_part_dash_good **out, size_t *n)
{
	struct tpl_part_dash_good *rows;
	struct moment_good *list;

	TRY(moment_goods(c, live, &list, n));
	rows = arena_array(c->mem, *n + 1, sizeof *rows);
	for (size_t i = 0; i < *n; i++) {
		rows[i] = (struct tpl_part_dash_good){ .title = list[i].title, .offer = list[i].offer_name,
			.value = str_fmt(c->mem, STR_FMT "." STR_FMT, STR_ARG(ID_TEXT(c->mem, offer, list[i].offer)),
				STR_ARG(ID_TEXT(c->mem, product, list[i].product))) };
		rows[i].chosen = str_eq(rows[i].value, chosen);
	}
	*out = rows;
	return OK;
}

static enum err moments_fill(struct ctx *c, const struct live *live, struct tpl_dashboard_show *page)
{
	struct tpl_dashboard_show_moments *rows;
	struct moment_revenue *sold;
	struct moment *list;
	size_t n, sold_n;

	TRY(moment_list(c, live->id, &list, &n));
	TRY(analytics_moments(c, 0, 0, live->id, &sold, &sold_n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_show_moments){ .id = ID_TEXT(c->mem, moment, list[i].id), .name = name_of(&list[i]),
			.product = list[i].title.n ? list[i].product_title : S(""), .at = second_of(c, live, &list[i]) };
		rows[i].sold = dash_sold(c, sold, sold_n, list[i].id, &rows[i].sold_n);
	}
	page->moments = rows;
	page->moments_n = n;
	return OK;
}

static enum err suggestions_fill(struct ctx *c, const struct live *live, struct tpl_dashboard_show *page)
{
	struct tpl_dashboard_show_suggestions *rows;
	struct moment *list;
	struct json reason;
	size_t n;

	TRY(moment_suggestions(c, live->id, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_show_suggestions){ .id = ID_TEXT(c->mem, moment, list[i].id), .name = name_of(&list[i]),
			.at = second_of(c, live, &list[i]) };
		TRY(json_read_object(c, list[i].reason, &reason));
		(void)json_int(json_get(reason, "clicks"), &rows[i].taps);
		(void)json_int(json_get(reason, "seconds"), &rows[i].seconds);
	}
	page->suggestions = rows;
	page->suggestions_n = n;
	return OK;
}

static enum err show(struct ctx *c, const struct req *q, struct res *r, struct dash *d, const struct live *live, enum err refused)
{
	struct tpl_dashboard_show page = { .layout = d->layout, .key = d->key, .id = ID_TEXT(c->mem, live, live->id), .show = live->title,
		.on = str_eq(live->state, S("live")), .ended = str_eq(live->state, S("ended")), .begun = live->started_ms > 0,
		.problem = dash_problem(refused), .name = req_form(q, "title"), .at = req_form(q, "at"),
		.wrong_title = dash_wrong(c, "title"), .wrong_at = dash_wrong(c, "at"), .wrong_what = dash_wrong(c, "what") };
	struct buf b = dash_buf(c);

	page.others = dash_others(c, fields, &page.others_n);
	TRY(moments_fill(c, live, &page));
	TRY(suggestions_fill(c, live, &page));
	TRY(goods_fill(c, live->id, req_form(q, "what"), &page.goods, &page.goods_n));
	local_want(&d->local, live->started_ms, &page.when);
	TRY(dash_tell(c, d));
	tpl_dashboard_show(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

static enum err show_opened(struct ctx *c, const struct req *q, struct dash *d, struct live *live)
{
	struct live_id id;

	TRY(req_id(c, q, "id", ID_live, &id.u));
	TRY(dash_open(c, q, DASH_STREAMS, d));
	return live_by_id(c, id, live);
}

enum err dash_show(struct ctx *c, const struct req *q, struct res *r)
{
	struct live live;
	struct dash d;

	TRY(show_opened(c, q, &d, &live));
	return show(c, q, r, &d, &live, OK);
}

static enum err to_show(struct res *r, struct live_id live)
{
	return dash_go(r, "shows", ID_live, live.u);
}

struct changing {
	const struct req *q;
	struct live live;
	struct moment moment;
};

/* What the form says it shows: nothing, what it showed before, or a product of an offer. */
static void what_read(struct ctx *c, struct str typed, struct moment_ask *ask)
{
	struct str rest = typed, offer = str_cut(&rest, '.');

	if (str_eq(typed, S("same")))
		return;
	ask->offer = (struct offer_id){ 0 };
	ask->product = (struct product_id){ 0 };
	ask->variant = (struct variant_id){ 0 };
	if (typed.n && (!ID_READ(offer, offer, &ask->offer) || !ID_READ(product, rest, &ask->product)))
		field_bad(c, "what", "one of the list");
	else if (!typed.n && !str_trim(ask->title).n)
		field_bad(c, "title", "a title, where nothing is sold");
}

/* A second that was not touched stays the very instant that it was. */
static void ask_read(struct ctx *c, const struct changing *k, struct moment_ask *ask)
{
	struct str at = str_trim(req_form(k->q, "at"));
	int64_t second;

	ask->title = req_form(k->q, "title");
	what_read(c, req_form(k->q, "what"), ask);
	if (ask->at_ms && str_eq(at, second_of(c, &k->live, &k->moment)))
		return;
	if (!second_read(at, &second))
		field_bad(c, "at", "a time like 1:35 or 1:02:03");
	else
		ask->at_ms = k->live.started_ms + second * 1000;
	if (ask->until_ms <= ask->at_ms)
		ask->until_ms = 0;
}

static enum err add(struct ctx *c, void *arg)
{
	struct changing *k = arg;
	struct moment_ask ask = { 0 };
	struct moment_id id;

	ask_read(c, k, &ask);
	TRY(fields_must_be_good(c));
	return moment_add(c, k->live.id, &ask, &id);
}

enum err dash_moment_add(struct ctx *c, const struct req *q, struct res *r)
{
	struct changing k = { .q = q };
	enum err refused;
	struct dash d;

	TRY(show_opened(c, q, &d, &k.live));
	TRY(dash_try(c, add, &k, &refused));
	return refused == OK ? to_show(r, k.live.id) : show(c, q, r, &d, &k.live, refused);
}

enum err dash_show_suggest(struct ctx *c, const struct req *q, struct res *r)
{
	struct live_id live;
	int64_t n;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(moment_suggest(c, live, &n));
	return to_show(r, live);
}

static enum err moment_opened(struct ctx *c, const struct req *q, struct changing *k)
{
	struct moment_id id;

	k->q = q;
	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(moment_by_id(c, id, &k->moment));
	return live_by_id(c, k->moment.live, &k->live);
}

/* The moments that it can become a part of. */
static enum err others_fill(struct ctx *c, const struct changing *k, struct tpl_dashboard_moment *page)
{
	struct tpl_dashboard_moment_others_of_show *rows;
	struct moment *list;
	size_t n;

	TRY(moment_list(c, k->live.id, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		if (!uuid_eq(list[i].id.u, k->moment.id.u))
			rows[page->others_of_show_n++] = (struct tpl_dashboard_moment_others_of_show){
				.id = ID_TEXT(c->mem, moment, list[i].id), .name = name_of(&list[i]), .at = second_of(c, &k->live, &list[i]) };
	page->others_of_show = rows;
	return OK;
}

static enum err moment_show(struct ctx *c, struct res *r, struct dash *d, const struct changing *k, enum err refused)
{
	bool typed = k->q->method == POST && req_form(k->q, "revision").n;
	struct tpl_dashboard_moment page = { .layout = d->layout, .key = d->key, .id = ID_TEXT(c->mem, moment, k->moment.id),
		.live = ID_TEXT(c->mem, live, k->live.id), .show = k->live.title, .heading = name_of(&k->moment), .revision = k->moment.revision,
		.sells = k->moment.product_title.n ? k->moment.product_title : k->moment.offer_name, .problem = dash_problem(refused),
		.name = typed ? req_form(k->q, "title") : k->moment.title, .at = typed ? req_form(k->q, "at") : second_of(c, &k->live, &k->moment),
		.wrong_title = dash_wrong(c, "title"), .wrong_at = dash_wrong(c, "at"), .wrong_what = dash_wrong(c, "what"),
		.wrong_into = dash_wrong(c, "into"), .nothing = typed && !req_form(k->q, "what").n };
	struct buf b = dash_buf(c);

	page.others = dash_others(c, fields, &page.others_n);
	TRY(goods_fill(c, k->live.id, req_form(k->q, "what"), &page.goods, &page.goods_n));
	TRY(others_fill(c, k, &page));
	TRY(dash_tell(c, d));
	tpl_dashboard_moment(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_moment(struct ctx *c, const struct req *q, struct res *r)
{
	struct changing k = { 0 };
	struct dash d;

	TRY(dash_open(c, q, DASH_STREAMS, &d));
	TRY(moment_opened(c, q, &k));
	if (!str_eq(k.moment.state, S("kept")))
		return FAIL(c, ERR_NOT_FOUND, "it is " STR_FMT, STR_ARG(k.moment.state));
	return moment_show(c, r, &d, &k, OK);
}

static enum err save(struct ctx *c, void *arg)
{
	struct changing *k = arg;
	struct moment *m = &k->moment;
	struct moment_ask ask = { m->title, m->at_ms, m->until_ms, m->offer, m->product, m->variant };
	int64_t revision;

	if (!str_int(req_form(k->q, "revision"), &revision) || revision != m->revision)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	ask_read(c, k, &ask);
	TRY(fields_must_be_good(c));
	return moment_update(c, m, &ask);
}

static enum err merge(struct ctx *c, void *arg)
{
	struct changing *k = arg;
	struct moment_id into;

	if (!ID_READ(moment, req_form(k->q, "into"), &into))
		field_bad(c, "into", "another moment of this show");
	TRY(fields_must_be_good(c));
	return moment_merge(c, k->moment.id, into);
}

static enum err tried(struct ctx *c, const struct req *q, struct res *r, enum err (*work)(struct ctx *c, void *arg))
{
	struct changing k = { 0 };
	enum err refused;
	struct dash d;

	TRY(dash_open(c, q, DASH_STREAMS, &d));
	TRY(moment_opened(c, q, &k));
	TRY(dash_try(c, work, &k, &refused));
	return refused == OK ? to_show(r, k.live.id) : moment_show(c, r, &d, &k, refused);
}

enum err dash_moment_save(struct ctx *c, const struct req *q, struct res *r)
{
	return tried(c, q, r, save);
}

enum err dash_moment_merge(struct ctx *c, const struct req *q, struct res *r)
{
	return tried(c, q, r, merge);
}

static enum err decided(struct ctx *c, const struct req *q, struct res *r, enum err (*decide)(struct ctx *c, struct moment_id id))
{
	struct changing k = { 0 };

	TRY(moment_opened(c, q, &k));
	TRY(decide(c, k.moment.id));
	return to_show(r, k.live.id);
}

enum err dash_moment_delete(struct ctx *c, const struct req *q, struct res *r)
{
	return decided(c, q, r, moment_delete);
}

enum err dash_moment_accept(struct ctx *c, const struct req *q, struct res *r)
{
	return decided(c, q, r, moment_accept);
}

enum err dash_moment_dismiss(struct ctx *c, const struct req *q, struct res *r)
{
	return decided(c, q, r, moment_dismiss);
}
