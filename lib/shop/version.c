#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/db/db.h"
#include "lib/shop/shop.h"

/* Shopify serves a version that has ended as the oldest it still knows, without a word. */
enum err shop_version_told(struct ctx *c, struct shop_id id, struct str version, bool webhook)
{
	struct row row;
	bool drift = !str_eq(version, c->config->shopify_api_version);

	if (!version.n)
		return OK;
	TRY(db_maybe(c, SQL(shop_version_put), PARAMS(
		p_uuid(id.u), p_str(version), p_bool(webhook), p_str(c->config->shopify_api_version)), &row));
	if (!row.found)
		return OK;
	if (!drift)
		return row_bool(&row, "drifted") ? shop_health_put(c, id, S("healthy"), S("")) : OK;
	log_line(LOG_WARN, "the shop uses another version of its API", LOG_FIELDS(
		LOG_S("shop", ID_TEXT(c->mem, shop, id)), LOG_S("version", version), LOG_S("pinned", c->config->shopify_api_version),
		LOG_S("where", webhook ? S("webhook") : S("call"))));
	return row_bool(&row, "healthy") ? shop_health_put(c, id, S("degraded"), S("api-version")) : OK;
}
