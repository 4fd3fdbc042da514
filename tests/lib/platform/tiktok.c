/* tiktok.c: each verb of the adapter against what TikTok answers, and what nobody should. */
#include "lib/crypto/crypto.h"
#include "tests/double.h"
#include "tests/suite.h"

#define TT tiktok_broadcaster
#define OPEN_ID "723f24d7-e717-40f8-a2b6-cb8464cd23b4"

static void it_is_honest_about_lives(void)
{
	EXPECT(!TT.sees_live && !TT.live_find && !TT.live_watch && !TT.subscribe && TT.rotates && !TT.pkce);
}

static void consent_has_no_challenge(void)
{
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_STR(TT.authorize_url(&d.c, S("https://us.example/connections/tiktok/callback"), S("st"), S("unused")),
		"https://www.tiktok.com/v2/auth/authorize/?client_key=awTESTclientkey&response_type=code&scope=user.info.basic%2Cvideo.list"
		"&redirect_uri=https%3A%2F%2Fus.example%2Fconnections%2Ftiktok%2Fcallback&state=st");
	double_stop(&d);
}

static void a_code_is_encoded_once(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "tiktok_token");
	EXPECT_ERR(TT.exchange(&d.c, &d.call, S("abc*def!4312.va"), S("https://us/cb"), S(""), &t), OK);
	EXPECT_ASKED(&d, 0, "POST /v2/oauth/token/ ");
	EXPECT_ASKED(&d, 0, "grant_type=authorization_code&code=abc%2Adef%214312.va&redirect_uri=https%3A%2F%2Fus%2Fcb&client_key=awTESTclientkey"
		"&client_secret=TTclientSecret");
	EXPECT_STR(t.access, "act.TEST1");
	EXPECT_STR(t.refresh, "rft.TEST1");
	EXPECT_STR(t.subject, OPEN_ID);
	EXPECT_INT(t.access_s, 7200);
	EXPECT_INT(t.refresh_s, 15552000);
	EXPECT_STR(t.scopes, "user.info.basic,user.info.profile,video.list");
	double_stop(&d);
}

static void a_refresh_brings_a_new_pair(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "tiktok_token_refresh", "HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"a\",\"expires_in\":7200}");
	EXPECT_ERR(TT.refresh(&d.c, &d.call, S("rft.TEST1"), &t), OK);
	EXPECT_STR(t.refresh, "rft.TEST2");
	EXPECT_ERR(TT.refresh(&d.c, &d.call, S("rft.TEST2"), &t), ERR_PLATFORM_AWAY); /* a pair without its other half */
	EXPECT_STR(d.call.reason, "garbage");
	double_stop(&d);
}

static void an_error_may_come_with_any_status(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "tiktok_token_error", "200 tiktok_token_error", "HTTP/1.1 200 OK\r\n\r\n{\"error\":\"invalid_client\"}",
		"HTTP/1.1 200 OK\r\n\r\n{\"error\":\"access_denied\"}");
	EXPECT_ERR(TT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "grant");
	EXPECT_ERR(TT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "grant");
	EXPECT_ERR(TT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_REFUSED);
	EXPECT_STR(d.call.reason, "config");
	EXPECT_ERR(TT.exchange(&d.c, &d.call, S("c"), S("https://us/cb"), S(""), &t), ERR_PLATFORM_REFUSED);
	EXPECT_STR(d.call.reason, "access_denied");
	double_stop(&d);
}

static void revoking_twice_is_revoking(void)
{
	struct double_ d;

	DOUBLE(&d, "tiktok_revoke", "200 tiktok_token_error", "HTTP/1.1 200 OK\r\n\r\n", "tiktok_error_internal");
	EXPECT_ERR(TT.revoke(&d.c, &d.call, S("t")), OK);
	EXPECT_ERR(TT.revoke(&d.c, &d.call, S("t")), OK);
	EXPECT_ERR(TT.revoke(&d.c, &d.call, S("t")), OK);
	EXPECT_ERR(TT.revoke(&d.c, &d.call, S("t")), ERR_PLATFORM_AWAY);
	double_stop(&d);
}

