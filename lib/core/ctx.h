/* ctx: what every function of one request (or one helper's step) may use.
 * Lives  as long as the request; `mem` is reset after it
 */
#ifndef UNIFYED_CORE_CTX_H
#define UNIFYED_CORE_CTX_H
#include "lib/core/arena.h"
#include "lib/core/err.h"
#include "lib/core/ids.h"

struct config;
struct db;

#define CTX_FIELDS_MAX 32
#define CTX_NOTES_MAX 16

/* One thing wrong with the input: errors: [{ "field": "units", "says": "1 to 20" }] */
struct field_error {
	struct str field;
	struct str says;
};

struct query;
struct params;

/* A statement that must outlive a refusal; run after the transaction (see db.h, note()). */
struct note {
	const struct query *query;
	const struct params *params;
};

struct ctx {
	struct arena *mem;
	const struct config *config;
	struct db *db;             /* the one connection; NULL where there is none */
	int64_t now_ms;            /* read once, when the request began */
	struct str request_id;     /* nginx's $request_id, or our own */
	struct creator_id creator; /* who asks; nil for nobody */
	struct str caller;         /* "session:<id>" or "key:<id>" of that creator; scope of idempotency keys */
	struct str csrf;           /* token for the forms of this session; "" for API keys and nobody */
	enum err failed;           /* the first FAIL of this request, for the log */
	const char *failed_file;
	int failed_line;
	struct str failed_detail;
	struct field_error fields[CTX_FIELDS_MAX];
	size_t fields_n;
	struct note notes[CTX_NOTES_MAX];
	size_t notes_n;
};

/* Collects one wrong field (copied); further ones past the maximum are dropped. */
void field_bad(struct ctx *c, const char *field, const char *says, ...) __attribute__((format(printf, 3, 4)));
/* BAD_INPUT when any field was bad since the request began, else OK. */
enum err fields_must_be_good(struct ctx *c);

#endif
