#include "lib/db/db.h"
#include "lib/order/inside.h"

#define TEXT_MAX 255

/* One telling of an order, on its way through. */
struct telling {
	struct ctx *c;
	struct shop_id shop;
	const struct platform_order *told;
	struct order_id id;
	bool first;                /* the order */
	bool first_credit;         /* its credit */
	bool was_cancelled;
	struct str content, print; /* print: set when another content of the same time was told before */
	bool *fresh_refunds;       /* which of told->refunds were not known */
	struct credit credit;
};

static bool is_paid(const struct platform_order *told)
{
	return str_eq(told->financial_status, S("paid")) || str_eq(told->financial_status, S("partially_refunded")) ||
		str_eq(told->financial_status, S("refunded"));
}

static struct param p_clipped(struct str text)
{
	return p_str(order_clip(text, TEXT_MAX));
}

static enum err order_put(struct telling *t)
{
	const struct platform_order *o = t->told;
	struct row row;

	return db_one(t->c, SQL(order_put), PARAMS(
		p_uuid(t->id.u), p_uuid(t->shop.u), p_int(o->external), p_clipped(o->name), p_clipped(o->financial_status),
		p_bool(o->test), p_str(currency_str(&o->currency)), p_str(currency_str(&o->presentment)), p_int(o->total_minor),
		p_int(o->presentment_total_minor), p_clipped(o->source_name), p_clipped(o->cart_token), p_clipped(o->checkout_token),
		p_int(o->created_ms), p_int(o->updated_ms), p_int(o->cancelled_ms), p_clipped(o->cancel_reason),
		p_bool(o->taxes_included), p_int(o->shipping_minor), p_int(o->tip_minor), p_str(t->content)), &row);
}

static enum err order_credit(struct telling *t)
{
	const struct credit *k = &t->credit;

	return db_run(t->c, SQL(order_credit), PARAMS(
		p_uuid(t->id.u), p_uuid_or_null(k->creator.u), p_uuid_or_null(k->session.u), p_uuid_or_null(k->offer.u),
		p_uuid_or_null(k->attribution.u), p_str(str_of(k->reason)), p_str(k->detail),
		p_uuid_or_null(k->candidate_creator.u), p_uuid_or_null(k->candidate_offer.u), p_str(str_of(k->confidence))));
}

static enum err order_late(struct telling *t)
{
	return db_run(t->c, SQL(order_late), PARAMS(p_uuid(t->id.u)));
}

static enum err order_stock(struct telling *t)
{
	const struct platform_order *o = t->told;
	struct session_id session = t->first_credit ? t->credit.session : (struct session_id){ 0 };
	bool is_void = o->cancelled_ms && !is_paid(o);
	struct row row;

	TRY(db_one(t->c, SQL(order_stock), PARAMS(
		p_uuid(t->shop.u), p_uuid(t->id.u), p_uuid_or_null(session.u), p_uuid_or_null(t->credit.offer.u),
		p_bool(t->first_credit), p_bool(is_void), p_int(o->created_ms), p_int(o->updated_ms),
		p_str(order_lines_json(t->c, o))), &row));
	return row_bool(&row, "late") ? order_late(t) : OK;
}

static struct cause cause_of(const struct telling *t, const char *what, int64_t number)
{
	return (struct cause){ .shop = t->shop, .order = t->id, .external = t->told->external, .created_ms = t->told->created_ms,
		.what = what, .number = number };
}

static enum err order_pay(struct telling *t, bool *now)
{
	struct row row;

	TRY(db_maybe(t->c, SQL(order_pay), PARAMS(p_uuid(t->id.u)), &row));
	*now = row.found;
	return OK;
}

static enum err tell_paid(struct telling *t)
{
	struct cause cause = cause_of(t, "paid", 0);
	bool now;

	if (t->told->test || !is_paid(t->told))
		return OK;
	TRY(order_pay(t, &now));
	return now ? order_tell(t->c, EVENT_PURCHASE_COMPLETED, &cause) : OK;
}

static enum err tell_changes(struct telling *t)
{
	struct cause updated = cause_of(t, "updated", t->told->updated_ms), cancelled = cause_of(t, "cancelled", 0);

	updated.print = t->print;
	if (!t->first)
		TRY(order_tell(t->c, EVENT_ORDER_UPDATED, &updated));
	if (!t->told->cancelled_ms || t->was_cancelled)
		return OK;
	return order_tell(t->c, EVENT_ORDER_CANCELLED, &cancelled);
}

static enum err tell_promises(struct telling *t)
{
	struct cause cause = cause_of(t, "promise", 0);

	return is_paid(t->told) ? order_tell_promises(t->c, &cause) : OK;
}

/* Before any event is told, so that all events of one revision tell the same figures. */
static enum err put_refunds(struct telling *t)
{
	const struct platform_order *o = t->told;
	struct order_refund_kept kept;

