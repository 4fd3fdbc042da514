/* guard: what keeps one from holding all there is: caps, shorter holds, cool-downs and levels (reliability.md 3).
 * Owns   tables guard, hold_cooling, guard_place; column inventory.guard
 * Never  keeps an address: only a hash under a key of the day, and that for address_keep_hours
 */
#ifndef UNIFYED_CHECKOUT_GUARD_H
#define UNIFYED_CHECKOUT_GUARD_H
#include "lib/core/ctx.h"

/* The address block of a client, one IPv4 address or one IPv6 /64, as its hash of today; nil for what is no address. */
struct uuid guard_address(struct ctx *c, struct str address);
/* The operator's rules as SQL reads them: a row of u.hold_rules. Lives as long as c->mem. */
struct str guard_rules(struct ctx *c);

/* Takes the next events and learns from them, in the caller's transaction; *done: events read. */
enum err guard_learn(struct ctx *c, int64_t *done);
/* Sets the level of every item in demand, in the caller's transaction; *changed: levels that moved. */
enum err guard_judge(struct ctx *c, int64_t *changed);
/* Removes what must not be kept, in the caller's transaction; *done: rows looked at, 0 when there are no more. */
enum err guard_forget(struct ctx *c, int64_t *done);

#endif
