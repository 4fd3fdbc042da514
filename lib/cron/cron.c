/* cron.c: a helper's minute. SIGTERM and SIGINT are blocked and read from a descriptor, so that they end a pause at
 * once and a step never.
 */
#include "lib/cron/cron.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/core/time.h"
#include "lib/db/db.h"

#define LOCK_SLICE_MS 1000
#define PAUSE_AFTER_ERR_MS 1000
#define BEAT_MS 5000
#define EXIT_BUSY 75

struct run {
	const struct helper *helper;
	const struct config *config;
	struct db *db;
	struct arena *mem;
	int signals;
	bool once, stop;
	int64_t began_ms, beat_ms; /* monotonic */
	int64_t done;
	char problem[256];         /* of the last failed step; "" once one succeeded */
};

static struct ctx ctx_new(struct run *run)
{
	struct ctx c = { .mem = run->mem, .config = run->config, .db = run->db, .now_ms = time_now_ms() };
	char text[37];

	arena_reset(run->mem);
	uuid_text(uuid_new(c.now_ms), text);
	c.request_id = str_copy(c.mem, str_of(text));
	return c;
}

static void pause_ms(struct run *run, int64_t ms)
{
	struct pollfd p = { .fd = run->signals, .events = POLLIN };

	if (poll(&p, 1, (int)ms) > 0)
		run->stop = true;
}

static void tell(const struct ctx *c, const char *says)
{
	log_line(LOG_ERROR, says, LOG_FIELDS(
		LOG_S("err", str_of(err_row(c->failed)->name)), LOG_S("file", str_of(c->failed_file)),
		LOG_I("line", c->failed_line), LOG_S("detail", c->failed_detail), LOG_S("run", c->request_id)));
}

static enum err helper_beat(struct run *run, struct ctx *c, bool finished)
{
	run->beat_ms = time_monotonic_ms();
	return db_run(c, SQL(helper_beat), PARAMS(
		p_str(str_of(run->helper->name)), p_int(run->beat_ms - run->began_ms), p_int(run->done),
		p_str(str_of(run->problem)), p_bool(finished)));
}

static void beat(struct run *run, bool finished)
{
	struct ctx c = ctx_new(run);

	if (helper_beat(run, &c, finished) != OK)
		tell(&c, "no heartbeat");
}

/* OK, or RETRY when the predecessor has not let go in time. */
static enum err lock_wait(struct run *run)
{
	int64_t until_ms = run->began_ms + run->config->helper_wait_s * 1000;
	struct str name = str_of(run->helper->name);
	enum err e;

	for (;;) {
		struct ctx c = ctx_new(run);
		int64_t left_ms = until_ms - time_monotonic_ms();

		e = db_lock(&c, str_fmt(c.mem, "cron/" STR_FMT, STR_ARG(name)),
			left_ms < 0 ? 0 : left_ms < LOCK_SLICE_MS ? left_ms : LOCK_SLICE_MS);
		pause_ms(run, e == OK || e == ERR_RETRY ? 0 : PAUSE_AFTER_ERR_MS);
		if (e == OK || run->stop || time_monotonic_ms() >= until_ms)
			return e;
	}
}

static enum err step(struct run *run, int64_t *done)
{
	struct ctx c = ctx_new(run);
	enum err e;

	*done = 0;
	e = run->helper->step(&c, done);
	if (db_tx_open(run->db))
		db_rollback(&c);
	run->problem[0] = '\0';
	if (e != OK) {
		snprintf(run->problem, sizeof run->problem, "%s", err_row(e)->name);
		tell(&c, "step failed");
	}
	notes_write(&c);
	return e;
}

/* Steps until the minute is over; with --once, until there is nothing left to do. */
static bool work(struct run *run)
{
	int64_t until_ms = time_monotonic_ms() + run->config->helper_minute_s * 1000;
	int64_t done;
	enum err e;

	while (!run->stop && (run->once || time_monotonic_ms() < until_ms)) {
		e = step(run, &done);
		run->done += done;
		if (run->once && (e != OK || done == 0))
			return e == OK;
		if (time_monotonic_ms() - run->beat_ms >= BEAT_MS)
			beat(run, false);
		pause_ms(run, e != OK ? PAUSE_AFTER_ERR_MS : done == 0 ? run->config->helper_poll_ms : 0);
	}
	return true;
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int run_once_locked(struct run *run)
{
	enum err e = lock_wait(run);
	bool good;

	if (e != OK)
		return run->stop ? 0 : EXIT_BUSY;
	run->began_ms = time_monotonic_ms();
	beat(run, false);
	good = work(run);
	beat(run, true);
	return good ? 0 : 1;
}

int cron_main(const struct helper *helper, int argc, char **argv)
{
	struct run run = { .helper = helper, .config = config_must(NULL), .signals = signals_open() };
	int code;

	log_program(helper->name);
	run.once = argc > 1 && strcmp(argv[1], "--once") == 0;
	run.began_ms = time_monotonic_ms();
	run.db = db_new(run.config, "helper");
	run.mem = arena_new((size_t)run.config->arena_max_bytes);
	code = run_once_locked(&run);
	db_free(run.db);
	arena_free(run.mem);
	close(run.signals);
	return code;
}
