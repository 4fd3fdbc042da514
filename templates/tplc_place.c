/* tplc_place.c: what a tag or an attribute means for what may stand in it, and how sections meet again. */
#include <string.h>
#include <strings.h>

#include "templates/tplc_html.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const url_attrs[] = {
	"action", "background", "cite", "data", "formaction", "href", "icon", "longdesc", "manifest", "poster", "profile",
	"src", "usemap", "xlink:href",
};

/* Attributes that hold code, a list of URLs or a policy: no field may stand in them. */
static const char *const static_attrs[] = {
	"allow", "archive", "attributename", "classid", "codebase", "csp", "http-equiv", "imagesrcset", "is", "ping",
	"sandbox", "srcdoc", "srcset", "style", "xml:base", "xmlns",
};

/* Elements in which no attribute may be dynamic. */
static const char *const static_tags[] = { "animate", "animatemotion", "animatetransform", "base", "set" };

/* Elements that run what they load: a URL made of data must stay on our host. */
static const char *const code_tags[] = { "embed", "object", "script", "use" };

static const char *const rel_code[] = {
	"import", "manifest", "modulepreload", "prefetch", "preload", "prerender", "serviceworker", "stylesheet",
};

static const char *const refused_tags[] = { "listing", "noembed", "noframes", "plaintext", "xmp" };

static const struct raw_tag {
	const char *tag;
	enum raw raw;
} raw_tags[] = {
	{ "script", RAW_SCRIPT }, { "style", RAW_STYLE }, { "title", RAW_TITLE }, { "textarea", RAW_TEXTAREA },
	{ "iframe", RAW_IFRAME },
};

static bool is_one_of(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool holds_nocase(const char *text, const char *part)
{
	for (; *text; text++)
		if (strncasecmp(text, part, strlen(part)) == 0)
			return true;
	return false;
}

static bool is_whole(const struct html *h)
{
	return !h->value_field && h->value_n < sizeof(h->value);
}

static bool rel_is_quiet(const struct html *h)
{
	for (size_t i = 0; i < LENGTH(rel_code); i++)
		if (holds_nocase(h->value, rel_code[i]))
			return false;
	return is_whole(h) && !strchr(h->value, '&');
}

/* As in browsers, the first of two attributes of one name counts. */
void html_attr_done(struct html *h)
{
	if (strcmp(h->tag, "script") == 0 && strcmp(h->attr, "type") == 0 && !h->typed) {
		h->typed = true;
		h->type_json = is_whole(h) && (strcasecmp(h->value, "application/json") == 0 ||
			strcasecmp(h->value, "application/ld+json") == 0);
	}
	if (strcmp(h->tag, "link") == 0 && strcmp(h->attr, "rel") == 0 && !h->rel_stated) {
		h->rel_stated = true;
		h->rel_quiet = rel_is_quiet(h);
	}
	if (strcmp(h->tag, "meta") == 0 && strcmp(h->attr, "http-equiv") == 0)
		h->equiv = true;
}

static enum raw raw_of(const struct html *h)
{
	for (size_t i = 0; i < LENGTH(raw_tags); i++)
		if (strcmp(raw_tags[i].tag, h->tag) == 0)
			return raw_tags[i].raw == RAW_SCRIPT && h->type_json ? RAW_JSON : raw_tags[i].raw;
	return RAW_NONE;
}

void html_tag_done(const struct unit *u, struct html *h, size_t at, bool slash)
{
	enum raw raw = h->end_tag ? RAW_NONE : raw_of(h);
	bool pre = strcmp(h->tag, "pre") == 0 ? !h->end_tag : h->pre;

	if (is_one_of(refused_tags, LENGTH(refused_tags), h->tag))
		tplc_die(u, at, "<%s> is obsolete and reads its content in its own way", h->tag);
	if (h->equiv && h->content_field)
		tplc_die(u, at, "content of <meta http-equiv> is an instruction: it cannot be dynamic");
	if (slash && h->end_tag)
		tplc_die(u, at, "'/' at the end of an end tag");
	if (slash && raw != RAW_NONE)
		tplc_die(u, at, "<%s/> does not end the element: write </%s>", h->tag, h->tag);
	*h = (struct html){ .at = raw == RAW_NONE ? AT_TEXT : AT_RAW, .raw = raw, .pre = pre };
}

static bool is_host_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || strchr("-._~", ch);
}

