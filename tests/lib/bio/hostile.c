/* hostile.c: texts and addresses that mean harm, or are only long. */
#include "tests/lib/bio/shared.h"

static struct got about(struct world *w, const char *quoted)
{
	return api(w, ANNA, PATCH, "/bio", fmt(w, "{\"about\":%s}", quoted));
}

static struct got text(struct world *w, const char *field, const char *quoted)
{
	bool is_title = str_eq(str_of(field), S("title"));

	return post(w, ANNA, "/bio/blocks",
		fmt(w, "{\"kind\":\"text\",\"%s\":%s%s}", field, quoted, is_title ? ",\"body\":\"x\"" : ""));
}

static void what_nobody_sees_is_refused(void)
{
	static const char *const bad[] = { "\\u0000", "a\\u0000b", "\\u0007", "\\u001b[31m", "a\\tb", "\\u007f", "\\u0085",
		"\\u009b", "\\u200e", "\\u200f", "\\u061c", "\\u202a", "\\u202b", "\\u202c", "\\u202d", "\\u202e", "\\u2066",
		"\\u2067", "\\u2068", "\\u2069", "\\u2028", "\\u2029", "\\ud800", "a\\rb" };
	static const char *const raw[] = { "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x01z" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(bad) + COUNT(raw); i++) {
		const char *quoted = fmt(&w, "\"%s\"", i < COUNT(bad) ? bad[i] : raw[i - COUNT(bad)]);
		struct got gots[] = { about(&w, quoted), text(&w, "body", quoted), text(&w, "title", quoted) };

		for (size_t g = 0; g < COUNT(gots); g++)
			EXPECT(gots[g].status == 422 || gots[g].status == 400);
	}
	expect_sql(&w, 0, "select count(*) from u.bio_block");
	expect_sql(&w, 0, "select count(*) from u.bio");
}

static void every_script_and_sign_is_shown_as_it_is(void)
{
	static const char *const good[] = { "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 family",
		"\xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88",
		"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xd8\xa8\xd9\x83\xd9\x85", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
		"\xe4\xbd\xa0\xe5\xa5\xbd", "Z\xcc\x87\xcc\xa7\xcc\xb6", "\xf0\x9d\x95\xb3" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(good); i++) {
		struct str nfc = world_text(&w, "select normalize('%s', nfc)", good[i]);

		expect_status(text(&w, "body", fmt(&w, "\"%s\"", good[i])), 201);
		expect_status(about(&w, fmt(&w, "\"%s\"", good[i])), 200);
		expect_body_has(viewed(&w, "/@anna"),
			str_z(w.mem, str_fmt(w.mem, "<p class=\"about\" dir=\"auto\">" STR_FMT "</p>", STR_ARG(nfc))));
		expect_body_has(
			viewed(&w, "/@anna"), str_z(w.mem, str_fmt(w.mem, "<p dir=\"auto\">" STR_FMT "</p>", STR_ARG(nfc))));
	}
}

static void html_is_words(void)
{
	static const char *const bad[] = { "<script>alert(1)</script>", "</p><img src=x onerror=alert(1)>", "<!--", "]]>",
		"\\\" onmouseover=\\\"alert(1)", "' autofocus onfocus='x", "</script><script>alert(1)</script>",
		"<svg/onload=alert(1)>", "{{name}}", "&lt;b&gt;", "</title><base href=//evil>" };
	static const char *const never[] = { "<script>alert", "<img src=x", "<svg", "onmouseover=\"", "<base", "<b>",
		"</title><b" };
	struct world w = world(.bare = true);
	struct got got;

	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *quoted = fmt(&w, "\"%s\"", bad[i]);

		expect_status(about(&w, quoted), 200);
		expect_status(api(&w, ANNA, PATCH, "/auth/me", fmt(&w, "{\"name\":%s}", quoted)), 200);
		expect_status(text(&w, "title", quoted), 201);
		expect_status(text(&w, "body", quoted), 201);
		expect_status(post(&w, ANNA, "/bio/blocks",
				      fmt(&w, "{\"kind\":\"link\",\"title\":%s,\"url\":\"https://example.com/\"}", quoted)),
			201);
		got = viewed(&w, "/@anna");
		expect_status(got, 200);
		for (size_t n = 0; n < COUNT(never); n++)
			expect_body_lacks(got, never[n]);
	}
	expect_body_has(got, "{{name}}");
	expect_body_has(got, "&amp;lt;b&amp;gt;");
}

