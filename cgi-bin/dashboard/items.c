/* items.c: how much of an item is kept back, and what moved its stock. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/inventory/buffer.h"
#include "templates/dashboard/item.h"

#define SHOWN 20

static struct str cause_words(struct str cause)
{
	static const struct { const char *cause, *words; } all[] = {
		{ "full_read", "The shop was read" }, { "catalog_sync", "The shop was read" }, { "level_webhook", "The shop told" },
		{ "order", "Sold" }, { "location", "A location changed" }, { "buffer", "Kept back" }, { "repair", "Repaired" },
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (str_eq(cause, str_of(all[i].cause)))
			return str_of(all[i].words);
	return cause;
}

static enum err history_of(struct ctx *c, struct dash *d, const struct stock_item *item, struct tpl_dashboard_item_history **out, size_t *n)
{
	struct stock_moved *list;

	TRY(stock_history(c, item, (struct snapshot_id){ 0 }, SHOWN, &list, n));
	*out = arena_array(c->mem, *n + 1, sizeof **out);
	for (size_t i = 0; i < *n; i++) {
		(*out)[i] = (struct tpl_dashboard_item_history){ .cause = cause_words(list[i].cause), .available = list[i].available,
			.held = list[i].held, .sold = list[i].sold_unsynced, .buffer = list[i].buffer, .free = list[i].free };
		local_want(&d->local, list[i].at_ms, &(*out)[i].at);
	}
	return dash_tell(c, d);
}

static struct str number(struct ctx *c, bool has, int64_t n)
{
	return has ? str_fmt(c->mem, "%lld", (long long)n) : S("");
}

static enum err show(struct ctx *c, const struct req *q, struct res *r, struct dash *d, const struct stock_item *item, enum err refused)
{
	static const char *const shown[] = { "units", "percent", NULL };
	bool own = item->own_rule, again = q->method == POST;
	struct tpl_dashboard_item page = {
		.layout = d->layout, .key = d->key, .id = ID_TEXT(c->mem, item, item->id), .domain = item->domain, .owns = item->owns,
		.problem = dash_problem(refused), .wrong_units = dash_wrong(c, "units"), .wrong_percent = dash_wrong(c, "percent"),
		.units = again ? req_form(q, "units") : number(c, own && item->rule.has_units, item->rule.units),
		.percent = again ? req_form(q, "percent") : number(c, own && item->rule.has_percent, item->rule.percent),
		.free = item->free, .without = item->free + item->buffer, .buffer = item->buffer,
		.shops = !own && (item->rule.has_units || item->rule.has_percent),
	};
	struct tpl_dashboard_item_history *rows;
	struct buf b = dash_buf(c);

	TRY(history_of(c, d, item, &rows, &page.history_n));
	page.others = dash_others(c, shown, &page.others_n);
	page.history = rows;
	tpl_dashboard_item(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_item(struct ctx *c, const struct req *q, struct res *r)
{
	struct stock_item item;
	struct item_id id;
	struct dash d;

	TRY(req_id(c, q, "id", ID_item, &id.u));
	TRY(dash_open(c, q, DASH_PRODUCTS, &d));
	TRY(stock_item_by_id(c, id, &item));
	return show(c, q, r, &d, &item, OK);
}

struct saving {
	const struct req *q;
	struct stock_item *item;
};

static enum err save(struct ctx *c, void *arg)
{
	const struct saving *s = arg;
	struct buffer_rule rule;
	int64_t before;

	TRY(buffer_rule_typed(c, str_trim(req_form(s->q, "units")), str_trim(req_form(s->q, "percent")), &rule));
	return stock_item_buffer_set(c, s->item, &rule, &before);
}

enum err dash_item_save(struct ctx *c, const struct req *q, struct res *r)
{
	struct stock_item item;
	struct item_id id;
	struct dash d;
	enum err refused;

	TRY(req_id(c, q, "id", ID_item, &id.u));
	TRY(dash_open(c, q, DASH_PRODUCTS, &d));
	TRY(stock_item_by_id(c, id, &item));
	TRY(dash_try(c, save, &(struct saving){ q, &item }, &refused));
	return refused == OK ? dash_go(r, "items", ID_item, id.u) : show(c, q, r, &d, &item, refused);
}
