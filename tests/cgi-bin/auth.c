/* /auth: accounts, sessions, API keys. */
#include <stdio.h>

#include "tests/desk.h"
#include "tests/suite.h"

#define DAY_MS INT64_C(86400000)
#define CLEO "{\"email\":\"cleo@example.com\",\"password\":\"long enough for me\",\"name\":\"Cleo\",\"handle\":\"cleo\"}"

static struct got sign_up(struct world *w, const char *field, const char *value)
{
	struct buf b = buf_new(w->mem, 65536);
	const char *const members[][2] = {
		{ "email", "\"cleo@example.com\"" }, { "password", "\"long enough for me\"" }, { "name", "\"Cleo\"" }, { "handle", "\"cleo\"" } };

	buf_put(&b, S("{\"x\":0"));
	for (size_t i = 0; i < COUNT(members); i++)
		if (!str_eq(str_of(field), str_of(members[i][0])))
			buf_fmt(&b, ",\"%s\":%s", members[i][0], members[i][1]);
	if (value)
		buf_fmt(&b, ",\"%s\":%s", field, value);
	buf_char(&b, '}');
	return post(w, NOBODY, "/auth/signup", str_z(w->mem, str_fmt(w->mem, "{" STR_FMT, STR_ARG(str_slice(buf_str(&b), 7, b.n)))));
}

static struct got login_from(struct world *w, const char *address, const char *email, const char *password, const char *visitor)
{
	return ask(w, (struct asking){ .path = "/auth/login", .address = address, .visitor = visitor,
		.body = fmt(w, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password) });
}

/* ---- sign-up */

static void an_account_is_made_and_lets_its_owner_in(void)
{
	struct world w = world(.bare = true);

	expect_status(post(&w, NOBODY, "/auth/signup", CLEO), 201);
	expect_status(login_from(&w, NULL, "cleo@example.com", "long enough for me", "cleo"), 200);
	EXPECT_SAME(got_json(&w, ask(&w, (struct asking){ .path = "/auth/me", .visitor = "cleo" }), "handle"), S("cleo"));
	expect_sql(&w, 1, "select count(*) from u.creator where handle = 'cleo' and password_hash like '$argon2id$%%'");
}

static void emails_and_handles_are_lower_cased_and_trimmed(void)
{
	struct world w = world(.bare = true);
	struct got got = post(&w, NOBODY, "/auth/signup", "{\"email\":\" Cleo@Example.COM \",\"password\":\"long enough for me\","
		"\"name\":\" Cleo \",\"handle\":\" CLEO.Live \",\"zone\":\"Europe/Berlin\"}");

	expect_status(got, 201);
	expect_sql(&w, 1, "select count(*) from u.creator where email = 'cleo@example.com' and handle = 'cleo.live' and name = 'Cleo'"
		" and zone = 'Europe/Berlin'");
	expect_body_lacks(got, "long enough");
	expect_no_header(got, "Set-Cookie");
}

static void names_are_kept_in_nfc(void)
{
	struct world w = world(.bare = true);

	expect_status(sign_up(&w, "name", "\"Zoe\\u0308\""), 201);
	expect_sql(&w, 1, "select count(*) from u.creator where name = U&'Zo\\00EB'");
}

/* U+FB2C is three characters in NFC. */
static const char *growing(struct world *w, int n)
{
	struct buf b = buf_new(w->mem, 4096);

	for (int i = 0; i < n; i++)
		buf_put(&b, S("\\uFB2C"));
	return str_z(w->mem, buf_str(&b));
}

static void a_name_that_grows_too_long_in_nfc_is_named(void)
{
	struct world w = world(.bare = true);
	const char *name = growing(&w, 80);

	expect_field(sign_up(&w, "name", fmt(&w, "\"%s\"", name)), "name");
	expect_field(api(&w, ANNA, PATCH, "/auth/me", fmt(&w, "{\"name\":\"%s\"}", name)), "name");
	expect_field(post(&w, ANNA, "/auth/keys", fmt(&w, "{\"name\":\"%s\"}", name)), "name");
	expect_sql(&w, 2, "select count(*) from u.creator");
	expect_sql(&w, 2, "select count(*) from u.api_key");
}

