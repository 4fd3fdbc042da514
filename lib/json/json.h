/* json: reading what strangers send, and writing what we answer. The only door to json-c.
 * Reading is strict: one value, valid UTF-8 without NUL, no duplicate keys in an object, nesting to 32 levels,
 * integers within int64, at most 65536 lists and objects (scan.h). Field readers collect what is wrong in ctx
 * (field_bad) and go on.
 * Source  RFC 8259
 */
#ifndef UNIFYED_JSON_H
#define UNIFYED_JSON_H
#include "lib/core/buf.h"
#include "lib/core/ctx.h"
#include "lib/core/money.h"

/* A value that was read; opaque, by value, lives as long as c->mem. `p` NULL: absent. */
struct json {
	const void *p;
};

enum json_type { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_LIST, JSON_OBJECT };

/* fails  BAD_JSON  not one strict JSON value (any type) */
enum err json_read(struct ctx *c, struct str body, struct json *out);
/* The same, and it must be an object (an empty body reads as {}). fails BAD_JSON */
enum err json_read_object(struct ctx *c, struct str body, struct json *out);
enum json_type json_type(struct json v);
struct json json_get(struct json object, const char *key); /* absent when it has none, or is no object */
struct json json_path(struct json object, const char *dotted); /* "data.shop.name" */
size_t json_length(struct json list);                       /* 0 when it is no list */
struct json json_at(struct json list, size_t i);
/* Lenient readers for platforms' answers: false or empty when absent, null or of another type. */
struct str json_str(struct json v);
bool json_int(struct json v, int64_t *out);  /* also accepts decimal digits in a string */
bool json_bool(struct json v, bool fallback);
struct str json_str_at(struct json object, const char *dotted);
/* The i-th key of an object; NULL past the last or when it is no object. Lives as long as c->mem. */
const char *json_key_at(struct json object, size_t i);
/* The value as JSON text. */
struct str json_text(struct ctx *c, struct json v);

/* Field readers for our own API: absent leaves `*out` as it is and returns false; a wrong type or
 * size calls field_bad and returns false; true when `*out` was set. null counts as absent. */
bool json_want_text(struct ctx *c, struct json object, const char *field, size_t min_points, size_t max_points, struct str *out);
bool json_want_int(struct ctx *c, struct json object, const char *field, int64_t min, int64_t max, int64_t *out);
bool json_want_bool(struct ctx *c, struct json object, const char *field, bool *out);
bool json_want_time(struct ctx *c, struct json object, const char *field, int64_t *out_ms);
bool json_want_money(struct ctx *c, struct json object, const char *field, struct money *out); /* {minor,currency} */
bool json_want_id(struct ctx *c, struct json object, const char *field, enum id_kind kind, struct uuid *out);
bool json_is_null(struct json object, const char *field); /* present and null: "clear it" */
/* field_bad for every key that is not in the NULL-ended list */
void json_only(struct ctx *c, struct json object, const char *const known[]);

/* Writing: a small state machine over a buf; commas and nesting take care of themselves.
 *   struct jw w = jw_new(c->mem, 65536);
 *   jw_object(&w); jw_key(&w, "id"); jw_str(&w, id); jw_end(&w);
 *   struct str text = jw_done(&w); */
struct jw {
	struct buf out;
	unsigned depth;
	bool comma, after_key;
	uint64_t is_list; /* bit per level */
};

struct jw jw_new(struct arena *mem, size_t max_bytes);
void jw_object(struct jw *w);
void jw_list(struct jw *w);
void jw_end(struct jw *w); /* closes the innermost object or list */
void jw_key(struct jw *w, const char *key);
void jw_str(struct jw *w, struct str s);
void jw_int(struct jw *w, int64_t v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_money(struct jw *w, struct money m); /* {"minor":1999,"currency":"USD"} */
void jw_time(struct jw *w, int64_t ms);      /* RFC 3339, or null for 0 */
void jw_id(struct jw *w, enum id_kind kind, struct uuid u); /* or null for nil */
void jw_raw(struct jw *w, struct str json);  /* JSON text that a jsonb column or jw made */
/* key and value at once */
void jw_kstr(struct jw *w, const char *key, struct str s);
void jw_kint(struct jw *w, const char *key, int64_t v);
void jw_kbool(struct jw *w, const char *key, bool v);
void jw_kmoney(struct jw *w, const char *key, struct money m);
void jw_ktime(struct jw *w, const char *key, int64_t ms);
void jw_kid(struct jw *w, const char *key, enum id_kind kind, struct uuid u);
/* asserts that all levels are closed and the buf did not fill up */
struct str jw_done(struct jw *w);

#endif
