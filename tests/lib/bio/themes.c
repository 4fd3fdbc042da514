/* themes.c: colours and fonts: what can be read is taken, and nothing that is stored writes the style sheet. */
#include <stdio.h>

#include "tests/lib/bio/shared.h"

#define READABLE 4.5

static struct got dressed(struct world *w, const char *theme)
{
	return api(w, ANNA, PATCH, "/bio", fmt(w, "{\"theme\":{%s}}", theme));
}

static struct str sheet(struct world *w)
{
	return viewed(w, "/@anna/theme.css").body;
}

static void what_can_just_be_read_is_taken(void)
{
	struct world w = world(.bare = true);
	struct got got;

	EXPECT(bio_contrast(S("#668019"), S("#ffffff")) >= READABLE && bio_contrast(S("#668019"), S("#ffffff")) < 4.50001);
	EXPECT(bio_contrast(S("#457baa"), S("#ffffff")) < READABLE && bio_contrast(S("#457baa"), S("#ffffff")) > 4.49998);
	expect_status(dressed(&w, "\"accent\":\"#668019\",\"ground\":\"#ffffff\""), 200);
	expect_status(dressed(&w, "\"accent\":\"#ffffff\",\"ground\":\"#668019\""), 200); /* either on the other */
	got = dressed(&w, "\"accent\":\"#457baa\",\"ground\":\"#ffffff\"");
	expect_field(got, "theme.accent");
	expect_body_has(got, "4.49 to 1 is too little"); /* never "4.5 is too little, 4.5 is needed" */
	expect_field(dressed(&w, "\"accent\":\"#457BAA\",\"ground\":\"#FFFFFF\""), "theme.accent");
	expect_field(dressed(&w, "\"accent\":\"#123456\",\"ground\":\"#123456\""), "theme.accent");
	expect_field(dressed(&w, "\"accent_dark\":\"#457baa\",\"ground_dark\":\"#ffffff\""), "theme.accent_dark");
	expect_field(dressed(&w, "\"ground\":\"#dddddd\""), "theme.accent"); /* one alone is held against what was there */
	EXPECT_STR(got_json(&w, get(&w, ANNA, "/bio"), "theme.accent"), "#ffffff");
	EXPECT_STR(got_json(&w, get(&w, ANNA, "/bio"), "theme.ground"), "#668019");
}

static void what_is_no_colour_is_refused(void)
{
	static const char *const bad[] = { "", "#fff", "red", "#GGGGGG", "#12345", "#1234567", "1234567", "#12345\\u0000",
		"#12 456", "#-12345", "#000;}body{", "#00000}", "#0000;x", "\\\"#00000", "url(/x)",
		"\xef\xbc\x83"
		"000000",
		"#0000\\u0660\\u0660",
		"#ab\xc3\xa9"
		"fff",
		"</styl>", "expr(1)", "#12345 " };
	static const char *const fields[] = { "accent", "ground", "accent_dark", "ground_dark" };
	struct world w = world(.bare = true);

	for (size_t f = 0; f < COUNT(fields); f++)
		for (size_t i = 0; i < COUNT(bad); i++) {
			struct got got = dressed(&w, fmt(&w, "\"%s\":\"%s\"", fields[f], bad[i]));

			EXPECT(got.status == 422 || got.status == 400);
		}
	expect_field(dressed(&w, "\"accent\":7"), "accent");
	expect_field(dressed(&w, "\"accent\":[]"), "accent");
	expect_field(dressed(&w, "\"accents\":\"#000000\""), "accents");
	expect_field(api(&w, ANNA, PATCH, "/bio", "{\"theme\":\"dark\"}"), "theme");
	expect_field(api(&w, ANNA, PATCH, "/bio", "{\"theme\":[]}"), "theme");
	expect_sql(&w, 0, "select count(*) from u.bio");
}

