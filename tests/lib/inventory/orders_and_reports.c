/* Orders and stock reports in every order of arrival: free never promises what the shop may have sold (DESIGN 6). */
#include "lib/inventory/inventory.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

/* A full read that began ago_ms before now. */
static void read_levels(struct world *w, int available, int64_t ago_ms)
{
	world_sql(w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"Here\",\"active\":true,\"online\":true,"
		"\"available\":%d,\"updated_ms\":0}]', tracked, u.clock() - interval '%lld ms', u.clock() - interval '%lld ms', 'full_read') from u.inventory",
		available, (long long)ago_ms, (long long)ago_ms);
}

static void ordered(struct world *w, const char *id, struct str body)
{
	expect_status(push(w, "orders/create", id, body), 200);
	apply_all(w);
}


static void an_order_after_the_report_that_contains_it_is_counted_twice_until_the_next_read(void)
{
	struct world w = world(.stock = 10);

	world_clock_advance(&w, 10000);
	read_levels(&w, 9, 0);
	ordered(&w, "1", told_order(&w, .created_s = -5));
	expect_sql(&w, 8, "select free from u.inventory where sold_unsynced = 1 and dirty_at is not null");
	read_levels(&w, 9, 0);
	expect_sql(&w, 8, "select free from u.inventory");
	world_clock_advance(&w, 70000);
	read_levels(&w, 9, 0);
	expect_sql(&w, 9, "select free from u.inventory where sold_unsynced = 0 and dirty_at is null");
}

static void an_order_before_its_report_takes_its_unit_at_once_and_never_twice(void)
{
	struct world w = world(.stock = 10);

	ordered(&w, "1", told_order(&w, 0));
	expect_sql(&w, 9, "select free from u.inventory");
	world_sql(&w, "select u.stock_level(%s, 7201, 7301, 9, u.clock())", world_uuid(&w, w.shop.u));
	expect_sql(&w, 8, "select free from u.inventory");
	world_clock_advance(&w, 61000);
	read_levels(&w, 9, 0);
	expect_sql(&w, 9, "select free from u.inventory");
	push(&w, "orders/updated", "2", told_order(&w, .created_s = -61, .updated_s = 50));
	apply_all(&w);
	read_levels(&w, 9, 0);
	expect_sql(&w, 9, "select free from u.inventory where sold_unsynced = 0");
}

static void an_order_without_any_report_is_read_for(void)
{
	struct world w = world(.stock = 10);
	struct inventory_dirty dirty;

	ordered(&w, "1", told_order(&w, 0));
	EXPECT_ERR(inventory_dirty_list(world_ctx(&w, NOBODY), 10, &dirty), OK);
	EXPECT_INT((int64_t)dirty.n, 1);
}

static void an_order_of_another_channel_takes_stock_and_no_credit(void)
{
	struct world w = world(.stock = 10);

	ordered(&w, "1", told_order(&w, .lines = { { .units = 3 } }));
	expect_sql(&w, 7, "select free from u.inventory where held = 0");
	expect_sql(&w, 0, "select count(*) from u.shop_order where creator_id is not null");
	expect_sql(&w, 1, "select count(*) from u.inventory_snapshot where cause = 'order' and sold_unsynced = 3");
}

static void an_edit_takes_what_it_adds_and_gives_nothing_back(void)
{
	struct world w = world(.stock = 10);

	ordered(&w, "1", told_order(&w, .lines = { { .units = 2 } }));
	push(&w, "orders/updated", "2", told_order(&w, .updated_s = 10, .lines = { { .units = 2 }, { .units = 3 } }));
	apply_all(&w);
	expect_sql(&w, 5, "select free from u.inventory");
	push(&w, "orders/updated", "3", told_order(&w, .updated_s = 20, .lines = { { .units = 2, .removed = 2 }, { .units = 3, .removed = 3 } }));
	apply_all(&w);
	expect_sql(&w, 5, "select free from u.inventory");
	world_clock_advance(&w, 120000);
	read_levels(&w, 10, 0);
	expect_sql(&w, 10, "select free from u.inventory");
}

