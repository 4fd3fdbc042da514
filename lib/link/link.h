/* link: the short codes that creators pin in a live, and what they still allow.
 * Owns       table short_link
 * Invariant  a code is unique whatever its case; a link's exact clicks never pass clicks_max
 * Never      decides about stock or price: see checkout, offer
 */
#ifndef UNIFYED_LINK_H
#define UNIFYED_LINK_H
#include "lib/attribution/attribution.h"

struct link {
	struct link_id id;
	struct str code;
	struct offer_id offer;        /* nil: it follows a show */
	struct str offer_name, offer_state;
	struct live_id live;          /* of a link that follows a show; it has no offer of its own */
	struct str live_title;
	struct product_id product;    /* nil: any of the offer */
	struct variant_id variant;    /* nil: any */
	struct attribution attribution;
	struct str stream_title;
	int64_t expires_ms, revoked_ms, created_ms; /* 0: not */
	int64_t clicks_max;           /* 0: no limit */
	int64_t clicks_used;          /* exact, counted only under a limit */
	int64_t revision;
	/* from the event log, seconds behind */
	int64_t clicks, repeats, refusals, previews, checkouts;
	int64_t guarded;              /* not answered with a hold, to keep the crowd fair; not among clicks */
};

struct link_ask {
	struct offer_id offer;
	struct product_id product;    /* nil: none */
	struct variant_id variant;    /* nil: none */
	struct str code;              /* a vanity code; empty: a random one */
	struct attribution attribution;
	int64_t expires_ms;           /* 0: never */
	int64_t clicks_max;           /* 0: no limit */
};

/* Of a replay and its moment the caller has checked that they are hers.
 * fails  BAD_INPUT (also for an offer, stream, product or variant that is not hers), CODE_TAKEN */
enum err link_create(struct ctx *c, const struct link_ask *ask, struct link_id *id);
/* The link that follows a show: it leads to what stands in the light (u.pin_goal). One open for each session and platform: asked again
 * without a code it is the same. code: a vanity code; empty: the one there is, or a random one.
 * fails  BAD_INPUT, CODE_TAKEN, NOT_FOUND (the session is not hers) */
enum err link_pin(struct ctx *c, struct live_id live, struct str platform, struct str code, struct link_id *id);
/* The open ones of a session. */
enum err link_pins(struct ctx *c, struct live_id live, struct link **out, size_t *n);
enum err link_list(struct ctx *c, struct link_id after, int limit, struct link **out, size_t *n);
/* fails LINK_UNKNOWN */
enum err link_by_id(struct ctx *c, struct link_id id, struct link *out);
/* Expiry and click limit. fails BAD_INPUT, EDIT_CONFLICT */
enum err link_update(struct ctx *c, const struct link *link, int64_t expires_ms, int64_t clicks_max);
/* Closes it at once and releases the holds made through it; harmless when it was closed. fails LINK_UNKNOWN */
enum err link_revoke(struct ctx *c, struct link_id id);
/* base_url/go/code */
struct str link_url(struct ctx *c, const struct link *link);

#endif
