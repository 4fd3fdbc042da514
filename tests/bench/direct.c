/* direct: the limit that a click is measured against. N processes, each with one connection, call u.click once per
 * transaction, each call a new visitor, for a bounded time.
 * usage: direct CONNINFO CONNECTIONS SECONDS LINKS    (codes bench0 ... bench<LINKS-1>; 1: one hot variant)
 * prints: calls per second, and the median call in microseconds
 */
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES 4096

struct shared {
	uint64_t calls[64];
	uint32_t micros[64][SAMPLES];
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static PGconn *connect_or_die(const char *conninfo)
{
	PGconn *db = PQconnectdb(conninfo);
	PGresult *r;

	if (PQstatus(db) != CONNECTION_OK) {
		fprintf(stderr, "direct: %s", PQerrorMessage(db));
		exit(1);
	}
	r = PQprepare(db, "click", "select outcome, session_id, mark, storefront_url, variant_external, discount_code"
		" from u.click($1, gen_random_uuid(), null, 1, gen_random_uuid(), gen_random_uuid(), $2,"
		" gen_random_uuid(), true, false, 0, row(3600, 240, 3, 0, 0, 20, 25, 2)::u.hold_rules)", 2, NULL);
	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		fprintf(stderr, "direct: %s", PQerrorMessage(db));
		exit(1);
	}
	PQclear(r);
	return db;
}

static void click(PGconn *db, long links)
{
	char code[32], mark[40];
	const char *values[2] = { code, mark };
	PGresult *r;

	snprintf(code, sizeof(code), "bench%ld", random() % links);
	snprintf(mark, sizeof(mark), "%08lx%08lx%08lx%08lx", random(), random(), random(), (unsigned long)getpid());
	r = PQexecPrepared(db, "click", 2, values, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK || strcmp(PQgetvalue(r, 0, 0), "started") != 0) {
		fprintf(stderr, "direct: %s %s\n", PQerrorMessage(db), PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
		exit(1);
	}
	PQclear(r);
}

static void work(const char *conninfo, int me, long seconds, long links, struct shared *shared)
{
	PGconn *db = connect_or_die(conninfo);
	uint64_t end;

	srandom((unsigned)getpid());
	end = now_us() + (uint64_t)seconds * 1000000;
	while (now_us() < end) {
		uint64_t begin = now_us();

		click(db, links);
		shared->micros[me][shared->calls[me]++ % SAMPLES] = (uint32_t)(now_us() - begin);
	}
	PQfinish(db);
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long connections = argc == 5 ? strtol(argv[2], NULL, 10) : 0;
	long seconds = argc == 5 ? strtol(argv[3], NULL, 10) : 0;
	uint64_t calls = 0;
	int failed = 0;

	if (connections < 1 || connections > 64 || seconds < 1 || shared == MAP_FAILED) {
		fprintf(stderr, "usage: direct CONNINFO CONNECTIONS(1-64) SECONDS LINKS\n");
		return 64;
	}
	for (int i = 0; i < connections; i++)
		if (fork() == 0) {
			work(argv[1], i, seconds, strtol(argv[4], NULL, 10), shared);
			_exit(0);
		}
	for (int i = 0; i < connections; i++) {
		int status;

		wait(&status);
		failed |= status;
	}
	for (int i = 0; i < connections; i++)
		calls += shared->calls[i];
	qsort(shared->micros[0], shared->calls[0] < SAMPLES ? shared->calls[0] : SAMPLES, sizeof(uint32_t), ascending);
	printf("%.0f %u\n", (double)calls / (double)seconds,
		shared->micros[0][(shared->calls[0] < SAMPLES ? shared->calls[0] : SAMPLES) / 2]);
	return failed ? 1 : 0;
}
