#include "lib/json/json.h"
#include "lib/order/inside.h"

#define TITLE_MAX 500
#define TEXT_MAX 255
#define LINES_JSON_MAX (8 << 20)

struct str order_clip(struct str text, size_t most)
{
	struct str cut = str_slice(text, 0, most);

	while (cut.n && !str_utf8(cut))
		cut.n--;
	return cut;
}

static void line_json(struct jw *w, const struct platform_order_line *line)
{
	jw_object(w);
	jw_kint(w, "external", line->external);
	jw_kint(w, "variant", line->variant);
	jw_kstr(w, "title", order_clip(line->title, TITLE_MAX));
	jw_kint(w, "units", line->units);
	jw_kint(w, "current", line->current_units);
	jw_kint(w, "unit", line->unit_minor);
	jw_kint(w, "discount", line->discount_minor);
	jw_kint(w, "unit_presentment", line->unit_presentment_minor);
	jw_kint(w, "discount_presentment", line->discount_presentment_minor);
	jw_end(w);
}

static void lines_put(struct jw *w, const struct platform_order *o)
{
	jw_list(w);
	for (size_t i = 0; i < o->lines_n; i++)
		line_json(w, &o->lines[i]);
	jw_end(w);
}

struct str order_lines_json(struct ctx *c, const struct platform_order *o)
{
	struct jw w = jw_new(c->mem, LINES_JSON_MAX);

	lines_put(&w, o);
	return jw_done(&w);
}

static void head_put(struct jw *w, const struct platform_order *o)
{
	jw_kstr(w, "name", order_clip(o->name, TEXT_MAX));
	jw_kstr(w, "status", order_clip(o->financial_status, TEXT_MAX));
	jw_kbool(w, "test", o->test);
	jw_kint(w, "total", o->total_minor);
	jw_kint(w, "presentment_total", o->presentment_total_minor);
	jw_kstr(w, "presentment", currency_str(&o->presentment));
	jw_kstr(w, "source", order_clip(o->source_name, TEXT_MAX));
	jw_kstr(w, "cart", order_clip(o->cart_token, TEXT_MAX));
	jw_kstr(w, "checkout", order_clip(o->checkout_token, TEXT_MAX));
	jw_kint(w, "cancelled", o->cancelled_ms);
	jw_kstr(w, "cancel_reason", order_clip(o->cancel_reason, TEXT_MAX));
	jw_kbool(w, "taxes_included", o->taxes_included);
	jw_kint(w, "shipping", o->shipping_minor);
	jw_kint(w, "tip", o->tip_minor);
	jw_kint(w, "refunds", (int64_t)o->refunds_n);
}

/* How far a payment has come. The shop's clock tells seconds, so made and paid may be of one time. */
static int status_rank(struct str status)
{
	static const char *const ranks[] = {
		"pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided" };

	for (size_t i = 0; i < COUNT(ranks); i++)
		if (str_eq(status, str_of(ranks[i])))
			return (int)i + 1;
	return 0;
}

struct str order_content(struct ctx *c, const struct platform_order *o)
{
	struct jw w = jw_new(c->mem, LINES_JSON_MAX);
	struct str text;

	jw_object(&w);
	head_put(&w, o);
	jw_key(&w, "lines");
	lines_put(&w, o);
	for (size_t i = 0; i < o->refunds_n; i++)
		jw_kint(&w, "refund", o->refunds[i].external + o->refunds[i].paid_back_minor);
	jw_end(&w);
	text = jw_done(&w);
	return str_fmt(c->mem, "%d%03d%d%03d" STR_FMT, (o->cancelled_ms ? 1 : 0) + (o->asked ? 2 : 0), (int)o->refunds_n % 1000,
		status_rank(o->financial_status), (int)o->lines_n % 1000, STR_ARG(text));
}
