/* shows.c: live sessions, the spotlight, moments, and the links that follow a show. */
#include "lib/stream/live.h"
#include "tests/suite.h"
#include "tests/world.h"

/* A show of anna's on youtube that began a minute ago, with a link that follows it: /go/show. */
static const char *show(struct world *w)
{
	struct got made = ask(w, (struct asking){ .path = "/streams", .as = ANNA,
		.body = "{\"platform\":\"youtube\",\"title\":\"Kitchen\",\"delay_s\":10}" });
	struct str session = got_json(w, made, "session"), id = got_json(w, made, "id");
	const char *path = str_z(w->mem, str_fmt(w->mem, "/streams/sessions/" STR_FMT, STR_ARG(session)));

	expect_status(made, 201);
	expect_status(ask(w, (struct asking){ .method = POST, .as = ANNA,
		.path = str_z(w->mem, str_fmt(w->mem, "/streams/" STR_FMT "/start", STR_ARG(id))) }), 200);
	expect_status(ask(w, (struct asking){ .as = ANNA, .path = str_z(w->mem, str_fmt(w->mem, "%s/link", path)),
		.body = "{\"platform\":\"youtube\",\"code\":\"show\"}" }), 201);
	world_clock_advance(w, 60000);
	return path;
}

static const char *at(struct world *w, const char *path, const char *rest)
{
	return str_z(w->mem, str_fmt(w->mem, "%s%s", path, rest));
}

static struct got light(struct world *w, const char *path, struct variant_id variant)
{
	return ask(w, (struct asking){ .as = ANNA, .path = at(w, path, "/spotlight"), .body = str_z(w->mem, str_fmt(w->mem,
		"{\"offer\":\"" STR_FMT "\",\"variant\":\"" STR_FMT "\"}", STR_ARG(ID_TEXT(w->mem, offer, w->anna.offer)),
		STR_ARG(ID_TEXT(w->mem, variant, variant)))) });
}

static struct str variant_of(struct world *w, const char *visitor_path)
{
	struct got got = tap_at(w, visitor_path, str_z(w->mem, str_fmt(w->mem, "/go/%s", visitor_path)));

	expect_status(got, 303);
	return world_text(w, "select v.external_id::text from u.checkout_session s join u.variant v on v.id = s.variant_id order by s.id desc limit 1");
}

static struct world kitchen(const char **path)
{
	struct world w = world(.stock = 50, .variants = 3, .bare = false);

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	*path = show(&w);
	return w;
}

