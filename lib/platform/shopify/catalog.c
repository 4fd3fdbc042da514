#include "lib/platform/shopify/shopify.h"

#include "graphql.h"
#include "lib/core/time.h"

#define LEVEL_PAGES_MAX 20

enum err shopify_variant_node(struct ctx *c, struct platform_call *call, struct json from, struct currency currency,
	struct platform_variant *out)
{
	int64_t position = 0;

	if (!shopify_number(json_str_at(from, "id"), &out->external) ||
	    !shopify_number(json_str_at(from, "inventoryItem.id"), &out->item) ||
	    !money_read(json_str_at(from, "price"), currency, &out->price))
		return shopify_garbage(c, call, "a variant's id, item or price");
	out->title = json_str_at(from, "title");
	out->sku = json_str_at(from, "sku");
	out->tracked = json_bool(json_path(from, "inventoryItem.tracked"), true);
	out->oversell = str_eq(json_str_at(from, "inventoryPolicy"), S("CONTINUE"));
	(void)json_int(json_get(from, "position"), &position);
	out->position = (int)(position & 0xffffff);
	return OK;
}

static enum err read_variants(struct ctx *c, struct platform_call *call, struct json connection, struct currency currency,
	struct platform_variants *out)
{
	struct json nodes = json_get(connection, "nodes");

	out->n = json_length(nodes);
	out->list = arena_array(c->mem, out->n + 1, sizeof(*out->list));
	for (size_t i = 0; i < out->n; i++)
		TRY(shopify_variant_node(c, call, json_at(nodes, i), currency, &out->list[i]));
	out->more = shopify_more(connection);
	return OK;
}

static enum platform_status read_status(struct str s)
{
	if (str_eq(s, S("ACTIVE")))
		return PLATFORM_ACTIVE;
	if (str_eq(s, S("UNLISTED")))
		return PLATFORM_UNLISTED;
	return str_eq(s, S("ARCHIVED")) ? PLATFORM_ARCHIVED : PLATFORM_DRAFT;
}

enum err shopify_product_node(struct ctx *c, struct platform_call *call, struct json from, struct platform_product *out)
{
	*out = (struct platform_product){ 0 };
	if (!shopify_number(json_str_at(from, "id"), &out->external))
		return shopify_garbage(c, call, "a product's id");
	out->title = json_str_at(from, "title");
	out->handle = json_str_at(from, "handle");
	out->status = read_status(json_str_at(from, "status"));
	out->image_url = json_str_at(from, "featuredMedia.preview.image.url");
	if (!time_read(json_str_at(from, "updatedAt"), &out->updated_ms))
		out->updated_ms = 0;
	return OK;
}

static enum err read_product(struct ctx *c, struct platform_call *call, struct json from, struct currency currency,
	struct platform_product *out)
{
	TRY(shopify_product_node(c, call, from, out));
	return read_variants(c, call, json_get(from, "variants"), currency, &out->variants);
}

static enum err read_currency(struct ctx *c, struct platform_call *call, struct json data, struct currency *out)
{
	if (!currency_read(json_str_at(data, "shop.currencyCode"), out))
		return shopify_garbage(c, call, "currency");
	return OK;
}

static struct str products_vars(struct ctx *c, int64_t since_ms, struct str cursor)
{
	struct jw w = jw_new(c->mem, 8192);

	jw_object(&w);
	jw_kstr(&w, "query", shopify_since(c, since_ms));
	jw_kstr(&w, "sort", since_ms ? S("UPDATED_AT") : S("ID"));
	jw_key(&w, "after");
	if (cursor.n)
		jw_str(&w, cursor);
	else
		jw_null(&w);
	jw_end(&w);
	return jw_done(&w);
}

enum err shopify_products(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor, struct platform_products *out)
{
	struct json data, products, nodes;
	struct currency currency;

	TRY(shopify_ask(c, call, graphql_products, products_vars(c, since_ms, cursor), &data));
	TRY(read_currency(c, call, data, &currency));
	products = json_get(data, "products");
	nodes = json_get(products, "nodes");
	out->n = json_length(nodes);
	out->list = arena_array(c->mem, out->n + 1, sizeof(*out->list));
	for (size_t i = 0; i < out->n; i++)
		TRY(read_product(c, call, json_at(nodes, i), currency, &out->list[i]));
	out->more = shopify_more(products);
	return OK;
}

enum err shopify_items_changed(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor, int64_t **items, size_t *n,
	struct str *more)
{
	struct str vars = shopify_vars_page(c, "query", shopify_since(c, since_ms), cursor);
	struct json data, connection, nodes;

	TRY(shopify_ask(c, call, graphql_items_changed, vars, &data));
	connection = json_get(data, "inventoryItems");
	nodes = json_get(connection, "nodes");
	*n = json_length(nodes);
	*items = arena_array(c->mem, *n + 1, sizeof(**items));
	for (size_t i = 0; i < *n; i++) {
		if (!shopify_number(json_str_at(json_at(nodes, i), "id"), &(*items)[i]))
			return shopify_garbage(c, call, "an item's id");
	}
	*more = shopify_more(connection);
	return OK;
}

