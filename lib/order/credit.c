#include "lib/order/credit.h"

#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/order/signals.h"

#define DAY_MS ((int64_t)86400 * 1000)
#define CLOCKS_DIFFER_MS 300000 /* the shop's clock and ours */
#define MARK_MAX 64
#define CODE_MAX 255
#define LINK_CODE_MAX 32
#define RECEIPT_MAX 65536

struct looking {
	struct ctx *c;
	struct shop_id shop;
	const struct platform_order *told;
	struct param variants;
	struct jw receipt;
	struct credit *best;
};

/* One signal, looked at. */
struct look {
	const char *signal;     /* "attribute" ... */
	const char *verdict;    /* "won", "lost", "candidate", "absent" */
	const char *confidence; /* what it would be worth */
	const char *why;
	struct str code;        /* shown when it is one of ours */
	int64_t clicked_ms;     /* of the checkout that a mark names; 0: none */
};

/* A candidate is shown and never counted, so it stops nobody. */
static bool is_decided(const struct looking *k)
{
	return !uuid_is_nil(k->best->creator.u);
}

static void receipt_put(struct looking *k, const struct look *look)
{
	struct jw *w = &k->receipt;

	jw_object(w);
	jw_kstr(w, "signal", str_of(look->signal));
	jw_kstr(w, "verdict", str_of(look->verdict));
	jw_kstr(w, "confidence", str_of(look->confidence));
	jw_kstr(w, "why", str_of(look->why));
	if (look->code.n)
		jw_kstr(w, "code", look->code);
	if (look->clicked_ms)
		jw_ktime(w, "clicked_at", look->clicked_ms);
	jw_end(w);
}

/* A weaker signal of the same offer agrees with the winner; it does not lose to it. */
static const char *beside(const struct looking *k, const struct row *row)
{
	if (uuid_eq(k->best->offer.u, row_uuid(row, "offer_id")))
		return "agrees with the stronger signal that won";
	return "a stronger signal won";
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
	return is_decided(k) ? beside(k, row) : NULL;
}

static void mark_wins(struct looking *k, const struct look *look, const struct row *row)
{
	*k->best = (struct credit){
		.reason = look->signal,
		.confidence = look->confidence,
		.creator = { row_uuid(row, "creator_id") },
		.session = { row_uuid(row, "id") },
		.offer = { row_uuid(row, "offer_id") },
		.attribution = { row_uuid(row, "attribution_id") },
	};
}

static enum err order_mark(struct looking *k, struct str mark, struct row *row)
{
	return db_maybe(k->c, SQL(order_mark), PARAMS(p_uuid(k->shop.u), p_str(mark), k->variants), row);
}

static enum err look_at_mark(struct looking *k, struct look *look, struct str mark)
{
	struct row row;

	look->verdict = "lost";
	look->why = "is no mark of ours";
	if (mark.n > MARK_MAX || !str_utf8(mark))
		return OK;
	TRY(order_mark(k, mark, &row));
	look->clicked_ms = row.found ? row_int(&row, "created_ms") : 0;
	look->why = mark_flaw(k, &row);
	if (look->why)
		return OK;
	look->verdict = "won";
	look->why = "names a checkout of this shop, in the window, with a line of its offer";
	mark_wins(k, look, &row);
	return OK;
}

/* The first of several candidates stands. */
static void candidate(struct looking *k, struct look *look, const struct row *row, const char *why)
{
	look->verdict = "candidate";
	look->confidence = "low";
	look->why = why;
	if (!uuid_is_nil(k->best->candidate_creator.u))
		return;
	*k->best = (struct credit){
		.reason = "candidate",
		.confidence = "low",
		.candidate_creator = { row_uuid(row, "creator_id") },
		.candidate_offer = { row_uuid(row, "offer_id") },
	};
}

static void code_wins(struct looking *k, struct look *look, const struct row *row)
{
	look->verdict = "won";
	look->why = "names the offer, and a link of it was clicked before";
	*k->best = (struct credit){
		.reason = "code",
		.confidence = look->confidence,
		.creator = { row_uuid(row, "creator_id") },
		.offer = { row_uuid(row, "offer_id") },
		.attribution = { row_uuid(row, "attribution_id") },
	};
}

static enum err order_code(struct looking *k, struct str code, struct row *row)
{
	const struct config *config = k->c->config;

	return db_maybe(k->c, SQL(order_code), PARAMS(p_uuid(k->shop.u), p_str(code), k->variants,
		p_int(k->told->created_ms - config->attribution_window_days * DAY_MS),
		p_int(k->told->created_ms + CLOCKS_DIFFER_MS)), row);
}

static enum err look_at_code(struct looking *k, struct look *look, struct str code)
{
	struct row row;

	look->verdict = "lost";
	look->why = "is not a code of ours";
	if (code.n > CODE_MAX || !str_utf8(code))
		return OK;
	TRY(order_code(k, code, &row));
	if (!row.found)
		return OK;
	look->code = code;
	if (!row_bool(&row, "has_line"))
		look->why = "the order has no line of the offer";
	else if (is_decided(k))
		look->why = beside(k, &row);
	else if (row_bool(&row, "clicked"))
		code_wins(k, look, &row);
	else
		candidate(k, look, &row, "nobody had clicked a link of the offer before: a candidate, not counted");
	return OK;
}

