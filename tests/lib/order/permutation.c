/* permutation.c: whole histories of orders, told in any order, twice, late: always the same end. */
#include <stdio.h>

#include "tests/bill.h"
#include "tests/suite.h"
#include "tests/told.h"

#define TELLINGS_MAX 12
#define SEEDS 8

struct history {
	const char *name;
	struct bill tellings[TELLINGS_MAX / 2]; /* in the order of time; those with refunds are told by refunds/create too */
	bool limited;
};

#define REFUND_ONE { .id = 71, .at_s = 30, .line = 900, .units = 1, .subtotal = 1600, .tax = 100, .paid = 1700 }
#define REFUND_REST { .id = 72, .at_s = 40, .line = 901, .units = 1, .subtotal = 2000, .shipping = 490, .paid = 2490 }
#define TWO_MUGS { .units = 2, .discounts = { 800 } }
#define TWO_LINES TWO_MUGS, { .units = 1 }

static const struct history histories[] = {
	{ "paid in the same second, edited, refunded in part, cancelled with the rest refunded", {
		{ .status = "pending", .lines = { TWO_MUGS } },
		{ .lines = { TWO_MUGS } },
		{ .updated_s = 20, .lines = { TWO_LINES } },
		{ .updated_s = 30, .status = "partially_refunded",
			.lines = { { .units = 2, .removed = 1, .discounts = { 800 } }, { .units = 1 } }, .refunds = { REFUND_ONE } },
		{ .updated_s = 40, .status = "refunded", .cancelled = true,
			.lines = { { .units = 2, .removed = 2, .discounts = { 800 } }, { .units = 1, .removed = 1 } },
			.refunds = { REFUND_ONE, REFUND_REST } } }, true },
	{ "never paid", {
		{ .status = "pending" },
		{ .updated_s = 10, .status = "authorized" },
		{ .updated_s = 20, .status = "voided", .cancelled = true } }, true },
	{ "fewer by an edit, money back without lines, then all of it", {
		{ .lines = { { .units = 3, .discounts = { 1200 } } } },
		{ .updated_s = 10, .lines = { { .units = 3, .removed = 1, .discounts = { 1200 } } } },
		{ .updated_s = 20, .status = "partially_refunded", .lines = { { .units = 3, .removed = 1, .discounts = { 1200 } } },
			.refunds = { { .id = 81, .at_s = 20, .paid = 500 } } },
		{ .updated_s = 30, .status = "refunded", .lines = { { .units = 3, .removed = 3, .discounts = { 1200 } } },
			.refunds = { { .id = 81, .at_s = 20, .paid = 500 },
				{ .id = 82, .at_s = 30, .line = 900, .units = 2, .subtotal = 3200, .paid = 2700 } } } }, false },
	{ "paid in yen, whose refund comes to its money later", {
		{ .presentment = "JPY", .rate = 150 },
		{ .presentment = "JPY", .rate = 150, .updated_s = 10, .status = "partially_refunded",
			.refunds = { { .id = 91, .at_s = 10, .line = 900, .units = 1, .subtotal = 1600, .paid = 2400, .abroad = true, .pending = true } },
			.lines = { { .units = 1, .removed = 1, .discounts = { 400 } } } },
		{ .presentment = "JPY", .rate = 150, .updated_s = 20, .status = "refunded",
			.refunds = { { .id = 91, .at_s = 10, .line = 900, .units = 1, .subtotal = 1600, .paid = 2400, .abroad = true } },
			.lines = { { .units = 1, .removed = 1, .discounts = { 400 } } } } }, false },
	{ "charged at another price than was shown", {
		{ .status = "pending", .lines = { { .units = 1 } } },
		{ .updated_s = 10, .lines = { { .units = 1 } } },
		{ .updated_s = 20, .status = "refunded", .lines = { { .units = 1, .removed = 1 } },
			.refunds = { { .id = 61, .at_s = 20, .line = 900, .units = 1, .subtotal = 2000, .paid = 2000 } } } }, false },
	{ "two contents of one second", {
		{ .updated_s = 5, .lines = { { .units = 1, .discounts = { 400 } } } },
		{ .updated_s = 5, .lines = { { .units = 1, .discounts = { 300, 100 } }, { .units = 1, .variant = 999, .title = "Cup" } } } }, false },
};

struct body {
	struct str text;
	bool is_refund;
};

struct deck {
	struct body bodies[TELLINGS_MAX * 3];
	size_t n;
};

static struct deck deck_of(struct world *w, const struct history *h, struct str mark, int64_t base_ms)
{
	struct deck deck = { .n = 0 };

	for (size_t i = 0; i < COUNT(h->tellings); i++) {
		struct bill b = h->tellings[i];

		if (i && !b.updated_s && !b.lines[0].units)
			break;
		b.base_ms = base_ms;
		b.attributes[0] = mark;
		deck.bodies[deck.n++] = (struct body){ bill_body(w, &b), false };
		for (size_t k = 0; k < COUNT(b.refunds) && b.refunds[k].id; k++)
			deck.bodies[deck.n++] = (struct body){ bill_refund_body(w, &b, k), true };
	}
	return deck;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Any order; a third of them twice. */
static struct deck shuffled(const struct deck *from, uint64_t seed)
{
	uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
	struct deck deck = *from;

