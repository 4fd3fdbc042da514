/* twitch.c: each verb of the adapter against what Twitch answers, and what nobody should. */
#include "lib/crypto/crypto.h"
#include "tests/double.h"
#include "tests/suite.h"

#define TW twitch_broadcaster
#define USER "141981764"
#define SECRET S("s3cr3t-0123456789")

static void consent_asks_for_no_scope(void)
{
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_SAME(TW.authorize_url(&d.c, S("https://us/cb"), S("st"), S("")), str_fmt(d.c.mem,
		STR_FMT "/oauth2/authorize?client_id=tw-client&redirect_uri=https%%3A%%2F%%2Fus%%2Fcb&response_type=code&scope=&state=st", STR_ARG(d.origin)));
	double_stop(&d);
}

static void tokens(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "twitch_token", "twitch_token", "twitch_app_token", "twitch_app_token");
	EXPECT_ERR(TW.exchange(&d.c, &d.call, S("code"), S("https://us/cb"), S(""), &t), OK);
	EXPECT(t.access.n > 0 && t.refresh.n > 0 && t.access_s == 14124);
	EXPECT_STR(t.scopes, "user:write:chat,moderator:manage:chat_messages");
	EXPECT_ASKED(&d, 0, "grant_type=authorization_code&code=code&redirect_uri=https%3A%2F%2Fus%2Fcb&client_id=tw-client&client_secret=tw-secret");
	EXPECT_ERR(TW.refresh(&d.c, &d.call, S("a b"), &t), OK);
	EXPECT_ASKED(&d, 1, "grant_type=refresh_token&refresh_token=a%20b&");
	EXPECT_ERR(TW.app_token(&d.c, &d.call, &t), OK);
	EXPECT(t.access.n > 0 && t.refresh.n == 0 && t.access_s == 5011271);
	EXPECT_ASKED(&d, 2, "grant_type=client_credentials&");
	EXPECT_ERR(TW.exchange(&d.c, &d.call, S("code"), S("https://us/cb"), S(""), &t), ERR_PLATFORM_AWAY); /* no refresh token */
	double_stop(&d);
}

static void token_refusals_are_told_apart(void)
{
	struct broadcaster_tokens t;
	struct double_ d;

	DOUBLE(&d, "twitch_token_error", "401 twitch_token_error", "HTTP/1.1 403 No\r\n\r\n{\"status\":403,\"message\":\"invalid client secret\"}",
		"HTTP/1.1 400 No\r\n\r\n{\"message\":\"Invalid authorization code\"}");
	EXPECT_ERR(TW.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "grant");
	EXPECT_ERR(TW.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_DENIED);
	EXPECT_ERR(TW.refresh(&d.c, &d.call, S("r"), &t), ERR_PLATFORM_REFUSED);
	EXPECT_STR(d.call.reason, "config");
	EXPECT_ERR(TW.exchange(&d.c, &d.call, S("c"), S("https://us/cb"), S(""), &t), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "grant");
	double_stop(&d);
}

static void tokens_are_validated_and_revoked(void)
{
	struct double_ d;

	DOUBLE(&d, "twitch_validate", "twitch_validate_401", "twitch_revoke_bad", "HTTP/1.1 404 No\r\n\r\n{\"message\":\"client does not exist\"}");
	EXPECT_ERR(TW.validate(&d.c, &d.call), OK);
	EXPECT_ASKED(&d, 0, "Authorization: OAuth token-1");
	EXPECT_ERR(TW.validate(&d.c, &d.call), ERR_PLATFORM_DENIED);
	EXPECT_STR(d.call.reason, "token");
	EXPECT_ERR(TW.revoke(&d.c, &d.call, S("t")), OK);
	EXPECT_ERR(TW.revoke(&d.c, &d.call, S("t")), ERR_PLATFORM_REFUSED);
	EXPECT_STR(d.call.reason, "config");
	double_stop(&d);
}

static void the_account_is_its_number(void)
{
	struct broadcaster_identity me;
	struct double_ d;

	DOUBLE(&d, "twitch_users", "HTTP/1.1 200 OK\r\n\r\n{\"data\":[]}");
	EXPECT_ERR(TW.identify(&d.c, &d.call, &me), OK);
	EXPECT_STR(me.external_id, USER);
	EXPECT_STR(me.handle, "testcreator");
	EXPECT_STR(me.name, "TestCreator");
	EXPECT_STR(me.profile_url, "https://www.twitch.tv/testcreator");
	EXPECT_ASKED(&d, 0, "Client-Id: tw-client");
	EXPECT_ERR(TW.identify(&d.c, &d.call, &me), ERR_PLATFORM_AWAY);
	double_stop(&d);
}

