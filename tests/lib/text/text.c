/* text.c: what names and codes may look like. */
#include "lib/text/text.h"

#include <string.h>

#include "lib/core/ctx.h"
#include "lib/core/time.h"
#include "lib/json/json.h"
#include "tests/suite.h"

typedef bool judge(struct str s);

static void expect_all(judge *is, bool want, const char *const list[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		suite_expect(is(str_of(list[i])) == want, list[i], __FILE__, __LINE__);
}

#define ALL(is, want, ...)                                       \
	do {                                                     \
		static const char *const list[] = { __VA_ARGS__ }; \
		expect_all((is), (want), list, COUNT(list));     \
	} while (0)

static void link_codes(void)
{
	ALL(text_is_code, true, "abc", "ABC-123", "annalink1", "abcdefghijklmnopqrstuvwxyz012345");
	ALL(text_is_code, false, "", "ab", "-abc", "abc-", "a_b", "abc\n", "a b", "abcdefghijklmnopqrstuvwxyz0123456", "a/b",
		"\xC3\xA4" "bc");
	EXPECT(!text_is_code(S("abc\0")));
	EXPECT(!text_is_code((struct str){ 0 }));
}

static void handles(void)
{
	ALL(text_is_handle, true, "anna", "a.n_n.a", "ben2", "0ab");
	ALL(text_is_handle, false, "", "an", "Anna", ".anna", "anna.", "_ann", "an-na", "anna\n", "a@b",
		"abcdefghijklmnopqrstuvwxyz01234");
}

static void reserved_words_however_they_are_spelled(void)
{
	ALL(text_is_reserved, true, "admin", "go", "at", "dashboard", "Admin", "un.ifyed", "unifyed_", "A-P-I", "status",
		"assets", "streams", "support", "www");
	ALL(text_is_reserved, false, "", "anna", "goo", "adminanna", "annalink1");
}

static void emails(void)
{
	ALL(text_is_email, true, "anna@example.com", "a.b+c@x.co", "o'neil@mail.example.co.uk", "x@1a.de");
	ALL(text_is_email, false, "", "anna", "anna@", "@x.de", "anna@localhost", "a@b@c.de", "a b@c.de", "a@c..de",
		"a@-c.de", "a@c.de\n", "a@c.de\r\nBcc: x@y.de", "\"a\"@c.de", "<a@c.de>", "a@c.de.", "a,b@c.de");
	EXPECT(!text_is_email(S("a\0b@c.de")));
}

static void an_email_is_at_most_254_bytes(void)
{
	char longest[320];

	memset(longest, 'a', sizeof(longest));
	for (size_t i = 52; i < sizeof(longest); i += 50)
		longest[i] = '.';
	longest[1] = '@';
	EXPECT(text_is_email((struct str){ longest, 254 }));
	EXPECT(!text_is_email((struct str){ longest, 255 }));
}

static void shop_names_are_judged_as_recorded(void)
{
	struct ctx c = { .mem = arena_new(1 << 22) };
	struct json all, list;

	EXPECT_ERR(json_read_object(&c, suite_file(c.mem, "tests/fixtures/shopify/hmac-vectors.json"), &all), OK);
	list = json_get(all, "shop_domain");
	EXPECT(json_length(list) > 20);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json one = json_at(list, i);

		EXPECT_INT(text_is_shop(json_str_at(one, "input")), json_bool(json_get(one, "accept"), false));
	}
	EXPECT(!text_is_shop(S("pelagia\0.myshopify.com")));
	arena_free(c.mem);
}

static void time_zones(void)
{
	ALL(text_is_zone, true, "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+1",
		"EST5EDT");
	ALL(text_is_zone, false, "", "/Berlin", "Europe/", "../etc/passwd", "a/b/c/d", "Europe/Berlin;", "+1", "Europe Berlin",
		"UTC\n");
}

static void web_urls(void)
{
	ALL(text_is_web_url, true, "https://a.example", "http://a.example/", "HTTPS://a.example:8443/x?y=1#z",
		"http://127.0.0.1:8080", "https://[::1]:443/", "https://xn--mnchen-3ya.example/\xC3\xA4", "https://a.example?x");
	ALL(text_is_web_url, false, "", "a.example", "//a.example", "ftp://a.example", "javascript:alert(1)", "https://",
		"https:///x", "https://a:b@c.example", "https://a@c.example", "https://a.example\\@b.example",
		"https://a.example/ x", "https://a.example/\n", "https://a.example/\x7F", "https://-a.example",
		"https://a..example", "https://a.example:", "https://a.example:123456", "https://a.example/\xE2\x80\xAE",
		"https://a.example/\xFF", "https://a.example\tx", "https://%61.example");
}

