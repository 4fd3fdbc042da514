/* Every type of docs/events.md, made by a real flow with the sandbox as the shop, and its payload as the page says. */
#include <stdio.h>

#include "lib/catalog/catalog.h"
#include "lib/cron/cron.h"
#include "lib/event/event.h"
#include "lib/replay/replay.h"
#include "lib/stream/stream.h"
#include "tests/desk.h"
#include "tests/storefront.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper catalog_sync_helper, connections_tend_helper, discounts_sync_helper, events_deliver_helper, guard_tend_helper, offers_expire_helper,
	reservations_expire_helper;

#define MUG "\"products\":[{\"title\":\"Mug\",\"handle\":\"mug\",\"variants\":[{\"price\":\"20.00\",\"stock\":50}]}]"

static void sync(struct world *w)
{
	EXPECT_ERR(catalog_sync_want(world_ctx(w, ANNA), w->shop), OK);
	helper_run(w, catalog_sync_helper.step);
	world_clock_advance(w, 600);
	helper_run(w, catalog_sync_helper.step);
}

/* She connects the shop; its catalog comes, a price changes, its answers fail for a while. */
static void connect_and_sync(struct world *w, struct json shop)
{
	struct json mug = json_at(json_get(shop, "products"), 0);
	struct str variant = json_str_at(json_at(json_get(mug, "variants"), 0), "id");

	world_sql(w, "delete from u.connection; update u.shop set status = 'installing', access_sealed = null");
	expect_status(storefront_connect(w, ANNA, "x", NULL), 303);
	helper_run(w, connections_tend_helper.step);
	sync(w);
	control(w, "PATCH", fmt(w, "/shops/x.myshopify.com/variants/" STR_FMT, STR_ARG(variant)), "{\"price\":\"25.00\"}");
	sync(w);
	EXPECT(uuid_read(world_text(w, "select id from u.product"), &w->product.u));
	EXPECT(uuid_read(world_text(w, "select id from u.variant"), &w->variant.u));
	EXPECT_ERR(catalog_sync_want(world_ctx(w, ANNA), w->shop), OK);
	control(w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"garbage\",\"count\":3}");
	for (int i = 0; i < 4; i++) {
		helper_run(w, catalog_sync_helper.step);
		world_clock_advance(w, 60000);
	}
}

static void offer_and_stream(struct world *w)
{
	const char *id = offer_made(w, ANNA, "\"kind\":\"percentage_off\",\"basis_points\":2000");
	const char *stream = id_in(w, post(w, ANNA, "/streams", "{\"platform\":\"youtube\",\"title\":\"Friday\"}"));
	const char *other = id_in(w, post(w, ANNA, "/streams", "{\"platform\":\"youtube\",\"title\":\"Saturday\"}"));

	EXPECT(id_read(ID_offer, str_of(id), &w->anna.offer.u));
	EXPECT(id_read(ID_stream, str_of(stream), &w->anna.stream.u));
	expect_status(api(w, ANNA, PATCH, "/offers/$offer", "{\"name\":\"Live deal\"}"), 200);
	expect_status(post(w, ANNA, "/offers/$offer/activate", NULL), 200);
	helper_run(w, discounts_sync_helper.step);
	expect_status(post(w, ANNA, "/streams/$stream/start", NULL), 200);
	expect_status(post(w, ANNA, fmt(w, "/streams/%s/cancel", other), NULL), 200);
	EXPECT(id_read(ID_link, str_of(id_in(w, post(w, ANNA, "/links",
		"{\"offer\":\"$offer\",\"code\":\"annalink1\",\"platform\":\"youtube\",\"surface\":\"live\",\"stream\":\"$stream\"}"))), &w->anna.link.u));
}

/* Nothing is left for a moment: one waits and goes to the shop, another waits and leaves. */
static void line(struct world *w)
{
	const struct asking join = { .method = POST, .path = "/go/annalink1/wait", .form = "units=1", .page = true, .visitor = "wanda" };
	struct asking other = join, leave = join;

	other.visitor = leave.visitor = "xena";
	leave.path = "/go/annalink1/leave";
	world_sql(w, "update u.inventory set shop_available = shop_available - free");
	expect_status(tap(w, "wanda"), 409);
	expect_status(ask(w, join), 303);
	expect_status(tap(w, "xena"), 409);
	expect_status(ask(w, other), 303);
	expect_status(ask(w, leave), 303);
	world_sql(w, "update u.inventory set shop_available = shop_available + 40");
	world_clock_advance(w, 3000);
	expect_status(ask(w, (struct asking){ .path = "/go/annalink1/wait", .page = true, .visitor = "wanda" }), 200);
	expect_status(tap(w, "wanda"), 303);
}

