/* pushes.c: what YouTube's hub, Twitch and TikTok post to us: challenges, signatures, age, repeats, leases, denials, and pushes of strangers. */
#include "lib/channel/channel.h"
#include "lib/core/time.h"
#include "lib/cron/cron.h"
#include "lib/crypto/crypto.h"
#include "tests/accounts.h"
#include "tests/suite.h"

extern const struct helper webhooks_apply_helper;

/* The subscription of a topic. */
struct sub {
	const char *path;
	struct channel_push push;
};

static struct channel_id channel;

static struct sub sub_of(struct world *w, const char *platform, const char *topic)
{
	struct str key = world_text(w, "select path_key from u.push_subscription where platform = '%s' and topic = '%s'", platform, topic);
	struct sub sub = { .path = str_z(w->mem, str_fmt(w->mem, "/webhooks/%s/" STR_FMT, platform, STR_ARG(key))) };
	bool found;

	EXPECT_ERR(channel_push_by_key(world_ctx(w, NOBODY), str_of(platform), key, &sub.push, &found), OK);
	EXPECT(found);
	return sub;
}

static struct world connected(const char *platform)
{
	struct world w = world(.bare = true);

	accounts(&w);
	channel = account_connect(&w, ANNA, platform);
	world_sql(&w, "delete from u.stream");
	return w;
}

static struct got post(struct world *w, const char *path, struct str body, const char *headers)
{
	return ask(w, (struct asking){ .method = POST, .path = path, .bytes = body, .content_type = "application/json", .headers = headers });
}

static void apply(struct world *w)
{
	helper_run(w, webhooks_apply_helper.step);
}

#define STORED "select count(*) from u.webhook_inbox"

/* ---- the hub */

static struct got question(struct world *w, const struct sub *sub, const char *mode, const char *topic, const char *more)
{
	struct str feed = str_fmt(w->mem, "https://www.youtube.com/xml/feeds/videos.xml?channel_id=" STR_FMT, STR_ARG(sub->push.account));
	struct buf path = buf_new(w->mem, 4096);

	buf_fmt(&path, "%s?hub.mode=%s&hub.challenge=c-1&hub.topic=", sub->path, mode);
	buf_url_part(&path, topic ? str_of(topic) : feed);
	buf_fmt(&path, "%s", more);
	return ask(w, (struct asking){ .path = str_z(w->mem, buf_str(&path)) });
}

static void the_hub_hears_that_we_want_what_we_asked_for(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed");
	struct got got = question(&w, &sub, "subscribe", NULL, "&hub.lease_seconds=432000");

	expect_status(got, 200);
	EXPECT_STR(got.body, "c-1");
	EXPECT(str_starts(got.content_type, S("text/plain")));
	expect_sql(&w, 1, "select count(*) from u.push_subscription where state = 'active' and abs(extract(epoch from due_at - u.clock()) - 216000) < 60"
		" and abs(extract(epoch from lease_until - u.clock()) - 432000) < 60");
}

static void it_hears_no_for_anything_else(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed"), nobody = { .path = "/webhooks/youtube/00000000000000000000000000000000", .push = sub.push };

	expect_status(question(&w, &sub, "subscribe", "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCsomebodyelse", ""), 404);
	expect_status(question(&w, &sub, "subscribe", "https://evil.example/feed", ""), 404);
	expect_status(question(&w, &sub, "publish", NULL, ""), 404);
	expect_status(question(&w, &nobody, "subscribe", NULL, ""), 404);
	expect_status(ask(&w, (struct asking){ .path = sub.path }), 404);
	expect_sql(&w, 1, "select count(*) from u.push_subscription where state = 'wanted' and lease_until is null");
}

/* Nothing at YouTube lasts for ever, and a lease of a second would have us ask for ever. */
static void absurd_leases_are_not_believed(void)
{
	static const char *const leases[] = { "", "&hub.lease_seconds=0", "&hub.lease_seconds=-1", "&hub.lease_seconds=99999999999",
		"&hub.lease_seconds=x", "&hub.lease_seconds=1" };

	for (size_t i = 0; i < COUNT(leases); i++) {
		struct world w = connected("youtube");
		struct sub sub = sub_of(&w, "youtube", "feed");

		expect_status(question(&w, &sub, "subscribe", NULL, leases[i]), 200);
		expect_sql(&w, 1, "select count(*) from u.push_subscription where due_at between u.clock() + interval '9 minutes' and u.clock() + interval '4 days'");
	}
}

