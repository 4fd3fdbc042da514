/* What Shopify's own library signs and refuses (tests/sandbox/fixtures/hmac-vectors.json). */
#include <stdio.h>
#include <stdlib.h>

#include "lib/connection/connection.h"
#include "lib/json/json.h"
#include "lib/text/text.h"
#include "tests/suite.h"
#include "tests/world.h"

static struct json vectors(struct world *w, struct ctx *c)
{
	FILE *f = fopen("tests/sandbox/fixtures/hmac-vectors.json", "r");
	char *text = arena_alloc(w->mem, 65536);
	struct json json = { 0 };
	size_t n;

	if (!f)
		abort();
	n = fread(text, 1, 65536, f);
	fclose(f);
	EXPECT_ERR(json_read(c, (struct str){ text, n }, &json), OK);
	w->config->shopify_client_secret = json_str_at(json, "client_secret");
	return json;
}

static enum err callback(struct world *w, struct str query, struct platform_callback *out)
{
	*out = (struct platform_callback){ 0 };
	return shopify_platform.callback(world_ctx(w, NOBODY), query, out);
}

static void every_vector_is_judged_as_the_library_judges_it(void)
{
	struct world w = world(.bare = true);
	struct json list = json_get(vectors(&w, world_ctx(&w, NOBODY)), "oauth_query");
	struct platform_callback out;

	EXPECT(json_length(list) == 12);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json v = json_at(list, i);
		int64_t now = 0;
		bool valid;

		EXPECT(json_int(json_get(v, "now"), &now));
		valid = callback(&w, json_str_at(v, "query_string"), &out) == OK &&
			out.at_ms <= now * 1000 + 90000 && out.at_ms >= now * 1000 - 90000;
		if (valid != json_bool(json_get(v, "valid"), false))
			fprintf(stderr, "vector " STR_FMT "\n", STR_ARG(json_str_at(v, "name")));
		EXPECT(valid == json_bool(json_get(v, "valid"), false));
	}
}

static void the_pairs_are_read_decoded(void)
{
	struct world w = world(.bare = true);
	struct json v = json_at(json_get(vectors(&w, world_ctx(&w, NOBODY)), "oauth_query"), 1);
	struct platform_callback out;

	EXPECT_ERR(callback(&w, json_str_at(v, "query_string"), &out), OK);
	EXPECT_STR(out.shop, "pelagia-test.myshopify.com");
	EXPECT_STR(out.code, "0907a61c0c8d55e99db179b68161bc00");
	EXPECT_INT(out.at_ms, 1795193995000);
}

static void the_previous_secret_is_accepted_during_a_rotation(void)
{
	struct world w = world(.bare = true);
	struct json v = json_at(json_get(vectors(&w, world_ctx(&w, NOBODY)), "oauth_query"), 1);
	struct platform_callback out;

	w.config->shopify_client_secret_previous = w.config->shopify_client_secret;
	w.config->shopify_client_secret = S("shpss_new");
	EXPECT_ERR(callback(&w, json_str_at(v, "query_string"), &out), OK);
}

static void a_parameter_that_stands_twice_is_refused(void)
{
	static const char *const twice[] = { "hmac", "shop", "state", "timestamp", "code" };
	struct world w = world(.bare = true);
	struct json v = json_at(json_get(vectors(&w, world_ctx(&w, NOBODY)), "oauth_query"), 1);
	struct platform_callback out;

	for (size_t i = 0; i < COUNT(twice); i++) {
		struct str query = str_fmt(w.mem, STR_FMT "&%s=" STR_FMT, STR_ARG(json_str_at(v, "query_string")), twice[i],
			STR_ARG(json_str(json_get(json_get(v, "params"), twice[i]))));

		EXPECT_ERR(callback(&w, query, &out), ERR_OAUTH_SIGNATURE);
	}
}

static void garbage_is_no_signature(void)
{
	static const char *const bad[] = { "", "&", "=", "hmac", "hmac=%", "hmac=%zz&shop=a", "shop=%ff&hmac=00", "shop=%00" };
	struct world w = world(.bare = true);
	struct platform_callback out;

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_ERR(callback(&w, str_of(bad[i]), &out), ERR_OAUTH_SIGNATURE);
}

static void shop_names_are_strict(void)
{
	struct world w = world(.bare = true);
	struct json list = json_get(vectors(&w, world_ctx(&w, NOBODY)), "shop_domain");

	EXPECT(json_length(list) == 23);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json v = json_at(list, i);

		EXPECT(text_is_shop(json_str_at(v, "input")) == json_bool(json_get(v, "recommended_strict_accept"), false));
	}
}

static void what_people_type_becomes_a_shop_name_or_is_refused(void)
{
	static const char *const good[] = { "x", "X.myshopify.com", "x.myshopify.com", "admin.shopify.com/store/x",
		"https://admin.shopify.com/store/x" };
	static const char *const bad[] = { "", "evil.example/#", "a.myshopify.com.evil", "x.myshopify.com/", "x/y", "-x", "x y",
		"x.myshopify.com\n", "https://x.myshopify.com", "x@evil.example", "admin.shopify.com/store/", "admin.shopify.com/store/x/y",
		"\xc3\xa9.myshopify.com" };
	struct world w = world(.bare = true);
	struct str domain;

	for (size_t i = 0; i < COUNT(good); i++) {
		EXPECT_ERR(connection_shop_name(world_ctx(&w, ANNA), str_of(good[i]), &domain), OK);
		EXPECT_STR(domain, "x.myshopify.com");
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_ERR(connection_shop_name(world_ctx(&w, ANNA), str_of(bad[i]), &domain), ERR_SHOP_NAME);
}

static const CU_TestInfo tests[] = {
	T(every_vector_is_judged_as_the_library_judges_it),
	T(the_pairs_are_read_decoded),
	T(the_previous_secret_is_accepted_during_a_rotation),
	T(a_parameter_that_stands_twice_is_refused),
	T(garbage_is_no_signature),
	T(shop_names_are_strict),
	T(what_people_type_becomes_a_shop_name_or_is_refused),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_platform_shopify_callback = { "lib/platform/shopify_callback", tests };
