/* catalog/store: what a shop told, written down; one page in one transaction of the caller.
 * A sync runs page by page under a lease: phase "products" reads all products, then "stock" waits until every
 * item's levels were read since it began. It can be killed at any point and goes on where it was.
 */
#ifndef UNIFYED_CATALOG_STORE_H
#define UNIFYED_CATALOG_STORE_H
#include "lib/platform/platform.h"

struct catalog_claim {
	struct shop_id shop;
	int64_t generation;
	struct str cursor;
	struct str phase;    /* products or stock */
};

/* What changed so that offers over it must be computed again. */
struct catalog_change {
	struct variant_id *variants; /* new, gone, or of another price */
	size_t n;
};

/* The shop whose sync is due; it is ours for lease_s seconds. *found false: none is. */
enum err catalog_sync_claim(struct ctx *c, int64_t lease_s, struct catalog_claim *out, bool *found);
/* Stores a page of the claimed sync, emits PRODUCT_SYNCED and PRODUCT_UPDATED, and wants the levels of all its items.
 * fails RETRY  the sync moved meanwhile */
enum err catalog_page_put(struct ctx *c, const struct catalog_claim *claim, const struct platform_products *page,
	struct catalog_change *out);
/* *done false: something is still being read; looked at again shortly. */
enum err catalog_sync_finish(struct ctx *c, struct shop_id shop, bool *done);
/* The page could not be read. counts: the shop refused; after `most` of those the sync has failed. */
enum err catalog_sync_failed(struct ctx *c, struct shop_id shop, struct str problem, bool counts, int most);

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
