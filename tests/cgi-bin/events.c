/* /events: a creator's part of the log. */
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

static void events_are_newest_first_with_ids_as_the_api_writes_them(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(post(&w, ANNA, "/streams/$stream/end", NULL), 200);
	world_clock_advance(&w, 1000);
	expect_status(api(&w, ANNA, DELETE, "/links/$link", NULL), 204);
	got = get(&w, ANNA, "/events");
	expect_status(got, 200);
	EXPECT_SAME(got_json(&w, got, "items.0.type"), S("LINK_REVOKED"));
	EXPECT_STR(got_json(&w, got, "items.0.subject"), filled(&w, "$link"));
	EXPECT_STR(got_json(&w, got, "items.0.payload.offer"), filled(&w, "$offer"));
	EXPECT_SAME(got_json(&w, got, "items.1.type"), S("STREAM_ENDED"));
	EXPECT_STR(got_json(&w, got, "items.1.subject"), filled(&w, "$stream"));
	EXPECT(str_ends(got_json(&w, got, "items.1.at"), S("Z")));
}

/* "xxxxxxxx-xxxx-" anywhere */
static bool has_plain_uuid(struct str s)
{
	for (size_t i = 0; i + 14 <= s.n; i++) {
		size_t k = 0;

		while (k < 14 && (k == 8 || k == 13 ? s.p[i + k] == '-' : (s.p[i + k] >= '0' && s.p[i + k] <= '9') || (s.p[i + k] >= 'a' && s.p[i + k] <= 'f')))
			k++;
		if (k == 14)
			return true;
	}
	return false;
}

static void no_plain_uuid_is_shown(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w)));
	apply_all(&w);
	expect_status(tap(&w, "carl"), 303);
	expect_status(post(&w, ANNA, "/offers/$offer/pause", NULL), 200);
	got = get(&w, ANNA, "/events?limit=100");
	expect_body_has(got, "PURCHASE_COMPLETED");
	expect_body_has(got, "\"checkout\":\"checkout_");
	expect_body_has(got, "\"order\":\"order_");
	EXPECT(!has_plain_uuid(got.body));
}

static void a_type_picks_its_events(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(tap(&w, "vera"), 303);
	got = get(&w, ANNA, "/events?type=CHECKOUT_STARTED");
	EXPECT_SAME(got_json(&w, got, "items.0.type"), S("CHECKOUT_STARTED"));
	EXPECT_SAME(got_json(&w, got, "items.1.id"), S(""));
	expect_field(get(&w, ANNA, "/events?type=checkout_started"), "type");
	expect_field(get(&w, ANNA, "/events?type=NOTHING"), "type");
}

static const char *instant(struct world *w)
{
	return str_z(w->mem, world_text(w, "select to_char(u.clock() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"));
}

static void times_pick_their_events(void)
{
	struct world w = world(.stock = 5);
	const char *first, *second;
	struct got got;

	first = instant(&w);
	expect_status(tap(&w, "vera"), 303);
	world_clock_advance(&w, 60000);
	second = instant(&w);
	expect_status(api(&w, ANNA, DELETE, "/links/$link", NULL), 204);
	got = get(&w, ANNA, fmt(&w, "/events?from=%s", second));
	expect_body_has(got, "LINK_REVOKED");
	expect_body_lacks(got, "CHECKOUT_STARTED");
	got = get(&w, ANNA, fmt(&w, "/events?from=%s&before=%s", first, second));
	expect_body_has(got, "CHECKOUT_STARTED");
	expect_body_lacks(got, "LINK_REVOKED");
	expect_field(get(&w, ANNA, "/events?from=yesterday"), "from");
	expect_field(get(&w, ANNA, "/events?before=1767225600"), "before");
}

static void pages_follow_each_other_without_gap_or_repeat(void)
{
	struct world w = world(.stock = 5);
	struct str after = S(""), seen = S("");
	int n = 0;

	for (int i = 0; i < 7; i++) {
		world_clock_advance(&w, 1000);
		expect_status(post(&w, ANNA, "/streams", fmt(&w, "{\"platform\":\"youtube\",\"title\":\"No %d\"}", i)), 201);
	}
	do {
		struct got got = get(&w, ANNA, fmt(&w, "/events?limit=3%s" STR_FMT, after.n ? "&after=" : "", STR_ARG(after)));

		for (int i = 0; i < 3; i++) {
			struct str id = got_json(&w, got, fmt(&w, "items.%d.id", i));

			EXPECT(str_find(seen, 0, id.n ? id : S("nothing")) == SIZE_MAX);
			seen = str_fmt(w.mem, STR_FMT " " STR_FMT, STR_ARG(seen), STR_ARG(id));
			n += id.n > 0;
		}
		after = got_json(&w, got, "next");
	} while (after.n && n < 20);
	EXPECT_INT(n, 7);
}

static const CU_TestInfo tests[] = {
	T(events_are_newest_first_with_ids_as_the_api_writes_them),
	T(no_plain_uuid_is_shown),
	T(a_type_picks_its_events),
	T(times_pick_their_events),
	T(pages_follow_each_other_without_gap_or_repeat),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_events = { "cgi-bin/events", tests };
