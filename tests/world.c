/* world.c: the database of a test program: made, emptied, asked, moved in time. */
#include "tests/world.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/core/time.h"
#include "tests/world_inside.h"

#define ARENA_BYTES (512u << 20)

/* The one database of this process; children of fork_many open connections of their own. */
static struct {
	pid_t pid;
	char name[32];
	const char *server;
	PGconn *sql;
	struct arena *mem;
	struct db *db;
	struct config standard, config; /* as read; as the test may have changed it */
	char empty[4096];
	int64_t offset_ms;
} here;

static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static PGconn *connect_to(const char *dbname)
{
	char conninfo[512];
	PGconn *conn;

	snprintf(conninfo, sizeof conninfo, "%s dbname=%s", here.server, dbname);
	conn = PQconnectdb(conninfo);
	if (PQstatus(conn) != CONNECTION_OK)
		give_up("the test cluster does not answer", PQerrorMessage(conn));
	PQclear(PQexec(conn, "set client_min_messages = warning"));
	return conn;
}

static PGresult *run_sql(const char *text)
{
	PGresult *r = PQexec(here.sql, text);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s\n", text);
		give_up("SQL of a test failed", PQresultErrorMessage(r));
	}
	return r;
}

static void database_drop(void)
{
	PGconn *conn;
	char text[128];

	if (getpid() != here.pid)
		return;
	PQfinish(here.sql);
	db_free(here.db);
	arena_free(here.mem);
	conn = connect_to("postgres");
	snprintf(text, sizeof text, "drop database if exists %s with (force)", here.name);
	PQclear(PQexec(conn, text));
	PQfinish(conn);
}

/* Another program may just be cloning the same template. */
static void database_create(void)
{
	PGconn *conn = connect_to("postgres");
	char text[128];

	snprintf(text, sizeof text, "create database %s template unifyed_template", here.name);
	for (int tries = 0;; tries++) {
		PGresult *r = PQexec(conn, text);
		bool done = PQresultStatus(r) == PGRES_COMMAND_OK;

		PQclear(r);
		if (done)
			break;
		if (tries == 100)
			give_up("cannot clone unifyed_template", PQerrorMessage(conn));
		usleep(50000);
	}
	PQfinish(conn);
}

