/* grouping.c: which show a stream belongs to, corrected by hand, and what follows: moments, pinned links, replays. */
#include "lib/event/event.h"
#include "lib/replay/replay.h"
#include "tests/suite.h"
#include "tests/world.h"

/* A show of anna's: its stream and its session. */
struct show {
	const char *stream, *session;
	struct str id;
};

static const char *text(struct world *w, const char *a, struct str b, const char *c)
{
	return str_z(w->mem, str_fmt(w->mem, "%s" STR_FMT "%s", a, STR_ARG(b), c));
}

static struct show show(struct world *w, const char *platform)
{
	struct got got = ask(w, (struct asking){ .path = "/streams", .as = ANNA,
		.body = text(w, "{\"platform\":\"", str_of(platform), "\",\"title\":\"Kitchen\",\"delay_s\":0}") });
	struct str id = got_json(w, got, "id");

	expect_status(got, 201);
	got = ask(w, (struct asking){ .method = POST, .as = ANNA, .path = text(w, "/streams/", id, "/start") });
	expect_status(got, 200);
	id = str_copy(w->mem, id);
	return (struct show){ text(w, "/streams/", id, ""), text(w, "/streams/sessions/", got_json(w, got, "session"), ""),
		str_copy(w->mem, got_json(w, got, "session")) };
}

/* The stream goes into that session; empty: into one of its own. */
static struct got move(struct world *w, const struct show *from, struct str to)
{
	return ask(w, (struct asking){ .as = ANNA, .path = text(w, from->stream, S(""), "/session"),
		.body = to.n ? text(w, "{\"session\":\"", to, "\"}") : "{}" });
}

static void light(struct world *w, const struct show *s, int variant)
{
	expect_status(ask(w, (struct asking){ .as = ANNA, .path = text(w, s->session, S(""), "/spotlight"), .body = str_z(w->mem, str_fmt(w->mem,
		"{\"offer\":\"" STR_FMT "\",\"variant\":\"" STR_FMT "\"}", STR_ARG(ID_TEXT(w->mem, offer, w->anna.offer)),
		STR_ARG(ID_TEXT(w->mem, variant, w->variants[variant])))) }), 201);
}

static void pin(struct world *w, const struct show *s, const char *platform, const char *code)
{
	expect_status(ask(w, (struct asking){ .as = ANNA, .path = text(w, s->session, S(""), "/link"),
		.body = str_z(w->mem, str_fmt(w->mem, "{\"platform\":\"%s\",\"code\":\"%s\"}", platform, code)) }), 201);
}

/* Two shows that are one, each with a moment and a link of its own. */
static struct world apart(struct show *one, struct show *two)
{
	struct world w = world(.stock = 50, .variants = 3);

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	*one = show(&w, "youtube");
	*two = show(&w, "tiktok");
	expect_status(move(&w, two, S("")), 200);
	two->id = str_copy(w.mem, got_json(&w, ask(&w, (struct asking){ .as = ANNA, .path = two->stream }), "session"));
	two->session = text(&w, "/streams/sessions/", two->id, "");
	EXPECT(!str_eq(one->id, two->id));
	pin(&w, one, "youtube", "pinone");
	pin(&w, two, "tiktok", "pintwo");
	light(&w, one, 0);
	world_clock_advance(&w, 60000);
	light(&w, two, 1);
	world_clock_advance(&w, 60000);
	return w;
}

static struct str sold(struct world *w, const char *visitor, const char *path)
{
	expect_status(tap_at(w, visitor, path), 303);
	return world_text(w, "select v.title from u.checkout_session s join u.variant v on v.id = s.variant_id order by s.id desc limit 1");
}

static void all_of_a_session_that_lost_its_last_stream_goes_along(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);
	struct got got;

	EXPECT_STR(sold(&w, "a", "/go/pinone"), "V1");
	EXPECT_STR(sold(&w, "b", "/go/pintwo"), "V2");
	got = move(&w, &two, one.id);
	expect_status(got, 200);
	EXPECT(str_eq(got_json(&w, got, "id"), one.id));
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = two.session }), 404);
	expect_sql(&w, 2, "select count(*) from u.moment m join u.stream s on s.live_id = m.live_id where s.platform = 'youtube'");
	expect_sql(&w, 1, "select count(distinct live_id) from u.spotlight");
	EXPECT_STR(sold(&w, "c", "/go/pinone"), "V2"); /* what was shown last, on whichever */
	light(&w, &one, 2);
	world_clock_advance(&w, 20000);
	EXPECT_STR(sold(&w, "d", "/go/pintwo"), "V3");
	EXPECT_STR(sold(&w, "e", "/go/pinone"), "V3");
}

static void moments_stay_where_other_streams_go_on(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);
	struct show third;

	third = show(&w, "twitch");
	expect_status(move(&w, &third, two.id), 200);
	expect_status(move(&w, &two, one.id), 200);
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = two.session }), 200);
	expect_sql(&w, 1, "select count(*) from u.moment m join u.stream s on s.live_id = m.live_id and s.platform = 'twitch'");
	EXPECT_STR(sold(&w, "a", "/go/pintwo"), "V2");
	EXPECT_STR(sold(&w, "b", "/go/pinone"), "V1");
}

