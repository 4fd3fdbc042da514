/* GET and POST /go/:code by whoever only looks, or may be nobody: previews, prefetches, the confirm page. */
#include "tests/suite.h"
#include "tests/world.h"

#define OLD_BROWSER "Accept: text/html\nUser-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) Version/12.0 Safari/604.1"

static void nothing_is_held(struct world *w)
{
	expect_sql(w, 0, "select count(*) from u.reservation");
	expect_sql(w, 0, "select coalesce(sum(held), 0) from u.inventory");
	expect_sql(w, 0, "select count(*) from u.checkout_session");
	expect_sql(w, 0, "select coalesce(sum(redemptions_held), 0) from u.offer");
}

static struct got old_browser(struct world *w, const char *path, const char *visitor)
{
	return ask(w, (struct asking){ .path = path, .visitor = visitor, .headers = OLD_BROWSER });
}

/* value="..." of the hidden input of that name */
static struct str input_of(struct world *w, struct got got, const char *name)
{
	struct str mark = str_fmt(w->mem, "name=\"%s\" value=\"", name);
	size_t at = str_find(got.body, 0, mark);

	if (at == SIZE_MAX)
		return S("");
	at += mark.n;
	return str_slice(got.body, at, str_find(got.body, at, S("\"")));
}

static struct got press(struct world *w, const char *form, const char *visitor, const char *headers)
{
	return ask(w, (struct asking){ .method = POST, .path = "/go/annalink1", .body = form, .visitor = visitor,
		.content_type = "application/x-www-form-urlencoded", .headers = headers });
}

static const char *const agents[] = {
	"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slack-ImgProxy (+https://api.slack.com/robots)",
	"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookcatalog/1.0", "Facebot",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
	"meta-externalagent/1.1", "meta-externalfetcher/1.1", "Twitterbot/1.0", "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
	"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "TelegramBot (like TwitterBot)", "WhatsApp/2.23.20.0",
	"WhatsApp/2.24.4.78 A", "Viber/19.0", "SkypeUriPreview Preview/0.5", "Mozilla/5.0 (compatible; Pinterestbot/1.0)",
	"Pinterest/0.2 (+https://www.pinterest.com/bot.html)", "redditbot/1.0", "vkShare; +http://vk.com/dev/Share", "Tumblr/14.0.835.186",
	"Mastodon/4.2.1 (http.rb/5.1.1; +https://example.social/)", "Misskey/13.14", "Bluesky Cardyb/1.1", "Synapse (bot; +https://github.com)",
	"Mattermost-Bot/1.1", "Iframely/1.3.1 (+https://iframely.com/docs/about)", "Embedly/0.2", "FlipboardProxy/1.2",
	"Trello", "NotionEmbedder", "XING-contenttabreceiver/2.0", "TikTokSpider", "Mozilla/5.0 (compatible; Bytespider)",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "AdsBot-Google (+http://www.google.com/adsbot.html)",
	"Mediapartners-Google", "Google-InspectionTool/1.0", "GoogleOther", "Mozilla/5.0 (compatible; bingbot/2.0)", "BingPreview/1.0b",
	"Mozilla/5.0 (compatible; Applebot/0.1)", "DuckDuckBot/1.1", "Mozilla/5.0 (compatible; Yahoo! Slurp)",
	"Mozilla/5.0 (compatible; YandexBot/3.0)", "Mozilla/5.0 (compatible; Baiduspider/2.0)", "Sogou web spider/4.0",
	"Mozilla/5.0 (compatible; PetalBot)", "SeznamBot/4.0", "GPTBot/1.2", "ChatGPT-User/1.0", "OAI-SearchBot/1.0", "ClaudeBot/1.0",
	"PerplexityBot/1.0", "CCBot/2.0", "Amazonbot/0.1", "AhrefsBot/7.0", "SemrushBot/7~bl", "MJ12bot/v1.4.8", "DotBot/1.2",
	"UptimeRobot/2.0", "ia_archiver", "kakaotalk-scrap/1.0", "line-poker/1.0",
};

static void sixty_preview_agents_hold_nothing(void)
{
	static const char *const extras[] = { "", "\nSec-Purpose: prefetch", "\nPurpose: preview", "\nX-Moz: prefetch",
		"\nX-Purpose: preview", "\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document" };
	struct world w = world(.stock = 1, .clicks_max = 5, .redemptions_max = 5);

	EXPECT(COUNT(agents) >= 60);
	for (size_t i = 0; i < COUNT(agents); i++) {
		for (size_t k = 0; k < 2 * COUNT(extras); k++) {
			struct got got = ask(&w, (struct asking){ .method = k % 2 ? HEAD : GET, .path = "/go/annalink1",
				.headers = str_z(w.mem, str_fmt(w.mem, "Accept: */*\nUser-Agent: %s%s", agents[i], extras[k / 2])) });

			expect_status(got, 200);
			expect_no_header(got, "Set-Cookie");
			suite_expect(k % 2 ? got.body.n == 0 : str_find(got.body, 0, S("og:title")) != SIZE_MAX, agents[i],
				__FILE__, __LINE__);
		}
	}
	nothing_is_held(&w);
	expect_sql(&w, 0, "select clicks_used from u.short_link");
	expect_sql(&w, 0, "select count(*) from u.event_log where type <> 'LINK_PREVIEWED'");
	expect_status(tap(&w, "anna"), 303);
}

