#include "lib/job/job.h"

#include "tests/suite.h"
#include "tests/world.h"

static void queue(struct world *w, const char *dedupe, const char *payload)
{
	EXPECT_ERR(job_queue(world_ctx(w, NOBODY), S("sweep"), str_of(dedupe), w->shop, w->anna.creator, str_of(payload)), OK);
}

static struct job claim(struct world *w, bool *found)
{
	struct job job = { 0 };

	EXPECT_ERR(job_claim(world_ctx(w, NOBODY), S("sweep"), 60, &job, found), OK);
	return job;
}

static bool none(struct world *w)
{
	bool found;

	(void)claim(w, &found);
	return !found;
}

static void a_job_is_claimed_with_what_it_was_queued_with(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "{\"n\": 1}");
	job = claim(&w, &found);
	EXPECT(found);
	EXPECT_SAME(job.kind, S("sweep"));
	EXPECT_SAME(job.dedupe, S("a"));
	EXPECT_SAME(job.payload, S("{\"n\": 1}"));
	EXPECT(uuid_eq(job.shop.u, w.shop.u));
	EXPECT(uuid_eq(job.creator.u, w.anna.creator.u));
	EXPECT_INT(job.attempts, 1);
}

static void the_same_work_is_queued_once(void)
{
	struct world w = world(.bare = true);

	queue(&w, "a", "");
	queue(&w, "a", "{\"n\": 2}");
	queue(&w, "b", "");
	expect_sql(&w, 2, "select count(*) from u.job");
	expect_sql(&w, 1, "select count(*) from u.job where dedupe = 'a' and payload ->> 'n' = '2'");
}

static void done_work_can_be_wanted_again(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "");
	job = claim(&w, &found);
	EXPECT_ERR(job_done(world_ctx(&w, NOBODY), job.id), OK);
	EXPECT(none(&w));
	queue(&w, "a", "");
	EXPECT(!none(&w));
}

static void a_claimed_job_comes_back_when_its_helper_dies(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "");
	(void)claim(&w, &found);
	EXPECT(none(&w));
	world_clock_advance(&w, 61000);
	job = claim(&w, &found);
	EXPECT(found);
	EXPECT_INT(job.attempts, 2);
}

static void what_is_wanted_again_while_it_runs_runs_again(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "");
	job = claim(&w, &found);
	queue(&w, "a", "{\"n\": 2}");
	EXPECT_ERR(job_done(world_ctx(&w, NOBODY), job.id), OK);
	job = claim(&w, &found);
	EXPECT(found);
	EXPECT_SAME(job.payload, S("{\"n\": 2}"));
	EXPECT_ERR(job_done(world_ctx(&w, NOBODY), job.id), OK);
	EXPECT(none(&w));
}

static void a_failed_job_backs_off_and_dies_in_the_end(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "");
	for (int i = 1; i <= 3; i++) {
		job = claim(&w, &found);
		EXPECT(found);
		EXPECT_INT(job.attempts, i);
		EXPECT_ERR(job_failed(world_ctx(&w, NOBODY), &job, S("no luck"), 3), OK);
		world_clock_advance(&w, (INT64_C(750) << i) - 200);
		EXPECT(none(&w));
		world_clock_advance(&w, (INT64_C(500) << i) + 400);
	}
	EXPECT(none(&w));
	expect_sql(&w, 1, "select count(*) from u.job where state = 'dead' and problem = 'no luck' and done_at is not null");
}

static void dead_work_that_is_wanted_again_is_a_new_job(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "");
	job = claim(&w, &found);
	EXPECT_ERR(job_failed(world_ctx(&w, NOBODY), &job, S("no luck"), 1), OK);
	queue(&w, "a", "");
	job = claim(&w, &found);
	EXPECT(found);
	EXPECT_INT(job.attempts, 1);
}

static void a_job_that_backs_off_is_brought_forward_when_it_is_wanted_again(void)
{
	struct world w = world(.bare = true);
	struct job job;
	bool found;

	queue(&w, "a", "");
	job = claim(&w, &found);
	EXPECT_ERR(job_failed(world_ctx(&w, NOBODY), &job, S("no luck"), 9), OK);
	EXPECT(none(&w));
	queue(&w, "a", "");
	EXPECT(!none(&w));
}

static void the_most_urgent_comes_first(void)
{
	struct world w = world(.bare = true);
	bool found;

	queue(&w, "a", "");
	queue(&w, "b", "");
	world_sql(&w, "update u.job set run_at = run_at - interval '1 hour' where dedupe = 'b'");
	EXPECT_SAME(claim(&w, &found).dedupe, S("b"));
}

static int claim_all(struct world *w, int i)
{
	int n = 0;
	bool found = true;
	struct job job;

	(void)i;
	while (found && job_claim(world_ctx(w, NOBODY), S("sweep"), 60, &job, &found) == OK)
		n += found;
	return n;
}

static void many_helpers_share_the_jobs(void)
{
	struct world w = world(.bare = true);
	int codes[6], sum = 0;

	for (int i = 0; i < 60; i++)
		queue(&w, str_z(w.mem, str_fmt(w.mem, "%d", i)), "");
	fork_many(&w, COUNT(codes), claim_all, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		sum += codes[i];
	EXPECT_INT(sum, 60);
	expect_sql(&w, 60, "select count(*) from u.job where attempts = 1");
}

static const CU_TestInfo tests[] = {
	T(a_job_is_claimed_with_what_it_was_queued_with),
	T(the_same_work_is_queued_once),
	T(done_work_can_be_wanted_again),
	T(a_claimed_job_comes_back_when_its_helper_dies),
	T(what_is_wanted_again_while_it_runs_runs_again),
	T(a_failed_job_backs_off_and_dies_in_the_end),
	T(dead_work_that_is_wanted_again_is_a_new_job),
	T(a_job_that_backs_off_is_brought_forward_when_it_is_wanted_again),
	T(the_most_urgent_comes_first),
	T(many_helpers_share_the_jobs),
	CU_TEST_INFO_NULL,
};
const struct suite suite_job = { "lib/job/job", tests };
