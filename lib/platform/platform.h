/* platform: the canonical shapes and verbs of a storefront. An adapter fills the table `struct platform`;
 * it turns canonical asks into HTTP and answers into these structs, and does nothing else.
 * Never   touches the database, retries, or decides: that is the caller's
 * Lives   everything in an answer lives as long as c->mem
 * Fails   every verb that calls out fails in one of four ways, and says more in its platform_call:
 *           PLATFORM_AWAY     no usable answer: try again later
 *           PLATFORM_SLOW     it asked us to wait call->wait_ms
 *           PLATFORM_DENIED   it does not let us in: the token is dead, or a scope is missing (call->reason "scope")
 *           PLATFORM_REFUSED  it understood and said no; the same ask will be refused again
 */
#ifndef UNIFYED_PLATFORM_H
#define UNIFYED_PLATFORM_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

/* One conversation with one shop. */
struct platform_call {
	struct str shop;      /* its validated domain: "my-shop.myshopify.com" */
	struct str token;     /* access token; empty before there is one */
	int64_t until_ms;     /* monotonic: no verb takes longer; 0: as long as one exchange may take */
	/* filled by every verb: */
	int64_t wait_ms;      /* after PLATFORM_SLOW, and PLATFORM_AWAY when it said how long; else 0 */
	struct str reason;    /* after a failure: one machine word, such as "throttled", "token", "frozen", "TAKEN" */
	int64_t began_ms;     /* by the shop's own clock, not later than the shop began to answer; 0: it did not say */
	struct str version;   /* of its API, as it answered; empty: it did not say */
};

/* What a shop sends back through the creator's browser. */
struct platform_callback {
	struct str shop, code, state;
	int64_t at_ms;        /* when it was signed */
};

struct platform_tokens {
	struct str access, refresh;
	int64_t access_s, refresh_s; /* how long they live from now */
	struct str scopes;           /* as granted, separated by ',' */
};

/* Who the shop is, asked with a fresh token. */
struct platform_identity {
	struct str domain, name;
	struct currency currency;
	struct str storefront_url;   /* origin of the primary domain, no slash at the end */
	struct str scopes;           /* as installed, separated by ',' */
};

enum platform_status { PLATFORM_ACTIVE, PLATFORM_DRAFT, PLATFORM_ARCHIVED, PLATFORM_UNLISTED };
#define PLATFORM_PAGE_MAX 250

struct platform_variant {
	int64_t external, item; /* item: what stock is counted by; several variants may share one */
	struct str title, sku;
	struct money price;
	bool tracked;
	bool oversell;          /* the shop goes on selling at zero */
	int position;
};

struct platform_variants {
	struct platform_variant *list;
	size_t n;
	struct str more;        /* cursor of the next page; empty: these are the last */
};

struct platform_product {
	int64_t external;
	struct str title, handle, image_url;
	enum platform_status status;
	int64_t updated_ms;
	struct platform_variants variants; /* the first page of them */
};

struct platform_products {
	struct platform_product *list;
	size_t n;
	struct str more;
};

/* What one location has of one item. */
struct platform_stock {
	int64_t location;
	struct str location_name;
	bool active, online;    /* of the location: in use, fulfils online orders */
	int64_t available;
	int64_t updated_ms;     /* 0: not told */
};

struct platform_item {
	int64_t external;
	bool found;             /* the shop knows it */
	bool tracked;
	struct platform_stock *levels; /* all that are in use */
	size_t levels_n;
};

/* A code that takes one amount off each unit of some variants. */
struct platform_discount {
	struct str title, code;
	struct money amount;          /* off each unit */
	const int64_t *variants;      /* external ids */
	size_t variants_n;
	int64_t starts_ms, ends_ms;   /* ends 0: never */
	int64_t usage_max;            /* 0: no limit */
	bool once_per_customer;
};

struct platform_discount_found {
	bool found;
	struct str external_id, title, code;
	struct money amount;
	bool each_item;               /* the amount comes off each unit */
	int64_t *variants;
	size_t variants_n;
};

struct platform_order; /* order.h */

/* An order in a list of those that changed: enough to see whether ours is the same. */
struct platform_order_mark {
	int64_t external, updated_ms;
	bool cancelled;
	struct str financial_status;   /* as in struct platform_order */
	int64_t current_units;         /* of all its lines, after edits and refunds */
	int64_t paid_back_minor, paid_back_presentment_minor; /* in all, in the shop's currency and in the buyer's */
};

struct platform_order_marks {
	struct platform_order_mark *list;
	size_t n;
	struct str more;
};

/* A reading of everything that the shop prepares as one file. */
enum platform_bulk { PLATFORM_BULK_PRODUCTS, PLATFORM_BULK_STOCK };
struct platform_bulk_look {
	enum { PLATFORM_BULK_RUNNING, PLATFORM_BULK_DONE, PLATFORM_BULK_FAILED } state;
	struct str url;                /* of the file, when done; empty: there is nothing in it */
	int64_t lines;                 /* that it has, when done */
	struct str reason;             /* one machine word, when failed */
};

