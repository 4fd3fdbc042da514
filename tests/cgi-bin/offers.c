/* /offers: making, changing, and what is refused. */
#include "tests/desk.h"
#include "tests/suite.h"

#define SHARE "\"kind\":\"percentage_off\",\"basis_points\":2500"
#define LINES "\"lines\":[{\"product\":\"$product\"}]"
#define NAME "\"name\":\"Friday\""

static struct got offer(struct world *w, const char *members)
{
	return post(w, ANNA, "/offers", fmt(w, "{%s}", members));
}

/* ---- making */

static void an_offer_is_a_draft_with_its_prices_computed(void)
{
	struct world w = world(.bare = true, .variants = 2);
	struct got got = offer_ask_for(&w, ANNA, SHARE);

	expect_status(got, 201);
	EXPECT_SAME(got_json(&w, got, "state"), S("draft"));
	EXPECT_SAME(got_json(&w, got, "prices.0.list.minor"), S("2000"));
	EXPECT_SAME(got_json(&w, got, "prices.1.price.minor"), S("1500"));
	EXPECT_SAME(got_json(&w, got, "prices.1.price.currency"), S("USD"));
	EXPECT_SAME(got_json(&w, got, "prices.0.ready"), S("false"));
	EXPECT_SAME(got_json(&w, got, "revision"), S("1"));
	expect_header(got, "ETag", "\"1\"");
	EXPECT(str_ends(got_header(got, "Location"), got_json(&w, got, "id")));
	expect_events(&w, "OFFER_CREATED");
}

static void variants_of_one_amount_share_a_code(void)
{
	struct world w = world(.bare = true, .variants = 3);

	world_sql(&w, "update u.variant set price_minor = 4000 where position = 3");
	offer_made(&w, ANNA, SHARE);
	expect_sql(&w, 2, "select count(*) from u.offer_discount where state = 'wanted'");
	expect_sql(&w, 2, "select count(distinct code) from u.offer_discount where code ~ '^UFY-[A-Z2-9]{10}$'");
	expect_sql(&w, 3, "select count(*) from u.offer_price where discount_id is not null and not covered");
}

static void a_line_may_have_a_value_of_its_own(void)
{
	struct world w = world(.bare = true);
	struct got got;

	desk_vase(&w);
	got = offer(&w, NAME "," SHARE ",\"lines\":[{\"product\":\"$product\"},{\"product\":\"$vase\",\"variant\":\"$vase_variant\",\"basis_points\":1000}]");
	expect_status(got, 201);
	EXPECT_SAME(got_json(&w, got, "prices.0.price.minor"), S("1500"));
	EXPECT_SAME(got_json(&w, got, "prices.1.price.minor"), S("4500"));
	EXPECT_SAME(got_json(&w, got, "lines.1.basis_points"), S("1000"));
}

static void a_fixed_price_may_be_the_list_price_and_needs_no_code(void)
{
	struct world w = world(.bare = true);

	offer_made(&w, ANNA, "\"kind\":\"fixed_price\",\"amount\":{\"minor\":2000,\"currency\":\"USD\"}");
	expect_sql(&w, 0, "select count(*) from u.offer_discount");
	expect_sql(&w, 1, "select count(*) from u.offer_price where price_minor = 2000 and discount_id is null");
}

static void all_may_be_given_away(void)
{
	struct world w = world(.bare = true);

	offer_made(&w, ANNA, "\"kind\":\"percentage_off\",\"basis_points\":10000");
	expect_sql(&w, 0, "select price_minor from u.offer_price");
}

static void names_are_trimmed_and_kept_in_nfc(void)
{
	struct world w = world(.bare = true);

	expect_status(offer(&w, "\"name\":\" Cafe\\u0301 \"," SHARE "," LINES), 201);
	expect_sql(&w, 1, "select count(*) from u.offer where name = U&'Caf\\00E9'");
}

/* ---- nonsense */

