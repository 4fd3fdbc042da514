/* tokens.c: see tokens.sh
 *
 * Each round the pair must be replaced, and everybody asks at once. What one round may add: lost answers and garbage, processes
 * that die by SIGKILL at any moment, and a clock that jumps past the lease of one that lives. After each the shop lets us in.
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/shop/shop.h"
#include "tests/storefront.h"

#define PARALLEL 20
#define REST_PAST_MS 900000 /* longer than any rest */

enum { ANSWERS_LOST = 1, KILLS = 2 };
enum { GOOD, AWAY, RESTING, BUSY, WRONG, CODES };

static unsigned seed;
static int round_n, rounds, bad;

static void die(int signal_n)
{
	(void)signal_n;
	kill(getpid(), SIGKILL);
}

static void die_after(long us)
{
	signal(SIGALRM, die);
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { us / 1000000, us % 1000000 } }, NULL);
}

static enum err identify(struct world *w)
{
	struct platform_identity identity = { 0 };
	struct ctx *c = world_ctx(w, NOBODY);
	struct shop_door door;

	TRY(shop_open(c, w->shop, &door));
	return shop_heard(c, &door, door.platform->identify(c, &door.call, &identity));
}

static int one_of_many(struct world *w, int i)
{
	unsigned state = seed + (unsigned)(round_n * PARALLEL + i);

	if (round_n & KILLS && i == 0) {
		usleep(30000 + (unsigned)rand_r(&state) % 60000);
		world_clock_advance(w, 70000);
		return GOOD;
	}
	if (round_n & KILLS && i % 2)
		die_after(1000 + rand_r(&state) % 60000);
	switch (identify(w)) {
	case OK:
		return GOOD;
	case ERR_PLATFORM_AWAY:
		return AWAY;
	case ERR_PLATFORM_SLOW:
		return RESTING;
	case ERR_RETRY:
		return BUSY;
	default:
		return WRONG;
	}
}

/* The sandbox counts what queries cost by its own clock, and on a fast machine asks us to wait. */
static enum err identify_in_the_end(struct world *w)
{
	enum err e = ERR_PLATFORM_SLOW;

	for (int i = 0; i < 20 && e == ERR_PLATFORM_SLOW; i++) {
		if (i > 0)
			usleep(500000);
		world_clock_advance(w, REST_PAST_MS);
		e = identify(w);
	}
	return e;
}

struct tally {
	long codes[CODES], killed;
};

static bool round_holds(struct world *w, struct tally *all)
{
	unsigned state = seed + (unsigned)round_n;
	int codes[PARALLEL];
	enum err e;

	world_sql(w, "update u.shop set access_expires_at = u.clock()");
	if (round_n & ANSWERS_LOST)
		control(w, "POST", "/faults", str_z(w->mem, str_fmt(w->mem, "{\"target\":\"token\",\"mode\":\"%s\",\"count\":%d}",
			round_n % 8 == 5 ? "garbage" : "lost_answer", 1 + rand_r(&state) % 3)));
	fork_many(w, PARALLEL, one_of_many, codes);
	for (int i = 0; i < PARALLEL; i++) {
		if (codes[i] < CODES)
			all->codes[codes[i]]++;
		else
			all->killed++;
	}
	control(w, "DELETE", "/faults", NULL);
	e = identify_in_the_end(w);
	if (e != OK)
		printf("FAILED round %d: the shop answers %s; health %s, generation %lld\n", round_n, err_row(e)->name,
			str_z(w->mem, world_text(w, "select health || ' ' || health_reason from u.shop")),
			(long long)world_int(w, "select token_generation from u.shop"));
	return e == OK;
}

static int says(bool good, const char *what)
{
	printf("%s %s\n", good ? "ok    " : "FAILED", what);
	return good ? 0 : 1;
}

static void prove(void)
{
	struct world w = world(.bare = true);
	struct tally all = { 0 };
	bool lost = false;

	storefront(&w, NULL);
	storefront_install(&w);
	for (round_n = 0; round_n < rounds && !lost; round_n++)
		lost = !round_holds(&w, &all);
	printf("figures: %d rounds of %d at once: %ld let in, %ld saw a failed answer, %ld found the shop resting, %ld gave way, %ld killed; "
		"%lld pairs; seed %u\n", round_n, PARALLEL, all.codes[GOOD], all.codes[AWAY], all.codes[RESTING], all.codes[BUSY], all.killed,
		(long long)world_int(&w, "select token_generation from u.shop"), seed);
	bad += says(!lost, "the connection was never lost");
	bad += says(all.codes[WRONG] == 0, "nobody was told anything but yes or later");
	bad += says(all.killed > 0 && all.codes[AWAY] > 0, "processes were killed, and answers lost");
	bad += says(world_int(&w, "select count(*) from u.event_log where payload ->> 'health' = 'needs_reconnect'") == 0,
		"no creator was asked to connect again");
}

/* The sandbox's tools are CUnit's: what they find wrong is one more failure. */
int main(int argc, char **argv)
{
	rounds = argc > 1 ? atoi(argv[1]) : 200;
	seed = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	if (CU_initialize_registry() != CUE_SUCCESS || !CU_add_test(CU_add_suite("prove/tokens", NULL, NULL), "prove", prove))
		return 1;
	CU_run_all_tests();
	bad += says(CU_get_number_of_failures() == 0, "the sandbox did as it was told");
	printf("%d passed, %d failed\n", 5 - bad, bad);
	CU_cleanup_registry();
	return bad != 0;
}
