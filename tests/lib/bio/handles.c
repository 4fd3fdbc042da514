/* handles.c: who has a handle, who had it, and who gets it next. */
#include "lib/creator/creator.h"
#include "tests/lib/bio/shared.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static enum err find(struct world *w, const char *handle, struct bio *out, bool *moved)
{
	return bio_by_handle(world_ctx(w, NOBODY), str_of(handle), out, moved);
}

static struct got signed_up(struct world *w, const char *name, const char *handle)
{
	return ask(w,
		(struct asking){ .path = "/auth/signup",
			.body = fmt(w,
				"{\"email\":\"%s@example.com\",\"password\":\"correct horse "
				"battery\",\"name\":\"%s\",\"handle\":\"%s\"}",
				name, name, handle) });
}

/* To so many ms before the year of a former handle is over; 2 beyond that are for what is cut off in ms. */
static void until_left(struct world *w, const char *handle, int64_t ms)
{
	world_clock_advance(w,
		world_int(w, "select u.ms(until) - u.ms(u.clock()) - %lld + 2 from u.handle_past where handle = '%s'",
			(long long)ms, handle));
}

static void a_former_handle_is_hers_for_a_year_and_not_a_moment_longer(void)
{
	struct world w = world(.bare = true);

	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	expect_sql(&w, 1,
		"select count(*) from u.handle_past where until = (select max(until) from u.handle_past)"
		" and until between u.clock() + interval '1 year' - interval '1 minute' and u.clock() + interval '1 year'");
	until_left(&w, "anna", 20000);
	expect_header(viewed(&w, "/@anna"), "Location", "/@anna.k");
	expect_problem(renamed(&w, BEN, "anna"), "handle-taken");
	expect_problem(signed_up(&w, "carl", "anna"), "handle-taken");
	until_left(&w, "anna", 0);
	expect_problem(viewed(&w, "/@anna"), "not-found");
	expect_status(signed_up(&w, "carl", "anna"), 201);
	expect_status(viewed(&w, "/@anna"), 200);
	expect_body_has(viewed(&w, "/@anna"), "carl");
	expect_body_lacks(viewed(&w, "/@anna.k"), "carl");
}

static void what_was_hers_once_leads_to_its_next_owner_alone(void)
{
	struct world w = world(.bare = true);
	struct bio bio;
	bool moved;

	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	until_left(&w, "anna", 0);
	expect_status(renamed(&w, BEN, "anna"), 200);
	EXPECT_ERR(find(&w, "anna", &bio, &moved), OK);
	EXPECT(!moved && uuid_eq(bio.creator.u, w.ben.creator.u));
	expect_status(renamed(&w, BEN, "ben"), 200);
	EXPECT_ERR(find(&w, "anna", &bio, &moved), OK); /* his now, for a year of its own */
	EXPECT(moved && uuid_eq(bio.creator.u, w.ben.creator.u));
	expect_problem(renamed(&w, ANNA, "anna"), "handle-taken");
	expect_sql(&w, 1, "select count(*) from u.handle_past where handle = 'anna'");
}

static void a_chain_leads_to_its_end_each_link_for_its_own_year(void)
{
	struct world w = world(.bare = true);

	expect_status(renamed(&w, ANNA, "b.b"), 200);
	world_clock_advance(&w, 200 * DAY_MS);
	expect_status(renamed(&w, ANNA, "c.c"), 200);
	expect_header(viewed(&w, "/@anna"), "Location", "/@c.c"); /* in one step */
	expect_header(viewed(&w, "/@b.b"), "Location", "/@c.c");
	until_left(&w, "anna", 0);
	expect_problem(viewed(&w, "/@anna"), "not-found");
	expect_header(viewed(&w, "/@b.b"), "Location", "/@c.c");
	expect_status(renamed(&w, BEN, "anna"), 200);
	expect_problem(renamed(&w, BEN, "b.b"), "handle-taken");
	until_left(&w, "b.b", 0);
	expect_status(renamed(&w, BEN, "b.b"), 200);
	expect_header(viewed(&w, "/@anna"), "Location", "/@b.b");
}

