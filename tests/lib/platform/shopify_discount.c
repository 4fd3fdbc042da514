#include "lib/shop/shop.h"
#include "tests/storefront.h"
#include "tests/suite.h"

#define SHOP "\"bucket\":{\"max\":100000,\"restore\":10000},\"generate\":{\"products\":1,\"variantsPerProduct\":600,\"price\":\"40.00\"}"

static struct json shop;

static struct world installed(struct shop_door *door)
{
	struct world w = world(.bare = true);

	shop = storefront(&w, SHOP);
	storefront_install(&w);
	EXPECT_ERR(shop_open(world_ctx(&w, NOBODY), w.shop, door), OK);
	return w;
}

static int64_t variant(size_t i)
{
	int64_t id = 0;

	EXPECT(str_int(json_str_at(json_at(json_get(json_at(json_get(shop, "products"), 0), "variants"), i), "id"), &id));
	return id;
}

static struct platform_discount want(struct world *w, size_t from, size_t n)
{
	int64_t *variants = arena_array(w->mem, n, sizeof(*variants));

	for (size_t i = 0; i < n; i++)
		variants[i] = variant(from + i);
	return (struct platform_discount){
		.title = S("Unifyed disc_1"), .code = S("UFY-TEST1"), .amount = { 850, { "USD" } }, .variants = variants, .variants_n = n,
		.starts_ms = world_now_ms(w) - 1000, .ends_ms = world_now_ms(w) + 3600000, .usage_max = 7, .once_per_customer = true };
}

static void a_discount_is_made_and_found_again(void)
{
	struct shop_door door;
	struct world w = installed(&door);
	struct platform_discount ask = want(&w, 0, 2);
	struct platform_discount_found found;
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str id;

	EXPECT_ERR(shopify_platform.discount_create(c, &door.call, &ask, &id), OK);
	EXPECT(str_starts(id, S("gid://shopify/DiscountCodeNode/")));
	EXPECT_ERR(shopify_platform.discount_find(c, &door.call, S("ufy-test1"), &found), OK);
	EXPECT(found.found && found.each_item);
	EXPECT_SAME(found.external_id, id);
	EXPECT_STR(found.title, "Unifyed disc_1");
	EXPECT_STR(found.code, "UFY-TEST1");
	EXPECT_INT(found.amount.minor, 850);
	EXPECT_INT((int64_t)found.variants_n, 2);
	EXPECT_INT(found.variants[1], variant(1));
}

static void a_code_that_exists_is_taken(void)
{
	struct shop_door door;
	struct world w = installed(&door);
	struct platform_discount ask = want(&w, 0, 1);
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str id;

	EXPECT_ERR(shopify_platform.discount_create(c, &door.call, &ask, &id), OK);
	EXPECT_ERR(shopify_platform.discount_create(c, &door.call, &ask, &id), ERR_PLATFORM_REFUSED);
	EXPECT_STR(door.call.reason, "TAKEN");
}

static void a_code_that_does_not_exist_is_not_found(void)
{
	struct shop_door door;
	struct world w = installed(&door);
	struct platform_discount_found found;

	EXPECT_ERR(shopify_platform.discount_find(world_ctx(&w, NOBODY), &door.call, S("NOBODYS"), &found), OK);
	EXPECT(!found.found);
}

static void hundreds_of_variants_are_placed_and_exchanged(void)
{
	struct shop_door door;
	struct world w = installed(&door);
	struct platform_discount ask = want(&w, 0, 520), next = want(&w, 300, 300);
	struct platform_discount_found found;
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str id;

	EXPECT_ERR(shopify_platform.discount_create(c, &door.call, &ask, &id), OK);
	EXPECT_ERR(shopify_platform.discount_find(c, &door.call, ask.code, &found), OK);
	EXPECT_INT((int64_t)found.variants_n, 520);
	next.amount.minor = 900;
	EXPECT_ERR(shopify_platform.discount_update(c, &door.call, &found, &next), OK);
	EXPECT_ERR(shopify_platform.discount_find(c, &door.call, ask.code, &found), OK);
	EXPECT_INT((int64_t)found.variants_n, 300);
	EXPECT_INT(found.amount.minor, 900);
	for (size_t i = 0; i < found.variants_n; i++)
		EXPECT(found.variants[i] >= variant(300));
}

static void a_discount_ends_and_one_that_is_gone_has_ended(void)
{
	struct shop_door door;
	struct world w = installed(&door);
	struct platform_discount ask = want(&w, 0, 1);
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str id;

	EXPECT_ERR(shopify_platform.discount_create(c, &door.call, &ask, &id), OK);
	EXPECT_ERR(shopify_platform.discount_end(c, &door.call, id), OK);
	EXPECT_ERR(shopify_platform.discount_end(c, &door.call, id), OK);
	EXPECT_ERR(shopify_platform.discount_end(c, &door.call, S("gid://shopify/DiscountCodeNode/1")), OK);
}

static void what_the_shop_refuses_has_its_word(void)
{
	struct shop_door door;
	struct world w = installed(&door);
	struct platform_discount ask = want(&w, 0, 1);
	struct str id;

	ask.ends_ms = ask.starts_ms - 1000;
	EXPECT_ERR(shopify_platform.discount_create(world_ctx(&w, NOBODY), &door.call, &ask, &id), ERR_PLATFORM_REFUSED);
	EXPECT_STR(door.call.reason, "END_DATE_BEFORE_START_DATE");
}

static const CU_TestInfo tests[] = {
	T(a_discount_is_made_and_found_again),
	T(a_code_that_exists_is_taken),
	T(a_code_that_does_not_exist_is_not_found),
	T(hundreds_of_variants_are_placed_and_exchanged),
	T(a_discount_ends_and_one_that_is_gone_has_ended),
	T(what_the_shop_refuses_has_its_word),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_platform_shopify_discount = { "lib/platform/shopify_discount", tests };
