#include <string.h>

#include "lib/catalog/bulk.h"
#include "lib/catalog/catalog.h"
#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"

extern const struct helper catalog_sync_helper;

#define SHOP "\"bucket\":{\"max\":100000,\"restore\":10000},\"bulkDelayMs\":0," \
	"\"locations\":[{\"name\":\"Online\"},{\"name\":\"Office\",\"fulfillsOnlineOrders\":false}]," \
	"\"products\":[{\"title\":\"Linen Tote\",\"image\":\"https://img.example/tote.png\"," \
	"\"variants\":[{\"title\":\"Sand\",\"sku\":\"LT-1\",\"price\":\"40.00\",\"stock\":[5,7]}," \
	"{\"title\":\"Sea\",\"price\":\"42.5\",\"stock\":[2,0],\"policy\":\"CONTINUE\"}]}," \
	"{\"title\":\"Draft\",\"status\":\"DRAFT\",\"variants\":[{\"price\":\"1\",\"stock\":1,\"tracked\":false}]}]"

/* anna's shop at the sandbox, with nothing here yet, read as files from one variant on. */
static struct world large_world(const char *more)
{
	struct world w = world(.bare = true);

	world_sql(&w, "delete from u.variant; delete from u.inventory_level; delete from u.inventory; delete from u.product; delete from u.location");
	(void)storefront(&w, more);
	w.config->shopify_bulk_hosts = S("storage.example, 127.0.0.1");
	w.config->catalog_bulk_variants = 1;
	storefront_install(&w);
	return w;
}

static void run_for(struct world *w, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		helper_run(w, catalog_sync_helper.step);
		world_clock_advance(w, 1000);
	}
}

static void sync(struct world *w)
{
	EXPECT_ERR(catalog_sync_want(world_ctx(w, ANNA), w->shop), OK);
	for (int i = 0; i < 200 && world_int(w, "select count(*) from u.catalog_sync where state in ('wanted', 'running')"); i++)
		run_for(w, 1);
}

static void faults(struct world *w, const char *list)
{
	control(w, "PATCH", "/shops/x.myshopify.com", str_z(w->mem, str_fmt(w->mem, "{\"bulkFaults\":[%s]}", list)));
}

static void expect_catalog(struct world *w)
{
	expect_sql(w, 1, "select count(*) from u.catalog_sync where state = 'done' and kind = 'full'");
	expect_sql(w, 1, "select count(*) from u.product where title = 'Linen Tote' and status = 'active' and image_url = 'https://img.example/tote.png'");
	expect_sql(w, 1, "select count(*) from u.product where title = 'Draft' and status = 'draft'");
	expect_sql(w, 1, "select count(*) from u.variant where title = 'Sand' and sku = 'LT-1' and price_minor = 4000 and currency = 'USD' and policy = 'deny'");
	expect_sql(w, 1, "select count(*) from u.variant where title = 'Sea' and price_minor = 4250 and policy = 'continue'");
	expect_sql(w, 5, "select i.free from u.inventory i join u.variant v using (shop_id, item_id) where v.title = 'Sand'");
	expect_sql(w, 1, "select count(*) from u.inventory where not tracked");
	expect_sql(w, 0, "select count(*) from u.inventory where dirty_at is not null or read_at is null");
	expect_sql(w, 0, "select count(*) from u.catalog_line");
	expect_sql(w, 0, "select count(*) from u.catalog_bulk");
}

static int64_t bulk_pages(struct world *w)
{
	return world_int(w, "select count(*) from u.catalog_sync where problem like 'bulk:%%'");
}

static void two_files_bring_products_and_stock(void)
{
	struct world w = large_world(SHOP);

	sync(&w);
	expect_catalog(&w);
	expect_sql(&w, 2, "select count(*) from u.product where shop_updated_at is not null");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PRODUCT_SYNCED'");
	expect_sql(&w, 3, "select count(*) from u.inventory_snapshot where cause = 'catalog_sync'");
	expect_sql(&w, 0, "select count(*) from u.inventory_snapshot where cause = 'full_read'");
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where products = 2 and variants = 3 and problem = ''");
	EXPECT_INT(bulk_pages(&w), 0);
}

static void children_may_come_before_their_parents(void)
{
	struct world w = large_world(SHOP ",\"bulkOrder\":\"early\",\"synthetic\":{\"products\":250,\"variantsPerProduct\":9,\"stock\":3}");

	sync(&w);
	expect_catalog(&w);
	expect_sql(&w, 2253, "select count(*) from u.variant where deleted_at is null");
	expect_sql(&w, 252, "select count(*) from u.product where status <> 'deleted'");
	expect_sql(&w, 6750, "select sum(free) from u.inventory i join u.variant v using (shop_id, item_id) where v.sku like 'SYN-%%'");
}

static struct catalog_bulk found(struct world *w, const struct catalog_claim *claim)
{
	struct catalog_bulk bulk;

	EXPECT_ERR(catalog_bulk_find(world_ctx(w, NOBODY), claim, &bulk), OK);
	return bulk;
}

