/* stock_audit.c: recomputes what must add up, and writes down what does not
 *
 * In small batches, each in its own short transaction, a run every stock_audit_s seconds: /status/integrity and the creators' API
 * show what the last one found. It repairs nothing; it also lets items follow a location or a buffer that changed for all of them.
 */
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/inventory/audit.h"

static enum err settle(struct ctx *c, void *arg)
{
	return stock_settle(c, arg);
}

static enum err look(struct ctx *c, void *arg)
{
	return audit_step(c, arg);
}

static enum err step(struct ctx *c, int64_t *done)
{
	int64_t moved = 0, looked = 0;

	*done = 0;
	TRY(db_in_tx(c, settle, &moved));
	TRY(db_in_tx(c, look, &looked));
	*done = moved + looked;
	return OK;
}

const struct helper stock_audit_helper = { "stock_audit", step };
