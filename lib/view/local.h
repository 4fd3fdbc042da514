/* local: instants as a creator's own clock shows them, and what she typed as an instant. Pages only: the API speaks UTC.
 * Never  does the arithmetic of zones itself: PostgreSQL knows them
 */
#ifndef UNIFYED_VIEW_LOCAL_H
#define UNIFYED_VIEW_LOCAL_H
#include "lib/core/ctx.h"

#define LOCAL_MAX 512 /* instants of one page */

/* The instants of a page, told in one statement:
 *   struct local l = { .zone = me.zone };
 *   local_want(&l, order.created_ms, &row->when);
 *   TRY(local_tell(c, &l)); */
struct local {
	struct str zone; /* IANA name */
	int64_t ms[LOCAL_MAX];
	struct str *out[LOCAL_MAX];
	size_t n;
};

/* *out becomes "06:07" (today), "23 Nov, 06:07" or "23 Nov 2025, 06:07" once told; "" for 0. */
void local_want(struct local *l, int64_t ms, struct str *out);
enum err local_tell(struct ctx *c, const struct local *l);

/* What an <input type="datetime-local"> sends, "2026-11-23T06:07", as an instant; "" is 0. Else field_bad(field). */
enum err local_read(struct ctx *c, struct str zone, const char *field, struct str typed, int64_t *ms);
/* The value of such an input; "" for 0. */
enum err local_write(struct ctx *c, struct str zone, int64_t ms, struct str *typed);

#endif