static void clicks_and_orders(struct world *w)
{
	int64_t variant = world_int(w, "select external_id from u.variant");
	struct str mark;

	(void)ask(w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: facebookexternalhit/1.1" });
	expect_status(tap(w, "vera"), 303);
	mark = newest_mark(w);
	push(w, "orders/create", "1", told_order(w, .mark = mark, .lines = { { .variant = variant, .units = 1, .discount = 100 } }));
	push(w, "orders/updated", "2", told_order(w, .updated_s = 60, .mark = mark, .status = "refunded", .cancelled = true,
		.lines = { { .variant = variant, .units = 1, .removed = 1, .discount = 100 } }, .refund = 71, .refund_units = 1, .refund_minor = 1900));
	apply_all(w);
	expect_status(tap(w, "carl"), 303);
	world_clock_advance(w, 16 * 60 * 1000);
	helper_run(w, reservations_expire_helper.step);
	expect_status(tap(w, "dora"), 303);
	line(w);
	world_sql(w, "update u.inventory set guard = 2");
	expect_status(tap(w, "emma"), 200);
	world_sql(w, "insert into u.guard (shop_id, item_id, halved_at, calm_since)"
		" select shop_id, item_id, u.clock(), u.clock() - interval '2 minutes' from u.inventory"
		" on conflict (shop_id, item_id) do update set calm_since = excluded.calm_since, created = 0");
	helper_run(w, guard_tend_helper.step);
	expect_status(api(w, ANNA, DELETE, "/links/$link", NULL), 204);
}

static void short_stock(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		world_clock_advance(w, 62000);
		world_sql(w, "select u.stock_read(shop_id, item_id, '[{\"location\":1,\"name\":\"Here\",\"active\":true,\"online\":true,"
			"\"available\":-3,\"updated_ms\":0}]', true, u.clock(), u.clock(), 'full_read') from u.inventory");
	}
}

static void moments(struct world *w)
{
	struct stream_found found = { .platform = S("twitch"), .title = S("Found"), .started_ms = world_now_ms(w) };
	struct str session = got_json(w, api(w, ANNA, GET, "/streams/$stream", NULL), "session");
	const char *path = str_z(w->mem, str_fmt(w->mem, "/streams/sessions/" STR_FMT "/moments", STR_ARG(session))), *a, *b;
	struct stream_id id;

	a = id_in(w, post(w, ANNA, path, "{\"title\":\"One\"}"));
	b = id_in(w, post(w, ANNA, path, "{\"title\":\"Two\"}"));
	expect_status(post(w, ANNA, fmt(w, "/streams/moments/%s/merge", a), fmt(w, "{\"into\":\"%s\"}", b)), 200);
	EXPECT_ERR(stream_found_on(world_ctx(w, ANNA), &found, (struct stream_id){ 0 }, &id), OK);
}

/* The show that has just ended becomes a replay, is looked at, bought from, found at its platform and taken back. */
static void replays(struct world *w)
{
	const struct broadcaster_video seen = { .found = true, .ready = true, .embeddable = true, .is_public = true,
		.external_id = S("987654"), .duration_s = 60 };
	struct video_id video;
	struct str code, replay;

	world_sql(w, "update u.moment set shop_id = o.shop_id, offer_id = o.id from u.offer o where o.id = %s", world_uuid(w, w->anna.offer.u));
	world_sql(w, "update u.inventory set shop_available = 50, short_since = null, guard = 0");
	helper_run(w, events_deliver_helper.step);
	code = world_text(w, "select k.code from u.replay_link x join u.short_link k on k.id = x.link_id limit 1");
	replay = got_json(w, api(w, ANNA, GET, "/replays", NULL), "items.0.id");
	expect_status(tap_at(w, "rita", str_z(w->mem, str_fmt(w->mem, "/go/" STR_FMT, STR_ARG(code)))), 303);
	expect_status(ask(w, (struct asking){ .headers = "User-Agent: Mozilla/5.0",
		.path = str_z(w->mem, str_fmt(w->mem, "/r/" STR_FMT "/view.gif", STR_ARG(replay))) }), 200);
	EXPECT(uuid_read(world_text(w, "select id from u.replay_video limit 1"), &video.u));
	code = world_text(w, "select l.code from u.short_link l join u.attribution a on a.id = l.attribution_id where a.surface = 'link_in_bio'");
	expect_status(tap_at(w, "bea", str_z(w->mem, str_fmt(w->mem, "/go/" STR_FMT, STR_ARG(code)))), 303);
	expect_status(ask(w, (struct asking){ .path = "/@anna/view.gif", .headers = "User-Agent: Mozilla/5.0" }), 200);
	EXPECT_ERR(replay_video_seen(world_ctx(w, NOBODY), video, &seen), OK);
	expect_status(post(w, ANNA, str_z(w->mem, str_fmt(w->mem, "/replays/" STR_FMT "/unpublish", STR_ARG(replay))), NULL), 200);
}

