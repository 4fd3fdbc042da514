#include "lib/platform/shopify/shopify.h"

#include <stdlib.h>

#include "graphql.h"

#define PAGES_MAX 10
#define TOPIC_MAX 64

/* Field lists, sorted: personal data stays at the shop. updated_at must be among them, else equal payloads are
 * dropped there (shopify.dev: webhooks, delivery filtering). */
static const char *const order_fields[] = {
	"admin_graphql_api_id", "cancel_reason", "cancelled_at", "cart_token", "checkout_token", "created_at", "currency",
	"current_subtotal_price_set", "current_total_price_set", "discount_applications", "discount_codes", "financial_status",
	"id", "landing_site", "landing_site_ref", "line_items", "name", "note_attributes", "presentment_currency",
	"processed_at", "refunds", "source_name", "subtotal_price_set", "taxes_included", "test", "total_discounts_set",
	"total_price_set", "total_shipping_price_set", "total_tip_received", "updated_at",
};
static const char *const refund_fields[] = {
	"admin_graphql_api_id", "created_at", "id", "order_adjustments", "order_id", "processed_at", "refund_line_items",
	"refund_shipping_lines", "total_duties_set", "transactions",
};
static const char *const product_fields[] = { "admin_graphql_api_id", "handle", "id", "status", "title", "updated_at" };
static const char *const shop_fields[] = { "currency", "domain", "id", "myshopify_domain", "name", "updated_at" };

const struct platform_topic shopify_topics[SHOPIFY_TOPICS] = {
	{ "orders/create", order_fields, COUNT(order_fields) },
	{ "orders/paid", order_fields, COUNT(order_fields) },
	{ "orders/updated", order_fields, COUNT(order_fields) },
	{ "orders/cancelled", order_fields, COUNT(order_fields) },
	{ "orders/edited", NULL, 0 },
	{ "refunds/create", refund_fields, COUNT(refund_fields) },
	{ "inventory_levels/update", NULL, 0 },
	{ "inventory_levels/connect", NULL, 0 },
	{ "inventory_levels/disconnect", NULL, 0 },
	{ "inventory_items/update", NULL, 0 },
	{ "products/create", product_fields, COUNT(product_fields) },
	{ "products/update", product_fields, COUNT(product_fields) },
	{ "products/delete", NULL, 0 },
	{ "app/uninstalled", shop_fields, COUNT(shop_fields) },
	{ "app/scopes_update", NULL, 0 },
	{ "shop/update", shop_fields, COUNT(shop_fields) },
	{ "bulk_operations/finish", NULL, 0 },
};

/* "orders/create" is ORDERS_CREATE there. */
static struct str enum_of(struct arena *mem, const char *topic)
{
	struct buf b = buf_new(mem, TOPIC_MAX);

	for (; *topic; topic++)
		buf_char(&b, *topic == '/' ? '_' : *topic >= 'a' && *topic <= 'z' ? (char)(*topic - 'a' + 'A') : *topic);
	return buf_str(&b);
}

static struct str topic_of(struct arena *mem, struct str named)
{
	for (size_t i = 0; i < COUNT(shopify_topics); i++) {
		if (str_eq(named, enum_of(mem, shopify_topics[i].topic)))
			return str_of(shopify_topics[i].topic);
	}
	return named;
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str read_fields(struct ctx *c, struct json list)
{
	size_t n = json_length(list);
	struct str *names = arena_array(c->mem, n + 1, sizeof(*names));
	struct buf b = buf_new(c->mem, 4096);

	for (size_t i = 0; i < n; i++)
		names[i] = json_str(json_at(list, i));
	qsort(names, n, sizeof(*names), by_bytes);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(&b, ',');
		buf_put(&b, names[i]);
	}
	return buf_str(&b);
}

static struct platform_subscription *grown(struct ctx *c, const struct platform_subscription *list, size_t n, size_t more)
{
	struct platform_subscription *all = arena_array(c->mem, n + more + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = list[i];
	return all;
}

enum err shopify_subscriptions(struct ctx *c, struct platform_call *call, struct platform_subscription **out, size_t *n)
{
	struct str cursor = S("");

	*out = NULL;
	*n = 0;
	for (int page = 0; page < PAGES_MAX; page++) {
		struct json data, connection, nodes;

		TRY(shopify_ask(c, call, graphql_subscriptions, shopify_vars_page(c, NULL, S(""), cursor), &data));
		connection = json_get(data, "webhookSubscriptions");
		nodes = json_get(connection, "nodes");
		*out = grown(c, *out, *n, json_length(nodes));
		for (size_t i = 0; i < json_length(nodes); i++) {
			struct json node = json_at(nodes, i);

			(*out)[(*n)++] = (struct platform_subscription){
				.external_id = json_str_at(node, "id"),
				.topic = topic_of(c->mem, json_str_at(node, "topic")),
				.uri = json_str_at(node, "uri"),
				.fields = read_fields(c, json_get(node, "includeFields")),
			};
		}
		cursor = shopify_more(connection);
		if (!cursor.n)
			break;
	}
	return OK;
}

enum err shopify_subscribe(struct ctx *c, struct platform_call *call, const struct platform_topic *topic, struct str uri,
	struct str *external_id)
{
	struct jw w = jw_new(c->mem, 8192);
	struct json answer;

	jw_object(&w);
	jw_kstr(&w, "topic", enum_of(c->mem, topic->topic));
	jw_key(&w, "subscription");
	jw_object(&w);
	jw_kstr(&w, "uri", uri);
	jw_kstr(&w, "format", S("JSON"));
	if (topic->fields_n) {
		jw_key(&w, "includeFields");
		jw_list(&w);
		for (size_t i = 0; i < topic->fields_n; i++)
			jw_str(&w, str_of(topic->fields[i]));
		jw_end(&w);
	}
	jw_end(&w);
	jw_end(&w);
	TRY(shopify_change(c, call, graphql_subscribe, jw_done(&w), &answer));
	*external_id = json_str_at(answer, "webhookSubscription.id");
	return external_id->n ? OK : shopify_garbage(c, call, "the subscription's id");
}

enum err shopify_unsubscribe(struct ctx *c, struct platform_call *call, struct str external_id)
{
	struct json answer;
	enum err e = shopify_change(c, call, graphql_unsubscribe, shopify_vars_id(c, external_id), &answer);

	/* a user error here is a subscription that is gone already */
	return e == ERR_PLATFORM_REFUSED && str_eq(call->reason, S("user-error")) ? OK : e;
}
