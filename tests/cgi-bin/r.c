/* r.c: replays: how they come about, what their page shows, and what it sells. */
#include "lib/cron/cron.h"
#include "lib/replay/replay.h"
#include "tests/suite.h"
#include "tests/world.h"

extern const struct helper events_deliver_helper;

/* The $ is a. */
static const char *fmt(struct world *w, const char *format, struct str a)
{
	struct str rest = str_of(format), before = str_cut(&rest, '$');

	return str_z(w->mem, str_fmt(w->mem, STR_FMT STR_FMT STR_FMT, STR_ARG(before), STR_ARG(a), STR_ARG(rest)));
}

static void deliver(struct world *w)
{
	int64_t done = 1;

	for (int i = 0; done && i < 50; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(w, NOBODY), &done), OK);
}

static struct got say(struct world *w, enum method method, const char *path, const char *body)
{
	return ask(w, (struct asking){ .method = method, .path = path, .body = body, .as = ANNA });
}

/* Anna's show: two moments, at second 60 and 120, then it ends. The path of its session. */
static const char *had(struct world *w, const char *url)
{
	struct got made = say(w, POST, "/streams", fmt(w, "{\"platform\":\"youtube\",\"title\":\"Kitchen <live> & more\",\"url\":\"$\"}", str_of(url)));
	struct str id = got_json(w, made, "id");
	const char *session = fmt(w, "/streams/sessions/$", got_json(w, made, "session"));

	expect_status(made, 201);
	say(w, POST, fmt(w, "/streams/$/start", id), NULL);
	for (int i = 0; i < 2; i++) {
		world_clock_advance(w, 60000);
		expect_status(say(w, POST, fmt(w, "$/spotlight", str_of(session)), str_z(w->mem, str_fmt(w->mem,
			"{\"offer\":\"" STR_FMT "\",\"variant\":\"" STR_FMT "\"}", STR_ARG(ID_TEXT(w->mem, offer, w->anna.offer)),
			STR_ARG(ID_TEXT(w->mem, variant, w->variants[i]))))), 201);
	}
	world_clock_advance(w, 60000);
	expect_status(say(w, POST, fmt(w, "/streams/$/end", id), NULL), 200);
	deliver(w);
	return session;
}

static struct world kitchen(void)
{
	struct world w = world(.stock = 3, .variants = 3);

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	return w;
}

static struct got page_of(struct world *w, const char *with)
{
	struct str id = got_json(w, say(w, GET, "/replays", NULL), "items.0.id");

	return ask(w, (struct asking){ .path = str_z(w->mem, str_fmt(w->mem, "/r/" STR_FMT "%s", STR_ARG(id), with)), .page = true });
}

static void a_show_that_ends_is_a_replay(void)
{
	struct world w = kitchen();
	struct got got;

	had(&w, "https://www.youtube.com/watch?v=jNQXAC9IVRw");
	got = page_of(&w, "");
	expect_status(got, 200);
	expect_body_has(got, "Kitchen &lt;live&gt; &amp; more");
	expect_body_lacks(got, "<iframe");
	expect_body_has(got, "loads YouTube");
	expect_body_has(got, ">1:00</a>");
	expect_body_has(got, ">2:00</a>");
	expect_body_has(got, "\"@type\":\"VideoObject\"");
	expect_body_has(got, "\"startOffset\":120");
	expect_body_has(got, "3 left");
	expect_body_has(got, "https://i.ytimg.com/vi/jNQXAC9IVRw/hqdefault.jpg");
	expect_header(got, "Cache-Control", "public, max-age=0, s-maxage=1");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_CREATED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_PUBLISHED'");
	expect_sql(&w, 2, "select count(*) from u.replay_link");
	deliver(&w);
	expect_sql(&w, 1, "select count(*) from u.replay");
}

static void the_player_comes_when_it_is_asked_for(void)
{
	struct world w = kitchen();
	struct got got;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	got = page_of(&w, "?play=1&t=120");
	expect_body_has(got, "https://www.youtube-nocookie.com/embed/jNQXAC9IVRw?enablejsapi=1&amp;origin=https%3A%2F%2Funifyed.test&amp;playsinline=1&amp;rel=0&amp;autoplay=1&amp;start=120\"");
	expect_body_has(got, "start=120");
	EXPECT(str_find(got_header(got, "Content-Security-Policy"), 0, S("frame-src https://www.youtube-nocookie.com;")) != SIZE_MAX);
	expect_header(got, "Referrer-Policy", "strict-origin-when-cross-origin");
	got = page_of(&w, "?play=1&t=-5");
	expect_body_lacks(got, "start=");
	got = page_of(&w, "?t=99999999999999999999");
	expect_status(got, 200);
	EXPECT(str_find(got_header(got, "Content-Security-Policy"), 0, S("frame-src 'none';")) != SIZE_MAX);
}

