/* write.c: the writer. Its states are: what encloses us, whether a comma is due, whether a key waits for its value. */
#include <assert.h>

#include "lib/core/time.h"
#include "lib/json/json.h"

#define LEVELS_MAX 64

static bool in_list(const struct jw *w)
{
	return w->is_list >> (w->depth - 1) & 1;
}

static void before_value(struct jw *w)
{
	assert(w->depth == 0 ? w->out.n == 0 || w->out.full : w->after_key || in_list(w));
	if (w->comma && !w->after_key)
		buf_char(&w->out, ',');
	w->after_key = false;
	w->comma = true;
}

static void open(struct jw *w, char bracket)
{
	before_value(w);
	assert(w->depth < LEVELS_MAX);
	buf_char(&w->out, bracket);
	w->is_list &= ~((uint64_t)1 << w->depth);
	w->is_list |= (uint64_t)(bracket == '[') << w->depth;
	w->depth++;
	w->comma = false;
}

struct jw jw_new(struct arena *mem, size_t max_bytes)
{
	return (struct jw){ .out = buf_new(mem, max_bytes) };
}

void jw_object(struct jw *w)
{
	open(w, '{');
}

void jw_list(struct jw *w)
{
	open(w, '[');
}

void jw_end(struct jw *w)
{
	assert(w->depth > 0 && !w->after_key);
	buf_char(&w->out, in_list(w) ? ']' : '}');
	w->depth--;
	w->comma = true;
}

void jw_key(struct jw *w, const char *key)
{
	assert(w->depth > 0 && !in_list(w) && !w->after_key);
	if (w->comma)
		buf_char(&w->out, ',');
	buf_json(&w->out, str_of(key));
	buf_char(&w->out, ':');
	w->after_key = true;
}

void jw_str(struct jw *w, struct str s)
{
	before_value(w);
	buf_json(&w->out, s);
}

void jw_int(struct jw *w, int64_t v)
{
	before_value(w);
	buf_int(&w->out, v);
}

void jw_bool(struct jw *w, bool v)
{
	jw_raw(w, v ? S("true") : S("false"));
}

void jw_null(struct jw *w)
{
	jw_raw(w, S("null"));
}

void jw_raw(struct jw *w, struct str json)
{
	assert(json.n);
	before_value(w);
	buf_put(&w->out, json);
}

void jw_money(struct jw *w, struct money m)
{
	jw_object(w);
	jw_kint(w, "minor", m.minor);
	jw_kstr(w, "currency", currency_str(&m.currency));
	jw_end(w);
}

void jw_time(struct jw *w, int64_t ms)
{
	if (ms == 0)
		jw_null(w);
	else
		jw_str(w, time_text(w->out.mem, ms));
}

void jw_id(struct jw *w, enum id_kind kind, struct uuid u)
{
	if (uuid_is_nil(u))
		jw_null(w);
	else
		jw_str(w, id_text(w->out.mem, kind, u));
}

void jw_kstr(struct jw *w, const char *key, struct str s)
{
	jw_key(w, key);
	jw_str(w, s);
}

void jw_kint(struct jw *w, const char *key, int64_t v)
{
	jw_key(w, key);
	jw_int(w, v);
}

void jw_kbool(struct jw *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}

void jw_kmoney(struct jw *w, const char *key, struct money m)
{
	jw_key(w, key);
	jw_money(w, m);
}

void jw_ktime(struct jw *w, const char *key, int64_t ms)
{
	jw_key(w, key);
	jw_time(w, ms);
}

void jw_kid(struct jw *w, const char *key, enum id_kind kind, struct uuid u)
{
	jw_key(w, key);
	jw_id(w, kind, u);
}

struct str jw_done(struct jw *w)
{
	assert(w->depth == 0 && !w->out.full && w->out.n);
	return buf_str(&w->out);
}
