/* The forms of the dashboard: what they do once, what they refuse, and what they keep. */
#include <stdio.h>

#include "tests/suite.h"
#include "tests/world.h"

static struct got post(struct world *w, enum person as, const char *path, const char *form)
{
	return ask(w, (struct asking){ .path = path, .as = as, .page = true, .form = form });
}

/* Each $ is the next of a and b. */
static const char *fmt(struct world *w, const char *format, struct str a, struct str b)
{
	struct buf out = buf_new(w->mem, 4096);
	struct str rest = str_of(format);
	struct str args[] = { a, b };

	for (size_t i = 0; rest.n; i++) {
		buf_put(&out, str_cut(&rest, '$'));
		if (rest.p && i < COUNT(args))
			buf_put(&out, args[i]);
	}
	return str_z(w->mem, buf_str(&out));
}

static struct str prod(struct world *w)
{
	return ID_TEXT(w->mem, product, w->product);
}

static struct str var(struct world *w, int i)
{
	return ID_TEXT(w->mem, variant, w->variants[i]);
}

static const char *offer_path(struct world *w, const char *tail)
{
	return fmt(w, "/dashboard/offers/$$", ID_TEXT(w->mem, offer, w->anna.offer), str_of(tail));
}

static void an_offer_is_made_from_a_form(void)
{
	struct world w = world(.stock = 5, .variants = 2, .bare = true);
	struct got got = post(&w, ANNA, "/dashboard/offers", fmt(&w,
		"name=Deal&kind=percentage_off&value=12.5&line=$.$&redemptions_max=7&once_per_customer=true&refund_restores=true&then=keep", prod(&w), var(&w, 0)));

	expect_status(got, 303);
	EXPECT(str_starts(got_header(got, "Location"), S("/dashboard/offers/offer_")));
	expect_sql(&w, 1, "select count(*) from u.offer where name = 'Deal' and kind = 'percentage_off' and value = 1250 and "
		"redemptions_max = 7 and once_per_customer and refund_restores and state = 'draft'");
	expect_sql(&w, 1, "select count(*) from u.offer_product where variant_id is not null and override_value is null");
}

static void money_is_in_the_shops_currency(void)
{
	struct world w = world(.stock = 5, .bare = true);

	expect_status(post(&w, ANNA, "/dashboard/offers", fmt(&w, "name=A&kind=fixed_price&value=15&line=$", prod(&w), S(""))), 303);
	expect_status(post(&w, ANNA, "/dashboard/offers", fmt(&w, "name=B&kind=fixed_amount_off&value=2%2C50&line=$", prod(&w), S(""))), 303);
	expect_sql(&w, 1500, "select value from u.offer where name = 'A'");
	expect_sql(&w, 250, "select value from u.offer where name = 'B'");
}

static void what_is_wrong_is_named_and_what_was_typed_is_kept(void)
{
	struct world w = world(.stock = 5, .bare = true);
	struct got got = post(&w, ANNA, "/dashboard/offers", fmt(&w,
		"name=Deal&kind=percentage_off&value=150&line=$&ends_at=2001-02-03T04:05&redemptions_max=x", prod(&w), S("")));

	expect_status(got, 422);
	expect_body_has(got, "a number above 0, up to 100");
	expect_body_has(got, "a time that lies ahead");
	expect_body_has(got, "a whole number from 1 on");
	expect_body_has(got, "value=\"Deal\"");
	expect_body_has(got, "value=\"150\"");
	expect_body_has(got, "value=\"2001-02-03T04:05\"");
	expect_body_has(got, "value=\"percentage_off\" checked");
	expect_sql(&w, 0, "select count(*) from u.offer");
	expect_sql(&w, 0, "select count(*) from u.idempotency");
}

static void nothing_remains_of_a_form_that_was_half_good(void)
{
	struct world w = world(.stock = 5, .bare = true);
	struct got got;

	got = post(&w, ANNA, "/dashboard/offers", fmt(&w,
		"name=Deal&kind=fixed_price&value=99999&line=$&then=activate&idempotency_key=k1", prod(&w), S("")));
	expect_status(got, 422);
	expect_body_has(got, "not above the list price of $20.00");
	expect_status(post(&w, ANNA, "/dashboard/offers", "name=&kind=&value=&idempotency_key=k1"), 422);
	expect_sql(&w, 0, "select count(*) from u.offer");
	expect_sql(&w, 0, "select count(*) from u.event_log where type like 'OFFER%%'");
}

