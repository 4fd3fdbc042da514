#include "lib/order/order.h"

#include "lib/db/db.h"

enum err order_erase(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(order_erase), PARAMS(p_uuid(shop.u)));
}
