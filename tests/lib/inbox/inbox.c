/* inbox: nothing pushed is lost, whatever it is and whatever dies under it. */
#include "lib/inbox/inbox.h"

#include "lib/account/account.h"
#include "lib/cron/cron.h"
#include "lib/crypto/crypto.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper webhooks_apply_helper;

#define DAY_MS INT64_C(86400000)

static void every_header_that_matters_is_kept(void)
{
	struct world w = world(.stock = 5);
	struct str body = told_order(&w, .id = 5001);

	expect_status(push_from(&w, "x.myshopify.com", "orders/create", "wh-1", world_now_ms(&w), body), 200);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = 'wh-1' and api_version = '2026-10' and triggered_at is not null"
		" and signature ~ '^[A-Za-z0-9+/]{43}=$' and signed_with = 'current' and body_bytes = %d and state = 'new'", (int)body.n);
}

/* Signed with the former secret while told's next ones use the new. */
static void the_secret_that_signed_is_told(void)
{
	struct world w = world(.stock = 5);
	struct digest mac = crypto_hmac(w.config->shopify_client_secret, S("{}"));
	struct asking old = { .method = POST, .path = "/webhooks/shopify", .body = "{}", .content_type = "application/json",
		.headers = str_z(w.mem, str_fmt(w.mem, "X-Shopify-Topic: a/b\nX-Shopify-Webhook-Id: 1\nX-Shopify-API-Version: 2026-10\n"
			"X-Shopify-Name: unifyed\nX-Shopify-Shop-Domain: x.myshopify.com\nX-Shopify-Hmac-Sha256: " STR_FMT,
			STR_ARG(crypto_base64(w.mem, crypto_digest_str(&mac))))) };

	w.config->shopify_client_secret_previous = w.config->shopify_client_secret;
	w.config->shopify_client_secret = S("the-new-one");
	expect_status(ask(&w, old), 200);
	expect_status(push(&w, "a/b", "2", S("{}")), 200);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = '1' and signed_with = 'previous' and name = 'unifyed'");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = '2' and signed_with = 'current' and name = ''");
	w.config->shopify_client_secret_previous = S("");
	expect_problem(ask(&w, old), "signature");
}

static void an_unknown_topic_and_an_unknown_shop_are_kept_with_a_reason(void)
{
	struct world w = world(.stock = 5);

	expect_status(push(&w, "carts/vanish", "1", S("{\"id\":1}")), 200);
	expect_status(push(&w, "orders/edited", "2", S("{\"id\":1}")), 200);
	expect_status(push_from(&w, "stranger.myshopify.com", "orders/create", "3", 0, told_order(&w, .id = 5001)), 200);
	expect_status(push_from(&w, "stranger.myshopify.com", "carts/vanish", "4", 0, S("{}")), 200);
	apply_all(&w);
	expect_sql(&w, 4, "select count(*) from u.webhook_inbox where state = 'ignored' and body_sealed is not null");
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where problem = 'a topic that we do not know'");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where problem = 'this topic needs nothing done'");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where problem = 'not a shop of ours'");
	expect_sql(&w, 0, "select count(*) from u.shop_order");
}

static void old_bytes_under_a_new_id_change_nothing(void)
{
	struct world w = world(.stock = 5);
	struct str old = told_order(&w, .id = 5001, .status = "pending"), new = told_order(&w, .id = 5001, .updated_s = 60);
	struct str state;

	push(&w, "orders/create", "1", old);
	push(&w, "orders/paid", "2", new);
	apply_all(&w);
	state = world_text(&w, "select string_agg((to_jsonb(o) - 'revision')::text || to_jsonb(l)::text, '') from u.shop_order o, u.order_line l");
	for (int i = 0; i < 4; i++) {
		push(&w, "orders/create", str_z(w.mem, str_fmt(w.mem, "again-%d", i)), old);
		push(&w, "orders/updated", str_z(w.mem, str_fmt(w.mem, "anew-%d", i)), new);
		apply_all(&w);
	}
	EXPECT_SAME(world_text(&w, "select string_agg((to_jsonb(o) - 'revision')::text || to_jsonb(l)::text, '') from u.shop_order o, u.order_line l"), state);
	expect_sql(&w, 10, "select count(*) from u.webhook_inbox where state in ('done', 'ignored')");
}

