/* tx.c: transactions. `begin` travels with the first statement, so an unused transaction costs nothing. */
#include <assert.h>
#include <string.h>

#include "lib/db/inside.h"

struct step step_begin(const struct db *db)
{
	return (struct step){ .kind = STEP_SAY, .text = db->kind == DB_READ ? "begin read only" : "begin" };
}

enum err say(struct ctx *c, const char *text)
{
	struct db *db = c->db;
	struct step steps[2];
	PGresult *results[2];
	size_t n = 0;
	enum err e = OK;

	TRY(conn_ready(c));
	if (db->tx == TX_WANTED)
		steps[n++] = step_begin(db);
	steps[n++] = (struct step){ .kind = STEP_SAY, .text = text };
	if (db->tx == TX_WANTED)
		db->tx = TX_OPEN;
	if (!conn_trip(db, steps, n, results))
		return FAIL(c, ERR_DB_AWAY, "%s: the connection was lost", text);
	for (size_t i = 0; i < n; i++) {
		if (e == OK && results[i] != NULL && !result_ok(results[i]))
			e = result_refusal(c, results[i], text);
		/* PostgreSQL answers `commit` of a failed transaction with ROLLBACK and no error */
		else if (e == OK && strcmp(text, "commit") == 0 && strcmp(PQcmdStatus(results[i]), "COMMIT") != 0)
			e = FAIL(c, ERR_INTERNAL, "commit of a transaction that had failed");
		PQclear(results[i]);
	}
	return e;
}

enum err db_begin(struct ctx *c, enum db_tx kind)
{
	struct db *db = c->db;

	assert(db->tx == TX_CLOSED);
	db->sqlstate[0] = db->refused_by[0] = '\0';
	db->kind = kind;
	db->tx = TX_WANTED;
	return OK;
}

enum err db_commit(struct ctx *c)
{
	struct db *db = c->db;
	enum err e = OK;

	assert(db->tx != TX_CLOSED);
	if (db->tx == TX_OPEN)
		e = say(c, "commit");
	db->tx = TX_CLOSED;
	return e;
}

void db_rollback(struct ctx *c)
{
	struct db *db = c->db;
	struct step step = { .kind = STEP_SAY, .text = "rollback" };
	PGresult *r;

	if (db->tx == TX_OPEN && db->conn != NULL && conn_trip(db, &step, 1, &r)) {
		bool done = result_ok(r);

		PQclear(r);
		if (!done)
			conn_drop(db);
	}
	db->tx = TX_CLOSED;
}

bool db_tx_open(const struct db *db)
{
	return db->tx != TX_CLOSED;
}

enum err db_in_tx(struct ctx *c, enum err (*work)(struct ctx *c, void *arg), void *arg)
{
	enum err e;

	TRY(db_begin(c, DB_WRITE));
	e = work(c, arg);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	return e;
}

enum err db_savepoint(struct ctx *c)
{
	assert(c->db->tx != TX_CLOSED);
	return say(c, "savepoint s");
}

enum err db_savepoint_keep(struct ctx *c)
{
	return say(c, "release savepoint s");
}

enum err db_savepoint_undo(struct ctx *c)
{
	return say(c, "rollback to savepoint s");
}
