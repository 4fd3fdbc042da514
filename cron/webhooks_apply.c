/* webhooks_apply.c: applies what platforms pushed
 *
 * Each delivery in its own transaction, together with its effect. What fails is tried again later, what cannot be
 * applied is parked with its reason; nothing is dropped.
 */
#include "lib/catalog/catalog.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/inbox/inbox.h"
#include "lib/inventory/inventory.h"
#include "lib/job/job.h"
#include "lib/order/order.h"
#include "lib/shop/shop.h"

#define DUE_MOST 50
#define TRIES_MOST 10
#define FORGET_MOST 200

/* What applying one delivery came to. */
struct verdict {
	const char *state; /* "done", "ignored" */
	const char *says;
};

typedef enum err applier(struct ctx *c, const struct delivery *d, struct verdict *v);

static enum err order_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct order_applied applied;
	struct platform_order order;

	TRY(shopify_order_read(c, d->body, &order));
	TRY(order_apply(c, d->shop, &order, &applied));
	if (applied.stale)
		*v = (struct verdict){ "ignored", "older than what is known" };
	return OK;
}

/* The order's own telling carries its refunds too, so a refund that comes first can wait for it. */
static enum err refund_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct platform_refund refund;
	bool known;

	(void)v;
	TRY(shopify_refund_read(c, d->body, &refund));
	TRY(order_refund_apply(c, d->shop, &refund, &known));
	return known ? OK : FAIL(c, ERR_RETRY, "the order of this refund has not been told yet");
}

static enum err level_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct platform_level level;
	bool known;

	TRY(shopify_level_read(c, d->body, &level));
	TRY(inventory_level_told(c, d->shop, &level, &known));
	if (!known)
		*v = (struct verdict){ "ignored", "an item that is not in the catalog" };
	return OK;
}

static enum err level_moved(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	int64_t item;

	(void)v;
	TRY(shopify_id_read(c, d->body, "inventory_item_id", &item));
	return inventory_dirty(c, d->shop, item);
}

static enum err item_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	(void)v;
	return catalog_sync_want(c, d->shop);
}

static enum err product_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	int64_t product;

	(void)v;
	TRY(shopify_id_read(c, d->body, "id", &product));
	return catalog_product_want(c, d->shop, product);
}

static enum err product_gone(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	int64_t product;

	(void)v;
	TRY(shopify_id_read(c, d->body, "id", &product));
	return catalog_product_gone(c, d->shop, product);
}

static enum err uninstalled(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	bool late;

	TRY(shop_uninstalled(c, d->shop, d->triggered_ms ? d->triggered_ms : d->received_ms, &late));
	if (late)
		*v = (struct verdict){ "ignored", "the shop was installed again after this" };
	return OK;
}

/* We keep no personal data, so there is nothing to hand out or erase but the deliveries' bodies, which expire. */
static enum err compliance(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	(void)c;
	(void)d;
	*v = (struct verdict){ "done", "no personal data is kept; sealed bodies expire by themselves" };
	return OK;
}

static enum err not_needed(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	(void)c;
	(void)d;
	*v = (struct verdict){ "ignored", "this topic needs nothing done" };
	return OK;
}

static const struct {
	const char *topic;
	applier *apply;
} topics[] = {
	{ "orders/create",                order_told },
	{ "orders/paid",                  order_told },
	{ "orders/updated",               order_told },
	{ "orders/cancelled",             order_told },
	{ "orders/edited",                not_needed }, /* orders/updated follows */
	{ "refunds/create",               refund_told },
	{ "inventory_levels/update",      level_told },
	{ "inventory_levels/connect",     level_moved },
	{ "inventory_levels/disconnect",  level_moved },
	{ "inventory_items/update",       item_told },
	{ "products/create",              product_told },
	{ "products/update",              product_told },
	{ "products/delete",              product_gone },
	{ "app/uninstalled",              uninstalled },
	{ "customers/data_request",       compliance },
	{ "customers/redact",             compliance },
	{ "shop/redact",                  compliance },
};

static applier *applier_of(struct str topic)
{
	for (size_t i = 0; i < COUNT(topics); i++)
		if (str_eq(topic, str_of(topics[i].topic)))
			return topics[i].apply;
	return not_needed;
}

static enum err apply(struct ctx *c, void *arg)
{
	const struct delivery_id *id = arg;
	struct verdict verdict = { "done", "" };
	struct delivery delivery;
	bool found;

	TRY(inbox_take(c, *id, &delivery, &found));
	if (!found)
		return OK;
	if (uuid_is_nil(delivery.shop.u))
		return inbox_close(c, *id, S("ignored"), S("not a shop of ours"));
	TRY(applier_of(delivery.topic)(c, &delivery, &verdict));
	return inbox_close(c, *id, str_of(verdict.state), str_of(verdict.says));
}

struct refused {
	struct delivery_id id;
	enum err why;
	struct str says;
};

/* A body that cannot be read will not get better; all else may. */
static enum err refuse(struct ctx *c, void *arg)
{
	const struct refused *refused = arg;

	if (refused->why == ERR_BAD_JSON || refused->why == ERR_BAD_INPUT)
		return inbox_close(c, refused->id, S("parked"), refused->says);
	return inbox_retry(c, refused->id, refused->says, TRIES_MOST);
}

static enum err apply_or_refuse(struct ctx *c, struct delivery_id id)
{
	enum err why = db_in_tx(c, apply, &id);
	struct refused refused = { id, why, S("") };

	if (why == OK)
		return OK;
	if (why == ERR_DB_AWAY)
		return why;
	refused.says = str_fmt(c->mem, "%s: " STR_FMT, err_row(why)->name, STR_ARG(c->failed_detail));
	log_line(LOG_WARN, "delivery refused", LOG_FIELDS(LOG_S("delivery", ID_TEXT(c->mem, delivery, id)), LOG_S("why", refused.says)));
	c->failed = OK;
	return db_in_tx(c, refuse, &refused);
}

static enum err step(struct ctx *c, int64_t *done)
{
	struct delivery_id *ids;
	size_t n;

	TRY(inbox_due(c, DUE_MOST, &ids, &n));
	for (size_t i = 0; i < n; i++)
		TRY(apply_or_refuse(c, ids[i]));
	*done = (int64_t)n;
	return n ? OK : inbox_forget(c, (int)c->config->webhook_keep_days, FORGET_MOST, done);
}

const struct helper webhooks_apply_helper = { "webhooks_apply", step };
