#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/offer/offer.h"
#include "lib/order/inside.h"

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
	jw_kstr(&w, "confidence", row_str(row, "confidence"));
	jw_kint(&w, "net_minor", row_int(row, "net_minor"));
	jw_kstr(&w, "currency", row_str(row, "currency"));
	jw_kint(&w, "presentment_net_minor", row_int(row, "presentment_net_minor"));
	jw_kstr(&w, "presentment_currency", row_str(row, "presentment_currency"));
	jw_kint(&w, "units", row_int(row, "units"));
	jw_kstr(&w, "platform", row_str(row, "platform"));
	jw_kstr(&w, "surface", row_str(row, "surface"));
	event_put_id(&w, "stream", row_uuid(row, "stream_id"));
	event_put_id(&w, "link", row_uuid(row, "link_id"));
	event_put_id(&w, "checkout", row_uuid(row, "session_id"));
	event_put_id(&w, "offer", row_uuid(row, "offer_id"));
	event_put_id(&w, "replay", row_uuid(row, "replay_id"));
	event_put_id(&w, "moment", row_uuid(row, "moment_id"));
	if (!row_null(row, "second"))
		jw_kint(&w, "second", row_int(row, "second"));
	if (refund)
		jw_kint(&w, "refund", refund);
	jw_end(&w);
	return jw_done(&w);
}

static struct str cause_text(struct ctx *c, const struct cause *k)
{
	char shop[37];

	uuid_text(k->shop.u, shop);
	if (!k->print.n)
		return str_fmt(c->mem, "%s:%lld:%s:%lld", shop, (long long)k->external, k->what, (long long)k->number);
	return str_fmt(c->mem, "%s:%lld:%s:%lld:" STR_FMT, shop, (long long)k->external, k->what, (long long)k->number,
		STR_ARG(k->print));
}

static enum err emit(struct ctx *c, enum event_type type, const struct cause *k, struct uuid creator, struct str payload)
{
	return event_emit(c, &(struct event){
		.type = type, .creator = { creator }, .shop = k->shop, .subject = k->order.u, .payload = payload,
		.cause = cause_text(c, k), .cause_ms = k->created_ms });
}

static enum err order_revenue(struct ctx *c, struct order_id order, struct row *row)
{
	return db_one(c, SQL(order_revenue), PARAMS(p_uuid(order.u)), row);
}

enum err order_tell(struct ctx *c, enum event_type type, const struct cause *k)
{
	struct row row;

	TRY(order_revenue(c, k->order, &row));
	return emit(c, type, k, row_uuid(&row, "creator_id"), revenue_json(c, k->order, &row, k->refund));
}

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

/* Paying less than was shown breaks no promise to a buyer, so it is told and stops nothing. */
static enum err tell_broken(struct ctx *c, const struct cause *cause, const struct row *row)
{
	struct cause k = *cause;

	k.what = "promise";
	k.number = row_int(row, "external_id");
	TRY(emit(c, EVENT_PRICE_PROMISE_BROKEN, &k, row_uuid(row, "creator_id"), broken_json(c, row)));
	if (!c->config->promise_broken_pauses || !row_bool(row, "dearer"))
		return OK;
	return offer_promise_broken(c, (struct creator_id){ row_uuid(row, "creator_id") }, k.shop,
		(struct offer_id){ row_uuid(row, "offer_id") });
}

static enum err order_promises_broken(struct ctx *c, struct order_id order, struct rows *out)
{
	return db_all(c, SQL(order_promises_broken), PARAMS(p_uuid(order.u)), out);
}

enum err order_tell_promises(struct ctx *c, const struct cause *cause)
{
	struct rows rows;

	TRY(order_promises_broken(c, cause->order, &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(tell_broken(c, cause, &row));
	}
	return OK;
}
