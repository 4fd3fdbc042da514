/* quota: what platforms allow our app as a whole, per day or minute, counted before each call.
 * Owns       table platform_quota, one row per bucket and window, for 35 days
 * Invariant  no window is overrun, however many take at once; days are those of the bucket's own zone, also across a change of
 *            its clocks. A short window shares its allowance with its neighbours, because the platform's begin elsewhere
 * Never      asks a platform, or gives units back: a call that failed may have been counted there
 */
#ifndef UNIFYED_QUOTA_H
#define UNIFYED_QUOTA_H
#include "lib/platform/broadcaster.h"

/* Takes what a call costs; *granted false: it must not be made in this window. Not metered (bucket NULL): granted. By itself outside
 * any transaction, so that a call that was made stays counted. */
enum err quota_take(struct ctx *c, const struct broadcaster_cost *cost, bool *granted);
/* The platform says that nothing is left, whatever we counted: nothing is granted until the window ends. */
enum err quota_spent(struct ctx *c, const struct broadcaster_cost *cost);

struct quota_left {
	int64_t used, allowed;
	int64_t left_ms; /* until the window ends */
	bool spent;
};
enum err quota_left(struct ctx *c, const struct broadcaster_cost *cost, struct quota_left *out);

#endif
