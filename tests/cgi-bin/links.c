#include "tests/suite.h"
#include "tests/world.h"

static const char *text(struct world *w, enum id_kind kind, struct uuid u)
{
	return str_z(w->mem, id_text(w->mem, kind, u));
}

/* A link of anna's offer; `more` follows after the offer: ",\"code\":\"mug\"". */
static struct got create(struct world *w, const char *more)
{
	return ask(w, (struct asking){ .path = "/links", .as = ANNA, .body = str_z(w->mem, str_fmt(w->mem,
		"{\"offer\":\"%s\"%s}", text(w, ID_offer, w->anna.offer.u), more)) });
}

static struct got create_dm(struct world *w, const char *more)
{
	return create(w, str_z(w->mem, str_fmt(w->mem, ",\"platform\":\"instagram\",\"surface\":\"dm\"%s", more)));
}

static const char *path_of(struct world *w, struct got created, const char *rest)
{
	return str_z(w->mem, str_fmt(w->mem, "/links/" STR_FMT "%s", STR_ARG(got_json(w, created, "id")), rest));
}

static void a_link_is_made_with_a_code_of_its_own(void)
{
	struct world w = world(.stock = 5);
	struct got got = create_dm(&w, "");
	struct str code = got_json(&w, got, "code");

	expect_status(got, 201);
	EXPECT_INT((int64_t)code.n, 10);
	EXPECT_SAME(got_json(&w, got, "url"), str_fmt(w.mem, "https://unifyed.test/go/" STR_FMT, STR_ARG(code)));
	expect_header(got, "Location", str_z(w.mem, str_fmt(w.mem, "https://unifyed.test%s", path_of(&w, got, ""))));
	expect_events(&w, "LINK_CREATED");
	expect_status(tap_at(&w, "vera", str_z(w.mem, str_fmt(w.mem, "/go/" STR_FMT, STR_ARG(code)))), 303);
	expect_status(create_dm(&w, ""), 201);
	expect_sql(&w, 1, "select count(*) from u.attribution where surface = 'dm'");
}

static void a_vanity_code_belongs_to_one_whatever_its_case(void)
{
	struct world w = world(.stock = 5);

	expect_status(create_dm(&w, ",\"code\":\"Summer-Mug\""), 201);
	expect_status(tap_at(&w, "vera", "/go/summer-MUG"), 303);
	expect_problem(create_dm(&w, ",\"code\":\"summer-mug\""), "code-taken");
	expect_field(create_dm(&w, ",\"code\":\"dashboard\""), "code");
	expect_field(create_dm(&w, ",\"code\":\"-mug\""), "code");
	expect_field(create_dm(&w, ",\"code\":\"m/../ug\""), "code");
}

static int take_the_code(struct world *w, int i)
{
	(void)i;
	return create_dm(w, ",\"code\":\"mug\"").status == 201;
}

