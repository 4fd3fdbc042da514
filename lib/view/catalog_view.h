/* catalog_view: products, variants and the progress of a sync as the API and the dashboard show them. */
#ifndef UNIFYED_VIEW_CATALOG_H
#define UNIFYED_VIEW_CATALOG_H
#include "lib/catalog/catalog.h"
#include "lib/json/json.h"

/* Writes one product as an object of a list. */
void product_json(struct jw *w, const struct catalog_product *product);
/* The product with its variants and their stock. */
struct str product_full_json(struct ctx *c, const struct catalog_product *product, const struct catalog_variant *variants, size_t n);
/* {"items": [...]}, one for each shop */
struct str catalog_syncs_json(struct ctx *c, const struct catalog_sync *syncs, size_t n);

#endif
