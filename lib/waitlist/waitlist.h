/* waitlist: the line for what is sold out. Who waits keeps a page open; when her turn comes, her page's next look sets a unit aside
 * for her, for waitlist_hold_s, as an ordinary checkout on the link she came by. sql/functions/25_waitlist.sql is the rule.
 * Owns       table waitlist; column inventory.waited_until
 * Invariant  a visitor has one place in the line of an item; nothing is kept for one whose page is closed
 * Never      asks for a name or an address: a place belongs to the visitor's cookie, or to the link of her own (a visitor_token)
 */
#ifndef UNIFYED_WAITLIST_H
#define UNIFYED_WAITLIST_H
#include "lib/checkout/checkout.h"

enum waitlist_state {
	WAITLIST_NONE,    /* she never stood in it */
	WAITLIST_WAITING,
	WAITLIST_OFFERED, /* a unit is set aside for her */
	WAITLIST_TAKEN,   /* she went to the shop with it */
	WAITLIST_PASSED,  /* she did not, in time */
	WAITLIST_LEFT,
	WAITLIST_OVER,    /* the link closed, or the day is over */
};

/* A visitor's place. */
struct waitlist_place {
	enum waitlist_state state;
	struct str code;            /* of the link it is on, where she pressed the button last */
	bool held_up;               /* WAITING: not for want of stock; the guard, a pause or the offer's limit keeps it from her */
	int ahead;                  /* WAITING: how many come first, up to 1000 */
	int again_s;                /* WAITING and OFFERED: her page looks again after so long, or she is thought gone */
	struct variant_id variant;
	int units;
	bool has_second;            /* of the show, that the link led to when she came: goes along with every ask for it */
	int second;
	int64_t hold_ms;            /* OFFERED, TAKEN: when her hold ends; 0: it has */
	int64_t ends_ms;            /* WAITING: until when she may wait */
};

/* Puts the ask's visitor into the line, in the caller's transaction; asking again changes nothing but what she waits for. *code: of the
 * link whose page shows her place; empty: there is nothing to wait for here, and the link itself says why.
 *   fails  ADDRESS_CAPPED */
enum err waitlist_join(struct ctx *c, const struct checkout_ask *ask, struct str *code);
/* Her place in the line of a link for the ask's variant (nil, or she never stood in that: any), in the caller's transaction.
 * It is a deed: her look keeps her there, and may begin her checkout, for which the ask's session, hold and mark are used.
 * Of the ask besides: code and visitor.
 *   fails  RETRY */
enum err waitlist_look(struct ctx *c, const struct checkout_ask *ask, struct waitlist_place *out);
/* Gives up that place and what is set aside for her, in the caller's transaction. Harmless when she has none. */
enum err waitlist_leave(struct ctx *c, const struct checkout_ask *ask);
/* Ends up to `most` places whose day is over, in the caller's transaction, and forgets addresses; *done: rows changed. */
enum err waitlist_tidy(struct ctx *c, int most, int64_t *done);

#endif