static void who_is_not_in_the_answer_is_off(void)
{
	struct broadcaster_look looks[] = { { S("7"), S("") }, { S(USER), S("") }, { S("x&user_id=1"), S("") } };
	struct broadcaster_live lives[3];
	struct double_ d;

	DOUBLE(&d, "twitch_streams_live", "twitch_streams_offline");
	d.call.token = S("");
	EXPECT_ERR(TW.live_watch(&d.c, &d.call, looks, 3, lives), OK);
	EXPECT_ASKED(&d, 0, "GET /helix/streams?first=100&user_id=7&user_id=" USER " HTTP");
	EXPECT_ASKED(&d, 0, "Authorization: Bearer app-1");
	EXPECT_INT(lives[0].state, LIVE_NONE);
	EXPECT_INT(lives[1].state, LIVE_ON);
	EXPECT_INT(lives[2].state, LIVE_UNKNOWN);
	EXPECT_STR(lives[1].external_id, "42170724654");
	EXPECT_STR(lives[1].title, "Friday drop");
	EXPECT_STR(lives[1].url, "https://www.twitch.tv/testcreator");
	EXPECT_STR(lives[1].thumb_url, "https://static-cdn.jtvnw.net/previews-ttv/live_user_testcreator-640x360.jpg");
	EXPECT_INT(lives[1].started_ms, 1795197672000);
	EXPECT_INT(lives[1].viewers, 321);
	EXPECT_ERR(TW.live_watch(&d.c, &d.call, looks, 2, lives), OK);
	EXPECT_INT(lives[1].state, LIVE_NONE);
	double_stop(&d);
}

static void a_stream_in_error_is_unknown(void)
{
	struct broadcaster_look look = { S(USER), S("") };
	struct broadcaster_live live;
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"1\",\"user_id\":\"" USER "\",\"type\":\"\"}]}");
	EXPECT_ERR(TW.live_watch(&d.c, &d.call, &look, 1, &live), OK);
	EXPECT_INT(live.state, LIVE_UNKNOWN);
	double_stop(&d);
}

static void an_answer_that_names_nobody_leaves_everybody_unknown(void)
{
	static const char *const answers[] = { "HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"1\",\"type\":\"live\"}]}",
		"HTTP/1.1 200 OK\r\n\r\n{\"data\":[null]}", "HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"1\",\"user_id\":{},\"type\":\"live\"}]}" };
	struct broadcaster_look look = { S(USER), S("") };
	struct broadcaster_live live;

	for (size_t i = 0; i < COUNT(answers); i++) {
		struct double_ d;

		DOUBLE(&d, answers[i]);
		EXPECT_ERR(TW.live_watch(&d.c, &d.call, &look, 1, &live), OK);
		EXPECT_INT(live.state, LIVE_UNKNOWN);
		double_stop(&d);
	}
}

static void a_picture_of_another_host_is_left_out_and_the_video_is_ready(void)
{
	struct broadcaster_look look = { S(USER), S("") };
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"1\",\"duration\":\"5m\",\"stream_id\":\"9\",\"thumbnail_url\":"
		"\"https://d1m7jfoe9zdc1j.cloudfront.net/thumb-%{width}x%{height}.jpg\"}]}");
	EXPECT_ERR(TW.videos(&d.c, &d.call, &look, S(""), &page), OK);
	EXPECT(page.n == 1 && page.list[0].ready && page.list[0].thumb_url.n == 0);
	double_stop(&d);
}

static void refused(const char *answer, enum err e, const char *reason, int64_t wait_ms)
{
	struct broadcaster_look look = { S(USER), S("") };
	struct broadcaster_live live;
	struct double_ d;

	DOUBLE(&d, answer);
	EXPECT_ERR(TW.live_watch(&d.c, &d.call, &look, 1, &live), e);
	EXPECT_STR(d.call.reason, reason);
	EXPECT_INT(d.call.wait_ms, wait_ms);
	double_stop(&d);
}

