/* The link in the bio in the dashboard: how it looks, what stands on it, in which order; and what everybody sees of it. */
#include "tests/desk.h"
#include "tests/suite.h"

#define DAY "accent=%234338ca&ground=%23ffffff"
#define NIGHT "accent_dark=%23a5b4fc&ground_dark=%2314121f"

static struct got page(struct world *w, enum person as, const char *path)
{
	return ask(w, (struct asking){ .path = path, .as = as, .page = true });
}

static struct got send(struct world *w, enum person as, const char *path, const char *form)
{
	return ask(w, (struct asking){ .path = path, .as = as, .page = true, .form = filled(w, form) });
}

static struct got seen(struct world *w)
{
	return page(w, NOBODY, "/@anna");
}

static const char *block(struct world *w, const char *where)
{
	struct uuid id = { 0 };

	EXPECT(uuid_read(world_text(w, "select id::text from u.bio_block where %s", where), &id));
	return fmt(w, "/dashboard/bio/blocks/" STR_FMT, STR_ARG(id_text(w->mem, ID_block, id)));
}

static struct str order(struct world *w)
{
	return world_text(w, "select coalesce(string_agg(coalesce(nullif(title, ''), kind), ' ' order by position, id), '') from u.bio_block");
}

static void what_is_typed_is_what_everybody_sees(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(page(&w, ANNA, "/dashboard/bio"), 200);
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "name=\"revision\" value=\"0\"");
	got = send(&w, ANNA, "/dashboard/bio", "revision=0&about=Bowls+%3Cb%3E&picture_url=https%3A%2F%2Fpics.example%2Fa.jpg&font=serif&"
		"accent=%237a1f3d&ground=%23fff7ef&" NIGHT);
	expect_status(got, 303);
	expect_header(got, "Location", "/dashboard/bio?saved=1");
	expect_body_has(seen(&w), "Bowls &lt;b&gt;");
	expect_body_has(seen(&w), "https://pics.example/a.jpg");
	expect_body_has(seen(&w), "font-serif");
	expect_body_has(page(&w, NOBODY, "/@anna/theme.css"), "#7a1f3d");
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "fill=\"#7a1f3d\"");
	expect_status(page(&w, NOBODY, "/dashboard/bio"), 303);
}

static void what_cannot_be_is_said_at_its_field_and_kept(void)
{
	static const struct {
		const char *form, *says;
	} bad[] = {
		{ "font=system&accent=%23ffe9a8&ground=%23ffffff&" NIGHT, "id=\"w-light\"" },
		{ "font=system&" DAY "&accent_dark=%23111111&ground_dark=%23000000", "id=\"w-dark\"" },
		{ "font=system&accent=red&ground=%23ffffff&" NIGHT, "id=\"w-light\"" },
		{ "font=system&accent=%23000;%7D&ground=%23ffffff&" NIGHT, "id=\"w-light\"" },
		{ "font=system&accent=%234338ca&ground=white&" NIGHT, "id=\"w-light\"" },
		{ "font=system&picture_url=https%3A%2F%2Fpics.ex%D0%B0mple%2Fa.jpg&" DAY "&" NIGHT, "id=\"w-picture_url\"" },
		{ "font=comic&" DAY "&" NIGHT, "id=\"w-font\"" },
		{ "font=system&picture_url=javascript%3Aalert(1)&" DAY "&" NIGHT, "id=\"w-picture_url\"" },
		{ "font=system&picture_url=https%3A%2F%2Fa%3Ab%40pics.example%2F&" DAY "&" NIGHT, "id=\"w-picture_url\"" },
		{ "", "id=\"w-light\"" },
	};
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = send(&w, ANNA, "/dashboard/bio", fmt(&w, "revision=0&about=Kept+as+typed&%s", bad[i].form));

		suite_expect(got.status == 422, bad[i].form, __FILE__, __LINE__);
		expect_body_has(got, bad[i].says);
		expect_body_has(got, "Kept as typed");
	}
	expect_sql(&w, 0, "select count(*) from u.bio");
}

