/* shop: an installation at a shop, its tokens, and how well it answers.
 * Owns       table shop
 * Invariant  a token pair is stored as one, before it is used, by whoever holds the shop's lease
 * Resumes    when it lets us in again, job "shop_resume" brings forward all that waited for it
 * Never      knows who sells from the shop (connection) or what it sells (catalog)
 */
#ifndef UNIFYED_SHOP_H
#define UNIFYED_SHOP_H
#include "lib/crypto/crypto.h"
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
	struct str version; /* of its API, as it last answered to the one we ask for; empty: it has not yet */
	int64_t opened_ms;  /* monotonic; a visit has an end (call.until_ms), and a shop that lets us wait rests in proportion */
};

/* Makes a call possible: replaces the token when it has less than 5 minutes, alone among all processes.
 * fails  SHOP_CLOSED      not installed (any more)
 *        PLATFORM_SLOW    we are leaving it alone for call.wait_ms
 *        PLATFORM_DENIED  the owner must connect again
 *        PLATFORM_AWAY    the token could not be replaced; RETRY: somebody else is at it */
enum err shop_open(struct ctx *c, struct shop_id id, struct shop_door *out);
/* Books how a call through the door ended: backoff, health, a token that was refused. Gives `e` back; RETRY instead of
 * PLATFORM_DENIED when the refused pair has been replaced meanwhile. */
enum err shop_heard(struct ctx *c, const struct shop_door *door, enum err e);
/* The shop answered in that version of its API, or wrote a webhook in it: another than config shopify_api_version is reported once per
 * change, by the log, by health "degraded" for reason "api-version", and as a metric. shop_heard tells of every call. */
enum err shop_version_told(struct ctx *c, struct shop_id id, struct str version, bool webhook);
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
/* The shop told at_ms which scopes it grants. *stale: something newer is known, or that was before this installation. */
enum err shop_scopes_put(struct ctx *c, struct shop_id id, struct str scopes, int64_t at_ms, bool *stale);
/* It asked to be forgotten, and is not installed: what it said of itself goes; its domain stays, as a reinstall must find it. */
enum err shop_erase(struct ctx *c, struct shop_id id);

/* Seals the secrets that other keys than the ring's first have sealed, of at most `limit` shops after `*after`, by that first one;
 * a pair that was replaced meanwhile stays as it is. *after nil afterwards: all were looked at. */
enum err shop_reseal(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out);
enum err shop_sealed_count(struct ctx *c, struct crypto_sealed_count **out, size_t *n);

#endif
