/* orders.c: /orders
 *
 * What the shops sold: a creator sees the orders credited to her, and all orders of a shop she owns.
 */
#include "lib/order/order.h"
#include "lib/view/list_view.h"
#include "lib/view/order_view.h"
#include "lib/web/web.h"

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct order *orders;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_order, &page));
	TRY(order_list(c, (struct order_id){ page.after }, page.limit + 1, &orders, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		order_json(&w, &orders[i]);
	return res_json(r, 200, list_end(&w, ID_order, n > (size_t)page.limit ? orders[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct order_line *lines;
	struct order order;
	struct order_id id;
	size_t n;

	TRY(req_id(c, q, "id", ID_order, &id.u));
	TRY(order_by_id(c, id, &order));
	TRY(order_lines(c, id, &lines, &n));
	return res_json(r, 200, order_full_json(c, &order, lines, n));
}

static const struct route routes[] = {
	{ GET, "/orders",     list, .who = CREATOR, .tx = TX_READ },
	{ GET, "/orders/:id", show, .who = CREATOR, .tx = TX_READ },
};

const struct app orders_app = { "orders", "api", routes, COUNT(routes) };
