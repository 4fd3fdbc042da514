/* Streams that no platform speaks for: their creator ends them, or forgets to. */
#include "lib/detect/detect.h"
#include "tests/desk.h"
#include "tests/stations.h"
#include "tests/suite.h"

#define HOUR INT64_C(3600000)

struct show {
	const char *stream, *session;
};

static struct show show(struct world *w, const char *platform)
{
	struct got made = post(w, ANNA, "/streams", fmt(w, "{\"platform\":\"%s\",\"title\":\"Kitchen\"}", platform));
	const char *stream = fmt(w, "/streams/%s", id_in(w, made));

	expect_status(made, 201);
	expect_status(post(w, ANNA, fmt(w, "%s/start", stream), NULL), 200);
	return (struct show){ stream, fmt(w, "/streams/sessions/" STR_FMT, STR_ARG(got_json(w, made, "session"))) };
}

static void look(struct world *w)
{
	static const struct detect_doors nobody = { 0 };
	int64_t done;

	EXPECT_ERR(detect_step(world_ctx(w, NOBODY), &nobody, &done), OK);
}

static void light(struct world *w, const struct show *s)
{
	expect_status(post(w, ANNA, fmt(w, "%s/spotlight", s->session), "{\"offer\":\"$offer\"}"), 201);
}

static struct world begun(const char *platform, struct show *out)
{
	struct world w = world(.stock = 9);

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	world_sql(&w, "delete from u.event_log");
	*out = show(&w, platform);
	return w;
}

static void a_show_nobody_ended_ends_as_of_the_last_touch(void)
{
	struct show s;
	struct world w = begun("tiktok", &s);

	world_clock_advance(&w, 20 * HOUR);
	light(&w, &s);
	world_clock_advance(&w, 23 * HOUR); /* on for two days nearly, and touched within the last */
	look(&w);
	EXPECT_SAME(got_json(&w, get(&w, ANNA, s.stream), "state"), S("live"));
	world_clock_advance(&w, 2 * HOUR);
	look(&w);
	look(&w);
	EXPECT_SAME(got_json(&w, get(&w, ANNA, s.stream), "state"), S("ended"));
	EXPECT_SAME(got_json(&w, get(&w, ANNA, s.session), "state"), S("ended"));
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STREAM_ENDED'");
	expect_sql(&w, 1, "select count(*) from u.stream s join u.spotlight l on l.live_id = s.live_id and date_trunc('milliseconds', l.at) = s.ended_at");
}

static void one_that_was_never_touched_ends_as_it_began(void)
{
	struct show s;
	struct world w = begun("other", &s);

	world_clock_advance(&w, 23 * HOUR);
	look(&w);
	EXPECT_SAME(got_json(&w, get(&w, ANNA, s.stream), "state"), S("live"));
	world_clock_advance(&w, 2 * HOUR);
	look(&w);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'ended' and ended_at = started_at");
}

static void what_a_platform_speaks_for_is_left_to_it(void)
{
	struct show s;
	struct world w = begun("youtube", &s);
	struct channel_id channel;

	stations_new(&w);
	channel = station_account(&w, &youtube_station, ANNA, "UCanna");
	world_sql(&w, "insert into u.broadcast (id, channel_id, creator_id, platform, external_id, state, stream_id, started_at, told_at)"
		" select '00000000-0000-7000-8000-0000000000b1', %s, creator_id, 'youtube', 'vid', 'on', id, started_at, u.clock() + interval '29 hours'"
		" from u.stream where state = 'live'", world_uuid(&w, channel.u));
	world_clock_advance(&w, 30 * HOUR);
	look(&w);
	EXPECT_SAME(got_json(&w, get(&w, ANNA, s.stream), "state"), S("live"));
}

static int look_too(struct world *w, int i)
{
	static const struct detect_doors nobody = { 0 };
	int64_t done;

	(void)i;
	return detect_step(world_ctx(w, NOBODY), &nobody, &done) != OK;
}

static void many_who_end_it_at_once_end_it_once(void)
{
	struct show s;
	struct world w = begun("tiktok", &s);
	int codes[6];

	world_clock_advance(&w, 25 * HOUR);
	fork_many(&w, COUNT(codes), look_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STREAM_ENDED'");
}

static const CU_TestInfo tests[] = {
	T(a_show_nobody_ended_ends_as_of_the_last_touch),
	T(one_that_was_never_touched_ends_as_it_began),
	T(what_a_platform_speaks_for_is_left_to_it),
	T(many_who_end_it_at_once_end_it_once),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_detect_untouched = { "lib/detect/untouched", tests };
