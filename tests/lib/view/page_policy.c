/* page_policy.c: which pictures a public page may show, and that no stored address writes its header. */
#include "lib/view/page_policy.h"

#include "lib/core/config.h"
#include "tests/aired.h"
#include "tests/suite.h"

static struct str img_of(struct world *w, struct str policy)
{
	size_t at = str_find(policy, 0, S("img-src "));
	struct str rest = str_slice(policy, at == SIZE_MAX ? policy.n : at + 8, policy.n);

	return str_copy(w->mem, str_cut(&rest, ';'));
}

static struct str frames_of(struct world *w, struct str policy)
{
	size_t at = str_find(policy, 0, S("frame-src "));
	struct str rest = str_slice(policy, at == SIZE_MAX ? policy.n : at + 10, policy.n);

	return str_copy(w->mem, str_cut(&rest, ';'));
}

static void a_hosts_name_is_all_that_reaches_the_header(void)
{
	static const struct {
		const char *url, *host; /* host NULL: refused */
	} cases[] = {
		{ "https://cdn.example/a.jpg", "https://cdn.example" }, { "HTTPS://CDN.Example/a;b.jpg?x=;y", "https://cdn.example" },
		{ "https://cdn.example:8443/a", "https://cdn.example:8443" }, { "https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example" },
		{ "https://cdn.example", "https://cdn.example" }, { "https://cdn.example?a", "https://cdn.example" }, { "https://cdn.example#a", "https://cdn.example" },
		{ "http://cdn.example/a", NULL }, { "http://127.0.0.1:8481/a", NULL }, { "https://b\xC3\xBC" "cher.example/a", NULL },
		{ "https://cdn.example;script-src *", NULL }, { "https://cdn.example; script-src 'unsafe-inline'", NULL }, { "https://cdn.example,x/a", NULL },
		{ "https://cdn.example\r\nSet-Cookie: a=b", NULL }, { "https://cdn.example\n/a", NULL }, { "https://cdn.example\t/a", NULL },
		{ "https://cdn.example/a b", NULL }, { "https://*.example/a", NULL }, { "https://*/a", NULL }, { "https://'self'/a", NULL },
		{ "https://a:b@cdn.example/a", NULL }, { "https://cdn.example@evil.example/a", NULL }, { "https://cdn.example\\@evil.example/a", NULL },
		{ "https://10.0.0.1/a", NULL }, { "https://2130706433/a", NULL }, { "https://0x7f.1/a", NULL }, { "https://[::1]/a", NULL },
		{ "https://127.0.0.1/a", "https://127.0.0.1" }, { "https://cdn.example./a", NULL }, { "https://.example/a", NULL }, { "https://cdn..example/a", NULL },
		{ "https://cdn.example:0/a", NULL }, { "https://cdn.example:65536/a", NULL }, { "https://cdn.example:99999999999/a", NULL },
		{ "https://cdn.example:/a", NULL }, { "https://cdn_x.example/a", NULL }, { "https://-x.example/a", NULL }, { "https:///a", NULL }, { "https://", NULL },
		{ "javascript:alert(1)", NULL }, { "data:image/png;base64,x", NULL }, { "//cdn.example/a", NULL }, { "/a.jpg", NULL }, { "", NULL },
		{ "blob:https://cdn.example/a", NULL }, { "https:cdn.example", NULL }, { " https://cdn.example/", NULL },
	};
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx *c = world_ctx(&w, NOBODY);
		struct page_policy policy = { 0 };
		struct str url = page_picture(c, &policy, str_of(cases[i].url));
		struct str img = img_of(&w, page_policy_text(c, &policy, (struct page_allows){ .scripts = false }));

		suite_expect(cases[i].host ? url.n > 0 : url.n == 0, cases[i].url, __FILE__, __LINE__);
		EXPECT_SAME(img, cases[i].host ? str_fmt(w.mem, "'self' %s", cases[i].host) : S("'self'"));
	}
}

