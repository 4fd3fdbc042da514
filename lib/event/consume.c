#include "lib/event/event.h"

#include "lib/db/db.h"

#define BATCH 2000

static enum err add(struct ctx *c, struct str consumer)
{
	return db_run(c, SQL(consumer_add), PARAMS(p_str(consumer)));
}

/* What they want, as two arrays side by side. */
struct wants {
	struct str *names, *consumers, *types;
	size_t names_n, n;
};

static struct wants wants_of(struct ctx *c, const struct consumer *consumers[], size_t n)
{
	struct wants w = { .names_n = n };

	for (size_t i = 0; i < n; i++)
		w.n += consumers[i]->types_n;
	w.names = arena_array(c->mem, n, sizeof *w.names);
	w.consumers = arena_array(c->mem, w.n + 1, sizeof *w.consumers);
	w.types = arena_array(c->mem, w.n + 1, sizeof *w.types);
	w.n = 0;
	for (size_t i = 0; i < n; i++) {
		w.names[i] = str_of(consumers[i]->name);
		for (size_t k = 0; k < consumers[i]->types_n; k++, w.n++) {
			w.consumers[w.n] = w.names[i];
			w.types[w.n] = str_of(event_type_name(consumers[i]->types[k]));
		}
	}
	return w;
}

static enum err next(struct ctx *c, const struct wants *w, int most, struct rows *out)
{
	return db_all(c, SQL(consumer_next), PARAMS(p_strs(c, w->names, w->names_n), p_strs(c, w->consumers, w->n),
		p_strs(c, w->types, w->n), p_int(most)), out);
}

static enum err read_on(struct ctx *c, const struct consumer *consumers[], size_t n, int most, struct rows *out)
{
	struct wants w = wants_of(c, consumers, n);

	TRY(next(c, &w, most, out));
	if (out->n)
		return OK;
	TRY(add(c, w.names[0]));
	return next(c, &w, most, out);
}

enum err event_consume(struct ctx *c, const struct consumer *consumer, int most, struct event_batch *out)
{
	struct rows rows;
	struct row row;

	TRY(read_on(c, &consumer, 1, most, &rows));
	row = rows_at(&rows, 0);
	*out = (struct event_batch){ (size_t)row_int(&row, "n"), row_str(&row, "ids") };
	return OK;
}

enum err event_rewind(struct ctx *c, struct str consumer)
{
	TRY(add(c, consumer));
	TRY(db_run(c, SQL(consumer_rewind), PARAMS(p_str(consumer)))); /* locks its place: nothing is consumed meanwhile */
	return db_run(c, SQL(consumer_forget), PARAMS(p_str(consumer)));
}

/* That of this name comes to place k; those before stay. */
static const struct consumer *to_place(const struct consumer *consumers[], size_t k, struct str name)
{
	const struct consumer *found;
	size_t i = k;

	while (!str_eq(str_of(consumers[i]->name), name))
		i++;
	found = consumers[i];
	consumers[i] = consumers[k];
	return consumers[k] = found;
}

enum err event_step(struct ctx *c, const struct consumer *consumers[], size_t n, size_t *served, int64_t *done)
{
	struct rows rows;

	*served = 0;
	TRY(read_on(c, consumers, n, BATCH, &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		const struct consumer *consumer = to_place(consumers, (*served)++, row_str(&row, "name"));
		struct str ids = row_str(&row, "ids");

		*done = row_int(&row, "n");
		if (ids.n)
			TRY(consumer->apply(c, ids));
	}
	return OK;
}

enum err event_rebuild(struct ctx *c, const struct consumer *consumer)
{
	TRY(event_rewind(c, str_of(consumer->name)));
	return consumer->drop(c);
}
