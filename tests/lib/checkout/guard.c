/* What keeps one from holding all there is: caps, shorter holds, cool-downs, levels; alone, in a batch and at once. */
#include "lib/checkout/guard.h"

#include "lib/checkout/checkout.h"
#include "lib/core/config.h"
#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/world.h"

#define MINUTE_MS (60 * 1000)
#define MOST 40

extern const struct helper guard_tend_helper;

/* Somebody who asks. Left empty: a stranger's navigation from nowhere. */
struct somebody {
	const char *code;      /* NULL: anna's */
	struct uuid visitor;   /* nil: a new one */
	int place;             /* number of its address; 0: unknown */
	bool scripted;         /* no Sec-Fetch headers, but the button was pressed */
	int64_t known_s;       /* age of its cookie; 0: none */
	int units;             /* 0: one */
};

static struct uuid place_of(int n)
{
	return (struct uuid){ { 0xad, (uint8_t)(n >> 8), (uint8_t)n } };
}

static struct checkout_ask ask_of(struct world *w, struct ctx *c, const struct somebody *s)
{
	struct checkout_ask ask = {
		.code = s->code ? str_of(s->code) : w->anna.code, .visitor = uuid_is_nil(s->visitor) ? uuid_new(c->now_ms) : s->visitor,
		.variant = w->variant, .units = s->units ? s->units : 1, .navigates = !s->scripted, .pressed = s->scripted,
		.seen_ms = s->known_s ? c->now_ms - s->known_s * 1000 : 0,
	};

	if (s->place)
		ask.address = place_of(s->place);
	checkout_ask_mint(c, &ask);
	return ask;
}

/* They all ask, in one transaction when together; how many got a unit. outs may be NULL. */
static int all_ask(struct world *w, const struct somebody *people, int n, bool together, struct checkout_outcome *outs)
{
	struct ctx *c = world_ctx(w, NOBODY);
	struct checkout_outcome own[MOST], *out = outs ? outs : own;
	const struct checkout_ask *list[MOST];
	struct checkout_ask asks[MOST];
	int started = 0;

	for (int i = 0; i < n; i++) {
		asks[i] = ask_of(w, c, &people[i]);
		list[i] = &asks[i];
	}
	if (together)
		EXPECT_ERR(checkout_start_many(c, list, (size_t)n, out), OK);
	for (int i = 0; i < n; i++) {
		if (!together)
			EXPECT_ERR(checkout_start(c, &asks[i], &out[i]), OK);
		started += out[i].result == CHECKOUT_STARTED;
	}
	return started;
}

static struct checkout_outcome answered(struct world *w, struct somebody s)
{
	struct checkout_outcome out;

	(void)all_ask(w, &s, 1, false, &out);
	return out;
}

/* In so many milliseconds; the test itself took some. */
static bool is_in(struct world *w, int64_t at_ms, int64_t in_ms)
{
	int64_t left = at_ms - world_now_ms(w);

	return left > 0 && left <= in_ms + 10;
}

#define expect_word(w, want, ...) EXPECT_SAME(answered((w), (struct somebody){ __VA_ARGS__ }).word, S(want))

/* ---- addresses */

static bool same_block(struct ctx *c, const char *a, const char *b)
{
	return uuid_eq(guard_address(c, str_of(a)), guard_address(c, str_of(b)));
}

static void an_address_is_its_block_of_today(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct uuid today = guard_address(c, S("203.0.113.7"));

	EXPECT(same_block(c, "203.0.113.7", "::ffff:203.0.113.7"));
	EXPECT(!same_block(c, "203.0.113.7", "203.0.113.8"));
	EXPECT(same_block(c, "2001:db8:0:1::1", "2001:db8:0:1:ffff::2"));
	EXPECT(!same_block(c, "2001:db8:0:1::1", "2001:db8:0:2::1"));
	EXPECT(uuid_is_nil(guard_address(c, S(""))) && uuid_is_nil(guard_address(c, S("unix:"))) &&
		uuid_is_nil(guard_address(c, S("203.0.113.7, 10.0.0.1"))));
	c->now_ms += INT64_C(86400000);
	EXPECT(!uuid_eq(today, guard_address(c, S("203.0.113.7"))));
}

static void crowd(struct world *w, struct somebody like, int n, bool together, int want)
{
	struct somebody people[MOST];

	for (int i = 0; i < n; i++)
		people[i] = like;
	EXPECT_INT(all_ask(w, people, n, together, NULL), want);
}

