#include "lib/db/db.h"
#include "lib/inbox/inbox.h"
#include "tests/suite.h"
#include "tests/told.h"

static void a_signed_delivery_is_stored_once(void)
{
	struct world w = world(.stock = 5);
	struct str body = told_order(&w, .id = 5001);

	expect_status(push(&w, "orders/create", "wh-1", body), 200);
	expect_status(push(&w, "orders/create", "wh-1", body), 200);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed like '%%5001%%'");
}

static struct got push_with(struct world *w, const char *headers)
{
	return ask(w, (struct asking){ .method = POST, .path = "/webhooks/shopify", .body = "{}",
		.content_type = "application/json", .headers = headers });
}

static void a_forged_or_missing_signature_is_401_and_nothing_is_kept(void)
{
	struct world w = world(.stock = 5);
	static const char *const signatures[] = {
		"X-More: 1", "X-Shopify-Hmac-Sha256: ", "X-Shopify-Hmac-Sha256: AAAA",
		"X-Shopify-Hmac-Sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"X-Shopify-Hmac-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	};

	for (size_t i = 0; i < COUNT(signatures); i++)
		expect_problem(push_with(&w, signatures[i]), "signature");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox");
}

static void both_secrets_are_good_during_a_rotation(void)
{
	struct world w = world(.stock = 5);
	struct str old = w.config->shopify_client_secret;
	struct str body = told_order(&w, .id = 5001);

	expect_status(push(&w, "orders/create", "wh-1", body), 200);
	w.config->shopify_client_secret_previous = old;
	w.config->shopify_client_secret = S("the-new-one");
	expect_status(push(&w, "orders/create", "wh-2", body), 200);
	w.config->shopify_client_secret = old;
	w.config->shopify_client_secret_previous = S("");
	expect_status(push(&w, "orders/create", "wh-3", body), 200);
	expect_sql(&w, 3, "select count(*) from u.webhook_inbox");
}

static void missing_headers_are_named(void)
{
	struct world w = world(.stock = 5);
	struct got got = push(&w, "", "", told_order(&w, .id = 5001));

	expect_problem(got, "bad-request");
	expect_body_has(got, "X-Shopify-Topic");
	expect_body_has(got, "X-Shopify-Webhook-Id");
}

static void an_oversize_body_is_413(void)
{
	struct world w = world(.stock = 5);
	char *big = arena_alloc(w.mem, 3 << 20);

	for (size_t i = 0; i < 3 << 20; i++)
		big[i] = ' ';
	expect_problem(push(&w, "orders/create", "wh-1", (struct str){ big, 3 << 20 }), "body-too-large");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox");
}

static void only_post_is_taken(void)
{
	struct world w = world(.stock = 5);

	expect_problem(ask(&w, (struct asking){ .path = "/webhooks/shopify" }), "method");
	expect_problem(ask(&w, (struct asking){ .path = "/webhooks/nobody" }), "not-found");
}

#define SHOP "x.myshopify.com"

static void deliveries_that_wait_together_are_each_what_they_are(void)
{
	struct world w = world(.stock = 5);
	struct str small = S("{\"id\":1}"), large = str_fmt(w.mem, "{\"id\":2,\"note\":\"%0*d\"}", 200000, 0);
	struct asking all[] = {
		pushing(&w, SHOP, "orders/create", "a", 0, small), pushing(&w, SHOP, "orders/create", "b", 0, small),
		pushing(&w, SHOP, "orders/create", "a", 0, small), pushing(&w, "y.myshopify.com", "orders/create", "a", 1700000000000, small),
		pushing(&w, SHOP, "orders/create", "forged", 0, small), pushing(&w, SHOP, "orders/create", "large", 0, large),
		pushing(&w, "nobody's shop", "orders/create", "c", 0, small), pushing(&w, SHOP, "orders/create", "empty", 0, S("")),
	};
	struct got gots[COUNT(all)];

	all[4].bytes = S("{\"id\":3}");
	ask_many(&w, all, COUNT(all), gots);
	for (size_t i = 0; i < 4; i++)
		expect_status(gots[i], 200);
	EXPECT(str_eq(gots[0].body, S("known\n")) != str_eq(gots[2].body, S("known\n"))); /* the same: either came first */
	EXPECT_STR(gots[1].body, "stored\n");
	EXPECT_STR(gots[3].body, "stored\n");
	expect_problem(gots[4], "signature");
	expect_status(gots[5], 200);
	expect_status(gots[6], 400);
	expect_status(gots[7], 400);
	expect_sql(&w, 4, "select count(*) from u.webhook_inbox");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where triggered_at = to_timestamp(1700000000) and shop_domain = 'y.myshopify.com' and event_id = ''");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = 'large' and body_bytes > 200000");
	for (size_t i = 0; i < 4; i++)
		EXPECT_STR(ask(&w, all[i]).body, "known\n");
}

