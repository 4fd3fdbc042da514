#include "lib/offer/inside.h"
#include "tests/suite.h"

/* -1: the value makes no sense for that list price */
static int64_t price(enum offer_kind kind, int64_t value, int64_t list)
{
	int64_t out = 0;

	return offer_price_of(kind, value, list, &out) ? out : -1;
}

static void a_share_is_rounded_half_up_in_the_buyers_favour(void)
{
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 2000, 2000), 1600);
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 1500, 1995), 1696); /* 299.25 off */
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 2500, 1998), 1498); /* 499.5 off */
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 3333, 999), 666);   /* yen */
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 5000, 1), 0);
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 1, 4999), 4999);    /* 0.4999 off is nothing */
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 10000, 2000), 0);
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 2000, 0), 0);
}

static void a_share_of_a_huge_price_does_not_overflow(void)
{
	EXPECT_INT(price(OFFER_PERCENTAGE_OFF, 9999, INT64_C(9000000000000000000)), INT64_C(900000000000000));
}

static void an_amount_off_leaves_something_to_pay(void)
{
	EXPECT_INT(price(OFFER_FIXED_AMOUNT_OFF, 500, 2000), 1500);
	EXPECT_INT(price(OFFER_FIXED_AMOUNT_OFF, 1999, 2000), 1);
	EXPECT_INT(price(OFFER_FIXED_AMOUNT_OFF, 2000, 2000), -1);
	EXPECT_INT(price(OFFER_FIXED_AMOUNT_OFF, 2001, 2000), -1);
}

static void a_fixed_price_is_at_most_the_list_price(void)
{
	EXPECT_INT(price(OFFER_FIXED_PRICE, 1500, 2000), 1500);
	EXPECT_INT(price(OFFER_FIXED_PRICE, 2000, 2000), 2000);
	EXPECT_INT(price(OFFER_FIXED_PRICE, 0, 2000), 0);
	EXPECT_INT(price(OFFER_FIXED_PRICE, 2001, 2000), -1);
}

static const CU_TestInfo tests[] = {
	T(a_share_is_rounded_half_up_in_the_buyers_favour),
	T(a_share_of_a_huge_price_does_not_overflow),
	T(an_amount_off_leaves_something_to_pay),
	T(a_fixed_price_is_at_most_the_list_price),
	CU_TEST_INFO_NULL,
};
const struct suite suite_offer_price = { "lib/offer/price", tests };
