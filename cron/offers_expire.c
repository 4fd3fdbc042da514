/* offers_expire.c: ends offers whose time is over, and pauses those that a broken price promise asked to be paused
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

static enum err pause_due(struct ctx *c, void *arg)
{
	return offer_pause_due(c, arg);
}

static enum err step(struct ctx *c, int64_t *done)
{
	int64_t paused;

	TRY(db_in_tx(c, pause_due, &paused));
	TRY(db_in_tx(c, expire, done));
	*done += paused;
	return OK;
}

const struct helper offers_expire_helper = { "offers_expire", step };
