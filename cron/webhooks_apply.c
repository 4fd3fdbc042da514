/* webhooks_apply.c: applies what platforms pushed
 *
 * Each delivery in its own transaction, together with its effect. What fails is tried again later, what cannot be
 * applied is parked with its reason; nothing is dropped.
 */
#include "cron/webhooks_apply.h"

#include "lib/account/account.h"
#include "lib/catalog/catalog.h"
#include "lib/channel/channel.h"
#include "lib/connection/connection.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/detect/detect.h"
#include "lib/inbox/compliance.h"
#include "lib/inventory/inventory.h"
#include "lib/job/job.h"
#include "lib/offer/offer.h"
#include "lib/order/order.h"

#define DUE_MOST 50
#define TRIES_MOST 10
#define FORGET_MOST 200
#define SCAN_MOST 20          /* bodies looked through for a person, at a time */
#define CLOCKS_APART_MS 60000 /* the shop's and ours */
#define CONFIRM_AGAIN_S 3600

typedef enum err applier(struct ctx *c, const struct delivery *d, struct verdict *v);

static struct str order_key(struct ctx *c, int64_t external)
{
	return str_fmt(c->mem, "order/%lld", (long long)external);
}

static enum err order_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct order_applied applied;
	struct platform_order order;

	TRY(shopify_order_read(c, d->body, &order));
	TRY(order_apply(c, d->shop, &order, &applied));
	if (applied.stale)
		*v = (struct verdict){ .state = "ignored", .says = "older than what is known" };
	return inbox_wake(c, d, order_key(c, order.external)); /* also when a reconciliation told it first */
}

/* The order's own telling carries its refunds too, so a refund that comes first can wait for it. */
static enum err refund_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct platform_refund refund;
	bool known;

	TRY(shopify_refund_read(c, d->body, &refund));
	TRY(order_refund_apply(c, d->shop, &refund, &known));
	if (!known)
		*v = (struct verdict){ "new", "the order of this refund has not been told yet", order_key(c, refund.order) };
	return OK;
}

static enum err level_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct platform_level level;
	bool known;

	TRY(shopify_level_read(c, d->body, &level));
	TRY(inventory_level_told(c, d->shop, &level, &known));
	if (!known)
		*v = (struct verdict){ .state = "ignored", .says = "an item that is not in the catalog" };
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
	int64_t item;

	(void)v;
	TRY(shopify_id_read(c, d->body, "id", &item));
	return inventory_dirty(c, d->shop, item);
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
	struct catalog_change change;
	int64_t product;

	(void)v;
	TRY(shopify_id_read(c, d->body, "id", &product));
	TRY(catalog_product_gone(c, d->shop, product, &change));
	return change.n ? offer_recompute(c, d->shop, change.variants, change.n) : OK;
}

/* Headers are not signed, so an old uninstall may come again as a new one. What is surely after the installation closes the
 * shop at once; what is surely before it is late; in doubt the shop itself is asked. */
static enum err is_doubtful(struct ctx *c, const struct delivery *d, const struct shop *shop, bool *doubtful)
{
	int64_t after_ms = d->triggered_ms - shop->installed_ms;

	*doubtful = false;
	if (d->triggered_ms && after_ms < -CLOCKS_APART_MS)
		return OK;
	*doubtful = !d->triggered_ms || after_ms < CLOCKS_APART_MS;
	return *doubtful ? OK : inbox_told_before(c, d, shop->installed_ms, doubtful);
}

static enum err confirm_want(struct ctx *c, struct shop_id shop)
{
	char dedupe[37];

	uuid_text(shop.u, dedupe);
	return job_queue(c, S("shop_confirm"), str_of(dedupe), shop, (struct creator_id){ 0 }, S(""));
}

static enum err uninstalled(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	bool doubtful, late;
	struct shop shop;

	TRY(shop_by_id(c, d->shop, &shop));
	TRY(is_doubtful(c, d, &shop, &doubtful));
	if (doubtful && !str_eq(shop.status, S("uninstalled"))) {
		v->says = "it may be older than this installation: the shop is asked whether it still lets us in";
		return confirm_want(c, d->shop);
	}
	TRY(shop_uninstalled(c, d->shop, d->triggered_ms ? d->triggered_ms : d->received_ms, &late));
	if (late)
		*v = (struct verdict){ .state = "ignored", .says = "the shop was installed again after this" };
	return OK;
}

static enum err scopes_told(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct platform_scopes told;
	bool stale;

	TRY(shopify_scopes_read(c, d->body, &told));
	TRY(connection_scopes_told(c, d->shop, told.granted, told.updated_ms, &stale));
	if (stale)
		*v = (struct verdict){ .state = "ignored", .says = "older than what is known" };
	return OK;
}

