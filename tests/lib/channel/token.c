/* token.c: tokens of accounts: replaced once, whoever needs them at once; lost, refused, revoked, sealed anew; and what is told of it. */
#include "lib/channel/channel.h"
#include "lib/crypto/crypto.h"
#include "tests/accounts.h"
#include "tests/suite.h"

#define DAY INT64_C(86400000)
#define EXPIRE "update u.channel set access_expires_at = u.clock()"
#define HEALTHS "select string_agg(payload ->> 'health', ' ' order by at, id) from u.event_log where type = 'CONNECTION_HEALTH'"

static struct channel_id channel;

static struct world connected(const char *platform)
{
	struct world w = world(.bare = true);

	accounts(&w);
	channel = account_connect(&w, ANNA, platform);
	control(&w, "DELETE", "/calls", "{}");
	return w;
}

static enum err identify(struct world *w)
{
	struct ctx *c = world_ctx(w, NOBODY);
	struct broadcaster_identity who;
	struct channel_door door;

	TRY(channel_open(c, channel, &door));
	return channel_heard(c, &door, door.platform->identify(c, &door.call, &who));
}

/* Time passes here and there. */
static void pass(struct world *w, int64_t ms)
{
	world_clock_advance(w, ms);
	control(w, "POST", "/clock", str_z(w->mem, str_fmt(w->mem, "{\"advanceMs\":%lld}", (long long)ms)));
}

static int identify_too(struct world *w, int i)
{
	(void)i;
	return identify(w) == OK ? 0 : 1;
}

static void twenty_at_once_replace_it_once(void)
{
	static const char *const names[] = { "youtube", "tiktok", "twitch" };

	for (size_t k = 0; k < COUNT(names); k++) {
		struct world w = connected(names[k]);
		int codes[20];

		world_sql(&w, EXPIRE);
		fork_many(&w, 20, identify_too, codes);
		for (size_t i = 0; i < COUNT(codes); i++)
			EXPECT_INT(codes[i], 0);
		expect_sql(&w, 2, "select token_generation from u.channel where token_lease is null and health = 'healthy'");
		EXPECT_INT(account_asked(&w, "token"), 1);
	}
}

static void a_fresh_token_is_used_as_it_is(void)
{
	struct world w = connected("youtube");

	EXPECT_ERR(identify(&w), OK);
	expect_sql(&w, 1, "select token_generation from u.channel");
	world_sql(&w, "update u.channel set access_expires_at = u.clock() + interval '4 minutes'");
	EXPECT_ERR(identify(&w), OK);
	expect_sql(&w, 2, "select token_generation from u.channel where access_expires_at > u.clock() + interval '50 minutes'");
}

/* Google's refresh tokens stay good: the next try has what this one lost. */
static void a_lost_answer_at_youtube_loses_nothing(void)
{
	struct world w = connected("youtube");

	world_sql(&w, EXPIRE);
	control(&w, "POST", "/faults", "{\"target\":\"google\",\"mode\":\"lost_answer\",\"match\":\"token\",\"count\":1}");
	EXPECT_ERR(identify(&w), ERR_PLATFORM_AWAY);
	expect_sql(&w, 1, "select token_generation from u.channel where token_lease is null and call_failures = 1");
	EXPECT_ERR(identify(&w), ERR_PLATFORM_SLOW); /* it rests */
	pass(&w, 5000);
	EXPECT_ERR(identify(&w), OK);
	expect_sql(&w, 2, "select token_generation from u.channel where call_failures = 0 and health = 'healthy'");
	EXPECT_STR(world_text(&w, HEALTHS), "");
}