static void plain_http_is_for_whom_the_operator_allows_it(void)
{
	struct world w = world(.bare = true);
	struct page_policy policy = { 0 };

	w.config->allow_http = true;
	EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, S("http://127.0.0.1:8481/a.svg")).n > 0);
	EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, S("http://127.0.0.1:8481/b.svg")).n > 0);
	EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, S("http://10.0.0.1/a")).n == 0);
	EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, S("ftp://cdn.example/a")).n == 0);
	EXPECT_INT((int64_t)policy.hosts_n, 1);
	EXPECT_STR(img_of(&w, page_policy_text(world_ctx(&w, NOBODY), &policy, (struct page_allows){ .scripts = true })), "'self' http://127.0.0.1:8481");
}

static void a_page_has_so_many_hosts_and_no_more(void)
{
	struct world w = world(.bare = true);
	struct page_policy policy = { 0 };

	for (int i = 0; i < PAGE_HOSTS_MAX; i++)
		EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, str_fmt(w.mem, "https://h%d.example/a", i)).n > 0);
	EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, S("https://one.more.example/a")).n == 0);
	EXPECT(page_picture(world_ctx(&w, NOBODY), &policy, S("https://h0.example/b")).n > 0);
}

static void what_the_operator_wrote_is_read_too(void)
{
	struct world w = world(.bare = true);
	struct page_policy policy = { 0 };
	struct str text = page_policy_text(world_ctx(&w, NOBODY), &policy, (struct page_allows){
		.images = "https://*.tiktokcdn.com  https://x.example;script-src https://y.example/z 'unsafe-inline' *", .frames = "https://*.a;b" });

	EXPECT_STR(img_of(&w, text), "'self' https://*.tiktokcdn.com https://y.example");
	EXPECT_STR(frames_of(&w, text), "'none'");
	EXPECT(str_find(text, 0, S("script-src 'none'")) != SIZE_MAX);
}

/* ---- the pages themselves */

static void shows(struct world *w, const char *platform, const char *id, const char *poster)
{
	world_sql(w, "update u.replay_video set platform = '%s', external_id = '%s', thumb_url = '%s', embeddable = true, state = 'ready'", platform, id, poster);
}

static struct str policy_of(struct world *w, struct got got)
{
	(void)w;
	expect_status(got, 200);
	return got_header(got, "Content-Security-Policy");
}

static void each_platform_has_its_own(void)
{
	static const struct {
		const char *platform, *id, *poster, *image, *frame;
	} cases[] = {
		{ "youtube", "jNQXAC9IVRw", "", "'self' https://i.ytimg.com https://cdn.example", "https://www.youtube-nocookie.com" },
		{ "twitch", "2339999999", "https://static-cdn.jtvnw.net/x.jpg", "'self' https://static-cdn.jtvnw.net https://cdn.example", "https://player.twitch.tv" },
		{ "tiktok", "7400000000000000002", "https://p16.tiktokcdn.com/x.jpg",
			"'self' https://*.tiktokcdn.com https://*.tiktokcdn-us.com https://*.tiktokcdn-eu.com https://p16.tiktokcdn.com https://cdn.example", "https://www.tiktok.com" },
	};
	struct world w = world(.stock = 9, .variants = 2);

	world_sql(&w, "update u.product set image_url = 'https://cdn.example/mug.jpg'");
	aired(&w, "youtube", "Kitchen", "https://youtu.be/jNQXAC9IVRw");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str still, playing;

		shows(&w, cases[i].platform, cases[i].id, cases[i].poster);
		still = policy_of(&w, aired_page(&w, ""));
		EXPECT_STR(img_of(&w, still), cases[i].image);
		EXPECT_STR(frames_of(&w, still), "'none'");
		playing = policy_of(&w, aired_page(&w, "?play=1"));
		EXPECT_STR(frames_of(&w, playing), cases[i].frame);
		expect_body_has(aired_page(&w, "?play=1"), "<iframe");
	}
}