static void a_preview_shows_product_price_and_creator(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "update u.product set image_url = 'https://cdn.example/mug.png'");
	got = ask(&w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: Twitterbot/1.0" });
	expect_body_has(got, "property=\"og:title\" content=\"Mug · Anna\"");
	expect_body_has(got, "content=\"$16.00 instead of $20.00\"");
	expect_body_has(got, "property=\"og:image\" content=\"https://cdn.example/mug.png\"");
	expect_body_has(got, "content=\"https://unifyed.test/go/annalink1\"");
	expect_body_lacks(got, "<form");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_PREVIEWED'");
}

static void a_preview_of_a_closed_link_is_no_offer(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "update u.short_link set revoked_at = u.clock()");
	got = ask(&w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: Twitterbot/1.0" });
	expect_status(got, 410);
	expect_body_lacks(got, "$16.00");
}

static struct got preview(struct world *w, enum method method)
{
	return ask(w, (struct asking){ .method = method, .path = "/go/annalink1", .headers = "User-Agent: Twitterbot/1.0" });
}

static void a_link_that_sells_nothing_has_a_card_that_says_why(void)
{
	static const struct {
		const char *sql, *says;
		int status;
	} cases[] = {
		{ "update u.short_link set revoked_at = u.clock()", "This offer has ended.", 410 },
		{ "update u.short_link set expires_at = u.clock() - interval '1 second'", "This offer has ended.", 410 },
		{ "update u.offer set state = 'expired'", "This offer has ended.", 410 },
		{ "update u.offer set starts_at = u.clock() + interval '1 day'", "It begins on ", 409 },
		{ "update u.offer set state = 'paused', ends_at = u.clock() - interval '1 second'", "This offer has ended.", 410 },
		{ "update u.shop set status = 'uninstalled'", "This offer has ended.", 410 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w = world(.stock = 5);
		struct got got;

		world_sql(&w, "update u.product set image_url = 'https://cdn.example/mug.png'");
		world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock()");
		world_sql(&w, "update u.live_session set state = 'ended', ended_at = u.clock()");
		world_sql(&w, "%s", cases[i].sql);
		got = preview(&w, GET);
		expect_status(got, cases[i].status);
		expect_body_has(got, "property=\"og:title\" content=\"Mug · Anna\"");
		expect_body_has(got, cases[i].says);
		expect_body_has(got, "property=\"og:image\" content=\"https://cdn.example/mug.png\"");
		expect_body_has(got, "property=\"og:url\" content=\"https://unifyed.test/go/annalink1\"");
		expect_body_has(got, "name=\"robots\" content=\"noindex\"");
		expect_body_lacks(got, "$16.00");
		expect_status(preview(&w, HEAD), cases[i].status);
		nothing_is_held(&w);
		expect_sql(&w, 0, "select count(*) from u.event_log where type <> 'LINK_PREVIEWED'");
		expect_sql(&w, 2, "select count(*) from u.event_log where type = 'LINK_PREVIEWED'");
	}
}

static void what_is_sold_out_has_a_card_that_says_so(void)
{
	struct world w = world(.stock = 1, .variants = 2);
	struct got got;

	world_sql(&w, "update u.inventory set shop_available = 0 where item_id = %s", world_uuid(&w, w.items[0].u));
	expect_body_lacks(preview(&w, GET), "Sold out"); /* the other variant is there */
	world_sql(&w, "update u.inventory set waited_until = u.clock() + interval '1 minute'");
	world_sql(&w, "insert into u.waitlist (id, creator_id, shop_id, item_id, link_id, variant_id, visitor, units, present_until, ends_at)"
		" select gen_random_uuid(), l.creator_id, %s, %s, l.id, %s, gen_random_uuid(), 1, u.clock() + interval '30 seconds', u.clock() + interval '1 day'"
		" from u.short_link l", world_uuid(&w, w.shop.u), world_uuid(&w, w.items[1].u), world_uuid(&w, w.variants[1].u));
	got = preview(&w, GET);
	expect_status(got, 200);
	expect_body_has(got, "content=\"Sold out for now: wait in line for what comes back.\"");
	expect_body_has(got, "content=\"out of stock\"");
	expect_body_lacks(got, "instead of");
	expect_status(preview(&w, HEAD), 200);
	nothing_is_held(&w);
	expect_sql(&w, 0, "select count(*) from u.event_log where type <> 'LINK_PREVIEWED'");
	world_clock_advance(&w, 31000); /* she went away */
	expect_body_has(preview(&w, GET), "content=\"in stock\"");
	world_sql(&w, "update u.inventory set tracked = false, shop_available = 0");
	expect_body_has(preview(&w, GET), "content=\"in stock\"");
}

static void the_button_of_what_is_sold_out_promises_nothing(void)
{
	struct world w = world(.stock = 0);
	struct got got = old_browser(&w, "/go/annalink1", "vera");

	expect_status(got, 200);
	expect_body_has(got, "Sold out for now");
	expect_body_has(got, "<button>See what can be done</button>");
	expect_body_lacks(got, "Hold it for me");
	got = press(&w, str_z(w.mem, str_fmt(w.mem, "token=" STR_FMT, STR_ARG(input_of(&w, got, "token")))), "vera", OLD_BROWSER);
	expect_status(got, 409);
	expect_body_has(got, "Wait in line for it");
	nothing_is_held(&w);
}

static void a_card_leads_with_her_live_whatever_the_link_sells(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "update u.live_session set title = 'Now \"cooking\" <b>' where state = 'live'");
	if (!world_int(&w, "select count(*) from u.live_session where state = 'live'"))
		world_sql(&w, "insert into u.live_session (id, creator_id, title, state, started_at) values (gen_random_uuid(), %s, 'Now \"cooking\" <b>', 'live', u.clock())",
			world_uuid(&w, w.anna.creator.u));
	world_sql(&w, "update u.short_link set revoked_at = u.clock()");
	got = preview(&w, GET);
	expect_status(got, 410);
	expect_body_has(got, "property=\"og:title\" content=\"Live now: Now &quot;cooking&quot; &lt;b&gt;\"");
	expect_body_has(got, "Mug · Anna is not on offer just now.");
	world_sql(&w, "update u.live_session set state = 'ended', ended_at = u.clock() where state = 'live'");
	expect_body_has(preview(&w, GET), "property=\"og:title\" content=\"Mug · Anna\"");
}

