#include "lib/core/config.h"
#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"

extern const struct helper connections_tend_helper;

#define CALLBACK "/connections/shopify/callback?"

/* A world where nobody has connected yet. */
static struct world unconnected(void)
{
	struct world w = world(.bare = true);

	world_sql(&w, "delete from u.connection");
	world_sql(&w, "update u.shop set status = 'installing', access_sealed = null, storefront_url = '', name = '', scopes = ''");
	return w;
}

static void a_browser_is_sent_to_the_consent_page(void)
{
	struct world w = unconnected();
	struct got got = ask(&w, (struct asking){ .path = "/connections/shopify/auth-url?shop=X", .as = ANNA, .page = true });
	struct str location = got_header(got, "Location");

	expect_status(got, 302);
	EXPECT(str_starts(location, S("https://x.myshopify.com/admin/oauth/authorize?client_id=client-of-tests&scope=read_products")));
	EXPECT(str_find(location, 0, S("&redirect_uri=https%3A%2F%2Funifyed.test%2Fconnections%2Fshopify%2Fcallback&state=")) != SIZE_MAX);
}

static void an_api_caller_gets_the_address(void)
{
	struct world w = unconnected();
	struct got got = ask(&w, (struct asking){ .path = "/connections/shopify/auth-url?shop=x.myshopify.com", .as = ANNA });

	expect_status(got, 200);
	EXPECT(str_starts(got_json(&w, got, "url"), S("https://x.myshopify.com/admin/oauth/authorize?")));
}

static void a_wrong_shop_name_is_refused(void)
{
	struct world w = unconnected();

	expect_problem(ask(&w, (struct asking){ .path = "/connections/shopify/auth-url?shop=evil.example/%23", .as = ANNA }), "shop-name");
	expect_problem(ask(&w, (struct asking){ .path = "/connections/shopify/auth-url?shop=a.myshopify.com.evil", .as = ANNA }), "shop-name");
	expect_problem(ask(&w, (struct asking){ .path = "/connections/shopify/auth-url", .as = ANNA }), "shop-name");
	expect_sql(&w, 0, "select count(*) from u.oauth_state");
}

static void other_platforms_are_not_yet_supported(void)
{
	struct world w = unconnected();

	expect_problem(ask(&w, (struct asking){ .path = "/connections/youtube/auth-url", .as = ANNA }), "platform-unsupported");
	expect_problem(ask(&w, (struct asking){ .path = "/connections/myspace/auth-url", .as = ANNA }), "platform-unknown");
	expect_problem(ask(&w, (struct asking){ .path = "/connections/tiktok/callback?code=1" }), "platform-unsupported");
}

static void a_stranger_must_log_in(void)
{
	struct world w = unconnected();

	expect_problem(ask(&w, (struct asking){ .path = "/connections/shopify/auth-url?shop=x" }), "login-needed");
}

static void consent_connects_the_shop(void)
{
	struct world w = unconnected();
	struct got got, list;

	storefront(&w, NULL);
	got = storefront_connect(&w, ANNA, "x", NULL);
	expect_status(got, 303);
	expect_header(got, "Location", "http://127.0.0.1:9/dashboard/connections");
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active' and access_sealed like 'v1.k1.%%' and refresh_sealed like 'v1.k1.%%'"
		" and access_expires_at > u.clock() + interval '59 minutes' and currency = 'USD' and name = 'X' and storefront_url like 'http://127.0.0.1:%%'");
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'wanted'");
	expect_sql(&w, 1, "select count(*) from u.job where kind = 'subscriptions'");
	expect_events(&w, "PLATFORM_CONNECTED");
	list = ask(&w, (struct asking){ .path = "/connections", .as = ANNA });
	EXPECT_STR(got_json(&w, list, "items.0.role"), "owner");
	EXPECT_STR(got_json(&w, list, "items.0.health"), "healthy");
	EXPECT_STR(got_json(&w, list, "items.0.shop.domain"), "x.myshopify.com");
	EXPECT_STR(got_json(&w, list, "items.0.sync.state"), "wanted");
}