static void taken_back_it_is_hers_as_if_she_had_never_left(void)
{
	struct world w = world(.bare = true);
	int64_t first;

	expect_status(renamed(&w, ANNA, "b.b"), 200);
	first = world_int(&w, "select u.ms(until) from u.handle_past where handle = 'anna'");
	world_clock_advance(&w, 100 * DAY_MS);
	expect_status(renamed(&w, ANNA, "anna"), 200);
	expect_status(viewed(&w, "/@anna"), 200);
	expect_header(viewed(&w, "/@b.b"), "Location", "/@anna");
	expect_sql(&w, 1, "select count(*) from u.handle_past");
	expect_status(renamed(&w, ANNA, "ANNA"), 200); /* the same one: nothing is given up */
	expect_sql(&w, 1, "select count(*) from u.handle_past");
	expect_status(renamed(&w, ANNA, "c.c"), 200);
	EXPECT(world_int(&w, "select u.ms(until) from u.handle_past where handle = 'anna'") >=
		first + 100 * DAY_MS); /* its year begins anew */
}

static void two_creators_cannot_swap(void)
{
	struct world w = world(.bare = true);

	expect_problem(renamed(&w, ANNA, "ben"), "handle-taken");
	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	expect_problem(renamed(&w, BEN, "anna"), "handle-taken");
	expect_status(renamed(&w, BEN, "ben.k"), 200);
	expect_problem(renamed(&w, ANNA, "ben"), "handle-taken");
	expect_problem(renamed(&w, BEN, "anna"), "handle-taken");
	expect_header(viewed(&w, "/@anna"), "Location", "/@anna.k");
	expect_header(viewed(&w, "/@ben"), "Location", "/@ben.k");
}

static int race(struct world *w, int i)
{
	return renamed(w, i % 2 ? BEN : ANNA, "free.one").status == 200 ? i % 2 : 2;
}

static void one_of_two_gets_a_free_handle(void)
{
	for (int round = 0; round < 5; round++) {
		struct world w = world(.bare = true);
		bool got[3] = { false };
		int codes[8];

		fork_many(&w, 8, race, codes);
		for (int i = 0; i < 8; i++)
			if (codes[i] <= 2)
				got[codes[i]] = true;
			else
				EXPECT_INT(codes[i], 0);
		EXPECT(got[0] != got[1] && got[2]);
		expect_sql(&w, 1, "select count(*) from u.creator where handle = 'free.one'");
		expect_sql(&w, 1, "select count(*) from u.creator where handle in ('anna', 'ben')"); /* who lost keeps hers */
		expect_sql(&w, 1, "select count(*) from u.handle_past");
	}
}

static int comes(struct world *w, int i)
{
	int status = i ? signed_up(w, fmt(w, "carl%d", i), "free.one").status : renamed(w, ANNA, "free.one").status;

	return status == 200 || status == 201 ? 0 : status == 409 ? 1 : 2;
}

static void one_of_those_who_sign_up_gets_it(void)
{
	struct world w = world(.bare = true);
	int codes[4], won = 0;

	fork_many(&w, 4, comes, codes);
	for (int i = 0; i < 4; i++) {
		EXPECT(codes[i] <= 1);
		won += codes[i] == 0;
	}
	EXPECT_INT(won, 1);
	expect_sql(&w, 1, "select count(*) from u.creator where handle = 'free.one'");
}

/* Where anna goes and comes back while ben reaches for what she leaves: he never gets it, and all that she had leads to her. */
static int to_and_fro(struct world *w, int i)
{
	if (i % 2)
		return renamed(w, BEN, i % 4 == 1 ? "anna" : "anna.k").status == 200 ? 1 : 0;
	(void)renamed(w, ANNA, i % 4 == 0 ? "anna.k" : "anna");
	return 0;
}

static void nobody_slips_in_while_she_goes_and_comes_back(void)
{
	struct world w = world(.bare = true);
	int codes[12];

	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	fork_many(&w, 12, to_and_fro, codes);
	for (int i = 0; i < 12; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 2,
		"select count(*) from (select handle from u.creator where id = %s union select handle from u.handle_past where "
		"creator_id = %s) h",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.creator.u));
	expect_sql(&w, 0, "select count(*) from u.handle_past p join u.creator c on c.handle = p.handle");
}

static int gathers(struct world *w, int i)
{
	int done = 0;

	for (int n = 0; n < 8; n++)
		done += renamed(w, ANNA, fmt(w, "name.%d.%d", i, n)).status == 200;
	return done;
}

