/* money.c: what an order earns, in two currencies, with taxes, shipping, tips, edits and refunds of every kind. */
#include "tests/bill.h"
#include "tests/suite.h"
#include "tests/told.h"

#define NET "select n.net_minor from u.shop_order o, u.order_net(o.id) n"
#define NET_ABROAD "select n.presentment_net_minor from u.shop_order o, u.order_net(o.id) n"

static struct str click(struct world *w)
{
	expect_status(tap(w, "vera"), 303);
	return newest_mark(w);
}

static void every_discount_that_was_allocated_counts(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .attributes = { click(&w) }, .lines = { { .units = 2, .discounts = { 400, 400, 100 } } }, .tip = "3.00", .shipping = 490);
	expect_sql(&w, 3100, NET);
	expect_sql(&w, 1, "select count(*) from u.shop_order where tip_minor = 300 and shipping_minor = 490");
}

static void the_buyers_currency_has_its_own_net_and_refunds(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w);

	bill(&w, .attributes = { mark }, .presentment = "JPY", .rate = 150, .lines = { { .units = 2, .discounts = { 800 } } });
	expect_sql(&w, 3200, NET);
	expect_sql(&w, 4800, NET_ABROAD);
	bill(&w, .attributes = { mark }, .updated_s = 9, .status = "partially_refunded", .presentment = "JPY", .rate = 150,
		.lines = { { .units = 2, .removed = 1, .discounts = { 800 } } },
		.refunds = { { .id = 71, .line = 900, .units = 1, .subtotal = 1600, .paid = 2400, .abroad = true } });
	expect_sql(&w, 1600, NET);
	expect_sql(&w, 2400, NET_ABROAD);
	expect_sql(&w, 1, "select count(*) from u.shop_order where refunded_minor = 1600 and presentment_refunded_minor = 2400");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'ORDER_REFUNDED' and payload @>"
		" '{\"net_minor\": 1600, \"presentment_net_minor\": 2400, \"presentment_currency\": \"JPY\"}'");
}

static void tax_is_taken_off_a_refund_only_where_prices_exclude_it(void)
{
	for (int included = 0; included < 2; included++) {
		struct world w = world(.stock = 5);

		bill(&w, .attributes = { click(&w) }, .taxes_included = included, .status = "partially_refunded",
			.lines = { { .units = 2, .discounts = { 800 } } },
			.refunds = { { .id = 71, .line = 900, .units = 1, .subtotal = 1600, .tax = 300, .paid = included ? 1600 : 1900 } });
		expect_sql(&w, 1600, NET);
	}
}

static void shipping_given_back_costs_the_creator_nothing_and_goodwill_does(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w);

	bill(&w, .attributes = { mark }, .refunds = { { .id = 71, .shipping = 490, .paid = 490 } });
	expect_sql(&w, 1600, NET);
	bill(&w, .attributes = { mark }, .updated_s = 5, .refunds = { { .id = 71, .shipping = 490, .paid = 490 }, { .id = 72, .paid = 600 } });
	expect_sql(&w, 1000, NET);
}

static void goodwill_is_shared_with_lines_that_are_nobodys(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .attributes = { click(&w) }, .refunds = { { .id = 71, .paid = 1000 } },
		.lines = { { .units = 1, .discounts = { 400 } }, { .variant = 999, .units = 1, .unit = 1600 } });
	expect_sql(&w, 1100, NET);
}

static void currencies_without_and_with_three_decimals_are_read(void)
{
	static const char *const names[] = { "JPY", "KWD" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct world w = world(.stock = 5);

		bill(&w, .currency = names[i], .presentment = names[i], .total = 12345, .lines = { { .units = 1, .unit = 12345 } });
		expect_sql(&w, 1, "select count(*) from u.shop_order o join u.order_line l on l.order_id = o.id"
			" where o.total_minor = 12345 and l.unit_minor = 12345 and o.currency = '%s'", names[i]);
	}
}

static void a_gift_of_nothing_is_an_order_too(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .attributes = { click(&w) }, .lines = { { .units = 1, .unit = -1 } });
	expect_sql(&w, 0, NET);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
	expect_sql(&w, 1, "select sold_unsynced from u.inventory");
}

static void a_line_that_a_newer_telling_lacks_earns_nothing(void)
{
	struct world w = world(.stock = 5);
	struct str mark = click(&w);

	bill(&w, .attributes = { mark }, .lines = { { .units = 1, .discounts = { 400 } }, { .units = 1, .discounts = { 400 } } });
	expect_sql(&w, 3200, NET);
	bill(&w, .attributes = { mark }, .updated_s = 5, .lines = { { .units = 1, .discounts = { 400 } } });
	expect_sql(&w, 1600, NET);
	expect_sql(&w, 2, "select sold_unsynced from u.inventory");
}

static void a_line_told_twice_in_one_order_is_one(void)
{
	struct world w = world(.stock = 5);

	bill(&w, .lines = { { .id = 900, .units = 1 }, { .id = 900, .units = 1 } });
	expect_sql(&w, 1, "select sold_unsynced from u.inventory");
}

static void amounts_beyond_reason_are_refused(void)
{
	struct world w = world(.stock = 5);
	struct order_applied applied;
	struct bill b = { .lines = { { .units = 1, .unit = INT64_C(9000000000000000) } } };

	EXPECT_ERR(bill_apply(&w, bill_body(&w, &b), &applied), ERR_BAD_INPUT);
	b.lines[0] = (struct bill_line){ .units = INT32_MAX };
	EXPECT_ERR(bill_apply(&w, bill_body(&w, &b), &applied), ERR_BAD_INPUT);
	b.lines[0] = (struct bill_line){ .units = 1, .removed = 2 };
	EXPECT_ERR(bill_apply(&w, bill_body(&w, &b), &applied), ERR_BAD_INPUT);
	expect_sql(&w, 0, "select count(*) from u.shop_order");
}

static const CU_TestInfo tests[] = {
	T(every_discount_that_was_allocated_counts),
	T(the_buyers_currency_has_its_own_net_and_refunds),
	T(tax_is_taken_off_a_refund_only_where_prices_exclude_it),
	T(shipping_given_back_costs_the_creator_nothing_and_goodwill_does),
	T(goodwill_is_shared_with_lines_that_are_nobodys),
	T(currencies_without_and_with_three_decimals_are_read),
	T(a_gift_of_nothing_is_an_order_too),
	T(a_line_that_a_newer_telling_lacks_earns_nothing),
	T(a_line_told_twice_in_one_order_is_one),
	T(amounts_beyond_reason_are_refused),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_order_money = { "lib/order/money", tests };