static void each_moment_is_bought_where_it_was(void)
{
	struct world w = kitchen();
	struct str code;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	code = world_text(&w, "select k.code from u.replay_link x join u.short_link k on k.id = x.link_id join u.moment m on m.id = x.moment_id order by m.at desc limit 1");
	expect_status(tap_at(&w, "vera", fmt(&w, "/go/$", code)), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.attribution a on a.id = s.attribution_id"
		" where a.surface = 'replay' and a.platform = 'youtube' and a.replay_id = (select id from u.replay) and a.moment_id = s.moment_id and s.variant_id = %s",
		world_uuid(&w, w.variants[1].u));
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_CLICK' and subject = (select id from u.replay)");
	(void)ask(&w, (struct asking){ .path = fmt(&w, "/go/$", code), .headers = "User-Agent: facebookexternalhit/1.1" });
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_CLICK'");
}

static void what_is_sold_out_says_so(void)
{
	struct world w = kitchen();
	struct got got;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	world_sql(&w, "update u.product set image_url = 'https://cdn.example/mug.jpg'");
	world_sql(&w, "update u.inventory set shop_available = 0 where item_id = %s", world_uuid(&w, w.items[0].u));
	got = page_of(&w, "");
	expect_body_has(got, "Sold out</a>");
	expect_body_has(got, "https://schema.org/SoldOut");
	world_sql(&w, "update u.offer set state = 'paused'");
	got = page_of(&w, "");
	expect_body_has(got, "No longer offered");
	expect_body_lacks(got, "/go/");
}

static struct got look(struct world *w, const char *headers)
{
	struct str id = got_json(w, say(w, GET, "/replays", NULL), "items.0.id");

	return ask(w, (struct asking){ .path = fmt(w, "/r/$/view.gif", id), .headers = headers, .address = "203.0.113.7" });
}

static void a_view_counts_once_and_only_for_people(void)
{
	struct world w = kitchen();
	struct got got;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	got = look(&w, "User-Agent: Mozilla/5.0 A");
	expect_status(got, 200);
	EXPECT_STR(got.content_type, "image/gif");
	expect_header(got, "Cache-Control", "no-store");
	look(&w, "User-Agent: Mozilla/5.0 A");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_VIEW'");
	look(&w, "User-Agent: Mozilla/5.0 B");
	look(&w, "User-Agent: facebookexternalhit/1.1");
	look(&w, "User-Agent: Mozilla/5.0 C\nSec-Purpose: prefetch");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'REPLAY_VIEW'");
	world_clock_advance(&w, 61000);
	look(&w, "User-Agent: Mozilla/5.0 A");
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'REPLAY_VIEW'");
	deliver(&w);
	EXPECT_STR(got_json(&w, say(&w, GET, "/replays", NULL), "items.0.views"), "3");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'REPLAY_VIEW' and payload::text like '%%203.0%%'");
}

static void moments_that_change_change_the_replay(void)
{
	struct world w = kitchen();
	struct str first, moment;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	first = world_text(&w, "select k.code from u.replay_link x join u.short_link k on k.id = x.link_id join u.moment m on m.id = x.moment_id order by m.at limit 1");
	moment = got_json(&w, say(&w, GET, fmt(&w, "/replays/$", got_json(&w, say(&w, GET, "/replays", NULL), "items.0.id")), NULL), "moments.0.id");
	expect_status(say(&w, DELETE, fmt(&w, "/streams/moments/$", moment), NULL), 204);
	deliver(&w);
	expect_sql(&w, 1, "select count(*) from u.short_link where code = '" STR_FMT "' and revoked_at is not null", STR_ARG(first));
	expect_body_lacks(page_of(&w, ""), ">1:00</a>");
	moment = got_json(&w, say(&w, GET, fmt(&w, "/replays/$", got_json(&w, say(&w, GET, "/replays", NULL), "items.0.id")), NULL), "moments.0.id");
	expect_status(say(&w, PATCH, fmt(&w, "/streams/moments/$", moment), str_z(w.mem, str_fmt(w.mem, "{\"variant\":\"" STR_FMT "\"}",
		STR_ARG(ID_TEXT(w.mem, variant, w.variants[2]))))), 200);
	deliver(&w);
	expect_sql(&w, 1, "select count(*) from u.short_link k join u.replay_link x on x.link_id = k.id where k.revoked_at is null and k.variant_id = %s",
		world_uuid(&w, w.variants[2].u));
}

