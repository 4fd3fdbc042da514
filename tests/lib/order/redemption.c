/* redemption.c: an offer for so many: what uses one up, what gives it back, and everybody at once. */
#include "tests/bill.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

#define LIMIT 6
#define ROUNDS 14
#define WORKERS 6
#define USED "select redemptions_used from u.offer where creator_id = (select creator_id from u.checkout_session limit 1)"

static struct str click(struct world *w, const char *visitor)
{
	expect_status(tap(w, visitor), 303);
	return newest_mark(w);
}

static void an_offer_without_a_limit_counts_too(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .id = 1, .attributes = { click(&w, "vera") });
	bill(&w, .id = 2, .attributes = { click(&w, "willa") });
	expect_sql(&w, 2, USED);
	expect_sql(&w, 0, "select redemptions_held from u.offer");
}

static void an_order_cancelled_unpaid_gives_back_once(void)
{
	struct world w = world(.stock = 5, .redemptions_max = 1);
	struct str mark = click(&w, "vera");

	bill(&w, .attributes = { mark }, .status = "pending");
	expect_sql(&w, 1, USED);
	expect_problem(tap(&w, "willa"), "offer-exhausted");
	for (int i = 0; i < 2; i++)
		bill(&w, .attributes = { mark }, .status = "voided", .cancelled = true, .updated_s = 9 + i);
	expect_sql(&w, 0, USED);
	expect_status(tap(&w, "willa"), 303);
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

/* Expiry is a fact of the clock, whoever looks first. */
static void a_void_order_told_after_the_time_ends_no_hold_early(void)
{
	struct world w = world(.stock = 5, .redemptions_max = 1);
	struct str mark = click(&w, "vera");

	world_clock_advance(&w, 15 * 60 * 1000 + 1);
	bill(&w, .attributes = { mark }, .status = "voided", .cancelled = true);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 0, "select redemptions_held + redemptions_used from u.offer");
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static void a_full_refund_gives_back_only_where_the_offer_says_so(void)
{
	for (int says = 0; says < 2; says++) {
		struct world w = world(.stock = 5, .redemptions_max = 2);
		struct str mark = click(&w, "vera");
		struct bill part = { .attributes = { mark }, .status = "partially_refunded", .updated_s = 5,
			.lines = { { .units = 2, .removed = 1, .discounts = { 800 } } },
			.refunds = { { .id = 71, .line = 900, .units = 1, .subtotal = 1600, .paid = 1600 } } };
		struct bill all = part;

		all.updated_s = 9;
		all.lines[0].removed = 2;
		all.refunds[1] = (struct bill_refund){ .id = 72, .line = 900, .units = 1, .subtotal = 1600, .paid = 1600 };
		world_sql(&w, "update u.offer set refund_restores = %s", says ? "true" : "false");
		bill(&w, .attributes = { mark }, .lines = { { .units = 2, .discounts = { 800 } } });
		bill_told(&w, &part);
		expect_sql(&w, 1, USED);
		bill_told(&w, &all);
		all.updated_s = 12;
		bill_told(&w, &all);
		expect_sql(&w, says ? 0 : 1, USED);
		expect_sql(&w, 1, "select count(*) from u.shop_order where redemption = '%s'", says ? "returned" : "used");
	}
}

static void the_creator_says_so_and_may_think_again(void)
{
	struct world w = world(.stock = 5);

	EXPECT_SAME(got_json(&w, get(&w, ANNA, filled(&w, "/offers/$offer")), "refund_restores"), S("false"));
	EXPECT_SAME(got_json(&w, api(&w, ANNA, PATCH, "/offers/$offer", "{\"refund_restores\":true}"), "refund_restores"), S("true"));
	EXPECT_SAME(got_json(&w, api(&w, ANNA, PATCH, "/offers/$offer", "{\"name\":\"Deal\"}"), "refund_restores"), S("true"));
	EXPECT_SAME(got_json(&w, api(&w, ANNA, PATCH, "/offers/$offer", "{\"refund_restores\":false}"), "refund_restores"), S("false"));
}

static void money_alone_gives_no_redemption_back(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w, "vera");

	world_sql(&w, "update u.offer set refund_restores = true");
	bill(&w, .attributes = { mark }, .refunds = { { .id = 71, .paid = 1600 } }, .status = "refunded");
	expect_sql(&w, 1, USED);
}

