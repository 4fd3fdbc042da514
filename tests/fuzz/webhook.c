/* webhook: a body that a shop pushes (lib/platform/shopify/order_read.c), through every reader. What is read is text and
 * within the bounds that the domains count on; what is not is refused. The arena is a tenth as wide as in production,
 * for bodies a tenth as long as the limit at the door: an abort in a worker would cost strangers.
 */
#include <stdlib.h>

#include "lib/inbox/compliance.h"
#include "lib/platform/order.h"

#define ARENA_BYTES 6710886
#define BODY_BYTES_MAX 209715

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
	if (!so)
		abort();
}

static void must_be_text(const struct str texts[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		must(str_utf8(texts[i]));
}

static void check_pairs(const struct platform_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		must_be_text((const struct str[]){ pairs[i].name, pairs[i].value }, 2);
}

static void check_refund(const struct platform_refund *r)
{
	must(r->external > 0);
	for (size_t i = 0; i < r->lines_n; i++)
		must(r->lines[i].line > 0 && r->lines[i].units >= 0);
}

static void check_order(const struct platform_order *o)
{
	must(o->external > 0 && o->created_ms > 0 && o->updated_ms > 0);
	must_be_text((const struct str[]){ o->name, o->cancel_reason, o->financial_status, o->source_name, o->cart_token,
		o->checkout_token, o->landing_site, o->landing_ref }, 8);
	must_be_text(o->codes, o->codes_n);
	check_pairs(o->attributes, o->attributes_n);
	for (size_t i = 0; i < o->lines_n; i++) {
		const struct platform_order_line *line = &o->lines[i];

		must(line->external > 0 && line->units >= 0 && line->current_units >= 0);
		must(str_utf8(line->title));
		check_pairs(line->properties, line->properties_n);
	}
	for (size_t i = 0; i < o->refunds_n; i++)
		check_refund(&o->refunds[i]);
}

/* Who is read from a body is found in that body, and the search stays inside it. */
static void check_lives(struct ctx *c, struct str body)
{
	struct platform_person who;
	struct platform_scopes scopes;

	arena_reset(c->mem);
	if (shopify_person_read(c, body, &who) == OK) {
		must_be_text((const struct str[]){ who.email, who.phone }, 2);
		for (size_t i = 1; i < who.orders_n; i++)
			must(who.orders[i - 1] <= who.orders[i]);
		(void)compliance_names(c->mem, body, &who);
	}
	arena_reset(c->mem);
	if (shopify_scopes_read(c, body, &scopes) == OK)
		must(str_utf8(scopes.granted) && scopes.updated_ms >= 0);
	arena_reset(c->mem);
	(void)compliance_names(c->mem, body, &(struct platform_person){ .customer = 7, .email = S("a@b.example"), .phone = S("+3021") });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctx c = { 0 };
	const struct str body = { (const char *)data, size };
	struct platform_order order;
	struct platform_refund refund;
	struct platform_level level;
	int64_t id;

	if (size > BODY_BYTES_MAX)
		return 0;
	c.mem = arena_new(ARENA_BYTES);
	if (shopify_order_read(&c, body, &order) == OK)
		check_order(&order);
	if (shopify_refund_read(&c, body, &refund) == OK)
		check_refund(&refund);
	if (shopify_level_read(&c, body, &level) == OK)
		must(level.item > 0 && level.location > 0);
	if (shopify_id_read(&c, body, "id", &id) == OK)
		must(id > 0);
	check_lives(&c, body);
	arena_free(c.mem);
	return 0;
}
