/* job: work that must happen outside a request; queued in the transaction that wants it, claimed by a helper.
 * Owns       table job
 * Invariant  at most one queued job per (kind, dedupe); running twice must be harmless
 */
#ifndef UNIFYED_JOB_H
#define UNIFYED_JOB_H
#include "lib/core/ctx.h"

struct job {
	struct job_id id;
	struct str kind;           /* "catalog_sync", "stock_read", "subscriptions" ... */
	struct str dedupe;
	struct shop_id shop;       /* nil: none */
	struct creator_id creator; /* nil: none */
	struct str payload;        /* JSON object */
	int attempts;
};

/* Queues; when the same work is queued already it is brought forward to now. */
enum err job_queue(struct ctx *c, struct str kind, struct str dedupe, struct shop_id shop, struct creator_id creator,
	struct str payload);
/* Claims the most urgent due job of a kind for lease_s seconds (it comes back if the helper dies).
 * *found false: there is none. Its own short transaction belongs to the caller. */
enum err job_claim(struct ctx *c, struct str kind, int lease_s, struct job *out, bool *found);
/* It runs once more when it was queued again meanwhile, or when it took longer than its lease. */
enum err job_done(struct ctx *c, struct job_id id);
/* Runs again after a backoff with jitter (2^attempts s, at most an hour); dead after `most` attempts, with its reason. */
enum err job_failed(struct ctx *c, const struct job *job, struct str problem, int most);
/* What failed at a shop, or was given up there, is due again. */
enum err job_resume(struct ctx *c, struct shop_id shop);

#endif
