/* credit: whose sale an order is. Looks at every signal, strongest first, and keeps why each won or lost.
 * Private to lib/order.
 */
#ifndef UNIFYED_ORDER_CREDIT_H
#define UNIFYED_ORDER_CREDIT_H
#include "lib/order/order.h"

struct credit {
	const char *reason;             /* "none", "attribute", "property", "landing", "code", "candidate" */
	const char *confidence;         /* "", "certain", "high", "medium", "low" */
	struct creator_id creator;      /* nil: nobody */
	struct session_id session;      /* nil: the signal names no checkout */
	struct offer_id offer;
	struct attribution_id attribution;
	struct creator_id candidate_creator; /* whose sale it may be: shown, never counted; nil when there is a creator */
	struct offer_id candidate_offer;
	struct str detail;              /* JSON: the receipt */
};

/* The ladder: a mark in a cart attribute, in a line property, in the address the buyer landed on; then a discount code after a click;
 * then what makes only a candidate: a code without a click, the campaign of a link, the token of a cart that was credited before.
 * A mark counts for the same shop, with a line of its offer, and at most config attribution_window_days before the order. */
enum err credit_find(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct credit *out);

#endif
