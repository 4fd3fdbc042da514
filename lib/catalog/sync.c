#include "lib/catalog/store.h"

#include "lib/core/config.h"
#include "lib/db/db.h"

enum err catalog_sync_claim(struct ctx *c, int64_t lease_s, struct catalog_claim *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(catalog_sync_claim), PARAMS(
		p_int(lease_s), p_int(c->config->catalog_changes_s), p_int(c->config->catalog_full_s),
		p_int(c->config->reconcile_overlap_s)), &row));
	*found = row.found;
	if (row.found) {
		*out = (struct catalog_claim){
			{ row_uuid(&row, "shop_id") }, row_int(&row, "generation"), row_str(&row, "cursor"), row_str(&row, "phase"),
			str_eq(row_str(&row, "kind"), S("full")), row_int(&row, "since_ms") };
	}
	return OK;
}

enum err catalog_sync_finish(struct ctx *c, struct shop_id shop, bool *done)
{
	struct row row;

	TRY(db_maybe(c, SQL(catalog_sync_finish), PARAMS(p_uuid(shop.u)), &row));
	*done = row.found;
	return row.found ? OK : db_run(c, SQL(catalog_sync_wait), PARAMS(p_uuid(shop.u)));
}

enum err catalog_sync_failed(struct ctx *c, struct shop_id shop, struct str problem, bool counts, int most)
{
	return db_run(c, SQL(catalog_sync_failed), PARAMS(p_uuid(shop.u), p_str(problem), p_bool(counts), p_int(most)));
}

enum err catalog_unfinished(struct ctx *c, struct catalog_unfinished *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(catalog_unfinished), NO_PARAMS, &row));
	*found = row.found;
	if (row.found) {
		*out = (struct catalog_unfinished){
			{ row_uuid(&row, "shop_id") }, row_int(&row, "external_id"), row_str(&row, "more_variants") };
	}
	return OK;
}
