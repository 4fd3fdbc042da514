/* model_closing.c: how holds end early or late: visitors who give back, the sweeper, creators who close links and offers. */
#include "lib/checkout/checkout.h"
#include "lib/db/db.h"
#include "lib/link/link.h"
#include "lib/offer/offer.h"
#include "tests/prove/model.h"

struct giving {
	int mint, visitor;
	bool released;
};

static enum err give_back(struct ctx *c, void *arg)
{
	struct giving *g = arg;

	return checkout_release(c, (struct session_id){ stage_uuid(2, g->mint) }, stage_uuid(1, g->visitor), &g->released);
}

/* Mostly her own, now and then a stranger's. */
bool step_release(struct stage *s)
{
	int session, again = 0;
	struct giving g;
	bool mine, may;

	if (s->m->open_n == 0)
		return true;
	session = s->m->open[any(s, (uint32_t)s->m->open_n)];
	mine = !chance(s, 10);
	g = (struct giving){ s->minted[session], (s->m->sessions[session].visitor + (mine ? 0 : 1)) % VISITORS, false };
	do {
		if (stage_do(s, (struct creator_id){ 0 }, give_back, &g) != OK)
			return false;
		may = mine && m_release(s->m, session);
		said(s, "release of session %d by %s: %s", session, mine ? "its visitor" : "a stranger", g.released ? "done" : "nothing");
		if (g.released != may)
			return wrong(s, "release of session %d: %d instead of %d", session, g.released, may);
	} while (s->again && again++ == 0);
	return true;
}

static enum err tidy(struct ctx *c, void *arg)
{
	return checkout_expire(c, 100000, arg);
}

bool stage_tidy(struct stage *s)
{
	int64_t ended;

	if (stage_do(s, (struct creator_id){ 0 }, tidy, &ended) != OK)
		return false;
	m_tidy(s->m);
	return true;
}

bool step_tidy(struct stage *s)
{
	said(s, "sweep");
	return stage_tidy(s);
}

static enum err revoke(struct ctx *c, void *arg)
{
	return link_revoke(c, *(const struct link_id *)arg);
}

/* Closes a link and makes its successor; or only replaces one that can sell nothing any more. */
bool step_link(struct stage *s)
{
	int slot = (int)any(s, SLOTS), link = s->slots[slot];
	const struct m_link *l = &s->m->links[link];
	struct link_id id = { s->link_ids[link] };
	bool over = (l->expires_ms && l->expires_ms <= s->m->now_ms) || (l->clicks_max && l->clicks_used >= l->clicks_max);

	if (!over && !chance(s, 25))
		return true;
	if (stage_do(s, stage_creator(s, l->offer), revoke, &id) != OK)
		return false;
	said(s, "link %d revoked, link %d made", link, s->m->links_n);
	m_revoke(s->m, link);
	stage_new_link(s, slot);
	return true;
}

static enum err pause_offer(struct ctx *c, void *arg)
{
	return offer_pause(c, *(const struct offer_id *)arg);
}

static enum err activate_offer(struct ctx *c, void *arg)
{
	return offer_activate(c, *(const struct offer_id *)arg);
}

static enum err placed(struct ctx *c, void *arg)
{
	struct offer_discount_work *work = arg;

	if (str_eq(work->state, S("ending")))
		return offer_discount_ended(c, work);
	return offer_discount_placed(c, work, str_fmt(c->mem, "gid://shopify/DiscountCodeNode/" STR_FMT, STR_ARG(work->code)));
}

/* The shop does what it was asked for; codes that wait for live holds stay. */
static bool shop_obeys(struct stage *s)
{
	struct offer_discount_work work;
	bool found = true;

	for (int n = 0; n < 50; n++) {
		if (offer_discount_claim(stage_ctx(s, (struct creator_id){ 0 }), 60, &work, &found) != OK)
			return wrong(s, "no discount work can be claimed");
		if (!found)
			break;
		if (stage_do(s, (struct creator_id){ 0 }, placed, &work) != OK)
			return false;
	}
	for (int o = 0; o < M_OFFERS; o++)
		if (s->m->offers[o].state == M_OFFER_ACTIVATING)
			s->m->offers[o].state = M_OFFER_ACTIVE;
	return true;
}

/* A limit is raised and an end moved as its creator would, by an edit that changes nothing else. */
static void extend(struct stage *s, int n)
{
	struct m_offer *o = &s->m->offers[n];

	if (o->max) {
		o->max += 4;
		stage_sql(s, "update u.offer set redemptions_max = %d where id = %s", o->max, world_uuid(&s->w, s->offers[n].u));
	}
	if (o->ends_ms) {
		o->ends_ms = s->m->now_ms + 600000 + (int64_t)any(s, 7200) * 1000;
		stage_sql(s, "update u.offer set ends_at = u.at(%lld) where id = %s", (long long)o->ends_ms,
			world_uuid(&s->w, s->offers[n].u));
	}
	said(s, "offer %d extended: %d redemptions", n, o->max);
}

bool step_offer(struct stage *s)
{
	int n = (int)any(s, M_OFFERS);
	struct m_offer *o = &s->m->offers[n];
	bool over = o->ends_ms && o->ends_ms <= s->m->now_ms;
	enum err (*work)(struct ctx *c, void *arg) = o->state == M_OFFER_ACTIVE ? pause_offer : activate_offer;

	if (over || (o->max && chance(s, 70))) {
		extend(s, n);
		return true;
	}
	if (o->state == M_OFFER_ACTIVATING || chance(s, 20))
		return shop_obeys(s);
	if (o->state == M_OFFER_ACTIVE && !chance(s, 30))
		return true;
	if (stage_do(s, stage_creator(s, n), work, &s->offers[n]) != OK)
		return false;
	said(s, "offer %d %s", n, o->state == M_OFFER_ACTIVE ? "paused" : "activated");
	if (o->state == M_OFFER_ACTIVE)
		m_pause(s->m, n);
	else
		o->state = M_OFFER_ACTIVATING;
	return true;
}
