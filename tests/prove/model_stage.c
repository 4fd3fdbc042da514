/* model_stage.c: the product's side of a run: its database, its clock, its ids, and its sudden deaths. */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/db.h"
#include "tests/prove/model.h"

#define BEGINNING_MS 2000000000000
#define ARENA_BYTES (64u << 20)

static struct stage *killing; /* whose connection dies in PQpipelineSync below */

uint32_t any(struct stage *s, uint32_t below)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (uint32_t)((s->random * 0x2545f4914f6cdd1dull) >> 32) % below;
}

bool chance(struct stage *s, uint32_t percent)
{
	return any(s, 100) < percent;
}

void said(struct stage *s, const char *format, ...)
{
	char *line = s->trace[s->step % TRACE];
	int n = snprintf(line, sizeof s->trace[0], "%6d +%lld.%03lld s  ", s->step,
		(long long)(s->m->now_ms - BEGINNING_MS) / 1000, (long long)(s->m->now_ms % 1000));
	va_list args;

	va_start(args, format);
	vsnprintf(line + n, sizeof s->trace[0] - (size_t)n, format, args);
	va_end(args);
}

bool wrong(struct stage *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(s->why, sizeof s->why, format, args);
	va_end(args);
	return false;
}

static PGresult *run(struct stage *s, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static PGresult *run(struct stage *s, const char *format, va_list args)
{
	static char text[16384];
	PGresult *r;

	vsnprintf(text, sizeof text, format, args);
	r = PQexec(s->sql, text);
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s\n%s\n", text, PQresultErrorMessage(r));
		exit(2);
	}
	return r;
}

void stage_sql(struct stage *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	PQclear(run(s, format, args));
	va_end(args);
}

const char *stage_text(struct stage *s, const char *format, ...)
{
	static char *kept;
	PGresult *r;
	va_list args;

	va_start(args, format);
	r = run(s, format, args);
	va_end(args);
	free(kept);
	kept = strdup(PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return kept;
}

void stage_clock(struct stage *s, int64_t by_ms)
{
	s->m->now_ms += by_ms;
	if (s->clock_ms == s->m->now_ms)
		return;
	s->clock_ms = s->m->now_ms;
	stage_sql(s, "update u.test_clock set offset_ms = %lld", (long long)s->clock_ms);
}

struct ctx *stage_ctx(struct stage *s, struct creator_id creator)
{
	struct ctx *c = NEW(s->mem, struct ctx);

	c->mem = s->mem;
	c->config = s->w.config;
	c->db = s->db;
	c->now_ms = s->m->now_ms;
	c->request_id = S("model");
	c->creator = creator;
	return c;
}

struct creator_id stage_creator(const struct stage *s, int offer)
{
	return offer == 1 ? s->w.ben.creator : s->w.anna.creator;
}

struct uuid stage_uuid(int kind, int n)
{
	struct uuid u = { 0 };
	char text[40];

	snprintf(text, sizeof text, "01d%05d-0000-7000-8000-%012d", kind, n);
	if (!uuid_read(str_of(text), &u))
		abort();
	return u;
}

static void kill_backend(struct stage *s, int pid)
{
	stage_sql(s, "select pg_terminate_backend(%d, 5000)", pid);
	s->kills++;
}

/* Stands before libpq's: every trip of lib/db ends with it, so this is where a backend can die between any two statements. */
int PQpipelineSync(PGconn *conn)
{
	int (*real)(PGconn *conn) = 0;
	void *found = dlsym(RTLD_NEXT, "PQpipelineSync");

	memcpy(&real, &found, sizeof real);
	if (killing != NULL) {
		killing->backend = PQbackendPID(conn);
		if (killing->kill_in > 0 && --killing->kill_in == 0)
			kill_backend(killing, killing->backend);
	}
	return real(conn);
}

enum err stage_do(struct stage *s, struct creator_id creator, enum err (*work)(struct ctx *c, void *arg), void *arg)
{
	struct ctx *c = stage_ctx(s, creator);
	long kills = s->kills;
	enum err e;

	s->kill_in = any(s, 1000) < 5 ? 1 + (int)any(s, 9) : 0; /* rare, as a new connection costs as much as a hundred steps */
	e = db_in_tx(c, work, arg);
	s->kill_in = 0;
	if (e == ERR_DB_AWAY && s->kills > kills) {
		c = stage_ctx(s, creator);
		e = db_in_tx(c, work, arg);
	}
	s->again = e == OK && any(s, 1000) < 3;
	if (s->again)
		kill_backend(s, s->backend);
	if (e != OK)
		(void)wrong(s, "%s (%s:%d " STR_FMT ")", err_row(e)->name, c->failed_file ? c->failed_file : "", c->failed_line,
			STR_ARG(c->failed_detail));
	return e;
}

static void model_new(struct stage *s)
{
	struct model *m = calloc(1, sizeof *m);

	m->links = calloc(STEPS_MOST, sizeof *m->links);
	m->sessions = calloc(STEPS_MOST, sizeof *m->sessions);
	m->open = calloc(STEPS_MOST, sizeof *m->open);
	m->orders = calloc(STEPS_MOST / 8, sizeof *m->orders);
	s->link_ids = calloc(STEPS_MOST, sizeof *s->link_ids);
	s->minted = calloc(STEPS_MOST, sizeof *s->minted);
	s->by_mint = calloc(2 * STEPS_MOST, sizeof *s->by_mint);
	m->now_ms = BEGINNING_MS;
	m->hold_ms = 900000;
	m->shop_skew_ms = (int64_t)any(s, 40001) - 20000;
	s->m = m;
}

void stage_open(struct stage *s, uint64_t seed)
{
	char conninfo[512];

	*s = (struct stage){ .seed = seed, .random = seed * 0x9e3779b97f4a7c15ull + 0x1234567 };
	for (int i = 0; i < 16; i++)
		(void)any(s, 2);
	s->w = world(.variants = 8, .ben = true);
	s->w.config->holds_per_visitor = 0; /* the caps of the guard have a proof of their own */
	s->mem = arena_new(ARENA_BYTES);
	s->db = s->w.db;
	snprintf(conninfo, sizeof conninfo, "%s dbname=%s", getenv("UNIFYED_TEST_PG"),
		str_z(s->w.mem, world_text(&s->w, "select current_database()")));
	s->sql = PQconnectdb(conninfo);
	model_new(s);
	stage_sql(s, "set synchronous_commit = off");
	stage_sql(s, "create or replace function u.clock() returns timestamptz language sql stable parallel safe as"
		" $$ select to_timestamp((select offset_ms from u.test_clock) / 1000.0) $$");
	stage_clock(s, 0);
	stage_goods(s);
	stage_offers(s);
	for (int slot = 0; slot < SLOTS; slot++)
		stage_new_link(s, slot);
	killing = s;
}

void stage_close(struct stage *s)
{
	killing = NULL;
	PQfinish(s->sql);
	arena_free(s->mem);
	free(s->m->links);
	free(s->m->sessions);
	free(s->m->open);
	free(s->m->orders);
	free(s->m);
	free(s->link_ids);
	free(s->minted);
	free(s->by_mint);
}
