/* escape.c: the escapers of buf.h. All walk the same way (`each`): what stands for itself is copied run by run, and anything else comes
 * as a piece, one well-formed UTF-8 sequence; a bad byte arrives as U+FFFD, and control characters that no format wants never arrive.
 */
#include "lib/core/buf.h"
#include "lib/core/utf8.h"

static bool is_dropped(char ch)
{
	return (uint8_t)ch < 0x20 && ch != '\t' && ch != '\n' && ch != '\r';
}

/* Inlined, so that `plain` costs a comparison and not a call for each byte. */
[[gnu::always_inline]] static inline void each(struct buf *b, struct str s, bool (*plain)(char ch),
	void (*write)(struct buf *b, struct str piece))
{
	for (size_t i = 0, run = 0, step;; i += step ? step : 1, run = i) {
		while (i < s.n && plain(s.p[i]))
			i++;
		buf_put(b, str_slice(s, run, i));
		if (i == s.n)
			return;
		step = utf8_step(s.p + i, s.n - i);
		if (step == 0)
			write(b, S("\xEF\xBF\xBD"));
		else if (!is_dropped(s.p[i]))
			write(b, (struct str){ s.p + i, step });
	}
}

static bool html_plain(char ch)
{
	return ch >= 0x20 && ch <= 0x7E && ch != '&' && ch != '<' && ch != '>' && ch != '"' && ch != '\'';
}

static void html_piece(struct buf *b, struct str piece)
{
	switch (piece.p[0]) {
	case '&':
		buf_put(b, S("&amp;"));
		return;
	case '<':
		buf_put(b, S("&lt;"));
		return;
	case '>':
		buf_put(b, S("&gt;"));
		return;
	case '"':
		buf_put(b, S("&quot;"));
		return;
	case '\'':
		buf_put(b, S("&#39;"));
		return;
	default:
		buf_put(b, piece);
	}
}

void buf_html(struct buf *b, struct str s)
{
	each(b, s, html_plain, html_piece);
}

static bool is_unreserved(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' ||
		ch == '.' || ch == '_' || ch == '~';
}

static void url_piece(struct buf *b, struct str piece)
{
	for (size_t i = 0; i < piece.n; i++)
		buf_fmt(b, "%%%02X", (unsigned)(uint8_t)piece.p[i]);
}

void buf_url_part(struct buf *b, struct str s)
{
	each(b, s, is_unreserved, url_piece);
}

static bool json_plain(char ch)
{
	return ch >= 0x20 && ch <= 0x7E && ch != '"' && ch != '\\';
}

static bool script_plain(char ch)
{
	return json_plain(ch) && ch != '<' && ch != '>' && ch != '&';
}

static void json_piece(struct buf *b, struct str piece)
{
	switch (piece.p[0]) {
	case '"':
		buf_put(b, S("\\\""));
		return;
	case '\\':
		buf_put(b, S("\\\\"));
		return;
	case '\n':
		buf_put(b, S("\\n"));
		return;
	case '\r':
		buf_put(b, S("\\r"));
		return;
	case '\t':
		buf_put(b, S("\\t"));
		return;
	default:
		buf_put(b, piece);
	}
}

static void script_piece(struct buf *b, struct str piece)
{
	char ch = piece.p[0];

	if (ch == '<' || ch == '>' || ch == '&')
		buf_fmt(b, "\\u%04x", (unsigned)ch);
	else if (str_eq(piece, S("\xE2\x80\xA8")))
		buf_put(b, S("\\u2028"));
	else if (str_eq(piece, S("\xE2\x80\xA9")))
		buf_put(b, S("\\u2029"));
	else
		json_piece(b, piece);
}

void buf_json(struct buf *b, struct str s)
{
	buf_char(b, '"');
	each(b, s, json_plain, json_piece);
	buf_char(b, '"');
}

void buf_json_script(struct buf *b, struct str s)
{
	buf_char(b, '"');
	each(b, s, script_plain, script_piece);
	buf_char(b, '"');
}

/* Browsers drop tab and line ends anywhere in a URL and blanks around it, and read '\' as '/'. */
static bool has_stray(struct str url)
{
	for (size_t i = 0; i < url.n; i++)
		if ((uint8_t)url.p[i] <= 0x20 || url.p[i] == 0x7F || url.p[i] == '\\')
			return true;
	return false;
}

static bool is_plain_url(struct str url)
{
	struct str rest = url, scheme;
	size_t stop = 0;

	if (has_stray(url))
		return false;
	while (stop < url.n && url.p[stop] != '/' && url.p[stop] != '?' && url.p[stop] != '#')
		stop++;
	if (str_find(str_slice(url, 0, stop), 0, S(":")) == SIZE_MAX)
		return !str_starts(url, S("//"));
	scheme = str_cut(&rest, ':');
	return (str_eq_nocase(scheme, S("https")) || str_eq_nocase(scheme, S("http"))) && str_starts(rest, S("//"));
}

void buf_html_url(struct buf *b, struct str s)
{
	if (is_plain_url(s))
		buf_html(b, s);
	else
		buf_char(b, '#');
}