static void a_form_sent_twice_works_once(void)
{
	struct world w = world(.stock = 5, .bare = true);
	const char *form = fmt(&w, "name=Deal&kind=percentage_off&value=20&line=$&idempotency_key=k1", prod(&w), S(""));
	struct got first = post(&w, ANNA, "/dashboard/offers", form), again = post(&w, ANNA, "/dashboard/offers", form);

	expect_status(first, 303);
	expect_same_header(first, again, "Location");
	expect_sql(&w, 1, "select count(*) from u.offer");
}

static void a_search_keeps_what_was_typed(void)
{
	struct world w = world(.stock = 5, .bare = true);
	struct got got = post(&w, ANNA, "/dashboard/offers/new", fmt(&w, "name=Deal&kind=fixed_price&value=7&line=$&q=nothing", prod(&w), S("")));

	expect_status(got, 200);
	expect_body_has(got, "value=\"Deal\"");
	expect_body_has(got, "No other product has “nothing” in its name");
	expect_body_has(got, "Mug");
	expect_sql(&w, 0, "select count(*) from u.offer");
}

static void an_offer_is_changed_with_values_of_their_own(void)
{
	struct world w = world(.stock = 5, .variants = 2);
	struct str line = str_fmt(w.mem, STR_FMT "." STR_FMT, STR_ARG(prod(&w)), STR_ARG(var(&w, 1)));
	struct got got = post(&w, ANNA, offer_path(&w, ""), fmt(&w,
		"name=Other&kind=percentage_off&value=30&line=$&own.$=45.5&revision=1", line, line));

	expect_status(got, 303);
	expect_sql(&w, 4550, "select override_value from u.offer_product");
	expect_body_has(ask(&w, (struct asking){ .path = offer_path(&w, "/edit"), .as = ANNA, .page = true }), "value=\"45.5\"");
	got = post(&w, ANNA, offer_path(&w, ""), fmt(&w, "name=Late&kind=percentage_off&value=30&line=$&revision=1", line, S("")));
	expect_status(got, 412);
	expect_body_has(got, "value=\"Late\"");
	expect_sql(&w, 0, "select count(*) from u.offer where name = 'Late'");
	got = post(&w, ANNA, offer_path(&w, ""), fmt(&w, "name=O&kind=percentage_off&value=30&line=$&own.$=450&revision=2", line, line));
	expect_status(got, 422);
	expect_body_has(got, "a number above 0, up to 100");
}

static void somebody_elses_products_are_refused(void)
{
	struct world w = world(.stock = 5, .bare = true);

	world_sql(&w, "delete from u.connection where creator_id = %s", world_uuid(&w, w.ben.creator.u));
	expect_status(post(&w, BEN, "/dashboard/offers", fmt(&w, "name=D&kind=percentage_off&value=20&line=$", prod(&w), S(""))), 422);
	expect_status(post(&w, BEN, "/dashboard/offers", "name=D&kind=percentage_off&value=20&line=prod_x&line=%22%3E"), 422);
	expect_sql(&w, 0, "select count(*) from u.offer");
}

static void an_offer_is_paused_activated_and_deleted(void)
{
	struct world w = world(.stock = 5);

	expect_status(post(&w, ANNA, offer_path(&w, "/pause"), "x=1"), 303);
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'paused'");
	expect_status(post(&w, ANNA, offer_path(&w, "/activate"), "x=1"), 303);
	expect_sql(&w, 1, "select count(*) from u.offer where state in ('activating', 'active')");
	expect_problem(post(&w, BEN, offer_path(&w, "/pause"), "x=1"), "offer-unknown");
	expect_header(post(&w, ANNA, offer_path(&w, "/delete"), "x=1"), "Location", "/dashboard/offers");
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'deleted'");
	expect_problem(post(&w, ANNA, offer_path(&w, "/activate"), "x=1"), "offer-state");
}

static void a_form_without_the_sessions_token_is_refused(void)
{
	struct world w = world(.stock = 5);

	expect_status(ask(&w, (struct asking){ .path = offer_path(&w, "/pause"), .as = ANNA, .page = true, .form = "x=1", .no_csrf = true }), 403);
	expect_status(ask(&w, (struct asking){ .path = offer_path(&w, "/pause"), .as = ANNA, .page = true, .form = "x=1",
		.headers = "Sec-Fetch-Site: cross-site" }), 403);
	expect_sql(&w, 1, "select count(*) from u.offer where state = 'active'");
}

