/* catalog/bulk: the full reading of a large shop as two files that it prepares, first its products, then their stock.
 * Owns       tables catalog_bulk, catalog_line
 * Invariant  a file's lines are stored before any of them is applied, and applied only when all are there; killed anywhere, it
 *            goes on at the byte it was at. What fails for good is read page by page instead.
 */
#ifndef UNIFYED_CATALOG_BULK_H
#define UNIFYED_CATALOG_BULK_H
#include "lib/catalog/store.h"

struct catalog_bulk {
	enum platform_bulk what;
	struct str state;             /* wanted asked reading applying */
	struct str external, url;
	int64_t lines_told, next_byte;
	int64_t asked_ms, shop_asked_ms;
	int64_t now_ms;               /* of the database */
	struct currency currency;
};

/* Where the reading of a claim in phase bulk is; begun here when it is new. */
enum err catalog_bulk_find(struct ctx *c, const struct catalog_claim *claim, struct catalog_bulk *out);
/* The next thing that takes a call: ask for a file, look whether it is ready, read some lines of it. Calls the shop.
 * fails  PLATFORM_*, SHOP_CLOSED, RETRY; what the shop did not mean to refuse for ever is tried again by itself */
enum err catalog_bulk_call(struct ctx *c, const struct catalog_claim *claim, const struct catalog_bulk *bulk);
/* State applying: some products, or the stock of some items. In the caller's transaction. fails RETRY */
enum err catalog_bulk_apply(struct ctx *c, const struct catalog_claim *claim, const struct catalog_bulk *bulk,
	struct catalog_change *out);

#endif
