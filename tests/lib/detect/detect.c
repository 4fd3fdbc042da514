#include <string.h>

#include "lib/replay/replay.h"
#include "tests/stations.h"
#include "tests/suite.h"

#define SEC INT64_C(1000)
#define MIN (60 * SEC)
#define HOUR (60 * MIN)
#define ALL "select string_agg(type, ' ' order by at, type = 'STREAM_ENDED', type) from u.event_log where type like 'STREAM_%%'"

static struct world w;
static struct channel_id channel;

static void stage(struct station *s)
{
	w = world(.bare = true);
	stations_new(&w);
	world_sql(&w, "delete from u.stream");
	channel = station_account(&w, s, ANNA, "UCanna");
}

/* Time passes, and the helper looks. */
static void pass(int64_t ms, int64_t every_ms)
{
	for (int64_t gone = 0; gone < ms; gone += every_ms) {
		world_clock_advance(&w, every_ms);
		station_rounds(&w);
	}
}

static void expect_told(const char *types)
{
	EXPECT_STR(world_text(&w, ALL), types);
}

static enum err pushed_in_tx(struct ctx *c, void *arg)
{
	return detect_pushed(c, channel, arg);
}

static enum err pushed(struct broadcaster_push push)
{
	if (!push.account.n)
		push.account = S("UCanna");
	return db_in_tx(world_ctx(&w, NOBODY), pushed_in_tx, &push);
}

static struct broadcaster_push on_air(const char *id, int64_t at_ms)
{
	return (struct broadcaster_push){ .kind = PUSH_LIVE_ON, .external_id = str_of(id), .at_ms = at_ms };
}

static struct broadcaster_push off_air(int64_t at_ms)
{
	return (struct broadcaster_push){ .kind = PUSH_LIVE_OFF, .at_ms = at_ms };
}

static struct broadcaster_push video(const char *id)
{
	return (struct broadcaster_push){ .kind = PUSH_VIDEO, .external_id = str_of(id) };
}

#define ONE_SHOW "STREAM_AUTO_DETECTED STREAM_STARTED STREAM_ENDED"

/* ---- YouTube */

static void a_pushed_video_that_is_live_is_one_stream_from_beginning_to_end(void)
{
	int64_t began;

	stage(&youtube_station);
	began = world_now_ms(&w) - MIN;
	station_rounds(&w);
	station_air(&youtube_station, "UCanna", "vid1", 0, began);
	for (int i = 0; i < 3; i++)
		EXPECT_ERR(pushed(video("vid1")), OK);
	pass(HOUR, MIN);
	youtube_station.lives[0].ended_ms = world_now_ms(&w) - 5 * SEC;
	pass(5 * MIN, MIN);
	EXPECT_ERR(pushed(video("vid1")), OK);
	pass(5 * MIN, MIN);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'ended' and detected and title = 'Show vid1'"
		" and u.ms(started_at) = %lld and u.ms(ended_at) = %lld", (long long)began, (long long)youtube_station.lives[0].ended_ms);
	expect_sql(&w, 1, "select count(*) from u.broadcast where state = 'ended' and look_at is null and ended_by = 'told'");
}

static void what_is_announced_is_found_and_begins_within_a_minute(void)
{
	int64_t at;

	stage(&youtube_station);
	at = world_now_ms(&w) + 3 * HOUR;
	station_air(&youtube_station, "UCanna", "vid1", at, at + 2 * MIN);
	EXPECT_ERR(pushed(video("vid1")), OK);
	station_rounds(&w);
	expect_told("STREAM_AUTO_DETECTED");
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'scheduled' and u.ms(scheduled_at) = %lld", (long long)at);
	pass(2 * HOUR + 40 * MIN, MIN);
	EXPECT(youtube_station.watches < 12);
	pass(24 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STREAM_STARTED' and u.ms(at) < %lld", (long long)(at + 3 * MIN + 5 * SEC));
}

static void an_owner_is_asked_seldom_and_an_upload_never_again(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "upload", 0, 0);
	EXPECT_ERR(pushed(video("upload")), OK);
	EXPECT_INT(station_rounds(&w), 2);
	EXPECT_ERR(pushed(video("upload")), OK);
	EXPECT_INT(station_rounds(&w), 0);
	pass(HOUR, MIN);
	EXPECT(youtube_station.finds <= 14);
	EXPECT_INT(youtube_station.watches, 1);
	expect_told("");
	expect_sql(&w, 1, "select count(*) from u.channel where live_state = 'none'");
}

