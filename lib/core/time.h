/* time: instants as Unix milliseconds (int64_t, UTC), and their RFC 3339 form.
 * Never  local time: zones are the database's work
 */
#ifndef UNIFYED_CORE_TIME_H
#define UNIFYED_CORE_TIME_H
#include "lib/core/str.h"

int64_t time_now_ms(void);       /* the wall clock */
int64_t time_monotonic_ms(void); /* for deadlines */
/* "2026-11-23T05:07:27.123Z"; milliseconds left out when zero. Lives as long as mem. */
struct str time_text(struct arena *mem, int64_t ms);
/* RFC 3339 with Z or an offset, fraction allowed; year 1970 to 9999 */
bool time_read(struct str s, int64_t *ms);
/* "23 Nov 2026, 05:07 UTC", for people */
struct str time_human(struct arena *mem, int64_t ms);
/* IMF-fixdate of RFC 9110, for headers */
struct str time_http(struct arena *mem, int64_t ms);

#endif
