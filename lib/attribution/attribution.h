/* attribution: where a sale comes from: platform, surface and stream. One row per context.
 * Owns   table attribution
 * Never  decides anything by the surface: it is a value that checkout and orders carry along
 */
#ifndef UNIFYED_ATTRIBUTION_H
#define UNIFYED_ATTRIBUTION_H
#include "lib/core/ctx.h"

struct attribution {
	struct str platform; /* youtube tiktok twitch instagram other */
	struct str surface;  /* live replay clip link_in_bio dm agent direct */
	struct stream_id stream; /* nil: none */
};

bool attribution_surface_known(struct str surface);
/* The context of c->creator, made when it is new. The caller has checked that the stream is hers. */
enum err attribution_for(struct ctx *c, const struct attribution *context, struct attribution_id *id);

#endif
