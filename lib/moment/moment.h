/* moment: what was shown in a live session, from which second, until when; and what stands in the light now.
 * Owns       tables moment, spotlight (which is only ever added to)
 * Invariant  a moment shows an offer of hers, or a product or variant that the offer promises a price for, or nothing to buy
 * Never      sells: a link that follows the session leads to what stands in the light (u.pin_goal)
 */
#ifndef UNIFYED_MOMENT_H
#define UNIFYED_MOMENT_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

#define MOMENTS_MOST 1000 /* of one session */

struct moment {
	struct moment_id id;
	struct live_id live;
	int64_t at_ms, until_ms;     /* by the clock on the wall; until 0: until the next one */
	struct str title;            /* empty: the product's */
	struct offer_id offer;       /* nil: nothing to buy */
	struct product_id product;   /* nil: any of the offer */
	struct variant_id variant;   /* nil: any */
	struct str source;           /* tap hand suggested */
	struct str state;            /* suggested kept dismissed merged deleted */
	struct str offer_name, product_title, image_url;
	struct str reason;           /* of a suggestion: JSON object */
	int64_t revision, created_ms;
};

struct moment_ask {
	struct str title;
	int64_t at_ms, until_ms;     /* at 0: now */
	struct offer_id offer;
	struct product_id product;
	struct variant_id variant;
};

/* One tap: drops a moment that begins now, and puts it into the light. MOMENT_CREATED.
 * fails BAD_INPUT, NOT_FOUND (the session), LIVE_STATE (it is not on the air), MOMENTS_FULL */
enum err moment_spotlight(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct moment_id *id);
/* Nothing stands in the light any more; the moment that did ends now. Harmless when nothing does. */
enum err moment_spotlight_off(struct ctx *c, struct live_id live);
/* What stands in the light; *found false: nothing. */
enum err moment_in_light(struct ctx *c, struct live_id live, struct moment *out, bool *found);

/* What c->creator can put into the light: each product of each running offer. */
struct moment_good {
	struct offer_id offer;
	struct product_id product;
	struct str offer_name, title, image_url;
	struct money list, price;    /* of its cheapest variant */
	bool is_from, limited;
	int64_t left;                /* of all its variants, when limited */
	bool lit;                    /* it stands in the light of that session */
};
enum err moment_goods(struct ctx *c, struct live_id live, struct moment_good **out, size_t *n);

/* Adds one by hand, anywhere in a session that has begun. It does not go into the light.
 * fails BAD_INPUT, NOT_FOUND, LIVE_STATE, MOMENTS_FULL */
enum err moment_add(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct moment_id *id);
/* fails NOT_FOUND */
enum err moment_by_id(struct ctx *c, struct moment_id id, struct moment *out);
/* The kept ones of a session, by time; of any creator, for public pages too. */
enum err moment_list(struct ctx *c, struct live_id live, struct moment **out, size_t *n);
/* All fields as asked. MOMENT_UPDATED. fails BAD_INPUT, EDIT_CONFLICT, NOT_FOUND */
enum err moment_update(struct ctx *c, const struct moment *now, const struct moment_ask *ask);
/* MOMENT_DELETED; harmless when it is gone. */
enum err moment_delete(struct ctx *c, struct moment_id id);
/* `from` becomes a part of `into`, which then lasts from the earlier beginning to the later end; clicks of `from` count for `into`.
 * MOMENT_DELETED with "into", MOMENT_UPDATED. fails NOT_FOUND, BAD_INPUT (of another session, or itself) */
enum err moment_merge(struct ctx *c, struct moment_id from, struct moment_id into);

/* Looks through the clicks and orders of a session for bursts that no moment explains, and suggests moments for them.
 * *n: how many new ones. fails NOT_FOUND */
enum err moment_suggest(struct ctx *c, struct live_id live, int64_t *n);
enum err moment_suggestions(struct ctx *c, struct live_id live, struct moment **out, size_t *n);
/* A suggestion becomes a moment (MOMENT_CREATED), or is not shown again.
 * fails NOT_FOUND, MOMENT_STATE, MOMENTS_FULL (accept) */
enum err moment_accept(struct ctx *c, struct moment_id id);
enum err moment_dismiss(struct ctx *c, struct moment_id id);

#endif
