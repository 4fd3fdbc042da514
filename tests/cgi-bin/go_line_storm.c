/* The line and all that moves stock beside it, at once: eight processes, a bounded number of deeds each. Locks are taken in
 * one order everywhere, or PostgreSQL would count a deadlock:
 *   click, batch   visitors' keys in order; stock rows; offers; links; sessions, reservations; places set aside whose holds
 *                  end; own place
 *   look           own key, own place while it waits (nobody else then writes it but its end, who skips what is locked), and
 *                  on as a click
 *   join           own key, stock row, own place
 *   leave          own key, stock row, offers, own place, own session and reservation
 *   take           as a click that repeats: own key, stock row, own reservation, session, place
 *   sweep, order, offer or link closed, stock report
 *                  stock rows, offers, sessions, reservations, places set aside through them
 */
#include <stdio.h>
#include <string.h>

#include "lib/checkout/checkout.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/waitlist/waitlist.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"
#include "tests/world.h"

#define PROCESSES 8
#define DEEDS 40
#define STOCK 3
#define TOGETHER 6

extern const struct helper webhooks_apply_helper;

/* What a process does next; the same numbers in each run. */
struct storm {
	struct world *w;
	uint32_t seed;
	int process;
	int deed;
	bool strange;
};

static int pick(struct storm *s, size_t of)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (int)((s->seed >> 8) % of);
}

static const char *const names[] = { "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7" };

static const char *visitor(struct storm *s)
{
	return names[pick(s, COUNT(names))];
}

static const char *path(struct storm *s, const char *end)
{
	return str_z(s->w->mem, str_fmt(s->w->mem, "/go/%s%s?v=" STR_FMT "%s", pick(s, 3) ? "annalink1" : "benlink1", end,
		STR_ARG(ID_TEXT(s->w->mem, variant, s->w->variants[pick(s, 3)])), pick(s, 5) ? "" : "&units=2"));
}

static void seen(struct storm *s, struct got got)
{
	if (got.status < 500 || got.failed == ERR_OFFER_NOT_READY || got.failed == ERR_SHOP_GONE)
		return;
	s->strange = true;
	fprintf(stderr, "process %d, deed %d: status %d, " STR_FMT "\n", s->process, s->deed, got.status, STR_ARG(got.detail));
}

/* Pages that look by themselves. */
static void look(struct storm *s)
{
	const char *page = path(s, "/wait");

	for (size_t i = 0; i < COUNT(names); i++)
		seen(s, tap_at(s->w, names[i], page));
}

/* One after the other gives back what she holds. */
static void releases(struct storm *s)
{
	const char *from = pick(s, 3) ? "/go/annalink1/release" : "/go/benlink1/release";

	for (size_t i = 0; i < COUNT(names); i++)
		seen(s, ask(s->w, (struct asking){ .method = POST, .path = from, .form = "", .page = true, .visitor = names[i] }));
}

static void presses(struct storm *s, const char *end)
{
	seen(s, ask(s->w, (struct asking){ .method = POST, .path = path(s, end), .form = "", .page = true,
		.visitor = visitor(s) }));
}

/* Clicks and looks that were waiting together, and one that is no good. */
static void together(struct storm *s)
{
	struct asking askings[TOGETHER];
	struct got gots[TOGETHER];

	for (int i = 0; i < TOGETHER; i++)
		askings[i] = (struct asking){ .path = path(s, i % 3 == 2 ? "/wait" : ""), .page = true, .visitor = visitor(s) };
	askings[TOGETHER - 1].path = "/go/annalink1?v=var_01j0000000e008000000000999&units=21";
	ask_many(s->w, askings, TOGETHER, gots);
	for (int i = 0; i < TOGETHER; i++)
		seen(s, gots[i]);
}

static enum err sweep(struct ctx *c, void *arg)
{
	return checkout_expire(c, 25, arg);
}

static enum err tidy(struct ctx *c, void *arg)
{
	return waitlist_tidy(c, 25, arg);
}

static void sweeps(struct storm *s)
{
	int64_t n;

	s->strange |= db_in_tx(world_ctx(s->w, NOBODY), sweep, &n) != OK;
	s->strange |= db_in_tx(world_ctx(s->w, NOBODY), tidy, &n) != OK;
}

/* An order for a checkout that runs, its webhook applied at once. */
static void orders(struct storm *s)
{
	struct world *w = s->w;
	int64_t id = 6000 + s->process * 1000 + s->deed, done;
	struct str mark = world_text(w, "select mark from u.checkout_session where state = 'open' order by md5(id::text ||"
		" '%lld') limit 1", (long long)id);
	int64_t external = world_int(w, "select v.external_id from u.checkout_session s join u.variant v on v.id ="
		" s.variant_id where s.mark = '" STR_FMT "'",
		STR_ARG(mark));

	if (!mark.n)
		return;
	seen(s, push(w, "orders/create", fmt(w, "%lld", (long long)id), told_order(w, .id = id, .mark = mark,
		.lines = { { .variant = external } })));
	for (int i = 0; i < 3; i++)
		s->strange |= webhooks_apply_helper.step(world_ctx(w, NOBODY), &done) != OK;
}

