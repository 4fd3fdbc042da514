#include "tests/suite.h"
#include "tests/world.h"

#define FRIDAY "{\"platform\":\"youtube\",\"title\":\"Friday live\",\"url\":\"https://youtube.example/live\",\"scheduled_at\":\"2026-12-04T18:00:00Z\"}"

static struct got create(struct world *w, const char *body)
{
	return ask(w, (struct asking){ .path = "/streams", .body = body, .as = ANNA });
}

static const char *path_of(struct world *w, struct got created, const char *verb)
{
	return str_z(w->mem, str_fmt(w->mem, "/streams/" STR_FMT "%s", STR_ARG(got_json(w, created, "id")), verb));
}

static struct got act(struct world *w, struct got created, const char *verb)
{
	return ask(w, (struct asking){ .method = POST, .path = path_of(w, created, verb), .as = ANNA });
}

static void a_stream_is_planned_started_and_ended(void)
{
	struct world w = world(.bare = true);
	struct got got = create(&w, FRIDAY);

	expect_status(got, 201);
	EXPECT_STR(got_json(&w, got, "state"), "scheduled");
	EXPECT_STR(got_json(&w, got, "scheduled_at"), "2026-12-04T18:00:00Z");
	EXPECT_STR(got_json(&w, act(&w, got, "/start"), "state"), "live");
	EXPECT_STR(got_json(&w, act(&w, got, "/start"), "state"), "live");
	EXPECT_STR(got_json(&w, act(&w, got, "/end"), "state"), "ended");
	expect_events(&w, "STREAM_CREATED STREAM_STARTED STREAM_ENDED");
	expect_sql(&w, 1, "select count(*) from u.stream where started_at is not null and ended_at is not null");
}

static void a_stream_never_goes_back(void)
{
	struct world w = world(.bare = true);
	struct got ended = create(&w, FRIDAY), called_off = create(&w, FRIDAY);

	expect_problem(act(&w, ended, "/end"), "stream-state");
	act(&w, ended, "/start");
	expect_problem(act(&w, ended, "/cancel"), "stream-state");
	act(&w, ended, "/end");
	expect_problem(act(&w, ended, "/start"), "stream-state");
	expect_status(act(&w, called_off, "/cancel"), 200);
	expect_problem(act(&w, called_off, "/start"), "stream-state");
	expect_events(&w, "STREAM_CREATED STREAM_CREATED STREAM_STARTED STREAM_ENDED STREAM_CANCELLED");
}

static int start(struct world *w, int i)
{
	struct got got = ask(w, (struct asking){ .path = "/streams", .as = ANNA });

	(void)i;
	return act(w, (struct got){ .body = str_fmt(w->mem, "{\"id\":\"" STR_FMT "\"}", STR_ARG(got_json(w, got, "items.0.id"))) }, "/start").status == 200;
}

static void many_who_start_it_at_once_start_it_once(void)
{
	struct world w = world(.bare = true);
	int codes[6];

	create(&w, FRIDAY);
	fork_many(&w, 6, start, codes);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'STREAM_STARTED'");
}

static void what_is_wrong_with_a_stream_is_named(void)
{
	struct world w = world(.bare = true);
	struct got got = create(&w, "{\"platform\":\"radio\",\"title\":\"\",\"url\":\"javascript:alert(1)\",\"scheduled_at\":\"friday\",\"state\":\"live\"}");

	expect_field(got, "platform");
	expect_field(got, "title");
	expect_field(got, "url");
	expect_field(got, "scheduled_at");
	expect_field(got, "state");
	expect_field(create(&w, "{}"), "platform");
	expect_sql(&w, 0, "select count(*) from u.stream");
}

