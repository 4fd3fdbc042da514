#include "lib/connection/connection.h"

#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/job/job.h"
#include "lib/json/json.h"

static void read_connection(const struct row *row, struct connection *out)
{
	*out = (struct connection){
		.id = { row_uuid(row, "id") },
		.shop_id = { row_uuid(row, "shop_id") },
		.platform = row_str(row, "platform"),
		.role = row_str(row, "role"),
		.status = row_str(row, "status"),
		.connected_ms = row_int(row, "connected_ms"),
		.disconnected_ms = row_int(row, "disconnected_ms"),
		.domain = row_str(row, "domain"),
		.name = row_str(row, "name"),
		.currency = row_currency(row, "currency"),
		.storefront_url = row_str(row, "storefront_url"),
		.shop_status = row_str(row, "shop_status"),
		.health = row_str(row, "health"),
		.health_reason = row_str(row, "health_reason"),
		.scopes = row_str(row, "scopes"),
		.sync_state = row_str(row, "sync_state"),
		.sync_phase = row_str(row, "sync_phase"),
		.sync_problem = row_str(row, "sync_problem"),
		.sync_products = row_int(row, "sync_products"),
		.sync_variants = row_int(row, "sync_variants"),
		.sync_wanted_ms = row_int(row, "sync_wanted_ms"),
		.sync_started_ms = row_int(row, "sync_started_ms"),
		.sync_finished_ms = row_int(row, "sync_finished_ms"),
		.compared_ms = row_int(row, "compared_ms"),
		.missing = row_int(row, "missing"),
		.newer = row_int(row, "newer"),
		.different = row_int(row, "different"),
		.refused = row_int(row, "refused"),
		.same = row_int(row, "same"),
	};
}

enum err connection_list(struct ctx *c, struct connection_id after, int limit, struct connection **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(connection_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		read_connection(&row, &(*out)[i]);
	}
	return OK;
}

enum err connection_by_id(struct ctx *c, struct connection_id id, struct connection *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(connection_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such connection of this creator");
	read_connection(&row, out);
	return OK;
}

/* What follows an end, whoever began it: the event, and the job that ends her offers. */
static enum err tell_end(struct ctx *c, struct connection_id id, struct creator_id creator, struct shop_id shop, const char *why)
{
	struct jw w = jw_new(c->mem, 512);
	char dedupe[37];

	uuid_text(id.u, dedupe);
	jw_object(&w);
	jw_kstr(&w, "platform", S("shopify"));
	jw_kstr(&w, "why", str_of(why));
	jw_end(&w);
	TRY(event_emit(c, &(struct event){
		.type = EVENT_PLATFORM_DISCONNECTED, .creator = creator, .shop = shop, .subject = id.u, .payload = jw_done(&w) }));
	return job_queue(c, S("connection_left"), str_of(dedupe), shop, creator, S(""));
}

/* Who joins, who leaves and the end of a shop take turns. */
static enum err lock(struct ctx *c, struct shop_id shop, struct str *status)
{
	struct row row;

	TRY(db_one(c, SQL(connection_shop_lock), PARAMS(p_uuid(shop.u)), &row));
	*status = row_str(&row, "status");
	return OK;
}

/* An owner who left is followed by who has sold there for longest. */
static enum err promote(struct ctx *c, struct shop_id shop)
{
	struct row row;

	TRY(db_maybe(c, SQL(connection_promote), PARAMS(p_uuid(shop.u)), &row));
	if (!row.found)
		return OK;
	return event_emit(c, &(struct event){
		.type = EVENT_CONNECTION_PROMOTED, .creator = { row_uuid(&row, "creator_id") }, .shop = shop,
		.subject = row_uuid(&row, "id"), .payload = S("{\"role\":\"owner\"}") });
}

enum err connection_end(struct ctx *c, struct connection_id id)
{
	struct connection connection;
	struct str status;
	struct row row;

	TRY(connection_by_id(c, id, &connection));
	TRY(lock(c, connection.shop_id, &status));
	TRY(db_maybe(c, SQL(connection_end), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return OK;
	TRY(promote(c, connection.shop_id));
	TRY(db_maybe(c, SQL(connection_shop_leave), PARAMS(p_uuid(connection.shop_id.u)), &row));
	return tell_end(c, id, c->creator, connection.shop_id, "disconnected");
}

enum err connection_uninstalled(struct ctx *c, struct shop_id shop)
{
	struct str status;
	struct rows rows;

	TRY(lock(c, shop, &status));
	if (!str_eq(status, S("uninstalled")))
		return OK;
	TRY(db_all(c, SQL(connection_end_all), PARAMS(p_uuid(shop.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(tell_end(c, (struct connection_id){ row_uuid(&row, "id") },
			(struct creator_id){ row_uuid(&row, "creator_id") }, shop, "uninstalled"));
	}
	return OK;
}

enum err connection_leaving(struct ctx *c, struct shop_id shop, struct creator_id who, struct connection_leaving *out)
{
	struct row row;

	TRY(db_one(c, SQL(connection_leaving), PARAMS(p_uuid(shop.u), p_uuid(who.u)), &row));
	*out = (struct connection_leaving){
		row_bool(&row, "leaving"), row_bool(&row, "discounts"), row_bool(&row, "joined") };
	return OK;
}
