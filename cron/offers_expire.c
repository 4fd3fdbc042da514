/* offers_expire.c: ends offers whose time is over
 *
 * /go refuses them by the clock already; this tells everybody, and lets their codes at the shop end.
 */
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/offer/offer.h"

#define MOST 50

static enum err expire(struct ctx *c, void *arg)
{
	return offer_expire(c, MOST, arg);
}

static enum err step(struct ctx *c, int64_t *done)
{
	return db_in_tx(c, expire, done);
}

const struct helper offers_expire_helper = { "offers_expire", step };
