/* live_banner: what leads the public pages of a creator while she is live. */
#ifndef UNIFYED_VIEW_LIVE_BANNER_H
#define UNIFYED_VIEW_LIVE_BANNER_H
#include "lib/stream/live.h"
#include "templates/parts/live_now.h"

/* One element while she is live, none else: for a page's `now list >live_now`. */
const struct tpl_part_live_now *live_banner(struct ctx *c, const struct live_now *now);
size_t live_banner_n(const struct live_now *now);
/* For cards of the page elsewhere. What the show is called, else her name; its picture, else `fallback`. */
struct str live_title(const struct live_now *now, struct str name);
struct str live_picture(struct ctx *c, const struct live_now *now, struct str fallback);

#endif
