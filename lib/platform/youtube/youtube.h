/* youtube: what the parts of this adapter share. Outside it only `youtube_broadcaster` is seen.
 * A broadcast, its live and its video are one thing with one id there. An answer without an id that was asked for says nothing about
 * it. Units are those of one Google Cloud project for a day of Los Angeles; search.list is never used (100 calls a day).
 * Source  YouTube Data API v3 (channels, liveBroadcasts, videos, playlistItems: list), Google OAuth 2.0 for web servers,
 *         W3C WebSub, RFC 6721 (deleted entries)
 */
#ifndef UNIFYED_YOUTUBE_H
#define UNIFYED_YOUTUBE_H
#include "lib/core/config.h"
#include "lib/platform/shared/shared.h"

#define YOUTUBE_MANY 50 /* ids in one call */

/* One GET of the Data API: "videos", and its query from "part=" on. With the call's token, else with our key.
 * *body is the answer's object. Fails as broadcaster.h says. */
enum err youtube_get(struct ctx *c, struct broadcaster_call *call, const char *what, struct str query, struct json *body);
/* The one liveStreamingNotEnabled: an answer, not a failure. */
bool youtube_cannot_stream(enum err e, const struct broadcaster_call *call);

struct str youtube_authorize_url(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge);
enum err youtube_exchange(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
	struct broadcaster_tokens *out);
enum err youtube_refresh(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out);
enum err youtube_revoke(struct ctx *c, struct broadcaster_call *call, struct str token);

enum err youtube_identify(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out);
enum err youtube_live_find(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n);
enum err youtube_live_past(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n);
enum err youtube_live_watch(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *looks, size_t n,
	struct broadcaster_live *out);
enum err youtube_videos(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
	struct broadcaster_videos *out);
enum err youtube_video_get(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out);

enum err youtube_embed(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out);
bool youtube_video_in_url(struct ctx *c, struct str url, struct str *external_id);

enum err youtube_subscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str secret, struct broadcaster_subscription *out);
enum err youtube_unsubscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str external_id);
enum err youtube_receive(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out);

/* Parts of one item of an answer. */
struct str youtube_watch_url(struct ctx *c, struct str id);
/* There is one of each video, at this address. */
struct str youtube_poster(struct ctx *c, struct str id);
struct str youtube_picture(struct ctx *c, struct str id, struct json thumbnails);
/* The widest picture up to 1280; empty without. */
struct str youtube_widest(struct json thumbnails);

#endif
