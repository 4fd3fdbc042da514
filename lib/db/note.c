/* note.c: statements that outlive a refusal, written after the transaction in one that commits asynchronously. */
#include <assert.h>
#include <string.h>

#include "lib/core/log.h"
#include "lib/db/inside.h"

static struct param param_copy(struct ctx *c, const struct param *p)
{
	struct param copy = *p;

	if (p->p != NULL)
		copy.p = str_copy(c->mem, (struct str){ p->p, p->n }).p;
	if (p->p != NULL && copy.p == NULL)
		copy.p = "";
	return copy;
}

void note(struct ctx *c, const struct query *q, const struct params *params)
{
	struct param *list = arena_array(c->mem, params->n + 1, sizeof *list);
	struct params *copy = NEW(c->mem, struct params);

	if (c->notes_n == CTX_NOTES_MAX) {
		log_line(LOG_WARN, "a note too many", LOG_FIELDS(LOG_S("query", str_of(q->name))));
		return;
	}
	for (size_t i = 0; i < params->n; i++)
		list[i] = param_copy(c, &params->list[i]);
	*copy = (struct params){ list, params->n };
	c->notes[c->notes_n++] = (struct note){ q, copy };
}

static bool planned(const struct step *steps, size_t n, const struct query *q)
{
	for (size_t i = 0; i < n; i++) {
		if (steps[i].kind == STEP_PREPARE && steps[i].query == q)
			return true;
	}
	return false;
}

static enum err add_note(struct ctx *c, struct db *db, const struct note *what, struct step *steps, size_t *n)
{
	const char *const *values;

	assert(what->params->n == (size_t)what->query->params);
	TRY(params_texts(c, what->params, &values));
	if (!conn_is_prepared(db, what->query) && !planned(steps, *n, what->query))
		steps[(*n)++] = (struct step){ .kind = STEP_PREPARE, .query = what->query };
	steps[(*n)++] = (struct step){ .kind = STEP_RUN, .query = what->query, .values = values,
		.values_n = what->query->params };
	return OK;
}

/* All in one trip; a failure leaves nothing behind. */
static enum err write_all(struct ctx *c, const struct note *notes, size_t notes_n)
{
	struct step *steps = arena_array(c->mem, 2 * notes_n + 3, sizeof *steps);
	PGresult **results = arena_array(c->mem, 2 * notes_n + 3, sizeof(PGresult *));
	size_t n = 0;
	enum err e = OK;

	TRY(conn_ready(c));
	steps[n++] = (struct step){ .kind = STEP_SAY, .text = "begin" };
	steps[n++] = (struct step){ .kind = STEP_SAY, .text = "set local synchronous_commit to off" };
	for (size_t i = 0; i < notes_n; i++)
		TRY(add_note(c, c->db, &notes[i], steps, &n));
	steps[n++] = (struct step){ .kind = STEP_SAY, .text = "commit" };
	if (!conn_trip(c->db, steps, n, results))
		return FAIL(c, ERR_DB_AWAY, "notes: the connection was lost");
	for (size_t i = 0; i < n; i++) {
		if (e == OK && results[i] != NULL && !result_ok(results[i]))
			e = result_refusal(c, results[i], steps[i].query != NULL ? steps[i].query->name : steps[i].text);
		PQclear(results[i]);
	}
	if (e != OK) {
		c->db->tx = TX_OPEN;
		db_rollback(c);
	}
	return e;
}

static void write_one(struct ctx *c, const struct note *what)
{
	if (write_all(c, what, 1) == OK)
		return;
	log_line(LOG_WARN, "a note was lost", LOG_FIELDS(
		LOG_S("query", str_of(what->query->name)), LOG_S("detail", c->failed_detail)));
}

void notes_write_many(struct ctx *const c[], size_t n)
{
	struct ctx own = *c[0]; /* so that a note's failure is not the request's */
	struct note *all;
	size_t all_n = 0;

	for (size_t i = 0; i < n; i++)
		all_n += c[i]->notes_n;
	if (all_n == 0)
		return;

	assert(!db_tx_open(own.db));
	all = arena_array(own.mem, all_n, sizeof *all);
	all_n = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < c[i]->notes_n; k++)
			all[all_n++] = c[i]->notes[k];
		c[i]->notes_n = 0;
	}
	own.failed = OK;
	if (write_all(&own, all, all_n) == OK)
		return;
	for (size_t i = 0; i < all_n && own.failed != ERR_DB_AWAY; i++) {
		own.failed = OK;
		write_one(&own, &all[i]);
	}
}

void notes_write(struct ctx *c)
{
	notes_write_many(&c, 1);
}
