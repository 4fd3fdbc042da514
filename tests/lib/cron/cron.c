/* cron.c: one helper at a time, until its minute is over. */
#include "lib/cron/cron.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/core/time.h"
#include "tests/suite.h"
#include "tests/world.h"

#define QUERY(name, text, params) static const struct query name = { #name, text, "tests/lib/cron/cron.c", params }

QUERY(cron_take, "update u.job set state = 'done' where id = (select id from u.job where state = 'queued' limit 1)", 0);

static enum err take_one(struct ctx *c, int64_t *done)
{
	return db_count(c, &cron_take, NO_PARAMS, done);
}

static enum err always_refuse(struct ctx *c, int64_t *done)
{
	*done = 0;
	return FAIL(c, ERR_PLATFORM_AWAY, "always");
}

static const struct helper taker = { "trial_taker", take_one }, refuser = { "trial_refuser", always_refuse };

static pid_t start(const struct helper *helper, const char *option, const char *minute_s, const char *wait_s)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		world_env();
		setenv("UNIFYED_HELPER_MINUTE_S", minute_s, 1);
		setenv("UNIFYED_HELPER_WAIT_S", wait_s, 1);
		setenv("UNIFYED_HELPER_POLL_MS", "20", 1);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		_exit(cron_main(helper, option != NULL ? 2 : 1, (char *[]){
			(char *)(uintptr_t)helper->name, (char *)(uintptr_t)option, NULL }));
	}
	return pid;
}

static int end(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void queue(struct world *w, int n)
{
	world_sql(w, "insert into u.job (id, kind, dedupe) select gen_random_uuid(), 'trial', g::text from generate_series(1, %d) g", n);
}

static void once_works_until_nothing_is_left(void)
{
	struct world w = world();

	queue(&w, 3);
	EXPECT_INT(end(start(&taker, "--once", "60", "0")), 0);
	expect_sql(&w, 3, "select count(*) from u.job where state = 'done'");
	expect_sql(&w, 3, "select done from u.helper_run where name = 'trial_taker' and finished_at is not null and problem = ''");
}

static void once_tells_a_refusal(void)
{
	struct world w = world();

	EXPECT_INT(end(start(&refuser, "--once", "60", "0")), 1);
	expect_sql(&w, 1, "select count(*) from u.helper_run where name = 'trial_refuser' and problem = 'PLATFORM_AWAY'");
}

static void a_helper_polls_until_its_minute_is_over(void)
{
	struct world w = world();
	int64_t began_ms = time_monotonic_ms();
	pid_t pid;

	pid = start(&taker, NULL, "1", "0");
	usleep(400000);
	queue(&w, 2);
	EXPECT_INT(end(pid), 0);
	EXPECT(time_monotonic_ms() - began_ms >= 1000);
	expect_sql(&w, 2, "select count(*) from u.job where state = 'done'");
}

static void a_second_helper_waits_and_gives_up(void)
{
	struct world w = world();
	pid_t first;

	(void)w;
	first = start(&taker, NULL, "60", "0");
	usleep(300000);
	EXPECT_INT(end(start(&taker, NULL, "60", "0")), 75);
	kill(first, SIGTERM);
	EXPECT_INT(end(first), 0);
}

static void a_second_helper_takes_over_when_the_first_ends(void)
{
	struct world w = world();
	pid_t first, second;

	first = start(&taker, NULL, "60", "10");
	usleep(300000);
	second = start(&taker, NULL, "60", "10");
	usleep(300000);
	kill(first, SIGTERM);
	EXPECT_INT(end(first), 0);
	usleep(500000);
	queue(&w, 1);
	usleep(300000);
	expect_sql(&w, 1, "select count(*) from u.job where state = 'done'");
	kill(second, SIGTERM);
	EXPECT_INT(end(second), 0);
}

static void sigterm_ends_a_helper_that_waits(void)
{
	struct world w = world();
	pid_t first, second;

	(void)w;
	first = start(&taker, NULL, "60", "60");
	usleep(300000);
	second = start(&taker, NULL, "60", "60");
	usleep(300000);
	kill(second, SIGTERM);
	EXPECT_INT(end(second), 0);
	kill(first, SIGTERM);
	EXPECT_INT(end(first), 0);
}

static void a_helper_survives_a_lost_connection(void)
{
	struct world w = world();
	pid_t pid;

	pid = start(&taker, NULL, "60", "0");
	usleep(300000);
	world_cut_connection(&w);
	queue(&w, 2);
	usleep(1500000);
	expect_sql(&w, 2, "select count(*) from u.job where state = 'done'");
	kill(pid, SIGTERM);
	EXPECT_INT(end(pid), 0);
}

static const CU_TestInfo tests[] = {
	T(once_works_until_nothing_is_left),
	T(once_tells_a_refusal),
	T(a_helper_polls_until_its_minute_is_over),
	T(a_second_helper_waits_and_gives_up),
	T(a_second_helper_takes_over_when_the_first_ends),
	T(sigterm_ends_a_helper_that_waits),
	T(a_helper_survives_a_lost_connection),
	CU_TEST_INFO_NULL,
};

const struct suite suite_cron_cron = { "lib/cron", tests };
