#include "lib/connection/connection.h"

#include <assert.h>

#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/db/db.h"
#include "lib/job/job.h"

#define TOPICS_MAX 64

static struct str joined(struct ctx *c, const struct platform_topic *topic)
{
	struct buf b = buf_new(c->mem, 4096);

	for (size_t i = 0; i < topic->fields_n; i++) {
		if (i)
			buf_char(&b, ',');
		buf_put(&b, str_of(topic->fields[i]));
	}
	return buf_str(&b);
}

/* The wanted topic that an existing subscription is exactly; topics_n: none. */
static size_t same_as(struct ctx *c, const struct platform *platform, const struct platform_subscription *s, struct str uri)
{
	for (size_t i = 0; i < platform->topics_n; i++) {
		const struct platform_topic *topic = &platform->topics[i];

		if (str_eq(s->topic, str_of(topic->topic)))
			return str_eq(s->uri, uri) && str_eq(s->fields, joined(c, topic)) ? i : platform->topics_n;
	}
	return platform->topics_n;
}

/* All subscriptions that the shop's API shows are this app's own: those not wanted (any more), changed or double go
 * first, as the shop takes one per topic and address; then what is missing is made. */
static enum err arrange(struct ctx *c, struct shop_door *door, struct str uri, struct str ids[TOPICS_MAX], int64_t *made)
{
	const struct platform *platform = door->platform;
	struct platform_subscription *there;
	size_t n;

	TRY(platform->subscriptions(c, &door->call, &there, &n));
	for (size_t i = 0; i < n; i++) {
		size_t t = same_as(c, platform, &there[i], uri);

		if (t < platform->topics_n && !ids[t].n)
			ids[t] = there[i].external_id;
		else
			TRY(platform->unsubscribe(c, &door->call, there[i].external_id));
	}
	for (size_t t = 0; t < platform->topics_n; t++) {
		if (ids[t].n)
			continue;
		TRY(platform->subscribe(c, &door->call, &platform->topics[t], uri, &ids[t]));
		++*made;
	}
	return OK;
}

/* What was not subscribed to may have happened meanwhile. */
static enum err look_back(struct ctx *c, struct shop_id shop, int64_t made)
{
	char dedupe[37];

	uuid_text(shop.u, dedupe);
	log_line(LOG_WARN, "subscriptions were missing or wrong", LOG_FIELDS(LOG_S("shop", ID_TEXT(c->mem, shop, shop)), LOG_I("made", made)));
	return job_queue(c, S("orders_reconcile"), str_of(dedupe), shop, (struct creator_id){ 0 }, S(""));
}

enum err connection_subscribe(struct ctx *c, struct shop_id shop)
{
	struct str ids[TOPICS_MAX] = { 0 }, uri;
	int64_t made = 0;
	struct shop_door door;

	TRY(shop_open(c, shop, &door));
	assert(door.platform->topics_n <= TOPICS_MAX);
	uri = str_fmt(c->mem, STR_FMT "/webhooks/%s", STR_ARG(c->config->base_url), door.platform->name);
	TRY(shop_heard(c, &door, arrange(c, &door, uri, ids, &made)));
	for (size_t t = 0; t < door.platform->topics_n; t++) {
		TRY(db_run(c, SQL(connection_topic_put), PARAMS(
			p_uuid(shop.u), p_str(str_of(door.platform->topics[t].topic)), p_str(ids[t]), p_str(uri))));
	}
	return made ? look_back(c, shop, made) : OK;
}

enum err connection_topics_due(struct ctx *c, int64_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(connection_topics_due), NO_PARAMS, &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct shop_id shop = { row_uuid(&row, "id") };
		char dedupe[37];

		uuid_text(shop.u, dedupe);
		TRY(job_queue(c, S("subscriptions"), str_of(dedupe), shop, (struct creator_id){ 0 }, S("")));
	}
	*n = rows.n;
	return OK;
}

static enum err unsubscribe_all(struct ctx *c, struct shop_door *door)
{
	struct platform_subscription *there;
	size_t n;

	TRY(door->platform->subscriptions(c, &door->call, &there, &n));
	for (size_t i = 0; i < n; i++)
		TRY(door->platform->unsubscribe(c, &door->call, there[i].external_id));
	return OK;
}

/* A shop that no longer lets us in has nothing of ours that we could remove. */
enum err connection_forget(struct ctx *c, struct shop_id id)
{
	struct shop_door door;
	struct shop shop;
	enum err e;

	TRY(shop_by_id(c, id, &shop));
	if (!str_eq(shop.health, S("needs_reconnect"))) {
		e = shop_open(c, id, &door);
		if (e == OK)
			e = shop_heard(c, &door, unsubscribe_all(c, &door));
		if (e != OK && e != ERR_SHOP_CLOSED)
			return e;
	}
	TRY(db_run(c, SQL(connection_topics_forget), PARAMS(p_uuid(id.u))));
	return shop_forget(c, id);
}
