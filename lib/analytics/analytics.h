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
	struct str name;          /* platform or surface; empty by stream and replay */
	struct uuid subject;      /* the stream or replay; nil: sold without one */
	struct str title;         /* of the subject */
	int64_t orders, units;
	struct money net;
};

/* by: "platform", "surface", "stream" or "replay"; what c->creator earned in [from_ms, before_ms), 0 unbounded. */
enum err analytics_revenue(struct ctx *c, struct str by, int64_t from_ms, int64_t before_ms, struct revenue **out, size_t *n);

struct moment_revenue {
	struct moment_id moment;   /* nil: sold by none, and the next five are nothing */
	struct live_id live;
	struct replay_id replay;   /* nil: there is none yet */
	struct product_id product; /* nil: none, or several */
	struct str title;          /* its own, else its product's */
	int64_t second;            /* of the show; -1: it has not begun */
	int64_t orders, units;
	struct money net;
};

/* The same by moment, of session `live`, or of all (nil). What was sold live, in the replay and anywhere else by one moment is one row. */
enum err analytics_moments(struct ctx *c, int64_t from_ms, int64_t before_ms, struct live_id live, struct moment_revenue **out,
	size_t *n);

#endif
