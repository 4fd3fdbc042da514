/* model_sales.c: orders at the shop, and what it tells us of them, sooner or later, twice, out of order, or never. */
#include <string.h>

#include "lib/db/db.h"
#include "lib/order/order.h"
#include "tests/prove/model.h"

#define RECENT 60

static int recent(struct stage *s, int n)
{
	int back = n < RECENT ? n : RECENT;

	return n - 1 - (int)any(s, (uint32_t)back);
}

/* ---- orders at the shop */
static bool take(struct stage *s, struct m_order *o, int line, int variant, int units)
{
	if (!m_shop_take(s->m, variant, units, true))
		return false;
	o->taken[line] += units;
	stage_levels(s, s->m->variants[variant].item);
	return true;
}

static void buy_more(struct stage *s, struct m_order *o, struct m_telling *t)
{
	int variant = (int)any(s, M_VARIANTS), units = 1 + (int)any(s, 2);

	if (t->lines_n < M_LINES && take(s, o, t->lines_n, variant, units))
		t->lines[t->lines_n++] = (struct m_line){ variant, units, units };
}

/* Through a link mostly (early, late, for the second time), else straight at the shop, some with one of our codes. */
bool step_order_new(struct stage *s)
{
	struct model *m = s->m;
	struct m_order *o = &m->orders[m->orders_n];
	struct m_telling *t = &o->versions[0];
	bool ours = m->sessions_n > 0 && chance(s, 75);
	int session = !ours ? M_NONE : m->open_n && chance(s, 70) ? m->open[any(s, (uint32_t)m->open_n)] : recent(s, m->sessions_n);

	*o = (struct m_order){ .mark = session, .code = M_NONE, .session = M_NONE, .offer = M_NONE };
	if (!ours && chance(s, 40))
		o->code = (int)any(s, M_OFFERS);
	if (ours && !chance(s, 6) && take(s, o, 0, m->sessions[session].variant, m->sessions[session].units))
		t->lines[t->lines_n++] = (struct m_line){ m->sessions[session].variant, m->sessions[session].units, m->sessions[session].units };
	if (t->lines_n == 0 || chance(s, 15))
		buy_more(s, o, t);
	if (t->lines_n == 0) {
		s->refused_by_shop++;
		said(s, "the shop has no more for session %d", session);
		return true;
	}
	o->created_ms = t->updated_ms = m_stamp(m);
	t->status = chance(s, 70) ? M_PAID : M_UNPAID;
	o->versions_n = 1;
	said(s, "order %d: mark of session %d, code of offer %d, %d lines, variant %d x%d, %s", m->orders_n, session, o->code, t->lines_n,
		t->lines[0].variant, t->lines[0].units, t->status == M_PAID ? "paid" : "unpaid");
	m->orders_n++;
	s->bought++;
	return true;
}

static void put_back(struct stage *s, int variant, int units)
{
	m_shop_move(s->m, s->m->variants[variant].item, 0, units);
	stage_levels(s, s->m->variants[variant].item);
}

static void refund(struct stage *s, struct m_telling *t, int line, int units)
{
	if (t->refunds_n == M_REFUNDS || units == 0)
		return;
	t->refunds[t->refunds_n++] = (struct m_refund){ line, units };
	t->lines[line].current -= units;
	if (chance(s, 50))
		put_back(s, t->lines[line].variant, units);
}

static void cancel(struct stage *s, struct m_telling *t)
{
	bool paid = t->status != M_UNPAID, restock = chance(s, 50);

	t->cancelled = true;
	t->cancelled_ms = t->updated_ms;
	t->status = paid ? M_REFUNDED : M_VOIDED;
	for (int l = 0; l < t->lines_n; l++) {
		if (restock && t->lines[l].current)
			put_back(s, t->lines[l].variant, t->lines[l].current);
		t->lines[l].current = 0;
	}
}