/* TikTok's die with their use: what the lost answer held is gone, and she is told so once and may connect again. */
static void a_lost_answer_at_tiktok_asks_her_to_connect_again(void)
{
	struct world w = connected("tiktok");

	world_sql(&w, EXPIRE);
	control(&w, "POST", "/faults", "{\"target\":\"tiktok\",\"mode\":\"lost_answer\",\"match\":\"token\",\"count\":1}");
	EXPECT_ERR(identify(&w), ERR_PLATFORM_AWAY);
	for (int i = 0; i < 5; i++) {
		pass(&w, 2 * 3600 * 1000);
		EXPECT_ERR(identify(&w), ERR_PLATFORM_DENIED);
	}
	EXPECT_STR(world_text(&w, HEALTHS), "needs_reconnect");
	expect_sql(&w, 1, "select count(*) from u.channel where health_reason = 'grant' and token_lease is null and status = 'active'");
	account_connect(&w, ANNA, "tiktok");
	EXPECT_ERR(identify(&w), OK);
	expect_sql(&w, 1, "select count(*) from u.channel where health = 'healthy' and health_reason = '' and call_after is null");
}

static void garbage_and_absurd_lives_are_no_answer(void)
{
	struct world w = connected("twitch");

	world_sql(&w, EXPIRE);
	control(&w, "POST", "/faults", "{\"target\":\"twitch_id\",\"mode\":\"garbage\",\"match\":\"token\",\"count\":1}");
	EXPECT_ERR(identify(&w), ERR_PLATFORM_AWAY);
	expect_sql(&w, 1, "select token_generation from u.channel where refresh_sealed is not null and token_lease is null");
}

static void a_process_that_died_with_the_lease_keeps_nobody_waiting_for_ever(void)
{
	struct world w = connected("youtube");

	world_sql(&w, "update u.channel set access_expires_at = u.clock() + interval '1 minute', token_lease = gen_random_uuid(),"
		" token_lease_until = u.clock() + interval '35 seconds'");
	world_clock_advance(&w, 36000);
	EXPECT_ERR(identify(&w), OK);
	expect_sql(&w, 2, "select token_generation from u.channel");
}

static void a_grant_taken_back_at_the_platform_is_told_once(void)
{
	static const char *const names[] = { "youtube", "twitch" };

	for (size_t k = 0; k < COUNT(names); k++) {
		struct world w = connected(names[k]);

		control(&w, "POST", str_z(w.mem, str_fmt(w.mem, "/%s/accounts/anna/revoke", names[k])), "{}");
		EXPECT_ERR(identify(&w), ERR_RETRY); /* the token was refused: the next call has another, if there is one */
		EXPECT_ERR(identify(&w), ERR_PLATFORM_DENIED);
		pass(&w, 2 * 3600 * 1000);
		EXPECT_ERR(identify(&w), ERR_PLATFORM_DENIED);
		EXPECT_STR(world_text(&w, HEALTHS), "needs_reconnect");
		account_connect(&w, ANNA, names[k]);
		EXPECT_ERR(identify(&w), OK);
		expect_sql(&w, 1, "select count(*) from u.channel where health = 'healthy'");
	}
}

/* Refused with what it has, while she connects again: what was refused is not what there is now. */
static void a_refusal_that_comes_late_says_nothing(void)
{
	static const char *const reasons[] = { "grant", "scope", "token", "account" };

	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct world w = connected("youtube");
		struct ctx *c = world_ctx(&w, NOBODY);
		struct channel_door door;

		EXPECT_ERR(channel_open(c, channel, &door), OK);
		account_connect(&w, ANNA, "youtube");
		door.call.reason = str_of(reasons[i]);
		EXPECT_ERR(channel_heard(c, &door, ERR_PLATFORM_DENIED), ERR_RETRY);
		expect_sql(&w, 1, "select count(*) from u.channel where health = 'healthy' and call_after is null");
		EXPECT_STR(world_text(&w, HEALTHS), "");
	}
}

