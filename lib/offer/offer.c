#include "lib/offer/offer.h"

#include "lib/db/db.h"

static const char *const kind_names[OFFER_KINDS] = { "percentage_off", "fixed_amount_off", "fixed_price" };

const char *offer_kind_name(enum offer_kind kind)
{
	return kind_names[kind];
}

bool offer_kind_read(struct str name, enum offer_kind *out)
{
	for (size_t i = 0; i < COUNT(kind_names); i++) {
		if (!str_eq(name, str_of(kind_names[i])))
			continue;
		*out = (enum offer_kind)i;
		return true;
	}
	return false;
}

static struct offer offer_of(const struct row *row)
{
	struct offer offer = {
		.id = { row_uuid(row, "id") },
		.shop = { row_uuid(row, "shop_id") },
		.shop_domain = row_str(row, "shop_domain"),
		.currency = row_currency(row, "currency"),
		.name = row_str(row, "name"),
		.value = row_int(row, "value"),
		.state = row_str(row, "state"),
		.problem = row_str(row, "problem"),
		.starts_ms = row_int(row, "starts_ms"),
		.ends_ms = row_int(row, "ends_ms"),
		.redemptions_max = row_int(row, "redemptions_max"),
		.redemptions_used = row_int(row, "redemptions_used"),
		.redemptions_held = row_int(row, "redemptions_held"),
		.once_per_customer = row_bool(row, "once_per_customer"),
		.refund_restores = row_bool(row, "refund_restores"),
		.revision = row_int(row, "revision"),
		.created_ms = row_int(row, "created_ms"),
		.updated_ms = row_int(row, "updated_ms"),
	};

	if (!offer_kind_read(row_str(row, "kind"), &offer.kind))
		offer.kind = OFFER_FIXED_PRICE;
	return offer;
}

enum err offer_list(struct ctx *c, struct offer_id after, int limit, struct offer **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(offer_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = offer_of(&row);
	}
	return OK;
}

enum err offer_by_id(struct ctx *c, struct offer_id id, struct offer *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(offer_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_OFFER_UNKNOWN, "no such offer of hers");
	*out = offer_of(&row);
	return OK;
}

enum err offer_lines(struct ctx *c, struct offer_id id, struct offer_line **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(offer_lines), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct offer_line){
			.product = { row_uuid(&row, "product_id") },
			.variant = { row_uuid(&row, "variant_id") },
			.has_value = !row_null(&row, "override_value"),
			.value = row_int(&row, "override_value"),
			.product_title = row_str(&row, "product_title"),
			.variant_title = row_str(&row, "variant_title"),
		};
	}
	return OK;
}

static struct offer_price price_of(const struct row *row)
{
	return (struct offer_price){
		.variant = { row_uuid(row, "variant_id") },
		.product = { row_uuid(row, "product_id") },
		.product_title = row_str(row, "product_title"),
		.variant_title = row_str(row, "variant_title"),
		.image_url = row_str(row, "image_url"),
		.list = row_money(row, "list_minor", "currency"),
		.price = row_money(row, "price_minor", "currency"),
		.code = row_str(row, "code"),
		.ready = row_bool(row, "ready"),
		.limited = row_bool(row, "limited"),
		.free = row_int(row, "free"),
	};
}

enum err offer_prices(struct ctx *c, struct offer_id id, struct offer_price **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(offer_prices), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = price_of(&row);
	}
	return OK;
}

enum err offer_ask_of(struct ctx *c, const struct offer *offer, struct offer_ask *out)
{
	struct offer_line *lines;
	size_t n;

	*out = (struct offer_ask){
		.name = offer->name, .has_kind = true, .kind = offer->kind, .value = offer->value,
		.starts_ms = offer->starts_ms, .ends_ms = offer->ends_ms, .redemptions_max = offer->redemptions_max,
		.once_per_customer = offer->once_per_customer, .refund_restores = offer->refund_restores };
	if (offer->kind != OFFER_PERCENTAGE_OFF)
		out->currency = offer->currency;
	TRY(offer_lines(c, offer->id, &lines, &n));
	for (size_t i = 0; i < n && i < OFFER_LINES_MAX; i++)
		out->lines[out->lines_n++] = lines[i];
	return OK;
}
