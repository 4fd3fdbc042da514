#include "lib/qr/qr.h"

#include <stdio.h>
#include <string.h>

#include "tests/suite.h"
#include "tests/world.h"

static struct str svg_of(struct world *w, struct str text)
{
	struct str svg = { 0 };

	EXPECT_ERR(qr_svg(world_ctx(w, NOBODY), text, &svg), OK);
	return svg;
}

/* The dark modules of a code of version 1 (21 x 21), with its quiet zone. */
static void modules_of(struct world *w, struct str svg, char dark[29][29])
{
	const char *at = strstr(str_z(w->mem, svg), "fill=\"#000\" d=\"");
	int x, y, n;

	memset(dark, 0, 29 * 29);
	EXPECT(at != NULL);
	if (at == NULL)
		return;
	at += strlen("fill=\"#000\" d=\"");
	while (sscanf(at, "M%d %dh1v1h-1z%n", &x, &y, &n) == 2 && x < 29 && y < 29) {
		dark[y][x] = 1;
		at += n;
	}
}

static void a_code_has_its_three_corners_and_a_quiet_zone(void)
{
	struct world w = world(.bare = true);
	char dark[29][29];

	modules_of(&w, svg_of(&w, S("HELLO")), dark);
	for (int i = 0; i < 7; i++) {
		EXPECT(dark[4][4 + i] && dark[10][4 + i] && dark[4 + i][4] && dark[4 + i][10]);
		EXPECT(dark[4][18 + i] && dark[18 + i][4]);
	}
	EXPECT(!dark[5][5] && !dark[11][4] && dark[6][6] && dark[10][10]);
	for (int i = 0; i < 29; i++)
		EXPECT(!dark[3][i] && !dark[25][i] && !dark[i][3] && !dark[i][25]);
}

static void a_text_is_escaped(void)
{
	struct world w = world(.bare = true);
	struct str svg = svg_of(&w, S("a\"<script>&"));

	EXPECT(str_find(svg, 0, S("<script>")) == SIZE_MAX);
	EXPECT(str_find(svg, 0, S("&lt;script&gt;&amp;")) != SIZE_MAX);
}

static void a_text_that_is_too_long_is_refused(void)
{
	struct world w = world(.bare = true);
	char *text = arena_alloc(w.mem, 4000);
	struct str svg;

	memset(text, 'x', 4000);
	EXPECT_ERR(qr_svg(world_ctx(&w, NOBODY), (struct str){ text, 4000 }, &svg), ERR_INTERNAL);
}

static const CU_TestInfo tests[] = {
	T(a_code_has_its_three_corners_and_a_quiet_zone),
	T(a_text_is_escaped),
	T(a_text_that_is_too_long_is_refused),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_qr = { "lib/qr", tests };
