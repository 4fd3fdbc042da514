#include "lib/order/credit.h"

#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/json/json.h"

/* One telling of an order, on its way through. */
struct telling {
	struct ctx *c;
	struct shop_id shop;
	const struct platform_order *told;
	struct order_id id;
	bool first;           /* the order */
	bool first_credit;    /* its credit */
	bool was_cancelled;
	bool *fresh_refunds;  /* which of told->refunds were not known */
	struct credit credit;
};

static bool is_paid(const struct platform_order *told)
{
	return str_eq(told->financial_status, S("paid")) || str_eq(told->financial_status, S("partially_refunded")) ||
		str_eq(told->financial_status, S("refunded"));
}

static enum err put_order(struct telling *t)
{
	const struct platform_order *o = t->told;
	struct row row;

	TRY(db_one(t->c, SQL(order_put), PARAMS(
		p_uuid(t->id.u), p_uuid(t->shop.u), p_int(o->external), p_str(o->name), p_str(o->financial_status),
		p_bool(o->test), p_str(currency_str(&o->currency)), p_str(currency_str(&o->presentment)), p_int(o->total_minor),
		p_int(o->presentment_total_minor), p_str(o->source_name), p_str(o->cart_token), p_str(o->checkout_token),
		p_int(o->created_ms), p_int(o->updated_ms), p_int(o->cancelled_ms), p_str(o->cancel_reason)), &row));
	return OK;
}

static enum err put_credit(struct telling *t)
{
	const struct credit *k = &t->credit;

	return db_run(t->c, SQL(order_credit), PARAMS(
		p_uuid(t->id.u), p_uuid_or_null(k->creator.u), p_uuid_or_null(k->session.u), p_uuid_or_null(k->offer.u),
		p_uuid_or_null(k->attribution.u), p_str(str_of(k->reason)), p_str(k->detail)));
}

static struct str lines_json(struct ctx *c, const struct platform_order *o)
{
	struct jw w = jw_new(c->mem, 1 << 20);

