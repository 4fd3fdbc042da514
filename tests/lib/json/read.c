/* read.c, want.c: what strangers send. */
#include <string.h>

#include "lib/json/json.h"
#include "tests/suite.h"

static struct ctx ctx(void)
{
	return (struct ctx){ .mem = arena_new(1 << 26) };
}

static void expect_read(struct str body, enum err want, int line)
{
	struct ctx c = ctx();
	struct json v;

	suite_expect_err(json_read(&c, body, &v), want, body.n < 80 ? str_fmt(c.mem, STR_FMT, STR_ARG(body)).p : "long", __FILE__, line);
	arena_free(c.mem);
}

#define GOOD(text) expect_read(S(text), OK, __LINE__)
#define BAD(text) expect_read(S(text), ERR_BAD_JSON, __LINE__)

/* A ctx and the object in it, for the field readers. */
static struct ctx read_object(const char *text, struct json *out)
{
	struct ctx c = ctx();

	EXPECT_ERR(json_read_object(&c, str_of(text), out), OK);
	return c;
}

static void every_kind_of_value_is_read(void)
{
	GOOD("null");
	GOOD(" true ");
	GOOD("false");
	GOOD("0");
	GOOD("-0");
	GOOD("-1.5e-3");
	GOOD("1E5");
	GOOD("\"\"");
	GOOD("\"\\u00e4\\ud83d\\ude00\\/\\b\"");
	GOOD("[]");
	GOOD("[1, [2], {}]\r\n\t ");
	GOOD("{\"\": {\"a\": null}}");
}

static void what_rfc_8259_has_not_is_refused(void)
{
	BAD("");
	BAD(" ");
	BAD("{");
	BAD("[1,]");
	BAD("{\"a\":1,}");
	BAD("{a:1}");
	BAD("{'a':1}");
	BAD("['a']");
	BAD("[1] x");
	BAD("1 2");
	BAD("/* x */ 1");
	BAD("[1] // x");
	BAD("NaN");
	BAD("Infinity");
	BAD("-Infinity");
	BAD("TRUE");
	BAD("nul");
	BAD("01");
	BAD("-");
	BAD("+1");
	BAD(".5");
	BAD("5.");
	BAD("1e");
	BAD("0x10");
	BAD("\"a\nb\"");
	BAD("\"\\x41\"");
	BAD("\"\\");
	BAD("\"\\u12\"");
	BAD("\"a");
	BAD("{\"a\" 1}");
	BAD("{\"a\":}");
	BAD("{1:2}");
	BAD("[1 2]");
	BAD("]");
	BAD("\xEF\xBB\xBF{}");
}

static void texts_are_utf8_without_nul_or_lone_surrogates(void)
{
	BAD("\"\xFF\"");
	BAD("\"\xC0\x80\"");
	BAD("\"\xED\xA0\x80\"");
	BAD("\"a\0b\"");
	BAD("\"\\u0000\"");
	BAD("{\"a\\u0000b\":1}");
	BAD("\"\\ud800\"");
	BAD("\"\\ud800x\"");
	BAD("\"\\ud800\\u0041\"");
	BAD("\"\\ud800\\ud800\"");
	BAD("\"\\udc00\"");
	BAD("\"\\udc00\\ud800\"");
	BAD("{}\0");
}

static void a_key_stands_once_however_it_is_spelled(void)
{
	BAD("{\"a\":1,\"a\":2}");
	BAD("{\"a\":1,\"\\u0061\":2}");
	BAD("{\"\":1,\"\":1}");
	BAD("[{\"x\":{\"k\":{},\"k\":{\"z\":1}}}]");
	BAD("{\"\xF0\x9F\x98\x80\":1,\"\\uD83D\\uDE00\":2}");
	BAD("{\"a/b\":1,\"a\\/b\":2}");
	BAD("{\"a\":{\"b\":1},\"a\":{\"c\":1,\"d\":2}}");
	GOOD("{\"a\":{\"a\":1},\"A\":1}");
}

static void numbers_are_exact_to_int64_and_refused_past_it(void)
{
	struct json o;
	struct ctx c = read_object("{\"max\":9223372036854775807,\"min\":-9223372036854775808,\"big\":9007199254740993,"
				   "\"text\":\"46990000000101\",\"real\":1.5,\"word\":\"1x\"}", &o);
	int64_t v = 0;

	EXPECT(json_int(json_get(o, "max"), &v) && v == INT64_MAX);
	EXPECT(json_int(json_get(o, "min"), &v) && v == INT64_MIN);
	EXPECT(json_int(json_get(o, "big"), &v) && v == 9007199254740993);
	EXPECT(json_int(json_get(o, "text"), &v) && v == 46990000000101);
	EXPECT(!json_int(json_get(o, "real"), &v) && !json_int(json_get(o, "word"), &v));
	arena_free(c.mem);
	BAD("9223372036854775808");
	BAD("-9223372036854775809");
	BAD("[1e400]");
	BAD("-1e999999999");
	GOOD("1e300");
}

