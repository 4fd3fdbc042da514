/* offer_typed.c: reading the form of an offer: from a request, from an offer, into an ask. */
#include <stdio.h>

#include "cgi-bin/dashboard/offer_form.h"

#define FIELD_BYTES 48

struct str offer_typed_value(struct ctx *c, struct product_id product, struct variant_id variant)
{
	struct str name = ID_TEXT(c->mem, product, product);

	if (uuid_is_nil(variant.u))
		return name;
	return str_fmt(c->mem, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(ID_TEXT(c->mem, variant, variant)));
}

static bool line_read(struct str value, struct offer_typed_line *out)
{
	struct str variant = value, product = str_cut(&variant, '.');

	*out = (struct offer_typed_line){ .value = value };
	return ID_READ(product, product, &out->product) && (variant.p == NULL || ID_READ(variant, variant, &out->variant));
}

bool offer_typed_has(const struct offer_typed *t, struct str value)
{
	for (size_t i = 0; i < t->lines_n; i++) {
		if (str_eq(t->lines[i].value, value))
			return true;
	}
	return false;
}

void offer_typed_add(struct offer_typed *t, struct str value, struct str own)
{
	if (offer_typed_has(t, value))
		return;
	t->too_many = t->lines_n == OFFER_LINES_MAX;
	if (!t->too_many && line_read(value, &t->lines[t->lines_n]))
		t->lines[t->lines_n++].own = own;
}

void offer_typed_read(struct ctx *c, const struct req *q, struct offer_typed *t)
{
	t->name = req_form(q, "name");
	t->kind = req_form(q, "kind");
	t->value = str_trim(req_form(q, "value"));
	t->starts_at = req_form(q, "starts_at");
	t->ends_at = req_form(q, "ends_at");
	t->redemptions_max = str_trim(req_form(q, "redemptions_max"));
	t->once = req_form(q, "once_per_customer").n > 0;
	t->restores = req_form(q, "refund_restores").n > 0;
	t->q = str_trim(req_form(q, "q"));
	if (!str_int(req_form(q, "revision"), &t->revision))
		t->revision = 0;
	for (size_t i = 0; i < q->form_n; i++) {
		if (str_eq(q->form[i].name, S("line")))
			offer_typed_add(t, q->form[i].value, str_trim(req_form(q, str_z(c->mem,
				str_fmt(c->mem, "own." STR_FMT, STR_ARG(q->form[i].value))))));
	}
}

static struct str value_text(struct ctx *c, const struct offer *o, int64_t value)
{
	return o->kind == OFFER_PERCENTAGE_OFF ? dash_percent(c, value) : money_decimal(c->mem, (struct money){ value, o->currency });
}

enum err offer_typed_of(struct ctx *c, const struct dash *d, const struct offer *o, struct offer_typed *t)
{
	struct offer_line *lines;
	size_t n;

	*t = (struct offer_typed){ .id = o->id, .revision = o->revision, .name = o->name, .kind = str_of(offer_kind_name(o->kind)),
		.value = value_text(c, o, o->value), .once = o->once_per_customer, .restores = o->refund_restores };
	if (o->redemptions_max)
		t->redemptions_max = str_fmt(c->mem, "%lld", (long long)o->redemptions_max);
	TRY(local_write(c, d->me.zone, o->starts_ms, &t->starts_at));
	TRY(local_write(c, d->me.zone, o->ends_ms, &t->ends_at));
	TRY(offer_lines(c, o->id, &lines, &n));
	for (size_t i = 0; i < n; i++)
		offer_typed_add(t, offer_typed_value(c, lines[i].product, lines[i].variant),
			lines[i].has_value ? value_text(c, o, lines[i].value) : S(""));
	return OK;
}

