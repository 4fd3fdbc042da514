#include "lib/checkout/checkout.h"

#include "lib/checkout/guard.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/json/json.h"

#define MARK_CHARACTERS 26 /* of 62: 154 bits */

static const struct {
	const char *word;
	enum checkout_result result;
	enum err refused;
} words[] = {
	{ "started", CHECKOUT_STARTED, OK },
	{ "repeated", CHECKOUT_REPEATED, OK },
	{ "choose", CHECKOUT_CHOOSE, OK },
	{ "link_unknown", CHECKOUT_REFUSED, ERR_LINK_UNKNOWN },
	{ "link_closed", CHECKOUT_REFUSED, ERR_LINK_CLOSED },
	{ "link_expired", CHECKOUT_REFUSED, ERR_LINK_EXPIRED },
	{ "link_exhausted", CHECKOUT_REFUSED, ERR_LINK_EXHAUSTED },
	{ "nothing_yet", CHECKOUT_REFUSED, ERR_NOTHING_YET },
	{ "offer_closed", CHECKOUT_REFUSED, ERR_OFFER_CLOSED },
	{ "offer_early", CHECKOUT_REFUSED, ERR_OFFER_EARLY },
	{ "offer_exhausted", CHECKOUT_REFUSED, ERR_OFFER_EXHAUSTED },
	{ "offer_not_ready", CHECKOUT_REFUSED, ERR_OFFER_NOT_READY },
	{ "variant_unknown", CHECKOUT_REFUSED, ERR_VARIANT_UNKNOWN },
	{ "sold_out", CHECKOUT_REFUSED, ERR_SOLD_OUT },
	{ "shop_closed", CHECKOUT_REFUSED, ERR_SHOP_GONE },
	{ "guard_bounce", CHECKOUT_BOUNCE, OK },
	{ "guard_confirm", CHECKOUT_CONFIRM, OK },
	{ "guard_wait", CHECKOUT_REFUSED, ERR_HIGH_DEMAND },
	{ "cooling", CHECKOUT_REFUSED, ERR_HOLD_COOLING },
	{ "visitor_capped", CHECKOUT_REFUSED, ERR_VISITOR_CAPPED },
	{ "address_capped", CHECKOUT_REFUSED, ERR_ADDRESS_CAPPED },
	{ "unproven_capped", CHECKOUT_REFUSED, ERR_UNPROVEN_CAPPED },
};

enum err checkout_refusal(struct str word)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		if (str_eq(word, str_of(words[i].word)))
			return words[i].refused;
	}
	return OK;
}

void checkout_ask_mint(struct ctx *c, struct checkout_ask *ask)
{
	ask->session = ID_NEW(session, c->now_ms);
	ask->hold = ID_NEW(reservation, c->now_ms);
	ask->mark = crypto_token(c->mem, MARK_CHARACTERS);
}

static struct money money_of(struct json v, const char *minor, struct currency currency)
{
	struct money m = { .currency = currency };

	(void)json_int(json_get(v, minor), &m.minor);
	return m;
}

static void choice_read(struct json v, struct checkout_choice *out)
{
	struct currency currency = { 0 };
	int64_t left = 0;

	(void)currency_read(json_str_at(v, "currency"), &currency);
	*out = (struct checkout_choice){
		.product = json_str_at(v, "product"),
		.title = json_str_at(v, "title"),
		.image_url = json_str_at(v, "image"),
		.list = money_of(v, "list", currency),
		.price = money_of(v, "price", currency),
		.limited = json_int(json_get(v, "left"), &left),
	};
	(void)uuid_read(json_str_at(v, "id"), &out->id.u);
	out->left = (int)left;
}

static enum err choices_read(struct ctx *c, struct str text, struct checkout_outcome *out)
{
	struct checkout_choice *choices;
	struct json list;

	if (!text.n)
		return OK;
	TRY(json_read(c, text, &list));
	out->choices_n = json_length(list);
	out->choices = choices = arena_array(c->mem, out->choices_n, sizeof *choices);
	for (size_t i = 0; i < out->choices_n; i++)
		choice_read(json_at(list, i), &choices[i]);
	return OK;
}

static enum err word_read(struct ctx *c, struct checkout_outcome *out)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		if (!str_eq(out->word, str_of(words[i].word)))
			continue;
		out->result = words[i].result;
		out->refused = words[i].refused;
		return OK;
	}
	return FAIL(c, ERR_INTERNAL, "checkout_start said " STR_FMT, STR_ARG(out->word));
}