static void without_a_player_there_is_no_frame(void)
{
	struct world w = world(.stock = 9, .variants = 2);

	aired(&w, "youtube", "Kitchen", "https://youtu.be/jNQXAC9IVRw");
	shows(&w, "other", "", "");
	EXPECT_STR(img_of(&w, policy_of(&w, aired_page(&w, "?play=1"))), "'self'");
	EXPECT_STR(frames_of(&w, policy_of(&w, aired_page(&w, "?play=1"))), "'none'");
	shows(&w, "youtube", "x\" onload=\"", "");
	EXPECT_STR(frames_of(&w, policy_of(&w, aired_page(&w, "?play=1"))), "'none'");
	world_sql(&w, "update u.replay_video set state = 'gone'");
	EXPECT_STR(img_of(&w, policy_of(&w, aired_page(&w, "?play=1&on=twitch"))), "'self'");
	expect_body_lacks(aired_page(&w, "?play=1"), "<iframe");
}

static void hostile_addresses_that_were_stored_are_not_shown(void)
{
	static const char *const evil[] = { "https://evil.example; script-src *", "https://evil.example\n script-src *", "javascript:alert(1)", "http://evil.example/a",
		"https://user:pw@evil.example/a", ("https://b\xC3\xBC" "cher.example/a"), "https://10.0.0.1/a", "data:text/html,x" };
	struct world w = world(.stock = 9, .variants = 2);

	aired(&w, "youtube", "Kitchen", "https://youtu.be/jNQXAC9IVRw");
	aired_offer(&w);
	world_sql(&w, "insert into u.bio (creator_id) values (%s)", world_uuid(&w, w.anna.creator.u));
	for (size_t i = 0; i < COUNT(evil); i++) {
		world_sql(&w, "update u.product set image_url = '%s'", evil[i]);
		world_sql(&w, "update u.replay_video set thumb_url = '%s'", evil[i]);
		world_sql(&w, "update u.replay set thumb_url = '%s'", evil[i]);
		world_sql(&w, "update u.bio set picture_url = '%s'", evil[i]);
		EXPECT_STR(img_of(&w, policy_of(&w, aired_page(&w, ""))), "'self' https://i.ytimg.com");
		EXPECT_STR(img_of(&w, policy_of(&w, aired_bio(&w))), "'self'");
		expect_body_lacks(aired_page(&w, ""), "evil.example");
		expect_body_lacks(aired_bio(&w), "evil.example");
	}
}

static void the_bio_allows_its_own_pictures_alone(void)
{
	struct world w = world(.stock = 9, .variants = 2);

	EXPECT_STR(img_of(&w, policy_of(&w, aired_bio(&w))), "'self'");
	world_sql(&w, "update u.product set image_url = 'https://cdn.example/mug.jpg'");
	world_sql(&w, "insert into u.bio (creator_id, picture_url) values (%s, 'https://me.example/anna.jpg')", world_uuid(&w, w.anna.creator.u));
	aired(&w, "youtube", "Kitchen", "https://youtu.be/jNQXAC9IVRw");
	world_sql(&w, "update u.replay set thumb_url = 'https://thumbs.example/a.jpg'");
	aired_offer(&w);
	EXPECT_STR(img_of(&w, policy_of(&w, aired_bio(&w))), "'self' https://me.example https://cdn.example https://thumbs.example");
	EXPECT(str_find(policy_of(&w, aired_bio(&w)), 0, S("script-src 'none'")) != SIZE_MAX);
	EXPECT(str_starts(policy_of(&w, aired_bio(&w)), S("default-src 'none'; ")));
	EXPECT_STR(frames_of(&w, policy_of(&w, aired_bio(&w))), "'none'");
}

static const CU_TestInfo tests[] = {
	T(a_hosts_name_is_all_that_reaches_the_header),
	T(plain_http_is_for_whom_the_operator_allows_it),
	T(a_page_has_so_many_hosts_and_no_more),
	T(what_the_operator_wrote_is_read_too),
	T(each_platform_has_its_own),
	T(without_a_player_there_is_no_frame),
	T(hostile_addresses_that_were_stored_are_not_shown),
	T(the_bio_allows_its_own_pictures_alone),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_view_page_policy = { "lib/view/page_policy", tests };
