/* linked.c: what the public pages tell machines in JSON-LD: all that is required of each item, and nothing that is not so. */
#include "tests/aired.h"
#include "tests/suite.h"

#define TUBE "https://www.youtube.com/watch?v=jNQXAC9IVRw"
#define MUG "https://cdn.example/mug.jpg"

/* A show on youtube of things that have a picture. */
static struct world kitchen(int stock)
{
	struct world w = world(.stock = stock, .variants = 3);

	world_sql(&w, "update u.product set image_url = '%s'", MUG);
	aired(&w, "youtube", "Kitchen", TUBE);
	return w;
}

static struct json offer_of(struct json graph)
{
	return json_get(aired_item(graph, "Product"), "offers");
}

static void a_replay_is_a_video_with_its_moments_and_products(void)
{
	struct world w = kitchen(40);
	struct json graph, video;
	size_t n;

	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT((int64_t)n, 2); /* two moments show one product at one price: it is told once */
	video = aired_item(graph, "VideoObject");
	EXPECT_STR(json_str_at(video, "name"), "Kitchen");
	EXPECT_STR(json_str_at(video, "thumbnailUrl"), "https://i.ytimg.com/vi/jNQXAC9IVRw/hqdefault.jpg");
	EXPECT_STR(json_str_at(video, "duration"), "PT180S");
	EXPECT(str_starts(json_str_at(video, "embedUrl"), S("https://www.youtube-nocookie.com/embed/jNQXAC9IVRw?")));
	EXPECT(str_find(json_str_at(video, "embedUrl"), 0, S("autoplay=1")) == SIZE_MAX);
	EXPECT_INT((int64_t)json_length(json_get(video, "hasPart")), 2);
	EXPECT_STR(json_text(world_ctx(&w, NOBODY), json_get(json_at(json_get(video, "hasPart"), 0), "endOffset")), "120");
	EXPECT_STR(json_text(world_ctx(&w, NOBODY), json_get(json_at(json_get(video, "hasPart"), 1), "endOffset")), "180");
	EXPECT(json_str_at(video, "publication.endDate").n > 0);
	EXPECT_STR(json_str_at(offer_of(graph), "price"), "16.00");
	EXPECT_STR(json_str_at(offer_of(graph), "availability"), "https://schema.org/InStock");
	EXPECT_STR(json_str_at(aired_item(graph, "Product"), "image"), MUG);
}

static void two_moments_of_one_second_are_one_clip(void)
{
	struct world w = kitchen(40);
	struct json graph;
	size_t n;

	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source) select gen_random_uuid(), m.creator_id, m.live_id, m.at, 'again', 'hand'"
		" from u.moment m where m.live_id = (select live_id from u.replay)");
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT((int64_t)json_length(json_get(aired_item(graph, "VideoObject"), "hasPart")), 2);
	world_sql(&w, "update u.replay_video set duration_s = 20"); /* too short to have key moments, and every moment is past its end */
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT(json_type(json_get(aired_item(graph, "VideoObject"), "hasPart")), JSON_ABSENT);
	EXPECT_INT(json_type(json_get(aired_item(graph, "VideoObject"), "potentialAction")), JSON_OBJECT);
	world_sql(&w, "update u.moment set state = 'deleted' where live_id = (select live_id from u.replay)");
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT(json_type(json_get(aired_item(graph, "VideoObject"), "potentialAction")), JSON_OBJECT);
}

static void a_platform_whose_address_has_no_second_has_no_clips(void)
{
	struct world w = kitchen(40);
	struct json video;
	size_t n;

	world_sql(&w, "update u.replay_video set platform = 'tiktok', external_id = '7400000000000000002', thumb_url = 'https://p16.tiktokcdn.com/x.jpg'");
	video = aired_item(aired_told(&w, aired_page(&w, ""), &n), "VideoObject");
	EXPECT_STR(json_str_at(video, "thumbnailUrl"), "https://p16.tiktokcdn.com/x.jpg");
	EXPECT_INT(json_type(json_get(video, "hasPart")), JSON_ABSENT);
	EXPECT_INT(json_type(json_get(video, "potentialAction")), JSON_ABSENT);
}

static void a_thousand_moments_are_told_of_in_part(void)
{
	struct world w = kitchen(40);
	struct json graph;
	size_t n;

	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source) select gen_random_uuid(), l.creator_id, l.id,"
		" l.started_at + make_interval(secs => i), 'm' || i, 'hand' from u.live_session l, generate_series(1, 998) i where l.id = (select live_id from u.replay)");
	world_sql(&w, "update u.replay_video set duration_s = 2000");
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT((int64_t)json_length(json_get(aired_item(graph, "VideoObject"), "hasPart")), 50);
	(void)aired_told(&w, aired_page(&w, "?from=750"), &n);
}