enum err shopify_variants_count(struct ctx *c, struct platform_call *call, int64_t *n)
{
	struct json data;

	TRY(shopify_ask(c, call, graphql_variants_count, S(""), &data));
	if (!json_int(json_path(data, "productVariantsCount.count"), n))
		return shopify_garbage(c, call, "a count of variants");
	return OK;
}

enum err shopify_product(struct ctx *c, struct platform_call *call, int64_t external, struct platform_product *out, bool *found)
{
	struct currency currency;
	struct json data;

	TRY(shopify_ask(c, call, graphql_product, shopify_vars_id(c, shopify_gid(c->mem, "Product", external)), &data));
	*found = json_type(json_get(data, "product")) == JSON_OBJECT;
	if (!*found)
		return OK;
	TRY(read_currency(c, call, data, &currency));
	return read_product(c, call, json_get(data, "product"), currency, out);
}

enum err shopify_variants(struct ctx *c, struct platform_call *call, int64_t product, struct str cursor, struct platform_variants *out)
{
	struct str vars = shopify_vars_page(c, "id", shopify_gid(c->mem, "Product", product), cursor);
	struct currency currency;
	struct json data;

	TRY(shopify_ask(c, call, graphql_variants, vars, &data));
	TRY(read_currency(c, call, data, &currency));
	return read_variants(c, call, json_path(data, "product.variants"), currency, out);
}

enum err shopify_level_node(struct ctx *c, struct platform_call *call, struct json from, struct platform_stock *out)
{
	struct json location = json_get(from, "location");

	if (!shopify_number(json_str_at(location, "id"), &out->location))
		return shopify_garbage(c, call, "a level's location");
	out->location_name = json_str_at(location, "name");
	out->active = json_bool(json_get(location, "isActive"), false);
	out->online = json_bool(json_get(location, "fulfillsOnlineOrders"), false);
	out->available = 0;
	(void)json_int(json_get(json_at(json_get(from, "quantities"), 0), "quantity"), &out->available);
	if (!time_read(json_str_at(from, "updatedAt"), &out->updated_ms))
		out->updated_ms = 0;
	return OK;
}

static enum err add_levels(struct ctx *c, struct platform_call *call, struct json connection, struct platform_item *item)
{
	struct json nodes = json_get(connection, "nodes");
	struct platform_stock *all = arena_array(c->mem, item->levels_n + json_length(nodes) + 1, sizeof(*all));

	for (size_t i = 0; i < item->levels_n; i++)
		all[i] = item->levels[i];
	item->levels = all;
	for (size_t i = 0; i < json_length(nodes); i++) {
		if (json_bool(json_get(json_at(nodes, i), "isActive"), true))
			TRY(shopify_level_node(c, call, json_at(nodes, i), &all[item->levels_n++]));
	}
	return OK;
}

/* The levels that a list of items left out, because one of them has many. */
static enum err add_more_levels(struct ctx *c, struct platform_call *call, struct str cursor, struct platform_item *item)
{
	int64_t began_ms = call->began_ms;

	for (int page = 0; cursor.n && page < LEVEL_PAGES_MAX; page++) {
		struct str gid = shopify_gid(c->mem, "InventoryItem", item->external);
		struct json data, connection;

		TRY(shopify_ask(c, call, graphql_item_levels, shopify_vars_page(c, "id", gid, cursor), &data));
		connection = json_path(data, "inventoryItem.inventoryLevels");
		TRY(add_levels(c, call, connection, item));
		cursor = shopify_more(connection);
	}
	call->began_ms = began_ms; /* what the first answer said holds for all of them */
	return OK;
}

static struct str item_ids(struct ctx *c, const int64_t *items, size_t n)
{
	struct jw w = jw_new(c->mem, 8192);

	jw_object(&w);
	jw_key(&w, "ids");
	jw_list(&w);
	for (size_t i = 0; i < n; i++)
		jw_str(&w, shopify_gid(c->mem, "InventoryItem", items[i]));
	jw_end(&w);
	jw_end(&w);
	return jw_done(&w);
}

enum err shopify_levels(struct ctx *c, struct platform_call *call, const int64_t *items, size_t n, struct platform_item *out)
{
	struct json data, nodes;

	TRY(shopify_ask(c, call, graphql_levels, item_ids(c, items, n), &data));
	nodes = json_get(data, "nodes");
	if (json_length(nodes) != n)
		return shopify_garbage(c, call, "as many items as were asked for");
	for (size_t i = 0; i < n; i++) {
		struct json node = json_at(nodes, i), levels = json_get(node, "inventoryLevels");

		out[i] = (struct platform_item){ .external = items[i] };
		out[i].found = json_type(levels) == JSON_OBJECT;
		if (!out[i].found)
			continue;
		out[i].tracked = json_bool(json_get(node, "tracked"), true);
		TRY(add_levels(c, call, levels, &out[i]));
		TRY(add_more_levels(c, call, shopify_more(levels), &out[i]));
	}
	return OK;
}
