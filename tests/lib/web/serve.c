/* serve.c: the columns of a route are obeyed, and a refusal tells what it may and no more. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/web/trial.h"
#include "tests/suite.h"

static void an_unknown_path_is_a_404_problem(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .path = "/trial/nothing?secret=1");

	expect_problem(got, "not-found");
	CU_ASSERT(str_eq(got.content_type, S("application/problem+json")));
	expect_header(got, "Cache-Control", "no-store");
	expect_body_has(got, "\"type\":\"https://unifyed.test/problems/not-found\"");
	expect_body_has(got, "\"instance\":\"urn:request:");
	expect_body_lacks(got, "secret");
	expect_body_lacks(got, ".c");
}

static void a_browser_sees_a_refusal_as_a_page(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .path = "/trial/list?limit=0", .page = true);

	expect_status(got, 422);
	EXPECT_STR(got.content_type, "text/html; charset=utf-8");
	expect_body_has(got, "<h1>Something in the request needs another look</h1>");
	expect_body_has(got, "<dd>1 to 100</dd>");
	expect_body_has(got, "</html>");
	expect_header(got, "Cache-Control", "no-store");
	EXPECT(got_header(got, "Content-Security-Policy").n > 0);
	EXPECT(got_header(got, "X-Request-Id").n > 0);
}

static void another_method_is_405_with_allow(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .method = DELETE, .path = "/trial/hello");

	expect_problem(got, "method");
	expect_header(got, "Allow", "GET, HEAD, POST, OPTIONS");
}

static void options_tells_the_methods(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .method = OPTIONS, .path = "/trial/hello");

	expect_status(got, 204);
	expect_header(got, "Allow", "GET, HEAD, POST, OPTIONS");
}

static void head_is_get_without_its_body(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .method = HEAD, .path = "/trial/hello");

	expect_status(got, 200);
	CU_ASSERT(got.body.n == 0);
	CU_ASSERT(str_eq(got.content_type, S("text/plain; charset=utf-8")));
}

static void every_answer_has_the_safe_headers(void)
{
	struct world w = world();
	struct got text = TRIAL(&w, .path = "/trial/hello"), html = TRIAL(&w, .path = "/trial/page", .as = ANNA, .page = true);

	expect_header(text, "X-Content-Type-Options", "nosniff");
	expect_header(text, "Referrer-Policy", "strict-origin-when-cross-origin");
	expect_no_header(text, "Content-Security-Policy");
	CU_ASSERT(got_header(text, "X-Request-Id").n == 36);
	expect_status(html, 200);
	CU_ASSERT(str_starts(got_header(html, "Content-Security-Policy"), S("default-src 'none'; style-src 'self'")));
}

static void who_anyone_looks_at_no_credentials(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .path = "/trial/hello", .headers = "Authorization: Bearer nonsense\nCookie: __Host-session=x");

	expect_status(got, 200);
}

static void who_creator_wants_a_session_or_a_key(void)
{
	struct world w = world();
	struct got nobody = TRIAL(&w, .path = "/trial/mine");
	struct got key = TRIAL(&w, .path = "/trial/mine", .as = ANNA);
	struct got cookie = TRIAL(&w, .path = "/trial/mine", .as = BEN, .page = true, .headers = "Accept: application/json");
	struct got wrong = TRIAL(&w, .path = "/trial/mine", .headers = "Authorization: Bearer ufy_wrong");

	expect_problem(nobody, "login-needed");
	expect_header(nobody, "WWW-Authenticate", "Bearer");
	expect_status(key, 200);
	CU_ASSERT(str_eq(got_json(&w, key, "creator"), ID_TEXT(w.mem, creator, w.anna.creator)));
	CU_ASSERT(str_starts(got_json(&w, key, "caller"), S("key:")));
	expect_status(cookie, 200);
	CU_ASSERT(str_eq(got_json(&w, cookie, "creator"), ID_TEXT(w.mem, creator, w.ben.creator)));
	CU_ASSERT(str_starts(got_json(&w, cookie, "caller"), S("session:")));
	expect_problem(wrong, "login-needed");
}

static void who_maybe_knows_those_it_knows(void)
{
	struct world w = world();
	struct got nobody = TRIAL(&w, .path = "/trial/maybe"), anna = TRIAL(&w, .path = "/trial/maybe", .as = ANNA);

	expect_status(nobody, 200);
	CU_ASSERT(got_json(&w, nobody, "creator").n == 0);
	CU_ASSERT(str_eq(got_json(&w, anna, "creator"), ID_TEXT(w.mem, creator, w.anna.creator)));
}

static void a_page_without_login_leads_there_and_back(void)
{
	struct world w = world();
	struct got got = TRIAL(&w, .path = "/trial/page?x=1&y=%2F", .page = true);

	expect_status(got, 303);
	expect_header(got, "Location", "/dashboard/login?next=%2Ftrial%2Fpage%3Fx%3D1%26y%3D%252F");
	expect_no_header(got, "WWW-Authenticate");
}

static void a_body_too_large_is_413(void)
{
	struct world w = world();
	char big[66] = { 0 };

	memset(big, 'x', 65);
	expect_problem(TRIAL(&w, .path = "/trial/push", .body = big), "body-too-large");
	big[64] = '\0';
	expect_status(TRIAL(&w, .path = "/trial/push", .body = big), 200);
}

static void a_body_of_another_type_is_415(void)
{
	struct world w = world();

	expect_problem(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "a=1", .content_type = "text/xml"), "media-type");
	expect_problem(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "a=1",
		.content_type = "application/x-www-form-urlencoded"), "media-type");
	expect_problem(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "{}", .content_type = ""), "media-type");
	expect_status(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "\"j\"", .content_type = "Application/JSON; charset=utf-8"), 201);
	expect_status(TRIAL(&w, .path = "/trial/push", .body = "<feed/>", .content_type = "application/atom+xml"), 200);
}

static void a_url_too_long_is_414(void)
{
	struct world w = world();
	char path[9000];

	snprintf(path, sizeof path, "/trial/hello?say=%08500d", 0);
	expect_problem(TRIAL(&w, .path = path), "url-too-long");
}

static void a_refusal_undoes_the_work_but_not_the_note(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_problem(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "\"refuse\""), "sold-out");
	expect_sql(&w, 0, "select count(*) from u.helper_run where name = '\"refuse\"'");
	expect_sql(&w, 1, "select count(*) from u.helper_run where name = 'note of run 1'");
}

static void a_handler_without_an_answer_is_our_bug(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_problem(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "\"silent\""), "internal");
}

static void a_deadlock_is_tried_three_times(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(TRIAL(&w, .path = "/trial/raise?twice=1", .method = POST), 204);
	CU_ASSERT(trial_runs() == 3);
	trial_reset(&w);
	struct got got = TRIAL(&w, .path = "/trial/raise?state=40P01", .method = POST);

	expect_problem(got, "retry");
	expect_header(got, "Retry-After", "1");
	CU_ASSERT(trial_runs() == 3);
}

static void a_database_away_is_503_and_then_back(void)
{
	struct world w = world();
	struct str there = w.config->database;
	struct got got;

	w.config->database = S("host=/nonexistent dbname=none");
	got = TRIAL(&w, .path = "/trial/count");
	expect_problem(got, "database-away");
	expect_header(got, "Retry-After", "2");
	expect_problem(TRIAL(&w, .path = "/trial/mine", .as = ANNA), "database-away");
	expect_status(TRIAL(&w, .path = "/trial/hello"), 200);
	w.config->database = there;
	expect_status(TRIAL(&w, .path = "/trial/count"), 200);
}

static void a_connection_cut_while_idle_is_not_noticed(void)
{
	struct world w = world();

	expect_status(TRIAL(&w, .path = "/trial/count"), 200);
	world_cut_connection(&w);
	expect_status(TRIAL(&w, .path = "/trial/count"), 200);
}

static void an_id_of_another_kind_is_not_found(void)
{
	struct world w = world();
	char path[128];

	expect_problem(TRIAL(&w, .path = "/trial/offers/1"), "not-found");
	snprintf(path, sizeof path, "/trial/offers/" STR_FMT, STR_ARG(ID_TEXT(w.mem, link, w.anna.link)));
	expect_problem(TRIAL(&w, .path = path), "not-found");
	snprintf(path, sizeof path, "/trial/offers/" STR_FMT, STR_ARG(ID_TEXT(w.mem, offer, w.anna.offer)));
	expect_status(TRIAL(&w, .path = path), 200);
}

static void an_edit_of_an_old_revision_is_412(void)
{
	struct world w = world();
	char path[128];

	snprintf(path, sizeof path, "/trial/offers/" STR_FMT, STR_ARG(ID_TEXT(w.mem, offer, w.anna.offer)));
	expect_header(TRIAL(&w, .path = path), "ETag", "\"3\"");
	expect_problem(TRIAL(&w, .method = PATCH, .path = path, .headers = "If-Match: \"2\""), "edit-conflict");
	expect_problem(TRIAL(&w, .method = PATCH, .path = path, .headers = "If-Match: W/\"3\""), "edit-conflict");
	expect_status(TRIAL(&w, .method = PATCH, .path = path, .headers = "If-Match: \"2\", \"3\""), 200);
	expect_status(TRIAL(&w, .method = PATCH, .path = path, .headers = "If-Match: *"), 200);
	expect_status(TRIAL(&w, .method = PATCH, .path = path), 200);
}

static void a_page_of_a_list_has_bounds(void)
{
	struct world w = world();

	expect_body_has(TRIAL(&w, .path = "/trial/list"), "25");
	expect_body_has(TRIAL(&w, .path = "/trial/list?limit=100"), "100");
	expect_field(TRIAL(&w, .path = "/trial/list?limit=0"), "limit");
	expect_field(TRIAL(&w, .path = "/trial/list?limit=101"), "limit");
	expect_field(TRIAL(&w, .path = "/trial/list?limit=1e2"), "limit");
	expect_field(TRIAL(&w, .path = "/trial/list?after=offer_1"), "after");
}

static const CU_TestInfo tests[] = {
	T(an_unknown_path_is_a_404_problem),
	T(a_browser_sees_a_refusal_as_a_page),
	T(another_method_is_405_with_allow),
	T(options_tells_the_methods),
	T(head_is_get_without_its_body),
	T(every_answer_has_the_safe_headers),
	T(who_anyone_looks_at_no_credentials),
	T(who_creator_wants_a_session_or_a_key),
	T(who_maybe_knows_those_it_knows),
	T(a_page_without_login_leads_there_and_back),
	T(a_body_too_large_is_413),
	T(a_body_of_another_type_is_415),
	T(a_url_too_long_is_414),
	T(a_refusal_undoes_the_work_but_not_the_note),
	T(a_handler_without_an_answer_is_our_bug),
	T(a_deadlock_is_tried_three_times),
	T(a_database_away_is_503_and_then_back),
	T(a_connection_cut_while_idle_is_not_noticed),
	T(an_id_of_another_kind_is_not_found),
	T(an_edit_of_an_old_revision_is_412),
	T(a_page_of_a_list_has_bounds),
	CU_TEST_INFO_NULL,
};

const struct suite suite_web_serve = { "lib/web serve", tests };
