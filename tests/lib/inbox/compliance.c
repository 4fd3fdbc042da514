/* What platforms ask about people and shops: done, recorded, and nobody named afterwards. */
#include "lib/inbox/compliance.h"

#include "lib/core/time.h"
#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper connections_tend_helper, webhooks_apply_helper;

#define HOUR_MS INT64_C(3600000)
#define REDACT                                                                                                   \
	"{\"shop_id\":1,\"shop_domain\":\"x.myshopify.com\",\"customer\":{\"id\":7300000000501,"                  \
	"\"email\":\"Eleni.Marou@example.com\",\"phone\":null},\"orders_to_redact\":[5002,5001]}"

static bool names(const char *body, struct platform_person who)
{
	struct arena *mem = arena_new(1 << 20);
	bool is_named = compliance_names(mem, str_of(body), &who);

	arena_free(mem);
	return is_named;
}

static void a_person_is_found_however_she_is_written(void)
{
	int64_t orders[] = { 5001, 5900000000101 };
	struct platform_person who = { .customer = 730, .email = S("Eleni@Example.com"), .phone = S("+30210123"), .orders = orders, .orders_n = 2 };

	EXPECT(names("{\"customer\":{\"id\":730}}", who));
	EXPECT(names("\"gid://shopify/Customer/730\"", who));
	EXPECT(names("\"gid:\\/\\/shopify\\/Order\\/5900000000101?x=1\"", who));
	EXPECT(names("{\"email\":\"ELENI@example.com\"}", who));
	EXPECT(names("{\"email\":\"eleni\\u0040example.com\"}", who));
	EXPECT(names("{\"note\":\"call +30210123 please\"}", who));
	EXPECT(names("{\"id\":5001}", who));
	EXPECT(!names("{\"id\":15001,\"b\":50011,\"c\":7300,\"d\":\"5001a5900000000102\"}", (struct platform_person){
		.customer = 730, .orders = &orders[1], .orders_n = 1 }));
	EXPECT(!names("{\"email\":\"elena@example.com\"}", who));
	EXPECT(!names("{\"id\":0,\"email\":\"\",\"x\":99999999999999999999999}", (struct platform_person){ 0 }));
	EXPECT(!names("\\", who));
	EXPECT(!names("", who));
	EXPECT(!names("\\u00", who));
}

/* Two orders of hers, one told twice, one of another; one that waits. */
static void told_of_her(struct world *w)
{
	push(w, "orders/create", "1", told_order(w, .id = 5001));
	push(w, "orders/updated", "2", told_order(w, .id = 5001, .updated_s = 9));
	push(w, "orders/create", "3", told_order(w, .id = 5003, .note = "for eleni.marou@EXAMPLE.com"));
	push(w, "orders/create", "4", told_order(w, .id = 5004));
	apply_all(w);
	world_clock_advance(w, 1000);
}

static void a_redaction_removes_the_bodies_that_name_her_and_its_own(void)
{
	struct world w = world(.stock = 9);

	told_of_her(&w);
	expect_status(push(&w, "customers/redact", "5", S(REDACT)), 200);
	apply_all(&w);
	expect_sql(&w, 4, "select count(*) from u.webhook_inbox where body_sealed is null and body_gone = 'redacted'"
		" and webhook_id in ('1', '2', '3', '5')");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where body_sealed is not null");
	expect_sql(&w, 3, "select count(*) from u.shop_order"); /* ids and money stay */
	expect_sql(&w, 1, "select count(*) from u.compliance_request where kind = 'customer_redact' and customer_external = 7300000000501"
		" and order_externals = '{5001,5002}' and bodies = 3 and orders = 1 and done_at is not null and outcome <> ''"
		" and due_at = requested_at + interval '30 days'");
	expect_sql(&w, 0, "select count(*) from u.compliance_request r where to_jsonb(r)::text ilike '%%eleni%%'");
}

static void a_redaction_waits_for_what_came_before_it(void)
{
	struct world w = world(.stock = 9);

	push(&w, "refunds/create", "1", told_refund_body(&w, 5001, 77, 1, 1600));
	apply_all(&w);
	world_clock_advance(&w, 10);
	push(&w, "customers/redact", "5", S(REDACT));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is null");
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where body_sealed is not null");
	for (int i = 0; i < 14; i++) {
		world_clock_advance(&w, 1200000);
		apply_all(&w);
	}
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'parked'");
	expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is not null");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed is not null");
}

static void many_bodies_are_looked_through_in_small_steps(void)
{
	struct world w = world(.stock = 900);
	int64_t done;

	for (int i = 0; i < 65; i++)
		push(&w, "orders/create", str_z(w.mem, str_fmt(w.mem, "%d", i)), told_order(&w, .id = i % 2 ? 5001 : 6000 + i));
	apply_all(&w);
	world_clock_advance(&w, 10);
	push(&w, "customers/redact", "r", S(REDACT));
	EXPECT_ERR(webhooks_apply_helper.step(world_ctx(&w, NOBODY), &done), OK);
	for (int i = 0; i < 3; i++) {
		EXPECT_ERR(webhooks_apply_helper.step(world_ctx(&w, NOBODY), &done), OK);
		expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is null and bodies > 0");
	}
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is not null and bodies = 32");
	expect_sql(&w, 33, "select count(*) from u.webhook_inbox where body_sealed is not null");
}