static void a_link_follows_the_show(void)
{
	const char *path;
	struct world w = kitchen(&path);

	expect_problem(tap_at(&w, "early", "/go/show"), "nothing-yet");
	expect_status(light(&w, path, w.variants[0]), 201);
	expect_problem(tap_at(&w, "quick", "/go/show"), "nothing-yet"); /* viewers do not see it yet */
	world_clock_advance(&w, 30000);
	expect_status(tap_at(&w, "one", "/go/show"), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session s where s.variant_id = %s and s.second = 80 and s.moment_id = (select id from u.moment)",
		world_uuid(&w, w.variants[0].u));
	expect_status(light(&w, path, w.variants[1]), 201);
	expect_status(tap_at(&w, "two", "/go/show"), 303); /* still sees the first */
	expect_sql(&w, 2, "select count(*) from u.checkout_session s where s.variant_id = %s", world_uuid(&w, w.variants[0].u));
	world_clock_advance(&w, 11000);
	expect_status(tap_at(&w, "three", "/go/show"), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session s where s.variant_id = %s and s.second = 91", world_uuid(&w, w.variants[1].u));
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'CHECKOUT_STARTED' and payload ? 'moment' and payload ? 'second'");
	expect_sql(&w, 3, "select count(*) from u.checkout_session s join u.attribution a on a.id = s.attribution_id"
		" where a.platform = 'youtube' and a.surface = 'live' and a.stream_id is not null");
}

static void a_place_in_the_stream_wins_over_now(void)
{
	const char *path;
	struct world w = kitchen(&path);

	light(&w, path, w.variants[0]); /* second 60 */
	world_clock_advance(&w, 100000);
	light(&w, path, w.variants[1]); /* second 160 */
	world_clock_advance(&w, 100000);
	expect_status(tap_at(&w, "a", "/go/show?t=1m40s"), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session s where s.variant_id = %s and s.second = 100", world_uuid(&w, w.variants[0].u));
	expect_status(tap_at(&w, "b", "/go/show?t=170"), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session s where s.variant_id = %s and s.second = 170", world_uuid(&w, w.variants[1].u));
	expect_problem(tap_at(&w, "c", "/go/show?t=5"), "nothing-yet");
	expect_status(tap_at(&w, "d", "/go/show?t=nonsense"), 303); /* no place: now */
	expect_status(tap_at(&w, "e", "/go/show?t=99999999999"), 303);
	expect_status(tap_at(&w, "f", str_z(w.mem, str_fmt(w.mem, "/go/show?t=170&v=" STR_FMT, STR_ARG(ID_TEXT(w.mem, variant, w.variants[1]))))), 303);
}

static void a_choice_of_variants_keeps_the_second(void)
{
	struct world w = world(.stock = 9, .variants = 3);
	struct got got = tap_at(&w, "vera", "/go/annalink1?t=95&units=2");

	expect_status(got, 200);
	expect_body_has(got, str_z(w.mem, str_fmt(w.mem, "href=\"/go/annalink1?v=" STR_FMT "&amp;units=2&amp;t=95\"",
		STR_ARG(ID_TEXT(w.mem, variant, w.variants[2])))));
	got = ask(&w, (struct asking){ .path = "/go/annalink1?t=95", .headers = "Accept: text/html\nUser-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 12_0)" });
	expect_body_has(got, "Choose yours");
	expect_body_has(got, "name=\"t\" value=\"95\"");
}

/* What is asked for before anything was shown will never be there: the way on is what is shown by then. */
static void a_second_before_the_first_moment_is_let_go(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got got;

	light(&w, path, w.variants[0]);
	got = tap_at(&w, "vera", "/go/show?t=5");
	expect_problem(got, "nothing-yet");
	expect_header(got, "Refresh", "5; url=/go/show");
}

static struct got preview(struct world *w, const char *path)
{
	return ask(w, (struct asking){ .path = path, .headers = "User-Agent: Twitterbot/1.0" });
}

static void a_preview_leads_with_the_live_until_it_ends(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct str stream = world_text(&w, "select id::text from u.stream where state = 'live'");
	struct got got;
	struct uuid id;

	world_sql(&w, "update u.live_session set title = 'Mugs & \"more\" <b>' where state = 'live'");
	got = preview(&w, "/go/annalink1");
	expect_body_has(got, "property=\"og:title\" content=\"Live now: Mug · Anna\"");
	expect_body_has(got, "property=\"og:description\" content=\"Live now: Mugs &amp; &quot;more&quot; &lt;b&gt; · $16.00 instead of $20.00\"");
	EXPECT(uuid_read(stream, &id));
	expect_status(ask(&w, (struct asking){ .method = POST, .as = ANNA,
		.path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/end", STR_ARG(id_text(w.mem, ID_stream, id)))) }), 200);
	got = preview(&w, "/go/annalink1");
	expect_body_has(got, "property=\"og:title\" content=\"Mug · Anna\"");
	expect_body_lacks(got, "Live now");
}

static void anothers_live_is_not_in_her_preview(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct got made;

	world_sql(&w, "update u.live_session set state = 'ended', ended_at = u.clock() where state = 'live'");
	made = ask(&w, (struct asking){ .path = "/streams", .as = BEN, .body = "{\"platform\":\"twitch\",\"title\":\"Ben's\"}" });
	expect_status(ask(&w, (struct asking){ .method = POST, .as = BEN,
		.path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/start", STR_ARG(got_json(&w, made, "id")))) }), 200);
	expect_body_lacks(preview(&w, "/go/annalink1"), "Live now");
}

static void a_batch_answers_as_one_alone(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct asking taps[6];
	struct got gots[6];
	static const char *const places[] = { "/go/show", "/go/show?t=100", "/go/show?t=170", "/go/show?t=1", "/go/annalink1", "/go/show" };
	static const char *const who[] = { "a", "b", "c", "d", "e", "f" };

	light(&w, path, w.variants[0]);
	world_clock_advance(&w, 100000);
	light(&w, path, w.variants[1]);
	world_clock_advance(&w, 20000);
	for (int i = 0; i < 6; i++)
		taps[i] = (struct asking){ .path = places[i], .page = true, .visitor = who[i] };
	ask_many(&w, taps, 6, gots);
	for (int i = 0; i < 6; i++)
		expect_status(gots[i], i == 3 ? 409 : i == 4 ? 200 : 303); /* annalink1 has a choice of three */
	expect_sql(&w, 1, "select count(*) from u.checkout_session where variant_id = %s and second = 100", world_uuid(&w, w.variants[0].u));
	expect_sql(&w, 3, "select count(*) from u.checkout_session where variant_id = %s", world_uuid(&w, w.variants[1].u));
}

static void what_stood_in_the_light_last_is_sold_on(void)
{
	const char *path;
	struct world w = kitchen(&path);

	light(&w, path, w.variants[2]);
	world_clock_advance(&w, 60000);
	expect_status(ask(&w, (struct asking){ .method = DELETE, .as = ANNA, .path = at(&w, path, "/spotlight") }), 204);
	expect_status(ask(&w, (struct asking){ .method = DELETE, .as = ANNA, .path = at(&w, path, "/spotlight") }), 204);
	expect_sql(&w, 2, "select count(*) from u.spotlight");
	expect_sql(&w, 1, "select count(*) from u.moment where until_at - at between interval '59 seconds' and interval '70 seconds'");
	world_clock_advance(&w, 60000);
	EXPECT_STR(variant_of(&w, "show"), "7103");
}

static void a_merged_moment_counts_for_the_other(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got a = light(&w, path, w.variants[0]), b;
	struct str first = got_json(&w, a, "id");

	world_clock_advance(&w, 20000);
	b = light(&w, path, w.variants[1]);
	world_clock_advance(&w, 20000);
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/streams/moments/" STR_FMT "/merge",
		STR_ARG(got_json(&w, b, "id")))), .body = str_z(w.mem, str_fmt(w.mem, "{\"into\":\"" STR_FMT "\"}", STR_ARG(first))) }), 200);
	EXPECT_STR(variant_of(&w, "show"), "7102"); /* what was shown is sold, and counts for the moment that is left */
	expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.moment m on m.id = s.moment_id and m.state = 'kept'");
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'kept'");
}

static void moments_are_added_edited_and_deleted_by_hand(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got made, got;
	const char *moment;

	got = ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments"), .body = "{\"title\":\"Hello\"}" });
	expect_status(got, 201);
	made = ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments"), .body = str_z(w.mem, str_fmt(w.mem,
		"{\"title\":\"Späh \\u0645\\u0631\\u062d\\u0628\\u0627 🎉\",\"offer\":\"" STR_FMT "\"}", STR_ARG(ID_TEXT(w.mem, offer, w.anna.offer)))) });
	expect_status(made, 201);
	moment = str_z(w.mem, str_fmt(w.mem, "/streams/moments/" STR_FMT, STR_ARG(got_json(&w, made, "id"))));
	expect_status(ask(&w, (struct asking){ .method = PATCH, .as = ANNA, .path = moment, .body = "{\"title\":\"Bowl\"}", .headers = "If-Match: \"7\"" }), 412);
	expect_status(ask(&w, (struct asking){ .method = PATCH, .as = ANNA, .path = moment, .body = "{\"title\":\"Bowl\"}", .headers = "If-Match: \"1\"" }), 200);
	expect_status(ask(&w, (struct asking){ .method = DELETE, .as = ANNA, .path = moment }), 204);
	expect_status(ask(&w, (struct asking){ .method = DELETE, .as = ANNA, .path = moment }), 204);
	got = ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments") });
	EXPECT_STR(got_json(&w, got, "items.0.title"), "Hello");
	EXPECT_STR(got_json(&w, got, "items.1.title"), "");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'MOMENT_DELETED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'MOMENT_UPDATED'");
}