static void lines_are_kept(void)
{
	struct world w = world(.bare = true);

	expect_status(
		about(&w, "\"Bowls\\r\\nand boards\\n\\nmade in Ghent\""), 200); /* as a form sends it, and as a program does */
	expect_body_has(viewed(&w, "/@anna"), "Bowls\nand boards\n\nmade in Ghent");
	EXPECT_STR(got_json(&w, get(&w, ANNA, "/bio"), "about"), "Bowls\nand boards\n\nmade in Ghent");
	expect_status(text(&w, "body", "\"one\\r\\ntwo\""), 201);
	expect_body_has(viewed(&w, "/@anna"), "one\ntwo");
	expect_field(text(&w, "title", "\"one\\ntwo\""), "title"); /* which is one line */
	expect_field(text(&w, "body", "\"\\n\\r\\n\""), "body");
	expect_field(about(&w, "\"a\\rb\""), "about");
	expect_status(about(&w, fmt(&w, "\"%s%s\"", str_z(w.mem, str_slice(str_of(many(&w, "a", 499)), 1, 500)), "\\r\\n")),
		200); /* an end of line is one character */
}

static void what_is_too_long_is_refused_however_it_is_counted(void)
{
	struct world w = world(.bare = true);
	const char *grows = "\xef\xac\xac"; /* U+FB2C: three characters in NFC */

	expect_status(about(&w, many(&w, "\xf0\x9f\x98\x80", 500)), 200);
	expect_field(about(&w, many(&w, "a", 501)), "about");
	expect_field(about(&w, many(&w, "a", 10000)), "about");
	expect_field(about(&w, many(&w, grows, 500)), "about");
	expect_status(about(&w, many(&w, grows, 166)), 200);
	expect_status(about(&w, many(&w, "e\xcc\x81", 250)), 200); /* half of it in NFC */
	expect_status(text(&w, "body", many(&w, "\xe4\xbd\xa0", 1000)), 201);
	expect_field(text(&w, "body", many(&w, "a", 1001)), "body");
	expect_field(text(&w, "body", many(&w, "a", 10000)), "body");
	expect_field(text(&w, "body", many(&w, grows, 1000)), "body");
	expect_status(text(&w, "title", many(&w, "\xf0\x9f\x98\x80", 120)), 201);
	expect_field(text(&w, "title", many(&w, "a", 121)), "title");
	expect_field(text(&w, "title", many(&w, grows, 120)), "title");
	expect_field(
		block_changed(&w, id_in(&w, text(&w, "body", "\"x\"")), fmt(&w, "{\"title\":%s}", many(&w, grows, 120))), "title");
	expect_field(
		block_changed(&w, id_in(&w, text(&w, "body", "\"x\"")), fmt(&w, "{\"body\":%s}", many(&w, grows, 1000))), "body");
	expect_status(viewed(&w, "/@anna"), 200);
}

static struct got leads(struct world *w, const char *url)
{
	return post(w, ANNA, "/bio/blocks", fmt(w, "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"%s\"}", url));
}