static struct str repeated(struct arena *mem, const char *open, const char *middle, const char *close, size_t n)
{
	struct buf b = buf_new(mem, 1 << 22);

	for (size_t i = 0; i < n; i++)
		buf_put(&b, str_of(open));
	buf_put(&b, str_of(middle));
	for (size_t i = 0; i < n; i++)
		buf_put(&b, str_of(close));
	return buf_str(&b);
}

static void nesting_ends_at_32_levels(void)
{
	struct arena *mem = arena_new(1 << 25);

	expect_read(repeated(mem, "[", "", "]", 32), OK, __LINE__);
	expect_read(repeated(mem, "[", "", "]", 33), ERR_BAD_JSON, __LINE__);
	expect_read(repeated(mem, "{\"a\":", "1", "}", 32), OK, __LINE__);
	expect_read(repeated(mem, "{\"a\":", "1", "}", 33), ERR_BAD_JSON, __LINE__);
	expect_read(repeated(mem, "[", "", "", 100000), ERR_BAD_JSON, __LINE__);
	expect_read(repeated(mem, "{\"a\":", "", "", 100000), ERR_BAD_JSON, __LINE__);
	arena_free(mem);
}

static void a_body_that_would_cost_json_c_too_much_is_refused(void)
{
	struct arena *mem = arena_new(1 << 25);

	expect_read(repeated(mem, "", "[", "{},", 0), ERR_BAD_JSON, __LINE__);
	expect_read(str_fmt(mem, "[" STR_FMT "{}]", STR_ARG(repeated(mem, "{},", "", "", 1000))), OK, __LINE__);
	expect_read(str_fmt(mem, "[" STR_FMT "{}]", STR_ARG(repeated(mem, "{},", "", "", 70000))), ERR_BAD_JSON, __LINE__);
	expect_read(str_fmt(mem, "[" STR_FMT "0]", STR_ARG(repeated(mem, "0,", "", "", 1100000))), ERR_BAD_JSON, __LINE__);
	arena_free(mem);
}

static void an_object_is_asked_for_and_an_empty_body_is_one(void)
{
	struct ctx c = ctx();
	struct json v;

	EXPECT_ERR(json_read_object(&c, S(""), &v), OK);
	EXPECT_INT(json_type(v), JSON_OBJECT);
	EXPECT_ERR(json_read_object(&c, S("[]"), &v), ERR_BAD_JSON);
	EXPECT_ERR(json_read_object(&c, S("null"), &v), ERR_BAD_JSON);
	arena_free(c.mem);
}

static void values_are_reached_by_name_path_and_place(void)
{
	struct json o;
	struct ctx c = read_object("{\"data\":{\"shop\":{\"name\":\"Pelagia\"},\"n\":null},\"list\":[1,null,\"x\"],\"t\":true}", &o);

	EXPECT_STR(json_str_at(o, "data.shop.name"), "Pelagia");
	EXPECT_INT(json_type(json_path(o, "data.shop.none.deeper")), JSON_ABSENT);
	EXPECT_INT(json_type(json_path(o, "data.n")), JSON_NULL);
	EXPECT_INT(json_type(json_path(o, "data.n.x")), JSON_ABSENT);
	EXPECT_INT((int64_t)json_length(json_get(o, "list")), 3);
	EXPECT_INT(json_type(json_at(json_get(o, "list"), 1)), JSON_NULL);
	EXPECT_INT(json_type(json_at(json_get(o, "list"), 3)), JSON_ABSENT);
	EXPECT_STR(json_str(json_at(json_get(o, "list"), 2)), "x");
	EXPECT(json_bool(json_get(o, "t"), false) && json_bool(json_get(o, "none"), true));
	EXPECT_STR(json_str(json_get(o, "list")), "");
	EXPECT_STR(str_of(json_key_at(o, 1)), "list");
	EXPECT(json_key_at(o, 3) == NULL && json_key_at(json_get(o, "t"), 0) == NULL);
	EXPECT_STR(json_text(&c, json_get(o, "data")), "{\"shop\":{\"name\":\"Pelagia\"},\"n\":null}");
	EXPECT_STR(json_text(&c, json_at(json_get(o, "list"), 1)), "null");
	arena_free(c.mem);
}

