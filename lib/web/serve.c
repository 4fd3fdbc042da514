/* serve.c: the request loop. The route's columns are obeyed here, and nowhere else.
 * Order  read, match, who, key, transaction, handler, commit, log line, answer, notes
 */
#include "lib/core/log.h"
#include "lib/core/time.h"
#include "lib/db/db.h"
#include "lib/web/inside.h"

#define TRIES_MAX 3

bool turn_tries_again(enum err e, int tries)
{
	return e == ERR_RETRY && tries < TRIES_MAX;
}

static bool reads_media(const struct route *route, const struct req *q)
{
	if (q->body.n == 0 || route->who == PLATFORM)
		return true;
	if (str_eq(q->content_type, S("application/x-www-form-urlencoded")))
		return route->page;
	return str_eq(q->content_type, S("application/json")) ||
	       (str_starts(q->content_type, S("application/")) && str_ends(q->content_type, S("+json")));
}

static enum err body_must_fit(struct ctx *c, const struct req *q, const struct route *route)
{
	size_t max = route->body_max > 0 ? route->body_max : (size_t)c->config->body_max_bytes;

	if (q->body.n > max)
		return FAIL(c, ERR_BODY_TOO_LARGE, "%zu bytes of body", q->body.n);
	if (!reads_media(route, q))
		return FAIL(c, ERR_MEDIA_TYPE, "%s does not read that", route->path);
	return OK;
}

/* Everything before the handler. A turn whose answer is complete afterwards is ANSWERED. */
static enum err admit(struct turn *t, const struct app *app)
{
	struct match match;

	if (t->q->door != OK && t->q->door != ERR_BODY_TOO_LARGE)
		return FAIL(t->c, t->q->door, "refused at the door");
	TRY(req_parse(t->c, req_header(t->q, "REQUEST_URI"), t->q));
	route_match(t->c, app, t->q, &match);
	if (!match.path_known)
		return FAIL(t->c, ERR_NOT_FOUND, "no such path");
	t->route = match.route;
	if (match.route == NULL) {
		res_header(t->r, "Allow", match.allow);
		if (t->q->method != OPTIONS)
			return FAIL(t->c, ERR_METHOD, "it takes " STR_FMT, STR_ARG(match.allow));
		t->state = TURN_ANSWERED;
		return res_no_content(t->r);
	}
	if (t->q->door != OK)
		return FAIL(t->c, t->q->door, "refused at the door");
	TRY(body_must_fit(t->c, t->q, t->route));
	return caller_find(t->c, t->q, t->route);
}

static enum err handle_keyed(struct turn *t, const struct keyed *k)
{
	bool replayed;

	if (k->key.n == 0)
		return t->route->handle(t->c, t->q, t->r);
	TRY(keyed_enter(t->c, k, t->r, &replayed));
	if (replayed)
		return OK;
	TRY(t->route->handle(t->c, t->q, t->r));
	return keyed_store(t->c, k, t->r);
}

static enum err handle_in_tx(struct turn *t, const struct keyed *k)
{
	enum err e;

	if (t->route->tx == TX_NONE)
		return t->route->handle(t->c, t->q, t->r);
	TRY(db_begin(t->c, t->route->tx == TX_WRITE ? DB_WRITE : DB_READ));
	e = handle_keyed(t, k);
	if (e == OK)
		return db_commit(t->c);
	db_rollback(t->c);
	return e;
}

/* The handler, in its own transaction; begun again from a clean slate after a deadlock. */
static enum err handle_alone(struct turn *t)
{
	struct ctx fresh;
	struct keyed k;
	enum err e;

	TRY(keyed_read(t->c, t->q, t->route, &k));
	if (t->route->before != NULL)
		TRY(t->route->before(t->c, t->q, &t->q->before));
	fresh = *t->c;
	for (int tries = 1;; tries++) {
		e = handle_in_tx(t, &k);
		if (t->route->tx == TX_NONE || !turn_tries_again(e, tries))
			return e;
		*t->c = fresh;
		*t->r = (struct res){ .c = t->c };
	}
}

static void turn_open(struct turn *t, const struct app *app)
{
	t->r->c = t->c;
	t->e = admit(t, app);
	if (t->e != OK)
		t->state = TURN_ANSWERED;
	if (t->state == TURN_ANSWERED || t->route->batch == NULL)
		return;

	switch (t->route->batch->ask(t->c, t->q, t->r, &t->ask)) {
	case ASK_JOIN:
		t->state = TURN_JOINED;
		return;
	case ASK_DONE:
		t->state = TURN_ANSWERED;
		return;
	case ASK_ALONE:
		return;
	}
}

static void log_turn(const struct turn *t)
{
	const struct ctx *c = t->c;
	int status = t->r->status;

	log_line(status >= 500 ? LOG_ERROR : LOG_INFO, "request", LOG_FIELDS(
		LOG_S("method", str_of(method_name(t->q->method))),
		LOG_S("route", t->route != NULL ? str_of(t->route->path) : (struct str){ 0 }),
		LOG_I("status", status), LOG_I("ms", time_monotonic_ms() - t->began_ms),
		LOG_I("n", (int64_t)t->batch_n), LOG_S("request", c->request_id),
		LOG_S("err", c->failed != OK ? str_of(err_row(c->failed)->name) : (struct str){ 0 }),
		LOG_S("file", str_of(c->failed_file)), LOG_I("line", c->failed_line), LOG_S("detail", c->failed_detail)));
}

static void turn_close(struct turn *t)
{
	if (t->e == OK && t->r->status == 0)
		t->e = FAIL(t->c, ERR_INTERNAL, "the handler gave no answer");
	if (t->e != OK)
		problem_write(t);
	res_finish(t->r);
	if (t->q->method == HEAD)
		t->r->body.n = 0;
	log_turn(t);
}

void serve_answers(struct ctx *c[], const struct app *app, struct req *q[], struct res *r[], size_t n)
{
	struct turn *turns = arena_array(c[0]->mem, n, sizeof *turns);

	for (size_t i = 0; i < n; i++) {
		turns[i] = (struct turn){ .c = c[i], .q = q[i], .r = r[i], .began_ms = time_monotonic_ms() };
		turn_open(&turns[i], app);
	}
	batches_run(turns, n);
	for (size_t i = 0; i < n; i++) {
		if (turns[i].state == TURN_NEW)
			turns[i].e = handle_alone(&turns[i]);
	}
	for (size_t i = 0; i < n; i++)
		turn_close(&turns[i]);
}

void serve_many(struct ctx *c[], const struct app *app, struct req *q[], struct res *r[], size_t n)
{
	serve_answers(c, app, q, r, n);
	notes_write_many(c, n);
}

void serve(struct ctx *c, const struct app *app, struct req *q, struct res *r)
{
	serve_many(&c, app, &q, &r, 1);
}
