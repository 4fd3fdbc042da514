/* model_look.c: all rows of the product against what the rules say they are. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/prove/model.h"

#define NEWEST 300

struct text {
	char *p;
	size_t n, size;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
	va_list args;

	if (t->size < t->n + 512) {
		t->size = t->size * 2 + 65536;
		t->p = realloc(t->p, t->size);
	}
	va_start(args, format);
	t->n += (size_t)vsnprintf(t->p + t->n, t->size - t->n, format, args);
	va_end(args);
}

/* The first line that differs says enough. */
static bool same(struct stage *s, const char *what, const char *is, struct text *t)
{
	const char *want = t->p ? t->p : "";
	size_t line = 0, i = 0;
	bool good = strcmp(is, want) == 0;

	for (; !good && is[i] == want[i]; i++)
		line = is[i] == '\n' ? i + 1 : line;
	if (!good)
		(void)wrong(s, "%s\n  is    %.*s\n  rules %.*s", what, (int)strcspn(is + line, "\n"), is + line,
			(int)strcspn(want + line, "\n"), want + line);
	free(t->p);
	return good;
}

static bool look_at_stock(struct stage *s)
{
	struct text t = { 0 };

	for (int i = 0; i < M_ITEMS; i++)
		put(&t, "%sitem %d: available %d held %d unsynced %d free %d tracked %s", i ? "\n" : "", i, m_available(s->m, i),
			m_held(s->m, i), m_unsynced(s->m, i), m_free(s->m, i), s->m->items[i].tracked ? "t" : "f");
	return same(s, "stock rows", stage_text(s, "select string_agg(format('item %%s: available %%s held %%s unsynced %%s free %%s tracked %%s',"
		" external_id - 9200, shop_available, held, sold_unsynced, free, tracked), chr(10) order by external_id) from u.inventory"), &t);
}

static bool look_at_counters(struct stage *s)
{
	struct text t = { 0 }, l = { 0 };

	for (int o = 0; o < M_OFFERS; o++)
		if (s->m->offers[o].max)
			put(&t, "used %d held %d of %d", s->m->offers[o].used, m_held_redemptions(s->m, o), s->m->offers[o].max);
	if (!same(s, "redemptions of the limited offer", stage_text(s, "select string_agg(format('used %%s held %%s of %%s', redemptions_used,"
		" redemptions_held, redemptions_max), '' order by id) from u.offer where redemptions_max is not null"), &t))
		return false;
	for (int i = 0; i < s->m->links_n; i++)
		put(&l, "%slink %d: clicks %d revoked %s", i ? "\n" : "", i, s->m->links[i].clicks_used, s->m->links[i].revoked ? "t" : "f");
	return same(s, "links", stage_text(s, "select string_agg(format('link %%s: clicks %%s revoked %%s', right(code, 6)::int, clicks_used,"
		" revoked_at is not null), chr(10) order by id) from u.short_link where code like 'Model%%'"), &l);
}

static bool look_at_sessions(struct stage *s, int from)
{
	static const char *const states[] = { "open", "completed", "abandoned", "released" };
	static const char *const holds[] = { "pending", "confirmed", "released", "expired" };
	struct text t = { 0 };

	for (int n = from; n < s->mints; n++) {
		const struct m_session *k = s->by_mint[n] == M_NONE ? NULL : &s->m->sessions[s->by_mint[n]];

		if (k != NULL)
			put(&t, "%ssession m%025d: %s %s late %s units %d", t.n ? "\n" : "", n, states[k->state], holds[k->hold],
				k->late ? "t" : "f", k->units);
	}
	return same(s, "sessions and holds", stage_text(s, "select string_agg(format('session %%s: %%s %%s late %%s units %%s', s.mark, s.state,"
		" r.state, s.late, r.units), chr(10) order by s.id) from u.checkout_session s join u.reservation r on r.session_id = s.id"
		" where s.id >= %s", world_uuid(&s->w, stage_uuid(2, from))), &t);
}