static void refusals_are_classified(void)
{
	refused("twitch_error_401", ERR_PLATFORM_DENIED, "token", 0);
	refused("twitch_error_scope", ERR_PLATFORM_DENIED, "scope", 0);
	refused("HTTP/1.1 401 No\r\n\r\n{\"message\":\"Client ID and OAuth token do not match\"}", ERR_PLATFORM_REFUSED, "config", 0);
	refused("HTTP/1.1 403 No\r\n\r\n{\"message\":\"subscription missing proper authorization\"}", ERR_PLATFORM_REFUSED, "forbidden", 0);
	refused("HTTP/1.1 404 No\r\n\r\n{}", ERR_PLATFORM_REFUSED, "not-found", 0);
	refused("HTTP/1.1 422 No\r\n\r\n{}", ERR_PLATFORM_REFUSED, "bad-request", 0);
	refused("HTTP/1.1 503 No\r\n\r\n", ERR_PLATFORM_AWAY, "away", 0);
	refused("HTTP/1.1 301 No\r\n\r\n", ERR_PLATFORM_AWAY, "away", 0);
	refused("HTTP/1.1 200 OK\r\n\r\n{\"data\":{}}", ERR_PLATFORM_AWAY, "garbage", 0);
	refused("HTTP/1.1 200 OK\r\n\r\n\xff\xfe", ERR_PLATFORM_AWAY, "garbage", 0);
}

static void a_full_minute_ends_when_it_says(void)
{
	refused("twitch_error_429", ERR_PLATFORM_SLOW, "rate", 60000);
	refused("HTTP/1.1 429 No\r\nRatelimit-Reset: 1795204007\r\n\r\n", ERR_PLATFORM_SLOW, "rate", 7000);
	refused("HTTP/1.1 429 No\r\nRatelimit-Reset: 5\r\n\r\n", ERR_PLATFORM_SLOW, "rate", 1000);
	refused("HTTP/1.1 429 No\r\nRatelimit-Reset: 9223372036854775807\r\n\r\n", ERR_PLATFORM_SLOW, "rate", 60000);
}

static void a_video_names_its_broadcast(void)
{
	struct broadcaster_look look = { S(USER), S("") };
	struct str ids[] = { S("2339999999"), S("1") };
	struct broadcaster_video videos[2];
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, "twitch_videos_archive", "twitch_videos_archive", "HTTP/1.1 404 No\r\n\r\n{\"status\":404}");
	EXPECT_ERR(TW.videos(&d.c, &d.call, &look, S(""), &page), OK);
	EXPECT_ASKED(&d, 0, "GET /helix/videos?type=archive&first=20&user_id=" USER " ");
	EXPECT(page.n == 1 && page.more.n == 0 && page.list[0].ready && page.list[0].is_public);
	EXPECT_STR(page.list[0].broadcast, "42170724654");
	EXPECT_INT(page.list[0].duration_s, 5428);
	EXPECT_INT(page.list[0].recorded_from_ms, 1795197674000);
	EXPECT_STR(page.list[0].page_url, "https://www.twitch.tv/videos/2339999999");
	EXPECT_STR(page.list[0].thumb_url, "https://static-cdn.jtvnw.net/cf_vods/x/thumb/thumb0-640x360.jpg");
	EXPECT_ERR(TW.video_get(&d.c, &d.call, ids, 2, videos), OK);
	EXPECT_ASKED(&d, 1, "GET /helix/videos?id=2339999999&id=1 ");
	EXPECT(videos[0].found && !videos[1].found);
	EXPECT_ERR(TW.video_get(&d.c, &d.call, ids, 2, videos), OK);
	EXPECT(!videos[0].found);
	double_stop(&d);
}

static void a_video_that_grows_is_not_ready(void)
{
	struct broadcaster_look look = { S(USER), S("") };
	struct broadcaster_videos page;
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"1\",\"duration\":\"5m\",\"thumbnail_url\":\"\"},{\"id\":\"2\",\"duration\":\"5m\","
		"\"thumbnail_url\":\"https://static-cdn.jtvnw.net/404_processing_%{width}x%{height}.png\"},{\"id\":\"3\",\"duration\":\"99999999999h\","
		"\"stream_id\":null,\"thumbnail_url\":\"https://evil.example/a.jpg\"}]}");
	EXPECT_ERR(TW.videos(&d.c, &d.call, &look, S(""), &page), OK);
	EXPECT_INT((int64_t)page.n, 3);
	for (size_t i = 0; i < page.n; i++)
		EXPECT(!page.list[i].ready && page.list[i].thumb_url.n == 0 && page.list[i].broadcast.n == 0);
	double_stop(&d);
}

