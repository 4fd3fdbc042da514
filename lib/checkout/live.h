/* checkout/live: who is checking out right now, for the creator who watches. */
#ifndef UNIFYED_CHECKOUT_LIVE_H
#define UNIFYED_CHECKOUT_LIVE_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

/* One live hold. */
struct checkout_live {
	struct session_id session;
	struct str product_title, variant_title, code; /* code: of the link */
	int units;
	struct money price;   /* of one unit */
	int64_t expires_ms;
};

struct checkout_live_sum {
	int64_t holds, units; /* all of them, listed or not */
};

/* The live holds of c->creator, newest first, at most `limit`. */
enum err checkout_live_list(struct ctx *c, int limit, struct checkout_live **out, size_t *n, struct checkout_live_sum *sum);

#endif
