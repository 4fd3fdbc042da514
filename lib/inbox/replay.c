#include "lib/inbox/replay.h"

#include "lib/db/db.h"
#include "lib/json/json.h"

#define KEYS_MAX_BYTES (16 << 20)

/* Changes so far; grows by tables. */
struct list {
	struct row_change *p;
	size_t n, room;
};

static void add(struct ctx *c, struct list *list, struct row_change change)
{
	if (list->n == list->room) {
		struct row_change *more = arena_array(c->mem, list->room * 2 + 64, sizeof(*more));

		for (size_t i = 0; i < list->n; i++)
			more[i] = list->p[i];
		list->p = more;
		list->room = list->room * 2 + 64;
	}
	list->p[list->n++] = change;
}

enum err replay_mark(struct ctx *c, struct str *mark)
{
	struct row row;

	TRY(db_one(c, SQL(replay_counts), NO_PARAMS, &row));
	*mark = row_str(&row, "counts");
	return OK;
}

static enum err rows_of(struct ctx *c, struct str table, struct str keys, struct rows *out)
{
	return db_all(c, SQL(replay_rows_of), PARAMS(p_str(table), p_str(keys)), out);
}

static struct str keys_json(struct ctx *c, const struct rows *rows)
{
	struct jw w = jw_new(c->mem, KEYS_MAX_BYTES);

	jw_list(&w);
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		jw_raw(&w, row_str(&row, "key"));
	}
	jw_end(&w);
	return jw_done(&w);
}

/* jsonb writes equal keys alike. */
static bool row_with(const struct rows *rows, struct str key, struct str *body)
{
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		if (!str_eq(row_str(&row, "key"), key))
			continue;
		*body = row_str(&row, "body");
		return true;
	}
	return false;
}

static enum err written(struct ctx *c, struct ctx *eyes, struct str table, struct list *list)
{
	struct rows now, then;

	TRY(db_all(c, SQL(replay_rows), PARAMS(p_str(table)), &now));
	TRY(rows_of(eyes, table, keys_json(c, &now), &then));
	for (int i = 0; i < now.n; i++) {
		struct row row = rows_at(&now, i);
		struct row_change change = { .table = table, .kind = '+', .key = row_str(&row, "key"), .after = row_str(&row, "body") };

		if (row_with(&then, change.key, &change.before))
			change.kind = '~';
		if (!str_eq(change.before, change.after))
			add(c, list, change);
	}
	return OK;
}

/* Rows that this transaction only locked bear its number too, and are still there. */
static enum err deleted(struct ctx *c, struct ctx *eyes, struct str table, struct str xid, struct list *list)
{
	struct rows ended, still;

	TRY(db_all(eyes, SQL(replay_rows_ended), PARAMS(p_str(table), p_str(xid)), &ended));
	TRY(rows_of(c, table, keys_json(c, &ended), &still));
	for (int i = 0; i < ended.n; i++) {
		struct row row = rows_at(&ended, i);
		struct row_change change = { .table = table, .kind = '-', .key = row_str(&row, "key"), .before = row_str(&row, "body") };
		struct str body;

		if (!row_with(&still, change.key, &body))
			add(c, list, change);
	}
	return OK;
}

enum err replay_changes(struct ctx *c, struct ctx *eyes, struct str mark, struct row_change **out, size_t *n)
{
	struct list list = { 0 };
	struct rows tables;
	struct row xid;

	TRY(db_one(c, SQL(replay_xid), NO_PARAMS, &xid));
	TRY(db_all(c, SQL(replay_tables), PARAMS(p_str(mark)), &tables));
	for (int i = 0; i < tables.n; i++) {
		struct row row = rows_at(&tables, i);
		struct str table = row_str(&row, "name");

		if (row_int(&row, "inserted") + row_int(&row, "updated"))
			TRY(written(c, eyes, table, &list));
		if (row_int(&row, "deleted"))
			TRY(deleted(c, eyes, table, row_str(&xid, "xid"), &list));
	}
	*out = list.p;
	*n = list.n;
	return OK;
}

enum err replay_events(struct ctx *c, struct replay_event **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(replay_events), NO_PARAMS, &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct replay_event){
			.type = row_str(&row, "type"), .payload = row_str(&row, "payload"), .subject = row_uuid(&row, "subject") };
	}
	return OK;
}