static void nonsense_is_refused_with_its_field(void)
{
	const char *path;
	struct world w = kitchen(&path);
	static const struct {
		const char *body, *field;
	} bad[] = {
		{ "{}", "offer" }, { "{\"title\":\"x\",\"at\":\"2020-01-01T00:00:00Z\"}", "at" }, { "{\"title\":\"x\",\"at\":\"2099-01-01T00:00:00Z\"}", "at" },
		{ "{\"title\":\"x\",\"until\":\"2020-01-01T00:00:00Z\"}", "until" }, { "{\"offer\":\"offer_01jd0000000000000000000000\"}", "offer" },
		{ "{\"title\":\"\\u202e evil\"}", "title" }, { "{\"title\":\"x\",\"second\":5}", "second" },
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		expect_field(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments"), .body = bad[i].body }), bad[i].field);
	expect_field(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/spotlight"), .body = "{\"title\":\"x\",\"at\":\"2026-01-01T00:00:00Z\"}" }), "at");
	expect_field(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/link"), .body = "{\"platform\":\"myspace\"}" }), "platform");
}

static void a_stranger_finds_nothing(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got made = light(&w, path, w.variants[0]);
	const char *moment = str_z(w.mem, str_fmt(w.mem, "/streams/moments/" STR_FMT, STR_ARG(got_json(&w, made, "id"))));

	expect_status(ask(&w, (struct asking){ .as = BEN, .path = path }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .path = at(&w, path, "/moments") }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .path = at(&w, path, "/spotlight"), .body = "{\"title\":\"x\"}" }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .method = DELETE, .path = at(&w, path, "/spotlight") }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .path = at(&w, path, "/link"), .body = "{\"platform\":\"youtube\"}" }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .path = moment }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .method = DELETE, .path = moment }), 404);
	expect_status(ask(&w, (struct asking){ .as = BEN, .path = at(&w, moment, "/merge"), .body = str_z(w.mem, str_fmt(w.mem,
		"{\"into\":\"" STR_FMT "\"}", STR_ARG(got_json(&w, made, "id")))) }), 404);
}

