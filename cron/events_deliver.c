/* events_deliver.c: runs the consumers of the event log
 *
 * Each reads in order behind the oldest open transaction, and moves its place in the transaction of its effect.
 */
#include "lib/analytics/analytics.h"
#include "lib/bio/bio.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/replay/replay.h"

struct turn {
	const struct consumer *consumer;
	int64_t done;
};

static enum err run(struct ctx *c, void *arg)
{
	struct turn *turn = arg;

	return event_step(c, turn->consumer, &turn->done);
}

static enum err deliver(struct ctx *c, const struct consumer *consumer, int64_t *done)
{
	struct turn turn = { .consumer = consumer };

	TRY(db_in_tx(c, run, &turn));
	*done += turn.done;
	return OK;
}

static enum err step(struct ctx *c, int64_t *done)
{
	*done = 0;
	for (size_t i = 0; i < analytics_consumers_n; i++)
		TRY(deliver(c, &analytics_consumers[i], done));
	TRY(deliver(c, &replay_consumer, done));
	return deliver(c, &bio_consumer, done);
}

const struct helper events_deliver_helper = { "events_deliver", step };