static void a_lease_is_renewed_before_its_end_and_not_asked_for_all_the_time(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed");

	control(&w, "POST", "/youtube", "{\"verifyDelayMs\":3600000}"); /* a hub that takes its time */
	control(&w, "DELETE", "/calls", "{}");
	expect_status(question(&w, &sub, "subscribe", NULL, "&hub.lease_seconds=432000"), 200);
	EXPECT_INT(helper_run(&w, channel_push_step), 0);
	world_clock_advance(&w, INT64_C(216001) * 1000);
	EXPECT_INT(helper_run(&w, channel_push_step), 1);
	world_clock_advance(&w, 300000);
	EXPECT_INT(helper_run(&w, channel_push_step), 0);
	world_clock_advance(&w, 301000);
	EXPECT_INT(helper_run(&w, channel_push_step), 1);
	EXPECT_INT(account_asked(&w, "subscribe"), 2);
	expect_sql(&w, 1, "select count(*) from u.push_subscription where state = 'active' and lease_until > u.clock()");
	expect_status(question(&w, &sub, "subscribe", NULL, "&hub.lease_seconds=864000"), 200);
	expect_sql(&w, 1, "select count(*) from u.push_subscription where due_at > u.clock() + interval '4 days'");
}

static void a_denial_is_asked_about_again_hours_later(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed");

	for (int i = 0; i < 3; i++)
		expect_status(question(&w, &sub, "denied", NULL, "&hub.reason=too+many"), 200);
	expect_sql(&w, 1, "select count(*) from u.push_subscription where state = 'refused' and problem = 'too many' and attempts = 1"
		" and due_at >= u.clock() + interval '59 minutes'");
	EXPECT_INT(helper_run(&w, channel_push_step), 0);
}

static void the_hub_is_told_that_we_left_once_we_did(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed");
	struct got got;

	expect_status(question(&w, &sub, "subscribe", NULL, "&hub.lease_seconds=432000"), 200);
	expect_status(question(&w, &sub, "unsubscribe", NULL, ""), 404);
	world_sql(&w, "update u.channel set status = 'disconnected'; update u.push_subscription set state = 'gone'");
	got = question(&w, &sub, "unsubscribe", NULL, "");
	expect_status(got, 200);
	EXPECT_STR(got.body, "c-1");
	expect_status(question(&w, &sub, "subscribe", NULL, ""), 404);
	expect_status(question(&w, &sub, "denied", NULL, ""), 404);
	expect_sql(&w, 1, "select count(*) from u.push_subscription where state = 'gone'");
}

static struct str feed_of(struct world *w, const struct sub *sub, const char *id)
{
	return str_fmt(w->mem, "<feed xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\" xmlns=\"http://www.w3.org/2005/Atom\"><entry>"
		"<yt:videoId>%s</yt:videoId><yt:channelId>" STR_FMT "</yt:channelId><title>T</title></entry></feed>", id, STR_ARG(sub->push.account));
}

static const char *hub_sign(struct world *w, struct str secret, struct str body)
{
	return str_z(w->mem, str_fmt(w->mem, "X-Hub-Signature: sha1=" STR_FMT,
		STR_ARG(crypto_hex(w->mem, crypto_hmac_sha1(w->mem, secret, body)))));
}

static void a_feed_is_stored_once_and_looked_at(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed");
	struct str feed = feed_of(&w, &sub, "liveVID0001");

	for (int i = 0; i < 3; i++)
		expect_status(post(&w, sub.path, feed, hub_sign(&w, sub.push.secret, feed)), 200);
	expect_sql(&w, 1, STORED);
	apply(&w);
	expect_sql(&w, 1, "select count(*) from u.broadcast where external_id = 'liveVID0001' and look_at <= u.clock()");
	expect_sql(&w, 1, "select count(*) from u.push_subscription where told_at is not null");
}