static void the_account_is_its_open_id(void)
{
	struct broadcaster_identity me;
	struct double_ d;

	DOUBLE(&d, "tiktok_user_info");
	EXPECT_ERR(TT.identify(&d.c, &d.call, &me), OK);
	EXPECT_STR(me.external_id, OPEN_ID);
	EXPECT_STR(me.handle, "testcreator");
	EXPECT_STR(me.name, "Test Creator");
	EXPECT_STR(me.profile_url, "https://www.tiktok.com/@testcreator");
	EXPECT_ASKED(&d, 0, "GET /v2/user/info/?fields=open_id,union_id,avatar_url,display_name,username,profile_deep_link ");
	EXPECT_ASKED(&d, 0, "Authorization: Bearer token-1");
	double_stop(&d);
}

static void without_the_profile_there_is_still_somebody(void)
{
	struct broadcaster_identity me;
	struct double_ d;

	DOUBLE(&d, "tiktok_user_info_scope_error", "HTTP/1.1 200 OK\r\n\r\n{\"data\":{\"user\":{\"open_id\":\"" OPEN_ID "\",\"display_name\":\"T\"}},"
		"\"error\":{\"code\":\"ok\"}}", "tiktok_user_info_scope_error", "tiktok_user_info_scope_error");
	EXPECT_ERR(TT.identify(&d.c, &d.call, &me), OK);
	EXPECT_STR(me.external_id, OPEN_ID);
	EXPECT_STR(me.handle, "");
	EXPECT_ERR(TT.identify(&d.c, &d.call, &me), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "scope");
	double_stop(&d);
}

static void her_videos_come_newest_first(void)
{
	struct broadcaster_look look = { S(OPEN_ID), S("") };
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, "tiktok_video_list", "tiktok_video_list_last");
	EXPECT_ERR(TT.videos(&d.c, &d.call, &look, S(""), &page), OK);
	EXPECT_INT((int64_t)page.n, 2);
	EXPECT_STR(page.list[0].external_id, "7400000000000000002");
	EXPECT_STR(page.list[0].account, OPEN_ID);
	EXPECT_INT(page.list[0].published_ms, 1795204000000);
	EXPECT_INT(page.list[0].thumb_expires_ms, DOUBLE_NOW_MS + 6 * 3600000);
	EXPECT_INT(page.list[1].duration_s, 183);
	EXPECT_STR(page.more, "1795117600000");
	EXPECT_ASKED(&d, 0, "POST /v2/video/list/?fields=id,");
	EXPECT_ASKED(&d, 0, "{\"max_count\":20}");
	EXPECT_ERR(TT.videos(&d.c, &d.call, &look, page.more, &page), OK);
	EXPECT_ASKED(&d, 1, "\"cursor\":1795117600000}");
	EXPECT(page.n == 0 && page.more.n == 0);
	double_stop(&d);
}

static void videos_are_asked_by_id(void)
{
	struct str ids[] = { S("7400000000000000009"), S("x\"y"), S("7400000000000000002") };
	struct broadcaster_video videos[3];
	struct double_ d;

	DOUBLE(&d, "tiktok_video_query");
	EXPECT_ERR(TT.video_get(&d.c, &d.call, ids, 3, videos), OK);
	EXPECT_ASKED(&d, 0, "{\"filters\":{\"video_ids\":[\"7400000000000000009\",\"7400000000000000002\"]}}");
	EXPECT(!videos[0].found && !videos[1].found && videos[2].found);
	EXPECT_STR(videos[2].page_url, "https://www.tiktok.com/@testcreator/video/7400000000000000002");
	double_stop(&d);
}

static void ids_past_2_to_53_stay_whole(void)
{
	struct broadcaster_look look = { S(OPEN_ID), S("") };
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 200 OK\r\n\r\n{\"data\":{\"videos\":[{\"id\":7400000000000000003,\"cover_image_url\":\"javascript:1\",\"create_time\":"
		"9223372036854775807},{\"id\":\"7400000000000000005\"},{\"id\":1.5},{\"id\":\"<\"}],\"cursor\":9007199254740993,\"has_more\":true},"
		"\"error\":{\"code\":\"ok\"}}");
	EXPECT_ERR(TT.videos(&d.c, &d.call, &look, S(""), &page), OK);
	EXPECT_INT((int64_t)page.n, 2);
	EXPECT_STR(page.list[0].external_id, "7400000000000000003");
	EXPECT(page.list[0].published_ms == 0 && page.list[0].thumb_url.n == 0);
	EXPECT_STR(page.more, "9007199254740993");
	double_stop(&d);
}

