#include "tests/aired.h"

#include "lib/core/time.h"
#include "lib/cron/cron.h"
#include "lib/text/text.h"
#include "tests/suite.h"

extern const struct helper events_deliver_helper;

void aired_deliver(struct world *w)
{
	int64_t done = 1;

	for (int i = 0; done && i < 50; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(w, NOBODY), &done), OK);
}

static struct got say(struct world *w, enum method method, struct str path, struct str body)
{
	return ask(w, (struct asking){ .method = method, .path = str_z(w->mem, path), .body = body.n ? str_z(w->mem, body) : NULL, .as = ANNA });
}

static struct got stream_make(struct world *w, const char *platform, const char *title, const char *url)
{
	struct jw b = jw_new(w->mem, 8192);

	jw_object(&b);
	jw_kstr(&b, "platform", str_of(platform));
	jw_kstr(&b, "title", str_of(title));
	jw_kstr(&b, "url", str_of(url));
	jw_end(&b);
	return say(w, POST, S("/streams"), jw_done(&b));
}

const char *aired_begins(struct world *w, const char *platform, const char *title, const char *url)
{
	struct got made = stream_make(w, platform, title, url);
	struct str path = str_fmt(w->mem, "/streams/" STR_FMT, STR_ARG(got_json(w, made, "id")));

	expect_status(made, 201);
	expect_status(say(w, POST, str_fmt(w->mem, STR_FMT "/start", STR_ARG(path)), S("")), 200);
	return str_z(w->mem, path);
}

void aired_ends(struct world *w, const char *stream)
{
	expect_status(say(w, POST, str_fmt(w->mem, "%s/end", stream), S("")), 200);
}

void aired(struct world *w, const char *platform, const char *title, const char *url)
{
	const char *stream;
	struct str session;

	world_sql(w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'"
		" where state = 'live'");
	stream = aired_begins(w, platform, title, url);
	session = got_json(w, say(w, GET, str_of(stream), S("")), "session");
	for (int i = 0; i < 2; i++) {
		world_clock_advance(w, 60000);
		expect_status(say(w, POST, str_fmt(w->mem, "/streams/sessions/" STR_FMT "/spotlight", STR_ARG(session)), str_fmt(w->mem,
			"{\"offer\":\"" STR_FMT "\",\"variant\":\"" STR_FMT "\"}", STR_ARG(ID_TEXT(w->mem, offer, w->anna.offer)),
			STR_ARG(ID_TEXT(w->mem, variant, w->variants[i])))), 201);
	}
	world_clock_advance(w, 60000);
	aired_ends(w, stream);
	aired_deliver(w);
}

void aired_offer(struct world *w)
{
	world_sql(w, "insert into u.event_log (id, type, creator_id, subject) values (gen_random_uuid(), 'OFFER_ACTIVATED', %s, %s)",
		world_uuid(w, w->anna.creator.u), world_uuid(w, w->anna.offer.u));
	aired_deliver(w);
}

struct got aired_page(struct world *w, const char *with)
{
	struct str id = got_json(w, say(w, GET, S("/replays"), S("")), "items.0.id");

	return ask(w, (struct asking){ .path = str_z(w->mem, str_fmt(w->mem, "/r/" STR_FMT "%s", STR_ARG(id), with)), .page = true });
}

struct got aired_bio(struct world *w)
{
	return ask(w, (struct asking){ .path = "/@anna", .page = true });
}

/* ---- what Google Search Central requires of each item: see lib/view/linked_data.h */

static void is_text(struct json item, const char *field)
{
	suite_expect(json_str(json_get(item, field)).n > 0, field, __FILE__, __LINE__);
}

static void is_web(struct json item, const char *field)
{
	suite_expect(text_is_web_url(json_str(json_get(item, field))), field, __FILE__, __LINE__);
}

static void is_web_if_there(struct json item, const char *field)
{
	if (json_type(json_get(item, field)) != JSON_ABSENT)
		is_web(item, field);
}

/* With its zone. */
static int64_t is_time(struct json item, const char *field)
{
	int64_t ms = 0;

	suite_expect(time_read(json_str(json_get(item, field)), &ms) && ms > 0, field, __FILE__, __LINE__);
	return ms;
}

static void clips_are_sound(struct json list, struct str page)
{
	int64_t last = -1, second, end, asked;

	EXPECT(json_length(list) > 0);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json clip = json_at(list, i);
		struct str url = json_str(json_get(clip, "url"));
		size_t at = str_find(url, 0, S("&t="));

		EXPECT_STR(json_str(json_get(clip, "@type")), "Clip");
		is_text(clip, "name");
		EXPECT(json_type(json_get(clip, "startOffset")) == JSON_INT && json_int(json_get(clip, "startOffset"), &second) && second > last);
		EXPECT(str_starts(url, page) && url.n > page.n && url.p[page.n] == '?');
		EXPECT(at != SIZE_MAX && str_int(str_slice(url, at + 3, url.n), &asked) && asked == second);
		EXPECT(json_type(json_get(clip, "endOffset")) == JSON_ABSENT || (json_int(json_get(clip, "endOffset"), &end) && end > second));
		last = second;
	}
}

static void seek_is_sound(struct json action)
{
	EXPECT_STR(json_str(json_get(action, "@type")), "SeekToAction");
	EXPECT(str_find(json_str(json_get(action, "target")), 0, S("t={seek_to_second_number}")) != SIZE_MAX);
	EXPECT_STR(json_str(json_get(action, "startOffset-input")), "required name=seek_to_second_number");
}