/* W3C WebSub: the hub hears the same, and nothing comes of it. */
static void a_forged_feed_changes_nothing(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed");
	struct str feed = feed_of(&w, &sub, "liveVID0001");

	expect_status(post(&w, sub.path, feed, NULL), 202);
	expect_status(post(&w, sub.path, feed, "X-Hub-Signature: sha1=00"), 202);
	expect_status(post(&w, sub.path, feed, "X-Hub-Signature: sha1="), 202);
	expect_status(post(&w, sub.path, feed, hub_sign(&w, S("another secret"), feed)), 202);
	expect_status(post(&w, sub.path, feed_of(&w, &sub, "liveVID0002"), hub_sign(&w, sub.push.secret, feed)), 202);
	expect_problem(post(&w, "/webhooks/youtube/00000000000000000000000000000000", feed, hub_sign(&w, sub.push.secret, feed)), "not-found");
	expect_problem(post(&w, "/webhooks/youtube/x", feed, hub_sign(&w, sub.push.secret, feed)), "not-found");
	expect_sql(&w, 0, STORED);
}

static void a_feed_about_another_channel_is_of_no_account(void)
{
	struct world w = connected("youtube");
	struct sub sub = sub_of(&w, "youtube", "feed"), other = sub;
	struct str feed;

	other.push.account = S("UCsomebodyelse000000000");
	feed = feed_of(&w, &other, "liveVID0001");
	expect_status(post(&w, sub.path, feed, hub_sign(&w, sub.push.secret, feed)), 200);
	apply(&w);
	expect_sql(&w, 0, "select count(*) from u.broadcast");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where state not in ('done', 'ignored')");
}

static void bodies_have_a_limit(void)
{
	static const char *const platforms[] = { "youtube", "twitch" };
	struct str big;

	for (size_t i = 0; i < COUNT(platforms); i++) {
		struct world w = connected(platforms[i]);
		struct sub sub = sub_of(&w, platforms[i], i ? "stream.online" : "feed");

		big = str_fmt(w.mem, "%65537d", 1);
		expect_problem(post(&w, sub.path, big, hub_sign(&w, sub.push.secret, big)), "body-too-large");
		expect_problem(post(&w, "/webhooks/tiktok", big, "TikTok-Signature: t=1,s=0"), "body-too-large");
		expect_sql(&w, 0, STORED);
	}
}

/* ---- Twitch */

static struct got message(struct world *w, const struct sub *sub, const char *type, const char *id, int64_t at_ms, struct str secret, struct str body)
{
	struct str at = time_text(w->mem, at_ms);
	struct digest digest = crypto_hmac(secret, str_fmt(w->mem, "%s" STR_FMT STR_FMT, id, STR_ARG(at), STR_ARG(body)));

	return post(w, sub->path, body, str_z(w->mem, str_fmt(w->mem, "Twitch-Eventsub-Message-Id: %s\nTwitch-Eventsub-Message-Timestamp: " STR_FMT "\n"
		"Twitch-Eventsub-Message-Type: %s\nTwitch-Eventsub-Message-Signature: sha256=" STR_FMT, id, STR_ARG(at), type,
		STR_ARG(crypto_hex(w->mem, crypto_digest_str(&digest))))));
}

static struct str said(struct world *w, const struct sub *sub, const char *topic, const char *more)
{
	return str_fmt(w->mem, "{\"subscription\":{\"id\":\"s-1\",\"status\":\"enabled\",\"type\":\"%s\",\"condition\":{\"broadcaster_user_id\":\"" STR_FMT
		"\"}}%s}", topic, STR_ARG(sub->push.account), more);
}

static struct str online(struct world *w, const struct sub *sub, const char *id)
{
	return said(w, sub, "stream.online", str_z(w->mem, str_fmt(w->mem, ",\"event\":{\"id\":\"%s\",\"type\":\"live\",\"broadcaster_user_id\":\""
		STR_FMT "\",\"started_at\":\"" STR_FMT "\"}", id, STR_ARG(sub->push.account), STR_ARG(time_text(w->mem, world_now_ms(w))))));
}

