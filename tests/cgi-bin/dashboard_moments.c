/* The moments of a show in the dashboard: added, corrected, merged, deleted, and what the crowd suggests. */
#include "tests/desk.h"
#include "tests/suite.h"

static struct got page(struct world *w, enum person as, const char *path)
{
	return ask(w, (struct asking){ .path = path, .as = as, .page = true });
}

static struct got send(struct world *w, enum person as, const char *path, const char *form)
{
	return ask(w, (struct asking){ .path = path, .as = as, .page = true, .form = filled(w, form) });
}

/* "/dashboard/<area>/<id>" of what the query finds. */
static const char *path_of(struct world *w, const char *area, enum id_kind kind, const char *query)
{
	struct uuid id = { 0 };

	EXPECT(uuid_read(world_text(w, "%s", query), &id));
	return fmt(w, "/dashboard/%s/" STR_FMT, area, STR_ARG(id_text(w->mem, kind, id)));
}

/* Anna's show of two minutes, with a moment at second 60. Its page. */
static const char *show(struct world *w)
{
	struct got made;
	const char *stream;

	world_sql(w, "update u.stream set state = 'ended', ended_at = u.clock() - interval '2 days', started_at = u.clock() - interval '3 days'");
	made = post(w, ANNA, "/streams", "{\"platform\":\"youtube\",\"title\":\"Kitchen\"}");
	stream = id_in(w, made);
	expect_status(post(w, ANNA, fmt(w, "/streams/%s/start", stream), NULL), 200);
	world_clock_advance(w, 60000);
	expect_status(post(w, ANNA, fmt(w, "/streams/sessions/" STR_FMT "/spotlight", STR_ARG(got_json(w, made, "session"))),
		"{\"offer\":\"$offer\"}"), 201);
	world_clock_advance(w, 60000);
	expect_status(post(w, ANNA, fmt(w, "/streams/%s/end", stream), NULL), 200);
	return fmt(w, "/dashboard/shows/" STR_FMT, STR_ARG(got_json(w, made, "session")));
}

static const char *first(struct world *w)
{
	return path_of(w, "moments", ID_moment, "select id::text from u.moment where state = 'kept' order by at limit 1");
}

static void a_show_lists_its_moments_and_takes_another(void)
{
	struct world w = world(.stock = 5);
	const char *path = show(&w);
	struct got got = page(&w, ANNA, path);

	expect_status(got, 200);
	expect_body_has(got, "<span class=\"num\">1:00</span>");
	expect_body_has(got, "Nothing sold yet");
	got = send(&w, ANNA, path, "at=0%3A30&what=$offer.$product&title=Caf%C3%A9+%3Cb%3E");
	expect_status(got, 303);
	expect_header(got, "Location", path);
	expect_status(send(&w, ANNA, path, "at=45&what=&title=Hello"), 303);
	expect_sql(&w, 1, "select count(*) from u.moment m join u.live_session l on l.id = m.live_id where m.source = 'hand' and m.offer_id is not null"
		" and u.ms(m.at) = u.ms(l.started_at) + 30000");
	got = page(&w, ANNA, path);
	expect_body_has(got, "Café &lt;b&gt;");
	expect_body_has(page(&w, ANNA, "/dashboard/streams"), fmt(&w, "href=\"%s\"", path));
	expect_sql(&w, 3, "select count(*) from u.event_log where type = 'MOMENT_CREATED'");
}

static void what_cannot_be_added_is_said_at_its_field(void)
{
	static const struct {
		const char *form, *says;
	} bad[] = {
		{ "at=&what=$offer.$product", "id=\"w-at\"" }, { "at=soon&what=$offer.$product", "id=\"w-at\"" },
		{ "at=-1&what=$offer.$product", "id=\"w-at\"" }, { "at=1%3A60&what=$offer.$product", "id=\"w-at\"" },
		{ "at=1%3A2%3A3%3A4&what=$offer.$product", "id=\"w-at\"" }, { "at=2147483648&what=$offer.$product", "id=\"w-at\"" },
		{ "at=121&what=$offer.$product", "id=\"w-at\"" }, { "at=9223372036854775807&what=$offer.$product", "id=\"w-at\"" },
		{ "at=10&what=nonsense", "id=\"w-what\"" }, { "at=10&what=$offer.$variant", "id=\"w-what\"" },
		{ "at=10&what=", "id=\"w-title\"" }, { "at=10&what=&title=+", "id=\"w-title\"" },
		{ "at=10&what=$ben_offer.$product", "role=\"alert\"" },
	};
	struct world w = world(.stock = 5, .ben = true);
	const char *path = show(&w);

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = send(&w, ANNA, path, bad[i].form);

		suite_expect(got.status == 422, bad[i].form, __FILE__, __LINE__);
		expect_body_has(got, bad[i].says);
	}
	expect_sql(&w, 1, "select count(*) from u.moment");
}

