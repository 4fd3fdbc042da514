#include "lib/inbox/inbox.h"

#include "lib/db/db.h"

static void read_seen(const struct row *row, struct delivery_seen *out)
{
	*out = (struct delivery_seen){
		.d = {
			.id = { row_uuid(row, "id") },
			.platform = row_str(row, "platform"),
			.shop_domain = row_str(row, "shop_domain"),
			.topic = row_str(row, "topic"),
			.webhook_id = row_str(row, "webhook_id"),
			.event_id = row_str(row, "event_id"),
			.api_version = row_str(row, "api_version"),
			.name = row_str(row, "name"),
			.signature = row_str(row, "signature"),
			.signed_with = row_str(row, "signed_with"),
			.state = row_str(row, "state"),
			.body_gone = row_str(row, "body_gone"),
			.triggered_ms = row_int(row, "triggered_ms"),
			.received_ms = row_int(row, "received_ms"),
			.attempts = (int)row_int(row, "attempts"),
		},
		.problem = row_str(row, "problem"),
		.waits_for = row_str(row, "waits_for"),
		.body_bytes = row_int(row, "body_bytes"),
		.retry_ms = row_int(row, "retry_ms"),
		.done_ms = row_int(row, "done_ms"),
		.replayed_ms = row_int(row, "replayed_ms"),
		.has_body = row_bool(row, "has_body"),
	};
}

enum err inbox_list(struct ctx *c, const struct inbox_filter *filter, struct delivery_id before, int limit,
	struct delivery_seen **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inbox_list), PARAMS(
		p_uuid_or_null(before.u), p_str(filter->shop), p_str(filter->topic), p_str(filter->state),
		p_int(filter->since_ms), p_int(filter->until_ms), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		read_seen(&row, &(*out)[i]);
	}
	return OK;
}

enum err inbox_seen(struct ctx *c, struct delivery_id id, struct delivery_seen *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(inbox_seen), PARAMS(p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such delivery");
	read_seen(&row, out);
	out->copies = row_int(&row, "copies");
	return OK;
}

enum err inbox_range(struct ctx *c, const struct inbox_filter *filter, struct delivery_id after, int limit,
	struct delivery_id **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inbox_range), PARAMS(
		p_uuid(after.u), p_str(filter->shop), p_str(filter->topic), p_str(filter->state), p_int(filter->since_ms),
		p_int(filter->until_ms), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i].u = row_uuid(&row, "id");
	}
	return OK;
}
