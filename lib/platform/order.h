/* platform/order: an order and a refund as every shop tells them, in canonical shape. Personal data has no field here.
 * Lives   as long as the arena of the read; money is in the shop's currency unless it says presentment
 * Source  Shopify order and refund webhooks 2026-10 (facts: Order, LineItem, Refund)
 */
#ifndef UNIFYED_PLATFORM_ORDER_H
#define UNIFYED_PLATFORM_ORDER_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

struct platform_pair {
	struct str name, value;
};

struct platform_refund_line {
	int64_t line;            /* external id of the order line */
	int units;
	int64_t subtotal_minor;  /* as refunded; with tax where the order's prices include it */
	int64_t subtotal_presentment_minor;
};

struct platform_refund {
	int64_t external;
	int64_t order;           /* external id */
	int64_t at_ms;
	int64_t paid_back_minor; /* transactions of kind refund that succeeded */
	struct currency paid_in; /* of paid_back_minor: the shop's or the buyer's; "" when nothing moved */
	int64_t tax_minor, tax_presentment_minor;           /* of the refunded lines */
	int64_t shipping_minor, shipping_presentment_minor; /* given back for shipping, with tax where it is extra */
	struct platform_refund_line *lines;
	size_t lines_n;
};

struct platform_order_line {
	int64_t external;
	int64_t variant;         /* external; 0: none (custom line) */
	struct str title;
	int units;               /* as ordered */
	int current_units;       /* after edits and refunds */
	int64_t unit_minor, unit_presentment_minor;         /* before discounts */
	int64_t discount_minor, discount_presentment_minor; /* sum of the allocations of every discount */
	struct platform_pair *properties;
	size_t properties_n;
};

struct platform_order {
	int64_t external;
	bool asked;                  /* read from the shop, not pushed by it: of two tellings of one time it stands */
	struct str name;
	int64_t created_ms, updated_ms, cancelled_ms;
	struct str cancel_reason;
	bool test;
	struct str financial_status; /* pending authorized partially_paid paid partially_refunded refunded voided */
	struct currency currency, presentment;
	int64_t total_minor, presentment_total_minor;
	int64_t shipping_minor, tip_minor; /* parts of the total that no line has */
	bool taxes_included;               /* in the prices of lines */
	struct str source_name, cart_token, checkout_token, landing_site, landing_ref;
	struct platform_pair *attributes; /* cart attributes */
	size_t attributes_n;
	struct str *codes;                /* discount codes, as the shop spells them */
	size_t codes_n;
	struct platform_order_line *lines;
	size_t lines_n;
	struct platform_refund *refunds;
	size_t refunds_n;
};

/* One row of a platform's inventory push. */
struct platform_level {
	int64_t item, location;
	int64_t available;       /* valid when `known` */
	bool known;
	int64_t updated_ms;
};

/* Shopify's webhook bodies. fails BAD_JSON (not JSON), BAD_INPUT (a field is missing or out of range; the log says which) */
enum err shopify_order_read(struct ctx *c, struct str body, struct platform_order *out);
/* Of refunds/create; the currency is the order's, which the body tells beside every amount. */
enum err shopify_refund_read(struct ctx *c, struct str body, struct platform_refund *out);
enum err shopify_level_read(struct ctx *c, struct str body, struct platform_level *out);
/* {"id": 123} of products/delete and the like */
enum err shopify_id_read(struct ctx *c, struct str body, const char *field, int64_t *out);

#endif
