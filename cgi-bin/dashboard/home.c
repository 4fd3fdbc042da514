/* home.c: /dashboard itself: what to do next, what needs a look, who is buying, what it earned. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/analytics/analytics.h"
#include "lib/checkout/live.h"
#include "lib/connection/connection.h"
#include "lib/link/link.h"
#include "lib/stream/stream.h"
#include "templates/dashboard/home.h"

#define SHOPS_MAX 100
#define HOLDS_SHOWN 10
#define ORDERS_SHOWN 5

static enum err shops_look(struct ctx *c, struct tpl_dashboard_home *page, bool *any)
{
	struct tpl_dashboard_home_troubles *rows;
	struct connection *list;
	size_t n;

	TRY(connection_list(c, (struct connection_id){ 0 }, SHOPS_MAX, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	*any = false;
	for (size_t i = 0; i < n; i++) {
		bool active = str_eq(list[i].status, S("active"));
		bool gone = str_eq(list[i].shop_status, S("uninstalled")) || str_eq(list[i].health, S("needs_reconnect"));

		*any = *any || active;
		if (active && (gone || !str_eq(list[i].health, S("healthy"))))
			rows[page->troubles_n++] = (struct tpl_dashboard_home_troubles){ .domain = list[i].domain, .reconnect = gone };
	}
	page->troubles = rows;
	return OK;
}

static enum err offers_look(struct ctx *c, struct tpl_dashboard_home *page, bool *any)
{
	struct tpl_dashboard_home_blocked *rows;
	struct offer *list;
	size_t n;

	TRY(offer_list(c, (struct offer_id){ 0 }, DASH_LIST, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	*any = false;
	for (size_t i = 0; i < n; i++) {
		bool open = str_eq(list[i].state, S("active")) || str_eq(list[i].state, S("activating"));

		*any = *any || open;
		if (open && list[i].problem.n)
			rows[page->blocked_n++] = (struct tpl_dashboard_home_blocked){
				.id = ID_TEXT(c->mem, offer, list[i].id), .name = list[i].name };
	}
	page->blocked = rows;
	return OK;
}

static enum err streams_look(struct ctx *c, struct dash *d, struct tpl_dashboard_home *page, bool *any)
{
	struct tpl_dashboard_home_streams *rows;
	struct stream *list;
	size_t n;

	TRY(stream_list(c, (struct stream_id){ 0 }, DASH_LIST, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	*any = false;
	for (size_t i = 0; i < n; i++) {
		*any = *any || list[i].started_ms;
		if (!str_eq(list[i].state, S("live")))
			continue;
		rows[page->streams_n] = (struct tpl_dashboard_home_streams){
			.id = ID_TEXT(c->mem, stream, list[i].id), .title = list[i].title,
			.where = dash_from(c, list[i].platform, S(""), S("")), .where_n = 1 };
		local_want(&d->local, list[i].started_ms, &rows[page->streams_n++].when);
	}
	page->streams = rows;
	return OK;
}

static enum err holds_look(struct ctx *c, struct dash *d, struct tpl_dashboard_home *page)
{
	struct tpl_dashboard_home_live_holds *rows;
	struct checkout_live_sum sum;
	struct checkout_live *list;
	size_t n;

	TRY(checkout_live_list(c, HOLDS_SHOWN, &list, &n, &sum));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_home_live_holds){
			.product = list[i].product_title, .variant = dash_variant(list[i].variant_title), .units = list[i].units,
			.several = list[i].units > 1, .price = list[i].price, .code = list[i].code };
		local_want(&d->local, list[i].expires_ms, &rows[i].until);
	}
	page->live_holds = rows;
	page->live_holds_n = n;
	page->holds = sum.holds;
	page->held_units = sum.units;
	return OK;
}

static enum err earned_look(struct ctx *c, struct dash *d, struct tpl_dashboard_home *page)
{
	struct tpl_dashboard_home_revenue *sums;
	struct tpl_part_dash_order *rows;
	struct revenue *revenue;
	struct order *orders;
	size_t n, orders_n;

	TRY(analytics_revenue(c, S("platform"), 0, 0, &revenue, &n));
	sums = arena_array(c->mem, n, sizeof *sums);
	for (size_t i = 0; i < n; i++)
		sums[i] = (struct tpl_dashboard_home_revenue){
			.where = dash_from(c, revenue[i].name, S(""), S("")), .where_n = 1, .net = revenue[i].net, .sold = revenue[i].orders };
	TRY(order_list(c, (struct order_id){ 0 }, ORDERS_SHOWN, &orders, &orders_n));
	rows = arena_array(c->mem, orders_n, sizeof *rows);
	for (size_t i = 0; i < orders_n; i++)
		dash_order_row(c, d, &orders[i], &rows[i]);
	page->revenue = sums;
	page->revenue_n = n;
	page->orders = rows;
	page->orders_n = orders_n;
	return OK;
}

/* The first step that is not done is the next one. */
static void steps_show(const bool done[4], struct tpl_dashboard_home *page)
{
	struct str *const classes[] = { &page->step_shop, &page->step_offer, &page->step_stream, &page->step_link };
	bool *const needs[] = { &page->need_shop, &page->need_offer, &page->need_stream, &page->need_link };

	for (size_t i = 0; i < COUNT(classes); i++) {
		*classes[i] = done[i] ? S("done") : page->setting_up ? S("later") : S("next");
		*needs[i] = !done[i] && !page->setting_up;
		page->setting_up = page->setting_up || !done[i];
	}
}

enum err dash_home(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_home page = { 0 };
	struct buf b = dash_buf(c);
	struct link *links;
	bool done[4];
	struct dash d;
	size_t n;

	TRY(dash_open(c, q, DASH_HOME, &d));
	page.layout = d.layout;
	TRY(shops_look(c, &page, &done[0]));
	TRY(offers_look(c, &page, &done[1]));
	TRY(streams_look(c, &d, &page, &done[2]));
	TRY(link_list(c, (struct link_id){ 0 }, 1, &links, &n));
	done[3] = n > 0;
	steps_show(done, &page);
	TRY(holds_look(c, &d, &page));
	TRY(earned_look(c, &d, &page));
	TRY(dash_tell(c, &d));
	tpl_dashboard_home(&b, &page);
	if (page.streams_n)
		res_header(r, "Refresh", S("10"));
	return res_html(r, 200, buf_str(&b));
}
