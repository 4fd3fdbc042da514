/* youtube.c: each verb of the adapter against what YouTube answers, and what nobody should. */
#include <string.h>

#include "lib/core/buf.h"
#include "lib/crypto/crypto.h"
#include "tests/double.h"
#include "tests/suite.h"

#define YT youtube_broadcaster
#define CHANNEL "UCaaaaaaaaaaaaaaaaaaaaaa"
#define TOPIC "https://www.youtube.com/xml/feeds/videos.xml?channel_id=" CHANNEL
#define SECRET S("test-websub-secret")

static void consent_asks_for_a_grant_that_lasts(void)
{
	struct double_ d;
	struct str url;

	double_start(&d, (const char *const[]){ NULL });
	url = YT.authorize_url(&d.c, S("https://us.example/connections/youtube/callback"), S("st&1"), S("E9Melhoa"));
	EXPECT_SAME(url, str_fmt(d.c.mem, STR_FMT "/o/oauth2/v2/auth?client_id=yt-client&redirect_uri=https%%3A%%2F%%2Fus.example%%2Fconnections"
		"%%2Fyoutube%%2Fcallback&response_type=code&scope=https%%3A%%2F%%2Fwww.googleapis.com%%2Fauth%%2Fyoutube.readonly%%20openid&state=st%%261"
		"&access_type=offline&prompt=consent&include_granted_scopes=true&code_challenge=E9Melhoa&code_challenge_method=S256",
		STR_ARG(d.origin)));
	double_stop(&d);
}

static void a_code_becomes_tokens(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "youtube_token_exchange", "youtube_token_exchange_no_refresh");
	EXPECT_ERR(YT.exchange(&d.c, &d.call, S("4/0a b"), S("https://us/cb"), S("verify"), &t), OK);
	EXPECT_STR(t.access, "ya29.TEST-access-1");
	EXPECT_STR(t.refresh, "1//TEST-refresh-1");
	EXPECT_INT(t.access_s, 3599);
	EXPECT_STR(t.scopes, "https://www.googleapis.com/auth/youtube.readonly");
	EXPECT_ASKED(&d, 0, "POST /token ");
	EXPECT_ASKED(&d, 0, "grant_type=authorization_code&code=4%2F0a%20b&redirect_uri=https%3A%2F%2Fus%2Fcb&code_verifier=verify&client_id=yt-client"
		"&client_secret=yt-secret");
	EXPECT_ERR(YT.exchange(&d.c, &d.call, S("c"), S("https://us/cb"), S("v"), &t), OK);
	EXPECT_STR(t.refresh, "");
	double_stop(&d);
}

static void a_refresh_keeps_its_token(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "youtube_token_refresh");
	EXPECT_ERR(YT.refresh(&d.c, &d.call, S("1//r"), &t), OK);
	EXPECT(t.access.n > 0 && t.refresh.n == 0);
	EXPECT_ASKED(&d, 0, "grant_type=refresh_token&refresh_token=1%2F%2Fr&");
	double_stop(&d);
}

static void token_refusals_are_told_apart(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "youtube_token_invalid_grant", "youtube_token_invalid_client", "youtube_error_503", "HTTP/1.1 200 OK\r\n\r\n{}");
	EXPECT_ERR(YT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "grant");
	EXPECT_ERR(YT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_REFUSED);
	EXPECT_STR(d.call.reason, "config");
	EXPECT_ERR(YT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_AWAY);
	EXPECT_ERR(YT.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_AWAY);
	EXPECT_STR(d.call.reason, "garbage");
	double_stop(&d);
}

static void what_was_revoked_already_is_revoked(void)
{
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 400 No\r\n\r\n{\"error\":\"invalid_token\"}", "youtube_error_503");
	EXPECT_ERR(YT.revoke(&d.c, &d.call, S("t")), OK);
	EXPECT_ERR(YT.revoke(&d.c, &d.call, S("t")), OK);
	EXPECT_ERR(YT.revoke(&d.c, &d.call, S("t")), ERR_PLATFORM_AWAY);
	double_stop(&d);
}

