/* inbox: every push of a platform, kept as it came and applied later.
 * Owns       table webhook_inbox; bodies are sealed and removed after config webhook_keep_days
 * Invariant  a delivery is stored once per (platform, shop, webhook id), which is only an optimisation:
 *            headers are not signed, so correctness comes from what applies it
 * Never      knows what a topic means: cron/webhooks_apply does
 */
#ifndef UNIFYED_INBOX_H
#define UNIFYED_INBOX_H
#include "lib/core/ctx.h"

struct delivery {
	struct delivery_id id;
	struct str platform;    /* "shopify" */
	struct str shop_domain;
	struct str topic;       /* "orders/create" */
	struct str webhook_id, event_id, api_version;
	int64_t triggered_ms;   /* 0: not told */
	int64_t received_ms;
	struct str body;        /* the bytes that were signed */
	struct shop_id shop;    /* nil: we do not know that shop */
	int attempts;           /* before this one */
};

/* Stores; *fresh false when it was here already. In the caller's transaction. */
enum err inbox_store(struct ctx *c, const struct delivery *delivery, bool *fresh);
/* Ids of up to `most` deliveries that wait, oldest first. */
enum err inbox_due(struct ctx *c, int most, struct delivery_id **out, size_t *n);
/* Takes one for this transaction and opens its body. *found false: applied meanwhile. */
enum err inbox_take(struct ctx *c, struct delivery_id id, struct delivery *out, bool *found);
/* Ends it in the transaction of its effect. state: "done", "ignored" (nothing to do), "parked" (cannot be applied). */
enum err inbox_close(struct ctx *c, struct delivery_id id, struct str state, struct str says);
/* After its transaction was rolled back: again later, parked with its reason after `most` attempts. */
enum err inbox_retry(struct ctx *c, struct delivery_id id, struct str problem, int most);
/* Removes bodies whose time is over, a few at a time. */
enum err inbox_forget(struct ctx *c, int days, int most, int64_t *removed);

#endif
