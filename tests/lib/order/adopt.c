/* adopt.c: orders for variants that the catalog does not know yet, and those of other channels. */
#include "tests/bill.h"
#include "tests/suite.h"
#include "tests/told.h"

#define INVARIANTS "select coalesce(sum(broken), 0) from u.invariants()"
#define ADOPT "select u.order_lines_adopt(%s, '{7102,7103}')"

/* The second variant is hidden from the catalog, and comes back. */
static void hide(struct world *w)
{
	world_sql(w, "update u.variant set external_id = 99 where external_id = 7102");
}

static void show(struct world *w)
{
	world_sql(w, "update u.variant set external_id = 7102 where external_id = 99");
}

static void a_line_moves_stock_once_its_variant_is_known(void)
{
	struct world w = world(.stock = 9, .variants = 2);

	hide(&w);
	bill(&w, .id = 1, .lines = { { .variant = 7102, .units = 3 }, { .units = 1 } });
	bill(&w, .id = 2, .lines = { { .variant = 7102, .units = 2 } });
	expect_sql(&w, 0, "select sold_unsynced from u.inventory where external_id = 7202");
	expect_sql(&w, 0, ADOPT, world_uuid(&w, w.shop.u));
	show(&w);
	expect_sql(&w, 2, ADOPT, world_uuid(&w, w.shop.u));
	expect_sql(&w, 0, ADOPT, world_uuid(&w, w.shop.u));
	expect_sql(&w, 5, "select sold_unsynced from u.inventory where external_id = 7202 and free = 4 and dirty_at is not null");
	expect_sql(&w, 1, "select sold_unsynced from u.inventory where external_id = 7201");
	expect_sql(&w, 1, "select count(*) from u.inventory_snapshot where detail @> '{\"adopted\": 2}'");
	expect_sql(&w, 0, INVARIANTS);
}

static void a_newer_telling_adopts_as_well(void)
{
	struct world w = world(.stock = 9, .variants = 2);

	hide(&w);
	bill(&w, .lines = { { .variant = 7102, .units = 3 } });
	show(&w);
	bill(&w, .updated_s = 9, .lines = { { .variant = 7102, .units = 4 } });
	expect_sql(&w, 4, "select sold_unsynced from u.inventory where external_id = 7202");
	expect_sql(&w, 0, ADOPT, world_uuid(&w, w.shop.u));
	expect_sql(&w, 0, INVARIANTS);
}

static void another_shops_lines_stay_theirs(void)
{
	struct world w = world(.stock = 9, .variants = 2);

	hide(&w);
	bill(&w, .lines = { { .variant = 7102, .units = 3 } });
	show(&w);
	expect_sql(&w, 0, "select u.order_lines_adopt(gen_random_uuid(), '{7102}')");
	expect_sql(&w, 0, "select sold_unsynced from u.inventory where external_id = 7202");
}

/* As a page of the catalog is stored: one transaction, the key first. */
static void learn(struct world *w)
{
	world_sql(w, "do $$ begin perform u.order_lines_adopt_begin(%s);"
		" update u.variant set external_id = 7102 where external_id = 99;"
		" perform u.order_lines_adopt(%s, '{7102}'); end $$", world_uuid(w, w->shop.u), world_uuid(w, w->shop.u));
}

static int at_once(struct world *w, int i)
{
	struct order_applied applied;
	struct bill b = { .id = 100 + i, .lines = { { .variant = 7102, .units = 1 }, { .units = 1 } } };

	if (i == 3) {
		learn(w);
		return 0;
	}
	return bill_apply(w, bill_body(w, &b), &applied) == OK ? 0 : 1;
}

static void orders_applied_while_the_catalog_learns_are_not_lost(void)
{
	for (int round = 0; round < 4; round++) {
		struct world w = world(.stock = 99, .variants = 2);
		int codes[8];

		hide(&w);
		fork_many(&w, COUNT(codes), at_once, codes);
		for (size_t i = 0; i < COUNT(codes); i++)
			EXPECT_INT(codes[i], 0);
		expect_sql(&w, 7, "select sold_unsynced from u.inventory where external_id = 7202");
		expect_sql(&w, 7, "select sold_unsynced from u.inventory where external_id = 7201");
		expect_sql(&w, 0, INVARIANTS);
	}
}

static void an_order_of_another_channel_moves_stock_and_is_nobodys(void)
{
	struct world w = world(.stock = 9);

	bill(&w, .lines = { { .units = 4 } });
	expect_sql(&w, 1, "select count(*) from u.shop_order where creator_id is null and candidate_creator_id is null"
		" and redemption = 'none' and credit_reason = 'none'");
	expect_sql(&w, 5, "select free from u.inventory");
	expect_sql(&w, 0, "select redemptions_used from u.offer");
	expect_sql(&w, 0, INVARIANTS);
}

static const CU_TestInfo tests[] = {
	T(a_line_moves_stock_once_its_variant_is_known),
	T(a_newer_telling_adopts_as_well),
	T(another_shops_lines_stay_theirs),
	T(orders_applied_while_the_catalog_learns_are_not_lost),
	T(an_order_of_another_channel_moves_stock_and_is_nobodys),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_order_adopt = { "lib/order/adopt", tests };