static void the_account_is_its_channel(void)
{
	struct broadcaster_identity me;
	struct double_ d;

	DOUBLE(&d, "youtube_channels_mine", "youtube_channels_mine_empty");
	EXPECT_ERR(YT.identify(&d.c, &d.call, &me), OK);
	EXPECT_STR(me.external_id, CHANNEL);
	EXPECT_STR(me.handle, "testcreator");
	EXPECT_STR(me.name, "Test Creator");
	EXPECT_STR(me.avatar_url, "https://yt3.ggpht.com/test=s88");
	EXPECT_STR(me.profile_url, "https://www.youtube.com/channel/" CHANNEL);
	EXPECT_STR(me.uploads_id, "UUaaaaaaaaaaaaaaaaaaaaaa");
	EXPECT_ASKED(&d, 0, "GET /youtube/v3/channels?part=snippet,contentDetails&mine=true");
	EXPECT_ASKED(&d, 0, "Authorization: Bearer token-1");
	EXPECT_ERR(YT.identify(&d.c, &d.call, &me), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "account");
	double_stop(&d);
}

static void her_broadcasts_are_found(void)
{
	struct broadcaster_live *list;
	struct double_ d;
	size_t n;

	DOUBLE(&d, "youtube_livebroadcasts_active", "youtube_livebroadcasts_none", "youtube_error_live_not_enabled", "youtube_livebroadcasts_completed");
	EXPECT_ERR(YT.live_find(&d.c, &d.call, &list, &n), OK);
	EXPECT_INT((int64_t)n, 1);
	EXPECT_INT(list[0].state, LIVE_ON);
	EXPECT_STR(list[0].external_id, "liveVID0001");
	EXPECT_STR(list[0].account, CHANNEL);
	EXPECT_STR(list[0].title, "Friday drop");
	EXPECT_INT(list[0].started_ms, 1795197672000);
	EXPECT_INT(list[0].scheduled_ms, 1795197600000);
	EXPECT_INT(list[0].viewers, 321);
	EXPECT_STR(list[0].url, "https://www.youtube.com/watch?v=liveVID0001");
	EXPECT_ASKED(&d, 0, "&broadcastStatus=active&broadcastType=all");
	EXPECT_ERR(YT.live_find(&d.c, &d.call, &list, &n), OK);
	EXPECT_INT((int64_t)n, 0);
	EXPECT_ERR(YT.live_find(&d.c, &d.call, &list, &n), OK);
	EXPECT_INT((int64_t)n, 0);
	EXPECT_ERR(YT.live_find(&d.c, &d.call, &list, &n), OK);
	EXPECT(n == 1 && list[0].state == LIVE_ENDED && list[0].ended_ms > list[0].started_ms);
	double_stop(&d);
	DOUBLE(&d, "youtube_livebroadcasts_completed");
	EXPECT_ERR(YT.live_past(&d.c, &d.call, &list, &n), OK);
	EXPECT(n == 1 && list[0].state == LIVE_ENDED && list[0].started_ms > 0);
	EXPECT_ASKED(&d, 0, "&broadcastStatus=completed&broadcastType=all");
	double_stop(&d);
}

static void half_a_list_is_not_none(void)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\n\r\n{\"kind\":\"youtube#liveBroadcastListResponse\",\"pageInfo\":{\"totalResults\":1},\"items\":[]}",
		"HTTP/1.1 200 OK\r\n\r\n{\"kind\":\"youtube#liveBroadcastListResponse\",\"items\":[{\"id\":null}]}",
		"HTTP/1.1 200 OK\r\n\r\n{\"kind\":\"youtube#liveBroadcastListResponse\"}" };
	struct broadcaster_live *list;
	size_t n;

	for (size_t i = 0; i < COUNT(answers); i++) {
		struct double_ d;

		DOUBLE(&d, answers[i]);
		EXPECT_ERR(YT.live_find(&d.c, &d.call, &list, &n), ERR_PLATFORM_AWAY);
		double_stop(&d);
	}
}