/* A static start that no data can turn into another scheme or host. */
static bool fixes_host(const char *url)
{
	bool absolute = false;

	if (strncasecmp(url, "mailto:", 7) == 0)
		return true;
	if (strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0) {
		url = strchr(url, '/') + 2;
		absolute = true;
	} else if (url[0] == '/' && (url[1] == '/' || url[1] == '\\')) {
		return false;
	}
	if (absolute && !is_host_char(url[0]))
		return false;
	while (*url && (is_host_char(*url) || (absolute && *url == ':')))
		url++;
	return *url && strchr("/?#", *url);
}

static bool loads_code(const struct html *h)
{
	if (strcmp(h->tag, "link") == 0 && strcmp(h->attr, "href") == 0)
		return !h->rel_quiet;
	return is_one_of(code_tags, LENGTH(code_tags), h->tag);
}

static enum place url_place(const struct unit *u, struct html *h, size_t at, const char *name)
{
	if (h->url == URL_WHOLE)
		tplc_die(u, at, "'%s' follows a whole URL: put '?' or '#' between them", name);
	if (h->value_n == 0 && h->url == URL_START) {
		h->url = URL_WHOLE;
		return loads_code(h) ? IN_PATH : strcmp(h->tag, "iframe") == 0 ? IN_FRAME : IN_URL;
	}
	if (h->url == URL_START && !fixes_host(h->value))
		tplc_die(u, at, "'%s' follows a start of a URL that does not fix its host: "
			"begin with '/path/', 'https://host/', '?' or '#'", name);
	h->url = URL_FIXED;
	return strcmp(h->value, "/") == 0 ? IN_PART_FIRST : IN_PART;
}

static bool is_url_attr(const char *attr)
{
	if (strncmp(attr, "data-", 5) == 0)
		attr += 5;
	return is_one_of(url_attrs, LENGTH(url_attrs), attr) || strstr(attr, "url") || strstr(attr, "uri") ||
		strstr(attr, "src") || strstr(attr, "href");
}

static enum place attr_place(const struct unit *u, struct html *h, size_t at, const char *name)
{
	if (strncmp(h->attr, "on", 2) == 0)
		tplc_die(u, at, "'%s' stands in %s, an event handler: scripts are never made of data", name, h->attr);
	if (is_one_of(static_attrs, LENGTH(static_attrs), h->attr) ||
		(strcmp(h->tag, "script") == 0 && strcmp(h->attr, "type") == 0))
		tplc_die(u, at, "'%s' stands in attribute %s, which cannot be dynamic", name, h->attr);
	if (is_one_of(static_tags, LENGTH(static_tags), h->tag))
		tplc_die(u, at, "'%s' stands in <%s>, which cannot be dynamic", name, h->tag);
	if (strcmp(h->tag, "meta") == 0 && strcmp(h->attr, "content") == 0)
		h->content_field = true;
	h->value_field = true;
	return is_url_attr(h->attr) ? url_place(u, h, at, name) : IN_ATTR;
}

static enum place raw_place(const struct unit *u, const struct html *h, size_t at, const char *name)
{
	switch (h->raw) {
	case RAW_TITLE:
	case RAW_TEXTAREA:
		return IN_TEXT;
	case RAW_JSON:
		if (h->in_string)
			tplc_die(u, at, "'%s' stands inside a JSON string: {{json %s}} writes its own quotes", name, name);
		return IN_JSON;
	case RAW_NONE:
	case RAW_SCRIPT:
	case RAW_STYLE:
	case RAW_IFRAME:
		break;
	}
	tplc_die(u, at, "'%s' stands in %s", name, html_where(h));
}

enum place html_place(const struct unit *u, struct html *h, size_t at, const char *name)
{
	if (u->kind == K_CSS)
		return IN_CSS;
	if (u->kind == K_TXT) {
		h->line_start = false;
		return h->header ? IN_HEADER : IN_MAIL;
	}
	if (h->at == AT_TEXT)
		return IN_TEXT;
	if (h->at == AT_VALUE_DOUBLE || h->at == AT_VALUE_SINGLE)
		return attr_place(u, h, at, name);
	if (h->at == AT_RAW)
		return raw_place(u, h, at, name);
	tplc_die(u, at, "'%s' stands in %s", name, html_where(h));
}