static void good_fields_are_taken(void)
{
	struct json o;
	struct ctx c = read_object("{\"title\":\"M\xC3\xBCg\",\"units\":3,\"on\":true,\"at\":\"1970-01-01T00:00:01Z\","
				   "\"price\":{\"minor\":1999,\"currency\":\"USD\"},"
				   "\"link\":\"link_01h455vb4pex5vsknk084sn02q\",\"none\":null}", &o);
	struct str title = S("");
	struct money price;
	struct uuid link;
	int64_t units = 0, at = 0;
	bool on = false;

	EXPECT(json_want_text(&c, o, "title", 3, 3, &title));
	EXPECT_STR(title, "M\xC3\xBCg");
	EXPECT(json_want_int(&c, o, "units", 1, 3, &units) && units == 3);
	EXPECT(json_want_bool(&c, o, "on", &on) && on);
	EXPECT(json_want_time(&c, o, "at", &at) && at == 1000);
	EXPECT(json_want_money(&c, o, "price", &price) && price.minor == 1999);
	EXPECT(json_want_id(&c, o, "link", ID_link, &link));
	EXPECT(!json_want_int(&c, o, "none", 1, 3, &units) && !json_want_int(&c, o, "absent", 1, 3, &units));
	EXPECT(json_is_null(o, "none") && !json_is_null(o, "absent") && !json_is_null(o, "units"));
	EXPECT_INT(units, 3);
	EXPECT_ERR(fields_must_be_good(&c), OK);
	arena_free(c.mem);
}

static void every_bad_field_is_told(void)
{
	struct json o;
	struct ctx c = read_object("{\"a\":1,\"b\":\"3\",\"c\":4,\"d\":\"true\",\"e\":\"soon\",\"f\":{\"minor\":1.5,"
				   "\"currency\":\"USD\"},\"g\":{\"minor\":1,\"currency\":\"USD\",\"x\":1},\"h\":\"offer_x\","
				   "\"i\":\"\",\"j\":\"long\"}", &o);
	struct str s;
	struct money m;
	struct uuid u;
	int64_t v;
	bool on;

	EXPECT(!json_want_text(&c, o, "a", 0, 9, &s));
	EXPECT(!json_want_int(&c, o, "b", 1, 3, &v));
	EXPECT(!json_want_int(&c, o, "c", 1, 3, &v));
	EXPECT(!json_want_bool(&c, o, "d", &on));
	EXPECT(!json_want_time(&c, o, "e", &v));
	EXPECT(!json_want_money(&c, o, "f", &m));
	EXPECT(!json_want_money(&c, o, "g", &m));
	EXPECT(!json_want_id(&c, o, "h", ID_link, &u));
	EXPECT(!json_want_text(&c, o, "i", 1, 9, &s));
	EXPECT(!json_want_text(&c, o, "j", 1, 3, &s));
	EXPECT_INT((int64_t)c.fields_n, 10);
	EXPECT_STR(c.fields[2].says, "1 to 3");
	EXPECT_STR(c.fields[7].says, "an id that starts with link_");
	EXPECT_ERR(fields_must_be_good(&c), ERR_BAD_INPUT);
	arena_free(c.mem);
}

static void unknown_fields_are_told(void)
{
	static const char *const known[] = { "a", "b", NULL };
	struct json o;
	struct ctx c = read_object("{\"a\":1,\"x\":2,\"b\":3,\"y\":4}", &o);

	json_only(&c, o, known);
	EXPECT_INT((int64_t)c.fields_n, 2);
	EXPECT_STR(c.fields[0].field, "x");
	EXPECT_STR(c.fields[1].field, "y");
	arena_free(c.mem);
}

static const CU_TestInfo tests[] = {
	T(every_kind_of_value_is_read),
	T(what_rfc_8259_has_not_is_refused),
	T(texts_are_utf8_without_nul_or_lone_surrogates),
	T(a_key_stands_once_however_it_is_spelled),
	T(numbers_are_exact_to_int64_and_refused_past_it),
	T(nesting_ends_at_32_levels),
	T(a_body_that_would_cost_json_c_too_much_is_refused),
	T(an_object_is_asked_for_and_an_empty_body_is_one),
	T(values_are_reached_by_name_path_and_place),
	T(good_fields_are_taken),
	T(every_bad_field_is_told),
	T(unknown_fields_are_told),
	CU_TEST_INFO_NULL,
};

const struct suite suite_json_read = { "lib/json/read", tests };
