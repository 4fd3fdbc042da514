/* /catalog/items, /catalog/shops: buffers and the history of a stock row. */
#include "tests/desk.h"
#include "tests/suite.h"

static const char *item_path(struct world *w, struct item_id id)
{
	return fmt(w, "/catalog/items/" STR_FMT, STR_ARG(ID_TEXT(w->mem, item, id)));
}

static const char *shop_path(struct world *w)
{
	return fmt(w, "/catalog/shops/" STR_FMT, STR_ARG(ID_TEXT(w->mem, shop, w->shop)));
}

static void report(struct world *w, struct item_id item, int available)
{
	world_clock_advance(w, 1000);
	world_sql(w, "select u.stock_read(%s, %s, '[{\"location\":7301,\"name\":\"Here\",\"active\":true,\"online\":true,\"available\":%d,"
		"\"updated_ms\":0}]', true, u.clock(), u.clock(), 'full_read')", world_uuid(w, w->shop.u), world_uuid(w, item.u), available);
}

static void a_buffer_in_units_keeps_stock_back_and_shows_its_effect(void)
{
	struct world w = world(.stock = 5);
	struct got got = get(&w, ANNA, item_path(&w, w.item));

	expect_status(got, 200);
	expect_header(got, "ETag", "\"1\"");
	EXPECT_STR(got_json(&w, got, "rule.from"), "none");
	got = api(&w, ANNA, PATCH, item_path(&w, w.item), "{\"buffer\":{\"units\":4}}");
	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "free_before"), "5");
	EXPECT_STR(got_json(&w, got, "free"), "1");
	EXPECT_STR(got_json(&w, got, "rule.from"), "item");
	expect_header(got, "ETag", "\"2\"");
	expect_status(tap(&w, "vera"), 303);
	expect_status(tap(&w, "carl"), 409);
	got = api(&w, ANNA, PATCH, item_path(&w, w.item), "{\"buffer\":null}");
	EXPECT_STR(got_json(&w, got, "free"), "4");
	EXPECT_STR(got_json(&w, got, "rule.from"), "none");
	expect_sql(&w, 2, "select count(*) from u.inventory_snapshot where cause = 'buffer'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'INVENTORY_UPDATED' and payload ->> 'cause' = 'buffer'");
}

static void a_buffer_in_per_cent_is_rounded_up_and_follows_each_report(void)
{
	struct world w = world(.stock = 5);

	EXPECT_STR(got_json(&w, api(&w, ANNA, PATCH, item_path(&w, w.item), "{\"buffer\":{\"percent\":30}}"), "buffer"), "2");
	report(&w, w.item, 101);
	expect_sql(&w, 31, "select buffer from u.inventory where free = 70");
	world_sql(&w, "select u.stock_level(%s, 7201, 7301, 1, u.clock())", world_uuid(&w, w.shop.u));
	expect_sql(&w, 1, "select buffer from u.inventory where free = 0");
	report(&w, w.item, -3);
	expect_sql(&w, 0, "select buffer from u.inventory where free = -3");
	report(&w, w.item, 1000000000);
	expect_sql(&w, 300000000, "select buffer from u.inventory");
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static void a_raised_buffer_takes_no_held_unit(void)
{
	struct world w = world(.stock = 2);

	expect_status(tap(&w, "vera"), 303);
	EXPECT_STR(got_json(&w, api(&w, ANNA, PATCH, item_path(&w, w.item), "{\"buffer\":{\"units\":2}}"), "free"), "-1");
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.reservation where state = 'pending'");
	expect_status(tap(&w, "vera"), 303);
	expect_status(tap(&w, "carl"), 409);
	EXPECT_STR(got_json(&w, api(&w, ANNA, PATCH, item_path(&w, w.item), "{\"buffer\":{\"percent\":100}}"), "free"), "-1");
	expect_sql(&w, 0, "select count(*) from u.event_log where type like 'RESERVATION_RE%%' or type = 'RESERVATION_EXPIRED'");
}

static void a_shops_buffer_is_that_of_items_without_their_own(void)
{
	struct world w = world(.stock = 10, .variants = 3);
	struct got got;

	expect_status(api(&w, ANNA, PATCH, item_path(&w, w.items[0]), "{\"buffer\":{\"units\":0}}"), 200);
	got = api(&w, ANNA, PATCH, shop_path(&w), "{\"buffer\":{\"percent\":20}}");
	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "rule.percent"), "20");
	expect_header(got, "ETag", "\"2\"");
	expect_sql(&w, 2, "select count(*) from u.inventory where buffer = 2 and free = 8");
	expect_sql(&w, 1, "select count(*) from u.inventory where buffer = 0 and free = 10");
	EXPECT_STR(got_json(&w, get(&w, ANNA, item_path(&w, w.items[1])), "rule.from"), "shop");
	expect_status(api(&w, ANNA, PATCH, item_path(&w, w.items[0]), "{\"buffer\":null}"), 200);
	expect_sql(&w, 3, "select count(*) from u.inventory where buffer = 2");
	report(&w, w.items[2], 21);
	expect_sql(&w, 1, "select count(*) from u.inventory where buffer = 5 and free = 16");
	expect_status(api(&w, ANNA, PATCH, shop_path(&w), "{\"buffer\":null}"), 200);
	expect_sql(&w, 0, "select sum(buffer) from u.inventory");
	expect_sql(&w, 1, "select count(*) from u.shop where buffer_settling");
	expect_sql(&w, 0, "select u.stock_settle(10)");
	expect_sql(&w, 0, "select count(*) from u.shop where buffer_settling");
}

