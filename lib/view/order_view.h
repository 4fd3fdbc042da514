/* order_view: orders as the API and the dashboard show them. */
#ifndef UNIFYED_VIEW_ORDER_H
#define UNIFYED_VIEW_ORDER_H
#include "lib/json/json.h"
#include "lib/order/order.h"

/* Writes one order as an object of a list; what is not hers to know of a shop's order (its credit to somebody else) is left out. */
void order_json(struct jw *w, const struct order *order);
/* The order with its lines and its attribution receipt. */
struct str order_full_json(struct ctx *c, const struct order *order, const struct order_line *lines, size_t n);

#endif
