#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/offer/inside.h"

#define CODE_TAIL 10

/* The promises of one offer, side by side. */
struct repricing {
	struct offer offer;
	struct uuid *variants;
	int64_t *lists, *prices;
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

static bool is_among(const int64_t *amounts, size_t n, int64_t amount)
{
	for (size_t i = 0; i < n; i++)
		if (amounts[i] == amount)
			return true;
	return false;
}

/* A code for each distinct amount off. */
static enum err codes_need(struct ctx *c, const struct repricing *k)
{
	int64_t *amounts = arena_array(c->mem, k->n + 1, sizeof(*amounts));
	struct uuid *ids = arena_array(c->mem, k->n + 1, sizeof(*ids));
	struct str *codes = arena_array(c->mem, k->n + 1, sizeof(*codes));
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		int64_t amount = k->lists[i] - k->prices[i];

		if (!amount || is_among(amounts, n, amount))
			continue;
		ids[n] = uuid_new(c->now_ms);
		codes[n] = offer_code_new(c);
		amounts[n++] = amount;
	}
	return db_run(c, SQL(offer_discount_need), PARAMS(
		p_uuids(c, ids, n), p_uuid(k->offer.id.u), p_uuid(k->offer.shop.u), p_ints(c, amounts, n),
		p_str(currency_str(&k->offer.currency)), p_strs(c, codes, n)));
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

static enum err reprice_line(struct ctx *c, struct repricing *k, const struct offer_line *line)
{
	struct rows rows;

	TRY(offer_line_variants(c, k->offer.shop, line, &rows));
	for (int i = 0; i < rows.n && k->n < OFFER_VARIANTS_MAX; i++) {
		struct row row = rows_at(&rows, i);

		k->variants[k->n] = row_uuid(&row, "id");
		k->lists[k->n] = row_int(&row, "price_minor");
		k->prices[k->n] = promise(k, line, k->lists[k->n]);
		k->n += 1;
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

enum err offer_lock(struct ctx *c, struct offer_id id)
{
	return db_run(c, SQL(offer_lock), PARAMS(p_uuid(id.u)));
}

static enum err promises_compute(struct ctx *c, struct creator_id creator, struct offer_id id, struct repricing *k)
{
	struct creator_id asking = c->creator;
	struct offer_line *lines;
	size_t n;

	c->creator = creator;
	TRY(offer_by_id(c, id, &k->offer));
	TRY(offer_lines(c, id, &lines, &n));
	c->creator = asking;
	k->variants = arena_array(c->mem, OFFER_VARIANTS_MAX, sizeof(*k->variants));
	k->lists = arena_array(c->mem, OFFER_VARIANTS_MAX, sizeof(*k->lists));
	k->prices = arena_array(c->mem, OFFER_VARIANTS_MAX, sizeof(*k->prices));
	for (size_t i = 0; i < n; i++)
		TRY(reprice_line(c, k, &lines[i]));
	return OK;
}

enum err offer_reprice(struct ctx *c, struct creator_id creator, struct offer_id id, bool new_terms)
{
	struct repricing k = { 0 };
	struct str before, after;

	TRY(offer_lock(c, id));
	TRY(promises_compute(c, creator, id, &k));
	TRY(codes_print(c, id, &before));
	TRY(codes_need(c, &k));
	TRY(db_run(c, SQL(offer_price_put), PARAMS(
		p_uuid(id.u), p_uuids(c, k.variants, k.n), p_ints(c, k.lists, k.n), p_ints(c, k.prices, k.n))));
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
