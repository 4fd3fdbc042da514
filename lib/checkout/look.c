/* look.c: what a link shows without holding anything, what a visitor holds, and the telemetry of both. */
#include "lib/checkout/checkout.h"
#include "lib/db/db.h"

enum err checkout_look(struct ctx *c, const struct checkout_ask *ask, struct checkout_look *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(checkout_look), PARAMS(p_str(checkout_key(c, ask)), p_uuid_or_null(ask->variant.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_LINK_UNKNOWN, "no link has this code");
	*out = (struct checkout_look){
		.refused = checkout_refusal(row_str(&row, "outcome")),
		.starts_ms = row_int(&row, "starts_ms"),
		.link = { row_uuid(&row, "link_id") },
		.creator = { row_uuid(&row, "creator_id") },
		.code = row_str(&row, "code"),
		.creator_name = row_str(&row, "creator_name"),
		.creator_handle = row_str(&row, "creator_handle"),
		.storefront_url = row_str(&row, "storefront_url"),
		.variants = (int)row_int(&row, "variants"),
		.sold_out = row_bool(&row, "sold_out"),
		.on_air = row_bool(&row, "on_air"),
		.variant = { row_uuid(&row, "variant_id") },
		.product_title = row_str(&row, "product_title"),
		.product_handle = row_str(&row, "product_handle"),
		.variant_title = row_str(&row, "variant_title"),
		.image_url = row_str(&row, "image_url"),
		.list = row_money(&row, "list_minor", "currency"),
		.price = row_money(&row, "price_minor", "currency"),
	};
	if (!uuid_is_nil(ask->variant.u) && !out->variants && out->refused == OK)
		return FAIL(c, ERR_VARIANT_UNKNOWN, "the link does not sell this variant");
	return OK;
}

enum err checkout_held(struct ctx *c, struct str code, struct uuid visitor, struct checkout_held *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(checkout_held), PARAMS(p_str(code), p_uuid_or_null(visitor)), &row));
	if (!row.found)
		return FAIL(c, ERR_LINK_UNKNOWN, "no link has this code");
	*out = (struct checkout_held){
		.link = { row_uuid(&row, "link_id") },
		.creator = { row_uuid(&row, "creator_id") },
		.code = row_str(&row, "code"),
		.creator_name = row_str(&row, "creator_name"),
		.creator_handle = row_str(&row, "creator_handle"),
		.session = { row_uuid(&row, "session_id") },
		.expires_ms = row_int(&row, "expires_ms"),
		.units = (int)row_int(&row, "units"),
		.variant = { row_uuid(&row, "variant_id") },
		.variant_title = row_str(&row, "variant_title"),
		.product_title = row_str(&row, "product_title"),
		.image_url = row_str(&row, "image_url"),
		.list = row_money(&row, "list_minor", "currency"),
		.price = row_money(&row, "price_minor", "currency"),
	};
	return OK;
}

enum err checkout_release(struct ctx *c, struct session_id session, struct uuid visitor, bool *released)
{
	struct row row;

	TRY(db_one(c, SQL(checkout_release), PARAMS(p_uuid(session.u), p_uuid(visitor)), &row));
	*released = str_eq(row_str(&row, "outcome"), S("released"));
	return OK;
}

enum err checkout_expire(struct ctx *c, int most, int64_t *ended)
{
	struct row row;

	TRY(db_one(c, SQL(checkout_expire), PARAMS(p_int(most)), &row));
	*ended = row_int(&row, "ended");
	return OK;
}

/* The columns of LINK_CLICKED. */
struct clicks {
	struct uuid *ids, *creators, *links, *variants, *sessions;
	struct str *words;
	int64_t *guarded; /* HOLD_REFUSED instead */
	size_t n;
};

static struct clicks clicks_new(struct ctx *c, size_t most)
{
	return (struct clicks){
		.ids = arena_array(c->mem, most, sizeof(struct uuid)),
		.creators = arena_array(c->mem, most, sizeof(struct uuid)),
		.links = arena_array(c->mem, most, sizeof(struct uuid)),
		.variants = arena_array(c->mem, most, sizeof(struct uuid)),
		.sessions = arena_array(c->mem, most, sizeof(struct uuid)),
		.words = arena_array(c->mem, most, sizeof(struct str)),
		.guarded = arena_array(c->mem, most, sizeof(int64_t)),
	};
}

/* The guard's answer, and not the stock's or the offer's. */
static bool is_guards(const struct checkout_outcome *o)
{
	return o->result == CHECKOUT_BOUNCE || o->result == CHECKOUT_CONFIRM || o->refused == ERR_HIGH_DEMAND ||
		o->refused == ERR_HOLD_COOLING || o->refused == ERR_VISITOR_CAPPED || o->refused == ERR_ADDRESS_CAPPED ||
		o->refused == ERR_UNPROVEN_CAPPED;
}

static void click_add(struct ctx *c, struct clicks *t, const struct checkout_outcome *o)
{
	size_t i = t->n++;

	t->ids[i] = uuid_new(c->now_ms);
	t->creators[i] = o->creator.u;
	t->links[i] = o->link.u;
	t->variants[i] = o->variant.u;
	t->sessions[i] = o->session.u;
	t->guarded[i] = is_guards(o);
	t->words[i] = o->result == CHECKOUT_REFUSED && !t->guarded[i] ? str_fmt(c->mem, "refused_" STR_FMT, STR_ARG(o->word)) : o->word;
}

void checkout_clicked(struct ctx *c, const struct checkout_outcome outcomes[], size_t n)
{
	struct clicks t = clicks_new(c, n);

	for (size_t i = 0; i < n; i++) {
		if (!uuid_is_nil(outcomes[i].link.u))
			click_add(c, &t, &outcomes[i]);
	}
	if (t.n > 0)
		note(c, SQL(checkout_clicked), PARAMS(
			p_uuids(c, t.ids, t.n), p_uuids(c, t.creators, t.n), p_uuids(c, t.links, t.n), p_strs(c, t.words, t.n),
			p_uuids(c, t.variants, t.n), p_uuids(c, t.sessions, t.n),
			p_ints(c, t.guarded, t.n)));
}

void checkout_previewed(struct ctx *c, const struct checkout_look *look)
{
	note(c, SQL(checkout_previewed), PARAMS(p_uuid(uuid_new(c->now_ms)), p_uuid(look->creator.u), p_uuid(look->link.u)));
}