static void a_moment_is_corrected_and_one_that_changed_meanwhile_is_not(void)
{
	struct world w = world(.stock = 5);
	const char *path, *moment;
	struct str at;

	path = show(&w);
	moment = first(&w);
	at = world_text(&w, "select u.ms(at)::text from u.moment");
	expect_body_has(page(&w, ANNA, moment), "value=\"1:00\"");
	expect_header(send(&w, ANNA, moment, "revision=1&at=1%3A00&what=same&title=Bowl"), "Location", path);
	EXPECT_SAME(world_text(&w, "select u.ms(at)::text from u.moment where title = 'Bowl' and offer_id is not null"), at);
	expect_status(send(&w, ANNA, moment, "revision=1&at=1%3A10&what=same&title=Old"), 412);
	expect_status(send(&w, ANNA, moment, "revision=2&at=0%3A50&what=&title=Talk"), 303);
	expect_sql(&w, 1, "select count(*) from u.moment m join u.live_session l on l.id = m.live_id where m.offer_id is null and m.title = 'Talk'"
		" and u.ms(m.at) = u.ms(l.started_at) + 50000");
	expect_status(send(&w, ANNA, moment, "revision=3&at=5%3A00&what=&title=Talk"), 422);
	expect_status(send(&w, ANNA, moment, "revision=x&at=0%3A50&what=&title=Talk"), 412);
}

static void a_moment_is_merged_or_deleted(void)
{
	struct world w = world(.stock = 5);
	const char *path = show(&w), *moment = first(&w), *other;

	expect_status(send(&w, ANNA, path, "at=90&what=&title=Later"), 303);
	other = path_of(&w, "moments", ID_moment, "select id::text from u.moment where title = 'Later'");
	expect_status(send(&w, ANNA, fmt(&w, "%s/merge", moment), "into=nonsense"), 422);
	expect_status(send(&w, ANNA, fmt(&w, "%s/merge", moment), fmt(&w, "into=%s", moment + sizeof "/dashboard/moments")), 422);
	expect_status(send(&w, ANNA, fmt(&w, "%s/merge", moment), fmt(&w, "into=%s", other + sizeof "/dashboard/moments")), 303);
	expect_status(page(&w, ANNA, moment), 404);
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'merged'");
	expect_status(send(&w, ANNA, fmt(&w, "%s/delete", other), "x=1"), 303);
	expect_status(send(&w, ANNA, fmt(&w, "%s/delete", other), "x=1"), 303);
	expect_sql(&w, 0, "select count(*) from u.moment where state = 'kept'");
	expect_body_has(page(&w, ANNA, path), "No moments.");
}

static void a_suggestion_is_accepted_or_dismissed(void)
{
	struct world w = world(.stock = 5);
	const char *path = show(&w), *one, *two;

	world_sql(&w, "insert into u.moment (id, creator_id, live_id, at, title, source, state, reason) select gen_random_uuid(), l.creator_id, l.id,"
		" l.started_at + make_interval(secs => n), 'Many tapped here', 'suggested', 'suggested', '{\"clicks\": 12, \"seconds\": 20}'"
		" from u.moment m join u.live_session l on l.id = m.live_id, generate_series(10, 20, 10) n");
	expect_body_has(page(&w, ANNA, path), "12 taps within 20 s");
	one = path_of(&w, "moments", ID_moment, "select id::text from u.moment where state = 'suggested' order by at limit 1");
	two = path_of(&w, "moments", ID_moment, "select id::text from u.moment where state = 'suggested' order by at desc limit 1");
	expect_status(page(&w, ANNA, one), 404);
	expect_status(send(&w, ANNA, fmt(&w, "%s/accept", one), "x=1"), 303);
	expect_status(send(&w, ANNA, fmt(&w, "%s/dismiss", two), "x=1"), 303);
	expect_status(send(&w, ANNA, fmt(&w, "%s/accept", two), "x=1"), 409);
	expect_sql(&w, 2, "select count(*) from u.moment where state = 'kept'");
	expect_status(send(&w, ANNA, fmt(&w, "%s/suggest", path), "x=1"), 303);
	expect_body_lacks(page(&w, ANNA, path), "12 taps");
}

static void anothers_show_and_moments_are_not_there(void)
{
	struct world w = world(.stock = 5, .ben = true);
	const char *path = show(&w), *moment = first(&w);
	static const char *const tails[] = { "", "/merge", "/delete", "/accept", "/dismiss" };

	expect_status(page(&w, BEN, path), 404);
	expect_status(send(&w, BEN, path, "at=10&what=&title=Mine"), 404);
	expect_status(send(&w, BEN, fmt(&w, "%s/suggest", path), "x=1"), 404);
	expect_status(page(&w, BEN, moment), 404);
	for (size_t i = 0; i < COUNT(tails); i++)
		expect_status(send(&w, BEN, fmt(&w, "%s%s", moment, tails[i]), "revision=1&at=10&what=&title=Mine"), 404);
	expect_sql(&w, 1, "select count(*) from u.moment where state = 'kept' and revision = 1");
}

static const CU_TestInfo tests[] = {
	T(a_show_lists_its_moments_and_takes_another),
	T(what_cannot_be_added_is_said_at_its_field),
	T(a_moment_is_corrected_and_one_that_changed_meanwhile_is_not),
	T(a_moment_is_merged_or_deleted),
	T(a_suggestion_is_accepted_or_dismissed),
	T(anothers_show_and_moments_are_not_there),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_dashboard_moments = { "cgi-bin/dashboard_moments", tests };
