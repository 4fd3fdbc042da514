/* reservations_expire.c: tidies up holds that lapsed
 *
 * Expiry is a fact of the clock: a buyer never waits for this. Here lapsed holds get their events, a few at a time,
 * each batch in its own short transaction.
 */
#include "lib/checkout/checkout.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"

#define EXPIRE_MOST 25 /* a click may wait for as many stock rows */

static enum err expire(struct ctx *c, void *arg)
{
	return checkout_expire(c, EXPIRE_MOST, arg);
}

static enum err step(struct ctx *c, int64_t *done)
{
	*done = 0;
	return db_in_tx(c, expire, done);
}

const struct helper reservations_expire_helper = { "reservations_expire", step };
