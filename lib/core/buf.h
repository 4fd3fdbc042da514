/* buf: text that grows up to a size named at birth.
 * Owns       bytes in an arena
 * Invariant  n <= max; what does not fit sets `full`, and every later write is dropped,
 *            so a caller checks once, at the end
 */
#ifndef UNIFYED_CORE_BUF_H
#define UNIFYED_CORE_BUF_H
#include "lib/core/str.h"

struct arena;

struct buf {
	struct arena *mem;
	char *p;
	size_t n, cap, max;
	bool full;
};

struct buf buf_new(struct arena *mem, size_t max_bytes);
void buf_put(struct buf *b, struct str s);
void buf_char(struct buf *b, char ch);
void buf_int(struct buf *b, int64_t v);
void buf_fmt(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* what was written so far; valid until the next write */
struct str buf_str(const struct buf *b);

/* Escapers, one per place where text can stand. Invalid UTF-8 becomes U+FFFD; other C0 control
 * characters than tab, line feed and carriage return are left out. */
void buf_html(struct buf *b, struct str s);         /* text and quoted attributes: & < > " ' */
void buf_url_part(struct buf *b, struct str s);     /* RFC 3986 unreserved kept, the rest %XX */
void buf_json(struct buf *b, struct str s);         /* a quoted JSON string (RFC 8259) */
void buf_json_script(struct buf *b, struct str s);  /* the same, with < > & U+2028 U+2029 as \u escapes */
/* A URL attribute: http, https or relative only; anything else becomes "#". Then as buf_html. */
void buf_html_url(struct buf *b, struct str s);

#endif