static void one_address_holds_so_many_of_an_item(void)
{
	for (int together = 0; together < 2; together++) {
		struct world w = world(.stock = 60);
		struct checkout_outcome more;

		w.config->holds_per_address = 10;
		crowd(&w, (struct somebody){ .place = 1 }, 15, together, 10);
		more = answered(&w, (struct somebody){ .place = 1 });
		EXPECT_SAME(more.word, S("address_capped"));
		EXPECT(is_in(&w, more.expires_ms, 15 * MINUTE_MS));
		expect_sql(&w, 10, "select held from u.inventory");
		expect_word(&w, "started", .place = 2);
		expect_word(&w, "started", .place = 0);
		world_clock_advance(&w, 15 * MINUTE_MS + 1);
		crowd(&w, (struct somebody){ .place = 1 }, 12, together, 10);
		expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
	}
}

static void and_fewer_when_little_is_left(void)
{
	for (int together = 0; together < 2; together++) {
		struct world w = world(.stock = 22);

		w.config->holds_per_address = 10;
		crowd(&w, (struct somebody){ .place = 1 }, 12, together, 3);
		crowd(&w, (struct somebody){ .place = 2 }, 12, together, 3);
		expect_sql(&w, 6, "select held from u.inventory");
	}
}

static int from_one_place(struct world *w, int i)
{
	struct somebody people[10];

	w->config->holds_per_address = 10;
	for (int k = 0; k < 10; k++)
		people[k] = (struct somebody){ .place = 1 };
	return all_ask(w, people, 10, i % 2, NULL);
}

static int sum(const int codes[], int n)
{
	int all = 0;

	for (int i = 0; i < n; i++)
		all += codes[i] == 255 ? -1000 : codes[i];
	return all;
}

