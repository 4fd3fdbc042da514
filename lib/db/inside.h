/* inside: what the files of lib/db share and nobody else sees.
 * A trip is one exchange with the server in pipeline mode: several statements, one wait.
 * Invariant  `tx` is WANTED until the first statement of the transaction is sent, and begins with it
 */
#ifndef UNIFYED_DB_INSIDE_H
#define UNIFYED_DB_INSIDE_H
#include <libpq-fe.h>

#include "lib/core/config.h"
#include "lib/db/db.h"

#define DB_PREPARED_SLOTS 1024 /* power of two; a program has far fewer queries */

enum tx_state { TX_CLOSED, TX_WANTED, TX_OPEN };

struct db {
	const struct config *config;
	char role[32];
	PGconn *conn;             /* NULL: not connected, or lost */
	enum tx_state tx;
	enum db_tx kind;
	bool stale;               /* a plan no longer fits: prepare everything again after this transaction */
	int64_t used_ms;          /* monotonic */
	int64_t trip_max_ms;
	char sqlstate[6];         /* of the last failed statement; "" for none */
	char refused_by[64];
	char lock[64];            /* the session lock that this connection must hold; "" for none */
	const struct query *prepared[DB_PREPARED_SLOTS];
};

enum step_kind { STEP_SAY, STEP_PREPARE, STEP_RUN };

struct step {
	enum step_kind kind;
	const char *text;          /* SAY: a constant of this folder */
	const struct query *query; /* PREPARE, RUN */
	const char *const *values; /* RUN, SAY; NULL-terminated texts or NULL */
	int values_n;
};

/* Connected and usable; opens when needed. fails DB_AWAY; RETRY when another holds our session lock */
enum err conn_ready(struct ctx *c);
void conn_drop(struct db *db);
/* Runs all steps up to the first that fails; out[i] is its result (NULL when it was not reached), to be cleared by
 * the caller. false: the connection was lost on the way, and is dropped. */
bool conn_trip(struct db *db, const struct step *steps, size_t n, PGresult **out);
bool conn_is_prepared(const struct db *db, const struct query *q);

/* Tries once. fails DB_AWAY */
enum err lock_take(struct ctx *c, const char *name, bool *got);

/* Values of params as libpq wants them. fails BAD_INPUT when a text holds NUL */
enum err params_texts(struct ctx *c, const struct params *params, const char *const **out);
/* The refusal of a failed statement; remembers SQLSTATE and constraint. */
enum err result_refusal(struct ctx *c, const PGresult *r, const char *what);
bool result_ok(const PGresult *r);
struct step step_begin(const struct db *db);
/* One statement of this folder by itself, nothing wanted back. */
enum err say(struct ctx *c, const char *text);

#endif