static void what_changed_meanwhile_is_not_overwritten(void)
{
	struct world w = world(.stock = 5);
	const char *form = "about=One&font=system&" DAY "&" NIGHT, *path;

	expect_status(send(&w, ANNA, "/dashboard/bio", fmt(&w, "revision=0&%s", form)), 303);
	expect_status(send(&w, ANNA, "/dashboard/bio", fmt(&w, "revision=0&%s", form)), 412);
	expect_status(send(&w, ANNA, "/dashboard/bio", fmt(&w, "revision=x&%s", form)), 412);
	expect_status(send(&w, ANNA, "/dashboard/bio", fmt(&w, "revision=1&%s", form)), 303);
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&body=Hello&visible=true"), 303);
	path = block(&w, "kind = 'text'");
	expect_status(send(&w, ANNA, path, "revision=1&body=Again&visible=true"), 303);
	expect_status(send(&w, ANNA, path, "revision=1&body=Late&visible=true"), 412);
	expect_sql(&w, 1, "select count(*) from u.bio_block where body = 'Again'");
}

static void what_she_adds_first_comes_below_what_was_shown_anyway(void)
{
	struct world w = world(.stock = 5);

	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "Now it shows all your offers");
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=link&title=Letters&url=https%3A%2F%2Fexample.com%2F&visible=true"), 303);
	EXPECT_STR(order(&w), "offers Replays Letters");
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&title=Hours&body=Nine+to+five"), 303);
	EXPECT_STR(order(&w), "offers Replays Letters Hours");
	expect_body_has(seen(&w), "Letters");
	expect_body_lacks(seen(&w), "Nine to five"); /* not ticked: hidden */
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), ">Hidden<");
	world_sql(&w, "update u.bio_block set visible = false");
	expect_body_has(seen(&w), "Nothing here just now");
}

static void offers_and_replays_are_chosen_from_hers(void)
{
	struct world w = world(.stock = 5, .ben = true);
	struct got got = page(&w, ANNA, "/dashboard/bio/blocks/new?kind=offer");

	expect_body_has(got, filled(&w, "value=\"$offer\""));
	expect_body_lacks(got, filled(&w, "$ben_offer"));
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=offer&goal=$offer&visible=true"), 303);
	expect_body_has(page(&w, ANNA, block(&w, "kind = 'offer'")), "It shows <strong>");
	got = send(&w, ANNA, "/dashboard/bio/blocks", "kind=offer&goal=$ben_offer&visible=true");
	EXPECT(got.status == 422 || got.status == 404);
	expect_body_has(send(&w, ANNA, "/dashboard/bio/blocks", "kind=offer&goal=nonsense"), "id=\"w-goal\"");
	expect_body_has(send(&w, ANNA, "/dashboard/bio/blocks", "kind=replay&goal="), "id=\"w-goal\"");
	expect_body_has(send(&w, ANNA, "/dashboard/bio/blocks", "kind=replay&goal=replay_00000000000000000000000000"), "id=\"w-goal\"");
	expect_status(page(&w, ANNA, "/dashboard/bio/blocks/new?kind=script"), 404);
	expect_status(page(&w, ANNA, "/dashboard/bio/blocks/new"), 404);
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=script"), 404);
	expect_sql(&w, 1, "select count(*) from u.bio_block where kind in ('offer', 'replay')");
}

static void links_that_lead_astray_and_wrong_times_are_refused(void)
{
	static const struct {
		const char *form, *says;
	} bad[] = {
		{ "kind=link&title=A&url=javascript%3Aalert(1)", "id=\"w-url\"" }, { "kind=link&title=A&url=data%3Atext%2Fhtml%2C1", "id=\"w-url\"" },
		{ "kind=link&title=A&url=http%3A%2F%2Fexample.com%2F", "id=\"w-url\"" }, { "kind=link&title=A&url=https%3A%2F%2Fu%3Ap%40example.com%2F", "id=\"w-url\"" },
		{ "kind=link&title=A&url=https%3A%2F%2Fex%D0%B0mple.com%2F", "id=\"w-url\"" }, /* a Cyrillic a */
		{ "kind=link&title=&url=https%3A%2F%2Fexample.com%2F", "id=\"w-title\"" }, { "kind=text&body=", "id=\"w-body\"" },
		{ "kind=text&body=A&starts_at=soon", "id=\"w-starts_at\"" }, { "kind=text&body=A&ends_at=2026-02-30T10%3A00", "id=\"w-ends_at\"" },
		{ "kind=text&body=A&starts_at=2027-01-02T10%3A00&ends_at=2027-01-01T10%3A00", "id=\"w-ends_at\"" },
	};
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct got got = send(&w, ANNA, "/dashboard/bio/blocks", bad[i].form);

		suite_expect(got.status == 422, bad[i].form, __FILE__, __LINE__);
		expect_body_has(got, bad[i].says);
	}
	expect_sql(&w, 0, "select count(*) from u.bio_block");
}

