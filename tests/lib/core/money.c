/* money.c: minor units, exponents and rounding. */
#include "lib/core/money.h"

#include "lib/core/arena.h"
#include "tests/suite.h"

static struct currency currency_of(const char *code)
{
	struct currency currency = { { 0 } };

	EXPECT(currency_read(str_of(code), &currency));
	return currency;
}

static int64_t minor_of(const char *decimal, const char *code)
{
	struct money m = { .minor = -77 };

	EXPECT(money_read(str_of(decimal), currency_of(code), &m));
	return m.minor;
}

static void expect_texts(int64_t minor, const char *code, const char *decimal, const char *text, int line)
{
	struct arena *mem = arena_new(65536);
	struct money m = { minor, currency_of(code) };

	suite_expect_str(money_decimal(mem, m), str_of(decimal), code, __FILE__, line);
	suite_expect_str(money_text(mem, m), str_of(text), code, __FILE__, line);
	arena_free(mem);
}

#define TEXTS(minor, code, decimal, text) expect_texts((minor), (code), (decimal), (text), __LINE__)

static void exponents_are_those_of_iso_4217(void)
{
	EXPECT_INT(currency_exponent(currency_of("USD")), 2);
	EXPECT_INT(currency_exponent(currency_of("JPY")), 0);
	EXPECT_INT(currency_exponent(currency_of("KRW")), 0);
	EXPECT_INT(currency_exponent(currency_of("KWD")), 3);
	EXPECT_INT(currency_exponent(currency_of("CLF")), 4);
	EXPECT_INT(currency_exponent(currency_of("HUF")), 2);
	EXPECT_INT(currency_exponent(currency_of("MGA")), 2);
}

static void only_listed_capitals_are_a_currency(void)
{
	static const char *const bad[] = { "", "U", "US", "usd", "Usd", "USDX", "AAA", "ZZZ", ("X" "XX"), "XAU", " USD" };
	struct currency currency;

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!currency_read(str_of(bad[i]), &currency));
	EXPECT(!currency_read(S("US\0"), &currency));
	EXPECT(!currency_read(S("\0\0\0"), &currency));
}

static void decimals_become_minor_units(void)
{
	EXPECT_INT(minor_of("19.99", "USD"), 1999);
	EXPECT_INT(minor_of("19.990", "USD"), 1999);
	EXPECT_INT(minor_of("19.9", "USD"), 1990);
	EXPECT_INT(minor_of("19", "USD"), 1900);
	EXPECT_INT(minor_of("0.01", "USD"), 1);
	EXPECT_INT(minor_of("-5.00", "USD"), -500);
	EXPECT_INT(minor_of("-0.00", "USD"), 0);
	EXPECT_INT(minor_of("007.00", "USD"), 700);
	EXPECT_INT(minor_of("1200", "JPY"), 1200);
	EXPECT_INT(minor_of("1200.00", "JPY"), 1200);
	EXPECT_INT(minor_of("1.500", "KWD"), 1500);
	EXPECT_INT(minor_of("1.5", "KWD"), 1500);
	EXPECT_INT(minor_of("92233720368547758.07", "USD"), INT64_MAX);
	EXPECT_INT(minor_of("-92233720368547758.08", "USD"), INT64_MIN);
}

static void other_decimals_are_refused(void)
{
	static const char *const bad[] = {
		"", "-", ".", ".5", "5.", "-.5", "+5", "5,00", "1,000.00", "1e2", "1E2", " 1", "1 ", "1.2.3", "--1", "0x1",
		"19.991", "19.999", "NaN", "inf", "92233720368547758.08", "-92233720368547758.09", "1.-5", "1.+5",
		"99999999999999999999", "999999999999999999999999999999999.00", "\xD9\xA1",
	};
	struct money m = { .minor = 7 };

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!money_read(str_of(bad[i]), currency_of("USD"), &m));
	EXPECT(!money_read(S("1.50"), currency_of("JPY"), &m));
	EXPECT(!money_read(S("1.5005"), currency_of("KWD"), &m));
	EXPECT(!money_read(S("1\0"), currency_of("USD"), &m));
	EXPECT(!money_read(S("1"), (struct currency){ "" }, &m));
	EXPECT_INT(m.minor, 7);
}

static void amounts_are_written_for_shops_and_people(void)
{
	TEXTS(1999, "USD", "19.99", "$19.99");
	TEXTS(5, "USD", "0.05", "$0.05");
	TEXTS(0, "USD", "0.00", "$0.00");
	TEXTS(-500, "USD", "-5.00", "\xE2\x88\x92$5.00");
	TEXTS(123456789, "EUR", "1234567.89", "\xE2\x82\xAC" "1,234,567.89");
	TEXTS(1200, "JPY", "1200", "\xC2\xA5" "1,200");
	TEXTS(100, "JPY", "100", "\xC2\xA5" "100");
	TEXTS(1500, "KWD", "1.500", "KWD 1.500");
	TEXTS(12345, "CLF", "1.2345", "CLF 1.2345");
	TEXTS(INT64_MIN, "USD", "-92233720368547758.08", "\xE2\x88\x92$92,233,720,368,547,758.08");
	TEXTS(INT64_MAX, "JPY", "9223372036854775807", "\xC2\xA5" "9,223,372,036,854,775,807");
}

static void a_share_is_rounded_half_up_away_from_zero(void)
{
	EXPECT_INT(money_share(1999, 2000), 400);
	EXPECT_INT(money_share(5, 1000), 1);
	EXPECT_INT(money_share(4, 1000), 0);
	EXPECT_INT(money_share(-5, 1000), -1);
	EXPECT_INT(money_share(-4, 1000), 0);
	EXPECT_INT(money_share(1, 5000), 1);
	EXPECT_INT(money_share(1, 4999), 0);
	EXPECT_INT(money_share(3, 3333), 1);
	EXPECT_INT(money_share(10001, 5000), 5001);
	EXPECT_INT(money_share(0, 10000), 0);
	EXPECT_INT(money_share(12345, 1), 1);
}

static void a_share_of_the_largest_amount_does_not_overflow(void)
{
	EXPECT_INT(money_share(INT64_MAX, 10000), INT64_MAX);
	EXPECT_INT(money_share(INT64_MIN, 10000), INT64_MIN);
	EXPECT_INT(money_share(INT64_MAX, 5000), 4611686018427387904);
	EXPECT_INT(money_share(INT64_MIN, 5000), -4611686018427387904);
}

static void currencies_compare_by_code(void)
{
	struct currency usd = currency_of("USD");

	EXPECT(currency_eq(usd, currency_of("USD")));
	EXPECT(!currency_eq(usd, currency_of("EUR")));
	EXPECT_STR(currency_str(&usd), "USD");
	EXPECT_STR(currency_str(&(struct currency){ "" }), "");
}

static const CU_TestInfo tests[] = {
	T(exponents_are_those_of_iso_4217),
	T(only_listed_capitals_are_a_currency),
	T(decimals_become_minor_units),
	T(other_decimals_are_refused),
	T(amounts_are_written_for_shops_and_people),
	T(a_share_is_rounded_half_up_away_from_zero),
	T(a_share_of_the_largest_amount_does_not_overflow),
	T(currencies_compare_by_code),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_money = { "lib/core/money", tests };
