/* inventory/audit: are the sums what their rows say? (DESIGN 6; sql/functions/55_audit.sql)
 * Owns       tables audit_run, audit_finding
 * Invariant  a finding was seen twice, the second time with its row locked: nothing in flight is ever one
 * Never      repairs by itself: inventory_repair is an operator's command
 */
#ifndef UNIFYED_INVENTORY_AUDIT_H
#define UNIFYED_INVENTORY_AUDIT_H
#include "lib/core/ctx.h"

struct audit_run {
	int64_t started_ms, finished_ms, looked, broken; /* finished_ms 0: none has ended yet */
};

struct audit_finding {
	struct finding_id id;
	struct shop_id shop;
	struct str invariant, says;  /* "held", and in words */
	struct str phase;            /* items offers checkouts orders: what `subject` is one of */
	struct uuid subject;
	int64_t expected, found;
	int64_t first_ms, last_ms, gone_ms, repaired_ms;
};

/* One small batch of the audit that is due, in the caller's transaction. *looked: rows; 0: nothing is due. */
enum err audit_step(struct ctx *c, int64_t *looked);
/* Lets items follow a location or a shop's buffer that changed for all of them; *moved: how many, 0: all do. */
enum err stock_settle(struct ctx *c, int64_t *moved);

/* The last audit that came to its end. */
enum err audit_last(struct ctx *c, struct audit_run *out);
/* What stands broken in shops that c->creator owns, newest first; all: also what is over. */
enum err audit_findings(struct ctx *c, bool all, struct finding_id after, int limit, struct audit_finding **out, size_t *n);

/* Items that contradict their rows, for a repair: `most` items after `after` are looked at, of shop `domain` (empty: any) or only
 * `item`. */
struct stock_broken {
	struct shop_id shop;
	struct item_id item;
	struct str domain;
	bool broken;
};
enum err stock_broken_list(struct ctx *c, struct str domain, struct item_id item, struct item_id after, int most,
	struct stock_broken **out, size_t *n);
struct stock_repaired {
	struct str invariant;
	int64_t found, expected;
};
/* Rewrites an item's sums from their rows, with an entry in its history and an event; *n 0: all was right after all. */
enum err stock_repair(struct ctx *c, const struct stock_broken *item, struct stock_repaired **out, size_t *n);

#endif
