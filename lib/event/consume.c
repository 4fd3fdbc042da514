#include "lib/event/event.h"

#include "lib/db/db.h"

#define BATCH 500

static enum err add(struct ctx *c, struct str consumer)
{
	return db_run(c, SQL(consumer_add), PARAMS(p_str(consumer)));
}

static enum err next(struct ctx *c, struct str consumer, const struct str types[], size_t types_n, int most, struct row *out)
{
	return db_one(c, SQL(consumer_next), PARAMS(p_str(consumer), p_strs(c, types, types_n), p_int(most)), out);
}

enum err event_consume(struct ctx *c, struct str consumer, const enum event_type types[], size_t types_n, int most,
	struct event_batch *out)
{
	struct str *names = arena_array(c->mem, types_n, sizeof *names);
	struct row row;

	for (size_t i = 0; i < types_n; i++)
		names[i] = str_of(event_type_name(types[i]));
	TRY(next(c, consumer, names, types_n, most, &row));
	if (!row_bool(&row, "known")) {
		TRY(add(c, consumer));
		TRY(next(c, consumer, names, types_n, most, &row));
	}
	*out = (struct event_batch){ (size_t)row_int(&row, "n"), row_str(&row, "ids") };
	return OK;
}

enum err event_rewind(struct ctx *c, struct str consumer)
{
	TRY(add(c, consumer));
	TRY(db_run(c, SQL(consumer_forget), PARAMS(p_str(consumer))));
	return db_run(c, SQL(consumer_rewind), PARAMS(p_str(consumer)));
}

enum err event_step(struct ctx *c, const struct consumer *consumer, int64_t *done)
{
	struct event_batch batch;

	TRY(event_consume(c, str_of(consumer->name), consumer->types, consumer->types_n, BATCH, &batch));
	*done = (int64_t)batch.n;
	return batch.ids.n ? consumer->apply(c, batch.ids) : OK;
}

enum err event_rebuild(struct ctx *c, const struct consumer *consumer)
{
	TRY(event_rewind(c, str_of(consumer->name)));
	return consumer->drop(c);
}
