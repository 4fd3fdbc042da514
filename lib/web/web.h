/* web: routes as data, requests and responses. The only door to libfcgi (fcgi.c).
 * A route's columns say who may call, in which transaction, and whether it honours Idempotency-Key;
 * an app with an unstated column refuses to start. Handlers never see libfcgi: tests call serve().
 */
#ifndef UNIFYED_WEB_H
#define UNIFYED_WEB_H
#include "lib/core/buf.h"
#include "lib/core/ctx.h"

enum method { METHOD_NONE, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS };
enum who {
	WHO_UNSTATED,
	ANYONE,   /* no credentials looked at; c->creator is nil */
	MAYBE,    /* a session is recognised where there is one */
	CREATOR,  /* a session cookie (with CSRF protection on unsafe methods) or an API key; else LOGIN_NEEDED */
	PLATFORM, /* the handler verifies a signature over the raw bytes */
};
enum tx { TX_UNSTATED, TX_NONE, TX_READ, TX_WRITE };
enum key { NOT_KEYED, IDEMPOTENT };

#define WEB_PARAMS_MAX 4   /* :names in a route's path */
#define WEB_PAIRS_MAX 256  /* query or form pairs: an offer of 100 lines, each with a value of its own */
#define WEB_HEADERS_MAX 24 /* response headers a handler may add */

struct pair {
	struct str name, value; /* decoded, valid UTF-8, no NUL */
};

/* A request as the loop hands it on. Everything lives as long as c->mem. */
struct req {
	enum method method;
	struct str path;         /* decoded, starts with '/' */
	struct str query;        /* raw */
	struct str body;         /* raw */
	struct str content_type; /* without parameters, lower case */
	struct pair params[WEB_PARAMS_MAX]; /* of the route's path: { "id", "link_01..." } */
	size_t params_n;
	struct pair args[WEB_PAIRS_MAX];    /* of the query string */
	size_t args_n;
	struct pair form[WEB_PAIRS_MAX];    /* of an application/x-www-form-urlencoded body */
	size_t form_n;
	struct str (*header_of)(const void *from, const char *cgi_name); /* see req_header */
	const void *from;
	void *before;            /* what the route's .before has made */
	struct str address;      /* REMOTE_ADDR */
	bool is_browser;         /* Accept prefers text/html: problems are pages */
	enum err door;           /* why the door did not read it whole: BODY_TOO_LARGE, HEADERS_TOO_LARGE, BAD_REQUEST */
};

struct header {
	struct str name, value;
};

struct res {
	struct ctx *c;
	int status;               /* 0: not set yet */
	struct str content_type;
	struct str body;
	struct header headers[WEB_HEADERS_MAX];
	size_t headers_n;
	bool secret;              /* the body shows something once: an idempotent replay says so instead */
};

typedef enum err handler(struct ctx *c, const struct req *q, struct res *r);

/* Batched routes (DESIGN 5). ask: no database; JOIN fills asks[i], DONE has filled the response, ALONE falls back
 * to .handle in its own transaction after the batch. many: one transaction for all asks, never fails for a
 * business reason. answer: no database. */
enum ask { ASK_JOIN, ASK_DONE, ASK_ALONE };
struct batch {
	enum ask (*ask)(struct ctx *c, const struct req *q, struct res *r, void **ask);
	enum err (*many)(struct ctx *c, void *const asks[], size_t n, void **outcomes); /* c has the batch's arena */
	enum err (*answer)(struct ctx *c, const struct req *q, struct res *r, const void *ask, const void *outcome);
	bool one_statement;   /* many runs exactly one, which is a transaction by itself: no trip for begin and commit */
};

/* Of what nginx keeps for the second, and no browser. */
#define WEB_KEPT "public, max-age=0, s-maxage=1"

