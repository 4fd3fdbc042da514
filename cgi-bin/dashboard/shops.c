/* shops.c: the shops a creator sells from: connecting one, how it is doing, leaving it. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/channel/channel.h"
#include "lib/connection/connection.h"
#include "lib/core/config.h"
#include "templates/dashboard/connection_leave.h"
#include "templates/dashboard/connections.h"

#define SHOPS_MAX 100

static struct tpl_dashboard_connections_shops row_of(struct ctx *c, const struct connection *s)
{
	bool over = !str_eq(s->status, S("active")), installed = str_eq(s->shop_status, S("active")) && !over;
	bool waiting = str_eq(s->sync_state, S("wanted"));
	bool syncing = !over && (waiting || str_eq(s->sync_state, S("running")));

	return (struct tpl_dashboard_connections_shops){
		.id = ID_TEXT(c->mem, connection, s->id), .name = s->name, .domain = s->domain,
		.is_owner = str_eq(s->role, S("owner")), .over = over, .leaving = !over && str_eq(s->shop_status, S("leaving")),
		.healthy = installed && str_eq(s->health, S("healthy")), .degraded = installed && str_eq(s->health, S("degraded")),
		.reconnect = !over && (str_eq(s->health, S("needs_reconnect")) || str_eq(s->shop_status, S("uninstalled"))),
		.syncing = syncing, .waiting = waiting, .sync_failed = !over && str_eq(s->sync_state, S("failed")),
		.synced = !over && str_eq(s->sync_state, S("done")), .products = s->sync_products, .variants = s->sync_variants,
		.synced_at = s->sync_finished_ms,
	};
}

/* The button of this page ends at the shop, which browsers hold against form-action. */
static void let_forms_leave(struct res *r)
{
	res_header(r, "Content-Security-Policy", str_fmt(r->c->mem,
		"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https:%s; base-uri 'none'; frame-ancestors 'none'",
		r->c->config->allow_http ? " http:" : ""));
}

static enum err channels_fill(struct ctx *c, struct tpl_dashboard_connections *page)
{
	struct tpl_dashboard_connections_channels *rows;
	struct tpl_dashboard_connections_offered *offered = arena_array(c->mem, broadcasters_n, sizeof *offered);
	struct channel *list;
	size_t n;

	TRY(channel_list(c, (struct channel_id){ 0 }, SHOPS_MAX, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(list[i].status, S("active")))
			continue;
		rows[page->channels_n++] = (struct tpl_dashboard_connections_channels){
			.id = ID_TEXT(c->mem, channel, list[i].id), .name = list[i].name.n ? list[i].name : list[i].handle,
			.where = dash_from(c, list[i].platform, S(""), S("")), .where_n = 1,
			.healthy = str_eq(list[i].health, S("healthy")), .degraded = str_eq(list[i].health, S("degraded")),
			.reconnect = str_eq(list[i].health, S("needs_reconnect")), .on = str_eq(list[i].live_state, S("on")),
			.unseen = !list[i].sees_live };
	}
	page->channels = rows;
	for (size_t i = 0; i < broadcasters_n; i++)
		if (broadcasters[i]->configured(c->config))
			offered[page->offered_n++] = (struct tpl_dashboard_connections_offered){
				.platform = str_of(broadcasters[i]->name), .where = dash_from(c, str_of(broadcasters[i]->name), S(""), S("")), .where_n = 1 };
	page->offered = offered;
	return OK;
}

static enum err show(struct ctx *c, const struct req *q, struct res *r, enum err refused)
{
	struct tpl_dashboard_connections page = { 0 };
	struct tpl_dashboard_connections_shops *rows;
	struct buf b = dash_buf(c);
	struct connection *list;
	bool busy = false;
	struct dash d;
	size_t n;

	TRY(dash_open(c, q, DASH_SHOPS, &d));
	TRY(connection_list(c, (struct connection_id){ 0 }, SHOPS_MAX, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = row_of(c, &list[i]);
		local_want(&d.local, list[i].sync_finished_ms, &rows[i].synced_when);
		busy = busy || rows[i].syncing;
	}
	TRY(dash_tell(c, &d));
	TRY(channels_fill(c, &page));
	page.layout = d.layout;
	page.key = d.key;
	page.shops = rows;
	page.shops_n = n;
	page.none = n == 0;
	page.shop = req_arg(q, "shop");
	page.wrong_shop = dash_problem(refused);
	tpl_dashboard_connections(&b, &page);
	let_forms_leave(r);
	if (busy && refused == OK)
		res_header(r, "Refresh", S("2"));
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_shops(struct ctx *c, const struct req *q, struct res *r)
{
	return show(c, q, r, OK);
}

enum err dash_shop_connect(struct ctx *c, const struct req *q, struct res *r)
{
	struct buf to = buf_new(c->mem, 1024);
	struct str domain;
	enum err e = connection_shop_name(c, req_arg(q, "shop"), &domain);

	if (e != OK)
		return show(c, q, r, e);
	buf_put(&to, S("/connections/shopify/auth-url?shop="));
	buf_url_part(&to, domain);
	return res_redirect(r, 303, buf_str(&to));
}

enum err dash_shop_sync(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	TRY(catalog_sync_want_hers(c));
	return dash_go(r, "connections", ID_connection, (struct uuid){ 0 });
}

enum err dash_shop_leave_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct buf b = dash_buf(c);
	struct connection shop;
	struct connection_id id;
	struct dash d;

	TRY(req_id(c, q, "id", ID_connection, &id.u));
	TRY(dash_open(c, q, DASH_SHOPS, &d));
	TRY(connection_by_id(c, id, &shop));
	tpl_dashboard_connection_leave(&b, &(struct tpl_dashboard_connection_leave){
		.layout = d.layout, .key = d.key, .id = ID_TEXT(c->mem, connection, id), .domain = shop.domain });
	return res_html(r, 200, buf_str(&b));
}

enum err dash_shop_leave(struct ctx *c, const struct req *q, struct res *r)
{
	struct connection_id id;

	TRY(req_id(c, q, "id", ID_connection, &id.u));
	TRY(connection_end(c, id));
	return dash_go(r, "connections", ID_connection, (struct uuid){ 0 });
}

enum err dash_channel_leave(struct ctx *c, const struct req *q, struct res *r)
{
	struct channel_id id;

	TRY(req_id(c, q, "id", ID_channel, &id.u));
	TRY(channel_end(c, id));
	return dash_go(r, "connections", ID_connection, (struct uuid){ 0 });
}