static void a_stream_is_planned_started_and_ended(void)
{
	struct world w = world(.bare = true);
	struct got got;
	const char *path;

	world_sql(&w, "update u.creator set zone = 'Europe/Berlin'");
	expect_status(post(&w, ANNA, "/dashboard/streams", "title=Show&platform=twitch&scheduled_at=2030-07-01T20:00"), 303);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'scheduled' and scheduled_at = '2030-07-01 18:00Z'");
	path = fmt(&w, "/dashboard/streams/$/$", got_json(&w, ask(&w, (struct asking){ .path = "/streams", .as = ANNA }), "items.0.id"), S("start"));
	expect_status(post(&w, ANNA, path, "x=1"), 303);
	expect_sql(&w, 1, "select count(*) from u.stream where state = 'live'");
	got = post(&w, ANNA, "/dashboard/streams", "title=&platform=radio&scheduled_at=never&url=ftp%3A%2F%2Fx");
	expect_status(got, 422);
	expect_body_has(got, "value=\"never\"");
	expect_body_has(got, "1 to 200 characters");
	expect_status(post(&w, ANNA, "/dashboard/streams", "title=Now&platform=tiktok&then=start"), 303);
	expect_sql(&w, 2, "select count(*) from u.stream where state = 'live'");
}

static const char *link_form(struct world *w, const char *more)
{
	const char *form = fmt(w, "offer=$&surface=live&stream=$&platform=tiktok", ID_TEXT(w->mem, offer, w->anna.offer),
		ID_TEXT(w->mem, stream, w->anna.stream));

	return str_z(w->mem, str_fmt(w->mem, "%s%s", form, more));
}

static void a_link_is_made_and_revoked(void)
{
	struct world w = world(.stock = 5);
	struct got got = post(&w, ANNA, "/dashboard/links", link_form(&w, "&code=My-Code&clicks_max=3"));
	const char *path;

	expect_status(got, 303);
	path = str_z(w.mem, str_fmt(w.mem, STR_FMT "/revoke", STR_ARG(got_header(got, "Location"))));
	expect_sql(&w, 1, "select count(*) from u.short_link l join u.attribution a on a.id = l.attribution_id "
		"where l.code = 'My-Code' and l.clicks_max = 3 and a.platform = 'youtube' and a.surface = 'live'");
	got = post(&w, ANNA, "/dashboard/links", link_form(&w, "&code=my-CODE"));
	expect_status(got, 409);
	expect_body_has(got, "This link code is taken");
	expect_body_has(got, "value=\"my-CODE\"");
	expect_status(post(&w, BEN, path, "x=1"), 404);
	expect_status(post(&w, ANNA, path, "x=1"), 303);
	expect_sql(&w, 1, "select count(*) from u.short_link where code = 'My-Code' and revoked_at is not null");
}

static void a_link_names_what_is_wrong(void)
{
	struct world w = world(.stock = 5);
	struct got got = post(&w, ANNA, "/dashboard/links", link_form(&w, "&code=-&expires_at=2001-01-01T00:00&clicks_max=-1&target=prod_zz"));

	expect_status(got, 422);
	expect_body_has(got, "letters, digits");
	expect_body_has(got, "a time that lies ahead");
	expect_body_has(got, "a whole number from 1 on");
	got = post(&w, ANNA, "/dashboard/links", "offer=nonsense&surface=live");
	expect_status(got, 404);
	expect_sql(&w, 1, "select count(*) from u.short_link");
}

static void logging_in_and_out_in_a_browser(void)
{
	struct world w = world(.bare = true);
	const char *join = "name=Cleo&handle=cleo.sells&email=Cleo%40Example.com&password=correct+horse+battery";
	struct got got = ask(&w, (struct asking){ .path = "/dashboard/signup", .page = true, .form = join, .visitor = "cleo" });

	expect_header(got, "Location", "/dashboard");
	EXPECT(got_header(got, "Set-Cookie").n > 0);
	expect_body_has(ask(&w, (struct asking){ .path = "/dashboard", .page = true, .visitor = "cleo" }), "Hello, Cleo");
	got = ask(&w, (struct asking){ .path = "/dashboard/signup", .page = true, .form = join });
	expect_status(got, 409);
	expect_body_has(got, "There is an account with this e-mail already");
	got = ask(&w, (struct asking){ .path = "/dashboard/login", .page = true, .form = "email=cleo%40example.com&password=wrong" });
	expect_status(got, 401);
	expect_body_has(got, "value=\"cleo@example.com\"");
	got = ask(&w, (struct asking){ .path = "/dashboard/login", .page = true,
		.form = "email=cleo%40example.com&password=correct+horse+battery&next=%2Fdashboard%2Forders" });
	expect_header(got, "Location", "/dashboard/orders");
}

