/* at.c: the link in the bio: what it shows, who may change it, what is counted, and handles that move. */
#include "lib/bio/bio.h"
#include "lib/cron/cron.h"
#include "tests/suite.h"
#include "tests/world.h"

extern const struct helper events_deliver_helper;

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

static struct got look(struct world *w, const char *path)
{
	return ask(w, (struct asking){ .path = path, .page = true });
}

/* As if her offer had just been activated. */
static void offer_on(struct world *w)
{
	world_sql(w, "insert into u.event_log (id, type, creator_id, subject) values (gen_random_uuid(), 'OFFER_ACTIVATED', %s, %s)",
		world_uuid(w, w->anna.creator.u), world_uuid(w, w->anna.offer.u));
	deliver(w);
}

static void a_new_page_sells_what_runs(void)
{
	struct world w = world(.stock = 3);
	struct got got;

	expect_body_has(look(&w, "/@anna"), "Nothing here just now");
	offer_on(&w);
	got = look(&w, "/@anna");
	expect_status(got, 200);
	expect_body_has(got, "Mug");
	expect_body_has(got, "$16.00");
	expect_body_has(got, "3 left");
	expect_body_has(got, "\"@type\":\"ProfilePage\"");
	expect_header(got, "Cache-Control", "public, max-age=0, s-maxage=1");
	expect_no_header(got, "Set-Cookie");
	deliver(&w);
	expect_sql(&w, 1, "select count(*) from u.short_link l join u.attribution a on a.id = l.attribution_id where a.surface = 'link_in_bio'");
	world_sql(&w, "update u.inventory set shop_available = 0");
	expect_body_has(look(&w, "/@anna"), "Sold out</a>");
	world_sql(&w, "update u.offer set state = 'paused'");
	expect_body_lacks(look(&w, "/@anna"), "/go/");
}

static void what_is_bought_there_is_counted_there(void)
{
	struct world w = world(.stock = 3);
	struct str code;

	offer_on(&w);
	code = world_text(&w, "select l.code from u.short_link l join u.attribution a on a.id = l.attribution_id where a.surface = 'link_in_bio'");
	expect_status(tap_at(&w, "vera", str_z(w.mem, str_fmt(w.mem, "/go/" STR_FMT, STR_ARG(code)))), 303);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_IN_BIO_CLICK'");
	expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.attribution a on a.id = s.attribution_id where a.surface = 'link_in_bio'");
	for (int i = 0; i < 2; i++)
		expect_status(ask(&w, (struct asking){ .path = "/@anna/view.gif", .headers = "User-Agent: Mozilla/5.0 A", .address = "203.0.113.9" }), 200);
	(void)ask(&w, (struct asking){ .path = "/@anna/view.gif", .headers = "User-Agent: Twitterbot/1.0" });
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_IN_BIO_VIEW'");
	deliver(&w);
	EXPECT_STR(got_json(&w, say(&w, GET, "/bio", NULL), "views"), "1");
}

