#include "lib/cron/cron.h"
#include "lib/catalog/catalog.h"
#include "tests/storefront.h"
#include "tests/suite.h"

extern const struct helper catalog_sync_helper;

#define TWO_PRODUCTS "\"locations\":[{\"name\":\"Online\"},{\"name\":\"Office\",\"fulfillsOnlineOrders\":false}]," \
	"\"products\":[{\"title\":\"Linen Tote\",\"handle\":\"linen-tote\",\"image\":\"https://img.example/tote.png\"," \
	"\"variants\":[{\"title\":\"Sand\",\"sku\":\"LT-1\",\"price\":\"40.00\",\"stock\":[5,7]}," \
	"{\"title\":\"Sea\",\"price\":\"42.5\",\"stock\":[2,0],\"policy\":\"CONTINUE\"}]}," \
	"{\"title\":\"Draft\",\"status\":\"DRAFT\",\"variants\":[{\"price\":\"1\",\"stock\":1,\"tracked\":false}]}]"

/* anna's shop at the sandbox, with nothing here yet. */
static struct world empty_world(const char *more, struct json *shop)
{
	struct world w = world(.bare = true);

	world_sql(&w, "delete from u.variant; delete from u.inventory_level; delete from u.inventory; delete from u.product; delete from u.location");
	*shop = storefront(&w, more);
	storefront_install(&w);
	return w;
}

static void sync(struct world *w)
{
	EXPECT_ERR(catalog_sync_want(world_ctx(w, ANNA), w->shop), OK);
	helper_run(w, catalog_sync_helper.step);
	world_clock_advance(w, 600); /* a sync that waits for stock looks again */
	helper_run(w, catalog_sync_helper.step);
}

static struct str path_of(struct world *w, struct json shop, const char *what, const char *dotted)
{
	(void)shop;
	return str_fmt(w->mem, "/shops/x.myshopify.com/%s/%s", what, dotted);
}

static struct str at(struct json shop, size_t product, size_t variant, const char *field)
{
	return json_str_at(json_at(json_get(json_at(json_get(shop, "products"), product), "variants"), variant), field);
}

static void a_sync_brings_products_variants_and_stock(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	sync(&w);
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'done' and products = 2 and variants = 3 and problem = ''");
	expect_sql(&w, 1, "select count(*) from u.product where title = 'Linen Tote' and handle = 'linen-tote' and status = 'active'"
		" and image_url = 'https://img.example/tote.png'");
	expect_sql(&w, 1, "select count(*) from u.product where title = 'Draft' and status = 'draft'");
	expect_sql(&w, 1, "select count(*) from u.variant where title = 'Sand' and sku = 'LT-1' and price_minor = 4000 and currency = 'USD' and policy = 'deny'");
	expect_sql(&w, 1, "select count(*) from u.variant where title = 'Sea' and price_minor = 4250 and policy = 'continue'");
	expect_sql(&w, 5, "select i.free from u.inventory i join u.variant v using (shop_id, item_id) where v.title = 'Sand'");
	expect_sql(&w, 1, "select count(*) from u.inventory where not tracked");
	expect_sql(&w, 0, "select count(*) from u.inventory where dirty_at is not null or read_at is null");
	expect_sql(&w, 2, "select count(*) from u.location");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PRODUCT_SYNCED' and creator_id = %s", world_uuid(&w, w.anna.creator.u));
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'INVENTORY_UPDATED'");
	expect_sql(&w, 3, "select count(*) from u.inventory_snapshot where cause = 'full_read'");
}

static void a_second_sync_of_the_same_changes_nothing(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);
	int64_t events;

	sync(&w);
	events = world_int(&w, "select count(*) from u.event_log");
	world_sql(&w, "create temp table before as select id, updated_at from u.variant");
	sync(&w);
	expect_sql(&w, 2, "select generation from u.catalog_sync where state = 'done'");
	expect_sql(&w, events, "select count(*) from u.event_log");
	expect_sql(&w, 3, "select count(*) from u.variant v join before b using (id, updated_at)");
	world_sql(&w, "drop table before");
}

