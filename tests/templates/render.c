/* render.c: renders one of the good templates to standard output, for run.sh to compare byte by byte.
 * `positions` renders every hostile value in every place a field can stand.
 */
#include <stdio.h>
#include <string.h>

#include "lib/core/arena.h"
#include "templates/dashboard/offers.h"
#include "templates/long.h"
#include "templates/positions.h"
#include "templates/receipt.h"
#include "templates/replay.h"
#include "templates/theme.h"
#include "templates/wrapped.h"

#define PAGE_BYTES (1 << 20)
#define AT_MS INT64_C(1795411647123)
#define USD(n) { (n), { "USD" } }
#define HOSTILE "\"'><b>&amp;</script>"

static const struct hostile {
	const char *name;
	struct str value;
} hostile[] = {
	{ "empty", { "", 0 } },
#define CASE(name, text) { name, { text, sizeof(text) - 1 } }
	CASE("quotes", "\"'`><b onclick=alert(1)>&amp;"),
	CASE("end tags", "</script></title></textarea><script>alert(1)</script>"),
	CASE("comment", "--><!-- ]]>"),
	CASE("javascript", "javascript:alert(1)"),
	CASE("javascript in odd case with tabs", "\tJaVa\tScRiPt\n:alert(1)"),
	CASE("javascript behind a control", "\1javascript:alert(1)"),
	CASE("javascript as entity", "javascript&colon;alert(1)"),
	CASE("data", "data:text/html,<script>alert(1)</script>"),
	CASE("vbscript", "vbscript:a"),
	CASE("another host", "//evil.example/a"),
	CASE("another host by backslash", "/\\evil.example/a"),
	CASE("another host by tab", "/\t/evil.example/a"),
	CASE("a good URL", "https://ok.example/a?b=1&c=2"),
	CASE("a good path", "/assets/a-1.js"),
	CASE("a path upwards", "../../a"),
	CASE("bidi marks", "a\xE2\x80\xAE" "b\xE2\x81\xA6" "c\xE2\x80\x8F"),
	CASE("line separators", "a\xE2\x80\xA8" "b\xE2\x80\xA9" "c\r\nd"),
	CASE("invalid UTF-8", "a\xC0\xAF\xED\xA0\x80\xFFz\xE2\x82"),
	CASE("NUL and controls", "a\0b\1c\x7F"),
	CASE("a template", "{{v}} %s \\ ?\?/"),
#undef CASE
};

static void positions(struct buf *b)
{
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct buf json = buf_new(b->mem, PAGE_BYTES);

		buf_put(&json, S("{\"a\":"));
		buf_json(&json, hostile[i].value);
		buf_put(&json, S("}"));
		buf_fmt(b, "=== %s\n", hostile[i].name);
		tpl_positions(b, &(struct tpl_positions){ .v = hostile[i].value, .data = buf_str(&json) });
	}
	buf_put(b, S("=== json: empty, broken\n"));
	tpl_positions(b, &(struct tpl_positions){ .v = S("a") });
	tpl_positions(b, &(struct tpl_positions){ .v = S("a"), .data = S("\"\xC0\"") });
}

static void replay(struct buf *b)
{
	static const struct tpl_replay_moments_offers_lines lines[] = { { { "Tee", 3 }, 2 }, { { "<Cap>", 5 }, 1 } };
	static const struct tpl_replay_moments_offers offers[] = {
		{ { "Duo", 3 }, { "aB3/", 4 }, USD(1999), lines, 2 }, { { "Solo", 4 }, { "", 0 }, USD(0), NULL, 0 },
	};
	static const struct tpl_replay_moments moments[] = {
		{ { "One & two", 9 }, AT_MS, USD(-500), offers, 2 }, { { "", 0 }, 0, { 1200, { "JPY" } }, NULL, 0 },
	};

	tpl_replay(b, &(struct tpl_replay){
		.title = S("Drop " HOSTILE), .creator = S("anna"), .at = AT_MS, .live = true, .views = -7,
		.player = S("https://player.example/v/1?a=b&c"), .canonical = S("javascript:alert(1)"),
		.accent = S("#12aBc9"), .note = S("\nfirst\n" HOSTILE), .data = S("{\"a\":\"</script>&\"}"),
		.moments = moments, .moments_n = 2 });
	tpl_replay(b, &(struct tpl_replay){ .accent = S("red;}") });
}

