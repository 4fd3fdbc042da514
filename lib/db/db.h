/* db: the one connection of a worker, its prepared statements and its rows. The only door to libpq.
 * Every statement is a named query of sql/queries (SQL(name)), prepared on first use, sent with text parameters.
 * A lost connection is DB_AWAY for the request that noticed; the next one connects again.
 */
#ifndef UNIFYED_DB_H
#define UNIFYED_DB_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

/* Made by sql/embed.awk from sql/queries/<domain>.sql: one per `-- :name`. */
struct query {
	const char *name; /* also the name of the prepared statement */
	const char *text;
	const char *file; /* "sql/queries/link.sql" */
	int params;       /* highest $n */
};

#define SQL(query_name) (&query_##query_name)
#include "queries.h" /* extern const struct query query_<name>; (build/gen) */

struct param {
	const char *p;  /* NULL with small[0] set: the text is in small; NULL without: SQL null */
	size_t n;
	char small[40];
};

struct params {
	const struct param *list;
	size_t n;
};

#define PARAMS(...)                                              \
	(&(const struct params){ (const struct param[]){ __VA_ARGS__ }, \
		sizeof((const struct param[]){ __VA_ARGS__ }) / sizeof(struct param) })
#define NO_PARAMS (&(const struct params){ NULL, 0 })

struct param p_str(struct str s);          /* as text; p NULL still is the empty text */
struct param p_str_or_null(struct str s);  /* null when empty */
struct param p_int(int64_t v);
struct param p_int_or_null(int64_t v, bool is_null);
struct param p_bool(bool v);
struct param p_uuid(struct uuid u);
struct param p_uuid_or_null(struct uuid u); /* nil is null */
struct param p_bytes(struct ctx *c, struct str bytes); /* bytea, as \x hex */
struct param p_null(void);
/* arrays, as text literals; live as long as c->mem */
struct param p_ints(struct ctx *c, const int64_t *v, size_t n);
struct param p_uuids(struct ctx *c, const struct uuid *v, size_t n);
struct param p_strs(struct ctx *c, const struct str *v, size_t n); /* p NULL is a null element */

struct row {
	bool found;
	const void *result; /* PGresult, closed with c->mem */
	int at;
};

struct rows {
	const void *result;
	int n;
};

/* fails  DB_AWAY   no connection, or lost during the call
 *        DUPLICATE a unique or exclusion constraint refused (23505, 23P01); see db_refused_by
 *        RETRY     deadlock, serialization, lock or statement time-out (40*, 55P03, 57014)
 *        BAD_INPUT a text that is not UTF-8, or holds NUL
 *        INTERNAL  all else, with the SQLSTATE in the log
 * After a failed statement inside a transaction nothing more can be done in it. */
enum err db_one(struct ctx *c, const struct query *q, const struct params *params, struct row *out);   /* exactly one row, else INTERNAL */
enum err db_maybe(struct ctx *c, const struct query *q, const struct params *params, struct row *out); /* none or one (else INTERNAL) */
enum err db_all(struct ctx *c, const struct query *q, const struct params *params, struct rows *out);
enum err db_run(struct ctx *c, const struct query *q, const struct params *params);                    /* any result is dropped */
enum err db_count(struct ctx *c, const struct query *q, const struct params *params, int64_t *changed); /* rows changed */
struct row rows_at(const struct rows *rows, int i);

/* Several statements that do not need each other's answers, in one round trip and, where no transaction is open, in one of its own.
 * The first that fails is the failure of all. */
#define DB_ASKS_MOST 8
#define DB_ASK_PARAMS_MOST 4
struct db_ask {
	const struct query *query;
	const struct param *list; /* NULL: own */
	size_t n;
	struct rows rows;         /* the answer */
	struct param own[DB_ASK_PARAMS_MOST];
};
struct db_ask db_ask(const struct query *q, const struct params *params);
enum err db_all_of(struct ctx *c, struct db_ask *asks, size_t n);

/* name of the constraint behind the last DUPLICATE or check failure; "" for none */
struct str db_refused_by(struct ctx *c);
/* The last statement failed over its data or another writer (SQLSTATE class 22, 23 or 40). */
bool db_is_conflict(struct ctx *c);

/* Columns by name; an unknown name aborts (our bug). Null reads as "", 0, false, nil. */
struct str row_str(const struct row *row, const char *column);
int64_t row_int(const struct row *row, const char *column);
bool row_bool(const struct row *row, const char *column);
struct uuid row_uuid(const struct row *row, const char *column);
bool row_null(const struct row *row, const char *column);
struct str row_bytes(struct ctx *c, const struct row *row, const char *column); /* bytea */
struct currency row_currency(const struct row *row, const char *column);
struct money row_money(const struct row *row, const char *minor_column, const char *currency_column);

/* One worker's connection. Connects on first use as config database_user_prefix + role. */
struct db *db_new(const struct config *config, const char *role);
void db_free(struct db *db);
void db_close_if_idle(struct db *db, int64_t monotonic_ms); /* after config db_idle_s */
void db_close(struct db *db);

/* Transactions. The request loop opens them from the route's column; helpers and TX_NONE routes use db_in_tx.
 * The server hears of one with its first statement. */
enum db_tx { DB_READ, DB_WRITE };
enum err db_begin(struct ctx *c, enum db_tx kind);
enum err db_commit(struct ctx *c);   /* DB_AWAY: the outcome is unknown; retry with the same key */
void db_rollback(struct ctx *c);     /* also right when none is open */
bool db_tx_open(const struct db *db);
/* begin, work(c, arg), commit if OK, else roll back */
enum err db_in_tx(struct ctx *c, enum err (*work)(struct ctx *c, void *arg), void *arg);
enum err db_savepoint(struct ctx *c);         /* one level */
enum err db_savepoint_keep(struct ctx *c);
enum err db_savepoint_undo(struct ctx *c);

/* A note outlives a refusal: run after the transaction, however it ended, in one asynchronous-commit
 * transaction; losing one is allowed. Parameters are copied. */
void note(struct ctx *c, const struct query *q, const struct params *params);
/* Runs and forgets the notes of c; failures are only logged. */
void notes_write(struct ctx *c);
void notes_write_many(struct ctx *const c[], size_t n); /* the same for a batch, in one round trip */

/* A session-level advisory lock (helpers): waits up to wait_ms. fails RETRY when another has it still.
 * A new connection after a lost one takes it again before anything else, or fails RETRY. */
enum err db_lock(struct ctx *c, struct str name, int64_t wait_ms);

#endif