static enum err outcome_read(struct ctx *c, const struct row *row, struct checkout_outcome *out)
{
	*out = (struct checkout_outcome){
		.word = row_str(row, "outcome"),
		.session = { row_uuid(row, "session_id") },
		.expires_ms = row_int(row, "expires_ms"),
		.mark = row_str(row, "mark"),
		.units = (int)row_int(row, "units"),
		.variant = { row_uuid(row, "variant_id") },
		.variant_external = row_int(row, "variant_external"),
		.discount_code = row_str(row, "discount_code"),
		.list = row_money(row, "list_minor", "currency"),
		.price = row_money(row, "price_minor", "currency"),
		.storefront_url = row_str(row, "storefront_url"),
		.product_title = row_str(row, "product_title"),
		.product_handle = row_str(row, "product_handle"),
		.variant_title = row_str(row, "variant_title"),
		.image_url = row_str(row, "image_url"),
		.creator = { row_uuid(row, "creator_id") },
		.creator_name = row_str(row, "creator_name"),
		.creator_handle = row_str(row, "creator_handle"),
		.link = { row_uuid(row, "link_id") },
		.code = row_str(row, "code"),
		.platform = row_str(row, "platform"),
		.surface = row_str(row, "surface"),
		.stream = { row_uuid(row, "stream_id") },
	};
	TRY(word_read(c, out));
	return choices_read(c, row_str(row, "choices"), out);
}

struct str checkout_key(struct ctx *c, const struct checkout_ask *ask)
{
	return ask->has_second ? str_fmt(c->mem, STR_FMT "@%d", STR_ARG(ask->code), ask->second) : ask->code;
}

enum err checkout_start(struct ctx *c, const struct checkout_ask *ask, struct checkout_outcome *out)
{
	struct row row;

	TRY(db_one(c, SQL(checkout_start), PARAMS(
		p_str(checkout_key(c, ask)), p_uuid(ask->visitor), p_uuid_or_null(ask->variant.u), p_int(ask->units),
		p_uuid(ask->session.u), p_uuid(ask->hold.u), p_str(ask->mark), p_uuid_or_null(ask->address),
		p_bool(ask->navigates), p_bool(ask->pressed), p_int(ask->seen_ms), p_str(guard_rules(c))), &row));
	return outcome_read(c, &row, out);
}

/* The columns of n asks. */
struct columns {
	struct str *codes, *marks;
	struct uuid *visitors, *variants, *sessions, *holds, *addresses;
	int64_t *units, *navigates, *pressed, *seen_ms;
};

static struct columns columns_of(struct ctx *c, const struct checkout_ask *const asks[], size_t n)
{
	struct columns t = {
		.codes = arena_array(c->mem, n, sizeof(struct str)),
		.marks = arena_array(c->mem, n, sizeof(struct str)),
		.visitors = arena_array(c->mem, n, sizeof(struct uuid)),
		.variants = arena_array(c->mem, n, sizeof(struct uuid)),
		.sessions = arena_array(c->mem, n, sizeof(struct uuid)),
		.holds = arena_array(c->mem, n, sizeof(struct uuid)),
		.addresses = arena_array(c->mem, n, sizeof(struct uuid)),
		.units = arena_array(c->mem, n, sizeof(int64_t)),
		.navigates = arena_array(c->mem, n, sizeof(int64_t)),
		.pressed = arena_array(c->mem, n, sizeof(int64_t)),
		.seen_ms = arena_array(c->mem, n, sizeof(int64_t)),
	};

	for (size_t i = 0; i < n; i++) {
		t.codes[i] = checkout_key(c, asks[i]);
		t.marks[i] = asks[i]->mark;
		t.visitors[i] = asks[i]->visitor;
		t.variants[i] = asks[i]->variant.u;
		t.sessions[i] = asks[i]->session.u;
		t.holds[i] = asks[i]->hold.u;
		t.units[i] = asks[i]->units;
		t.addresses[i] = asks[i]->address;
		t.navigates[i] = asks[i]->navigates;
		t.pressed[i] = asks[i]->pressed;
		t.seen_ms[i] = asks[i]->seen_ms;
	}
	return t;
}

enum err checkout_start_many(struct ctx *c, const struct checkout_ask *const asks[], size_t n, struct checkout_outcome outs[])
{
	struct columns t = columns_of(c, asks, n);
	struct rows rows;

	TRY(db_all(c, SQL(checkout_start_many), PARAMS(
		p_strs(c, t.codes, n), p_uuids(c, t.visitors, n), p_uuids(c, t.variants, n), p_ints(c, t.units, n),
		p_uuids(c, t.sessions, n), p_uuids(c, t.holds, n), p_strs(c, t.marks, n),
		p_uuids(c, t.addresses, n), p_ints(c, t.navigates, n), p_ints(c, t.pressed, n), p_ints(c, t.seen_ms, n),
		p_str(guard_rules(c))), &rows));
	if ((size_t)rows.n != n)
		return FAIL(c, ERR_INTERNAL, "%zu asks, %d answers", n, rows.n);
	for (size_t i = 0; i < n; i++) {
		struct row row = rows_at(&rows, (int)i);

		TRY(outcome_read(c, &row, &outs[i]));
	}
	return OK;
}