static void a_prefetch_is_503_and_leaves_nothing(void)
{
	static const char *const markers[] = { "Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch",
		"X-Moz: prefetch", "X-Purpose: preview" };
	struct world w = world(.stock = 1);

	for (size_t i = 0; i < COUNT(markers); i++) {
		struct got got = ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .headers = markers[i] });

		expect_status(got, 503);
		expect_header(got, "Cache-Control", "no-store");
		expect_no_header(got, "Set-Cookie");
		EXPECT_INT((int64_t)got.body.n, 0);
	}
	nothing_is_held(&w);
	expect_sql(&w, 0, "select count(*) from u.event_log");
}

static void options_is_204_and_other_methods_405(void)
{
	struct world w = world(.stock = 1);

	expect_status(ask(&w, (struct asking){ .method = OPTIONS, .path = "/go/annalink1", .page = true }), 204);
	expect_problem(ask(&w, (struct asking){ .method = DELETE, .path = "/go/annalink1" }), "method");
	expect_problem(ask(&w, (struct asking){ .method = PUT, .path = "/go/annalink1", .body = "{}" }), "method");
	nothing_is_held(&w);
}

/* ---- who must confirm */

static void without_browser_headers_there_is_a_button_and_it_works_without_cookies(void)
{
	struct world w = world(.stock = 1);
	struct got page = old_browser(&w, "/go/annalink1", NULL), got;
	struct str token = input_of(&w, page, "token");

	expect_status(page, 200);
	expect_no_header(page, "Set-Cookie");
	EXPECT_INT((int64_t)token.n, 72);
	nothing_is_held(&w);
	got = press(&w, str_z(w.mem, str_fmt(w.mem, "token=" STR_FMT "&units=1", STR_ARG(token))), NULL, OLD_BROWSER);
	expect_status(got, 303);
	got = press(&w, str_z(w.mem, str_fmt(w.mem, "token=" STR_FMT "&units=1", STR_ARG(token))), "anna", OLD_BROWSER);
	expect_status(got, 303); /* the same button pressed twice is the same visitor */
	expect_sql(&w, 1, "select count(*) from u.checkout_session");
	expect_status(old_browser(&w, "/go/annalink1", "anna"), 303); /* known by her cookie from now on */
	expect_sql(&w, 1, "select count(*) from u.checkout_session");
}

