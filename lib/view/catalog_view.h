/* catalog_view: products, variants and the progress of a sync as the API and the dashboard show them. */
#ifndef UNIFYED_VIEW_CATALOG_H
#define UNIFYED_VIEW_CATALOG_H
#include "lib/catalog/catalog.h"
#include "lib/inventory/audit.h"
#include "lib/inventory/buffer.h"
#include "lib/json/json.h"

/* Writes one product as an object of a list. */
void product_json(struct jw *w, const struct catalog_product *product);
/* The product with its variants and their stock. */
struct str product_full_json(struct ctx *c, const struct catalog_product *product, const struct catalog_variant *variants, size_t n);
/* {"items": [...]}, one for each shop */
struct str catalog_syncs_json(struct ctx *c, const struct catalog_sync *syncs, size_t n);

/* free_before: what was free before a change of its buffer; NULL: none was made. */
struct str stock_item_json(struct ctx *c, const struct stock_item *item, const int64_t *free_before);
struct str stock_shop_json(struct ctx *c, const struct stock_shop *shop);
/* Each writes one object of a list. */
void stock_moved_json(struct jw *w, const struct stock_moved *moved);
void finding_json(struct jw *w, const struct audit_finding *finding);
/* {"checked_at", "items": [...], "next"}: the first `shown` of n */
struct str findings_json(struct ctx *c, const struct audit_run *run, const struct audit_finding *list, size_t n, size_t shown);

#endif