static void ten_minutes_of_every_error_neither_begin_nor_end_anything(void)
{
	static const enum err errors[] = { ERR_PLATFORM_AWAY, ERR_PLATFORM_SLOW, ERR_PLATFORM_DENIED, ERR_PLATFORM_REFUSED };

	for (size_t i = 0; i < COUNT(errors) * 2; i++) {
		struct station *s = i % 2 ? &youtube_station : &twitch_station;

		stage(s);
		station_air(s, "UCanna", "live1", 0, world_now_ms(&w) - MIN);
		station_rounds(&w);
		s->fails = errors[i / 2];
		s->reason = "trouble";
		pass(10 * MIN, 30 * SEC);
		expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
		s->fails = OK;
		pass(5 * MIN, 30 * SEC);
		expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
		expect_sql(&w, 1, "select count(*) from u.broadcast where state = 'on' and told_at > u.clock() - interval '2 minutes'");
	}
}

static void what_no_answer_knows_any_more_is_unknown_and_ends_only_after_a_day(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "live1", 0, world_now_ms(&w) - MIN);
	station_rounds(&w);
	youtube_station.lives[0].hidden = true;
	world_sql(&w, "update u.channel set health = 'needs_reconnect'"); /* its owner cannot be asked */
	pass(HOUR, MIN);
	expect_sql(&w, 1, "select count(*) from u.broadcast where state = 'unknown' and misses >= 3");
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'live'");
	pass(24 * HOUR, HOUR);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.broadcast where state = 'ended' and ended_by = 'unknown' and ended_at = told_at");
}

static void what_nobody_sees_any_more_not_even_its_owner_has_ended(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "live1", 0, world_now_ms(&w) - MIN);
	pass(3 * MIN, MIN);
	youtube_station.lives[0].hidden = true;
	pass(2 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	pass(12 * MIN, MIN);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.broadcast where state = 'ended' and ended_by = 'off' and ended_at = told_at and look_at is null");
	youtube_station.lives[0].hidden = false;
	pass(10 * MIN, MIN);
	expect_told(ONE_SHOW);
}

static void what_only_its_owner_sees_goes_on(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "live1", 0, world_now_ms(&w) - MIN);
	station_rounds(&w);
	youtube_station.lives[0].owner_only = true;
	pass(2 * HOUR, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.broadcast where told_at > u.clock() - interval '15 minutes'");
	EXPECT(youtube_station.finds <= 28);
	youtube_station.lives[0].ended_ms = world_now_ms(&w) - 1;
	pass(20 * MIN, MIN);
	expect_told(ONE_SHOW);
}

/* The platform answers, but nothing in its answers can be: nothing comes of it, and what is true later still begins. */
static void absurd_times_begin_nothing(void)
{
	const int64_t times[] = { 1, 2147483648, 253402300799999, INT64_MAX };

	for (size_t i = 0; i < COUNT(times); i++) {
		stage(&twitch_station);
		EXPECT_ERR(pushed(on_air("s1", times[i])), OK);
		expect_told("");
		station_air(&twitch_station, "UCanna", "s1", 0, world_now_ms(&w) - MIN);
		pass(2 * MIN, MIN);
		expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	}
}

static void on_off_on_within_a_minute_is_one_stream(void)
{
	stage(&twitch_station);
	station_air(&twitch_station, "UCanna", "s1", 0, world_now_ms(&w) - HOUR);
	station_rounds(&w);
	for (int i = 0; i < 12; i++) {
		twitch_station.lives[0].hidden = i % 2 == 0;
		if (i % 3 == 0)
			EXPECT_ERR(pushed(i % 2 ? on_air("s1", world_now_ms(&w) - HOUR) : off_air(world_now_ms(&w))), OK);
		pass(10 * SEC, 5 * SEC);
	}
	pass(30 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'live'");
}

static void who_connects_an_account_that_another_left_gets_what_it_announced(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "plan1", world_now_ms(&w) + HOUR, world_now_ms(&w) + HOUR);
	EXPECT_ERR(pushed(video("plan1")), OK);
	station_rounds(&w);
	world_sql(&w, "update u.channel set status = 'disconnected'");
	channel = station_account(&w, &youtube_station, BEN, "UCanna");
	EXPECT_ERR(pushed(video("plan1")), OK);
	pass(2 * HOUR, MIN);
	expect_sql(&w, 1, "select count(*) from u.stream where creator_id = %s and state = 'live'", world_uuid(&w, w.ben.creator.u));
	expect_sql(&w, 1, "select count(*) from u.stream where creator_id = %s and state = 'scheduled'", world_uuid(&w, w.anna.creator.u));
	expect_sql(&w, 1, "select count(*) from u.broadcast where channel_id = %s", world_uuid(&w, channel.u));
}

