/* trial.c: handlers that do what a test tells them to. */
#include "tests/lib/web/trial.h"

#include <stdlib.h>

#define QUERY(name, text, params) static const struct query name = { #name, text, "tests/lib/web/trial.c", params }

QUERY(trial_add, "insert into u.helper_run (name, started_at, beat_at) values ($1::text, u.clock(), u.clock())"
		 " returning pg_current_xact_id()::text as xid", 1);
QUERY(trial_raise, "select u.test_raise($1::text)", 1);
QUERY(trial_sleep, "select pg_sleep($1::float8)", 1);
QUERY(trial_count, "select count(*) as n from u.helper_run", 0);

static int runs;

int trial_runs(void)
{
	return runs;
}

void trial_reset(struct world *w)
{
	runs = 0;
	world_sql(w, "create or replace function u.test_raise(code text) returns integer language plpgsql as"
		     " $$ begin raise exception 'asked for' using errcode = code; end $$");
}

struct got trial(struct world *w, struct asking asking)
{
	asking.app = &trial_app;
	return ask(w, asking);
}

static enum err hello(struct ctx *c, const struct req *q, struct res *r)
{
	(void)c;
	return res_text(r, 200, "text/plain; charset=utf-8", req_arg(q, "say").n > 0 ? req_arg(q, "say") : S("hello"));
}

static enum err whose(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	return res_json(r, 200, str_fmt(c->mem, "{\"creator\":\"" STR_FMT "\",\"caller\":\"" STR_FMT "\"}",
		STR_ARG(uuid_is_nil(c->creator.u) ? S("") : ID_TEXT(c->mem, creator, c->creator)), STR_ARG(c->caller)));
}

static enum err page(struct ctx *c, const struct req *q, struct res *r)
{
	(void)c;
	(void)q;
	return res_html(r, 200, S("<p>hello</p>"));
}

/* The body is the command: a name to add, or what to do after adding it. */
static enum err add(struct ctx *c, const struct req *q, struct res *r)
{
	struct str body = req_body(q);
	struct row row;

	runs++;
	note(c, &trial_add, PARAMS(p_str(str_fmt(c->mem, "note of run %d", runs))));
	TRY(db_one(c, &trial_add, PARAMS(p_str(body)), &row));
	if (str_eq(body, S("\"refuse\"")))
		return FAIL(c, ERR_SOLD_OUT, "told to refuse");
	if (str_eq(body, S("\"slow\"")))
		TRY(db_run(c, &trial_sleep, PARAMS(p_str(S("0.7")))));
	if (str_eq(body, S("\"silent\"")))
		return OK;
	if (str_eq(body, S("\"plain 404\"")))
		return res_text(r, 404, "text/plain", S("no"));
	return res_created(r, str_fmt(c->mem, "/trial/things/%d", runs), str_fmt(c->mem, "{\"run\":%d}", runs));
}

static enum err secret(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	runs++;
	r->secret = true;
	res_cookie(r, "trial", S("crumbs"), 60);
	return res_created(r, S("/trial/secret/1"), str_fmt(c->mem, "{\"key\":\"hunter%d\"}", runs));
}

static enum err form(struct ctx *c, const struct req *q, struct res *r)
{
	struct row row;

	runs++;
	TRY(db_one(c, &trial_add, PARAMS(p_str(req_form(q, "name"))), &row));
	return res_redirect(r, 303, S("/trial/page"));
}

static enum err push(struct ctx *c, const struct req *q, struct res *r)
{
	return res_text(r, 200, "text/plain", str_copy(c->mem, req_body(q)));
}

static enum err raise_it(struct ctx *c, const struct req *q, struct res *r)
{
	runs++;
	if (runs <= 2 && req_arg(q, "twice").n > 0)
		return db_run(c, &trial_raise, PARAMS(p_str(S("40001"))));
	if (req_arg(q, "state").n > 0)
		TRY(db_run(c, &trial_raise, PARAMS(p_str(req_arg(q, "state")))));
	return res_no_content(r);
}

static enum err count(struct ctx *c, const struct req *q, struct res *r)
{
	struct row row;

