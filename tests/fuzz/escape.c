/* escape: what templates write at each place, for any value (lib/core/escape.c, templates/runtime.h). Whatever stands
 * there, a reader of that place finds the end where the template put it.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/core/arena.h"
#include "lib/core/ctx.h"
#include "lib/json/json.h"
#include "templates/runtime.h"

#define ARENA_BYTES 16777216
#define VALUE_BYTES_MAX 4096
#define OUT_BYTES_MAX (VALUE_BYTES_MAX * 8)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
	if (!so)
		abort();
}

static bool has_any(struct str s, const char *bytes)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(bytes, s.p[i]) && s.p[i])
			return true;
	return false;
}

static bool has(struct str s, const char *text)
{
	return str_find(s, 0, str_of(text)) != SIZE_MAX;
}

/* No markup, no end of the attribute, and every & begins one of the five references. */
static void check_html(struct str out)
{
	must(!has_any(out, "<>\"'"));
	for (size_t i = 0; i < out.n; i++) {
		struct str rest = str_slice(out, i, out.n);

		if (out.p[i] == '&')
			must(str_starts(rest, S("&amp;")) || str_starts(rest, S("&lt;")) || str_starts(rest, S("&gt;")) ||
				str_starts(rest, S("&quot;")) || str_starts(rest, S("&#39;")));
	}
}

static void check_url(struct str out)
{
	size_t colon = str_find(out, 0, S(":")), stop = 0;

	check_html(out);
	must(!has_any(out, " \t\r\n\\") && !str_starts(out, S("//")));
	while (stop < out.n && !strchr("/?#", out.p[stop]))
		stop++;
	if (colon < stop)
		must(str_eq_nocase(str_slice(out, 0, colon), S("http")) || str_eq_nocase(str_slice(out, 0, colon), S("https")));
}

static void check_url_part(struct str out)
{
	must(!has_any(out, "/?#&=+:;@<>\"'\\ \t\r\n"));
}

/* Ends neither the script nor the string, and is JSON. */
static void check_script(struct str out)
{
	struct ctx c = { .mem = arena_new(ARENA_BYTES) };
	struct str wrapped = str_fmt(c.mem, "{\"v\":" STR_FMT "}", STR_ARG(out));
	struct json v;

	must(!has_any(out, "<>&") && !has(out, "\xE2\x80\xA8") && !has(out, "\xE2\x80\xA9"));
	must(json_read(&c, wrapped, &v) == OK);
	arena_free(c.mem);
}

static void check_path(struct str out)
{
	must(str_eq(out, S("#")) || (str_starts(out, S("/")) && !str_starts(out, S("//"))));
	check_url(out);
}

static void check_segment(struct str out)
{
	must(out.n > 0);
	check_url_part(out);
}

static void check_colour(struct str out)
{
	must(out.n == 7 && out.p[0] == '#');
}

static void check_line(struct str out)
{
	must(!has_any(out, "\r\n"));
}

static void check_text(struct str out)
{
	(void)out;
}

static const struct {
	void (*write)(struct buf *b, struct str s);
	void (*check)(struct str out);
} places[] = {
	{ buf_html, check_html },        { buf_html_url, check_url },  { buf_url_part, check_url_part },
	{ buf_json_script, check_script }, { tpl_path, check_path },     { tpl_url_first, check_segment },
	{ tpl_colour, check_colour },    { tpl_line, check_line },     { tpl_plain, check_text },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str value = { (const char *)data, size };
	struct arena *mem;

	if (size > VALUE_BYTES_MAX)
		return 0;
	mem = arena_new(ARENA_BYTES);
	for (size_t i = 0; i < COUNT(places); i++) {
		struct buf b = buf_new(mem, OUT_BYTES_MAX);

		places[i].write(&b, value);
		must(!b.full && str_utf8(buf_str(&b)));
		places[i].check(buf_str(&b));
	}
	arena_free(mem);
	return 0;
}