/* The state of the one broadcast after that answer. */
static enum live_state watched(const char *fixture, const char *id, struct broadcaster_live *live)
{
	struct broadcaster_look look = { S(CHANNEL), str_of(id) };
	struct double_ d;
	enum live_state state;

	DOUBLE(&d, fixture);
	d.call.token = S("");
	EXPECT_ERR(YT.live_watch(&d.c, &d.call, &look, 1, live), OK);
	EXPECT_ASKED(&d, 0, "GET /youtube/v3/videos?part=snippet,status,contentDetails,liveStreamingDetails&id=");
	EXPECT_ASKED(&d, 0, "X-Goog-Api-Key: yt-key");
	state = live->state;
	double_stop(&d);
	return state;
}

static void states_come_from_times(void)
{
	struct broadcaster_live live;

	EXPECT_INT(watched("youtube_videos_live", "liveVID0001", &live), LIVE_ON);
	EXPECT_INT(live.viewers, 321);
	EXPECT_INT(watched("youtube_videos_upcoming", "upcoming001", &live), LIVE_UPCOMING);
	EXPECT(live.scheduled_ms > 0 && live.viewers == -1);
	EXPECT_INT(watched("youtube_videos_ended", "liveVID0001", &live), LIVE_ENDED);
	EXPECT_INT(live.ended_ms, 1795203100000);
	EXPECT_INT(watched("youtube_videos_missing", "liveVID0001", &live), LIVE_UNKNOWN);
	EXPECT_INT(watched("youtube_videos_regular_upload", "plainVID001", &live), LIVE_NONE);
	EXPECT_INT(watched("youtube_videos_live", "anotherVID1", &live), LIVE_UNKNOWN);
}

static void many_are_asked_at_once_and_answered_in_order(void)
{
	struct broadcaster_look looks[] = { { S(""), S("nosuchVID") }, { S(""), S("../../x") }, { S(""), S("liveVID0001") } };
	struct broadcaster_live lives[3];
	struct double_ d;

	DOUBLE(&d, "youtube_videos_live");
	EXPECT_ERR(YT.live_watch(&d.c, &d.call, looks, 3, lives), OK);
	EXPECT_ASKED(&d, 0, "&id=nosuchVID,liveVID0001 HTTP");
	EXPECT_INT(lives[0].state, LIVE_UNKNOWN);
	EXPECT_INT(lives[1].state, LIVE_UNKNOWN);
	EXPECT_INT(lives[2].state, LIVE_ON);
	EXPECT_ERR(YT.live_watch(&d.c, &d.call, looks + 1, 1, lives), OK); /* nothing that could be asked for */
	double_stop(&d);
}

static void refused(const char *answer, enum err e, const char *reason)
{
	struct broadcaster_look look = { S(CHANNEL), S("liveVID0001") };
	struct broadcaster_live live;
	struct double_ d;

	DOUBLE(&d, answer);
	EXPECT_ERR(YT.live_watch(&d.c, &d.call, &look, 1, &live), e);
	EXPECT_STR(d.call.reason, reason);
	EXPECT((e == ERR_PLATFORM_SLOW && strcmp(reason, "rate") == 0) == (d.call.wait_ms > 0));
	double_stop(&d);
}

