/* connect.c: how accounts come to be connected, and every way in which that must not happen. */
#include "lib/channel/channel.h"
#include "tests/accounts.h"
#include "tests/suite.h"

static const char *const names[] = { "youtube", "tiktok", "twitch" };

static struct world here(void)
{
	struct world w = world(.bare = true);

	accounts(&w);
	return w;
}

static struct got there_and_back(struct world *w, enum person who, const char *platform)
{
	return account_return(w, who, account_way_back(w, who, platform));
}

static const char *with(struct world *w, const char *way, const char *more)
{
	return str_z(w->mem, str_fmt(w->mem, "%s%s", way, more));
}

/* The way back with its parameter `name` gone. */
static const char *without(struct world *w, const char *way, const char *name)
{
	struct str rest = str_of(way), path = str_cut(&rest, '?');
	struct buf out = buf_new(w->mem, 8192);

	buf_fmt(&out, STR_FMT "?", STR_ARG(path));
	while (rest.n) {
		struct str pair = str_cut(&rest, '&'), value = pair;

		if (!str_eq(str_cut(&value, '='), str_of(name)))
			buf_fmt(&out, STR_FMT "&", STR_ARG(pair));
	}
	return str_z(w->mem, buf_str(&out));
}

static void each_platform_is_connected_over_its_consent(void)
{
	struct world w = here();

	for (size_t i = 0; i < COUNT(names); i++) {
		struct got got = there_and_back(&w, ANNA, names[i]);

		expect_status(got, 303);
		EXPECT(str_ends(got_header(got, "Location"), S("/dashboard/connections")));
	}
	expect_sql(&w, 3, "select count(*) from u.channel where status = 'active' and health = 'healthy' and name = 'Anna'"
		" and access_sealed is not null and refresh_sealed is not null and tend_at > u.clock() + interval '50 minutes'");
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'PLATFORM_CONNECTED'");
	expect_sql(&w, 0, "select count(*) from u.oauth_state");
	expect_sql(&w, 3, "select count(*) from u.push_subscription where state = 'wanted'"); /* a feed; online and offline */
	expect_sql(&w, 2, "select sum(used) from u.platform_quota where bucket in ('youtube.day', 'tiktok.user_info')");
}

static void the_proof_key_is_asked_for_where_there_is_one(void)
{
	struct world w = here();

	for (size_t i = 0; i < COUNT(names); i++) {
		struct got got = ask(&w, (struct asking){ .path = with(&w, "/connections/", with(&w, names[i], "/auth-url")), .as = ANNA, .visitor = "anna" });

		EXPECT((str_find(got_json(&w, got, "url"), 0, S("code_challenge_method=S256")) != SIZE_MAX) == (i == 0));
		EXPECT(str_find(got_json(&w, got, "url"), 0, S("state=")) != SIZE_MAX);
	}
	expect_sql(&w, 0, "select count(*) from u.oauth_state where verifier_sealed not like '%%.%%.%%'");
}

static void an_answer_counts_once(void)
{
	struct world w = here();
	const char *way = account_way_back(&w, ANNA, "youtube");

	expect_status(account_return(&w, ANNA, way), 303);
	expect_problem(account_return(&w, ANNA, way), "oauth-state");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PLATFORM_CONNECTED'");
}

static void who_has_no_channel_there_is_told_so(void)
{
	struct world w = here();
	const char *way = account_way_back(&w, ANNA, "youtube");

	control(&w, "POST", "/faults", "{\"target\":\"youtube\",\"mode\":\"reason\",\"reason\":\"youtubeSignupRequired\",\"count\":1}");
	expect_problem(account_return(&w, ANNA, way), "account-none");
	expect_sql(&w, 0, "select count(*) from u.channel");
	expect_status(there_and_back(&w, ANNA, "youtube"), 303);
}

static const char *raced;

static int return_too(struct world *w, int i)
{
	(void)i;
	return account_return(w, ANNA, raced).status == 303 ? 1 : 0;
}

static void ten_answers_at_once_count_once(void)
{
	struct world w = here();
	int codes[10], good = 0;

	raced = account_way_back(&w, ANNA, "twitch");
	fork_many(&w, 10, return_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++) {
		EXPECT(codes[i] < 2);
		good += codes[i];
	}
	EXPECT_INT(good, 1);
	expect_sql(&w, 1, "select count(*) from u.channel");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PLATFORM_CONNECTED'");
}

