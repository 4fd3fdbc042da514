/* twitch: what the parts of this adapter share. Outside it only `twitch_broadcaster` is seen.
 * A broadcast is a stream id, new at each start, also after a drop; its video is another id that names it. Who is live is asked with
 * the app's own token, 100 accounts at once; what the answer lacks is not live.
 * Source  Twitch Authentication, Helix (Get Users, Get Streams, Get Videos, EventSub Subscriptions), EventSub webhooks, Embed
 */
#ifndef UNIFYED_TWITCH_H
#define UNIFYED_TWITCH_H
#include "lib/core/config.h"
#include "lib/platform/shared/shared.h"

#define TWITCH_MANY 100 /* accounts or videos in one call */

/* One question to Helix: "streams?..." with the call's token, or with the app's. Any status but 2xx is a failure. */
enum err twitch_ask(struct ctx *c, struct broadcaster_call *call, const char *method, struct str what, struct str body,
	struct net_answer *out);
/* The same as a GET; *data is the answer's list. *more, when wanted, its cursor. */
enum err twitch_get(struct ctx *c, struct broadcaster_call *call, struct str what, struct json *data, struct str *more);
/* "https://.../thumb-{width}x{height}.jpg" at 640 by 360; empty unless the pictures' origin has it. */
struct str twitch_picture(struct ctx *c, struct json v);

struct str twitch_authorize_url(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge);
enum err twitch_exchange(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
	struct broadcaster_tokens *out);
enum err twitch_refresh(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out);
enum err twitch_revoke(struct ctx *c, struct broadcaster_call *call, struct str token);
enum err twitch_validate(struct ctx *c, struct broadcaster_call *call);
enum err twitch_app_token(struct ctx *c, struct broadcaster_call *call, struct broadcaster_tokens *out);

enum err twitch_identify(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out);
enum err twitch_live_watch(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *looks, size_t n,
	struct broadcaster_live *out);
enum err twitch_videos(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
	struct broadcaster_videos *out);
enum err twitch_video_get(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out);
enum err twitch_embed(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out);
bool twitch_video_in_url(struct ctx *c, struct str url, struct str *external_id);

enum err twitch_subscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str secret, struct broadcaster_subscription *out);
enum err twitch_unsubscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str external_id);
enum err twitch_receive(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out);

#endif
