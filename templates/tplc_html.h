/* tplc_html: where in the HTML the compiler stands, and what may be put there.
 * A small part of the WHATWG tokenizer: what it does not know, it refuses.
 * Source  https://html.spec.whatwg.org/multipage/parsing.html#tokenization
 */
#ifndef UNIFYED_TPLC_HTML_H
#define UNIFYED_TPLC_HTML_H
#include "templates/tplc.h"

enum at {
	AT_TEXT,
	AT_OPEN,        /* after '<' */
	AT_TAG_NAME,
	AT_GAP,         /* in a tag, where an attribute may start */
	AT_GAP_CLOSED,  /* after a name or a value: a blank must come first */
	AT_ATTR_NAME,
	AT_ATTR_AFTER,  /* a name, then blanks: '=' may follow */
	AT_VALUE_START, /* after '=' */
	AT_VALUE_DOUBLE,
	AT_VALUE_SINGLE,
	AT_VALUE_BARE,
	AT_SLASH, /* of "/>" */
	AT_COMMENT,
	AT_DOCTYPE,
	AT_RAW /* in script, style, title, textarea or iframe, see `raw` */
};

enum raw { RAW_NONE, RAW_SCRIPT, RAW_JSON, RAW_STYLE, RAW_TITLE, RAW_TEXTAREA, RAW_IFRAME };

enum url { URL_START, URL_WHOLE, URL_FIXED };

struct html {
	enum at at;
	enum raw raw;
	bool pre;         /* inside <pre>: white space stays */
	bool in_string;   /* JSON block: inside "..." */
	bool after_slash; /* JSON block: after a '\' in a string */
	/* the tag at hand */
	bool end_tag;
	char tag[24];
	bool typed, type_json;      /* script: its type is stated, and is JSON */
	bool rel_stated, rel_quiet; /* link: its rel is stated, and loads no code */
	bool equiv, content_field;  /* meta: http-equiv; a field in content */
	/* the attribute at hand */
	char attr[32];
	char value[160];   /* its static text so far */
	size_t value_n;    /* bytes of static text, also those that found no room */
	bool value_field;  /* a field stands in it */
	enum url url;      /* URL attribute: how far it is */
	/* .txt */
	bool header, line_start; /* in "Subject: ..." lines; at the start of a line */
};

/* Where a field stands, which decides its form. */
enum place { IN_TEXT, IN_ATTR, IN_URL, IN_FRAME, IN_PATH, IN_PART, IN_PART_FIRST, IN_JSON, IN_MAIL, IN_HEADER, IN_CSS };
#define PLACES 11

/* Walks u->src from `from` to `to`, writing to `fixed` what the page shows. */
void html_feed(const struct unit *u, struct html *h, struct text *fixed, size_t from, size_t to);
/* The place of a field here; refuses where no field may stand. */
enum place html_place(const struct unit *u, struct html *h, size_t at, const char *name);
/* A section starts or ends here: allowed, and brought to a comparable state. */
void html_section(const struct unit *u, struct html *h, struct text *fixed, const struct tag *tag);
/* The state after a section that may or may not have run. */
void html_join(const struct unit *u, struct html *h, const struct html *start, const struct tag *tag, bool loop);
const char *html_where(const struct html *h);
/* The static value of the attribute at hand is complete. */
void html_attr_done(struct html *h);
/* The tag at hand is complete: the state behind its '>'. */
void html_tag_done(const struct unit *u, struct html *h, size_t at, bool slash);
#endif