struct route {
	enum method method;
	const char *path;       /* "/links/:id"; the first segment is the app's name */
	handler *handle;        /* for batched routes: what answers ALONE */
	enum who who;
	enum tx tx;
	enum key key;
	const struct batch *batch; /* NULL: ordinary */
	/* Slow work that needs no transaction (hashing a password), done before one is begun; NULL: none. */
	enum err (*before)(struct ctx *c, const struct req *q, void **out);
	size_t body_max;        /* 0: config body_max_bytes */
	bool page;              /* answers HTML: problems are pages, missing login redirects to /dashboard/login */
	bool kept;              /* nginx keeps its pages (nginx/pages.conf): problems too are the same for everybody, and NOT_FOUND is
	                         * kept as long as a page, in the place of the one that was there */
	int again_s;            /* a page that asks again by itself does so after a failure of ours too; 0: none such */
};

struct app {
	const char *name;     /* cgi-bin file, socket and nginx location */
	const char *role;     /* "go", "public", "api", "hook": database role */
	const struct route *routes;
	size_t n;
};

/* What is wrong with an app (an unstated column, a foreign path, a keyed route that does not write); NULL: nothing. */
const char *app_problem(const struct app *app, char problem[256]);
enum method method_read(struct str name); /* METHOD_NONE for one we do not know */
const char *method_name(enum method method);
/* How many bytes of body that address takes; what is longer is not even read. */
size_t app_body_max(struct ctx *c, const struct app *app, enum method method, struct str uri);

/* Reading. Absent is the empty str. */
struct str req_header(const struct req *q, const char *cgi_name); /* "HTTP_IF_MATCH" */
struct str req_cookie(const struct req *q, const char *name);     /* first of that name */
struct str req_param(const struct req *q, const char *name);
struct str req_arg(const struct req *q, const char *name);        /* query */
struct str req_form(const struct req *q, const char *name);
struct str req_body(const struct req *q);
/* The id in the path: fails NOT_FOUND when it is not a TypeID of that kind. */
enum err req_id(struct ctx *c, const struct req *q, const char *param, enum id_kind kind, struct uuid *out);

/* A page of a list: ?after=<id>&limit=1..100 (25). fails BAD_INPUT */
struct page {
	struct uuid after; /* nil: from the newest */
	int limit;         /* ask for limit + 1 rows to know whether there are more */
};
enum err req_page(struct ctx *c, const struct req *q, enum id_kind kind, struct page *out);

/* Writing. All return OK unless said, so that a handler can end with them. */
void res_header(struct res *r, const char *name, struct str value); /* refuses CR, LF, NUL: aborts */
enum err res_json(struct res *r, int status, struct str json);
enum err res_created(struct res *r, struct str location, struct str json);
enum err res_no_content(struct res *r);
enum err res_html(struct res *r, int status, struct str html); /* with the page headers: CSP, no-store unless set */
enum err res_text(struct res *r, int status, const char *content_type, struct str body);
enum err res_redirect(struct res *r, int status, struct str location); /* 302, 303, 307 */
/* Set-Cookie: HttpOnly, SameSite=Lax, Path=/; Secure and the __Host- prefix when base_url is https.
 * max_age_s < 0 deletes. req_cookie_of reads under the same rule. */
void res_cookie(struct res *r, const char *name, struct str value, int64_t max_age_s);
struct str req_cookie_of(struct ctx *c, const struct req *q, const char *name);
/* Strong ETag of a revision, and the check of If-Match: fails EDIT_CONFLICT; an absent header is fine. */
void res_etag(struct res *r, int64_t revision);
enum err req_if_match(struct ctx *c, const struct req *q, int64_t revision);

/* Runs one request through the same columns, transaction and answers as under nginx. Never fails: a refusal is a
 * problem in `r`. `c` comes with mem, config, db, now_ms and request_id set; q with method, body, header_of, from and
 * address. A transaction that met a deadlock or time-out (RETRY) is run up to three times. */
void serve(struct ctx *c, const struct app *app, struct req *q, struct res *r);
/* Several requests that were waiting together; batched routes share one transaction. */
void serve_many(struct ctx *c[], const struct app *app, struct req *q[], struct res *r[], size_t n);
/* Fills path, query, args, form, content_type, is_browser of q from its raw parts; fails BAD_REQUEST, URL_TOO_LONG,
 * MEDIA_TYPE. uri is REQUEST_URI. Part of serve(); public for the fuzzer. */
enum err req_parse(struct ctx *c, struct str uri, struct req *q);

#endif