static const char *const settings[][2] = {
	{ "UNIFYED_BASE_URL", "https://unifyed.test" },
	{ "UNIFYED_KEY_RING", "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
	{ "UNIFYED_SHOPIFY_CLIENT_ID", "client-of-tests" },
	{ "UNIFYED_SHOPIFY_CLIENT_SECRET", "secret-of-tests" },
	{ "UNIFYED_HOLDS_PER_ADDRESS", "0" }, /* all people of a test share one address */
};

void world_env(void)
{
	char database[512];

	snprintf(database, sizeof database, "%s dbname=%s", here.server, here.name);
	setenv("UNIFYED_CONF", "/dev/null", 1);
	setenv("UNIFYED_DATABASE", database, 1);
	for (size_t i = 0; i < COUNT(settings); i++)
		setenv(settings[i][0], settings[i][1], 1);
}

/* The environment is put back: other tests read a configuration of their own. */
static void config_fill(void)
{
	char problem[512];

	world_env();
	if (!config_read(NULL, &here.standard, problem))
		give_up("configuration", problem);
	unsetenv("UNIFYED_CONF");
	unsetenv("UNIFYED_DATABASE");
	for (size_t i = 0; i < COUNT(settings); i++)
		unsetenv(settings[i][0]);
}

static void database_open(void)
{
	PGresult *r;

	here.server = getenv("UNIFYED_TEST_PG");
	if (here.server == NULL)
		give_up("UNIFYED_TEST_PG is not set", "run tests/with_cluster.sh build/check");
	here.pid = getpid();
	snprintf(here.name, sizeof here.name, "unifyed_t%d", (int)here.pid);
	database_create();
	config_fill();
	here.sql = connect_to(here.name);
	here.mem = arena_new(ARENA_BYTES);
	r = run_sql("select 'begin; set local session_replication_role = replica; '"
		    " || string_agg(format('delete from u.%I', tablename), '; ')"
		    " || '; update u.test_clock set offset_ms = 0; commit'"
		    " from pg_tables where schemaname = 'u' and tablename not like '%migration%'"
		    " and tablename <> 'test_clock'");
	snprintf(here.empty, sizeof here.empty, "%s", PQgetvalue(r, 0, 0));
	PQclear(r);
	atexit(database_drop);
}

struct world world_new(struct world_options o)
{
	struct world w = { 0 };

	if (here.sql == NULL)
		database_open();
	arena_reset(here.mem);
	if (here.db != NULL)
		db_free(here.db);
	here.config = here.standard;
	here.db = db_new(&here.config, NULL);
	here.offset_ms = 0;
	world_jars_empty();
	PQclear(run_sql(here.empty));
	w.mem = here.mem;
	w.db = here.db;
	w.config = &here.config;
	PQclear(run_sql("begin"));
	world_seed(&w, &o);
	PQclear(run_sql("commit"));
	return w;
}

static char *formatted(struct world *w, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static char *formatted(struct world *w, const char *format, va_list args)
{
	char text[8192];
	int n = vsnprintf(text, sizeof text, format, args);

	if (n < 0 || (size_t)n >= sizeof text)
		give_up("SQL of a test is too long", format);
	return memcpy(arena_alloc(w->mem, (size_t)n + 1), text, (size_t)n + 1);
}

void world_sql(struct world *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	PQclear(run_sql(formatted(w, format, args)));
	va_end(args);
}

static struct str first_value(struct world *w, const char *text)
{
	PGresult *r = run_sql(text);
	struct str out = { 0 };

	if (PQntuples(r) > 0)
		out = str_copy(w->mem, str_of(PQgetvalue(r, 0, 0)));
	PQclear(r);
	return out;
}

struct str world_text(struct world *w, const char *format, ...)
{
	va_list args;
	struct str out;

	va_start(args, format);
	out = first_value(w, formatted(w, format, args));
	va_end(args);
	return out;
}

int64_t world_int_of(struct world *w, const char *format, va_list args)
{
	struct str text = first_value(w, formatted(w, format, args));
	int64_t v = 0;

	if (str_eq(text, S("t")))
		return 1;
	return str_int(text, &v) ? v : 0;
}

int64_t world_int(struct world *w, const char *format, ...)
{
	va_list args;
	int64_t v;

	va_start(args, format);
	v = world_int_of(w, format, args);
	va_end(args);
	return v;
}

const char *world_uuid(struct world *w, struct uuid u)
{
	char text[37];

	uuid_text(u, text);
	return str_z(w->mem, str_fmt(w->mem, "'%s'", text));
}

void world_clock_advance(struct world *w, int64_t ms)
{
	here.offset_ms += ms;
	world_sql(w, "update u.test_clock set offset_ms = %lld", (long long)here.offset_ms);
}

int64_t world_now_ms(struct world *w)
{
	(void)w;
	return time_now_ms() + here.offset_ms;
}

void world_cut_connection(struct world *w)
{
	world_sql(w, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
		     " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'");
}

static int child(struct world *w, int i, int start, int (*work)(struct world *w, int i))
{
	struct world own = *w;
	char go;

	here.sql = connect_to(here.name); /* the parent's connections are not ours to close */
	here.db = own.db = db_new(&here.config, NULL);
	here.mem = own.mem = arena_new(ARENA_BYTES);
	if (read(start, &go, 1) < 0)
		return 255;
	return work(&own, i);
}

void fork_many(struct world *w, int n, int (*work)(struct world *w, int i), int codes[])
{
	int start[2], status;
	pid_t *pids = arena_array(w->mem, (size_t)n, sizeof *pids);

	if (pipe(start) != 0)
		give_up("pipe", "failed");
	fflush(NULL);
	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			close(start[1]);
			_exit(child(w, i, start[0], work));
		}
	}
	close(start[0]);
	usleep(50000); /* all connected; closing the pipe lets them go */
	close(start[1]);
	for (int i = 0; i < n; i++)
		codes[i] = waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}