static void what_is_too_long_is_refused_and_kept(void)
{
	struct world w = world(.stock = 5);
	char most[2001 + 1];
	struct got got;

	memset(most, 'n', sizeof most);
	most[sizeof most - 1] = '\0';
	got = send(&w, ANNA, "/dashboard/bio", fmt(&w, "revision=0&font=system&%s&%s&about=%s", DAY, NIGHT, most));
	expect_status(got, 422);
	expect_body_has(got, "id=\"w-about\"");
	expect_body_has(got, most);
	got = send(&w, ANNA, "/dashboard/bio/blocks", fmt(&w, "kind=link&url=https%%3A%%2F%%2Fexample.com%%2F&title=%s", most));
	expect_status(got, 422);
	expect_body_has(got, "id=\"w-title\"");
	expect_body_has(got, most);
	expect_body_has(got, "value=\"https://example.com/\"");
	got = send(&w, ANNA, "/dashboard/bio/blocks", fmt(&w, "kind=text&title=Kept&body=%s", most));
	expect_status(got, 422);
	expect_body_has(got, "id=\"w-body\"");
	expect_body_has(got, most);
	expect_sql(&w, 0, "select (select count(*) from u.bio) + (select count(*) from u.bio_block)");
}

static void times_are_those_of_her_clock(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "update u.creator set zone = 'America/New_York' where id = %s", world_uuid(&w, w.anna.creator.u));
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&body=Soon&visible=true&starts_at=2027-01-02T10%3A00"), 303);
	expect_sql(&w, 1, "select count(*) from u.bio_block where starts_at = '2027-01-02T15:00:00Z'");
	expect_body_has(page(&w, ANNA, block(&w, "kind = 'text'")), "value=\"2027-01-02T10:00\"");
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "Not yet");
	expect_body_lacks(seen(&w), "Soon");
}

static const char *id_of(struct world *w, const char *where)
{
	return block(w, where) + strlen("/dashboard/bio/blocks/");
}

static struct got move(struct world *w, const char *title, const char *way, const char *past)
{
	const char *where = fmt(w, "coalesce(nullif(title, ''), kind) = '%s'", title);

	return send(w, ANNA, fmt(w, "%s/%s", block(w, where), way), fmt(w, "past=%s", past));
}

static const char *called(struct world *w, const char *title)
{
	return id_of(w, fmt(w, "coalesce(nullif(title, ''), kind) = '%s'", title));
}

static void texts(struct world *w, int n)
{
	for (int i = 0; i < n; i++)
		expect_status(send(w, ANNA, "/dashboard/bio/blocks", fmt(w, "kind=text&title=T%d&body=x&visible=true", i)), 303);
}

static void things_change_places_and_go(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	texts(&w, 3);
	EXPECT_STR(order(&w), "offers Replays T0 T1 T2");
	got = move(&w, "T2", "up", called(&w, "T1"));
	expect_header(got, "Location", "/dashboard/bio#blocks");
	EXPECT_STR(order(&w), "offers Replays T0 T2 T1");
	expect_status(move(&w, "offers", "down", called(&w, "Replays")), 303);
	EXPECT_STR(order(&w), "Replays offers T0 T2 T1");
	got = page(&w, ANNA, fmt(&w, "%s/delete", block(&w, "title = 'T0'")));
	expect_status(got, 200);
	expect_body_has(got, "<strong>T0\n</strong>");
	EXPECT_STR(order(&w), "Replays offers T0 T2 T1"); /* asked only */
	expect_status(send(&w, ANNA, fmt(&w, "%s/delete", block(&w, "title = 'T0'")), "x=1"), 303);
	EXPECT_STR(order(&w), "Replays offers T2 T1");
}

