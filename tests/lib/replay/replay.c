/* replay.c: lib/replay against its header: videos that come, go and are given by hand. */
#include "lib/replay/replay.h"
#include "tests/suite.h"
#include "tests/world.h"

/* A replay of anna's, a draft of a show that showed nothing. n: which */
static struct replay_id draft(struct world *w, int n)
{
	struct replay_id id = { uuid_new(world_now_ms(w) + n) };

	world_sql(w, "insert into u.live_session (id, creator_id, title, state, started_at, ended_at)"
		" values (%s, %s, 'Kitchen', 'ended', u.clock() - interval '1 hour', u.clock())", world_uuid(w, id.u), world_uuid(w, w->anna.creator.u));
	world_sql(w, "insert into u.replay (id, creator_id, live_id, title) select id, creator_id, id, title from u.live_session where id = %s",
		world_uuid(w, id.u));
	return id;
}

/* A video of a stream of that show, on youtube. */
static struct video_id video(struct world *w, struct replay_id replay, const char *external_id, const char *state)
{
	struct video_id id = { uuid_new(world_now_ms(w)) };

	world_sql(w, "insert into u.stream (id, creator_id, live_id, platform, title, state, started_at, ended_at) select %s, creator_id, id, 'youtube',"
		" title, state, started_at, ended_at from u.live_session where id = %s", world_uuid(w, id.u), world_uuid(w, replay.u));
	world_sql(w, "insert into u.replay_video (id, creator_id, replay_id, stream_id, platform, external_id, recorded_from, state, look_at)"
		" select %s, creator_id, %s, id, 'youtube', '%s', started_at, '%s', u.clock() from u.stream where id = %s",
		world_uuid(w, id.u), world_uuid(w, replay.u), external_id, state, world_uuid(w, id.u));
	return id;
}

static struct ctx *anna(struct world *w)
{
	return world_ctx(w, ANNA);
}

static int64_t revision(struct world *w, struct replay_id id)
{
	struct replay now;

	EXPECT_ERR(replay_by_id(anna(w), id, &now), OK);
	return now.revision;
}

static struct broadcaster_video seen(const char *external_id, bool is_public)
{
	return (struct broadcaster_video){ .found = true, .ready = true, .embeddable = true, .is_public = is_public,
		.external_id = str_of(external_id), .title = S("VOD"), .duration_s = 3600 };
}

static void a_draft_given_a_video_is_published_once(void)
{
	struct world w = world(.bare = true);
	struct replay_id id = draft(&w, 0);
	struct video_id one;

	EXPECT_ERR(replay_video_add(anna(&w), id, S("https://youtu.be/jNQXAC9IVRw"), &one), OK);
	expect_sql(&w, 1, "select count(*) from u.replay where state = 'published'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_PUBLISHED'");
	EXPECT_ERR(replay_unpublish(anna(&w), id), OK);
	EXPECT_ERR(replay_video_add(anna(&w), id, S("https://www.twitch.tv/videos/123456"), &one), OK);
	expect_sql(&w, 1, "select count(*) from u.replay where state = 'unpublished'"); /* what she took back stays so */
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_PUBLISHED'");
}

static void whatever_changes_its_videos_raises_the_revision(void)
{
	struct world w = world(.bare = true);
	struct replay_id id = draft(&w, 0);
	struct video_id found = video(&w, id, "", "wanted"), own;
	struct broadcaster_video vod = seen("jNQXAC9IVRw", true);
	int64_t before = revision(&w, id);

	EXPECT_ERR(replay_video_add(anna(&w), id, S("https://www.twitch.tv/videos/123456"), &own), OK);
	EXPECT(revision(&w, id) > before);
	before = revision(&w, id);
	EXPECT_ERR(replay_video_adjust(anna(&w), id, own, -5000), OK);
	EXPECT_INT(revision(&w, id), before + 1);
	EXPECT_ERR(replay_video_remove(anna(&w), id, own), OK);
	EXPECT_INT(revision(&w, id), before + 2);
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), found, &vod), OK);
	EXPECT_INT(revision(&w, id), before + 3);
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), found, &vod), OK); /* nothing new */
	EXPECT_INT(revision(&w, id), before + 3);
	vod.is_public = false;
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), found, &vod), OK);
	EXPECT_INT(revision(&w, id), before + 4);
}

static void a_video_is_found_under_its_own_replay_alone(void)
{
	struct world w = world(.bare = true);
	struct replay_id id = draft(&w, 0), other = draft(&w, 1);
	struct video_id one = video(&w, id, "jNQXAC9IVRw", "ready");

	EXPECT_ERR(replay_video_adjust(anna(&w), other, one, 1000), ERR_NOT_FOUND);
	EXPECT_ERR(replay_video_remove(anna(&w), other, one), ERR_NOT_FOUND);
	EXPECT_ERR(replay_video_adjust(world_ctx(&w, BEN), id, one, 1000), ERR_NOT_FOUND);
	EXPECT_ERR(replay_video_remove(world_ctx(&w, BEN), id, one), ERR_NOT_FOUND);
	EXPECT_ERR(replay_video_adjust(anna(&w), id, (struct video_id){ 0 }, 1000), ERR_NOT_FOUND);
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'ready' and adjust_ms = 0");
	EXPECT_INT(revision(&w, other), 1);
}