static enum err both(struct ctx *c, void *arg)
{
	const struct delivery one = { .id = ID_NEW(delivery, c->now_ms), .platform = S("shopify"), .shop_domain = S("a'b\"c,d{e}\\.shop"),
		.topic = S("orders/create"), .webhook_id = S("NULL"), .api_version = S("2026-10"), .signature = S("="), .signed_with = S("current"),
		.triggered_ms = 1700000000123, .body = S("\0\x01{}") };
	struct delivery two = one, three = one;
	const struct delivery *list[] = { &two, &three };
	bool fresh[2], *was = arg;

	two.id = ID_NEW(delivery, c->now_ms);
	two.webhook_id = S("two");
	three.id = ID_NEW(delivery, c->now_ms);
	TRY(inbox_store(c, &one, was));
	TRY(inbox_store_many(c, list, 2, fresh));
	was[1] = fresh[0];
	was[2] = fresh[1];
	return OK;
}

/* The one and the many keep the same. */
static void a_delivery_is_kept_alike_alone_and_together(void)
{
	struct world w = world(.stock = 5);
	bool fresh[3];

	EXPECT_ERR(db_in_tx(world_ctx(&w, NOBODY), both, fresh), OK);
	EXPECT(fresh[0] && fresh[1] != fresh[2]);
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox");
	expect_sql(&w, 1, "select count(distinct (platform, shop_domain, topic, event_id, api_version, triggered_at, name, signature, signed_with,"
		" body_bytes, state, attempts, waits_for)) from u.webhook_inbox");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = 'NULL'");
}

#define EACH 16

/* The same ids in opposite orders. */
static int push_too(struct world *w, int i)
{
	struct asking all[EACH];
	struct got gots[EACH];

	for (int round = 0; round < 10; round++) {
		for (int k = 0; k < EACH; k++)
			all[k] = pushing(w, SHOP, "orders/updated", str_z(w->mem, str_fmt(w->mem, "r%d-%d", round, i % 2 ? k : EACH - 1 - k)), 0, S("{}"));
		ask_many(w, all, EACH, gots);
		for (int k = 0; k < EACH; k++)
			if (gots[k].status != 200)
				return 1;
	}
	return 0;
}

static void the_same_deliveries_at_several_workers_are_kept_once(void)
{
	struct world w = world(.stock = 5);
	int codes[6];

	fork_many(&w, COUNT(codes), push_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 10 * EACH, "select count(*) from u.webhook_inbox");
}

static const CU_TestInfo tests[] = {
	T(a_signed_delivery_is_stored_once),
	T(a_forged_or_missing_signature_is_401_and_nothing_is_kept),
	T(both_secrets_are_good_during_a_rotation),
	T(missing_headers_are_named),
	T(an_oversize_body_is_413),
	T(only_post_is_taken),
	T(deliveries_that_wait_together_are_each_what_they_are),
	T(a_delivery_is_kept_alike_alone_and_together),
	T(the_same_deliveries_at_several_workers_are_kept_once),
	CU_TEST_INFO_NULL
};
const struct suite suite_cgi_bin_webhooks = { "cgi-bin/webhooks", tests };
