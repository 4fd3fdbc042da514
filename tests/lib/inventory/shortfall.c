/* STOCK_SHORTFALL: who hears of it, what is in it, and when it is over. */
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

static void read_levels(struct world *w, int available)
{
	world_sql(w, "select u.stock_read(shop_id, item_id, '[{\"location\":7301,\"name\":\"Here\",\"active\":true,\"online\":true,"
		"\"available\":%d,\"updated_ms\":0}]', true, u.clock(), u.clock(), 'full_read') from u.inventory", available);
}

/* The shop has only so many, and it stays so for more than a minute. */
static void stays_at(struct world *w, int available)
{
	read_levels(w, available);
	world_clock_advance(w, 61000);
	read_levels(w, available);
}

static int64_t told(struct world *w)
{
	return world_int(w, "select count(*) from u.event_log where type = 'STOCK_SHORTFALL'");
}

static void each_creator_whose_checkouts_it_touches_hears_of_hers(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct session_id hers;
	struct got got;

	expect_status(tap(&w, "vera"), 303);
	EXPECT(uuid_read(world_text(&w, "select id from u.checkout_session"), &hers.u));
	expect_status(tap_at(&w, "carl", "/go/benlink1"), 303);
	stays_at(&w, 1);
	EXPECT_INT(told(&w), 2);
	got = get(&w, ANNA, "/events?type=STOCK_SHORTFALL");
	EXPECT_STR(got_json(&w, got, "items.0.payload.free"), "-1");
	EXPECT_STR(got_json(&w, got, "items.0.payload.held"), "2");
	EXPECT_SAME(got_json(&w, got, "items.0.payload.checkouts.0"), ID_TEXT(w.mem, session, hers));
	EXPECT(str_starts(got_json(&w, got, "items.0.payload.holds.0"), S("hold_")));
	EXPECT(str_starts(got_json(&w, got, "items.0.payload.creators.1"), S("creator_")));
	EXPECT_STR(got_json(&w, got, "items.1.id"), "");
	got = get(&w, BEN, "/events?type=STOCK_SHORTFALL");
	expect_body_lacks(got, "creators");
	EXPECT_STR(got_json(&w, got, "items.1.id"), "");
	EXPECT_STR(got_json(&w, got, "items.0.payload.checkouts.1"), "");
}

static void it_is_told_once_while_it_lasts_and_again_when_it_comes_back(void)
{
	struct world w = world(.stock = 2);

	expect_status(tap(&w, "vera"), 303);
	expect_status(tap(&w, "carl"), 303);
	stays_at(&w, 1);
	stays_at(&w, 1);
	stays_at(&w, 0);
	EXPECT_INT(told(&w), 1);
	expect_sql(&w, 1, "select count(*) from u.inventory where short_since is not null and dirty_at > u.clock()");
	read_levels(&w, 2);
	expect_sql(&w, 1, "select count(*) from u.inventory where short_since is null and dirty_at is null");
	stays_at(&w, 1);
	EXPECT_INT(told(&w), 2);
}

static void what_recovers_within_a_minute_is_no_shortage(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "vera"), 303);
	read_levels(&w, 0);
	world_clock_advance(&w, 59000);
	read_levels(&w, 0);
	EXPECT_INT(told(&w), 0);
	read_levels(&w, 1);
	world_clock_advance(&w, 60000);
	read_levels(&w, 1);
	EXPECT_INT(told(&w), 0);
}

static void who_is_touched_later_hears_of_it_too(void)
{
	struct world w = world(.stock = 2, .ben = true);
	struct str mark;

	expect_status(tap_at(&w, "carl", "/go/benlink1"), 303);
	mark = newest_mark(&w);
	stays_at(&w, -2);
	EXPECT_INT(told(&w), 2); /* the owner, and ben */
	push(&w, "orders/create", "1", told_order(&w, .mark = mark));
	apply_all(&w);
	stays_at(&w, -3);
	EXPECT_INT(told(&w), 2);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STOCK_SHORTFALL' and creator_id = %s", world_uuid(&w, w.ben.creator.u));
}

static void orders_of_another_channel_are_the_owners_to_see(void)
{
	struct world w = world(.stock = 2, .ben = true);
	struct got got;

	push(&w, "orders/create", "1", told_order(&w, .lines = { { .units = 4 } }));
	apply_all(&w);
	world_clock_advance(&w, 130000);
	stays_at(&w, -2);
	EXPECT_INT(told(&w), 1);
	got = get(&w, ANNA, "/events?type=STOCK_SHORTFALL");
	EXPECT(str_starts(got_json(&w, got, "items.0.payload.orders.0"), S("order_")));
	expect_body_lacks(get(&w, BEN, "/events?type=STOCK_SHORTFALL"), "order_");
}

static void the_lists_are_bounded(void)
{
	struct world w = world(.stock = 30);

	for (int i = 0; i < 25; i++)
		expect_status(tap(&w, fmt(&w, "v%d", i)), 303);
	stays_at(&w, 3);
	expect_sql(&w, 20, "select jsonb_array_length(payload -> 'checkouts') from u.event_log where type = 'STOCK_SHORTFALL'");
	expect_sql(&w, -22, "select (payload ->> 'free')::int from u.event_log where type = 'STOCK_SHORTFALL'");
}

static void nothing_is_flipped_silently(void)
{
	struct world w = world(.stock = 1);

	expect_status(tap(&w, "vera"), 303);
	stays_at(&w, 0);
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'pending'");
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'active'");
	expect_status(tap(&w, "vera"), 303);
}

static const CU_TestInfo tests[] = {
	T(each_creator_whose_checkouts_it_touches_hears_of_hers),
	T(it_is_told_once_while_it_lasts_and_again_when_it_comes_back),
	T(what_recovers_within_a_minute_is_no_shortage),
	T(who_is_touched_later_hears_of_it_too),
	T(orders_of_another_channel_are_the_owners_to_see),
	T(the_lists_are_bounded),
	T(nothing_is_flipped_silently),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_inventory_shortfall = { "lib/inventory/shortfall", tests };
