#include "lib/catalog/store.h"

#include "lib/catalog/catalog.h"
#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/json/json.h"

#define PAGE_JSON_MAX 4194304

/* Variants of one page, each beside the external id of its product. */
struct told {
	const struct platform_variant **variants;
	int64_t *products;
	size_t n;
};

static const char *status_name(enum platform_status status)
{
	static const char *const names[] = {
		[PLATFORM_ACTIVE] = "active", [PLATFORM_DRAFT] = "draft",
		[PLATFORM_ARCHIVED] = "archived", [PLATFORM_UNLISTED] = "unlisted",
	};

	return names[status];
}

static struct str products_json(struct ctx *c, const struct platform_product *list, size_t n)
{
	struct jw w = jw_new(c->mem, PAGE_JSON_MAX);
	char id[37];

	jw_list(&w);
	for (size_t i = 0; i < n; i++) {
		uuid_text(uuid_new(c->now_ms), id);
		jw_object(&w);
		jw_kstr(&w, "id", str_of(id));
		jw_kint(&w, "external", list[i].external);
		jw_kstr(&w, "title", list[i].title);
		jw_kstr(&w, "handle", list[i].handle);
		jw_kstr(&w, "status", str_of(status_name(list[i].status)));
		jw_kstr(&w, "image", list[i].image_url);
		jw_kint(&w, "updated_ms", list[i].updated_ms);
		jw_kstr(&w, "more", list[i].variants.more);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static struct str variants_json(struct ctx *c, const struct told *told)
{
	struct jw w = jw_new(c->mem, PAGE_JSON_MAX);
	char id[37], item[37];

	jw_list(&w);
	for (size_t i = 0; i < told->n; i++) {
		const struct platform_variant *v = told->variants[i];

		uuid_text(uuid_new(c->now_ms), id);
		uuid_text(uuid_new(c->now_ms), item);
		jw_object(&w);
		jw_kstr(&w, "id", str_of(id));
		jw_kstr(&w, "item_id", str_of(item));
		jw_kint(&w, "product", told->products[i]);
		jw_kint(&w, "external", v->external);
		jw_kint(&w, "item", v->item);
		jw_kstr(&w, "title", v->title);
		jw_kstr(&w, "sku", v->sku);
		jw_kint(&w, "price", v->price.minor < 0 ? 0 : v->price.minor);
		jw_kstr(&w, "currency", currency_str(&v->price.currency));
		jw_kstr(&w, "policy", v->oversell ? S("continue") : S("deny"));
		jw_kint(&w, "position", v->position);
		jw_kbool(&w, "tracked", v->tracked);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static struct told told_by(struct ctx *c, const struct platform_product *list, size_t n)
{
	struct told told = { 0 };
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += list[i].variants.n;
	told.variants = arena_array(c->mem, all + 1, sizeof(*told.variants));
	told.products = arena_array(c->mem, all + 1, sizeof(*told.products));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < list[i].variants.n; k++) {
			told.products[told.n] = list[i].external;
			told.variants[told.n++] = &list[i].variants.list[k];
		}
	}
	return told;
}

/* Products to tell about; each once. */
struct ids {
	struct uuid *list;
	size_t n;
};

static struct ids ids_new(struct ctx *c, size_t most)
{
	return (struct ids){ arena_array(c->mem, most + 1, sizeof(struct uuid)), 0 };
}

static void add_once(struct ids *ids, struct uuid id)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (uuid_eq(ids->list[i], id))
			return;
	}
	ids->list[ids->n++] = id;
}

static enum err tell(struct ctx *c, struct shop_id shop, enum event_type type, const struct ids *ids)
{
	if (!ids->n)
		return OK;
	return db_run(c, SQL(catalog_tell), PARAMS(
		p_uuid(shop.u), p_str(str_of(event_type_name(type))), p_uuids(c, ids->list, ids->n)));
}

static enum err mark_dirty(struct ctx *c, struct shop_id shop, const int64_t *items, size_t n)
{
	return db_run(c, SQL(catalog_items_dirty), PARAMS(p_uuid(shop.u), p_ints(c, items, n)));
}

static enum err items_dirty(struct ctx *c, struct shop_id shop, const struct told *told)
{
	int64_t *items = arena_array(c->mem, told->n + 1, sizeof(*items));

	for (size_t i = 0; i < told->n; i++)
		items[i] = told->variants[i]->item;
	return mark_dirty(c, shop, items, told->n);
}

static enum err variants_put(struct ctx *c, struct shop_id shop, const struct told *told, bool stock_follows,
	struct catalog_change *out, struct ids *changed)
{
	struct str json = variants_json(c, told);
	struct rows rows;

