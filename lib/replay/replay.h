/* replay: a show that has been: its videos on the platforms, its moments in their own seconds, and what they still sell.
 * Owns       tables replay, replay_video, replay_link
 * Invariant  one replay for a live session, made by the end of its first stream; each kept moment that sells something has one open
 *            link there, attributed to (platform, replay, stream, replay, moment)
 * Never      finds a video at a platform by itself: it is told (replay_video_seen), or has it by hand
 */
#ifndef UNIFYED_REPLAY_H
#define UNIFYED_REPLAY_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"
#include "lib/event/event.h"
#include "lib/platform/broadcaster.h"
#include "lib/stream/live.h"

struct replay {
	struct replay_id id;
	struct live_id live;
	struct creator_id creator;
	struct str title, slug, thumb_url; /* slug, thumb_url: empty where there is none */
	struct str state;            /* draft published unpublished */
	struct str creator_name, creator_handle;
	int64_t started_ms, ended_ms; /* of the show */
	int64_t published_ms, created_ms;
	int64_t moments;             /* that it shows */
	int64_t views, clicks;       /* from the event log, seconds behind */
	int64_t revision;
};

struct replay_video {
	struct video_id id;
	struct str platform, external_id, page_url, title, thumb_url;
	struct str state;            /* wanted ready hidden gone */
	int64_t recorded_from_ms, adjust_ms;
	int64_t duration_s;          /* -1: not known */
	bool embeddable, by_hand;
	bool awaited;                /* wanted, and its platform is going to be asked for it */
};

/* A moment as a video shows it. */
struct replay_moment {
	struct moment_id id;
	struct str title, product, variant, image_url, code; /* code of its link; empty: it sells nothing (any more) */
	int64_t at_ms;
	struct money list, price;    /* of the cheapest that it sells */
	int64_t variants;            /* that it sells */
	bool is_from;                /* there are several prices or variants */
	bool limited;                /* false: there is no limit */
	int64_t left;                /* when limited */
	bool open;                   /* its offer sells right now */
};

/* Consumer of STREAM_ENDED and MOMENT_*: makes replays, and keeps the links of their moments as the moments are. */
extern const struct consumer replay_consumer;

enum err replay_list(struct ctx *c, struct replay_id after, int limit, struct replay **out, size_t *n);
/* fails NOT_FOUND  hers or nobody's */
enum err replay_by_id(struct ctx *c, struct replay_id id, struct replay *out);
/* By TypeID or slug, whoever asks: published ones and others alike. fails NOT_FOUND */
enum err replay_by_key(struct ctx *c, struct str key, struct replay *out);
/* The newest published ones of a creator, for a page that asks for more in one round trip. */
struct db_ask replay_latest_ask(struct creator_id creator, int most);
void replay_latest_read(struct ctx *c, const struct rows *answer, struct replay **out, size_t *n);
enum err replay_videos(struct ctx *c, struct replay_id id, struct replay_video **out, size_t *n);
enum err replay_moments(struct ctx *c, struct replay_id id, struct replay_moment **out, size_t *n);
/* All that its page shows, in one round trip. */
struct replay_shown {
	struct replay_video *videos;
	struct replay_moment *moments;
	size_t videos_n, moments_n;
	struct live_now now;         /* nil id: its creator is not live */
};
enum err replay_shown(struct ctx *c, const struct replay *replay, struct replay_shown *out);
/* The second of a video that shows an instant: within the video. */
int64_t replay_second(const struct replay_video *video, int64_t at_ms);

struct replay_ask {
	struct str title, slug, thumb_url;
};
/* fails BAD_INPUT, EDIT_CONFLICT, SLUG_TAKEN */
enum err replay_update(struct ctx *c, const struct replay *now, const struct replay_ask *ask);
/* REPLAY_PUBLISHED, REPLAY_UNPUBLISHED; harmless when it is so. fails NOT_FOUND */
enum err replay_publish(struct ctx *c, struct replay_id id);
enum err replay_unpublish(struct ctx *c, struct replay_id id);

/* A video by its address, pasted by hand: of YouTube, Twitch or TikTok it is played in the page, any other https address is a link.
 * A draft that was never published is, with that.
 * fails BAD_INPUT, NOT_FOUND */
enum err replay_video_add(struct ctx *c, struct replay_id replay, struct str url, struct video_id *id);
/* Corrects where its seconds begin. fails BAD_INPUT, NOT_FOUND */
enum err replay_video_adjust(struct ctx *c, struct replay_id replay, struct video_id id, int64_t adjust_ms);
/* fails NOT_FOUND */
enum err replay_video_remove(struct ctx *c, struct replay_id replay, struct video_id id);

/* Videos that a platform is to be asked for, or about, now. */
struct replay_video_due {
	struct video_id id;
	struct creator_id creator;
	struct channel_id channel;   /* nil: not known */
	struct str external_id;      /* of the video; empty: find the one that records broadcast */
	struct str broadcast;        /* the platform's id of the broadcast; empty: not known */
	int64_t started_ms;
};
enum err replay_videos_due(struct ctx *c, struct str platform, int most, struct replay_video_due **out, size_t *n);
/* What the platform says of it. The first time that everybody can see it there: REPLAY_AUTO_IMPORTED. Sets the next look. */
enum err replay_video_seen(struct ctx *c, struct video_id id, const struct broadcaster_video *seen);
/* It is not there (yet): looked for again after 5 minutes, an hour, 6 hours, a day. */
enum err replay_video_missed(struct ctx *c, struct video_id id);

/* REPLAY_VIEW as a note, at most once for a visitor in a minute. who: what tells visitors apart (see lib/checkout/visitor.h, guard.h). */
void replay_viewed(struct ctx *c, struct replay_id id, struct creator_id creator, struct str who);

/* A player in the page, as the platform's adapter has it. */
struct replay_player {
	struct str src;              /* of the frame; empty: it can only be linked to */
	struct str poster;           /* a picture of the video; empty: the platform has none of its own */
	const char *frame_origins, *image_origins; /* for the page's policy; "" each where the platform is none of ours */
	enum seek seek;              /* how a script seeks; where none can, a new src does it */
};
/* plays: somebody pressed play. */
void replay_player_of(struct ctx *c, const struct replay_video *video, int64_t start_s, bool plays, struct replay_player *out);
/* The platform and video in an address, asked of each adapter; platform "other" and no id for any other. */
void replay_video_of_url(struct ctx *c, struct str url, struct str *platform, struct str *external_id);

#endif