static void nonsense_is_named_field_by_field(void)
{
	static const char *const bad[][2] = {
		{ "email", NULL }, { "email", "\"\"" }, { "email", "\"cleo\"" }, { "email", "\"cleo@host\"" }, { "email", "\"a b@example.com\"" },
		{ "email", "\"a@b@example.com\"" }, { "email", "\"cleo@example.com\\r\\nBcc: x@example.com\"" }, { "email", "7" },
		{ "handle", NULL }, { "handle", "\"cl\"" }, { "handle", "\".cleo\"" }, { "handle", "\"cl eo\"" }, { "handle", "\"cl\\u00e9o\"" },
		{ "handle", "\"cl\\u0435o\"" }, { "handle", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" }, { "handle", "[\"cleo\"]" },
		{ "handle", "\"cleo\\u0000\"" }, { "name", NULL }, { "name", "\"\"" }, { "name", "\"  \"" }, { "name", "\"a\\u202Eb\"" },
		{ "name", "\"a\\nb\"" }, { "password", NULL }, { "password", "\"short\"" }, { "password", "\"password1\"" },
		{ "password", "12345678" }, { "zone", "\"Europe/Nowhere\"" }, { "zone", "\"'; drop\"" }, { "admin", "true" },
	};
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = sign_up(&w, bad[i][0], bad[i][1]);

		if (got.status != 400) /* NUL is no text at all */
			expect_field(got, bad[i][0]);
	}
	expect_sql(&w, 2, "select count(*) from u.creator");
}

static void all_that_is_wrong_is_told_at_once(void)
{
	struct world w = world(.bare = true);
	struct got got = post(&w, NOBODY, "/auth/signup", "{}");

	expect_field(got, "email");
	expect_field(got, "handle");
	expect_field(got, "name");
	expect_field(got, "password");
}

static void reserved_handles_are_refused_however_they_are_written(void)
{
	static const char *const reserved[] = { "admin", "ADMIN", "support", "uni.fyed", "un_if_yed", "d.a.s.h.b.o.a.r.d", "root" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(reserved); i++)
		expect_field(sign_up(&w, "handle", fmt(&w, "\"%s\"", reserved[i])), "handle");
}

static void an_email_that_is_taken_is_refused(void)
{
	struct world w = world(.bare = true);

	expect_problem(sign_up(&w, "email", "\"ANNA@example.com\""), "email-taken");
}

static void a_handle_that_is_taken_is_refused(void)
{
	struct world w = world(.bare = true);

	expect_problem(sign_up(&w, "handle", "\"Anna\""), "handle-taken");
}

static int race_signup(struct world *w, int i)
{
	struct got got = i % 2 ? sign_up(w, "email", fmt(w, "\"cleo%d@example.com\"", i)) : sign_up(w, "handle", fmt(w, "\"cleo%d\"", i));

	return got.status == 201 ? 1 : got.status == 409 ? 0 : 2;
}

