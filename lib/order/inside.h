/* inside: what the files of lib/order share and nobody else sees. */
#ifndef UNIFYED_ORDER_INSIDE_H
#define UNIFYED_ORDER_INSIDE_H
#include "lib/event/event.h"
#include "lib/order/credit.h"

/* Where an event comes from; makes its id, so that telling it twice is a no-op. */
struct cause {
	struct shop_id shop;
	struct order_id order;
	int64_t external;        /* the order's */
	int64_t created_ms;      /* the order's */
	const char *what;        /* "paid", "updated", "cancelled", "refund" ... */
	int64_t number;          /* of what there are several */
	struct str print;        /* tells two tellings of one time apart; mostly empty */
	int64_t refund;          /* external id, named by the payload; 0: none */
};

/* The text as a database may keep it: at most `most` bytes, cut between characters. */
struct str order_clip(struct str text, size_t most);
/* The order's lines, as u.order_stock reads them. */
struct str order_lines_json(struct ctx *c, const struct platform_order *o);
/* All that is kept of a telling, the same for the same telling whichever way it came. Begins with eight characters that are greater
 * the further the order is. */
struct str order_content(struct ctx *c, const struct platform_order *o);
/* Emits with what the order earns now. */
enum err order_tell(struct ctx *c, enum event_type type, const struct cause *cause);
/* PRICE_PROMISE_BROKEN for every line that was not charged at the price we showed, once per line; asks for the offer to be
 * paused where that is configured and the buyer paid more. */
enum err order_tell_promises(struct ctx *c, const struct cause *cause);

/* What keeping a refund came to. */
enum order_refund_news { REFUND_KNOWN, REFUND_FRESH, REFUND_CHANGED };
struct order_refund_kept {
	enum order_refund_news news;
	struct str print;
};
/* told_ms: when its order said so; 0: it came alone. */
enum err order_refund_put(struct ctx *c, struct shop_id shop, struct order_id order, const struct platform_refund *refund,
	int64_t told_ms, struct order_refund_kept *out);
/* Recomputes the sums of an order's refunds, and gives its redemption back where its offer says so. */
enum err order_refunds_settle(struct ctx *c, struct order_id order);

#endif
