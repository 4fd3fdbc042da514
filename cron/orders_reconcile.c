/* orders_reconcile.c: finds what webhooks did not tell
 *
 * Per shop and page by page, the orders that changed there are compared with ours by a few figures; those that are missing, newer or
 * different are read whole and applied as a webhook's would be. A pass begins some minutes before the last one did.
 */
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/job/job.h"
#include "lib/order/order.h"
#include "lib/reconcile/reconcile.h"
#include "lib/shop/shop.h"

/* One order on its way from the shop to us. */
struct telling {
	const struct reconcile_pass *pass;
	const struct platform_order_mark *mark;
	enum reconcile_found found;
	const struct platform_order *order;
	struct str problem;     /* why it could not be applied */
	bool applied;
};

/* What is the shop's trouble, or a race that is lost, is no reason to stop; what is ours or the database's is. */
static bool survivable(enum err e)
{
	return e == ERR_PLATFORM_AWAY || e == ERR_PLATFORM_SLOW || e == ERR_PLATFORM_DENIED || e == ERR_PLATFORM_REFUSED ||
		e == ERR_SHOP_CLOSED || e == ERR_RETRY;
}

/* A question that the shop refuses to answer is asked again no sooner than if it had not answered at all. */
static enum err asked(struct ctx *c, const struct shop_door *door, enum err e)
{
	enum err booked = shop_heard(c, door, e == ERR_PLATFORM_REFUSED ? ERR_PLATFORM_AWAY : e);

	return e != OK ? e : booked;
}

static enum err apply(struct ctx *c, void *arg)
{
	struct telling *t = arg;
	struct order_applied applied;

	TRY(order_apply(c, t->pass->shop, t->order, &applied));
	t->applied = !applied.stale;
	return t->applied ? reconcile_note(c, t->pass, t->mark, t->found, false, S("")) : OK;
}

static enum err note_refused(struct ctx *c, void *arg)
{
	const struct telling *t = arg;

	return reconcile_note(c, t->pass, t->mark, t->found, true, t->problem);
}

/* An order that cannot be applied does not keep the others from it. */
static enum err repair(struct ctx *c, struct telling *t)
{
	enum err e = db_in_tx(c, apply, t);

	if (e != ERR_BAD_INPUT)
		return e;
	t->problem = str_fmt(c->mem, "%s: " STR_FMT, err_row(e)->name, STR_ARG(c->failed_detail));
	log_line(LOG_WARN, "an order could not be applied", LOG_FIELDS(LOG_I("order", t->mark->external), LOG_S("why", t->problem)));
	c->failed = OK;
	return db_in_tx(c, note_refused, t);
}

/* Each through a door of its own: a page may hold many, and a visit has its time. */
static enum err read_one(struct ctx *c, struct telling *t)
{
	struct platform_order *order = NEW(c->mem, struct platform_order);
	struct shop_door door;
	bool found;

	TRY(shop_open(c, t->pass->shop, &door));
	TRY(asked(c, &door, door.platform->order(c, &door.call, t->mark->external, order, &found)));
	t->order = order;
	return found ? repair(c, t) : OK;
}

/* One page of a pass, and when it was asked for. */
struct page {
	const struct reconcile_pass *pass;
	struct platform_order_marks marks;
	int64_t same, began_ms;
	bool finished;
};

static enum err page_done(struct ctx *c, void *arg)
{
	struct page *page = arg;

	return reconcile_page_done(c, page->pass, page->marks.more, page->same, page->began_ms, &page->finished);
}

static enum err read_page(struct ctx *c, const struct reconcile_pass *pass)
{
	struct page page = { .pass = pass };
	enum reconcile_found *found;
	struct shop_door door;

	TRY(shop_open(c, pass->shop, &door));
	TRY(asked(c, &door, door.platform->orders_changed(c, &door.call, pass->since_ms, pass->cursor, &page.marks)));
	page.began_ms = door.call.began_ms;
	found = arena_array(c->mem, page.marks.n + 1, sizeof(*found));
	TRY(reconcile_compare(c, pass->shop, &page.marks, found));
	for (size_t i = 0; i < page.marks.n; i++) {
		struct telling t = { .pass = pass, .mark = &page.marks.list[i], .found = found[i] };

		if (found[i] == RECONCILE_SAME)
			page.same++;
		else
			TRY(read_one(c, &t));
	}
	return db_in_tx(c, page_done, &page);
}

static enum err want(struct ctx *c, void *arg)
{
	const struct job *job = arg;

	TRY(reconcile_want(c, job->shop));
	return job_done(c, job->id);
}

/* Who found out that deliveries were lost asks for a pass at once. */
static enum err wanted(struct ctx *c, int64_t *done)
{
	struct job job;
	bool found;

	TRY(job_claim(c, S("orders_reconcile"), 60, &job, &found));
	if (!found)
		return OK;
	++*done;
	return db_in_tx(c, want, &job);
}

static enum err step(struct ctx *c, int64_t *done)
{
	struct reconcile_pass pass;
	bool found;
	enum err e;

	*done = 0;
	TRY(wanted(c, done));
	TRY(reconcile_next(c, &pass, &found));
	if (!found)
		return OK;
	++*done;
	e = read_page(c, &pass);
	if (e == OK || !survivable(e))
		return e;
	log_line(LOG_WARN, "a page of orders could not be read", LOG_FIELDS(
		LOG_S("refusal", str_of(err_row(e)->name)), LOG_S("detail", c->failed_detail)));
	c->failed = OK;
	return reconcile_page_failed(c, &pass, str_of(err_row(e)->name), e == ERR_PLATFORM_REFUSED);
}

const struct helper orders_reconcile_helper = { "orders_reconcile", step };
