/* two_platforms.c: one show on YouTube and Twitch, as the sandbox plays them, found by the helper through the real adapters; the database,
 * the requests and the sandbox share one clock that the test moves. */
#include <string.h>

#include "lib/channel/channel.h"
#include "lib/cron/cron.h"
#include "lib/detect/detect.h"
#include "tests/storefront.h"
#include "tests/suite.h"
#include "tests/told.h"

#define SEC INT64_C(1000)
#define MIN (60 * SEC)
#define MOMENTS 5

extern const struct helper events_deliver_helper, streams_detect_helper;

static struct world w;
static struct channel_id youtube, twitch;
static const char *youtube_id, *twitch_id; /* of the accounts */
static struct str video, stream;           /* of what she broadcasts */
static const char *session;                /* path of the live session */

/* ---- the outside world */

static struct str url(const char *path)
{
	struct str origin = w.config->shopify_origin;

	return str_fmt(w.mem, STR_FMT "%s", STR_ARG(str_slice(origin, 0, origin.n - strlen("/s/{shop}"))), path);
}

static void platforms_configure(void)
{
	struct config *config = w.config;

	config->google_accounts_origin = config->google_oauth_origin = url("/goog");
	config->youtube_api_origin = config->youtube_site_origin = url("/yt");
	config->youtube_client_id = S("client-of-tests-youtube");
	config->youtube_client_secret = S("youtube-secret-of-tests");
	config->youtube_api_key = S("youtube-key-secret-of-tests");
	config->twitch_id_origin = url("/twid");
	config->twitch_api_origin = config->twitch_site_origin = url("/tw");
	config->youtube_image_origin = config->twitch_image_origin = url("");
	config->twitch_client_id = S("client-of-tests-twitch");
	config->twitch_client_secret = S("twitch-secret-of-tests");
}

static const char *fmt(const char *format, struct str a)
{
	struct str rest = str_of(format), before = str_cut(&rest, '$');

	return str_z(w.mem, str_fmt(w.mem, STR_FMT STR_FMT STR_FMT, STR_ARG(before), STR_ARG(a), STR_ARG(rest)));
}

static struct json play(const char *path, const char *account, const char *body)
{
	return control(&w, "POST", fmt(path, str_of(account)), body);
}

static void rounds(void)
{
	int64_t done = 1;

	for (int i = 0; i < 20 && done; i++)
		EXPECT_ERR(streams_detect_helper.step(world_ctx(&w, NOBODY), &done), OK);
}

/* Time passes everywhere, and the helper looks every half a minute. */
static void pass(int64_t ms)
{
	for (; ms > 0; ms -= 30 * SEC) {
		world_clock_advance(&w, 30 * SEC);
		control(&w, "POST", "/clock", str_z(w.mem, str_fmt(w.mem, "{\"setMs\":%lld}", (long long)world_now_ms(&w))));
		rounds();
	}
}

struct pushed {
	struct channel_id channel;
	struct broadcaster_push push;
};

static enum err push_in_tx(struct ctx *c, void *arg)
{
	const struct pushed *p = arg;

	return detect_pushed(c, p->channel, &p->push);
}

static void pushed(struct channel_id channel, const char *account, struct broadcaster_push push)
{
	struct pushed p = { channel, push };

	p.push.account = str_of(account);
	EXPECT_ERR(db_in_tx(world_ctx(&w, NOBODY), push_in_tx, &p), OK);
}

/* ---- anna's side */

static struct got say(enum method method, const char *path, const char *body)
{
	return ask(&w, (struct asking){ .method = method, .path = path, .body = body, .as = ANNA });
}

static const char *made_account(const char *platform)
{
	struct json made = control(&w, "POST", fmt("/$/accounts", str_of(platform)), "{\"accounts\":[{\"name\":\"Anna\",\"handle\":\"anna\"}]}");

	return str_z(w.mem, str_copy(w.mem, json_str_at(json_at(json_get(made, "accounts"), 0), "id")));
}

/* A code begins with "4/". */
static struct str decoded(struct str s)
{
	size_t at = str_find(s, 0, S("%2F"));

	if (at == SIZE_MAX)
		return s;
	return str_fmt(w.mem, STR_FMT "/" STR_FMT, STR_ARG(str_slice(s, 0, at)), STR_ARG(str_slice(s, at + 3, s.n)));
}

static enum err keep(struct ctx *c, void *arg)
{
	struct channel_grant *grant = arg;
	struct channel_id id;

	TRY(channel_keep(c, grant, &id));
	if (str_eq(str_of(grant->platform->name), S("youtube")))
		youtube = id;
	else
		twitch = id;
	return OK;
}

static struct str code_in(struct str query)
{
	while (query.n) {
		struct str pair = str_cut(&query, '&');

		if (str_starts(pair, S("code=")))
			return decoded(str_slice(pair, 5, pair.n));
	}
	return S("");
}

