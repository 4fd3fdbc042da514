#include <unistd.h>

/* tx.c: transactions, savepoints, notes and the helpers' lock. */
#include "tests/suite.h"
#include "tests/world.h"

#define QUERY(name, text, params) static const struct query name = { #name, text, "tests/lib/db/tx.c", params }

QUERY(tx_add, "insert into u.helper_run (name, started_at, beat_at) values ($1::text, u.clock(), u.clock())", 1);
QUERY(tx_pid, "select pg_backend_pid() as n", 0);

#define ADD(c, literal) db_run((c), &tx_add, PARAMS(p_str(S(literal))))
#define expect_runs(w, want) expect_sql((w), (want), "select count(*) from u.helper_run")

static struct ctx *fresh(struct world *w)
{
	return world_ctx(w, NOBODY);
}

static void what_is_rolled_back_is_not_there(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_begin(c, DB_WRITE) == OK && ADD(c, "a") == OK);
	db_rollback(c);
	expect_runs(&w, 0);
	CU_ASSERT(db_begin(c, DB_WRITE) == OK && ADD(c, "a") == OK && db_commit(c) == OK);
	expect_runs(&w, 1);
	CU_ASSERT(!db_tx_open(w.db));
}

static void a_transaction_without_statements_never_reaches_the_server(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	w.config->database = S("host=/nonexistent dbname=none");
	CU_ASSERT(db_begin(c, DB_WRITE) == OK);
	CU_ASSERT(db_tx_open(w.db));
	CU_ASSERT(db_commit(c) == OK);
}

static void a_reading_transaction_cannot_write(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_begin(c, DB_READ) == OK);
	CU_ASSERT(ADD(c, "a") == ERR_INTERNAL);
	db_rollback(c);
	expect_runs(&w, 0);
}

static void a_commit_after_a_swallowed_failure_is_refused(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_begin(c, DB_WRITE) == OK && ADD(c, "a") == OK);
	CU_ASSERT(ADD(c, "a") == ERR_DUPLICATE);
	CU_ASSERT(db_commit(c) == ERR_INTERNAL);
	expect_runs(&w, 0);
}

static void a_connection_lost_in_a_transaction_is_away_and_then_back(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_begin(c, DB_WRITE) == OK && ADD(c, "a") == OK);
	world_cut_connection(&w);
	CU_ASSERT(ADD(c, "b") == ERR_DB_AWAY);
	CU_ASSERT(ADD(c, "c") == ERR_DB_AWAY); /* not on a new connection, outside the transaction */
	CU_ASSERT(db_commit(c) == ERR_DB_AWAY);
	expect_runs(&w, 0);
	CU_ASSERT(ADD(fresh(&w), "d") == OK);
	expect_runs(&w, 1);
}

static void a_connection_lost_before_commit_is_away(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_begin(c, DB_WRITE) == OK && ADD(c, "a") == OK);
	world_cut_connection(&w);
	CU_ASSERT(db_commit(c) == ERR_DB_AWAY);
	CU_ASSERT(!db_tx_open(w.db));
}

static void a_savepoint_gives_back_one_part(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_begin(c, DB_WRITE) == OK && db_savepoint(c) == OK);
	CU_ASSERT(ADD(c, "a") == OK && db_savepoint_keep(c) == OK && db_savepoint(c) == OK);
	CU_ASSERT(ADD(c, "a") == ERR_DUPLICATE);
	CU_ASSERT(db_savepoint_undo(c) == OK && ADD(c, "b") == OK && db_commit(c) == OK);
	expect_runs(&w, 2);
}

static enum err add_and_refuse(struct ctx *c, void *arg)
{
	CU_ASSERT(ADD(c, "a") == OK);
	note(c, &tx_add, PARAMS(p_str(S("noted"))));
	return *(const enum err *)arg;
}

static void work_in_a_transaction_is_kept_only_when_it_is_ok(void)
{
	struct world w = world();
	enum err refusal = ERR_SOLD_OUT, ok = OK;

	CU_ASSERT(db_in_tx(fresh(&w), add_and_refuse, &refusal) == ERR_SOLD_OUT);
	expect_runs(&w, 0);
	CU_ASSERT(db_in_tx(fresh(&w), add_and_refuse, &ok) == OK);
	expect_runs(&w, 1);
}

