#include <stdio.h>

#include "lib/core/time.h"
#include "lib/db/db.h"
#include "lib/offer/inside.h"
#include "lib/text/text.h"

#define NAME_MAX_POINTS 120
#define AMOUNT_MAX INT64_C(100000000000)
#define FIELD_MAX 64

bool offer_price_of(enum offer_kind kind, int64_t value, int64_t list_minor, int64_t *price_minor)
{
	switch (kind) {
	case OFFER_PERCENTAGE_OFF:
		*price_minor = list_minor - money_share(list_minor, (int)value);
		return true;
	case OFFER_FIXED_AMOUNT_OFF:
		*price_minor = list_minor - value;
		return value < list_minor;
	case OFFER_FIXED_PRICE:
		*price_minor = value;
		return value <= list_minor;
	case OFFER_KINDS:
		break;
	}
	return false;
}

static const char *value_field(enum offer_kind kind)
{
	return kind == OFFER_PERCENTAGE_OFF ? "basis_points" : "amount";
}

static bool value_check(struct ctx *c, enum offer_kind kind, int64_t value, const char *field)
{
	const char *wrong = NULL;

	if (kind == OFFER_PERCENTAGE_OFF && (value < 1 || value > 10000))
		wrong = "1 to 10000 basis points: 2000 is 20 %";
	if (kind == OFFER_FIXED_AMOUNT_OFF && (value < 1 || value > AMOUNT_MAX))
		wrong = "more than nothing";
	if (kind == OFFER_FIXED_PRICE && (value < 0 || value > AMOUNT_MAX))
		wrong = "0 or more";
	if (wrong && field)
		field_bad(c, field, "%s", wrong);
	return !wrong;
}

static void head_check(struct ctx *c, const struct offer_ask *ask)
{
	if (!text_is_name(ask->name) || !str_trim(ask->name).n || str_points(ask->name) > NAME_MAX_POINTS)
		field_bad(c, "name", "1 to %d characters", NAME_MAX_POINTS);
	if (!ask->has_kind)
		field_bad(c, "kind", "percentage_off, fixed_amount_off or fixed_price");
	else
		(void)value_check(c, ask->kind, ask->value, value_field(ask->kind));
	if (ask->ends_ms && ask->ends_ms <= c->now_ms)
		field_bad(c, "ends_at", "a time that lies ahead");
	else if (ask->ends_ms && ask->starts_ms && ask->ends_ms <= ask->starts_ms)
		field_bad(c, "ends_at", "later than starts_at");
	if (ask->redemptions_max < 0 || ask->redemptions_max > INT32_MAX)
		field_bad(c, "redemptions_max", "1 to %d, or none", INT32_MAX);
	if (!ask->lines_n)
		field_bad(c, "lines", "at least one product");
}

static bool listed_before(const struct offer_ask *ask, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (uuid_eq(ask->lines[i].product.u, ask->lines[at].product.u) &&
		    (uuid_is_nil(ask->lines[i].variant.u) || uuid_is_nil(ask->lines[at].variant.u) ||
		     uuid_eq(ask->lines[i].variant.u, ask->lines[at].variant.u)))
			return true;
	return false;
}

struct checking {
	const struct offer_ask *ask;
	struct shop_id shop;
	struct currency currency;
	int64_t variants_n;
	bool open;
};

/* What the line's value does to every price that it touches. */
static enum err prices_check(struct ctx *c, struct checking *k, const struct offer_line *line, const char *field)
{
	const struct offer_ask *ask = k->ask;
	int64_t value = line->has_value ? line->value : ask->value;
	struct rows rows;

	TRY(offer_line_variants(c, k->shop, line, &rows));
	if (!rows.n)
		field_bad(c, field, "a product with something to sell");
	k->variants_n += rows.n;
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct money list = row_money(&row, "price_minor", "currency");
		struct str text = money_text(c->mem, list);
		int64_t price;

		if (offer_price_of(ask->kind, value, list.minor, &price))
			continue;
		field_bad(c, line->has_value ? field : value_field(ask->kind),
			ask->kind == OFFER_FIXED_PRICE ? "not above the list price of " STR_FMT : "less than the list price of " STR_FMT,
			STR_ARG(text));
		return OK;
	}
	return OK;
}

static enum err line_check(struct ctx *c, struct checking *k, size_t at)
{
	const struct offer_line *line = &k->ask->lines[at];
	char field[FIELD_MAX];
	struct row row;

	snprintf(field, sizeof(field), "lines.%zu", at);
	TRY(db_maybe(c, SQL(offer_line_check), PARAMS(p_uuid(c->creator.u), p_uuid(line->product.u),
		p_uuid_or_null(line->variant.u)), &row));
	if (!row.found || !row_bool(&row, "has_variant")) {
		field_bad(c, field, row.found ? "a variant of that product" : "a product of a shop that you sell from");
		return OK;
	}
	if (at == 0) {
		k->shop.u = row_uuid(&row, "shop_id");
		k->currency = row_currency(&row, "currency");
		k->open = row_bool(&row, "open");
	} else if (!uuid_eq(k->shop.u, row_uuid(&row, "shop_id"))) {
		field_bad(c, field, "a product of the same shop as the first");
		return OK;
	}
	if (listed_before(k->ask, at))
		field_bad(c, field, "listed once");
	if (!k->ask->has_kind)
		return OK;
	/* a wrong value of the offer itself was told already, and there is nothing to compute with it */
	if (!value_check(c, k->ask->kind, line->has_value ? line->value : k->ask->value, line->has_value ? field : NULL))
		return OK;
	return prices_check(c, k, line, field);
}

enum err offer_check(struct ctx *c, const struct offer_ask *ask, struct shop_id *shop, struct currency *currency)
{
	struct checking k = { .ask = ask };

	head_check(c, ask);
	for (size_t i = 0; i < ask->lines_n; i++)
		TRY(line_check(c, &k, i));
	if (k.variants_n > OFFER_VARIANTS_MAX)
		field_bad(c, "lines", "at most %d variants in all", OFFER_VARIANTS_MAX);
	if (ask->has_kind && ask->kind != OFFER_PERCENTAGE_OFF && k.currency.code[0] && ask->currency.code[0] &&
	    !currency_eq(ask->currency, k.currency))
		field_bad(c, "amount", "in %s, the shop's currency", k.currency.code);
	TRY(fields_must_be_good(c));
	if (!k.open)
		return FAIL(c, ERR_SHOP_CLOSED, "the shop is not connected");
	*shop = k.shop;
	*currency = k.currency;
	return OK;
}