	(void)q;
	TRY(db_one(c, &trial_count, NO_PARAMS, &row));
	return res_json(r, 200, str_fmt(c->mem, "{\"n\":%d}", (int)row_int(&row, "n")));
}

static enum err one(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_id id;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(req_if_match(c, q, 3));
	res_etag(r, 3);
	return res_json(r, 200, S("{}"));
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct page page_asked;

	TRY(req_page(c, q, ID_offer, &page_asked));
	return res_json(r, 200, str_fmt(c->mem, "{\"limit\":%d}", page_asked.limit));
}

static enum ask batch_ask(struct ctx *c, const struct req *q, struct res *r, void **out)
{
	struct str what = req_param(q, "what");
	struct str *kept = NEW(c->mem, struct str);

	if (str_eq(what, S("done"))) {
		(void)res_text(r, 200, "text/plain", S("no batch"));
		return ASK_DONE;
	}
	*kept = what;
	*out = kept;
	return str_eq(what, S("alone")) ? ASK_ALONE : ASK_JOIN;
}

/* Names are unique, so the same one twice is a conflict of the whole batch. */
static enum err batch_many(struct ctx *c, void *const asks[], size_t n, void **outcomes)
{
	runs++;
	for (size_t i = 0; i < n; i++) {
		const struct str *what = asks[i];
		struct str *xid = NEW(c->mem, struct str);
		struct row row;

		if (str_starts(*what, S("raise-")))
			TRY(db_run(c, &trial_raise, PARAMS(p_str(str_slice(*what, 6, what->n)))));
		TRY(db_one(c, &trial_add, PARAMS(p_str(*what)), &row));
		*xid = row_str(&row, "xid");
		outcomes[i] = xid;
	}
	return OK;
}

static enum err batch_answer(struct ctx *c, const struct req *q, struct res *r, const void *asked, const void *outcome)
{
	const struct str *what = asked, *xid = outcome;

	(void)q;
	note(c, &trial_add, PARAMS(p_str(str_fmt(c->mem, "note of " STR_FMT, STR_ARG(*what)))));
	return res_text(r, 200, "text/plain", *xid);
}

static enum err batch_alone(struct ctx *c, const struct req *q, struct res *r)
{
	struct row row;

	TRY(db_one(c, &trial_add, PARAMS(p_str(req_param(q, "what"))), &row));
	return res_text(r, 200, "text/plain", row_str(&row, "xid"));
}

static const struct batch batch = { batch_ask, batch_many, batch_answer, .one_statement = false };

static const struct route routes[] = {
	{ GET, "/trial/hello", hello, .who = ANYONE, .tx = TX_NONE },
	{ POST, "/trial/hello", hello, .who = ANYONE, .tx = TX_NONE, .page = true },
	{ GET, "/trial/maybe", whose, .who = MAYBE, .tx = TX_NONE },
	{ GET, "/trial/mine", whose, .who = CREATOR, .tx = TX_READ },
	{ GET, "/trial/page", page, .who = CREATOR, .tx = TX_NONE, .page = true },
	{ POST, "/trial/things", add, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST, "/trial/open", add, .who = ANYONE, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST, "/trial/secret", secret, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST, "/trial/form", form, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT, .page = true },
	{ POST, "/trial/push", push, .who = PLATFORM, .tx = TX_NONE, .body_max = 64 },
	{ POST, "/trial/raise", raise_it, .who = ANYONE, .tx = TX_WRITE },
	{ GET, "/trial/count", count, .who = ANYONE, .tx = TX_READ },
	{ GET, "/trial/list", list, .who = ANYONE, .tx = TX_NONE },
	{ GET, "/trial/offers/:id", one, .who = ANYONE, .tx = TX_NONE },
	{ PATCH, "/trial/offers/:id", one, .who = ANYONE, .tx = TX_NONE },
	{ GET, "/trial/batch/:what", batch_alone, .who = ANYONE, .tx = TX_WRITE, .batch = &batch },
};

const struct app trial_app = { "trial", "api", routes, COUNT(routes) };
