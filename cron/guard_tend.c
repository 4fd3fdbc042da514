/* guard_tend.c: keeps the crowd fair
 *
 * Learns from what happened to holds, raises and lowers the level of each item in demand, and forgets addresses in time.
 * Nobody's click waits for it: without it the caps of a click still hold, and levels stay as they are.
 */
#include "lib/checkout/guard.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"

struct tended {
	int64_t learnt, changed, forgotten;
};

static enum err learn(struct ctx *c, void *arg)
{
	return guard_learn(c, &((struct tended *)arg)->learnt);
}

static enum err judge(struct ctx *c, void *arg)
{
	return guard_judge(c, &((struct tended *)arg)->changed);
}

static enum err forget(struct ctx *c, void *arg)
{
	return guard_forget(c, &((struct tended *)arg)->forgotten);
}

static enum err step(struct ctx *c, int64_t *done)
{
	struct tended t = { 0 };

	*done = 0;
	TRY(db_in_tx(c, learn, &t));
	TRY(db_in_tx(c, judge, &t));
	TRY(db_in_tx(c, forget, &t));
	*done = t.learnt + t.changed + t.forgotten;
	return OK;
}

const struct helper guard_tend_helper = { "guard_tend", step };
