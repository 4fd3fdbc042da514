/* What holds for every route of the control plane: other people's things, mangled bodies, idempotency keys. */
#include <stdio.h>
#include <string.h>

#include "tests/desk.h"
#include "tests/suite.h"

#define APP(name) extern const struct app name##_app;
#include "apps.def"
#undef APP

static const struct app *const apps[] = {
#define APP(name) &name##_app,
#include "apps.def"
#undef APP
};

/* ---- other people's things */

static const struct {
	enum method method;
	const char *path, *body;
} theirs[] = {
	{ GET, "/offers/$ben_offer", NULL },
	{ PATCH, "/offers/$ben_offer", "{\"name\":\"mine\"}" },
	{ DELETE, "/offers/$ben_offer", NULL },
	{ POST, "/offers/$ben_offer/activate", NULL },
	{ POST, "/offers/$ben_offer/pause", NULL },
	{ GET, "/streams/$ben_stream", NULL },
	{ PATCH, "/streams/$ben_stream", "{\"title\":\"mine\"}" },
	{ POST, "/streams/$ben_stream/start", NULL },
	{ POST, "/streams/$ben_stream/end", NULL },
	{ POST, "/streams/$ben_stream/cancel", NULL },
	{ GET, "/links/$ben_link", NULL },
	{ PATCH, "/links/$ben_link", "{\"clicks_max\":1}" },
	{ DELETE, "/links/$ben_link", NULL },
	{ GET, "/links/$ben_link/qr.svg", NULL },
	{ GET, "/connections/$ben_connection", NULL },
	{ DELETE, "/connections/$ben_connection", NULL },
	{ GET, "/catalog/products/$rug", NULL },
	{ DELETE, "/auth/keys/key_01jd0000000000000000000000", NULL },
	{ GET, "/orders/order_01jd0000000000000000000000", NULL },
};

static struct str everything(struct world *w)
{
	return world_text(w, "select md5(concat((select string_agg(o::text, ';' order by id) from u.offer o),"
		" (select string_agg(s::text, ';' order by id) from u.stream s), (select string_agg(l::text, ';' order by id) from u.short_link l),"
		" (select string_agg(n::text, ';' order by id) from u.connection n), (select string_agg(r::text, ';' order by id) from u.reservation r),"
		" (select string_agg(e::text, ';' order by id) from u.event_log e)))");
}

static void another_creators_things_are_not_there(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct str before;

	desk_rug(&w);
	expect_status(tap_at(&w, "vera", "/go/benlink1"), 303);
	before = everything(&w);
	for (size_t i = 0; i < COUNT(theirs); i++) {
		struct got got = api(&w, ANNA, theirs[i].method, theirs[i].path, theirs[i].body);

		expect_status(got, 404);
		expect_body_lacks(got, "ben");
	}
	EXPECT_SAME(everything(&w), before);
}

static void what_is_no_id_of_its_kind_is_not_there_either(void)
{
	static const char *const ids[] = { "x", "$link", "offer_", "offer_01JD0000000000000000000000", "offer_81jd0000000000000000000000", "%00", "..%2f..",
		"01900000-0000-7000-8000-000000000103" };
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(ids); i++) {
		int status = get(&w, ANNA, fmt(&w, "/offers/%s", ids[i])).status;

		EXPECT(status == 404 || status == 400);
	}
}

static void without_credentials_nothing_is_told_or_done(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct str before;

	desk_rug(&w);
	before = everything(&w);
	for (size_t i = 0; i < COUNT(theirs); i++)
		expect_problem(api(&w, NOBODY, theirs[i].method, theirs[i].path, theirs[i].body), "login-needed");
	EXPECT_SAME(everything(&w), before);
}

static void a_list_shows_ones_own(void)
{
	static const char *const lists[] = { "/offers", "/streams", "/links", "/events", "/connections", "/analytics/revenue" };
	struct world w = world(.stock = 5, .ben = true);

	desk_rug(&w);
	expect_status(tap_at(&w, "vera", "/go/benlink1"), 303);
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct got got = get(&w, ANNA, lists[i]);

		expect_status(got, 200);
		expect_body_lacks(got, filled(&w, "$ben_offer"));
		expect_body_lacks(got, filled(&w, "$ben_stream"));
		expect_body_lacks(got, filled(&w, "$ben_link"));
		expect_body_lacks(got, filled(&w, "$ben_connection"));
	}
	expect_body_lacks(get(&w, ANNA, "/catalog/products"), "Rug");
}

/* ---- mangled bodies */

