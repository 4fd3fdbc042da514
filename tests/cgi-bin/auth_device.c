/* /auth/login: a browser that was let in before counts its failures for itself. */
#include "tests/suite.h"
#include "tests/world.h"

#define TRIES(email, password) "{\"email\":\"" email "\",\"password\":\"" password "\"}"
#define RIGHT TRIES("anna@example.com", "correct horse")
#define WRONG TRIES("anna@example.com", "wrong horse")
#define CAFE "198.51.100.1"

static struct got login(struct world *w, const char *body, const char *browser, const char *address)
{
	return ask(w, (struct asking){ .path = "/auth/login", .body = body, .visitor = browser, .address = address });
}

static void strangers_at_her_address_do_not_keep_her_out(void)
{
	struct world w = world(.bare = true);

	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
	for (int i = 0; i < 5; i++)
		expect_problem(login(&w, WRONG, "a stranger", CAFE), "login-wrong");
	expect_problem(login(&w, RIGHT, "a stranger", CAFE), "login-slow");
	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
}

static void a_device_is_known_wherever_it_is(void)
{
	struct world w = world(.bare = true);

	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
	for (int i = 0; i < 5; i++)
		login(&w, WRONG, NULL, "203.0.113.50");
	expect_status(login(&w, RIGHT, "annas phone", "203.0.113.50"), 200);
}

static void a_known_device_has_an_end_to_its_tries_too(void)
{
	struct world w = world(.bare = true);

	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
	for (int i = 0; i < 10; i++)
		expect_problem(login(&w, WRONG, "annas phone", i % 2 ? CAFE : "203.0.113.50"), "login-wrong");
	expect_problem(login(&w, RIGHT, "annas phone", "203.0.113.51"), "login-slow");
	expect_status(login(&w, RIGHT, "annas laptop", CAFE), 200);
}

static void a_device_is_known_for_one_account(void)
{
	struct world w = world(.bare = true);

	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
	for (int i = 0; i < 5; i++)
		expect_problem(login(&w, TRIES("ben@example.com", "wrong horse"), "annas phone", CAFE), "login-wrong");
	expect_problem(login(&w, TRIES("ben@example.com", "wrong horse"), "annas phone", CAFE), "login-slow");
	expect_problem(login(&w, TRIES("ben@example.com", "wrong horse"), "another", CAFE), "login-slow");
}

static void a_forged_device_is_a_stranger(void)
{
	static const char *const forged[] = { "Cookie: __Host-device=abc", "Cookie: __Host-device=.", "Cookie: __Host-device=abc.def",
		"Cookie: __Host-device=\xff\xfe.\xff" };
	struct world w = world(.bare = true);

	for (int i = 0; i < 5; i++)
		login(&w, WRONG, NULL, CAFE);
	for (size_t i = 0; i < COUNT(forged); i++)
		expect_problem(ask(&w, (struct asking){ .path = "/auth/login", .body = RIGHT, .address = CAFE, .headers = forged[i] }), "login-slow");
}

static void when_everybody_attacks_each_address_gets_less_and_its_owner_still_gets_in(void)
{
	struct world w = world(.bare = true);

	expect_status(login(&w, RIGHT, "annas phone", "203.0.113.50"), 200);
	login(&w, WRONG, NULL, CAFE);
	world_sql(&w, "insert into u.login_attempt (id, email_hash, address, at) select gen_random_uuid(), a.email_hash, sha256(n::text::bytea),"
		" u.clock() from (select * from u.login_attempt limit 1) a, generate_series(1, 100) n");
	expect_problem(login(&w, WRONG, NULL, CAFE), "login-wrong");
	expect_problem(login(&w, WRONG, NULL, CAFE), "login-slow");
	expect_status(login(&w, RIGHT, NULL, "203.0.113.99"), 200);
	for (int i = 0; i < 4; i++)
		expect_problem(login(&w, WRONG, "annas phone", CAFE), "login-wrong");
	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
}

static void what_is_kept_of_a_device_does_not_name_it(void)
{
	struct world w = world(.bare = true);

	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
	expect_status(login(&w, RIGHT, "annas phone", CAFE), 200);
	expect_sql(&w, 2, "select count(distinct address) from u.login_attempt where octet_length(address) = 32");
}

static const CU_TestInfo tests[] = {
	T(strangers_at_her_address_do_not_keep_her_out),
	T(a_device_is_known_wherever_it_is),
	T(a_known_device_has_an_end_to_its_tries_too),
	T(a_device_is_known_for_one_account),
	T(a_forged_device_is_a_stranger),
	T(when_everybody_attacks_each_address_gets_less_and_its_owner_still_gets_in),
	T(what_is_kept_of_a_device_does_not_name_it),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_auth_device = { "cgi-bin/auth devices", tests };