static void blocks_stand_in_her_order_and_time(void)
{
	struct world w = world(.stock = 3);
	struct got a, b, got;
	const char *path;

	a = say(&w, POST, "/bio/blocks", "{\"kind\":\"link\",\"title\":\"My <shop> & more\",\"url\":\"https://example.com/x?a=1&b=2\"}");
	b = say(&w, POST, "/bio/blocks", "{\"kind\":\"text\",\"title\":\"مرحبا 🎉\",\"body\":\"hello\"}");
	expect_status(a, 201);
	expect_status(b, 201);
	got = look(&w, "/@anna");
	expect_body_has(got, "My &lt;shop&gt; &amp; more");
	expect_body_lacks(got, "https://example.com/x"); /* it leads out through us */
	EXPECT(str_find(got.body, 0, S("My &lt;")) < str_find(got.body, 0, S("hello")));
	expect_status(say(&w, POST, "/bio/order", str_z(w.mem, str_fmt(w.mem, "{\"blocks\":[\"" STR_FMT "\",\"" STR_FMT "\"]}",
		STR_ARG(got_json(&w, b, "id")), STR_ARG(got_json(&w, a, "id"))))), 200);
	got = look(&w, "/@anna");
	EXPECT(str_find(got.body, 0, S("My &lt;")) > str_find(got.body, 0, S("hello")));
	expect_field(say(&w, POST, "/bio/order", str_z(w.mem, str_fmt(w.mem, "{\"blocks\":[\"" STR_FMT "\"]}", STR_ARG(got_json(&w, b, "id"))))), "blocks");
	path = str_z(w.mem, str_fmt(w.mem, "/@anna/out/" STR_FMT, STR_ARG(got_json(&w, a, "id"))));
	got = ask(&w, (struct asking){ .path = path, .headers = "User-Agent: Mozilla/5.0" });
	expect_status(got, 303);
	expect_header(got, "Location", "https://example.com/x?a=1&b=2");
	(void)ask(&w, (struct asking){ .path = path, .headers = "User-Agent: facebookexternalhit/1.1" });
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_IN_BIO_CLICK'");
	deliver(&w);
	EXPECT_STR(got_json(&w, say(&w, GET, "/bio/blocks", NULL), "items.1.clicks"), "1");
	expect_status(say(&w, PATCH, str_z(w.mem, str_fmt(w.mem, "/bio/blocks/" STR_FMT, STR_ARG(got_json(&w, a, "id")))),
		"{\"starts_at\":\"2099-01-01T00:00:00Z\"}"), 200);
	expect_body_lacks(look(&w, "/@anna"), "My &lt;");
	expect_status(ask(&w, (struct asking){ .path = path, .headers = "User-Agent: Mozilla/5.0" }), 404);
	expect_status(say(&w, DELETE, str_z(w.mem, str_fmt(w.mem, "/bio/blocks/" STR_FMT, STR_ARG(got_json(&w, a, "id")))), NULL), 204);
	expect_status(ask(&w, (struct asking){ .method = DELETE, .as = BEN, .path = str_z(w.mem, str_fmt(w.mem, "/bio/blocks/" STR_FMT, STR_ARG(got_json(&w, b, "id")))) }), 404);
}

