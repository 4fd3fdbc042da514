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
	struct offer_id offer;
	struct str offer_name, offer_state;
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

/* fails  BAD_INPUT (also for an offer, stream, product or variant that is not hers), CODE_TAKEN */
enum err link_create(struct ctx *c, const struct link_ask *ask, struct link_id *id);
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