static void edit(struct stage *s, struct m_order *o, struct m_telling *t)
{
	int line = (int)any(s, (uint32_t)t->lines_n), more = 1 + (int)any(s, 2);
	struct m_line *l = &t->lines[line];

	if (chance(s, 40)) {
		buy_more(s, o, t);
	} else if (chance(s, 50) && take(s, o, line, l->variant, more)) {
		l->units += more;
		l->current += more;
	} else if (l->current > 0) {
		l->current--;
		put_back(s, l->variant, 1);
	}
}

bool step_order_change(struct stage *s)
{
	struct m_order *o;
	struct m_telling t;
	int n, what;

	if (s->m->orders_n == 0)
		return true;
	n = recent(s, s->m->orders_n);
	o = &s->m->orders[n];
	t = o->versions[o->versions_n - 1];
	if (o->versions_n == M_VERSIONS || t.cancelled)
		return true;
	what = (int)any(s, 4);
	if (what == 0 && t.status == M_UNPAID)
		t.status = M_PAID;
	else if (what == 1 && t.status != M_UNPAID)
		refund(s, &t, 0, t.lines[0].current > 1 ? 1 : t.lines[0].current);
	else if (what == 2)
		edit(s, o, &t);
	else
		cancel(s, &t);
	if (what == 1 && t.refunds_n && t.status == M_PAID)
		t.status = M_PART_REFUNDED;
	t.updated_ms = m_stamp(s->m);
	t.cancelled_ms = t.cancelled ? t.updated_ms : 0;
	o->versions[o->versions_n++] = t;
	said(s, "order %d changes: version %d, status %d%s", n, o->versions_n - 1, t.status, t.cancelled ? ", cancelled" : "");
	return true;
}

/* ---- orders told */
static const char *const statuses[] = { "pending", "paid", "partially_refunded", "refunded", "voided" };

struct told_order {
	struct stage *s;
	int order, refund;
	const struct m_telling *t;
	struct order_applied applied;
	bool known;
};

static int64_t price_of(const struct stage *s, int variant)
{
	return s->m->variants[variant].offered ? 1600 : 2000;
}

static struct platform_refund refund_of(struct ctx *c, const struct told_order *k, int r)
{
	const struct m_refund *from = &k->t->refunds[r];
	struct platform_refund_line *line = NEW(c->mem, struct platform_refund_line);
	int64_t minor = price_of(k->s, k->t->lines[from->line].variant) * from->units;

	*line = (struct platform_refund_line){ .line = 900 + from->line, .units = from->units, .subtotal_minor = minor };
	return (struct platform_refund){ .external = 700000 + k->order * 10 + r, .order = 100000 + k->order,
		.at_ms = k->s->m->orders[k->order].created_ms + r,
		.paid_back_minor = minor, .lines = line, .lines_n = 1 };
}

static void lines_of(struct ctx *c, const struct told_order *k, struct platform_order *out)
{
	out->lines_n = (size_t)k->t->lines_n;
	out->lines = arena_array(c->mem, out->lines_n, sizeof *out->lines);
	for (int l = 0; l < k->t->lines_n; l++) {
		const struct m_line *line = &k->t->lines[l];

		out->lines[l] = (struct platform_order_line){ .external = 900 + l, .variant = 7101 + line->variant, .title = S("Mug"),
			.units = line->units, .current_units = line->current, .unit_minor = 2000,
			.discount_minor = (2000 - price_of(k->s, line->variant)) * line->units };
	}
	out->refunds_n = (size_t)k->t->refunds_n;
	out->refunds = arena_array(c->mem, out->refunds_n + 1, sizeof *out->refunds);
	for (int r = 0; r < k->t->refunds_n; r++)
		out->refunds[r] = refund_of(c, k, r);
}

static void signals_of(struct ctx *c, const struct told_order *k, struct platform_order *out)
{
	static const char *const codes[M_OFFERS] = { "UFY-ANNA20", "UFY-BEN20", "UFY-MODEL2", "UFY-MODEL3" };
	const struct m_order *o = &k->s->m->orders[k->order];

	if (o->mark != M_NONE) {
		out->attributes = NEW(c->mem, struct platform_pair);
		*out->attributes = (struct platform_pair){ S("ufy"), str_fmt(c->mem, "m%025d", k->s->minted[o->mark]) };
		out->attributes_n = 1;
	}
	if (o->code != M_NONE) {
		out->codes = NEW(c->mem, struct str);
		*out->codes = str_of(codes[o->code]);
		out->codes_n = 1;
	}
}

