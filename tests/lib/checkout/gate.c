#include "lib/checkout/gate.h"

#include "tests/suite.h"

#define NAVIGATION .fetch_mode = S("navigate"), .fetch_dest = S("document"), .fetch_site = S("cross-site")
#define PHONE S("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1")
#define BOT S("facebookexternalhit/1.1 Facebot Twitterbot/1.0")

struct a_case {
	const char *what;
	struct gate_facts facts;
	enum gate want;
};

static void check(const struct a_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct gate_facts facts = cases[i].facts;

		if (!facts.own_origin.n)
			facts.own_origin = S("https://unifyed.test");
		suite_expect(gate_of(&facts) == cases[i].want, cases[i].what, __FILE__, __LINE__);
	}
}

static void a_person_navigates_and_passes(void)
{
	const struct a_case cases[] = {
		{ "a tap in a browser", { .user_agent = PHONE, NAVIGATION }, GATE_PASS },
		{ "typed into the address bar", { .user_agent = PHONE, .fetch_mode = S("navigate"), .fetch_dest = S("document"),
			.fetch_site = S("none") }, GATE_PASS },
		{ "an older browser that we know", { .user_agent = PHONE, .has_visitor = true }, GATE_PASS },
		{ "no agent at all, but a navigation", { NAVIGATION }, GATE_PASS },
	};

	check(cases, COUNT(cases));
}

static void whoever_looks_gets_the_page_for_looking(void)
{
	const struct a_case cases[] = {
		{ "HEAD", { .is_head = true, .user_agent = PHONE, NAVIGATION }, GATE_PREVIEW },
		{ "HEAD with a cookie", { .is_head = true, .has_visitor = true }, GATE_PREVIEW },
		{ "an unfurler", { .user_agent = BOT }, GATE_PREVIEW },
		{ "an unfurler that says it navigates", { .user_agent = BOT, NAVIGATION }, GATE_PREVIEW },
		{ "an unfurler with a cookie", { .user_agent = BOT, .has_visitor = true }, GATE_PREVIEW },
		{ "an unfurler that presses the button", { .user_agent = BOT, .is_post = true, .has_token = true }, GATE_PREVIEW },
		{ "an unfurler that prefetches", { .user_agent = BOT, .purpose = S("preview") }, GATE_PREVIEW },
	};

	check(cases, COUNT(cases));
}

static void a_prefetch_is_sent_away_until_it_is_real(void)
{
	const struct a_case cases[] = {
		{ "Chrome", { .user_agent = PHONE, NAVIGATION, .sec_purpose = S("prefetch") }, GATE_PREFETCH },
		{ "Chrome's prerender", { .user_agent = PHONE, NAVIGATION, .sec_purpose = S("prefetch;prerender") }, GATE_PREFETCH },
		{ "older", { .user_agent = PHONE, NAVIGATION, .purpose = S("prefetch") }, GATE_PREFETCH },
		{ "Firefox", { .user_agent = PHONE, NAVIGATION, .x_moz = S("prefetch") }, GATE_PREFETCH },
		{ "Safari", { .user_agent = PHONE, NAVIGATION, .x_purpose = S("preview") }, GATE_PREFETCH },
		{ "with a cookie", { .user_agent = PHONE, .has_visitor = true, .x_purpose = S("preview") }, GATE_PREFETCH },
		{ "of our form", { .user_agent = PHONE, .is_post = true, .has_token = true, .purpose = S("x") }, GATE_PREFETCH },
	};

	check(cases, COUNT(cases));
}

static void everything_else_must_confirm(void)
{
	const struct a_case cases[] = {
		{ "no headers at all", { 0 }, GATE_CONFIRM },
		{ "a scanner that calls itself a browser", { .user_agent = PHONE }, GATE_CONFIRM },
		{ "an image", { .fetch_mode = S("no-cors"), .fetch_dest = S("image"), .fetch_site = S("cross-site") }, GATE_CONFIRM },
		{ "a frame", { .fetch_mode = S("navigate"), .fetch_dest = S("iframe"), .fetch_site = S("cross-site") }, GATE_CONFIRM },
		{ "a script, with a cookie", { .fetch_mode = S("cors"), .fetch_dest = S("empty"), .fetch_site = S("same-origin"),
			.has_visitor = true }, GATE_CONFIRM },
		{ "a mode without a destination", { .fetch_mode = S("navigate"), .has_visitor = true }, GATE_CONFIRM },
		{ "a strange site's form", { .is_post = true, NAVIGATION }, GATE_CONFIRM },
		{ "a form from nowhere, with a cookie", { .is_post = true, .has_visitor = true }, GATE_CONFIRM },
		{ "another origin", { .is_post = true, .origin = S("https://evil.example") }, GATE_CONFIRM },
		{ "a null origin", { .is_post = true, .origin = S("null") }, GATE_CONFIRM },
	};

	check(cases, COUNT(cases));
}

static void our_button_passes(void)
{
	const struct a_case cases[] = {
		{ "by its token", { .is_post = true, .has_token = true }, GATE_PASS },
		{ "by its origin", { .is_post = true, .origin = S("https://unifyed.test") }, GATE_PASS },
		{ "by its site", { .is_post = true, .fetch_mode = S("navigate"), .fetch_dest = S("document"),
			.fetch_site = S("same-origin") }, GATE_PASS },
		{ "a token in a GET is nothing", { .has_token = false }, GATE_CONFIRM },
	};

	check(cases, COUNT(cases));
}

static const CU_TestInfo tests[] = {
	T(a_person_navigates_and_passes),
	T(whoever_looks_gets_the_page_for_looking),
	T(a_prefetch_is_sent_away_until_it_is_real),
	T(everything_else_must_confirm),
	T(our_button_passes),
	CU_TEST_INFO_NULL,
};
const struct suite suite_checkout_gate = { "lib/checkout/gate", tests };
