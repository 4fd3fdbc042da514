/* Videos that a creator gave a replay by hand: what their platform says of them. */
#include "lib/replay/replay.h"
#include "tests/stations.h"
#include "tests/suite.h"

#define HOUR INT64_C(3600000)

static struct world w;
static struct replay_id replay;

static void stage(void)
{
	w = world(.bare = true);
	stations_new(&w);
	world_sql(&w, "delete from u.stream");
	replay.u = uuid_new(world_now_ms(&w));
	world_sql(&w, "insert into u.live_session (id, creator_id, title, state, started_at, ended_at)"
		" values (%s, %s, 'Kitchen', 'ended', u.clock() - interval '1 hour', u.clock())", world_uuid(&w, replay.u), world_uuid(&w, w.anna.creator.u));
	world_sql(&w, "insert into u.replay (id, creator_id, live_id, title) select id, creator_id, id, title from u.live_session where id = %s",
		world_uuid(&w, replay.u));
}

static void given(const char *url)
{
	struct video_id id;

	EXPECT_ERR(replay_video_add(world_ctx(&w, ANNA), replay, str_of(url), &id), OK);
}

static void pass(int64_t ms, int64_t every_ms)
{
	for (int64_t gone = 0; gone < ms; gone += every_ms) {
		world_clock_advance(&w, every_ms);
		station_rounds(&w);
	}
}

static struct station_live *uploaded(struct station *s, const char *account, const char *id)
{
	struct station_live *l = station_air(s, account, id, 0, world_now_ms(&w) - 2 * HOUR);

	l->ended_ms = world_now_ms(&w) - HOUR;
	l->video_ms = world_now_ms(&w) - HOUR;
	return l;
}

static void its_title_length_and_picture_are_told(void)
{
	struct station_live *l;

	stage();
	l = uploaded(&youtube_station, "UCanna", "jNQXAC9IVRw");
	given("https://youtu.be/jNQXAC9IVRw");
	station_rounds(&w);
	expect_sql(&w, 1, "select count(*) from u.replay_video where title = 'The recording' and duration_s = 3600 and thumb_url <> '' and state = 'ready'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'"); /* she gave it */
	l->hidden = true;
	pass(20 * 24 * HOUR, 12 * HOUR);
	EXPECT(youtube_station.gets <= 14);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready' and look_at is null"); /* her word stands */
}

static void one_that_was_made_private_is_hidden_until_it_is_not(void)
{
	struct station_live *l;

	stage();
	l = uploaded(&youtube_station, "UCanna", "jNQXAC9IVRw");
	given("https://youtu.be/jNQXAC9IVRw");
	station_rounds(&w);
	l->is_private = true;
	pass(25 * HOUR, HOUR);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'hidden'");
	l->is_private = false;
	pass(25 * HOUR, HOUR);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready'");
}

static void tiktok_is_asked_with_her_own_token(void)
{
	stage();
	station_account(&w, &tiktok_station, BEN, "ben-open-id");
	station_account(&w, &tiktok_station, ANNA, "anna-second");
	station_account(&w, &tiktok_station, ANNA, "anna-open-id");
	world_sql(&w, "update u.channel set handle = case external_id when 'anna-open-id' then 'anna' else external_id end");
	uploaded(&tiktok_station, "anna-open-id", "7200000000000000001")->cover_ms = 6 * HOUR;
	given("https://www.tiktok.com/@anna/video/7200000000000000001");
	station_rounds(&w);
	EXPECT_SAME(tiktok_station.asker, S("anna-open-id"));
	expect_sql(&w, 1, "select count(*) from u.replay_video where title = 'The recording' and thumb_expires_at is not null");
	pass(5 * HOUR, HOUR / 2);
	EXPECT_INT(tiktok_station.gets, 1);
	pass(HOUR, HOUR / 2);
	EXPECT_INT(tiktok_station.gets, 2); /* before the picture's address dies */
	expect_sql(&w, 1, "select count(*) from u.replay_video where thumb_expires_at > u.clock()");
}

static void without_an_account_of_hers_tiktok_is_not_asked(void)
{
	stage();
	station_account(&w, &tiktok_station, BEN, "ben-open-id");
	uploaded(&tiktok_station, "ben-open-id", "7200000000000000001");
	given("https://www.tiktok.com/@ben/video/7200000000000000001");
	pass(15 * 24 * HOUR, 12 * HOUR);
	EXPECT_INT(tiktok_station.gets, 0);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready' and title = '' and look_at is null");
}

static void a_platform_that_is_away_is_asked_again(void)
{
	stage();
	station_account(&w, &tiktok_station, ANNA, "anna-open-id");
	uploaded(&tiktok_station, "anna-open-id", "7200000000000000001");
	tiktok_station.fails = ERR_PLATFORM_AWAY;
	given("https://www.tiktok.com/@anna/video/7200000000000000001");
	pass(2 * HOUR, HOUR / 6);
	EXPECT(tiktok_station.gets > 1);
	expect_sql(&w, 1, "select count(*) from u.replay_video where looks = 0 and title = ''");
	tiktok_station.fails = OK;
	pass(HOUR, HOUR / 6);
	expect_sql(&w, 1, "select count(*) from u.replay_video where title = 'The recording'");
}

static const CU_TestInfo tests[] = {
	T(its_title_length_and_picture_are_told),
	T(one_that_was_made_private_is_hidden_until_it_is_not),
	T(tiktok_is_asked_with_her_own_token),
	T(without_an_account_of_hers_tiktok_is_not_asked),
	T(a_platform_that_is_away_is_asked_again),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_detect_by_hand = { "lib/detect/by_hand", tests };