static void closes(struct storm *s)
{
	struct world *w = s->w;

	switch (pick(s, 3)) {
	case 0:
		seen(s, post(w, ANNA, filled(w, "/offers/$offer/pause"), "{}"));
		world_sql(w, "update u.offer set state = 'active' where state in ('paused', 'activating')");
		world_sql(w, "update u.offer_discount set state = 'placed' where state <> 'placed'");
		return;
	case 1:
		seen(s, api(w, ANNA, DELETE, filled(w, "/links/$link"), NULL));
		world_sql(w, "update u.short_link set revoked_at = null where revoked_at is not null");
		return;
	default:
		world_sql(w, "select u.stock_level(%s, i.external_id, 7301, (%d + i.sold_unsynced)::integer, u.clock())"
			" from (select external_id, sold_unsynced from u.inventory order by item_id limit 1 offset %d) i",
				world_uuid(w, w->shop.u), STOCK, pick(s, 3));
	}
}

static void later(struct storm *s)
{
	static const int64_t ms[] = { 1000, 11000, 31000, 301000, 901000 };

	world_clock_advance(s->w, ms[pick(s, COUNT(ms))]);
}

static int rages(struct world *w, int i)
{
	struct storm s = { .w = w, .seed = (uint32_t)(i + 1) * 7919, .process = i };

	for (s.deed = 0; s.deed < DEEDS; s.deed++) {
		switch (pick(&s, 12)) {
		case 0: case 1: seen(&s, tap_at(w, visitor(&s), path(&s, ""))); break;
		case 2: case 3: together(&s); break;
		case 4: case 5: presses(&s, "/wait"); break;
		case 6: case 7: look(&s); break;
		case 8: presses(&s, "/leave"); break;
		case 9: releases(&s); break;
		case 10: sweeps(&s); break;
		default:
			if (i == 0)
				orders(&s);
			else if (i < 4)
				closes(&s);
			else if (i == 4)
				later(&s);
			else
				look(&s);
		}
	}
	return s.strange;
}

/* The states that a place can be in, each with what must have been told of it, once. */
static void each_place_is_told_as_it_went(struct world *w)
{
	expect_sql(w, 0, "select count(*) from u.waitlist w"
		" left join (select e.subject, count(*) filter (where e.type = 'WAITLIST_JOINED') as joined,"
		"                   count(*) filter (where e.type = 'WAITLIST_OFFERED') as offered, count(*) filter (where"
			" e.type = 'WAITLIST_TAKEN') as taken,"
		"                   count(*) filter (where e.type = 'WAITLIST_ENDED') as ended from u.event_log e group by 1)"
			" e on e.subject = w.id"
		" where (coalesce(e.joined, 0), coalesce(e.taken, 0), coalesce(e.ended, 0))"
		"       <> (1, (w.state = 'taken')::integer, (w.state in ('passed', 'left', 'over'))::integer)"
		"    or coalesce(e.offered, 0) > 1 or (w.state in ('offered', 'passed') and e.offered <> 1) or (w.state ="
			" 'waiting' and e.offered <> 0)");
}

static void nothing_broke(struct world *w)
{
	expect_sql(w, 0, "select count(*) from u.invariants() where broken <> 0");
	each_place_is_told_as_it_went(w);
	/* more can only be sold by who paid after her hold was over */
	expect_sql(w, 0, "select count(*) from u.inventory i where i.free + (select coalesce(sum(l.unsynced_units), 0) from"
		" u.order_line l"
		" join u.shop_order o on o.id = l.order_id left join u.reservation r on r.session_id = o.session_id"
		" where l.item_id = i.item_id and r.state is distinct from 'confirmed') < 0");
	expect_sql(w, 0, "select count(*) from u.offer where redemptions_used + redemptions_held > redemptions_max");
	world_sql(w, "select pg_stat_clear_snapshot()");
	expect_sql(w, 0, "select deadlocks from pg_stat_database where datname = current_database()");
	expect_sql(w, 1, "select count(*) > 20 from u.waitlist");
	expect_sql(w, 1, "select count(distinct type) > 2 from u.event_log where type like 'WAITLIST%%'");
}

static void storm(struct world_options options)
{
	struct world w;
	int codes[PROCESSES];

	options.stock = STOCK;
	options.variants = 3;
	options.ben = true;
	w = world_new(options);
	w.config->unproven_percent = 100;
	w.config->holds_per_visitor = 0;
	w.config->holds_per_address_scarce = 0;
	world_sql(&w, "update u.variant set item_id = %s where id = %s", world_uuid(&w, w.items[0].u), world_uuid(&w,
		w.variants[1].u)); /* one item, two variants */
	world_sql(&w, "update u.offer_price set item_id = %s where variant_id = %s", world_uuid(&w, w.items[0].u),
		world_uuid(&w, w.variants[1].u));
	for (size_t i = 0; i < COUNT(names); i++)
		(void)tap_at(&w, names[i], "/go/nosuchlink");
	fork_many(&w, PROCESSES, rages, codes);
	for (int i = 0; i < PROCESSES; i++)
		EXPECT_INT(codes[i], 0);
	nothing_broke(&w);
}

static void all_at_once_breaks_nothing(void)
{
	storm((struct world_options){ 0 });
}

static void all_at_once_passes_no_limit(void)
{
	storm((struct world_options){ .redemptions_max = 4, .clicks_max = 300 });
}

static const CU_TestInfo tests[] = {
	T(all_at_once_breaks_nothing), T(all_at_once_passes_no_limit), CU_TEST_INFO_NULL,
};
const struct suite suite_go_line_storm = { "cgi-bin/go_line_storm", tests };
