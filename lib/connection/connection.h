/* connection: who sells from which shop, and how she came to be allowed to.
 * Owns       tables connection, oauth_state, webhook_subscription
 * Invariant  a connection begins with the shop's own consent in the browser where it was asked for
 * Never      ends offers or calls a shop inside a transaction: leaving a shop is a job (connection_left)
 */
#ifndef UNIFYED_CONNECTION_H
#define UNIFYED_CONNECTION_H
#include "lib/shop/shop.h"

struct connection {
	struct connection_id id;
	struct shop_id shop_id;
	struct str platform, role, status;     /* owner or seller; active or disconnected */
	int64_t connected_ms, disconnected_ms; /* 0: not */
	struct str domain, name;
	struct currency currency;
	struct str storefront_url, shop_status, health, health_reason, scopes;
	struct str sync_state, sync_phase, sync_problem; /* as catalog_sync says; empty: never wanted */
	int64_t sync_products, sync_variants;
	int64_t sync_wanted_ms, sync_started_ms, sync_finished_ms;
	/* what the last comparison of the shop's orders with ours found; compared_ms 0: there was none */
	int64_t compared_ms, missing, newer, different, refused, same;
};

/* What people type: "my-shop", "my-shop.myshopify.com", "https://admin.shopify.com/store/my-shop". fails SHOP_NAME */
enum err connection_shop_name(struct ctx *c, struct str typed, struct str *domain);

/* Begins an attempt: the address where the shop asks for consent. `browser` is the secret in the browser's cookie.
 * fails  SHOP_NAME, PLATFORM_UNKNOWN, PLATFORM_UNSUPPORTED */
enum err connection_begin(struct ctx *c, struct str platform, struct str shop, struct str browser, struct str *url);
/* What a shop granted: to be kept in one transaction, with connection_keep. */
struct connection_grant {
	struct creator_id creator;
	struct shop_lease lease;
	struct platform_tokens tokens;
	struct platform_identity identity;
};
/* Verifies the shop's answer, ends the attempt, and exchanges the code. Calls the shop.
 * c->creator, when somebody is logged in, must be who began it.
 * fails  OAUTH_SIGNATURE, OAUTH_STATE, OAUTH_SCOPE, PLATFORM_*, RETRY */
enum err connection_ask(struct ctx *c, struct str platform, struct str raw_query, struct str browser, struct connection_grant *out);
/* Stores the tokens and connects, emits PLATFORM_CONNECTED and queues "subscriptions". In the caller's transaction.
 * *fresh: the shop was not installed before, so that its catalog is wanted. */
enum err connection_keep(struct ctx *c, const struct connection_grant *grant, struct connection_id *id, bool *fresh);

/* Newest first, after `after` (nil: from the newest), at most `limit`. */
enum err connection_list(struct ctx *c, struct connection_id after, int limit, struct connection **out, size_t *n);
/* fails  NOT_FOUND  hers or nobody's */
enum err connection_by_id(struct ctx *c, struct connection_id id, struct connection *out);
/* Closes /go for her offers of that shop at once, and queues the rest. In the caller's transaction.
 * fails  NOT_FOUND; OK when it has ended already */
enum err connection_end(struct ctx *c, struct connection_id id);
/* Job "shop_uninstalled": every connection to a shop that removed us ends, unless it is installed again. In the caller's
 * transaction. */
enum err connection_uninstalled(struct ctx *c, struct shop_id shop);

/* Job "subscriptions": makes the shop tell us what we listen to. Calls the shop. */
enum err connection_subscribe(struct ctx *c, struct shop_id shop);
/* Queues that job for shops not looked at for a day. *n: how many. */
enum err connection_topics_due(struct ctx *c, int64_t *n);

/* What is left to do at a shop that nobody sells from. */
struct connection_leaving {
	bool leaving;    /* false: somebody joined again, or all is done */
	bool discounts;  /* some of ours are still there */
	bool joined;     /* the creator who left is back */
};
enum err connection_leaving(struct ctx *c, struct shop_id shop, struct creator_id who, struct connection_leaving *out);
/* Drops the subscriptions, then the tokens. Calls the shop. */
enum err connection_forget(struct ctx *c, struct shop_id shop);
enum err connection_state_sweep(struct ctx *c);

/* The shop told at_ms which scopes it grants: when they no longer cover what we need it must be connected again, and when they do
 * again it is well. *stale as in shop_scopes_put. In the caller's transaction. */
enum err connection_scopes_told(struct ctx *c, struct shop_id shop, struct str granted, int64_t at_ms, bool *stale);
/* Every scope of config shopify_scopes is among `granted`. fails OAUTH_SCOPE */
enum err connection_scopes_must_cover(struct ctx *c, struct str granted);
/* Job "shop_confirm": asks a shop of which it was said that it removed us. *gone: it lets nobody in. Calls the shop. */
enum err connection_confirm(struct ctx *c, struct shop_id shop, bool *gone);
/* The shop asked to be forgotten: its subscriptions and attempts to connect go. The connections stay, ended, as orders name them. */
enum err connection_erase(struct ctx *c, struct shop_id shop);

#endif
