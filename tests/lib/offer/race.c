/* race.c: an edit, a price that moves at the shop and a code that is placed, all at the same moment. */
#include "tests/desk.h"
#include "tests/suite.h"

#define ROUNDS 12

static enum err moved(struct ctx *c, void *arg)
{
	const struct world *w = arg;

	return offer_recompute(c, w->shop, w->variants, 3);
}

static enum err place(struct ctx *c, void *arg)
{
	return offer_discount_placed(c, arg, S("gid://shopify/DiscountCodeNode/9"));
}

/* An edit of what the other editor has changed meanwhile is refused. */
static bool edit(struct world *w, int round)
{
	const char *one = fmt(w, "{\"lines\":[{\"product\":\"$product\",\"variant\":\"%s\"}]}",
		str_z(w->mem, ID_TEXT(w->mem, variant, w->variants[round % 3])));
	int status = api(w, ANNA, PATCH, "/offers/$offer", round % 2 ? one : "{\"lines\":[{\"product\":\"$product\"}]}").status;

	return status == 200 || status == 412;
}

/* 1: done; a deadlock would be something else. */
static int act(struct world *w, int i)
{
	struct offer_discount_work work;
	bool found;

	for (int round = 0; round < ROUNDS; round++) {
		bool done = true;

		if (i % 3 == 0)
			done = edit(w, round);
		else if (i % 3 == 1)
			done = db_in_tx(world_ctx(w, NOBODY), moved, w) == OK;
		else if (offer_discount_claim(world_ctx(w, NOBODY), 60, &work, &found) != OK)
			done = false;
		else if (found)
			done = db_in_tx(world_ctx(w, NOBODY), place, &work) == OK;
		if (!done)
			return 2 + i % 3;
	}
	return 1;
}

static void nobody_is_in_anothers_way_and_the_last_word_counts(void)
{
	struct world w = world(.stock = 5, .variants = 3);
	int codes[6];

	world_sql(&w, "update u.variant set price_minor = 1000 * position");
	fork_many(&w, COUNT(codes), act, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 1);
	/* what is promised is what the lines say */
	expect_sql(&w, 0, "select count(*) from"
		" (select variant_id from u.offer_price except select v.id from u.offer_product l join u.variant v"
		"    on v.product_id = l.product_id and (l.variant_id is null or l.variant_id = v.id)) x");
	expect_sql(&w, 0, "select count(*) from"
		" (select v.id from u.offer_product l join u.variant v"
		"    on v.product_id = l.product_id and (l.variant_id is null or l.variant_id = v.id) except select variant_id from u.offer_price) x");
	/* and the shop can catch up with it */
	world_clock_advance(&w, 120000);
	(void)shop_obeys(&w);
	expect_sql(&w, 0, "select count(*) from u.offer_price p join u.offer_discount d on d.id = p.discount_id"
		" where d.state <> 'placed' or d.stale or not p.covered");
}

static void what_has_gone_from_the_shop_is_not_activated(void)
{
	struct world w = world(.bare = true);
	const char *id = offer_made(&w, ANNA, "\"kind\":\"percentage_off\",\"basis_points\":1000");

	world_sql(&w, "update u.variant set deleted_at = u.clock()");
	expect_problem(post(&w, ANNA, fmt(&w, "/offers/%s/activate", id), NULL), "offer-state");
	EXPECT_SAME(got_json(&w, get(&w, ANNA, fmt(&w, "/offers/%s", id)), "state"), S("draft"));
}

static void a_limit_added_later_leaves_the_shop_room_for_what_was_used_before(void)
{
	struct world w = world(.stock = 5);
	struct offer_discount_work work;
	bool found;

	expect_status(tap(&w, "vera"), 303);
	world_sql(&w, "insert into u.shop_order (id, shop_id, external_id, currency, shop_created_at, shop_updated_at, creator_id, offer_id)"
		" select gen_random_uuid(), %s, n, 'USD', u.clock(), u.clock(), %s, %s from generate_series(1, 4) n",
		world_uuid(&w, w.shop.u), world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.offer.u));
	expect_status(api(&w, ANNA, PATCH, "/offers/$offer", "{\"redemptions_max\":3}"), 200);
	work = claimed(&w, &found);
	EXPECT(found);
	EXPECT_INT(work.usage_max, 3 + 4 + 1);
}

static const CU_TestInfo tests[] = {
	T(nobody_is_in_anothers_way_and_the_last_word_counts),
	T(what_has_gone_from_the_shop_is_not_activated),
	T(a_limit_added_later_leaves_the_shop_room_for_what_was_used_before),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_offer_race = { "lib/offer/race", tests };