static void names_people_read(void)
{
	ALL(text_is_name, true, "Anna's mug", "\xC3\x84rger & Co", "\xE5\x90\x8D", "\xF0\x9F\x98\x80", " a ");
	ALL(text_is_name, false, "", "   ", "a\nb", "a\tb", "a\x7F", "a\xC2\x85", "a\xE2\x80\xAE" "b", "\xE2\x81\xA6", "\xE2\x80\x8F",
		"\xD8\x9C", "\xFF", "\xED\xA0\x80", "a\xE2\x80\xA8");
	EXPECT(!text_is_name(S("a\0b")));
	ALL(text_is_prose, true, "a", "a\nb", "\na\n\nb\n", "\xD9\x85\n\xF0\x9F\x98\x80");
	ALL(text_is_prose, false, "", "\n", " \n ", "a\r\nb", "a\tb", "a\n\xE2\x80\xAE", "a\n\xFF", "a\xE2\x80\xA8" "b");
}

static void unfurlers_and_crawlers_are_known(void)
{
	ALL(text_is_preview_agent, true, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 "
		"Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "WhatsApp/2.23.20.0 A",
		"TelegramBot (like TwitterBot)", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
		"LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
		"Mozilla/5.0 (compatible; GOOGLEBOT/2.1; +http://www.google.com/bot.html)",
		"Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; "
		"Bytespider; spider-feedback@bytedance.com)",
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
		"Pinterest/0.2 (+http://www.pinterest.com/bot.html)", "Mozilla/5.0 SkypeUriPreview Preview/0.5",
		"SomethingNew/1.0 (+https://new.example/bot)");
}

static void browsers_of_people_are_not(void)
{
	ALL(text_is_preview_agent, false, "",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
		"Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile "
		"Safari/537.36",
		"Mozilla/5.0 (Linux; Android 10; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/21F90 Instagram 334.0.4.32.98",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [Pinterest/iOS]",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 "
		"musical_ly_2023 BytedanceWebview/d8a21c6",
		"Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/480.0.0.37.108;FBDV/iPhone14,5]",
		"Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 [LinkedInApp]/9.30.1234", "Snapchat/12.90.0.44 (like Safari/8617)",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0");
}

static void a_hostile_user_agent_costs_little(void)
{
	static char agent[65536];
	int64_t before = time_monotonic_ms();

	memset(agent, 'Y', sizeof(agent));
	for (int i = 0; i < 100; i++)
		EXPECT(!text_is_preview_agent((struct str){ agent, sizeof(agent) }));
	memset(agent, ' ', sizeof(agent));
	memcpy(agent, "Sogou", 5);
	EXPECT(!text_is_preview_agent((struct str){ agent, sizeof(agent) }));
	EXPECT(time_monotonic_ms() - before < 2000);
}

static void ids_of_platforms(void)
{
	static char many[200];

	memset(many, 'a', sizeof(many));
	EXPECT(text_is_platform_id(S("UC_a-9")) && text_is_platform_id((struct str){ many, 128 }));
	EXPECT(!text_is_platform_id(S("")) && !text_is_platform_id((struct str){ many, 129 }) && !text_is_platform_id(S("a\n")));
	EXPECT(text_is_platform_name(S("a.b-C_1")) && !text_is_platform_name(S("a/b")) && !text_is_platform_name((struct str){ many, 65 }));
	EXPECT(text_is_youtube_id(S("dQw4w9WgXcQ")) && !text_is_youtube_id(S("short")) && !text_is_youtube_id((struct str){ many, 21 }));
	EXPECT(text_is_number(S("18446744073709551615")) && text_is_number(S("0")));
	EXPECT(!text_is_number(S("")) && !text_is_number(S("-1")) && !text_is_number(S("1 ")) && !text_is_number(S("184467440737095516150")));
}

static const CU_TestInfo tests[] = {
	T(ids_of_platforms),
	T(link_codes),
	T(handles),
	T(reserved_words_however_they_are_spelled),
	T(emails),
	T(an_email_is_at_most_254_bytes),
	T(shop_names_are_judged_as_recorded),
	T(time_zones),
	T(web_urls),
	T(names_people_read),
	T(unfurlers_and_crawlers_are_known),
	T(browsers_of_people_are_not),
	T(a_hostile_user_agent_costs_little),
	CU_TEST_INFO_NULL,
};

const struct suite suite_text_text = { "lib/text", tests };
