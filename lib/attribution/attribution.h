/* attribution: where a sale comes from: platform, surface and stream; of a replay also which, and its moment. One row per context.
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
	struct replay_id replay; /* nil: none */
	struct moment_id moment; /* nil: none; of a live link the click's own, which its checkout keeps */
};

bool attribution_surface_known(struct str surface);
/* The context of c->creator, made when it is new. The caller has checked that what it names is hers. */
enum err attribution_for(struct ctx *c, const struct attribution *context, struct attribution_id *id);

#endif