static void a_page_that_is_old_moves_nothing(void)
{
	struct world w = world(.stock = 5, .ben = true);
	const char *t1, *gone;
	struct got got;

	texts(&w, 3);
	t1 = called(&w, "T1");
	expect_status(move(&w, "T2", "up", t1), 303);
	got = move(&w, "T2", "up", t1); /* T1 is below it by now */
	expect_status(got, 412);
	expect_body_has(got, "Nothing was moved");
	expect_status(move(&w, "T2", "down", called(&w, "T0")), 412); /* the wrong way */
	expect_status(move(&w, "T2", "up", called(&w, "Replays")), 412); /* not next to it */
	expect_status(move(&w, "T2", "up", called(&w, "T2")), 412);
	expect_status(move(&w, "offers", "up", ""), 412);
	expect_status(move(&w, "T1", "down", ""), 412);
	expect_status(move(&w, "T2", "up", "block_nonsense"), 412);
	expect_status(send(&w, BEN, "/dashboard/bio/blocks", "kind=text&title=His&body=x"), 303);
	expect_status(move(&w, "T2", "up", called(&w, "His")), 412);
	world_sql(&w, "delete from u.bio_block where creator_id <> %s", world_uuid(&w, w.anna.creator.u));
	gone = fmt(&w, "%s/up", block(&w, "title = 'T0'"));
	world_sql(&w, "delete from u.bio_block where title = 'T0'");
	expect_status(send(&w, ANNA, gone, "past="), 404);
	EXPECT_STR(order(&w), "offers Replays T2 T1");
}

static const char *raced[8], *past[8];

static int press_too(struct world *w, int i)
{
	return send(w, ANNA, fmt(w, "%s/up", raced[i]), fmt(w, "past=%s", past[i])).status / 100;
}

static void the_same_move_from_many_windows_is_one(void)
{
	struct world w = world(.stock = 5);
	int codes[COUNT(raced)], done = 0;

	texts(&w, 5);
	for (size_t i = 0; i < COUNT(raced); i++) {
		raced[i] = block(&w, "title = 'T4'");
		past[i] = called(&w, "T3");
	}
	fork_many(&w, COUNT(codes), press_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++) {
		done += codes[i] == 3;
		EXPECT(codes[i] == 3 || codes[i] == 4);
	}
	EXPECT_INT(done, 1);
	EXPECT_STR(order(&w), "offers Replays T0 T1 T2 T4 T3");
}

/* Each pair changes places, whatever the others do: no move undoes another. */
static void different_moves_at_once_are_all_done(void)
{
	struct world w = world(.stock = 5);
	int codes[COUNT(raced)];

	texts(&w, 16);
	for (size_t i = 0; i < COUNT(raced); i++) {
		raced[i] = block(&w, fmt(&w, "title = 'T%zu'", 2 * i + 1));
		past[i] = called(&w, fmt(&w, "T%zu", 2 * i));
	}
	fork_many(&w, COUNT(codes), press_too, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 3);
	EXPECT_STR(order(&w), "offers Replays T1 T0 T3 T2 T5 T4 T7 T6 T9 T8 T11 T10 T13 T12 T15 T14");
}

static int move_or_take(struct world *w, int i)
{
	return i % 2 ? press_too(w, i) : send(w, ANNA, fmt(w, "%s/delete", raced[i]), "x=1").status / 100;
}

static void moves_while_others_go_are_done_or_refused(void)
{
	struct world w = world(.stock = 5);
	int codes[COUNT(raced)];

	texts(&w, 9);
	for (size_t i = 0; i < COUNT(raced); i++) {
		raced[i] = block(&w, fmt(&w, "title = 'T%zu'", i + 1));
		past[i] = called(&w, fmt(&w, "T%zu", i));
	}
	fork_many(&w, COUNT(codes), move_or_take, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT(codes[i] == 3 || (i % 2 && codes[i] == 4));
	expect_sql(&w, 7, "select count(*) from u.bio_block");
}

static void every_button_says_what_it_moves(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&body=x&visible=true"), 303);
	got = page(&w, ANNA, "/dashboard/bio");
	expect_body_has(got, ">Move down What you sell now\n<");
	expect_body_has(got, ">Move up A text\n<");
	expect_body_lacks(got, ">Move up \n<");
	expect_body_lacks(got, ">Move down \n<");
}

static void hostile_text_is_text(void)
{
	struct world w = world(.stock = 5);
	const char *path;

	expect_status(send(&w, ANNA, "/dashboard/bio",
		"revision=0&about=%3C%2Ftextarea%3E%3Cscript%3Eal(1)&font=system&" DAY "&" NIGHT), 303);
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks",
		"kind=link&title=%22%3E%3Cscript%3Eal(2)&url=https%3A%2F%2Fexample.com%2F%22%3E%3Cb%3E&visible=true"), 303);
	path = block(&w, "kind = 'link'");
	expect_body_lacks(page(&w, ANNA, "/dashboard/bio"), "<script>al");
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "&lt;/textarea&gt;&lt;script&gt;al(1)");
	expect_body_has(page(&w, ANNA, path), "&lt;script&gt;al(2)");
	expect_body_lacks(page(&w, ANNA, path), "<script>al");
	expect_body_lacks(page(&w, ANNA, path), "/\"><b>");
	expect_body_lacks(page(&w, ANNA, fmt(&w, "%s/delete", path)), "<script>al");
}