static void a_refund_that_comes_alone_gives_back_too(void)
{
	struct world w = world(.stock = 5);
	struct bill b = { .attributes = { click(&w, "vera") },
		.refunds = { { .id = 71, .line = 900, .units = 1, .subtotal = 1600, .paid = 1600 } } };
	bool known;

	world_sql(&w, "update u.offer set refund_restores = true");
	bill(&w, .attributes = { b.attributes[0] });
	for (int i = 0; i < 2; i++)
		EXPECT_ERR(bill_refund_apply(&w, bill_refund_body(&w, &b, 0), &known), OK);
	expect_sql(&w, 0, USED);
}

/* The mark in the address that a click was sent to; empty when it was refused. */
static struct str mark_of(struct got got)
{
	struct str to = got_header(got, "Location"), rest;
	size_t at = str_find(to, 0, S("ref="));

	if (got.status != 303 || at == SIZE_MAX)
		return S("");
	rest = str_slice(to, at + 4, to.n);
	return str_cut(&rest, '&');
}

static bool is_within(struct world *w)
{
	return world_int(w, "select count(*) from u.offer where redemptions_used + redemptions_held > redemptions_max"
		" or redemptions_used < 0") == 0;
}

static bool apply(struct world *w, const struct bill *b)
{
	struct order_applied applied;
	enum err e = ERR_RETRY;

	for (int i = 0; i < 5 && e == ERR_RETRY; i++)
		e = bill_apply(w, bill_body(w, b), &applied);
	return e == OK;
}

static bool buy(struct world *w, int64_t id, struct str mark, unsigned luck)
{
	struct bill b = { .id = id, .attributes = { mark }, .status = "pending" };

	if (!apply(w, &b))
		return false;
	b.updated_s = 1;
	if (luck % 3 == 0) {
		b.status = "voided";
		b.cancelled = true;
	} else if (luck % 3 == 1) {
		b.status = "refunded";
		b.lines[0] = (struct bill_line){ .units = 1, .removed = 1, .discounts = { 400 } };
		b.refunds[0] = (struct bill_refund){ .id = id + 1000000, .line = 900, .units = 1, .subtotal = 1600, .paid = 1600 };
	} else {
		b.status = "paid";
	}
	return apply(w, &b);
}

/* 0: all was as it should be. */
static int everybody(struct world *w, int i)
{
	uint64_t state = (uint64_t)i * 0x9e3779b97f4a7c15u + 77;

	for (int round = 0; round < ROUNDS; round++) {
		struct str visitor = str_fmt(w->mem, "v%d-%d", i, round), mark = mark_of(tap(w, str_z(w->mem, visitor)));
		unsigned luck;

		state = state * 6364136223846793005u + 1442695040888963407u;
		luck = (unsigned)(state >> 40);
		if (mark.n && luck % 4 == 0)
			world_sql(w, "update u.reservation r set expires_at = u.clock() - interval '1 second' from u.checkout_session s"
				" where s.id = r.session_id and s.mark = '" STR_FMT "' and r.state = 'pending'", STR_ARG(mark));
		else if (mark.n && luck % 4 == 1)
			world_sql(w, "select u.checkout_release(id, null) from u.checkout_session where mark = '" STR_FMT "'", STR_ARG(mark));
		else if (mark.n && !buy(w, 10000 + i * 1000 + round, mark, luck / 4))
			return 1;
		if (luck % 5 == 0)
			world_sql(w, "select u.reservations_expire(5)");
		if (!is_within(w))
			return 2;
	}
	return 0;
}

static void everybody_at_once_never_passes_the_limit(void)
{
	struct world w = world(.stock = 4000, .redemptions_max = LIMIT);
	int codes[WORKERS];

	world_sql(&w, "update u.offer set refund_restores = true");
	fork_many(&w, WORKERS, everybody, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	EXPECT(world_int(&w, "select count(*) from u.shop_order") > 0);
	expect_sql(&w, 0, "select count(*) from u.offer o where o.redemptions_used <>"
		" (select count(*) from u.shop_order r where r.offer_id = o.id and r.redemption = 'used')");
	expect_sql(&w, 0, "select coalesce(sum(broken), 0) from u.invariants()");
}

static const CU_TestInfo tests[] = {
	T(an_offer_without_a_limit_counts_too),
	T(an_order_cancelled_unpaid_gives_back_once),
	T(a_void_order_told_after_the_time_ends_no_hold_early),
	T(a_full_refund_gives_back_only_where_the_offer_says_so),
	T(the_creator_says_so_and_may_think_again),
	T(money_alone_gives_no_redemption_back),
	T(a_refund_that_comes_alone_gives_back_too),
	T(everybody_at_once_never_passes_the_limit),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_order_redemption = { "lib/order/redemption", tests };
