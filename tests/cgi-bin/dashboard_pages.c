/* What each page of the dashboard shows, to whom. */
#include <stdio.h>

#include "tests/suite.h"
#include "tests/told.h"

static struct got page(struct world *w, enum person as, const char *path)
{
	return ask(w, (struct asking){ .path = path, .as = as, .page = true });
}

/* "/dashboard/offers/%s" with an id of that kind */
static const char *with_id(struct world *w, const char *format, enum id_kind kind, struct uuid id)
{
	struct buf b = buf_new(w->mem, 256);
	struct str rest = str_of(format), head = str_cut(&rest, '%');

	buf_put(&b, head);
	buf_put(&b, id_text(w->mem, kind, id));
	if (rest.n)
		buf_put(&b, rest);
	return str_z(w->mem, buf_str(&b));
}

static void every_page_is_there_for_its_creator(void)
{
	struct world w = world(.stock = 5, .ben = true);
	const char *paths[] = {
		"/dashboard", "/dashboard/connections", "/dashboard/products", "/dashboard/products?q=mug", "/dashboard/offers",
		"/dashboard/offers/new", "/dashboard/streams", "/dashboard/streams/new", "/dashboard/links", "/dashboard/links/new",
		"/dashboard/links/new?pick=1", "/dashboard/orders", "/dashboard/settings",
		with_id(&w, "/dashboard/connections/%/leave", ID_connection, w.anna.connection.u),
		with_id(&w, "/dashboard/products/%", ID_product, w.product.u),
		with_id(&w, "/dashboard/offers/new?product=%", ID_product, w.product.u),
		with_id(&w, "/dashboard/offers/%", ID_offer, w.anna.offer.u),
		with_id(&w, "/dashboard/offers/%/edit", ID_offer, w.anna.offer.u),
		with_id(&w, "/dashboard/offers/%/delete", ID_offer, w.anna.offer.u),
		with_id(&w, "/dashboard/links/new?offer=%", ID_offer, w.anna.offer.u),
		with_id(&w, "/dashboard/links/%", ID_link, w.anna.link.u),
		with_id(&w, "/dashboard/links/%/revoke", ID_link, w.anna.link.u),
	};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct got got = page(&w, ANNA, paths[i]);

		expect_status(got, 200);
		expect_header(got, "Cache-Control", "no-store");
		expect_body_has(got, "</html>");
		expect_body_lacks(got, "<script");
	}
}

static void a_stranger_is_sent_to_the_door(void)
{
	struct world w = world();
	struct got got = page(&w, NOBODY, "/dashboard/offers?after=x");

	expect_status(got, 303);
	expect_header(got, "Location", "/dashboard/login?next=%2Fdashboard%2Foffers%3Fafter%3Dx");
	expect_status(page(&w, NOBODY, "/dashboard/login"), 200);
	expect_status(page(&w, NOBODY, "/dashboard/signup"), 200);
	expect_header(page(&w, ANNA, "/dashboard/login"), "Location", "/dashboard");
}

static void somebody_elses_things_are_not_there(void)
{
	struct world w = world(.stock = 5);
	const struct {
		const char *path;
		enum id_kind kind;
		struct uuid id;
	} hers[] = {
		{ "/dashboard/connections/%/leave", ID_connection, w.anna.connection.u },
		{ "/dashboard/offers/%", ID_offer, w.anna.offer.u },
		{ "/dashboard/offers/%/edit", ID_offer, w.anna.offer.u },
		{ "/dashboard/offers/%/delete", ID_offer, w.anna.offer.u },
		{ "/dashboard/links/new?offer=%", ID_offer, w.anna.offer.u },
		{ "/dashboard/links/%", ID_link, w.anna.link.u },
		{ "/dashboard/links/%/revoke", ID_link, w.anna.link.u },
	};

	for (size_t i = 0; i < COUNT(hers); i++)
		expect_status(page(&w, BEN, with_id(&w, hers[i].path, hers[i].kind, hers[i].id)), 404);
	expect_status(page(&w, ANNA, "/dashboard/offers/nonsense"), 404);
	expect_status(page(&w, ANNA, with_id(&w, "/dashboard/offers/%", ID_link, w.anna.link.u)), 404);
}

static void hostile_names_are_text(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "update u.product set title = '<script>alert(1)</script>'");
	world_sql(&w, "update u.offer set name = '\"><img src=x onerror=y>'");
	expect_body_has(page(&w, ANNA, "/dashboard/products"), "&lt;script&gt;alert(1)");
	expect_body_lacks(page(&w, ANNA, "/dashboard/offers"), "<img src=x");
	expect_body_lacks(page(&w, ANNA, with_id(&w, "/dashboard/offers/%/edit", ID_offer, w.anna.offer.u)), "<img src=x");
	expect_body_lacks(page(&w, ANNA, "/dashboard/products?q=%22%3E%3Cscript%3E"), "<script");
}

