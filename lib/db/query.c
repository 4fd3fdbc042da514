/* query.c: running a named query, and what its failure means. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/db/inside.h"

bool result_ok(const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool one_of(const char *state, const char *const list[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strncmp(state, list[i], strlen(list[i])) == 0)
			return true;
	}
	return false;
}

static enum err err_of(const char *state)
{
	static const char *const duplicate[] = { "23505", "23P01" };
	static const char *const retry[] = { "40", "55P03", "57014" };
	static const char *const away[] = { "08", "53300", "57P", "25P03" };
	static const char *const not_text[] = { "22021", "22P05" }; /* bytes that are no text in UTF-8 */

	if (one_of(state, duplicate, COUNT(duplicate)))
		return ERR_DUPLICATE;
	if (one_of(state, retry, COUNT(retry)))
		return ERR_RETRY;
	if (one_of(state, away, COUNT(away)))
		return ERR_DB_AWAY;
	return one_of(state, not_text, COUNT(not_text)) ? ERR_BAD_INPUT : ERR_INTERNAL;
}

enum err result_refusal(struct ctx *c, const PGresult *r, const char *what)
{
	struct db *db = c->db;
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	snprintf(db->sqlstate, sizeof db->sqlstate, "%s", state != NULL ? state : "");
	snprintf(db->refused_by, sizeof db->refused_by, "%s", constraint != NULL ? constraint : "");
	/* data exceptions quote the value, which may be a person's */
	if (message == NULL || strncmp(db->sqlstate, "22", 2) == 0)
		message = "";
	return FAIL(c, err_of(db->sqlstate), "%s: SQLSTATE %s %s %s", what, db->sqlstate, db->refused_by, message);
}

bool db_is_conflict(struct ctx *c)
{
	static const char *const classes[] = { "22", "23", "40" };

	return one_of(c->db->sqlstate, classes, COUNT(classes));
}

struct str db_refused_by(struct ctx *c)
{
	return str_of(c->db->refused_by);
}

/* The result a caller is told about is the last step's, or that of the step that failed. */
static PGresult *keep_telling(PGresult **results, size_t n)
{
	PGresult *kept = results[n - 1];

	for (size_t i = 0; i < n - 1; i++) {
		if (kept == NULL && !result_ok(results[i]))
			kept = results[i];
		else
			PQclear(results[i]);
	}
	return kept;
}

static enum err trip(struct ctx *c, const struct query *q, const char *const *values, int n, PGresult **out)
{
	struct db *db = c->db;
	struct step steps[3];
	PGresult *results[3];
	size_t steps_n = 0;

	TRY(conn_ready(c));
	if (db->tx == TX_WANTED)
		steps[steps_n++] = step_begin(db);
	if (!conn_is_prepared(db, q))
		steps[steps_n++] = (struct step){ .kind = STEP_PREPARE, .query = q };
	steps[steps_n++] = (struct step){ .kind = STEP_RUN, .query = q, .values = values, .values_n = n };
	if (db->tx == TX_WANTED)
		db->tx = TX_OPEN;
	if (!conn_trip(db, steps, steps_n, results))
		return FAIL(c, ERR_DB_AWAY, "%s: the connection was lost", q->name);
	*out = keep_telling(results, steps_n);
	return OK;
}

static bool plan_is_stale(const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	return state != NULL && strcmp(state, "0A000") == 0 && message != NULL && strstr(message, "cached plan") != NULL;
}

/* Runs q and gives its good result, which the caller clears. */
static enum err run(struct ctx *c, const struct query *q, const struct params *params, PGresult **out)
{
	struct db *db = c->db;
	enum tx_state before = db->tx;
	const char *const *values;
	enum err e;

	db->sqlstate[0] = db->refused_by[0] = '\0';
	assert(params->n == (size_t)q->params);
	TRY(params_texts(c, params, &values));
	TRY(trip(c, q, values, q->params, out));
	if (!result_ok(*out) && plan_is_stale(*out)) {
		db->stale = true;
		if (before != TX_OPEN) { /* nothing was done before it: once more over a new connection */
			PQclear(*out);
			db->tx = before;
			conn_drop(db);
			TRY(trip(c, q, values, q->params, out));
		}
	}
	if (result_ok(*out))
		return OK;

	e = result_refusal(c, *out, q->name);
	PQclear(*out);
	return e;
}

static void clear_result(void *r)
{
	PQclear(r);
}

enum err db_all(struct ctx *c, const struct query *q, const struct params *params, struct rows *out)
{
	PGresult *r;

	TRY(run(c, q, params, &r));
	arena_defer(c->mem, clear_result, r);
	*out = (struct rows){ r, PQntuples(r) };
	return OK;
}

enum err db_maybe(struct ctx *c, const struct query *q, const struct params *params, struct row *out)
{
	struct rows rows;

	TRY(db_all(c, q, params, &rows));
	if (rows.n > 1)
		return FAIL(c, ERR_INTERNAL, "%s gave %d rows where at most one belongs", q->name, rows.n);
	*out = (struct row){ rows.n == 1, rows.result, 0 };
	return OK;
}

enum err db_one(struct ctx *c, const struct query *q, const struct params *params, struct row *out)
{
	TRY(db_maybe(c, q, params, out));
	return out->found ? OK : FAIL(c, ERR_INTERNAL, "%s gave no row", q->name);
}

enum err db_count(struct ctx *c, const struct query *q, const struct params *params, int64_t *changed)
{
	PGresult *r;
	struct str tuples;

	TRY(run(c, q, params, &r));
	tuples = str_of(PQcmdTuples(r));
	*changed = 0;
	if (tuples.n > 0 && !str_int(tuples, changed))
		*changed = 0;
	PQclear(r);
	return OK;
}

enum err db_run(struct ctx *c, const struct query *q, const struct params *params)
{
	int64_t changed;

	return db_count(c, q, params, &changed);
}
