/* runtime: what generated templates need beyond the escapers of buf.h. Inline, so that nothing has to be linked.
 * Never  used by hand-written code: a page is made by its tpl_ function
 */
#ifndef UNIFYED_TEMPLATES_RUNTIME_H
#define UNIFYED_TEMPLATES_RUNTIME_H
#include "lib/core/buf.h"
#include "lib/core/money.h"
#include "lib/core/time.h"
#include "lib/core/utf8.h"

static inline void tpl_bool(struct buf *b, bool v)
{
	buf_put(b, v ? S("true") : S("false"));
}

/* Serialised JSON inside a script element: what HTML could read becomes \u escapes, legal since it only
 * stands inside JSON strings. Empty or broken UTF-8 is null. */
static inline void tpl_json(struct buf *b, struct str json)
{
	size_t run = 0;

	if (!json.n || !str_utf8(json)) {
		buf_put(b, S("null"));
		return;
	}
	for (size_t i = 0; i < json.n; i++) {
		struct str left = str_slice(json, i, json.n);
		bool line_end = json.p[i] == '\xE2' && (str_starts(left, S("\xE2\x80\xA8")) || str_starts(left, S("\xE2\x80\xA9")));

		if (json.p[i] != '<' && json.p[i] != '>' && json.p[i] != '&' && !line_end)
			continue;
		buf_put(b, str_slice(json, run, i));
		buf_fmt(b, "\\u%04x", (unsigned)utf8_point(left.p, line_end ? 3 : 1));
		i += line_end ? 2 : 0;
		run = i + 1;
	}
	buf_put(b, str_slice(json, run, json.n));
}

/* #rrggbb, or black. */
static inline void tpl_colour(struct buf *b, struct str s)
{
	bool good = s.n == 7 && s.p[0] == '#';

	for (size_t i = 1; good && i < s.n; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') ||
			(s.p[i] >= 'A' && s.p[i] <= 'F');
	buf_put(b, good ? s : S("#000000"));
}

/* The URL of something that runs: a path on our own host, or "#". */
static inline void tpl_path(struct buf *b, struct str s)
{
	bool rooted = s.n > 0 && s.p[0] == '/' && !(s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\'));

	buf_html_url(b, rooted ? s : S("#"));
}

/* The segment right behind a leading '/': never empty, since "//" would start a host. */
static inline void tpl_url_first(struct buf *b, struct str s)
{
	size_t before = b->n;

	buf_url_part(b, s);
	if (b->n == before)
		buf_char(b, '.');
}

static inline void tpl_plain_as(struct buf *b, struct str s, bool lines)
{
	for (size_t i = 0, step; i < s.n; i += step ? step : 1) {
		bool line_end = s.p[i] == '\n' || s.p[i] == '\r';

		step = utf8_step(s.p + i, s.n - i);
		if (step == 0)
			buf_put(b, S("\xEF\xBF\xBD"));
		else if (line_end && !lines)
			buf_char(b, ' ');
		else if ((unsigned char)s.p[i] >= 0x20 || line_end || s.p[i] == '\t')
			buf_put(b, (struct str){ s.p + i, step });
	}
}

/* The body of a mail. */
static inline void tpl_plain(struct buf *b, struct str s)
{
	tpl_plain_as(b, s, true);
}

/* A header line of a mail: line ends become blanks, so that no data starts another header. */
static inline void tpl_line(struct buf *b, struct str s)
{
	tpl_plain_as(b, s, false);
}

#endif
