#include "tests/suite.h"
#include "tests/world.h"

static void products_are_listed_with_their_prices(void)
{
	struct world w = world(.stock = 5, .variants = 3, .bare = true);
	struct got got = ask(&w, (struct asking){ .path = "/catalog/products", .as = ANNA });

	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "items.0.title"), "Mug");
	EXPECT_STR(got_json(&w, got, "items.0.variants_count"), "3");
	EXPECT_STR(got_json(&w, got, "items.0.price_min.minor"), "2000");
	EXPECT_STR(got_json(&w, got, "items.0.price_min.currency"), "USD");
	EXPECT_STR(got_json(&w, got, "next"), "");
}

static void a_search_finds_part_of_a_title(void)
{
	struct world w = world(.bare = true);

	expect_body_has(ask(&w, (struct asking){ .path = "/catalog/products?q=UG", .as = ANNA }), "\"Mug\"");
	expect_body_lacks(ask(&w, (struct asking){ .path = "/catalog/products?q=%25", .as = ANNA }), "\"Mug\"");
	expect_body_lacks(ask(&w, (struct asking){ .path = "/catalog/products?status=draft", .as = ANNA }), "\"Mug\"");
	expect_field(ask(&w, (struct asking){ .path = "/catalog/products?status=lost", .as = ANNA }), "status");
}

static void lists_have_pages(void)
{
	struct world w = world(.bare = true);
	struct got got;
	struct str next;

	world_sql(&w, "insert into u.product (id, shop_id, external_id, title, status)"
		" select ('01900000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, %s, n, 'P' || n, 'active' from generate_series(1, 5) n",
		world_uuid(&w, w.shop.u));
	got = ask(&w, (struct asking){ .path = "/catalog/products?limit=4", .as = ANNA });
	next = got_json(&w, got, "next");
	EXPECT(str_starts(next, S("prod_")));
	got = ask(&w, (struct asking){ .path = str_z(w.mem, str_fmt(w.mem, "/catalog/products?limit=4&after=" STR_FMT, STR_ARG(next))), .as = ANNA });
	EXPECT_STR(got_json(&w, got, "items.0.title"), "P1");
	EXPECT_STR(got_json(&w, got, "items.1.title"), "Mug");
}

static void a_product_shows_the_stock_of_its_variants(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/catalog/products/" STR_FMT, STR_ARG(ID_TEXT(w.mem, product, w.product))));
	struct got got;

	world_sql(&w, "update u.inventory set held = 1, sold_unsynced = 1, buffer = 1");
	got = ask(&w, (struct asking){ .path = path, .as = ANNA });
	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "variants.0.stock.free"), "2");
	EXPECT_STR(got_json(&w, got, "variants.0.stock.held"), "1");
	EXPECT_STR(got_json(&w, got, "variants.0.price.minor"), "2000");
	expect_body_has(got, "\"limited\":true");
}

static void a_strangers_product_is_not_there(void)
{
	struct world w = world(.bare = true);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/catalog/products/" STR_FMT, STR_ARG(ID_TEXT(w.mem, product, w.product))));

	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(&w, w.ben.creator.u));
	expect_problem(ask(&w, (struct asking){ .path = path, .as = BEN }), "not-found");
	expect_body_lacks(ask(&w, (struct asking){ .path = "/catalog/products", .as = BEN }), "Mug");
}

static void a_sync_is_wanted_and_its_progress_shown(void)
{
	struct world w = world(.bare = true);
	struct got got = ask(&w, (struct asking){ .method = POST, .path = "/catalog/sync", .as = ANNA, .key = "k1" });

	expect_status(got, 202);
	EXPECT_STR(got_json(&w, got, "items.0.state"), "wanted");
	world_sql(&w, "update u.catalog_sync set state = 'running', phase = 'stock', products = 7, started_at = u.clock()");
	got = ask(&w, (struct asking){ .path = "/catalog/sync", .as = ANNA });
	EXPECT_STR(got_json(&w, got, "items.0.products"), "7");
	EXPECT_STR(got_json(&w, got, "items.0.phase"), "stock");
	expect_status(ask(&w, (struct asking){ .method = POST, .path = "/catalog/sync", .as = ANNA, .key = "k2" }), 202);
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'running' and wanted_at >= started_at");
}

static void a_sync_without_a_shop_is_refused(void)
{
	struct world w = world(.bare = true);

	world_sql(&w, "delete from u.connection");
	expect_problem(ask(&w, (struct asking){ .method = POST, .path = "/catalog/sync", .as = ANNA, .key = "k" }), "shop-closed");
}

static const CU_TestInfo tests[] = {
	T(products_are_listed_with_their_prices),
	T(a_search_finds_part_of_a_title),
	T(lists_have_pages),
	T(a_product_shows_the_stock_of_its_variants),
	T(a_strangers_product_is_not_there),
	T(a_sync_is_wanted_and_its_progress_shown),
	T(a_sync_without_a_shop_is_refused),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_catalog = { "cgi-bin/catalog", tests };