static enum err person_asked(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	bool redact = str_eq(d->topic, S("customers/redact"));
	struct platform_person who;

	TRY(shopify_person_read(c, d->body, &who));
	v->says = "recorded; see unifyedctl compliance list";
	return compliance_put(c, d, redact ? "customer_redact" : "data_request", &who);
}

static enum err shop_asked(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	v->says = "recorded; see unifyedctl compliance list";
	return compliance_put(c, d, "shop_redact", &(struct platform_person){ 0 });
}

static enum err not_needed(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	(void)c;
	(void)d;
	*v = (struct verdict){ .state = "ignored", .says = "this topic needs nothing done" };
	return OK;
}

static const struct topic {
	const char *topic;
	applier *apply;
	bool of_strangers; /* also of a shop that we do not know */
} topics[] = {
	{ "orders/create",                order_told,   false },
	{ "orders/paid",                  order_told,   false },
	{ "orders/updated",               order_told,   false },
	{ "orders/cancelled",             order_told,   false },
	{ "orders/fulfilled",             order_told,   false },
	{ "orders/partially_fulfilled",   order_told,   false },
	{ "orders/edited",                not_needed,   false }, /* orders/updated follows */
	{ "refunds/create",               refund_told,  false },
	{ "inventory_levels/update",      level_told,   false },
	{ "inventory_levels/connect",     level_moved,  false },
	{ "inventory_levels/disconnect",  level_moved,  false },
	{ "inventory_items/update",       item_told,    false },
	{ "products/create",              product_told, false },
	{ "products/update",              product_told, false },
	{ "products/delete",              product_gone, false },
	{ "bulk_operations/finish",       not_needed,   false }, /* who began it polls it */
	{ "shop/update",                  not_needed,   false },
	{ "app/uninstalled",              uninstalled,  false },
	{ "app/scopes_update",            scopes_told,  false },
	{ "customers/data_request",       person_asked, true },
	{ "customers/redact",             person_asked, true },
	{ "shop/redact",                  shop_asked,   true },
};

static const struct topic *topic_of(struct str topic)
{
	for (size_t i = 0; i < COUNT(topics); i++)
		if (str_eq(topic, str_of(topics[i].topic)))
			return &topics[i];
	return NULL;
}

/* What a broadcasting platform pushed, in the words beside its body: kind|account|id there|ms. */
static enum err push_read(struct ctx *c, const struct delivery *d, struct broadcaster_push *out)
{
	struct str rest = d->name, kind = str_cut(&rest, '|');
	int64_t n, at_ms;

	*out = (struct broadcaster_push){ .account = str_cut(&rest, '|'), .external_id = str_cut(&rest, '|'), .topic = d->topic };
	if (!str_int(kind, &n) || n < PUSH_NONE || n > PUSH_ACCOUNT_GONE || !str_int(rest, &at_ms))
		return FAIL(c, ERR_BAD_INPUT, "a push without its words");
	out->kind = (enum push_kind)n;
	out->at_ms = at_ms;
	return OK;
}

/* By the path it came on, or by the account it names. */
static enum err push_channel(struct ctx *c, const struct delivery *d, const struct broadcaster_push *push, struct channel_id *id, bool *found)
{
	struct channel_push to;

	TRY(channel_push_by_key(c, d->platform, d->shop_domain, &to, found));
	*found = *found && to.wanted;
	if (*found)
		*id = to.channel;
	return *found ? OK : channel_by_account(c, d->platform, push->account, id, found);
}

static enum err push_apply(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	struct broadcaster_push push;
	struct channel_id channel;
	bool found;

	*v = (struct verdict){ .state = "done", .says = "" };
	TRY(push_read(c, d, &push));
	TRY(push_channel(c, d, &push, &channel, &found));
	if (!found) {
		*v = (struct verdict){ .state = "ignored", .says = "no channel that is connected" };
		return OK;
	}
	return push.kind == PUSH_ACCOUNT_GONE ? channel_gone(c, channel, push.at_ms) : detect_pushed(c, channel, &push);
}

enum err webhook_apply(struct ctx *c, const struct delivery *d, struct verdict *v)
{
	const struct topic *topic = topic_of(d->topic);

