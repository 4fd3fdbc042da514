/* The SQL of holds, attacked: limits that change under live holds, items shared by variants, opposite orders. */
#include "lib/checkout/checkout.h"
#include "lib/db/db.h"
#include "tests/suite.h"
#include "tests/world.h"

#define QUARTER_MS (15 * 60 * 1000 + 1)

static struct checkout_ask ask_of(struct ctx *c, struct str code, struct uuid visitor, struct variant_id variant, int units)
{
	struct checkout_ask ask = { .code = code, .visitor = visitor, .variant = variant, .units = units, .navigates = true };

	checkout_ask_mint(c, &ask);
	return ask;
}

/* One ask of a new visitor, in its own transaction. */
static enum err start(struct world *w, struct str code, int variant, int units)
{
	struct ctx *c = world_ctx(w, NOBODY);
	struct checkout_ask ask = ask_of(c, code, uuid_new(c->now_ms), w->variants[variant], units);
	struct checkout_outcome out;

	EXPECT_ERR(db_begin(c, DB_WRITE), OK);
	EXPECT_ERR(checkout_start(c, &ask, &out), OK);
	EXPECT_ERR(db_commit(c), OK);
	return out.refused;
}

static void all_is_well(struct world *w)
{
	expect_sql(w, 0, "select count(*) from u.invariants() where broken <> 0");
	expect_sql(w, 0, "select count(*) from u.inventory where free < 0");
}

static void a_limit_set_under_live_holds_stays_exact(void)
{
	struct world w = world(.stock = 10);

	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK); /* does not count: there was no limit */
	world_sql(&w, "update u.offer set redemptions_max = 1");
	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	EXPECT_ERR(start(&w, w.anna.code, 0, 1), ERR_OFFER_EXHAUSTED);
	all_is_well(&w);
	world_sql(&w, "update u.offer set redemptions_max = null");
	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	world_clock_advance(&w, QUARTER_MS);
	expect_sql(&w, 3, "select u.reservations_expire(10)");
	expect_sql(&w, 0, "select redemptions_held from u.offer");
	all_is_well(&w);
}

static void variants_of_one_item_share_its_stock(void)
{
	struct world w = world(.stock = 2, .variants = 2);

	world_sql(&w, "update u.variant set item_id = %s", world_uuid(&w, w.items[0].u));
	world_sql(&w, "update u.offer_price set item_id = %s", world_uuid(&w, w.items[0].u));
	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	EXPECT_ERR(start(&w, w.anna.code, 1, 1), OK);
	EXPECT_ERR(start(&w, w.anna.code, 0, 1), ERR_SOLD_OUT);
	EXPECT_ERR(start(&w, w.anna.code, 1, 1), ERR_SOLD_OUT);
	world_clock_advance(&w, QUARTER_MS);
	EXPECT_ERR(start(&w, w.anna.code, 1, 2), OK);
	all_is_well(&w);
}

static void a_closed_link_gives_all_its_holds_back(void)
{
	struct world w = world(.stock = 5, .ben = true, .redemptions_max = 5);

	EXPECT_ERR(start(&w, w.anna.code, 0, 2), OK);
	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	EXPECT_ERR(start(&w, w.ben.code, 0, 1), OK);
	expect_sql(&w, 2, "select u.link_release(%s)", world_uuid(&w, w.anna.link.u));
	expect_sql(&w, 1, "select held from u.inventory");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 1, "select u.offer_release(%s)", world_uuid(&w, w.ben.offer.u));
	expect_sql(&w, 0, "select sum(redemptions_held) from u.offer");
	all_is_well(&w);
}

