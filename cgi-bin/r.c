/* r.c: /r
 *
 * The replay of a show, for everybody: its video, its moments and what they still sell. nginx keeps each page for a second, so nothing
 * here depends on who asks; that somebody looked is told by the picture that the page carries.
 */
#include "lib/checkout/gate.h"
#include "lib/checkout/visitor.h"
#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/view/replay_view.h"
#include "lib/web/web.h"

#define SECOND_MAX 604800
#define MOMENTS_SHOWN 250 /* at once: with any more the first answer passes 30 KB compressed */

static const char gif[] = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;";

/* The video asked for, else the first that can be shown. */
static const struct replay_video *video_for(const struct replay_video *videos, size_t n, struct str platform)
{
	for (size_t i = 0; i < n; i++)
		if (platform.n && str_eq(videos[i].platform, platform) && str_eq(videos[i].state, S("ready")))
			return &videos[i];
	return n && str_eq(videos[0].state, S("ready")) ? &videos[0] : NULL;
}

/* The part of its moments that is asked for, or that holds second t. */
static void part_of(const struct replay_shown *shown, const struct req *q, struct replay_page *page)
{
	int64_t from = 0;

	if (!str_int(req_arg(q, "from"), &from) || from < 0) {
		from = 0;
		for (size_t i = 0; page->shown && i < shown->moments_n && replay_second(page->shown, shown->moments[i].at_ms) <= page->start_s; i++)
			from = (int64_t)i;
	}
	from -= from % MOMENTS_SHOWN;
	if ((uint64_t)from >= shown->moments_n)
		from = 0;
	page->from = (size_t)from;
	page->moments_all = shown->moments_n;
	page->moments = shown->moments + from;
	page->moments_n = shown->moments_n - (size_t)from;
	if (page->moments_n > MOMENTS_SHOWN) {
		page->moments_n = MOMENTS_SHOWN;
		page->next = page->from + MOMENTS_SHOWN;
	}
	page->before = page->from ? page->from - MOMENTS_SHOWN : 0;
}

static enum err gone(struct ctx *c, struct res *r, const struct replay *replay)
{
	res_header(r, "Cache-Control", S(WEB_KEPT));
	res_header(r, "Content-Security-Policy", page_policy_text(c, &(struct page_policy){ 0 }, (struct page_allows){ .scripts = false }));
	return res_html(r, 404, replay_gone_page(c, replay));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct page_policy policy = { 0 };
	struct replay_page page = { .policy = &policy };
	struct replay_shown shown;
	struct replay replay;
	struct str html;

	TRY(replay_by_key(c, req_param(q, "key"), &replay));
	if (!str_eq(replay.state, S("published")))
		return gone(c, r, &replay);
	TRY(replay_shown(c, &replay, &shown));
	if (!str_int(req_arg(q, "t"), &page.start_s) || page.start_s < 0 || page.start_s > SECOND_MAX)
		page.start_s = 0;
	page.replay = &replay;
	page.videos = shown.videos;
	page.videos_n = shown.videos_n;
	page.now = &shown.now;
	page.shown = video_for(shown.videos, shown.videos_n, req_arg(q, "on"));
	part_of(&shown, q, &page);
	if (page.shown)
		replay_player_of(c, page.shown, page.start_s, true, &page.player);
	page.plays = page.player.src.n && str_eq(req_arg(q, "play"), S("1"));
	html = replay_page(c, &page);
	res_header(r, "Content-Security-Policy", page_policy_text(c, &policy, (struct page_allows){
		.scripts = true, .frames = page.plays ? page.player.frame_origins : "", .images = page.player.image_origins }));
	res_header(r, "Cache-Control", S(WEB_KEPT));
	return res_html(r, 200, html);
}

static bool is_person(const struct req *q)
{
	const struct gate_facts facts = {
		.is_head = q->method == HEAD, .user_agent = req_header(q, "HTTP_USER_AGENT"), .sec_purpose = req_header(q, "HTTP_SEC_PURPOSE"),
		.purpose = req_header(q, "HTTP_PURPOSE"), .x_moz = req_header(q, "HTTP_X_MOZ"), .x_purpose = req_header(q, "HTTP_X_PURPOSE") };

	return gate_is_person(&facts);
}

static enum err view(struct ctx *c, const struct req *q, struct res *r)
{
	struct replay replay;

	TRY(replay_by_key(c, req_param(q, "key"), &replay));
	if (str_eq(replay.state, S("published")) && is_person(q))
		replay_viewed(c, replay.id, replay.creator, visitor_who(c, req_cookie_of(c, q, VISITOR_COOKIE), q->address, req_header(q, "HTTP_USER_AGENT")));
	res_header(r, "Cache-Control", S("no-store"));
	return res_text(r, 200, "image/gif", (struct str){ gif, sizeof(gif) - 1 });
}

static const struct route routes[] = {
	{ GET, "/r/:key",          show, .who = ANYONE, .tx = TX_NONE, .page = true, .kept = true },
	{ GET, "/r/:key/view.gif", view, .who = ANYONE, .tx = TX_NONE, .page = true },
};

const struct app r_app = { "r", "public", routes, COUNT(routes) };
