/* query.c: what goes in comes out, and every failure has its name. */
#include <string.h>

#include "tests/suite.h"
#include "tests/world.h"

#define QUERY(name, text, params) static const struct query name = { #name, text, "tests/lib/db/query.c", params }

QUERY(t_echo, "select $1::text as v, $2::bigint as n, $3::boolean as b, $4::uuid as u, $5::bytea as y", 5);
QUERY(t_lists, "select cardinality($1::bigint[]) as a, array_to_string($2::text[], '|', 'null') as b,"
	       " ($3::uuid[])[1] as u, ($3::uuid[])[2] as nil", 3);
QUERY(t_add, "insert into u.helper_run (name, started_at, beat_at) values ($1::text, u.clock(), u.clock())", 1);
QUERY(t_count, "select count(*) as n from u.helper_run", 0);
QUERY(t_rows, "select g as n from generate_series(1, $1::int) g", 1);
QUERY(t_touch, "update u.helper_run set done = done + 1", 0);
QUERY(t_raise, "select u.test_raise($1::text)", 1);
QUERY(t_pid, "select pg_backend_pid() as n", 0);
QUERY(t_stale, "select * from u.test_plan", 0); /* a star on purpose: its shape changes under us */

static struct ctx *fresh(struct world *w)
{
	return world_ctx(w, NOBODY);
}

static int64_t number(struct ctx *c, const struct query *q)
{
	struct row row;

	return db_one(c, q, NO_PARAMS, &row) == OK ? row_int(&row, "n") : -1;
}

static void every_kind_of_value_goes_in_and_comes_out(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	struct uuid u = uuid_new(1);
	struct row row;

	CU_ASSERT_FATAL(db_one(c, &t_echo, PARAMS(p_str(S("h\xc3\xa4")), p_int(INT64_MIN), p_bool(true), p_uuid(u),
		p_bytes(c, S("\0\xff\\x"))), &row) == OK);
	CU_ASSERT(str_eq(row_str(&row, "v"), S("h\xc3\xa4")));
	CU_ASSERT(row_int(&row, "n") == INT64_MIN);
	CU_ASSERT(row_bool(&row, "b"));
	CU_ASSERT(uuid_eq(row_uuid(&row, "u"), u));
	CU_ASSERT(str_eq(row_bytes(c, &row, "y"), S("\0\xff\\x")));
}

static void null_and_empty_are_two_things(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	struct row row;

	CU_ASSERT_FATAL(db_one(c, &t_echo, PARAMS(p_str((struct str){ 0 }), p_int_or_null(3, true), p_null(),
		p_uuid_or_null((struct uuid){ 0 }), p_bytes(c, S(""))), &row) == OK);
	CU_ASSERT(!row_null(&row, "v"));
	CU_ASSERT(row_str(&row, "v").n == 0);
	CU_ASSERT(row_null(&row, "n") && row_int(&row, "n") == 0);
	CU_ASSERT(row_null(&row, "b") && !row_bool(&row, "b"));
	CU_ASSERT(row_null(&row, "u") && uuid_is_nil(row_uuid(&row, "u")));
	CU_ASSERT(!row_null(&row, "y") && row_bytes(c, &row, "y").n == 0);
}

static void lists_are_quoted(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	struct uuid uuids[] = { uuid_new(7), { { 0 } } };
	struct row row;

	CU_ASSERT_FATAL(db_one(c, &t_lists, PARAMS(
		p_ints(c, (const int64_t[]){ 1, -2, INT64_MAX }, 3),
		p_strs(c, (const struct str[]){ S("a\"b\\,{}"), S(""), S("null"), { 0 } }, 4),
		p_uuids(c, uuids, 2)), &row) == OK);
	CU_ASSERT(row_int(&row, "a") == 3);
	CU_ASSERT(str_eq(row_str(&row, "b"), S("a\"b\\,{}||null|null")));
	CU_ASSERT(uuid_eq(row_uuid(&row, "u"), uuids[0]));
	CU_ASSERT(row_null(&row, "nil"));
}

static void a_text_with_nul_or_broken_utf8_is_bad_input(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_run(c, &t_add, PARAMS(p_str(S("a\0b")))) == ERR_BAD_INPUT);
	CU_ASSERT(db_run(c, &t_add, PARAMS(p_str(S("a\xff")))) == ERR_BAD_INPUT);
	CU_ASSERT(number(c, &t_count) == 0);
}

static void a_duplicate_names_its_constraint(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	CU_ASSERT(db_run(c, &t_add, PARAMS(p_str(S("once")))) == OK);
	CU_ASSERT(db_run(c, &t_add, PARAMS(p_str(S("once")))) == ERR_DUPLICATE);
	CU_ASSERT(str_eq(db_refused_by(c), S("helper_run_pkey")));
	CU_ASSERT(db_is_conflict(c));
	CU_ASSERT(number(c, &t_count) == 1);
	CU_ASSERT(db_refused_by(c).n == 0);
}

static void a_row_too_few_or_too_many_is_our_bug(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	struct row row;

	CU_ASSERT(db_one(c, &t_rows, PARAMS(p_int(0)), &row) == ERR_INTERNAL);
	CU_ASSERT(db_maybe(c, &t_rows, PARAMS(p_int(2)), &row) == ERR_INTERNAL);
	CU_ASSERT(db_maybe(c, &t_rows, PARAMS(p_int(0)), &row) == OK);
	CU_ASSERT(!row.found);
}

