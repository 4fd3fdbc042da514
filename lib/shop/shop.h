/* shop: an installation at a shop, its tokens, and how well it answers.
 * Owns       table shop
 * Invariant  a token pair is stored as one, before it is used, by whoever holds the shop's lease
 * Never      knows who sells from the shop (connection) or what it sells (catalog)
 */
#ifndef UNIFYED_SHOP_H
#define UNIFYED_SHOP_H
#include "lib/platform/platform.h"

struct shop {
	struct shop_id id;
	struct str platform, domain, name;
	struct currency currency;
	struct str storefront_url;       /* origin of the primary domain, no slash at the end */
	struct str status;               /* installing, active, leaving, uninstalled */
	struct str scopes;
	struct str health;               /* healthy, degraded, needs_reconnect */
	struct str health_reason;        /* one machine word; empty when healthy */
	int64_t token_generation;        /* grows with each pair */
	int64_t installed_ms;
};

/* fails  SHOP_CLOSED  we have no such shop */
enum err shop_by_id(struct ctx *c, struct shop_id id, struct shop *out);
enum err shop_by_domain(struct ctx *c, struct str platform, struct str domain, struct shop *out, bool *found);

/* A shop that may be called now. No transaction is open between shop_open and shop_heard. */
struct shop_door {
	struct shop_id id;
	const struct platform *platform;
	struct platform_call call;
	int64_t generation; /* of the token */
	bool troubled;      /* its last call failed, or it is not healthy */
};

/* Makes a call possible: replaces the token when it has less than 5 minutes, alone among all processes.
 * fails  SHOP_CLOSED      not installed (any more)
 *        PLATFORM_SLOW    we are leaving it alone for call.wait_ms
 *        PLATFORM_DENIED  the owner must connect again
 *        PLATFORM_AWAY    the token could not be replaced; RETRY: somebody else is at it */
enum err shop_open(struct ctx *c, struct shop_id id, struct shop_door *out);
/* Books how a call through the door ended: backoff, health, a token that was refused. Gives `e` back. */
enum err shop_heard(struct ctx *c, const struct shop_door *door, enum err e);
/* Replaces the pair although it is fresh (keep-alive). */
enum err shop_refresh(struct ctx *c, struct shop_id id);
/* The next shop to keep alive; *found false: none. */
enum err shop_idle(struct ctx *c, struct shop_id *out, bool *found);

/* The right to replace the token pair; for the code exchange. Waits some seconds for another's. fails RETRY */
struct shop_lease {
	struct shop_id shop;
	struct uuid id;
};
/* Finds or makes the row of a domain and takes its lease. */
enum err shop_lease_new(struct ctx *c, struct str platform, struct str domain, struct shop_lease *out);
enum err shop_lease_drop(struct ctx *c, const struct shop_lease *lease);
/* Stores what an exchange brought, and what the shop says of itself; in the caller's transaction.
 * *fresh: it was not installed before. fails RETRY the lease was lost */
enum err shop_install(struct ctx *c, const struct shop_lease *lease, const struct platform_tokens *tokens,
	const struct platform_identity *identity, bool *fresh);

enum err shop_health_put(struct ctx *c, struct shop_id id, struct str health, struct str reason);
/* Forgets the credentials; nobody sells from it any more. */
enum err shop_forget(struct ctx *c, struct shop_id id);
/* The shop told us at_ms that it removed us: /go is closed and the tokens are gone at once; job "shop_uninstalled" does
 * the rest. *late: it was installed again since, and nothing was done. In the caller's transaction. */
enum err shop_uninstalled(struct ctx *c, struct shop_id id, int64_t at_ms, bool *late);

#endif