static void a_replay_is_named_taken_back_and_given_a_video(void)
{
	struct world w = kitchen();
	struct got got;
	const char *path;

	had(&w, "https://example.com/my-live");
	path = fmt(&w, "/replays/$", got_json(&w, say(&w, GET, "/replays", NULL), "items.0.id"));
	expect_body_has(page_of(&w, ""), "There is no video to watch here"); /* no account of hers is asked for it */
	expect_status(say(&w, PATCH, path, "{\"title\":\"Bowls\",\"slug\":\"my-bowls\"}"), 200);
	expect_status(ask(&w, (struct asking){ .path = "/r/my-bowls", .page = true }), 200);
	expect_field(say(&w, PATCH, path, "{\"slug\":\"-x\"}"), "slug");
	expect_field(say(&w, PATCH, path, "{\"title\":\"\\u202eevil\"}"), "title");
	expect_field(say(&w, PATCH, path, "{\"thumb_url\":\"javascript:alert(1)\"}"), "thumb_url");
	expect_field(say(&w, POST, fmt(&w, "$/videos", str_of(path)), "{\"url\":\"https://user:pw@youtube.com/watch?v=jNQXAC9IVRw\"}"), "url");
	expect_field(say(&w, POST, fmt(&w, "$/videos", str_of(path)), "{\"url\":\"data:text/html,x\"}"), "url");
	got = say(&w, POST, fmt(&w, "$/videos", str_of(path)), "{\"url\":\"https://www.twitch.tv/videos/123456\"}");
	EXPECT_STR(got_json(&w, got, "videos.0.platform"), "twitch");
	expect_body_has(page_of(&w, "?play=1&t=3661"), "time=1h1m1s");
	say(&w, PATCH, str_z(w.mem, str_fmt(w.mem, "%s/videos/" STR_FMT, path, STR_ARG(got_json(&w, got, "videos.0.id")))), "{\"adjust_ms\":-30000}");
	expect_body_has(page_of(&w, ""), ">0:30</a>");
	expect_status(say(&w, POST, fmt(&w, "$/unpublish", str_of(path)), NULL), 200);
	got = page_of(&w, "");
	expect_status(got, 404);
	expect_body_has(got, "This replay is not here");
	expect_status(say(&w, POST, fmt(&w, "$/publish", str_of(path)), NULL), 200);
	expect_status(page_of(&w, ""), 200);
	expect_status(ask(&w, (struct asking){ .path = "/r/nothing-here", .page = true }), 404);
	expect_status(ask(&w, (struct asking){ .path = "/r/replay_01jd0000000000000000000000", .page = true }), 404);
}

static void two_replays_cannot_have_one_slug(void)
{
	struct world w = kitchen();
	struct got list;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	world_clock_advance(&w, 24 * 3600 * 1000);
	had(&w, "https://youtu.be/jNQXAC9IVRw");
	list = say(&w, GET, "/replays", NULL);
	expect_status(say(&w, PATCH, fmt(&w, "/replays/$", got_json(&w, list, "items.0.id")), "{\"slug\":\"mine\"}"), 200);
	expect_problem(say(&w, PATCH, fmt(&w, "/replays/$", got_json(&w, list, "items.1.id")), "{\"slug\":\"mine\"}"), "slug-taken");
	expect_status(ask(&w, (struct asking){ .path = fmt(&w, "/replays/$", got_json(&w, list, "items.0.id")), .as = BEN }), 404);
	expect_status(ask(&w, (struct asking){ .method = POST, .path = fmt(&w, "/replays/$/unpublish", got_json(&w, list, "items.0.id")), .as = BEN }), 404);
}