/* Some lines of such a file. A child may stand before its parent, and far from it. */
struct platform_bulk_row {
	enum platform_bulk_what { PLATFORM_ROW_PRODUCT, PLATFORM_ROW_VARIANT, PLATFORM_ROW_ITEM, PLATFORM_ROW_LEVEL } what;
	int64_t parent;                /* of a variant its product, of a level its item; else its own id */
	union {
		struct platform_product product;  /* without variants */
		struct platform_variant variant;
		struct platform_item item;        /* without levels */
		struct platform_stock level;
	};
};
struct platform_bulk_rows {
	struct platform_bulk_row *list;
	size_t n;
	int64_t lines;                 /* whole lines read, those without meaning for us too */
	int64_t next;                  /* byte to go on from */
	bool end;                      /* that was the last */
};

/* "orders/create" and the fields of its body that we want; fields_n 0: all. */
struct platform_topic {
	const char *topic;
	const char *const *fields;
	size_t fields_n;
};

struct platform_subscription {
	struct str external_id, topic, uri;
	struct str fields;            /* separated by ',', sorted; empty: all */
};

struct platform {
	const char *name;
	const struct platform_topic *topics; /* what we listen to there */
	size_t topics_n;

	/* Where a browser asks the owner for consent. Pure. */
	struct str (*authorize_url)(struct ctx *c, struct str shop, struct str state);
	/* Reads and verifies the answer of that page from its raw query. Pure. fails OAUTH_SIGNATURE */
	enum err (*callback)(struct ctx *c, struct str raw_query, struct platform_callback *out);
	enum err (*exchange)(struct ctx *c, struct platform_call *call, struct str code, struct platform_tokens *out);
	/* PLATFORM_DENIED: the refresh token is dead, the owner must connect again */
	enum err (*refresh)(struct ctx *c, struct platform_call *call, struct str refresh, struct platform_tokens *out);
	enum err (*identify)(struct ctx *c, struct platform_call *call, struct platform_identity *out);

	/* Pages; cursor empty: from the beginning. since_ms 0: all of them; else those changed at that time or later, by the
	 * shop's clock, those changed last at the end. */
	enum err (*products)(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor, struct platform_products *out);
	/* The items whose own fields changed; what they have may have changed without. */
	enum err (*items_changed)(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor, int64_t **items, size_t *n,
		struct str *more);
	enum err (*variants_count)(struct ctx *c, struct platform_call *call, int64_t *n); /* of all products; large ones may be a floor */
	/* One product with its first variants; *found false: the shop has no such product. */
	enum err (*product)(struct ctx *c, struct platform_call *call, int64_t external, struct platform_product *out, bool *found);
	enum err (*variants)(struct ctx *c, struct platform_call *call, int64_t product, struct str cursor, struct platform_variants *out);
	/* All levels of up to levels_max items; `out` has n elements, in the order of `items`. */
	size_t levels_max;
	enum err (*levels)(struct ctx *c, struct platform_call *call, const int64_t *items, size_t n, struct platform_item *out);

	/* PLATFORM_REFUSED with reason "OPERATION_IN_PROGRESS": it prepares too many files at once. */
	enum err (*bulk_start)(struct ctx *c, struct platform_call *call, enum platform_bulk what, struct str *external_id);
	enum err (*bulk_look)(struct ctx *c, struct platform_call *call, struct str external_id, struct platform_bulk_look *out);
	/* The lines from byte `from` on, some hundred kB of them whatever the file's size. PLATFORM_REFUSED: no such file (any more). */
	enum err (*bulk_read)(struct ctx *c, struct platform_call *call, struct str url, struct currency currency, int64_t from,
		struct platform_bulk_rows *out);

	/* Orders changed at since_ms or later, by the shop's clock, those changed last at the end. */
	enum err (*orders_changed)(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor,
		struct platform_order_marks *out);
	/* One order, whole. *found false: the shop has no such order (any more). */
	enum err (*order)(struct ctx *c, struct platform_call *call, int64_t external, struct platform_order *out, bool *found);

	/* PLATFORM_REFUSED with reason "TAKEN": the code exists. */
	enum err (*discount_create)(struct ctx *c, struct platform_call *call, const struct platform_discount *want, struct str *external_id);
	enum err (*discount_find)(struct ctx *c, struct platform_call *call, struct str code, struct platform_discount_found *out);
	/* Makes `found` be as `want` says: variants added and removed, amount, dates and limits set, switched on. */
	enum err (*discount_update)(struct ctx *c, struct platform_call *call, const struct platform_discount_found *found,
		const struct platform_discount *want);
	/* OK too when it is gone already. */
	enum err (*discount_end)(struct ctx *c, struct platform_call *call, struct str external_id);

	enum err (*subscriptions)(struct ctx *c, struct platform_call *call, struct platform_subscription **out, size_t *n);
	enum err (*subscribe)(struct ctx *c, struct platform_call *call, const struct platform_topic *topic, struct str uri,
		struct str *external_id);
	enum err (*unsubscribe)(struct ctx *c, struct platform_call *call, struct str external_id);
};

extern const struct platform shopify_platform;

/* fails  PLATFORM_UNSUPPORTED  one we know by name and cannot connect yet
 *        PLATFORM_UNKNOWN      any other name */
enum err platform_by_name(struct ctx *c, struct str name, const struct platform **out);

#endif
