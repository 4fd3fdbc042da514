/* replay_view: replays as the API shows them, and their public page. */
#ifndef UNIFYED_VIEW_REPLAY_H
#define UNIFYED_VIEW_REPLAY_H
#include "lib/json/json.h"
#include "lib/replay/replay.h"
#include "lib/stream/live.h"
#include "lib/view/page_policy.h"

void replay_fields_json(struct ctx *c, struct jw *w, const struct replay *replay);
struct str replay_full_json(struct ctx *c, const struct replay *replay, const struct replay_video *videos, size_t videos_n,
	const struct replay_moment *moments, size_t moments_n);
/* base_url/r/slug, or the id */
struct str replay_url(struct ctx *c, const struct replay *replay);

struct replay_page {
	const struct replay *replay;
	const struct replay_video *videos;
	size_t videos_n;
	const struct replay_video *shown; /* the one in the page; NULL: there is none */
	const struct replay_moment *moments;
	size_t moments_n;
	size_t from, moments_all;         /* which of all these are the first of */
	size_t before, next;              /* where the parts around it begin; next 0: it is the last */
	const struct live_now *now;       /* nil id: she is not live */
	bool plays;                       /* the player is in the page, not its poster */
	int64_t start_s;
	struct replay_player player;      /* of the one shown, from start_s on; src empty: there is none */
	struct page_policy *policy;       /* gets the hosts of its pictures */
};
struct str replay_page(struct ctx *c, const struct replay_page *page);
/* A second of a show as people say it: "1:35", "1:02:03". */
struct str second_text(struct ctx *c, int64_t second);
/* The same, read: "95", "1:35", "1:02:03", to a week. */
bool second_read(struct str text, int64_t *second);
/* For what is not there (any more): the creator's name may be empty. */
struct str replay_gone_page(struct ctx *c, const struct replay *replay);

#endif
