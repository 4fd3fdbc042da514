/* inside: what the files of lib/web share and nobody else sees. */
#ifndef UNIFYED_WEB_INSIDE_H
#define UNIFYED_WEB_INSIDE_H
#include "lib/core/config.h"
#include "lib/web/web.h"

/* Which row of the app's table a request means. Fills q->params. */
struct match {
	const struct route *route; /* NULL: none */
	bool path_known;           /* some row has that path */
	struct str allow;          /* methods of that path, for Allow */
};
void route_match(struct ctx *c, const struct app *app, struct req *q, struct match *out);

/* The table on standard output, for `make routes`. */
void app_print(const struct app *app);

/* Who asks, by the route's `who` column. fails LOGIN_NEEDED, CSRF, DB_AWAY */
enum err caller_find(struct ctx *c, const struct req *q, const struct route *route);

/* A request's Idempotency-Key, and all that it stands for. */
struct keyed {
	struct str key; /* empty: the request has none, or the route does not honour one */
	struct str scope;
	struct str fingerprint;
};
/* fails KEY_BAD */
enum err keyed_read(struct ctx *c, const struct req *q, const struct route *route, struct keyed *out);
/* First thing in the transaction: *replayed when `r` now holds the stored answer. fails KEY_BUSY, KEY_REUSED */
enum err keyed_enter(struct ctx *c, const struct keyed *k, struct res *r, bool *replayed);
/* Last thing in the transaction. */
enum err keyed_store(struct ctx *c, const struct keyed *k, const struct res *r);

/* One request on its way through serve_many. */
struct turn {
	struct ctx *c;
	struct req *q;
	struct res *r;
	const struct route *route; /* NULL until it is known */
	enum turn_state { TURN_NEW, TURN_JOINED, TURN_ANSWERED } state;
	enum err e;
	int64_t began_ms;          /* monotonic */
	size_t batch_n;            /* how many shared its transaction; 0: none */
	void *ask, *outcome;
};
/* serve_many up to the answers: the notes stay in c, to be written when the answers are on their way. */
void serve_answers(struct ctx *c[], const struct app *app, struct req *q[], struct res *r[], size_t n);
/* Serves every JOINED turn, all of one batch in one transaction. */
void batches_run(struct turn *turns, size_t n);
/* The statements of one transaction that may be begun again, by the tries so far. */
bool turn_tries_again(enum err e, int tries);

/* The whole refusal: status, headers, JSON or page. */
void problem_write(struct turn *t);
/* Headers that every answer has, unless it has set them itself. */
void res_finish(struct res *r);
bool res_has_header(const struct res *r, const char *name);
struct str res_header_of(const struct res *r, const char *name);

/* "a=b; c=d": the first value of a name */
struct str cookie_find(struct str header, struct str name);
/* The decoded pairs of a query string or form. fails BAD_REQUEST */
enum err pairs_read(struct ctx *c, struct str raw, struct pair *out, size_t *n);
/* Path part of a REQUEST_URI, decoded. fails BAD_REQUEST */
enum err path_read(struct ctx *c, struct str raw, struct str *out);

#endif