	if (!str_eq(d->platform, S("shopify")))
		return push_apply(c, d, v);
	*v = (struct verdict){ .state = "ignored" };
	if (!topic)
		v->says = "a topic that we do not know";
	else if (uuid_is_nil(d->shop.u) && !topic->of_strangers)
		v->says = "not a shop of ours";
	else if (d->body_gone.n)
		return FAIL(c, ERR_BAD_INPUT, "its body is gone: " STR_FMT, STR_ARG(d->body_gone));
	if (v->says)
		return OK;
	*v = (struct verdict){ .state = "done", .says = "" };
	return topic->apply(c, d, v);
}

static enum err apply(struct ctx *c, void *arg)
{
	const struct delivery_id *id = arg;
	struct delivery delivery;
	struct verdict verdict;
	bool found;

	TRY(inbox_take(c, *id, false, &delivery, &found));
	if (!found)
		return OK;
	TRY(webhook_apply(c, &delivery, &verdict));
	if (str_eq(str_of(verdict.state), S("new")))
		return inbox_wait(c, *id, verdict.waits_for, str_of(verdict.says), TRIES_MOST);
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

struct str webhook_refusal(struct ctx *c, enum err why)
{
	return str_fmt(c->mem, "%s: " STR_FMT, err_row(why)->name, STR_ARG(c->failed_detail));
}

static enum err apply_or_refuse(struct ctx *c, struct delivery_id id)
{
	enum err why = db_in_tx(c, apply, &id);
	struct refused refused = { id, why, S("") };

	if (why == OK || why == ERR_DB_AWAY)
		return why;
	refused.says = webhook_refusal(c, why);
	log_line(LOG_WARN, "delivery refused", LOG_FIELDS(LOG_S("delivery", ID_TEXT(c->mem, delivery, id)), LOG_S("why", refused.says)));
	c->failed = OK;
	return db_in_tx(c, refuse, &refused);
}

/* Bodies may be large: each delivery has memory of its own. */
static enum err apply_all(struct ctx *c, const struct delivery_id *ids, size_t n)
{
	struct ctx own = *c;
	enum err e = OK;

	if (!n)
		return OK;
	own.mem = arena_new((size_t)c->config->arena_max_bytes);
	for (size_t i = 0; i < n && e == OK; i++) {
		arena_reset(own.mem);
		e = apply_or_refuse(&own, ids[i]);
	}
	if (e != OK)
		e = FAIL(c, e, STR_FMT, STR_ARG(own.failed_detail));
	arena_free(own.mem);
	return e;
}

/* ---- what shops ask about people, and about themselves */
static enum err erase_shop(struct ctx *c, const struct compliance_due *due)
{
	int64_t bodies;

	TRY(inbox_erase(c, due->platform, due->shop_domain, &bodies));
	if (!uuid_is_nil(due->shop.u)) {
		TRY(shop_erase(c, due->shop));
		TRY(connection_erase(c, due->shop));
		TRY(catalog_erase(c, due->shop));
		TRY(order_erase(c, due->shop));
	}
	return compliance_done(c, due, S("credentials, catalog and bodies are erased; orders keep ids and money"), bodies);
}

/* A shop that uninstalled us may come back within 48 hours; one that still has us is asked whether that is so. */
static enum err shop_comply(struct ctx *c, const struct compliance_due *due)
{
	if (due->installed) {
		TRY(confirm_want(c, due->shop));
		return compliance_later(c, due, CONFIRM_AGAIN_S, 0);
	}
	if (due->gone && !due->erasable)
		return compliance_later(c, due, 0, due->erase_ms);
	return erase_shop(c, due);
}

static enum err comply(struct ctx *c, void *arg)
{
	const struct compliance_due *due = arg;

	return str_eq(due->kind, S("shop_redact")) ? shop_comply(c, due) : compliance_scan(c, due, SCAN_MOST);
}

static enum err comply_next(struct ctx *c, int64_t *done)
{
	struct compliance_due due;
	bool found;

	TRY(compliance_due(c, &due, &found));
	if (!found)
		return OK;
	++*done;
	return db_in_tx(c, comply, &due);
}

static enum err step(struct ctx *c, int64_t *done)
{
	struct delivery_id *ids;
	int64_t removed = 0;
	size_t n;

	TRY(inbox_claim(c, DUE_MOST, TRIES_MOST, &ids, &n, done));
	TRY(apply_all(c, ids, n));
	if (*done)
		return OK;
	TRY(comply_next(c, done));
	if (*done)
		return OK;
	TRY(inbox_forget(c, (int)c->config->webhook_keep_days, FORGET_MOST, done));
	TRY(account_answers_forget(c, (int)c->config->idempotency_keep_days, FORGET_MOST, &removed));
	*done += removed;
	return OK;
}

const struct helper webhooks_apply_helper = { "webhooks_apply", step };