static void while_she_is_live_the_replay_leads_with_it(void)
{
	struct world w = kitchen();
	struct got made, got;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	world_clock_advance(&w, 24 * 3600 * 1000);
	expect_body_lacks(page_of(&w, ""), "Live now");
	made = say(&w, POST, "/streams", "{\"platform\":\"twitch\",\"title\":\"Now\",\"url\":\"https://www.twitch.tv/anna\"}");
	say(&w, POST, fmt(&w, "/streams/$/start", got_json(&w, made, "id")), NULL);
	got = page_of(&w, "");
	expect_body_has(got, "Watch on Twitch");
	expect_body_has(got, "og:title\" content=\"Live now: Now\"");
	expect_body_has(got, "og:description\" content=\"Anna is live right now");
	expect_body_lacks(got, "og:title\" content=\"Kitchen");
	say(&w, POST, fmt(&w, "/streams/$/end", got_json(&w, made, "id")), NULL);
	got = page_of(&w, "");
	expect_body_lacks(got, "Live now");
	expect_body_has(got, "og:title\" content=\"Kitchen &lt;live&gt; &amp; more\"");
	expect_body_has(got, "og:image\" content=\"https://i.ytimg.com/vi/jNQXAC9IVRw/hqdefault.jpg\"");
	expect_body_has(got, "summary_large_image");
}

static void a_thousand_moments_are_shown(void)
{
	struct world w = kitchen();
	struct got got;

	had(&w, "https://youtu.be/jNQXAC9IVRw");
	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source) select gen_random_uuid(), l.creator_id, l.id,"
		" l.started_at + make_interval(secs => n / 10.0), 'مرحبا 🎉 ' || n, 'hand' from u.live_session l, generate_series(1, 998) n where l.id = (select live_id from u.replay)");
	got = page_of(&w, "");
	expect_status(got, 200);
	expect_body_has(got, "مرحبا 🎉 1<");
	expect_body_lacks(got, "مرحبا 🎉 998");
	expect_body_has(got, "Moments 1 to 250 of 1000");
	expect_body_has(got, "<a href=\"?from=250\">Later</a>");
	EXPECT(got.body.n < 300000);
	expect_body_has(page_of(&w, "?from=750"), "Moments 751 to 1000 of 1000");
	expect_body_lacks(page_of(&w, "?from=750"), "Later</a>");
	expect_body_has(page_of(&w, "?play=1&t=55"), "Moments 501 to 750 of 1000"); /* the part that holds that second */
	expect_body_has(page_of(&w, "?from=99999999999"), "Moments 1 to 250 of 1000");
	expect_body_has(page_of(&w, "?from=-250"), "Moments 1 to 250 of 1000");
}

static void what_a_platform_tells_of_a_video_is_kept(void)
{
	struct world w = kitchen();
	struct replay_video_due *due;
	struct broadcaster_video seen = { .found = true, .ready = true, .embeddable = true, .is_public = true, .external_id = S("987654"),
		.page_url = S("https://www.twitch.tv/videos/987654"), .title = S("VOD"), .duration_s = 150 };
	struct got made;
	size_t n;

	made = say(&w, POST, "/streams", "{\"platform\":\"twitch\",\"title\":\"Now\"}");
	world_sql(&w, "insert into u.channel (id, creator_id, platform, external_id, access_sealed) values (gen_random_uuid(), %s, 'twitch', '42', 'x')",
		world_uuid(&w, w.anna.creator.u));
	world_sql(&w, "update u.stream set channel_id = (select id from u.channel) where platform = 'twitch'");
	say(&w, POST, fmt(&w, "/streams/$/start", got_json(&w, made, "id")), NULL);
	world_clock_advance(&w, 200000);
	say(&w, POST, fmt(&w, "/streams/$/end", got_json(&w, made, "id")), NULL);
	deliver(&w);
	EXPECT_ERR(replay_videos_due(world_ctx(&w, NOBODY), S("twitch"), 10, &due, &n), OK);
	EXPECT(n == 0); /* not yet */
	world_clock_advance(&w, 310000);
	EXPECT_ERR(replay_videos_due(world_ctx(&w, NOBODY), S("twitch"), 10, &due, &n), OK);
	EXPECT(n == 1);
	EXPECT_ERR(replay_video_missed(world_ctx(&w, NOBODY), due[0].id), OK);
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), due[0].id, &seen), OK);
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), due[0].id, &seen), OK);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
	expect_body_has(page_of(&w, "?play=1"), "video=987654");
	seen.is_public = false;
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), due[0].id, &seen), OK);
	expect_body_lacks(page_of(&w, "?play=1"), "<iframe");
}