static void the_end_of_it(struct world *w)
{
	const char *over;

	moments(w);
	expect_status(post(w, ANNA, "/streams/$stream/end", NULL), 200);
	replays(w);
	expect_status(post(w, ANNA, "/offers/$offer/pause", NULL), 200);
	expect_status(api(w, ANNA, DELETE, "/offers/$offer", NULL), 204);
	over = offer_made(w, ANNA, "\"kind\":\"percentage_off\",\"basis_points\":1000");
	expect_status(post(w, ANNA, fmt(w, "/offers/%s/activate", over), NULL), 200);
	world_sql(w, "update u.offer set ends_at = u.clock() where state = 'activating'");
	helper_run(w, offers_expire_helper.step);
	w->anna.connection.u = (struct uuid){ 0 };
	EXPECT(uuid_read(world_text(w, "select id from u.connection where creator_id = %s and status = 'active'",
		world_uuid(w, w->anna.creator.u)), &w->anna.connection.u));
	world_sql(w, "insert into u.connection (id, creator_id, shop_id, role, status) select gen_random_uuid(), %s, id, 'seller', 'active' from u.shop",
		world_uuid(w, w->ben.creator.u));
	expect_status(api(w, ANNA, DELETE, "/connections/$connection", NULL), 204);
}

/* "| LINK_CREATED | link | ...": the type, empty for another line */
static struct str type_of(struct str line)
{
	struct str rest = line, type;

	(void)str_cut(&rest, ' ');
	type = str_cut(&rest, ' ');
	return str_starts(line, S("| ")) && type.n && type.p[0] >= 'A' && type.p[0] <= 'Z' ? type : S("");
}

/* The page tells of a payload's keys in the row of its type, or below the table. */
static void payload_is_as_told(struct world *w, struct str type, struct str row, struct str below)
{
	struct str keys = world_text(w, "select coalesce(string_agg(distinct k, ','), '') from u.event_log e, jsonb_object_keys(e.payload) k"
		" where e.type = '" STR_FMT "'", STR_ARG(type));

	while (keys.n) {
		struct str name = str_cut(&keys, ','), key = str_fmt(w->mem, "`" STR_FMT "`", STR_ARG(name));

		if (str_find(row, 0, key) == SIZE_MAX && str_find(below, 0, key) == SIZE_MAX) {
			printf("docs/events.md does not tell of " STR_FMT " in " STR_FMT "\n", STR_ARG(key), STR_ARG(type));
			EXPECT(false);
		}
	}
}

/* Lines of the section that follow after the table that `at` stands in. */
static struct str below_table(struct str page, size_t at)
{
	size_t from = str_find(page, at, S("\n\n")), to = str_find(page, at, S("\n## "));

	return from == SIZE_MAX || from >= to ? S("") : str_slice(page, from, to);
}

static void each_type_is_emitted_with_the_payload_that_the_page_tells(void)
{
	struct world w = world(.bare = true);
	struct str page = suite_file(w.mem, "docs/events.md"), rest = page;
	int types = 0;

	world_sql(&w, "delete from u.variant; delete from u.inventory_level; delete from u.inventory; delete from u.product; delete from u.location");
	connect_and_sync(&w, storefront(&w, MUG));
	offer_and_stream(&w);
	clicks_and_orders(&w);
	short_stock(&w);
	the_end_of_it(&w);
	while (rest.n) {
		size_t at = (size_t)(rest.p - page.p);
		struct str line = str_cut(&rest, '\n'), type = type_of(line);

		if (!type.n)
			continue;
		types++;
		if (!world_int(&w, "select count(*) from u.event_log where type = '" STR_FMT "'", STR_ARG(type))) {
			printf("nothing emitted " STR_FMT "\n", STR_ARG(type));
			EXPECT(false);
		}
		payload_is_as_told(&w, type, line, below_table(page, at));
	}
	EXPECT(types >= 30);
}

static void the_page_knows_every_type(void)
{
	struct world w = world(.bare = true);
	struct str page = suite_file(w.mem, "docs/events.md");

	for (int type = 0; type < EVENT_TYPES; type++)
		if (str_find(page, 0, str_of(event_type_name((enum event_type)type))) == SIZE_MAX) {
			printf("docs/events.md does not know %s\n", event_type_name((enum event_type)type));
			EXPECT(false);
		}
}

static const CU_TestInfo tests[] = {
	T(each_type_is_emitted_with_the_payload_that_the_page_tells),
	T(the_page_knows_every_type),
	CU_TEST_INFO_NULL,
};
const struct suite suite_event_all_types = { "lib/event/all_types", tests };
