/* model_orders.c: what a telling of an order does. */
#include "tests/prove/model_rules.h"

#define DAY_MS ((int64_t)86400 * 1000)
#define WINDOW_MS (30 * DAY_MS)
#define CLOCKS_DIFFER_MS 300000

static bool has_line(const struct model *m, const struct m_telling *t)
{
	for (int l = 0; l < t->lines_n; l++)
		if (m->variants[t->lines[l].variant].offered)
			return true;
	return false;
}

/* A code names the offer and credits it where a click came before; a candidate credits nobody. */
static enum m_credit code_credit(const struct model *m, const struct m_order *o)
{
	for (int i = m->sessions_n - 1; i >= 0; i--) {
		const struct m_session *s = &m->sessions[i];

		if (s->created_ms < o->created_ms - WINDOW_MS)
			break;
		if (s->offer == o->code && s->created_ms <= o->created_ms + CLOCKS_DIFFER_MS)
			return M_CREDIT_CODE;
	}
	return M_CREDIT_CANDIDATE;
}

/* The mark counts for a line of the offer and a click that is young enough. */
static void find_credit(const struct model *m, struct m_order *o, const struct m_telling *t)
{
	o->credit = M_CREDIT_NONE;
	if (!has_line(m, t))
		return;
	if (o->mark != M_NONE && o->created_ms - m->sessions[o->mark].created_ms <= WINDOW_MS) {
		o->credit = M_CREDIT_MARK;
		o->session = o->mark;
		o->offer = m->sessions[o->mark].offer;
	} else if (o->code != M_NONE) {
		o->credit = code_credit(m, o);
		o->offer = o->credit == M_CREDIT_CODE ? o->code : M_NONE;
	}
}

/* Confirms once. Ordered in time and told late is undecided here: nothing in DESIGN says whether the sweeper came first. */
static void end_hold(struct model *m, struct m_order *o, bool is_void)
{
	struct m_session *s = &m->sessions[o->session];
	bool in_time = o->created_ms <= s->expires_ms, lapsed = s->expires_ms <= m->now_ms;

	if (s->hold == M_CONFIRMED || s->state == M_COMPLETED)
		return;
	if (s->state == M_OPEN && is_void) {
		m_end(m, o->session, lapsed ? M_LAPSED : M_GIVEN_BACK);
		return;
	}
	if (is_void)
		return;
	if (s->state == M_OPEN) {
		s->undecided = in_time && lapsed;
		m_end(m, o->session, in_time ? M_CONFIRMED : M_LAPSED);
	}
	o->late = s->late = s->hold != M_CONFIRMED && !in_time;
	s->state = M_COMPLETED;
}

/* Every line in full at first sight, and what is added later; nothing here ever takes units back. Units may be as young as the
 * telling that brings them, since an edit can have added them: in doubt we undersell. */
static void put_lines(struct m_order *o, const struct m_telling *t)
{
	for (int l = 0; l < t->lines_n; l++) {
		bool fresh = !o->known || l >= o->told.lines_n;
		int added = t->lines[l].units - (fresh ? 0 : o->units[l]);

		if (!fresh && added <= 0)
			continue;
		o->units[l] = t->lines[l].units;
		o->unsynced[l] = (fresh ? 0 : o->unsynced[l]) + added;
		o->since_ms[l] = t->updated_ms;
	}
}

static void put_refunds(struct model *m, struct m_order *o, const struct m_telling *t)
{
	for (int r = 0; r < t->refunds_n; r++) {
		if (o->refund_known[r])
			continue;
		o->refund_known[r] = true;
		o->refunded[t->refunds[r].line] += t->refunds[r].units;
		m->events[M_E_REFUNDED]++;
	}
}

/* One redemption is one order; a refund keeps it, as no offer of the model says otherwise. */
static void redeem(struct model *m, struct m_order *o, bool now, bool is_void)
{
	if (now || (is_void && o->redeemed)) {
		o->redeemed = now;
		m->offers[o->offer].used += now ? 1 : -1;
	}
}

enum m_applied m_order_apply(struct model *m, int order, const struct m_telling *t)
{
	struct m_order *o = &m->orders[order];
	bool is_paid = t->status == M_PAID || t->status == M_PART_REFUNDED || t->status == M_REFUNDED;
	bool is_void = t->cancelled && !is_paid, first_credit = false;

	if (o->known && t->updated_ms < o->told.updated_ms)
		return M_STALE;
	if (o->offer == M_NONE && (!o->known || t->updated_ms != o->told.updated_ms)) { /* the same word again changes nothing */
		find_credit(m, o, t);
		first_credit = o->offer != M_NONE;
	}
	if (first_credit && o->session != M_NONE)
		end_hold(m, o, is_void);
	redeem(m, o, first_credit && !is_void, is_void);
	put_lines(o, t);
	put_refunds(m, o, t);
	if (is_paid && !o->paid)
		m->events[M_E_PURCHASE]++;
	m->events[M_E_UPDATED] += o->known && t->updated_ms != o->told.updated_ms;
	m->events[M_E_CANCELLED] += t->cancelled && !o->cancelled;
	o->paid |= is_paid;
	o->cancelled |= t->cancelled;
	o->told = *t;
	o->known = true;
	return M_APPLIED;
}

bool m_refund_apply(struct model *m, int order, int refund, const struct m_refund *told)
{
	struct m_order *o = &m->orders[order];

	if (!o->known)
		return false;
	if (!o->refund_known[refund]) {
		o->refund_known[refund] = true;
		o->refunded[told->line] += told->units;
		m->events[M_E_REFUNDED]++;
	}
	return true;
}
