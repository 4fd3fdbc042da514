/* caller.c: a session's request must be meant by its owner; a key needs no such proof. */
#include "tests/lib/web/trial.h"
#include "tests/suite.h"

static void a_form_with_its_token_is_meant(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a"), 303);
}

static void a_form_without_its_token_is_not(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a", .no_csrf = true), "csrf");
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a&csrf=", .no_csrf = true), "csrf");
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a&csrf=bencsrf0000000000000000",
		.no_csrf = true), "csrf");
	CU_ASSERT(trial_runs() == 0);
}

static void a_form_from_another_site_is_not_even_with_the_token(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a",
		.headers = "Sec-Fetch-Site: cross-site"), "csrf");
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a",
		.headers = "Sec-Fetch-Site: same-site"), "csrf");
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a",
		.headers = "Sec-Fetch-Site:\nOrigin: https://evil.example"), "csrf");
	expect_problem(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a",
		.headers = "Sec-Fetch-Site:\nOrigin: null"), "csrf");
	expect_status(TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=a",
		.headers = "Sec-Fetch-Site:\nOrigin: https://unifyed.test"), 303);
}

/* A script's call with the session cookie: `.page` sends it, the headers make it JSON. */
#define CALL(w, more) TRIAL((w), .path = "/trial/things", .as = ANNA, .page = true, .body = "\"a\"", \
	.headers = "Accept: application/json\n" more)

static void a_scripts_call_needs_our_origin_or_the_header(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_problem(CALL(&w, "Sec-Fetch-Site:"), "csrf");
	expect_problem(CALL(&w, "Sec-Fetch-Site:\nX-CSRF: wrong"), "csrf");
	expect_problem(CALL(&w, "Sec-Fetch-Site: cross-site\nX-CSRF: annacsrf0000000000000000"), "csrf");
	expect_status(CALL(&w, "Sec-Fetch-Site:\nX-CSRF: annacsrf0000000000000000"), 201);
	world_sql(&w, "delete from u.helper_run");
	expect_status(CALL(&w, "Sec-Fetch-Site: same-origin"), 201);
}

static void a_key_is_exempt(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(TRIAL(&w, .path = "/trial/things", .as = ANNA, .body = "\"a\"", .headers = "Sec-Fetch-Site: cross-site"), 201);
}

static void reading_needs_no_proof(void)
{
	struct world w = world();

	expect_status(TRIAL(&w, .path = "/trial/page", .as = ANNA, .page = true, .headers = "Sec-Fetch-Site: cross-site"), 200);
}

static void a_login_cannot_be_forged_from_elsewhere(void)
{
	struct world w = world();

	expect_problem(TRIAL(&w, .path = "/trial/hello", .form = "a=b", .headers = "Sec-Fetch-Site: cross-site"), "csrf");
	expect_status(TRIAL(&w, .path = "/trial/hello", .form = "a=b"), 200);
	expect_status(TRIAL(&w, .path = "/trial/hello", .method = POST), 200);
	expect_status(TRIAL(&w, .path = "/trial/push", .body = "x", .headers = "Origin: https://platform.example"), 200);
}

static void a_wrong_key_is_nobody_even_beside_a_good_cookie(void)
{
	struct world w = world();

	expect_problem(TRIAL(&w, .path = "/trial/mine", .as = ANNA, .page = true,
		.headers = "Accept: application/json\nAuthorization: Bearer ufy_wrong"), "login-needed");
}

static void a_forged_cookie_is_nobody(void)
{
	struct world w = world();

	expect_problem(TRIAL(&w, .path = "/trial/mine", .headers = "Cookie: __Host-session=annasession"), "login-needed");
	expect_problem(TRIAL(&w, .path = "/trial/mine", .headers = "Cookie: __Host-session=\xff\xfe"), "login-needed");
	expect_problem(TRIAL(&w, .path = "/trial/mine", .headers = "Cookie: session=annasession00000000000000000000000000"), "login-needed");
}

static const CU_TestInfo tests[] = {
	T(a_form_with_its_token_is_meant),
	T(a_form_without_its_token_is_not),
	T(a_form_from_another_site_is_not_even_with_the_token),
	T(a_scripts_call_needs_our_origin_or_the_header),
	T(a_key_is_exempt),
	T(reading_needs_no_proof),
	T(a_login_cannot_be_forged_from_elsewhere),
	T(a_wrong_key_is_nobody_even_beside_a_good_cookie),
	T(a_forged_cookie_is_nobody),
	CU_TEST_INFO_NULL,
};

const struct suite suite_web_caller = { "lib/web caller", tests };
