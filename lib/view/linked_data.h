/* linked_data: what the public pages tell machines about themselves: JSON-LD in the words of schema.org, one @graph per page.
 * Invariant  an item stands in the graph only with all that is required of it; what lacks something is left out, never half told
 * Never      decides what a page shows: it is given what the page shows
 * Source     Google Search Central, the pages on structured data of each kind; "required" there:
 *
 *   page                                  item            required of it                          we tell besides
 *   Video                                 VideoObject     name, thumbnailUrl, uploadDate          description, duration, embedUrl, url
 *   Video: key moments                    Clip            name, startOffset, url of the same      endOffset
 *                                                         path with the second in its query;
 *                                                         no two of one second; the video has
 *                                                         30 seconds or more
 *   Video: key moments                    SeekToAction    target with {seek_to_second_number},    (where there is no Clip)
 *                                                         startOffset-input
 *   Video: LIVE badge                     BroadcastEvent  isLiveBroadcast, startDate; endDate
 *                                                         once it is over
 *   Merchant listing, Product snippet     Product         name, image, offers
 *                                         Offer           price above 0, priceCurrency            availability, url
 *   Product snippet                       AggregateOffer  lowPrice, priceCurrency                 offerCount, availability, url
 *   ProfilePage                           ProfilePage     mainEntity                              url
 *                                         Person          name                                    alternateName, description, image, url
 *
 *   Times are ISO 8601 with their zone, addresses absolute, prices decimal with the digits of their currency (ISO 4217).
 */
#ifndef UNIFYED_VIEW_LINKED_DATA_H
#define UNIFYED_VIEW_LINKED_DATA_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"
#include "lib/json/json.h"
#include "lib/stream/live.h"

#define LINKED_MOST 50 /* clips, and products, of a page */

/* {"@context", "@graph": [ items ]}: what is open between them belongs to the caller. */
struct jw linked_begin(struct ctx *c);
struct str linked_end(struct jw *w);

struct linked_clip {
	struct str name;
	int64_t second;
};
struct linked_video {
	struct str name, image, url;   /* of the page it is watched on, without a query */
	struct str description, embed; /* empty: none */
	int64_t uploaded_ms;
	int64_t duration_s;            /* below 1: not known */
	int64_t began_ms, ended_ms;    /* of the broadcast; began 0: it never was one; ended 0: it is on the air */
	bool seeks;                    /* url?play=1&t= leads to a second */
	const struct linked_clip *clips; /* in the order of their seconds */
	size_t clips_n;
};
/* False: something required lacks, and nothing was written. */
bool linked_video(struct ctx *c, struct jw *w, const struct linked_video *video);
/* The show that is on the air, as a video at the address where it is watched; else at the page's own. */
struct linked_live {
	const struct live_now *now;
	struct str name, image, page;
};
bool linked_live(struct ctx *c, struct jw *w, const struct linked_live *live);

struct linked_product {
	struct str name, image, code;  /* of its moment link */
	struct money price;            /* of the cheapest */
	int64_t variants;              /* more than 1: an AggregateOffer */
	bool limited, few;
	int64_t left;
};
bool linked_product(struct ctx *c, struct jw *w, const struct linked_product *product);

struct linked_person {
	struct str name, handle, about, image, url; /* about, image: empty where there is none */
};
bool linked_person(struct jw *w, const struct linked_person *person);

#endif