static void changes_deletions_and_drafts_are_mirrored(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);
	struct str tote, draft;

	sync(&w);
	tote = json_str_at(json_at(json_get(shop, "products"), 0), "id");
	draft = json_str_at(json_at(json_get(shop, "products"), 1), "id");
	control(&w, "PATCH", str_z(w.mem, path_of(&w, shop, "variants", str_z(w.mem, at(shop, 0, 0, "id")))), "{\"price\":\"39.00\"}");
	control(&w, "PATCH", str_z(w.mem, path_of(&w, shop, "products", str_z(w.mem, tote))), "{\"status\":\"ARCHIVED\"}");
	control(&w, "DELETE", str_z(w.mem, path_of(&w, shop, "products", str_z(w.mem, draft))), NULL);
	sync(&w);
	expect_sql(&w, 3900, "select price_minor from u.variant where title = 'Sand'");
	expect_sql(&w, 1, "select count(*) from u.product where title = 'Linen Tote' and status = 'archived'");
	expect_sql(&w, 1, "select count(*) from u.product where title = 'Draft' and status = 'deleted'");
	expect_sql(&w, 1, "select count(*) from u.variant where deleted_at is not null");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PRODUCT_UPDATED'");
}

static void a_product_of_many_variants_is_read_to_its_end(void)
{
	struct json shop;
	struct world w = empty_world("\"bucket\":{\"max\":100000,\"restore\":10000},\"generate\":{\"products\":1,\"variantsPerProduct\":600,\"stock\":3}", &shop);

	sync(&w);
	expect_sql(&w, 600, "select count(*) from u.variant where deleted_at is null");
	expect_sql(&w, 600, "select variants from u.catalog_sync where state = 'done'");
	expect_sql(&w, 1800, "select sum(free) from u.inventory");
	sync(&w);
	expect_sql(&w, 600, "select count(*) from u.variant where deleted_at is null");
}

static void a_sync_goes_on_where_it_was_killed(void)
{
	struct json shop;
	struct world w = empty_world("\"bucket\":{\"max\":100000,\"restore\":10000},\"generate\":{\"products\":35,\"variantsPerProduct\":2,\"stock\":3}", &shop);
	int64_t done;

	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	EXPECT_ERR(catalog_sync_helper.step(world_ctx(&w, NOBODY), &done), OK);
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where phase = 'products' and kind = 'full'");
	EXPECT_ERR(catalog_sync_helper.step(world_ctx(&w, NOBODY), &done), OK);
	expect_sql(&w, 10, "select products from u.catalog_sync where state = 'running'");
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"lost_answer\",\"match\":\"UnifyedProducts\",\"count\":1}");
	EXPECT_ERR(catalog_sync_helper.step(world_ctx(&w, NOBODY), &done), OK);
	expect_sql(&w, 1, "select call_failures from u.shop");
	world_clock_advance(&w, 3000);
	helper_run(&w, catalog_sync_helper.step);
	world_clock_advance(&w, 600);
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'done' and products = 35 and generation = 1");
	expect_sql(&w, 35, "select count(*) from u.product where status = 'active'");
	expect_sql(&w, 0, "select call_failures from u.shop");
}

static void throttling_is_respected(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"throttle\",\"count\":1}");
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where call_after > u.clock() and call_failures = 0 and health = 'healthy'");
	expect_sql(&w, 0, "select count(*) from u.product");
	world_clock_advance(&w, 61000);
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 2, "select count(*) from u.product");
}

static void a_shop_that_stays_away_is_degraded_and_recovers(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"garbage\",\"count\":3}");
	for (int i = 0; i < 3; i++) {
		helper_run(&w, catalog_sync_helper.step);
		world_clock_advance(&w, 60000);
	}
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'degraded' and health_reason = 'garbage'");
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'healthy'");
	expect_sql(&w, 4, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'"); /* two creators, twice */
}

static void a_refused_token_is_replaced_and_then_given_up(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	world_sql(&w, "update u.shop set refreshed_at = u.clock() - interval '1 hour'");
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"status\",\"status\":401,\"count\":2}");
	helper_run(&w, catalog_sync_helper.step);
	world_clock_advance(&w, 2000);
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'needs_reconnect' and token_generation = 2");
	world_clock_advance(&w, 5000000);
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'healthy'");
}

static void a_product_that_a_webhook_named_is_read(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);
	int64_t tote = 0;

	sync(&w);
	EXPECT(str_int(json_str_at(json_at(json_get(shop, "products"), 0), "id"), &tote));
	control(&w, "PATCH", str_z(w.mem, path_of(&w, shop, "variants", str_z(w.mem, at(shop, 0, 1, "id")))), "{\"price\":\"50.00\"}");
	EXPECT_ERR(catalog_product_want(world_ctx(&w, NOBODY), w.shop, tote), OK);
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 5000, "select price_minor from u.variant where title = 'Sea'");
	EXPECT_ERR(catalog_product_want(world_ctx(&w, NOBODY), w.shop, 4711), OK);
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 2, "select count(*) from u.job where kind = 'product_read' and state = 'done'");
}

