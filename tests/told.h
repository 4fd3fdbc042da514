/* told: bodies as Shopify signs them, made by hand for a test, and their way through webhook and helper. */
#ifndef UNIFYED_TESTS_TOLD_H
#define UNIFYED_TESTS_TOLD_H
#include "tests/world.h"

struct told_line {
	int64_t id;        /* 0: 900 + its place */
	int64_t variant;   /* 0: 7101 */
	int units;         /* 0: 1 */
	int removed;       /* by edits or refunds */
	int64_t discount;  /* minor units allocated */
};

struct told {
	int unused_;
	int64_t id;                /* 0: 5001 */
	int64_t updated_s;         /* seconds after the world's beginning */
	int64_t created_s;
	const char *status;        /* NULL: "paid" */
	struct str mark;           /* as cart attribute */
	struct str property;       /* as line property of the first line */
	struct str ref;            /* landing_site_ref */
	const char *code;          /* discount code */
	const char *note;          /* free text of the buyer */
	bool cancelled, test;
	struct told_line lines[4]; /* none: one mug at 20.00, 4.00 off */
	int64_t refund;            /* external id of a refund of the first line; 0: none */
	int refund_units;
	int64_t refund_minor;
};

#define told_order(w, ...) told_order_body((w), (struct told){ .unused_ = 0, __VA_ARGS__ })
struct str told_order_body(struct world *w, struct told told);
/* refunds/create of `id` on order `order`: the first line's units, subtotal as given. */
struct str told_refund_body(struct world *w, int64_t order, int64_t id, int units, int64_t minor);

/* POSTs a body, rightly signed, under a webhook id. */
struct got push(struct world *w, const char *topic, const char *webhook_id, struct str body);
/* That request, not yet sent. */
struct asking pushing(struct world *w, const char *shop, const char *topic, const char *webhook_id, int64_t triggered_ms, struct str body);
/* From another shop, with the time when it was triggered (0: not told). */
struct got push_from(struct world *w, const char *shop, const char *topic, const char *webhook_id, int64_t triggered_ms,
	struct str body);
/* The mark of the world's newest checkout. */
struct str newest_mark(struct world *w);
/* Steps the helper until nothing waits (retries that are not due stay). */
void apply_all(struct world *w);

#endif