	t->fresh_refunds = arena_array(t->c->mem, o->refunds_n + 1, sizeof(*t->fresh_refunds));
	for (size_t i = 0; i < o->refunds_n; i++) {
		TRY(order_refund_put(t->c, t->shop, t->id, &o->refunds[i], o->updated_ms, &kept));
		t->fresh_refunds[i] = kept.news == REFUND_FRESH;
	}
	return order_refunds_settle(t->c, t->id);
}

static enum err tell_refunds(struct telling *t)
{
	const struct platform_order *o = t->told;

	for (size_t i = 0; i < o->refunds_n; i++) {
		struct cause cause = cause_of(t, "refund", o->refunds[i].external);

		cause.refund = o->refunds[i].external;
		if (t->fresh_refunds[i])
			TRY(order_tell(t->c, EVENT_ORDER_REFUNDED, &cause));
	}
	return OK;
}

static void remember(struct telling *t, const struct row *row)
{
	t->first = !row->found;
	t->id = t->first ? ID_NEW(order, t->c->now_ms) : (struct order_id){ row_uuid(row, "id") };
	if (t->first)
		return;
	t->was_cancelled = row_int(row, "cancelled_ms");
	t->credit.creator.u = row_uuid(row, "creator_id");
	t->credit.session.u = row_uuid(row, "session_id");
	t->credit.offer.u = row_uuid(row, "offer_id");
	if (str_eq(row_str(row, "told"), S("tie")))
		t->print = row_str(row, "print");
}

/* Takes the order's lock and finds what is known of it, beside a telling of it. */
static enum err order_find(struct ctx *c, struct shop_id shop, int64_t external, int64_t told_ms, struct str content, struct row *row)
{
	return db_maybe(c, SQL(order_find), PARAMS(p_uuid(shop.u), p_int(external), p_int(told_ms), p_str(content)), row);
}

static enum err order_lock(struct ctx *c, struct shop_id shop, int64_t external)
{
	return db_run(c, SQL(order_lock), PARAMS(p_uuid(shop.u), p_int(external)));
}

/* An order keeps its credit; without one every telling is looked at again, as marks may come late. */
static enum err find_credit(struct telling *t)
{
	if (!uuid_is_nil(t->credit.creator.u))
		return OK;
	TRY(credit_find(t->c, t->shop, t->told, &t->credit));
	t->first_credit = !uuid_is_nil(t->credit.creator.u);
	return order_credit(t);
}

/* Nothing to do: told before, or a newer one of the same order was. What the shop answered now is newer than what it answered before. */
static bool is_over(const struct row *row, bool asked)
{
	if (!row->found)
		return false;
	if (str_eq(row_str(row, "told"), S("tie")))
		return asked ? row_bool(row, "same") : !row_bool(row, "wins");
	return str_eq(row_str(row, "told"), S("older"));
}

enum err order_apply(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct order_applied *out)
{
	struct telling t = { .c = c, .shop = shop, .told = told, .content = order_content(c, told) };
	struct row row;

	TRY(order_lock(c, shop, told->external));
	TRY(order_find(c, shop, told->external, told->updated_ms, t.content, &row));
	remember(&t, &row);
	*out = (struct order_applied){ .id = t.id, .first = t.first };
	if (row.found && !str_eq(row_str(&row, "currency"), currency_str(&told->currency)))
		return FAIL(c, ERR_BAD_INPUT, "the order's currency has changed");
	if (is_over(&row, told->asked)) {
		out->stale = !str_eq(row_str(&row, "told"), S("tie")) || !row_bool(&row, "same");
		return OK;
	}
	TRY(order_put(&t));
	TRY(find_credit(&t));
	TRY(order_stock(&t));
	TRY(put_refunds(&t));
	TRY(tell_paid(&t));
	TRY(tell_promises(&t));
	TRY(tell_refunds(&t));
	return tell_changes(&t);
}

static enum err order_revision(struct ctx *c, struct order_id id)
{
	struct row row;

	return db_one(c, SQL(order_revision), PARAMS(p_uuid(id.u)), &row);
}

enum err order_refund_apply(struct ctx *c, struct shop_id shop, const struct platform_refund *told, bool *known)
{
	struct cause cause = { .shop = shop, .external = told->order, .what = "refund", .number = told->external,
		.refund = told->external };
	struct order_refund_kept kept;
	struct row row;

	TRY(order_lock(c, shop, told->order));
	TRY(order_find(c, shop, told->order, 0, S(""), &row));
	*known = row.found;
	if (!row.found)
		return OK;
	cause.order.u = row_uuid(&row, "id");
	cause.created_ms = row_int(&row, "created_ms");
	TRY(order_refund_put(c, shop, cause.order, told, 0, &kept));
	if (kept.news == REFUND_KNOWN)
		return OK;
	TRY(order_refunds_settle(c, cause.order));
	TRY(order_revision(c, cause.order));
	if (kept.news == REFUND_CHANGED)
		cause.print = kept.print;
	return order_tell(c, kept.news == REFUND_FRESH ? EVENT_ORDER_REFUNDED : EVENT_ORDER_UPDATED, &cause);
}
