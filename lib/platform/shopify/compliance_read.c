#include "lib/platform/compliance.h"

#include <stdlib.h>

#include "lib/core/buf.h"
#include "lib/core/time.h"
#include "lib/json/json.h"

#define ORDERS_MAX 65536
#define SCOPES_MAX_BYTES 8192

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static enum err read_orders(struct ctx *c, struct json list, struct platform_person *out)
{
	out->orders_n = json_length(list);
	if (out->orders_n > ORDERS_MAX)
		return FAIL(c, ERR_BAD_INPUT, "more than %d orders", ORDERS_MAX);
	out->orders = arena_array(c->mem, out->orders_n + 1, sizeof(*out->orders));
	for (size_t i = 0; i < out->orders_n; i++)
		if (!json_int(json_at(list, i), &out->orders[i]))
			return FAIL(c, ERR_BAD_INPUT, "order %zu is no number", i);
	qsort(out->orders, out->orders_n, sizeof(*out->orders), ascending);
	return OK;
}

enum err shopify_person_read(struct ctx *c, struct str body, struct platform_person *out)
{
	struct json from, orders;

	*out = (struct platform_person){ 0 };
	TRY(json_read_object(c, body, &from));
	if (!json_int(json_path(from, "data_request.id"), &out->request))
		out->request = 0;
	if (!json_int(json_path(from, "customer.id"), &out->customer))
		out->customer = 0;
	out->email = json_str_at(from, "customer.email");
	out->phone = json_str_at(from, "customer.phone");
	orders = json_get(from, "orders_to_redact");
	return read_orders(c, json_type(orders) == JSON_ABSENT ? json_get(from, "orders_requested") : orders, out);
}

enum err shopify_scopes_read(struct ctx *c, struct str body, struct platform_scopes *out)
{
	struct buf granted = buf_new(c->mem, SCOPES_MAX_BYTES);
	struct json from, list;

	*out = (struct platform_scopes){ 0 };
	TRY(json_read_object(c, body, &from));
	list = json_get(from, "current");
	if (json_type(list) != JSON_LIST)
		return FAIL(c, ERR_BAD_INPUT, "current is no list");
	for (size_t i = 0; i < json_length(list); i++) {
		if (i)
			buf_char(&granted, ',');
		buf_put(&granted, json_str(json_at(list, i)));
	}
	if (granted.full || !str_utf8(buf_str(&granted)))
		return FAIL(c, ERR_BAD_INPUT, "scopes of more than %d bytes", SCOPES_MAX_BYTES);
	if (!time_read(json_str_at(from, "updated_at"), &out->updated_ms))
		return FAIL(c, ERR_BAD_INPUT, "updated_at is no time");
	out->granted = buf_str(&granted);
	return OK;
}
