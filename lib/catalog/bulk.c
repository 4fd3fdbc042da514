#include "lib/catalog/bulk.h"

#include "lib/core/log.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/shop/shop.h"

#define LINES_JSON_MAX 4194304
#define VARIANTS_AT_ONCE 400
#define ITEMS_AT_ONCE 100
#define LOOK_S 1
#define REST_S 15
#define TRIES_MOST 40 /* of 1: it was busy; a file that failed counts for more */
#define TRY_FAILED 10

enum err catalog_bulk_find(struct ctx *c, const struct catalog_claim *claim, struct catalog_bulk *out)
{
	struct row row;

	TRY(db_one(c, SQL(catalog_bulk_find), PARAMS(p_uuid(claim->shop.u), p_int(claim->generation)), &row));
	*out = (struct catalog_bulk){
		.what = str_eq(row_str(&row, "what"), S("stock")) ? PLATFORM_BULK_STOCK : PLATFORM_BULK_PRODUCTS,
		.state = row_str(&row, "state"),
		.external = row_str(&row, "external_id"),
		.url = row_str(&row, "url"),
		.lines_told = row_int(&row, "lines_told"),
		.next_byte = row_int(&row, "next_byte"),
		.asked_ms = row_int(&row, "asked_ms"),
		.shop_asked_ms = row_int(&row, "shop_asked_ms"),
		.now_ms = row_int(&row, "now_ms"),
		.currency = row_currency(&row, "currency"),
	};
	return OK;
}

static enum err rest(struct ctx *c, const struct catalog_claim *claim, int seconds, struct str why)
{
	return db_run(c, SQL(catalog_bulk_rest), PARAMS(p_uuid(claim->shop.u), p_int(seconds), p_str(why)));
}

static enum err forget_lines(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(catalog_lines_forget), PARAMS(p_uuid(shop.u)));
}

/* The sync leaves phase bulk. */
static enum err leave(struct ctx *c, const struct catalog_claim *claim, struct str phase, struct str why)
{
	TRY(forget_lines(c, claim->shop));
	TRY(db_run(c, SQL(catalog_bulk_end), PARAMS(p_uuid(claim->shop.u))));
	return db_run(c, SQL(catalog_sync_phase), PARAMS(p_uuid(claim->shop.u), p_int(claim->generation), p_str(phase), p_str(why)));
}

/* The file must be asked for again, or page by page when that has been tried enough. */
struct failure {
	const struct catalog_claim *claim;
	struct str why;
	int weight;
};

static enum err again_in_tx(struct ctx *c, void *arg)
{
	const struct failure *f = arg;
	struct row row;

	TRY(forget_lines(c, f->claim->shop));
	TRY(db_maybe(c, SQL(catalog_bulk_again), PARAMS(p_uuid(f->claim->shop.u), p_int(f->claim->generation), p_int(f->weight)), &row));
	if (!row.found)
		return OK;
	if (row_int(&row, "tries") >= TRIES_MOST)
		return leave(c, f->claim, S("products"), str_fmt(c->mem, "bulk: " STR_FMT, STR_ARG(f->why)));
	return rest(c, f->claim, REST_S, f->why);
}

static enum err again(struct ctx *c, const struct catalog_claim *claim, struct str why, int weight)
{
	struct failure f = { claim, why, weight };

	log_line(LOG_WARN, "a bulk file is wanted again", LOG_FIELDS(LOG_S("why", why)));
	c->failed = OK;
	return db_in_tx(c, again_in_tx, &f);
}

static enum err ask_for_file(struct ctx *c, struct shop_door *door, const struct catalog_claim *claim, const struct catalog_bulk *bulk)
{
	struct str id;
	enum err e = door->platform->bulk_start(c, &door->call, bulk->what, &id);

	if (e == ERR_PLATFORM_REFUSED) {
		bool busy = str_eq(door->call.reason, S("OPERATION_IN_PROGRESS")) || str_eq(door->call.reason, S("LIMIT_REACHED"));

		return again(c, claim, door->call.reason, busy ? 1 : TRIES_MOST);
	}
	TRY(shop_heard(c, door, e));
	TRY(db_run(c, SQL(catalog_bulk_asked), PARAMS(
		p_uuid(claim->shop.u), p_int(claim->generation), p_str(id), p_int(bulk->now_ms),
		p_int(door->call.began_ms ? door->call.began_ms : bulk->now_ms))));
	return rest(c, claim, LOOK_S, S(""));
}

static enum err look(struct ctx *c, struct shop_door *door, const struct catalog_claim *claim, const struct catalog_bulk *bulk)
{
	struct platform_bulk_look seen;

	TRY(shop_heard(c, door, door->platform->bulk_look(c, &door->call, bulk->external, &seen)));
	if (seen.state == PLATFORM_BULK_RUNNING)
		return rest(c, claim, LOOK_S, S(""));
	if (seen.state == PLATFORM_BULK_FAILED)
		return again(c, claim, str_fmt(c->mem, "bulk-" STR_FMT, STR_ARG(seen.reason)), TRY_FAILED);
	TRY(db_run(c, SQL(catalog_bulk_ready), PARAMS(
		p_uuid(claim->shop.u), p_int(claim->generation), p_str(seen.url), p_int(seen.lines))));
	return rest(c, claim, 0, S(""));
}