static const struct {
	enum method method;
	const char *path;
} readers[] = {
	{ POST, "/auth/signup" }, { POST, "/auth/login" }, { PATCH, "/auth/me" }, { POST, "/auth/keys" }, { POST, "/offers" },
	{ PATCH, "/offers/$offer" }, { POST, "/streams" }, { PATCH, "/streams/$stream" }, { POST, "/links" }, { PATCH, "/links/$link" },
};

static struct str nested(struct world *w, const char *open, int n)
{
	struct buf b = buf_new(w->mem, 1 << 20);

	buf_put(&b, S("{\"name\":"));
	for (int i = 0; i < n; i++)
		buf_put(&b, str_of(open));
	return buf_str(&b);
}

static void mangled_json_is_refused_everywhere(void)
{
	struct world w = world(.stock = 5);
	const struct str bodies[] = {
		S("{\"name\":\"a\",\"name\":\"b\"}"), S("{\"name\":\"\xff\xfe\"}"), S("{\"name\":\"\xed\xa0\x80\"}"), S("{\"\xc0\xae\":1}"),
		S("{\"name\":\"a\\ud800\"}"), S("{\"name\":\"a\\u0000b\"}"), S("{\"name\":\"a\0b\"}"), S("{\"name\":1e400}"), S("{\"name\":NaN}"),
		S("{\"name\":99999999999999999999999999}"), S("{\"name\":-9223372036854775809}"), S("[]"), S("\"x\""), S("7"), S("null"),
		S("{\"name\":\"a\"} x"), S("{\"name\":"), S("{'name':'a'}"), S("{\"name\":\"a\",}"), S("{\"name\":01}"), S("\xef\xbb\xbf{}"), S("\0"),
		nested(&w, "[", 100000), nested(&w, "{\"a\":", 40000), nested(&w, "[", 33),
	};
	struct str before = everything(&w);

	for (size_t i = 0; i < COUNT(readers); i++)
		for (size_t k = 0; k < COUNT(bodies); k++) {
			struct got got = ask(&w, (struct asking){ .method = readers[i].method, .path = filled(&w, readers[i].path),
				.bytes = bodies[k], .as = ANNA });

			if (got.status < 400 || got.status > 499)
				printf("%s with body %zu: %d\n", readers[i].path, k, got.status);
			EXPECT(got.status >= 400 && got.status <= 499);
		}
	EXPECT_SAME(everything(&w), before);
}

static void a_body_of_another_type_or_size_is_refused(void)
{
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(readers); i++) {
		struct asking asking = { .method = readers[i].method, .path = filled(&w, readers[i].path), .body = "{}", .as = ANNA,
			.content_type = "text/xml" };

		expect_problem(ask(&w, asking), "media-type");
		asking.content_type = NULL;
		asking.bytes = nested(&w, " ", 300000);
		asking.body = NULL;
		expect_problem(ask(&w, asking), "body-too-large");
	}
}

static void strange_values_never_break_a_worker(void)
{
	static const char *const values[] = { "null", "true", "-1", "0", "2147483648", "9223372036854775807", "-9223372036854775808", "1.5", "1e308", "\"\"",
		"\"\\u202e\"", "\"\\ud83c\\udf81\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"minor\":9223372036854775807,\"currency\":\"USD\"}",
		"{\"minor\":-1,\"currency\":\"usd\"}", "\"9999-12-31T23:59:59Z\"", "\"1970-01-01T00:00:00Z\"", "\"offer_7zzzzzzzzzzzzzzzzzzzzzzzzz\"" };
	static const char *const fields[] = { "email", "password", "handle", "zone", "name", "kind", "basis_points", "amount", "starts_at", "ends_at",
		"redemptions_max", "once_per_customer", "refund_restores", "lines", "title", "url", "platform", "scheduled_at", "offer", "product", "variant", "code",
		"surface", "stream", "expires_at", "clicks_max" };
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(readers); i++)
		for (size_t f = 0; f < COUNT(fields); f++)
			for (size_t v = 0; v < COUNT(values); v++) {
				int status;

				if (i < 2 && f > 4)
					continue; /* sign-up hashes nothing for these, and login would only wait */
				status = api(&w, ANNA, readers[i].method, readers[i].path, fmt(&w, "{\"%s\":%s}", fields[f], values[v])).status;
				if (status > 499)
					printf("%s %s: %s -> %d\n", readers[i].path, fields[f], values[v], status);
				EXPECT(status < 500);
			}
}

/* ---- idempotency keys */

