/* inbox: every push of a platform, kept as it came and applied later.
 * Owns       table webhook_inbox; bodies are sealed and removed after config webhook_keep_days
 * Invariant  a delivery is stored once per (platform, shop, webhook id), which is only an optimisation:
 *            headers are not signed, so correctness comes from what applies it.
 *            A try is counted before it begins, so that one which kills its helper is parked like any other
 * Never      knows what a topic means: cron/webhooks_apply does
 */
#ifndef UNIFYED_INBOX_H
#define UNIFYED_INBOX_H
#include "lib/crypto/crypto.h"
#include "lib/core/ctx.h"

struct delivery {
	struct delivery_id id;
	struct str platform;    /* "shopify" */
	struct str shop_domain;
	struct str topic;       /* "orders/create" */
	struct str webhook_id, event_id, api_version, name;
	struct str signature;   /* as sent, base64 */
	struct str signed_with; /* "current" or "previous" secret */
	int64_t triggered_ms;   /* 0: not told */
	int64_t received_ms;
	struct str body;        /* the bytes that were signed; empty when they are gone */
	struct str body_gone;   /* "expired", "redacted"; empty: it is there */
	struct str state;       /* new, done, ignored, parked */
	struct shop_id shop;    /* nil: we do not know that shop */
	int attempts;           /* this one included */
};

/* Stores; *fresh false when it was here already. One statement. */
enum err inbox_store(struct ctx *c, const struct delivery *delivery, bool *fresh);
/* The same for several, in one statement too; of two that are the same one is fresh. A body takes three times its room. */
enum err inbox_store_many(struct ctx *c, const struct delivery *const list[], size_t n, bool fresh[]);

/* Begins a try of up to `most` deliveries that wait, oldest first. *out has those to apply now; *begun counts also those that
 * had begun `tries_most` times and never ended, which are parked. In a transaction of its own. */
enum err inbox_claim(struct ctx *c, int most, int tries_most, struct delivery_id **out, size_t *n, int64_t *begun);
/* Takes one for this transaction and opens its body. *found false: applied meanwhile. again: whatever its state. */
enum err inbox_take(struct ctx *c, struct delivery_id id, bool again, struct delivery *out, bool *found);
/* Ends it in the transaction of its effect. state: "done", "ignored" (nothing to do), "parked" (cannot be applied). */
enum err inbox_close(struct ctx *c, struct delivery_id id, struct str state, struct str says);
/* The same for a replay, whatever state it was in; waits_for empty unless state is "new". */
enum err inbox_reclose(struct ctx *c, struct delivery_id id, struct str state, struct str says, struct str waits_for);
/* It makes sense only after `key` ("order/5001") was told: tried again in a while, parked after `most` tries, and awake, parked
 * or not, with inbox_wake of that key. */
enum err inbox_wait(struct ctx *c, struct delivery_id id, struct str key, struct str says, int most);
enum err inbox_wake(struct ctx *c, const struct delivery *teller, struct str key);
/* After its transaction was rolled back: again later, parked with its reason after `most` tries. */
enum err inbox_retry(struct ctx *c, struct delivery_id id, struct str problem, int most);

/* Removes bodies that are `days` old, `most` at a time. What is not applied yet keeps its body. */
enum err inbox_forget(struct ctx *c, int days, int most, int64_t *removed);
/* Removes all bodies of a shop; what waited is ignored. */
enum err inbox_erase(struct ctx *c, struct str platform, struct str shop_domain, int64_t *removed);
/* Had the same shop told the same bytes on the same topic before at_ms? */
enum err inbox_told_before(struct ctx *c, const struct delivery *d, int64_t at_ms, bool *told);

/* A delivery as an operator sees it. */
struct delivery_seen {
	struct delivery d;      /* body left empty */
	struct str problem, waits_for;
	int64_t body_bytes, retry_ms, done_ms, replayed_ms, copies; /* copies: others with the same signed bytes; by id only */
	bool has_body;
};

struct inbox_filter {
	struct str shop, topic, state; /* empty: any */
	int64_t since_ms, until_ms;    /* received from, and before; 0: unbounded */
};

/* Newest first, before `before` (nil: from the newest), at most `limit`. */
enum err inbox_list(struct ctx *c, const struct inbox_filter *filter, struct delivery_id before, int limit,
	struct delivery_seen **out, size_t *n);
/* fails NOT_FOUND */
enum err inbox_seen(struct ctx *c, struct delivery_id id, struct delivery_seen *out);
/* Ids in order of arrival after `after` (nil: from the oldest). */
enum err inbox_range(struct ctx *c, const struct inbox_filter *filter, struct delivery_id after, int limit,
	struct delivery_id **out, size_t *n);

/* What a sealed body is bound to. */
struct str inbox_bound(struct ctx *c, struct delivery_id id);
/* As shop_reseal, for the bodies of deliveries. */
enum err inbox_reseal(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out);
enum err inbox_sealed_count(struct ctx *c, struct crypto_sealed_count **out, size_t *n);

#endif