static void all_rows_come_in_order(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	struct rows rows;

	CU_ASSERT_FATAL(db_all(c, &t_rows, PARAMS(p_int(3000)), &rows) == OK);
	CU_ASSERT_FATAL(rows.n == 3000);
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		if (row_int(&row, "n") != i + 1)
			CU_FAIL("out of order");
	}
}

static void changed_rows_are_counted(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);
	int64_t changed;

	CU_ASSERT(db_count(c, &t_touch, NO_PARAMS, &changed) == OK && changed == 0);
	CU_ASSERT(db_run(c, &t_add, PARAMS(p_str(S("a")))) == OK);
	CU_ASSERT(db_run(c, &t_add, PARAMS(p_str(S("b")))) == OK);
	CU_ASSERT(db_count(c, &t_touch, NO_PARAMS, &changed) == OK && changed == 2);
}

static void make_raise(struct world *w)
{
	world_sql(w, "create or replace function u.test_raise(code text) returns integer language plpgsql as"
		     " $$ begin raise exception 'asked for' using errcode = code; end $$");
}

static void every_sqlstate_has_its_refusal(void)
{
	static const struct {
		const char *state;
		enum err e;
		bool conflict;
	} table[] = {
		{ "23505", ERR_DUPLICATE, true }, { "23P01", ERR_DUPLICATE, true }, { "40001", ERR_RETRY, true },
		{ "40P01", ERR_RETRY, true }, { "55P03", ERR_RETRY, false }, { "57014", ERR_RETRY, false },
		{ "08006", ERR_DB_AWAY, false }, { "53300", ERR_DB_AWAY, false }, { "57P01", ERR_DB_AWAY, false },
		{ "22003", ERR_INTERNAL, true }, { "23514", ERR_INTERNAL, true }, { "42501", ERR_INTERNAL, false },
	};
	struct world w = world();

	make_raise(&w);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct ctx *c = fresh(&w);

		CU_ASSERT(db_run(c, &t_raise, PARAMS(p_str(str_of(table[i].state)))) == table[i].e);
		CU_ASSERT(db_is_conflict(c) == table[i].conflict);
		CU_ASSERT(str_find(c->failed_detail, 0, str_of(table[i].state)) != SIZE_MAX);
	}
}

static void a_connection_that_died_idle_is_opened_again(void)
{
	struct world w = world();
	int64_t before = number(fresh(&w), &t_pid), after;

	world_cut_connection(&w);
	after = number(fresh(&w), &t_pid);
	CU_ASSERT(before > 0 && after > 0 && before != after);
}

static void a_server_that_is_not_there_is_away_until_it_is(void)
{
	struct world w = world();
	struct str there = w.config->database;

	w.config->database = S("host=/nonexistent dbname=none");
	CU_ASSERT(number(fresh(&w), &t_pid) == -1);
	CU_ASSERT(db_run(fresh(&w), &t_touch, NO_PARAMS) == ERR_DB_AWAY);
	w.config->database = there;
	CU_ASSERT(number(fresh(&w), &t_pid) > 0);
}

static void an_idle_connection_is_closed_in_time(void)
{
	struct world w = world();
	int64_t before = number(fresh(&w), &t_pid), same, after;

	db_close_if_idle(w.db, 0);
	same = number(fresh(&w), &t_pid);
	db_close_if_idle(w.db, INT64_MAX);
	after = number(fresh(&w), &t_pid);
	CU_ASSERT(before == same && same != after);
}

static void a_plan_whose_table_changed_is_made_again(void)
{
	struct world w = world();
	struct ctx *c = fresh(&w);

	world_sql(&w, "drop table if exists u.test_plan; create table u.test_plan (a integer)");
	CU_ASSERT(db_run(c, &t_stale, NO_PARAMS) == OK);
	world_sql(&w, "alter table u.test_plan add column b integer");
	CU_ASSERT(db_run(c, &t_stale, NO_PARAMS) == OK);
	world_sql(&w, "alter table u.test_plan add column d integer");
	CU_ASSERT(db_begin(c, DB_READ) == OK);
	CU_ASSERT(db_run(c, &t_stale, NO_PARAMS) == OK); /* the first statement of a transaction, too */
	CU_ASSERT(db_commit(c) == OK);
	world_sql(&w, "alter table u.test_plan add column e integer");
	CU_ASSERT(db_begin(c, DB_READ) == OK);
	CU_ASSERT(number(c, &t_pid) > 0);
	CU_ASSERT(db_run(c, &t_stale, NO_PARAMS) == ERR_INTERNAL); /* what came before it cannot be repeated here */
	db_rollback(c);
	CU_ASSERT(db_run(c, &t_stale, NO_PARAMS) == OK);
	world_sql(&w, "drop table u.test_plan");
}

static const CU_TestInfo tests[] = {
	T(every_kind_of_value_goes_in_and_comes_out),
	T(null_and_empty_are_two_things),
	T(lists_are_quoted),
	T(a_text_with_nul_or_broken_utf8_is_bad_input),
	T(a_duplicate_names_its_constraint),
	T(a_row_too_few_or_too_many_is_our_bug),
	T(all_rows_come_in_order),
	T(changed_rows_are_counted),
	T(every_sqlstate_has_its_refusal),
	T(a_connection_that_died_idle_is_opened_again),
	T(a_server_that_is_not_there_is_away_until_it_is),
	T(an_idle_connection_is_closed_in_time),
	T(a_plan_whose_table_changed_is_made_again),
	CU_TEST_INFO_NULL,
};

const struct suite suite_db_query = { "lib/db query", tests };