static void of_many_who_sign_up_at_once_one_gets_the_name(void)
{
	struct world w = world(.bare = true);
	int codes[8], sum = 0;

	/* the odd ones want one handle, the even ones one e-mail */
	fork_many(&w, COUNT(codes), race_signup, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		sum += codes[i];
	EXPECT_INT(sum, 2);
	expect_sql(&w, 1, "select count(*) from u.creator where handle = 'cleo'");
	expect_sql(&w, 1, "select count(*) from u.creator where email = 'cleo@example.com'");
}

static int race_handle(struct world *w, int i)
{
	struct got got = api(w, i % 2 ? ANNA : BEN, PATCH, "/auth/me", "{\"handle\":\"star\"}");

	return got.status == 200 ? 1 : got.status == 409 ? 0 : 2;
}

static void two_who_rename_themselves_at_once_do_not_share_a_handle(void)
{
	struct world w = world(.bare = true);
	int codes[2];

	fork_many(&w, 2, race_handle, codes);
	EXPECT_INT(codes[0] + codes[1], 1);
	expect_sql(&w, 1, "select count(*) from u.creator where handle = 'star'");
}

static void a_repeated_sign_up_under_one_key_is_one_account(void)
{
	struct world w = world(.bare = true);
	struct asking asking = { .path = "/auth/signup", .body = CLEO, .key = "s-1" };
	struct got first = ask(&w, asking), again = ask(&w, asking);

	expect_status(first, 201);
	expect_status(again, 201);
	EXPECT_SAME(again.body, first.body);
	expect_header(again, "Idempotent-Replayed", "true");
	expect_sql(&w, 1, "select count(*) from u.creator where handle = 'cleo'");
}

/* ---- login */

static void the_cookie_is_locked_to_us(void)
{
	struct world w = world(.bare = true);
	struct got got = login_from(&w, NULL, "anna@example.com", "correct horse", NULL);
	struct str cookie = got_header(got, "Set-Cookie");

	expect_status(got, 200);
	EXPECT(str_starts(cookie, S("__Host-session=")));
	EXPECT(str_find(cookie, 0, S("; Secure")) != SIZE_MAX);
	EXPECT(str_find(cookie, 0, S("; HttpOnly")) != SIZE_MAX);
	EXPECT(str_find(cookie, 0, S("; SameSite=Lax")) != SIZE_MAX);
	EXPECT(str_find(cookie, 0, S("; Path=/")) != SIZE_MAX);
}

static void an_email_is_the_same_in_any_case(void)
{
	struct world w = world(.bare = true);

	expect_status(login_from(&w, NULL, " ANNA@Example.com ", "correct horse", NULL), 200);
}

static void a_wrong_password_and_an_unknown_email_look_alike(void)
{
	struct world w = world(.bare = true);
	struct got wrong = login_from(&w, NULL, "anna@example.com", "wrong horse", NULL);
	struct got unknown = login_from(&w, NULL, "nobody@example.com", "wrong horse", NULL);

	expect_problem(wrong, "login-wrong");
	expect_problem(unknown, "login-wrong");
	EXPECT_INT((int64_t)wrong.headers_n, (int64_t)unknown.headers_n);
	EXPECT_INT((int64_t)wrong.body.n, (int64_t)unknown.body.n);
}

static void what_nobody_can_be_named_is_just_wrong(void)
{
	struct world w = world(.bare = true);

	expect_problem(post(&w, NOBODY, "/auth/login", "{}"), "login-wrong");
	expect_problem(login_from(&w, NULL, "' or 1=1 --", "x", NULL), "login-wrong");
	expect_field(post(&w, NOBODY, "/auth/login", "{\"email\":7}"), "email");
}

static void fail(struct world *w, const char *address, const char *email, int times)
{
	for (int i = 0; i < times; i++)
		expect_problem(login_from(w, address, email, "wrong horse", NULL), "login-wrong");
}

static void who_fails_too_often_waits(void)
{
	struct world w = world(.bare = true);
	struct got got;

	fail(&w, "198.51.100.1", "anna@example.com", 5);
	got = login_from(&w, "198.51.100.1", "anna@example.com", "correct horse", NULL);
	expect_problem(got, "login-slow");
	EXPECT(got_header(got, "Retry-After").n > 0);
	world_clock_advance(&w, 15 * 60 * 1000 + 1000);
	expect_status(login_from(&w, "198.51.100.1", "anna@example.com", "correct horse", NULL), 200);
}

static void an_attacker_elsewhere_locks_nobody_out(void)
{
	struct world w = world(.bare = true);

	for (int i = 0; i < 30; i++)
		(void)login_from(&w, fmt(&w, "198.51.100.%d", i % 3), "anna@example.com", "wrong horse", NULL);
	expect_status(login_from(&w, "203.0.113.7", "anna@example.com", "correct horse", NULL), 200);
}

static void one_address_that_tries_many_accounts_waits(void)
{
	struct world w = world(.bare = true);

	for (int i = 0; i < 30; i++)
		fail(&w, "198.51.100.1", fmt(&w, "person%d@example.com", i), 1);
	expect_problem(login_from(&w, "198.51.100.1", "ben@example.com", "correct horse", NULL), "login-slow");
	expect_status(login_from(&w, "198.51.100.2", "ben@example.com", "correct horse", NULL), 200);
}

static void one_network_of_ipv6_is_one_address(void)
{
	struct world w = world(.bare = true);

	for (int i = 0; i < 5; i++)
		fail(&w, fmt(&w, "2001:db8:1:1::%x", i + 1), "anna@example.com", 1);
	expect_problem(login_from(&w, "2001:db8:1:1:ffff::1", "anna@example.com", "correct horse", NULL), "login-slow");
	expect_status(login_from(&w, "2001:db8:1:2::1", "anna@example.com", "correct horse", NULL), 200);
}

static int guess(struct world *w, int i)
{
	struct got got = login_from(w, "198.51.100.9", "anna@example.com", fmt(w, "guess number %d", i), NULL);

	return got.status == 401 ? 1 : got.status == 429 ? 0 : 100;
}

static void guesses_at_the_same_moment_are_counted_too(void)
{
	struct world w = world(.bare = true);
	int codes[12], sum = 0;

	fork_many(&w, COUNT(codes), guess, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		sum += codes[i];
	EXPECT_INT(sum, 5);
}

static void tries_are_forgotten_after_a_day(void)
{
	struct world w = world(.bare = true);

	fail(&w, "198.51.100.1", "anna@example.com", 3);
	world_clock_advance(&w, DAY_MS + 1000);
	expect_status(login_from(&w, "203.0.113.7", "ben@example.com", "correct horse", NULL), 200);
	expect_sql(&w, 1, "select count(*) from u.login_attempt");
}

static void neither_address_nor_email_of_a_try_is_kept_readable(void)
{
	struct world w = world(.bare = true);

	fail(&w, "198.51.100.1", "anna@example.com", 1);
	expect_sql(&w, 0, "select count(*) from u.login_attempt where email_hash = sha256('anna@example.com') or address = sha256('198.51.100.1')"
		" or address = '198.51.100.1'");
}

/* ---- sessions */

static int64_t me_status(struct world *w, const char *visitor)
{
	return ask(w, (struct asking){ .path = "/auth/me", .visitor = visitor }).status;
}

static void a_session_that_idles_for_two_weeks_is_over(void)
{
	struct world w = world(.bare = true);

	expect_status(login_from(&w, NULL, "anna@example.com", "correct horse", "anna"), 200);
	world_clock_advance(&w, 13 * DAY_MS);
	EXPECT_INT(me_status(&w, "anna"), 200);
	world_clock_advance(&w, 13 * DAY_MS);
	EXPECT_INT(me_status(&w, "anna"), 200);
	world_clock_advance(&w, 14 * DAY_MS + 1000);
	EXPECT_INT(me_status(&w, "anna"), 401);
}

static void a_session_ends_after_thirty_days_however_busy(void)
{
	struct world w = world(.bare = true);

	expect_status(login_from(&w, NULL, "anna@example.com", "correct horse", "anna"), 200);
	for (int i = 0; i < 3; i++) {
		EXPECT_INT(me_status(&w, "anna"), 200);
		world_clock_advance(&w, 10 * DAY_MS);
	}
	world_clock_advance(&w, 1000);
	EXPECT_INT(me_status(&w, "anna"), 401);
}

static struct got logout(struct world *w, const char *headers)
{
	return ask(w, (struct asking){ .method = POST, .path = "/auth/logout", .visitor = "anna", .headers = headers });
}

static void logging_out_ends_this_session_alone(void)
{
	struct world w = world(.bare = true);

	expect_status(login_from(&w, NULL, "anna@example.com", "correct horse", "anna"), 200);
	expect_status(login_from(&w, NULL, "anna@example.com", "correct horse", "phone"), 200);
	expect_status(logout(&w, "Origin: https://unifyed.test"), 204);
	EXPECT_INT(me_status(&w, "anna"), 401);
	EXPECT_INT(me_status(&w, "phone"), 200);
	expect_status(post(&w, NOBODY, "/auth/logout", NULL), 204);
}

static void another_site_cannot_log_her_out(void)
{
	struct world w = world(.bare = true);

	expect_status(login_from(&w, NULL, "anna@example.com", "correct horse", "anna"), 200);
	expect_problem(logout(&w, "Sec-Fetch-Site: cross-site"), "csrf");
	EXPECT_INT(me_status(&w, "anna"), 200);
}

static void tokens_are_stored_as_hashes(void)
{
	struct world w = world(.bare = true);
	struct got key = post(&w, ANNA, "/auth/keys", "{\"name\":\"till\"}");
	struct str secret = got_json(&w, key, "key");

	expect_sql(&w, 1, "select count(*) from u.api_key where key_hash = sha256('" STR_FMT "')", STR_ARG(secret));
	expect_sql(&w, 2, "select count(*) from u.creator_session where octet_length(token_hash) = 32");
}

/* ---- who she is */

static void nobody_is_told_to_log_in(void)
{
	struct world w = world(.bare = true);

	expect_problem(get(&w, NOBODY, "/auth/me"), "login-needed");
}

static void she_changes_what_she_names(void)
{
	struct world w = world(.bare = true);
	struct got got = api(&w, ANNA, PATCH, "/auth/me", "{\"name\":\"Anna B.\",\"zone\":\"Asia/Tokyo\"}");

	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "name"), S("Anna B."));
	EXPECT_SAME(got_json(&w, got, "zone"), S("Asia/Tokyo"));
	EXPECT_SAME(got_json(&w, got, "handle"), S("anna"));
}

