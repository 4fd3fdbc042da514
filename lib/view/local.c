#include "lib/view/local.h"

#include <assert.h>

#include "lib/core/time.h"
#include "lib/db/db.h"

#define TYPED_CHARS 16 /* 2026-11-23T06:07 */

void local_want(struct local *l, int64_t ms, struct str *out)
{
	assert(l->n < LOCAL_MAX);
	*out = S("");
	if (!ms)
		return;
	l->ms[l->n] = ms;
	l->out[l->n++] = out;
}

enum err local_tell(struct ctx *c, const struct local *l)
{
	struct rows rows;

	if (!l->n)
		return OK;
	TRY(db_all(c, SQL(local_tell), PARAMS(p_str(l->zone), p_ints(c, l->ms, l->n)), &rows));
	assert((size_t)rows.n == l->n);
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		*l->out[i] = row_str(&row, "told");
	}
	return OK;
}

/* Browsers add seconds when somebody types them. */
static bool typed_is_time(struct ctx *c, struct str typed)
{
	int64_t ms;

	return typed.n == TYPED_CHARS && typed.p[10] == 'T' && time_read(str_fmt(c->mem, STR_FMT ":00Z", STR_ARG(typed)), &ms);
}

enum err local_read(struct ctx *c, struct str zone, const char *field, struct str typed, int64_t *ms)
{
	struct row row;

	*ms = 0;
	typed = str_trim(typed);
	if (!typed.n)
		return OK;
	if (typed.n > TYPED_CHARS && typed.p[TYPED_CHARS] == ':')
		typed.n = TYPED_CHARS;
	if (!typed_is_time(c, typed)) {
		field_bad(c, field, "a date and time, like 2026-11-23T20:00");
		return OK;
	}
	TRY(db_one(c, SQL(local_read), PARAMS(p_str(zone), p_str(typed)), &row));
	*ms = row_int(&row, "ms");
	return OK;
}

enum err local_write(struct ctx *c, struct str zone, int64_t ms, struct str *typed)
{
	struct row row;

	*typed = S("");
	if (!ms)
		return OK;
	TRY(db_one(c, SQL(local_write), PARAMS(p_str(zone), p_int(ms)), &row));
	*typed = row_str(&row, "typed");
	return OK;
}
