/* products.c: what the shops sell, and what of it may still be promised. */
#include "cgi-bin/dashboard/dashboard.h"

#include "templates/dashboard/product.h"
#include "templates/dashboard/products.h"

static bool is_for_sale(struct str status)
{
	return str_eq(status, S("active")) || str_eq(status, S("unlisted"));
}

struct str dash_shop(const struct catalog_product *list, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++) {
		if (!uuid_eq(list[i].shop.u, list[at].shop.u))
			return list[at].domain;
	}
	return S("");
}

static struct tpl_dashboard_products_products row_of(struct ctx *c, const struct catalog_product *p, struct str shop)
{
	return (struct tpl_dashboard_products_products){
		.id = ID_TEXT(c->mem, product, p->id), .title = p->title, .image = p->image_url, .domain = shop,
		.draft = str_eq(p->status, S("draft")),
		.archived = !is_for_sale(p->status) && !str_eq(p->status, S("draft")),
		.variants = p->variants, .several = p->variants > 1,
		.from = { p->price_min_minor, p->currency }, .to = { p->price_max_minor, p->currency },
		.ranged = p->price_max_minor > p->price_min_minor,
	};
}

static enum err shops_state(struct ctx *c, bool *any, bool *syncing)
{
	struct catalog_sync *syncs;
	size_t n;

	TRY(catalog_sync_list(c, &syncs, &n));
	*any = n > 0;
	*syncing = false;
	for (size_t i = 0; i < n; i++)
		*syncing = *syncing || str_eq(syncs[i].state, S("wanted")) || str_eq(syncs[i].state, S("running"));
	return OK;
}

enum err dash_products(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_products_products *rows;
	struct str search = str_trim(req_arg(q, "q"));
	struct catalog_product *list;
	struct buf b = dash_buf(c);
	struct product_id after;
	bool any, syncing;
	struct dash d;
	size_t n;

	TRY(dash_after(c, q, ID_product, &after.u));
	TRY(dash_open(c, q, DASH_PRODUCTS, &d));
	TRY(catalog_product_list(c, search, S(""), after, DASH_LIST + 1, &list, &n));
	TRY(shops_state(c, &any, &syncing));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = row_of(c, &list[i], dash_shop(list, n, i));
	tpl_dashboard_products(&b, &(struct tpl_dashboard_products){
		.layout = d.layout, .q = search, .any_shop = any, .syncing = syncing,
		.products = rows, .products_n = dash_shown(n),
		.next_page = dash_next(c, ID_product, n > DASH_LIST ? &list[DASH_LIST - 1].id.u : NULL),
	});
	return res_html(r, 200, buf_str(&b));
}

static struct tpl_dashboard_product_variants variant_row(struct ctx *c, const struct catalog_variant *v)
{
	return (struct tpl_dashboard_product_variants){
		.item = ID_TEXT(c->mem, item, v->item), .unkept = v->free + v->buffer,
		.title = dash_variant(v->title), .sku = v->sku, .price = v->price, .limited = v->limited,
		.sellable = v->free > 0 ? v->free : 0, .too_few = v->free < 0, .available = v->available, .held = v->held,
		.sold = v->sold_unsynced, .buffer = v->buffer, .waiting = v->waiting,
	};
}

enum err dash_product(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_product_variants *rows;
	struct catalog_variant *variants;
	struct catalog_product product;
	struct buf b = dash_buf(c);
	struct product_id id;
	struct dash d;
	size_t n;

	TRY(req_id(c, q, "id", ID_product, &id.u));
	TRY(dash_open(c, q, DASH_PRODUCTS, &d));
	TRY(catalog_product_by_id(c, id, &product));
	TRY(catalog_variants_of(c, &product, &variants, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = variant_row(c, &variants[i]);
	tpl_dashboard_product(&b, &(struct tpl_dashboard_product){
		.layout = d.layout, .id = ID_TEXT(c->mem, product, id), .title = product.title, .image = product.image_url,
		.domain = product.domain, .draft = str_eq(product.status, S("draft")),
		.archived = str_eq(product.status, S("archived")), .gone = str_eq(product.status, S("deleted")),
		.variants = rows, .variants_n = n,
	});
	return res_html(r, 200, buf_str(&b));
}
