/* tplc_html.c: walks static text through the states of an HTML tokenizer. Strict: where browsers repair, it refuses. */
#include <string.h>
#include <strings.h>

#include "templates/tplc_html.h"

/* One walk over a stretch of static text. */
struct walk {
	const struct unit *u;
	struct html *h;
	struct text *fixed;
	size_t i, to;
};

static bool is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool is_name(char ch)
{
	return is_letter(ch) || (ch >= '0' && ch <= '9') || strchr("-_:.", ch);
}

static char lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
}

static bool looking_at(const struct walk *w, const char *what)
{
	size_t n = strlen(what);

	return w->to - w->i >= n && strncasecmp(w->u->src + w->i, what, n) == 0;
}

static void take(struct walk *w, size_t n)
{
	text_put(w->fixed, w->u->src + w->i, n);
	w->i += n;
}

static void name_add(const struct walk *w, char *name, size_t size, char ch)
{
	size_t n = strlen(name);

	if (n + 1 >= size)
		tplc_die(w->u, w->i, "the name '%s...' is too long", name);
	name[n] = lower(ch);
	name[n + 1] = '\0';
}

/* A run of white space with a line end in it becomes one line end, unless it shows; indentation goes. */
static void text_blanks(struct walk *w)
{
	bool indents = w->i > 0 && w->u->src[w->i - 1] == '\n', lines = false;
	size_t end = w->i;

	while (end < w->to && is_blank(w->u->src[end]))
		lines |= w->u->src[end++] == '\n';
	if (w->h->pre || (!lines && !indents)) {
		take(w, end - w->i);
		return;
	}
	if (lines)
		text_char(w->fixed, '\n');
	w->i = end;
}

static void open_at(struct walk *w)
{
	if (looking_at(w, "<!--")) {
		w->h->at = AT_COMMENT;
		take(w, 4);
		if (looking_at(w, ">") || looking_at(w, "->"))
			tplc_die(w->u, w->i, "browsers end this comment here: write <!-- text -->");
		return;
	}
	if (looking_at(w, "<!doctype")) {
		w->h->at = AT_DOCTYPE;
		take(w, 9);
		return;
	}
	w->h->at = AT_OPEN;
	w->h->end_tag = false;
	take(w, 1);
}

static void step_text(struct walk *w)
{
	if (is_blank(w->u->src[w->i]))
		text_blanks(w);
	else if (w->u->src[w->i] == '<')
		open_at(w);
	else
		take(w, 1);
}

static void attr_start(struct walk *w)
{
	struct html *h = w->h;

	if (h->end_tag)
		tplc_die(w->u, w->i, "an end tag has no attributes");
	if (!is_letter(w->u->src[w->i]))
		tplc_die(w->u, w->i, "'%c' cannot start an attribute", w->u->src[w->i]);
	memset(h->attr, 0, sizeof(h->attr));
	memset(h->value, 0, sizeof(h->value));
	h->value_n = 0;
	h->value_field = false;
	h->url = URL_START;
	h->at = AT_ATTR_NAME;
}

static void step_open(struct walk *w)
{
	char ch = w->u->src[w->i];
	struct html *h = w->h;

	if (ch == '/' && !h->end_tag) {
		h->end_tag = true;
		take(w, 1);
		return;
	}
	if (!is_letter(ch))
		tplc_die(w->u, w->i, "'<' starts a tag here: in text, write &lt;");
	*h = (struct html){ .at = AT_TAG_NAME, .pre = h->pre, .end_tag = h->end_tag };
}

/* What ends an attribute or a tag: a blank, '/' or '>'. False when it is none of them. */
static bool tag_goes_on(struct walk *w)
{
	char ch = w->u->src[w->i];
	struct html *h = w->h;

	if (is_blank(ch)) {
		h->at = AT_GAP;
	} else if (ch == '/') {
		h->at = AT_SLASH;
	} else if (ch == '>') {
		take(w, 1);
		html_tag_done(w->u, h, w->i - 1, false);
		if (h->at == AT_RAW && h->raw == RAW_TEXTAREA && !looking_at(w, "\n"))
			text_char(w->fixed, '\n'); /* browsers drop the first line end: let it be ours */
		return true;
	} else {
		return false;
	}
	take(w, 1);
	return true;
}

static void step_tag_name(struct walk *w)
{
	char ch = w->u->src[w->i];

	if (tag_goes_on(w))
		return;
	if (!is_name(ch))
		tplc_die(w->u, w->i, "'%c' in a tag name", ch);
	name_add(w, w->h->tag, sizeof(w->h->tag), ch);
	take(w, 1);
}

static void step_gap(struct walk *w)
{
	if (tag_goes_on(w))
		return;
	if (w->h->at == AT_GAP_CLOSED)
		tplc_die(w->u, w->i, "a blank is missing between two attributes");
	attr_start(w);
}

static void step_attr_name(struct walk *w)
{
	char ch = w->u->src[w->i];
	struct html *h = w->h;

	if (ch == '=') {
		h->at = AT_VALUE_START;
		take(w, 1);
	} else if (is_blank(ch)) {
		h->at = AT_ATTR_AFTER;
		take(w, 1);
	} else if (ch == '>' || ch == '/') {
		html_attr_done(h);
		tag_goes_on(w);
	} else if (h->at == AT_ATTR_AFTER) {
		html_attr_done(h);
		attr_start(w);
	} else if (is_name(ch)) {
		name_add(w, h->attr, sizeof(h->attr), ch);
		take(w, 1);
	} else {
		tplc_die(w->u, w->i, "'%c' in an attribute name", ch);
	}
}