	TRY(db_run(c, SQL(catalog_items_put), PARAMS(p_uuid(shop.u), p_str(json), p_bool(stock_follows))));
	TRY(db_all(c, SQL(catalog_variants_put), PARAMS(p_uuid(shop.u), p_str(json)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		if (row_bool(&row, "changed"))
			add_once(changed, row_uuid(&row, "product_id"));
		if (row_bool(&row, "matters"))
			out->variants[out->n++].u = row_uuid(&row, "id");
	}
	return OK;
}

static enum err adopt_begin(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(catalog_adopt_begin), PARAMS(p_uuid(shop.u)));
}

/* Orders may have come before their variants. */
static enum err adopt(struct ctx *c, struct shop_id shop, const struct told *told)
{
	int64_t *externals = arena_array(c->mem, told->n + 1, sizeof(*externals));

	for (size_t i = 0; i < told->n; i++)
		externals[i] = told->variants[i]->external;
	return db_run(c, SQL(catalog_adopt), PARAMS(p_uuid(shop.u), p_ints(c, externals, told->n)));
}

/* Those that are gone join `out`, which grows. */
static enum err variants_gone(struct ctx *c, struct shop_id shop, const int64_t *products, size_t n, struct catalog_change *out,
	struct ids *changed)
{
	struct variant_id *all;
	struct ids grown;
	struct rows rows;

	TRY(db_all(c, SQL(catalog_variants_gone), PARAMS(p_uuid(shop.u), p_ints(c, products, n)), &rows));
	all = arena_array(c->mem, out->n + (size_t)rows.n + 1, sizeof(*all));
	for (size_t i = 0; i < out->n; i++)
		all[i] = out->variants[i];
	out->variants = all;
	grown = ids_new(c, changed->n + (size_t)rows.n);
	for (size_t i = 0; i < changed->n; i++)
		grown.list[grown.n++] = changed->list[i];
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		out->variants[out->n++].u = row_uuid(&row, "id");
		add_once(&grown, row_uuid(&row, "product_id"));
	}
	*changed = grown;
	return OK;
}

/* What is new is told as new, and not as changed as well. */
static void take_out(struct ids *from, const struct ids *these)
{
	size_t kept = 0;

	for (size_t i = 0; i < from->n; i++) {
		bool known = false;

		for (size_t k = 0; k < these->n && !known; k++)
			known = uuid_eq(from->list[i], these->list[k]);
		if (!known)
			from->list[kept++] = from->list[i];
	}
	from->n = kept;
}

static enum err products_put(struct ctx *c, struct shop_id shop, int64_t generation, const struct platform_product *list, size_t n,
	bool stock_follows, struct catalog_change *out)
{
	struct told told = told_by(c, list, n);
	struct ids fresh = ids_new(c, n), changed = ids_new(c, n + told.n);
	int64_t *externals = arena_array(c->mem, n + 1, sizeof(*externals));
	struct rows rows;

	*out = (struct catalog_change){ arena_array(c->mem, told.n + 1, sizeof(*out->variants)), 0 };
	TRY(adopt_begin(c, shop));
	TRY(db_all(c, SQL(catalog_products_put), PARAMS(p_uuid(shop.u), p_int(generation), p_str(products_json(c, list, n))), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		if (row_bool(&row, "is_new"))
			add_once(&fresh, row_uuid(&row, "id"));
		else if (row_bool(&row, "changed"))
			add_once(&changed, row_uuid(&row, "id"));
	}
	for (size_t i = 0; i < n; i++)
		externals[i] = list[i].external;
	TRY(variants_put(c, shop, &told, stock_follows, out, &changed));
	TRY(variants_gone(c, shop, externals, n, out, &changed));
	take_out(&changed, &fresh);
	TRY(tell(c, shop, EVENT_PRODUCT_SYNCED, &fresh));
	TRY(tell(c, shop, EVENT_PRODUCT_UPDATED, &changed));
	if (!stock_follows)
		TRY(items_dirty(c, shop, &told));
	return adopt(c, shop, &told);
}

enum err catalog_unseen_gone(struct ctx *c, const struct catalog_claim *claim, struct catalog_change *out)
{
	struct rows rows;
	struct ids gone;
	int64_t *externals;

	TRY(db_all(c, SQL(catalog_products_gone), PARAMS(p_uuid(claim->shop.u), p_int(claim->generation)), &rows));
	gone = ids_new(c, (size_t)rows.n);
	externals = arena_array(c->mem, (size_t)rows.n + 1, sizeof(*externals));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		externals[i] = row_int(&row, "external_id");
		gone.list[gone.n++] = row_uuid(&row, "id");
	}
	if (!gone.n)
		return OK;
	TRY(variants_gone(c, claim->shop, externals, gone.n, out, &gone));
	return tell(c, claim->shop, EVENT_PRODUCT_UPDATED, &gone);
}