static void an_announcement_that_is_taken_down_is_looked_at_no_more(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "plan1", world_now_ms(&w) + 5 * MIN, 0);
	EXPECT_ERR(pushed(video("plan1")), OK);
	station_rounds(&w);
	youtube_station.lives[0].hidden = true;
	pass(20 * MIN, MIN);
	EXPECT(youtube_station.watches <= 4);
	expect_told("STREAM_AUTO_DETECTED");
	expect_sql(&w, 1, "select count(*) from u.broadcast where state = 'unknown' and look_at is null");
}

static void lies_are_refused_logged_and_change_nothing(void)
{
	struct station_live *l;

	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "vid1", 0, world_now_ms(&w) - MIN);
	l = station_air(&youtube_station, "UCanna", "vid2", 0, world_now_ms(&w) - MIN);
	l->stranger = "UCben";
	EXPECT_ERR(pushed(video("vid1")), OK);
	EXPECT_ERR(pushed(video("vid2")), OK);
	station_rounds(&w);
	youtube_station.lives[0].ended_ms = youtube_station.lives[0].started_ms - 1;
	pass(3 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.broadcast where external_id = 'vid1' and problem = 'ended before it began' and state = 'on'");
	expect_sql(&w, 1, "select count(*) from u.broadcast where external_id = 'vid2' and problem like 'another account%%' and state = 'unknown'");
	youtube_station.lives[0].ended_ms = 0;
	pass(15 * MIN, MIN);
	expect_sql(&w, 1, "select count(*) from u.broadcast where external_id = 'vid1' and problem = ''");
}

static void a_broadcast_of_another_channel_of_ours_stays_that_ones(void)
{
	struct channel_id annas;

	stage(&youtube_station);
	annas = channel;
	station_air(&youtube_station, "UCanna", "vid1", 0, world_now_ms(&w) - MIN);
	EXPECT_ERR(pushed(video("vid1")), OK);
	channel = station_account(&w, &youtube_station, BEN, "UCben");
	EXPECT_ERR(pushed(video("vid1")), OK);
	EXPECT_ERR(pushed((struct broadcaster_push){ .kind = PUSH_VIDEO, .external_id = S("vid1"), .account = S("UCben") }), OK);
	pass(5 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.stream where creator_id = %s and channel_id = %s", world_uuid(&w, w.anna.creator.u),
		world_uuid(&w, annas.u));
}

static void a_show_that_came_and_went_unseen_is_found(void)
{
	int64_t began;

	stage(&youtube_station);
	world_clock_advance(&w, 2 * HOUR);
	began = world_now_ms(&w) - HOUR;
	station_air(&youtube_station, "UCanna", "vid1", 0, began)->ended_ms = began + 10 * MIN;
	EXPECT_ERR(pushed(video("vid1")), OK);
	station_rounds(&w);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.stream where u.ms(ended_at) = %lld", (long long)(began + 10 * MIN));
}

/* Nobody pushed it, and nobody looked while it was on. */
static void a_short_show_that_nobody_saw_is_found_within_a_day(void)
{
	int64_t began;

	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "before", 0, world_now_ms(&w) - HOUR)->ended_ms = world_now_ms(&w) - MIN;
	pass(HOUR, 10 * MIN);
	began = world_now_ms(&w) + MIN;
	station_air(&youtube_station, "UCanna", "vid1", 0, began)->ended_ms = began + MIN;
	world_clock_advance(&w, 5 * MIN);
	pass(2 * HOUR, 10 * MIN);
	expect_told("");
	pass(10 * HOUR, 10 * MIN);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.stream where u.ms(started_at) = %lld and u.ms(ended_at) = %lld", (long long)began,
		(long long)(began + MIN));
	pass(30 * HOUR, HOUR);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.broadcast");
}