static void a_token_is_for_its_link_and_its_hour(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct got page = old_browser(&w, "/go/benlink1", NULL);
	const char *form = str_z(w.mem, str_fmt(w.mem, "token=" STR_FMT, STR_ARG(input_of(&w, page, "token"))));

	expect_status(press(&w, form, NULL, OLD_BROWSER), 200);
	nothing_is_held(&w);
	page = old_browser(&w, "/go/annalink1", NULL);
	form = str_z(w.mem, str_fmt(w.mem, "token=" STR_FMT, STR_ARG(input_of(&w, page, "token"))));
	world_clock_advance(&w, 61 * 60 * 1000);
	expect_status(press(&w, form, NULL, OLD_BROWSER), 200);
	nothing_is_held(&w);
}

static void the_button_of_a_stranger_holds_nothing(void)
{
	struct world w = world(.stock = 8);

	expect_problem(press(&w, "units=1", NULL, OLD_BROWSER "\nOrigin: https://evil.example"), "csrf");
	expect_problem(press(&w, "units=1", NULL, OLD_BROWSER "\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\n"
		"Sec-Fetch-Dest: document"), "csrf");
	expect_status(press(&w, "units=1", NULL, OLD_BROWSER), 200);
	expect_status(press(&w, "token=x&units=1", NULL, OLD_BROWSER), 200);
	nothing_is_held(&w);
	expect_status(press(&w, "units=1", NULL, OLD_BROWSER "\nOrigin: https://unifyed.test"), 303);
	expect_status(press(&w, "", NULL, OLD_BROWSER "\nOrigin: https://unifyed.test"), 303);
	expect_sql(&w, 2, "select held from u.inventory");
}

static void forged_cookies_are_as_none(void)
{
	static const char *const forged[] = {
		"__Host-uv=1", "__Host-uv=", "__Host-uv=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"uv=AAAA; __Host-uv=\"x\"", "__Host-uv=%00%ff", ";;;=;", "__Host-uv=%2e%2e/",
	};
	struct world w = world(.stock = 50);

	for (size_t i = 0; i < COUNT(forged); i++) {
		const char *cookie = str_z(w.mem, str_fmt(w.mem, "Cookie: %s", forged[i]));

		expect_status(ask(&w, (struct asking){ .path = "/go/annalink1",
			.headers = str_z(w.mem, str_fmt(w.mem, OLD_BROWSER "\n%s", cookie)) }), 200);
		expect_status(ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .headers = cookie }), 303);
	}
	expect_sql(&w, COUNT(forged), "select count(distinct visitor) from u.checkout_session");
}

static void a_script_or_frame_gets_the_button(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "anna"), 303);
	expect_body_has(ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .visitor = "anna",
		.headers = "Sec-Fetch-Dest: iframe" }), "<button>");
	expect_body_has(ask(&w, (struct asking){ .path = "/go/annalink1", .page = true, .visitor = "anna",
		.headers = "Sec-Fetch-Mode: no-cors\nSec-Fetch-Dest: image" }), "<button>");
	expect_sql(&w, 1, "select held from u.inventory");
}

static void a_page_lets_its_form_lead_to_the_shop_and_nothing_frame_it(void)
{
	struct world w = world(.stock = 5);
	struct str policy = got_header(old_browser(&w, "/go/annalink1", NULL), "Content-Security-Policy");

	EXPECT(str_find(policy, 0, S("form-action 'self' https:;")) != SIZE_MAX);
	EXPECT(str_find(policy, 0, S("frame-ancestors 'none'")) != SIZE_MAX);
	EXPECT(str_find(policy, 0, S("default-src 'none'")) != SIZE_MAX);
	w.config->allow_http = true;
	policy = got_header(old_browser(&w, "/go/annalink1", NULL), "Content-Security-Policy");
	EXPECT(str_find(policy, 0, S("form-action 'self' https: http:;")) != SIZE_MAX);
}

static const CU_TestInfo tests[] = {
	T(sixty_preview_agents_hold_nothing),
	T(a_preview_shows_product_price_and_creator),
	T(a_preview_of_a_closed_link_is_no_offer),
	T(a_link_that_sells_nothing_has_a_card_that_says_why),
	T(what_is_sold_out_has_a_card_that_says_so),
	T(the_button_of_what_is_sold_out_promises_nothing),
	T(a_card_leads_with_her_live_whatever_the_link_sells),
	T(a_prefetch_is_503_and_leaves_nothing),
	T(options_is_204_and_other_methods_405),
	T(without_browser_headers_there_is_a_button_and_it_works_without_cookies),
	T(a_token_is_for_its_link_and_its_hour),
	T(the_button_of_a_stranger_holds_nothing),
	T(forged_cookies_are_as_none),
	T(a_script_or_frame_gets_the_button),
	T(a_page_lets_its_form_lead_to_the_shop_and_nothing_frame_it),
	CU_TEST_INFO_NULL,
};
const struct suite suite_go_look = { "cgi-bin/go_look", tests };