/* Anna agrees there, and her account is connected. */
static void connect(const struct broadcaster *platform, const char *account)
{
	struct str name = str_of(platform->name), verifier = crypto_token(w.mem, 64);
	struct str redirect = str_fmt(w.mem, "http://127.0.0.1:9/connections/%s/callback", platform->name);
	struct ctx *c = world_ctx(&w, ANNA);
	struct digest d = crypto_sha256(verifier);
	struct broadcaster_call call = { 0 };
	struct channel_grant grant = { .creator = w.anna.creator, .platform = platform };
	struct str url;

	control(&w, "POST", fmt("/$", name), fmt("{\"autoApprove\":\"$\"}", str_of(account)));
	url = platform->authorize_url(c, redirect, S("state"), platform->pkce ? crypto_base64url(w.mem, crypto_digest_str(&d)) : S(""));
	EXPECT_ERR(platform->exchange(c, &call, code_in(storefront_consent(&w, url)), redirect, platform->pkce ? verifier : S(""),
		&grant.tokens), OK);
	call = (struct broadcaster_call){ .token = grant.tokens.access };
	EXPECT_ERR(platform->identify(c, &call, &grant.identity), OK);
	EXPECT_ERR(db_in_tx(c, keep, &grant), OK);
}

static void stage(void)
{
	w = world(.stock = 50, .variants = MOMENTS);
	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	storefront(&w, NULL);
	platforms_configure();
	youtube_id = made_account("youtube");
	twitch_id = made_account("twitch");
	connect(&youtube_broadcaster, youtube_id);
	connect(&twitch_broadcaster, twitch_id);
	pass(MIN);
}

static void goes_live(void)
{
	int64_t began = world_now_ms(&w);

	video = str_copy(w.mem, json_str_at(play("/youtube/accounts/$/live", youtube_id, "{\"title\":\"Kitchen\",\"push\":false}"), "video.id"));
	stream = str_copy(w.mem, json_str_at(play("/twitch/accounts/$/live", twitch_id, "{\"title\":\"Kitchen\",\"push\":false}"), "stream.id"));
	EXPECT(video.n && stream.n);
	for (int i = 0; i < 2; i++) {
		pushed(youtube, youtube_id, (struct broadcaster_push){ .kind = PUSH_VIDEO, .external_id = video });
		pushed(twitch, twitch_id, (struct broadcaster_push){ .kind = PUSH_LIVE_ON, .external_id = stream, .at_ms = began });
	}
	pass(2 * MIN);
	session = fmt("/streams/sessions/$", got_json(&w, say(GET, "/streams/sessions?limit=1", NULL), "items.0.id"));
	expect_status(say(POST, fmt("$/link", str_of(session)), "{\"platform\":\"youtube\",\"code\":\"kitchen\"}"), 201);
}

static void expect_both_on(void)
{
	expect_sql(&w, 2, "select count(*) from u.stream where state = 'live' and detected");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'STREAM_STARTED'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'STREAM_ENDED'");
}

/* A tap shows a product; half a minute later a viewer buys what the pinned link leads to. */
static void moment(int i)
{
	const char *visitor = str_z(w.mem, str_fmt(w.mem, "viewer%d", i));

	expect_status(say(POST, fmt("$/spotlight", str_of(session)), str_z(w.mem, str_fmt(w.mem,
		"{\"offer\":\"" STR_FMT "\",\"variant\":\"" STR_FMT "\",\"title\":\"Moment %d\"}", STR_ARG(ID_TEXT(w.mem, offer, w.anna.offer)),
		STR_ARG(ID_TEXT(w.mem, variant, w.variants[i])), i))), 201);
	pass(MIN);
	expect_status(tap_at(&w, visitor, "/go/kitchen"), 303);
	expect_status(push(&w, "orders/create", visitor, told_order(&w, .id = 7000 + i, .mark = newest_mark(&w),
		.lines = { { .variant = 7101 + i, .discount = 400 } })), 200);
	apply_all(&w);
	expect_both_on();
}

static void ends(void)
{
	int64_t over = world_now_ms(&w);

	play("/youtube/accounts/$/end", youtube_id, "{\"vod\":\"processing\",\"push\":false}");
	play("/twitch/accounts/$/end", twitch_id, "{\"push\":false}");
	pushed(twitch, twitch_id, (struct broadcaster_push){ .kind = PUSH_LIVE_OFF, .at_ms = over });
	pushed(twitch, twitch_id, (struct broadcaster_push){ .kind = PUSH_LIVE_ON, .external_id = stream, .at_ms = over - 40 * MIN });
	pushed(twitch, twitch_id, (struct broadcaster_push){ .kind = PUSH_LIVE_OFF, .at_ms = over });
	pass(14 * MIN);
	expect_sql(&w, 2, "select count(*) from u.stream where state = 'ended' and detected and abs(u.ms(ended_at) - %lld) < 5000", (long long)over);
}

static void consume(void)
{
	int64_t done = 1;

	for (int i = 0; done && i < 50; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(&w, NOBODY), &done), OK);
}

