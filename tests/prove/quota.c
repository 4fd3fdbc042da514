/* quota.c: see quota.sh
 *
 * What each creator does is thrown before the day begins. Ids say what a broadcast is: the platform (y, t), whether its account's pushes
 * work (p, n), and whether it was announced (s), unannounced (u), or goes on after a drop (r).
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/stations.h"
#include "tests/suite.h"

#define SEC INT64_C(1000)
#define MIN (60 * SEC)
#define HOUR (60 * MIN)
#define MIDNIGHT INT64_C(1783666800000) /* 2026-07-10 in Los Angeles */
#define PUSHES_MAX 8192

struct planned_push {
	int64_t at_ms;
	struct channel_id channel;
	struct broadcaster_push push;
	bool done;
};

static struct {
	struct world w;
	unsigned dice;
	int creators;
	int64_t step_ms;         /* a slice goes by minutes */
	struct planned_push pushes[PUSHES_MAX];
	size_t pushes_n;
	int64_t minute_most;     /* units of Twitch in the busiest minute */
	int64_t minutes[24 * 60 + 60];
} day;

static int64_t roll(int64_t n)
{
	return (int64_t)rand_r(&day.dice) % n;
}

static void plan_push(int64_t at_ms, struct channel_id channel, struct broadcaster_push push)
{
	for (int copies = 1 + (roll(10) == 0); copies > 0 && day.pushes_n < PUSHES_MAX; copies--)
		day.pushes[day.pushes_n++] = (struct planned_push){ at_ms + roll(20) * SEC, channel, push, false };
}

/* Evenings are busier than mornings. */
static int64_t some_time(void)
{
	int64_t hour = roll(3) ? 14 + roll(6) : roll(20);

	return MIDNIGHT + hour * HOUR + 30 * MIN + roll(60) * MIN + roll(60) * SEC;
}

static struct str kept(struct station_live *l)
{
	return str_of(l->id);
}

static void youtube_creator(int i, struct channel_id channel, const char *account)
{
	bool pushes = roll(2), planned = roll(2);
	int64_t began = some_time();
	struct station_live *l;
	char id[24];

	if (pushes && roll(2)) {
		snprintf(id, sizeof id, "upload%d", i);
		l = station_air(&youtube_station, account, id, 0, 0);
		plan_push(some_time(), channel, (struct broadcaster_push){ .kind = PUSH_VIDEO, .account = str_of(l->account), .external_id = kept(l) });
	}
	if (roll(10) >= 3)
		return;
	snprintf(id, sizeof id, "y%c%c%d", pushes ? 'p' : 'n', planned ? 's' : 'u', i);
	l = station_air(&youtube_station, account, id, planned ? began - roll(10) * MIN : 0, began);
	l->ended_ms = began + 20 * MIN + roll(160) * MIN;
	if (planned)
		l->announced_ms = began - 4 * HOUR;
	if (pushes)
		plan_push(planned ? l->announced_ms : began + 3 * SEC, channel,
			(struct broadcaster_push){ .kind = PUSH_VIDEO, .account = str_of(l->account), .external_id = kept(l) });
}

static void twitch_show(struct channel_id channel, struct station_live *l, bool pushes)
{
	if (!pushes)
		return;
	plan_push(l->started_ms + SEC, channel, (struct broadcaster_push){ .kind = PUSH_LIVE_ON, .account = str_of(l->account),
		.external_id = kept(l), .at_ms = l->started_ms });
	plan_push(l->ended_ms + SEC, channel, (struct broadcaster_push){ .kind = PUSH_LIVE_OFF, .account = str_of(l->account),
		.at_ms = l->ended_ms });
}