static void broadcast_is_sound(struct json event)
{
	int64_t began;

	EXPECT_STR(json_str(json_get(event, "@type")), "BroadcastEvent");
	EXPECT(json_bool(json_get(event, "isLiveBroadcast"), false));
	began = is_time(event, "startDate");
	if (json_type(json_get(event, "endDate")) != JSON_ABSENT)
		EXPECT(is_time(event, "endDate") > began);
}

static void video_is_sound(struct json item)
{
	struct str duration = json_str(json_get(item, "duration"));

	is_text(item, "name");
	is_web(item, "thumbnailUrl");
	is_web(item, "url");
	is_web_if_there(item, "embedUrl");
	(void)is_time(item, "uploadDate");
	EXPECT(!duration.n || (str_starts(duration, S("PT")) && duration.p[duration.n - 1] == 'S'));
	if (json_type(json_get(item, "publication")) != JSON_ABSENT)
		broadcast_is_sound(json_get(item, "publication"));
	if (json_type(json_get(item, "hasPart")) != JSON_ABSENT)
		clips_are_sound(json_get(item, "hasPart"), json_str(json_get(item, "url")));
	if (json_type(json_get(item, "potentialAction")) != JSON_ABSENT)
		seek_is_sound(json_get(item, "potentialAction"));
}

/* Digits as the currency has them, above zero. */
static void price_is_sound(struct str price, struct str code)
{
	struct currency currency;
	struct money money;
	size_t point = str_find(price, 0, S("."));

	EXPECT(currency_read(code, &currency) && money_read(price, currency, &money) && money.minor > 0);
	EXPECT((int)(point == SIZE_MAX ? 0 : price.n - point - 1) == currency_exponent(currency));
}

static void product_is_sound(struct json item)
{
	struct json offer = json_get(item, "offers");
	bool several = str_eq(json_str(json_get(offer, "@type")), S("AggregateOffer"));
	struct str stock = json_str(json_get(offer, "availability"));
	int64_t n;

	is_text(item, "name");
	is_web(item, "image");
	EXPECT(several || str_eq(json_str(json_get(offer, "@type")), S("Offer")));
	EXPECT(several == (json_int(json_get(offer, "offerCount"), &n) && n > 1));
	EXPECT(json_type(json_get(offer, several ? "lowPrice" : "price")) == JSON_TEXT);
	price_is_sound(json_str(json_get(offer, several ? "lowPrice" : "price")), json_str(json_get(offer, "priceCurrency")));
	EXPECT(str_eq(stock, S("https://schema.org/InStock")) || str_eq(stock, S("https://schema.org/LimitedAvailability"))
		|| str_eq(stock, S("https://schema.org/SoldOut")));
	is_web(offer, "url");
}

static void profile_is_sound(struct json item)
{
	struct json person = json_get(item, "mainEntity");

	EXPECT_STR(json_str(json_get(person, "@type")), "Person");
	is_text(person, "name");
	is_web(person, "url");
	is_web_if_there(person, "image");
}

static void page_is_sound(struct json item)
{
	is_text(item, "name");
	is_web(item, "url");
	(void)is_time(item, "datePublished");
}

static void item_is_sound(struct json item)
{
	static const struct {
		const char *type;
		void (*check)(struct json item);
	} known[] = { { "VideoObject", video_is_sound }, { "Product", product_is_sound }, { "ProfilePage", profile_is_sound }, { "WebPage", page_is_sound } };
	struct str type = json_str(json_get(item, "@type"));
	bool found = false;

	for (size_t i = 0; i < COUNT(known); i++) {
		if (!str_eq(type, str_of(known[i].type)))
			continue;
		found = true;
		known[i].check(item);
	}
	EXPECT(found);
}

struct json aired_told(struct world *w, struct got page, size_t *n)
{
	const struct str open = S("<script type=\"application/ld+json\">");
	size_t from = str_find(page.body, 0, open), to = from == SIZE_MAX ? SIZE_MAX : str_find(page.body, from, S("</script>"));
	struct json data = { 0 }, graph;
	struct str text;

	EXPECT(to != SIZE_MAX && str_find(page.body, to, open) == SIZE_MAX);
	text = to == SIZE_MAX ? S("null") : str_slice(page.body, from + open.n, to);
	EXPECT(str_find(text, 0, S("<")) == SIZE_MAX && str_find(text, 0, S(":null")) == SIZE_MAX);
	EXPECT_ERR(json_read(world_ctx(w, NOBODY), text, &data), OK);
	EXPECT_STR(json_str(json_get(data, "@context")), "https://schema.org");
	graph = json_get(data, "@graph");
	*n = json_length(graph);
	for (size_t i = 0; i < *n; i++)
		item_is_sound(json_at(graph, i));
	return graph;
}

int aired_items(struct json graph, const char *type)
{
	int n = 0;

	for (size_t i = 0; i < json_length(graph); i++)
		n += str_eq(json_str(json_get(json_at(graph, i), "@type")), str_of(type));
	return n;
}

struct json aired_item(struct json graph, const char *type)
{
	for (size_t i = 0; i < json_length(graph); i++)
		if (str_eq(json_str(json_get(json_at(graph, i), "@type")), str_of(type)))
			return json_at(graph, i);
	return json_get(graph, "none");
}
