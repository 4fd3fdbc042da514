#include "lib/checkout/checkout.h"
#include "tests/suite.h"
#include "tests/world.h"

static struct checkout_outcome started(void)
{
	return (struct checkout_outcome){
		.mark = S("0123456789abcdefABCDEF0123"), .units = 2, .variant_external = 7101, .discount_code = S("UFY-ANNA20"),
		.storefront_url = S("https://shop.example"), .code = S("annalink1"), .platform = S("youtube"),
		.surface = S("live"),
	};
}

static void the_permalink_carries_the_promise_and_the_mark(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct checkout_outcome o = started();
	struct str url;

	EXPECT_ERR(checkout_url(c, &o, &url), OK);
	EXPECT_STR(url, "https://shop.example/cart/7101:2?attributes%5Bufy%5D=0123456789abcdefABCDEF0123"
		"&properties=eyJfdWZ5IjoiMDEyMzQ1Njc4OWFiY2RlZkFCQ0RFRjAxMjMifQ&ref=0123456789abcdefABCDEF0123"
		"&discount=UFY-ANNA20&utm_source=youtube&utm_medium=live&utm_campaign=annalink1");
}

static void without_a_discount_nothing_is_said_of_one(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct checkout_outcome o = started();
	struct str url;

	o.discount_code = S("");
	EXPECT_ERR(checkout_url(c, &o, &url), OK);
	EXPECT(str_find(url, 0, S("discount")) == SIZE_MAX);
}

static void a_shop_in_a_folder_is_kept(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct checkout_outcome o = started();
	struct str url;

	w.config->allow_http = true;
	o.storefront_url = S("http://127.0.0.1:9001/s/x.myshopify.com");
	EXPECT_ERR(checkout_url(c, &o, &url), OK);
	EXPECT(str_starts(url, S("http://127.0.0.1:9001/s/x.myshopify.com/cart/7101:2?")));
}

static void a_buyer_is_sent_nowhere_strange(void)
{
	static const char *const strange[] = {
		"", "http://shop.example", "javascript:alert(1)", "//evil.example", "https://", "https://a b.example",
		"https://user:secret@shop.example", "https://shop.example\r\nX: y", "ftp://shop.example",
	};
	struct world w = world();
	struct checkout_outcome o = started();

	for (size_t i = 0; i < COUNT(strange); i++) {
		struct ctx *c = world_ctx(&w, NOBODY);
		struct str url;

		o.storefront_url = str_of(strange[i]);
		EXPECT_ERR(checkout_url(c, &o, &url), ERR_INTERNAL);
	}
}

static const CU_TestInfo tests[] = {
	T(the_permalink_carries_the_promise_and_the_mark),
	T(without_a_discount_nothing_is_said_of_one),
	T(a_shop_in_a_folder_is_kept),
	T(a_buyer_is_sent_nowhere_strange),
	CU_TEST_INFO_NULL,
};
const struct suite suite_checkout_url = { "lib/checkout/url", tests };
