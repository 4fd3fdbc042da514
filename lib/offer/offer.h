/* offer: what a creator promises, for which variants, at which price, and the codes at the shop that keep the promise.
 * Owns       tables offer, offer_product, offer_price, offer_discount
 * Invariant  an active offer sells a variant only while the code of just that amount is in place at the shop for it
 * Never      calls a shop: cron/discounts_sync claims the work and says how it went
 */
#ifndef UNIFYED_OFFER_H
#define UNIFYED_OFFER_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

#define OFFER_LINES_MAX 100
#define OFFER_VARIANTS_MAX 2500 /* that one offer promises a price for; Shopify's products have up to 2048 */

enum offer_kind { OFFER_PERCENTAGE_OFF, OFFER_FIXED_AMOUNT_OFF, OFFER_FIXED_PRICE, OFFER_KINDS };
const char *offer_kind_name(enum offer_kind kind); /* "percentage_off" */
bool offer_kind_read(struct str name, enum offer_kind *out);

struct offer {
	struct offer_id id;
	struct shop_id shop;
	struct str shop_domain;
	struct currency currency;    /* the shop's */
	struct str name;
	enum offer_kind kind;
	int64_t value;               /* basis points, or minor units */
	struct str state;            /* draft activating active paused expired deleted */
	struct str problem;          /* why it is not selling although it should; empty: none */
	int64_t starts_ms, ends_ms;  /* 0: unbounded */
	int64_t redemptions_max;     /* 0: no limit */
	int64_t redemptions_used, redemptions_held;
	bool once_per_customer;
	bool refund_restores;        /* an order refunded in full gives its redemption back */
	int64_t revision;
	int64_t created_ms, updated_ms;
};

/* A product of an offer, or one variant of it. */
struct offer_line {
	struct product_id product;
	struct variant_id variant;   /* nil: every variant */
	bool has_value;              /* a value of its own instead of the offer's */
	int64_t value;
	struct str product_title, variant_title;
};

/* What the offer promises for one variant. */
struct offer_price {
	struct variant_id variant;
	struct product_id product;
	struct str product_title, variant_title, image_url;
	struct money list, price;
	struct str code;             /* empty: the promise is the list price */
	bool ready;                  /* in place at the shop, for the list price of today */
	bool limited;
	int64_t free;                /* units that may still be held */
};

/* What somebody wants an offer to be. Amounts carry their currency so that a wrong one is refused. */
struct offer_ask {
	struct str name;
	bool has_kind;
	enum offer_kind kind;
	int64_t value;
	struct currency currency;    /* of value and of line values; "" for percentages */
	int64_t starts_ms, ends_ms;  /* 0: unbounded */
	int64_t redemptions_max;     /* 0: no limit */
	bool once_per_customer;
	bool refund_restores;
	struct offer_line lines[OFFER_LINES_MAX];
	size_t lines_n;
};

/* All of c->creator; another's id is NOT_FOUND. */
enum err offer_list(struct ctx *c, struct offer_id after, int limit, struct offer **out, size_t *n);
enum err offer_by_id(struct ctx *c, struct offer_id id, struct offer *out);
enum err offer_lines(struct ctx *c, struct offer_id id, struct offer_line **out, size_t *n);
enum err offer_prices(struct ctx *c, struct offer_id id, struct offer_price **out, size_t *n);
/* The offer as an ask, to change some of it. */
enum err offer_ask_of(struct ctx *c, const struct offer *offer, struct offer_ask *out);

/* fails  BAD_INPUT with the fields named, SHOP_CLOSED she does not sell from that shop */
enum err offer_create(struct ctx *c, const struct offer_ask *ask, struct offer_id *id);
/* fails  also EDIT_CONFLICT when `revision` is not the offer's (0: any), OFFER_STATE when expired or deleted */
enum err offer_update(struct ctx *c, struct offer_id id, int64_t revision, const struct offer_ask *ask);
/* It sells once its codes are in place (state activating until then). fails OFFER_STATE, SHOP_CLOSED */
enum err offer_activate(struct ctx *c, struct offer_id id);
/* Closes at once and releases its live holds. fails OFFER_STATE */
enum err offer_pause(struct ctx *c, struct offer_id id);
enum err offer_delete(struct ctx *c, struct offer_id id);
/* A buyer of it paid more than our page had shown: asks for it to be paused, in the caller's transaction. */
enum err offer_promise_broken(struct ctx *c, struct creator_id creator, struct shop_id shop, struct offer_id id);
/* Pauses one offer that was asked for so, as its creator would, with the reason in its problem. *done: 0 or 1 */
enum err offer_pause_due(struct ctx *c, int64_t *done);
/* Ends up to `most` offers whose time is over; live holds run out by themselves. */
enum err offer_expire(struct ctx *c, int most, int64_t *ended);
/* She left the shop: her offers there stop selling. */
enum err offer_end_all(struct ctx *c, struct creator_id creator, struct shop_id shop);
/* List prices or variants changed at the shop: recomputes the promises of every offer with them. */
enum err offer_recompute(struct ctx *c, struct shop_id shop, const struct variant_id *variants, size_t n);

/* One thing to do at a shop, leased for a while. */
struct offer_discount_work {
	struct discount_id id;
	struct offer_id offer;
	struct shop_id shop;
	struct str offer_name;
	struct str state;            /* wanted, placed (stale: to be brought up to date), ending */
	struct str code, external_id;
	struct money amount;         /* off each unit */
	int64_t *variants;           /* external ids it must hold */
	size_t variants_n;
	int64_t starts_ms, ends_ms;  /* ends_ms 0: never; else late enough for every live hold */
	int64_t usage_max;           /* 0: no limit */
	bool once_per_customer;
	int64_t revision;
	int attempts;
};
enum err offer_discount_claim(struct ctx *c, int lease_s, struct offer_discount_work *out, bool *found);
/* The shop has it as the work said; the offer becomes active when all its codes are in place. */
enum err offer_discount_placed(struct ctx *c, const struct offer_discount_work *work, struct str external_id);
/* Tried again later with backoff; visible on the offer. new_code: the code belongs to somebody else, mint another. */
enum err offer_discount_failed(struct ctx *c, const struct offer_discount_work *work, struct str problem, bool new_code);
enum err offer_discount_ended(struct ctx *c, const struct offer_discount_work *work);
/* The shop lets us in again: what failed there is tried at once. */
enum err offer_discounts_resume(struct ctx *c, struct shop_id shop);

#endif