static void alone_in_its_session_it_has_one_of_its_own(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);

	for (int i = 0; i < 2; i++)
		EXPECT(str_eq(got_json(&w, move(&w, &two, S("")), "id"), two.id));
	expect_sql(&w, 2, "select count(*) from u.live_session where state = 'live'");
	EXPECT_STR(sold(&w, "b", "/go/pintwo"), "V2");
}

static void nobody_moves_what_is_not_hers(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);

	expect_status(ask(&w, (struct asking){ .as = BEN, .path = text(&w, two.stream, S(""), "/session"), .body = "{}" }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .path = text(&w, two.stream, S(""), "/session"),
		.body = text(&w, "{\"session\":\"", one.id, "\"}") }), 404);
	world_sql(&w, "insert into u.live_session (id, creator_id, title) values ('00000000-0000-7000-8000-0000000000bb', %s, 'His')",
		world_uuid(&w, w.ben.creator.u));
	EXPECT_INT(move(&w, &two, S("live_00000000000w00800000000000")).status / 100, 4);
	expect_sql(&w, 0, "select count(*) from u.stream s join u.live_session l on l.id = s.live_id where l.creator_id <> s.creator_id");
}

static enum err replays_made(struct ctx *c, void *arg)
{
	const struct consumer *replays = &replay_consumer;
	size_t served;

	return event_step(c, &replays, 1, &served, arg);
}

static void consume(struct world *w)
{
	int64_t done = 1;

	while (done)
		EXPECT_ERR(db_in_tx(world_ctx(w, NOBODY), replays_made, &done), OK);
}

static void end(struct world *w, const struct show *s)
{
	expect_status(ask(w, (struct asking){ .method = POST, .as = ANNA, .path = text(w, s->stream, S(""), "/end") }), 200);
	consume(w);
}

static void a_replay_goes_along_under_its_address(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);
	struct str replay;

	end(&w, &two);
	replay = str_copy(w.mem, world_text(&w, "select id from u.replay"));
	expect_status(move(&w, &two, one.id), 200);
	expect_sql(&w, 1, "select count(*) from u.replay r join u.stream s on s.live_id = r.live_id and s.platform = 'youtube'");
	end(&w, &one);
	expect_sql(&w, 1, "select count(*) from u.replay where id = '" STR_FMT "'", STR_ARG(replay));
	expect_sql(&w, 2, "select count(*) from u.replay_video");
	expect_sql(&w, 2, "select count(*) from u.replay_link");
}

static void two_replays_keep_their_moments_and_the_recording_moves(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);

	end(&w, &one);
	end(&w, &two);
	expect_status(move(&w, &two, one.id), 200);
	consume(&w);
	expect_sql(&w, 2, "select count(*) from u.replay");
	expect_sql(&w, 2, "select count(*) from u.replay_video v join u.replay r on r.id = v.replay_id join u.stream s on s.live_id = r.live_id"
		" and s.platform = 'youtube'");
	expect_sql(&w, 2, "select count(distinct live_id) from u.moment");
	expect_sql(&w, 0, "select count(*) from u.live_session where state = 'live'");
}

static struct show races[2];

static int move_too(struct world *w, int i)
{
	struct got got = move(w, &races[i % 2], i % 4 < 2 ? races[1 - i % 2].id : S(""));

	return got.status == 200 || got.status == 404 || got.status == 503 ? 0 : 1;
}

static void many_moves_at_once_leave_every_moment_in_a_show(void)
{
	struct world w = apart(&races[0], &races[1]);
	int codes[12];

	fork_many(&w, 12, move_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 2, "select count(*) from u.moment");
	expect_sql(&w, 0, "select count(*) from u.moment m where not exists (select from u.stream s where s.live_id = m.live_id)");
	expect_sql(&w, 2, "select count(*) from u.short_link k where k.live_id in (select live_id from u.stream)");
}

static const char *merging[2];

static int merge_too(struct world *w, int i)
{
	struct got got = ask(w, (struct asking){ .as = ANNA, .path = text(w, "/streams/moments/", str_of(merging[i % 2]), "/merge"),
		.body = text(w, "{\"into\":\"", str_of(merging[1 - i % 2]), "\"}") });

	return got.status == 200 || got.status == 409 || got.status == 422 ? 0 : 1;
}

static void opposite_merges_at_once_take_turns(void)
{
	struct show one, two;
	struct world w = apart(&one, &two);
	int codes[8];

	light(&w, &one, 1);
	for (int i = 0; i < 2; i++) {
		struct got got = ask(&w, (struct asking){ .as = ANNA, .path = text(&w, one.session, S(""), "/moments") });

		merging[i] = str_z(w.mem, got_json(&w, got, i ? "items.1.id" : "items.0.id"));
	}
	fork_many(&w, 8, merge_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'merged'");
}

static const CU_TestInfo tests[] = {
	T(all_of_a_session_that_lost_its_last_stream_goes_along),
	T(moments_stay_where_other_streams_go_on),
	T(alone_in_its_session_it_has_one_of_its_own),
	T(nobody_moves_what_is_not_hers),
	T(a_replay_goes_along_under_its_address),
	T(two_replays_keep_their_moments_and_the_recording_moves),
	T(many_moves_at_once_leave_every_moment_in_a_show),
	T(opposite_merges_at_once_take_turns),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_grouping = { "cgi-bin/grouping", tests };