static void being_away_is_told_once_and_healed_once(void)
{
	struct world w = connected("youtube");

	control(&w, "POST", "/faults", "{\"target\":\"youtube\",\"mode\":\"status\",\"status\":503}");
	for (int i = 0; i < 6; i++) {
		EXPECT_ERR(identify(&w), ERR_PLATFORM_AWAY);
		pass(&w, 600000);
	}
	EXPECT_STR(world_text(&w, HEALTHS), "degraded");
	control(&w, "DELETE", "/faults", "{}");
	EXPECT_ERR(identify(&w), OK);
	EXPECT_ERR(identify(&w), OK);
	EXPECT_STR(world_text(&w, HEALTHS), "degraded healthy");
}

static void being_away_heals_nothing_that_needs_her(void)
{
	struct world w = connected("youtube");
	struct ctx *c = world_ctx(&w, NOBODY);
	struct channel_door door;

	EXPECT_ERR(channel_open(c, channel, &door), OK);
	door.call.reason = S("scope");
	EXPECT_ERR(channel_heard(c, &door, ERR_PLATFORM_DENIED), ERR_PLATFORM_DENIED);
	door.call.reason = S("no-answer");
	for (int i = 0; i < 4; i++)
		EXPECT_ERR(channel_heard(c, &door, ERR_PLATFORM_AWAY), ERR_PLATFORM_AWAY);
	door.troubled = true;
	EXPECT_ERR(channel_heard(c, &door, OK), OK);
	expect_sql(&w, 1, "select count(*) from u.channel where health = 'needs_reconnect' and health_reason = 'scope'");
	EXPECT_STR(world_text(&w, HEALTHS), "needs_reconnect");
}

static int64_t tended(struct world *w)
{
	return helper_run(w, channel_tend_step);
}

/* An hour of 401s to whatever token is theirs, not hers: it is found out without her. */
static void a_platform_that_refuses_every_token_for_a_while_is_forgiven(void)
{
	struct world w = connected("youtube");

	control(&w, "POST", "/faults", "{\"target\":\"youtube\",\"mode\":\"reason\",\"reason\":\"authError\"}");
	EXPECT_ERR(identify(&w), ERR_RETRY);
	EXPECT_ERR(identify(&w), ERR_PLATFORM_DENIED);
	EXPECT_STR(world_text(&w, HEALTHS), "needs_reconnect");
	EXPECT_INT(tended(&w), 0);
	control(&w, "DELETE", "/faults", "{}");
	pass(&w, 2 * 3600 * 1000);
	EXPECT_INT(tended(&w), 1);
	EXPECT_STR(world_text(&w, HEALTHS), "needs_reconnect healthy");
	EXPECT_ERR(identify(&w), OK);
}

static void a_channel_is_looked_at_once_an_hour_where_that_is_wanted(void)
{
	struct world w = connected("twitch");

	EXPECT_INT(tended(&w), 0);
	for (int i = 0; i < 3; i++) {
		pass(&w, 56 * 60000);
		EXPECT_INT(tended(&w), 1);
	}
	EXPECT_INT(account_asked(&w, "validate"), 3);
	pass(&w, 56 * 60000);
	control(&w, "POST", "/faults", "{\"target\":\"twitch_id\",\"mode\":\"status\",\"status\":400}");
	EXPECT_INT(tended(&w), 1); /* refused: not again at once */
	pass(&w, 11 * 60000);
	EXPECT_INT(tended(&w), 1);
	EXPECT_STR(world_text(&w, HEALTHS), "");
}

static void a_token_that_nobody_uses_does_not_die_of_it(void)
{
	struct world w = connected("tiktok");

	pass(&w, 29 * DAY);
	EXPECT_INT(tended(&w), 0);
	pass(&w, 2 * DAY);
	EXPECT_INT(tended(&w), 1);
	expect_sql(&w, 2, "select token_generation from u.channel where tend_at > u.clock() + interval '29 days'");
}

