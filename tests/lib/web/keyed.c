/* keyed.c: Idempotency-Key. A key is worked on once, answered alike, and given back by a refusal. */
#include <string.h>

#include "tests/lib/web/trial.h"
#include "tests/suite.h"

#define THING(w, text, the_key) TRIAL((w), .path = "/trial/things", .as = ANNA, .body = (text), .key = (the_key))

static void the_same_request_again_is_answered_from_memory(void)
{
	struct world w = world();
	struct got first, again;

	trial_reset(&w);
	first = THING(&w, "\"a\"", "k1");
	again = THING(&w, "\"a\"", "k1");
	expect_status(first, 201);
	expect_no_header(first, "Idempotent-Replayed");
	expect_status(again, 201);
	expect_header(again, "Idempotent-Replayed", "true");
	expect_same_header(first, again, "Location");
	CU_ASSERT(str_eq(first.body, again.body));
	CU_ASSERT(str_eq(first.content_type, again.content_type));
	CU_ASSERT(trial_runs() == 1);
}

static void the_quoted_form_names_the_same_key(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(THING(&w, "\"a\"", "k1"), 201);
	expect_header(THING(&w, "\"a\"", "\"k1\""), "Idempotent-Replayed", "true");
	expect_status(THING(&w, "\"b\"", "\"k\\\\\\\"2\""), 201);
	expect_sql(&w, 1, "select count(*) from u.idempotency where key = 'k\\\"2'");
}

static void another_request_under_the_key_is_422(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(THING(&w, "\"a\"", "k1"), 201);
	expect_problem(THING(&w, "\"b\"", "k1"), "key-reused");
	expect_problem(TRIAL(&w, .path = "/trial/things?x=1", .as = ANNA, .body = "\"a\"", .key = "k1"), "key-reused");
	CU_ASSERT(trial_runs() == 1);
}

static void a_key_belongs_to_its_caller_and_route(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(THING(&w, "\"a\"", "k1"), 201);
	expect_status(TRIAL(&w, .path = "/trial/things", .as = BEN, .body = "\"b\"", .key = "k1"), 201);
	expect_status(TRIAL(&w, .path = "/trial/open", .body = "\"c\"", .key = "k1"), 201);
	expect_header(TRIAL(&w, .path = "/trial/open", .body = "\"c\"", .key = "k1", .address = "198.51.100.9"),
		"Idempotent-Replayed", "true");
	CU_ASSERT(trial_runs() == 3);
}

static void without_a_key_every_request_works(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(THING(&w, "\"a\"", NULL), 201);
	expect_problem(THING(&w, "\"a\"", NULL), "duplicate");
	expect_sql(&w, 0, "select count(*) from u.idempotency");
}

static void a_malformed_key_is_400(void)
{
	char long_key[257];
	const char *const bad[] = { "a b", "\"a", "\"", "\"a\\x\"", "\"a\"b\"", "\"\"", "\"a b\"", "\x7f", "caf\xc3\xa9", long_key };
	struct world w = world();

	trial_reset(&w);
	memset(long_key, 'k', 256);
	long_key[256] = '\0';
	for (size_t i = 0; i < COUNT(bad); i++)
		expect_problem(THING(&w, "\"a\"", bad[i]), "key-bad");
	long_key[255] = '\0';
	expect_status(THING(&w, "\"a\"", long_key), 201);
	CU_ASSERT(trial_runs() == 1);
}

static void a_refusal_gives_the_key_back(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_problem(THING(&w, "\"refuse\"", "k1"), "sold-out");
	expect_problem(THING(&w, "\"refuse\"", "k1"), "sold-out");
	CU_ASSERT(trial_runs() == 2);
	expect_status(THING(&w, "\"a\"", "k1"), 201);
}

static void an_answer_that_is_no_success_is_not_kept(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(THING(&w, "\"plain 404\"", "k1"), 404);
	expect_sql(&w, 0, "select count(*) from u.idempotency");
}