static void an_import_is_told_once_and_when_it_can_be_seen(void)
{
	struct world w = world(.bare = true);
	struct replay_id id = draft(&w, 0);
	struct video_id one = video(&w, id, "jNQXAC9IVRw", "ready"), two = video(&w, draft(&w, 1), "", "wanted");
	struct broadcaster_video vod = seen("jNQXAC9IVRw", true), late = seen("9bZkp7q19f0", false);

	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), one, &vod), OK); /* its address was known, its platform had not said so */
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), one, &vod), OK);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED' and subject = %s", world_uuid(&w, id.u));
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), two, &late), OK);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
	late.is_public = true;
	for (int i = 0; i < 3; i++) { /* hidden and shown again it is no other video */
		EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), two, &late), OK);
		late.is_public = i == 0 ? false : true;
	}
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'");
}

static void nobody_waits_for_ever_for_a_video(void)
{
	struct world w = world(.bare = true);
	struct replay_id id = draft(&w, 0);
	struct video_id one = video(&w, id, "", "wanted");
	struct broadcaster_video hidden = seen("jNQXAC9IVRw", false);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/r/" STR_FMT, STR_ARG(ID_TEXT(w.mem, replay, id))));
	struct asking page = { .path = path, .page = true };

	EXPECT_ERR(replay_publish(anna(&w), id), OK);
	expect_body_has(ask(&w, page), "The video is on its way");
	EXPECT_ERR(replay_video_seen(world_ctx(&w, NOBODY), one, &hidden), OK);
	expect_body_lacks(ask(&w, page), "on its way");
	expect_body_has(ask(&w, page), "There is no video to watch here");
	world_sql(&w, "update u.replay_video set state = 'wanted', look_at = u.clock(), looks = 0");
	for (int i = 0; i < 11; i++) {
		expect_body_has(ask(&w, page), "The video is on its way");
		EXPECT_ERR(replay_video_missed(world_ctx(&w, NOBODY), one), OK);
	}
	expect_body_lacks(ask(&w, page), "on its way");
	expect_sql(&w, 1, "select count(*) from u.replay_video where state = 'gone' and look_at is null");
}

static void an_address_that_only_looks_like_it_is_a_plain_link(void)
{
	struct world w = world(.bare = true);
	static const char *const urls[] = {
		"https://xn--yutube-wta.com/watch?v=jNQXAC9IVRw", "https://youtube.com.:443/watch?v=jNQXAC9IVRw", "https://y\xD0\xBEutube.com/watch?v=jNQXAC9IVRw",
		"https://youtube.com@evil.example/watch?v=jNQXAC9IVRw", "https://www.youtube.com/watch?v=\"><script>", "https://www.tiktok.com/video/1",
		"javascript:alert(1)//youtu.be/jNQXAC9IVRw", "data:text/html,https://youtu.be/jNQXAC9IVRw", "//youtu.be/jNQXAC9IVRw",
	};

	for (size_t i = 0; i < COUNT(urls); i++) {
		struct str platform, id;

		replay_video_of_url(anna(&w), str_of(urls[i]), &platform, &id);
		EXPECT_STR(platform, "other");
		EXPECT_STR(id, "");
	}
}

static void ten_thousand_characters_are_no_title(void)
{
	struct world w = world(.bare = true);
	struct replay_id id = draft(&w, 0);
	char *text = arena_alloc(w.mem, 10000);
	struct replay now;
	struct video_id video_id;

	for (int i = 0; i < 10000; i++)
		text[i] = 'a';
	EXPECT_ERR(replay_by_id(anna(&w), id, &now), OK);
	EXPECT_ERR(replay_update(anna(&w), &now, &(struct replay_ask){ .title = { text, 10000 } }), ERR_BAD_INPUT);
	EXPECT_ERR(replay_update(anna(&w), &now, &(struct replay_ask){ .title = S("x"), .slug = { text, 10000 } }), ERR_BAD_INPUT);
	EXPECT_ERR(replay_video_add(anna(&w), id, S("https://xn--/"), &video_id), ERR_BAD_INPUT);
	EXPECT_ERR(replay_update(anna(&w), &now, &(struct replay_ask){ .title = S("\xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7 \xF0\x9F\x8E\x89 <b>") }), OK);
	EXPECT_ERR(replay_update(anna(&w), &now, &(struct replay_ask){ .title = S("late") }), ERR_EDIT_CONFLICT);
}

static const CU_TestInfo tests[] = {
	T(a_draft_given_a_video_is_published_once),
	T(whatever_changes_its_videos_raises_the_revision),
	T(a_video_is_found_under_its_own_replay_alone),
	T(an_import_is_told_once_and_when_it_can_be_seen),
	T(nobody_waits_for_ever_for_a_video),
	T(an_address_that_only_looks_like_it_is_a_plain_link),
	T(ten_thousand_characters_are_no_title),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_replay = { "lib/replay", tests };
