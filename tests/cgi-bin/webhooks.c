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

static const CU_TestInfo tests[] = {
	T(a_signed_delivery_is_stored_once),
	T(a_forged_or_missing_signature_is_401_and_nothing_is_kept),
	T(both_secrets_are_good_during_a_rotation),
	T(missing_headers_are_named),
	T(an_oversize_body_is_413),
	T(only_post_is_taken),
	CU_TEST_INFO_NULL
};
const struct suite suite_cgi_bin_webhooks = { "cgi-bin/webhooks", tests };
