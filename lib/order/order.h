/* order: what shops tell us they sold, whose sale it was, and what it earned.
 * Owns       tables shop_order, order_line, order_refund
 * Invariant  one order per (shop, external id), the same whatever arrives twice, late or out of order: an older updated_at
 *            than the stored one changes nothing, and of two tellings of one time always the same one stands
 * Never      keeps personal data, or a sale's credit from a string alone: a mark only names a checkout of ours
 */
#ifndef UNIFYED_ORDER_H
#define UNIFYED_ORDER_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"
#include "lib/platform/order.h"

struct order_applied {
	struct order_id id;
	bool first; /* told for the first time */
	bool stale; /* another telling of it stands: nothing was done */
};

/* Applies an order in the caller's transaction: order, lines, refunds, credit, hold, stock and events together.
 *   fails  BAD_INPUT  the order's currency changed (a shop cannot do that) */
enum err order_apply(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct order_applied *out);
/* The same for a refund that was told on its own. *known false: its order has not been told yet, nothing was done. */
enum err order_refund_apply(struct ctx *c, struct shop_id shop, const struct platform_refund *told, bool *known);

struct order {
	struct order_id id;
	struct str name, financial_status, credit_reason, confidence, shop_domain, shop_name;
	struct money total, refunded;
	int64_t created_ms, updated_ms, paid_ms, cancelled_ms; /* 0: not */
	bool test, late;
	bool mine;                       /* credited to who asks; else she sees it as the shop's owner, or */
	bool candidate;                  /* it may be hers; not counted */
	struct str platform, surface;    /* of the credit; empty when none */
	struct stream_id stream;
	struct str stream_title;
	struct link_id link;
	struct str link_code;
	struct offer_id offer;           /* of the credit, or of the candidate */
	struct replay_id replay;         /* the replay that it was bought in; nil: none */
	struct moment_id moment;         /* nil: none; one that was merged is the one it is a part of */
	struct live_id live;             /* of the moment */
	struct str moment_title;         /* its own, else its product's */
	int64_t second;                  /* of the stream or replay, that the buyer came from; -1: not known */
	/* by id only */
	struct str source_name, cancel_reason, credit_detail; /* credit_detail: JSON, the attribution receipt */
	struct money presentment_total, presentment_refunded;
	struct money net, presentment_net; /* what its credited lines earn now */
	struct money shipping, tip;
	bool taxes_included;             /* in the prices of its lines */
	struct session_id session;
};

struct order_line {
	int64_t external;
	struct str title, variant_title;
	struct variant_id variant; /* nil: not in our catalog */
	int units, current_units, refunded_units;
	int64_t unit_minor, discount_minor, refunded_minor;
	bool credited;
	bool has_promise;
	int64_t promised_minor;    /* unit price that our page showed */
	bool promise_broken;       /* it was charged otherwise */
};

/* Orders c->creator may see: credited to her, maybe hers, or of a shop she owns. Newest first, at most `limit`. */
enum err order_list(struct ctx *c, struct order_id after, int limit, struct order **out, size_t *n);
/* fails NOT_FOUND */
enum err order_by_id(struct ctx *c, struct order_id id, struct order *out);
enum err order_lines(struct ctx *c, struct order_id id, struct order_line **out, size_t *n);

/* The shop asked to be forgotten: its orders keep ids and money; titles and the buyers' cart and checkout tokens go. In the caller's
 * transaction. */
enum err order_erase(struct ctx *c, struct shop_id shop);

#endif
