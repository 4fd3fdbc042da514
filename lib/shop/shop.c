#include "lib/shop/shop.h"

#include "lib/db/db.h"
#include "lib/job/job.h"

static void read_shop(const struct row *row, struct shop *out)
{
	*out = (struct shop){
		.id = { row_uuid(row, "id") },
		.platform = row_str(row, "platform"),
		.domain = row_str(row, "domain"),
		.name = row_str(row, "name"),
		.currency = row_currency(row, "currency"),
		.storefront_url = row_str(row, "storefront_url"),
		.status = row_str(row, "status"),
		.scopes = row_str(row, "scopes"),
		.health = row_str(row, "health"),
		.health_reason = row_str(row, "health_reason"),
		.token_generation = row_int(row, "token_generation"),
		.installed_ms = row_int(row, "installed_ms"),
	};
}

enum err shop_by_id(struct ctx *c, struct shop_id id, struct shop *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(shop_by_id), PARAMS(p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_SHOP_CLOSED, "no such shop");
	read_shop(&row, out);
	return OK;
}

enum err shop_by_domain(struct ctx *c, struct str platform, struct str domain, struct shop *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(shop_by_domain), PARAMS(p_str(platform), p_str(domain)), &row));
	*found = row.found;
	if (row.found)
		read_shop(&row, out);
	return OK;
}

enum err shop_idle(struct ctx *c, struct shop_id *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(shop_idle), NO_PARAMS, &row));
	*found = row.found;
	if (row.found)
		out->u = row_uuid(&row, "id");
	return OK;
}

enum err shop_health_put(struct ctx *c, struct shop_id id, struct str health, struct str reason)
{
	return db_run(c, SQL(shop_health_put), PARAMS(p_uuid(id.u), p_str(health), p_str(reason)));
}

enum err shop_forget(struct ctx *c, struct shop_id id)
{
	return db_run(c, SQL(shop_forget), PARAMS(p_uuid(id.u)));
}

enum err shop_uninstalled(struct ctx *c, struct shop_id id, int64_t at_ms, bool *late)
{
	char dedupe[37];
	struct shop shop;
	struct row row;

	TRY(db_maybe(c, SQL(shop_uninstalled), PARAMS(p_uuid(id.u), p_int(at_ms)), &row));
	if (!row.found) {
		TRY(shop_by_id(c, id, &shop));
		*late = !str_eq(shop.status, S("uninstalled"));
		return OK;
	}
	*late = false;
	uuid_text(id.u, dedupe);
	TRY(shop_health_put(c, id, S("needs_reconnect"), S("uninstalled")));
	return job_queue(c, S("shop_uninstalled"), str_of(dedupe), id, (struct creator_id){ 0 }, S(""));
}
