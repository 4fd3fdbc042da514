/* links.c: /links
 *
 * The creator's moment links. A link is made once, pinned, and read by go.c for ever after; revoking one closes it at
 * once and releases the holds made through it.
 */
#include "lib/core/config.h"
#include "lib/link/link.h"
#include "lib/qr/qr.h"
#include "lib/view/link_view.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

static enum err answer(struct ctx *c, struct res *r, struct link_id id, bool created)
{
	struct str text = ID_TEXT(c->mem, link, id);
	struct jw w = jw_new(c->mem, 16384);
	struct link link;

	TRY(link_by_id(c, id, &link));
	link_json(c, &w, &link);
	res_etag(r, link.revision);
	if (created)
		return res_created(r, str_fmt(c->mem, STR_FMT "/links/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(text)), jw_done(&w));
	return res_json(r, 200, jw_done(&w));
}

static enum err create(struct ctx *c, const struct req *q, struct res *r)
{
	struct link_ask ask = { 0 };
	struct link_id id;

	TRY(link_ask_read(c, req_body(q), &ask));
	TRY(link_create(c, &ask, &id));
	return answer(c, r, id, true);
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct link *links;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_link, &page));
	TRY(link_list(c, (struct link_id){ page.after }, page.limit + 1, &links, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		link_json(c, &w, &links[i]);
	return res_json(r, 200, list_end(&w, ID_link, n > (size_t)page.limit ? links[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct link_id id;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	return answer(c, r, id, false);
}

static enum err change(struct ctx *c, const struct req *q, struct res *r)
{
	int64_t expires_ms, clicks_max;
	struct link link;
	struct link_id id;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	TRY(link_by_id(c, id, &link));
	TRY(req_if_match(c, q, link.revision));
	expires_ms = link.expires_ms;
	clicks_max = link.clicks_max;
	TRY(link_change_read(c, req_body(q), &expires_ms, &clicks_max));
	TRY(link_update(c, &link, expires_ms, clicks_max));
	return answer(c, r, id, false);
}

static enum err revoke(struct ctx *c, const struct req *q, struct res *r)
{
	struct link_id id;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	TRY(link_revoke(c, id));
	return res_no_content(r);
}

static enum err qr(struct ctx *c, const struct req *q, struct res *r)
{
	struct link link;
	struct link_id id;
	struct str svg;

	TRY(req_id(c, q, "id", ID_link, &id.u));
	TRY(link_by_id(c, id, &link));
	TRY(qr_svg(c, link_url(c, &link), &svg));
	return res_text(r, 200, "image/svg+xml", svg);
}

static const struct route routes[] = {
	{ POST,   "/links",            create, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,    "/links",            list,   .who = CREATOR, .tx = TX_READ },
	{ GET,    "/links/:id",        show,   .who = CREATOR, .tx = TX_READ },
	{ PATCH,  "/links/:id",        change, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ DELETE, "/links/:id",        revoke, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,    "/links/:id/qr.svg", qr,     .who = CREATOR, .tx = TX_READ },
};

const struct app links_app = { "links", "api", routes, COUNT(routes) };