static enum err tell_order(struct ctx *c, void *arg)
{
	struct told_order *k = arg;
	const struct m_order *o = &k->s->m->orders[k->order];
	struct platform_order told = {
		.external = 100000 + k->order, .name = S("#1"), .created_ms = o->created_ms, .updated_ms = k->t->updated_ms,
		.cancelled_ms = k->t->cancelled_ms, .financial_status = str_of(statuses[k->t->status]),
		.currency = { "USD" }, .presentment = { "USD" }, .total_minor = 1600, .presentment_total_minor = 1600 };

	lines_of(c, k, &told);
	signals_of(c, k, &told);
	return order_apply(c, k->s->w.shop, &told, &k->applied);
}

/* Either is right; what it was decides which event was told. */
static void decide(struct stage *s, int session)
{
	struct m_session *t = &s->m->sessions[session];
	const char *is = stage_text(s, "select state from u.reservation where session_id = %s",
		world_uuid(&s->w, stage_uuid(2, s->minted[session])));

	t->undecided = false;
	if (strcmp(is, "expired") != 0)
		return;
	t->hold = M_LAPSED;
	s->m->events[M_E_CONFIRMED]--;
	s->m->events[M_E_EXPIRED]++;
	s->m->events[M_E_ABANDONED]++;
}

static bool order_told(struct stage *s, struct told_order *k)
{
	struct m_order *o = &s->m->orders[k->order];
	bool first = !o->known, stale;

	if (stage_do(s, (struct creator_id){ 0 }, tell_order, k) != OK)
		return false;
	stale = m_order_apply(s->m, k->order, k->t) == M_STALE;
	said(s, "order %d version %d told: %s%s%s", k->order, (int)(k->t - o->versions), k->applied.first ? "first " : "",
		k->applied.stale ? "stale" : "", s->again ? ", answer lost" : "");
	if (o->session != M_NONE && s->m->sessions[o->session].undecided)
		decide(s, o->session);
	return (first == k->applied.first && stale == k->applied.stale) ||
		wrong(s, "order %d: first %d stale %d instead of %d %d", k->order, k->applied.first, k->applied.stale, first, stale);
}

bool step_order_told(struct stage *s)
{
	struct told_order k = { .s = s };
	const struct m_order *o;
	int newest;

	if (s->m->orders_n == 0)
		return true;
	k.order = recent(s, s->m->orders_n);
	o = &s->m->orders[k.order];
	newest = o->versions_n - 1;
	k.t = &o->versions[chance(s, 60) ? newest : (int)any(s, (uint32_t)o->versions_n)];
	if (!order_told(s, &k))
		return false;
	return !s->again || order_told(s, &k);
}

static enum err tell_refund(struct ctx *c, void *arg)
{
	struct told_order *k = arg;
	struct platform_refund refund = refund_of(c, k, k->refund);

	return order_refund_apply(c, k->s->w.shop, &refund, &k->known);
}

bool step_refund_told(struct stage *s)
{
	struct told_order k = { .s = s };
	const struct m_order *o;
	bool known;

	if (s->m->orders_n == 0)
		return true;
	k.order = recent(s, s->m->orders_n);
	o = &s->m->orders[k.order];
	k.t = &o->versions[o->versions_n - 1];
	if (k.t->refunds_n == 0)
		return true;
	k.refund = (int)any(s, (uint32_t)k.t->refunds_n);
	if (stage_do(s, (struct creator_id){ 0 }, tell_refund, &k) != OK)
		return false;
	known = m_refund_apply(s->m, k.order, k.refund, &k.t->refunds[k.refund]);
	said(s, "refund %d of order %d told by itself", k.refund, k.order);
	return known == k.known || wrong(s, "refund of order %d: known %d instead of %d", k.order, k.known, known);
}