/* What an order came to in the end, whatever the way. */
static struct str outcome(struct world *w)
{
	return world_text(w, "select string_agg(concat_ws(' ', o.financial_status, o.cancelled_at is not null, o.total_minor, o.refunded_minor,"
		" u.ms(o.shop_updated_at) - u.ms(o.shop_created_at), l.external_id, l.units, l.current_units, l.refunded_units, l.refunded_minor,"
		" i.sold_unsynced, i.held, (select count(*) from u.order_refund), (select sum(broken) from u.invariants())), ';' order by l.external_id)"
		" from u.shop_order o join u.order_line l on l.order_id = o.id join u.inventory i on i.item_id = l.item_id");
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Each of the tellings at least once, in an order of that seed, repeated under old and new ids, applied now and then. */
static struct str one_history(struct arena *mem, uint32_t seed)
{
	struct world w = world(.stock = 9);
	struct told_line two = { .units = 2, .discount = 800 }, one = { .units = 2, .discount = 800, .removed = 1 };
	const struct { const char *topic; struct str body; } tellings[] = {
		{ "orders/create", told_order(&w, .status = "pending", .lines = { two }) },
		{ "orders/paid", told_order(&w, .updated_s = 10, .lines = { two }) },
		{ "orders/updated", told_order(&w, .updated_s = 20, .status = "partially_refunded", .lines = { two }, .refund = 77,
			.refund_units = 1, .refund_minor = 1600) },
		{ "refunds/create", told_refund_body(&w, 5001, 77, 1, 1600) },
		{ "orders/updated", told_order(&w, .updated_s = 30, .status = "partially_refunded", .lines = { one }, .refund = 77,
			.refund_units = 1, .refund_minor = 1600) },
	};
	size_t order[COUNT(tellings)] = { 0, 1, 2, 3, 4 };

	for (size_t i = COUNT(order) - 1; i; i--) {
		size_t k = next(&seed) % (i + 1), kept = order[i];

		order[i] = order[k];
		order[k] = kept;
	}
	for (size_t i = 0; i < 3 * COUNT(order); i++) {
		size_t k = i < COUNT(order) ? order[i] : next(&seed) % COUNT(order);
		uint32_t copy = next(&seed) % 3; /* 0: under the id it had */

		push(&w, tellings[k].topic, str_z(w.mem, str_fmt(w.mem, "%zu-%u", k, copy ? (unsigned)i : 0)), tellings[k].body);
		if (next(&seed) % 2)
			apply_all(&w);
		world_clock_advance(&w, 1000);
	}
	for (int i = 0; i < 12; i++) {
		apply_all(&w);
		world_clock_advance(&w, 1200000);
	}
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where state in ('new', 'parked')");
	return str_copy(mem, outcome(&w));
}

static void every_order_of_arrival_ends_the_same(void)
{
	struct arena *mem = arena_new(1 << 16); /* outlives each world */
	struct str first = one_history(mem, 1);

	EXPECT(first.n > 20);
	for (uint32_t seed = 2; seed <= 25; seed++)
		EXPECT_SAME(one_history(mem, seed), first);
	arena_free(mem);
}

static void a_refund_of_an_order_that_comes_a_day_late_is_applied_at_once_then(void)
{
	struct world w = world(.stock = 5);
	struct str order = told_order(&w, .id = 5001);

	push(&w, "refunds/create", "1", told_refund_body(&w, 5001, 77, 1, 1600));
	for (int i = 0; i < 12; i++) {
		apply_all(&w);
		world_clock_advance(&w, 1200000);
	}
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'parked' and attempts = 10 and waits_for = 'order/5001'"
		" and problem = 'the order of this refund has not been told yet'");
	world_clock_advance(&w, DAY_MS);
	push(&w, "orders/create", "2", order);
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.order_refund");
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where state = 'done' and waits_for = ''");
}

static void another_shops_order_wakes_nothing(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "insert into u.shop (id, domain, status) values (gen_random_uuid(), 'y.myshopify.com', 'installing')");
	push(&w, "refunds/create", "1", told_refund_body(&w, 5001, 77, 1, 1600));
	apply_all(&w);
	push_from(&w, "y.myshopify.com", "orders/create", "2", 0, told_order(&w, .id = 5001));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'new' and waits_for = 'order/5001'");
}