static void of_many_at_once_one_gets_the_code(void)
{
	struct world w = world();
	int codes[8], won = 0;

	fork_many(&w, 8, take_the_code, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		won += codes[i];
	EXPECT_INT(won, 1);
	expect_sql(&w, 1, "select count(*) from u.attribution where surface = 'dm'");
}

static void a_live_link_needs_its_stream(void)
{
	struct world w = world(.stock = 1);
	const char *stream = str_z(w.mem, str_fmt(w.mem, ",\"platform\":\"youtube\",\"surface\":\"live\",\"stream\":\"%s\"",
		text(&w, ID_stream, w.anna.stream.u)));
	struct got got = create(&w, stream);

	expect_status(got, 201);
	EXPECT_STR(got_json(&w, got, "stream"), text(&w, ID_stream, w.anna.stream.u));
	expect_sql(&w, 1, "select count(*) from u.attribution");
	expect_field(create(&w, ",\"platform\":\"youtube\",\"surface\":\"live\""), "stream");
	expect_field(create(&w, str_z(w.mem, str_fmt(w.mem, ",\"platform\":\"tiktok\",\"surface\":\"live\",\"stream\":\"%s\"",
		text(&w, ID_stream, w.anna.stream.u)))), "platform");
}

static void what_is_wrong_with_a_link_is_named(void)
{
	struct world w = world();
	struct got got = create(&w, ",\"platform\":\"radio\",\"surface\":\"billboard\",\"expires_at\":\"2020-01-01T00:00:00Z\",\"clicks_max\":0,\"x\":1");

	expect_field(got, "platform");
	expect_field(got, "surface");
	expect_field(got, "expires_at");
	expect_field(got, "clicks_max");
	expect_field(got, "x");
	expect_field(create_dm(&w, ",\"clicks_max\":2147483648"), "clicks_max");
	expect_field(create_dm(&w, ",\"product\":\"link_01\""), "product");
	expect_field(ask(&w, (struct asking){ .path = "/links", .body = "{}", .as = ANNA }), "offer");
	expect_sql(&w, 1, "select count(*) from u.short_link");
}

static void what_is_a_strangers_cannot_be_linked(void)
{
	struct world w = world(.stock = 1, .ben = true);
	const char *offer = text(&w, ID_offer, w.ben.offer.u), *stream = text(&w, ID_stream, w.ben.stream.u);

	expect_field(ask(&w, (struct asking){ .path = "/links", .as = ANNA, .body = str_z(w.mem, str_fmt(w.mem,
		"{\"offer\":\"%s\",\"platform\":\"other\",\"surface\":\"dm\"}", offer)) }), "offer");
	expect_field(create(&w, str_z(w.mem, str_fmt(w.mem, ",\"platform\":\"youtube\",\"surface\":\"live\",\"stream\":\"%s\"", stream))), "stream");
	expect_field(create_dm(&w, str_z(w.mem, str_fmt(w.mem, ",\"variant\":\"%s\"", text(&w, ID_variant, w.ben.offer.u)))), "variant");
	expect_problem(ask(&w, (struct asking){ .path = str_z(w.mem, str_fmt(w.mem, "/links/%s", text(&w, ID_link, w.ben.link.u))), .as = ANNA }), "link-unknown");
	expect_problem(ask(&w, (struct asking){ .method = DELETE, .path = str_z(w.mem, str_fmt(w.mem, "/links/%s", text(&w, ID_link, w.ben.link.u))), .as = ANNA }), "link-unknown");
	expect_problem(ask(&w, (struct asking){ .path = str_z(w.mem, str_fmt(w.mem, "/links/%s/qr.svg", text(&w, ID_link, w.ben.link.u))), .as = ANNA }), "link-unknown");
	expect_body_lacks(ask(&w, (struct asking){ .path = "/links", .as = ANNA }), "benlink1");
	expect_status(tap_at(&w, "vera", "/go/benlink1"), 303);
}

static void a_link_to_one_variant_sells_that_one(void)
{
	struct world w = world(.stock = 5, .variants = 3);
	struct got got = create_dm(&w, str_z(w.mem, str_fmt(w.mem, ",\"code\":\"second\",\"product\":\"%s\",\"variant\":\"%s\"",
		text(&w, ID_product, w.product.u), text(&w, ID_variant, w.variants[1].u))));

	expect_status(got, 201);
	expect_status(tap_at(&w, "vera", "/go/second"), 303);
	expect_sql(&w, 1, "select count(*) from u.checkout_session where variant_id = %s", world_uuid(&w, w.variants[1].u));
}

static void an_offer_that_is_over_gets_no_more_links(void)
{
	struct world w = world();

	world_sql(&w, "update u.offer set state = 'expired'");
	expect_field(create_dm(&w, ""), "offer");
}

static void limits_are_changed_by_who_saw_them_last(void)
{
	struct world w = world(.stock = 5);
	struct got got = create_dm(&w, ",\"code\":\"mug\",\"clicks_max\":1");
	struct asking more = { .method = PATCH, .path = path_of(&w, got, ""), .body = "{\"clicks_max\":2}", .as = ANNA, .headers = "If-Match: \"1\"" };

	expect_status(tap_at(&w, "vera", "/go/mug"), 303);
	expect_problem(tap_at(&w, "otto", "/go/mug"), "link-exhausted");
	got = ask(&w, more);
	expect_status(got, 200);
	expect_header(got, "ETag", "\"2\"");
	expect_problem(ask(&w, more), "edit-conflict");
	expect_status(tap_at(&w, "otto", "/go/mug"), 303);
	more.headers = NULL;
	more.body = "{\"clicks_max\":1}";
	expect_field(ask(&w, more), "clicks_max");
	more.body = "{\"clicks_max\":null,\"expires_at\":\"2020-01-01T00:00:00Z\"}";
	expect_field(ask(&w, more), "expires_at");
	more.body = "{\"code\":\"other\"}";
	expect_field(ask(&w, more), "code");
	more.body = "{\"clicks_max\":null}";
	EXPECT_STR(got_json(&w, ask(&w, more), "clicks_max"), "");
	expect_status(tap_at(&w, "ida", "/go/mug"), 303);
}

static void a_link_that_is_revoked_closes_at_once_and_gives_its_holds_back(void)
{
	struct world w = world(.stock = 1);
	const char *path = str_z(w.mem, str_fmt(w.mem, "/links/%s", text(&w, ID_link, w.anna.link.u)));

	expect_status(tap(&w, "vera"), 303);
	expect_sql(&w, 1, "select held from u.inventory");
	expect_status(ask(&w, (struct asking){ .method = DELETE, .path = path, .as = ANNA, .key = "k1" }), 204);
	expect_sql(&w, 0, "select held from u.inventory");
	expect_problem(tap(&w, "vera"), "link-closed");
	expect_status(ask(&w, (struct asking){ .method = DELETE, .path = path, .as = ANNA, .key = "k2" }), 204);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_REVOKED'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'RESERVATION_RELEASED'");
	expect_sql(&w, 0, "select sum(broken) from u.invariants()");
}

static void clicks_are_shown_with_the_link(void)
{
	struct world w = world();
	struct got got;

	world_sql(&w, "insert into u.link_clicks (link_id, creator_id, clicks, checkouts, previews) values (%s, %s, 7, 3, 2)",
		world_uuid(&w, w.anna.link.u), world_uuid(&w, w.anna.creator.u));
	got = ask(&w, (struct asking){ .path = "/links", .as = ANNA });
	EXPECT_STR(got_json(&w, got, "items.0.clicks.all"), "7");
	EXPECT_STR(got_json(&w, got, "items.0.clicks.checkouts"), "3");
	EXPECT_STR(got_json(&w, got, "items.0.clicks.previews"), "2");
}

static void a_link_as_a_qr_code(void)
{
	struct world w = world();
	struct got got = ask(&w, (struct asking){ .as = ANNA,
		.path = str_z(w.mem, str_fmt(w.mem, "/links/%s/qr.svg", text(&w, ID_link, w.anna.link.u))) });

	expect_status(got, 200);
	EXPECT_STR(got.content_type, "image/svg+xml");
	EXPECT(str_starts(got.body, S("<svg ")));
	expect_body_has(got, "<title>https://unifyed.test/go/annalink1</title>");
}

static const CU_TestInfo tests[] = {
	T(a_link_is_made_with_a_code_of_its_own),
	T(a_vanity_code_belongs_to_one_whatever_its_case),
	T(of_many_at_once_one_gets_the_code),
	T(a_live_link_needs_its_stream),
	T(what_is_wrong_with_a_link_is_named),
	T(what_is_a_strangers_cannot_be_linked),
	T(a_link_to_one_variant_sells_that_one),
	T(an_offer_that_is_over_gets_no_more_links),
	T(limits_are_changed_by_who_saw_them_last),
	T(a_link_that_is_revoked_closes_at_once_and_gives_its_holds_back),
	T(clicks_are_shown_with_the_link),
	T(a_link_as_a_qr_code),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_links = { "cgi-bin/links", tests };