static void a_video_pasted_before_it_is_found_stays_one(void)
{
	struct world w = kitchen();
	struct replay_video_due *due;
	struct broadcaster_video seen = { .found = true, .ready = true, .embeddable = true, .is_public = true, .external_id = S("987654"),
		.page_url = S("https://www.twitch.tv/videos/987654"), .title = S("VOD"), .duration_s = 150 };
	struct got made;
	size_t n;

	made = say(&w, POST, "/streams", "{\"platform\":\"twitch\",\"title\":\"Now\"}");
	world_sql(&w, "insert into u.channel (id, creator_id, platform, external_id, access_sealed) values (gen_random_uuid(), %s, 'twitch', '42', 'x')",
		world_uuid(&w, w.anna.creator.u));
	world_sql(&w, "update u.stream set channel_id = (select id from u.channel) where platform = 'twitch'");
	say(&w, POST, fmt(&w, "/streams/$/start", got_json(&w, made, "id")), NULL);
	say(&w, POST, fmt(&w, "/streams/$/end", got_json(&w, made, "id")), NULL);
	deliver(&w);
	made = say(&w, GET, "/replays", NULL);
	say(&w, POST, fmt(&w, "/replays/$/videos", got_json(&w, made, "items.0.id")), "{\"url\":\"https://www.twitch.tv/videos/987654\"}");
	world_clock_advance(&w, 310000);
	EXPECT_ERR(replay_videos_due(world_ctx(&w, NOBODY), S("twitch"), 10, &due, &n), OK);
	EXPECT(n == 2 && due[0].external_id.n && !due[1].external_id.n); /* hers, and the one that is awaited */
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), due[1].id, &seen), OK);
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), due[1].id, &seen), OK);
	expect_sql(&w, 1, "select count(*) from u.replay_video where platform = 'twitch' and state = 'ready' and by_hand and duration_s = 150");
	expect_sql(&w, 1, "select count(*) from u.replay_video where platform = 'twitch' and state = 'gone' and look_at is null");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
}

static void addresses_of_videos(void)
{
	struct world w = world(.bare = true);
	static const struct {
		const char *url, *platform, *id;
	} known[] = {
		{ "https://www.youtube.com/watch?v=jNQXAC9IVRw&t=5", "youtube", "jNQXAC9IVRw" }, { "https://youtu.be/jNQXAC9IVRw?si=x", "youtube", "jNQXAC9IVRw" },
		{ "https://m.youtube.com/live/jNQXAC9IVRw", "youtube", "jNQXAC9IVRw" }, { "https://youtube.com/shorts/jNQXAC9IVRw#x", "youtube", "jNQXAC9IVRw" },
		{ "https://www.twitch.tv/videos/12345", "twitch", "12345" }, { "https://www.tiktok.com/@anna/video/7345678901234567890", "tiktok", "7345678901234567890" },
		{ "https://youtube.com.evil.example/watch?v=jNQXAC9IVRw", "other", "" }, { "https://evil.example/?u=youtube.com/watch?v=jNQXAC9IVRw", "other", "" },
		{ "http://youtu.be/jNQXAC9IVRw", "youtube", "jNQXAC9IVRw" }, { "https://youtu.be/<script>", "other", "" }, { "https://www.twitch.tv/videos/12a", "other", "" },
		{ "https://youtu.be/", "other", "" }, { "https://", "other", "" },
	};

	for (size_t i = 0; i < COUNT(known); i++) {
		struct str platform, id;

		replay_video_of_url(world_ctx(&w, NOBODY), str_of(known[i].url), &platform, &id);
		EXPECT_STR(platform, known[i].platform);
		EXPECT_STR(id, known[i].id);
	}
}

static const CU_TestInfo tests[] = {
	T(a_show_that_ends_is_a_replay),
	T(the_player_comes_when_it_is_asked_for),
	T(each_moment_is_bought_where_it_was),
	T(what_is_sold_out_says_so),
	T(a_view_counts_once_and_only_for_people),
	T(moments_that_change_change_the_replay),
	T(a_replay_is_named_taken_back_and_given_a_video),
	T(two_replays_cannot_have_one_slug),
	T(while_she_is_live_the_replay_leads_with_it),
	T(a_thousand_moments_are_shown),
	T(what_a_platform_tells_of_a_video_is_kept),
	T(a_video_pasted_before_it_is_found_stays_one),
	T(addresses_of_videos),
	CU_TEST_INFO_NULL,
};

const struct suite suite_cgi_bin_r = { "cgi-bin/r", tests };