static void twitch_hears_its_challenge(void)
{
	struct world w = connected("twitch");
	struct sub sub = sub_of(&w, "twitch", "stream.online");
	struct got got = message(&w, &sub, "webhook_callback_verification", "m-1", world_now_ms(&w), sub.push.secret,
		said(&w, &sub, "stream.online", ",\"challenge\":\"pogchamp-kappa\""));

	expect_status(got, 200);
	EXPECT_STR(got.body, "pogchamp-kappa");
	expect_sql(&w, 1, "select count(*) from u.push_subscription where topic = 'stream.online' and state = 'active' and lease_until is null"
		" and due_at between u.clock() + interval '23 hours' and u.clock() + interval '25 hours'");
	expect_sql(&w, 0, STORED);
}

static void a_challenge_for_another_topic_or_unsigned_is_refused(void)
{
	struct world w = connected("twitch");
	struct sub sub = sub_of(&w, "twitch", "stream.online");
	struct str body = said(&w, &sub, "stream.offline", ",\"challenge\":\"c\"");

	expect_problem(message(&w, &sub, "webhook_callback_verification", "m-1", world_now_ms(&w), sub.push.secret, body), "bad-request");
	expect_problem(message(&w, &sub, "webhook_callback_verification", "m-1", world_now_ms(&w), S("other"), body), "signature");
	expect_sql(&w, 2, "select count(*) from u.push_subscription where state = 'wanted'");
}

static void a_repeated_message_counts_once(void)
{
	struct world w = connected("twitch");
	struct sub sub = sub_of(&w, "twitch", "stream.online");
	struct str body = online(&w, &sub, "4217");

	for (int i = 0; i < 3; i++)
		expect_status(message(&w, &sub, "notification", "m-1", world_now_ms(&w), sub.push.secret, body), 200);
	expect_sql(&w, 1, STORED);
	expect_status(message(&w, &sub, "notification", "m-2", world_now_ms(&w), sub.push.secret, body), 200);
	apply(&w);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'live' and detected");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STREAM_STARTED'");
}

static void what_is_older_than_ten_minutes_or_forged_is_refused(void)
{
	struct world w = connected("twitch");
	struct sub sub = sub_of(&w, "twitch", "stream.online"), nobody = { .path = "/webhooks/twitch/ffffffffffffffffffffffffffffffff", .push = sub.push };
	struct str body = online(&w, &sub, "4217");
	int64_t now = world_now_ms(&w);

	expect_problem(message(&w, &sub, "notification", "m-1", now - 601000, sub.push.secret, body), "signature");
	expect_problem(message(&w, &sub, "notification", "m-1", now + 601000, sub.push.secret, body), "signature");
	expect_problem(message(&w, &sub, "notification", "m-1", now, S("other"), body), "signature");
	expect_problem(message(&w, &nobody, "notification", "m-1", now, sub.push.secret, body), "not-found");
	expect_problem(post(&w, sub.path, body, NULL), "signature");
	expect_sql(&w, 0, STORED);
	expect_status(message(&w, &sub, "notification", "m-1", now - 590000, sub.push.secret, body), 200);
}

static void a_revocation_has_the_token_looked_at(void)
{
	struct world w = connected("twitch");
	struct sub sub = sub_of(&w, "twitch", "stream.online");
	struct str body = str_fmt(w.mem, "{\"subscription\":{\"id\":\"s-1\",\"status\":\"authorization_revoked\",\"type\":\"stream.online\","
		"\"condition\":{\"broadcaster_user_id\":\"" STR_FMT "\"}}}", STR_ARG(sub.push.account));

	control(&w, "POST", "/twitch/accounts/anna/revoke", "{}");
	for (int i = 0; i < 2; i++)
		expect_status(message(&w, &sub, "revocation", "m-1", world_now_ms(&w), sub.push.secret, body), 200);
	expect_sql(&w, 1, "select count(*) from u.push_subscription where state = 'refused' and problem = 'authorization_revoked' and attempts = 1");
	helper_run(&w, channel_tend_step);
	world_clock_advance(&w, 660000);
	helper_run(&w, channel_tend_step);
	expect_sql(&w, 1, "select count(*) from u.channel where health = 'needs_reconnect' and health_reason = 'grant'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'");
}

