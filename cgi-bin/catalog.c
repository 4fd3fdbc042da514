/* catalog.c: /catalog
 *
 * What a creator's shops sell, with the stock of each version, and the sync that brings it here.
 */
#include "lib/catalog/catalog.h"
#include "lib/view/catalog_view.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

#define Q_MAX 100

static bool known_status(struct str s)
{
	static const char *const known[] = { "", "active", "draft", "archived", "unlisted", "deleted" };

	for (size_t i = 0; i < COUNT(known); i++) {
		if (str_eq(s, str_of(known[i])))
			return true;
	}
	return false;
}

static enum err products(struct ctx *c, const struct req *q, struct res *r)
{
	struct str title = req_arg(q, "q"), status = req_arg(q, "status");
	struct catalog_product *list;
	struct page page;
	struct jw w;
	size_t n;

	if (str_points(title) > Q_MAX)
		field_bad(c, "q", "at most %d characters", Q_MAX);
	if (!known_status(status))
		field_bad(c, "status", "active, draft, archived, unlisted or deleted");
	TRY(req_page(c, q, ID_product, &page));
	TRY(fields_must_be_good(c));
	TRY(catalog_product_list(c, title, status, (struct product_id){ page.after }, page.limit + 1, &list, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		product_json(&w, &list[i]);
	return res_json(r, 200, list_end(&w, ID_product, n > (size_t)page.limit ? list[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err product(struct ctx *c, const struct req *q, struct res *r)
{
	struct catalog_product found;
	struct catalog_variant *variants;
	struct product_id id;
	size_t n;

	TRY(req_id(c, q, "id", ID_product, &id.u));
	TRY(catalog_product_by_id(c, id, &found));
	TRY(catalog_variants_of(c, &found, &variants, &n));
	return res_json(r, 200, product_full_json(c, &found, variants, n));
}

static enum err progress_with(struct ctx *c, struct res *r, int status)
{
	struct catalog_sync *syncs;
	size_t n;

	TRY(catalog_sync_list(c, &syncs, &n));
	return res_json(r, status, catalog_syncs_json(c, syncs, n));
}

static enum err progress(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	return progress_with(c, r, 200);
}

static enum err sync(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	TRY(catalog_sync_want_hers(c));
	return progress_with(c, r, 202);
}

static enum err item(struct ctx *c, const struct req *q, struct res *r)
{
	struct stock_item found;
	struct item_id id;

	TRY(req_id(c, q, "id", ID_item, &id.u));
	TRY(stock_item_by_id(c, id, &found));
	res_etag(r, found.revision);
	return res_json(r, 200, stock_item_json(c, &found, NULL));
}

static enum err item_buffer(struct ctx *c, const struct req *q, struct res *r)
{
	struct buffer_rule rule;
	struct stock_item found;
	struct item_id id;
	int64_t before;

	TRY(req_id(c, q, "id", ID_item, &id.u));
	TRY(stock_item_by_id(c, id, &found));
	TRY(req_if_match(c, q, found.revision));
	TRY(buffer_rule_read(c, req_body(q), &rule));
	TRY(stock_item_buffer_set(c, &found, &rule, &before));
	res_etag(r, found.revision);
	return res_json(r, 200, stock_item_json(c, &found, &before));
}

static enum err item_history(struct ctx *c, const struct req *q, struct res *r)
{
	struct stock_moved *list;
	struct stock_item found;
	struct item_id id;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_id(c, q, "id", ID_item, &id.u));
	TRY(req_page(c, q, ID_snapshot, &page));
	TRY(stock_item_by_id(c, id, &found));
	TRY(stock_history(c, &found, (struct snapshot_id){ page.after }, page.limit + 1, &list, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		stock_moved_json(&w, &list[i]);
	return res_json(r, 200, list_end(&w, ID_snapshot, n > (size_t)page.limit ? list[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err shop(struct ctx *c, const struct req *q, struct res *r)
{
	struct stock_shop found;
	struct shop_id id;

	TRY(req_id(c, q, "id", ID_shop, &id.u));
	TRY(stock_shop_by_id(c, id, &found));
	res_etag(r, found.revision);
	return res_json(r, 200, stock_shop_json(c, &found));
}

static enum err shop_buffer(struct ctx *c, const struct req *q, struct res *r)
{
	struct buffer_rule rule;
	struct stock_shop found;
	struct shop_id id;

	TRY(req_id(c, q, "id", ID_shop, &id.u));
	TRY(stock_shop_by_id(c, id, &found));
	TRY(req_if_match(c, q, found.revision));
	TRY(buffer_rule_read(c, req_body(q), &rule));
	TRY(stock_shop_buffer_set(c, &found, &rule));
	res_etag(r, found.revision);
	return res_json(r, 200, stock_shop_json(c, &found));
}

static enum err integrity(struct ctx *c, const struct req *q, struct res *r)
{
	struct str all = req_arg(q, "all");
	struct audit_finding *list;
	struct audit_run run;
	struct page page;
	size_t n;

	if (all.n && !str_eq(all, S("true")) && !str_eq(all, S("false")))
		field_bad(c, "all", "true or false");
	TRY(req_page(c, q, ID_finding, &page));
	TRY(fields_must_be_good(c));
	TRY(audit_last(c, &run));
	TRY(audit_findings(c, str_eq(all, S("true")), (struct finding_id){ page.after }, page.limit + 1, &list, &n));
	return res_json(r, 200, findings_json(c, &run, list, n, (size_t)page.limit));
}

static const struct route routes[] = {
	{ GET,   "/catalog/products",          products,     .who = CREATOR, .tx = TX_READ },
	{ GET,   "/catalog/products/:id",      product,      .who = CREATOR, .tx = TX_READ },
	{ GET,   "/catalog/items/:id",         item,         .who = CREATOR, .tx = TX_READ },
	{ PATCH, "/catalog/items/:id",         item_buffer,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/catalog/items/:id/history", item_history, .who = CREATOR, .tx = TX_READ },
	{ GET,   "/catalog/shops/:id",         shop,         .who = CREATOR, .tx = TX_READ },
	{ PATCH, "/catalog/shops/:id",         shop_buffer,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/catalog/integrity",         integrity,    .who = CREATOR, .tx = TX_READ },
	{ GET,   "/catalog/sync",              progress,     .who = CREATOR, .tx = TX_READ },
	{ POST,  "/catalog/sync",              sync,         .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app catalog_app = { "catalog", "api", routes, COUNT(routes) };
