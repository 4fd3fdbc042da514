/* read.c: the strict reader. scan.c settles the grammar; json-c then builds the tree. */
/* json-c takes two of our names for types of its own. */
#define json_type json_c_type
#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_type
#undef json_bool

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/log.h"
#include "lib/json/json.h"
#include "lib/json/scan.h"

#define KEY_BYTES_MAX 128

/* json-c has NULL for null, and ours is NULL for absent. */
static const char null_value;

static struct json_object *tree(struct json v)
{
	return v.p == &null_value ? NULL : (struct json_object *)v.p;
}

static struct json present(struct json_object *object)
{
	return (struct json){ object ? (const void *)object : &null_value };
}

static void put(void *object)
{
	json_object_put(object);
}

/* Keys in all objects under `object`; false when a number is too large for a double. */
static bool keys_count(struct json_object *object, size_t *keys)
{
	if (json_object_is_type(object, json_type_double))
		return isfinite(json_object_get_double(object));
	if (json_object_is_type(object, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(object); i++)
			if (!keys_count(json_object_array_get_idx(object, i), keys))
				return false;
		return true;
	}
	if (json_object_is_type(object, json_type_object)) {
		for (struct lh_entry *e = lh_table_head(json_object_get_object(object)); e; e = lh_entry_next(e)) {
			++*keys;
			if (!keys_count((struct json_object *)lh_entry_v(e), keys))
				return false;
		}
	}
	return true;
}

static void *must(void *made)
{
	if (!made) {
		log_line(LOG_ERROR, "json", LOG_FIELDS(LOG_S("failed", S("no memory"))));
		abort();
	}
	return made;
}

static bool parse(struct str body, struct json_object **out)
{
	struct json_tokener *tokener = must(json_tokener_new_ex(JSON_DEPTH_MAX + 2));
	bool good;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	*out = json_tokener_parse_ex(tokener, body.p, (int)body.n);
	/* A number at the end is only over when something follows it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*out = json_tokener_parse_ex(tokener, "", 1);
	good = json_tokener_get_error(tokener) == json_tokener_success;
	json_tokener_free(tokener);
	return good;
}

enum err json_read(struct ctx *c, struct str body, struct json *out)
{
	struct scan scan;
	struct json_object *object;
	size_t keys = 0;

	if (body.n >= INT_MAX || !json_scan(body, &scan))
		return FAIL(c, ERR_BAD_JSON, "not one strict JSON value, in %zu bytes", body.n);
	if (!parse(body, &object))
		return FAIL(c, ERR_BAD_JSON, "json-c refuses what the scan let pass");
	if (object)
		arena_defer(c->mem, put, object);
	if (!keys_count(object, &keys))
		return FAIL(c, ERR_BAD_JSON, "a number past every double");
	if (keys != scan.keys)
		return FAIL(c, ERR_BAD_JSON, "a key stands twice in one object");
	*out = present(object);
	return OK;
}

enum err json_read_object(struct ctx *c, struct str body, struct json *out)
{
	TRY(json_read(c, body.n ? body : S("{}"), out));
	if (json_type(*out) != JSON_OBJECT)
		return FAIL(c, ERR_BAD_JSON, "not an object");
	return OK;
}

enum json_type json_type(struct json v)
{
	if (!v.p)
		return JSON_ABSENT;
	switch (json_object_get_type(tree(v))) {
	case json_type_null:
		return JSON_NULL;
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
		return JSON_REAL;
	case json_type_int:
		return JSON_INT;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_array:
		return JSON_LIST;
	case json_type_string:
		return JSON_TEXT;
	}
	return JSON_ABSENT;
}

struct json json_get(struct json object, const char *key)
{
	struct json_object *found;

	if (json_type(object) != JSON_OBJECT || !json_object_object_get_ex(tree(object), key, &found))
		return (struct json){ 0 };
	return present(found);
}

struct json json_path(struct json object, const char *dotted)
{
	struct str rest = str_of(dotted);

	while (rest.n) {
		struct str part = str_cut(&rest, '.');
		char key[KEY_BYTES_MAX] = { 0 };

		if (part.n >= sizeof(key))
			return (struct json){ 0 };
		memcpy(key, part.p, part.n);
		object = json_get(object, key);
	}
	return object;
}

size_t json_length(struct json list)
{
	return json_type(list) == JSON_LIST ? json_object_array_length(tree(list)) : 0;
}

struct json json_at(struct json list, size_t i)
{
	return i < json_length(list) ? present(json_object_array_get_idx(tree(list), i)) : (struct json){ 0 };
}

struct str json_str(struct json v)
{
	struct json_object *object = tree(v);

	if (json_type(v) != JSON_TEXT)
		return (struct str){ 0 };
	return (struct str){ json_object_get_string(object), (size_t)json_object_get_string_len(object) };
}

bool json_int(struct json v, int64_t *out)
{
	if (json_type(v) == JSON_TEXT)
		return str_int(json_str(v), out);
	if (json_type(v) != JSON_INT)
		return false;
	*out = json_object_get_int64(tree(v));
	return true;
}

bool json_bool(struct json v, bool fallback)
{
	return json_type(v) == JSON_BOOL ? json_object_get_boolean(tree(v)) : fallback;
}

struct str json_str_at(struct json object, const char *dotted)
{
	return json_str(json_path(object, dotted));
}

const char *json_key_at(struct json object, size_t i)
{
	struct lh_entry *e;

	if (json_type(object) != JSON_OBJECT)
		return NULL;
	for (e = lh_table_head(json_object_get_object(tree(object))); e && i; e = lh_entry_next(e))
		i--;
	return e ? (const char *)lh_entry_k(e) : NULL;
}

struct str json_text(struct ctx *c, struct json v)
{
	size_t n;
	const char *text;

	if (!v.p)
		return (struct str){ 0 };
	text = json_object_to_json_string_length(tree(v), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	return str_copy(c->mem, (struct str){ must((void *)text), n });
}