static void what_has_no_picture_is_no_video_and_no_product(void)
{
	struct world w = world(.stock = 3, .variants = 3);
	struct json graph;
	size_t n;

	aired(&w, "twitch", "Kitchen", "https://www.twitch.tv/videos/2339999999");
	world_sql(&w, "update u.replay_video set state = 'ready', external_id = '2339999999', embeddable = true");
	expect_body_has(aired_page(&w, ""), "loads Twitch");
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT((int64_t)n, 1);
	EXPECT_INT(aired_items(graph, "WebPage"), 1);
	world_sql(&w, "update u.replay set thumb_url = 'https://cdn.example/poster.jpg'");
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT(aired_items(graph, "VideoObject"), 1);
	EXPECT_INT(aired_items(graph, "Product"), 0);
}

static void a_video_that_the_page_does_not_play_is_none_of_it(void)
{
	struct world w = kitchen(3);
	struct json graph;
	size_t n;

	world_sql(&w, "update u.replay_video set embeddable = false");
	graph = aired_told(&w, aired_page(&w, ""), &n);
	EXPECT_INT(aired_items(graph, "VideoObject"), 0);
	EXPECT_INT(aired_items(graph, "WebPage"), 1);
	EXPECT_INT(aired_items(graph, "Product"), 1);
	world_sql(&w, "update u.replay_video set platform = 'other', external_id = '', embeddable = true");
	EXPECT_INT(aired_items(aired_told(&w, aired_page(&w, ""), &n), "VideoObject"), 0);
	world_sql(&w, "update u.replay_video set state = 'gone'");
	EXPECT_INT(aired_items(aired_told(&w, aired_page(&w, ""), &n), "VideoObject"), 0);
}

static struct str stock_told(struct world *w)
{
	size_t n;

	return str_copy(w->mem, json_str_at(offer_of(aired_told(w, aired_page(w, ""), &n)), "availability"));
}

static void availability_is_what_the_page_says(void)
{
	struct world w = kitchen(5);
	size_t n;

	EXPECT_STR(stock_told(&w), "https://schema.org/LimitedAvailability");
	expect_body_has(aired_page(&w, ""), "5 left");
	world_sql(&w, "update u.inventory set shop_available = 6");
	EXPECT_STR(stock_told(&w), "https://schema.org/InStock");
	world_sql(&w, "update u.inventory set shop_available = 0");
	EXPECT_STR(stock_told(&w), "https://schema.org/SoldOut");
	world_sql(&w, "update u.inventory set tracked = false");
	EXPECT_STR(stock_told(&w), "https://schema.org/InStock");
	world_sql(&w, "update u.offer set state = 'paused'");
	EXPECT_INT(aired_items(aired_told(&w, aired_page(&w, ""), &n), "Product"), 0);
}

static void price_told(struct world *w, const char *currency, int64_t minor, const char *want)
{
	struct json graph;
	size_t n;

	world_sql(w, "update u.offer_price set currency = '%s', list_minor = %lld, price_minor = %lld", currency, (long long)minor * 2, (long long)minor);
	graph = aired_told(w, aired_page(w, ""), &n);
	EXPECT_STR(json_str_at(offer_of(graph), "price"), want);
	EXPECT_STR(json_str_at(offer_of(graph), "priceCurrency"), currency);
}

static void prices_have_the_digits_of_their_currency(void)
{
	struct world w = kitchen(40);
	size_t n;

	price_told(&w, "USD", 5, "0.05");
	price_told(&w, "JPY", 1200, "1200");
	price_told(&w, "KWD", 1500, "1.500");
	price_told(&w, "EUR", INT64_C(4294967296), "42949672.96");
	world_sql(&w, "update u.offer_price set price_minor = 0"); /* a gift is no listing of a merchant */
	EXPECT_INT(aired_items(aired_told(&w, aired_page(&w, ""), &n), "Product"), 0);
}

static void hostile_words_stay_words(void)
{
	static const char evil[] = "</script><script>alert(1)</script>\xE2\x80\xA8\xE2\x80\xA9 \"\\' <!-- & ]]>";
	struct world w = kitchen(40);
	struct str quoted = str_fmt(w.mem, "'</script><script>alert(1)</script>' || chr(8232) || chr(8233) || ' \"\\'' <!-- & ]]>'");
	struct got pages[2];
	struct json graph;
	size_t n;

	world_sql(&w, "update u.replay set title = " STR_FMT, STR_ARG(quoted));
	world_sql(&w, "update u.product set title = " STR_FMT, STR_ARG(quoted));
	world_sql(&w, "update u.moment set title = " STR_FMT, STR_ARG(quoted));
	world_sql(&w, "update u.creator set name = " STR_FMT " where id = %s", STR_ARG(quoted), world_uuid(&w, w.anna.creator.u));
	aired_offer(&w);
	pages[0] = aired_page(&w, "");
	pages[1] = aired_bio(&w);
	for (size_t i = 0; i < COUNT(pages); i++) {
		expect_body_lacks(pages[i], "<script>alert");
		graph = aired_told(&w, pages[i], &n);
		EXPECT_STR(json_str_at(aired_item(graph, "Product"), "name"), evil);
	}
	graph = aired_told(&w, pages[0], &n);
	EXPECT_STR(json_str_at(aired_item(graph, "VideoObject"), "name"), evil);
	EXPECT_STR(json_str(json_get(json_at(json_get(aired_item(graph, "VideoObject"), "hasPart"), 0), "name")), evil);
	EXPECT_STR(json_str_at(aired_item(aired_told(&w, pages[1], &n), "ProfilePage"), "mainEntity.name"), evil);
}