static int tap_spotlight(struct world *w, int i)
{
	struct str session = world_text(w, "select id from u.live_session order by id desc limit 1");
	struct uuid id;
	const char *path;

	if (!uuid_read(session, &id))
		return 2;
	path = str_z(w->mem, str_fmt(w->mem, "/streams/sessions/" STR_FMT, STR_ARG(id_text(w->mem, ID_live, id))));
	return light(w, path, w->variants[i % 3]).status == 201 ? 0 : 1;
}

static void many_phones_tap_at_once(void)
{
	const char *path;
	struct world w = kitchen(&path);
	int codes[12];

	fork_many(&w, 12, tap_spotlight, codes);
	for (int i = 0; i < 12; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 12, "select count(*) from u.spotlight");
	expect_sql(&w, 12, "select count(*) from u.event_log where type = 'MOMENT_CREATED'");
}

static void streams_of_one_time_are_one_show(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got other, got;
	struct str session;

	other = ask(&w, (struct asking){ .path = "/streams", .as = ANNA, .body = "{\"platform\":\"tiktok\",\"title\":\"Kitchen too\"}" });
	got = ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/start", STR_ARG(got_json(&w, other, "id")))) });
	session = got_json(&w, got, "session");
	EXPECT(str_eq(str_fmt(w.mem, "/streams/sessions/" STR_FMT, STR_ARG(session)), str_of(path)));
	got = ask(&w, (struct asking){ .as = ANNA, .path = path });
	EXPECT_STR(got_json(&w, got, "streams.1.platform"), "tiktok");
	EXPECT_STR(got_json(&w, got, "state"), "live");
	/* by hand she says that it is a show of its own */
	got = ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/session", STR_ARG(got_json(&w, other, "id")))), .body = "{}" });
	expect_status(got, 200);
	EXPECT(!str_eq(got_json(&w, got, "id"), session));
	expect_sql(&w, 2, "select count(*) from u.live_session where state = 'live'");
	got = ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/session", STR_ARG(got_json(&w, other, "id")))),
		.body = str_z(w.mem, str_fmt(w.mem, "{\"session\":\"" STR_FMT "\"}", STR_ARG(session))) });
	EXPECT(str_eq(got_json(&w, got, "id"), session));
	expect_sql(&w, 1, "select count(*) from u.live_session where state = 'live'");
}