static enum err order_link(struct looking *k, struct str code, struct row *row)
{
	return db_maybe(k->c, SQL(order_link), PARAMS(p_uuid(k->shop.u), p_str(code), k->variants), row);
}

static enum err look_at_campaign(struct looking *k, struct look *look, struct str code)
{
	struct row row;

	look->verdict = "lost";
	look->why = "names no link of ours";
	if (code.n > LINK_CODE_MAX || !str_utf8(code))
		return OK;
	TRY(order_link(k, code, &row));
	if (!row.found)
		return OK;
	if (!row_bool(&row, "has_line"))
		look->why = "the order has no line of the link's offer";
	else if (is_decided(k))
		look->why = beside(k, &row);
	else
		candidate(k, look, &row, "the visit came from a link, but not the checkout: a candidate, not counted");
	return OK;
}

static enum err order_token(struct looking *k, struct row *row)
{
	const struct platform_order *told = k->told;

	return db_maybe(k->c, SQL(order_token), PARAMS(
		p_uuid(k->shop.u), p_str(str_utf8(told->cart_token) ? told->cart_token : S("")),
		p_str(str_utf8(told->checkout_token) ? told->checkout_token : S("")), p_int(told->external),
		p_int(told->created_ms - k->c->config->attribution_window_days * DAY_MS), p_int(told->created_ms + CLOCKS_DIFFER_MS),
		k->variants), row);
}

static enum err look_at_token(struct looking *k, struct look *look, struct str none)
{
	struct row row;

	(void)none;
	look->verdict = "lost";
	look->why = "no credited order had this cart or checkout";
	TRY(order_token(k, &row));
	if (!row.found)
		return OK;
	if (!row_bool(&row, "has_line"))
		look->why = "the order has no line of that offer";
	else if (is_decided(k))
		look->why = beside(k, &row);
	else
		candidate(k, look, &row, "an order of the same cart was credited: a candidate, not counted");
	return OK;
}

typedef enum err looker(struct looking *k, struct look *look, struct str value);

/* Every value of one kind, each with a line of its own; a kind that the order lacks has a line too. */
static enum err look_at(struct looking *k, const char *signal, const char *confidence, const struct signals *found, looker *at)
{
	struct look absent = { signal, "absent", "", "the order carries none", S(""), 0 };
	struct look more = { signal, "lost", "", "there were more of them than are looked at", S(""), 0 };

	if (!found->n)
		receipt_put(k, &absent);
	for (size_t i = 0; i < found->n; i++) {
		struct look look = { .signal = signal, .confidence = confidence };

		TRY(at(k, &look, found->values[i]));
		receipt_put(k, &look);
	}
	if (found->more)
		receipt_put(k, &more);
	return OK;
}

static enum err look_at_all(struct looking *k)
{
	const struct platform_order *told = k->told;
	struct signals found, token = { .n = told->cart_token.n || told->checkout_token.n };

	signals_of_attributes(told, &found);
	TRY(look_at(k, "attribute", "certain", &found, look_at_mark));
	signals_of_properties(told, &found);
	TRY(look_at(k, "property", "certain", &found, look_at_mark));
	signals_of_landing(k->c, told, &found);
	TRY(look_at(k, "landing", "high", &found, look_at_mark));
	signals_of_codes(told, &found);
	TRY(look_at(k, "code", "medium", &found, look_at_code));
	signals_of_campaign(k->c, told, &found);
	TRY(look_at(k, "campaign", "low", &found, look_at_campaign));
	return look_at(k, "token", "low", &token, look_at_token);
}

static enum err write_receipt(struct looking *k)
{
	struct jw *w = &k->receipt;

	jw_object(w);
	jw_kint(w, "window_days", k->c->config->attribution_window_days);
	jw_key(w, "signals");
	jw_list(w);
	TRY(look_at_all(k));
	jw_end(w);
	jw_kstr(w, "rule", str_of(k->best->reason ? k->best->reason : "none"));
	jw_kstr(w, "confidence", str_of(k->best->confidence ? k->best->confidence : ""));
	jw_end(w);
	return OK;
}

enum err credit_find(struct ctx *c, struct shop_id shop, const struct platform_order *told, struct credit *out)
{
	int64_t *variants = arena_array(c->mem, told->lines_n + 1, sizeof(*variants));
	struct looking k = { .c = c, .shop = shop, .told = told, .best = out };

	for (size_t i = 0; i < told->lines_n; i++)
		variants[i] = told->lines[i].variant;
	k.variants = p_ints(c, variants, told->lines_n);
	k.receipt = jw_new(c->mem, RECEIPT_MAX);
	*out = (struct credit){ 0 };
	TRY(write_receipt(&k));
	out->detail = jw_done(&k.receipt);
	if (!out->reason)
		out->reason = "none";
	if (!out->confidence)
		out->confidence = "";
	return OK;
}