/* The next day nothing is pushed: the owner is asked, and Get Streams. */
static void what_no_push_told_is_found(void)
{
	play("/youtube/accounts/$/live", youtube_id, "{\"title\":\"Again\",\"push\":false}");
	play("/twitch/accounts/$/live", twitch_id, "{\"title\":\"Again\",\"push\":false}");
	pass(15 * MIN);
	expect_sql(&w, 2, "select count(*) from u.stream where state = 'live' and title = 'Again'");
	expect_sql(&w, 2, "select count(*) from u.live_session where exists (select from u.stream s where s.live_id = live_session.id and s.detected)");
}

static void expect_each_once(void)
{
	static const struct { const char *type; int n; } all[] = {
		{ "STREAM_AUTO_DETECTED", 2 }, { "STREAM_STARTED", 2 }, { "STREAM_ENDED", 2 }, { "MOMENT_CREATED", MOMENTS },
		{ "CHECKOUT_STARTED", 2 * MOMENTS }, { "PURCHASE_COMPLETED", MOMENTS }, { "REPLAY_CREATED", 1 }, { "REPLAY_PUBLISHED", 1 },
		{ "REPLAY_AUTO_IMPORTED", 2 }, { "REPLAY_CLICK", MOMENTS } };

	for (size_t i = 0; i < COUNT(all); i++) {
		int64_t n = world_int(&w, "select count(*) from u.event_log where type = '%s'", all[i].type);

		suite_expect_int(n, all[i].n, all[i].type, __FILE__, __LINE__);
	}
	expect_sql(&w, 0, "select count(*) from (select type, subject from u.event_log where type like 'STREAM_%%' or type like 'MOMENT_%%'"
		" or type = 'PURCHASE_COMPLETED' group by 1, 2 having count(*) > 1) t");
}

static void every_moment_sells_in_the_replay(void)
{
	struct got list = say(GET, "/replays", NULL);
	struct got page = ask(&w, (struct asking){ .path = fmt("/r/$", got_json(&w, list, "items.0.id")), .page = true });

	expect_sql(&w, 1, "select count(*) from u.replay");
	expect_status(page, 200);
	for (int i = 0; i < MOMENTS; i++) {
		struct str code = world_text(&w, "select l.code from u.replay_link r join u.short_link l on l.id = r.link_id"
			" join u.moment m on m.id = r.moment_id where m.variant_id = %s", world_uuid(&w, w.variants[i].u));
		const char *path = fmt("/go/$", code);

		EXPECT(code.n > 0);
		expect_body_has(page, path);
		expect_status(tap_at(&w, str_z(w.mem, str_fmt(w.mem, "late%d", i)), path), 303);
		expect_sql(&w, 1, "select count(*) from u.checkout_session s join u.attribution a on a.id = s.attribution_id"
			" where s.variant_id = %s and a.surface = 'replay' and a.moment_id is not null", world_uuid(&w, w.variants[i].u));
	}
}

static void a_show_on_two_platforms_survives_ten_minutes_of_errors(void)
{
	stage();
	goes_live();
	expect_both_on();
	expect_sql(&w, 1, "select count(*) from u.live_session where state = 'live'");
	for (int i = 0; i < 2; i++, pass(3 * MIN))
		moment(i);
	control(&w, "POST", "/faults", "{\"target\":\"youtube\",\"mode\":\"status\",\"status\":500}");
	control(&w, "POST", "/faults", "{\"target\":\"twitch\",\"mode\":\"garbage\"}");
	for (int i = 2; i < 4; i++, pass(4 * MIN))
		moment(i);
	expect_both_on();
	control(&w, "DELETE", "/faults", NULL);
	pass(3 * MIN);
	moment(4);
	expect_sql(&w, 2, "select count(*) from u.broadcast where state = 'on' and told_at > u.clock() - interval '2 minutes'");
	ends();
	consume();
	expect_sql(&w, 1, "select count(*) from u.live_session where state = 'ended' and (select count(*) from u.stream s where s.live_id = live_session.id) = 2");
	control(&w, "POST", fmt("/youtube/videos/$/process", video), "{}");
	pass(70 * MIN);
	consume();
	expect_sql(&w, 2, "select count(*) from u.replay_video where state = 'ready' and external_id <> ''");
	every_moment_sells_in_the_replay();
	expect_each_once();
	what_no_push_told_is_found();
}

static void an_app_token_that_is_refused_is_asked_for_anew(void)
{
	struct str before;

	stage();
	before = world_text(&w, "select access_sealed from u.platform_app where platform = 'twitch'");
	EXPECT(before.n > 0);
	control(&w, "POST", "/faults", "{\"target\":\"twitch\",\"mode\":\"status\",\"status\":401,\"count\":1}");
	pass(3 * MIN);
	expect_sql(&w, 1, "select count(*) from u.platform_app where platform = 'twitch' and access_sealed <> '" STR_FMT "'", STR_ARG(before));
	expect_sql(&w, 1, "select count(*) from u.channel where platform = 'twitch' and live_told_at > u.clock() - interval '2 minutes'");
}

static const CU_TestInfo tests[] = {
	T(a_show_on_two_platforms_survives_ten_minutes_of_errors),
	T(an_app_token_that_is_refused_is_asked_for_anew),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_detect_two_platforms = { "lib/detect/two platforms", tests };