static void after_login_nobody_is_sent_to_a_strange_host(void)
{
	static const char *const nexts[] = { "%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%0D%0AX", "" };
	struct world w = world(.bare = true);
	char form[256];

	(void)ask(&w, (struct asking){ .path = "/dashboard/signup", .page = true,
		.form = "name=Cleo&handle=cleo.sells&email=cleo%40example.com&password=correct+horse+battery" });
	for (size_t i = 0; i < COUNT(nexts); i++) {
		snprintf(form, sizeof form, "email=cleo%%40example.com&password=correct+horse+battery&next=%s", nexts[i]);
		expect_header(ask(&w, (struct asking){ .path = "/dashboard/login", .page = true, .form = form }), "Location", "/dashboard");
	}
}

static void signing_up_names_everything_that_is_wrong(void)
{
	struct world w = world(.bare = true);
	struct got got = ask(&w, (struct asking){ .path = "/dashboard/signup", .page = true, .form = "name=&handle=admin&email=nobody&password=1234" });

	expect_status(got, 422);
	for (size_t i = 0; i < 4; i++)
		expect_body_has(got, ((const char *const[]){ "w-name", "w-handle", "w-email", "w-password" })[i]);
	expect_body_has(got, "value=\"nobody\"");
	expect_body_lacks(got, "1234");
}

static void logging_out_ends_the_session(void)
{
	struct world w = world();

	expect_header(post(&w, ANNA, "/dashboard/logout", "x=1"), "Location", "/dashboard/login");
	expect_status(ask(&w, (struct asking){ .path = "/dashboard", .as = ANNA, .page = true }), 303);
}

static void settings_are_saved_and_a_key_is_shown_once(void)
{
	struct world w = world();
	struct got got = post(&w, ANNA, "/dashboard/settings", "name=Anna+B&handle=anna.b&zone=Asia%2FTokyo");

	expect_header(got, "Location", "/dashboard/settings?saved=1");
	expect_sql(&w, 1, "select count(*) from u.creator where name = 'Anna B' and handle = 'anna.b' and zone = 'Asia/Tokyo'");
	got = post(&w, ANNA, "/dashboard/settings", "name=Anna&handle=anna.b&zone=Mars%2FBase");
	expect_status(got, 422);
	expect_body_has(got, "value=\"Mars/Base\"");
	got = post(&w, ANNA, "/dashboard/settings/keys", "key_name=Robot&idempotency_key=k1");
	expect_status(got, 200);
	expect_body_has(got, "value=\"ufy_");
	expect_body_lacks(post(&w, ANNA, "/dashboard/settings/keys", "key_name=Robot&idempotency_key=k1"), "ufy_");
	expect_body_lacks(ask(&w, (struct asking){ .path = "/dashboard/settings", .as = ANNA, .page = true }), "value=\"ufy_");
	got = post(&w, ANNA, "/dashboard/settings/keys", "key_name=");
	expect_status(got, 422);
	expect_body_has(got, "w-key_name");
}

static void leaving_a_shop_closes_her_offers(void)
{
	struct world w = world(.stock = 5);
	const char *path = fmt(&w, "/dashboard/connections/$/leave", ID_TEXT(w.mem, connection, w.anna.connection), S(""));

	expect_status(post(&w, BEN, path, "x=1"), 404);
	expect_header(post(&w, ANNA, path, "x=1"), "Location", "/dashboard/connections");
	expect_sql(&w, 1, "select count(*) from u.connection where id = %s and status = 'disconnected'", world_uuid(&w, w.anna.connection.u));
}

static void reading_the_products_again_is_one_press(void)
{
	struct world w = world(.stock = 5);

	expect_header(post(&w, ANNA, "/dashboard/connections/sync", "x=1"), "Location", "/dashboard/connections");
	expect_sql(&w, 1, "select count(*) from u.catalog_sync where state = 'wanted'");
}

static const CU_TestInfo tests[] = {
	T(an_offer_is_made_from_a_form),
	T(money_is_in_the_shops_currency),
	T(what_is_wrong_is_named_and_what_was_typed_is_kept),
	T(nothing_remains_of_a_form_that_was_half_good),
	T(a_form_sent_twice_works_once),
	T(a_search_keeps_what_was_typed),
	T(an_offer_is_changed_with_values_of_their_own),
	T(somebody_elses_products_are_refused),
	T(an_offer_is_paused_activated_and_deleted),
	T(a_form_without_the_sessions_token_is_refused),
	T(a_stream_is_planned_started_and_ended),
	T(a_link_is_made_and_revoked),
	T(a_link_names_what_is_wrong),
	T(logging_in_and_out_in_a_browser),
	T(after_login_nobody_is_sent_to_a_strange_host),
	T(signing_up_names_everything_that_is_wrong),
	T(logging_out_ends_the_session),
	T(settings_are_saved_and_a_key_is_shown_once),
	T(leaving_a_shop_closes_her_offers),
	T(reading_the_products_again_is_one_press),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_dashboard_forms = { "cgi-bin/dashboard forms", tests };