static const struct tpl_layout_dashboard_links links[] = {
	{ { "Offers", 6 }, { "/dashboard/offers", 17 }, true }, { { "Out", 3 }, { "//evil.example", 14 }, false },
};

static struct tpl_layout_dashboard layout(bool signed_in)
{
	return (struct tpl_layout_dashboard){
		.creator = S("anna " HOSTILE), .home = S("/"), .css = S("/assets/a.css"),
		.script = S("https://evil.example/a.js"), .signed_in = signed_in, .csrf = S("t\"1"),
		.links = links, .links_n = COUNT(links) };
}

static void offers(struct buf *b)
{
	static const struct tpl_part_offer_card_lines_options options[] = { { { "Size", 4 }, { "\"M\"", 3 } } };
	static const struct tpl_part_offer_card_lines lines[] = { { { "Tee", 3 }, 2, options, 1 } };
	static const struct tpl_part_offer_card cards[] = {
		{ { "o1", 2 }, { "Duo", 3 }, USD(1999), { "https://img.example/1.jpg", 25 }, true, lines, 1 },
		{ { "../x", 4 }, { "</h2>", 5 }, { 1500, { "KWD" } }, { "", 0 }, false, NULL, 0 },
	};

	tpl_dashboard_offers(b, &(struct tpl_dashboard_offers){
		.shop = S("Shop " HOSTILE), .notice = S("Stock & price"), .offers = cards, .offers_n = 2,
		.next_page = S("a b&c"), .layout = layout(true) });
	tpl_dashboard_offers(b, &(struct tpl_dashboard_offers){ .shop = S("Shop"), .layout = layout(false) });
}

static void theme(struct buf *b)
{
	tpl_theme(b, &(struct tpl_theme){ .accent = S("#a1B2c3"), .ground = S("#12345;") });
	tpl_theme(b, &(struct tpl_theme){ .accent = S("red"), .ground = S("#1234567") });
}

static void receipt(struct buf *b)
{
	static const struct tpl_receipt_lines lines[] = { { { "Tee <M>", 7 }, 2, USD(1999) }, { { "Cap\1", 4 }, 1, USD(1) } };

	tpl_receipt(b, &(struct tpl_receipt){
		.shop = S("Evil\r\nBcc: ben@example.com\0"), .at = AT_MS, .total = USD(3999), .lines = lines, .lines_n = 2,
		.note = S("first\nsecond & \xFF" "third"), .link = S("https://ok.example/?a=1&b=2") });
	tpl_receipt(b, &(struct tpl_receipt){ .total = USD(0) });
}

static void wrapped(struct buf *b)
{
	tpl_wrapped(b, &(struct tpl_wrapped){ .n = INT64_MIN });
}

static void long_page(struct buf *b)
{
	tpl_long(b, &(struct tpl_long){ .v = S("value") });
}

static const struct page {
	const char *name;
	void (*render)(struct buf *b);
} pages[] = {
	{ "positions", positions }, { "replay", replay }, { "offers", offers }, { "theme", theme },
	{ "receipt", receipt }, { "wrapped", wrapped }, { "long", long_page },
};

/* Bytes that a reader of the expected file could not see are written as \xNN. */
static void show(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if ((ch < 0x20 && ch != '\n' && ch != '\t') || ch > 0x7E)
			printf("\\x%02X", (unsigned)ch);
		else
			putchar(ch);
	}
}

int main(int argc, char **argv)
{
	struct arena *mem = arena_new((size_t)32 << 20);
	struct buf b = buf_new(mem, PAGE_BYTES);

	for (size_t i = 0; argc == 2 && i < COUNT(pages); i++)
		if (strcmp(argv[1], pages[i].name) == 0)
			pages[i].render(&b);
	show(buf_str(&b));
	arena_free(mem);
	return b.n == 0 || b.full;
}