static void she_cannot_take_what_is_taken_or_reserved(void)
{
	struct world w = world(.bare = true);

	expect_problem(api(&w, ANNA, PATCH, "/auth/me", "{\"handle\":\"BEN\"}"), "handle-taken");
	expect_field(api(&w, ANNA, PATCH, "/auth/me", "{\"handle\":\"shopify\"}"), "handle");
	expect_field(api(&w, ANNA, PATCH, "/auth/me", "{\"email\":\"x@example.com\"}"), "email");
	expect_field(api(&w, ANNA, PATCH, "/auth/me", "{\"zone\":\"Mars\"}"), "zone");
}

/* ---- API keys */

static void a_key_is_shown_once(void)
{
	struct world w = world(.bare = true);
	struct asking asking = { .path = "/auth/keys", .body = "{\"name\":\"till\"}", .as = ANNA, .key = "k-1" };
	struct got first = ask(&w, asking), again = ask(&w, asking);
	const char *secret = str_z(w.mem, got_json(&w, first, "key"));

	expect_status(first, 201);
	EXPECT(str_starts(str_of(secret), S("ufy_")));
	expect_status(again, 201);
	expect_header(again, "Idempotent-Replayed", "true");
	expect_same_header(first, again, "Location");
	expect_body_lacks(again, secret);
	expect_body_has(again, "shown once");
	expect_body_lacks(get(&w, ANNA, "/auth/keys"), secret);
	expect_sql(&w, 1, "select count(*) from u.api_key where name = 'till'");
	expect_sql(&w, 1, "select count(*) from u.idempotency where body is null");
}