/* Who was killed after the call asks for the same bytes again; who was only slow must not store them twice. */
static void a_kill_half_way_goes_on_at_the_same_byte(void)
{
	struct world w = large_world(SHOP ",\"synthetic\":{\"products\":400,\"variantsPerProduct\":9,\"stock\":3}");
	struct catalog_claim claim = { .shop = w.shop, .generation = 1, .phase = S("bulk"), .full = true };
	struct catalog_bulk before;
	int64_t done;

	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	for (int i = 0; i < 400 && !world_int(&w, "select next_byte from u.catalog_bulk"); i++) {
		EXPECT_ERR(catalog_sync_helper.step(world_ctx(&w, NOBODY), &done), OK);
		world_clock_advance(&w, 500);
	}
	before = found(&w, &claim);
	EXPECT(before.next_byte > 100000 && before.next_byte <= 524288);
	EXPECT_ERR(catalog_bulk_call(world_ctx(&w, NOBODY), &claim, &before), OK);
	EXPECT_ERR(catalog_bulk_call(world_ctx(&w, NOBODY), &claim, &before), ERR_RETRY);
	EXPECT(found(&w, &claim).next_byte > before.next_byte);
	for (int i = 0; i < 200 && world_int(&w, "select count(*) from u.catalog_sync where state = 'running'"); i++)
		run_for(&w, 1);
	expect_catalog(&w);
	expect_sql(&w, 3603, "select count(*) from u.variant where deleted_at is null");
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where products = 402 and variants = 3603 and generation = 1");
}

static void what_fails_is_asked_for_again(void)
{
	static const char *const each[] = { "failed", "canceled", "partial", "expired", "short", "garbage", "forgotten", "busy" };

	for (size_t i = 0; i < COUNT(each); i++) {
		struct world w = large_world(SHOP);

		faults(&w, str_z(w.mem, str_fmt(w.mem, "\"%s\",\"none\",\"%s\"", each[i], each[i])));
		sync(&w);
		expect_catalog(&w);
		EXPECT_INT(bulk_pages(&w), 0);
		expect_sql(&w, 3, "select count(*) from u.inventory_snapshot where cause = 'catalog_sync'");
	}
}

static void a_file_at_a_strange_host_is_not_read_and_pages_are(void)
{
	struct world w = large_world(SHOP);

	faults(&w, "\"foreign\",\"foreign\",\"foreign\",\"foreign\",\"foreign\",\"foreign\"");
	sync(&w);
	expect_catalog(&w);
	expect_sql(&w, 3, "select count(*) from u.inventory_snapshot where cause = 'full_read'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'");
}

static void a_shop_that_is_always_busy_is_read_by_pages(void)
{
	struct world w = large_world(SHOP);
	char list[800] = "\"busy\"";

	for (int i = 0; i < 60; i++)
		strcat(list, ",\"busy\"");
	faults(&w, list);
	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	for (int i = 0; i < 60; i++) {
		helper_run(&w, catalog_sync_helper.step);
		world_clock_advance(&w, 15000);
	}
	expect_catalog(&w);
}

static void an_empty_shop_has_no_file(void)
{
	struct world w = large_world(SHOP);

	sync(&w);
	(void)control(&w, "POST", "/shops", "{\"shop\":\"y.myshopify.com\",\"currency\":\"USD\"}");
	world_sql(&w, "insert into u.catalog_bulk (shop_id, generation, state, external_id) select shop_id, generation + 1, 'asked',"
		" 'gid://shopify/BulkOperation/1' from u.catalog_sync");
	w.config->catalog_bulk_variants = 0;
	for (int i = 0; i < 2; i++)
		control(&w, "DELETE", str_z(w.mem, str_fmt(w.mem, "/shops/x.myshopify.com/products/" STR_FMT,
			STR_ARG(world_text(&w, "select external_id from u.product order by external_id offset %d limit 1", i)))), NULL);
	sync(&w);
	expect_sql(&w, 2, "select count(*) from u.product where status = 'deleted'");
	expect_sql(&w, 0, "select count(*) from u.variant where deleted_at is null");
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'done'");
}

static void stock_told_while_the_file_was_written_is_newer(void)
{
	struct world w = large_world(SHOP);

	sync(&w);
	EXPECT_ERR(catalog_sync_want(world_ctx(&w, ANNA), w.shop), OK);
	for (int i = 0; i < 200 && !world_int(&w, "select count(*) from u.catalog_bulk where what = 'stock' and state = 'reading'"); i++) {
		int64_t done;

		EXPECT_ERR(catalog_sync_helper.step(world_ctx(&w, NOBODY), &done), OK);
		world_clock_advance(&w, 300);
	}
	world_sql(&w, "select u.stock_level(i.shop_id, i.external_id, (select min(location_id) from u.inventory_level), 1, '2999-01-01')"
		" from u.inventory i join u.variant v using (shop_id, item_id) where v.title = 'Sand'");
	world_sql(&w, "update u.inventory set dirty_at = null");
	for (int i = 0; i < 2; i++) /* read, apply; a third would read the item itself, and that is newer still */
		EXPECT_ERR(catalog_sync_helper.step(world_ctx(&w, NOBODY), &(int64_t){ 0 }), OK);
	expect_sql(&w, 1, "select i.shop_available from u.inventory i join u.variant v using (shop_id, item_id) where v.title = 'Sand'");
}

static void small_shops_are_read_by_pages(void)
{
	struct world w = large_world(SHOP);

	w.config->catalog_bulk_variants = 4;
	sync(&w);
	expect_catalog(&w);
	expect_sql(&w, 3, "select count(*) from u.inventory_snapshot where cause = 'full_read'");
}

static const CU_TestInfo tests[] = {
	T(two_files_bring_products_and_stock),
	T(children_may_come_before_their_parents),
	T(a_kill_half_way_goes_on_at_the_same_byte),
	T(what_fails_is_asked_for_again),
	T(a_file_at_a_strange_host_is_not_read_and_pages_are),
	T(a_shop_that_is_always_busy_is_read_by_pages),
	T(an_empty_shop_has_no_file),
	T(stock_told_while_the_file_was_written_is_newer),
	T(small_shops_are_read_by_pages),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_catalog_bulk = { "cron/catalog_bulk", tests };
