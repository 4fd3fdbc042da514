#include "lib/catalog/catalog.h"

#include "lib/db/db.h"

enum err catalog_erase(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(catalog_erase), PARAMS(p_uuid(shop.u)));
}