static void an_answer_in_another_browser_is_refused_and_over(void)
{
	struct world w = here();
	const char *way = account_way_back(&w, ANNA, "youtube");

	expect_problem(ask(&w, (struct asking){ .path = way, .as = ANNA, .visitor = "stolen" }), "oauth-state");
	expect_problem(account_return(&w, ANNA, way), "oauth-state");
	expect_sql(&w, 0, "select count(*) from u.channel");
}

static void an_answer_of_another_creator_is_refused(void)
{
	struct world w = here();

	expect_problem(ask(&w, (struct asking){ .path = account_way_back(&w, ANNA, "youtube"), .as = BEN, .visitor = "anna" }), "oauth-state");
	expect_sql(&w, 0, "select count(*) from u.channel");
}

static void an_old_attempt_is_refused(void)
{
	struct world w = here();
	const char *way = account_way_back(&w, ANNA, "youtube");

	world_clock_advance(&w, 601000);
	expect_problem(account_return(&w, ANNA, way), "oauth-state");
	expect_sql(&w, 0, "select count(*) from u.channel");
}

static void an_answer_for_another_platform_is_refused(void)
{
	struct world w = here();
	struct str rest = str_of(account_way_back(&w, ANNA, "youtube"));

	str_cut(&rest, '?');
	expect_problem(account_return(&w, ANNA, str_z(w.mem, str_fmt(w.mem, "/connections/twitch/callback?" STR_FMT, STR_ARG(rest)))), "oauth-state");
	expect_sql(&w, 0, "select count(*) from u.channel");
}

static void an_answer_without_state_or_code_is_refused(void)
{
	struct world w = here();

	expect_problem(account_return(&w, ANNA, without(&w, account_way_back(&w, ANNA, "youtube"), "state")), "oauth-state");
	expect_problem(account_return(&w, ANNA, without(&w, account_way_back(&w, ANNA, "youtube"), "code")), "oauth-state");
	expect_problem(account_return(&w, ANNA, "/connections/tiktok/callback"), "oauth-state");
	expect_problem(account_return(&w, ANNA, "/connections/tiktok/callback?state=zz&code=1"), "oauth-state");
	expect_sql(&w, 0, "select count(*) from u.channel");
}

static void who_says_no_is_told_so(void)
{
	struct world w = here();

	for (size_t i = 0; i < COUNT(names); i++)
		expect_problem(account_return(&w, ANNA, with(&w, without(&w, account_way_back(&w, ANNA, names[i]), "code"), "error=access_denied")),
			"consent-refused");
	expect_sql(&w, 0, "select count(*) from u.channel");
	expect_sql(&w, 0, "select count(*) from u.oauth_state");
}

static void a_scope_that_was_unticked_connects_nothing(void)
{
	struct world w = here();
	const char *way = account_way_back(&w, ANNA, "youtube");

	w.config->youtube_scopes = S("https://www.googleapis.com/auth/youtube.readonly,https://www.googleapis.com/auth/youtube.never-granted");
	expect_problem(account_return(&w, ANNA, way), "oauth-scope");
	expect_sql(&w, 0, "select count(*) from u.channel");
}

static void an_account_connected_again_is_the_same_channel(void)
{
	struct world w = here();
	struct channel_id first = account_connect(&w, ANNA, "twitch"), again = account_connect(&w, ANNA, "twitch");

	EXPECT(uuid_eq(first.u, again.u));
	expect_sql(&w, 1, "select count(*) from u.channel where token_generation = 2");
	expect_sql(&w, 2, "select count(*) from u.push_subscription");
}

static void an_account_belongs_to_one_creator_at_a_time(void)
{
	struct world w = here();

	for (size_t i = 0; i < COUNT(names); i++) {
		struct channel_id hers = account_connect(&w, ANNA, names[i]);

		expect_problem(there_and_back(&w, BEN, names[i]), "account-taken");
		world_sql(&w, "update u.channel set status = 'disconnected' where id = %s", world_uuid(&w, hers.u));
		expect_status(there_and_back(&w, BEN, names[i]), 303);
		expect_problem(there_and_back(&w, ANNA, names[i]), "account-taken");
	}
	expect_sql(&w, 0, "select count(*) from u.channel where status = 'active' and creator_id = %s", world_uuid(&w, w.anna.creator.u));
}

