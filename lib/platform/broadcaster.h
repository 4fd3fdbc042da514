/* broadcaster: the canonical shapes and verbs of a platform on which creators go live. An adapter fills the table
 * `struct broadcaster`: canonical asks become HTTP, answers become these structs, and nothing else happens there.
 * Never   touches the database, retries, meters or decides: that is the caller's. A verb that is NULL is one the platform lacks
 * Lives   everything in an answer lives as long as c->mem
 * Fails   every verb that calls out fails in one of the ways of platform.h, and says more in its broadcaster_call:
 *           PLATFORM_AWAY     no usable answer (network, 5xx, garbage): try again later
 *           PLATFORM_SLOW     a rate or an allowance is used up until call->wait_ms is over; reason "quota" for the whole app's day
 *           PLATFORM_DENIED   the token is no good: reason "token" (refresh once), "grant" (connect again), "scope",
 *                             "account" (there is none that can be used)
 *           PLATFORM_REFUSED  it understood and said no; reason is its machine word; "config" when our own credentials are wrong
 * Source  facts of each platform stand in its folder: lib/platform/youtube, tiktok, twitch
 */
#ifndef UNIFYED_BROADCASTER_H
#define UNIFYED_BROADCASTER_H
#include "lib/core/ctx.h"
#include "lib/platform/platform.h"

/* One conversation with one account, or with none (app credentials). */
struct broadcaster_call {
	struct str token;     /* of the account; empty: the adapter uses the app's own credentials */
	struct str app_token; /* Twitch: what broadcaster.app_token gave; else empty */
	int64_t until_ms;     /* monotonic: no verb takes longer; 0: as long as one exchange may take */
	/* filled by every verb: */
	int64_t wait_ms;      /* after PLATFORM_SLOW, and PLATFORM_AWAY when it said how long; else 0 */
	struct str reason;    /* after a failure: one machine word */
};

struct broadcaster_tokens {
	struct str access;
	struct str refresh;          /* empty: the one that was used stays good */
	int64_t access_s, refresh_s; /* how long they live from now; 0: not told */
	struct str scopes;           /* as granted, separated by ',' */
	struct str subject;          /* the account's id where the answer carries it; else empty */
};

struct broadcaster_identity {
	struct str external_id;      /* the channel, open_id, user id; a string, never a number */
	struct str handle, name, avatar_url, profile_url;
	struct str uploads_id;       /* YouTube: playlist of the uploads */
};

/* What the platform said, positively; every doubt is UNKNOWN. */
enum live_state { LIVE_UNKNOWN, LIVE_UPCOMING, LIVE_ON, LIVE_ENDED, LIVE_NONE };

struct broadcaster_live {
	enum live_state state;
	struct str external_id;      /* of the broadcast; empty with NONE, and with UNKNOWN where it was not told */
	struct str account;          /* whose it is, as the platform says */
	struct str title, thumb_url, url;
	int64_t scheduled_ms, started_ms, ended_ms; /* 0: not told */
	int64_t viewers;             /* -1: hidden or not told */
};

/* Whom or what to look at. */
struct broadcaster_look {
	struct str account;          /* external id of the channel */
	struct str external_id;      /* of a broadcast or video; empty: whatever the account broadcasts */
};

struct broadcaster_video {
	struct str external_id;
	struct str account;
	struct str broadcast;        /* the broadcast it records; empty: none, or not told */
	struct str title, thumb_url, page_url;
	int64_t published_ms, recorded_from_ms; /* recorded_from: the wall clock of its second 0; 0: not told */
	int64_t expires_ms, thumb_expires_ms;   /* 0: never, or not told */
	int64_t duration_s;          /* -1: not known yet */
	bool found, ready, embeddable;
	bool is_public;              /* who has its address may watch */
};

struct broadcaster_videos {
	struct broadcaster_video *list;
	size_t n;
	struct str more;             /* cursor of the next page; empty: these are the last */
};

/* How a page shows a video or a live. Pure. */
enum seek { SEEK_NONE, SEEK_URL, SEEK_YOUTUBE, SEEK_TWITCH, SEEK_TIKTOK }; /* which script protocol the player speaks */
struct broadcaster_embed_ask {
	struct str external_id;      /* of the video; of a live on YouTube its broadcast */
	struct str handle;           /* of the channel: Twitch and TikTok show a live by it */
	bool live;
	bool plays;                  /* somebody pressed play for it: it begins by itself, where the player can */
	int64_t start_s;
	struct str page_origin, page_host;
};
struct broadcaster_embed {
	struct str src;              /* of the iframe */
	struct str poster;           /* a picture of it at an address that is always the same; empty: the platform has none */
	const char *frame_origins, *image_origins; /* for the page's Content-Security-Policy, separated by ' ' */
	enum seek seek;
	int min_width, min_height;
};

