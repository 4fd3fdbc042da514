/* cron: main() of every helper. One of each runs at a time: it waits for its predecessor's lock (config helper_wait_s),
 * then steps until its minute is over (helper_minute_s), sleeping helper_poll_ms whenever a step found nothing to do.
 * Exit codes: 0 done, 75 (EX_TEMPFAIL) the predecessor still has the lock, 78 configuration. SIGTERM ends after the step.
 */
#ifndef UNIFYED_CRON_H
#define UNIFYED_CRON_H
#include "lib/core/ctx.h"

struct helper {
	const char *name; /* cron/<name>.c, and its lock */
	/* One small piece of work with a fresh arena; no transaction is open (use db_in_tx). *done: how many things it did;
	 * 0 means nothing is waiting. A refusal is logged and the helper goes on after a pause. Tests call it directly. */
	enum err (*step)(struct ctx *c, int64_t *done);
};

int cron_main(const struct helper *helper, int argc, char **argv);

#endif
