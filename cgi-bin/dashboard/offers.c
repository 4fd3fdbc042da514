/* offers.c: the promises a creator makes, how they stand, and opening, pausing and ending them. */
#include "cgi-bin/dashboard/dashboard.h"

#include "templates/dashboard/offer.h"
#include "templates/dashboard/offer_delete.h"
#include "templates/dashboard/offers.h"

enum err dash_offers(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_offers_offers *rows;
	struct catalog_sync *syncs;
	struct buf b = dash_buf(c);
	struct offer_id after;
	struct offer *list;
	size_t n, syncs_n;
	struct dash d;

	TRY(dash_after(c, q, ID_offer, &after.u));
	TRY(dash_open(c, q, DASH_OFFERS, &d));
	TRY(catalog_sync_list(c, &syncs, &syncs_n));
	TRY(offer_list(c, after, DASH_LIST + 1, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_offers_offers){
			.id = ID_TEXT(c->mem, offer, list[i].id), .name = list[i].name, .state = dash_offer_state(c, &list[i]), .state_n = 1,
			.deal = dash_deal(c, &list[i]), .deal_n = 1, .trouble = list[i].problem.n > 0, .taken = list[i].redemptions_used,
			.limit = list[i].redemptions_max, .until_at = list[i].ends_ms,
		};
		local_want(&d.local, list[i].ends_ms, &rows[i].until);
	}
	TRY(dash_tell(c, &d));
	tpl_dashboard_offers(&b, &(struct tpl_dashboard_offers){
		.layout = d.layout, .any_shop = syncs_n > 0, .offers = rows, .offers_n = dash_shown(n),
		.next_page = dash_next(c, ID_offer, n > DASH_LIST ? &list[DASH_LIST - 1].id.u : NULL),
	});
	return res_html(r, 200, buf_str(&b));
}

static struct tpl_dashboard_offer_prices price_of(const struct offer_price *p, bool open)
{
	return (struct tpl_dashboard_offer_prices){
		.product = p->product_title, .variant = dash_variant(p->variant_title), .image = p->image_url, .list = p->list,
		.price = p->price, .saves = p->price.minor < p->list.minor, .code = p->code, .ready = p->ready || !open,
		.waits = open && !p->ready, .limited = p->limited, .sellable = p->free > 0 ? p->free : 0,
		.sold_out = p->limited && p->free <= 0,
	};
}

static struct tpl_dashboard_offer page_of(struct ctx *c, struct dash *d, const struct offer *o)
{
	const struct tpl_part_dash_offer_state *s = dash_offer_state(c, o);
	bool over = s->expired || s->deleted;

	return (struct tpl_dashboard_offer){
		.layout = d->layout, .key = d->key, .id = ID_TEXT(c->mem, offer, o->id), .name = o->name, .state = s, .state_n = 1,
		.deal = dash_deal(c, o), .deal_n = 1, .shop = o->shop_domain, .problem = o->problem,
		.setting = s->activating && !o->problem.n, .taken = o->redemptions_used, .held = o->redemptions_held,
		.limit = o->redemptions_max, .once = o->once_per_customer, .restores = o->refund_restores, .starts_at = o->starts_ms, .ends_at = o->ends_ms,
		.can_activate = s->draft || s->paused, .can_pause = s->activating || s->active, .can_change = !over,
		.can_delete = !s->deleted, .sells = s->activating || s->active,
	};
}

enum err dash_offer(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_offer_prices *rows;
	struct tpl_dashboard_offer page;
	struct offer_price *prices;
	struct buf b = dash_buf(c);
	struct offer offer;
	struct offer_id id;
	struct dash d;
	size_t n;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(dash_open(c, q, DASH_OFFERS, &d));
	TRY(offer_by_id(c, id, &offer));
	TRY(offer_prices(c, id, &prices, &n));
	page = page_of(c, &d, &offer);
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = price_of(&prices[i], page.sells);
	page.prices = rows;
	page.prices_n = n;
	local_want(&d.local, offer.starts_ms, &page.starts);
	local_want(&d.local, offer.ends_ms, &page.ends);
	TRY(dash_tell(c, &d));
	tpl_dashboard_offer(&b, &page);
	if (page.setting)
		res_header(r, "Refresh", S("2"));
	return res_html(r, 200, buf_str(&b));
}

enum err dash_offer_activate(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_activate(c, id));
	return dash_go(r, "offers", ID_offer, id.u);
}

enum err dash_offer_pause(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_pause(c, id));
	return dash_go(r, "offers", ID_offer, id.u);
}

enum err dash_offer_delete_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct buf b = dash_buf(c);
	struct offer offer;
	struct offer_id id;
	struct dash d;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(dash_open(c, q, DASH_OFFERS, &d));
	TRY(offer_by_id(c, id, &offer));
	tpl_dashboard_offer_delete(&b, &(struct tpl_dashboard_offer_delete){
		.layout = d.layout, .key = d.key, .id = ID_TEXT(c->mem, offer, id), .name = offer.name });
	return res_html(r, 200, buf_str(&b));
}

enum err dash_offer_delete(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_delete(c, id));
	return dash_go(r, "offers", ID_offer, (struct uuid){ 0 });
}
