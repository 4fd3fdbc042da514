/* conn.c: opening, watching and losing the connection, and one exchange over it. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/time.h"
#include "lib/db/inside.h"

#define ROLE_TRIP_MS 15000
#define HELPER_TRIP_MS 120000

struct db *db_new(const struct config *config, const char *role)
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL)
		abort();
	db->config = config;
	db->trip_max_ms = role != NULL && strcmp(role, "helper") == 0 ? HELPER_TRIP_MS : ROLE_TRIP_MS;
	snprintf(db->role, sizeof db->role, "%s", role != NULL ? role : "");
	return db;
}

void db_free(struct db *db)
{
	db_close(db);
	free(db);
}

void db_close(struct db *db)
{
	db->tx = TX_CLOSED;
	conn_drop(db);
}

void db_close_if_idle(struct db *db, int64_t monotonic_ms)
{
	if (db->conn != NULL && db->tx == TX_CLOSED && monotonic_ms - db->used_ms >= db->config->db_idle_s * 1000)
		conn_drop(db);
}

void conn_drop(struct db *db)
{
	if (db->conn != NULL)
		PQfinish(db->conn);
	db->conn = NULL;
	db->stale = false;
	memset(db->prepared, 0, sizeof db->prepared);
}

static void notice_ignored(void *unused, const PGresult *r)
{
	(void)unused;
	(void)r;
}

static PGconn *connect_as(const struct db *db)
{
	char user[96], about[4096];
	struct str conninfo = db->config->database;

	snprintf(about, sizeof about, STR_FMT, STR_ARG(conninfo));
	snprintf(user, sizeof user, STR_FMT "%s", STR_ARG(db->config->database_user_prefix), db->role);
	/* later keywords win over those of the conninfo; NULL ends the list, so the user comes last */
	return PQconnectdbParams(
		(const char *const[]){ "dbname", "application_name", "client_encoding", "connect_timeout",
			db->role[0] != '\0' ? "user" : NULL, NULL },
		(const char *const[]){ about, "unifyed", "UTF8", "2", user, NULL }, 1);
}

/* The session lock comes back with the session, or the session is of no use. */
static enum err lock_again(struct ctx *c)
{
	bool got = true;

	if (c->db->lock[0] != '\0')
		TRY(lock_take(c, c->db->lock, &got));
	if (got)
		return OK;
	conn_drop(c->db);
	return FAIL(c, ERR_RETRY, "lock %s is held by another", c->db->lock);
}

static enum err conn_open(struct ctx *c)
{
	struct db *db = c->db;
	PGresult *r = NULL;

	db->conn = connect_as(db);
	if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK) {
		struct str why = str_trim(str_of(db->conn != NULL ? PQerrorMessage(db->conn) : "out of memory"));
		enum err e = FAIL(c, ERR_DB_AWAY, "cannot connect: " STR_FMT, STR_ARG(why));

		conn_drop(db);
		return e;
	}
	PQsetNoticeReceiver(db->conn, notice_ignored, NULL);
	if (PQsetnonblocking(db->conn, 1) != 0 || PQenterPipelineMode(db->conn) != 1 ||
	    !conn_trip(db, &(struct step){ .kind = STEP_SAY, .text = "set time zone 'UTC'" }, 1, &r)) {
		conn_drop(db);
		return FAIL(c, ERR_DB_AWAY, "lost while connecting");
	}
	PQclear(r);
	return lock_again(c);
}

/* A server that went away while we were idle shows as something to read. */
static bool is_alive(struct db *db)
{
	struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };

	for (int i = 0; i < 4 && poll(&p, 1, 0) > 0; i++) {
		if (PQconsumeInput(db->conn) != 1 || PQstatus(db->conn) != CONNECTION_OK)
			return false;
	}
	return poll(&p, 1, 0) == 0;
}

enum err conn_ready(struct ctx *c)
{
	struct db *db = c->db;

