#include "lib/inventory/audit.h"

#include "lib/core/config.h"
#include "lib/db/db.h"

#define BATCH 500
#define SETTLE_BATCH 200

enum err audit_step(struct ctx *c, int64_t *looked)
{
	struct row row;

	TRY(db_one(c, SQL(inventory_audit_step), PARAMS(p_int(c->config->stock_audit_s), p_int(BATCH)), &row));
	*looked = row_int(&row, "looked");
	if (*looked < 0)
		*looked = 0;
	return OK;
}

enum err stock_settle(struct ctx *c, int64_t *moved)
{
	struct row row;

	TRY(db_one(c, SQL(inventory_settle), PARAMS(p_int(SETTLE_BATCH)), &row));
	*moved = row_int(&row, "moved");
	return OK;
}

enum err audit_last(struct ctx *c, struct audit_run *out)
{
	struct row row;

	*out = (struct audit_run){ 0 };
	TRY(db_maybe(c, SQL(inventory_audited), NO_PARAMS, &row));
	if (row.found) {
		*out = (struct audit_run){ row_int(&row, "started_ms"), row_int(&row, "finished_ms"), row_int(&row, "looked"),
			row_int(&row, "broken") };
	}
	return OK;
}

enum err audit_findings(struct ctx *c, bool all, struct finding_id after, int limit, struct audit_finding **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inventory_findings), PARAMS(
		p_uuid(c->creator.u), p_uuid_or_null(after.u), p_bool(all), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct audit_finding){
			.id = { row_uuid(&row, "id") }, .shop = { row_uuid(&row, "shop_id") }, .invariant = row_str(&row, "invariant"),
			.says = row_str(&row, "says"), .phase = row_str(&row, "phase"), .subject = row_uuid(&row, "subject"),
			.expected = row_int(&row, "expected"), .found = row_int(&row, "found"), .first_ms = row_int(&row, "first_ms"),
			.last_ms = row_int(&row, "last_ms"), .gone_ms = row_int(&row, "gone_ms"), .repaired_ms = row_int(&row, "repaired_ms") };
	}
	return OK;
}

enum err stock_broken_list(struct ctx *c, struct str domain, struct item_id item, struct item_id after, int most,
	struct stock_broken **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inventory_broken), PARAMS(
		p_str(domain), p_uuid_or_null(item.u), p_uuid(after.u), p_int(most)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct stock_broken){ { row_uuid(&row, "shop_id") }, { row_uuid(&row, "item_id") }, row_str(&row, "domain"),
			row_bool(&row, "broken") };
	}
	return OK;
}

enum err stock_repair(struct ctx *c, const struct stock_broken *item, struct stock_repaired **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inventory_repair), PARAMS(p_uuid(item->shop.u), p_uuid(item->item.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct stock_repaired){ row_str(&row, "invariant"), row_int(&row, "found"), row_int(&row, "expected") };
	}
	return OK;
}
