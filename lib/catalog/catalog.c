#include "lib/catalog/catalog.h"

#include "lib/db/db.h"
#include "lib/job/job.h"
#include "lib/json/json.h"

static void read_product(const struct row *row, struct catalog_product *out)
{
	*out = (struct catalog_product){
		.id = { row_uuid(row, "id") },
		.shop = { row_uuid(row, "shop_id") },
		.external = row_int(row, "external_id"),
		.domain = row_str(row, "domain"),
		.title = row_str(row, "title"),
		.handle = row_str(row, "handle"),
		.status = row_str(row, "status"),
		.image_url = row_str(row, "image_url"),
		.currency = row_currency(row, "currency"),
		.variants = row_int(row, "variants"),
		.price_min_minor = row_int(row, "price_min"),
		.price_max_minor = row_int(row, "price_max"),
		.updated_ms = row_int(row, "updated_ms"),
	};
}

enum err catalog_product_list(struct ctx *c, struct str q, struct str status, struct product_id after, int limit,
	struct catalog_product **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(catalog_product_list), PARAMS(
		p_uuid(c->creator.u), p_uuid_or_null(after.u), p_str(q), p_str(status), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		read_product(&row, &(*out)[i]);
	}
	return OK;
}

enum err catalog_product_by_id(struct ctx *c, struct product_id id, struct catalog_product *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(catalog_product_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such product in this creator's shops");
	read_product(&row, out);
	return OK;
}

static void read_variant(const struct row *row, struct catalog_variant *out)
{
	*out = (struct catalog_variant){
		.id = { row_uuid(row, "id") },
		.item = { row_uuid(row, "item_id") },
		.external = row_int(row, "external_id"),
		.title = row_str(row, "title"),
		.sku = row_str(row, "sku"),
		.image_url = row_str(row, "image_url"),
		.price = row_money(row, "price_minor", "currency"),
		.position = (int)row_int(row, "position"),
		.limited = row_bool(row, "tracked") && str_eq(row_str(row, "policy"), S("deny")),
		.available = row_int(row, "shop_available"),
		.held = row_int(row, "held"),
		.sold_unsynced = row_int(row, "sold_unsynced"),
		.buffer = row_int(row, "buffer"),
		.free = row_int(row, "free"),
		.waiting = row_int(row, "waiting"),
		.read_ms = row_int(row, "read_ms"),
		.short_ms = row_int(row, "short_ms"),
	};
}

enum err catalog_variants_of(struct ctx *c, const struct catalog_product *product, struct catalog_variant **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(catalog_variants_of), PARAMS(p_uuid(product->shop.u), p_uuid(product->id.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		read_variant(&row, &(*out)[i]);
	}
	return OK;
}

static enum err want(struct ctx *c, struct shop_id shop, bool first)
{
	return db_run(c, SQL(catalog_sync_want), PARAMS(p_uuid(shop.u), p_bool(first)));
}

enum err catalog_sync_want(struct ctx *c, struct shop_id shop)
{
	return want(c, shop, false);
}

enum err catalog_sync_want_first(struct ctx *c, struct shop_id shop)
{
	return want(c, shop, true);
}

enum err catalog_sync_want_hers(struct ctx *c)
{
	int64_t shops;

	TRY(db_count(c, SQL(catalog_sync_want_hers), PARAMS(p_uuid(c->creator.u)), &shops));
	return shops ? OK : FAIL(c, ERR_SHOP_CLOSED, "this creator sells from no shop");
}

enum err catalog_sync_list(struct ctx *c, struct catalog_sync **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(catalog_sync_list), PARAMS(p_uuid(c->creator.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct catalog_sync){
			.shop = { row_uuid(&row, "shop_id") },
			.domain = row_str(&row, "domain"),
			.name = row_str(&row, "name"),
			.state = row_str(&row, "state"),
			.phase = row_str(&row, "phase"),
			.problem = row_str(&row, "problem"),
			.products = row_int(&row, "products"),
			.variants = row_int(&row, "variants"),
			.wanted_ms = row_int(&row, "wanted_ms"),
			.started_ms = row_int(&row, "started_ms"),
			.finished_ms = row_int(&row, "finished_ms"),
		};
	}
	return OK;
}

enum err catalog_product_want(struct ctx *c, struct shop_id shop, int64_t external)
{
	struct jw w = jw_new(c->mem, 128);
	char text[37];

	uuid_text(shop.u, text);
	jw_object(&w);
	jw_kint(&w, "product", external);
	jw_end(&w);
	return job_queue(c, S("product_read"), str_fmt(c->mem, "%.36s:%lld", text, (long long)external), shop,
		(struct creator_id){ 0 }, jw_done(&w));
}