/* A read that may not contain the edit must not clear what the edit added, though the order is old. */
static void an_edit_of_an_old_order_waits_for_a_read_of_its_own(void)
{
	struct world w = world(.stock = 10);

	ordered(&w, "1", told_order(&w, 0));
	world_clock_advance(&w, 3600000);
	read_levels(&w, 9, 0);
	push(&w, "orders/updated", "2", told_order(&w, .created_s = -3600, .updated_s = 3600, .lines = { { .units = 4 } }));
	apply_all(&w);
	expect_sql(&w, 6, "select free from u.inventory where sold_unsynced = 3");
	read_levels(&w, 9, 0);
	expect_sql(&w, 6, "select free from u.inventory");
	world_clock_advance(&w, 62000);
	read_levels(&w, 6, 0);
	expect_sql(&w, 6, "select free from u.inventory where sold_unsynced = 0");
}

static void a_cancel_without_restock_and_a_refund_with_it_wait_for_a_read(void)
{
	struct world w = world(.stock = 10);

	ordered(&w, "1", told_order(&w, .lines = { { .units = 2 } }));
	push(&w, "orders/cancelled", "2", told_order(&w, .updated_s = 10, .cancelled = true, .lines = { { .units = 2, .removed = 2 } },
		.refund = 71, .refund_units = 2, .refund_minor = 4000));
	apply_all(&w);
	expect_sql(&w, 8, "select free from u.inventory");
	world_clock_advance(&w, 120000);
	read_levels(&w, 8, 0);
	expect_sql(&w, 8, "select free from u.inventory");
	read_levels(&w, 10, 0);
	expect_sql(&w, 10, "select free from u.inventory");
}