	jw_list(&w);
	for (size_t i = 0; i < o->lines_n; i++) {
		const struct platform_order_line *line = &o->lines[i];

		jw_object(&w);
		jw_kint(&w, "external", line->external);
		jw_kint(&w, "variant", line->variant);
		jw_kstr(&w, "title", str_slice(line->title, 0, 500));
		jw_kint(&w, "units", line->units);
		jw_kint(&w, "current", line->current_units);
		jw_kint(&w, "unit", line->unit_minor);
		jw_kint(&w, "discount", line->discount_minor);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static enum err move_stock(struct telling *t)
{
	const struct platform_order *o = t->told;
	struct session_id session = t->first_credit ? t->credit.session : (struct session_id){ 0 };
	bool is_void = o->cancelled_ms && !is_paid(o);
	struct row row;

	TRY(db_one(t->c, SQL(order_stock), PARAMS(
		p_uuid(t->shop.u), p_uuid(t->id.u), p_uuid_or_null(session.u), p_uuid_or_null(t->credit.offer.u),
		p_bool(t->first_credit), p_bool(is_void), p_int(o->created_ms), p_int(o->updated_ms),
		p_str(lines_json(t->c, o))), &row));
	if (!row_bool(&row, "late"))
		return OK;
	return db_run(t->c, SQL(order_late), PARAMS(p_uuid(t->id.u)));
}

static struct str refund_lines_json(struct ctx *c, const struct platform_refund *refund)
{
	struct jw w = jw_new(c->mem, 1 << 18);

	jw_list(&w);
	for (size_t i = 0; i < refund->lines_n; i++) {
		jw_object(&w);
		jw_kint(&w, "line", refund->lines[i].line);
		jw_kint(&w, "units", refund->lines[i].units);
		jw_kint(&w, "subtotal", refund->lines[i].subtotal_minor);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static enum err put_refund(struct ctx *c, struct shop_id shop, struct order_id order, const struct platform_refund *refund,
	bool *fresh)
{
	struct row row;

	TRY(db_maybe(c, SQL(order_refund_put), PARAMS(
		p_uuid(shop.u), p_uuid(order.u), p_int(refund->external), p_int(refund->at_ms),
		p_int(refund->paid_back_minor), p_int(refund->tax_minor), p_str(refund_lines_json(c, refund))), &row));
	*fresh = row.found;
	return OK;
}

static enum err sum_refunds(struct ctx *c, struct order_id order)
{
	return db_run(c, SQL(order_refund_sum), PARAMS(p_uuid(order.u)));
}

/* What the order earns, as every event of it tells it; the newest revision is the one that counts. */
static struct str revenue_json(struct ctx *c, struct order_id order, const struct row *row, int64_t refund)
{
	struct jw w = jw_new(c->mem, 4096);

	jw_object(&w);
	event_put_id(&w, "order", order.u);
	jw_kint(&w, "revision", row_int(row, "revision"));
	jw_kbool(&w, "paid", row_int(row, "paid_ms") > 0);
	jw_kbool(&w, "test", row_bool(row, "test"));
	jw_kbool(&w, "late", row_bool(row, "late"));
	jw_kstr(&w, "credit", row_str(row, "credit_reason"));
	jw_kint(&w, "net_minor", row_int(row, "net_minor"));
	jw_kstr(&w, "currency", row_str(row, "currency"));
	jw_kint(&w, "units", row_int(row, "units"));
	jw_kstr(&w, "platform", row_str(row, "platform"));
	jw_kstr(&w, "surface", row_str(row, "surface"));
	event_put_id(&w, "stream", row_uuid(row, "stream_id"));
	event_put_id(&w, "link", row_uuid(row, "link_id"));
	event_put_id(&w, "checkout", row_uuid(row, "session_id"));
	event_put_id(&w, "offer", row_uuid(row, "offer_id"));
	if (refund)
		jw_kint(&w, "refund", refund);
	jw_end(&w);
	return jw_done(&w);
}

static enum err tell(struct ctx *c, enum event_type type, struct shop_id shop, struct order_id order, struct str cause,
	int64_t cause_ms, int64_t refund)
{
	struct row row;

	TRY(db_one(c, SQL(order_revenue), PARAMS(p_uuid(order.u)), &row));
	return event_emit(c, &(struct event){
		.type = type, .creator = { row_uuid(&row, "creator_id") }, .shop = shop, .subject = order.u,
		.payload = revenue_json(c, order, &row, refund), .cause = cause, .cause_ms = cause_ms });
}

static struct str order_cause(struct ctx *c, struct shop_id shop, int64_t external, const char *what, int64_t number)
{
	char text[37];

	uuid_text(shop.u, text);
	return str_fmt(c->mem, "%s:%lld:%s:%lld", text, (long long)external, what, (long long)number);
}

static enum err tell_paid(struct telling *t)
{
	const struct platform_order *o = t->told;
	struct row row;

	if (o->test || !is_paid(o))
		return OK;
	TRY(db_maybe(t->c, SQL(order_pay), PARAMS(p_uuid(t->id.u)), &row));
	if (!row.found)
		return OK;
	return tell(t->c, EVENT_PURCHASE_COMPLETED, t->shop, t->id,
		order_cause(t->c, t->shop, o->external, "paid", 0), o->created_ms, 0);
}

static enum err tell_changes(struct telling *t)
{
	const struct platform_order *o = t->told;

	if (!t->first)
		TRY(tell(t->c, EVENT_ORDER_UPDATED, t->shop, t->id,
			order_cause(t->c, t->shop, o->external, "updated", o->updated_ms), o->created_ms, 0));
	if (!o->cancelled_ms || t->was_cancelled)
		return OK;
	return tell(t->c, EVENT_ORDER_CANCELLED, t->shop, t->id,
		order_cause(t->c, t->shop, o->external, "cancelled", 0), o->created_ms, 0);
}

/* Before any event is told, so that all events of one revision tell the same figures. */
static struct str broken_json(struct ctx *c, const struct row *row)
{
	struct jw w = jw_new(c->mem, 1024);

	jw_object(&w);
	event_put_id(&w, "variant", row_uuid(row, "variant_id"));
	event_put_id(&w, "offer", row_uuid(row, "offer_id"));
	jw_kint(&w, "line", row_int(row, "external_id"));
	jw_kint(&w, "units", row_int(row, "units"));
	jw_kint(&w, "promised_minor", row_int(row, "promised_minor"));
	jw_kint(&w, "list_minor", row_int(row, "unit_minor"));
	jw_kint(&w, "code_minor", row_int(row, "code_minor"));
	jw_kint(&w, "paid_minor", row_int(row, "paid_minor"));
	jw_kstr(&w, "currency", row_str(row, "currency"));
	jw_end(&w);
	return jw_done(&w);
}

/* What our page showed against what the shop charged; once per line, whatever comes later. */
static enum err tell_broken_promises(struct telling *t)
{
	struct rows rows;

	if (!is_paid(t->told))
		return OK;
	TRY(db_all(t->c, SQL(order_promises_broken), PARAMS(p_uuid(t->id.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(event_emit(t->c, &(struct event){
			.type = EVENT_PRICE_PROMISE_BROKEN, .creator = { row_uuid(&row, "creator_id") }, .shop = t->shop,
			.subject = t->id.u, .payload = broken_json(t->c, &row), .cause_ms = t->told->created_ms,
			.cause = order_cause(t->c, t->shop, t->told->external, "promise", row_int(&row, "external_id")) }));
	}
	return OK;
}

static enum err put_refunds(struct telling *t)
{
	const struct platform_order *o = t->told;

	t->fresh_refunds = arena_array(t->c->mem, o->refunds_n + 1, sizeof(*t->fresh_refunds));
	for (size_t i = 0; i < o->refunds_n; i++)
		TRY(put_refund(t->c, t->shop, t->id, &o->refunds[i], &t->fresh_refunds[i]));
	return o->refunds_n ? sum_refunds(t->c, t->id) : OK;
}

static enum err tell_refunds(struct telling *t)
{
	const struct platform_order *o = t->told;

	for (size_t i = 0; i < o->refunds_n; i++)
		if (t->fresh_refunds[i])
			TRY(tell(t->c, EVENT_ORDER_REFUNDED, t->shop, t->id,
				order_cause(t->c, t->shop, o->external, "refund", o->refunds[i].external), o->created_ms,
				o->refunds[i].external));
	return OK;
}

static void remember(struct telling *t, const struct row *row)
{
	t->first = !row->found;
	t->id = t->first ? ID_NEW(order, t->c->now_ms) : (struct order_id){ row_uuid(row, "id") };
	t->was_cancelled = row->found && row_int(row, "cancelled_ms");
	if (t->first)
		return;
	t->credit.creator.u = row_uuid(row, "creator_id");
	t->credit.session.u = row_uuid(row, "session_id");
	t->credit.offer.u = row_uuid(row, "offer_id");
}

/* Takes the order's lock and finds what is known of it. */
static enum err order_take(struct ctx *c, struct shop_id shop, int64_t external, struct row *row)
{
	TRY(db_run(c, SQL(order_lock), PARAMS(p_uuid(shop.u), p_int(external))));
	return db_maybe(c, SQL(order_find), PARAMS(p_uuid(shop.u), p_int(external)), row);
}

/* An order keeps its credit; without one every telling is looked at again, as marks may come late. */
static enum err find_credit(struct telling *t)
{
	if (!uuid_is_nil(t->credit.creator.u))
		return OK;
	TRY(credit_find(t->c, t->shop, t->told, &t->credit));
	t->first_credit = !uuid_is_nil(t->credit.creator.u);
	return put_credit(t);
}

enum err order_apply(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct order_applied *out)
{
	struct telling t = { .c = c, .shop = shop, .told = told };
	struct row row;

	TRY(order_take(c, shop, told->external, &row));
	remember(&t, &row);
	*out = (struct order_applied){ .id = t.id, .first = t.first };
	if (row.found && !str_eq(row_str(&row, "currency"), currency_str(&told->currency)))
		return FAIL(c, ERR_BAD_INPUT, "the order's currency has changed");
	out->stale = row.found && told->updated_ms < row_int(&row, "updated_ms");
	if (out->stale)
		return OK;
	TRY(put_order(&t));
	TRY(find_credit(&t));
	TRY(move_stock(&t));
	TRY(put_refunds(&t));
	TRY(tell_paid(&t));
	TRY(tell_broken_promises(&t));
	TRY(tell_refunds(&t));
	return tell_changes(&t);
}

enum err order_refund_apply(struct ctx *c, struct shop_id shop, const struct platform_refund *told, bool *known)
{
	struct order_id id;
	int64_t created_ms;
	struct row row;
	bool fresh;

	TRY(order_take(c, shop, told->order, &row));
	*known = row.found;
	if (!row.found)
		return OK;
	id.u = row_uuid(&row, "id");
	created_ms = row_int(&row, "created_ms");
	TRY(put_refund(c, shop, id, told, &fresh));
	if (!fresh)
		return OK;
	TRY(sum_refunds(c, id));
	TRY(db_one(c, SQL(order_revision), PARAMS(p_uuid(id.u)), &row));
	return tell(c, EVENT_ORDER_REFUNDED, shop, id, order_cause(c, shop, told->order, "refund", told->external), created_ms,
		told->external);
}
