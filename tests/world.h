/* world: a database with a shop in it, and people who ask the apps things, for tests that run in one process.
 * One database per test program, cloned from unifyed_template (UNIFYED_TEST_PG: conninfo of a superuser, without dbname;
 * tests/with_cluster.sh provides both). world() empties and seeds it, so nothing of a former test is left.
 * Everything returned lives until the next world().
 */
#ifndef UNIFYED_TESTS_WORLD_H
#define UNIFYED_TESTS_WORLD_H
#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/web/web.h"

enum person { NOBODY, ANNA, BEN };

/* A creator and what she has. Without `.ben = true`, ben has an account and his seat at the shop, and nothing else. */
struct seller {
	struct creator_id creator;
	struct connection_id connection;
	struct offer_id offer;         /* 20 % off the mug: 2000 -> 1600 USD, active, its code placed */
	struct discount_id discount;
	struct str discount_code;      /* "UFY-ANNA20" */
	struct stream_id stream;       /* live on youtube */
	struct attribution_id attribution; /* youtube, live, that stream */
	struct link_id link;
	struct str code;               /* "annalink1" */
	struct str api_key, session, csrf; /* session: value of the cookie */
};

struct world {
	struct arena *mem;
	struct config *config;         /* may be changed by a test; world() makes it anew */
	struct db *db;
	struct seller anna, ben;       /* anna owns the shop's connection, ben sells there */
	struct shop_id shop;           /* x.myshopify.com, USD, active, storefront https://shop.example */
	struct product_id product;     /* "Mug", external id 7001 */
	struct variant_id variant;     /* "Default Title", 2000 USD, external id 7101; further ones: variants[] */
	struct item_id item;           /* external id 7201 */
	struct variant_id variants[8];
	struct item_id items[8];
};

struct world_options {
	int unused_;
	int stock;                     /* of each variant; 0: none */
	int variants;                  /* 1 to 8; 0: 1. "V1" ... when more than one, 2000 USD each */
	bool ben;                      /* ben has an offer, stream and link of his own: "benlink1" */
	bool bare;                     /* no offers, streams, links */
	int clicks_max;                /* of every link; 0: no limit */
	int redemptions_max;           /* of every offer; 0: no limit */
};

#define world(...) world_new((struct world_options){ .unused_ = 0, __VA_ARGS__ })
struct world world_new(struct world_options options);

/* A request. `.as` asks with that person's API key; with `.page` or `.form` as a browser with her session cookie. */
struct asking {
	enum method method;            /* METHOD_NONE: GET, or POST with a body or form */
	const char *path;              /* with its query */
	const char *body;              /* JSON unless content_type is set */
	struct str bytes;              /* instead of body */
	const char *form;              /* "a=1&b=2"; the session's csrf is added */
	bool no_csrf;                  /* leave it out */
	const char *content_type;
	enum person as;
	bool page;                     /* a top-level navigation of a browser: Accept, Sec-Fetch-* */
	const char *key;               /* Idempotency-Key */
	const char *visitor;           /* name of a cookie jar that is sent and filled */
	const char *headers;           /* "If-Match: \"3\"\nX-More: 1"; wins over all above; "Name:" removes one */
	const char *address;           /* "203.0.113.7" */
	const struct app *app;         /* NULL: the app of the path's first segment */
};

struct got {
	int status;
	struct str content_type, body;
	const struct header *headers;
	size_t headers_n;
	enum err failed;               /* the first FAIL, for a test's message */
	const char *file;
	int line;
	struct str detail;
};

struct got ask(struct world *w, struct asking asking);
/* The same requests waiting together: one serve_many. All of one app. */
void ask_many(struct world *w, const struct asking askings[], size_t n, struct got gots[]);
/* GET /go/annalink1 as the browser of that visitor; tap_at for any path. */
struct got tap(struct world *w, const char *visitor);
struct got tap_at(struct world *w, const char *visitor, const char *path);
/* A ctx for calling domain functions directly: own arena, the world's connection and clock, creator as given. */
struct ctx *world_ctx(struct world *w, enum person as);

/* Header of an answer; empty when it has none. */
struct str got_header(struct got got, const char *name);
/* Text of a JSON answer's field, "items.0.id"; empty when there is none. Numbers as they stand. */
struct str got_json(struct world *w, struct got got, const char *dotted);

/* SQL of a test's own. world_int and world_text give the first column of the first row (0, "" without one). */
void world_sql(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t world_int(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str world_text(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *world_uuid(struct world *w, struct uuid u); /* as SQL wants it, with its quotes */
/* Moves the clocks of the database and of later requests. */
void world_clock_advance(struct world *w, int64_t ms);
int64_t world_now_ms(struct world *w);
/* The connection of the requests dies, as if the server had ended it. */
void world_cut_connection(struct world *w);

/* Puts the world's configuration into the environment of a child that runs web_main or cron_main. */
void world_env(void);

/* Runs work(w, i) in n processes at once, each with a connection of its own. codes[i]: what it returned (0 to 100),
 * or 255 when it died. Expectations inside are not seen: return a code. */
void fork_many(struct world *w, int n, int (*work)(struct world *w, int i), int codes[]);

#define expect_status(got, want) world_expect_status((got), (want), __FILE__, __LINE__)
#define expect_header(got, name, want) world_expect_header((got), (name), (want), __FILE__, __LINE__)
#define expect_no_header(got, name) world_expect_header((got), (name), NULL, __FILE__, __LINE__)
#define expect_same_header(a, b, name) world_expect_same((a), (b), (name), __FILE__, __LINE__)
#define expect_body_has(got, text) world_expect_body((got), (text), true, __FILE__, __LINE__)
#define expect_body_lacks(got, text) world_expect_body((got), (text), false, __FILE__, __LINE__)
/* A problem of that type ("sold-out") with the status of err.def, as JSON or page. */
#define expect_problem(got, type) world_expect_problem((got), (type), __FILE__, __LINE__)
/* A BAD_INPUT problem that names the field. */
#define expect_field(got, field) world_expect_field((got), (field), __FILE__, __LINE__)
/* Types of all events since world(), oldest transaction first, by name inside one transaction. */
#define expect_events(w, types) world_expect_events((w), (types), __FILE__, __LINE__)
#define expect_sql(w, want, ...) world_expect_int((w), (want), __FILE__, __LINE__, __VA_ARGS__)

void world_expect_status(struct got got, int want, const char *file, int line);
void world_expect_header(struct got got, const char *name, const char *want, const char *file, int line);
void world_expect_same(struct got a, struct got b, const char *name, const char *file, int line);
void world_expect_body(struct got got, const char *text, bool has, const char *file, int line);
void world_expect_problem(struct got got, const char *type, const char *file, int line);
void world_expect_field(struct got got, const char *field, const char *file, int line);
void world_expect_events(struct world *w, const char *types, const char *file, int line);
void world_expect_int(struct world *w, int64_t want, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#endif