static void what_comes_for_a_channel_that_left_changes_nothing(void)
{
	struct world w = connected("twitch");
	struct sub sub = sub_of(&w, "twitch", "stream.online");

	expect_status(message(&w, &sub, "notification", "m-1", world_now_ms(&w), sub.push.secret, online(&w, &sub, "4217")), 200);
	world_sql(&w, "update u.channel set status = 'disconnected'"); /* before it is applied */
	apply(&w);
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'ignored'");
	expect_problem(message(&w, &sub, "notification", "m-2", world_now_ms(&w), sub.push.secret, online(&w, &sub, "4217")), "not-found");
	expect_sql(&w, 0, "select count(*) from u.stream");
}

/* ---- TikTok */

static struct got tiktok(struct world *w, int64_t at_s, struct str secret, struct str body)
{
	struct digest digest = crypto_hmac(secret, str_fmt(w->mem, "%lld." STR_FMT, (long long)at_s, STR_ARG(body)));

	return post(w, "/webhooks/tiktok", body, str_z(w->mem, str_fmt(w->mem, "TikTok-Signature: t=%lld,s=" STR_FMT, (long long)at_s,
		STR_ARG(crypto_hex(w->mem, crypto_digest_str(&digest))))));
}

static struct str removed(struct world *w, int64_t at_s)
{
	return str_fmt(w->mem, "{\"client_key\":\"" STR_FMT "\",\"event\":\"authorization.removed\",\"create_time\":%lld,\"user_openid\":\"" STR_FMT
		"\",\"content\":\"{\\\"reason\\\":1}\"}", STR_ARG(w->config->tiktok_client_key), (long long)at_s,
		STR_ARG(world_text(w, "select external_id from u.channel")));
}

static void tiktok_is_believed_when_it_signed_just_now(void)
{
	struct world w = connected("tiktok");
	int64_t now = world_now_ms(&w) / 1000 + 1;
	struct str body = removed(&w, now), secret = w.config->tiktok_client_secret;

	expect_problem(tiktok(&w, now - 302, secret, body), "signature");
	expect_problem(tiktok(&w, now + 400, secret, body), "signature");
	expect_problem(tiktok(&w, now, S("other"), body), "signature");
	expect_problem(post(&w, "/webhooks/tiktok", body, NULL), "signature");
	expect_sql(&w, 0, STORED);
	for (int i = 0; i < 3; i++)
		expect_status(tiktok(&w, now, secret, body), 200);
	expect_sql(&w, 1, STORED);
	apply(&w);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'disconnected' and access_sealed is null");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
}

static void what_tiktok_tells_of_an_older_grant_ends_nothing(void)
{
	struct world w = connected("tiktok");
	int64_t now = world_now_ms(&w) / 1000;

	expect_status(tiktok(&w, now, w.config->tiktok_client_secret, removed(&w, now - 86400)), 200);
	apply(&w);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'active'");
}

static const CU_TestInfo tests[] = {
	T(the_hub_hears_that_we_want_what_we_asked_for),
	T(it_hears_no_for_anything_else),
	T(absurd_leases_are_not_believed),
	T(a_lease_is_renewed_before_its_end_and_not_asked_for_all_the_time),
	T(a_denial_is_asked_about_again_hours_later),
	T(the_hub_is_told_that_we_left_once_we_did),
	T(a_feed_is_stored_once_and_looked_at),
	T(a_forged_feed_changes_nothing),
	T(a_feed_about_another_channel_is_of_no_account),
	T(bodies_have_a_limit),
	T(twitch_hears_its_challenge),
	T(a_challenge_for_another_topic_or_unsigned_is_refused),
	T(a_repeated_message_counts_once),
	T(what_is_older_than_ten_minutes_or_forged_is_refused),
	T(a_revocation_has_the_token_looked_at),
	T(what_comes_for_a_channel_that_left_changes_nothing),
	T(tiktok_is_believed_when_it_signed_just_now),
	T(what_tiktok_tells_of_an_older_grant_ends_nothing),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_pushes = { "cgi-bin/pushes", tests };