static const char *ways[2];

static int both(struct world *w, int i)
{
	struct got got = account_return(w, i ? BEN : ANNA, ways[i]);

	return got.status == 303 ? 1 : got.status == 409 ? 0 : 2;
}

static void two_who_connect_one_account_at_once_are_served_in_turn(void)
{
	struct world w = here();
	int codes[2];

	ways[0] = account_way_back(&w, ANNA, "youtube");
	ways[1] = account_way_back(&w, BEN, "youtube");
	fork_many(&w, 2, both, codes);
	EXPECT_INT(codes[0] + codes[1], 1);
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'active'");
}

static void a_creator_may_have_several_accounts_at_one_platform(void)
{
	struct world w = here();
	struct channel_id one = account_connect(&w, ANNA, "youtube"), two;
	struct got got;

	account_agrees(&w, "youtube", "ben");
	two = account_connect(&w, ANNA, "youtube");
	EXPECT(!uuid_eq(one.u, two.u));
	got = ask(&w, (struct asking){ .path = "/connections/channels?limit=1", .as = ANNA });
	EXPECT(got_json(&w, got, "items.0.id").n > 0 && got_json(&w, got, "next").n > 0);
	EXPECT_STR(got_json(&w, got, "items.1.id"), "");
	expect_sql(&w, 2, "select count(*) from u.channel where status = 'active' and creator_id = %s", world_uuid(&w, w.anna.creator.u));
}

static void a_platform_in_trouble_connects_nothing(void)
{
	struct world w = here();

	control(&w, "POST", "/faults", "{\"target\":\"google\",\"mode\":\"status\",\"status\":503,\"match\":\"token\",\"count\":1}");
	expect_problem(there_and_back(&w, ANNA, "youtube"), "platform-away");
	control(&w, "POST", "/faults", "{\"target\":\"youtube\",\"mode\":\"garbage\",\"count\":1}");
	expect_problem(there_and_back(&w, ANNA, "youtube"), "platform-away");
	control(&w, "POST", "/faults", "{\"target\":\"twitch_id\",\"mode\":\"lost_answer\",\"match\":\"token\",\"count\":1}");
	expect_problem(there_and_back(&w, ANNA, "twitch"), "platform-away");
	expect_sql(&w, 0, "select count(*) from u.channel");
	expect_status(there_and_back(&w, ANNA, "youtube"), 303);
}

static void a_strangers_channel_is_not_there(void)
{
	struct world w = here();
	struct channel_id hers = account_connect(&w, ANNA, "tiktok");
	const char *path = str_z(w.mem, str_fmt(w.mem, "/connections/channels/" STR_FMT, STR_ARG(ID_TEXT(w.mem, channel, hers))));

	expect_status(ask(&w, (struct asking){ .path = path, .as = ANNA }), 200);
	expect_problem(ask(&w, (struct asking){ .path = path, .as = BEN }), "not-found");
	expect_problem(ask(&w, (struct asking){ .path = path, .method = DELETE, .as = BEN }), "not-found");
	expect_sql(&w, 1, "select count(*) from u.channel where status = 'active'");
}

static const CU_TestInfo tests[] = {
	T(each_platform_is_connected_over_its_consent),
	T(the_proof_key_is_asked_for_where_there_is_one),
	T(an_answer_counts_once),
	T(who_has_no_channel_there_is_told_so),
	T(ten_answers_at_once_count_once),
	T(an_answer_in_another_browser_is_refused_and_over),
	T(an_answer_of_another_creator_is_refused),
	T(an_old_attempt_is_refused),
	T(an_answer_for_another_platform_is_refused),
	T(an_answer_without_state_or_code_is_refused),
	T(who_says_no_is_told_so),
	T(a_scope_that_was_unticked_connects_nothing),
	T(an_account_connected_again_is_the_same_channel),
	T(an_account_belongs_to_one_creator_at_a_time),
	T(two_who_connect_one_account_at_once_are_served_in_turn),
	T(a_creator_may_have_several_accounts_at_one_platform),
	T(a_platform_in_trouble_connects_nothing),
	T(a_strangers_channel_is_not_there),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_channel_connect = { "lib/channel/connect", tests };
