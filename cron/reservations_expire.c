/* reservations_expire.c: tidies up holds that lapsed, and places in line whose day is over
 *
 * Expiry is a fact of the clock: a buyer never waits for this. Here lapsed holds get their events, a few at a time,
 * each batch in its own short transaction.
 */
#include "lib/checkout/checkout.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/waitlist/waitlist.h"

#define EXPIRE_MOST 25 /* a click may wait for as many stock rows */

static enum err expire(struct ctx *c, void *arg)
{
	return checkout_expire(c, EXPIRE_MOST, arg);
}

static enum err tidy(struct ctx *c, void *arg)
{
	return waitlist_tidy(c, EXPIRE_MOST, arg);
}

static enum err step(struct ctx *c, int64_t *done)
{
	*done = 0;
	TRY(db_in_tx(c, expire, done));
	return *done ? OK : db_in_tx(c, tidy, done); /* holds first */
}

const struct helper reservations_expire_helper = { "reservations_expire", step };
