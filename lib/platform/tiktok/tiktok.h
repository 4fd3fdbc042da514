/* tiktok: what the parts of this adapter share. Outside it only `tiktok_broadcaster` is seen.
 * It has no way to tell whether somebody is live, and lives do not become videos by themselves: a creator picks one that she posted.
 * A refresh token dies when it is used. Errors of OAuth may come with any status, also 200.
 * Source  Login Kit v2, Display API v2, Webhooks, Embed Player and Embed LIVE
 */
#ifndef UNIFYED_TIKTOK_H
#define UNIFYED_TIKTOK_H
#include "lib/core/config.h"
#include "lib/platform/shared/shared.h"

#define TIKTOK_MANY 20 /* videos in one call */

/* One question to the API with the call's token; body empty: a GET. *data is the answer's "data". */
enum err tiktok_ask(struct ctx *c, struct broadcaster_call *call, const char *path, struct str body, struct json *data);

struct str tiktok_authorize_url(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge);
enum err tiktok_exchange(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
	struct broadcaster_tokens *out);
enum err tiktok_refresh(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out);
enum err tiktok_revoke(struct ctx *c, struct broadcaster_call *call, struct str token);
enum err tiktok_identify(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out);

enum err tiktok_videos(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
	struct broadcaster_videos *out);
enum err tiktok_video_get(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out);
enum err tiktok_embed(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out);
bool tiktok_video_in_url(struct ctx *c, struct str url, struct str *external_id);
enum err tiktok_receive(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out);

#endif
