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

/* Adds the steps of one ask; its last step is where its result comes from. */
static size_t steps_add(struct db *db, const struct db_ask *ask, const char *const *values, struct step *steps, size_t n)
{
	if (!conn_is_prepared(db, ask->query))
		steps[n++] = (struct step){ .kind = STEP_PREPARE, .query = ask->query };
	steps[n] = (struct step){ .kind = STEP_RUN, .query = ask->query, .values = values, .values_n = ask->query->params };
	return n + 1;
}

/* out[i]: the result of asks[i], of the step before it that failed, or NULL where none of it was reached. */
static void results_take(PGresult **results, const struct step *steps, size_t steps_n, PGresult **out)
{
	PGresult *failed = NULL;

	for (size_t i = 0; i < steps_n; i++) {
		if (steps[i].kind == STEP_RUN) {
			*out++ = results[i] != NULL ? results[i] : failed;
			failed = NULL;
		} else if (failed == NULL && results[i] != NULL && !result_ok(results[i])) {
			failed = results[i];
		} else {
			PQclear(results[i]);
		}
	}
}

static enum err trip(struct ctx *c, const struct db_ask *asks, const char *const *const values[], size_t n, PGresult **out)
{
	struct db *db = c->db;
	struct step steps[1 + 2 * DB_ASKS_MOST];
	PGresult *results[1 + 2 * DB_ASKS_MOST];
	size_t steps_n = 0;

	TRY(conn_ready(c));
	if (db->tx == TX_WANTED)
		steps[steps_n++] = step_begin(db);
	for (size_t i = 0; i < n; i++)
		steps_n = steps_add(db, &asks[i], values[i], steps, steps_n);
	if (db->tx == TX_WANTED)
		db->tx = TX_OPEN;
	if (!conn_trip(db, steps, steps_n, results))
		return FAIL(c, ERR_DB_AWAY, "%s: the connection was lost", asks[0].query->name);
	results_take(results, steps, steps_n, out);
	return OK;
}

static const PGresult *first_bad(PGresult *const results[], size_t n, size_t *at)
{
	for (*at = 0; *at < n; (*at)++)
		if (results[*at] != NULL && !result_ok(results[*at]))
			return results[*at];
	return NULL;
}

static void clear_all(PGresult **results, size_t n)
{
	for (size_t i = 0; i < n; i++)
		PQclear(results[i]);
}

static bool plan_is_stale(const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	return state != NULL && strcmp(state, "0A000") == 0 && message != NULL && strstr(message, "cached plan") != NULL;
}

/* Runs all of them and gives their good results, which the caller clears. */
static enum err run(struct ctx *c, const struct db_ask *asks, size_t n, PGresult **out)
{
	struct db *db = c->db;
	enum tx_state before = db->tx;
	const char *const *values[DB_ASKS_MOST];
	const PGresult *bad;
	size_t at;
	enum err e;

	assert(n > 0 && n <= DB_ASKS_MOST);
	db->sqlstate[0] = db->refused_by[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		assert(asks[i].n == (size_t)asks[i].query->params);
		TRY(params_texts(c, &(const struct params){ asks[i].list, asks[i].n }, &values[i]));
	}
	TRY(trip(c, asks, values, n, out));
	bad = first_bad(out, n, &at);
	if (bad != NULL && plan_is_stale(bad)) {
		db->stale = true;
		if (before != TX_OPEN) { /* nothing was done before it: once more over a new connection */
			clear_all(out, n);
			db->tx = before;
			conn_drop(db);
			TRY(trip(c, asks, values, n, out));
			bad = first_bad(out, n, &at);
		}
	}
	if (bad == NULL)
		return OK;

	e = result_refusal(c, bad, asks[at].query->name);
	clear_all(out, n);
	return e;
}

static void clear_result(void *r)
{
	PQclear(r);
}

struct db_ask db_ask(const struct query *q, const struct params *params)
{
	struct db_ask ask = { .query = q, .n = params->n };

	assert(params->n <= DB_ASK_PARAMS_MOST);
	memcpy(ask.own, params->list, params->n * sizeof *params->list);
	return ask;
}

enum err db_all_of(struct ctx *c, struct db_ask *asks, size_t n)
{
	PGresult *results[DB_ASKS_MOST];

	for (size_t i = 0; i < n; i++)
		if (asks[i].list == NULL)
			asks[i].list = asks[i].own;
	TRY(run(c, asks, n, results));
	for (size_t i = 0; i < n; i++) {
		arena_defer(c->mem, clear_result, results[i]);
		asks[i].rows = (struct rows){ results[i], PQntuples(results[i]) };
	}
	return OK;
}

enum err db_all(struct ctx *c, const struct query *q, const struct params *params, struct rows *out)
{
	struct db_ask ask = { .query = q, .list = params->list, .n = params->n };
	PGresult *r;

	TRY(run(c, &ask, 1, &r));
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
	struct db_ask ask = { .query = q, .list = params->list, .n = params->n };
	PGresult *r;
	struct str tuples;

	TRY(run(c, &ask, 1, &r));
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