static void put_data(struct jw *w, const struct platform_bulk_row *row)
{
	switch (row->what) {
	case PLATFORM_ROW_PRODUCT:
		jw_kstr(w, "title", row->product.title);
		jw_kstr(w, "handle", row->product.handle);
		jw_kstr(w, "image", row->product.image_url);
		jw_kint(w, "status", row->product.status);
		jw_kint(w, "updated_ms", row->product.updated_ms);
		return;
	case PLATFORM_ROW_VARIANT:
		jw_kint(w, "item", row->variant.item);
		jw_kstr(w, "title", row->variant.title);
		jw_kstr(w, "sku", row->variant.sku);
		jw_kint(w, "price", row->variant.price.minor);
		jw_kstr(w, "currency", currency_str(&row->variant.price.currency));
		jw_kbool(w, "tracked", row->variant.tracked);
		jw_kbool(w, "oversell", row->variant.oversell);
		jw_kint(w, "position", row->variant.position);
		return;
	case PLATFORM_ROW_ITEM:
		jw_kbool(w, "tracked", row->item.tracked);
		return;
	case PLATFORM_ROW_LEVEL:
		jw_kstr(w, "name", row->level.location_name);
		jw_kbool(w, "active", row->level.active);
		jw_kbool(w, "online", row->level.online);
		jw_kint(w, "available", row->level.available);
		jw_kint(w, "updated_ms", row->level.updated_ms);
		return;
	}
}

static int64_t own_id(const struct platform_bulk_row *row)
{
	return row->what == PLATFORM_ROW_VARIANT ? row->variant.external : row->what == PLATFORM_ROW_LEVEL ? row->level.location : row->parent;
}

static struct str lines_json(struct ctx *c, const struct platform_bulk_rows *rows)
{
	static const char *const names[] = {
		[PLATFORM_ROW_PRODUCT] = "product", [PLATFORM_ROW_VARIANT] = "variant", [PLATFORM_ROW_ITEM] = "item",
		[PLATFORM_ROW_LEVEL] = "level",
	};
	struct jw w = jw_new(c->mem, LINES_JSON_MAX);

