/* inventory: what shops report about their stock, and which items must be read again (DESIGN 6).
 * Owns       the report side of tables inventory, inventory_level, location, inventory_snapshot
 * Invariant  only a full read of all of an item's levels ever takes sold_unsynced units back
 * Never      calls a shop
 */
#ifndef UNIFYED_INVENTORY_H
#define UNIFYED_INVENTORY_H
#include "lib/platform/order.h"
#include "lib/platform/platform.h"

struct inventory_dirty {
	struct shop_id shop;
	struct item_id *items;
	int64_t *externals;  /* the shop's ids of the same items */
	size_t n;            /* 0: nothing is waiting */
	int64_t began_ms;    /* the database's clock, before the shop is asked */
};

/* Up to `most` items of one shop that are to be read now. */
enum err inventory_dirty_list(struct ctx *c, int most, struct inventory_dirty *out);
/* Applies a full read of one item; *changed: stock moved. cause: full_read, catalog_sync. An item that the shop does not
 * know (found false) has no stock. shop_began_ms: the read's beginning by the shop's clock. In the caller's transaction. */
enum err inventory_read(struct ctx *c, struct shop_id shop, struct item_id item, const struct platform_item *told,
	int64_t began_ms, int64_t shop_began_ms, struct str cause, bool *changed);

/* A level webhook: one location's word, which clears nothing and asks for a full read. An older one than what we have is
 * dropped. *known false: no such item. In the caller's transaction. */
enum err inventory_level_told(struct ctx *c, struct shop_id shop, const struct platform_level *level, bool *known);
/* Wants a full read of an item; an unknown one is no error. */
enum err inventory_dirty(struct ctx *c, struct shop_id shop, int64_t item_external);

#endif