static void a_payment_after_the_hold_lapsed_is_late_and_taken_once(void)
{
	struct world w = world(.stock = 1);
	struct str mark;

	expect_status(tap(&w, "vera"), 303);
	mark = newest_mark(&w);
	world_clock_advance(&w, 16 * 60 * 1000);
	expect_status(tap(&w, "carl"), 303);
	ordered(&w, "1", told_order(&w, .mark = mark));
	expect_sql(&w, -1, "select free from u.inventory where held = 1 and sold_unsynced = 1");
	expect_sql(&w, 1, "select count(*) from u.checkout_session where state = 'completed' and late");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'expired'");
	expect_status(tap(&w, "dora"), 409);
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static void a_location_that_stops_selling_online_takes_its_stock_from_every_item(void)
{
	struct world w = world(.stock = 5, .variants = 3, .bare = true);

	world_sql(&w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"Here\",\"active\":true,\"online\":false,\"available\":5,"
		"\"updated_ms\":0}]', true, u.clock() + interval '1 second', u.clock(), 'full_read') from u.inventory where external_id = 7201");
	expect_sql(&w, 0, "select shop_available from u.inventory where external_id = 7201");
	expect_sql(&w, 1, "select count(*) from u.location where settling and not online");
	expect_sql(&w, 2, "select u.stock_settle(200)");
	expect_sql(&w, 0, "select sum(shop_available) from u.inventory");
	expect_sql(&w, 2, "select count(*) from u.inventory_snapshot where cause = 'location'");
	expect_sql(&w, 0, "select u.stock_settle(200)");
	expect_sql(&w, 0, "select count(*) from u.location where settling");
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
	world_sql(&w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"Here\",\"active\":true,\"online\":true,\"available\":5,"
		"\"updated_ms\":0}]', true, u.clock() - interval '1 second', u.clock(), 'full_read') from u.inventory where external_id = 7201");
	expect_sql(&w, 0, "select count(*) from u.location where online"); /* an older reading's word */
}

static void a_sync_while_orders_come_in_loses_none_of_them(void)
{
	struct world w = world(.stock = 10);

	world_clock_advance(&w, 200000);
	ordered(&w, "1", told_order(&w, .id = 5001, .created_s = -100));
	ordered(&w, "2", told_order(&w, .id = 5002, .created_s = -1, .lines = { { .id = 950 } }));
	read_levels(&w, 9, 20000); /* begun before the second was made, ended after it was told */
	expect_sql(&w, 8, "select free from u.inventory where sold_unsynced = 1 and dirty_at > u.clock()");
	world_clock_advance(&w, 62000);
	read_levels(&w, 8, 0);
	expect_sql(&w, 8, "select free from u.inventory where sold_unsynced = 0");
}

static void an_older_reading_that_ends_later_changes_nothing_newer(void)
{
	struct world w = world(.stock = 10);

	world_sql(&w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"a\",\"active\":true,\"online\":true,\"available\":4,"
		"\"updated_ms\":2000}]', true, u.clock() + interval '2 seconds', u.clock(), 'full_read') from u.inventory");
	world_sql(&w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"a\",\"active\":true,\"online\":true,\"available\":9,"
		"\"updated_ms\":1000}]', true, u.clock() + interval '1 second', u.clock(), 'full_read') from u.inventory");
	expect_sql(&w, 4, "select free from u.inventory where read_at > u.clock() + interval '1500 ms'");
}

static void two_variants_of_one_item_share_its_units(void)
{
	struct world w = world(.stock = 2, .variants = 2);
	const char *first = fmt(&w, "/go/annalink1?v=" STR_FMT, STR_ARG(ID_TEXT(w.mem, variant, w.variants[0])));
	const char *second = fmt(&w, "/go/annalink1?v=" STR_FMT, STR_ARG(ID_TEXT(w.mem, variant, w.variants[1])));

	world_sql(&w, "update u.variant set item_id = %s; update u.offer_price set item_id = %s", world_uuid(&w, w.items[0].u), world_uuid(&w, w.items[0].u));
	expect_status(tap_at(&w, "vera", first), 303);
	expect_status(tap_at(&w, "carl", second), 303);
	expect_status(tap_at(&w, "dora", first), 409);
	ordered(&w, "1", told_order(&w, .lines = { { .variant = 7101 }, { .variant = 7102 } }));
	expect_sql(&w, 2, "select sold_unsynced from u.inventory where external_id = 7201");
	expect_sql(&w, 0, "select sold_unsynced from u.inventory where external_id = 7202");
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static void untracked_and_continue_selling_have_no_limit_and_are_never_short(void)
{
	struct world w = world(.stock = 0);

	world_sql(&w, "update u.variant set policy = 'continue'");
	expect_status(tap(&w, "vera"), 303);
	world_sql(&w, "update u.variant set policy = 'deny'; update u.inventory set tracked = false");
	expect_status(tap(&w, "carl"), 303);
	ordered(&w, "1", told_order(&w, .mark = newest_mark(&w)));
	world_clock_advance(&w, 130000);
	read_levels(&w, -4, 0);
	world_clock_advance(&w, 70000);
	read_levels(&w, -4, 0);
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'STOCK_SHORTFALL'");
	expect_sql(&w, 1, "select count(*) from u.inventory where short_since is null and held = 1");
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static void a_variant_deleted_while_it_is_held_still_becomes_an_order(void)
{
	struct world w = world(.stock = 3);

	expect_status(tap(&w, "vera"), 303);
	world_sql(&w, "update u.variant set deleted_at = u.clock(); update u.product set status = 'deleted'");
	ordered(&w, "1", told_order(&w, .mark = newest_mark(&w)));
	expect_sql(&w, 1, "select count(*) from u.inventory where held = 0 and sold_unsynced = 1");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'confirmed'");
	expect_sql(&w, 1, "select count(*) from u.order_line where credited and item_id is not null");
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static void an_order_of_a_variant_that_nobody_knows_is_taken_when_it_is_known(void)
{
	struct world w = world(.stock = 5, .bare = true);

	ordered(&w, "1", told_order(&w, .lines = { { .variant = 7999, .units = 2 } }));
	expect_sql(&w, 1, "select count(*) from u.order_line where item_id is null and unsynced_units = 0");
	world_sql(&w, "insert into u.inventory (shop_id, item_id, external_id, dirty_at) values (%s, '01900000-0000-7000-8000-000000007299', 7299, u.clock());"
		"insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy)"
		" select '01900000-0000-7000-8000-000000007999', shop_id, id, '01900000-0000-7000-8000-000000007299', 7999, 'New', 1, 'USD', 'deny' from u.product",
		world_uuid(&w, w.shop.u));
	expect_sql(&w, 1, "select u.order_lines_adopt(%s, '{7999}')", world_uuid(&w, w.shop.u));
	expect_sql(&w, 2, "select sold_unsynced from u.inventory where external_id = 7299 and free = -2");
	expect_sql(&w, 0, "select u.order_lines_adopt(%s, '{7999}')", world_uuid(&w, w.shop.u));
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

/* Its item is born without stock, and wants a read from its first moment. */
static void a_level_of_an_item_that_nobody_knows_changes_nothing(void)
{
	struct world w = world(.stock = 5, .bare = true);
	bool known;

	EXPECT_ERR(inventory_level_told(world_ctx(&w, NOBODY), w.shop, &(struct platform_level){
		.item = 4711, .location = 7301, .available = 3, .known = true, .updated_ms = world_now_ms(&w) }, &known), OK);
	EXPECT(!known);
	expect_sql(&w, 1, "select count(*) from u.inventory_level");
	expect_sql(&w, 0, "select count(*) from u.event_log");
}

static void a_level_at_a_new_location_counts_once_a_read_names_it(void)
{
	struct world w = world(.stock = 5, .bare = true);

	world_sql(&w, "select u.stock_level(%s, 7201, 7399, 4, u.clock())", world_uuid(&w, w.shop.u));
	expect_sql(&w, 5, "select free from u.inventory where dirty_at is not null");
	world_clock_advance(&w, 1000);
	world_sql(&w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"a\",\"active\":true,\"online\":true,\"available\":5,\"updated_ms\":0},"
		"{\"location\":7399,\"name\":\"b\",\"active\":true,\"online\":true,\"available\":4,\"updated_ms\":0}]', true, u.clock(), u.clock(), 'full_read') from u.inventory");
	expect_sql(&w, 9, "select free from u.inventory where dirty_at is null");
}

static const CU_TestInfo tests[] = {
	T(an_order_after_the_report_that_contains_it_is_counted_twice_until_the_next_read),
	T(an_order_before_its_report_takes_its_unit_at_once_and_never_twice),
	T(an_order_without_any_report_is_read_for),
	T(an_order_of_another_channel_takes_stock_and_no_credit),
	T(an_edit_takes_what_it_adds_and_gives_nothing_back),
	T(an_edit_of_an_old_order_waits_for_a_read_of_its_own),
	T(a_cancel_without_restock_and_a_refund_with_it_wait_for_a_read),
	T(a_payment_after_the_hold_lapsed_is_late_and_taken_once),
	T(a_location_that_stops_selling_online_takes_its_stock_from_every_item),
	T(a_sync_while_orders_come_in_loses_none_of_them),
	T(an_older_reading_that_ends_later_changes_nothing_newer),
	T(two_variants_of_one_item_share_its_units),
	T(untracked_and_continue_selling_have_no_limit_and_are_never_short),
	T(a_variant_deleted_while_it_is_held_still_becomes_an_order),
	T(an_order_of_a_variant_that_nobody_knows_is_taken_when_it_is_known),
	T(a_level_of_an_item_that_nobody_knows_changes_nothing),
	T(a_level_at_a_new_location_counts_once_a_read_names_it),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_inventory_orders_and_reports = { "lib/inventory/orders_and_reports", tests };