enum err offer_typed_look(struct ctx *c, struct offer_typed_line *line)
{
	struct catalog_variant *variants;
	size_t n;
	enum err e = catalog_product_by_id(c, line->product, &line->shown);

	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	line->known = uuid_is_nil(line->variant.u);
	if (line->known)
		return OK;
	TRY(catalog_variants_of(c, &line->shown, &variants, &n));
	for (size_t i = 0; i < n; i++) {
		if (!uuid_eq(variants[i].id.u, line->variant.u))
			continue;
		line->one = variants[i];
		line->known = true;
	}
	return OK;
}

/* "20" or "12.5" percent, "19.99" or "19,99" in the shop's currency. */
static bool value_read(struct ctx *c, const struct offer_ask *ask, struct str typed, int64_t *value)
{
	struct currency hundredths;
	struct money money;
	struct str whole = typed, rest;

	if (str_find(typed, 0, S(".")) == SIZE_MAX && str_find(typed, 0, S(",")) != SIZE_MAX) {
		rest = whole;
		whole = str_cut(&rest, ',');
		typed = str_fmt(c->mem, STR_FMT "." STR_FMT, STR_ARG(whole), STR_ARG(rest));
	}
	(void)currency_read(S("USD"), &hundredths);
	if (ask->kind == OFFER_PERCENTAGE_OFF && str_ends(typed, S("%")))
		typed = str_trim(str_slice(typed, 0, typed.n - 1));
	if (!money_read(typed, ask->kind == OFFER_PERCENTAGE_OFF ? hundredths : ask->currency, &money) || money.minor < 0)
		return false;
	*value = money.minor;
	return true;
}

static void value_want(struct ctx *c, const struct offer_ask *ask, const char *field, struct str typed, int64_t *value)
{
	*value = -1;
	if (value_read(c, ask, typed, value) && (ask->kind != OFFER_PERCENTAGE_OFF || (*value >= 1 && *value <= 10000)))
		return;
	if (ask->kind == OFFER_PERCENTAGE_OFF)
		field_bad(c, field, "a number above 0, up to 100");
	else
		field_bad(c, field, "an amount like 20 or 19.99");
}

/* Amounts are in the currency of the shop that sells the first product. */
static enum err currency_find(struct ctx *c, struct offer_typed *t, struct currency *out)
{
	*out = (struct currency){ 0 };
	for (size_t i = 0; i < t->lines_n && !out->code[0]; i++) {
		TRY(offer_typed_look(c, &t->lines[i]));
		*out = t->lines[i].shown.currency;
	}
	if (!out->code[0])
		(void)currency_read(S("USD"), out);
	return OK;
}

enum err offer_typed_ask(struct ctx *c, const struct dash *d, struct offer_typed *t, struct offer_ask *ask)
{
	char field[FIELD_BYTES];

	ask->name = t->name;
	ask->has_kind = offer_kind_read(t->kind, &ask->kind);
	ask->once_per_customer = t->once;
	ask->refund_restores = t->restores;
	TRY(currency_find(c, t, &ask->currency));
	if (ask->has_kind)
		value_want(c, ask, "value", t->value, &ask->value);
	TRY(local_read(c, d->me.zone, "starts_at", t->starts_at, &ask->starts_ms));
	TRY(local_read(c, d->me.zone, "ends_at", t->ends_at, &ask->ends_ms));
	dash_read_count(c, "redemptions_max", t->redemptions_max, &ask->redemptions_max);
	if (t->too_many)
		field_bad(c, "lines", "at most %d products", OFFER_LINES_MAX);
	for (ask->lines_n = 0; ask->lines_n < t->lines_n; ask->lines_n++) {
		struct offer_typed_line *line = &t->lines[ask->lines_n];
		struct offer_line *to = &ask->lines[ask->lines_n];

		*to = (struct offer_line){ .product = line->product, .variant = line->variant, .has_value = line->own.n > 0 };
		snprintf(field, sizeof field, "lines.%zu", ask->lines_n);
		if (to->has_value && ask->has_kind)
			value_want(c, ask, field, line->own, &to->value);
	}
	return OK;
}