static void a_secret_is_shown_once_and_never_kept(void)
{
	struct world w = world();
	struct got first, again;

	trial_reset(&w);
	first = TRIAL(&w, .path = "/trial/secret", .as = ANNA, .body = "{}", .key = "k1");
	again = TRIAL(&w, .path = "/trial/secret", .as = ANNA, .body = "{}", .key = "k1");
	expect_body_has(first, "hunter1");
	CU_ASSERT(got_header(first, "Set-Cookie").n > 0);
	expect_status(again, 201);
	expect_same_header(first, again, "Location");
	expect_body_lacks(again, "hunter");
	expect_body_has(again, "shown once");
	expect_no_header(again, "Set-Cookie");
	expect_sql(&w, 0, "select count(*) from u.idempotency where body is not null or headers::text like '%%crumbs%%'");
	CU_ASSERT(trial_runs() == 1);
}

static void a_form_brings_its_key_in_a_field(void)
{
	struct world w = world();
	struct got first, again;

	trial_reset(&w);
	first = TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=x&idempotency_key=f1");
	again = TRIAL(&w, .path = "/trial/form", .as = ANNA, .form = "name=x&idempotency_key=f1");
	expect_status(first, 303);
	expect_status(again, 303);
	expect_same_header(first, again, "Location");
	expect_header(again, "Idempotent-Replayed", "true");
	CU_ASSERT(trial_runs() == 1);
}

static void a_connection_lost_at_work_leaves_no_claim(void)
{
	struct world w = world();
	struct str there = w.config->database;

	trial_reset(&w);
	w.config->database = S("host=/nonexistent dbname=none");
	expect_problem(TRIAL(&w, .path = "/trial/open", .body = "\"a\"", .key = "k1"), "database-away");
	w.config->database = there;
	expect_status(TRIAL(&w, .path = "/trial/open", .body = "\"a\"", .key = "k1"), 201);
}

enum { CODE_DONE = 1, CODE_REPLAYED, CODE_BUSY, CODE_ELSE };

static int ask_slowly(struct world *w, int i)
{
	struct got got = THING(w, "\"slow\"", "k1");

	(void)i;
	if (got.status == 409 && got.failed == ERR_KEY_BUSY && str_eq(got_header(got, "Retry-After"), S("1")))
		return CODE_BUSY;
	if (got.status != 201)
		return CODE_ELSE;
	return got_header(got, "Idempotent-Replayed").n > 0 ? CODE_REPLAYED : CODE_DONE;
}

static void many_at_once_under_one_key_work_once(void)
{
	struct world w = world();
	int codes[8], seen[6] = { 0 };

	trial_reset(&w);
	fork_many(&w, 8, ask_slowly, codes);
	for (int i = 0; i < 8; i++)
		seen[codes[i] <= CODE_ELSE ? codes[i] : 5] += 1;
	CU_ASSERT(seen[CODE_DONE] == 1);
	CU_ASSERT(seen[CODE_BUSY] >= 1);
	CU_ASSERT(seen[CODE_DONE] + seen[CODE_BUSY] + seen[CODE_REPLAYED] == 8);
	expect_sql(&w, 1, "select count(*) from u.helper_run where name = '\"slow\"'");
	expect_header(THING(&w, "\"slow\"", "k1"), "Idempotent-Replayed", "true");
}

static const CU_TestInfo tests[] = {
	T(the_same_request_again_is_answered_from_memory),
	T(the_quoted_form_names_the_same_key),
	T(another_request_under_the_key_is_422),
	T(a_key_belongs_to_its_caller_and_route),
	T(without_a_key_every_request_works),
	T(a_malformed_key_is_400),
	T(a_refusal_gives_the_key_back),
	T(an_answer_that_is_no_success_is_not_kept),
	T(a_secret_is_shown_once_and_never_kept),
	T(a_form_brings_its_key_in_a_field),
	T(a_connection_lost_at_work_leaves_no_claim),
	T(many_at_once_under_one_key_work_once),
	CU_TEST_INFO_NULL,
};

const struct suite suite_web_keyed = { "lib/web keyed", tests };
