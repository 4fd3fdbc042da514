/* shared: what adapters of broadcasting platforms do alike: one exchange within its time, forms, and reading what a stranger wrote.
 * Never  knows a platform
 */
#ifndef UNIFYED_PLATFORM_SHARED_H
#define UNIFYED_PLATFORM_SHARED_H
#include "lib/core/buf.h"
#include "lib/json/json.h"
#include "lib/net/net.h"
#include "lib/platform/broadcaster.h"

#define FORM_TYPE S("application/x-www-form-urlencoded")
#define JSON_TYPE S("application/json")

struct shared_ask {
	const char *method;
	struct str url, body, content_type;
	struct net_header headers[3];  /* those without a name are left out */
};
/* Any HTTP status is OK; `call` is as after a success. fails PLATFORM_AWAY ("no-answer", "slow") */
enum err shared_call(struct ctx *c, struct broadcaster_call *call, const struct shared_ask *ask, struct net_answer *out);
/* The answer as an object; a body that is none is an empty one, which has no field. */
struct json shared_object(struct ctx *c, const struct net_answer *answer);
/* The failure of an answer that lacks what it must have. */
enum err shared_garbage(struct ctx *c, struct broadcaster_call *call, const char *what);
/* What a platform's word for a failure means; `word` ends the list with NULL. */
struct shared_word {
	const char *word;
	enum err err;
	const char *reason; /* NULL: the word itself */
};
bool shared_word_find(const struct shared_word *words, struct str word, const struct shared_word **out);
/* Fails that way; the log gets status and word. wait_ms: of PLATFORM_SLOW, and PLATFORM_AWAY when known. */
enum err shared_fail(struct ctx *c, struct broadcaster_call *call, enum err e, struct str reason, int status, struct str word, int64_t wait_ms);
/* A word of a platform as reason: 1 to 64 of [A-Za-z0-9_.-], else "refused". */
struct str shared_reason(struct ctx *c, struct str word);
/* Retry-After in ms, from 1 s to 1 h; `fallback` without. */
int64_t shared_wait_ms(const struct net_answer *answer, int64_t fallback);

struct str shared_bearer(struct ctx *c, const char *scheme, struct str token); /* "Bearer <token>" */
/* "a=1&b=2" piece by piece, for bodies and queries. */
void shared_pair(struct buf *form, const char *name, struct str value);
/* The origin of an address: "https://host:1". */
struct str shared_origin(struct str url);

/* Reading tokens: 1 to 4096 visible ASCII, a life of 1 s to 400 days. False: no pair that can be used. */
bool shared_token(struct json body, const char *key, struct str *out);
bool shared_life(struct json body, const char *key, int64_t *seconds);
/* "a b" as "a,b" */
struct str shared_scopes(struct ctx *c, struct str scopes, char from, char to);

/* Text for people: control and bidi characters out, trimmed, 300 characters at most. */
struct str shared_title(struct ctx *c, struct json v);
struct str shared_web_url(struct json v);    /* http or https; else empty */
int64_t shared_time(struct json v);          /* RFC 3339 as ms; 0: none */
int64_t shared_count(struct json v);         /* from 0; -1: none */
/* A number as the digits it was written in, or text as it is: ids past 2^53 stay whole. */
struct str shared_id(struct ctx *c, struct json v);
/* What stands between `prefix` and the first of "?#&/" in s; empty when s does not start so. */
struct str shared_after(struct str s, struct str prefix);
/* Splits a web address into its lower-case host without "www." and "m.", its path, and its query. False: not https or http, a port,
 * credentials, or other than plain ASCII in the host. */
bool shared_url_parts(struct ctx *c, struct str url, struct str *host, struct str *path, struct str *query);
/* The value of a name in a raw query, decoded; empty without. */
struct str shared_query(struct ctx *c, struct str query, const char *name);

#endif