static struct got with_key(struct world *w, const char *secret)
{
	return ask(w, (struct asking){ .path = "/auth/me", .headers = fmt(w, "Authorization: Bearer %s", secret) });
}

static void a_key_speaks_for_its_owner_until_it_is_revoked(void)
{
	struct world w = world(.bare = true);
	struct got made = post(&w, ANNA, "/auth/keys", "{\"name\":\"till\"}");
	const char *secret = str_z(w.mem, got_json(&w, made, "key")), *path = fmt(&w, "/auth/keys/%s", id_in(&w, made));

	EXPECT_SAME(got_json(&w, with_key(&w, secret), "handle"), S("anna"));
	expect_problem(api(&w, BEN, DELETE, path, NULL), "not-found");
	expect_status(with_key(&w, secret), 200);
	expect_status(api(&w, ANNA, DELETE, path, NULL), 204);
	expect_problem(with_key(&w, secret), "login-needed");
	expect_problem(api(&w, ANNA, DELETE, path, NULL), "not-found");
	expect_body_lacks(get(&w, ANNA, "/auth/keys"), "till");
}

static void a_forged_key_is_nobody_even_beside_a_good_session(void)
{
	struct world w = world(.bare = true);

	expect_problem(ask(&w, (struct asking){ .path = "/auth/me", .as = ANNA, .page = true, .headers = "Authorization: Bearer ufy_forged\nAccept: */*" }),
		"login-needed");
}