static void nobody_gathers_names_by_going_through_them(void)
{
	struct world w = world(.bare = true);
	int codes[4];

	fork_many(&w, 4, gathers, codes);
	EXPECT_INT(codes[0] + codes[1] + codes[2] + codes[3], CREATOR_HANDLES_KEPT); /* and every one that was given up is kept */
	expect_sql(&w, CREATOR_HANDLES_KEPT, "select count(*) from u.handle_past where creator_id = %s",
		world_uuid(&w, w.anna.creator.u));
	expect_problem(renamed(&w, ANNA, "one.more"), "handles-many");
	expect_field(
		api(&w, ANNA, PATCH, "/auth/me", fmt(&w, "{\"handle\":\"one.more\",\"name\":%s}", many(&w, "\xef\xac\xac", 80))),
		"name");
	expect_status(api(&w, ANNA, PATCH, "/auth/me", "{\"name\":\"Anna K\"}"), 200); /* all else she may change */
	expect_status(renamed(&w, ANNA, "anna"), 200); /* one of them for the one she has: as many as before */
	expect_problem(renamed(&w, ANNA, "one.more"), "handles-many");
	expect_status(renamed(&w, BEN, "one.more"), 200);
	expect_problem(renamed(&w, ANNA, "one.more"), "handle-taken");
	world_sql(&w,
		"update u.handle_past set until = u.clock() where handle = (select min(handle) from u.handle_past where handle ~ "
		"'^name')");
	expect_status(renamed(&w, ANNA, "anna.k"), 200);
}

static void what_looks_like_another_is_refused(void)
{
	static const char *const bad[] = { "", "an", "admin", "Go", "u.n.i.f.y.e.d", "Un_Ify.ed", "shop_ify", "_anna", "anna_",
		".anna", "anna.", "an na", "anna/out", "anna%2e", "anna\\u0000", "\\u0430nna", "ann\\u00e1", "\\uff41nna",
		"anna\\u200b", "anna\\u202e", "a\\u0307nna", "anna\\ud83d\\ude00", "abcdefghijklmnopqrstuvwxyz12345", "../anna",
		"anna?x=1", "anna#", "-anna-" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = renamed(&w, BEN, bad[i]);

		EXPECT(got.status == 422 || got.status == 400);
		if (got.status < 400)
			CU_FAIL(bad[i]);
	}
	expect_problem(renamed(&w, BEN, "ANNA"), "handle-taken");
	expect_problem(renamed(&w, BEN, " Anna "), "handle-taken");
	expect_problem(signed_up(&w, "carl", "AnNa"), "handle-taken");
	expect_status(renamed(&w, BEN, "Ben.K"), 200);
	expect_header(viewed(&w, "/@Ben.K"), "Location", "/@ben.k");
	expect_sql(&w, 0, "select count(*) from u.creator where handle <> lower(handle)");
}

static void who_is_asked_for_is_found_or_not(void)
{
	static const char *const nobody[] = { "nobody", "", "a", "anna ", "anna\n", "anna/x", "../anna", "\xd0\xb0nna", "anna%",
		"' or true --" };
	struct world w = world(.bare = true);
	struct bio bio;
	bool moved;

	for (size_t i = 0; i < COUNT(nobody); i++)
		EXPECT_ERR(find(&w, nobody[i], &bio, &moved), ERR_NOT_FOUND);
	EXPECT_ERR(bio_by_handle(world_ctx(&w, NOBODY), (struct str){ "anna\0x", 6 }, &bio, &moved), ERR_NOT_FOUND);
	EXPECT_ERR(find(&w, "aNNa", &bio, &moved), OK);
	EXPECT(!moved);
	EXPECT_STR(bio.handle, "anna");
	EXPECT_INT(bio.revision, 0); /* never touched, and there */
	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	EXPECT_ERR(find(&w, "Anna", &bio, &moved), OK);
	EXPECT(moved);
	EXPECT_STR(bio.handle, "anna.k");
	expect_status(api(&w, ANNA, PATCH, "/bio", "{\"published\":false}"), 200);
	EXPECT_ERR(find(&w, "anna", &bio, &moved), ERR_NOT_FOUND); /* nor does a former one tell where she went */
	EXPECT_ERR(find(&w, "anna.k", &bio, &moved), ERR_NOT_FOUND);
}