static void a_second_creator_becomes_a_seller_and_disturbs_nothing(void)
{
	struct world w = unconnected();

	storefront(&w, NULL);
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
	world_sql(&w, "update u.catalog_sync set state = 'done'; update u.shop set installed_at = 'epoch'");
	expect_status(storefront_connect(&w, BEN, "x", NULL), 303);
	expect_sql(&w, 1, "select count(*) from u.shop where installed_at = 'epoch' and token_generation = 2 and status = 'active'");
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'done'");
	expect_sql(&w, 1, "select count(*) from u.connection where creator_id = %s and role = 'seller'", world_uuid(&w, w.ben.creator.u));
	expect_sql(&w, 1, "select count(*) from u.connection where creator_id = %s and role = 'owner'", world_uuid(&w, w.anna.creator.u));
}

static struct str begin(struct world *w, const char *visitor)
{
	struct got begun = ask(w, (struct asking){ .path = "/connections/shopify/auth-url?shop=x", .as = ANNA, .visitor = visitor });

	expect_status(begun, 200);
	return storefront_consent(w, got_json(w, begun, "url"));
}

static struct got answer(struct world *w, struct str query, enum person who, const char *visitor)
{
	return ask(w, (struct asking){ .path = str_z(w->mem, str_fmt(w->mem, CALLBACK STR_FMT, STR_ARG(query))), .as = who, .visitor = visitor });
}

static void an_answer_counts_once(void)
{
	struct world w = unconnected();
	struct str query;

	storefront(&w, NULL);
	query = begin(&w, "anna");
	expect_status(answer(&w, query, NOBODY, "anna"), 303);
	expect_problem(answer(&w, query, NOBODY, "anna"), "oauth-state");
}

static void a_changed_answer_is_refused(void)
{
	struct world w = unconnected();

	storefront(&w, NULL);
	expect_problem(storefront_connect(&w, ANNA, "x", "shop=y.myshopify.com"), "oauth-signature");
	expect_problem(storefront_connect(&w, ANNA, "x", "code=abc"), "oauth-signature");
	expect_problem(storefront_connect(&w, ANNA, "x", "hmac=00"), "oauth-signature");
	expect_sql(&w, 0, "select count(*) from u.connection");
}

static void an_answer_in_another_browser_is_refused(void)
{
	struct world w = unconnected();

	storefront(&w, NULL);
	expect_problem(answer(&w, begin(&w, "anna"), NOBODY, "mallory"), "oauth-state");
	expect_problem(answer(&w, begin(&w, "anna"), NOBODY, NULL), "oauth-state");
	expect_problem(answer(&w, begin(&w, "anna"), BEN, "anna"), "oauth-state");
	expect_sql(&w, 0, "select count(*) from u.connection");
}

static void an_old_attempt_is_refused(void)
{
	struct world w = unconnected();

	storefront(&w, NULL);
	control(&w, "POST", "/clock", "{\"advanceMs\":-91000}");
	expect_problem(storefront_connect(&w, ANNA, "x", NULL), "oauth-state");
	control(&w, "POST", "/clock", "{\"offsetMs\":0}");
	expect_sql(&w, 0, "select count(*) from u.connection");
}

static void missing_scopes_are_refused(void)
{
	struct world w = unconnected();

	storefront(&w, "\"scopes\":[\"read_products\",\"read_inventory\"]");
	expect_problem(storefront_connect(&w, ANNA, "x", NULL), "oauth-scope");
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'installing' and token_lease is null");
}

