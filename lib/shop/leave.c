#include "lib/shop/shop.h"

#include "lib/db/db.h"

enum err shop_scopes_put(struct ctx *c, struct shop_id id, struct str scopes, int64_t at_ms, bool *stale)
{
	struct row row;

	TRY(db_maybe(c, SQL(shop_scopes_put), PARAMS(p_uuid(id.u), p_str(scopes), p_int(at_ms)), &row));
	*stale = !row.found;
	return OK;
}

enum err shop_erase(struct ctx *c, struct shop_id id)
{
	return db_run(c, SQL(shop_erase), PARAMS(p_uuid(id.u)));
}