static void many_items_follow_a_shops_buffer_in_batches(void)
{
	struct world w = world(.stock = 10, .bare = true);

	world_sql(&w, "insert into u.inventory (shop_id, item_id, external_id, shop_available)"
		" select %s, ('01900000-0000-7000-a000-' || lpad(n::text, 12, '0'))::uuid, 90000 + n, 10 from generate_series(1, 450) n", world_uuid(&w, w.shop.u));
	EXPECT_STR(got_json(&w, api(&w, ANNA, PATCH, shop_path(&w), "{\"buffer\":{\"units\":3}}"), "settling"), "true");
	expect_sql(&w, 200, "select count(*) from u.inventory where buffer = 3");
	expect_sql(&w, 200, "select u.stock_settle(200)");
	expect_sql(&w, 51, "select u.stock_settle(200)");
	expect_sql(&w, 0, "select u.stock_settle(200)");
	EXPECT_STR(got_json(&w, get(&w, ANNA, shop_path(&w)), "settling"), "false");
}

static void nonsense_is_refused_by_name(void)
{
	struct world w = world(.stock = 5, .bare = true);
	static const struct { const char *body, *field; } bad[] = {
		{ "{\"buffer\":{\"units\":-1}}", "units" }, { "{\"buffer\":{\"units\":1000001}}", "units" }, { "{\"buffer\":{\"units\":2147483648}}", "units" },
		{ "{\"buffer\":{\"units\":1.5}}", "units" }, { "{\"buffer\":{\"percent\":101}}", "percent" }, { "{\"buffer\":{\"percent\":\"5\"}}", "percent" },
		{ "{\"buffer\":{\"units\":1,\"percent\":1}}", "buffer" }, { "{\"buffer\":{}}", "buffer" }, { "{\"buffer\":3}", "buffer" }, { "{}", "buffer" },
		{ "{\"buffer\":{\"units\":1},\"free\":9}", "free" },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		expect_field(api(&w, ANNA, PATCH, item_path(&w, w.item), bad[i].body), bad[i].field);
		expect_field(api(&w, ANNA, PATCH, shop_path(&w), bad[i].body), bad[i].field);
	}
	expect_sql(&w, 0, "select count(*) from u.inventory_snapshot");
}

static void an_edit_over_an_older_one_is_refused(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *body = "{\"buffer\":{\"units\":1}}";

	expect_status(ask(&w, (struct asking){ .method = PATCH, .path = item_path(&w, w.item), .body = body, .as = ANNA, .key = "1", .headers = "If-Match: \"1\"" }), 200);
	expect_problem(ask(&w, (struct asking){ .method = PATCH, .path = item_path(&w, w.item), .body = body, .as = ANNA, .key = "2", .headers = "If-Match: \"1\"" }), "edit-conflict");
	expect_status(ask(&w, (struct asking){ .method = PATCH, .path = shop_path(&w), .body = body, .as = ANNA, .key = "3", .headers = "If-Match: \"1\"" }), 200);
	expect_problem(ask(&w, (struct asking){ .method = PATCH, .path = shop_path(&w), .body = body, .as = ANNA, .key = "4", .headers = "If-Match: \"1\"" }), "edit-conflict");
	expect_sql(&w, 1, "select count(*) from u.inventory_snapshot");
}

