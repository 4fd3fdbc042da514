/* batch.c: requests that waited together share a transaction, and a conflict of one is not the others'. */
#include "tests/lib/web/trial.h"
#include "tests/suite.h"

#define ASK(what) { .path = "/trial/batch/" what, .app = &trial_app }

static void together(struct world *w, const struct asking *askings, size_t n, struct got *gots)
{
	trial_reset(w);
	ask_many(w, askings, n, gots);
}

static void those_who_waited_together_share_a_transaction(void)
{
	const struct asking askings[] = { ASK("a"), ASK("b"), ASK("c") };
	struct world w = world();
	struct got gots[3];

	together(&w, askings, 3, gots);
	for (int i = 0; i < 3; i++) {
		expect_status(gots[i], 200);
		CU_ASSERT(str_eq(gots[i].body, gots[0].body));
	}
	CU_ASSERT(trial_runs() == 1);
	expect_sql(&w, 3, "select count(*) from u.helper_run where name like 'note of %%'");
}

static void a_batch_of_one_takes_the_same_path(void)
{
	struct world w = world();

	trial_reset(&w);
	expect_status(TRIAL(&w, .path = "/trial/batch/a"), 200);
	CU_ASSERT(trial_runs() == 1);
}

static void done_and_alone_stay_outside(void)
{
	const struct asking askings[] = { ASK("alone"), ASK("a"), ASK("done"), ASK("b"), { .path = "/trial/hello", .app = &trial_app } };
	struct world w = world();
	struct got gots[5];

	together(&w, askings, 5, gots);
	CU_ASSERT(str_eq(gots[1].body, gots[3].body));
	CU_ASSERT(!str_eq(gots[0].body, gots[1].body));
	expect_body_has(gots[2], "no batch");
	expect_body_has(gots[4], "hello");
	CU_ASSERT(trial_runs() == 1);
	expect_sql(&w, 1, "select count(*) from u.helper_run where name = 'alone'");
}

static void a_conflict_sends_them_back_one_by_one(void)
{
	const struct asking askings[] = { ASK("a"), ASK("same"), ASK("same"), ASK("b") };
	struct world w = world();
	struct got gots[4];

	together(&w, askings, 4, gots);
	expect_status(gots[0], 200);
	expect_status(gots[1], 200);
	expect_problem(gots[2], "duplicate");
	expect_status(gots[3], 200);
	CU_ASSERT(!str_eq(gots[0].body, gots[3].body));
	CU_ASSERT(trial_runs() == 5);
	CU_ASSERT(gots[0].failed == OK && gots[3].failed == OK);
}

static void bad_data_of_one_is_not_the_others(void)
{
	const struct asking askings[] = { ASK("a"), ASK("raise-22003") };
	struct world w = world();
	struct got gots[2];

	together(&w, askings, 2, gots);
	expect_status(gots[0], 200);
	expect_problem(gots[1], "internal");
}

static void one_that_deadlocks_is_tried_three_times_alone(void)
{
	const struct asking askings[] = { ASK("a"), ASK("raise-40P01") };
	struct world w = world();
	struct got gots[2];

	together(&w, askings, 2, gots);
	expect_status(gots[0], 200);
	expect_problem(gots[1], "retry");
	CU_ASSERT(trial_runs() == 1 + 1 + 3);
}

static void our_own_bug_is_not_repeated_for_each(void)
{
	const struct asking askings[] = { ASK("a"), ASK("raise-42501"), ASK("b") };
	struct world w = world();
	struct got gots[3];

	together(&w, askings, 3, gots);
	for (int i = 0; i < 3; i++)
		expect_problem(gots[i], "internal");
	CU_ASSERT(trial_runs() == 1);
	expect_sql(&w, 0, "select count(*) from u.helper_run");
}

static void a_database_away_is_503_for_all(void)
{
	const struct asking askings[] = { ASK("a"), ASK("b") };
	struct world w = world();
	struct got gots[2];

	trial_reset(&w);
	w.config->database = S("host=/nonexistent dbname=none");
	ask_many(&w, askings, 2, gots);
	for (int i = 0; i < 2; i++) {
		expect_problem(gots[i], "database-away");
		expect_header(gots[i], "Retry-After", "2");
	}
}

static void a_bad_request_among_them_is_refused_alone(void)
{
	const struct asking askings[] = { ASK("a"), ASK("%zz"), ASK("b") };
	struct world w = world();
	struct got gots[3];

	together(&w, askings, 3, gots);
	expect_status(gots[0], 200);
	expect_problem(gots[1], "bad-request");
	CU_ASSERT(str_eq(gots[0].body, gots[2].body));
}

static const CU_TestInfo tests[] = {
	T(those_who_waited_together_share_a_transaction),
	T(a_batch_of_one_takes_the_same_path),
	T(done_and_alone_stay_outside),
	T(a_conflict_sends_them_back_one_by_one),
	T(bad_data_of_one_is_not_the_others),
	T(one_that_deadlocks_is_tried_three_times_alone),
	T(our_own_bug_is_not_repeated_for_each),
	T(a_database_away_is_503_for_all),
	T(a_bad_request_among_them_is_refused_alone),
	CU_TEST_INFO_NULL,
};

const struct suite suite_web_batch = { "lib/web batch", tests };
