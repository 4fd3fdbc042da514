#include "lib/view/connection_view.h"

static void put_sync(struct jw *w, const struct connection *connection)
{
	jw_key(w, "sync");
	if (!connection->sync_state.n) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kstr(w, "state", connection->sync_state);
	jw_kstr(w, "phase", connection->sync_phase);
	jw_kint(w, "products", connection->sync_products);
	jw_kint(w, "variants", connection->sync_variants);
	jw_kstr(w, "problem", connection->sync_problem);
	jw_ktime(w, "wanted_at", connection->sync_wanted_ms);
	jw_ktime(w, "started_at", connection->sync_started_ms);
	jw_ktime(w, "finished_at", connection->sync_finished_ms);
	jw_end(w);
}

/* What webhooks should have told and did not. */
static void put_compared(struct jw *w, const struct connection *connection)
{
	jw_key(w, "orders_compared");
	if (!connection->compared_ms) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_ktime(w, "at", connection->compared_ms);
	jw_kint(w, "same", connection->same);
	jw_kint(w, "missing", connection->missing);
	jw_kint(w, "newer", connection->newer);
	jw_kint(w, "different", connection->different);
	jw_kint(w, "refused", connection->refused);
	jw_end(w);
}

void connection_json(struct jw *w, const struct connection *connection)
{
	jw_object(w);
	jw_kid(w, "id", ID_connection, connection->id.u);
	jw_kstr(w, "platform", connection->platform);
	jw_kstr(w, "role", connection->role);
	jw_kstr(w, "status", connection->status);
	jw_key(w, "shop");
	jw_object(w);
	jw_kid(w, "id", ID_shop, connection->shop_id.u);
	jw_kstr(w, "domain", connection->domain);
	jw_kstr(w, "name", connection->name);
	jw_kstr(w, "currency", currency_str(&connection->currency));
	jw_kstr(w, "storefront_url", connection->storefront_url);
	jw_kstr(w, "status", connection->shop_status);
	jw_end(w);
	jw_kstr(w, "health", connection->health);
	jw_kstr(w, "health_reason", connection->health_reason);
	put_sync(w, connection);
	put_compared(w, connection);
	jw_ktime(w, "connected_at", connection->connected_ms);
	jw_ktime(w, "disconnected_at", connection->disconnected_ms);
	jw_end(w);
}

struct str connection_one_json(struct ctx *c, const struct connection *connection)
{
	struct jw w = jw_new(c->mem, 16384);

	connection_json(&w, connection);
	return jw_done(&w);
}