static void at_once_it_is_still_so_many(void)
{
	struct world w = world(.stock = 90);
	int codes[6];

	fork_many(&w, 6, from_one_place, codes);
	EXPECT_INT(sum(codes, 6), 10);
	expect_sql(&w, 10, "select held from u.inventory");
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

/* ---- visitors */

static void links(struct world *w, int n)
{
	for (int i = 0; i < n; i++)
		world_sql(w, "insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code)"
			" select gen_random_uuid(), creator_id, shop_id, offer_id, attribution_id, 'more%d' from u.short_link where code = 'annalink1'", i);
}

static void one_visitor_holds_so_much_of_one_creator(void)
{
	struct world w = world(.stock = 50, .ben = true);
	struct uuid vera = uuid_new(1);
	struct checkout_outcome more;

	links(&w, 4);
	expect_word(&w, "started", .visitor = vera);
	expect_word(&w, "started", .visitor = vera, .known_s = 5, .code = "more0");
	expect_word(&w, "started", .visitor = vera, .known_s = 5, .code = "more1");
	more = answered(&w, (struct somebody){ .visitor = vera, .known_s = 5, .code = "more2" });
	EXPECT_SAME(more.word, S("visitor_capped"));
	EXPECT(is_in(&w, more.expires_ms, 15 * MINUTE_MS));
	expect_word(&w, "repeated", .visitor = vera, .known_s = 5);
	expect_word(&w, "started", .visitor = vera, .known_s = 5, .units = 3); /* replaces the one on that link */
	expect_word(&w, "started", .visitor = vera, .known_s = 5, .code = "benlink1");
	world_clock_advance(&w, 15 * MINUTE_MS + 1);
	expect_word(&w, "started", .visitor = vera, .known_s = 5, .code = "more2");
}

static int over_all_links(struct world *w, int i)
{
	static const char *const codes[] = { "more0", "more1", "more2", "more3", "more4", "more5" };
	struct somebody people[6];

	for (int k = 0; k < 6; k++)
		people[k] = (struct somebody){ .visitor = place_of(9), .known_s = 5, .code = codes[(i + k) % 6] };
	return all_ask(w, people, 6, i % 2, NULL);
}

static void also_over_many_links_at_once(void)
{
	struct world w = world(.stock = 50);
	int codes[4];

	links(&w, 6);
	fork_many(&w, 4, over_all_links, codes);
	EXPECT_INT(sum(codes, 4), 3);
	expect_sql(&w, 3, "select held from u.inventory");
}

/* ---- the share of those who are not proven */

static void the_unproven_share_a_quarter(void)
{
	for (int together = 0; together < 2; together++) {
		struct world w = world(.stock = 8);
		struct checkout_outcome more;

		crowd(&w, (struct somebody){ .scripted = true }, 6, together, 2);
		more = answered(&w, (struct somebody){ .scripted = true });
		EXPECT_SAME(more.word, S("unproven_capped"));
		EXPECT(is_in(&w, more.expires_ms, 3000));
		crowd(&w, (struct somebody){ 0 }, 6, together, 6);
		expect_sql(&w, 2, "select count(*) from u.reservation where not proven and expires_at = created_at + interval '4 minutes'");
		expect_sql(&w, 6, "select count(*) from u.reservation where proven and expires_at = created_at + interval '15 minutes'");
		world_clock_advance(&w, 4 * MINUTE_MS + 1);
		crowd(&w, (struct somebody){ .scripted = true }, 6, together, 2);
		expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
	}
}

static void of_little_it_is_one_unit(void)
{
	struct world w = world(.stock = 3);

	expect_word(&w, "unproven_capped", .scripted = true, .units = 2);
	expect_word(&w, "started", .scripted = true);
	expect_word(&w, "unproven_capped", .scripted = true);
	w.config->unproven_percent = 0;
	expect_word(&w, "unproven_capped", .scripted = true);
}

static void what_has_no_end_is_not_shared_out(void)
{
	struct world w = world(.stock = 1);

	world_sql(&w, "update u.inventory set tracked = false");
	crowd(&w, (struct somebody){ .scripted = true, .units = 20 }, 5, true, 5);
}

static int scripts(struct world *w, int i)
{
	struct somebody people[10];

	for (int k = 0; k < 10; k++)
		people[k] = (struct somebody){ .scripted = true, .units = 1 + k % 3 };
	(void)all_ask(w, people, 10, i % 2, NULL);
	return 1;
}

static void at_once_they_hold_no_more(void)
{
	struct world w = world(.stock = 40);
	int codes[6];

	fork_many(&w, 6, scripts, codes);
	EXPECT_INT(sum(codes, 6), 6);
	expect_sql(&w, 10, "select held from u.inventory");
}

/* ---- levels */

static void a_level_asks_for_more(void)
{
	static const struct {
		int level;
		const char *stranger, *young, *button, *known;
	} levels[] = {
		{ 0, "started", "started", "started", "started" },
		{ 1, "guard_bounce", "started", "started", "started" },
		{ 2, "guard_confirm", "guard_confirm", "started", "started" },
		{ 3, "guard_wait", "guard_wait", "guard_wait", "guard_wait" },
	};

	for (size_t i = 0; i < COUNT(levels); i++) {
		struct world w = world(.stock = 40);
		const struct somebody people[] = { { 0 }, { .known_s = 1 }, { .scripted = true }, { .known_s = 2 } };
		struct checkout_outcome outs[4];

		world_sql(&w, "update u.inventory set guard = %d", levels[i].level);
		for (int together = 0; together < 2; together++) {
			(void)all_ask(&w, people, 4, together, outs);
			EXPECT_SAME(outs[0].word, str_of(levels[i].stranger));
			EXPECT_SAME(outs[1].word, str_of(levels[i].young));
			EXPECT_SAME(outs[2].word, str_of(levels[i].button));
			EXPECT_SAME(outs[3].word, str_of(levels[i].known));
		}
	}
}

static void a_hold_that_is_there_stays_at_every_level(void)
{
	struct world w = world(.stock = 4);
	struct uuid vera = uuid_new(1);

	expect_word(&w, "started", .visitor = vera);
	world_sql(&w, "update u.inventory set guard = 3");
	expect_word(&w, "repeated", .visitor = vera);
	expect_word(&w, "guard_wait", .visitor = vera, .units = 2);
	expect_sql(&w, 1, "select held from u.inventory");
}

static void a_young_cookie_is_a_share_and_an_old_one_is_not(void)
{
	struct world w = world(.stock = 8);

	world_sql(&w, "update u.inventory set guard = 1");
	crowd(&w, (struct somebody){ .known_s = 1 }, 8, true, 2);
	crowd(&w, (struct somebody){ .known_s = 2 }, 8, true, 6);
}

static const CU_TestInfo tests[] = {
	T(an_address_is_its_block_of_today),
	T(one_address_holds_so_many_of_an_item),
	T(and_fewer_when_little_is_left),
	T(at_once_it_is_still_so_many),
	T(one_visitor_holds_so_much_of_one_creator),
	T(also_over_many_links_at_once),
	T(the_unproven_share_a_quarter),
	T(of_little_it_is_one_unit),
	T(what_has_no_end_is_not_shared_out),
	T(at_once_they_hold_no_more),
	T(a_level_asks_for_more),
	T(a_hold_that_is_there_stays_at_every_level),
	T(a_young_cookie_is_a_share_and_an_old_one_is_not),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_checkout_guard = { "lib/checkout/guard", tests };
