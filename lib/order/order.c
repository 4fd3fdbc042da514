#include "lib/order/order.h"

#include "lib/db/db.h"

static struct order order_of(const struct row *row)
{
	return (struct order){
		.id = { row_uuid(row, "id") },
		.name = row_str(row, "name"),
		.financial_status = row_str(row, "financial_status"),
		.credit_reason = row_str(row, "credit_reason"),
		.confidence = row_str(row, "confidence"),
		.shop_domain = row_str(row, "shop_domain"),
		.shop_name = row_str(row, "shop_name"),
		.total = row_money(row, "total_minor", "currency"),
		.refunded = row_money(row, "refunded_minor", "currency"),
		.created_ms = row_int(row, "created_ms"),
		.updated_ms = row_int(row, "updated_ms"),
		.paid_ms = row_int(row, "paid_ms"),
		.cancelled_ms = row_int(row, "cancelled_ms"),
		.test = row_bool(row, "test"),
		.late = row_bool(row, "late"),
		.mine = row_bool(row, "mine"),
		.candidate = row_bool(row, "candidate"),
		.platform = row_str(row, "platform"),
		.surface = row_str(row, "surface"),
		.stream = { row_uuid(row, "stream_id") },
		.stream_title = row_str(row, "stream_title"),
		.link = { row_uuid(row, "link_id") },
		.link_code = row_str(row, "link_code"),
		.offer = { row_uuid(row, "offer_id") },
		.replay = { row_uuid(row, "replay_id") },
		.moment = { row_uuid(row, "moment_id") },
		.live = { row_uuid(row, "live_id") },
		.moment_title = row_str(row, "moment_title"),
		.second = row_null(row, "second") ? -1 : row_int(row, "second"),
	};
}

enum err order_list(struct ctx *c, struct order_id after, int limit, struct order **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(order_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = order_of(&row);
	}
	return OK;
}

enum err order_by_id(struct ctx *c, struct order_id id, struct order *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(order_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such order, or not hers to see");
	*out = order_of(&row);
	out->source_name = row_str(&row, "source_name");
	out->cancel_reason = row_str(&row, "cancel_reason");
	out->credit_detail = row_str(&row, "credit_detail");
	out->presentment_total = row_money(&row, "presentment_total_minor", "presentment_currency");
	out->presentment_refunded = row_money(&row, "presentment_refunded_minor", "presentment_currency");
	out->presentment_net = row_money(&row, "presentment_net_minor", "presentment_currency");
	out->net = row_money(&row, "net_minor", "currency");
	out->shipping = row_money(&row, "shipping_minor", "currency");
	out->tip = row_money(&row, "tip_minor", "currency");
	out->taxes_included = row_bool(&row, "taxes_included");
	out->session.u = row_uuid(&row, "session_id");
	return OK;
}

static struct order_line line_of(const struct row *row)
{
	return (struct order_line){
		.external = row_int(row, "external_id"),
		.title = row_str(row, "title"),
		.variant_title = row_str(row, "variant_title"),
		.variant = { row_uuid(row, "variant_id") },
		.units = (int)row_int(row, "units"),
		.current_units = (int)row_int(row, "current_units"),
		.refunded_units = (int)row_int(row, "refunded_units"),
		.unit_minor = row_int(row, "unit_minor"),
		.discount_minor = row_int(row, "discount_minor"),
		.refunded_minor = row_int(row, "refunded_minor"),
		.credited = row_bool(row, "credited"),
		.has_promise = !row_null(row, "promised_minor"),
		.promised_minor = row_int(row, "promised_minor"),
		.promise_broken = row_bool(row, "promise_broken"),
	};
}

enum err order_lines(struct ctx *c, struct order_id id, struct order_line **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(order_lines), PARAMS(p_uuid(id.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = line_of(&row);
	}
	return OK;
}