static void refused(const char *answer, enum err e, const char *reason, int64_t wait_ms)
{
	struct broadcaster_look look = { S(OPEN_ID), S("") };
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, answer);
	EXPECT_ERR(TT.videos(&d.c, &d.call, &look, S(""), &page), e);
	EXPECT_STR(d.call.reason, reason);
	EXPECT_INT(d.call.wait_ms, wait_ms);
	double_stop(&d);
}

static void refusals_are_classified_by_code(void)
{
	refused("tiktok_error_token", ERR_PLATFORM_DENIED, "token", 0);
	refused("200 tiktok_error_token", ERR_PLATFORM_DENIED, "token", 0);
	refused("tiktok_user_info_scope_error", ERR_PLATFORM_DENIED, "scope", 0);
	refused("HTTP/1.1 401 No\r\n\r\n{\"error\":{\"code\":\"scope_permission_missed\"}}", ERR_PLATFORM_DENIED, "scope", 0);
	refused("tiktok_error_rate", ERR_PLATFORM_SLOW, "rate", 60000);
	refused("tiktok_error_params", ERR_PLATFORM_REFUSED, "invalid_params", 0);
	refused("tiktok_error_internal", ERR_PLATFORM_AWAY, "internal_error", 0);
	refused("HTTP/1.1 502 No\r\nRetry-After: 7\r\n\r\n<html>", ERR_PLATFORM_AWAY, "refused", 7000);
	refused("HTTP/1.1 200 OK\r\n\r\nnonsense", ERR_PLATFORM_AWAY, "garbage", 0);
	refused("HTTP/1.1 200 OK\r\n\r\n{\"error\":{\"code\":\"ok\"},\"data\":[]}", ERR_PLATFORM_AWAY, "garbage", 0);
}

static void a_page_shows_a_video_or_a_live(void)
{
	struct broadcaster_embed_ask ask = { .external_id = S("7400000000000000002"), .page_host = S("us.example"), .start_s = 9 };
	struct broadcaster_embed embed;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_ERR(TT.embed(&d.c, &ask, &embed), OK);
	EXPECT_STR(embed.src, "https://www.tiktok.com/player/v1/7400000000000000002?controls=1&progress_bar=1&description=0&rel=0&autoplay=0");
	EXPECT_INT(embed.seek, SEEK_TIKTOK);
	EXPECT_STR(str_of(embed.frame_origins), "https://www.tiktok.com");
	ask = (struct broadcaster_embed_ask){ .live = true, .handle = S("testcreator"), .page_host = S("us.example") };
	EXPECT_ERR(TT.embed(&d.c, &ask, &embed), OK);
	EXPECT_STR(embed.src, "https://www.tiktok.com/embed/live/@testcreator?autoplay=1&muted=1&controls=1&embed_domain=us.example");
	ask.handle = S("a/b");
	EXPECT_ERR(TT.embed(&d.c, &ask, &embed), ERR_BAD_INPUT);
	double_stop(&d);
}

static void pasted_addresses(void)
{
	static const char *const bad[] = { "https://www.tiktok.com/@a/video/", "https://www.tiktok.com/@a/video/12x", "https://www.tiktok.com/video/12",
		"https://tiktok.com.evil.example/@a/video/12", "https://evil.example/@a/video/12", "https://tiktok.com@evil.example/@a/video/12",
		"https://www.tiktok.com/@a/b/video/12", "https://vm.tiktok.com/ZM123/", "javascript:/@a/video/12" };
	struct double_ d;
	struct str id;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT(TT.video_in_url(&d.c, S("https://www.tiktok.com/@test.creator/video/7400000000000000002?is_copy_url=1"), &id));
	EXPECT_STR(id, "7400000000000000002");
	EXPECT(TT.video_in_url(&d.c, S("https://m.tiktok.com/player/v1/7400000000000000002"), &id));
	for (size_t i = 0; i < COUNT(bad); i++)
		suite_expect(!TT.video_in_url(&d.c, str_of(bad[i]), &id), bad[i], __FILE__, __LINE__);
	double_stop(&d);
}

#define VECTOR "{\"client_key\":\"awTESTclientkey\",\"event\":\"authorization.removed\",\"create_time\":1795204000,\"user_openid\":" \
	"\"" OPEN_ID "\",\"content\":\"{\\\"reason\\\":1}\"}"
#define VECTOR_SIGN "HTTP_TIKTOK_SIGNATURE: t=1795204000,s=a6bab97ac0007223559c5ded8e4abd81de5e1cfe0692c55761b11efe38be317a"