static void keys_have_names(void)
{
	struct world w = world(.bare = true);

	expect_field(post(&w, ANNA, "/auth/keys", "{}"), "name");
	expect_field(post(&w, ANNA, "/auth/keys", "{\"name\":\" \"}"), "name");
	expect_field(post(&w, ANNA, "/auth/keys", "{\"name\":\"x\",\"scope\":\"all\"}"), "scope");
}

static const CU_TestInfo tests[] = {
	T(an_account_is_made_and_lets_its_owner_in),
	T(emails_and_handles_are_lower_cased_and_trimmed),
	T(names_are_kept_in_nfc),
	T(a_name_that_grows_too_long_in_nfc_is_named),
	T(nonsense_is_named_field_by_field),
	T(all_that_is_wrong_is_told_at_once),
	T(reserved_handles_are_refused_however_they_are_written),
	T(an_email_that_is_taken_is_refused),
	T(a_handle_that_is_taken_is_refused),
	T(of_many_who_sign_up_at_once_one_gets_the_name),
	T(two_who_rename_themselves_at_once_do_not_share_a_handle),
	T(a_repeated_sign_up_under_one_key_is_one_account),
	T(the_cookie_is_locked_to_us),
	T(an_email_is_the_same_in_any_case),
	T(a_wrong_password_and_an_unknown_email_look_alike),
	T(what_nobody_can_be_named_is_just_wrong),
	T(who_fails_too_often_waits),
	T(an_attacker_elsewhere_locks_nobody_out),
	T(one_address_that_tries_many_accounts_waits),
	T(one_network_of_ipv6_is_one_address),
	T(guesses_at_the_same_moment_are_counted_too),
	T(tries_are_forgotten_after_a_day),
	T(neither_address_nor_email_of_a_try_is_kept_readable),
	T(a_session_that_idles_for_two_weeks_is_over),
	T(a_session_ends_after_thirty_days_however_busy),
	T(logging_out_ends_this_session_alone),
	T(another_site_cannot_log_her_out),
	T(tokens_are_stored_as_hashes),
	T(nobody_is_told_to_log_in),
	T(she_changes_what_she_names),
	T(she_cannot_take_what_is_taken_or_reserved),
	T(a_key_is_shown_once),
	T(a_key_speaks_for_its_owner_until_it_is_revoked),
	T(a_forged_key_is_nobody_even_beside_a_good_session),
	T(keys_have_names),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_auth = { "cgi-bin/auth", tests };