static void a_font_is_one_of_four(void)
{
	static const char *const good[] = { "serif", "rounded", "mono", "system" };
	static const char *const bad[] = { "comic", "Serif", "serif ", "", "system; color: red", "serif\\\" onload=\\\"x",
		"x}body{", "arial,helvetica,times" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(good); i++) {
		expect_status(dressed(&w, fmt(&w, "\"font\":\"%s\"", good[i])), 200);
		expect_body_has(viewed(&w, "/@anna"), str_z(w.mem, str_fmt(w.mem, "font-%s\"", good[i])));
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_INT(dressed(&w, fmt(&w, "\"font\":\"%s\"", bad[i])).status, 422);
	EXPECT_STR(got_json(&w, get(&w, ANNA, "/bio"), "theme.font"), "system");
}

/* Whatever came into the table past the API: a colour is a colour on the way out, too. */
static void what_is_stored_cannot_write_the_sheet(void)
{
	static const char *const bad[] = { "#000;}body{background:url(//evil.example/)", "</style><script>alert(1)</script>",
		"#000000;", "*/", "red", "" };
	struct world w = world(.bare = true);
	struct str clean;
	size_t braces = 0;

	expect_status(dressed(&w, "\"font\":\"serif\""), 200);
	clean = sheet(&w);
	for (size_t at = 0; (at = str_find(clean, at, S("{"))) != SIZE_MAX; at++)
		braces++;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct str now;
		size_t n = 0;

		world_sql(&w,
			"update u.bio set theme = jsonb_build_object('accent', $x$%s$x$, 'ground', $x$%s$x$, 'ground_dark', "
			"$x$%s$x$, 'font', $x$%s$x$)",
			bad[i], bad[i], bad[i], bad[i]);
		now = sheet(&w);
		for (size_t at = 0; (at = str_find(now, at, S("{"))) != SIZE_MAX; at++)
			n++;
		EXPECT_INT((int64_t)n, (int64_t)braces);
		EXPECT(now.n > 100 && str_find(now, 0, S("evil")) == SIZE_MAX && str_find(now, 0, S("<")) == SIZE_MAX &&
			str_find(now, 0, S("*/")) == SIZE_MAX);
		expect_body_lacks(viewed(&w, "/@anna"), "<script>alert");
		expect_body_lacks(viewed(&w, "/@anna"), "</style>");
		expect_status(viewed(&w, "/@anna"), 200);
	}
}

static void the_sheet_is_light_and_dark(void)
{
	struct world w = world(.bare = true);
	struct str css;
	size_t dark;

	expect_body_lacks(viewed(&w, "/@anna"), "theme.css"); /* ours, until she chooses */
	expect_status(
		dressed(&w,
			"\"accent\":\"#7c2d12\",\"ground\":\"#fff7ed\",\"accent_dark\":\"#fdba74\",\"ground_dark\":\"#1c1917\""),
		200);
	expect_body_has(viewed(&w, "/@anna"), "/@anna/theme.css?r=1");
	css = sheet(&w);
	dark = str_find(css, 0, S("prefers-color-scheme: dark"));
	EXPECT(dark != SIZE_MAX);
	EXPECT(str_find(css, 0, S("#7c2d12")) < dark && str_find(css, 0, S("#fff7ed")) < dark);
	EXPECT(str_find(css, 0, S("#fdba74")) > dark && str_find(css, 0, S("#1c1917")) > dark);
	EXPECT(str_find(css, dark, S("#7c2d12")) == SIZE_MAX);
}

/* What is written on any colour she may choose can be read. */
static void ink_can_be_read_on_every_colour(void)
{
	char colour[8];
	int unread = 0;

	for (int r = 0; r < 256; r += 15)
		for (int g = 0; g < 256; g += 5)
			for (int b = 0; b < 256; b += 15) {
				struct str ground = { colour, 7 };

				snprintf(colour, sizeof colour, "#%02x%02x%02x", (unsigned)r, (unsigned)g, (unsigned)b);
				unread += bio_contrast(bio_ink_on(ground), ground) < READABLE;
			}
	EXPECT_INT(unread, 0);
	EXPECT_STR(bio_ink_on(S("#ffffff")), "#111111");
	EXPECT_STR(bio_ink_on(S("#000000")), "#ffffff");
	EXPECT(bio_contrast(bio_ink_on(S("#877850")), S("#877850")) >= READABLE); /* between white and almost black */
}

static void contrast_is_a_number_of_two_colours(void)
{
	EXPECT(bio_contrast(S("#abcdef"), S("#ABCDEF")) == 1);
	EXPECT(bio_contrast(S("#123456"), S("#fedcba")) == bio_contrast(S("#fedcba"), S("#123456")));
	EXPECT(bio_contrast(S(""), S("#ffffff")) == 0);
	EXPECT(bio_contrast(S("#ffffff"), S("#fffff")) == 0);
	EXPECT(bio_contrast(S("#ffffff"), S("#fffffff")) == 0);
	EXPECT(bio_contrast((struct str){ "#fff\0ff", 7 }, S("#000000")) == 0);
	EXPECT(bio_contrast((struct str){ 0 }, (struct str){ 0 }) == 0);
}

static const CU_TestInfo tests[] = {
	T(what_can_just_be_read_is_taken),
	T(what_is_no_colour_is_refused),
	T(a_font_is_one_of_four),
	T(what_is_stored_cannot_write_the_sheet),
	T(the_sheet_is_light_and_dark),
	T(ink_can_be_read_on_every_colour),
	T(contrast_is_a_number_of_two_colours),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_bio_themes = { "lib/bio/themes", tests };
