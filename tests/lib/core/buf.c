/* buf.c: growing text and its escapers. */
#include "lib/core/buf.h"

#include "lib/core/arena.h"
#include "tests/suite.h"

typedef void escaper(struct buf *b, struct str s);

static void expect_escaped(escaper *escape, struct str s, const char *want, int line)
{
	struct arena *mem = arena_new(65536);
	struct buf b = buf_new(mem, 4096);

	escape(&b, s);
	suite_expect_str(buf_str(&b), str_of(want), "escaped", __FILE__, line);
	arena_free(mem);
}

#define ESCAPED(escape, s, want) expect_escaped((escape), S(s), (want), __LINE__)

static void text_grows_to_its_maximum_and_not_past_it(void)
{
	struct arena *mem = arena_new(65536);
	struct buf b = buf_new(mem, 1000);

	for (int i = 0; i < 1000; i++)
		buf_char(&b, 'x');
	EXPECT(b.n == 1000 && !b.full);
	buf_char(&b, 'y');
	EXPECT(b.n == 1000 && b.full);
	arena_free(mem);
}

static void what_does_not_fit_is_dropped_whole_and_so_is_all_after(void)
{
	struct arena *mem = arena_new(65536);
	struct buf b = buf_new(mem, 8);

	buf_put(&b, S("12345"));
	buf_put(&b, S("6789"));
	EXPECT(b.full);
	buf_put(&b, S("6"));
	buf_int(&b, 7);
	EXPECT_STR(buf_str(&b), "12345");
	arena_free(mem);
}

static void numbers_and_formats_are_written(void)
{
	struct arena *mem = arena_new(65536);
	struct buf b = buf_new(mem, 100);

	buf_int(&b, INT64_MIN);
	buf_fmt(&b, " %s %03d", "a", 7);
	EXPECT_STR(buf_str(&b), "-9223372036854775808 a 007");
	arena_free(mem);
}

static void html_leaves_no_way_out_of_text_or_attribute(void)
{
	ESCAPED(buf_html, "<a href=\"x\" id='y'>&amp;", "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
	ESCAPED(buf_html, "a\0b\x01\x1F\tc\r\n", "ab\tc\r\n");
	ESCAPED(buf_html, "\xC3<", "\xEF\xBF\xBD&lt;");
	ESCAPED(buf_html, "\xC0\xBCscript", "\xEF\xBF\xBD\xEF\xBF\xBDscript");
	ESCAPED(buf_html, "h\xC3\xA4", "h\xC3\xA4");
}

static void url_parts_keep_only_the_unreserved(void)
{
	ESCAPED(buf_url_part, "aZ09-._~", "aZ09-._~");
	ESCAPED(buf_url_part, "a b&c=d/e?f#g%h+", "a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2B");
	ESCAPED(buf_url_part, "\xE2\x82\xAC\xFF", "%E2%82%AC%EF%BF%BD");
	ESCAPED(buf_url_part, "a\r\nb\0", "a%0D%0Ab");
}

static void json_strings_are_always_valid(void)
{
	ESCAPED(buf_json, "a\"b\\c/\n\r\t", "\"a\\\"b\\\\c/\\n\\r\\t\"");
	ESCAPED(buf_json, "\x01\0\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
	ESCAPED(buf_json, "", "\"\"");
}

static void json_in_a_script_cannot_end_it(void)
{
	ESCAPED(buf_json_script, "</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
	ESCAPED(buf_json_script, "\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", "\"\\u2028\\u2029\xE2\x80\xAA\"");
}

static void a_url_attribute_takes_http_https_and_relative_ones(void)
{
	ESCAPED(buf_html_url, "https://a.example/?x=1&y='2'", "https://a.example/?x=1&amp;y=&#39;2&#39;");
	ESCAPED(buf_html_url, "HTTP://a.example", "HTTP://a.example");
	ESCAPED(buf_html_url, "/links?a=b:c", "/links?a=b:c");
	ESCAPED(buf_html_url, "links/a:b", "links/a:b");
	ESCAPED(buf_html_url, "#top", "#top");
	ESCAPED(buf_html_url, "?q=javascript:x", "?q=javascript:x");
}

static void any_other_url_becomes_a_hash(void)
{
	static const char *const bad[] = {
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
		"\x01javascript:x", "data:text/html,x", "vbscript:x", "mailto:anna@x.example", "//evil.example/x",
		"/\\evil.example", "\\\\evil.example", "https:evil.example", "http:\\\\evil.example", ":x",
		"https ://a.example", "ftp://a.example", "/\t/evil.example",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		expect_escaped(buf_html_url, str_of(bad[i]), "#", __LINE__);
}

static const CU_TestInfo tests[] = {
	T(text_grows_to_its_maximum_and_not_past_it),
	T(what_does_not_fit_is_dropped_whole_and_so_is_all_after),
	T(numbers_and_formats_are_written),
	T(html_leaves_no_way_out_of_text_or_attribute),
	T(url_parts_keep_only_the_unreserved),
	T(json_strings_are_always_valid),
	T(json_in_a_script_cannot_end_it),
	T(a_url_attribute_takes_http_https_and_relative_ones),
	T(any_other_url_becomes_a_hash),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_buf = { "lib/core/buf", tests };