static void twitch_creator(int i, struct channel_id channel, const char *account)
{
	bool pushes = roll(2);
	int64_t began = some_time();
	struct station_live *l;
	char id[24];

	if (roll(10) >= 3)
		return;
	snprintf(id, sizeof id, "t%cu%d", pushes ? 'p' : 'n', i);
	l = station_air(&twitch_station, account, id, 0, began);
	l->ended_ms = began + 20 * MIN + roll(80) * MIN;
	twitch_show(channel, l, pushes);
	if (roll(10))
		return;
	began = l->ended_ms + 2 * MIN + roll(5) * MIN;
	snprintf(id, sizeof id, "t%cr%d", pushes ? 'p' : 'n', i);
	l = station_air(&twitch_station, account, id, 0, began);
	l->ended_ms = began + 20 * MIN;
	twitch_show(channel, l, pushes);
}

static void plan(void)
{
	for (int i = 0; i < day.creators; i++) {
		bool youtube = i % 10 < 6;
		char account[24];
		struct channel_id channel;

		snprintf(account, sizeof account, "account%d", i);
		channel = station_account(&day.w, youtube ? &youtube_station : &twitch_station, i % 2 ? ANNA : BEN, account);
		world_sql(&day.w, "insert into u.creator (id, handle, name, email, password_hash) values (%s, 'maker%d', 'Maker', 'm%d@example.com', 'x')",
			world_uuid(&day.w, channel.u), i, i);
		world_sql(&day.w, "update u.channel set creator_id = id where id = %s", world_uuid(&day.w, channel.u));
		if (youtube)
			youtube_creator(i, channel, account);
		else
			twitch_creator(i, channel, account);
	}
}

static enum err push_in_tx(struct ctx *c, void *arg)
{
	const struct planned_push *p = arg;

	return detect_pushed(c, p->channel, &p->push);
}

static void deliver(int64_t now_ms)
{
	for (size_t i = 0; i < day.pushes_n; i++) {
		struct planned_push *p = &day.pushes[i];

		if (p->done || p->at_ms > now_ms)
			continue;
		EXPECT_ERR(db_in_tx(station_ctx(&day.w), push_in_tx, p), OK);
		p->done = true;
	}
}

/* Ten minutes of each platform's trouble three times a day, and one call in fifty fails. */
static void trouble(struct station *s, int64_t gone_ms, int64_t first_hour)
{
	int64_t hour = gone_ms / HOUR;
	bool out = (hour == first_hour || hour == first_hour + 5 || hour == first_hour + 8) && gone_ms % HOUR < 10 * MIN;

	s->fails = out || roll(50) == 0 ? ERR_PLATFORM_AWAY : OK;
	s->reason = "trouble";
}

static void live_through(void)
{
	for (int64_t gone = 0; gone < 24 * HOUR - day.step_ms; gone += day.step_ms) {
		int64_t before = twitch_station.units;

		world_clock_advance(&day.w, MIDNIGHT + gone - world_now_ms(&day.w));
		trouble(&youtube_station, gone, 11);
		trouble(&twitch_station, gone, 12);
		deliver(world_now_ms(&day.w));
		station_rounds(&day.w);
		day.minutes[gone / MIN] += twitch_station.units - before;
	}
	for (size_t i = 0; i < COUNT(day.minutes); i++)
		if (day.minutes[i] > day.minute_most)
			day.minute_most = day.minutes[i];
}

static int64_t shows(const struct station *s, const char *kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->lives[i].started_ms && strncmp(s->lives[i].id + 1, kind, strlen(kind)) == 0;
	return n;
}

#define DELAYS " from u.broadcast b join u.event_log e on e.subject = b.stream_id and e.type = 'STREAM_STARTED' where b.external_id ~ '%s'"

static void tell_delays(const char *who, const char *pattern, int64_t of)
{
	printf("figures: %s: %lld of %lld shows found, STREAM_STARTED after %lld s (median), %lld s (95 of 100)\n", who,
		(long long)world_int(&day.w, "select count(*)" DELAYS, pattern), (long long)of,
		(long long)world_int(&day.w, "select coalesce(round(percentile_cont(0.5) within group (order by extract(epoch from e.at - b.started_at))), -1)" DELAYS, pattern),
		(long long)world_int(&day.w, "select coalesce(round(percentile_cont(0.95) within group (order by extract(epoch from e.at - b.started_at))), -1)" DELAYS, pattern));
}