#define AMOUNT(minor, currency) "\"amount\":{\"minor\":" minor ",\"currency\":\"" currency "\"}"

static const char *const nonsense[][2] = {
	{ "basis_points", NAME ",\"kind\":\"percentage_off\",\"basis_points\":15000," LINES },
	{ "basis_points", NAME ",\"kind\":\"percentage_off\",\"basis_points\":0," LINES },
	{ "basis_points", NAME ",\"kind\":\"percentage_off\",\"basis_points\":-1," LINES },
	{ "basis_points", NAME ",\"kind\":\"percentage_off\",\"basis_points\":2147483648," LINES },
	{ "basis_points", NAME ",\"kind\":\"percentage_off\",\"basis_points\":12.5," LINES },
	{ "basis_points", NAME ",\"kind\":\"percentage_off\",\"basis_points\":\"20\"," LINES },
	{ "basis_points", NAME ",\"kind\":\"percentage_off\"," LINES },
	{ "amount", NAME "," SHARE "," AMOUNT("100", "USD") "," LINES },
	{ "basis_points", NAME ",\"kind\":\"fixed_price\",\"basis_points\":1," AMOUNT("100", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," AMOUNT("2001", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," AMOUNT("-1", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," AMOUNT("1000", "EUR") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," AMOUNT("1000", "XXZ") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," AMOUNT("10.5", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\",\"amount\":1000," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_price\",\"amount\":{\"minor\":1000,\"currency\":\"USD\",\"x\":1}," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_amount_off\"," AMOUNT("2000", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_amount_off\"," AMOUNT("0", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_amount_off\"," AMOUNT("-5", "USD") "," LINES },
	{ "amount", NAME ",\"kind\":\"fixed_amount_off\"," AMOUNT("9223372036854775807", "USD") "," LINES },
	{ "kind", NAME ",\"basis_points\":2000," LINES },
	{ "kind", NAME ",\"kind\":\"free\"," LINES },
	{ "kind", NAME ",\"kind\":7," LINES },
	{ "name", SHARE "," LINES },
	{ "name", "\"name\":\"\"," SHARE "," LINES },
	{ "name", "\"name\":\"   \"," SHARE "," LINES },
	{ "name", "\"name\":\"a\\u202Eb\"," SHARE "," LINES },
	{ "ends_at", NAME "," SHARE "," LINES ",\"ends_at\":\"2020-01-01T00:00:00Z\"" },
	{ "ends_at", NAME "," SHARE "," LINES ",\"starts_at\":\"2099-01-02T00:00:00Z\",\"ends_at\":\"2099-01-01T00:00:00Z\"" },
	{ "ends_at", NAME "," SHARE "," LINES ",\"starts_at\":\"2099-01-01T00:00:00Z\",\"ends_at\":\"2099-01-01T00:00:00Z\"" },
	{ "ends_at", NAME "," SHARE "," LINES ",\"ends_at\":\"99999-01-01T00:00:00Z\"" },
	{ "starts_at", NAME "," SHARE "," LINES ",\"starts_at\":\"tomorrow\"" },
	{ "starts_at", NAME "," SHARE "," LINES ",\"starts_at\":1767225600" },
	{ "redemptions_max", NAME "," SHARE "," LINES ",\"redemptions_max\":0" },
	{ "redemptions_max", NAME "," SHARE "," LINES ",\"redemptions_max\":-1" },
	{ "redemptions_max", NAME "," SHARE "," LINES ",\"redemptions_max\":2147483648" },
	{ "redemptions_max", NAME "," SHARE "," LINES ",\"redemptions_max\":1.5" },
	{ "refund_restores", NAME "," SHARE "," LINES ",\"refund_restores\":1" },
	{ "once_per_customer", NAME "," SHARE "," LINES ",\"once_per_customer\":\"yes\"" },
	{ "lines", NAME "," SHARE },
	{ "lines", NAME "," SHARE ",\"lines\":[]" },
	{ "lines", NAME "," SHARE ",\"lines\":null" },
	{ "lines", NAME "," SHARE ",\"lines\":{\"product\":\"$product\"}" },
	{ "lines.0.product", NAME "," SHARE ",\"lines\":[1]" },
	{ "lines.0.product", NAME "," SHARE ",\"lines\":[{}]" },
	{ "lines.0.product", NAME "," SHARE ",\"lines\":[{\"product\":\"$offer\"}]" },
	{ "lines.0", NAME "," SHARE ",\"lines\":[{\"product\":\"prod_01jd0000000000000000000000\"}]" },
	{ "lines.0", NAME "," SHARE ",\"lines\":[{\"product\":\"$rug\"}]" },
	{ "lines.0", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\",\"variant\":\"$vase_variant\"}]" },
	{ "lines.0", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\",\"variant\":\"$rug_variant\"}]" },
	{ "lines.1", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\"},{\"product\":\"$product\"}]" },
	{ "lines.1", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\"},{\"product\":\"$product\",\"variant\":\"$variant\"}]" },
	{ "lines.1", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\",\"variant\":\"$variant\"},{\"product\":\"$product\",\"variant\":\"$variant\"}]" },
	{ "lines.1", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\"},{\"product\":\"$rug\"}]" },
	{ "basis_points", NAME "," SHARE ",\"lines\":[{\"product\":\"$product\",\"basis_points\":15000}]" },
	{ "lines.0", NAME ",\"kind\":\"fixed_price\"," AMOUNT("1000", "USD") ",\"lines\":[{\"product\":\"$product\"," AMOUNT("2500", "USD") "}]" },
	{ "amount", NAME ",\"kind\":\"fixed_price\"," AMOUNT("1000", "USD") ",\"lines\":[{\"product\":\"$product\"," AMOUNT("900", "EUR") "}]" },
	{ "price", NAME "," SHARE "," LINES ",\"price\":1" },
	{ "state", NAME "," SHARE "," LINES ",\"state\":\"active\"" },
};

static void nonsense_is_refused_with_its_field_named(void)
{
	struct world w = world(.bare = true);

	desk_vase(&w);
	desk_rug(&w);
	for (size_t i = 0; i < COUNT(nonsense); i++)
		expect_field(offer(&w, nonsense[i][1]), nonsense[i][0]);
	expect_sql(&w, 0, "select count(*) from u.offer");
	expect_events(&w, "");
}

static const char *repeated(struct world *w, const char *part, int n)
{
	struct buf b = buf_new(w->mem, 65536);

	for (int i = 0; i < n; i++)
		buf_put(&b, str_of(part));
	return str_z(w->mem, buf_str(&b));
}

static void a_name_has_at_most_120_characters_in_nfc_too(void)
{
	struct world w = world(.bare = true);
	const char *id;

	expect_field(offer(&w, fmt(&w, "\"name\":\"%s\"," SHARE "," LINES, repeated(&w, "a", 121))), "name");
	expect_field(offer(&w, fmt(&w, "\"name\":\"%s\"," SHARE "," LINES, repeated(&w, "\\uFB2C", 120))), "name");
	id = offer_made(&w, ANNA, SHARE);
	expect_field(api(&w, ANNA, PATCH, fmt(&w, "/offers/%s", id), fmt(&w, "{\"name\":\"%s\"}", repeated(&w, "\\uFB2C", 120))), "name");
	expect_sql(&w, 1, "select count(*) from u.offer where name = 'Friday' and revision = 1");
}

static void at_most_a_hundred_lines(void)
{
	struct world w = world(.bare = true);
	const char *lines = repeated(&w, ",{\"product\":\"$product\"}", 100);

	expect_field(offer(&w, fmt(&w, NAME "," SHARE ",\"lines\":[{\"product\":\"$product\"}%s]", lines)), "lines");
}

static void a_product_without_variants_cannot_be_offered(void)
{
	struct world w = world(.bare = true);

	world_sql(&w, "update u.variant set deleted_at = u.clock()");
	expect_field(offer_ask_for(&w, ANNA, SHARE), "lines.0");
}

static void nobody_offers_from_a_shop_that_she_has_left(void)
{
	struct world w = world(.bare = true);

	world_sql(&w, "update u.connection set status = 'disconnected'");
	expect_problem(offer_ask_for(&w, ANNA, SHARE), "shop-closed");
}

static void an_offer_is_of_one_shop(void)
{
	struct world w = world(.bare = true);

	desk_rug(&w);
	expect_field(post(&w, BEN, "/offers", "{" NAME "," SHARE ",\"lines\":[{\"product\":\"$product\"},{\"product\":\"$rug\"}]}"), "lines.1");
}

/* ---- changing */

static struct got patch(struct world *w, const char *id, const char *body, const char *headers)
{
	return ask(w, (struct asking){ .method = PATCH, .path = fmt(w, "/offers/%s", id), .body = filled(w, body), .headers = headers, .as = ANNA });
}

static void a_change_keeps_what_it_does_not_name(void)
{
	struct world w = world(.bare = true);
	const char *id = offer_made(&w, ANNA, SHARE ",\"redemptions_max\":5,\"ends_at\":\"2099-01-01T00:00:00Z\"");
	struct got got = patch(&w, id, "{\"name\":\"Saturday\",\"ends_at\":null}", NULL);

	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "name"), S("Saturday"));
	EXPECT_SAME(got_json(&w, got, "ends_at"), S(""));
	EXPECT_SAME(got_json(&w, got, "redemptions_max"), S("5"));
	EXPECT_SAME(got_json(&w, got, "prices.0.price.minor"), S("1500"));
	expect_header(got, "ETag", "\"2\"");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'OFFER_UPDATED' and payload ->> 'revision' = '2'");
}

static void an_edit_of_what_somebody_changed_meanwhile_is_refused(void)
{
	struct world w = world(.bare = true);
	const char *id = offer_made(&w, ANNA, SHARE);

	expect_status(patch(&w, id, "{\"name\":\"Saturday\"}", "If-Match: \"1\""), 200);
	expect_problem(patch(&w, id, "{\"name\":\"Sunday\"}", "If-Match: \"1\""), "edit-conflict");
	expect_status(patch(&w, id, "{\"name\":\"Sunday\"}", "If-Match: \"2\""), 200);
	expect_problem(patch(&w, id, "{\"name\":\"Monday\"}", "If-Match: W/\"3\""), "edit-conflict");
}

static const char *raced;

static int race_patch(struct world *w, int i)
{
	struct got got = patch(w, raced, fmt(w, "{\"name\":\"Racer %d\"}", i), "If-Match: \"1\"");

	return got.status == 200 ? 1 : got.status == 412 ? 0 : 50;
}

static void of_many_edits_of_one_revision_one_wins(void)
{
	struct world w = world(.bare = true);
	int codes[6], sum = 0;

	raced = offer_made(&w, ANNA, SHARE);
	fork_many(&w, COUNT(codes), race_patch, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		sum += codes[i];
	EXPECT_INT(sum, 1);
	expect_sql(&w, 2, "select revision from u.offer");
}

static void another_kind_needs_values_of_its_own(void)
{
	struct world w = world(.bare = true);
	struct got got = offer(&w, NAME "," SHARE ",\"lines\":[{\"product\":\"$product\",\"basis_points\":1500}]");
	const char *id = id_in(&w, got);

	expect_field(patch(&w, id, "{\"kind\":\"fixed_price\"}", NULL), "amount");
	/* 15 % off would become 15 dollars */
	expect_field(patch(&w, id, "{\"kind\":\"fixed_price\"," AMOUNT("1000", "USD") "}", NULL), "lines.0");
	expect_status(patch(&w, id, "{\"kind\":\"fixed_price\"," AMOUNT("1000", "USD") "," LINES "}", NULL), 200);
	expect_sql(&w, 1000, "select price_minor from u.offer_price");
}

static void an_offer_stays_with_its_shop(void)
{
	struct world w = world(.bare = true);
	const char *id;

	desk_rug(&w);
	id = offer_made(&w, BEN, SHARE);
	expect_field(api(&w, BEN, PATCH, fmt(&w, "/offers/%s", id), "{\"lines\":[{\"product\":\"$rug\"}]}"), "lines");
}

static void lines_are_replaced_as_a_whole(void)
{
	struct world w = world(.bare = true);
	const char *id = offer_made(&w, ANNA, SHARE);

	desk_vase(&w);
	expect_status(patch(&w, id, "{\"lines\":[{\"product\":\"$vase\"}]}", NULL), 200);
	expect_sql(&w, 1, "select count(*) from u.offer_price p join u.variant v on v.id = p.variant_id where v.price_minor = 5000 and p.price_minor = 3750");
	expect_sql(&w, 1, "select count(*) from u.offer_price");
	expect_sql(&w, 1, "select count(*) from u.offer_discount where state = 'ended' and amount_minor = 500");
}

static void a_limit_added_later_counts_from_then_on(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "vera"), 303);
	expect_status(api(&w, ANNA, PATCH, "/offers/$offer", "{\"redemptions_max\":1}"), 200);
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
	world_clock_advance(&w, 16 * 60 * 1000);
	shop_obeys(&w);
	expect_status(tap(&w, "carl"), 303);
	expect_problem(tap(&w, "dora"), "offer-exhausted");
	expect_status(api(&w, ANNA, PATCH, "/offers/$offer", "{\"redemptions_max\":null}"), 200);
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void what_is_over_is_not_changed(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "update u.offer set state = 'expired'");
	expect_problem(api(&w, ANNA, PATCH, "/offers/$offer", "{\"name\":\"x\"}"), "offer-state");
	expect_problem(post(&w, ANNA, "/offers/$offer/activate", NULL), "offer-state");
	expect_problem(post(&w, ANNA, "/offers/$offer/pause", NULL), "offer-state");
	expect_status(api(&w, ANNA, DELETE, "/offers/$offer", NULL), 204);
	expect_problem(api(&w, ANNA, PATCH, "/offers/$offer", "{\"name\":\"x\"}"), "offer-state");
}

static void a_draft_cannot_be_paused(void)
{
	struct world w = world(.bare = true);
	const char *id = offer_made(&w, ANNA, SHARE);

	expect_problem(post(&w, ANNA, fmt(&w, "/offers/%s/pause", id), NULL), "offer-state");
}

/* ---- reading */

static void lists_are_newest_first_and_paged(void)
{
	struct world w = world(.bare = true);
	const char *ids[3];
	struct got got;

	for (int i = 0; i < 3; i++) {
		world_clock_advance(&w, 10);
		ids[i] = offer_made(&w, ANNA, SHARE);
	}
	got = get(&w, ANNA, "/offers?limit=2");
	EXPECT_STR(got_json(&w, got, "items.0.id"), ids[2]);
	EXPECT_STR(got_json(&w, got, "items.1.id"), ids[1]);
	EXPECT_STR(got_json(&w, got, "items.2.id"), "");
	EXPECT_STR(got_json(&w, got, "next"), ids[1]);
	got = get(&w, ANNA, fmt(&w, "/offers?limit=2&after=%s", ids[1]));
	EXPECT_STR(got_json(&w, got, "items.0.id"), ids[0]);
	expect_body_has(got, "\"next\":null");
	expect_body_has(get(&w, BEN, "/offers"), "\"items\":[]");
}

static void a_page_is_1_to_100_long(void)
{
	static const char *const lists[] = { "/offers", "/streams", "/links", "/orders", "/events", "/auth/keys", "/catalog/products" };
	static const char *const bad[] = { "limit=0", "limit=101", "limit=-1", "limit=x", "limit=2147483648", "limit=1.5" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(lists); i++) {
		for (size_t k = 0; k < COUNT(bad); k++)
			expect_field(get(&w, ANNA, fmt(&w, "%s?%s", lists[i], bad[k])), "limit");
		expect_field(get(&w, ANNA, fmt(&w, "%s?after=x", lists[i])), "after");
		expect_field(get(&w, ANNA, fmt(&w, "%s?after=shop_01jd0000000000000000000000", lists[i])), "after");
		expect_status(get(&w, ANNA, fmt(&w, "%s?limit=100", lists[i])), 200);
		expect_problem(get(&w, NOBODY, lists[i]), "login-needed");
	}
}

static void deleted_offers_are_not_listed(void)
{
	struct world w = world(.stock = 5);

	expect_status(api(&w, ANNA, DELETE, "/offers/$offer", NULL), 204);
	expect_body_has(get(&w, ANNA, "/offers"), "\"items\":[]");
	EXPECT_SAME(got_json(&w, get(&w, ANNA, "/offers/$offer"), "state"), S("deleted"));
}

static void an_offer_shows_what_is_left(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "vera"), 303);
	EXPECT_SAME(got_json(&w, get(&w, ANNA, "/offers/$offer"), "prices.0.left"), S("4"));
	world_sql(&w, "update u.variant set policy = 'continue'");
	expect_body_has(get(&w, ANNA, "/offers/$offer"), "\"left\":null");
}

