/* catalog_sync.c: brings the shops' catalogs and stock here
 *
 * In small steps, the most urgent first: products that a webhook named, stock that is dirty, the rest of large products,
 * then one step of the sync that has waited longest: what changed, or all of it, by pages or as files. A shop that fails rests; the
 * others go on.
 */
#include "lib/catalog/bulk.h"
#include "lib/catalog/catalog.h"
#include "lib/catalog/store.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/inventory/inventory.h"
#include "lib/job/job.h"
#include "lib/json/json.h"
#include "lib/offer/offer.h"
#include "lib/shop/shop.h"

#define REFUSALS_MOST 8
#define JOB_TRIES_MOST 20
#define LEVELS_MOST 50

static int64_t lease_s(const struct ctx *c)
{
	return c->config->net_total_ms / 1000 + 30;
}

/* What is the shop's trouble, or a race that is lost, is no reason to stop; what is ours or the database's is. */
static bool survivable(enum err e)
{
	return e == ERR_PLATFORM_AWAY || e == ERR_PLATFORM_SLOW || e == ERR_PLATFORM_DENIED || e == ERR_PLATFORM_REFUSED ||
		e == ERR_SHOP_CLOSED || e == ERR_RETRY;
}

static enum err go_on(struct ctx *c, enum err e, const char *says)
{
	if (e == OK || !survivable(e))
		return e;
	log_line(LOG_WARN, says, LOG_FIELDS(LOG_S("refusal", str_of(err_row(e)->name)), LOG_S("detail", c->failed_detail)));
	c->failed = OK;
	return OK;
}

/* A question that the shop refuses to answer is asked again no sooner than if it had not answered at all. */
static enum err asked(struct ctx *c, const struct shop_door *door, enum err e)
{
	enum err booked = shop_heard(c, door, e == ERR_PLATFORM_REFUSED ? ERR_PLATFORM_AWAY : e);

	return e != OK ? e : booked;
}

/* One page of something, and what to do with it in one transaction. */
struct storing {
	struct shop_id shop;
	const struct job *job;
	const struct catalog_claim *claim;
	const struct platform_products *page;
	const struct platform_product *product; /* NULL: gone */
	int64_t external;
	const struct catalog_unfinished *unfinished;
	const struct platform_variants *variants;
	const struct catalog_bulk *bulk;
	const int64_t *items;
	size_t items_n;
	struct str more;
	int64_t began_ms;       /* by the shop's clock */
};

static enum err recompute(struct ctx *c, struct shop_id shop, const struct catalog_change *change)
{
	return change->n ? offer_recompute(c, shop, change->variants, change->n) : OK;
}

static enum err store_product(struct ctx *c, void *arg)
{
	const struct storing *s = arg;
	struct catalog_change change = { 0 };

	if (s->product)
		TRY(catalog_product_put(c, s->shop, s->product, &change));
	else
		TRY(catalog_product_gone(c, s->shop, s->external, &change));
	TRY(recompute(c, s->shop, &change));
	return job_done(c, s->job->id);
}

static enum err read_product(struct ctx *c, const struct job *job)
{
	struct storing s = { .shop = job->shop, .job = job };
	struct platform_product product;
	struct shop_door door;
	struct json payload;
	bool found;

	TRY(json_read_object(c, job->payload, &payload));
	if (!json_int(json_get(payload, "product"), &s.external))
		return FAIL(c, ERR_INTERNAL, "a product_read job names no product");
	TRY(shop_open(c, job->shop, &door));
	TRY(asked(c, &door, door.platform->product(c, &door.call, s.external, &product, &found)));
	s.product = found ? &product : NULL;
	return db_in_tx(c, store_product, &s);
}

static enum err products(struct ctx *c, int64_t *done)
{
	struct job job;
	bool found;
	enum err e;

	TRY(job_claim(c, S("product_read"), (int)lease_s(c), &job, &found));
	if (!found)
		return OK;
	++*done;
	e = read_product(c, &job);
	if (e == OK)
		return OK;
	if (e == ERR_SHOP_CLOSED)
		TRY(job_done(c, job.id));
	else if (survivable(e))
		TRY(job_failed(c, &job, str_of(err_row(e)->name), JOB_TRIES_MOST));
	return go_on(c, e, "a product could not be read");
}

static enum err store_levels(struct ctx *c, const struct inventory_dirty *dirty, const struct platform_item *items, int64_t shop_ms)
{
	bool changed;

	for (size_t i = 0; i < dirty->n; i++) {
		TRY(inventory_read(c, dirty->shop, dirty->items[i], &items[i], dirty->began_ms,
			shop_ms ? shop_ms : dirty->began_ms, S("full_read"), &changed));
	}
	return OK;
}

static enum err read_stock(struct ctx *c, const struct inventory_dirty *dirty)
{
	struct platform_item *items = arena_array(c->mem, dirty->n, sizeof(*items));
	struct shop_door door;

	TRY(shop_open(c, dirty->shop, &door));
	TRY(asked(c, &door, door.platform->levels(c, &door.call, dirty->externals, dirty->n, items)));
	return store_levels(c, dirty, items, door.call.began_ms);
}

static enum err stock(struct ctx *c, int64_t *done)
{
	struct inventory_dirty dirty;

