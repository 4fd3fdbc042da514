/* str.c: views, numbers and UTF-8. */
#include "lib/core/arena.h"
#include "tests/suite.h"

static void equality_and_order_are_bytewise(void)
{
	EXPECT(str_eq(S(""), (struct str){ 0 }));
	EXPECT(!str_eq(S("a"), S("A")));
	EXPECT(str_eq_nocase(S("a-Z"), S("A-z")));
	EXPECT(!str_eq_nocase(S("["), S("{")));
	EXPECT(!str_eq_nocase(S("\xC3\x84"), S("\xC3\xA4")));
	EXPECT(str_cmp(S("ab"), S("abc")) < 0);
	EXPECT(str_cmp(S("b"), S("abc")) > 0);
	EXPECT(str_cmp(S("\xFF"), S("a")) > 0);
	EXPECT_INT(str_cmp(S("x"), S("x")), 0);
}

static void starts_ends_and_find(void)
{
	EXPECT(str_starts(S("abc"), S("ab")) && str_starts(S("abc"), S("")));
	EXPECT(!str_starts(S("a"), S("ab")));
	EXPECT(str_ends(S("abc"), S("bc")) && !str_ends(S("c"), S("bc")));
	EXPECT_INT((int64_t)str_find(S("abab"), 1, S("ab")), 2);
	EXPECT(str_find(S("abab"), 3, S("ab")) == SIZE_MAX);
	EXPECT(str_find(S("ab"), 9, S("")) == SIZE_MAX);
	EXPECT(str_find((struct str){ 0 }, 0, S("a")) == SIZE_MAX);
}

static void slices_are_clipped(void)
{
	EXPECT_STR(str_slice(S("hello"), 1, 3), "el");
	EXPECT_STR(str_slice(S("hello"), 3, 99), "lo");
	EXPECT_STR(str_slice(S("hello"), 9, 99), "");
	EXPECT_STR(str_slice(S("hello"), 4, 2), "");
	EXPECT_STR(str_trim(S(" \t\r\n a b \f\v")), "a b");
	EXPECT_STR(str_trim(S("   ")), "");
}

static void cut_takes_a_text_apart(void)
{
	struct str rest = S("a,,b");

	EXPECT_STR(str_cut(&rest, ','), "a");
	EXPECT_STR(str_cut(&rest, ','), "");
	EXPECT(rest.p != NULL);
	EXPECT_STR(str_cut(&rest, ','), "b");
	EXPECT(rest.p == NULL && rest.n == 0);
	EXPECT_STR(str_cut(&rest, ','), "");
}

static void cut_tells_an_empty_rest_from_none(void)
{
	struct str rest = S("a,");

	EXPECT_STR(str_cut(&rest, ','), "a");
	EXPECT(rest.p != NULL && rest.n == 0);
}

static void whole_numbers_stay_within_int64(void)
{
	int64_t v = 7;

	EXPECT(str_int(S("9223372036854775807"), &v));
	EXPECT(v == INT64_MAX);
	EXPECT(str_int(S("-9223372036854775808"), &v));
	EXPECT(v == INT64_MIN);
	EXPECT(str_int(S("-0"), &v));
	EXPECT_INT(v, 0);
	EXPECT(!str_int(S("9223372036854775808"), &v));
	EXPECT(!str_int(S("-9223372036854775809"), &v));
	EXPECT(!str_int(S("99999999999999999999999999"), &v));
}

static void what_is_no_whole_number_is_refused(void)
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1.0", "0x10", "1e3", "--1", "\xD9\xA1" };
	int64_t v = 7;

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!str_int(str_of(bad[i]), &v));
	EXPECT(!str_int(S("1\0"), &v));
	EXPECT_INT(v, 7);
}

static void utf8_is_checked_to_the_last_bit(void)
{
	static const char *const bad[] = {
		"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
		"\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xFE",
		"\xC3", "\xE2\x82", "\xF0\x9F\x98", "a\xC3(", "\xE2\x28\xA1", "\xF0\x9F\x98\x41",
	};
	static const char *const good[] = {
		"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
		"\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!str_utf8(str_of(bad[i])));
	for (size_t i = 0; i < COUNT(good); i++)
		EXPECT(str_utf8(str_of(good[i])));
	EXPECT(!str_utf8(S("a\0b")));
	EXPECT_INT((int64_t)str_points(S("h\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80")), 4);
}

static void copies_live_in_the_arena(void)
{
	struct arena *mem = arena_new(65536);
	char text[] = "Hello";
	struct str copy = str_copy(mem, str_of(text));

	text[0] = 'J';
	EXPECT_STR(copy, "Hello");
	EXPECT_STR(str_lower(mem, S("ABC-\xC3\x84")), "abc-\xC3\x84");
	EXPECT_STR(str_of(str_z(mem, S("abc"))), "abc");
	EXPECT_STR(str_copy(mem, (struct str){ 0 }), "");
	EXPECT_STR(str_fmt(mem, "%d " STR_FMT, 5, STR_ARG(S("x"))), "5 x");
	EXPECT_STR(str_of(NULL), "");
	arena_free(mem);
}

static const CU_TestInfo tests[] = {
	T(equality_and_order_are_bytewise),
	T(starts_ends_and_find),
	T(slices_are_clipped),
	T(cut_takes_a_text_apart),
	T(cut_tells_an_empty_rest_from_none),
	T(whole_numbers_stay_within_int64),
	T(what_is_no_whole_number_is_refused),
	T(utf8_is_checked_to_the_last_bit),
	T(copies_live_in_the_arena),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_str = { "lib/core/str", tests };
