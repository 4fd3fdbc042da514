/* told.c: what a shop says of its own installation, and what we make of it. */
#include "lib/connection/connection.h"

#include "lib/db/db.h"

#define REASON "scope"

enum err connection_scopes_told(struct ctx *c, struct shop_id id, struct str granted, int64_t at_ms, bool *stale)
{
	struct shop shop;

	TRY(shop_scopes_put(c, id, granted, at_ms, stale));
	if (*stale)
		return OK;
	TRY(shop_by_id(c, id, &shop));
	if (connection_scopes_must_cover(c, granted) != OK) {
		c->failed = OK;
		return shop_health_put(c, id, S("needs_reconnect"), S(REASON));
	}
	if (!str_eq(shop.health, S("needs_reconnect")) || !str_eq(shop.health_reason, S(REASON)))
		return OK;
	return shop_health_put(c, id, S("healthy"), S(""));
}

static enum err identify(struct ctx *c, struct shop_id shop)
{
	struct platform_identity identity;
	struct shop_door door;

	TRY(shop_open(c, shop, &door));
	return shop_heard(c, &door, door.platform->identify(c, &door.call, &identity));
}

enum err connection_confirm(struct ctx *c, struct shop_id shop, bool *gone)
{
	enum err e = identify(c, shop);

	*gone = e == ERR_PLATFORM_DENIED || e == ERR_SHOP_CLOSED;
	if (!*gone)
		return e;
	c->failed = OK;
	return OK;
}

enum err connection_erase(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(connection_erase), PARAMS(p_uuid(shop.u)));
}