static void a_page_shows_a_video_or_a_live(void)
{
	struct broadcaster_embed_ask ask = { .external_id = S("2339999999"), .page_host = S("us.example"), .start_s = 3723 };
	struct broadcaster_embed embed;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_ERR(TW.embed(&d.c, &ask, &embed), OK);
	EXPECT_STR(embed.src, "https://player.twitch.tv/?video=2339999999&parent=us.example&time=1h2m3s&autoplay=false");
	EXPECT_STR(str_of(embed.frame_origins), "https://player.twitch.tv");
	EXPECT(embed.min_width == 400 && embed.min_height == 300);
	ask = (struct broadcaster_embed_ask){ .live = true, .handle = S("testcreator"), .page_host = S("us.example") };
	EXPECT_ERR(TW.embed(&d.c, &ask, &embed), OK);
	EXPECT_STR(embed.src, "https://player.twitch.tv/?channel=testcreator&parent=us.example&autoplay=false");
	ask.handle = S("a&b");
	EXPECT_ERR(TW.embed(&d.c, &ask, &embed), ERR_BAD_INPUT);
	double_stop(&d);
}

static void pasted_addresses(void)
{
	static const char *const bad[] = { "https://www.twitch.tv/testcreator", "https://www.twitch.tv/videos/", "https://www.twitch.tv/videos/x",
		"https://twitch.tv.evil.example/videos/1", "https://twitch.tv@evil.example/videos/1", "https://evil.example/videos/1",
		"https://clips.twitch.tv/videos/1", "javascript://twitch.tv/videos/1" };
	struct double_ d;
	struct str id;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT(TW.video_in_url(&d.c, S("https://www.twitch.tv/videos/2339999999?t=1h2m"), &id));
	EXPECT_STR(id, "2339999999");
	EXPECT(TW.video_in_url(&d.c, S("https://player.twitch.tv/?video=v2339999999&parent=x"), &id));
	EXPECT_STR(id, "2339999999");
	for (size_t i = 0; i < COUNT(bad); i++)
		suite_expect(!TW.video_in_url(&d.c, str_of(bad[i]), &id), bad[i], __FILE__, __LINE__);
	double_stop(&d);
}

#define CALLBACK S("https://app.example.test/hooks/twitch")

static void a_topic_is_asked_for(void)
{
	struct broadcaster_subscription s;
	struct double_ d;

	DOUBLE(&d, "twitch_eventsub_create_202", "twitch_error_429");
	EXPECT_ERR(TW.subscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, SECRET, &s), OK);
	EXPECT_STR(s.external_id, "f1c2a387-161a-49f9-a165-0f21d7a4e1c4");
	EXPECT_STR(s.state, "asked");
	EXPECT_ASKED(&d, 0, "POST /helix/eventsub/subscriptions ");
	EXPECT_ASKED(&d, 0, "Authorization: Bearer app-1");
	EXPECT_ASKED(&d, 0, "{\"type\":\"stream.online\",\"version\":\"1\",\"condition\":{\"broadcaster_user_id\":\"" USER "\"},\"transport\":{\"method\":"
		"\"webhook\",\"callback\":\"https://app.example.test/hooks/twitch\",\"secret\":\"s3cr3t-0123456789\"}}");
	EXPECT_ERR(TW.subscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, SECRET, &s), ERR_PLATFORM_SLOW);
	EXPECT_STR(d.call.reason, "rate");
	EXPECT_ERR(TW.subscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, S("short"), &s), ERR_PLATFORM_REFUSED);
	double_stop(&d);
}

static void one_that_exists_is_adopted(void)
{
	struct broadcaster_subscription s;
	struct double_ d;

	DOUBLE(&d, "twitch_eventsub_conflict", "twitch_eventsub_list", "twitch_eventsub_conflict", "twitch_eventsub_list");
	EXPECT_ERR(TW.subscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, SECRET, &s), OK);
	EXPECT_STR(s.state, "active");
	EXPECT_STR(s.external_id, "f1c2a387-161a-49f9-a165-0f21d7a4e1c4");
	EXPECT_ASKED(&d, 1, "GET /helix/eventsub/subscriptions?user_id=" USER " ");
	EXPECT_ERR(TW.subscribe(&d.c, &d.call, "stream.online", S(USER), S("https://other.example/x"), SECRET, &s), ERR_PLATFORM_REFUSED);
	EXPECT_STR(d.call.reason, "conflict");
	double_stop(&d);
}

