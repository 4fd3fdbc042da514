/* live.c: the page on the phone beside the camera: one tap shows a product, and the link follows. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/checkout/live.h"
#include "lib/link/link.h"
#include "lib/moment/moment.h"
#include "lib/stream/live.h"
#include "templates/dashboard/live.h"

#define MOMENTS_SHOWN 30
#define FEW 5

/* The show on the air; nil: there is none. */
static enum err running(struct ctx *c, struct live *out)
{
	struct live_now now;

	*out = (struct live){ 0 };
	TRY(live_now(c, c->creator, &now));
	return uuid_is_nil(now.id.u) ? OK : live_by_id(c, now.id, out);
}

static enum err streams_fill(struct ctx *c, struct dash *d, const struct live *live, struct tpl_dashboard_live *page)
{
	struct tpl_dashboard_live_streams *rows;
	struct stream *list;
	struct link *pins;
	size_t n, pins_n;

	TRY(live_streams(c, live->id, &list, &n));
	TRY(link_pins(c, live->id, &pins, &pins_n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		struct tpl_dashboard_live_streams row = {
			.where = dash_from(c, list[i].platform, S(""), S("")), .where_n = 1, .platform = list[i].platform,
			.on = str_eq(list[i].state, S("live")), .unseen = str_eq(list[i].platform, S("tiktok")), .delay = list[i].delay_s };

		for (size_t k = 0; k < pins_n && !row.pin.n; k++)
			if (str_eq(pins[k].attribution.platform, list[i].platform))
				row.pin = link_url(c, &pins[k]);
		rows[i] = row;
		local_want(&d->local, list[i].started_ms, &rows[i].since);
	}
	page->streams = rows;
	page->streams_n = n;
	return OK;
}

static enum err goods_fill(struct ctx *c, const struct live *live, struct tpl_dashboard_live *page)
{
	struct tpl_dashboard_live_goods *rows;
	struct moment_good *list;
	size_t n;

	TRY(moment_goods(c, live->id, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_live_goods){
			.offer_id = ID_TEXT(c->mem, offer, list[i].offer), .product_id = ID_TEXT(c->mem, product, list[i].product),
			.title = list[i].title, .image = list[i].image_url, .price = list[i].price, .is_from = list[i].is_from, .lit = list[i].lit,
			.gone = list[i].limited && list[i].left < 1, .left = list[i].limited ? list[i].left : 0,
			.few = list[i].limited && list[i].left > 0 && list[i].left <= FEW };
		page->lit = page->lit || list[i].lit;
	}
	page->goods = rows;
	page->goods_n = n;
	return OK;
}

static enum err moments_fill(struct ctx *c, struct dash *d, const struct live *live, struct tpl_dashboard_live *page)
{
	struct tpl_dashboard_live_moments *rows;
	struct moment *list;
	size_t n, shown;

	TRY(moment_list(c, live->id, &list, &n));
	shown = n < MOMENTS_SHOWN ? n : MOMENTS_SHOWN;
	rows = arena_array(c->mem, shown + 1, sizeof *rows);
	for (size_t i = 0; i < shown; i++) {
		const struct moment *m = &list[n - 1 - i];

		rows[i] = (struct tpl_dashboard_live_moments){ .id = ID_TEXT(c->mem, moment, m->id),
			.title = m->title.n ? m->title : m->product_title.n ? m->product_title : m->offer_name };
		local_want(&d->local, m->at_ms, &rows[i].at);
	}
	page->moments = rows;
	page->moments_n = shown;
	page->moments_all = (int64_t)n;
	return OK;
}

enum err dash_live(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_live page = { 0 };
	struct buf b = dash_buf(c);
	struct checkout_live_sum sum;
	struct checkout_live *holds;
	struct live live;
	struct dash d;
	size_t n;

	TRY(dash_open(c, q, DASH_STREAMS, &d));
	page.layout = d.layout;
	page.key = d.key;
	TRY(running(c, &live));
	page.on = !uuid_is_nil(live.id.u);
	if (page.on) {
		page.id = ID_TEXT(c->mem, live, live.id);
		page.show = live.title;
		TRY(streams_fill(c, &d, &live, &page));
		TRY(goods_fill(c, &live, &page));
		TRY(moments_fill(c, &d, &live, &page));
		TRY(checkout_live_list(c, 1, &holds, &n, &sum));
		page.holds = sum.holds;
		page.held_units = sum.units;
		res_header(r, "Refresh", S("15"));
	}
	TRY(dash_tell(c, &d));
	tpl_dashboard_live(&b, &page);
	return res_html(r, 200, buf_str(&b));
}

static enum err back(struct res *r)
{
	return dash_go(r, "live", ID_live, (struct uuid){ 0 });
}

enum err dash_live_spotlight(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_ask ask = { 0 };
	struct moment_id id;
	struct live_id live;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	if (!ID_READ(offer, req_form(q, "offer"), &ask.offer) || !ID_READ(product, req_form(q, "product"), &ask.product))
		return FAIL(c, ERR_NOT_FOUND, "no such offer or product");
	TRY(moment_spotlight(c, live, &ask, &id));
	return back(r);
}

enum err dash_live_off(struct ctx *c, const struct req *q, struct res *r)
{
	struct live_id live;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(moment_spotlight_off(c, live));
	return back(r);
}

enum err dash_live_pin(struct ctx *c, const struct req *q, struct res *r)
{
	struct live_id live;
	struct link_id link;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(link_pin(c, live, req_form(q, "platform"), S(""), &link));
	return back(r);
}

enum err dash_live_moment_delete(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_id id;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(moment_delete(c, id));
	return back(r);
}
