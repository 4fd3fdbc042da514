/* reconcile: passes over the orders that changed at a shop, to find what no webhook told.
 * Owns       tables reconcile, reconcile_run, reconcile_find
 * Invariant  a pass begins before the end of what the last finished one has seen, and moves page by page; killed anywhere, it goes
 *            on at the page it was at
 * Never      calls a shop, or changes an order: cron/orders_reconcile does, with order_apply
 */
#ifndef UNIFYED_RECONCILE_H
#define UNIFYED_RECONCILE_H
#include "lib/platform/platform.h"

struct reconcile_pass {
	struct shop_id shop;
	struct uuid run;
	struct str cursor;      /* of its next page; empty: the first */
	int64_t since_ms;       /* by the shop's clock */
};

enum reconcile_found { RECONCILE_SAME, RECONCILE_MISSING, RECONCILE_NEWER, RECONCILE_DIFFERENT };

/* The pass that is to go on now, begun here where one is due. *found false: none. */
enum err reconcile_next(struct ctx *c, struct reconcile_pass *out, bool *found);
/* A pass over that shop is due now, whatever the schedule says. In the caller's transaction. */
enum err reconcile_want(struct ctx *c, struct shop_id shop);
/* What each order of a page is to us; `out` has n elements. */
enum err reconcile_compare(struct ctx *c, struct shop_id shop, const struct platform_order_marks *page, enum reconcile_found *out);
/* Records why an order is applied; `refused` when it could not be, with what was said. In the transaction that applies it. */
enum err reconcile_note(struct ctx *c, const struct reconcile_pass *pass, const struct platform_order_mark *mark,
	enum reconcile_found found, bool refused, struct str problem);
/* The page is done: on to the next, or the pass is finished. began_ms: when its first page was asked, by the shop's clock.
 * In the caller's transaction. *finished: it was the last page. fails RETRY the pass moved meanwhile */
enum err reconcile_page_done(struct ctx *c, const struct reconcile_pass *pass, struct str more, int64_t same, int64_t began_ms,
	bool *finished);
/* The page could not be read: again after a rest, and from the pass's beginning after some refusals. */
enum err reconcile_page_failed(struct ctx *c, const struct reconcile_pass *pass, struct str problem, bool refused);

#endif
