/* leave.c: an account is disconnected: her grant is taken back there, credentials are gone here, history stays. */
#include "lib/channel/channel.h"
#include "lib/cron/cron.h"
#include "tests/accounts.h"
#include "tests/suite.h"

extern const struct helper connections_tend_helper;

static struct channel_id channel;

static struct world connected(const char *platform)
{
	struct world w = world(.bare = true);

	accounts(&w);
	channel = account_connect(&w, ANNA, platform);
	world_sql(&w, "update u.push_subscription set state = 'active', due_at = 'infinity', external_id = 'sub-' || topic");
	control(&w, "DELETE", "/calls", "{}");
	return w;
}

static struct got leave(struct world *w)
{
	return ask(w, (struct asking){ .method = DELETE, .as = ANNA,
		.path = str_z(w->mem, str_fmt(w->mem, "/connections/channels/" STR_FMT, STR_ARG(ID_TEXT(w->mem, channel, channel)))) });
}

static void work(struct world *w)
{
	helper_run(w, connections_tend_helper.step);
}

#define GONE "select count(*) from u.channel where status = 'disconnected' and access_sealed is null and refresh_sealed is null" \
	" and disconnected_at is not null and name = 'Anna'"

static void leaving_takes_the_grant_back_and_forgets_the_tokens(void)
{
	static const char *const names[] = { "youtube", "tiktok", "twitch" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct world w = connected(names[i]);

		world_sql(&w, "insert into u.broadcast (id, channel_id, creator_id, platform, external_id, state) select gen_random_uuid(), id, creator_id,"
			" platform, 'past', 'ended' from u.channel");
		expect_status(leave(&w), 204);
		expect_status(leave(&w), 204);
		work(&w);
		expect_sql(&w, 1, GONE);
		expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
		expect_sql(&w, 0, "select count(*) from u.push_subscription where state <> 'gone'");
		expect_sql(&w, 1, "select count(*) from u.broadcast where external_id = 'past'");
		expect_sql(&w, 0, "select count(*) from u.job where kind = 'channel_left' and done_at is null");
		EXPECT_INT(account_asked(&w, "revoke"), 1);
	}
}

static void a_platform_that_is_away_keeps_the_tokens_until_it_is_told(void)
{
	struct world w = connected("youtube");

	control(&w, "POST", "/faults", "{\"target\":\"google\",\"mode\":\"status\",\"status\":503}");
	expect_status(leave(&w), 204);
	work(&w);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'disconnected' and refresh_sealed is not null");
	control(&w, "DELETE", "/faults", "{}");
	world_clock_advance(&w, 3600000);
	work(&w);
	expect_sql(&w, 1, GONE);
}

static void after_a_day_of_trying_they_are_forgotten_all_the_same(void)
{
	struct world w = connected("tiktok");

	control(&w, "POST", "/faults", "{\"target\":\"tiktok\",\"mode\":\"status\",\"status\":503}");
	expect_status(leave(&w), 204);
	world_sql(&w, "update u.job set attempts = 30 where kind = 'channel_left'");
	work(&w);
	expect_sql(&w, 1, GONE);
}

static void an_app_that_the_operator_took_away_keeps_nobodys_tokens(void)
{
	struct world w = connected("twitch");

	expect_status(leave(&w), 204);
	w.config->twitch_client_id = S("");
	work(&w);
	expect_sql(&w, 1, GONE);
}

static void tokens_that_no_key_opens_are_forgotten(void)
{
	struct world w = connected("youtube");

	world_sql(&w, "update u.channel set access_sealed = 'v1.lost.AAAA', refresh_sealed = 'v1.lost.AAAA'");
	expect_status(leave(&w), 204);
	work(&w);
	expect_sql(&w, 1, GONE);
}

static void who_connects_again_before_that_stays_connected(void)
{
	struct world w = connected("youtube");

	expect_status(leave(&w), 204);
	account_connect(&w, ANNA, "youtube");
	work(&w);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'active' and access_sealed is not null and refresh_sealed is not null");
	EXPECT_INT(account_asked(&w, "revoke"), 0);
	expect_sql(&w, 0, "select count(*) from u.push_subscription where state = 'gone'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PLATFORM_CONNECTED'");
}

/* Google ends every grant of a person with any one of them. */
static void a_grant_that_somebody_else_uses_by_now_is_left_to_her(void)
{
	struct world w = connected("youtube");

	expect_status(leave(&w), 204);
	account_connect(&w, BEN, "youtube");
	work(&w);
	expect_sql(&w, 1, GONE);
	EXPECT_INT(account_asked(&w, "revoke"), 0);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'active' and access_sealed is not null");
}

static enum err gone_in_tx(struct ctx *c, void *arg)
{
	return channel_gone(c, channel, *(int64_t *)arg);
}

static void a_grant_taken_back_there_ends_it_and_one_of_before_does_not(void)
{
	struct world w = connected("tiktok");
	int64_t at_ms = world_now_ms(&w) - 3600000;

	EXPECT_ERR(db_in_tx(world_ctx(&w, NOBODY), gone_in_tx, &at_ms), OK);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'active'");
	world_clock_advance(&w, 5000);
	at_ms = world_now_ms(&w);
	for (int i = 0; i < 2; i++)
		EXPECT_ERR(db_in_tx(world_ctx(&w, NOBODY), gone_in_tx, &at_ms), OK);
	expect_sql(&w, 1, GONE);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
	work(&w);
	EXPECT_INT(account_asked(&w, "revoke"), 0); /* there is nothing left to take back */
}

static const CU_TestInfo tests[] = {
	T(leaving_takes_the_grant_back_and_forgets_the_tokens),
	T(a_platform_that_is_away_keeps_the_tokens_until_it_is_told),
	T(after_a_day_of_trying_they_are_forgotten_all_the_same),
	T(an_app_that_the_operator_took_away_keeps_nobodys_tokens),
	T(tokens_that_no_key_opens_are_forgotten),
	T(who_connects_again_before_that_stays_connected),
	T(a_grant_that_somebody_else_uses_by_now_is_left_to_her),
	T(a_grant_taken_back_there_ends_it_and_one_of_before_does_not),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_channel_leave = { "lib/channel/leave", tests };
