/* want.c: fields of our own API. What is wrong with one is said to the caller (field_bad), and reading goes on. */
#include "lib/core/time.h"
#include "lib/json/json.h"

/* Present and not null: only then there is something to judge. */
static bool wanted(struct json object, const char *field, struct json *out)
{
	*out = json_get(object, field);
	return json_type(*out) != JSON_ABSENT && json_type(*out) != JSON_NULL;
}

bool json_want_text(struct ctx *c, struct json object, const char *field, size_t min_points, size_t max_points,
	struct str *out)
{
	struct json v;
	size_t points;

	if (!wanted(object, field, &v))
		return false;
	points = str_points(json_str(v));
	if (json_type(v) != JSON_TEXT || points < min_points || points > max_points) {
		field_bad(c, field, "text of %zu to %zu characters", min_points, max_points);
		return false;
	}
	*out = json_str(v);
	return true;
}

bool json_want_int(struct ctx *c, struct json object, const char *field, int64_t min, int64_t max, int64_t *out)
{
	struct json v;
	int64_t found;

	if (!wanted(object, field, &v))
		return false;
	if (json_type(v) != JSON_INT || !json_int(v, &found) || found < min || found > max) {
		field_bad(c, field, "%lld to %lld", (long long)min, (long long)max);
		return false;
	}
	*out = found;
	return true;
}

bool json_want_bool(struct ctx *c, struct json object, const char *field, bool *out)
{
	struct json v;

	if (!wanted(object, field, &v))
		return false;
	if (json_type(v) != JSON_BOOL) {
		field_bad(c, field, "true or false");
		return false;
	}
	*out = json_bool(v, false);
	return true;
}

bool json_want_time(struct ctx *c, struct json object, const char *field, int64_t *out_ms)
{
	struct json v;

	if (!wanted(object, field, &v))
		return false;
	if (!time_read(json_str(v), out_ms)) {
		field_bad(c, field, "a time like 2026-11-23T05:07:27Z");
		return false;
	}
	return true;
}

static bool money_of(struct json v, struct money *out)
{
	struct json minor = json_get(v, "minor");
	struct money m;

	if (json_key_at(v, 2) || json_type(minor) != JSON_INT || !json_int(minor, &m.minor))
		return false;
	if (!currency_read(json_str(json_get(v, "currency")), &m.currency))
		return false;
	*out = m;
	return true;
}

bool json_want_money(struct ctx *c, struct json object, const char *field, struct money *out)
{
	struct json v;

	if (!wanted(object, field, &v))
		return false;
	if (!money_of(v, out)) {
		field_bad(c, field, "an amount like {\"minor\": 1999, \"currency\": \"USD\"}");
		return false;
	}
	return true;
}

bool json_want_id(struct ctx *c, struct json object, const char *field, enum id_kind kind, struct uuid *out)
{
	struct json v;

	if (!wanted(object, field, &v))
		return false;
	if (!id_read(kind, json_str(v), out)) {
		field_bad(c, field, "an id that starts with " STR_FMT "_", STR_ARG(id_prefix(kind)));
		return false;
	}
	return true;
}

bool json_is_null(struct json object, const char *field)
{
	return json_type(json_get(object, field)) == JSON_NULL;
}

static bool is_known(const char *key, const char *const known[])
{
	for (size_t i = 0; known[i]; i++)
		if (str_eq(str_of(key), str_of(known[i])))
			return true;
	return false;
}

void json_only(struct ctx *c, struct json object, const char *const known[])
{
	const char *key;

	/* More than fields can be told of cannot be wrong in a new way: this bounds the walk. */
	for (size_t i = 0; c->fields_n < CTX_FIELDS_MAX && (key = json_key_at(object, i)); i++)
		if (!is_known(key, known))
			field_bad(c, key, "no such field");
}