static void step_value_start(struct walk *w)
{
	char ch = w->u->src[w->i];

	if (ch == '>')
		tplc_die(w->u, w->i, "attribute '%s' has no value after '='", w->h->attr);
	w->h->at = ch == '"' ? AT_VALUE_DOUBLE : ch == '\'' ? AT_VALUE_SINGLE : AT_VALUE_BARE;
	if (is_blank(ch))
		w->h->at = AT_VALUE_START;
	if (w->h->at != AT_VALUE_BARE)
		take(w, 1);
}

static void value_add(struct walk *w, char ch)
{
	struct html *h = w->h;

	if (h->url == URL_WHOLE && ch != '?' && ch != '#')
		tplc_die(w->u, w->i, "after a whole URL, only '?' or '#' can follow");
	if (h->url == URL_WHOLE)
		h->url = URL_FIXED;
	if (h->value_n + 1 < sizeof(h->value))
		h->value[h->value_n] = ch;
	h->value_n++;
	take(w, 1);
}

static void step_value(struct walk *w)
{
	char ch = w->u->src[w->i];
	struct html *h = w->h;

	if (h->at != AT_VALUE_BARE && ch == (h->at == AT_VALUE_DOUBLE ? '"' : '\'')) {
		html_attr_done(h);
		h->at = AT_GAP_CLOSED;
		take(w, 1);
		return;
	}
	if (h->at == AT_VALUE_BARE && (is_blank(ch) || ch == '>')) {
		html_attr_done(h);
		tag_goes_on(w);
		return;
	}
	if (h->at == AT_VALUE_BARE && strchr("\"'<=`", ch))
		tplc_die(w->u, w->i, "'%c' in an unquoted attribute value: quote it", ch);
	value_add(w, ch);
}

static void step_slash(struct walk *w)
{
	if (w->u->src[w->i] != '>')
		tplc_die(w->u, w->i, "'/' in a tag must be followed by '>'");
	take(w, 1);
	html_tag_done(w->u, w->h, w->i - 1, true);
}

static void step_comment(struct walk *w)
{
	if (looking_at(w, "--!>"))
		tplc_die(w->u, w->i, "'--!>' in a comment");
	if (looking_at(w, "-->")) {
		w->h->at = AT_TEXT;
		take(w, 3);
		return;
	}
	take(w, 1);
}

static void step_doctype(struct walk *w)
{
	if (w->u->src[w->i] == '>')
		w->h->at = AT_TEXT;
	take(w, 1);
}

static const char *const raw_tags[] = {
	[RAW_NONE] = "", [RAW_SCRIPT] = "script", [RAW_JSON] = "script", [RAW_STYLE] = "style", [RAW_TITLE] = "title",
	[RAW_TEXTAREA] = "textarea", [RAW_IFRAME] = "iframe",
};

static void raw_open(struct walk *w)
{
	const char *tag = raw_tags[w->h->raw];
	size_t n = strlen(tag);
	bool closes = looking_at(w, "</");

	w->i += 2;
	closes = closes && w->i + n < w->to && looking_at(w, tag) && strchr(" \t\n/>", w->u->src[w->i + n]);
	w->i -= 2;
	if (closes) {
		*w->h = (struct html){ .at = AT_TAG_NAME, .pre = w->h->pre, .end_tag = true };
		memcpy(w->h->tag, tag, n + 1);
		take(w, n + 2);
		return;
	}
	if (w->h->raw != RAW_SCRIPT)
		tplc_die(w->u, w->i, "'<' in <%s>, which holds no tags", tag);
	if (looking_at(w, "<!--") || looking_at(w, "<script") || looking_at(w, "</script"))
		tplc_die(w->u, w->i, "'<!--' and '<script' in a script change how browsers read it");
	take(w, 1);
}

static void step_raw(struct walk *w)
{
	char ch = w->u->src[w->i];
	struct html *h = w->h;

	if (ch == '<') {
		raw_open(w);
		return;
	}
	if (h->raw == RAW_JSON) {
		if (ch == '"' && !h->after_slash)
			h->in_string = !h->in_string;
		h->after_slash = h->in_string && ch == '\\' && !h->after_slash;
	}
	take(w, 1);
}

static void (*const steps[])(struct walk *w) = {
	[AT_TEXT] = step_text, [AT_OPEN] = step_open, [AT_TAG_NAME] = step_tag_name, [AT_GAP] = step_gap,
	[AT_GAP_CLOSED] = step_gap, [AT_ATTR_NAME] = step_attr_name, [AT_ATTR_AFTER] = step_attr_name,
	[AT_VALUE_START] = step_value_start, [AT_VALUE_DOUBLE] = step_value, [AT_VALUE_SINGLE] = step_value,
	[AT_VALUE_BARE] = step_value, [AT_SLASH] = step_slash, [AT_COMMENT] = step_comment,
	[AT_DOCTYPE] = step_doctype, [AT_RAW] = step_raw,
};

/* .txt: an empty line ends the header lines. */
static void feed_mail(struct walk *w)
{
	while (w->i < w->to) {
		bool line_end = w->u->src[w->i] == '\n';

		if (line_end && w->h->line_start)
			w->h->header = false;
		w->h->line_start = line_end;
		take(w, 1);
	}
}

void html_feed(const struct unit *u, struct html *h, struct text *fixed, size_t from, size_t to)
{
	struct walk w = { u, h, fixed, from, to };

	if (u->kind == K_TXT)
		feed_mail(&w);
	if (u->kind == K_CSS)
		take(&w, to - from);
	while (w.i < to)
		steps[h->at](&w);
}