static void one_that_is_gone_is_ended(void)
{
	struct double_ d;

	DOUBLE(&d, "HTTP/1.1 204 Done\r\n\r\n", "HTTP/1.1 404 No\r\n\r\n{}", "twitch_error_401");
	EXPECT_ERR(TW.unsubscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, S("a b")), OK);
	EXPECT_ASKED(&d, 0, "DELETE /helix/eventsub/subscriptions?id=a%20b ");
	EXPECT_ERR(TW.unsubscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, S("x")), OK);
	EXPECT_ERR(TW.unsubscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, S("x")), ERR_PLATFORM_DENIED);
	EXPECT_ERR(TW.unsubscribe(&d.c, &d.call, "stream.online", S(USER), CALLBACK, S("")), OK);
	double_stop(&d);
}

/* A message of that type that Twitch signed just now. */
static struct broadcaster_push_in signed_in(struct ctx *c, const char *type, struct str body)
{
	const char *at = "2026-11-20T19:46:40Z"; /* DOUBLE_NOW_MS */
	struct digest digest = crypto_hmac(SECRET, str_fmt(c->mem, "id-1%s" STR_FMT, at, STR_ARG(body)));
	struct str headers = str_fmt(c->mem, "HTTP_TWITCH_EVENTSUB_MESSAGE_ID: id-1\nHTTP_TWITCH_EVENTSUB_MESSAGE_TIMESTAMP: %s\n"
		"HTTP_TWITCH_EVENTSUB_MESSAGE_TYPE: %s\nHTTP_TWITCH_EVENTSUB_MESSAGE_SIGNATURE: sha256=" STR_FMT, at, type,
		STR_ARG(crypto_hex(c->mem, crypto_digest_str(&digest))));

	return double_push(str_z(c->mem, headers), body, SECRET);
}

static struct broadcaster_push received(struct double_ *d, const char *type, const char *fixture)
{
	struct broadcaster_push_in in = signed_in(&d->c, type, double_body(d->c.mem, fixture));
	struct broadcaster_push push;

	EXPECT_ERR(TW.receive(&d->c, &in, &push), OK);
	EXPECT_STR(push.delivery, "id-1");
	return push;
}

static void messages_are_read(void)
{
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	push = received(&d, "notification", "twitch_eventsub_online");
	EXPECT_INT(push.kind, PUSH_LIVE_ON);
	EXPECT_STR(push.external_id, "42170724654");
	EXPECT_STR(push.account, USER);
	EXPECT_INT(push.at_ms, 1795197672000);
	push = received(&d, "notification", "twitch_eventsub_offline");
	EXPECT_INT(push.kind, PUSH_LIVE_OFF);
	EXPECT_STR(push.external_id, "");
	EXPECT_INT(push.at_ms, DOUBLE_NOW_MS);
	push = received(&d, "webhook_callback_verification", "twitch_eventsub_challenge");
	EXPECT_INT(push.kind, PUSH_VERIFY);
	EXPECT_STR(push.reply, "pogchamp-kappa-360noscope-vohiyo");
	push = received(&d, "revocation", "twitch_eventsub_revocation");
	EXPECT_INT(push.kind, PUSH_DENIED);
	EXPECT_STR(push.reason, "authorization_revoked");
	push = received(&d, "something_new", "twitch_eventsub_online");
	EXPECT_INT(push.kind, PUSH_NONE);
	double_stop(&d);
}

#define VECTOR "{\"subscription\":{\"id\":\"f1c2a387\",\"status\":\"enabled\",\"type\":\"stream.online\",\"version\":\"1\",\"condition\":" \
	"{\"broadcaster_user_id\":\"141981764\"}},\"event\":{\"id\":\"42170724654\",\"broadcaster_user_id\":\"141981764\",\"type\":\"live\"," \
	"\"started_at\":\"2026-11-20T18:01:12Z\"}}"
#define VECTOR_HEAD "HTTP_TWITCH_EVENTSUB_MESSAGE_ID: e76c6bd4-55c9-4987-8304-da1588d8988b\n" \
	"HTTP_TWITCH_EVENTSUB_MESSAGE_TIMESTAMP: 2026-11-20T18:01:20.123456789Z\nHTTP_TWITCH_EVENTSUB_MESSAGE_TYPE: notification\n" \
	"HTTP_TWITCH_EVENTSUB_MESSAGE_SIGNATURE: "
#define VECTOR_SIGN "sha256=39a2102d05850a4874dea3250a69266d3fc07f7e5b8847593da83034321eb2df"

