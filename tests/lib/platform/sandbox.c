/* sandbox.c: a whole visit at each platform of the sandbox, which knows nothing of the adapters: consent, tokens, a live, its video. */
#include "lib/crypto/crypto.h"
#include "lib/platform/shared/shared.h"
#include "tests/accounts.h"
#include "tests/suite.h"

#define BACK S("http://127.0.0.1:9/connections/platform/callback")
#define VERIFIER S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")

struct visit {
	struct world w;
	struct ctx *c;
	const struct broadcaster *platform;
	struct broadcaster_call call;
	struct broadcaster_tokens tokens;
	struct broadcaster_identity me;
};

static struct json tell(struct visit *v, const char *path, const char *body)
{
	return control(&v->w, "POST", str_z(v->w.mem, str_fmt(v->w.mem, "/%s%s", v->platform->name, path)), body);
}

/* Anna has an account there and lets us in. */
static void visit_start(struct visit *v, const struct broadcaster *platform)
{
	struct digest digest = crypto_sha256(VERIFIER);
	struct str query, code;

	*v = (struct visit){ .w = world(.bare = true), .platform = platform };
	storefront(&v->w, NULL);
	accounts_configure(&v->w);
	v->c = world_ctx(&v->w, NOBODY);
	tell(v, "/accounts", "{\"accounts\":[{\"handle\":\"anna\",\"name\":\"Anna\"}]}");
	tell(v, "", "{\"autoApprove\":\"anna\"}");
	query = storefront_consent(&v->w, platform->authorize_url(v->c, BACK, S("state-1"),
		platform->pkce ? crypto_base64url(v->c->mem, crypto_digest_str(&digest)) : S("")));
	EXPECT_SAME(shared_query(v->c, query, "state"), S("state-1"));
	code = shared_query(v->c, query, "code");
	EXPECT_ERR(platform->exchange(v->c, &v->call, code, BACK, platform->pkce ? VERIFIER : S(""), &v->tokens), OK);
	v->call.token = v->tokens.access;
	EXPECT_ERR(platform->identify(v->c, &v->call, &v->me), OK);
	EXPECT_STR(v->me.name, "Anna");
	EXPECT_ERR(platform->exchange(v->c, &v->call, code, BACK, platform->pkce ? VERIFIER : S(""), &v->tokens), ERR_PLATFORM_DENIED);
}

static void a_live_at_youtube(void)
{
	struct broadcaster_look look = { 0 };
	struct broadcaster_live *found, live;
	struct broadcaster_videos page;
	struct broadcaster_video video;
	struct visit v;
	size_t n;

	visit_start(&v, &youtube_broadcaster);
	EXPECT_ERR(youtube_broadcaster.live_find(v.c, &v.call, &found, &n), OK);
	EXPECT_INT((int64_t)n, 0);
	tell(&v, "/accounts/anna/live", "{\"title\":\"Friday drop\",\"viewers\":7}");
	EXPECT_ERR(youtube_broadcaster.live_find(v.c, &v.call, &found, &n), OK);
	EXPECT(n == 1 && found[0].state == LIVE_ON && found[0].viewers == 7);
	look = (struct broadcaster_look){ v.me.external_id, found[0].external_id };
	v.call.token = S("");
	EXPECT_ERR(youtube_broadcaster.live_watch(v.c, &v.call, &look, 1, &live), OK);
	EXPECT(live.state == LIVE_ON && live.started_ms > 0);
	EXPECT_SAME(live.account, v.me.external_id);
	tell(&v, "/accounts/anna/end", "{}");
	EXPECT_ERR(youtube_broadcaster.live_watch(v.c, &v.call, &look, 1, &live), OK);
	EXPECT(live.state == LIVE_ENDED && live.ended_ms >= live.started_ms);
	EXPECT_ERR(youtube_broadcaster.video_get(v.c, &v.call, &look.external_id, 1, &video), OK);
	EXPECT(video.found && !video.ready);
	tell(&v, str_z(v.c->mem, str_fmt(v.c->mem, "/videos/" STR_FMT "/process", STR_ARG(look.external_id))), "{\"durationS\":3723}");
	EXPECT_ERR(youtube_broadcaster.videos(v.c, &v.call, &look, S(""), &page), OK);
	EXPECT(page.n == 1 && page.list[0].ready && page.list[0].duration_s == 3723);
}

static void a_live_at_twitch(void)
{
	struct broadcaster_look look = { 0 };
	struct broadcaster_tokens app;
	struct broadcaster_videos page;
	struct broadcaster_live live;
	struct visit v;

	visit_start(&v, &twitch_broadcaster);
	EXPECT_ERR(twitch_broadcaster.validate(v.c, &v.call), OK);
	EXPECT_ERR(twitch_broadcaster.app_token(v.c, &v.call, &app), OK);
	v.call = (struct broadcaster_call){ .app_token = app.access };
	look.account = v.me.external_id;
	EXPECT_ERR(twitch_broadcaster.live_watch(v.c, &v.call, &look, 1, &live), OK);
	EXPECT_INT(live.state, LIVE_NONE);
	tell(&v, "", "{\"lagMs\":0}");
	tell(&v, "/accounts/anna/live", "{\"title\":\"Friday drop\"}");
	EXPECT_ERR(twitch_broadcaster.live_watch(v.c, &v.call, &look, 1, &live), OK);
	EXPECT_INT(live.state, LIVE_ON);
	EXPECT(live.thumb_url.n > 0 && live.started_ms > 0);
	tell(&v, "/accounts/anna/end", "{\"vod\":\"ready\"}");
	EXPECT_ERR(twitch_broadcaster.videos(v.c, &v.call, &look, S(""), &page), OK);
	EXPECT_INT((int64_t)page.n, 1);
	EXPECT_SAME(page.list[0].broadcast, live.external_id);
}

static void a_video_at_tiktok(void)
{
	struct broadcaster_look look = { 0 };
	struct broadcaster_videos page;
	struct broadcaster_video video;
	struct broadcaster_tokens next;
	struct visit v;

	visit_start(&v, &tiktok_broadcaster);
	tell(&v, "/accounts/anna/videos", "{\"title\":\"Recap\",\"durationS\":59}");
	look.account = v.me.external_id;
	EXPECT_ERR(tiktok_broadcaster.videos(v.c, &v.call, &look, S(""), &page), OK);
	EXPECT(page.n == 1 && page.list[0].duration_s == 59);
	EXPECT_ERR(tiktok_broadcaster.video_get(v.c, &v.call, &page.list[0].external_id, 1, &video), OK);
	EXPECT(video.found);
	EXPECT_STR(video.title, "Recap");
	EXPECT_ERR(tiktok_broadcaster.revoke(v.c, &v.call, v.call.token), OK);
	EXPECT_ERR(tiktok_broadcaster.videos(v.c, &v.call, &look, S(""), &page), ERR_PLATFORM_DENIED);
	EXPECT_ERR(tiktok_broadcaster.refresh(v.c, &v.call, S("rft.nonsense"), &next), ERR_PLATFORM_DENIED);
}

static const CU_TestInfo tests[] = {
	T(a_live_at_youtube),
	T(a_live_at_twitch),
	T(a_video_at_tiktok),
	CU_TEST_INFO_NULL,
};

const struct suite suite_platform_sandbox = { "lib/platform/sandbox", tests };