static void a_burst_of_clicks_suggests_a_moment(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got got;
	const char *moment;

	light(&w, path, w.variants[0]);
	world_clock_advance(&w, 600000);
	for (int i = 0; i < 8; i++) {
		char who[8] = { 'v', (char)('a' + i) };

		tap_at(&w, who, "/go/show");
	}
	world_clock_advance(&w, 600000);
	got = ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = at(&w, path, "/suggestions") });
	expect_status(got, 200);
	EXPECT_STR(got_json(&w, got, "items.0.reason.clicks"), "8");
	EXPECT_STR(got_json(&w, got, "items.1.id"), "");
	EXPECT_STR(got_json(&w, got, "items.0.title"), ""); /* it goes by what stood in the light */
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'suggested' and offer_id = %s and variant_id = %s",
		world_uuid(&w, w.anna.offer.u), world_uuid(&w, w.variants[0].u));
	ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = at(&w, path, "/suggestions") });
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'suggested'");
	moment = str_z(w.mem, str_fmt(w.mem, "/streams/moments/" STR_FMT, STR_ARG(got_json(&w, got, "items.0.id"))));
	expect_status(ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = at(&w, moment, "/accept") }), 200);
	expect_status(ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = at(&w, moment, "/accept") }), 200);
	expect_problem(ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = at(&w, moment, "/dismiss") }), "moment-state");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'MOMENT_CREATED'");
}

static void a_show_that_is_not_on_the_air_has_no_light(void)
{
	struct world w = world(.stock = 5, .bare = true);
	struct got made = ask(&w, (struct asking){ .path = "/streams", .as = ANNA, .body = "{\"platform\":\"twitch\",\"title\":\"Later\"}" });
	const char *path = str_z(w.mem, str_fmt(w.mem, "/streams/sessions/" STR_FMT, STR_ARG(got_json(&w, made, "session"))));

	expect_problem(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/spotlight"), .body = "{\"title\":\"x\"}" }), "live-state");
	expect_problem(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments"), .body = "{\"title\":\"x\"}" }), "live-state");
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/link"), .body = "{\"platform\":\"twitch\"}" }), 201);
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/link"), .body = "{\"platform\":\"twitch\"}" }), 201);
	expect_sql(&w, 1, "select count(*) from u.short_link where live_id is not null");
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, ""), .method = PATCH, .body = "{\"title\":\"Even later\"}" }), 200);
}

static void there_are_at_most_a_thousand_moments(void)
{
	const char *path;
	struct world w = kitchen(&path);

	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source) select gen_random_uuid(), creator_id, id,"
		" started_at + make_interval(secs => n / 20.0), 'm' || n, 'hand' from u.live_session, generate_series(1, 999) n where state = 'live'");
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments"), .body = "{\"title\":\"the thousandth\"}" }), 201);
	expect_problem(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments"), .body = "{\"title\":\"one more\"}" }), "moments-full");
	expect_status(ask(&w, (struct asking){ .as = ANNA, .path = at(&w, path, "/moments") }), 200);
}

static int tap_the_last_place(struct world *w, int i)
{
	int status = 0;

	(void)i;
	for (int k = 0; k < 3 && status != 201; k++) {
		struct str session = world_text(w, "select id from u.live_session where state = 'live'");
		struct uuid id;

		if (!uuid_read(session, &id))
			return 2;
		status = light(w, str_z(w->mem, str_fmt(w->mem, "/streams/sessions/" STR_FMT, STR_ARG(id_text(w->mem, ID_live, id)))),
			w->variants[0]).status;
		if (status == 409)
			return 1;
	}
	return status == 201 ? 0 : 3;
}

