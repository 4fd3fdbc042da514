/* offers.c: /offers
 *
 * What a creator promises, and for how long. Activation is asynchronous: an offer sells once its codes are in place at
 * the shop, which cron/discounts_sync sees to.
 */
#include "lib/core/config.h"
#include "lib/offer/offer.h"
#include "lib/view/list_view.h"
#include "lib/view/offer_view.h"
#include "lib/web/web.h"

static enum err answer(struct ctx *c, struct res *r, struct offer_id id, bool created)
{
	struct offer offer;
	struct str json, text = ID_TEXT(c->mem, offer, id);

	TRY(offer_by_id(c, id, &offer));
	TRY(offer_full_json(c, &offer, &json));
	res_etag(r, offer.revision);
	if (created)
		return res_created(r, str_fmt(c->mem, STR_FMT "/offers/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(text)), json);
	return res_json(r, 200, json);
}

static enum err create(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_ask *ask = NEW(c->mem, struct offer_ask);
	struct offer_id id;

	TRY(offer_ask_read(c, req_body(q), ask));
	TRY(offer_create(c, ask, &id));
	return answer(c, r, id, true);
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer *offers;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_offer, &page));
	TRY(offer_list(c, (struct offer_id){ page.after }, page.limit + 1, &offers, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		offer_json(&w, &offers[i]);
	return res_json(r, 200, list_end(&w, ID_offer, n > (size_t)page.limit ? offers[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	return answer(c, r, id, false);
}

static enum err change(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_ask *ask = NEW(c->mem, struct offer_ask);
	struct offer offer;
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_by_id(c, id, &offer));
	TRY(req_if_match(c, q, offer.revision));
	TRY(offer_ask_of(c, &offer, ask));
	TRY(offer_ask_read(c, req_body(q), ask));
	TRY(offer_update(c, id, offer.revision, ask));
	return answer(c, r, id, false);
}

static enum err activate(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_activate(c, id));
	return answer(c, r, id, false);
}

static enum err pause_offer(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_pause(c, id));
	return answer(c, r, id, false);
}

static enum err drop(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(offer_delete(c, id));
	return res_no_content(r);
}

static const struct route routes[] = {
	{ POST,   "/offers",              create,   .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,    "/offers",              list,     .who = CREATOR, .tx = TX_READ },
	{ GET,    "/offers/:id",          show,     .who = CREATOR, .tx = TX_READ },
	{ PATCH,  "/offers/:id",          change,   .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ DELETE, "/offers/:id",          drop,     .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/offers/:id/activate", activate, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/offers/:id/pause",    pause_offer, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app offers_app = { "offers", "api", routes, COUNT(routes) };
