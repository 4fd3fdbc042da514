/* batch.c: requests that were waiting together share one transaction (DESIGN 5).
 * Only a conflict over data sends them back one by one: whatever else went wrong would go wrong for each.
 */
#include "lib/core/log.h"
#include "lib/db/db.h"
#include "lib/web/inside.h"

/* One transaction for these asks. */
static enum err many_in_tx(struct ctx *c, const struct batch *batch, void *const asks[], size_t n, void **outcomes)
{
	enum err e;

	if (batch->one_statement)
		return batch->many(c, asks, n, outcomes);
	TRY(db_begin(c, DB_WRITE));
	e = batch->many(c, asks, n, outcomes);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	return e;
}

static bool is_worth_singly(struct ctx *c, enum err e)
{
	return e == ERR_DUPLICATE || e == ERR_RETRY || e == ERR_BAD_INPUT || (e == ERR_INTERNAL && db_is_conflict(c));
}

static void tell_failure(struct turn *t, const struct ctx *from, enum err e)
{
	t->e = e;
	if (t->c->failed != OK)
		return;
	t->c->failed = from->failed;
	t->c->failed_file = from->failed_file;
	t->c->failed_line = from->failed_line;
	t->c->failed_detail = str_copy(t->c->mem, from->failed_detail);
}

/* Gathers these turns' asks, runs them, hands the outcomes back. */
static enum err run_together(struct ctx *c, struct turn *const turns[], size_t n)
{
	struct ctx fresh = *c;
	void **asks = arena_array(c->mem, n, sizeof(void *)), **outcomes = arena_array(c->mem, n, sizeof(void *));
	enum err e;

	for (size_t i = 0; i < n; i++)
		asks[i] = turns[i]->ask;
	for (int tries = 1;; tries++) {
		e = many_in_tx(c, turns[0]->route->batch, asks, n, outcomes);
		if (n > 1 || !turn_tries_again(e, tries))
			break;
		*c = fresh;
	}
	for (size_t i = 0; i < n; i++) {
		turns[i]->outcome = outcomes[i];
		turns[i]->batch_n = n;
		if (e != OK)
			tell_failure(turns[i], c, e);
	}
	return e;
}

/* What the batch has noted is written with the notes of a request of its own. */
static void hand_notes(struct ctx *from, struct ctx *to)
{
	for (size_t i = 0; i < from->notes_n && to->notes_n < CTX_NOTES_MAX; i++)
		to->notes[to->notes_n++] = from->notes[i];
	from->notes_n = 0;
}

static void run_singly(struct ctx *c, struct turn *const turns[], size_t n, const struct ctx *fresh)
{
	for (size_t i = 0; i < n; i++) {
		turns[i]->e = OK;
		turns[i]->c->failed = OK;
		*c = *fresh;
		turns[i]->e = run_together(c, &turns[i], 1);
		hand_notes(c, turns[i]->c);
		if (turns[i]->e != ERR_DB_AWAY)
			continue;
		for (size_t k = i + 1; k < n; k++)
			tell_failure(turns[k], c, ERR_DB_AWAY);
		return;
	}
}

static void arena_end(void *mem)
{
	arena_free(mem);
}

/* The batch's own context lives as long as its first request, so that answers may point into its outcomes. */
static struct ctx *batch_ctx(const struct ctx *first)
{
	struct arena *mem = arena_new((size_t)first->config->arena_max_bytes);
	struct ctx *c = NEW(mem, struct ctx);

	arena_defer(first->mem, arena_end, mem);
	c->mem = mem;
	c->config = first->config;
	c->db = first->db;
	c->now_ms = first->now_ms;
	c->request_id = first->request_id;
	return c;
}

static void run_batch(struct turn *const turns[], size_t n)
{
	struct ctx *c = batch_ctx(turns[0]->c), fresh = *c;
	enum err e = run_together(c, turns, n);

	if (e != OK && n > 1 && is_worth_singly(c, e)) {
		log_line(LOG_WARN, "batch redone singly", LOG_FIELDS(
			LOG_I("n", (int64_t)n), LOG_S("detail", c->failed_detail)));
		run_singly(c, turns, n, &fresh);
	}
	hand_notes(c, turns[0]->c);
	for (size_t i = 0; i < n; i++) {
		turns[i]->state = TURN_ANSWERED;
		if (turns[i]->e == OK)
			turns[i]->e = turns[i]->route->batch->answer(turns[i]->c, turns[i]->q, turns[i]->r,
				turns[i]->ask, turns[i]->outcome);
	}
}

void batches_run(struct turn *turns, size_t n)
{
	struct turn **together = arena_array(turns[0].c->mem, n, sizeof(struct turn *));

	for (size_t i = 0; i < n; i++) {
		size_t joined = 0;

		if (turns[i].state != TURN_JOINED)
			continue;
		for (size_t k = i; k < n; k++) {
			if (turns[k].state == TURN_JOINED && turns[k].route->batch == turns[i].route->batch)
				together[joined++] = &turns[k];
		}
		run_batch(together, joined);
	}
}
