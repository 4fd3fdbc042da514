/* orders.c: what was sold, and the receipt that says whose sale it is. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/json/json.h"
#include "lib/view/replay_view.h"
#include "templates/dashboard/order.h"
#include "templates/dashboard/orders.h"

enum err dash_orders(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_part_dash_order *rows;
	struct buf b = dash_buf(c);
	struct order_id after;
	struct order *list;
	struct dash d;
	size_t n;

	TRY(dash_after(c, q, ID_order, &after.u));
	TRY(dash_open(c, q, DASH_ORDERS, &d));
	TRY(order_list(c, after, DASH_LIST + 1, &list, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		dash_order_row(c, &d, &list[i], &rows[i]);
	TRY(dash_tell(c, &d));
	tpl_dashboard_orders(&b, &(struct tpl_dashboard_orders){
		.layout = d.layout, .orders = rows, .orders_n = dash_shown(n),
		.next_page = dash_next(c, ID_order, n > DASH_LIST ? &list[DASH_LIST - 1].id.u : NULL),
	});
	return res_html(r, 200, buf_str(&b));
}

static struct tpl_dashboard_order_lines line_of(const struct order *o, const struct order_line *l)
{
	struct currency currency = o->total.currency;

	return (struct tpl_dashboard_order_lines){
		.title = l->title, .variant = dash_variant(l->variant_title), .units = l->units, .current = l->current_units,
		.price = { l->unit_minor, currency }, .discount = { l->discount_minor, currency },
		.has_discount = l->discount_minor > 0, .promised = { l->promised_minor, currency },
		.has_promise = l->credited && l->has_promise, .credited = l->credited, .reduced = l->current_units < l->units,
		.broken = l->credited && l->promise_broken,
	};
}

static struct tpl_dashboard_order_signals signal_of(struct json signal)
{
	struct str name = json_str_at(signal, "signal");
	struct tpl_dashboard_order_signals out = {
		.attribute = str_eq(name, S("attribute")), .property = str_eq(name, S("property")),
		.landing = str_eq(name, S("landing")), .discount = str_eq(name, S("code")),
		.campaign = str_eq(name, S("campaign")), .token = str_eq(name, S("token")), .code = json_str_at(signal, "code"),
		.won = str_eq(json_str_at(signal, "verdict"), S("won")), .why = json_str_at(signal, "why"),
		.maybe = str_eq(json_str_at(signal, "verdict"), S("candidate")),
	};

	if (!out.attribute && !out.property && !out.landing && !out.discount && !out.campaign && !out.token)
		out.other = name;
	return out;
}

static struct tpl_dashboard_order_absent absent_of(const struct tpl_dashboard_order_signals *s)
{
	return (struct tpl_dashboard_order_absent){ .attribute = s->attribute, .property = s->property, .landing = s->landing,
		.discount = s->discount, .campaign = s->campaign, .token = s->token };
}

/* What the order carried, and what was looked for in vain. */
static enum err receipt(struct ctx *c, const struct order *o, struct tpl_dashboard_order *page)
{
	struct tpl_dashboard_order_signals *out;
	struct tpl_dashboard_order_absent *absent;
	struct json detail, signals;

	TRY(json_read_object(c, o->credit_detail, &detail));
	signals = json_get(detail, "signals");
	out = arena_array(c->mem, json_length(signals), sizeof *out);
	absent = arena_array(c->mem, json_length(signals), sizeof *absent);
	for (size_t i = 0; i < json_length(signals); i++) {
		struct tpl_dashboard_order_signals signal = signal_of(json_at(signals, i));

		if (str_eq(json_str_at(json_at(signals, i), "verdict"), S("absent")))
			absent[page->absent_n++] = absent_of(&signal);
		else
			out[page->signals_n++] = signal;
	}
	page->signals = out;
	page->absent = absent;
	(void)json_int(json_get(detail, "window_days"), &page->window_days);
	return OK;
}

static struct tpl_dashboard_order page_of(struct ctx *c, struct dash *d, const struct order *o)
{
	return (struct tpl_dashboard_order){
		.layout = d->layout, .name = o->name, .at = o->created_ms, .shop = o->shop_name.n ? o->shop_name : o->shop_domain,
		.total = o->total, .refunded = o->refunded, .has_refund = o->refunded.minor > 0, .is_test = o->test,
		.is_late = o->late, .unpaid = !o->paid_ms && !o->cancelled_ms, .mine = o->mine,
		.candidate = o->candidate, .net = o->net, .net_abroad = o->presentment_net, .total_abroad = o->presentment_total,
		.foreign = o->presentment_total.currency.code[0] && !currency_eq(o->presentment_total.currency, o->total.currency),
		.certain = str_eq(o->confidence, S("certain")), .high = str_eq(o->confidence, S("high")),
		.medium = str_eq(o->confidence, S("medium")),
		.where = dash_from(c, o->platform, o->surface, o->stream_title), .where_n = o->mine, .link = o->link_code,
		.link_id = o->mine && !uuid_is_nil(o->link.u) ? ID_TEXT(c->mem, link, o->link) : S(""),
		.moment = o->moment_title, .live = ID_TEXT(c->mem, live, o->live), .second = o->mine && o->second >= 0 ? second_text(c, o->second) : S(""),
	};
}

enum err dash_order(struct ctx *c, const struct req *q, struct res *r)
{
	struct tpl_dashboard_order_lines *rows;
	struct tpl_dashboard_order page;
	struct buf b = dash_buf(c);
	struct order_line *lines;
	struct order order;
	struct order_id id;
	struct dash d;
	size_t n;

	TRY(req_id(c, q, "id", ID_order, &id.u));
	TRY(dash_open(c, q, DASH_ORDERS, &d));
	TRY(order_by_id(c, id, &order));
	TRY(order_lines(c, id, &lines, &n));
	page = page_of(c, &d, &order);
	TRY(receipt(c, &order, &page));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = line_of(&order, &lines[i]);
	page.lines = rows;
	page.lines_n = n;
	local_want(&d.local, order.created_ms, &page.when);
	local_want(&d.local, order.paid_ms, &page.paid_when);
	local_want(&d.local, order.cancelled_ms, &page.cancelled_when);
	TRY(dash_tell(c, &d));
	tpl_dashboard_order(&b, &page);
	return res_html(r, 200, buf_str(&b));
}