	TRY(inventory_dirty_list(c, LEVELS_MOST, &dirty));
	if (!dirty.n)
		return OK;
	*done += (int64_t)dirty.n;
	return go_on(c, read_stock(c, &dirty), "stock could not be read");
}

static enum err store_more(struct ctx *c, void *arg)
{
	const struct storing *s = arg;
	struct catalog_change change = { 0 };

	TRY(catalog_more_put(c, s->unfinished, s->variants, &change));
	return recompute(c, s->unfinished->shop, &change);
}

static enum err read_more(struct ctx *c, const struct catalog_unfinished *product)
{
	struct platform_variants variants;
	struct shop_door door;

	TRY(shop_open(c, product->shop, &door));
	TRY(asked(c, &door, door.platform->variants(c, &door.call, product->external, product->cursor, &variants)));
	return db_in_tx(c, store_more, &(struct storing){ .unfinished = product, .variants = &variants });
}

static enum err more(struct ctx *c, int64_t *done)
{
	struct catalog_unfinished product;
	bool found;

	TRY(catalog_unfinished(c, &product, &found));
	if (!found)
		return OK;
	++*done;
	return go_on(c, read_more(c, &product), "variants could not be read");
}

static enum err store_page(struct ctx *c, void *arg)
{
	const struct storing *s = arg;
	struct catalog_change change = { 0 };

	TRY(catalog_page_put(c, s->claim, s->page, s->began_ms, &change));
	return recompute(c, s->claim->shop, &change);
}

static enum err read_page(struct ctx *c, const struct catalog_claim *claim)
{
	struct platform_products page;
	struct shop_door door;

	TRY(shop_open(c, claim->shop, &door));
	TRY(asked(c, &door, door.platform->products(c, &door.call, claim->since_ms, claim->cursor, &page)));
	return db_in_tx(c, store_page, &(struct storing){ .claim = claim, .page = &page, .began_ms = door.call.began_ms });
}

static enum err store_items(struct ctx *c, void *arg)
{
	const struct storing *s = arg;

	return catalog_items_put(c, s->claim, s->items, s->items_n, s->more, s->began_ms);
}

static enum err read_items(struct ctx *c, const struct catalog_claim *claim)
{
	struct shop_door door;
	struct str more;
	int64_t *items;
	size_t n;

	TRY(shop_open(c, claim->shop, &door));
	TRY(asked(c, &door, door.platform->items_changed(c, &door.call, claim->since_ms, claim->cursor, &items, &n, &more)));
	return db_in_tx(c, store_items, &(struct storing){ .claim = claim, .items = items, .items_n = n, .more = more,
		.began_ms = door.call.began_ms });
}

static enum err read_count(struct ctx *c, const struct catalog_claim *claim)
{
	struct shop_door door;
	int64_t variants;

	TRY(shop_open(c, claim->shop, &door));
	TRY(asked(c, &door, door.platform->variants_count(c, &door.call, &variants)));
	return catalog_counted(c, claim, variants, door.call.began_ms);
}

static enum err store_bulk(struct ctx *c, void *arg)
{
	const struct storing *s = arg;
	struct catalog_change change = { 0 };

	TRY(catalog_bulk_apply(c, s->claim, s->bulk, &change));
	return recompute(c, s->claim->shop, &change);
}

static enum err read_bulk(struct ctx *c, const struct catalog_claim *claim)
{
	struct catalog_bulk bulk;

	TRY(catalog_bulk_find(c, claim, &bulk));
	if (str_eq(bulk.state, S("applying")))
		return db_in_tx(c, store_bulk, &(struct storing){ .claim = claim, .bulk = &bulk });
	return catalog_bulk_call(c, claim, &bulk);
}

static const struct {
	const char *name;
	enum err (*read)(struct ctx *c, const struct catalog_claim *claim);
} phases[] = {
	{ "count", read_count },
	{ "products", read_page },
	{ "changed", read_page },
	{ "items", read_items },
	{ "bulk", read_bulk },
};

static enum err read_phase(struct ctx *c, const struct catalog_claim *claim)
{
	for (size_t i = 0; i < COUNT(phases); i++)
		if (str_eq(claim->phase, str_of(phases[i].name)))
			return phases[i].read(c, claim);
	return FAIL(c, ERR_INTERNAL, "no such phase of a sync");
}

static enum err sync(struct ctx *c, int64_t *done)
{
	struct catalog_claim claim;
	bool found, finished;
	enum err e;

	TRY(catalog_sync_claim(c, lease_s(c), &claim, &found));
	if (!found)
		return OK;
	if (str_eq(claim.phase, S("stock"))) {
		TRY(catalog_sync_finish(c, claim.shop, &finished));
		*done += finished;
		return OK;
	}
	e = read_phase(c, &claim);
	++*done;
	if (e != OK && survivable(e))
		TRY(catalog_sync_failed(c, claim.shop, str_of(err_row(e)->name), e == ERR_PLATFORM_REFUSED, REFUSALS_MOST));
	return go_on(c, e, "a page of the catalog could not be read");
}

static enum err step(struct ctx *c, int64_t *done)
{
	*done = 0;
	TRY(products(c, done));
	TRY(stock(c, done));
	TRY(more(c, done));
	return sync(c, done);
}

const struct helper catalog_sync_helper = { "catalog_sync", step };
