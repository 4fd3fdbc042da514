#include "lib/status/status.h"

#include "lib/db/db.h"
#include "lib/json/json.h"

#define TEXT_MAX_BYTES (256 << 10)

enum err status_ready(struct ctx *c, struct str *json)
{
	struct jw w = jw_new(c->mem, 4096);
	struct row row;

	TRY(db_one(c, SQL(status_ready), NO_PARAMS, &row));
	jw_object(&w);
	jw_kstr(&w, "migration", row_str(&row, "migration"));
	jw_kint(&w, "oldest_beat_s", row_int(&row, "oldest_beat_s"));
	jw_end(&w);
	*json = jw_done(&w);
	return OK;
}

enum err status_metrics(struct ctx *c, struct str *text)
{
	struct buf b = buf_new(c->mem, TEXT_MAX_BYTES);
	struct rows rows;

	TRY(db_all(c, SQL(status_metrics), NO_PARAMS, &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct str label = row_str(&row, "label");

		buf_put(&b, row_str(&row, "name"));
		if (label.n) {
			buf_fmt(&b, "{" STR_FMT "=", STR_ARG(label));
			buf_json(&b, row_str(&row, "value_of"));
			buf_char(&b, '}');
		}
		buf_fmt(&b, " %lld\n", (long long)row_int(&row, "value"));
	}
	*text = buf_str(&b);
	return OK;
}

static struct str integrity_json(struct ctx *c, const struct rows *rows, int64_t checked_ms, int64_t age_s, bool *holds)
{
	struct jw w = jw_new(c->mem, 64 << 10);

	*holds = true;
	jw_object(&w);
	jw_key(&w, "invariants");
	jw_list(&w);
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		*holds = *holds && !row_int(&row, "broken");
		jw_object(&w);
		jw_kstr(&w, "invariant", row_str(&row, "invariant"));
		jw_kint(&w, "broken", row_int(&row, "broken"));
		jw_end(&w);
	}
	jw_end(&w);
	jw_kbool(&w, "holds", *holds);
	jw_ktime(&w, "checked_at", checked_ms);
	jw_kint(&w, "age_s", age_s);
	jw_end(&w);
	return jw_done(&w);
}

enum err status_integrity(struct ctx *c, struct str *json, bool *holds)
{
	struct rows rows;

	TRY(db_all(c, SQL(status_integrity), NO_PARAMS, &rows));
	*json = integrity_json(c, &rows, c->now_ms, 0, holds);
	return OK;
}

enum err status_audited(struct ctx *c, struct str *json, bool *holds, bool *found)
{
	struct rows rows;
	struct row row;

	TRY(db_all(c, SQL(status_audited), NO_PARAMS, &rows));
	*found = rows.n > 0;
	if (!*found)
		return OK;
	row = rows_at(&rows, 0);
	*json = integrity_json(c, &rows, row_int(&row, "finished_ms"), row_int(&row, "age_s"), holds);
	return OK;
}
