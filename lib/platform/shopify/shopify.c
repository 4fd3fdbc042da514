#include "lib/platform/shopify/shopify.h"

const struct platform shopify_platform = {
	.name = "shopify",
	.topics = shopify_topics,
	.topics_n = SHOPIFY_TOPICS,
	.authorize_url = shopify_authorize_url,
	.callback = shopify_callback,
	.exchange = shopify_exchange,
	.refresh = shopify_refresh,
	.identify = shopify_identify,
	.products = shopify_products,
	.product = shopify_product,
	.variants = shopify_variants,
	.levels_max = SHOPIFY_LEVELS_MAX,
	.levels = shopify_levels,
	.discount_create = shopify_discount_create,
	.discount_find = shopify_discount_find,
	.discount_update = shopify_discount_update,
	.discount_end = shopify_discount_end,
	.subscriptions = shopify_subscriptions,
	.subscribe = shopify_subscribe,
	.unsubscribe = shopify_unsubscribe,
};
