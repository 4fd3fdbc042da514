/* links.c: the moment links: how they do, to copy, to print, to revoke. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/link/link.h"
#include "templates/dashboard/link.h"
#include "templates/dashboard/link_revoke.h"
#include "templates/dashboard/links.h"

struct standing {
	bool open, closed, expired, used_up;
};

static struct standing standing_of(const struct ctx *c, const struct link *l)
{
	struct standing s = { .closed = l->revoked_ms > 0 };

	s.expired = !s.closed && l->expires_ms && l->expires_ms <= c->now_ms;
	s.used_up = !s.closed && !s.expired && l->clicks_max && l->clicks_used >= l->clicks_max;
	s.open = !s.closed && !s.expired && !s.used_up;
	return s;
}

static bool is_over(struct str state)
{
	return str_eq(state, S("expired")) || str_eq(state, S("deleted"));
}

static enum err any_offer(struct ctx *c, bool *any)
{
	struct offer *list;
	size_t n;

	TRY(offer_list(c, (struct offer_id){ 0 }, DASH_LIST, &list, &n));
	*any = false;
	for (size_t i = 0; i < n; i++)
		*any = *any || !is_over(list[i].state);
	return OK;
}

enum err dash_links(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_links_links *rows;
	struct buf b = dash_buf(c);
	struct link_id after;
	struct link *list;
	struct dash d;
	bool any;
	size_t n;

	TRY(dash_after(c, q, ID_link, &after.u));
	TRY(dash_open(c, q, DASH_LINKS, &d));
	TRY(any_offer(c, &any));
	TRY(link_list(c, after, DASH_LIST + 1, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		struct standing s = standing_of(c, &list[i]);

		rows[i] = (struct tpl_dashboard_links_links){
			.id = ID_TEXT(c->mem, link, list[i].id), .code = list[i].code, .offer = uuid_is_nil(list[i].live.u) ? list[i].offer_name : list[i].live_title,
			.follows = !uuid_is_nil(list[i].live.u),
			.where = dash_from(c, list[i].attribution.platform, list[i].attribution.surface, list[i].stream_title), .where_n = 1,
			.clicks = list[i].clicks, .checkouts = list[i].checkouts, .closed = s.closed, .expired = s.expired,
			.used_up = s.used_up,
		};
	}
	tpl_dashboard_links(&b, &(struct tpl_dashboard_links){
		.layout = d.layout, .any_offer = any, .links = rows, .links_n = dash_shown(n),
		.next_page = dash_next(c, ID_link, n > DASH_LIST ? &list[DASH_LIST - 1].id.u : NULL),
	});
	return res_html(r, 200, buf_str(&b));
}

enum err dash_link(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_link page;
	struct buf b = dash_buf(c);
	struct standing s;
	struct link link;
	struct link_id id;
	struct dash d;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	TRY(dash_open(c, q, DASH_LINKS, &d));
	TRY(link_by_id(c, id, &link));
	s = standing_of(c, &link);
	page = (struct tpl_dashboard_link){
		.layout = d.layout, .id = ID_TEXT(c->mem, link, id), .url = link_url(c, &link), .code = link.code,
		.offer = link.offer_name, .offer_id = uuid_is_nil(link.offer.u) ? S("") : ID_TEXT(c->mem, offer, link.offer),
		.show = link.live_title,
		.where = dash_from(c, link.attribution.platform, link.attribution.surface, link.stream_title), .where_n = 1,
		.clicks = link.clicks, .repeats = link.repeats, .refusals = link.refusals, .previews = link.previews, .guarded = link.guarded,
		.checkouts = link.checkouts, .open = s.open, .closed = s.closed, .expired = s.expired, .used_up = s.used_up,
		.not_ready = s.open && uuid_is_nil(link.live.u) && !str_eq(link.offer_state, S("active")), .until_at = link.expires_ms,
		.clicks_max = link.clicks_max, .clicks_used = link.clicks_used,
	};
	local_want(&d.local, link.expires_ms, &page.until);
	TRY(dash_tell(c, &d));
	tpl_dashboard_link(&b, &page);
	return res_html(r, 200, buf_str(&b));
}

enum err dash_link_revoke_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct buf b = dash_buf(c);
	struct link link;
	struct link_id id;
	struct dash d;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	TRY(dash_open(c, q, DASH_LINKS, &d));
	TRY(link_by_id(c, id, &link));
	tpl_dashboard_link_revoke(&b, &(struct tpl_dashboard_link_revoke){
		.layout = d.layout, .key = d.key, .id = ID_TEXT(c->mem, link, id), .code = link.code });
	return res_html(r, 200, buf_str(&b));
}

enum err dash_link_revoke(struct ctx *c, const struct req *q, struct res *r)
{
	struct link_id id;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	TRY(link_revoke(c, id));
	return dash_go(r, "links", ID_link, id.u);
}
