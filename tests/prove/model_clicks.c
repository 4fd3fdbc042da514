/* model_clicks.c: visitors who click, alone and together. */
#include <string.h>

#include "lib/checkout/checkout.h"
#include "lib/db/db.h"
#include "tests/prove/model.h"

#define BATCH_MOST 8

struct click {
	struct stage *s;
	struct m_ask ask[BATCH_MOST];
	int mint[BATCH_MOST];
	int n;
	struct checkout_outcome out[BATCH_MOST];
};

static const struct {
	enum err refused;
	int outcome;
} refusals[] = {
	{ ERR_LINK_CLOSED, M_LINK_CLOSED }, { ERR_LINK_EXPIRED, M_LINK_EXPIRED }, { ERR_LINK_EXHAUSTED, M_LINK_EXHAUSTED },
	{ ERR_OFFER_CLOSED, M_OFFER_CLOSED }, { ERR_OFFER_EXHAUSTED, M_OFFER_EXHAUSTED },
	{ ERR_OFFER_NOT_READY, M_OFFER_NOT_READY }, { ERR_VARIANT_UNKNOWN, M_VARIANT_UNKNOWN }, { ERR_SOLD_OUT, M_SOLD_OUT },
};

static int outcome_of(const struct checkout_outcome *o)
{
	if (o->result != CHECKOUT_REFUSED)
		return o->result == CHECKOUT_STARTED ? M_STARTED : o->result == CHECKOUT_REPEATED ? M_REPEATED : M_CHOOSE;
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (refusals[i].refused == o->refused)
			return refusals[i].outcome;
	return 0;
}

static struct m_ask some_ask(struct stage *s)
{
	static const int units[] = { 1, 1, 1, 1, 1, 1, 2, 2, 3, 20 };
	int variant = M_NONE;

	if (!chance(s, 30))
		variant = chance(s, 30) ? 6 : (int)any(s, M_VARIANTS);
	return (struct m_ask){ .link = s->slots[any(s, SLOTS)], .visitor = (int)any(s, VISITORS), .variant = variant,
		.units = units[any(s, 10)] };
}

static enum err click(struct ctx *c, void *arg)
{
	struct click *k = arg;
	struct checkout_ask asks[BATCH_MOST] = { 0 };
	const struct checkout_ask *list[BATCH_MOST];

	for (int i = 0; i < k->n; i++) {
		asks[i] = (struct checkout_ask){
			.code = str_fmt(c->mem, "model%06d", k->ask[i].link), .visitor = stage_uuid(1, k->ask[i].visitor),
			.units = k->ask[i].units, .session = { stage_uuid(2, k->mint[i]) }, .hold = { stage_uuid(8, k->mint[i]) },
			.mark = str_fmt(c->mem, "m%025d", k->mint[i]), .navigates = true, .pressed = true,
			.seen_ms = c->now_ms - 86400000, .address = stage_uuid(9, k->ask[i].visitor) };
		if (k->ask[i].variant != M_NONE)
			asks[i].variant = k->s->w.variants[k->ask[i].variant];
		list[i] = &asks[i];
	}
	return k->n == 1 ? checkout_start(c, list[0], k->out) : checkout_start_many(c, list, (size_t)k->n, k->out);
}

/* The hold must be the visitor's own, and the same one that the rules know. */
static bool same_session(struct stage *s, const struct click *k, int i, int session)
{
	struct uuid wanted = session == M_NONE ? (struct uuid){ 0 } : stage_uuid(2, s->minted[session]);

	if (uuid_eq(k->out[i].session.u, wanted))
		return true;
	return wrong(s, "visitor %d on link %d holds session %d by the rules, and was told another", k->ask[i].visitor,
		k->ask[i].link, session);
}

static bool granted(struct stage *s, const struct click *k, int i)
{
	int session = m_click_start(s->m, &k->ask[i]);
	int variant = s->m->sessions[session].variant, item = s->m->variants[variant].item, over;

	s->minted[session] = k->mint[i];
	s->by_mint[k->mint[i]] = session;
	s->granted++;
	if (k->out[i].expires_ms != s->m->sessions[session].expires_ms)
		return wrong(s, "the hold ends at %lld instead of %lld", (long long)k->out[i].expires_ms,
			(long long)s->m->sessions[session].expires_ms);
	over = m_limited(s->m, variant) ? m_oversold(s->m, item) : 0;
	return over <= 0 || wrong(s, "OVERSOLD: item %d has %d promised more than the shop has, and lost nothing unseen", item, over);
}

/* What fits the rules now is done; false: it does not fit (yet). */
static bool fits(struct stage *s, const struct click *k, int i, bool *bad)
{
	int session, may = m_click(s->m, &k->ask[i], &session), is = outcome_of(&k->out[i]);

	if (!(may & is))
		return false;
	if (is == M_STARTED)
		*bad = !granted(s, k, i);
	else if (is == M_REPEATED || is == M_CHOOSE)
		*bad = !same_session(s, k, i, session);
	return true;
}

/* A batch is as if its asks had come one after the other, in some order. */
static bool answered(struct stage *s, const struct click *k)
{
	bool done[BATCH_MOST] = { 0 }, bad = false;
	int left = k->n, session;

	while (left > 0) {
		int before = left;

		for (int i = 0; i < k->n; i++) {
			if (done[i] || !fits(s, k, i, &bad))
				continue;
			if (bad)
				return false;
			done[i] = true;
			left--;
		}
		for (int i = 0; i < k->n && left == before; i++)
			if (!done[i])
				return wrong(s, "ask %d of %d (visitor %d link %d variant %d units %d): answered " STR_FMT
					" (%d), the rules say %d", i, k->n, k->ask[i].visitor, k->ask[i].link, k->ask[i].variant,
					k->ask[i].units, STR_ARG(k->out[i].word), outcome_of(&k->out[i]), m_click(s->m, &k->ask[i], &session));
	}
	return true;
}

static bool clicked(struct stage *s, struct click *k)
{
	for (int tries = 0; tries < 2; tries++) {
		if (stage_do(s, (struct creator_id){ 0 }, click, k) != OK)
			return false;
		said(s, "click x%d: visitor %d link %d variant %d units %d: " STR_FMT "%s", k->n, k->ask[0].visitor, k->ask[0].link,
			k->ask[0].variant, k->ask[0].units, STR_ARG(k->out[0].word), s->again ? ", answer lost" : "");
		if (!answered(s, k))
			return false;
		if (!s->again)
			break;
	}
	return true;
}

bool step_click(struct stage *s)
{
	struct click k = { .s = s, .n = 1, .ask = { some_ask(s) }, .mint = { s->mints } };

	s->by_mint[s->mints++] = M_NONE;
	return clicked(s, &k);
}

bool step_batch(struct stage *s)
{
	struct click k = { .s = s, .n = 2 + (int)any(s, BATCH_MOST - 1) };

	for (int i = 0; i < k.n; i++) {
		k.ask[i] = i && chance(s, 25) ? k.ask[i - 1] : some_ask(s);
		k.mint[i] = s->mints;
		s->by_mint[s->mints++] = M_NONE;
	}
	return clicked(s, &k);
}
