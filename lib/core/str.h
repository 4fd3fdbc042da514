/* str: a read-only view of bytes, passed by value.
 * Owns   nothing: the bytes live as long as whoever made them says
 * Never  ends in NUL by promise; NUL-terminated text exists only inside doors (str_z)
 */
#ifndef UNIFYED_CORE_STR_H
#define UNIFYED_CORE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;      /* bytes */
};

#define S(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A view of NUL-terminated text; NULL is the empty str. */
struct str str_of(const char *z);
bool str_eq(struct str a, struct str b);
/* ASCII letters compare without case. */
bool str_eq_nocase(struct str a, struct str b);
/* bytewise order, as memcmp; shorter first on a tie */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of the first `needle` at or after `from`; SIZE_MAX when there is none. */
size_t str_find(struct str s, size_t from, struct str needle);
/* bytes [from, to), clipped to s */
struct str str_slice(struct str s, size_t from, size_t to);
/* without ASCII white space at both ends */
struct str str_trim(struct str s);
/* Cuts `*rest` at the first `separator`: returns what stood before it and leaves what stands after.
 * Without a separator all of it is returned and `*rest` becomes empty with p NULL. */
struct str str_cut(struct str *rest, char separator);
/* Decimal digits with an optional '-'; nothing else, no overflow. */
bool str_int(struct str s, int64_t *out);
/* Valid UTF-8 (no surrogates, no overlong forms, up to U+10FFFF; RFC 3629) without NUL. */
bool str_utf8(struct str s);
/* Unicode code points of valid UTF-8 */
size_t str_points(struct str s);
/* copies, living as long as `mem` */
struct str str_copy(struct arena *mem, struct str s);
struct str str_lower(struct arena *mem, struct str s); /* ASCII only */
const char *str_z(struct arena *mem, struct str s);     /* NUL-terminated; asserts that s has no NUL */
struct str str_fmt(struct arena *mem, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
