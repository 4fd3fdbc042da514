/* model.c: the seeded model test. Random steps on the product and on the rules beside it; every answer is compared, every
 * EVERY steps all rows. Prints the seed of what went wrong, the steps that led there, and how to see it again.
 *   model [--seeds N] [--steps N] [--first SEED] [--seed SEED] [--lanes N] [--every N]
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/prove/model.h"

struct options {
	long seeds, steps, first, seed, lanes, every;
};

/* Of a hundred steps; time passes in the others. */
static const struct {
	const char *name;
	int weight;
	bool (*step)(struct stage *s);
} steps[] = {
	{ "click", 24, step_click }, { "batch", 6, step_batch }, { "release", 4, step_release }, { "sweep", 2, step_tidy },
	{ "link", 1, step_link }, { "offer", 2, step_offer }, { "order", 9, step_order_new }, { "change", 5, step_order_change },
	{ "told", 15, step_order_told }, { "refund", 1, step_refund_told }, { "shop", 7, step_shop_moves },
	{ "level", 7, step_level_told }, { "read", 6, step_read_begins }, { "read ends", 6, step_read_ends },
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A little nearly always, sometimes past a hold, rarely past everything. */
static void time_passes(struct stage *s)
{
	static const int64_t leaps[] = { 30000, 61000, 300000, 900000, 1800000 };
	int64_t by = chance(s, 50) ? (int64_t)any(s, 4000) : 0;

	if (chance(s, 4))
		by = leaps[any(s, 5)] + (int64_t)any(s, 3) - 1;
	if (any(s, 4000) == 0)
		by = (int64_t)86400000 * 31;
	stage_clock(s, by);
}

static bool one_step(struct stage *s)
{
	int all = 0, at;

	time_passes(s);
	for (size_t i = 0; i < COUNT(steps); i++)
		all += steps[i].weight;
	at = (int)any(s, (uint32_t)all);
	for (size_t i = 0; i < COUNT(steps); i++) {
		if (at < steps[i].weight)
			return steps[i].step(s);
		at -= steps[i].weight;
	}
	return true;
}

static void told(const struct stage *s, const struct options *o)
{
	printf("FAILED seed %llu, step %d: %s\n", (unsigned long long)s->seed, s->step, s->why);
	printf("  the steps before it:\n");
	for (int n = s->step >= TRACE ? s->step - TRACE + 1 : 0; n <= s->step; n++)
		if (s->trace[n % TRACE][0])
			printf("  %s\n", s->trace[n % TRACE]);
	printf("  again: SEED=%llu tests/prove/model.sh --steps %d --every 1   (was: --every %ld)\n", (unsigned long long)s->seed, s->step + 1,
		o->every);
	fflush(stdout);
}

static bool seed_holds(uint64_t seed, const struct options *o)
{
	static struct stage s;
	double began = seconds();
	bool good = true;

	stage_open(&s, seed);
	for (s.step = 0; good && s.step < o->steps; s.step++) {
		s.trace[s.step % TRACE][0] = '\0';
		good = one_step(&s) && ((s.step + 1) % o->every != 0 || look(&s, false));
		arena_reset(s.mem);
		if (!good)
			break;
	}
	good = good && look(&s, true);
	if (good)
		printf("ok     seed %llu: %ld steps, %ld holds, %ld orders, %ld refused by the shop, %ld kills, %ld shortfalls, %.0f steps/s\n",
			(unsigned long long)seed, o->steps, s.granted, s.bought, s.refused_by_shop, s.kills, s.m->events[M_E_SHORTFALL],
			(double)o->steps / (seconds() - began));
	else
		told(&s, o);
	fflush(stdout);
	stage_close(&s);
	return good;
}

static int lane(const struct options *o, long n)
{
	int bad = 0;

	for (long i = n; i < o->seeds; i += o->lanes)
		bad += !seed_holds((uint64_t)(o->first + i), o);
	return bad;
}

static long number(const char *text, long least)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (*end != '\0' || v < least) {
		fprintf(stderr, "model: %s is no number that fits here\n", text);
		exit(64);
	}
	return v;
}

static void options_read(struct options *o, int argc, char **argv)
{
	const struct {
		const char *name;
		long *value;
	} known[] = { { "--seeds", &o->seeds }, { "--steps", &o->steps }, { "--first", &o->first }, { "--seed", &o->seed },
		{ "--lanes", &o->lanes }, { "--every", &o->every } };

	for (int i = 1; i + 1 < argc; i += 2)
		for (size_t k = 0; k < COUNT(known); k++)
			if (strcmp(argv[i], known[k].name) == 0)
				*known[k].value = number(argv[i + 1], 0);
	if (o->seed) {
		o->first = o->seed;
		o->seeds = 1;
	}
	if (o->every < 1 || o->lanes < 1 || o->steps < 1 || o->steps > STEPS_MOST / 8)
		exit((fprintf(stderr, "model: 1 to %d steps, and at least one lane\n", STEPS_MOST / 8), 64));
}

int main(int argc, char **argv)
{
	struct options o = { .seeds = 20, .steps = 20000, .first = 1, .lanes = 2, .every = 250 };
	double began = seconds();
	int bad = 0, status;

	options_read(&o, argc, argv);
	printf("       seeds %ld to %ld, %ld steps each, all rows every %ld steps, %ld lanes\n", o.first, o.first + o.seeds - 1, o.steps,
		o.every, o.lanes);
	fflush(stdout);
	for (long n = 0; n < o.lanes && n < o.seeds; n++)
		if (fork() == 0)
			exit(lane(&o, n));
	while (wait(&status) > 0)
		bad += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	printf("figures: seeds %ld to %ld of %ld steps, %d against the rules, %.0f steps/s\n", o.first, o.first + o.seeds - 1, o.steps,
		bad, (double)(o.seeds * o.steps) / (seconds() - began));
	printf("%ld passed, %d failed\n", o.seeds - bad, bad);
	return bad != 0;
}