static void only_its_visitor_releases_a_hold_and_only_once(void)
{
	struct world w = world(.stock = 1);

	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	EXPECT_STR(world_text(&w, "select u.checkout_release(id, gen_random_uuid()) from u.checkout_session"), "gone");
	EXPECT_STR(world_text(&w, "select u.checkout_release(id, visitor) from u.checkout_session"), "released");
	EXPECT_STR(world_text(&w, "select u.checkout_release(id, visitor) from u.checkout_session"), "gone");
	EXPECT_STR(world_text(&w, "select u.checkout_release(gen_random_uuid(), null)"), "gone");
	all_is_well(&w);
}

static void a_release_after_the_time_is_an_expiry(void)
{
	struct world w = world(.stock = 1);

	EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	world_clock_advance(&w, QUARTER_MS);
	EXPECT_STR(world_text(&w, "select u.checkout_release(id, visitor) from u.checkout_session"), "lapsed");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	all_is_well(&w);
}

static void a_batch_answers_in_the_order_of_its_asks(void)
{
	struct world w = world(.stock = 2, .variants = 2);
	struct ctx *c = world_ctx(&w, NOBODY);
	struct uuid anna = uuid_new(c->now_ms), ben = uuid_new(c->now_ms);
	struct variant_id none = { 0 };
	const struct checkout_ask asks[] = {
		ask_of(c, S("annalink1"), anna, w.variants[1], 2), ask_of(c, S("nosuchlink"), anna, none, 1),
		ask_of(c, S("annalink1"), ben, w.variants[1], 1), ask_of(c, S("AnnaLink1"), anna, w.variants[1], 2),
		ask_of(c, S("annalink1"), ben, none, 1), ask_of(c, S("annalink1"), anna, w.variants[0], 1),
		ask_of(c, S("annalink1"), ben, w.variants[1], 1),
	};
	static const enum checkout_result want[] = { CHECKOUT_STARTED, CHECKOUT_REFUSED, CHECKOUT_REFUSED, CHECKOUT_REPEATED,
		CHECKOUT_CHOOSE, CHECKOUT_STARTED, CHECKOUT_STARTED };
	const struct checkout_ask *list[COUNT(asks)];
	struct checkout_outcome outs[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		list[i] = &asks[i];
	EXPECT_ERR(db_begin(c, DB_WRITE), OK);
	EXPECT_ERR(checkout_start_many(c, list, COUNT(asks), outs), OK);
	EXPECT_ERR(db_commit(c), OK);
	for (size_t i = 0; i < COUNT(asks); i++)
		EXPECT_INT(outs[i].result, want[i]);
	EXPECT_ERR(outs[1].refused, ERR_LINK_UNKNOWN);
	EXPECT_ERR(outs[2].refused, ERR_SOLD_OUT);
	EXPECT_SAME(outs[0].mark, outs[3].mark);
	EXPECT_INT((int64_t)outs[4].choices_n, 2);
	all_is_well(&w);
}

static void a_batch_sells_what_has_lapsed(void)
{
	struct world w = world(.stock = 3, .redemptions_max = 3);
	struct ctx *c = world_ctx(&w, NOBODY);
	struct checkout_ask asks[4];
	const struct checkout_ask *list[4];
	struct checkout_outcome outs[4];

	for (int i = 0; i < 3; i++)
		EXPECT_ERR(start(&w, w.anna.code, 0, 1), OK);
	world_clock_advance(&w, QUARTER_MS);
	for (int i = 0; i < 4; i++) {
		asks[i] = ask_of(c, w.anna.code, uuid_new(c->now_ms), w.variants[0], 1);
		list[i] = &asks[i];
	}
	EXPECT_ERR(checkout_start_many(c, list, 4, outs), OK);
	for (int i = 0; i < 3; i++)
		EXPECT_INT(outs[i].result, CHECKOUT_STARTED);
	EXPECT_ERR(outs[3].refused, ERR_SOLD_OUT);
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	all_is_well(&w);
}

/* Batches over the same items, visitors and offers in opposite orders, with limits, caps and lapsing holds. */
static int opposite(struct world *w, int i)
{
	struct ctx *c = world_ctx(w, NOBODY);
	const struct str codes[] = { w->anna.code, w->ben.code };
	struct checkout_ask asks[16];
	const struct checkout_ask *list[16];
	struct checkout_outcome outs[16];

	c->db = w->db;
	for (int round = 0; round < 12; round++) {
		for (int k = 0; k < 16; k++) {
			int n = i % 2 ? k : 15 - k;
			struct uuid visitor = { { (uint8_t)(1 + (n + round) % 10) } };

			asks[k] = ask_of(c, codes[n / 8], visitor, w->variants[(n * 3 + round) % 4], 1 + n % 2);
			list[k] = &asks[k];
		}
		if (db_begin(c, DB_WRITE) != OK || checkout_start_many(c, list, 16, outs) != OK || db_commit(c) != OK)
			return 1;
	}
	return 0;
}

/* Two asks at a time, of items nobody else has in hand, on both limited offers in either order; one process gives back
 * what the others hold, so that what was sold out a moment ago is not. */
static int crossed(struct world *w, int i)
{
	const struct str codes[] = { w->anna.code, w->ben.code };

	for (int round = 0; round < 250; round++) {
		struct ctx *c = world_ctx(w, NOBODY);
		const struct checkout_ask asks[] = {
			ask_of(c, codes[i % 2], uuid_new(c->now_ms), w->variants[i % 4 ^ (round & 3)], 1),
			ask_of(c, codes[(i + 1) % 2], uuid_new(c->now_ms), w->variants[(i + 1) % 4 ^ (round & 3)], 1),
		};
		const struct checkout_ask *list[] = { &asks[0], &asks[1] };
		struct checkout_outcome outs[2];

		c->db = w->db;
		if (i % 4 == 0)
			world_sql(w, "select u.checkout_release(id, null) from"
				" (select id from u.checkout_session where state = 'open' limit 1) s");
		else if (db_begin(c, DB_WRITE) != OK || checkout_start_many(c, list, 2, outs) != OK || db_commit(c) != OK)
			return 1;
	}
	return 0;
}

static void crossed_offers_and_stock_that_comes_back_never_deadlock(void)
{
	struct world w = world(.stock = 1, .variants = 4, .ben = true, .redemptions_max = 100000);
	int codes[8];

	fork_many(&w, 8, crossed, codes);
	for (int i = 0; i < 8; i++)
		EXPECT_INT(codes[i], 0);
	all_is_well(&w);
}

static void batches_in_opposite_orders_never_deadlock(void)
{
	struct world w = world(.stock = 3, .variants = 4, .ben = true, .clicks_max = 60, .redemptions_max = 4);
	int codes[6];

	w.config->hold_s = 30;
	fork_many(&w, 6, opposite, codes);
	for (int i = 0; i < 6; i++)
		EXPECT_INT(codes[i], 0);
	all_is_well(&w);
	world_clock_advance(&w, QUARTER_MS);
	fork_many(&w, 6, opposite, codes);
	for (int i = 0; i < 6; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 0, "select count(*) from u.offer where redemptions_held > redemptions_max");
	expect_sql(&w, 0, "select count(*) from u.short_link l where clicks_used <>"
		" (select count(*) from u.checkout_session s where s.link_id = l.id)");
	all_is_well(&w);
}

static const CU_TestInfo tests[] = {
	T(a_limit_set_under_live_holds_stays_exact),
	T(variants_of_one_item_share_its_stock),
	T(a_closed_link_gives_all_its_holds_back),
	T(only_its_visitor_releases_a_hold_and_only_once),
	T(a_release_after_the_time_is_an_expiry),
	T(a_batch_answers_in_the_order_of_its_asks),
	T(a_batch_sells_what_has_lapsed),
	T(crossed_offers_and_stock_that_comes_back_never_deadlock),
	T(batches_in_opposite_orders_never_deadlock),
	CU_TEST_INFO_NULL,
};
const struct suite suite_checkout_hold = { "lib/checkout/hold", tests };
