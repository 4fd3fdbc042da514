/* catalog/store: what a shop told, written down; one page in one transaction of the caller.
 * A sync runs page by page under a lease, through phases; it can be killed at any point and goes on where it was.
 *   full     count: how large is the shop? then products: all of them, page by page; or bulk: as files (bulk.h)
 *   changes  changed: the products changed since the last reading began, then items: the stock items that were
 *   both     stock: waits until the levels of every item concerned were read since it began
 */
#ifndef UNIFYED_CATALOG_STORE_H
#define UNIFYED_CATALOG_STORE_H
#include "lib/catalog/catalog.h"
#include "lib/platform/platform.h"

struct catalog_claim {
	struct shop_id shop;
	int64_t generation;
	struct str cursor;
	struct str phase;    /* count products bulk changed items stock */
	bool full;           /* what it does not find is gone */
	int64_t since_ms;    /* of changes: from when, by the shop's clock */
};

/* The shop whose sync is due; it is ours for lease_s seconds. *found false: none is. */
enum err catalog_sync_claim(struct ctx *c, int64_t lease_s, struct catalog_claim *out, bool *found);
/* Stores a page of the claimed sync, emits PRODUCT_SYNCED and PRODUCT_UPDATED, and wants the levels of all its items.
 * fails RETRY  the sync moved meanwhile */
enum err catalog_page_put(struct ctx *c, const struct catalog_claim *claim, const struct platform_products *page, int64_t began_ms,
	struct catalog_change *out);
/* After phase count: as files, or page by page? fails RETRY */
enum err catalog_counted(struct ctx *c, const struct catalog_claim *claim, int64_t variants, int64_t began_ms);
/* A page of phase items: their levels are wanted. fails RETRY */
enum err catalog_items_put(struct ctx *c, const struct catalog_claim *claim, const int64_t *items, size_t n, struct str more,
	int64_t began_ms);
/* *done false: something is still being read; looked at again shortly. */
enum err catalog_sync_finish(struct ctx *c, struct shop_id shop, bool *done);
/* The page could not be read. counts: the shop refused; after `most` of those the sync has failed. */
enum err catalog_sync_failed(struct ctx *c, struct shop_id shop, struct str problem, bool counts, int most);

/* Products of a file: as a page's, but their stock follows in a file of its own. */
enum err catalog_bulk_put(struct ctx *c, const struct catalog_claim *claim, const struct platform_product *list, size_t n,
	struct catalog_change *out);
/* The products that a full sync which has seen all did not see. */
enum err catalog_unseen_gone(struct ctx *c, const struct catalog_claim *claim, struct catalog_change *out);

/* One product that a webhook named. */
enum err catalog_product_put(struct ctx *c, struct shop_id shop, const struct platform_product *product, struct catalog_change *out);

/* A product that has more variants than one page. */
struct catalog_unfinished {
	struct shop_id shop;
	int64_t external;
	struct str cursor;
};
enum err catalog_unfinished(struct ctx *c, struct catalog_unfinished *out, bool *found);
enum err catalog_more_put(struct ctx *c, const struct catalog_unfinished *product, const struct platform_variants *page,
	struct catalog_change *out);

#endif