static void an_offer_of_thousands_of_variants_is_shown_whole(void)
{
	struct world w = world(.bare = true);
	struct got got;

	world_sql(&w, "update u.product set title = repeat(U&'\\+01F381', 255);"
		"insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy, position)"
		" select gen_random_uuid(), v.shop_id, v.product_id, v.item_id, 100000 + n, repeat(U&'\\+01F381', 255), 2000 + n, 'USD', 'deny', n"
		" from u.variant v, generate_series(1, 2047) n");
	got = offer_ask_for(&w, ANNA, SHARE);
	expect_status(got, 201);
	expect_sql(&w, 2048, "select count(*) from u.offer_price");
	world_sql(&w, "insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy, position)"
		" select gen_random_uuid(), v.shop_id, v.product_id, v.item_id, 200000 + n, 'more', 2000, 'USD', 'deny', n"
		" from (select * from u.variant limit 1) v, generate_series(1, 600) n");
	expect_field(offer_ask_for(&w, ANNA, SHARE), "lines");
}

static const CU_TestInfo tests[] = {
	T(an_offer_is_a_draft_with_its_prices_computed),
	T(variants_of_one_amount_share_a_code),
	T(a_line_may_have_a_value_of_its_own),
	T(a_fixed_price_may_be_the_list_price_and_needs_no_code),
	T(all_may_be_given_away),
	T(names_are_trimmed_and_kept_in_nfc),
	T(nonsense_is_refused_with_its_field_named),
	T(a_name_has_at_most_120_characters_in_nfc_too),
	T(at_most_a_hundred_lines),
	T(a_product_without_variants_cannot_be_offered),
	T(nobody_offers_from_a_shop_that_she_has_left),
	T(an_offer_is_of_one_shop),
	T(a_change_keeps_what_it_does_not_name),
	T(an_edit_of_what_somebody_changed_meanwhile_is_refused),
	T(of_many_edits_of_one_revision_one_wins),
	T(another_kind_needs_values_of_its_own),
	T(an_offer_stays_with_its_shop),
	T(lines_are_replaced_as_a_whole),
	T(a_limit_added_later_counts_from_then_on),
	T(what_is_over_is_not_changed),
	T(a_draft_cannot_be_paused),
	T(lists_are_newest_first_and_paged),
	T(a_page_is_1_to_100_long),
	T(deleted_offers_are_not_listed),
	T(an_offer_shows_what_is_left),
	T(an_offer_of_thousands_of_variants_is_shown_whole),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_offers = { "cgi-bin/offers", tests };
