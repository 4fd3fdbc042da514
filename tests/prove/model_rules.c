/* model_rules.c: clicks and holds. See model_shop.c for stock and model_orders.c for orders. */
#include "tests/prove/model_rules.h"

bool m_limited(const struct model *m, int variant)
{
	return m->items[m->variants[variant].item].tracked && !m->variants[variant].oversell;
}

static bool live(const struct model *m, const struct m_session *s)
{
	return s->state == M_OPEN && s->expires_ms > m->now_ms;
}

int m_held(const struct model *m, int item)
{
	int units = 0;

	for (int i = 0; i < m->open_n; i++) {
		const struct m_session *s = &m->sessions[m->open[i]];

		if (live(m, s) && m->variants[s->variant].item == item)
			units += s->units;
	}
	return units;
}

int m_held_redemptions(const struct model *m, int offer)
{
	int n = 0;

	for (int i = 0; i < m->open_n; i++) {
		const struct m_session *s = &m->sessions[m->open[i]];

		n += live(m, s) && s->redeems && s->offer == offer;
	}
	return n;
}

int m_free(const struct model *m, int item)
{
	return m_available(m, item) - m_held(m, item) - m_unsynced(m, item) - m->items[item].buffer;
}

int m_session_live(const struct model *m, int link, int visitor)
{
	for (int i = 0; i < m->open_n; i++) {
		const struct m_session *s = &m->sessions[m->open[i]];

		if (s->link == link && s->visitor == visitor && live(m, s))
			return m->open[i];
	}
	return M_NONE;
}

/* The link itself, then its offer. */
static int closed(const struct model *m, const struct m_link *l)
{
	const struct m_offer *o = &m->offers[l->offer];

	if (l->revoked)
		return M_LINK_CLOSED;
	if (l->expires_ms && l->expires_ms <= m->now_ms)
		return M_LINK_EXPIRED;
	if (o->state == M_OFFER_PAUSED || (o->ends_ms && o->ends_ms <= m->now_ms))
		return M_OFFER_CLOSED;
	return 0;
}

int m_click_variant(const struct model *m, const struct m_ask *ask)
{
	return ask->variant == M_NONE ? m->links[ask->link].variant : ask->variant;
}

/* A picker holds nothing, so only what closes every choice refuses it. */
static int pick(const struct model *m, const struct m_link *l, int session)
{
	const struct m_offer *o = &m->offers[l->offer];
	int exhausted = l->clicks_max && l->clicks_used >= l->clicks_max && session == M_NONE;
	int more = o->max && o->used + m_held_redemptions(m, l->offer) >= o->max ? M_OFFER_EXHAUSTED : 0;

	if (exhausted)
		return M_LINK_EXHAUSTED | more;
	for (int v = 0; v < M_VARIANTS; v++)
		if (m->variants[v].offered && (!m_limited(m, v) || m_free(m, m->variants[v].item) > 0))
			return M_CHOOSE | more;
	return (session == M_NONE ? M_SOLD_OUT : M_CHOOSE) | more;
}

/* DESIGN names sold out and used up in no order between them. */
static int scarce(const struct model *m, const struct m_ask *ask, int variant, int session)
{
	const struct m_link *l = &m->links[ask->link];
	const struct m_offer *o = &m->offers[l->offer];
	const struct m_session *own = session == M_NONE ? 0 : &m->sessions[session];
	int item = m->variants[variant].item, free_units = m_free(m, item), used = 0, out = 0;

	if (own && m->variants[own->variant].item == item)
		free_units += own->units;
	if (o->max)
		used = o->used + m_held_redemptions(m, l->offer) - (own && own->redeems ? 1 : 0);
	if (m_limited(m, variant) && free_units < ask->units)
		out |= M_SOLD_OUT;
	if (o->max && used >= o->max)
		out |= M_OFFER_EXHAUSTED;
	if (l->clicks_max && l->clicks_used >= l->clicks_max)
		out |= M_LINK_EXHAUSTED;
	return out;
}