static void a_former_handle_answers_whole(void)
{
	struct world w = world(.bare = true);
	const char *shop = block_made(&w, "{\"kind\":\"link\",\"title\":\"Shop\",\"url\":\"https://example.com/\"}");
	struct got got;

	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	got = viewed(&w, fmt(&w, "/@anna/out/%s", shop)); /* of a page that is open in somebody's browser */
	expect_status(got, 303);
	expect_header(got, "Location", "https://example.com/");
	EXPECT_INT(happened(&w, "LINK_IN_BIO_CLICK"), 1);
	expect_status(viewed(&w, "/@anna/view.gif"), 200);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'LINK_IN_BIO_VIEW' and subject = %s",
		world_uuid(&w, w.anna.creator.u));
	until_left(&w, "anna", 0);
	expect_status(viewed(&w, fmt(&w, "/@anna/out/%s", shop)), 404);
	expect_status(renamed(&w, BEN, "anna"), 200);
	expect_status(viewed(&w, fmt(&w, "/@anna/out/%s", shop)), 404); /* his name is no way to her links */
	expect_status(viewed(&w, fmt(&w, "/@anna.k/out/%s", shop)), 303);
}

static void who_is_deleted_leaves_no_handle_behind(void)
{
	struct world w = world(.bare = true);

	expect_status(signed_up(&w, "carl", "carl"), 201);
	world_sql(&w,
		"insert into u.handle_past (handle, creator_id, until) select 'carlo', id, u.clock() + interval '1 year' from "
		"u.creator where handle = 'carl'");
	expect_header(viewed(&w, "/@carlo"), "Location", "/@carl");
	world_sql(&w, "delete from u.creator where handle = 'carl'");
	expect_problem(viewed(&w, "/@carl"), "not-found");
	expect_problem(viewed(&w, "/@carlo"), "not-found");
	expect_status(viewed(&w, "/@carl/view.gif"), 404);
	EXPECT_INT(happened(&w, "LINK_IN_BIO_VIEW"), 0);
}

static void a_page_that_is_not_there_is_kept_no_longer_than_one_that_is(void)
{
	static const char *const paths[] = { "/@nobody", "/@anna", "/@anna.k" };
	struct world w = world(.bare = true);

	expect_status(renamed(&w, ANNA, "anna.k"), 200);
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct got page = viewed(&w, paths[i]),
			   json = ask(&w, (struct asking){ .path = paths[i], .headers = "Accept: application/json" });

		expect_header(page, "Cache-Control", "public, max-age=0, s-maxage=1");
		expect_same_header(page, json, "Cache-Control");
		EXPECT_INT(json.status, page.status);
		EXPECT_SAME(json.content_type, page.content_type); /* whoever asked first is not told otherwise than the next */
		expect_no_header(page, "Set-Cookie");
	}
	expect_header(viewed(&w, "/@anna.k/theme.css?r=1"), "Cache-Control", "no-store"); /* not hers yet */
	expect_status(api(&w, ANNA, PATCH, "/bio", "{\"about\":\"x\"}"), 200);
	expect_header(viewed(&w, "/@anna.k/theme.css?r=1"), "Cache-Control", "public, max-age=86400");
	expect_header(viewed(&w, "/@anna.k/theme.css?r=2"), "Cache-Control", "no-store");
	expect_header(viewed(&w, "/@anna.k/theme.css"), "Cache-Control", "no-store");
	expect_header(viewed(&w, "/@anna.k?a=%zz"), "Cache-Control", "no-store");
}

static const CU_TestInfo tests[] = {
	T(a_former_handle_is_hers_for_a_year_and_not_a_moment_longer),
	T(what_was_hers_once_leads_to_its_next_owner_alone),
	T(a_chain_leads_to_its_end_each_link_for_its_own_year),
	T(taken_back_it_is_hers_as_if_she_had_never_left),
	T(two_creators_cannot_swap),
	T(one_of_two_gets_a_free_handle),
	T(one_of_those_who_sign_up_gets_it),
	T(nobody_slips_in_while_she_goes_and_comes_back),
	T(nobody_gathers_names_by_going_through_them),
	T(what_looks_like_another_is_refused),
	T(who_is_asked_for_is_found_or_not),
	T(a_former_handle_answers_whole),
	T(who_is_deleted_leaves_no_handle_behind),
	T(a_page_that_is_not_there_is_kept_no_longer_than_one_that_is),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_bio_handles = { "lib/bio/handles", tests };