static int64_t claim(struct world *w, size_t *n)
{
	struct delivery_id *ids;
	int64_t begun;

	EXPECT_ERR(inbox_claim(world_ctx(w, NOBODY), 50, 3, &ids, n, &begun), OK);
	return begun;
}

/* A helper that dies has claimed and says no more. */
static void what_kills_its_helper_is_parked_and_takes_nobody_along(void)
{
	struct world w = world(.stock = 5);
	size_t n;

	for (int i = 0; i < 4; i++)
		push(&w, "products/update", str_z(w.mem, str_fmt(w.mem, "%d", i)), S("{\"id\":1}"));
	EXPECT_INT(claim(&w, &n), 4);
	EXPECT_INT((int64_t)n, 4);
	EXPECT_INT(claim(&w, &n), 0); /* not at once again */
	world_clock_advance(&w, 10000);
	EXPECT_INT(claim(&w, &n), 1); /* alone from now on */
	apply_all(&w);                /* the other three */
	expect_sql(&w, 3, "select count(*) from u.webhook_inbox where state = 'done' and attempts = 2");
	world_clock_advance(&w, 60000);
	EXPECT_INT(claim(&w, &n), 1);
	EXPECT_INT((int64_t)n, 1);
	world_clock_advance(&w, 60000);
	EXPECT_INT(claim(&w, &n), 1);
	EXPECT_INT((int64_t)n, 0);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'parked' and problem = 'never ended: the helper died under it'");
	EXPECT_INT(claim(&w, &n), 0);
}

static void a_fresh_one_does_not_wait_for_one_that_was_tried(void)
{
	struct world w = world(.stock = 5);

	push(&w, "refunds/create", "1", told_refund_body(&w, 5009, 77, 1, 1600));
	apply_all(&w);
	push(&w, "orders/create", "2", told_order(&w, .id = 5001));
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = '2' and state = 'done'");
}

static int apply_some(struct world *w, int i)
{
	int64_t done = 1;

	(void)i;
	for (int k = 0; k < 40 && done; k++)
		if (webhooks_apply_helper.step(world_ctx(w, NOBODY), &done) != OK)
			return 1;
	return 0;
}

static void two_helpers_at_once_apply_each_once(void)
{
	struct world w = world(.stock = 50);
	int codes[4];

	for (int i = 0; i < 40; i++)
		push(&w, "orders/create", str_z(w.mem, str_fmt(w.mem, "%d", i)), told_order(&w, .id = 5001 + i % 20));
	fork_many(&w, 4, apply_some, codes);
	for (int i = 0; i < 4; i++)
		EXPECT_INT(codes[i], 0);
	world_clock_advance(&w, 5000);
	apply_all(&w);
	expect_sql(&w, 40, "select count(*) from u.webhook_inbox where state in ('done', 'ignored')");
	expect_sql(&w, 20, "select count(*) from u.shop_order");
	expect_sql(&w, 20, "select sold_unsynced from u.inventory");
}

static void a_large_batch_of_large_bodies_fits_in_memory(void)
{
	struct world w = world(.stock = 5);
	size_t room = (size_t)w.config->webhook_max_bytes - 64;
	char *body = arena_alloc(w.mem, room + 64);
	size_t n = 0;

	for (const char *p = "{\"id\":12,\"tags\":\""; *p; p++)
		body[n++] = *p;
	while (n < room)
		body[n++] = 'x';
	body[n++] = '"';
	body[n++] = '}';
	for (int i = 0; i < 40; i++)
		expect_status(push(&w, "products/delete", str_z(w.mem, str_fmt(w.mem, "%d", i)), (struct str){ body, n }), 200);
	apply_all(&w);
	expect_sql(&w, 40, "select count(*) from u.webhook_inbox where state = 'done'");
}

static int64_t forget(struct world *w, int days, int most)
{
	int64_t removed;

	EXPECT_ERR(inbox_forget(world_ctx(w, NOBODY), days, most, &removed), OK);
	return removed;
}