static void a_seller_looks_and_a_stranger_sees_nothing(void)
{
	struct world w = world(.stock = 5, .bare = true);

	expect_status(get(&w, BEN, item_path(&w, w.item)), 200);
	expect_status(get(&w, BEN, shop_path(&w)), 200);
	expect_problem(api(&w, BEN, PATCH, item_path(&w, w.item), "{\"buffer\":{\"units\":1}}"), "owner-only");
	expect_problem(api(&w, BEN, PATCH, shop_path(&w), "{\"buffer\":{\"units\":1}}"), "owner-only");
	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(&w, w.ben.creator.u));
	expect_problem(get(&w, BEN, item_path(&w, w.item)), "not-found");
	expect_problem(get(&w, BEN, shop_path(&w)), "not-found");
	expect_problem(get(&w, BEN, fmt(&w, "%s/history", item_path(&w, w.item))), "not-found");
	expect_problem(api(&w, BEN, PATCH, item_path(&w, w.item), "{\"buffer\":{\"units\":1}}"), "not-found");
	expect_problem(api(&w, BEN, PATCH, shop_path(&w), "{\"buffer\":{\"units\":1}}"), "not-found");
	expect_sql(&w, 0, "select count(*) from u.inventory where buffer > 0");
}

static void the_history_of_a_stock_row_has_causes_and_pages(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *path = fmt(&w, "%s/history", item_path(&w, w.item));
	struct str next;
	struct got got;

	report(&w, w.item, 4);
	expect_status(api(&w, ANNA, PATCH, item_path(&w, w.item), "{\"buffer\":{\"units\":1}}"), 200);
	report(&w, w.item, 3);
	got = get(&w, ANNA, path);
	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "items.0.cause"), "full_read");
	EXPECT_STR(got_json(&w, got, "items.0.available"), "3");
	EXPECT_STR(got_json(&w, got, "items.2.available"), "4");
	EXPECT_STR(got_json(&w, got, "next"), "");
	got = get(&w, ANNA, fmt(&w, "%s?limit=1", path));
	next = got_json(&w, got, "next");
	EXPECT(str_starts(next, S("snap_")));
	got = get(&w, ANNA, fmt(&w, "%s?limit=1&after=" STR_FMT, path, STR_ARG(next)));
	EXPECT_STR(got_json(&w, got, "items.0.cause"), "buffer");
	EXPECT_STR(got_json(&w, got, "items.0.free"), "3");
	expect_body_has(get(&w, ANNA, fmt(&w, "%s?after=" STR_FMT, path, STR_ARG(ID_TEXT(w.mem, snapshot, ((struct snapshot_id){ w.item.u }))))), "\"items\":[]");
}

/* Two reports and two edits at once: whoever comes last, the buffer is what its rule says of what is there. */
static int edit_or_report(struct world *w, int i)
{
	for (int n = 1; n < 20; n++) {
		if (i % 2)
			world_sql(w, "select u.stock_level(%s, 7201, 7301, %d, u.clock() + interval '%d ms')", world_uuid(w, w->shop.u), 10 * n + i, 10 * n + i);
		else
			(void)api(w, ANNA, PATCH, i ? shop_path(w) : item_path(w, w->item), n % 3 ? fmt(w, "{\"buffer\":{\"percent\":%d}}", n) : "{\"buffer\":null}");
	}
	return 0;
}

static void edits_and_reports_at_once_leave_the_buffer_right(void)
{
	struct world w = world(.stock = 10, .bare = true);
	int codes[4];

	fork_many(&w, 4, edit_or_report, codes);
	for (int i = 0; i < 4; i++)
		EXPECT_INT(codes[i], 0);
	while (world_int(&w, "select u.stock_settle(100)") > 0)
		;
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static const CU_TestInfo tests[] = {
	T(a_buffer_in_units_keeps_stock_back_and_shows_its_effect),
	T(a_buffer_in_per_cent_is_rounded_up_and_follows_each_report),
	T(a_raised_buffer_takes_no_held_unit),
	T(a_shops_buffer_is_that_of_items_without_their_own),
	T(many_items_follow_a_shops_buffer_in_batches),
	T(nonsense_is_refused_by_name),
	T(an_edit_over_an_older_one_is_refused),
	T(a_seller_looks_and_a_stranger_sees_nothing),
	T(the_history_of_a_stock_row_has_causes_and_pages),
	T(edits_and_reports_at_once_leave_the_buffer_right),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_catalog_stock = { "cgi-bin/catalog_stock", tests };
