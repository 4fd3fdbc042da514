/* shopify: what the parts of this adapter share. Outside it only `shopify_platform` is seen.
 * Source  Admin GraphQL 2026-10; authorization code grant with expiring offline tokens
 */
#ifndef UNIFYED_SHOPIFY_H
#define UNIFYED_SHOPIFY_H
#include "lib/json/json.h"
#include "lib/net/net.h"
#include "lib/platform/platform.h"

/* config shopify_origin for that shop, and the path after it */
struct str shopify_url(struct ctx *c, struct str shop, const char *path);
/* One POST of a JSON body, with the token where the call has one. Any status but 2xx, 400 and 422 is a failure,
 * classified by shopify_classify; `out->status` is the answer's. */
enum err shopify_post(struct ctx *c, struct platform_call *call, struct str url, struct str body, struct net_answer *out);
/* What an HTTP status other than 2xx means. */
enum err shopify_classify(struct ctx *c, struct platform_call *call, const struct net_answer *answer);

/* One GraphQL document with its variables (a JSON object); *data is its "data". */
enum err shopify_ask(struct ctx *c, struct platform_call *call, struct str document, struct str variables, struct json *data);
/* The same for a mutation whose field is named `answer`: its userErrors are PLATFORM_REFUSED with their code. */
enum err shopify_change(struct ctx *c, struct platform_call *call, struct str document, struct str variables, struct json *answer);
/* The failure of an answer that lacks what it must have. */
enum err shopify_garbage(struct ctx *c, struct platform_call *call, const char *what);

/* the number in "gid://shopify/Product/123"; a query string after it is ignored */
bool shopify_number(struct str gid, int64_t *out);
struct str shopify_gid(struct arena *mem, const char *type, int64_t number);
/* pageInfo.endCursor when there is a next page, else empty */
struct str shopify_more(struct json connection);
/* {"id": gid} and {"id": gid, "after": cursor} as variables; an empty cursor is null */
struct str shopify_vars_id(struct ctx *c, struct str gid);
struct str shopify_vars_page(struct ctx *c, const char *name, struct str value, struct str cursor);
/* "updated_at:>='2026-11-23T05:07:27Z'" as a search; 0: empty, which finds all */
struct str shopify_since(struct ctx *c, int64_t since_ms);

struct str shopify_authorize_url(struct ctx *c, struct str shop, struct str state);
enum err shopify_callback(struct ctx *c, struct str raw_query, struct platform_callback *out);
enum err shopify_exchange(struct ctx *c, struct platform_call *call, struct str code, struct platform_tokens *out);
enum err shopify_refresh(struct ctx *c, struct platform_call *call, struct str refresh, struct platform_tokens *out);
enum err shopify_identify(struct ctx *c, struct platform_call *call, struct platform_identity *out);

enum err shopify_products(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor, struct platform_products *out);
enum err shopify_items_changed(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor, int64_t **items, size_t *n,
	struct str *more);
enum err shopify_variants_count(struct ctx *c, struct platform_call *call, int64_t *n);
enum err shopify_product(struct ctx *c, struct platform_call *call, int64_t external, struct platform_product *out, bool *found);
enum err shopify_variants(struct ctx *c, struct platform_call *call, int64_t product, struct str cursor, struct platform_variants *out);
#define SHOPIFY_LEVELS_MAX 50 /* items asked at once: 50 x 17 points of at most 1000 */
enum err shopify_levels(struct ctx *c, struct platform_call *call, const int64_t *items, size_t n, struct platform_item *out);

/* Nodes of a product, a variant, a level: the same wherever they stand. */
enum err shopify_product_node(struct ctx *c, struct platform_call *call, struct json from, struct platform_product *out);
enum err shopify_variant_node(struct ctx *c, struct platform_call *call, struct json from, struct currency currency,
	struct platform_variant *out);
enum err shopify_level_node(struct ctx *c, struct platform_call *call, struct json from, struct platform_stock *out);

enum err shopify_bulk_start(struct ctx *c, struct platform_call *call, enum platform_bulk what, struct str *external_id);
enum err shopify_bulk_look(struct ctx *c, struct platform_call *call, struct str external_id, struct platform_bulk_look *out);
enum err shopify_bulk_read(struct ctx *c, struct platform_call *call, struct str url, struct currency currency, int64_t from,
	struct platform_bulk_rows *out);

enum err shopify_orders_changed(struct ctx *c, struct platform_call *call, int64_t since_ms, struct str cursor,
	struct platform_order_marks *out);
enum err shopify_order(struct ctx *c, struct platform_call *call, int64_t external, struct platform_order *out, bool *found);

enum err shopify_discount_create(struct ctx *c, struct platform_call *call, const struct platform_discount *want, struct str *external_id);
enum err shopify_discount_find(struct ctx *c, struct platform_call *call, struct str code, struct platform_discount_found *out);
enum err shopify_discount_update(struct ctx *c, struct platform_call *call, const struct platform_discount_found *found,
	const struct platform_discount *want);
enum err shopify_discount_end(struct ctx *c, struct platform_call *call, struct str external_id);

#define SHOPIFY_TOPICS 17
extern const struct platform_topic shopify_topics[SHOPIFY_TOPICS];
enum err shopify_subscriptions(struct ctx *c, struct platform_call *call, struct platform_subscription **out, size_t *n);
enum err shopify_subscribe(struct ctx *c, struct platform_call *call, const struct platform_topic *topic, struct str uri,
	struct str *external_id);
enum err shopify_unsubscribe(struct ctx *c, struct platform_call *call, struct str external_id);

#endif