static void what_was_before_she_connected_is_not_imported(void)
{
	int64_t began;

	stage(&youtube_station);
	began = world_now_ms(&w) - HOUR;
	station_air(&youtube_station, "UCanna", "vid1", 0, began)->ended_ms = began + 10 * MIN;
	EXPECT_ERR(pushed(video("vid1")), OK);
	station_rounds(&w);
	expect_told("");
}

static void a_stream_made_by_hand_is_taken_for_what_is_found(void)
{
	stage(&youtube_station);
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = "/streams", .body = "{\"title\":\"Mine\",\"platform\":\"youtube\"}", .key = "s1" }), 201);
	station_air(&youtube_station, "UCanna", "vid1", 0, world_now_ms(&w) - MIN);
	station_rounds(&w);
	expect_sql(&w, 1, "select count(*) from u.stream where title = 'Mine' and state = 'live' and detected");
	expect_sql(&w, 1, "select count(*) from u.stream");
}

static void what_she_ended_by_hand_stays_ended(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "vid1", 0, world_now_ms(&w) - MIN);
	station_rounds(&w);
	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock()");
	pass(10 * MIN, MIN);
	youtube_station.lives[0].ended_ms = world_now_ms(&w);
	pass(3 * MIN, MIN);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'ended'");
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
}