const char *html_where(const struct html *h)
{
	static const char *const raw[] = {
		[RAW_NONE] = "text", [RAW_SCRIPT] = "a script: put data in a <script type=\"application/json\"> block",
		[RAW_JSON] = "a JSON block", [RAW_STYLE] = "a style element: colours belong in a .css template",
		[RAW_TITLE] = "a title", [RAW_TEXTAREA] = "a textarea", [RAW_IFRAME] = "the content of an iframe",
	};
	static const char *const names[] = {
		[AT_TEXT] = "text", [AT_OPEN] = "a tag name", [AT_TAG_NAME] = "a tag name",
		[AT_GAP] = "a tag, as an attribute name", [AT_GAP_CLOSED] = "a tag, as an attribute name",
		[AT_ATTR_NAME] = "an attribute name", [AT_ATTR_AFTER] = "a tag, as an attribute name",
		[AT_VALUE_START] = "an unquoted attribute value: quote it", [AT_VALUE_DOUBLE] = "an attribute value",
		[AT_VALUE_SINGLE] = "an attribute value", [AT_VALUE_BARE] = "an unquoted attribute value: quote it",
		[AT_SLASH] = "the end of a tag", [AT_COMMENT] = "a comment", [AT_DOCTYPE] = "a doctype", [AT_RAW] = "",
	};

	return h->at == AT_RAW ? raw[h->raw] : names[h->at];
}

/* In a tag: between attributes, whichever way the tokenizer got there, with a blank where one may be missing. */
static void tag_section(const struct unit *u, struct html *h, struct text *fixed, const struct tag *tag)
{
	if (tag->sigil == '#')
		tplc_die(u, tag->at, "a loop {{#%s}} inside a tag", tag->name);
	if (h->end_tag)
		tplc_die(u, tag->at, "{{%c%s}} stands in an end tag", tag->sigil, tag->name);
	if (h->at == AT_ATTR_NAME || h->at == AT_ATTR_AFTER || h->at == AT_VALUE_BARE)
		html_attr_done(h);
	if (h->at != AT_ATTR_AFTER && h->at != AT_GAP)
		text_char(fixed, ' ');
	h->at = AT_GAP;
}

void html_section(const struct unit *u, struct html *h, struct text *fixed, const struct tag *tag)
{
	if (u->kind == K_CSS)
		tplc_die(u, tag->at, "a .css template has no sections");
	if (u->kind == K_TXT && h->header)
		tplc_die(u, tag->at, "{{%c%s}} stands in the header lines of a mail", tag->sigil, tag->name);
	switch (h->at) {
	case AT_TEXT:
		return;
	case AT_TAG_NAME:
	case AT_GAP:
	case AT_GAP_CLOSED:
	case AT_ATTR_NAME:
	case AT_ATTR_AFTER:
	case AT_VALUE_BARE:
		tag_section(u, h, fixed, tag);
		return;
	case AT_VALUE_START:
	case AT_VALUE_DOUBLE:
	case AT_VALUE_SINGLE:
		tplc_die(u, tag->at, "{{%c%s}} stands inside an attribute value: put it around the whole attribute",
			tag->sigil, tag->name);
	case AT_RAW:
		if (h->raw == RAW_TITLE || h->raw == RAW_TEXTAREA || h->raw == RAW_JSON)
			return;
		break;
	case AT_OPEN:
	case AT_SLASH:
	case AT_COMMENT:
	case AT_DOCTYPE:
		break;
	}
	tplc_die(u, tag->at, "{{%c%s}} stands in %s", tag->sigil, tag->name, html_where(h));
}

static bool meets(const struct html *a, const struct html *b)
{
	if (a->at == AT_GAP && b->at == AT_GAP)
		return strcmp(a->tag, b->tag) == 0 && a->typed == b->typed && a->type_json == b->type_json;
	return a->at == b->at && a->raw == b->raw && a->pre == b->pre && a->in_string == b->in_string &&
		a->after_slash == b->after_slash;
}

void html_join(const struct unit *u, struct html *h, const struct html *start, const struct tag *tag, bool loop)
{
	if (!meets(h, start))
		tplc_die(u, tag->at, "%s {{/%s}} ends in another place in the HTML than it started: %s, not %s",
			loop ? "the loop" : "the section", tag->name, html_where(h), html_where(start));
	h->equiv |= start->equiv;
	h->content_field |= start->content_field;
	h->rel_quiet = h->rel_quiet && start->rel_quiet;
	h->rel_stated |= start->rel_stated;
	h->line_start = h->line_start && start->line_start;
}
