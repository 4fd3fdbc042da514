/* visits.c: what counts as a look at her page, what as a tap, and where a tap may lead. */
#include "tests/lib/bio/shared.h"

static struct got seen_by(struct world *w, const char *path, const char *headers, const char *address)
{
	return ask(w, (struct asking){ .path = path, .headers = headers, .address = address });
}

static const char *const nobody[] = { "User-Agent: Twitterbot/1.0",
	"User-Agent: facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "User-Agent: WhatsApp/2.23",
	"User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "User-Agent: GPTBot/1.0",
	PERSON "\nSec-Purpose: prefetch", PERSON "\nSec-Purpose: prefetch;prerender", PERSON "\nPurpose: prefetch",
	PERSON "\nX-Moz: prefetch", PERSON "\nX-Purpose: preview", "User-Agent:" };

static void one_look_is_one_view(void)
{
	struct world w = world(.bare = true);
	static const char *const others[] = { PERSON, "User-Agent: Mozilla/5.0 (iPhone) Instagram 300.0" };

	for (int i = 0; i < 3; i++) {
		struct got got = seen_by(&w, "/@anna/view.gif", PERSON, "203.0.113.9");

		expect_status(got, 200);
		EXPECT_STR(got.content_type, "image/gif");
		expect_header(got, "Cache-Control", "no-store");
		expect_no_header(got, "Set-Cookie"); /* it works without, and asks for none */
	}
	EXPECT(happened(&w, "LINK_IN_BIO_VIEW") >= 1 && happened(&w, "LINK_IN_BIO_VIEW") <= 2); /* a minute may end between them */
	world_clock_advance(&w, 10 * 60 * 1000);
	for (int i = 0; i < 2; i++)
		(void)seen_by(&w, "/@anna/view.gif", others[i], "203.0.113.77");
	EXPECT_INT(happened(&w, "LINK_IN_BIO_VIEW") -
			world_int(&w, "select count(*) from u.event_log where at < u.clock() - interval '5 minutes'"),
		2);
	expect_status(viewed(&w, "/@anna"), 200); /* the page itself, which is kept for all, counts nothing */
	EXPECT_INT(happened(&w, "LINK_IN_BIO_VIEW") -
			world_int(&w, "select count(*) from u.event_log where at < u.clock() - interval '5 minutes'"),
		2);
	expect_sql(&w, 0,
		"select count(*) from u.event_log where type = 'LINK_IN_BIO_VIEW' and (subject <> %s or creator_id <> %s)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.creator.u));
	expect_sql(&w, 0, "select count(*) from u.event_log where payload::text ~ '203\\.0|Mozilla'");
}

static void who_only_looks_ahead_is_no_view_and_no_tap(void)
{
	struct world w = world(.bare = true);
	const char *out =
		fmt(&w, "/@anna/out/%s", block_made(&w, "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"https://example.com/\"}"));

	for (size_t i = 0; i < COUNT(nobody); i++) {
		expect_status(seen_by(&w, "/@anna/view.gif", nobody[i], "203.0.113.9"), 200);
		expect_status(seen_by(&w, out, nobody[i], "203.0.113.9"), 303);
		expect_status(seen_by(&w, "/@anna", nobody[i], "203.0.113.9"), 200); /* and is shown the page */
	}
	for (int i = 0; i < 2; i++) {
		const char *path = i ? out : "/@anna/view.gif";
		struct got got = ask(&w, (struct asking){ .method = HEAD, .path = path, .headers = PERSON });

		EXPECT(got.status == 200 || got.status == 303);
		expect_status(ask(&w, (struct asking){ .method = POST, .path = path, .headers = PERSON }), 405);
	}
	EXPECT_INT(happened(&w, "LINK_IN_BIO_VIEW"), 0);
	EXPECT_INT(happened(&w, "LINK_IN_BIO_CLICK"), 0);
}

static void a_tap_is_counted_for_its_block(void)
{
	struct world w = world(.bare = true);
	const char *id = block_made(&w, "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"https://example.com/\"}"),
		   *out = fmt(&w, "/@anna/out/%s", id);

	(void)block_made(&w, "{\"kind\":\"link\",\"title\":\"y\",\"url\":\"https://example.com/y\"}");
	for (int i = 0; i < 3; i++)
		expect_status(seen_by(&w, fmt(&w, "%s?n=%d", out, i), PERSON, "203.0.113.9"), 303);
	EXPECT_INT(happened(&w, "LINK_IN_BIO_CLICK"), 3);
	events_told(&w);
	events_told(&w); /* told twice, counted once */
	EXPECT_STR(got_json(&w, get(&w, ANNA, "/bio/blocks"), "items.0.clicks"), "3");
	EXPECT_STR(got_json(&w, get(&w, ANNA, "/bio/blocks"), "items.1.clicks"), "0");
	expect_status(api(&w, ANNA, DELETE, fmt(&w, "/bio/blocks/%s", id), NULL), 204);
	expect_status(seen_by(&w, out, PERSON, "203.0.113.9"), 404);
	EXPECT_INT(happened(&w, "LINK_IN_BIO_CLICK"), 3);
}

static void leads_nowhere(struct world *w, const char *path)
{
	struct got got = viewed(w, path);

	EXPECT(got.status == 404 || got.status == 400);
	expect_no_header(got, "Location");
	if (got.status < 400)
		CU_FAIL(path);
}

static void out_leads_where_she_said_and_nowhere_else(void)
{
	static const char *const strange[] = { "/@anna/out/", "/@anna/out/https://evil.example/", "/@anna/out//evil.example",
		"/@anna/out/%2f%2fevil.example", "/@anna/out/block_", "/@anna/out/block_01jd0000000000000000000000",
		"/@anna/out/offer_01jd0000000000000000000000", "/@anna/out/../../go/x", "/@anna/out/1", "/@anna/out/%00",
		"/@/out/x", "/@nobody/out/block_01jd0000000000000000000000" };
	struct world w = world(.stock = 3, .ben = true);
	const char *hers = block_made(&w, "{\"kind\":\"link\",\"title\":\"x\",\"url\":\"https://example.com/\"}"),
		   *text = block_made(&w, "{\"kind\":\"text\",\"body\":\"x\"}");
	const char *offer = block_made(&w, filled(&w, "{\"kind\":\"offer\",\"offer\":\"$offer\"}")),
		   *out = fmt(&w, "/@anna/out/%s", hers);

	for (size_t i = 0; i < COUNT(strange); i++)
		leads_nowhere(&w, strange[i]);
	leads_nowhere(&w, fmt(&w, "/@ben/out/%s", hers)); /* on another's page */
	leads_nowhere(&w, fmt(&w, "/@anna/out/%s", text));
	leads_nowhere(&w, fmt(&w, "/@anna/out/%s", offer));
	leads_nowhere(&w, fmt(&w, "%s/x", out));
	expect_header(
		viewed(&w, fmt(&w, "%s?url=https://evil.example/&next=//evil.example", out)), "Location", "https://example.com/");
	EXPECT_INT(happened(&w, "LINK_IN_BIO_CLICK"), 1);
	expect_status(block_changed(&w, hers, "{\"visible\":false}"), 200);
	leads_nowhere(&w, out);
	expect_status(block_changed(&w, hers, "{\"visible\":true,\"ends_at\":\"2020-01-01T00:00:00Z\"}"), 200);
	leads_nowhere(&w, out);
	expect_status(block_changed(&w, hers, "{\"ends_at\":null,\"starts_at\":\"2099-01-01T00:00:00Z\"}"), 200);
	leads_nowhere(&w, out);
	expect_status(block_changed(&w, hers, "{\"starts_at\":null}"), 200);
	expect_status(viewed(&w, out), 303);
	expect_status(
		api(&w, ANNA, PATCH, "/bio", "{\"published\":false}"), 200); /* the page is taken back, and its links with it */
	leads_nowhere(&w, out);
	expect_status(viewed(&w, "/@anna/view.gif"), 404);
	EXPECT_INT(happened(&w, "LINK_IN_BIO_CLICK"), 2);
	EXPECT_INT(happened(&w, "LINK_IN_BIO_VIEW"), 0);
}

static const CU_TestInfo tests[] = {
	T(one_look_is_one_view),
	T(who_only_looks_ahead_is_no_view_and_no_tap),
	T(a_tap_is_counted_for_its_block),
	T(out_leads_where_she_said_and_nowhere_else),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_bio_visits = { "lib/bio/visits", tests };