static enum err move(struct ctx *c, const struct catalog_claim *claim, struct str cursor, struct str phase, size_t products,
	size_t variants, int64_t began_ms)
{
	struct row row;

	TRY(db_maybe(c, SQL(catalog_sync_page), PARAMS(
		p_uuid(claim->shop.u), p_int(claim->generation), p_str(claim->cursor), p_str(cursor), p_str(phase),
		p_int((int64_t)products), p_int((int64_t)variants), p_str(claim->phase), p_int(began_ms)), &row));
	return row.found ? OK : FAIL(c, ERR_RETRY, "the sync moved meanwhile");
}

enum err catalog_page_put(struct ctx *c, const struct catalog_claim *claim, const struct platform_products *page, int64_t began_ms,
	struct catalog_change *out)
{
	struct str phase = page->more.n ? claim->phase : claim->full ? S("stock") : S("items");
	size_t variants = 0;

	for (size_t i = 0; i < page->n; i++)
		variants += page->list[i].variants.n;
	TRY(move(c, claim, page->more, phase, page->n, variants, began_ms));
	TRY(products_put(c, claim->shop, claim->generation, page->list, page->n, false, out));
	return page->more.n || !claim->full ? OK : catalog_unseen_gone(c, claim, out);
}

enum err catalog_counted(struct ctx *c, const struct catalog_claim *claim, int64_t variants, int64_t began_ms)
{
	return move(c, claim, S(""), variants >= c->config->catalog_bulk_variants ? S("bulk") : S("products"), 0, 0, began_ms);
}

enum err catalog_items_put(struct ctx *c, const struct catalog_claim *claim, const int64_t *items, size_t n, struct str more,
	int64_t began_ms)
{
	TRY(move(c, claim, more, more.n ? claim->phase : S("stock"), 0, 0, began_ms));
	return mark_dirty(c, claim->shop, items, n);
}

enum err catalog_bulk_put(struct ctx *c, const struct catalog_claim *claim, const struct platform_product *list, size_t n,
	struct catalog_change *out)
{
	size_t variants = 0;

	for (size_t i = 0; i < n; i++)
		variants += list[i].variants.n;
	TRY(move(c, claim, claim->cursor, claim->phase, n, variants, 0));
	return products_put(c, claim->shop, claim->generation, list, n, true, out);
}

enum err catalog_product_put(struct ctx *c, struct shop_id shop, const struct platform_product *product, struct catalog_change *out)
{
	struct row row;

	TRY(db_one(c, SQL(catalog_generation), PARAMS(p_uuid(shop.u)), &row));
	return products_put(c, shop, row_int(&row, "generation"), product, 1, false, out);
}

enum err catalog_product_gone(struct ctx *c, struct shop_id shop, int64_t external, struct catalog_change *out)
{
	struct ids gone = ids_new(c, 1);
	struct row row;

	*out = (struct catalog_change){ 0 };
	TRY(db_maybe(c, SQL(catalog_product_gone), PARAMS(p_uuid(shop.u), p_int(external)), &row));
	if (!row.found)
		return OK;
	add_once(&gone, row_uuid(&row, "id"));
	TRY(variants_gone(c, shop, &external, 1, out, &gone));
	return tell(c, shop, EVENT_PRODUCT_UPDATED, &gone);
}

enum err catalog_more_put(struct ctx *c, const struct catalog_unfinished *product, const struct platform_variants *page,
	struct catalog_change *out)
{
	const struct platform_product one = { .external = product->external, .variants = *page };
	struct told told = told_by(c, &one, 1);
	struct ids changed = ids_new(c, told.n);
	struct row row;

	*out = (struct catalog_change){ arena_array(c->mem, told.n + 1, sizeof(*out->variants)), 0 };
	TRY(db_maybe(c, SQL(catalog_more_put), PARAMS(
		p_uuid(product->shop.u), p_int(product->external), p_str(page->more), p_str(product->cursor)), &row));
	if (!row.found)
		return FAIL(c, ERR_RETRY, "the product is being read again");
	TRY(adopt_begin(c, product->shop));
	TRY(variants_put(c, product->shop, &told, false, out, &changed));
	TRY(variants_gone(c, product->shop, &product->external, 1, out, &changed));
	TRY(db_run(c, SQL(catalog_variants_counted), PARAMS(p_uuid(product->shop.u), p_int((int64_t)told.n))));
	TRY(tell(c, product->shop, EVENT_PRODUCT_UPDATED, &changed));
	TRY(items_dirty(c, product->shop, &told));
	return adopt(c, product->shop, &told);
}