static void a_new_creator_is_told_what_comes_next(void)
{
	struct world w = world(.bare = true);

	world_sql(&w, "update u.connection set status = 'disconnected'");
	expect_body_has(page(&w, ANNA, "/dashboard"), "Four steps");
	expect_body_has(page(&w, ANNA, "/dashboard"), ">Connect your shop</a>");
	world_sql(&w, "update u.connection set status = 'active'");
	expect_body_has(page(&w, ANNA, "/dashboard"), ">Make an offer</a>");
	expect_body_lacks(page(&w, ANNA, "/dashboard"), ">Connect your shop</a>");
}

static void a_hold_shows_while_it_runs(void)
{
	struct world w = world(.stock = 5);

	expect_body_has(page(&w, ANNA, "/dashboard"), "Nobody at the moment");
	(void)tap(&w, "viewer");
	expect_body_has(page(&w, ANNA, "/dashboard"), "held until");
	expect_body_has(page(&w, ANNA, with_id(&w, "/dashboard/products/%", ID_product, w.product.u)), "4 to sell");
	expect_body_lacks(page(&w, BEN, "/dashboard"), "held until");
	world_clock_advance(&w, (w.config->hold_s + 1) * 1000);
	expect_body_has(page(&w, ANNA, "/dashboard"), "Nobody at the moment");
}

static void an_order_shows_its_receipt(void)
{
	struct world w = world(.stock = 5);
	struct got got;
	struct str id;

	(void)tap(&w, "viewer");
	(void)push(&w, "orders/create", "wh-1", told_order(&w, .mark = newest_mark(&w)));
	apply_all(&w);
	got = page(&w, ANNA, "/dashboard/orders");
	expect_body_has(got, "YouTube · Live");
	expect_body_has(got, ">Paid<");
	id = got_json(&w, ask(&w, (struct asking){ .path = "/orders", .as = ANNA }), "items.0.id");
	got = page(&w, ANNA, str_z(w.mem, str_fmt(w.mem, "/dashboard/orders/" STR_FMT, STR_ARG(id))));
	expect_body_has(got, "Credited to you");
	expect_body_has(got, "Mark on the cart");
	expect_body_has(got, "promised at $16.00");
	expect_status(page(&w, ANNA, with_id(&w, "/dashboard/orders/%", ID_order, uuid_new(1))), 404);
}

static void trouble_with_a_shop_is_said_on_the_first_page(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "update u.shop set health = 'needs_reconnect', health_reason = 'refresh_refused'");
	expect_body_has(page(&w, ANNA, "/dashboard"), "no longer lets us in");
	expect_body_has(page(&w, ANNA, "/dashboard/connections"), "Connect again");
	world_sql(&w, "update u.shop set health = 'healthy'");
	world_sql(&w, "update u.offer set problem = 'the shop refused the code'");
	expect_body_has(page(&w, ANNA, "/dashboard"), "is not selling yet");
	expect_body_has(page(&w, ANNA, with_id(&w, "/dashboard/offers/%", ID_offer, w.anna.offer.u)), "the shop refused the code");
}

static void a_sync_in_progress_brings_its_page_again(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "insert into u.catalog_sync (shop_id, state, products, variants) select id, 'running', 12, 34 from u.shop "
		"on conflict (shop_id) do update set state = 'running', products = 12, variants = 34");
	got = page(&w, ANNA, "/dashboard/connections");
	expect_body_has(got, "12 products, 34 variants so far");
	expect_header(got, "Refresh", "2");
	world_sql(&w, "update u.catalog_sync set state = 'done', finished_at = u.clock()");
	expect_no_header(page(&w, ANNA, "/dashboard/connections"), "Refresh");
}

static void a_wrong_shop_name_is_told_beside_the_field(void)
{
	struct world w = world();
	struct got got = page(&w, ANNA, "/dashboard/connections/new?shop=a.myshopify.com.evil");

	expect_status(got, 422);
	expect_body_has(got, "value=\"a.myshopify.com.evil\"");
	expect_body_has(got, "aria-invalid");
	expect_header(page(&w, ANNA, "/dashboard/connections/new?shop=My-Shop"), "Location",
		"/connections/shopify/auth-url?shop=my-shop.myshopify.com");
}

static void lists_go_on_on_another_page(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	world_sql(&w, "insert into u.stream (id, creator_id, platform, title) select md5(i::text)::uuid, id, 'other', 'S' || i "
		"from u.creator, generate_series(1, 30) i where handle like 'anna%%'");
	got = page(&w, ANNA, "/dashboard/streams");
	expect_body_has(got, "Older streams");
	expect_body_has(got, "?after=stream_");
	expect_status(page(&w, ANNA, "/dashboard/streams?after=nonsense"), 422);
}

static const CU_TestInfo tests[] = {
	T(every_page_is_there_for_its_creator),
	T(a_stranger_is_sent_to_the_door),
	T(somebody_elses_things_are_not_there),
	T(hostile_names_are_text),
	T(a_new_creator_is_told_what_comes_next),
	T(a_hold_shows_while_it_runs),
	T(an_order_shows_its_receipt),
	T(trouble_with_a_shop_is_said_on_the_first_page),
	T(a_sync_in_progress_brings_its_page_again),
	T(a_wrong_shop_name_is_told_beside_the_field),
	T(lists_go_on_on_another_page),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_dashboard_pages = { "cgi-bin/dashboard pages", tests };