static const char *const statuses[] = { "pending", "paid", "partially_refunded", "refunded", "voided" };
static const char *const credits[] = { "none", "attribute", "code", "candidate" };

static void put_order(const struct stage *s, struct text *t, int n)
{
	const struct m_order *o = &s->m->orders[n];

	put(t, "%sorder %d: %s paid %s cancelled %s late %s %s", t->n ? "\n" : "", n, statuses[o->told.status], o->paid ? "t" : "f",
		o->cancelled ? "t" : "f", o->late ? "t" : "f", credits[o->credit]);
	if (o->session != M_NONE)
		put(t, " m%025d", s->minted[o->session]);
	for (int l = 0; l < o->told.lines_n; l++)
		put(t, " | %d of %d, %d unsynced, %d refunded", o->told.lines[l].current, o->units[l], o->unsynced[l], o->refunded[l]);
}

static bool look_at_orders(struct stage *s, int from)
{
	struct text t = { 0 };

	for (int n = from; n < s->m->orders_n; n++)
		if (s->m->orders[n].known)
			put_order(s, &t, n);
	return same(s, "orders", stage_text(s, "select string_agg(format('order %%s: %%s paid %%s cancelled %%s late %%s %%s', o.external_id - 100000,"
		" o.financial_status, o.paid_at is not null, o.cancelled_at is not null, o.late, o.credit_reason) || coalesce(' ' || s.mark, '')"
		" || (select string_agg(format(' | %%s of %%s, %%s unsynced, %%s refunded', l.current_units, l.units, l.unsynced_units,"
		"     l.refunded_units), '' order by l.external_id) from u.order_line l where l.order_id = o.id), chr(10) order by o.external_id)"
		" from u.shop_order o left join u.checkout_session s on s.id = o.session_id where o.external_id >= %d", 100000 + from), &t);
}

static bool look_at_events(struct stage *s)
{
	static const char *const names[M_EVENTS] = {
		"CHECKOUT_STARTED", "RESERVATION_CREATED", "CHECKOUT_REDIRECTED", "RESERVATION_CONFIRMED", "RESERVATION_RELEASED",
		"RESERVATION_EXPIRED", "CHECKOUT_ABANDONED", "PURCHASE_COMPLETED", "ORDER_UPDATED", "ORDER_CANCELLED", "ORDER_REFUNDED",
		"STOCK_SHORTFALL", "PRICE_PROMISE_BROKEN" };
	struct text t = { 0 }, list = { 0 };
	const char *is;

	for (int e = 0; e < M_EVENTS; e++) {
		put(&t, "%s%s %ld", e ? "\n" : "", names[e], s->m->events[e]);
		put(&list, "%s%s", e ? "," : "", names[e]);
	}
	is = stage_text(s, "select string_agg(n.type || ' ' || (select case n.type when 'STOCK_SHORTFALL'"
		" then count(distinct (e.subject, e.payload->>'since_ms')) else count(*) end from u.event_log e where e.type = n.type), chr(10) order by n.i)"
		" from unnest('{%s}'::text[]) with ordinality n (type, i)", list.p);
	free(list.p);
	return same(s, "events", is, &t);
}

static bool look_at_invariants(struct stage *s)
{
	const char *broken = stage_text(s, "select string_agg(invariant || ' (' || broken || ')', '; ') from u.invariants() where broken > 0");

	return broken[0] == '\0' || wrong(s, "u.invariants(): %s", broken);
}

/* A row of a session or an order cannot change any more once it is far behind, but the whole is looked at in the end. */
bool look(struct stage *s, bool whole)
{
	int sessions = whole || s->mints < NEWEST ? 0 : s->mints - NEWEST;
	int orders = whole || s->m->orders_n < NEWEST ? 0 : s->m->orders_n - NEWEST;

	return stage_tidy(s) && look_at_stock(s) && look_at_counters(s) && look_at_sessions(s, sessions) && look_at_orders(s, orders) &&
		look_at_events(s) && (!whole || look_at_invariants(s));
}
