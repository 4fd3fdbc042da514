#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"

extern const struct helper discounts_sync_helper;

#define MUG "\"products\":[{\"title\":\"Mug\",\"handle\":\"mug\",\"variants\":[{\"price\":\"20.00\",\"stock\":5}]}]"
#define FIND "/shops/x.myshopify.com"

/* anna's offer, whose code the sandbox's shop does not have yet. */
static struct world wanted(void)
{
	struct world w = world(.stock = 5);
	struct json shop = storefront(&w, MUG);

	storefront_install(&w);
	world_sql(&w, "update u.variant set external_id = " STR_FMT,
		STR_ARG(json_str_at(json_at(json_get(json_at(json_get(shop, "products"), 0), "variants"), 0), "id")));
	world_sql(&w, "update u.offer_discount set state = 'wanted', external_id = '', placed_at = null");
	world_sql(&w, "update u.offer_price set covered = false; update u.offer set state = 'activating'");
	return w;
}

/* The only discount of the shop there, as one line of JSON. */
static struct str there(struct world *w, const char *field)
{
	struct json list = json_get(control(w, "GET", FIND, NULL), "discounts");

	EXPECT_INT((int64_t)json_length(list), 1);
	return json_str_at(json_at(list, 0), field);
}

static void a_wanted_code_is_placed_and_the_offer_sells(void)
{
	struct world w = wanted();

	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'placed' and external_id like 'gid://shopify/DiscountCodeNode/%%' and problem = ''");
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'active'");
	expect_sql(&w, 1, "select count(*) from u.offer_price where covered");
	EXPECT(str_starts(there(&w, "title"), S("Unifyed disc_")));
	expect_status(tap(&w, "vera"), 303);
}

static void a_lost_answer_is_found_again_and_adopted(void)
{
	struct world w = wanted();

	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"lost_answer\",\"match\":\"discountCodeBasicCreate\",\"count\":1}");
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'wanted' and problem <> ''");
	world_clock_advance(&w, 120000);
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'placed' and code = 'UFY-ANNA20'");
	(void)there(&w, "title");
}

static void a_code_of_somebody_else_is_left_alone(void)
{
	struct world w = wanted();

	helper_run(&w, discounts_sync_helper.step);
	world_sql(&w, "delete from u.offer_price; delete from u.offer_discount");
	world_sql(&w, "insert into u.offer_discount (id, offer_id, shop_id, amount_minor, currency, code)"
		" values ('01900000-0000-7000-8000-0000000000aa', %s, %s, 400, 'USD', 'UFY-ANNA20')", world_uuid(&w, w.anna.offer.u), world_uuid(&w, w.shop.u));
	world_sql(&w, "insert into u.offer_price (offer_id, variant_id, shop_id, item_id, list_minor, price_minor, currency, discount_id)"
		" select %s, v.id, v.shop_id, v.item_id, 2000, 1600, 'USD', '01900000-0000-7000-8000-0000000000aa' from u.variant v",
		world_uuid(&w, w.anna.offer.u));
	helper_run(&w, discounts_sync_helper.step);
	world_clock_advance(&w, 120000);
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'placed' and code <> 'UFY-ANNA20'");
	EXPECT_INT((int64_t)json_length(json_get(control(&w, "GET", FIND, NULL), "discounts")), 2);
}

static void what_became_stale_is_brought_up_to_date(void)
{
	struct world w = wanted();

	helper_run(&w, discounts_sync_helper.step);
	world_sql(&w, "update u.offer_discount set stale = true, revision = revision + 1; update u.offer set once_per_customer = true");
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'placed' and not stale");
	(void)there(&w, "title");
}

static void a_code_that_somebody_deleted_there_is_made_again(void)
{
	struct world w = wanted();

	world_sql(&w, "update u.offer_discount set state = 'placed', stale = true, external_id = 'gid://shopify/DiscountCodeNode/1'");
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'placed' and external_id <> 'gid://shopify/DiscountCodeNode/1'");
}

static void an_ending_code_is_switched_off(void)
{
	struct world w = wanted();

	helper_run(&w, discounts_sync_helper.step);
	world_sql(&w, "update u.offer set state = 'deleted'; update u.offer_discount set state = 'ending', retry_at = null");
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended'");
}

static void codes_of_a_shop_that_removed_us_wait_for_its_return(void)
{
	struct world w = wanted();

	world_sql(&w, "update u.offer set state = 'deleted'; update u.offer_discount set state = 'ending', retry_at = null;"
		" update u.shop set status = 'uninstalled', access_sealed = null, refresh_sealed = null");
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ending'");
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended'");
}

static void what_the_shop_refuses_is_visible_on_the_offer(void)
{
	struct world w = wanted();

	world_sql(&w, "update u.variant set external_id = 1");
	helper_run(&w, discounts_sync_helper.step);
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'wanted' and problem like '%%(INVALID)%%'");
	expect_sql(&w, 1, "select count(*) from u.offer where problem <> ''");
}

static const CU_TestInfo tests[] = {
	T(a_wanted_code_is_placed_and_the_offer_sells),
	T(a_lost_answer_is_found_again_and_adopted),
	T(a_code_of_somebody_else_is_left_alone),
	T(what_became_stale_is_brought_up_to_date),
	T(a_code_that_somebody_deleted_there_is_made_again),
	T(an_ending_code_is_switched_off),
	T(codes_of_a_shop_that_removed_us_wait_for_its_return),
	T(what_the_shop_refuses_is_visible_on_the_offer),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_discounts_sync = { "cron/discounts_sync", tests };
