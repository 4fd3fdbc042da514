/* events_deliver.c: runs the consumers of the event log
 *
 * Each reads in order behind the oldest open transaction, and moves its place in the transaction of its effect. Those that
 * stand at the same place read together; when one of them fails, each goes alone, so that its fault keeps no other back.
 */
#include <assert.h>

#include "lib/analytics/analytics.h"
#include "lib/bio/bio.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/replay/replay.h"

#define CONSUMERS_MOST 16

struct turn {
	const struct consumer **consumers;
	size_t n, served;
	int64_t done;
};

static size_t consumers_all(const struct consumer *out[])
{
	size_t n = 0;

	for (size_t i = 0; i < analytics_consumers_n; i++)
		out[n++] = &analytics_consumers[i];
	out[n++] = &replay_consumer;
	out[n++] = &bio_consumer;
	assert(n <= CONSUMERS_MOST);
	return n;
}

static enum err run(struct ctx *c, void *arg)
{
	struct turn *turn = arg;

	return event_step(c, turn->consumers, turn->n, &turn->served, &turn->done);
}

static enum err turn_take(struct ctx *c, struct turn *turn)
{
	if (db_in_tx(c, run, turn) == OK)
		return OK;
	turn->n = turn->served = 1;
	turn->done = 0;
	return db_in_tx(c, run, turn);
}

static enum err step(struct ctx *c, int64_t *done)
{
	const struct consumer *consumers[CONSUMERS_MOST];
	size_t n = consumers_all(consumers);
	enum err failed = OK;

	*done = 0;
	for (size_t at = 0; at < n;) {
		struct turn turn = { .consumers = consumers + at, .n = n - at };
		enum err e = turn_take(c, &turn);

		if (e != OK)
			failed = e;
		*done += turn.done;
		at += turn.served;
	}
	return failed;
}

const struct helper events_deliver_helper = { "events_deliver", step };
