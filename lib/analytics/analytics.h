/* analytics: what clicked and what earned, projected from the event log.
 * Owns       tables link_clicks, revenue_order, visits; each can be dropped and rebuilt from the log with the same result
 * Invariant  an event counts once, however often it is delivered; money is net, per currency, credited only
 */
#ifndef UNIFYED_ANALYTICS_H
#define UNIFYED_ANALYTICS_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"
#include "lib/event/event.h"

extern const struct consumer analytics_consumers[];
extern const size_t analytics_consumers_n;

struct revenue {
	struct str name;          /* platform or surface; empty by stream */
	struct stream_id stream;  /* by stream; nil: sold without one */
	struct str stream_title;
	int64_t orders, units;
	struct money net;
};

/* by: "platform", "surface" or "stream"; what c->creator earned in [from_ms, before_ms), 0 unbounded. */
enum err analytics_revenue(struct ctx *c, struct str by, int64_t from_ms, int64_t before_ms, struct revenue **out, size_t *n);

#endif