static int comply(struct world *w, int i)
{
	int64_t done = 1;

	(void)i;
	for (int k = 0; k < 60 && done; k++)
		if (webhooks_apply_helper.step(world_ctx(w, NOBODY), &done) != OK)
			return 1;
	return 0;
}

static void several_helpers_at_once_do_it_once(void)
{
	struct world w = world(.stock = 900);
	int codes[4];

	for (int i = 0; i < 50; i++)
		push(&w, "orders/create", str_z(w.mem, str_fmt(w.mem, "%d", i)), told_order(&w, .id = 5001, .updated_s = i));
	apply_all(&w);
	world_clock_advance(&w, 10);
	push(&w, "customers/redact", "r", S(REDACT));
	fork_many(&w, 4, comply, codes);
	for (int i = 0; i < 4; i++)
		EXPECT_INT(codes[i], 0);
	world_clock_advance(&w, 20000);
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is not null and bodies = 50");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed is not null");
}

static void told_twice_while_it_is_open_it_is_one_request(void)
{
	struct world w = world(.stock = 9);

	push(&w, "customers/redact", "1", S(REDACT));
	push(&w, "customers/redact", "2", S(REDACT));
	push(&w, "customers/redact", "1", S(REDACT));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed is not null"); /* both name her */
	push(&w, "customers/redact", "3", S(REDACT));
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.compliance_request where done_at is not null");
}

static void a_customer_may_be_an_address_alone(void)
{
	struct world w = world(.stock = 9);

	told_of_her(&w);
	push(&w, "customers/redact", "5", S("{\"customer\":{\"email\":\"eleni.marou@example.com\"},\"orders_to_redact\":[]}"));
	push(&w, "customers/redact", "6", S("{\"customer\":null,\"orders_to_redact\":null}"));
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.compliance_request where done_at is not null");
	expect_sql(&w, 3, "select count(*) from u.webhook_inbox where webhook_id in ('1', '2', '4') and body_sealed is not null");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where webhook_id = '3' and body_sealed is not null");
}

static void a_data_request_counts_and_removes_nothing(void)
{
	struct world w = world(.stock = 9);

	told_of_her(&w);
	push(&w, "customers/data_request", "5", S("{\"customer\":{\"id\":7300000000777,\"email\":\"eleni.marou@example.com\"},"
		"\"orders_requested\":[5001],\"data_request\":{\"id\":9999}}"));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where kind = 'data_request' and request_external = 9999"
		" and bodies = 3 and orders = 1 and done_at is not null");
	expect_sql(&w, 5, "select count(*) from u.webhook_inbox where body_sealed is not null");
}

static void another_shops_bodies_are_left_alone(void)
{
	struct world w = world(.stock = 9);

	push_from(&w, "y.myshopify.com", "orders/create", "1", 0, told_order(&w, .id = 5001));
	apply_all(&w);
	world_clock_advance(&w, 10);
	push(&w, "customers/redact", "5", S(REDACT));
	push_from(&w, "stranger.myshopify.com", "customers/redact", "6", 0, S(REDACT));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where shop_domain = 'y.myshopify.com' and body_sealed is not null");
	expect_sql(&w, 1, "select count(*) from u.compliance_request where shop_id is null and done_at is not null and bodies = 0");
}

static void a_wrong_signature_is_401_on_every_topic(void)
{
	static const char *const topics[] = { "customers/data_request", "customers/redact", "shop/redact", "app/uninstalled" };
	struct world w = world(.stock = 9);
	struct str good = w.config->shopify_client_secret;

	for (size_t i = 0; i < COUNT(topics); i++)
		expect_problem(ask(&w, (struct asking){ .method = POST, .path = "/webhooks/shopify", .body = REDACT,
			.content_type = "application/json", .headers = str_z(w.mem, str_fmt(w.mem, "X-Shopify-Topic: %s\n"
				"X-Shopify-Webhook-Id: 1\nX-Shopify-API-Version: 2026-10\nX-Shopify-Shop-Domain: x.myshopify.com\n"
				"X-Shopify-Hmac-Sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", topics[i])) }), "signature");
	w.config->shopify_client_secret = good;
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox");
}

static void uninstall(struct world *w, const char *id, int64_t at_ms)
{
	expect_status(push_from(w, "x.myshopify.com", "app/uninstalled", id, at_ms, S("{\"id\":1,\"name\":\"X\"}")), 200);
	apply_all(w);
}