static void the_bio_is_a_profile_and_what_it_sells(void)
{
	struct world w = world(.stock = 2, .variants = 3);
	struct json graph, offer;
	size_t n;

	graph = aired_told(&w, aired_bio(&w), &n);
	EXPECT_INT((int64_t)n, 1);
	EXPECT_STR(json_str_at(aired_item(graph, "ProfilePage"), "mainEntity.alternateName"), "anna");
	world_sql(&w, "update u.product set image_url = '%s'", MUG);
	aired_offer(&w);
	graph = aired_told(&w, aired_bio(&w), &n);
	offer = offer_of(graph);
	EXPECT_INT((int64_t)n, 2);
	EXPECT_STR(json_str_at(offer, "@type"), "AggregateOffer");
	EXPECT_STR(json_str_at(offer, "lowPrice"), "16.00");
	EXPECT_STR(json_text(world_ctx(&w, NOBODY), json_get(offer, "offerCount")), "3");
	EXPECT(str_starts(json_str_at(offer, "url"), S("https://unifyed.test/go/")));
	world_sql(&w, "update u.inventory set shop_available = 0");
	EXPECT_STR(json_str_at(offer_of(aired_told(&w, aired_bio(&w), &n)), "availability"), "https://schema.org/SoldOut");
	world_sql(&w, "update u.product set image_url = 'javascript:alert(1)'");
	EXPECT_INT(aired_items(aired_told(&w, aired_bio(&w), &n), "Product"), 0);
}

static void a_live_leads_while_it_lasts(void)
{
	struct world w = kitchen(40);
	struct json first;
	const char *stream;
	size_t n;

	aired_offer(&w);
	world_clock_advance(&w, 24 * 3600 * 1000);
	stream = aired_begins(&w, "youtube", "Now cooking", "https://www.youtube.com/live/liveVID0001");
	for (int i = 0; i < 2; i++) {
		first = json_at(aired_told(&w, i ? aired_bio(&w) : aired_page(&w, ""), &n), 0);
		EXPECT_STR(json_str_at(first, "name"), "Now cooking");
		EXPECT_STR(json_str_at(first, "url"), "https://www.youtube.com/live/liveVID0001");
		EXPECT_STR(json_str_at(first, "thumbnailUrl"), "https://i.ytimg.com/vi/liveVID0001/hqdefault.jpg");
		EXPECT(json_bool(json_path(first, "publication.isLiveBroadcast"), false));
		EXPECT_INT(json_type(json_path(first, "publication.endDate")), JSON_ABSENT);
	}
	aired_ends(&w, stream);
	EXPECT_STR(json_str_at(json_at(aired_told(&w, aired_page(&w, ""), &n), 0), "name"), "Kitchen");
	EXPECT_STR(json_str_at(json_at(aired_told(&w, aired_bio(&w), &n), 0), "@type"), "ProfilePage");
}

static void a_live_without_a_picture_is_not_told(void)
{
	struct world w = world(.stock = 3);
	struct json graph;
	size_t n;

	world_sql(&w, "update u.stream set state = 'ended', ended_at = u.clock()");
	aired_begins(&w, "tiktok", "Now", "https://www.tiktok.com/@anna/live");
	graph = aired_told(&w, aired_bio(&w), &n);
	EXPECT_INT(aired_items(graph, "VideoObject"), 0);
	expect_body_has(aired_bio(&w), "Live now");
	expect_status(ask(&w, (struct asking){ .method = PATCH, .path = "/bio", .body = "{\"picture_url\":\"https://cdn.example/anna.jpg\"}", .as = ANNA }), 200);
	graph = aired_told(&w, aired_bio(&w), &n);
	EXPECT_STR(json_str_at(json_at(graph, 0), "thumbnailUrl"), "https://cdn.example/anna.jpg");
	EXPECT_STR(json_str_at(aired_item(graph, "ProfilePage"), "mainEntity.image"), "https://cdn.example/anna.jpg");
}

static const CU_TestInfo tests[] = {
	T(a_replay_is_a_video_with_its_moments_and_products),
	T(two_moments_of_one_second_are_one_clip),
	T(a_platform_whose_address_has_no_second_has_no_clips),
	T(a_thousand_moments_are_told_of_in_part),
	T(what_has_no_picture_is_no_video_and_no_product),
	T(a_video_that_the_page_does_not_play_is_none_of_it),
	T(availability_is_what_the_page_says),
	T(prices_have_the_digits_of_their_currency),
	T(hostile_words_stay_words),
	T(the_bio_is_a_profile_and_what_it_sells),
	T(a_live_leads_while_it_lasts),
	T(a_live_without_a_picture_is_not_told),
	CU_TEST_INFO_NULL,
};

const struct suite suite_cgi_bin_linked = { "cgi-bin/linked", tests };