static void hostile_blocks_are_refused(void)
{
	struct world w = world(.stock = 3);
	static const struct {
		const char *body, *field;
	} bad[] = {
		{ "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"javascript:alert(1)\"}", "url" }, { "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"data:text/html,x\"}", "url" },
		{ "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"https://a:b@example.com/\"}", "url" }, { "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"http://example.com/\"}", "url" },
		{ "{\"kind\":\"link\",\"title\":\"\",\"url\":\"https://example.com/\"}", "title" }, { "{\"kind\":\"link\",\"title\":\"\\u202ex\",\"url\":\"https://example.com/\"}", "title" },
		{ "{\"kind\":\"frame\"}", "kind" }, { "{\"kind\":\"text\"}", "body" }, { "{\"kind\":\"offer\"}", "offer" },
		{ "{\"kind\":\"offer\",\"offer\":\"offer_01jd0000000000000000000000\"}", "offer" }, { "{\"kind\":\"replay\",\"replay\":\"replay_01jd0000000000000000000000\"}", "replay" },
		{ "{\"kind\":\"text\",\"body\":\"x\",\"url\":\"https://example.com/\"}", "url" },
		{ "{\"kind\":\"text\",\"body\":\"x\",\"starts_at\":\"2027-01-02T00:00:00Z\",\"ends_at\":\"2027-01-01T00:00:00Z\"}", "ends_at" },
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		expect_field(say(&w, POST, "/bio/blocks", bad[i].body), bad[i].field);
	world_sql(&w, "insert into u.bio_block (id, creator_id, kind, body, position) select gen_random_uuid(), %s, 'text', 'x', n from generate_series(1, 100) n",
		world_uuid(&w, w.anna.creator.u));
	expect_problem(say(&w, POST, "/bio/blocks", "{\"kind\":\"text\",\"body\":\"x\"}"), "blocks-full");
	expect_status(look(&w, "/@anna"), 200);
}

static void colours_that_cannot_be_read_are_refused(void)
{
	struct world w = world(.stock = 3);
	struct got got;

	expect_field(say(&w, PATCH, "/bio", "{\"theme\":{\"accent\":\"#ffff00\",\"ground\":\"#ffffff\"}}"), "theme.accent");
	expect_field(say(&w, PATCH, "/bio", "{\"theme\":{\"accent_dark\":\"#222222\"}}"), "theme.accent_dark");
	expect_field(say(&w, PATCH, "/bio", "{\"theme\":{\"accent\":\"red;}x{\"}}"), "theme.accent");
	expect_field(say(&w, PATCH, "/bio", "{\"theme\":{\"font\":\"comic\"}}"), "theme.font");
	expect_field(say(&w, PATCH, "/bio", "{\"picture_url\":\"javascript:x\"}"), "picture_url");
	expect_field(say(&w, PATCH, "/bio", "{\"about\":\"\\u202e\"}"), "about");
	got = say(&w, PATCH, "/bio", "{\"about\":\"Bowls & boards\",\"theme\":{\"accent\":\"#9d174d\",\"ground\":\"#fff7ed\",\"font\":\"serif\"}}");
	expect_status(got, 200);
	expect_body_has(look(&w, "/@anna"), "font-serif");
	got = look(&w, "/@anna/theme.css?r=1");
	EXPECT_STR(got.content_type, "text/css");
	expect_body_has(got, "--accent: #9d174d");
	expect_status(ask(&w, (struct asking){ .method = PATCH, .path = "/bio", .body = "{\"about\":\"x\"}", .as = ANNA, .headers = "If-Match: \"7\"" }), 412);
	expect_status(say(&w, PATCH, "/bio", "{\"published\":false}"), 200);
	expect_status(look(&w, "/@anna"), 404);
}

static void contrast_is_that_of_wcag(void)
{
	EXPECT(bio_contrast(S("#000000"), S("#ffffff")) > 20.99 && bio_contrast(S("#000000"), S("#ffffff")) < 21.01);
	EXPECT(bio_contrast(S("#777777"), S("#ffffff")) > 4.47 && bio_contrast(S("#777777"), S("#ffffff")) < 4.49);
	EXPECT(bio_contrast(S("#77777"), S("#ffffff")) < 0.5);
	EXPECT_STR(bio_ink_on(S("#ffff00")), "#111111");
	EXPECT_STR(bio_ink_on(S("#1e1b4b")), "#ffffff");
}

static struct got rename_to(struct world *w, enum person who, const char *handle)
{
	return ask(w, (struct asking){ .method = PATCH, .path = "/auth/me", .as = who,
		.body = str_z(w->mem, str_fmt(w->mem, "{\"handle\":\"%s\"}", handle)) });
}

static void a_handle_that_moved_leads_on(void)
{
	struct world w = world(.stock = 3);
	struct got got;

	expect_status(rename_to(&w, ANNA, "anna.k"), 200);
	got = look(&w, "/@anna");
	expect_status(got, 302);
	expect_header(got, "Location", "/@anna.k");
	expect_problem(rename_to(&w, BEN, "anna"), "handle-taken");
	expect_problem(ask(&w, (struct asking){ .path = "/auth/signup", .body = "{\"email\":\"c@example.com\",\"password\":\"correct horse battery\",\"name\":\"C\",\"handle\":\"anna\"}" }), "handle-taken");
	expect_status(rename_to(&w, ANNA, "anna.kk"), 200);
	expect_header(look(&w, "/@anna"), "Location", "/@anna.kk");
	expect_header(look(&w, "/@anna.k"), "Location", "/@anna.kk");
	expect_status(rename_to(&w, ANNA, "anna"), 200); /* she may have it back */
	expect_status(look(&w, "/@anna"), 200);
	expect_header(look(&w, "/@anna.kk"), "Location", "/@anna");
	world_clock_advance(&w, INT64_C(366) * 24 * 3600 * 1000);
	expect_status(look(&w, "/@anna.k"), 404);
	expect_status(rename_to(&w, BEN, "anna.k"), 200);
	expect_status(look(&w, "/@anna.k"), 200);
	got = look(&w, "/@ANNA");
	expect_status(got, 302);
	expect_header(got, "Location", "/@anna");
	expect_status(look(&w, "/@no..body"), 404);
}

static int swap(struct world *w, int i)
{
	return rename_to(w, i % 2 ? BEN : ANNA, i % 2 ? "anna" : "anna.new").status == 200 ? 0 : 1;
}

static void nobody_gets_a_handle_in_the_moment_it_moves(void)
{
	struct world w = world(.stock = 3);
	int codes[8];

	fork_many(&w, 8, swap, codes);
	expect_sql(&w, 0, "select count(*) from u.creator where handle = 'anna'");
	expect_sql(&w, 1, "select count(*) from u.handle_past where handle = 'anna' and creator_id = %s", world_uuid(&w, w.anna.creator.u));
}

static void while_she_is_live_the_page_leads_with_it(void)
{
	struct world w = world(.stock = 3);
	struct got made;

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock()");
	expect_body_lacks(look(&w, "/@anna"), "Live now");
	made = say(&w, POST, "/streams", "{\"platform\":\"tiktok\",\"title\":\"Now\",\"url\":\"https://www.tiktok.com/@anna/live\"}");
	say(&w, POST, str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/start", STR_ARG(got_json(&w, made, "id")))), NULL);
	expect_body_has(look(&w, "/@anna"), "Watch on TikTok");
	say(&w, POST, str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/end", STR_ARG(got_json(&w, made, "id")))), NULL);
	expect_body_lacks(look(&w, "/@anna"), "Live now");
}

static int counted(struct str s, const char *what)
{
	int n = 0;

	for (size_t at = 0; (at = str_find(s, at, str_of(what))) != SIZE_MAX; at++)
		n++;
	return n;
}

static void its_card_leads_with_the_live_too(void)
{
	struct world w = world(.stock = 3);
	struct str stream, session;
	struct got got;

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock()");
	world_sql(&w, "update u.product set image_url = 'https://cdn.example/mug.jpg'");
	say(&w, PATCH, "/bio", "{\"about\":\"Bowls & boards\",\"picture_url\":\"https://cdn.example/anna.jpg\"}");
	got = look(&w, "/@anna");
	expect_body_has(got, "og:title\" content=\"Anna\"");
	expect_body_has(got, "og:description\" content=\"Bowls &amp; boards\"");
	expect_body_has(got, "og:image\" content=\"https://cdn.example/anna.jpg\"");
	stream = str_copy(w.mem, got_json(&w, say(&w, POST, "/streams", "{\"platform\":\"tiktok\",\"title\":\"Now\",\"url\":\"https://www.tiktok.com/@anna/live\"}"), "id"));
	say(&w, POST, str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/start", STR_ARG(stream))), NULL);
	got = look(&w, "/@anna");
	expect_body_has(got, "og:title\" content=\"Live now: Now\"");
	expect_body_has(got, "og:description\" content=\"Anna is live right now");
	EXPECT_INT(counted(got.body, "og:title"), 1);
	EXPECT_INT(counted(got.body, "og:image"), 1);
	EXPECT_INT(counted(got.body, "og:description"), 1);
	session = got_json(&w, say(&w, GET, str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT, STR_ARG(stream))), NULL), "session");
	expect_status(say(&w, POST, str_z(w.mem, str_fmt(w.mem, "/streams/sessions/" STR_FMT "/spotlight", STR_ARG(session))),
		str_z(w.mem, str_fmt(w.mem, "{\"offer\":\"" STR_FMT "\"}", STR_ARG(ID_TEXT(w.mem, offer, w.anna.offer))))), 201);
	got = look(&w, "/@anna");
	expect_body_has(got, "og:description\" content=\"Anna is showing Mug right now.\"");
	expect_body_has(got, "og:image\" content=\"https://cdn.example/mug.jpg\"");
	say(&w, POST, str_z(w.mem, str_fmt(w.mem, "/streams/" STR_FMT "/end", STR_ARG(stream))), NULL);
	got = look(&w, "/@anna");
	expect_body_has(got, "og:title\" content=\"Anna\"");
	expect_body_has(got, "og:image\" content=\"https://cdn.example/anna.jpg\"");
}

static const CU_TestInfo tests[] = {
	T(a_new_page_sells_what_runs),
	T(what_is_bought_there_is_counted_there),
	T(blocks_stand_in_her_order_and_time),
	T(hostile_blocks_are_refused),
	T(colours_that_cannot_be_read_are_refused),
	T(contrast_is_that_of_wcag),
	T(a_handle_that_moved_leads_on),
	T(nobody_gets_a_handle_in_the_moment_it_moves),
	T(while_she_is_live_the_page_leads_with_it),
	T(its_card_leads_with_the_live_too),
	CU_TEST_INFO_NULL,
};

const struct suite suite_cgi_bin_at = { "cgi-bin/at", tests };
