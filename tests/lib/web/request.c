/* request.c: what strangers may put into an address, a form and a cookie. */
#include <string.h>

#include "lib/web/inside.h"
#include "tests/lib/web/trial.h"
#include "tests/suite.h"

static struct str no_header(const void *from, const char *name)
{
	return strcmp(name, "CONTENT_TYPE") == 0 ? str_of(from) : (struct str){ 0 };
}

static enum err parse(struct world *w, struct str uri, struct req *q)
{
	*q = (struct req){ .header_of = no_header, .from = "application/x-www-form-urlencoded; charset=UTF-8", .body = q->body };
	return req_parse(world_ctx(w, NOBODY), uri, q);
}

static void pairs_are_decoded_and_the_first_of_a_name_wins(void)
{
	struct world w = world();
	struct req q = { .body = S("x=%E2%82%AC&y") };

	CU_ASSERT_FATAL(parse(&w, S("/a%20b/c?d=1+2&d=3&&e=%2B%26&=v&f"), &q) == OK);
	CU_ASSERT(str_eq(q.path, S("/a b/c")));
	CU_ASSERT(str_eq(q.query, S("d=1+2&d=3&&e=%2B%26&=v&f")));
	CU_ASSERT(str_eq(req_arg(&q, "d"), S("1 2")));
	CU_ASSERT(str_eq(req_arg(&q, "e"), S("+&")));
	CU_ASSERT(req_arg(&q, "f").n == 0 && req_arg(&q, "nope").n == 0);
	CU_ASSERT(q.args_n == 5);
	CU_ASSERT(str_eq(req_form(&q, "x"), S("\xe2\x82\xac")));
	CU_ASSERT(str_eq(q.content_type, S("application/x-www-form-urlencoded")));
}

static void broken_addresses_are_refused(void)
{
	static const char *const bad[] = {
		"", "x", "?a=1", "http://evil.example/", "//evil.example", "/a//b", "/a/../b", "/a/..", "/a/%2e%2e/b", "/a/./b",
		"/a%2Fb", "/a%2fb", "/%", "/%4", "/%zz", "/%00", "/%ff", "/%c0%af", "/%ed%a0%80", "/a%0d%0ab", "/a%7f",
		"/?a=%", "/?a=%0", "/?%00=1", "/?a=%ff", "/?a=%f8%88%80%80%80",
	};
	struct world w = world();
	struct req q = { 0 };

	for (size_t i = 0; i < COUNT(bad); i++) {
		if (parse(&w, str_of(bad[i]), &q) != ERR_BAD_REQUEST)
			CU_FAIL(bad[i]);
	}
}

static void a_form_is_read_as_strictly_as_a_query(void)
{
	struct world w = world();
	struct req q = { .body = S("a=%ff") };

	CU_ASSERT(parse(&w, S("/"), &q) == ERR_BAD_REQUEST);
	q.body = S("a=1\0b");
	CU_ASSERT(parse(&w, S("/"), &q) == ERR_BAD_REQUEST);
}

static void there_is_a_most_of_pairs(void)
{
	char query[WEB_PAIRS_MAX * 4 + 8] = "/?";
	struct world w = world();
	struct req q = { 0 };

	for (int i = 0; i < WEB_PAIRS_MAX; i++)
		strcat(query, "a=1&");
	CU_ASSERT(parse(&w, str_of(query), &q) == OK);
	strcat(query, "a=1");
	CU_ASSERT(parse(&w, str_of(query), &q) == ERR_BAD_REQUEST);
}

static void cookies_are_found_by_their_whole_name(void)
{
	struct str header = S("a=1; bb = 2 ;b=3; b=4; c; =5; d=x=y");

	CU_ASSERT(str_eq(cookie_find(header, S("a")), S("1")));
	CU_ASSERT(str_eq(cookie_find(header, S("b")), S("3")));
	CU_ASSERT(str_eq(cookie_find(header, S("bb")), S("2")));
	CU_ASSERT(str_eq(cookie_find(header, S("d")), S("x=y")));
	CU_ASSERT(cookie_find(header, S("c")).n == 0);
	CU_ASSERT(cookie_find(header, S("B")).n == 0);
	CU_ASSERT(cookie_find(S(""), S("a")).n == 0);
}

static void a_cookie_is_bound_to_https_when_we_are(void)
{
	struct world w = world();
	struct res r = { .c = world_ctx(&w, NOBODY) };

	res_cookie(&r, "visitor", S("abc"), 3600);
	w.config->base_url = S("http://localhost:8080");
	res_cookie(&r, "visitor", S("abc"), 0);
	res_cookie(&r, "visitor", S(""), -1);
	CU_ASSERT(str_eq(r.headers[0].value, S("__Host-visitor=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600")));
	CU_ASSERT(str_eq(r.headers[1].value, S("visitor=abc; Path=/; HttpOnly; SameSite=Lax")));
	CU_ASSERT(str_eq(r.headers[2].value, S("visitor=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")));
}

static enum err nothing(struct ctx *c, const struct req *q, struct res *r)
{
	(void)c;
	(void)q;
	return res_no_content(r);
}

static bool is_sound(struct route route)
{
	char text[256];
	const struct app app = { "x", "api", &route, 1 };

	return app_problem(&app, text) == NULL;
}

static void an_unsound_table_is_found_out(void)
{
	const struct route good = { POST, "/x/:id", nothing, .who = ANYONE, .tx = TX_WRITE, .key = IDEMPOTENT };
	struct route bad;
	char text[256];

	CU_ASSERT(is_sound(good));
	bad = good, bad.who = WHO_UNSTATED;
	CU_ASSERT(!is_sound(bad));
	bad = good, bad.tx = TX_UNSTATED;
	CU_ASSERT(!is_sound(bad));
	bad = good, bad.tx = TX_NONE;
	CU_ASSERT(!is_sound(bad));
	bad = good, bad.method = GET;
	CU_ASSERT(!is_sound(bad));
	bad = good, bad.path = "/y/:id";
	CU_ASSERT(!is_sound(bad));
	bad = good, bad.handle = NULL;
	CU_ASSERT(!is_sound(bad));
	CU_ASSERT(app_problem(&trial_app, text) == NULL);
}

static const CU_TestInfo tests[] = {
	T(pairs_are_decoded_and_the_first_of_a_name_wins),
	T(broken_addresses_are_refused),
	T(a_form_is_read_as_strictly_as_a_query),
	T(there_is_a_most_of_pairs),
	T(cookies_are_found_by_their_whole_name),
	T(a_cookie_is_bound_to_https_when_we_are),
	T(an_unsound_table_is_found_out),
	CU_TEST_INFO_NULL,
};

const struct suite suite_web_request = { "lib/web request", tests };