static void refusals_are_classified_by_reason(void)
{
	refused("youtube_error_401", ERR_PLATFORM_DENIED, "token");
	refused("youtube_error_scope", ERR_PLATFORM_DENIED, "scope");
	refused("youtube_error_quota", ERR_PLATFORM_SLOW, "quota");
	refused("youtube_error_rate", ERR_PLATFORM_SLOW, "rate");
	refused("429 youtube_error_rate", ERR_PLATFORM_SLOW, "rate");
	refused("youtube_error_user_rate", ERR_PLATFORM_SLOW, "rate");
	refused("youtube_error_api_disabled", ERR_PLATFORM_REFUSED, "config");
	refused("youtube_error_signup_required", ERR_PLATFORM_DENIED, "account");
	refused("youtube_error_503", ERR_PLATFORM_AWAY, "backendError");
	refused("HTTP/1.1 404 No\r\n\r\n{\"error\":{\"errors\":[{\"reason\":\"videoNotFound\"}]}}", ERR_PLATFORM_REFUSED, "videoNotFound");
	refused("HTTP/1.1 400 No\r\n\r\n{\"error\":{\"errors\":[{\"reason\":\"bad\\u0001 \\u202e\"}]}}", ERR_PLATFORM_REFUSED, "refused");
	refused("HTTP/1.1 400 No\r\n\r\n{\"error\":{\"errors\":[{\"reason\":\"badRequest\"}],\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}",
		ERR_PLATFORM_REFUSED, "config");
}

static void garbage_is_no_answer(void)
{
	refused("HTTP/1.1 200 OK\r\n\r\n<html>captcha</html>", ERR_PLATFORM_AWAY, "garbage");
	refused("HTTP/1.1 200 OK\r\n\r\n", ERR_PLATFORM_AWAY, "garbage");
	refused("HTTP/1.1 200 OK\r\n\r\n[]", ERR_PLATFORM_AWAY, "garbage");
	refused("HTTP/1.1 200 OK\r\n\r\n{\"kind\":\"youtube#videoListResponse\"}", ERR_PLATFORM_AWAY, "garbage");
	refused("HTTP/1.1 200 OK\r\n\r\n{\"kind\":\"youtube#videoListResponse\",\"items\":{}}", ERR_PLATFORM_AWAY, "garbage");
	refused("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"kind\":", ERR_PLATFORM_AWAY, "no-answer");
	refused("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{", ERR_PLATFORM_AWAY, "no-answer");
	refused("HTTP/1.1 200 OK\r\n\r\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ERR_PLATFORM_AWAY, "garbage");
	refused("HTTP/1.1 302 Away\r\nLocation: http://127.0.0.1:1/\r\n\r\n", ERR_PLATFORM_REFUSED, "refused");
	refused("HTTP/nonsense", ERR_PLATFORM_AWAY, "no-answer");
}

static void hostile_fields_do_no_harm(void)
{
	struct broadcaster_look look = { S(CHANNEL), S("liveVID0001") };
	struct broadcaster_live live;
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 200 OK\r\n\r\n{\"kind\":\"youtube#videoListResponse\",\"items\":[7,null,{\"id\":\"liveVID0001\",\"snippet\":{\"title\":"
		"\"  a\\u202eb\\u0007<b>\\n\",\"channelId\":5,\"thumbnails\":{\"x\":{\"url\":\"javascript:alert(1)\",\"width\":900},\"y\":{\"url\":"
		"\"https://evil.example/a.jpg\",\"width\":800}}},\"liveStreamingDetails\":{\"actualStartTime\":\"yesterday\",\"scheduledStartTime\":99}}]}");
	EXPECT_ERR(YT.live_watch(&d.c, &d.call, &look, 1, &live), OK);
	EXPECT_INT(live.state, LIVE_UNKNOWN);
	EXPECT_STR(live.title, "ab<b>");
	EXPECT_STR(live.account, "");
	EXPECT_STR(live.thumb_url, "https://i.ytimg.com/vi/liveVID0001/hqdefault.jpg");
	double_stop(&d);
}

static struct broadcaster_video got_video(const char *fixture)
{
	static struct double_ d; /* what it answers lives until the next one */
	struct str id = S("liveVID0001");
	struct broadcaster_video video;

	if (d.pid)
		double_stop(&d);
	DOUBLE(&d, fixture);
	EXPECT_ERR(YT.video_get(&d.c, &d.call, &id, 1, &video), OK);
	return video;
}

static void a_video_is_ready_once_processed(void)
{
	struct broadcaster_video v = got_video("youtube_videos_ended");

	EXPECT(v.found && v.ready && v.embeddable && v.is_public);
	EXPECT_STR(v.broadcast, "liveVID0001");
	EXPECT_INT(v.duration_s, 5428);
	EXPECT_INT(v.recorded_from_ms, 1795197672000);
	EXPECT_STR(v.thumb_url, "https://i.ytimg.com/vi/liveVID0001/hqdefault.jpg");
	v = got_video("youtube_videos_ended_processing");
	EXPECT(v.found && !v.ready);
	v = got_video("youtube_videos_live");
	EXPECT(v.found && !v.ready && v.duration_s == -1);
	EXPECT(!got_video("youtube_videos_ended_not_embeddable").embeddable);
	EXPECT(!got_video("youtube_videos_missing").found);
}

static void her_uploads_come_whole(void)
{
	struct broadcaster_look look = { S(CHANNEL), S("") };
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, "youtube_playlistitems_uploads", "youtube_videos_ended",
		"HTTP/1.1 404 No\r\n\r\n{\"error\":{\"errors\":[{\"reason\":\"playlistNotFound\"}]}}");
	EXPECT_ERR(YT.videos(&d.c, &d.call, &look, S("C&1"), &page), OK);
	EXPECT_INT((int64_t)page.n, 1);
	EXPECT(page.list[0].ready);
	EXPECT_STR(page.more, "CAUQAA");
	EXPECT_ASKED(&d, 0, "&playlistId=UUaaaaaaaaaaaaaaaaaaaaaa&pageToken=C%261");
	EXPECT_ERR(YT.videos(&d.c, &d.call, &look, S(""), &page), OK);
	EXPECT_INT((int64_t)page.n, 0);
	double_stop(&d);
}