static void an_address_is_https_and_what_it_looks_like(void)
{
	static const char *const bad[] = { "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\\tscript:alert(1)",
		"java\\nscript:alert(1)", "\\u0001javascript:alert(1)", " javascript:alert(1)",
		"data:text/html,<script>alert(1)</script>", "DATA:text/html;base64,PHg+", "vbscript:msgbox(1)",
		"file:///etc/passwd", "ftp://example.com/", "blob:https://example.com/x", "about:blank", "mailto:a@example.com",
		"tel:+1", "intent://x#Intent;end", "//evil.example/", "/dashboard", "example.com", "https:example.com",
		"https:/example.com", "https:\\\\\\\\example.com", "https:///example.com", "https://", "https:// example.com/",
		" https://example.com/", "https://example.com/ ", "https://exa mple.com/", "https://example.com/\\n",
		"https://example.com/\\r\\nSet-Cookie:%20a=b", "https://example.com/\\u0000", "https://exam\\tple.com/",
		"http://example.com/", "https://user@example.com/", "https://user:password@example.com/",
		"https://example.com@evil.example/", "https://example.com\\\\@evil.example/", "https://:443/",
		"https://example.com:port/", "https://\\u0435xample.com/", "https://example\\u3002com/",
		"https://ex\\u00e4mple.com/", "https://-example.com/", "https://example..com/", "https://.example.com/",
		"https://%65xample.com/", "https://example.com%2f.evil.example/", "https://[::1/",
		"https://example.com/\\u202egpj.exe", "https://example.com/\\u2028", "https://example.com/\\\\x",
		"javascript://example.com/%0aalert(1)", "https://exa\\u00admple.com/", "https\\u003a//\\u200bexample.com/" };
	static const char *const good[] = { "https://example.com", "https://example.com/", "https://example.com:8443/a?b=c&d=%20#e",
		"https://xn--bcher-kva.example/", "https://example.com./", "https://example.com/\xc3\xa4\xf0\x9f\x98\x80",
		"https://example.com/a@b:c", "https://example.com?next=javascript:alert(1)", "https://192.0.2.1/",
		"https://example.com/'\\\"<>" };
	struct world w = world(.bare = true);
	const char *id, *own = block_made(&w, "{\"kind\":\"link\",\"title\":\"own\",\"url\":\"https://example.com/own\"}");

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = leads(&w, bad[i]), edited = block_changed(&w, own, fmt(&w, "{\"url\":\"%s\"}", bad[i]));

		EXPECT(got.status == 422 || got.status == 400);
		EXPECT(edited.status == 422 || edited.status == 400);
		EXPECT(api(&w, ANNA, PATCH, "/bio", fmt(&w, "{\"picture_url\":\"%s\"}", i ? bad[i] : "x")).status >= 400);
	}
	expect_sql(&w, 1, "select count(*) from u.bio_block where url = 'https://example.com/own'");
	for (size_t i = 0; i < COUNT(good); i++) {
		struct got got = leads(&w, good[i]);

		expect_status(got, 201);
		id = id_in(&w, got);
		got = viewed(&w, fmt(&w, "/@anna/out/%s", id));
		expect_status(got, 303);
		EXPECT_SAME(
			got_header(got, "Location"), world_text(&w, "select url from u.bio_block order by position desc limit 1"));
		expect_status(api(&w, ANNA, DELETE, fmt(&w, "/bio/blocks/%s", id), NULL), 204);
	}
	expect_body_lacks(viewed(&w, "/@anna"), "javascript:");
}

static void an_address_has_an_end(void)
{
	struct world w = world(.bare = true);
	struct str path = str_slice(str_of(many(&w, "a", 2048)), 1, 2049), shorter = str_slice(path, 0, 2048 - 20);

	expect_status(leads(&w, fmt(&w, "https://example.com/%s", str_z(w.mem, shorter))), 201); /* 2,048 bytes */
	expect_field(leads(&w, fmt(&w, "https://example.com/%sa", str_z(w.mem, shorter))), "url");
	expect_field(leads(&w, fmt(&w, "https://example.com/%s", str_z(w.mem, path))), "url");
	expect_field(api(&w, ANNA, PATCH, "/bio", fmt(&w, "{\"picture_url\":\"https://example.com/%sa\"}", str_z(w.mem, shorter))),
		"picture_url");
	expect_field(post(&w, ANNA, "/bio/blocks", "{\"kind\":\"text\",\"body\":\"x\",\"url\":\"https://example.com/\"}"), "url");
}

static void a_full_page_of_the_longest_is_a_page(void)
{
	struct world w = world(.bare = true);
	struct got got;

	expect_status(about(&w, many(&w, "<", 500)), 200);
	world_sql(&w,
		"insert into u.bio_block (id, creator_id, kind, title, body, position)"
		" select gen_random_uuid(), %s, 'text', repeat('&', 120), repeat('\xf0\x9f\x98\x80', 1000), n from "
		"generate_series(1, 100) n",
		world_uuid(&w, w.anna.creator.u));
	got = viewed(&w, "/@anna");
	expect_status(got, 200);
	EXPECT(got.body.n > 400000 && str_ends(str_trim(got.body), S("</html>")));
	expect_status(get(&w, ANNA, "/bio/blocks"), 200);
}

static const CU_TestInfo tests[] = {
	T(what_nobody_sees_is_refused),
	T(every_script_and_sign_is_shown_as_it_is),
	T(html_is_words),
	T(lines_are_kept),
	T(what_is_too_long_is_refused_however_it_is_counted),
	T(an_address_is_https_and_what_it_looks_like),
	T(an_address_has_an_end),
	T(a_full_page_of_the_longest_is_a_page),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_bio_hostile = { "lib/bio/hostile", tests };
