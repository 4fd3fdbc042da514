/* signals: what an order carries that may name a checkout, a code or a link of ours. Reads strings, decides nothing.
 * Private to lib/order. Everything is from strangers: any bytes, any length, any number.
 */
#ifndef UNIFYED_ORDER_SIGNALS_H
#define UNIFYED_ORDER_SIGNALS_H
#include "lib/platform/order.h"

#define SIGNALS_MAX 8 /* different values of one kind that are looked at; more are counted only */

struct signals {
	struct str values[SIGNALS_MAX];
	size_t n;
	size_t more; /* different ones past the maximum */
};

/* Different non-empty values, in the order they stand. */
void signals_of_attributes(const struct platform_order *told, struct signals *out);
void signals_of_properties(const struct platform_order *told, struct signals *out);
/* landing_site_ref, then ref and the attribute in the query of landing_site */
void signals_of_landing(struct ctx *c, const struct platform_order *told, struct signals *out);
void signals_of_codes(const struct platform_order *told, struct signals *out);
/* utm_campaign of landing_site */
void signals_of_campaign(struct ctx *c, const struct platform_order *told, struct signals *out);

#endif