static void a_form_without_its_proof_is_refused(void)
{
	static const char *const tails[] = { "", "/publish", "/unpublish", "/blocks" };
	struct world w = world(.stock = 5);

	for (size_t i = 0; i < COUNT(tails); i++) {
		struct got got = ask(&w, (struct asking){
			.path = fmt(&w, "/dashboard/bio%s", tails[i]), .as = ANNA, .page = true, .form = "kind=text&body=x", .no_csrf = true });

		suite_expect(got.status == 403, tails[i], __FILE__, __LINE__);
	}
	expect_sql(&w, 0, "select (select count(*) from u.bio) + (select count(*) from u.bio_block)");
}

static void it_is_full_after_a_hundred(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "insert into u.bio_block (id, creator_id, kind, body, position) select gen_random_uuid(), %s, 'text', 'x', n from generate_series(1, 99) n",
		world_uuid(&w, w.anna.creator.u));
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&body=The+last"), 303);
	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&body=One+too+many"), 409);
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "It is full");
	expect_sql(&w, 100, "select count(*) from u.bio_block");
}

static void it_is_shown_and_taken_back(void)
{
	struct world w = world(.stock = 5);

	expect_status(send(&w, ANNA, "/dashboard/bio/unpublish", "x=1"), 303);
	expect_status(seen(&w), 404);
	expect_status(send(&w, ANNA, "/dashboard/bio/unpublish", "x=1"), 303);
	expect_body_has(page(&w, ANNA, "/dashboard/bio"), "Show it to everybody");
	expect_status(send(&w, ANNA, "/dashboard/bio/publish", "x=1"), 303);
	expect_status(seen(&w), 200);
}

static void anothers_blocks_are_not_there(void)
{
	static const char *const tails[] = { "", "/up", "/down", "/delete" };
	struct world w = world(.stock = 5, .ben = true);
	const char *path;

	expect_status(send(&w, ANNA, "/dashboard/bio/blocks", "kind=text&title=Hers&body=x&visible=true"), 303);
	path = block(&w, "title = 'Hers'");
	expect_status(page(&w, BEN, path), 404);
	for (size_t i = 0; i < COUNT(tails); i++)
		expect_status(send(&w, BEN, fmt(&w, "%s%s", path, tails[i]), "revision=1&body=His&visible=true"), 404);
	expect_status(page(&w, ANNA, "/dashboard/bio/blocks/block_nonsense"), 404);
	expect_sql(&w, 1, "select count(*) from u.bio_block where title = 'Hers' and body = 'x' and position = 3");
}

static const CU_TestInfo tests[] = {
	T(what_is_typed_is_what_everybody_sees),
	T(what_cannot_be_is_said_at_its_field_and_kept),
	T(what_changed_meanwhile_is_not_overwritten),
	T(what_she_adds_first_comes_below_what_was_shown_anyway),
	T(offers_and_replays_are_chosen_from_hers),
	T(links_that_lead_astray_and_wrong_times_are_refused),
	T(what_is_too_long_is_refused_and_kept),
	T(times_are_those_of_her_clock),
	T(things_change_places_and_go),
	T(a_page_that_is_old_moves_nothing),
	T(the_same_move_from_many_windows_is_one),
	T(different_moves_at_once_are_all_done),
	T(moves_while_others_go_are_done_or_refused),
	T(every_button_says_what_it_moves),
	T(hostile_text_is_text),
	T(a_form_without_its_proof_is_refused),
	T(it_is_full_after_a_hundred),
	T(it_is_shown_and_taken_back),
	T(anothers_blocks_are_not_there),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_dashboard_bio = { "cgi-bin/dashboard_bio", tests };
