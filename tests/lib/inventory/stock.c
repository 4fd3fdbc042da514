/* u.stock_read, u.stock_level: what a full read may clear, and what a level report may not (DESIGN 6). */
#include "lib/inventory/inventory.h"
#include "tests/suite.h"
#include "tests/world.h"

static struct str full_read(struct world *w, int available, int64_t ago_ms)
{
	return world_text(w, "select u.stock_read(%s, %s, '[{\"location\":7301,\"name\":\"Here\",\"active\":true,\"online\":true,"
		"\"available\":%d,\"updated_ms\":0}]', true, u.clock() - interval '%lld ms', u.clock() - interval '%lld ms', 'full_read')",
		world_uuid(w, w->shop.u), world_uuid(w, w->item.u), available, (long long)ago_ms, (long long)ago_ms);
}

/* An order of `units`, created `ago_s` seconds ago by the shop's clock. */
static void sold(struct world *w, int n, int units, int ago_s)
{
	world_sql(w, "insert into u.shop_order (id, shop_id, external_id, currency, shop_created_at, shop_updated_at)"
		" values ('01900000-0000-7000-8000-0000000001%02d', %s, %d, 'USD', u.clock(), u.clock())", n, world_uuid(w, w->shop.u), n);
	world_sql(w, "insert into u.order_line (order_id, shop_id, external_id, item_id, units, current_units, unsynced_units, unsynced_since)"
		" values ('01900000-0000-7000-8000-0000000001%02d', %s, 1, %s, %d, %d, %d, u.clock() - interval '%d seconds')",
		n, world_uuid(w, w->shop.u), world_uuid(w, w->item.u), units, units, units, ago_s);
	world_sql(w, "update u.inventory set sold_unsynced = sold_unsynced + %d where item_id = %s", units, world_uuid(w, w->item.u));
}

static struct str level(struct world *w, int available, int updated_s)
{
	return world_text(w, "select u.stock_level(%s, 7201, 7301, %d, u.clock() + interval '%d seconds')",
		world_uuid(w, w->shop.u), available, updated_s);
}

static void a_read_clears_only_lines_older_than_a_minute_before_it(void)
{
	struct world w = world(.stock = 10, .bare = true);

	sold(&w, 1, 2, 61);
	sold(&w, 2, 3, 59);
	EXPECT_STR(full_read(&w, 8, 0), "changed");
	expect_sql(&w, 3, "select sold_unsynced from u.inventory");
	expect_sql(&w, 5, "select free from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.inventory where dirty_at > u.clock() and dirty_at < u.clock() + interval '10 seconds'");
	world_clock_advance(&w, 6000);
	EXPECT_STR(full_read(&w, 5, 0), "changed");
	expect_sql(&w, 5, "select free from u.inventory where sold_unsynced = 0 and dirty_at is null");
}

static void a_level_report_clears_nothing_and_asks_for_a_read(void)
{
	struct world w = world(.stock = 10, .bare = true);

	sold(&w, 1, 2, 3600);
	EXPECT_STR(level(&w, 8, 1), "applied");
	expect_sql(&w, 6, "select free from u.inventory where sold_unsynced = 2 and dirty_at <= u.clock()");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'INVENTORY_UPDATED'");
	expect_sql(&w, 1, "select count(*) from u.inventory_snapshot where cause = 'level_webhook'");
}

static void an_older_level_report_is_ignored(void)
{
	struct world w = world(.stock = 10, .bare = true);

	EXPECT_STR(level(&w, 4, 20), "applied");
	EXPECT_STR(level(&w, 9, 10), "stale");
	expect_sql(&w, 4, "select free from u.inventory");
	EXPECT_STR(world_text(&w, "select u.stock_level(%s, 999, 7301, 1, u.clock())", world_uuid(&w, w.shop.u)), "unknown");
}

static struct str level_at(struct world *w, int available, const char *second)
{
	return world_text(w, "select u.stock_level(%s, 7201, 7301, %d, '2036-01-01T00:00:%sZ')", world_uuid(w, w->shop.u), available, second);
}

/* The shop's stamps have whole seconds: which of two is the later cannot be known. */
static void of_two_reports_of_one_second_the_lower_stands(void)
{
	struct world w = world(.stock = 10, .bare = true);

	EXPECT_STR(level_at(&w, 4, "20"), "applied");
	EXPECT_STR(level_at(&w, 9, "20"), "stale");
	EXPECT_STR(level_at(&w, 3, "20"), "applied");
	EXPECT_STR(level_at(&w, 9, "21"), "applied");
	expect_sql(&w, 9, "select free from u.inventory");
}

static void what_the_shop_told_while_it_was_read_stands_and_is_read_again(void)
{
	struct world w = world(.stock = 10, .bare = true);

	EXPECT_STR(level(&w, 4, 0), "applied");
	full_read(&w, 10, 1000);
	expect_sql(&w, 4, "select free from u.inventory where dirty_at <= u.clock()");
	world_clock_advance(&w, 2000);
	full_read(&w, 4, 0);
	expect_sql(&w, 4, "select free from u.inventory where dirty_at is null");
}