/* The ring lacks the key for a while: she is told, others go on, and it heals once the key is back. */
static void a_token_that_no_key_opens_stops_only_its_own_channel(void)
{
	struct world w = connected("youtube");
	struct str sealed = str_copy(w.mem, world_text(&w, "select access_sealed from u.channel"));

	world_sql(&w, "update u.channel set access_sealed = 'v1.lost.AAAA'");
	EXPECT_ERR(identify(&w), ERR_PLATFORM_DENIED);
	expect_sql(&w, 1, "select count(*) from u.channel where health = 'needs_reconnect' and health_reason = 'key'");
	pass(&w, 61 * 60000);
	world_sql(&w, "update u.channel set access_sealed = '" STR_FMT "', access_expires_at = u.clock() + interval '1 hour', tend_at = u.clock()", STR_ARG(sealed));
	control(&w, "POST", "/clock", "{\"offsetMs\":0}");
	pass(&w, 60 * 60000);
	tended(&w);
	EXPECT_STR(world_text(&w, HEALTHS), "needs_reconnect healthy");
}

static void the_apps_own_token_is_asked_for_anew_when_no_key_opens_it(void)
{
	struct world w = connected("twitch");
	struct ctx *c = world_ctx(&w, NOBODY);
	struct broadcaster_call call;

	EXPECT_ERR(channel_app_open(c, &twitch_broadcaster, &call), OK);
	world_sql(&w, "update u.platform_app set access_sealed = 'v1.lost.AAAA'");
	EXPECT_ERR(channel_app_open(c, &twitch_broadcaster, &call), OK);
	EXPECT(call.app_token.n > 0);
	expect_sql(&w, 0, "select count(*) from u.platform_app where access_sealed like '%%lost%%'");
}

static void all_is_sealed_anew_when_the_key_ring_turns(void)
{
	struct world w = connected("twitch");
	struct crypto_sealed_count *counts;
	struct crypto_resealed out = { 0 };
	struct uuid after = { 0 };
	struct broadcaster_call call;
	struct ctx *c = world_ctx(&w, NOBODY);
	size_t n;

	EXPECT_ERR(channel_app_open(c, &twitch_broadcaster, &call), OK);
	w.config->key_ring = str_fmt(w.mem, "fresh:%064d," STR_FMT, 7, STR_ARG(w.config->key_ring));
	do
		EXPECT_ERR(channel_reseal(world_ctx(&w, NOBODY), &after, 1, &out), OK);
	while (!uuid_is_nil(after));
	EXPECT_INT(out.done, 4); /* a pair, and two pushes' secrets */
	EXPECT_ERR(channel_sealed_count(c, &counts, &n), OK);
	for (size_t i = 0; i < n; i++)
		EXPECT_STR(counts[i].key_id, "fresh");
	EXPECT_ERR(identify(&w), OK);
}

static const CU_TestInfo tests[] = {
	T(twenty_at_once_replace_it_once),
	T(a_fresh_token_is_used_as_it_is),
	T(a_lost_answer_at_youtube_loses_nothing),
	T(a_lost_answer_at_tiktok_asks_her_to_connect_again),
	T(garbage_and_absurd_lives_are_no_answer),
	T(a_process_that_died_with_the_lease_keeps_nobody_waiting_for_ever),
	T(a_grant_taken_back_at_the_platform_is_told_once),
	T(a_refusal_that_comes_late_says_nothing),
	T(being_away_is_told_once_and_healed_once),
	T(being_away_heals_nothing_that_needs_her),
	T(a_platform_that_refuses_every_token_for_a_while_is_forgiven),
	T(a_channel_is_looked_at_once_an_hour_where_that_is_wanted),
	T(a_token_that_nobody_uses_does_not_die_of_it),
	T(a_token_that_no_key_opens_stops_only_its_own_channel),
	T(the_apps_own_token_is_asked_for_anew_when_no_key_opens_it),
	T(all_is_sealed_anew_when_the_key_ring_turns),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_channel_token = { "lib/channel/token", tests };