/* What a platform pushes. */
enum push_kind {
	PUSH_NONE,                   /* nothing in it concerns us */
	PUSH_VERIFY,                 /* it wants to hear push->reply if we want what reason says: "subscribe" (the subscription begins, or
	                              * is renewed) or "unsubscribe". Anybody may have asked it to ask */
	PUSH_DENIED,                 /* it does not accept, or ended, the subscription */
	PUSH_LIVE_ON, PUSH_LIVE_OFF, /* account; external_id where it was told */
	PUSH_VIDEO, PUSH_VIDEO_GONE, /* account, external_id */
	PUSH_ACCOUNT_GONE,           /* the creator took the grant back there */
};
struct broadcaster_push {
	enum push_kind kind;
	struct str account, external_id, topic;
	struct str delivery;         /* dedupe: the platform's id of this message, or a hash of its bytes */
	struct str reply;            /* body of our answer, text/plain; empty: none */
	struct str reason;
	int64_t lease_s;             /* of PUSH_VERIFY; 0: no end */
	int64_t at_ms;               /* when it happened, as told; 0: not told */
};
struct broadcaster_push_in {
	enum { PUSH_GET, PUSH_POST } method;
	struct str query, body;      /* raw */
	struct str (*header_of)(const void *from, const char *cgi_name); /* as struct req has it */
	const void *from;
	struct str secret, topic;    /* of the subscription that its path names */
	struct str account;          /* whose it is; empty: topic is the whole of it, as the platform writes it */
	int64_t now_ms;
};
struct broadcaster_topic {
	const char *topic;           /* "stream.online"; "feed" */
};
struct broadcaster_subscription {
	struct str external_id;      /* empty where the platform has none */
	struct str state;            /* "asked", "active", "refused" */
};

enum broadcaster_verb { VERB_IDENTIFY, VERB_LIVE_FIND, VERB_LIVE_WATCH, VERB_VIDEOS, VERB_VIDEO_GET, VERB_SUBSCRIBE };
/* What one call costs, and the allowance that it comes from. */
struct broadcaster_cost {
	const char *bucket;          /* "youtube.day"; NULL: it is not metered */
	int64_t units;
	int64_t allowed;             /* in one window, as configured */
	int64_t window_s;            /* 86400: from midnight to midnight in zone */
	const char *zone;            /* "America/Los_Angeles"; "UTC" */
};

struct broadcaster {
	const char *name;
	/* Whether the operator gave us an app there; else no verb that calls out may be used. */
	bool (*configured)(const struct config *config);
	bool pkce;
	bool rotates;                /* a refresh kills the refresh token that was used */
	bool sees_live;              /* false: it has no way to tell whether somebody is live (TikTok) */
	bool watch_by_account;       /* live_watch takes accounts, and what it does not show is off (Twitch); else broadcasts */
	bool videos_by_account;      /* video_get tells an account of its own videos only, with its token (TikTok); else any app of anybody's */
	bool same_id;                /* the video of a broadcast has the broadcast's id */
	int delay_s;                 /* what viewers see is usually so late */
	int64_t revalidate_s;        /* the platform wants tokens validated that often; 0: not */
	const struct broadcaster_topic *topics; /* pushed by channel; topics_n 0: none */
	size_t topics_n;

	/* Where a browser asks for consent. challenge: S256 of the verifier, empty without PKCE. Pure. */
	struct str (*authorize_url)(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge);
	enum err (*exchange)(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
		struct broadcaster_tokens *out);
	enum err (*refresh)(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out);
	/* OK too when it was gone already. */
	enum err (*revoke)(struct ctx *c, struct broadcaster_call *call, struct str token);
	enum err (*validate)(struct ctx *c, struct broadcaster_call *call);
	enum err (*app_token)(struct ctx *c, struct broadcaster_call *call, struct broadcaster_tokens *out);
	enum err (*identify)(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out);

	/* The broadcasts that the call's own account has on the air now; *n 0: none, positively. With its token. */
	enum err (*live_find)(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n);
	/* Those that it had, as far as they are listed; costs as much. */
	enum err (*live_past)(struct ctx *c, struct broadcaster_call *call, struct broadcaster_live **out, size_t *n);
	/* Up to watch_max accounts or broadcasts at once, with app credentials; out has n elements in the order of `looks`.
	 * What the answer does not contain: YouTube UNKNOWN, Twitch NONE. */
	size_t watch_max;
	enum err (*live_watch)(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *looks, size_t n,
		struct broadcaster_live *out);

	/* Of look->account, newest first. */
	enum err (*videos)(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *look, struct str cursor,
		struct broadcaster_videos *out);
	/* Up to videos_max ids at once, with app credentials unless videos_by_account; out[i].found false: it does not know it (any more), or does not show it. */
	size_t videos_max;
	enum err (*video_get)(struct ctx *c, struct broadcaster_call *call, const struct str *ids, size_t n, struct broadcaster_video *out);

	/* fails BAD_INPUT  an id or handle that is none there */
	enum err (*embed)(struct ctx *c, const struct broadcaster_embed_ask *ask, struct broadcaster_embed *out);
	/* The video in an address that people paste ("https://youtu.be/..."); false: not one of this platform. Pure. */
	bool (*video_in_url)(struct ctx *c, struct str url, struct str *external_id);

	/* callback: our address, which ends in the subscription's key. OK and "active" when it exists already. */
	enum err (*subscribe)(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
		struct str secret, struct broadcaster_subscription *out);
	enum err (*unsubscribe)(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
		struct str external_id);
	/* Verifies and reads one message. Pure. fails SIGNATURE (forged, or too old), BAD_REQUEST */
	enum err (*receive)(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out);

	/* What one call of a verb with n things costs. NULL: nothing is metered. Pure. */
	struct broadcaster_cost (*cost)(const struct ctx *c, enum broadcaster_verb verb, size_t n);
};

extern const struct broadcaster youtube_broadcaster, tiktok_broadcaster, twitch_broadcaster;
extern const struct broadcaster *const broadcasters[];
extern const size_t broadcasters_n;

/* NULL: none of that name */
const struct broadcaster *broadcaster_of(struct str name);
/* One that creators can connect here. fails PLATFORM_UNKNOWN (no such name), PLATFORM_UNSUPPORTED (the operator has no app there) */
enum err broadcaster_by_name(struct ctx *c, struct str name, const struct broadcaster **out);

#endif
