#include "lib/crypto/crypto.h"
#include "tests/double.h"
#include "tests/suite.h"

static void platforms_are_found_by_name(void)
{
	for (size_t i = 0; i < broadcasters_n; i++)
		EXPECT(broadcaster_of(str_of(broadcasters[i]->name)) == broadcasters[i]);
	EXPECT(broadcaster_of(S("YouTube")) == NULL && broadcaster_of(S("")) == NULL && broadcaster_of(S("youtube\0")) == NULL);
}

static void one_without_an_app_is_not_supported(void)
{
	const struct broadcaster *found;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	EXPECT_ERR(broadcaster_by_name(&d.c, S("twitch"), &found), OK);
	EXPECT(found == &twitch_broadcaster);
	d.config.twitch_client_id = d.config.youtube_client_id = d.config.tiktok_client_key = S("");
	for (size_t i = 0; i < broadcasters_n; i++)
		EXPECT_ERR(broadcaster_by_name(&d.c, str_of(broadcasters[i]->name), &found), ERR_PLATFORM_UNSUPPORTED);
	EXPECT_ERR(broadcaster_by_name(&d.c, S("myspace"), &found), ERR_PLATFORM_UNKNOWN);
	double_stop(&d);
}

static void a_verb_that_calls_out_has_its_limit(void)
{
	for (size_t i = 0; i < broadcasters_n; i++) {
		const struct broadcaster *b = broadcasters[i];

		EXPECT(b->configured && b->authorize_url && b->exchange && b->refresh && b->revoke && b->identify && b->embed && b->receive && b->cost);
		EXPECT(!b->live_watch == !b->watch_max && !b->video_get == !b->videos_max && !b->validate == !b->revalidate_s);
		EXPECT(!b->subscribe == !b->topics_n && !b->subscribe == !b->unsubscribe && b->sees_live == (b->live_watch != NULL));
	}
}

/* RFC 7636, appendix B */
static void a_challenge_is_the_hash_of_its_verifier(void)
{
	struct arena *mem = arena_new(1 << 16);
	struct digest digest = crypto_sha256(S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));

	EXPECT_STR(crypto_base64url(mem, crypto_digest_str(&digest)), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
	arena_free(mem);
}

static void nobody_waits_past_the_visit(void)
{
	struct broadcaster_identity me;
	struct double_ d;

	double_start(&d, (const char *const[]){ NULL });
	d.call.until_ms = 1; /* long ago */
	for (size_t i = 0; i < broadcasters_n; i++) {
		EXPECT_ERR(broadcasters[i]->identify(&d.c, &d.call, &me), ERR_PLATFORM_AWAY);
		EXPECT_STR(d.call.reason, "slow");
	}
	double_stop(&d);
}

static const CU_TestInfo tests[] = {
	T(platforms_are_found_by_name),
	T(one_without_an_app_is_not_supported),
	T(a_verb_that_calls_out_has_its_limit),
	T(a_challenge_is_the_hash_of_its_verifier),
	T(nobody_waits_past_the_visit),
	CU_TEST_INFO_NULL,
};

const struct suite suite_platform_broadcaster = { "lib/platform/broadcaster", tests };