	for (size_t i = 0; i < from->n; i++)
		if (next_random(&state) % 3 == 0)
			deck.bodies[deck.n++] = from->bodies[i];
	for (size_t i = deck.n; i > 1; i--) {
		size_t j = next_random(&state) % i;
		struct body swapped = deck.bodies[i - 1];

		deck.bodies[i - 1] = deck.bodies[j];
		deck.bodies[j] = swapped;
	}
	return deck;
}

/* A refund whose order is not known waits and comes again. */
static void tell(struct world *w, const struct deck *deck)
{
	struct order_applied applied;
	bool known;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < deck->n; i++) {
			if (deck->bodies[i].is_refund)
				EXPECT_ERR(bill_refund_apply(w, deck->bodies[i].text, &known), OK);
			else if (!pass)
				EXPECT_ERR(bill_apply(w, deck->bodies[i].text, &applied), OK);
		}
}

/* Rows as they ended, and what the events come to. */
static struct str ending(struct world *w)
{
	return world_text(w,
		"select concat_ws(E'\\n',"
		" (select concat_ws(',', name, financial_status, test, currency, presentment_currency, total_minor, refunded_minor,"
		"   presentment_total_minor, presentment_refunded_minor, shop_updated_at, cancelled_at, paid_at is not null, credit_reason,"
		"   confidence, redemption, late, taxes_included, content) from u.shop_order),"
		" (select string_agg(concat_ws(',', external_id, variant_external, item_id is not null, units, current_units, unsynced_units,"
		"   unit_minor, discount_minor, refunded_units, refunded_minor, refunded_presentment_minor, credited, promised_minor,"
		"   promise_broken), ';' order by external_id) from u.order_line),"
		" (select string_agg(concat_ws(',', external_id, paid_back_minor, paid_in, tax_minor, shipping_minor, lines), ';'"
		"   order by external_id) from u.order_refund),"
		" (select concat_ws(',', sold_unsynced, held) from u.inventory),"
		" (select concat_ws(',', redemptions_used, redemptions_held) from u.offer where creator_id = %s),"
		" (select string_agg(concat_ws(',', type, n), ';' order by type) from (select type, count(*) as n from u.event_log"
		"   where type in ('PURCHASE_COMPLETED', 'ORDER_CANCELLED', 'ORDER_REFUNDED', 'PRICE_PROMISE_BROKEN') group by 1) t),"
		" (select concat_ws(',', n.*) from u.shop_order o, u.order_net(o.id) n),"
		" (select bool_and((e.payload ->> 'net_minor')::bigint = n.net_minor) from u.shop_order o, u.order_net(o.id) n, u.event_log e"
		"   where e.subject = o.id and (e.payload ->> 'revision')::int = o.revision))",
		world_uuid(w, w->anna.creator.u));
}

static struct str told_as(const struct history *h, uint64_t seed, int64_t *base_ms, struct arena *keep)
{
	struct world w = world(.stock = 9, .redemptions_max = h->limited ? 3 : 0);
	struct deck deck;

	world_sql(&w, "update u.offer set refund_restores = true");
	expect_status(tap(&w, "vera"), 303);
	*base_ms = *base_ms ? *base_ms : world_now_ms(&w) / 1000 * 1000;
	deck = deck_of(&w, h, newest_mark(&w), *base_ms);
	deck = seed ? shuffled(&deck, seed) : deck;
	tell(&w, &deck);
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
	return str_copy(keep, ending(&w));
}

static void a_history_ends_the_same_whatever_the_order_of_its_tellings(void)
{
	for (size_t i = 0; i < COUNT(histories); i++) {
		struct arena *keep = arena_new(1 << 20);
		int64_t base_ms = 0;
		struct str straight = told_as(&histories[i], 0, &base_ms, keep);

		EXPECT(straight.n > 0);
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct str other = told_as(&histories[i], seed, &base_ms, keep);

			EXPECT_SAME(other, straight);
			if (!str_eq(other, straight))
				fprintf(stderr, "%s, seed %d\n", histories[i].name, (int)seed);
		}
		arena_free(keep);
	}
}

static void every_event_of_a_change_is_told_once(void)
{
	const struct history *h = &histories[0];
	struct world w = world(.stock = 9);
	struct deck deck;

	expect_status(tap(&w, "vera"), 303);
	deck = deck_of(&w, h, newest_mark(&w), world_now_ms(&w) / 1000 * 1000);
	tell(&w, &deck);
	tell(&w, &deck);
	expect_sql(&w, 4, "select count(*) from u.event_log where type = 'ORDER_UPDATED'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'ORDER_REFUNDED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'ORDER_CANCELLED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
	expect_sql(&w, 5, "select revision from u.shop_order");
}

static const CU_TestInfo tests[] = {
	T(a_history_ends_the_same_whatever_the_order_of_its_tellings),
	T(every_event_of_a_change_is_told_once),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_order_permutation = { "lib/order/permutation", tests };
