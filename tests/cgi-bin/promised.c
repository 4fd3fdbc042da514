/* promised.c: what the public pages say is left: what a newcomer may have, as the click decides it. */
#include "tests/aired.h"
#include "tests/suite.h"

/* Anna's mug on her replay and in her bio, one variant. */
static struct world shown(int stock)
{
	struct world w = world(.stock = stock, .variants = 2);

	aired(&w, "youtube", "Kitchen", "https://youtu.be/jNQXAC9IVRw");
	world_sql(&w, "update u.moment set state = 'deleted' where variant_id = %s", world_uuid(&w, w.variants[1].u));
	world_sql(&w, "delete from u.offer_price where variant_id = %s", world_uuid(&w, w.variants[1].u));
	aired_offer(&w);
	return w;
}

/* Somebody who wants so many, waits and is there. */
static void waits(struct world *w, int item, int units)
{
	world_sql(w, "update u.inventory set waited_until = u.clock() + interval '4 minutes' where item_id = %s", world_uuid(w, w->items[item].u));
	world_sql(w, "insert into u.waitlist (id, creator_id, shop_id, item_id, link_id, variant_id, visitor, units, present_until, ends_at)"
		" select gen_random_uuid(), l.creator_id, %s, %s, l.id, %s, gen_random_uuid(), %d, u.clock() + interval '30 seconds', u.clock() + interval '1 day'"
		" from u.short_link l where l.code = 'annalink1'", world_uuid(w, w->shop.u), world_uuid(w, w->items[item].u), world_uuid(w, w->variants[item].u), units);
}

static void both_say(struct world *w, const char *has, const char *lacks)
{
	const struct got pages[] = { aired_page(w, ""), aired_bio(w) };

	for (size_t i = 0; i < COUNT(pages); i++) {
		expect_status(pages[i], 200);
		expect_body_has(pages[i], has);
		if (lacks)
			expect_body_lacks(pages[i], lacks);
	}
}

static void what_others_wait_for_is_not_promised(void)
{
	struct world w = shown(3);

	both_say(&w, "3 left", "Sold out");
	waits(&w, 0, 2);
	both_say(&w, "1 left", "Sold out");
	expect_status(tap_at(&w, "vera", "/go/annalink1?units=2"), 409); /* the click says the same */
	waits(&w, 0, 1);
	both_say(&w, "Sold out</a>", "left</em>");
	expect_status(tap(&w, "vera"), 409);
	world_clock_advance(&w, 31000); /* nobody is there any more */
	both_say(&w, "3 left", "Sold out");
	expect_status(tap_at(&w, "wim", "/go/annalink1?units=3"), 303);
	both_say(&w, "Sold out</a>", "left</em>");
}

static void who_wants_more_than_there_is_takes_nothing_away(void)
{
	struct world w = shown(3);

	waits(&w, 0, 5);
	both_say(&w, "3 left", "Sold out");
	expect_status(tap(&w, "vera"), 303);
}

static void the_line_for_another_thing_takes_nothing_away(void)
{
	struct world w = shown(3);

	waits(&w, 1, 3);
	both_say(&w, "3 left", "Sold out");
	world_sql(&w, "update u.waitlist set state = 'left', ended_at = u.clock()");
	waits(&w, 0, 1);
	world_sql(&w, "update u.inventory set waited_until = null"); /* the row says that nobody can be there */
	both_say(&w, "3 left", "Sold out");
}

static void what_has_no_limit_has_no_line(void)
{
	struct world w = shown(3);

	waits(&w, 0, 3);
	world_sql(&w, "update u.variant set policy = 'continue'");
	both_say(&w, ">Buy<", "Sold out");
}

static void two_thousand_who_wait_are_counted_as_far_as_it_matters(void)
{
	struct world w = shown(4);

	world_sql(&w, "update u.inventory set waited_until = u.clock() + interval '4 minutes'");
	world_sql(&w, "insert into u.waitlist (id, creator_id, shop_id, item_id, link_id, variant_id, visitor, units, present_until, ends_at)"
		" select gen_random_uuid(), l.creator_id, %s, %s, l.id, %s, gen_random_uuid(), 1, u.clock() + interval '30 seconds', u.clock() + interval '1 day'"
		" from u.short_link l, generate_series(1, 2000) where l.code = 'annalink1'", world_uuid(&w, w.shop.u), world_uuid(&w, w.items[0].u),
		world_uuid(&w, w.variants[0].u));
	both_say(&w, "Sold out</a>", "left</em>");
}

static const CU_TestInfo tests[] = {
	T(what_others_wait_for_is_not_promised),
	T(who_wants_more_than_there_is_takes_nothing_away),
	T(the_line_for_another_thing_takes_nothing_away),
	T(what_has_no_limit_has_no_line),
	T(two_thousand_who_wait_are_counted_as_far_as_it_matters),
	CU_TEST_INFO_NULL,
};

const struct suite suite_cgi_bin_promised = { "cgi-bin/promised", tests };
