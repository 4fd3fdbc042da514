/* model_shop.c: what the shop has, and what we know of it. */
#include "tests/prove/model_rules.h"

#define SETTLES_MS 60000 /* a read contains what was sold so long before it began */

int m_available(const struct model *m, int item)
{
	int units = 0;

	for (int l = 0; l < M_LOCATIONS; l++)
		units += m->online[l] ? m->items[item].level[l] : 0;
	return units;
}

int m_unsynced(const struct model *m, int item)
{
	int units = 0;

	for (int o = 0; o < m->orders_n; o++)
		for (int l = 0; m->orders[o].known && l < m->orders[o].told.lines_n; l++)
			if (m->variants[m->orders[o].told.lines[l].variant].item == item)
				units += m->orders[o].unsynced[l];
	return units;
}

int64_t m_stamp(struct model *m)
{
	int64_t at = m->now_ms + m->shop_skew_ms;

	m->shop_clock_ms = at > m->shop_clock_ms ? at : m->shop_clock_ms + 1;
	return m->shop_clock_ms;
}

int m_shop_has(const struct model *m, int item)
{
	int units = 0;

	for (int l = 0; l < M_LOCATIONS; l++)
		units += m->shop_online[l] ? m->shop[item].available[l] : 0;
	return units;
}

static void loss(struct model *m, int item, int location, int units)
{
	struct m_shop_item *s = &m->shop[item];

	if (s->losses_n == M_WATCHED)
		s->losses_n = 0; /* never in the runs there are: each full read empties it */
	s->losses[s->losses_n++] = (struct m_loss){ location, units, m->seq };
}

static void change(struct model *m, int item, int location, int by)
{
	m->seq++;
	m->shop[item].available[location] += by;
	m->shop[item].updated_ms[location] = m_stamp(m);
}

/* A shop sells from where it has most first. */
bool m_shop_take(struct model *m, int variant, int units, bool ours)
{
	int item = m->variants[variant].item;

	if (m->shop[item].tracked && !m->variants[variant].oversell && m_shop_has(m, item) < units)
		return false;
	while (units > 0) {
		int from = M_NONE, n;

		for (int l = 0; l < M_LOCATIONS; l++)
			if (m->shop_online[l] &&
			    (from == M_NONE || m->shop[item].available[l] > m->shop[item].available[from]))
				from = l;
		if (from == M_NONE)
			return false;
		n = m->shop[item].available[from];
		n = n < 1 || n > units ? units : n;
		change(m, item, from, -n);
		if (!ours)
			loss(m, item, from, n);
		units -= n;
	}
	return true;
}

void m_shop_move(struct model *m, int item, int location, int by)
{
	change(m, item, location, by);
	if (by < 0)
		loss(m, item, location, -by);
	else if (!m->shop_online[location]) /* we may still count what is there */
		loss(m, item, M_LOCATIONS + location, by);
}

void m_shop_switch(struct model *m, int location, bool online)
{
	m->seq++;
	for (int i = 0; i < M_ITEMS && m->shop_online[location] != online; i++) {
		int gone = online ? -m->shop[i].available[location] : m->shop[i].available[location];

		if (gone > 0) /* a place that owes units takes from the others when it sells again */
			loss(m, i, M_LOCATIONS + location, gone);
	}
	m->shop_online[location] = online;
}

void m_read_begin(const struct model *m, int item, struct m_read *out)
{
	*out = (struct m_read){ .item = item, .began_ms = m->now_ms, .seq = m->seq, .tracked = m->shop[item].tracked };
	for (int l = 0; l < M_LOCATIONS; l++) {
		out->available[l] = m->shop[item].available[l];
		out->updated_ms[l] = m->shop[item].updated_ms[l];
		out->online[l] = m->shop_online[l];
	}
}