static void bodies_are_kept_to_the_very_day(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .id = 5001));
	push(&w, "orders/create", "2", S("{\"id\": 12"));
	apply_all(&w);
	push(&w, "orders/create", "3", told_order(&w, .id = 5002));
	world_sql(&w, "update u.webhook_inbox set received_at = u.clock() - interval '30 days' + interval '1 minute'");
	EXPECT_INT(forget(&w, 30, 10), 0);
	world_clock_advance(&w, 60000);
	EXPECT_INT(forget(&w, 30, 1), 1);
	EXPECT_INT(forget(&w, 30, 10), 1); /* done and parked alike; what is not applied yet keeps it */
	EXPECT_INT(forget(&w, 30, 10), 0);
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where body_sealed is null and body_gone = 'expired' and signature <> ''");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'new' and body_sealed is not null");
	apply_all(&w);
	expect_sql(&w, 3, "select count(*) from u.webhook_inbox where body_sealed is null and problem is not null");
	expect_sql(&w, 1, "select count(*) from u.shop_order where external_id = 5002");
}

static void the_helper_forgets_bodies_and_stored_answers(void)
{
	struct world w = world(.stock = 5);

	push(&w, "orders/create", "1", told_order(&w, .id = 5001));
	apply_all(&w);
	world_sql(&w, "delete from u.idempotency;"
		" insert into u.idempotency (scope, key, fingerprint, status, created_at)"
		" select 'a', g::text, sha256('x'), 200, u.clock() - interval '7 days' + (g - 300) * interval '1 minute'"
		" from generate_series(1, 301) g");
	apply_all(&w);
	expect_sql(&w, 1, "select count(*) from u.idempotency");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where body_sealed is not null");
	world_clock_advance(&w, 31 * DAY_MS);
	apply_all(&w);
	expect_sql(&w, 0, "select count(*) from u.idempotency");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where body_sealed is not null");
}

static int forget_answers(struct world *w, int i)
{
	int64_t removed;

	(void)i;
	return account_answers_forget(world_ctx(w, NOBODY), 7, 1000, &removed) == OK ? (int)removed : 255;
}

static void stored_answers_are_forgotten_once_each(void)
{
	struct world w = world(.stock = 5);
	int codes[4], sum = 0;

	world_sql(&w, "delete from u.idempotency;"
		" insert into u.idempotency (scope, key, fingerprint, status, created_at)"
		" select 'a', g::text, sha256('x'), 200, u.clock() - interval '8 days' from generate_series(1, 60) g");
	fork_many(&w, 4, forget_answers, codes);
	for (int i = 0; i < 4; i++)
		sum += codes[i];
	EXPECT_INT(sum, 60);
}

static void counts_are_visible_by_state(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	push(&w, "orders/create", "1", S("{\"id\": 12"));
	push(&w, "carts/vanish", "2", S("{}"));
	apply_all(&w);
	push(&w, "orders/create", "3", told_order(&w, .id = 5001));
	world_clock_advance(&w, 90000);
	got = ask(&w, (struct asking){ .path = "/status/metrics" });
	expect_body_has(got, "unifyed_webhook_deliveries{state=\"parked\"} 1");
	expect_body_has(got, "unifyed_webhook_deliveries{state=\"ignored\"} 1");
	expect_body_has(got, "unifyed_webhook_deliveries{state=\"new\"} 1");
	expect_body_has(got, "unifyed_webhook_oldest_waiting_seconds 90");
}

static const CU_TestInfo tests[] = {
	T(every_header_that_matters_is_kept),
	T(the_secret_that_signed_is_told),
	T(an_unknown_topic_and_an_unknown_shop_are_kept_with_a_reason),
	T(old_bytes_under_a_new_id_change_nothing),
	T(every_order_of_arrival_ends_the_same),
	T(a_refund_of_an_order_that_comes_a_day_late_is_applied_at_once_then),
	T(another_shops_order_wakes_nothing),
	T(what_kills_its_helper_is_parked_and_takes_nobody_along),
	T(a_fresh_one_does_not_wait_for_one_that_was_tried),
	T(two_helpers_at_once_apply_each_once),
	T(a_large_batch_of_large_bodies_fits_in_memory),
	T(bodies_are_kept_to_the_very_day),
	T(the_helper_forgets_bodies_and_stored_answers),
	T(stored_answers_are_forgotten_once_each),
	T(counts_are_visible_by_state),
	CU_TEST_INFO_NULL
};
const struct suite suite_lib_inbox = { "lib/inbox/inbox", tests };