static void a_redacted_shop_keeps_its_money_and_loses_the_rest(void)
{
	struct world w = world(.stock = 9);

	told_of_her(&w);
	uninstall(&w, "6", world_now_ms(&w) + HOUR_MS);
	helper_run(&w, connections_tend_helper.step);
	push(&w, "shop/redact", "7", S("{\"shop_id\":1}"));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is null"); /* it may come back */
	world_clock_advance(&w, 49 * HOUR_MS);
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where kind = 'shop_redact' and done_at is not null and orders = 3");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed is not null");
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'uninstalled' and access_sealed is null and refresh_sealed is null"
		" and name = '' and storefront_url = '' and scopes = ''");
	expect_sql(&w, 0, "select count(*) from u.product where title <> '' or handle <> '' or image_url <> ''");
	expect_sql(&w, 0, "select count(*) from u.variant where title <> '' or deleted_at is null");
	expect_sql(&w, 0, "select (select count(*) from u.location) + (select count(*) from u.inventory_level)"
		" + (select count(*) from u.webhook_subscription) + (select count(*) from u.catalog_sync)");
	expect_sql(&w, 3 * 1600, "select sum(total_minor) from u.shop_order");
	expect_sql(&w, 0, "select count(*) from u.order_line where title <> ''");
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void a_shop_that_still_has_us_is_asked_and_not_erased(void)
{
	struct world w = world(.bare = true);

	storefront(&w, NULL);
	storefront_install(&w);
	push(&w, "shop/redact", "1", S("{\"shop_id\":1}"));
	apply_all(&w);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where outcome = 'not done: the shop is installed'");
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active' and name <> '' and access_sealed is not null");
}

static void a_missed_uninstall_is_found_by_asking(void)
{
	struct world w = world(.bare = true);

	storefront(&w, NULL);
	storefront_install(&w);
	control(&w, "POST", "/shops/x.myshopify.com/uninstall", "{}");
	push(&w, "shop/redact", "1", S("{\"shop_id\":1}"));
	apply_all(&w);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'uninstalled'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
	world_clock_advance(&w, 51 * HOUR_MS);
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where done_at is not null");
	expect_sql(&w, 1, "select count(*) from u.shop where name = ''");
}

static void a_shop_we_never_had_is_recorded_too(void)
{
	struct world w = world(.bare = true);

	push_from(&w, "stranger.myshopify.com", "orders/create", "1", 0, told_order(&w, .id = 5001));
	apply_all(&w);
	push_from(&w, "stranger.myshopify.com", "shop/redact", "2", 0, S("{\"shop_id\":1}"));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.compliance_request where shop_id is null and done_at is not null and bodies = 2");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed is not null");
}

static void the_owner_alone_sees_the_record(void)
{
	struct world w = world(.stock = 9, .ben = true);
	struct got got;

	push(&w, "customers/redact", "1", S(REDACT));
	push(&w, "customers/data_request", "2", S("{\"customer\":{\"id\":9},\"orders_requested\":[],\"data_request\":{\"id\":1}}"));
	apply_all(&w);
	got = ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT "/compliance?limit=1",
		STR_ARG(ID_TEXT(w.mem, connection, w.anna.connection)))) });
	expect_status(got, 200);
	EXPECT(got_json(&w, got, "next").n > 0);
	got = ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT "/compliance",
		STR_ARG(ID_TEXT(w.mem, connection, w.anna.connection)))) });
	expect_body_has(got, "\"customer\":\"7300000000501\"");
	expect_body_has(got, "\"orders\":[\"5001\",\"5002\"]");
	expect_body_lacks(got, "eleni");
	expect_problem(ask(&w, (struct asking){ .as = BEN, .path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT "/compliance",
		STR_ARG(ID_TEXT(w.mem, connection, w.ben.connection)))) }), "not-found");
	expect_problem(ask(&w, (struct asking){ .as = BEN, .path = str_z(w.mem, str_fmt(w.mem, "/connections/" STR_FMT "/compliance",
		STR_ARG(ID_TEXT(w.mem, connection, w.anna.connection)))) }), "not-found");
}

static const CU_TestInfo tests[] = {
	T(a_person_is_found_however_she_is_written),
	T(a_redaction_removes_the_bodies_that_name_her_and_its_own),
	T(a_redaction_waits_for_what_came_before_it),
	T(many_bodies_are_looked_through_in_small_steps),
	T(several_helpers_at_once_do_it_once),
	T(told_twice_while_it_is_open_it_is_one_request),
	T(a_customer_may_be_an_address_alone),
	T(a_data_request_counts_and_removes_nothing),
	T(another_shops_bodies_are_left_alone),
	T(a_wrong_signature_is_401_on_every_topic),
	T(a_redacted_shop_keeps_its_money_and_loses_the_rest),
	T(a_shop_that_still_has_us_is_asked_and_not_erased),
	T(a_missed_uninstall_is_found_by_asking),
	T(a_shop_we_never_had_is_recorded_too),
	T(the_owner_alone_sees_the_record),
	CU_TEST_INFO_NULL
};
const struct suite suite_lib_inbox_compliance = { "lib/inbox/compliance", tests };