static void hostile_texts_start_the_stream_and_stay_outside(void)
{
	static char longest[10001];
	static const struct { const char *title, *url; } all[] = {
		{ "\xE2\x80\xAE" "gnp.evil", "javascript:alert(1)" }, { longest, "data:text/html,x" }, { "\xF0\x9F\x8E\x89 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "https://a:b@watch.example/" },
		{ "\xff\xfe", "https://watch.example/\n" }, { "", "" } };

	memset(longest, 'x', sizeof longest - 1);
	stage(&youtube_station);
	for (size_t i = 0; i < COUNT(all); i++) {
		char id[8] = { 'v', 'i', 'd', (char)('0' + i) };
		struct station_live *l = station_air(&youtube_station, "UCanna", id, 0, world_now_ms(&w) - MIN);

		l->title = all[i].title;
		l->url = all[i].url;
		EXPECT_ERR(pushed(video(l->id)), OK);
	}
	pass(12 * MIN, MIN);
	expect_sql(&w, 5, "select count(*) from u.stream where state = 'live' and char_length(title) between 1 and 200 and url in ('', 'https://watch.example/')");
	expect_sql(&w, 0, "select count(*) from u.stream where title ~ U&'[\\202A-\\202E]'");
}

static void an_id_that_is_too_long_is_refused(void)
{
	char id[300];

	stage(&twitch_station);
	memset(id, '7', sizeof id - 1);
	id[sizeof id - 1] = 0;
	EXPECT_ERR(pushed(on_air(id, world_now_ms(&w))), OK);
	EXPECT_ERR(pushed(video(id)), OK);
	EXPECT_ERR(pushed(video("")), OK);
	station_rounds(&w);
	expect_told("");
	expect_sql(&w, 0, "select count(*) from u.broadcast");
}

/* ---- Twitch */

static void pushes_twice_late_and_out_of_order_make_one_stream(void)
{
	int64_t began;

	stage(&twitch_station);
	twitch_station.lag_ms = MIN;
	began = world_now_ms(&w);
	station_air(&twitch_station, "UCanna", "s1", 0, began);
	for (int i = 0; i < 3; i++)
		EXPECT_ERR(pushed(on_air("s1", began)), OK);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.stream where title = 'Live'");
	pass(30 * MIN, MIN);
	expect_sql(&w, 1, "select count(*) from u.stream s join u.live_session l on l.id = s.live_id where s.title = 'Show s1' and l.title = 'Show s1'");
	twitch_station.lives[0].ended_ms = world_now_ms(&w);
	EXPECT_ERR(pushed(off_air(twitch_station.lives[0].ended_ms)), OK);
	EXPECT_ERR(pushed(on_air("s1", began)), OK);
	EXPECT_ERR(pushed(off_air(twitch_station.lives[0].ended_ms)), OK);
	pass(9 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	pass(4 * MIN, MIN);
	EXPECT_ERR(pushed(on_air("s1", began)), OK);
	EXPECT_ERR(pushed(off_air(twitch_station.lives[0].ended_ms)), OK);
	pass(4 * MIN, MIN);
	expect_told(ONE_SHOW);
	expect_sql(&w, 1, "select count(*) from u.stream where u.ms(ended_at) = %lld", (long long)twitch_station.lives[0].ended_ms);
}

static void a_drop_and_another_id_within_the_grace_period_is_the_same_stream(void)
{
	stage(&twitch_station);
	station_air(&twitch_station, "UCanna", "s1", 0, world_now_ms(&w) - HOUR);
	station_rounds(&w);
	twitch_station.lives[0].ended_ms = world_now_ms(&w);
	EXPECT_ERR(pushed(off_air(world_now_ms(&w))), OK);
	pass(8 * MIN, MIN);
	station_air(&twitch_station, "UCanna", "s2", 0, world_now_ms(&w));
	pass(30 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	twitch_station.lives[1].ended_ms = world_now_ms(&w) - 1;
	EXPECT_ERR(pushed(off_air(twitch_station.lives[1].ended_ms)), OK);
	pass(12 * MIN, MIN);
	expect_told(ONE_SHOW);
	expect_sql(&w, 2, "select count(*) from u.broadcast where state = 'ended' and stream_id = (select id from u.stream)");
	expect_sql(&w, 1, "select count(*) from u.stream where u.ms(ended_at) = %lld", (long long)twitch_station.lives[1].ended_ms);
}

static void one_that_comes_back_later_is_another(void)
{
	int64_t off;

	stage(&twitch_station);
	station_air(&twitch_station, "UCanna", "s1", 0, world_now_ms(&w) - HOUR);
	station_rounds(&w);
	off = world_now_ms(&w);
	twitch_station.lives[0].ended_ms = off;
	EXPECT_ERR(pushed(off_air(off)), OK);
	twitch_station.fails = ERR_PLATFORM_AWAY; /* nobody looks meanwhile */
	pass(15 * MIN, MIN);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	twitch_station.fails = OK;
	station_air(&twitch_station, "UCanna", "s2", 0, world_now_ms(&w));
	pass(3 * MIN, MIN);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'ended' and u.ms(ended_at) = %lld", (long long)off);
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'STREAM_STARTED'");
}

static void a_push_of_long_ago_is_only_a_reason_to_look(void)
{
	stage(&twitch_station);
	station_rounds(&w);
	EXPECT_ERR(pushed(on_air("s1", world_now_ms(&w) - 2 * HOUR)), OK);
	expect_told("");
	EXPECT_INT(station_rounds(&w), 1);
	expect_told("");
}

static void pushes_of_strangers_and_nobody_change_nothing(void)
{
	struct broadcaster_push push;

	stage(&twitch_station);
	push = on_air("s1", world_now_ms(&w));
	push.account = S("UCben");
	EXPECT_ERR(pushed(push), OK);
	push = on_air("s1", world_now_ms(&w) + HOUR);
	EXPECT_ERR(pushed(push), OK);
	EXPECT_ERR(pushed((struct broadcaster_push){ .kind = PUSH_ACCOUNT_GONE }), OK);
	expect_told("");
	channel = ID_NEW(channel, 1);
	EXPECT_ERR(pushed(on_air("s1", world_now_ms(&w))), ERR_NOT_FOUND);
	expect_told("");
}

static int push_too(struct world *world_of, int i)
{
	(void)world_of;
	return pushed(on_air("s1", world_now_ms(&w) - i)) == OK ? 0 : 1;
}

static void ten_pushes_at_once_are_one_stream(void)
{
	int codes[10];

	stage(&twitch_station);
	fork_many(&w, 10, push_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	expect_sql(&w, 1, "select count(*) from u.broadcast");
}

/* ---- recordings */

static enum err replays_made(struct ctx *c, void *arg)
{
	const struct consumer *replays = &replay_consumer;
	size_t served;

	return event_step(c, &replays, 1, &served, arg);
}

/* A show that was on for an hour, and its replay, which wants a recording. */
static struct station_live *had_a_show(struct station *s, const char *id)
{
	struct station_live *l;
	int64_t done;

	stage(s);
	l = station_air(s, "UCanna", id, 0, world_now_ms(&w) - HOUR);
	station_rounds(&w);
	world_clock_advance(&w, MIN);
	l->ended_ms = world_now_ms(&w) - 1;
	pass(14 * MIN, MIN);
	EXPECT_ERR(db_in_tx(world_ctx(&w, NOBODY), replays_made, &done), OK);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'wanted'");
	return l;
}

static void a_recording_is_attached_once_it_is_ready(void)
{
	struct station_live *l = had_a_show(&youtube_station, "vid1");

	station_rounds(&w);
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
	l->video_ms = world_now_ms(&w) + 30 * MIN;
	pass(3 * HOUR, 10 * MIN);
	EXPECT(youtube_station.gets <= 4);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready' and external_id = 'vid1' and duration_s >= 3600");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
	l->hidden = true;
	pass(20 * 24 * HOUR, 4 * HOUR);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'gone'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
}

static void a_recording_is_found_by_the_broadcast_that_it_records(void)
{
	struct station_live *l = had_a_show(&twitch_station, "s1");

	l->video = "901";
	l->video_ms = world_now_ms(&w);
	station_air(&twitch_station, "UCanna", "s0", 0, world_now_ms(&w) - 50 * HOUR)->video_ms = world_now_ms(&w) - 40 * HOUR;
	pass(10 * MIN, MIN);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready' and external_id = '901'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
}

/* A show that dropped has two recordings; the page with the longer one fails. */
static void half_of_a_list_decides_nothing(void)
{
	struct station_live *l = had_a_show(&twitch_station, "s1");

	l->video = "v1";
	l->video_ms = world_now_ms(&w);
	station_air(&twitch_station, "UCanna", "s0", 0, world_now_ms(&w) - 90 * MIN)->ended_ms = world_now_ms(&w) - 80 * MIN;
	twitch_station.lives[1].video = "v0";
	twitch_station.lives[1].video_ms = world_now_ms(&w);
	twitch_station.page_fails = 2;
	pass(20 * MIN, 5 * MIN);
	EXPECT(twitch_station.lists >= 4);
	expect_sql(&w, 0, "select count(*) from u.replay_video where state = 'ready'");
	twitch_station.page_fails = 9;
	pass(20 * MIN, 5 * MIN);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready' and external_id = 'v1'");
}

static void an_answer_without_anybody_where_many_were_on_is_doubted_for_a_while(void)
{
	static const char *const names[] = { "UCanna", "c1", "c2", "c3", "c4", "c5" };

	stage(&twitch_station);
	for (size_t i = 0; i < COUNT(names); i++) {
		if (i)
			station_account(&w, &twitch_station, ANNA, names[i]);
		station_air(&twitch_station, names[i], names[i], 0, world_now_ms(&w) - MIN);
	}
	pass(2 * MIN, MIN);
	expect_sql(&w, 6, "select count(*) from u.stream where state = 'live'");
	for (size_t i = 0; i < COUNT(names); i++)
		twitch_station.lives[i].hidden = true;
	pass(14 * MIN, MIN);
	expect_sql(&w, 0, "select count(*) from u.broadcast where off_since is not null");
	expect_sql(&w, 6, "select count(*) from u.channel where live_state = 'on'");
	for (size_t i = 0; i < COUNT(names); i++)
		twitch_station.lives[i].hidden = false;
	pass(2 * MIN, MIN);
	expect_sql(&w, 6, "select count(*) from u.stream where state = 'live'");
	for (size_t i = 0; i < COUNT(names); i++)
		twitch_station.lives[i].hidden = i > 0;
	pass(12 * MIN, MIN);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'live'"); /* one is shown: the others are off */
	for (size_t i = 0; i < COUNT(names); i++)
		twitch_station.lives[i].hidden = true;
	pass(40 * MIN, MIN);
	expect_sql(&w, 0, "select count(*) from u.stream where state = 'live'");
}

static void a_platform_that_is_away_loses_no_recording(void)
{
	struct station_live *l = had_a_show(&youtube_station, "vid1");

	l->video_ms = world_now_ms(&w);
	youtube_station.fails = ERR_PLATFORM_AWAY;
	pass(5 * HOUR, 10 * MIN);
	EXPECT(youtube_station.gets > 3);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'wanted' and looks <= 1");
	youtube_station.fails = OK;
	pass(30 * MIN, 10 * MIN);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready'");
}

/* ---- both */

static void a_show_on_both_is_one_session(void)
{
	stage(&youtube_station);
	station_account(&w, &twitch_station, ANNA, "UCanna");
	station_air(&youtube_station, "UCanna", "v1", 0, world_now_ms(&w) - MIN);
	station_air(&twitch_station, "UCanna", "s1", 0, world_now_ms(&w) - MIN);
	station_rounds(&w);
	expect_sql(&w, 2, "select count(*) from u.stream where live_id = (select id from u.live_session where state = 'live')");
}

static void a_day_that_is_used_up_stops_the_asking_and_nothing_else(void)
{
	stage(&youtube_station);
	station_air(&youtube_station, "UCanna", "v1", 0, world_now_ms(&w) - MIN);
	station_rounds(&w);
	youtube_station.fails = ERR_PLATFORM_SLOW;
	youtube_station.reason = "quota";
	pass(12 * MIN, MIN);
	youtube_station.watches = youtube_station.finds = 0;
	if (world_int(&w, "select count(*) from u.platform_quota where spent_at is not null and bucket = 'youtube.day'"
		" and spent_at > starts_at + interval '10 minutes'")) {
		pass(5 * MIN, MIN);
		EXPECT_INT(youtube_station.watches + youtube_station.finds, 0);
	}
	expect_told("STREAM_AUTO_DETECTED STREAM_STARTED");
	youtube_station.fails = OK;
	pass(25 * HOUR, 10 * MIN);
	EXPECT(youtube_station.watches > 0);
}

static void tiktok_is_never_asked(void)
{
	stage(&youtube_station);
	world_sql(&w, "update u.channel set platform = 'tiktok'");
	pass(HOUR, 10 * MIN);
	EXPECT_INT(youtube_station.watches + youtube_station.finds, 0);
	expect_sql(&w, 1, "select count(*) from u.channel where live_state = 'unknown'");
}

static void what_is_disconnected_is_not_asked(void)
{
	stage(&twitch_station);
	world_sql(&w, "update u.channel set status = 'disconnected'");
	EXPECT_INT(station_rounds(&w), 0);
	EXPECT_ERR(pushed(on_air("s1", world_now_ms(&w))), ERR_NOT_FOUND);
}

static const CU_TestInfo tests[] = {
	T(a_pushed_video_that_is_live_is_one_stream_from_beginning_to_end),
	T(what_is_announced_is_found_and_begins_within_a_minute),
	T(an_owner_is_asked_seldom_and_an_upload_never_again),
	T(ten_minutes_of_every_error_neither_begin_nor_end_anything),
	T(what_no_answer_knows_any_more_is_unknown_and_ends_only_after_a_day),
	T(what_nobody_sees_any_more_not_even_its_owner_has_ended),
	T(what_only_its_owner_sees_goes_on),
	T(absurd_times_begin_nothing),
	T(on_off_on_within_a_minute_is_one_stream),
	T(who_connects_an_account_that_another_left_gets_what_it_announced),
	T(an_announcement_that_is_taken_down_is_looked_at_no_more),
	T(lies_are_refused_logged_and_change_nothing),
	T(a_broadcast_of_another_channel_of_ours_stays_that_ones),
	T(a_show_that_came_and_went_unseen_is_found),
	T(a_short_show_that_nobody_saw_is_found_within_a_day),
	T(what_was_before_she_connected_is_not_imported),
	T(a_stream_made_by_hand_is_taken_for_what_is_found),
	T(what_she_ended_by_hand_stays_ended),
	T(hostile_texts_start_the_stream_and_stay_outside),
	T(an_id_that_is_too_long_is_refused),
	T(pushes_twice_late_and_out_of_order_make_one_stream),
	T(a_drop_and_another_id_within_the_grace_period_is_the_same_stream),
	T(one_that_comes_back_later_is_another),
	T(a_push_of_long_ago_is_only_a_reason_to_look),
	T(pushes_of_strangers_and_nobody_change_nothing),
	T(ten_pushes_at_once_are_one_stream),
	T(a_recording_is_attached_once_it_is_ready),
	T(a_recording_is_found_by_the_broadcast_that_it_records),
	T(half_of_a_list_decides_nothing),
	T(an_answer_without_anybody_where_many_were_on_is_doubted_for_a_while),
	T(a_platform_that_is_away_loses_no_recording),
	T(a_show_on_both_is_one_session),
	T(a_day_that_is_used_up_stops_the_asking_and_nothing_else),
	T(tiktok_is_never_asked),
	T(what_is_disconnected_is_not_asked),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_detect = { "lib/detect", tests };
