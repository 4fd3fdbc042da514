/* compliance: what platforms ask of us about people and shops, and the record that it was done.
 * Owns       table compliance_request: ids only; whom it is about is read from the delivery's sealed body while that is there
 * Invariant  a request is open until what it asks is done; told twice while it is open, it is one request.
 *            What may name a person and cannot be told apart is taken to name her
 * Never      touches what is not the inbox's: erasing a shop is put together by cron/webhooks_apply
 * Source     Shopify: privacy law compliance (within 30 days; shop/redact comes 48 h after uninstall)
 */
#ifndef UNIFYED_COMPLIANCE_H
#define UNIFYED_COMPLIANCE_H
#include "lib/inbox/inbox.h"
#include "lib/platform/compliance.h"

/* kind: "data_request", "customer_redact", "shop_redact". In the caller's transaction. */
enum err compliance_put(struct ctx *c, const struct delivery *d, const char *kind, const struct platform_person *who);

struct compliance_due {
	struct uuid id;
	struct str platform, shop_domain, kind;
	struct shop_id shop;           /* nil: we never had it */
	struct delivery_id delivery;
	struct platform_person who;    /* email and phone only while the delivery has its body */
	struct uuid scanned_to;
	bool gone, installed;          /* the shop: uninstalled us; still has us */
	bool erasable;                 /* gone for 48 h */
	int64_t erase_ms;              /* when those are over */
};

/* The open request to go on with. Outside a transaction. */
enum err compliance_due(struct ctx *c, struct compliance_due *out, bool *found);
/* Looks through up to `most` more deliveries of the shop for a person: a redaction removes the bodies that name her, and its own
 * at the end; a data request counts them. Waits for what is not applied yet. In the caller's transaction. */
enum err compliance_scan(struct ctx *c, const struct compliance_due *due, int most);
/* Goes on in after_s seconds, or at at_ms. */
enum err compliance_later(struct ctx *c, const struct compliance_due *due, int after_s, int64_t at_ms);
/* Done; `bodies` more were removed. In the transaction of what it asked. */
enum err compliance_done(struct ctx *c, const struct compliance_due *due, struct str outcome, int64_t bodies);
/* The shop still has us: open requests to erase it are over. */
enum err compliance_refuse(struct ctx *c, struct shop_id shop);

struct compliance_seen {
	struct uuid id;
	struct delivery_id delivery;
	struct str platform, shop_domain, kind, outcome; /* outcome empty: open */
	struct str orders;             /* external ids, separated by ',' */
	int64_t request, customer;     /* external; 0: none */
	int64_t bodies, orders_known;  /* deliveries that named them; orders of theirs that we keep, without personal data */
	int64_t requested_ms, due_ms, done_ms;
	bool overdue;
};

/* Newest first before `before` (nil: from the newest). shop empty: any; owner nil: any, else of shops she owns or owned. */
enum err compliance_list(struct ctx *c, struct str shop, struct creator_id owner, bool open_only, struct uuid before, int limit,
	struct compliance_seen **out, size_t *n);

/* Does this body hold an id, address or number of hers, whatever it is written as in JSON? */
bool compliance_names(struct arena *mem, struct str body, const struct platform_person *who);

#endif