static void only_locations_that_sell_online_count(void)
{
	struct world w = world(.stock = 10, .bare = true);

	EXPECT_STR(world_text(&w, "select u.stock_read(%s, %s, '[{\"location\":7301,\"name\":\"a\",\"active\":true,\"online\":false,\"available\":4,\"updated_ms\":0},"
		"{\"location\":7302,\"name\":\"b\",\"active\":true,\"online\":true,\"available\":3,\"updated_ms\":0},"
		"{\"location\":7303,\"name\":\"c\",\"active\":false,\"online\":true,\"available\":9,\"updated_ms\":0}]',"
		" true, u.clock(), u.clock(), 'full_read')", world_uuid(&w, w.shop.u), world_uuid(&w, w.item.u)), "changed");
	expect_sql(&w, 3, "select free from u.inventory");
	expect_sql(&w, 3, "select count(*) from u.inventory_level");
	expect_sql(&w, 3, "select count(*) from u.location");
}

static void an_item_that_is_gone_has_no_stock(void)
{
	struct world w = world(.stock = 10, .bare = true);
	bool changed;

	world_clock_advance(&w, 1000);
	EXPECT_ERR(inventory_read(world_ctx(&w, NOBODY), w.shop, w.item, &(struct platform_item){ .external = 7201 },
		world_now_ms(&w), world_now_ms(&w), S("full_read"), &changed), OK);
	EXPECT(changed);
	expect_sql(&w, 0, "select free from u.inventory");
	expect_sql(&w, 0, "select count(*) from u.inventory_level");
}

static void a_shortfall_is_told_when_it_lasts(void)
{
	struct world w = world(.stock = 1, .bare = true);

	world_sql(&w, "update u.inventory set held = 1");
	full_read(&w, 0, 0);
	expect_sql(&w, 1, "select count(*) from u.inventory where short_since is not null and dirty_at > u.clock()");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'STOCK_SHORTFALL'");
	world_clock_advance(&w, 62000);
	full_read(&w, 0, 0);
	full_read(&w, 0, 0);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STOCK_SHORTFALL'");
	full_read(&w, 5, 0);
	expect_sql(&w, 1, "select count(*) from u.inventory where short_since is null and dirty_at is null");
}

static void dirty_items_are_listed_by_shop(void)
{
	struct world w = world(.stock = 1, .variants = 3, .bare = true);
	struct inventory_dirty dirty;

	EXPECT_ERR(inventory_dirty(world_ctx(&w, NOBODY), w.shop, 7202), OK);
	EXPECT_ERR(inventory_dirty(world_ctx(&w, NOBODY), w.shop, 99), OK);
	EXPECT_ERR(inventory_dirty_list(world_ctx(&w, NOBODY), 10, &dirty), OK);
	EXPECT_INT((int64_t)dirty.n, 1);
	EXPECT_INT(dirty.externals[0], 7202);
	world_sql(&w, "update u.shop set call_after = u.clock() + interval '1 minute'");
	EXPECT_ERR(inventory_dirty_list(world_ctx(&w, NOBODY), 10, &dirty), OK);
	EXPECT_INT((int64_t)dirty.n, 0);
}

static void a_level_webhook_is_applied_through_the_domain(void)
{
	struct world w = world(.stock = 5, .bare = true);
	bool known;

	EXPECT_ERR(inventory_level_told(world_ctx(&w, NOBODY), w.shop, &(struct platform_level){
		.item = 7201, .location = 7301, .available = 2, .known = true, .updated_ms = world_now_ms(&w) + 1000 }, &known), OK);
	EXPECT(known);
	expect_sql(&w, 2, "select free from u.inventory");
	EXPECT_ERR(inventory_level_told(world_ctx(&w, NOBODY), w.shop, &(struct platform_level){
		.item = 7201, .location = 7301, .updated_ms = world_now_ms(&w) + 2000 }, &known), OK);
	expect_sql(&w, 0, "select free from u.inventory");
	EXPECT_ERR(inventory_level_told(world_ctx(&w, NOBODY), w.shop, &(struct platform_level){ .item = 1, .location = 7301 }, &known), OK);
	EXPECT(!known);
}

static const CU_TestInfo tests[] = {
	T(a_read_clears_only_lines_older_than_a_minute_before_it),
	T(a_level_report_clears_nothing_and_asks_for_a_read),
	T(an_older_level_report_is_ignored),
	T(of_two_reports_of_one_second_the_lower_stands),
	T(what_the_shop_told_while_it_was_read_stands_and_is_read_again),
	T(only_locations_that_sell_online_count),
	T(an_item_that_is_gone_has_no_stock),
	T(a_shortfall_is_told_when_it_lasts),
	T(dirty_items_are_listed_by_shop),
	T(a_level_webhook_is_applied_through_the_domain),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_inventory_stock = { "lib/inventory/stock", tests };