static void a_delay_may_be_none_and_is_usual_when_not_told(void)
{
	struct world w = world(.bare = true);
	struct got got = create(&w, "{\"platform\":\"youtube\",\"title\":\"A\",\"delay_s\":0}");

	expect_status(got, 201);
	EXPECT_STR(got_json(&w, got, "delay_s"), "0");
	EXPECT_STR(got_json(&w, create(&w, "{\"platform\":\"youtube\",\"title\":\"B\"}"), "delay_s"), "12");
	EXPECT_STR(got_json(&w, create(&w, "{\"platform\":\"youtube\",\"title\":\"B\",\"delay_s\":600}"), "delay_s"), "600");
	expect_field(create(&w, "{\"platform\":\"youtube\",\"title\":\"B\",\"delay_s\":601}"), "delay_s");
	expect_field(create(&w, "{\"platform\":\"youtube\",\"title\":\"B\",\"delay_s\":-1}"), "delay_s");
	expect_field(create(&w, "{\"platform\":\"youtube\",\"title\":\"B\",\"delay_s\":\"0\"}"), "delay_s");
	expect_sql(&w, 3, "select count(*) from u.stream");
}

static void a_stream_is_changed_by_who_saw_it_last(void)
{
	struct world w = world(.bare = true);
	struct got got = create(&w, FRIDAY);
	const char *path = path_of(&w, got, "");
	struct asking asking = { .method = PATCH, .path = path, .body = "{\"title\":\"Saturday\",\"scheduled_at\":null}", .as = ANNA, .headers = "If-Match: \"1\"" };

	expect_header(got, "ETag", "\"1\"");
	got = ask(&w, asking);
	expect_header(got, "ETag", "\"2\"");
	EXPECT_STR(got_json(&w, got, "title"), "Saturday");
	EXPECT_STR(got_json(&w, got, "url"), "https://youtube.example/live");
	EXPECT_STR(got_json(&w, got, "scheduled_at"), "");
	expect_problem(ask(&w, asking), "edit-conflict");
	expect_field(ask(&w, (struct asking){ .method = PATCH, .path = path, .body = "{\"platform\":\"tiktok\"}", .as = ANNA }), "platform");
}

static void a_strangers_stream_is_not_there(void)
{
	struct world w = world(.bare = true);
	struct got got = create(&w, FRIDAY);

	expect_problem(ask(&w, (struct asking){ .path = path_of(&w, got, ""), .as = BEN }), "not-found");
	expect_problem(ask(&w, (struct asking){ .method = POST, .path = path_of(&w, got, "/start"), .as = BEN }), "not-found");
	expect_problem(ask(&w, (struct asking){ .method = PATCH, .path = path_of(&w, got, ""), .body = "{}", .as = BEN }), "not-found");
	expect_body_lacks(ask(&w, (struct asking){ .path = "/streams", .as = BEN }), "Friday");
	expect_problem(ask(&w, (struct asking){ .path = "/streams" }), "login-needed");
}

static void streams_are_listed_newest_first_in_pages(void)
{
	struct world w = world(.bare = true);
	struct got got;

	for (char day = '1'; day <= '3'; day++) {
		create(&w, str_z(w.mem, str_fmt(w.mem, "{\"platform\":\"tiktok\",\"title\":\"Day %c\"}", day)));
		world_clock_advance(&w, 10);
	}
	got = ask(&w, (struct asking){ .path = "/streams?limit=2", .as = ANNA });
	EXPECT_STR(got_json(&w, got, "items.0.title"), "Day 3");
	EXPECT_STR(got_json(&w, got, "items.1.title"), "Day 2");
	got = ask(&w, (struct asking){ .as = ANNA,
		.path = str_z(w.mem, str_fmt(w.mem, "/streams?limit=2&after=" STR_FMT, STR_ARG(got_json(&w, got, "next")))) });
	EXPECT_STR(got_json(&w, got, "items.0.title"), "Day 1");
	EXPECT_STR(got_json(&w, got, "next"), "");
}

static const CU_TestInfo tests[] = {
	T(a_stream_is_planned_started_and_ended),
	T(a_stream_never_goes_back),
	T(many_who_start_it_at_once_start_it_once),
	T(what_is_wrong_with_a_stream_is_named),
	T(a_delay_may_be_none_and_is_usual_when_not_told),
	T(a_stream_is_changed_by_who_saw_it_last),
	T(a_strangers_stream_is_not_there),
	T(streams_are_listed_newest_first_in_pages),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_streams = { "cgi-bin/streams", tests };
