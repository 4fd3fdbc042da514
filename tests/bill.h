/* bill: orders and refunds as Shopify tells them, in any currencies, with edits, taxes, shipping and hostile strings. */
#ifndef UNIFYED_TESTS_BILL_H
#define UNIFYED_TESTS_BILL_H
#include "lib/order/order.h"
#include "tests/world.h"

struct bill_line {
	int64_t id, variant;       /* 0: 900 + its place, 7101 */
	int units, removed;        /* units 0: the end of the list */
	int64_t unit;              /* in the shop's minor units; 0: 2000, -1: free of charge */
	int64_t discounts[3];      /* allocations of several discounts */
	const char *title;         /* NULL: "Mug" */
	struct str property;
};

struct bill_refund {
	int64_t id;                /* 0: the end of the list */
	int64_t at_s;
	int64_t line;              /* 0: money alone */
	int units;
	int64_t subtotal, tax, shipping;
	int64_t paid;              /* minor units of paid_in */
	bool abroad;               /* the money moved in the buyer's currency */
	bool pending;              /* it has not moved yet */
};

struct bill {
	int unused_;
	int64_t id;                /* 0: 5001 */
	int64_t base_ms;           /* 0: the world's now, to the second */
	int64_t updated_s;
	const char *status;        /* NULL: "paid" */
	const char *currency, *presentment; /* NULL: "USD", the shop's */
	int rate;                  /* of presentment minor units for 100 of the shop's; 0: 100 */
	bool cancelled, test, taxes_included, no_lines;
	int64_t total, shipping;   /* 0 of total: 2000 */
	const char *tip;
	struct bill_line lines[5];
	struct bill_refund refunds[4];
	struct str attributes[12]; /* values of the cart attribute of ours, one after the other */
	struct str property;       /* of the first line */
	const char *codes[4];
	const char *landing_site, *ref, *cart_token;
};

struct str bill_body(struct world *w, const struct bill *b);
/* refunds/create of one of its refunds */
struct str bill_refund_body(struct world *w, const struct bill *b, size_t i);

/* Read and applied as the helper does, in a transaction of its own. */
enum err bill_apply(struct world *w, struct str body, struct order_applied *out);
enum err bill_refund_apply(struct world *w, struct str body, bool *known);
#define bill(w, ...) bill_told((w), &(struct bill){ .unused_ = 0, __VA_ARGS__ })
/* Applies and expects it to work. */
void bill_told(struct world *w, const struct bill *b);

#endif
