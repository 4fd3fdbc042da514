#include "lib/inventory/buffer.h"

#include "lib/db/db.h"
#include "lib/json/json.h"

enum err buffer_rule_read(struct ctx *c, struct str body, struct buffer_rule *out)
{
	static const char *const known[] = { "buffer", NULL }, *const kinds[] = { "units", "percent", NULL };
	struct json whole, rule;

	*out = (struct buffer_rule){ 0 };
	TRY(json_read_object(c, body, &whole));
	json_only(c, whole, known);
	rule = json_get(whole, "buffer");
	if (json_is_null(whole, "buffer"))
		return fields_must_be_good(c);
	if (json_type(rule) != JSON_OBJECT) {
		field_bad(c, "buffer", "an object with units or percent, or null");
		return fields_must_be_good(c);
	}
	json_only(c, rule, kinds);
	out->has_units = json_want_int(c, rule, "units", 0, BUFFER_UNITS_MAX, &out->units);
	out->has_percent = json_want_int(c, rule, "percent", 0, 100, &out->percent);
	if (!c->fields_n && out->has_units == out->has_percent)
		field_bad(c, "buffer", "either units or percent");
	return fields_must_be_good(c);
}

static bool typed(struct ctx *c, const char *field, struct str text, int64_t max, int64_t *out)
{
	if (text.n && (!str_int(text, out) || *out < 0 || *out > max))
		field_bad(c, field, "0 to %lld", (long long)max);
	return text.n > 0;
}

enum err buffer_rule_typed(struct ctx *c, struct str units, struct str percent, struct buffer_rule *out)
{
	*out = (struct buffer_rule){ 0 };
	out->has_units = typed(c, "units", units, BUFFER_UNITS_MAX, &out->units);
	out->has_percent = typed(c, "percent", percent, 100, &out->percent);
	if (out->has_units && out->has_percent)
		field_bad(c, "percent", "either units or per cent");
	return fields_must_be_good(c);
}

static struct buffer_rule rule_of(const struct row *row)
{
	return (struct buffer_rule){
		.has_units = !row_null(row, "units"), .has_percent = !row_null(row, "percent"),
		.units = row_int(row, "units"), .percent = row_int(row, "percent") };
}

enum err stock_item_by_id(struct ctx *c, struct item_id id, struct stock_item *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(inventory_item), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such item in this creator's shops");
	*out = (struct stock_item){
		.id = { row_uuid(&row, "item_id") }, .shop = { row_uuid(&row, "shop_id") }, .domain = row_str(&row, "domain"),
		.owns = row_bool(&row, "owns"), .tracked = row_bool(&row, "tracked"),
		.available = row_int(&row, "shop_available"), .held = row_int(&row, "held"),
		.sold_unsynced = row_int(&row, "sold_unsynced"), .buffer = row_int(&row, "buffer"), .free = row_int(&row, "free"),
		.read_ms = row_int(&row, "read_ms"), .short_ms = row_int(&row, "short_ms"),
		.own_rule = row_bool(&row, "own_rule"), .rule = rule_of(&row), .revision = row_int(&row, "revision"),
	};
	return OK;
}

enum err stock_item_buffer_set(struct ctx *c, struct stock_item *item, const struct buffer_rule *rule, int64_t *free_before)
{
	struct row row;

	if (!item->owns)
		return FAIL(c, ERR_OWNER_ONLY, "a seller may not set the buffer of an item");
	TRY(db_one(c, SQL(inventory_item_buffer_set), PARAMS(p_uuid(item->shop.u), p_uuid(item->id.u), p_int(item->revision),
		p_int_or_null(rule->units, !rule->has_units), p_int_or_null(rule->percent, !rule->has_percent)), &row));
	if (!str_eq(row_str(&row, "outcome"), S("done")))
		return FAIL(c, ERR_EDIT_CONFLICT, "the buffer was changed meanwhile");
	*free_before = row_int(&row, "free_before");
	return stock_item_by_id(c, item->id, item);
}

enum err stock_history(struct ctx *c, const struct stock_item *item, struct snapshot_id after, int limit, struct stock_moved **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inventory_history), PARAMS(
		p_uuid(item->shop.u), p_uuid(item->id.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct stock_moved){
			.id = { row_uuid(&row, "id") }, .at_ms = row_int(&row, "at_ms"), .cause = row_str(&row, "cause"),
			.available = row_int(&row, "shop_available"), .held = row_int(&row, "held"),
			.sold_unsynced = row_int(&row, "sold_unsynced"), .buffer = row_int(&row, "buffer"), .free = row_int(&row, "free") };
	}
	return OK;
}

enum err stock_shop_by_id(struct ctx *c, struct shop_id id, struct stock_shop *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(inventory_shop_rule), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such shop of this creator's");
	*out = (struct stock_shop){
		.id = { row_uuid(&row, "id") }, .domain = row_str(&row, "domain"), .owns = row_bool(&row, "owns"),
		.settling = row_bool(&row, "settling"), .rule = rule_of(&row), .revision = row_int(&row, "revision") };
	return OK;
}

enum err stock_shop_buffer_set(struct ctx *c, struct stock_shop *shop, const struct buffer_rule *rule)
{
	struct row row;

	if (!shop->owns)
		return FAIL(c, ERR_OWNER_ONLY, "a seller may not set the buffer of a shop");
	TRY(db_one(c, SQL(inventory_shop_buffer_set), PARAMS(p_uuid(shop->id.u), p_int(shop->revision),
		p_int_or_null(rule->units, !rule->has_units), p_int_or_null(rule->percent, !rule->has_percent)), &row));
	if (!str_eq(row_str(&row, "outcome"), S("done")))
		return FAIL(c, ERR_EDIT_CONFLICT, "the buffer was changed meanwhile");
	return stock_shop_by_id(c, shop->id, shop);
}