static void a_grant_taken_back_is_told(void)
{
	struct broadcaster_push_in in = double_push(VECTOR_SIGN, S(VECTOR), S(""));
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_ERR(TT.receive(&d.c, &in, &push), OK);
	EXPECT_INT(push.kind, PUSH_ACCOUNT_GONE);
	EXPECT_STR(push.account, OPEN_ID);
	EXPECT_STR(push.reason, "user-disconnected");
	EXPECT_INT(push.at_ms, 1795204000000);
	in.now_ms = DOUBLE_NOW_MS + 301000;
	EXPECT_ERR(TT.receive(&d.c, &in, &push), ERR_SIGNATURE);
	in.now_ms = DOUBLE_NOW_MS - 301000;
	EXPECT_ERR(TT.receive(&d.c, &in, &push), ERR_SIGNATURE);
	double_stop(&d);
}

/* A body that TikTok signed just now. */
static struct broadcaster_push_in signed_in(struct ctx *c, const char *body)
{
	struct digest digest = crypto_hmac(S("TTclientSecret"), str_fmt(c->mem, "1795204000.%s", body));
	struct str header = str_fmt(c->mem, "HTTP_TIKTOK_SIGNATURE: t=1795204000,s=" STR_FMT,
		STR_ARG(crypto_hex(c->mem, crypto_digest_str(&digest))));

	return double_push(str_z(c->mem, header), str_of(body), S(""));
}

static void other_posts_are_refused_or_say_nothing(void)
{
	static const char *const wrong[] = { "", "HTTP_TIKTOK_SIGNATURE: t=1795204000", "HTTP_TIKTOK_SIGNATURE: t=x,s=00",
		"HTTP_TIKTOK_SIGNATURE: t=1795204001,s=a6bab97ac0007223559c5ded8e4abd81de5e1cfe0692c55761b11efe38be317a" };
	struct broadcaster_push_in in;
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	for (size_t i = 0; i < COUNT(wrong); i++) {
		in = double_push(wrong[i], S(VECTOR), S(""));
		EXPECT_ERR(TT.receive(&d.c, &in, &push), ERR_SIGNATURE);
	}
	in = signed_in(&d.c, "{\"client_key\":\"awTESTclientkey\",\"event\":\"video.publish.completed\",\"user_openid\":\"o\",\"content\":\"{}\"}");
	EXPECT_ERR(TT.receive(&d.c, &in, &push), OK);
	EXPECT_INT(push.kind, PUSH_NONE);
	in = signed_in(&d.c, "{\"client_key\":\"other\",\"event\":\"authorization.removed\",\"user_openid\":\"o\"}");
	EXPECT_ERR(TT.receive(&d.c, &in, &push), ERR_BAD_REQUEST);
	in = signed_in(&d.c, "garbage");
	EXPECT_ERR(TT.receive(&d.c, &in, &push), ERR_BAD_REQUEST);
	in = signed_in(&d.c, "{\"client_key\":\"awTESTclientkey\",\"event\":\"authorization.removed\",\"user_openid\":\"o\",\"content\":\"x\"}");
	EXPECT_ERR(TT.receive(&d.c, &in, &push), OK);
	EXPECT_STR(push.reason, "unknown");
	d.config.tiktok_client_secret = S("");
	EXPECT_ERR(TT.receive(&d.c, &in, &push), ERR_SIGNATURE);
	double_stop(&d);
}

static const CU_TestInfo tests[] = {
	T(it_is_honest_about_lives),
	T(consent_has_no_challenge),
	T(a_code_is_encoded_once),
	T(a_refresh_brings_a_new_pair),
	T(an_error_may_come_with_any_status),
	T(revoking_twice_is_revoking),
	T(the_account_is_its_open_id),
	T(without_the_profile_there_is_still_somebody),
	T(her_videos_come_newest_first),
	T(videos_are_asked_by_id),
	T(ids_past_2_to_53_stay_whole),
	T(refusals_are_classified_by_code),
	T(a_page_shows_a_video_or_a_live),
	T(pasted_addresses),
	T(a_grant_taken_back_is_told),
	T(other_posts_are_refused_or_say_nothing),
	CU_TEST_INFO_NULL,
};

const struct suite suite_platform_tiktok = { "lib/platform/tiktok", tests };