/* Those that change nothing one could do twice, or that prove themselves otherwise. */
static bool is_keyless(const struct route *r)
{
	static const char *const paths[] = { "/auth/login", "/auth/logout", "/dashboard/login", "/dashboard/signup", "/dashboard/logout", "/go/:code",
		"/go/:code/release", "/go/:code/wait", "/go/:code/leave", "/webhooks/shopify", "/webhooks/youtube/:key", "/webhooks/twitch/:key", "/webhooks/tiktok" };

	for (size_t i = 0; i < COUNT(paths); i++)
		if (strcmp(r->path, paths[i]) == 0)
			return true;
	return r->tx == TX_READ; /* a form that is only shown again */
}

static void every_mutation_honours_a_key(void)
{
	for (size_t i = 0; i < COUNT(apps); i++)
		for (size_t k = 0; k < apps[i]->n; k++) {
			const struct route *r = &apps[i]->routes[k];

			if (r->method == GET || is_keyless(r))
				continue;
			if (r->key != IDEMPOTENT)
				printf("%s %s\n", method_name(r->method), r->path);
			EXPECT(r->key == IDEMPOTENT);
		}
}

static const struct {
	enum method method;
	const char *path, *body;
} mutations[] = {
	{ PATCH, "/auth/me", "{\"name\":\"Anna B.\"}" },
	{ POST, "/auth/keys", "{\"name\":\"till\"}" },
	{ POST, "/offers", "{\"name\":\"Friday\",\"kind\":\"percentage_off\",\"basis_points\":2500,\"lines\":[{\"product\":\"$product\"}]}" },
	{ PATCH, "/offers/$offer", "{\"name\":\"Monday\"}" },
	{ POST, "/offers/$offer/activate", NULL },
	{ POST, "/streams", "{\"platform\":\"youtube\",\"title\":\"Friday\"}" },
	{ PATCH, "/streams/$stream", "{\"title\":\"Monday\"}" },
	{ POST, "/links", "{\"offer\":\"$offer\",\"platform\":\"other\",\"surface\":\"direct\"}" },
	{ PATCH, "/links/$link", "{\"clicks_max\":7}" },
	{ POST, "/catalog/sync", NULL },
	{ POST, "/streams/$stream/end", NULL },
	{ DELETE, "/links/$link", NULL },
	{ POST, "/offers/$offer/pause", NULL },
	{ DELETE, "/offers/$offer", NULL },
	{ DELETE, "/connections/$connection", NULL },
};

static void a_mutation_told_twice_under_a_key_is_done_once(void)
{
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(mutations); i++) {
		struct asking asking = { .method = mutations[i].method, .path = filled(&w, mutations[i].path), .as = ANNA,
			.body = mutations[i].body ? filled(&w, mutations[i].body) : NULL, .key = fmt(&w, "key-%zu", i) };
		struct got first = ask(&w, asking), again;
		struct str before = everything(&w);

		EXPECT(first.status >= 200 && first.status <= 299);
		again = ask(&w, asking);
		EXPECT_INT(again.status, first.status);
		expect_header(again, "Idempotent-Replayed", "true");
		EXPECT_SAME(everything(&w), before);
		asking.body = "{\"name\":\"another\"}";
		expect_problem(ask(&w, asking), "key-reused");
	}
}

static void keys_of_two_creators_are_two_keys(void)
{
	struct world w = world(.bare = true);
	struct asking asking = { .path = "/streams", .body = "{\"platform\":\"youtube\",\"title\":\"Friday\"}", .key = "same", .as = ANNA };

	expect_status(ask(&w, asking), 201);
	asking.as = BEN;
	expect_no_header(ask(&w, asking), "Idempotent-Replayed");
	expect_sql(&w, 2, "select count(*) from u.stream");
}

static void a_refusal_gives_the_key_back(void)
{
	struct world w = world(.bare = true);
	struct asking asking = { .path = "/streams", .body = "{\"platform\":\"youtube\"}", .key = "k", .as = ANNA };

	expect_field(ask(&w, asking), "title");
	asking.body = "{\"platform\":\"youtube\",\"title\":\"Friday\"}";
	expect_status(ask(&w, asking), 201);
}

static const CU_TestInfo tests[] = {
	T(another_creators_things_are_not_there),
	T(what_is_no_id_of_its_kind_is_not_there_either),
	T(without_credentials_nothing_is_told_or_done),
	T(a_list_shows_ones_own),
	T(mangled_json_is_refused_everywhere),
	T(a_body_of_another_type_or_size_is_refused),
	T(strange_values_never_break_a_worker),
	T(every_mutation_honours_a_key),
	T(a_mutation_told_twice_under_a_key_is_done_once),
	T(keys_of_two_creators_are_two_keys),
	T(a_refusal_gives_the_key_back),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_strangers = { "cgi-bin/strangers", tests };
