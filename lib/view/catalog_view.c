#include "lib/view/catalog_view.h"

#include "lib/view/list_view.h"

#define FULL_MAX_BYTES (8 << 20)

static void put_product(struct jw *w, const struct catalog_product *product)
{
	jw_kid(w, "id", ID_product, product->id.u);
	jw_kid(w, "shop", ID_shop, product->shop.u);
	jw_kstr(w, "shop_domain", product->domain);
	jw_kstr(w, "title", product->title);
	jw_kstr(w, "handle", product->handle);
	jw_kstr(w, "status", product->status);
	jw_kstr(w, "image_url", product->image_url);
	jw_kint(w, "variants_count", product->variants);
	jw_kmoney(w, "price_min", (struct money){ product->price_min_minor, product->currency });
	jw_kmoney(w, "price_max", (struct money){ product->price_max_minor, product->currency });
	jw_ktime(w, "updated_at", product->updated_ms);
}

void product_json(struct jw *w, const struct catalog_product *product)
{
	jw_object(w);
	put_product(w, product);
	jw_end(w);
}

static void put_stock(struct jw *w, const struct catalog_variant *variant)
{
	jw_key(w, "stock");
	jw_object(w);
	jw_kbool(w, "limited", variant->limited);
	jw_kint(w, "available", variant->available);
	jw_kint(w, "held", variant->held);
	jw_kint(w, "sold_unsynced", variant->sold_unsynced);
	jw_kint(w, "buffer", variant->buffer);
	jw_kint(w, "free", variant->free);
	jw_kint(w, "free_without_buffer", variant->free + variant->buffer);
	jw_kint(w, "waiting", variant->waiting);
	jw_ktime(w, "read_at", variant->read_ms);
	jw_ktime(w, "short_since", variant->short_ms);
	jw_end(w);
}

struct str product_full_json(struct ctx *c, const struct catalog_product *product, const struct catalog_variant *variants, size_t n)
{
	struct jw w = jw_new(c->mem, FULL_MAX_BYTES);

	jw_object(&w);
	put_product(&w, product);
	jw_key(&w, "variants");
	jw_list(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kid(&w, "id", ID_variant, variants[i].id.u);
		jw_kid(&w, "item", ID_item, variants[i].item.u);
		jw_kstr(&w, "title", variants[i].title);
		jw_kstr(&w, "sku", variants[i].sku);
		jw_kstr(&w, "image_url", variants[i].image_url);
		jw_kmoney(&w, "price", variants[i].price);
		put_stock(&w, &variants[i]);
		jw_end(&w);
	}
	jw_end(&w);
	jw_end(&w);
	return jw_done(&w);
}

struct str catalog_syncs_json(struct ctx *c, const struct catalog_sync *syncs, size_t n)
{
	struct jw w = list_begin(c);

	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kid(&w, "shop", ID_shop, syncs[i].shop.u);
		jw_kstr(&w, "shop_domain", syncs[i].domain);
		jw_kstr(&w, "shop_name", syncs[i].name);
		jw_kstr(&w, "state", syncs[i].state);
		jw_kstr(&w, "phase", syncs[i].phase);
		jw_kint(&w, "products", syncs[i].products);
		jw_kint(&w, "variants", syncs[i].variants);
		jw_kstr(&w, "problem", syncs[i].problem);
		jw_ktime(&w, "wanted_at", syncs[i].wanted_ms);
		jw_ktime(&w, "started_at", syncs[i].started_ms);
		jw_ktime(&w, "finished_at", syncs[i].finished_ms);
		jw_end(&w);
	}
	return list_end(&w, ID_shop, (struct uuid){ 0 });
}