static void signatures_and_age_are_checked(void)
{
	static const char *const wrong[] = { VECTOR_HEAD, VECTOR_HEAD "sha256=", VECTOR_HEAD "sha1=39a2",
		VECTOR_HEAD "sha256=39a2102d05850a4874dea3250a69266d3fc07f7e5b8847593da83034321eb2d0", "" };
	struct broadcaster_push_in in = double_push(VECTOR_HEAD VECTOR_SIGN, S(VECTOR), SECRET);
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	in.now_ms = 1795197680000;
	EXPECT_ERR(TW.receive(&d.c, &in, &push), OK);
	EXPECT_INT(push.kind, PUSH_LIVE_ON);
	in.now_ms += 601000;
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_SIGNATURE);
	in.now_ms -= 2 * 601000;
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_SIGNATURE);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		in = double_push(wrong[i], S(VECTOR), SECRET);
		in.now_ms = 1795197680000;
		EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_SIGNATURE);
	}
	in = double_push(VECTOR_HEAD VECTOR_SIGN, S(VECTOR " "), SECRET);
	in.now_ms = 1795197680000;
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_SIGNATURE);
	in.secret = S("");
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_SIGNATURE);
	double_stop(&d);
}

static void what_is_not_her_live_starts_nothing(void)
{
	static const struct { const char *body; enum err e; } hostile[] = {
		{ "{\"subscription\":{\"type\":\"stream.online\"},\"event\":{\"id\":\"1\",\"broadcaster_user_id\":\"2\",\"type\":\"rerun\"}}", OK },
		{ "{\"subscription\":{\"type\":\"stream.online\"},\"event\":{\"id\":\"x\",\"broadcaster_user_id\":\"2\",\"type\":\"live\"}}", OK },
		{ "{\"subscription\":{\"type\":\"channel.follow\"},\"event\":{\"id\":\"1\",\"broadcaster_user_id\":\"2\",\"type\":\"live\"}}", OK },
		{ "{\"subscription\":{\"type\":\"stream.online\"},\"event\":{\"id\":\"1\",\"type\":\"live\"}}", ERR_BAD_REQUEST },
		{ "{\"event\":{}}", ERR_BAD_REQUEST }, { "", ERR_BAD_REQUEST }, { "[]", ERR_BAD_REQUEST }, { "\xff", ERR_BAD_REQUEST },
	};
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct broadcaster_push_in in = signed_in(&d.c, "notification", str_of(hostile[i].body));

		EXPECT_ERR(TW.receive(&d.c, &in, &push), hostile[i].e);
		EXPECT_INT(push.kind, PUSH_NONE);
	}
	double_stop(&d);
}

static void another_topic_than_asked_for_is_refused(void)
{
	struct broadcaster_push_in in;
	struct broadcaster_push push;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	in = signed_in(&d.c, "notification", double_body(d.c.mem, "twitch_eventsub_online"));
	in.topic = S("stream.offline");
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_BAD_REQUEST);
	in = signed_in(&d.c, "webhook_callback_verification",
		S("{\"challenge\":\"<script>\\n\",\"subscription\":{\"type\":\"stream.online\"}}"));
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_BAD_REQUEST);
	in.method = PUSH_GET;
	EXPECT_ERR(TW.receive(&d.c, &in, &push), ERR_BAD_REQUEST);
	double_stop(&d);
}

static const CU_TestInfo tests[] = {
	T(consent_asks_for_no_scope),
	T(tokens),
	T(token_refusals_are_told_apart),
	T(tokens_are_validated_and_revoked),
	T(the_account_is_its_number),
	T(who_is_not_in_the_answer_is_off),
	T(a_stream_in_error_is_unknown),
	T(an_answer_that_names_nobody_leaves_everybody_unknown),
	T(a_picture_of_another_host_is_left_out_and_the_video_is_ready),
	T(refusals_are_classified),
	T(a_full_minute_ends_when_it_says),
	T(a_video_names_its_broadcast),
	T(a_video_that_grows_is_not_ready),
	T(a_page_shows_a_video_or_a_live),
	T(pasted_addresses),
	T(a_topic_is_asked_for),
	T(one_that_exists_is_adopted),
	T(one_that_is_gone_is_ended),
	T(messages_are_read),
	T(signatures_and_age_are_checked),
	T(what_is_not_her_live_starts_nothing),
	T(another_topic_than_asked_for_is_refused),
	CU_TEST_INFO_NULL,
};

const struct suite suite_platform_twitch = { "lib/platform/twitch", tests };
