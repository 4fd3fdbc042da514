#include "lib/inbox/inbox.h"

#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

/* A sealed body belongs to its row. */
static struct str bound(struct ctx *c, struct delivery_id id)
{
	struct str text = ID_TEXT(c->mem, delivery, id);

	return str_fmt(c->mem, "webhook_inbox|" STR_FMT "|body", STR_ARG(text));
}

enum err inbox_store(struct ctx *c, const struct delivery *d, bool *fresh)
{
	struct row row;

	TRY(db_maybe(c, SQL(inbox_store), PARAMS(
		p_uuid(d->id.u), p_str(d->platform), p_str(d->shop_domain), p_str(d->topic), p_str(d->webhook_id),
		p_str(d->event_id), p_str(d->api_version), p_int(d->triggered_ms),
		p_str(crypto_seal(c, d->body, bound(c, d->id)))), &row));
	*fresh = row.found;
	return OK;
}

enum err inbox_due(struct ctx *c, int most, struct delivery_id **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inbox_due), PARAMS(p_int(most)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i].u = row_uuid(&row, "id");
	}
	return OK;
}

enum err inbox_take(struct ctx *c, struct delivery_id id, struct delivery *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(inbox_take), PARAMS(p_uuid(id.u)), &row));
	*found = row.found;
	if (!row.found)
		return OK;

	*out = (struct delivery){
		.id = id,
		.platform = row_str(&row, "platform"),
		.shop_domain = row_str(&row, "shop_domain"),
		.topic = row_str(&row, "topic"),
		.webhook_id = row_str(&row, "webhook_id"),
		.event_id = row_str(&row, "event_id"),
		.api_version = row_str(&row, "api_version"),
		.triggered_ms = row_int(&row, "triggered_ms"),
		.received_ms = row_int(&row, "received_ms"),
		.shop = { row_uuid(&row, "shop_id") },
		.attempts = (int)row_int(&row, "attempts"),
	};
	return crypto_open(c, row_str(&row, "body_sealed"), bound(c, id), &out->body);
}

enum err inbox_close(struct ctx *c, struct delivery_id id, struct str state, struct str says)
{
	return db_run(c, SQL(inbox_close), PARAMS(p_uuid(id.u), p_str(state), p_str(says)));
}

enum err inbox_retry(struct ctx *c, struct delivery_id id, struct str problem, int most)
{
	return db_run(c, SQL(inbox_retry), PARAMS(p_uuid(id.u), p_str(problem), p_int(most)));
}

enum err inbox_forget(struct ctx *c, int days, int most, int64_t *removed)
{
	return db_count(c, SQL(inbox_forget), PARAMS(p_int(days), p_int(most)), removed);
}
