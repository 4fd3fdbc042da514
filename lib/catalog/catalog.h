/* catalog: the products and variants of shops, as the shops last told them.
 * Owns       tables product, variant, catalog_sync, and the birth of stock rows
 * Invariant  a variant that a finished reading of its product did not find is deleted; a product that a finished
 *            sync did not find is, too; both come back under the same id when the shop shows them again
 * Never      calls a shop, or knows about offers: cron/catalog_sync does
 */
#ifndef UNIFYED_CATALOG_H
#define UNIFYED_CATALOG_H
#include "lib/platform/platform.h"

struct catalog_product {
	struct product_id id;
	struct shop_id shop;
	int64_t external;
	struct str domain, title, handle, status, image_url; /* status: active draft archived unlisted deleted */
	struct currency currency;
	int64_t variants, price_min_minor, price_max_minor;  /* of those that are not deleted */
	int64_t updated_ms;
};

struct catalog_variant {
	struct variant_id id;
	struct item_id item;
	int64_t external;
	struct str title, sku, image_url;
	struct money price;
	int position;
	bool limited;           /* tracked, and the shop does not sell below zero */
	int64_t available, held, sold_unsynced, buffer, free; /* units; free may be negative */
	int64_t waiting;            /* visitors in line for it, there or away */
	int64_t read_ms;        /* when the stock was last read in full; 0: not yet */
	int64_t short_ms;       /* free is negative since then; 0: it is not */
};

struct catalog_sync {
	struct shop_id shop;
	struct str domain, name, state, phase, problem; /* wanted running done failed; products stock done */
	int64_t products, variants;                     /* read so far */
	int64_t wanted_ms, started_ms, finished_ms;
};

/* What changed so that offers over it must be computed again. */
struct catalog_change {
	struct variant_id *variants; /* new, gone, or of another price */
	size_t n;
};

/* Products of the shops c->creator sells from, newest first; q: part of the title; status empty: all but deleted. */
enum err catalog_product_list(struct ctx *c, struct str q, struct str status, struct product_id after, int limit,
	struct catalog_product **out, size_t *n);
/* fails  NOT_FOUND */
enum err catalog_product_by_id(struct ctx *c, struct product_id id, struct catalog_product *out);
enum err catalog_variants_of(struct ctx *c, const struct catalog_product *product, struct catalog_variant **out, size_t *n);

enum err catalog_sync_want(struct ctx *c, struct shop_id shop);
/* The same, unless one was wanted or has worked before. */
enum err catalog_sync_want_first(struct ctx *c, struct shop_id shop);
/* For every shop of c->creator. fails SHOP_CLOSED she sells from none */
enum err catalog_sync_want_hers(struct ctx *c);
enum err catalog_sync_list(struct ctx *c, struct catalog_sync **out, size_t *n);
/* A products webhook: that one is to be read (job "product_read"), or is gone. */
enum err catalog_product_want(struct ctx *c, struct shop_id shop, int64_t external);
/* *out: the variants that went with it, for offers to be computed again. */
enum err catalog_product_gone(struct ctx *c, struct shop_id shop, int64_t external, struct catalog_change *out);

/* The shop asked to be forgotten: names, pictures, places and stock levels go. Products and variants stay as bare ids that offers
 * and orders of the past point at; a sync after a reinstall fills them again. In the caller's transaction. */
enum err catalog_erase(struct ctx *c, struct shop_id shop);

#endif
