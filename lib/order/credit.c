#include "lib/order/credit.h"

#include "lib/checkout/mark.h"
#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/db/db.h"
#include "lib/json/json.h"

#define DAY_MS ((int64_t)86400 * 1000)
#define CLOCKS_DIFFER_MS 300000 /* the shop's clock and ours */
#define MARK_MAX 64

struct looking {
	struct ctx *c;
	struct shop_id shop;
	const struct platform_order *told;
	struct param variants;
	struct jw receipt;
	struct credit *best;
};

/* A candidate is shown and never counted, so it stops nobody. */
static bool decided(const struct looking *k)
{
	return !uuid_is_nil(k->best->creator.u);
}

static void receipt_line(struct looking *k, const char *signal, bool won, const char *why)
{
	jw_object(&k->receipt);
	jw_kstr(&k->receipt, "signal", str_of(signal));
	jw_kstr(&k->receipt, "verdict", won ? S("won") : S("lost"));
	jw_kstr(&k->receipt, "why", str_of(why));
	jw_end(&k->receipt);
}

static const char *mark_flaw(const struct looking *k, const struct row *row)
{
	int64_t window_ms = k->c->config->attribution_window_days * DAY_MS;
	int64_t age_ms;

	if (!row->found)
		return "names no checkout of this shop";
	age_ms = k->told->created_ms - row_int(row, "created_ms");
	if (age_ms > window_ms)
		return "the click is older than the window";
	if (age_ms < -CLOCKS_DIFFER_MS)
		return "the click came after the order";
	if (!row_bool(row, "has_line"))
		return "the order has no line of the offer";
	return NULL;
}

static enum err look_at_mark(struct looking *k, const char *signal, struct str mark)
{
	const char *flaw;
	struct row row;

	if (!mark.n)
		return OK;
	if (mark.n > MARK_MAX || !str_utf8(mark)) {
		receipt_line(k, signal, false, "is no mark of ours");
		return OK;
	}
	TRY(db_maybe(k->c, SQL(order_mark), PARAMS(p_uuid(k->shop.u), p_str(mark), k->variants), &row));
	flaw = mark_flaw(k, &row);
	if (!flaw && decided(k))
		flaw = "a stronger signal won";
	receipt_line(k, signal, !flaw, flaw ? flaw : "names a checkout of this shop, in the window, with a line of its offer");
	if (flaw)
		return OK;
	*k->best = (struct credit){
		.reason = signal,
		.creator = { row_uuid(&row, "creator_id") },
		.session = { row_uuid(&row, "id") },
		.offer = { row_uuid(&row, "offer_id") },
		.attribution = { row_uuid(&row, "attribution_id") },
	};
	return OK;
}

static enum err look_at_code(struct looking *k, struct str code)
{
	struct ctx *c = k->c;
	const char *flaw = NULL;
	struct row row;

	if (!str_utf8(code))
		return OK;
	TRY(db_maybe(c, SQL(order_code), PARAMS(p_uuid(k->shop.u), p_str(code), k->variants,
		p_int(k->told->created_ms - c->config->attribution_window_days * DAY_MS),
		p_int(k->told->created_ms + CLOCKS_DIFFER_MS)), &row));
	if (!row.found)
		flaw = "is not a code of ours";
	else if (!row_bool(&row, "has_line"))
		flaw = "the order has no line of the offer";
	else if (decided(k))
		flaw = "a stronger signal won";
	else if (!row_bool(&row, "clicked"))
		flaw = "nobody had clicked a link of the offer before: a candidate, not counted";
	receipt_line(k, "code", !flaw, flaw ? flaw : "names the offer, and a link of it was clicked before");
	if (!flaw)
		*k->best = (struct credit){
			.reason = "code",
			.creator = { row_uuid(&row, "creator_id") },
			.offer = { row_uuid(&row, "offer_id") },
			.attribution = { row_uuid(&row, "attribution_id") },
		};
	else if (row.found && row_bool(&row, "has_line") && !decided(k))
		*k->best = (struct credit){ .reason = "candidate" };
	return OK;
}

static struct str value_of(const struct platform_pair *pairs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name))
			return pairs[i].value;
	return S("");
}

static struct str line_mark(const struct platform_order *told)
{
	for (size_t i = 0; i < told->lines_n; i++) {
		struct str mark = value_of(told->lines[i].properties, told->lines[i].properties_n, S(CHECKOUT_PROPERTY));

		if (mark.n)
			return mark;
	}
	return S("");
}

static enum err look(struct looking *k)
{
	const struct platform_order *told = k->told;

	TRY(look_at_mark(k, "attribute", value_of(told->attributes, told->attributes_n, S(CHECKOUT_ATTRIBUTE))));
	TRY(look_at_mark(k, "property", line_mark(told)));
	TRY(look_at_mark(k, "landing", told->landing_ref));
	for (size_t i = 0; i < told->codes_n; i++)
		TRY(look_at_code(k, told->codes[i]));
	return OK;
}

enum err credit_find(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct credit *out)
{
	int64_t *variants = arena_array(c->mem, told->lines_n + 1, sizeof(*variants));
	struct looking k = { .c = c, .shop = shop, .told = told, .best = out };

	for (size_t i = 0; i < told->lines_n; i++)
		variants[i] = told->lines[i].variant;
	k.variants = p_ints(c, variants, told->lines_n);
	k.receipt = jw_new(c->mem, 65536);
	*out = (struct credit){ 0 };
	jw_object(&k.receipt);
	jw_kint(&k.receipt, "window_days", c->config->attribution_window_days);
	jw_key(&k.receipt, "signals");
	jw_list(&k.receipt);
	TRY(look(&k));
	jw_end(&k.receipt);
	jw_end(&k.receipt);
	out->detail = jw_done(&k.receipt);
	if (!out->reason)
		out->reason = "none";
	return OK;
}