	jw_list(&w);
	for (size_t i = 0; i < rows->n; i++) {
		jw_object(&w);
		jw_kstr(&w, "what", str_of(names[rows->list[i].what]));
		jw_kint(&w, "parent", rows->list[i].parent);
		jw_kint(&w, "external", own_id(&rows->list[i]));
		jw_key(&w, "data");
		jw_object(&w);
		put_data(&w, &rows->list[i]);
		jw_end(&w);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

struct storing {
	const struct catalog_claim *claim;
	const struct catalog_bulk *bulk;
	const struct platform_bulk_rows *rows;
	bool short_;         /* it ended, and lines are missing */
};

/* What else the file says of how much it holds is its own check: a file that was cut short must not make products disappear. */
static enum err store_lines(struct ctx *c, void *arg)
{
	struct storing *s = arg;
	struct row row;

	TRY(db_maybe(c, SQL(catalog_bulk_moved), PARAMS(
		p_uuid(s->claim->shop.u), p_int(s->claim->generation), p_int(s->bulk->next_byte), p_int(s->rows->next),
		p_int(s->rows->lines), p_bool(s->rows->end)), &row));
	if (!row.found)
		return FAIL(c, ERR_RETRY, "the file was read on meanwhile");
	s->short_ = s->rows->end && row_int(&row, "lines_read") != row_int(&row, "lines_told");
	TRY(db_run(c, SQL(catalog_lines_put), PARAMS(p_uuid(s->claim->shop.u), p_str(lines_json(c, s->rows)))));
	return rest(c, s->claim, 0, S(""));
}

/* The host of the file is not the shop, so its troubles are not booked on the shop. */
static enum err read_lines(struct ctx *c, struct shop_door *door, const struct catalog_claim *claim, const struct catalog_bulk *bulk)
{
	struct platform_bulk_rows rows;
	struct storing s = { claim, bulk, &rows, false };
	enum err e = door->platform->bulk_read(c, &door->call, bulk->url, bulk->currency, bulk->next_byte, &rows);

	if (e == ERR_PLATFORM_REFUSED || e == ERR_PLATFORM_DENIED)
		return again(c, claim, str_fmt(c->mem, "bulk-file-" STR_FMT, STR_ARG(door->call.reason)), TRY_FAILED);
	if (e == ERR_PLATFORM_AWAY && str_eq(door->call.reason, S("garbage")))
		return again(c, claim, S("bulk-file-garbage"), TRY_FAILED);
	if (e == ERR_PLATFORM_AWAY || e == ERR_PLATFORM_SLOW) {
		c->failed = OK;
		return rest(c, claim, REST_S, S("bulk-file-away"));
	}
	TRY(e);
	TRY(db_in_tx(c, store_lines, &s));
	return s.short_ ? again(c, claim, S("bulk-file-short"), TRY_FAILED) : OK;
}

enum err catalog_bulk_call(struct ctx *c, const struct catalog_claim *claim, const struct catalog_bulk *bulk)
{
	struct shop_door door;

	TRY(shop_open(c, claim->shop, &door));
	if (str_eq(bulk->state, S("wanted")))
		return ask_for_file(c, &door, claim, bulk);
	if (str_eq(bulk->state, S("asked")))
		return look(c, &door, claim, bulk);
	return read_lines(c, &door, claim, bulk);
}

static struct platform_variant read_variant(const struct row *row)
{
	return (struct platform_variant){
		.external = row_int(row, "external_id"),
		.item = row_int(row, "item"),
		.title = row_str(row, "title"),
		.sku = row_str(row, "sku"),
		.price = row_money(row, "price", "currency"),
		.tracked = row_bool(row, "tracked"),
		.oversell = row_bool(row, "oversell"),
		.position = (int)row_int(row, "position"),
	};
}

/* Both in the order of their products. */
static enum err add_variants(struct ctx *c, struct shop_id shop, const int64_t *ids, struct platform_product *list, size_t n)
{
	struct platform_variant *all;
	struct rows rows;
	size_t at = 0;

	TRY(db_all(c, SQL(catalog_lines_variants), PARAMS(p_uuid(shop.u), p_ints(c, ids, n)), &rows));
	all = arena_array(c->mem, (size_t)rows.n + 1, sizeof(*all));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		while (at < n && list[at].external != row_int(&row, "parent"))
			at++;
		if (at == n)
			break;
		all[i] = read_variant(&row);
		if (!list[at].variants.n)
			list[at].variants.list = &all[i];
		list[at].variants.n++;
	}
	return OK;
}

static enum err stored_products(struct ctx *c, struct shop_id shop, struct platform_product **list, int64_t **ids, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(catalog_lines_products), PARAMS(p_uuid(shop.u), p_int(VARIANTS_AT_ONCE)), &rows));
	*n = (size_t)rows.n;
	*list = arena_array(c->mem, *n + 1, sizeof(**list));
	*ids = arena_array(c->mem, *n + 1, sizeof(**ids));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*ids)[i] = row_int(&row, "external_id");
		(*list)[i] = (struct platform_product){
			.external = (*ids)[i],
			.title = row_str(&row, "title"),
			.handle = row_str(&row, "handle"),
			.image_url = row_str(&row, "image_url"),
			.status = (enum platform_status)row_int(&row, "status"),
			.updated_ms = row_int(&row, "updated_ms"),
		};
	}
	return add_variants(c, shop, *ids, *list, *n);
}

/* Variants that are still there now belong to no product: the shop deleted it while it wrote the file. */
static enum err products_done(struct ctx *c, const struct catalog_claim *claim, struct catalog_change *out)
{
	TRY(catalog_unseen_gone(c, claim, out));
	TRY(forget_lines(c, claim->shop));
	TRY(db_run(c, SQL(catalog_bulk_next), PARAMS(p_uuid(claim->shop.u), p_int(claim->generation))));
	return rest(c, claim, 0, S(""));
}

static enum err apply_products(struct ctx *c, const struct catalog_claim *claim, struct catalog_change *out)
{
	struct platform_product *list;
	int64_t *ids;
	size_t n;

	TRY(stored_products(c, claim->shop, &list, &ids, &n));
	if (!n)
		return products_done(c, claim, out);
	TRY(catalog_bulk_put(c, claim, list, n, out));
	return db_run(c, SQL(catalog_lines_applied), PARAMS(p_uuid(claim->shop.u), p_ints(c, ids, n)));
}

static enum err apply_stock(struct ctx *c, const struct catalog_claim *claim, const struct catalog_bulk *bulk)
{
	struct row row;

	TRY(db_one(c, SQL(catalog_lines_stock), PARAMS(
		p_uuid(claim->shop.u), p_int(ITEMS_AT_ONCE), p_int(bulk->asked_ms), p_int(bulk->shop_asked_ms)), &row));
	if (row_int(&row, "items"))
		return rest(c, claim, 0, S(""));
	TRY(db_run(c, SQL(catalog_items_unread_dirty), PARAMS(p_uuid(claim->shop.u), p_int(bulk->asked_ms))));
	return leave(c, claim, S("stock"), S(""));
}

enum err catalog_bulk_apply(struct ctx *c, const struct catalog_claim *claim, const struct catalog_bulk *bulk,
	struct catalog_change *out)
{
	*out = (struct catalog_change){ 0 };
	return bulk->what == PLATFORM_BULK_PRODUCTS ? apply_products(c, claim, out) : apply_stock(c, claim, bulk);
}