static void a_page_shows_a_video_from_a_second_on(void)
{
	struct broadcaster_embed_ask ask = { .external_id = S("liveVID0001"), .start_s = 61, .page_origin = S("https://us.example"),
		.page_host = S("us.example") };
	struct broadcaster_embed embed;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_ERR(YT.embed(&d.c, &ask, &embed), OK);
	EXPECT_STR(embed.src, "https://www.youtube-nocookie.com/embed/liveVID0001?enablejsapi=1&origin=https%3A%2F%2Fus.example&playsinline=1&rel=0&start=61");
	EXPECT_STR(str_of(embed.frame_origins), "https://www.youtube-nocookie.com");
	EXPECT_INT(embed.seek, SEEK_YOUTUBE);
	d.config.youtube_embed_origin = S("http://127.0.0.1:9/yt");
	EXPECT_ERR(YT.embed(&d.c, &ask, &embed), OK);
	EXPECT_STR(str_of(embed.frame_origins), "http://127.0.0.1:9");
	ask.external_id = S("x\" onload=\"");
	EXPECT_ERR(YT.embed(&d.c, &ask, &embed), ERR_BAD_INPUT);
	double_stop(&d);
}

static void pasted_addresses(void)
{
	static const struct { const char *url, *id; } good[] = {
		{ "https://www.youtube.com/watch?v=liveVID0001", "liveVID0001" }, { "https://m.youtube.com/watch?a=1&v=liveVID0001&t=5", "liveVID0001" },
		{ "https://youtu.be/liveVID0001?si=x", "liveVID0001" }, { "https://youtube.com/live/liveVID0001/", "liveVID0001" },
		{ "http://YOUTUBE.com/shorts/liveVID0001#x", "liveVID0001" }, { "https://www.youtube-nocookie.com/embed/liveVID0001", "liveVID0001" },
	};
	static const char *const bad[] = { "", "liveVID0001", "javascript:alert(1)", "https://youtube.com.evil.example/watch?v=liveVID0001",
		"https://evil.example/youtube.com/watch?v=liveVID0001", "https://youtube.com@evil.example/watch?v=liveVID0001",
		"https://youtube.com:8443/watch?v=liveVID0001", "https://y\xd0\xbeutube.com/watch?v=liveVID0001", "https://xn--yutube-wqf.com/watch?v=liveVID0001",
		"https://youtube.com/watch?v=a", "https://youtube.com/watch?v=%00%00%00%00%00%00", "https://youtube.com/watch?v=liveVID0001%22x",
		"data:text/html,https://youtu.be/liveVID0001", "https://youtu.be/", "ftp://youtu.be/liveVID0001", "https://www.youtube.com/@name" };
	struct double_ d;
	struct str id;

	double_start(&d, (const char *const[]){ NULL });
	for (size_t i = 0; i < COUNT(good); i++) {
		EXPECT(YT.video_in_url(&d.c, str_of(good[i].url), &id));
		EXPECT_STR(id, good[i].id);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		suite_expect(!YT.video_in_url(&d.c, str_of(bad[i]), &id), bad[i], __FILE__, __LINE__);
	double_stop(&d);
}

static void a_feed_is_asked_for(void)
{
	struct broadcaster_subscription s;
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 202 Queued\r\n\r\n", "HTTP/1.1 409 No\r\n\r\nno", "HTTP/1.1 503 No\r\n\r\n", "HTTP/1.1 204 Done\r\n\r\n");
	EXPECT_ERR(YT.subscribe(&d.c, &d.call, "feed", S(CHANNEL), S("https://us/webhooks/youtube/k"), S("s3"), &s), OK);
	EXPECT_STR(s.state, "asked");
	EXPECT_ASKED(&d, 0, "POST /subscribe ");
	EXPECT_ASKED(&d, 0, "hub.mode=subscribe&hub.callback=https%3A%2F%2Fus%2Fwebhooks%2Fyoutube%2Fk&hub.topic=https%3A%2F%2Fwww.youtube.com%2Fxml%2Ffeeds"
		"%2Fvideos.xml%3Fchannel_id%3D" CHANNEL "&hub.verify=async");
	EXPECT_ASKED(&d, 0, "&hub.secret=s3");
	EXPECT_ERR(YT.subscribe(&d.c, &d.call, "feed", S(CHANNEL), S("https://us/k"), S("s3"), &s), ERR_PLATFORM_REFUSED);
	EXPECT_ERR(YT.subscribe(&d.c, &d.call, "feed", S(CHANNEL), S("https://us/k"), S("s3"), &s), ERR_PLATFORM_AWAY);
	EXPECT_ERR(YT.unsubscribe(&d.c, &d.call, "feed", S(CHANNEL), S("https://us/k"), S("")), OK);
	EXPECT_ASKED(&d, 3, "hub.mode=unsubscribe");
	double_stop(&d);
}

static enum err asked(struct ctx *c, const char *query, struct broadcaster_push *push)
{
	struct broadcaster_push_in in = { .method = PUSH_GET, .query = str_of(query), .topic = S(TOPIC), .now_ms = DOUBLE_NOW_MS };

	return YT.receive(c, &in, push);
}

#define ENCODED_TOPIC "https%3A%2F%2Fwww.youtube.com%2Fxml%2Ffeeds%2Fvideos.xml%3Fchannel_id%3D" CHANNEL

static void the_hub_asks_whether_we_want_it(void)
{
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_ERR(asked(&d.c, "hub.mode=subscribe&hub.topic=" ENCODED_TOPIC "&hub.challenge=abc-123&hub.lease_seconds=432000", &push), OK);
	EXPECT_INT(push.kind, PUSH_VERIFY);
	EXPECT_STR(push.reason, "subscribe");
	EXPECT_STR(push.reply, "abc-123");
	EXPECT_INT(push.lease_s, 432000);
	EXPECT_ERR(asked(&d.c, "hub.mode=unsubscribe&hub.topic=" ENCODED_TOPIC "&hub.challenge=abc", &push), OK);
	EXPECT_STR(push.reason, "unsubscribe");
	EXPECT_ERR(asked(&d.c, "hub.mode=denied&hub.topic=" ENCODED_TOPIC "&hub.reason=no+such+feed", &push), OK);
	EXPECT_INT(push.kind, PUSH_DENIED);
	EXPECT_STR(push.reason, "no such feed");
	EXPECT_ERR(asked(&d.c, "hub.mode=subscribe&hub.topic=https%3A%2F%2Fevil.example&hub.challenge=abc", &push), ERR_BAD_REQUEST);
	EXPECT_ERR(asked(&d.c, "hub.mode=publish&hub.topic=" ENCODED_TOPIC "&hub.challenge=abc", &push), ERR_BAD_REQUEST);
	EXPECT_ERR(asked(&d.c, "hub.mode=subscribe&hub.topic=" ENCODED_TOPIC, &push), ERR_BAD_REQUEST);
	EXPECT_ERR(asked(&d.c, "hub.mode=subscribe&hub.topic=" ENCODED_TOPIC "&hub.challenge=%3Cscript%3E%0A", &push), ERR_BAD_REQUEST);
	EXPECT_ERR(asked(&d.c, "", &push), ERR_BAD_REQUEST);
	double_stop(&d);
}

static enum err pushed(struct ctx *c, struct str body, const char *signature, struct broadcaster_push *push)
{
	const char *headers = str_z(c->mem, str_fmt(c->mem, "HTTP_X_HUB_SIGNATURE: %s", signature));
	struct broadcaster_push_in in = double_push(headers, body, SECRET);

	return YT.receive(c, &in, push);
}

static const char *signed_as(struct ctx *c, struct str body)
{
	return str_z(c->mem, str_fmt(c->mem, "sha1=" STR_FMT, STR_ARG(crypto_hex(c->mem, crypto_hmac_sha1(c->mem, SECRET, body)))));
}

static void a_feed_names_a_video(void)
{
	struct broadcaster_push push, again;
	struct double_ d;
	struct str body;

	double_start(&d, (const char *const[]){ NULL });
	body = suite_file(d.c.mem, "tests/fixtures/platforms/youtube_websub_notification.xml");
	EXPECT_ERR(pushed(&d.c, body, "sha1=b0e3ffda1c2e780c8bca2468b9b8ba35b954e237", &push), OK);
	EXPECT_INT(push.kind, PUSH_VIDEO);
	EXPECT_STR(push.external_id, "liveVID0001");
	EXPECT_STR(push.account, CHANNEL);
	EXPECT_INT(push.at_ms, 1795197690000);
	EXPECT_INT((int64_t)push.delivery.n, 64);
	EXPECT_ERR(pushed(&d.c, body, signed_as(&d.c, body), &again), OK);
	EXPECT_SAME(again.delivery, push.delivery);
	body = suite_file(d.c.mem, "tests/fixtures/platforms/youtube_websub_deleted.xml");
	EXPECT_ERR(pushed(&d.c, body, signed_as(&d.c, body), &push), OK);
	EXPECT_INT(push.kind, PUSH_VIDEO_GONE);
	EXPECT_STR(push.external_id, "liveVID0001");
	EXPECT_STR(push.account, CHANNEL);
	double_stop(&d);
}

static void a_feed_that_was_not_signed_is_forged(void)
{
	static const char *const wrong[] = { "", "sha1=", "sha1=b0e3ffda1c2e780c8bca2468b9b8ba35b954e238", "sha256=b0e3ffda1c2e780c8bca2468b9b8ba35b954e237",
		"b0e3ffda1c2e780c8bca2468b9b8ba35b954e237", "sha1=zz", "md5=00" };
	struct broadcaster_push push;
	struct double_ d;
	struct str body;

	double_start(&d, (const char *const[]){ NULL });
	body = suite_file(d.c.mem, "tests/fixtures/platforms/youtube_websub_notification.xml");
	for (size_t i = 0; i < COUNT(wrong); i++)
		EXPECT_ERR(pushed(&d.c, body, wrong[i], &push), ERR_SIGNATURE);
	double_stop(&d);
}

static enum push_kind kind_of(struct ctx *c, struct str body, enum err want)
{
	struct broadcaster_push push;

	EXPECT_ERR(pushed(c, body, signed_as(c, body), &push), want);
	return push.kind;
}

#define BOMB "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>"
#define FEED "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\">"

static void hostile_feeds_say_nothing(void)
{
	struct double_ d;
	struct buf b;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_INT(kind_of(&d.c, S(""), ERR_BAD_REQUEST), PUSH_NONE);
	EXPECT_INT(kind_of(&d.c, S("{}"), ERR_BAD_REQUEST), PUSH_NONE);
	EXPECT_INT(kind_of(&d.c, S(BOMB FEED "<entry><yt:videoId>&b;</yt:videoId></entry></feed>"), ERR_BAD_REQUEST), PUSH_NONE);
	EXPECT_INT(kind_of(&d.c, S(FEED "<entry><yt:videoId>liveVID0001</yt:videoId></entry>"), ERR_BAD_REQUEST), PUSH_NONE);
	EXPECT_INT(kind_of(&d.c, S(FEED "</feed>"), OK), PUSH_NONE);
	EXPECT_INT(kind_of(&d.c, S(FEED "<entry><yt:videoId>../../etc</yt:videoId></entry></feed>"), OK), PUSH_NONE);
	EXPECT_INT(kind_of(&d.c, S(FEED "<entry><videoId>liveVID0001</videoId></entry></feed>"), OK), PUSH_NONE); /* of another namespace */
	EXPECT_INT(kind_of(&d.c, S(FEED "<entry><yt:videoId>live<!-- x -->VID<![CDATA[0001]]></yt:videoId></entry></feed>"), OK), PUSH_VIDEO);
	b = buf_new(d.c.mem, 1 << 20);
	for (int i = 0; i < 70000; i++)
		buf_char(&b, ' ');
	EXPECT_INT(kind_of(&d.c, buf_str(&b), ERR_BAD_REQUEST), PUSH_NONE);
	b = buf_new(d.c.mem, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_put(&b, S("<a>"));
	EXPECT_INT(kind_of(&d.c, buf_str(&b), ERR_BAD_REQUEST), PUSH_NONE);
	double_stop(&d);
}

static void a_day_has_so_many_units(void)
{
	struct broadcaster_cost cost;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	cost = YT.cost(&d.c, VERB_LIVE_WATCH, 51);
	EXPECT_INT(cost.units, 2);
	EXPECT_INT(cost.allowed, 10000);
	EXPECT_INT(cost.window_s, 86400);
	EXPECT_STR(str_of(cost.zone), "America/Los_Angeles");
	EXPECT_INT(YT.cost(&d.c, VERB_LIVE_WATCH, 50).units, 1);
	EXPECT_INT(YT.cost(&d.c, VERB_LIVE_FIND, 1).units, 1);
	EXPECT(YT.cost(&d.c, VERB_SUBSCRIBE, 1).bucket == NULL);
	double_stop(&d);
}

static const CU_TestInfo tests[] = {
	T(consent_asks_for_a_grant_that_lasts),
	T(a_code_becomes_tokens),
	T(a_refresh_keeps_its_token),
	T(token_refusals_are_told_apart),
	T(what_was_revoked_already_is_revoked),
	T(the_account_is_its_channel),
	T(her_broadcasts_are_found),
	T(half_a_list_is_not_none),
	T(states_come_from_times),
	T(many_are_asked_at_once_and_answered_in_order),
	T(refusals_are_classified_by_reason),
	T(garbage_is_no_answer),
	T(hostile_fields_do_no_harm),
	T(a_video_is_ready_once_processed),
	T(her_uploads_come_whole),
	T(a_page_shows_a_video_from_a_second_on),
	T(pasted_addresses),
	T(a_feed_is_asked_for),
	T(the_hub_asks_whether_we_want_it),
	T(a_feed_names_a_video),
	T(a_feed_that_was_not_signed_is_forged),
	T(hostile_feeds_say_nothing),
	T(a_day_has_so_many_units),
	CU_TEST_INFO_NULL,
};

const struct suite suite_platform_youtube = { "lib/platform/youtube", tests };
