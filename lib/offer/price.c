#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/offer/inside.h"

#define CODE_TAIL 10

struct repricing {
	struct ctx *c;
	struct offer offer;
	struct uuid *variants;
	size_t n;
};

/* UFY-7K2M9QXWTB: unguessable, and nobody reads a 0 as an O. */
struct str offer_code_new(struct ctx *c)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	unsigned char random[CODE_TAIL];
	char tail[CODE_TAIL];

	crypto_random(random, sizeof(random));
	for (size_t i = 0; i < CODE_TAIL; i++)
		tail[i] = letters[random[i] % 32];
	return str_fmt(c->mem, STR_FMT "-%.*s", STR_ARG(c->config->discount_prefix), CODE_TAIL, tail);
}

static enum err discount_for(struct repricing *k, int64_t amount, struct currency currency, struct discount_id *out)
{
	struct ctx *c = k->c;
	struct row row;

	*out = (struct discount_id){ 0 };
	if (!amount)
		return OK;
	TRY(db_one(c, SQL(offer_discount_need), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_uuid(k->offer.id.u), p_uuid(k->offer.shop.u), p_int(amount),
		p_str(currency_str(&currency)), p_str(offer_code_new(c))), &row));
	out->u = row_uuid(&row, "id");
	return OK;
}

/* A variant that the shop has made cheaper than our terms allow is promised at no more than its list price. */
static int64_t promise(const struct repricing *k, const struct offer_line *line, int64_t list)
{
	int64_t value = line->has_value ? line->value : k->offer.value, price;

	return offer_price_of(k->offer.kind, value, list, &price) ? price : list;
}

enum err offer_line_variants(struct ctx *c, struct shop_id shop, const struct offer_line *line, struct rows *out)
{
	return db_all(c, SQL(offer_line_variants), PARAMS(p_uuid(shop.u), p_uuid(line->product.u),
		p_uuid_or_null(line->variant.u)), out);
}

static enum err reprice_line(struct repricing *k, const struct offer_line *line)
{
	struct ctx *c = k->c;
	struct discount_id discount;
	struct rows rows;

	TRY(offer_line_variants(c, k->offer.shop, line, &rows));
	for (int i = 0; i < rows.n && k->n < OFFER_VARIANTS_MAX; i++) {
		struct row row = rows_at(&rows, i);
		struct money list = row_money(&row, "price_minor", "currency");
		int64_t price = promise(k, line, list.minor);

		TRY(discount_for(k, list.minor - price, list.currency, &discount));
		TRY(db_run(c, SQL(offer_price_put), PARAMS(
			p_uuid(k->offer.id.u), p_uuid(row_uuid(&row, "id")), p_uuid(k->offer.shop.u),
			p_uuid(row_uuid(&row, "item_id")), p_int(list.minor), p_int(price), p_str(currency_str(&list.currency)),
			p_uuid_or_null(discount.u))));
		k->variants[k->n++] = row_uuid(&row, "id");
	}
	return OK;
}

/* Which code holds which variant, in a few bytes. */
static enum err codes_print(struct ctx *c, struct offer_id id, struct str *out)
{
	struct row row;

	TRY(db_one(c, SQL(offer_codes_print), PARAMS(p_uuid(id.u)), &row));
	*out = row_str(&row, "print");
	return OK;
}

enum err offer_reprice(struct ctx *c, struct creator_id creator, struct offer_id id, bool new_terms)
{
	struct repricing k = { .c = c };
	struct creator_id asking = c->creator;
	struct offer_line *lines;
	struct str before, after;
	size_t n;

	c->creator = creator;
	TRY(offer_by_id(c, id, &k.offer));
	TRY(offer_lines(c, id, &lines, &n));
	c->creator = asking;
	k.variants = arena_array(c->mem, OFFER_VARIANTS_MAX, sizeof(*k.variants));
	TRY(codes_print(c, id, &before));
	for (size_t i = 0; i < n; i++)
		TRY(reprice_line(&k, &lines[i]));
	TRY(db_run(c, SQL(offer_price_trim), PARAMS(p_uuid(id.u), p_uuids(c, k.variants, k.n))));
	if (new_terms)
		TRY(db_run(c, SQL(offer_price_uncover), PARAMS(p_uuid(id.u))));
	TRY(codes_print(c, id, &after));
	return db_run(c, SQL(offer_discount_settle), PARAMS(p_uuid(id.u), p_bool(new_terms || !str_eq(before, after))));
}

enum err offer_recompute(struct ctx *c, struct shop_id shop, const struct variant_id *variants, size_t n)
{
	struct uuid *ids = arena_array(c->mem, n + 1, sizeof(*ids));
	struct rows rows;

	for (size_t i = 0; i < n; i++)
		ids[i] = variants[i].u;
	TRY(db_all(c, SQL(offer_with_variants), PARAMS(p_uuid(shop.u), p_uuids(c, ids, n)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct offer_id id = { row_uuid(&row, "id") };

		TRY(offer_reprice(c, (struct creator_id){ row_uuid(&row, "creator_id") }, id, false));
		TRY(offer_activate_if_ready(c, id));
	}
	return OK;
}