static void a_variant_that_is_gone_is_deleted_and_comes_back(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	sync(&w);
	world_sql(&w, "insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy)"
		" select '01900000-0000-7000-8000-00000000dead', shop_id, product_id, item_id, 99, 'Gone', 1, 'USD', 'deny' from u.variant where title = 'Sand'");
	sync(&w);
	expect_sql(&w, 1, "select count(*) from u.variant where title = 'Gone' and deleted_at is not null");
	world_sql(&w, "update u.variant set deleted_at = u.clock() where title = 'Sand'");
	sync(&w);
	expect_sql(&w, 1, "select count(*) from u.variant where title = 'Sand' and deleted_at is null");
}

static void stock_that_moves_at_the_shop_is_read_when_it_is_dirty(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	sync(&w);
	control(&w, "POST", "/shops/x.myshopify.com/stock", str_z(w.mem, str_fmt(w.mem, "{\"variantId\":\"" STR_FMT "\",\"available\":1,\"send\":false}",
		STR_ARG(at(shop, 0, 0, "id")))));
	world_sql(&w, "update u.inventory set dirty_at = u.clock()");
	helper_run(&w, catalog_sync_helper.step);
	expect_sql(&w, 1, "select i.free from u.inventory i join u.variant v using (shop_id, item_id) where v.title = 'Sand'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'INVENTORY_UPDATED' and payload ->> 'available' = '1'"
		" and subject = (select item_id from u.variant where title = 'Sand')");
}

/* The next scheduled sync. */
static void later(struct world *w, int64_t ms)
{
	world_clock_advance(w, ms);
	for (int i = 0; i < 3; i++) {
		helper_run(w, catalog_sync_helper.step);
		world_clock_advance(w, 600);
	}
}

static void between_full_syncs_only_changes_are_read(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	sync(&w);
	control(&w, "POST", "/clock", "{\"advanceMs\":3600000}");
	control(&w, "POST", "/shops/x.myshopify.com/products", "{\"title\":\"Fresh\",\"variants\":[{\"price\":\"3\",\"stock\":4}]}");
	world_sql(&w, "update u.catalog_sync set high_at = high_at + interval '30 minutes'");
	later(&w, 901000);
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'done' and kind = 'changes' and products = 1 and generation = 2");
	expect_sql(&w, 1, "select count(*) from u.product where title = 'Fresh' and status = 'active'");
	expect_sql(&w, 4, "select i.free from u.inventory i join u.variant v using (shop_id, item_id) where v.price_minor = 300");
	expect_sql(&w, 0, "select count(*) from u.product where status = 'deleted'");
}

static void a_full_sync_after_a_day_finds_what_is_gone(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	sync(&w);
	control(&w, "DELETE", str_z(w.mem, path_of(&w, shop, "products", str_z(w.mem, json_str_at(json_at(json_get(shop, "products"), 1), "id")))), NULL);
	later(&w, 901000);
	expect_sql(&w, 0, "select count(*) from u.product where status = 'deleted'");
	later(&w, 86400000);
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'done' and kind = 'full'");
	expect_sql(&w, 1, "select count(*) from u.product where status = 'deleted' and title = 'Draft'");
}

static void an_item_whose_own_fields_changed_is_read(void)
{
	struct json shop;
	struct world w = empty_world(TWO_PRODUCTS, &shop);

	sync(&w);
	control(&w, "PATCH", str_z(w.mem, path_of(&w, shop, "variants", str_z(w.mem, at(shop, 0, 0, "id")))), "{\"tracked\":false}");
	later(&w, 901000);
	expect_sql(&w, 0, "select count(*) from u.inventory i join u.variant v using (shop_id, item_id) where v.title = 'Sand' and i.tracked");
}

static const CU_TestInfo tests[] = {
	T(a_sync_brings_products_variants_and_stock),
	T(a_second_sync_of_the_same_changes_nothing),
	T(changes_deletions_and_drafts_are_mirrored),
	T(a_product_of_many_variants_is_read_to_its_end),
	T(a_sync_goes_on_where_it_was_killed),
	T(throttling_is_respected),
	T(a_shop_that_stays_away_is_degraded_and_recovers),
	T(a_refused_token_is_replaced_and_then_given_up),
	T(a_product_that_a_webhook_named_is_read),
	T(a_variant_that_is_gone_is_deleted_and_comes_back),
	T(stock_that_moves_at_the_shop_is_read_when_it_is_dirty),
	T(between_full_syncs_only_changes_are_read),
	T(a_full_sync_after_a_day_finds_what_is_gone),
	T(an_item_whose_own_fields_changed_is_read),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_catalog_sync = { "cron/catalog_sync", tests };
