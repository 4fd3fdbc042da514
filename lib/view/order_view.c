#include "lib/view/order_view.h"

static void fields(struct jw *w, const struct order *o)
{
	jw_kid(w, "id", ID_order, o->id.u);
	jw_kstr(w, "name", o->name);
	jw_kstr(w, "shop", o->shop_domain);
	jw_kstr(w, "financial_status", o->financial_status);
	jw_kbool(w, "test", o->test);
	jw_kmoney(w, "total", o->total);
	jw_kmoney(w, "refunded", o->refunded);
	jw_ktime(w, "created_at", o->created_ms);
	jw_ktime(w, "updated_at", o->updated_ms);
	jw_ktime(w, "paid_at", o->paid_ms);
	jw_ktime(w, "cancelled_at", o->cancelled_ms);
	jw_kbool(w, "late", o->late);
	jw_key(w, "credit");
	jw_object(w);
	jw_kbool(w, "mine", o->mine);
	jw_kbool(w, "candidate", o->candidate);
	jw_kstr(w, "reason", o->credit_reason);
	jw_kstr(w, "confidence", o->confidence);
	if (o->candidate)
		jw_kid(w, "offer", ID_offer, o->offer.u);
	if (o->mine) {
		jw_kstr(w, "platform", o->platform);
		jw_kstr(w, "surface", o->surface);
		jw_kid(w, "stream", ID_stream, o->stream.u);
		jw_kid(w, "link", ID_link, o->link.u);
		jw_kid(w, "offer", ID_offer, o->offer.u);
		jw_kid(w, "replay", ID_replay, o->replay.u);
		jw_kid(w, "moment", ID_moment, o->moment.u);
		jw_kstr(w, "moment_title", o->moment_title);
		jw_key(w, "second");
		if (o->second < 0)
			jw_null(w);
		else
			jw_int(w, o->second);
	}
	jw_end(w);
}

void order_json(struct jw *w, const struct order *order)
{
	jw_object(w);
	fields(w, order);
	jw_end(w);
}

static void line_json(struct jw *w, const struct order *o, const struct order_line *line)
{
	jw_object(w);
	jw_kstr(w, "title", line->title);
	jw_kstr(w, "variant_title", line->variant_title);
	jw_kid(w, "variant", ID_variant, line->variant.u);
	jw_kint(w, "units", line->units);
	jw_kint(w, "current_units", line->current_units);
	jw_kint(w, "refunded_units", line->refunded_units);
	jw_kmoney(w, "unit_price", (struct money){ line->unit_minor, o->total.currency });
	jw_kmoney(w, "discount", (struct money){ line->discount_minor, o->total.currency });
	jw_kmoney(w, "refunded", (struct money){ line->refunded_minor, o->total.currency });
	jw_kbool(w, "credited", line->credited);
	jw_key(w, "promised_price");
	if (line->has_promise && line->credited)
		jw_money(w, (struct money){ line->promised_minor, o->total.currency });
	else
		jw_null(w);
	jw_kbool(w, "promise_broken", line->credited && line->promise_broken);
	jw_end(w);
}

static void amounts(struct jw *w, const struct order *o)
{
	jw_kmoney(w, "net", o->net);
	jw_kmoney(w, "shipping", o->shipping);
	jw_kmoney(w, "tip", o->tip);
	jw_kbool(w, "taxes_included", o->taxes_included);
	jw_kmoney(w, "presentment_total", o->presentment_total);
	jw_kmoney(w, "presentment_refunded", o->presentment_refunded);
	jw_kmoney(w, "presentment_net", o->presentment_net);
}

struct str order_full_json(struct ctx *c, const struct order *o, const struct order_line *lines, size_t n)
{
	struct jw w = jw_new(c->mem, 4 << 20);

	jw_object(&w);
	fields(&w, o);
	amounts(&w, o);
	jw_kstr(&w, "source", o->source_name);
	jw_kstr(&w, "cancel_reason", o->cancel_reason);
	jw_key(&w, "lines");
	jw_list(&w);
	for (size_t i = 0; i < n; i++)
		line_json(&w, o, &lines[i]);
	jw_end(&w);
	jw_kid(&w, "checkout", ID_session, o->session.u);
	jw_key(&w, "receipt");
	jw_raw(&w, o->credit_detail);
	jw_end(&w);
	return jw_done(&w);
}