static void expect_most_found(const char *kind, int64_t of, const char *pattern)
{
	int64_t found = world_int(&day.w, "select count(*) from u.broadcast where stream_id is not null and external_id ~ '%s'", pattern);

	if (found != of)
		printf("%s: %lld of %lld shows were found\n", kind, (long long)found, (long long)of);
	EXPECT(found * 100 >= of * 98);
}

static void a_day_stays_inside_every_allowance(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	day.w = world(.bare = true);
	stations_new(&day.w);
	world_sql(&day.w, "delete from u.stream");
	world_clock_advance(&day.w, MIDNIGHT - world_now_ms(&day.w));
	plan();
	live_through();
	printf("figures: %d creators, a day: YouTube %lld of 10,000 units, Twitch %lld of 800 points in the busiest minute, %lld a day\n", day.creators,
		(long long)youtube_station.units, (long long)day.minute_most, (long long)twitch_station.units);
	tell_delays("YouTube, pushed", "^yp", shows(&youtube_station, "p"));
	tell_delays("YouTube, not pushed", "^yn", shows(&youtube_station, "n"));
	tell_delays("Twitch, pushed", "^tpu", shows(&twitch_station, "pu"));
	tell_delays("Twitch, not pushed", "^tnu", shows(&twitch_station, "nu"));
	EXPECT(youtube_station.units <= 10000);
	EXPECT(day.minute_most <= 800);
	expect_sql(&day.w, youtube_station.units, "select sum(used) from u.platform_quota where bucket = 'youtube.day'");
}

static void every_stream_began_once_ended_once_and_at_the_right_time(void)
{
	expect_most_found("YouTube, pushed", shows(&youtube_station, "p"), "^yp");
	expect_most_found("Twitch", shows(&twitch_station, "pu") + shows(&twitch_station, "nu"), "^t.u");
	expect_sql(&day.w, 0, "select count(*) from (select subject, type from u.event_log where type like 'STREAM_%%' group by 1, 2 having count(*) > 1) t");
	expect_sql(&day.w, 0, "select count(*) from u.stream where state = 'live'");
	expect_sql(&day.w, 0, "select count(*) from u.broadcast b join u.stream s on s.id = b.stream_id where b.external_id ~ '^t.r'"
		" and not exists (select from u.broadcast a where a.stream_id = s.id and a.external_id ~ '^t.u')");
	for (size_t i = 0; i < youtube_station.n; i++) {
		const struct station_live *l = &youtube_station.lives[i];

		if (l->started_ms)
			expect_sql(&day.w, 0, "select count(*) from u.broadcast b join u.stream s on s.id = b.stream_id where b.external_id = '%s'"
				" and s.state = 'ended' and (u.ms(s.started_at), u.ms(s.ended_at)) <> (%lld, %lld)",
				l->id, (long long)l->started_ms, (long long)l->ended_ms);
	}
}

int main(int argc, char **argv)
{
	unsigned failed;

	day.creators = argc > 1 ? atoi(argv[1]) : 1000;
	day.step_ms = day.creators < 100 ? MIN : 20 * SEC;
	day.dice = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	printf("SEED=%s\n", argc > 2 ? argv[2] : "1");
	CU_initialize_registry();
	CU_pSuite suite = CU_add_suite("quota", NULL, NULL);
	CU_add_test(suite, "a_day_stays_inside_every_allowance", a_day_stays_inside_every_allowance);
	CU_add_test(suite, "every_stream_began_once_ended_once_and_at_the_right_time", every_stream_began_once_ended_once_and_at_the_right_time);
	CU_run_all_tests();
	for (CU_pFailureRecord f = CU_get_failure_list(); f; f = f->pNext)
		printf("FAILED %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
	failed = CU_get_number_of_tests_failed();
	printf("%u passed, %u failed\n", CU_get_number_of_tests_run() - failed, failed);
	return failed ? 1 : 0;
}