/* A level that the shop told us after the read had begun stands, if it is newer. */
static void levels_read(struct model *m, const struct m_read *r)
{
	struct m_item *it = &m->items[r->item];

	for (int l = 0; l < M_LOCATIONS; l++) {
		m->online[l] = r->online[l];
		m->online_seq[l] = r->seq;
		if (it->level_seen_ms[l] > r->began_ms && it->level_updated_ms[l] > r->updated_ms[l])
			continue;
		it->level[l] = r->available[l];
		it->level_updated_ms[l] = r->updated_ms[l];
		it->level_seen_ms[l] = r->began_ms;
		it->level_seq[l] = r->seq;
	}
}

static void lines_settle(struct model *m, const struct m_read *r)
{
	int64_t before_ms = r->began_ms + m->shop_skew_ms - SETTLES_MS;

	for (int o = 0; o < m->orders_n; o++)
		for (int l = 0; m->orders[o].known && l < m->orders[o].told.lines_n; l++)
			if (m->variants[m->orders[o].told.lines[l].variant].item == r->item &&
			    m->orders[o].since_ms[l] < before_ms)
				m->orders[o].unsynced[l] = 0;
}

static bool has_limit(const struct model *m, int item)
{
	for (int v = 0; v < M_VARIANTS; v++)
		if (m->variants[v].item == item && m_limited(m, v))
			return true;
	return false;
}

/* Short since the first read that left too little; told by a read a minute later that still does.
 * `held_rows` here are live holds: a lapsed one keeps nothing from anybody. */
static void shortfall(struct model *m, int item)
{
	struct m_item *it = &m->items[item];

	if (!has_limit(m, item) || m_free(m, item) >= 0) {
		it->short_ms = 0;
		it->short_told = false;
		return;
	}
	it->short_ms = it->short_ms ? it->short_ms : m->now_ms;
	if (it->short_told || m->now_ms - it->short_ms < SETTLES_MS)
		return;
	it->short_told = true;
	m->events[M_E_SHORTFALL]++;
}

/* What the shop lost is no secret any more once newer word of that place is here. */
static void losses_forget(struct model *m, int item)
{
	struct m_shop_item *s = &m->shop[item];
	int kept = 0;

	for (int i = 0; i < s->losses_n; i++) {
		int l = s->losses[i].location;
		int64_t known = l >= M_LOCATIONS ? m->online_seq[l - M_LOCATIONS] : m->items[item].level_seq[l];

		if (s->losses[i].seq > known)
			s->losses[kept++] = s->losses[i];
	}
	s->losses_n = kept;
}

void m_read_apply(struct model *m, const struct m_read *r)
{
	levels_read(m, r);
	lines_settle(m, r);
	m->items[r->item].tracked = r->tracked;
	shortfall(m, r->item);
	for (int i = 0; i < M_ITEMS; i++)
		losses_forget(m, i);
}

void m_level_of(const struct model *m, int item, int location, struct m_level *out)
{
	*out = (struct m_level){ item, location, m->shop[item].available[location], m->shop[item].updated_ms[location], m->seq };
}

bool m_level_apply(struct model *m, const struct m_level *t)
{
	struct m_item *it = &m->items[t->item];

	if (it->level_updated_ms[t->location] > t->updated_ms)
		return false;
	it->level[t->location] = t->available;
	it->level_updated_ms[t->location] = t->updated_ms;
	it->level_seen_ms[t->location] = m->now_ms;
	it->level_seq[t->location] = t->seq;
	losses_forget(m, t->item);
	return true;
}

/* Sold at the shop and not told to us yet: nothing that we know can count it. */
static int untold(const struct model *m, int item)
{
	int units = 0;

	for (int o = 0; o < m->orders_n; o++) {
		const struct m_order *order = &m->orders[o];
		const struct m_telling *newest = &order->versions[order->versions_n - 1];

		for (int l = 0; l < newest->lines_n; l++)
			if (m->variants[newest->lines[l].variant].item == item)
				units += order->taken[l] - (order->known && l < order->told.lines_n ? order->units[l] : 0);
	}
	return units;
}

int m_oversold(const struct model *m, int item)
{
	int unseen = untold(m, item);

	for (int i = 0; i < m->shop[item].losses_n; i++)
		unseen += m->shop[item].losses[i].units;
	return m_held(m, item) + m->items[item].buffer - m_shop_has(m, item) - unseen;
}
