#include "lib/event/event.h"

#include "lib/db/db.h"

static enum err add(struct ctx *c, struct str consumer)
{
	return db_run(c, SQL(consumer_add), PARAMS(p_str(consumer)));
}

enum err event_consume(struct ctx *c, struct str consumer, int most, struct event_batch *out)
{
	struct row place, last;
	struct rows rows;

	*out = (struct event_batch){ 0 };
	TRY(add(c, consumer));
	TRY(db_one(c, SQL(consumer_take), PARAMS(p_str(consumer)), &place));
	TRY(db_all(c, SQL(consumer_next), PARAMS(p_int(row_int(&place, "epoch")), p_str(row_str(&place, "xid")),
		p_uuid(row_uuid(&place, "id")), p_int(most)), &rows));
	if (!rows.n)
		return OK;

	out->n = (size_t)rows.n;
	out->ids = arena_array(c->mem, out->n, sizeof(*out->ids));
	for (int i = 0; i < rows.n; i++) {
		last = rows_at(&rows, i);
		out->ids[i] = row_uuid(&last, "id");
	}
	return db_run(c, SQL(consumer_move), PARAMS(p_str(consumer), p_int(row_int(&last, "epoch")),
		p_str(row_str(&last, "xid")), p_uuid(row_uuid(&last, "id"))));
}

enum err event_rewind(struct ctx *c, struct str consumer)
{
	TRY(add(c, consumer));
	TRY(db_run(c, SQL(consumer_forget), PARAMS(p_str(consumer))));
	return db_run(c, SQL(consumer_rewind), PARAMS(p_str(consumer)));
}