	db->used_ms = time_monotonic_ms();
	if (db->tx == TX_OPEN)
		return db->conn != NULL ? OK : FAIL(c, ERR_DB_AWAY, "the connection of this transaction was lost");
	if (db->conn != NULL && (db->stale || !is_alive(db)))
		conn_drop(db);
	return db->conn != NULL ? OK : conn_open(c);
}

static size_t slot_of(const struct db *db, const struct query *q)
{
	size_t at = ((uintptr_t)q / sizeof *q) % DB_PREPARED_SLOTS;

	for (size_t i = 0; i < DB_PREPARED_SLOTS; i++, at = (at + 1) % DB_PREPARED_SLOTS) {
		if (db->prepared[at] == q || db->prepared[at] == NULL)
			return at;
	}
	abort();
}

bool conn_is_prepared(const struct db *db, const struct query *q)
{
	return db->prepared[slot_of(db, q)] == q;
}

static bool send_step(struct db *db, const struct step *s)
{
	switch (s->kind) {
	case STEP_SAY:
		return PQsendQueryParams(db->conn, s->text, s->values_n, NULL, s->values, NULL, NULL, 0) == 1;
	case STEP_PREPARE:
		return PQsendPrepare(db->conn, s->query->name, s->query->text, s->query->params, NULL) == 1;
	case STEP_RUN:
		return PQsendQueryPrepared(db->conn, s->query->name, s->values_n, s->values, NULL, NULL, 0) == 1;
	}
	return false;
}

/* Waits until the next result is here. false: lost, or slower than trip_max_ms. */
static bool wait_result(struct db *db, int64_t until_ms)
{
	int unsent = PQflush(db->conn);

	while (unsent == 1 || (unsent == 0 && PQisBusy(db->conn) == 1)) {
		struct pollfd p = { .fd = PQsocket(db->conn), .events = (short)(unsent ? POLLIN | POLLOUT : POLLIN) };
		int64_t left = until_ms - time_monotonic_ms();

		if (left <= 0 || PQstatus(db->conn) != CONNECTION_OK)
			return false;
		if (poll(&p, 1, (int)left) > 0 && PQconsumeInput(db->conn) != 1)
			return false;
		unsent = PQflush(db->conn);
	}
	return unsent == 0;
}

/* The one result of a step: PQgetResult gives it, then NULL. */
static PGresult *read_step(struct db *db, int64_t until_ms)
{
	PGresult *r = NULL, *more;

	for (;;) {
		if (!wait_result(db, until_ms)) {
			PQclear(r);
			return NULL;
		}
		more = PQgetResult(db->conn);
		if (more == NULL)
			return r;
		PQclear(r);
		r = more;
		if (PQresultStatus(r) == PGRES_PIPELINE_SYNC)
			return r;
		if (PQstatus(db->conn) != CONNECTION_OK) {
			PQclear(r);
			return NULL;
		}
	}
}

static bool read_all(struct db *db, const struct step *steps, size_t n, PGresult **out)
{
	int64_t until_ms = time_monotonic_ms() + db->trip_max_ms;
	PGresult *end;

	for (size_t i = 0; i < n; i++) {
		out[i] = read_step(db, until_ms);
		if (out[i] == NULL)
			return false;
		if (PQresultStatus(out[i]) == PGRES_PIPELINE_ABORTED) {
			PQclear(out[i]);
			out[i] = NULL;
		} else if (steps[i].kind == STEP_PREPARE && result_ok(out[i])) {
			db->prepared[slot_of(db, steps[i].query)] = steps[i].query;
		}
	}
	end = read_step(db, until_ms);
	PQclear(end);
	return end != NULL;
}

bool conn_trip(struct db *db, const struct step *steps, size_t n, PGresult **out)
{
	bool sent = true;

	memset(out, 0, n * sizeof *out);
	for (size_t i = 0; i < n && sent; i++)
		sent = send_step(db, &steps[i]);
	if (sent && PQpipelineSync(db->conn) == 1 && read_all(db, steps, n, out))
		return true;

	for (size_t i = 0; i < n; i++) {
		PQclear(out[i]);
		out[i] = NULL;
	}
	conn_drop(db);
	return false;
}