static void the_last_place_is_taken_once(void)
{
	const char *path;
	struct world w = kitchen(&path);
	int codes[8];

	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source) select gen_random_uuid(), creator_id, id,"
		" started_at + make_interval(secs => n / 20.0), 'm' || n, 'hand' from u.live_session, generate_series(1, 999) n where state = 'live'");
	fork_many(&w, 8, tap_the_last_place, codes);
	expect_sql(&w, 1000, "select count(*) from u.moment where state = 'kept'");
}

static void an_accepted_suggestion_takes_a_place_too(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct str id;

	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source, state) select gen_random_uuid(), creator_id, id,"
		" started_at + make_interval(secs => n / 20.0), 'm' || n, 'hand', case when n > 1000 then 'suggested' else 'kept' end"
		" from u.live_session, generate_series(1, 1001) n where state = 'live'");
	id = world_text(&w, "select id from u.moment where state = 'suggested'");
	struct uuid u;
	EXPECT(uuid_read(id, &u));
	expect_problem(ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem,
		"/streams/moments/" STR_FMT "/accept", STR_ARG(id_text(w.mem, ID_moment, u)))) }), "moments-full");
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'suggested'");
}

static void a_variant_in_the_light_is_seen_by_everybody(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct live_now now;

	expect_status(light(&w, path, w.variants[1]), 201);
	EXPECT_ERR(live_now(world_ctx(&w, NOBODY), w.anna.creator, &now), OK);
	EXPECT(now.product.n > 0);
}

static void what_she_moved_by_hand_stays_there(void)
{
	const char *path;
	struct world w = kitchen(&path);
	struct got other, own, got;
	struct str id;

	other = ask(&w, (struct asking){ .path = "/streams", .as = ANNA, .body = "{\"platform\":\"tiktok\",\"title\":\"Another show\"}" });
	id = got_json(&w, other, "id");
	own = ask(&w, (struct asking){ .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/session", STR_ARG(id))), .body = "{}" });
	expect_status(own, 200);
	got = ask(&w, (struct asking){ .method = POST, .as = ANNA, .path = str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/start", STR_ARG(id))) });
	expect_status(got, 200);
	EXPECT(str_eq(got_json(&w, got, "session"), got_json(&w, own, "id")));
}

static void twelve_planned_shows_do_not_hide_the_running_one(void)
{
	const char *path;
	struct world w = kitchen(&path);

	world_sql(&w, "insert into u.live_session (id, creator_id, title) select ('ffffffff-ffff-7fff-8fff-ffffffffff' || n)::uuid, creator_id, 'Later'"
		" from u.live_session, generate_series(10, 21) n where state = 'live'");
	expect_body_has(ask(&w, (struct asking){ .as = ANNA, .path = "/dashboard/live", .page = true }), "Kitchen");
}

static const CU_TestInfo tests[] = {
	T(a_link_follows_the_show),
	T(a_place_in_the_stream_wins_over_now),
	T(a_batch_answers_as_one_alone),
	T(what_stood_in_the_light_last_is_sold_on),
	T(a_choice_of_variants_keeps_the_second),
	T(a_second_before_the_first_moment_is_let_go),
	T(a_preview_leads_with_the_live_until_it_ends),
	T(anothers_live_is_not_in_her_preview),
	T(a_merged_moment_counts_for_the_other),
	T(moments_are_added_edited_and_deleted_by_hand),
	T(nonsense_is_refused_with_its_field),
	T(a_stranger_finds_nothing),
	T(many_phones_tap_at_once),
	T(streams_of_one_time_are_one_show),
	T(a_burst_of_clicks_suggests_a_moment),
	T(a_show_that_is_not_on_the_air_has_no_light),
	T(there_are_at_most_a_thousand_moments),
	T(the_last_place_is_taken_once),
	T(an_accepted_suggestion_takes_a_place_too),
	T(a_variant_in_the_light_is_seen_by_everybody),
	T(what_she_moved_by_hand_stays_there),
	T(twelve_planned_shows_do_not_hide_the_running_one),
	CU_TEST_INFO_NULL,
};

const struct suite suite_cgi_bin_shows = { "cgi-bin/shows", tests };