static void a_shop_that_does_not_answer_connects_nothing(void)
{
	struct world w = unconnected();

	storefront(&w, NULL);
	control(&w, "POST", "/faults", "{\"target\":\"token\",\"mode\":\"drop\",\"count\":1}");
	expect_problem(storefront_connect(&w, ANNA, "x", NULL), "platform-away");
	control(&w, "POST", "/faults", "{\"target\":\"token\",\"mode\":\"status\",\"status\":400,\"count\":1}");
	expect_problem(storefront_connect(&w, ANNA, "x", NULL), "platform-refused");
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"throttle\",\"count\":1}");
	expect_problem(storefront_connect(&w, ANNA, "x", NULL), "platform-slow");
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"status\",\"status\":401,\"count\":1}");
	expect_problem(storefront_connect(&w, ANNA, "x", NULL), "platform-denied");
	expect_sql(&w, 0, "select count(*) from u.connection");
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
}

static void leaving_closes_her_links_and_tells(void)
{
	struct world w = world(.stock = 5, .ben = true);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT, STR_ARG(ID_TEXT(w.mem, connection, w.anna.connection))));

	expect_status(ask(&w, (struct asking){ .method = DELETE, .path = path, .as = ANNA, .key = "k1" }), 204);
	expect_events(&w, "CONNECTION_PROMOTED PLATFORM_DISCONNECTED");
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active'");
	expect_sql(&w, 1, "select count(*) from u.job where kind = 'connection_left'");
	expect_status(ask(&w, (struct asking){ .path = path, .as = ANNA }), 200);
	expect_status(ask(&w, (struct asking){ .method = DELETE, .path = path, .as = ANNA, .key = "k2" }), 204);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
}

static void the_last_who_leaves_closes_the_shop(void)
{
	struct world w = world(.bare = true);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT, STR_ARG(ID_TEXT(w.mem, connection, w.anna.connection))));

	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id <> %s", world_uuid(&w, w.anna.creator.u));
	expect_status(ask(&w, (struct asking){ .method = DELETE, .path = path, .as = ANNA, .key = "k1" }), 204);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'leaving' and access_sealed is not null");
}

static void somebody_elses_connection_is_not_there(void)
{
	struct world w = world(.bare = true);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT, STR_ARG(ID_TEXT(w.mem, connection, w.anna.connection))));

	expect_problem(ask(&w, (struct asking){ .path = path, .as = BEN }), "not-found");
	expect_problem(ask(&w, (struct asking){ .method = DELETE, .path = path, .as = BEN, .key = "k" }), "not-found");
	expect_problem(ask(&w, (struct asking){ .path = "/connections/conn_nonsense", .as = BEN }), "not-found");
}

static void the_shop_tells_us_what_we_listen_to(void)
{
	struct world w = unconnected();
	struct json shop;

	storefront(&w, NULL);
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 17, "select count(*) from u.webhook_subscription where uri = 'http://127.0.0.1:9/webhooks/shopify'");
	expect_sql(&w, 1, "select count(*) from u.job where kind = 'subscriptions' and state = 'done'");
	world_sql(&w, "update u.webhook_subscription set checked_at = u.clock() - interval '2 days'");
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 17, "select count(*) from u.webhook_subscription where checked_at > u.clock() - interval '1 minute'");
	shop = control(&w, "GET", "/shops/x.myshopify.com", NULL);
	EXPECT(json_type(shop) == JSON_OBJECT);
}

static const CU_TestInfo tests[] = {
	T(a_browser_is_sent_to_the_consent_page),
	T(an_api_caller_gets_the_address),
	T(a_wrong_shop_name_is_refused),
	T(other_platforms_are_not_yet_supported),
	T(a_stranger_must_log_in),
	T(consent_connects_the_shop),
	T(a_second_creator_becomes_a_seller_and_disturbs_nothing),
	T(an_answer_counts_once),
	T(a_changed_answer_is_refused),
	T(an_answer_in_another_browser_is_refused),
	T(an_old_attempt_is_refused),
	T(missing_scopes_are_refused),
	T(a_shop_that_does_not_answer_connects_nothing),
	T(leaving_closes_her_links_and_tells),
	T(the_last_who_leaves_closes_the_shop),
	T(somebody_elses_connection_is_not_there),
	T(the_shop_tells_us_what_we_listen_to),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_connections = { "cgi-bin/connections", tests };