static void a_note_outlives_a_refusal(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	enum err refusal = ERR_SOLD_OUT;

	CU_ASSERT(db_in_tx(c, add_and_refuse, &refusal) == ERR_SOLD_OUT);
	notes_write(c);
	expect_sql(&w, 1, "select count(*) from u.helper_run where name = 'noted'");
	notes_write(c);
	expect_runs(&w, 1);
}

static void a_bad_note_takes_no_other_with_it(void)
{
	struct world w = world();
	struct ctx *a = fresh(&w), *b = fresh(&w);

	note(a, &tx_add, PARAMS(p_str(S("x"))));
	note(a, &tx_add, PARAMS(p_str(S("x"))));
	note(b, &tx_add, PARAMS(p_str(S("y"))));
	notes_write_many((struct ctx *[]){ a, b }, 2);
	expect_runs(&w, 2);
	CU_ASSERT(a->failed == OK);
	CU_ASSERT(ADD(fresh(&w), "z") == OK);
}

static void a_note_past_the_most_is_dropped(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	for (int i = 0; i < CTX_NOTES_MAX + 3; i++)
		note(c, &tx_add, PARAMS(p_int(i)));
	notes_write(c);
	expect_runs(&w, CTX_NOTES_MAX);
}

static void a_lock_has_one_holder(void)
{
	struct world w = world();
	struct db *other = db_new(w.config, NULL);
	struct ctx *a = fresh(&w), *b = fresh(&w);

	b->db = other;
	CU_ASSERT(db_lock(a, S("cron/x"), 0) == OK);
	CU_ASSERT(db_lock(b, S("cron/x"), 300) == ERR_RETRY);
	CU_ASSERT(db_lock(b, S("cron/y"), 0) == OK);
	db_free(other);
}

/* A server that was told to end a connection lets go of its lock a moment later. */
static enum err run_soon(struct world *w)
{
	enum err e = ERR_RETRY;

	for (int i = 0; i < 100 && e == ERR_RETRY; i++) {
		e = db_run(fresh(w), &tx_pid, NO_PARAMS);
		if (e == ERR_RETRY)
			usleep(20000);
	}
	return e;
}

static void a_lock_is_taken_again_with_a_new_connection(void)
{
	struct world w = world();
	struct db *other = db_new(w.config, NULL);
	struct ctx *a = fresh(&w), *b = fresh(&w);

	b->db = other;
	CU_ASSERT(db_lock(a, S("cron/x"), 0) == OK);
	world_cut_connection(&w);
	CU_ASSERT(run_soon(&w) == OK);
	CU_ASSERT(db_lock(b, S("cron/x"), 0) == ERR_RETRY);
	world_cut_connection(&w);
	CU_ASSERT(db_lock(b, S("cron/x"), 2000) == OK);
	CU_ASSERT(db_run(fresh(&w), &tx_pid, NO_PARAMS) == ERR_RETRY); /* without its lock it may not work */
	db_free(other);
	CU_ASSERT(run_soon(&w) == OK);
}

static const CU_TestInfo tests[] = {
	T(what_is_rolled_back_is_not_there),
	T(a_transaction_without_statements_never_reaches_the_server),
	T(a_reading_transaction_cannot_write),
	T(a_commit_after_a_swallowed_failure_is_refused),
	T(a_connection_lost_in_a_transaction_is_away_and_then_back),
	T(a_connection_lost_before_commit_is_away),
	T(a_savepoint_gives_back_one_part),
	T(work_in_a_transaction_is_kept_only_when_it_is_ok),
	T(a_note_outlives_a_refusal),
	T(a_bad_note_takes_no_other_with_it),
	T(a_note_past_the_most_is_dropped),
	T(a_lock_has_one_holder),
	T(a_lock_is_taken_again_with_a_new_connection),
	CU_TEST_INFO_NULL,
};

const struct suite suite_db_tx = { "lib/db tx", tests };
