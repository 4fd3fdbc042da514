#include "lib/inventory/inventory.h"

#include "lib/db/db.h"
#include "lib/json/json.h"

#define LEVELS_MAX 1048576
#define STOCK_LIMIT 1000000000 /* what the columns hold with room to add up */

enum err inventory_dirty_list(struct ctx *c, int most, struct inventory_dirty *out)
{
	struct rows rows;

	*out = (struct inventory_dirty){ 0 };
	TRY(db_all(c, SQL(inventory_dirty_list), PARAMS(p_int(most)), &rows));
	out->n = (size_t)rows.n;
	out->items = arena_array(c->mem, out->n + 1, sizeof(*out->items));
	out->externals = arena_array(c->mem, out->n + 1, sizeof(*out->externals));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		out->shop.u = row_uuid(&row, "shop_id");
		out->began_ms = row_int(&row, "began_ms");
		out->items[i].u = row_uuid(&row, "item_id");
		out->externals[i] = row_int(&row, "external_id");
	}
	return OK;
}

static int64_t bounded(int64_t units)
{
	return units > STOCK_LIMIT ? STOCK_LIMIT : units < -STOCK_LIMIT ? -STOCK_LIMIT : units;
}

static struct str levels_json(struct ctx *c, const struct platform_item *item)
{
	struct jw w = jw_new(c->mem, LEVELS_MAX);

	jw_list(&w);
	for (size_t i = 0; i < item->levels_n; i++) {
		const struct platform_stock *level = &item->levels[i];

		jw_object(&w);
		jw_kint(&w, "location", level->location);
		jw_kstr(&w, "name", level->location_name);
		jw_kbool(&w, "active", level->active);
		jw_kbool(&w, "online", level->online);
		jw_kint(&w, "available", bounded(level->available));
		jw_kint(&w, "updated_ms", level->updated_ms);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

enum err inventory_read(struct ctx *c, struct shop_id shop, struct item_id item, const struct platform_item *told,
	int64_t began_ms, int64_t shop_began_ms, struct str cause, bool *changed)
{
	struct row row;

	TRY(db_one(c, SQL(inventory_read), PARAMS(
		p_uuid(shop.u), p_uuid(item.u), p_str(levels_json(c, told)), p_bool(!told->found || told->tracked),
		p_int(began_ms), p_int(shop_began_ms), p_str(cause)), &row));
	*changed = str_eq(row_str(&row, "outcome"), S("changed"));
	return OK;
}

enum err inventory_level_told(struct ctx *c, struct shop_id shop, const struct platform_level *level, bool *known)
{
	struct row row;

	TRY(db_one(c, SQL(inventory_level_told), PARAMS(
		p_uuid(shop.u), p_int(level->item), p_int(level->location),
		p_int_or_null(bounded(level->available), !level->known), p_int(level->updated_ms)), &row));
	*known = !str_eq(row_str(&row, "outcome"), S("unknown"));
	return OK;
}

enum err inventory_dirty(struct ctx *c, struct shop_id shop, int64_t item_external)
{
	return db_run(c, SQL(inventory_dirty), PARAMS(p_uuid(shop.u), p_int(item_external)));
}
