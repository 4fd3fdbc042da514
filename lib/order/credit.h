/* credit: whose sale an order is. Looks at every signal, strongest first, and keeps why each won or lost.
 * Private to lib/order.
 */
#ifndef UNIFYED_ORDER_CREDIT_H
#define UNIFYED_ORDER_CREDIT_H
#include "lib/order/order.h"

struct credit {
	const char *reason;             /* "none", "attribute", "property", "landing", "code", "candidate" */
	struct creator_id creator;      /* nil: nobody */
	struct session_id session;      /* nil: the signal names no checkout */
	struct offer_id offer;
	struct attribution_id attribution;
	struct str detail;              /* JSON: the receipt */
};

/* A mark counts for the same shop, with a line of its offer, and at most config attribution_window_days before the order.
 * A discount code names the offer, never a checkout; without a click before it is only a candidate. */
enum err credit_find(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct credit *out);

#endif