int m_click(const struct model *m, const struct m_ask *ask, int *session)
{
	const struct m_link *l = &m->links[ask->link];
	int refused = closed(m, l), variant = m_click_variant(m, ask);

	*session = M_NONE;
	if (refused)
		return refused;
	if (variant != M_NONE && !m->variants[variant].offered)
		return M_VARIANT_UNKNOWN;
	*session = m_session_live(m, ask->link, ask->visitor);
	if (variant != M_NONE && *session != M_NONE && m->sessions[*session].variant == variant &&
	    m->sessions[*session].units == ask->units)
		return M_REPEATED;
	if (m->offers[l->offer].state != M_OFFER_ACTIVE)
		return M_OFFER_NOT_READY;
	if (variant == M_NONE)
		return pick(m, l, *session);
	refused = scarce(m, ask, variant, *session);
	return refused ? refused : M_STARTED;
}

static void lapse_own(struct model *m, const struct m_ask *ask)
{
	for (int i = m->open_n - 1; i >= 0; i--) {
		const struct m_session *s = &m->sessions[m->open[i]];

		if (s->link == ask->link && s->visitor == ask->visitor)
			m_end(m, m->open[i], live(m, s) ? M_GIVEN_BACK : M_LAPSED);
	}
}

int m_click_start(struct model *m, const struct m_ask *ask)
{
	struct m_link *l = &m->links[ask->link];
	int i = m->sessions_n++;

	lapse_own(m, ask);
	m->sessions[i] = (struct m_session){
		.link = ask->link, .offer = l->offer, .variant = m_click_variant(m, ask), .visitor = ask->visitor,
		.units = ask->units, .redeems = m->offers[l->offer].max > 0, .created_ms = m->now_ms,
		.expires_ms = m->now_ms + m->hold_ms };
	m->open[m->open_n++] = i;
	l->clicks_used += l->clicks_max > 0;
	m->events[M_E_STARTED]++;
	m->events[M_E_CREATED]++;
	m->events[M_E_REDIRECTED]++;
	return i;
}

void m_end(struct model *m, int session, enum m_hold as)
{
	struct m_session *s = &m->sessions[session];

	for (int i = 0; i < m->open_n; i++)
		if (m->open[i] == session)
			m->open[i--] = m->open[--m->open_n];
	s->hold = as;
	s->ended_ms = m->now_ms;
	s->state = as == M_LAPSED ? M_ABANDONED : as == M_GIVEN_BACK ? M_RELEASED : M_COMPLETED;
	m->events[as == M_LAPSED ? M_E_EXPIRED : as == M_GIVEN_BACK ? M_E_RELEASED : M_E_CONFIRMED]++;
	m->events[M_E_ABANDONED] += as == M_LAPSED;
}

void m_tidy(struct model *m)
{
	for (int i = m->open_n - 1; i >= 0; i--)
		if (!live(m, &m->sessions[m->open[i]]))
			m_end(m, m->open[i], M_LAPSED);
}

bool m_release(struct model *m, int session)
{
	if (m->sessions[session].state != M_OPEN)
		return false;
	if (live(m, &m->sessions[session])) {
		m_end(m, session, M_GIVEN_BACK);
		return true;
	}
	m_end(m, session, M_LAPSED);
	return false;
}

/* RESERVATION_RELEASED is for live holds: one that has lapsed before is expired, whoever comes to tidy it up. */
static void close_all(struct model *m, int link, int offer)
{
	for (int i = m->open_n - 1; i >= 0; i--) {
		const struct m_session *s = &m->sessions[m->open[i]];

		if (s->link == link || s->offer == offer)
			m_end(m, m->open[i], live(m, s) ? M_GIVEN_BACK : M_LAPSED);
	}
}

void m_revoke(struct model *m, int link)
{
	m->links[link].revoked = true;
	close_all(m, link, M_NONE);
}

void m_pause(struct model *m, int offer)
{
	m->offers[offer].state = M_OFFER_PAUSED;
	close_all(m, M_NONE, offer);
}
