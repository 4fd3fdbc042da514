/* blocks.c: what stands on the page, when, in which order, and who may say so. */
#include "tests/lib/bio/shared.h"

#define NOW "2027-01-01T00:00:00Z"

static const char *text(struct world *w, const char *body, const char *more)
{
	return block_made(w, fmt(w, "{\"kind\":\"text\",\"body\":\"%s\"%s}", body, more));
}

static const char *link_to(struct world *w, const char *title, const char *more)
{
	return block_made(
		w, fmt(w, "{\"kind\":\"link\",\"title\":\"%s\",\"url\":\"https://example.com/%s\"%s}", title, title, more));
}

/* The database's clock stands at NOW until clock_goes(). */
static void clock_stands(struct world *w)
{
	world_sql(w,
		"create or replace function u.clock() returns timestamptz language sql stable parallel safe as"
		" $$ select timestamptz '%s' + (select offset_ms from u.test_clock) * interval '1 ms' $$",
		NOW);
}

static void clock_goes(struct world *w)
{
	world_sql(w,
		"create or replace function u.clock() returns timestamptz language sql stable parallel safe as"
		" $$ select now() + (select offset_ms from u.test_clock) * interval '1 ms' $$");
}

static void a_block_stands_from_its_first_moment_to_its_last(void)
{
	struct world w = world(.bare = true);
	const char *ends;

	clock_stands(&w);
	world_sql(&w, "update u.test_clock set offset_ms = 0");
	(void)text(&w, "A", ",\"starts_at\":\"" NOW "\""); /* from now on */
	(void)text(&w, "B", ",\"starts_at\":\"2027-01-01T00:00:00.001Z\"");
	ends = link_to(&w, "end", ",\"ends_at\":\"2027-01-01T00:00:00.001Z\"");
	(void)text(&w, "C", ",\"ends_at\":\"" NOW "\""); /* over */
	(void)text(&w, "D", ",\"ends_at\":\"2027-01-01T00:00:00.001Z\"");
	(void)text(&w, "E", ",\"starts_at\":\"2026-12-31T23:59:59.999Z\",\"ends_at\":\"2027-01-01T00:00:00.001Z\"");
	(void)text(&w, "F", ",\"starts_at\":\"2026-12-31T23:59:59.999+14:00\""); /* long ago */
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "ADEF");
	expect_status(viewed(&w, fmt(&w, "/@anna/out/%s", ends)), 303);
	world_sql(&w, "update u.test_clock set offset_ms = 1");
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "ABF");
	expect_status(viewed(&w, fmt(&w, "/@anna/out/%s", ends)), 404);
	world_sql(&w, "update u.test_clock set offset_ms = 0");
	clock_goes(&w);
}

static void any_time_that_there_is_may_be_said(void)
{
	static const char *const times[] = { "1970-01-01T00:00:00.001Z", "1970-01-25T20:31:23.648Z", "2038-01-19T03:14:08Z",
		"9999-12-31T23:59:59.999Z" };
	static const char *const bad[] = { "\"\"", "\"now\"", "\"2027-02-30T00:00:00Z\"", "\"2027-01-01\"",
		"\"2027-01-01T24:00:01Z\"", "\"10000-01-01T00:00:00Z\"", "\"-0001-01-01T00:00:00Z\"", "\"1969-12-31T23:59:59Z\"",
		"\"1970-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00Z\"", "2147483648", "-1", "true", "{}",
		"\"2027-01-01T00:00:00\"" };
	struct world w = world(.bare = true);

	for (size_t i = 0; i < COUNT(times); i++) {
		const char *id = text(&w, "X", fmt(&w, ",\"starts_at\":\"%s\"", times[i]));
		int64_t kept = world_int(&w, "select u.ms(starts_at) from u.bio_block order by id desc limit 1");

		expect_status(block_changed(&w, id, "{}"), 200); /* what was read is written back as it was */
		EXPECT_INT(world_int(&w, "select u.ms(starts_at) from u.bio_block order by id desc limit 1"), kept);
		expect_status(block_changed(&w, id, "{\"starts_at\":null}"), 200);
		expect_sql(&w, 0, "select count(*) from u.bio_block where starts_at is not null");
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		expect_field(post(&w, ANNA, "/bio/blocks", fmt(&w, "{\"kind\":\"text\",\"body\":\"x\",\"starts_at\":%s}", bad[i])),
			"starts_at");
		expect_field(post(&w, ANNA, "/bio/blocks", fmt(&w, "{\"kind\":\"text\",\"body\":\"x\",\"ends_at\":%s}", bad[i])),
			"ends_at");
	}
}

static void an_end_is_later_than_its_start(void)
{
	struct world w = world(.bare = true);
	const char *id = text(&w, "A", ",\"starts_at\":\"2020-01-01T00:00:00Z\",\"ends_at\":\"2099-01-01T00:00:00Z\"");

	expect_field(block_changed(&w, id, "{\"ends_at\":\"2020-01-01T00:00:00Z\"}"), "ends_at"); /* not the same moment */
	expect_field(block_changed(&w, id, "{\"ends_at\":\"2019-12-31T23:59:59.999Z\"}"), "ends_at");
	expect_field(block_changed(&w, id, "{\"starts_at\":\"2099-01-01T00:00:00Z\"}"), "ends_at");
	expect_field(block_changed(&w, id, "{\"ends_at\":\"1970-01-01T00:00:00Z\"}"),
		"ends_at"); /* the beginning of our time is a time */
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "A");
	expect_status(block_changed(&w, id, "{\"starts_at\":null,\"ends_at\":\"1970-01-01T00:00:00.001Z\"}"), 200);
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "");
	expect_status(block_changed(&w, id, "{\"starts_at\":null,\"ends_at\":null}"), 200);
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "A");
	expect_status(block_changed(&w, id, "{\"visible\":false}"), 200);
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "");
}

static struct got ordered(struct world *w, enum person as, const char *ids)
{
	return post(w, as, "/bio/order", fmt(w, "{\"blocks\":[%s]}", ids));
}

static void an_order_names_every_block_once(void)
{
	struct world w = world(.bare = true);
	const char *a = text(&w, "A", ""), *b = text(&w, "B", ""), *c = text(&w, "C", ""), *his, *path = "/@anna";
	static const char *const bad[] = { "{\"blocks\":\"x\"}", "{\"blocks\":{}}", "{\"blocks\":null}", "{}",
		"{\"blocks\":[null]}", "{\"blocks\":[1,2,3]}", "{\"blocks\":[[],{},\"\"]}",
		"{\"blocks\":[\"offer_01jd0000000000000000000000\"]}" };

	his = id_in(&w, post(&w, BEN, "/bio/blocks", "{\"kind\":\"text\",\"body\":\"H\"}"));
	expect_status(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"%s\"", c, a, b)), 200);
	EXPECT_STR(str_of(order_on(&w, path)), "CAB");
	expect_field(ordered(&w, ANNA, ""), "blocks");
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\"", a, b)), "blocks"); /* one is missing */
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"%s\"", a, b, b)), "blocks"); /* one for another */
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"%s\",\"%s\"", a, b, c, c)), "blocks"); /* one twice */
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"%s\"", a, b, his)), "blocks"); /* somebody else's */
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"%s\",\"%s\"", a, b, c, his)), "blocks");
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"block_01jd0000000000000000000000\"", a, b)), "blocks");
	expect_field(ordered(&w, BEN, fmt(&w, "\"%s\",\"%s\",\"%s\"", a, b, c)), "blocks");
	for (size_t i = 0; i < COUNT(bad); i++)
		expect_field(post(&w, ANNA, "/bio/order", bad[i]), "blocks");
	EXPECT_STR(str_of(order_on(&w, path)), "CAB");
	EXPECT_STR(str_of(order_on(&w, "/@ben")), "H");
	expect_status(api(&w, ANNA, DELETE, fmt(&w, "/bio/blocks/%s", a), NULL), 204);
	expect_status(api(&w, ANNA, DELETE, fmt(&w, "/bio/blocks/%s", a), NULL), 404); /* twice */
	expect_field(ordered(&w, ANNA, fmt(&w, "\"%s\",\"%s\",\"%s\"", a, b, c)), "blocks");
	EXPECT_STR(str_of(order_on(&w, path)), "CB");
	(void)text(&w, "D", "");
	EXPECT_STR(str_of(order_on(&w, path)), "CBD");
}

static void what_is_somebody_elses_stays_so(void)
{
	struct world w = world(.stock = 3, .ben = true);
	const char *hers = text(&w, "A", "");

	expect_field(post(&w, ANNA, "/bio/blocks", filled(&w, "{\"kind\":\"offer\",\"offer\":\"$ben_offer\"}")), "offer");
	expect_status(api(&w, BEN, PATCH, fmt(&w, "/bio/blocks/%s", hers), "{\"body\":\"H\"}"), 404);
	expect_status(api(&w, BEN, DELETE, fmt(&w, "/bio/blocks/%s", hers), NULL), 404);
	expect_status(api(&w, NOBODY, DELETE, fmt(&w, "/bio/blocks/%s", hers), NULL), 401);
	expect_status(block_changed(&w, "block_01jd0000000000000000000000", "{}"), 404);
	expect_status(block_changed(&w, "offer_01jd0000000000000000000000", "{}"), 404);
	expect_status(block_changed(&w, hers, "{\"kind\":\"link\"}"), 422);
	expect_status(block_changed(&w, hers, filled(&w, "{\"offer\":\"$offer\"}")), 422);
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "A");
	expect_sql(&w, 0,
		"select count(*) from u.short_link l join u.attribution a on a.id = l.attribution_id where a.surface = "
		"'link_in_bio'");
}

static struct got edit(struct world *w, const char *id, const char *match, const char *body)
{
	return ask(w,
		(struct asking){ .method = PATCH,
			.path = fmt(w, "/bio/blocks/%s", id),
			.body = body,
			.as = ANNA,
			.headers = fmt(w, "If-Match: \"%s\"", match) });
}

static void of_two_edits_of_one_revision_one_is_done(void)
{
	struct world w = world(.bare = true);
	const char *id = text(&w, "A", "");

	expect_status(edit(&w, id, "1", "{\"body\":\"B\"}"), 200);
	expect_problem(edit(&w, id, "1", "{\"body\":\"C\"}"), "edit-conflict");
	expect_problem(edit(&w, id, "3", "{\"body\":\"C\"}"), "edit-conflict");
	expect_problem(edit(&w, id, "2147483648", "{\"body\":\"C\"}"), "edit-conflict");
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "B");
	expect_field(edit(&w, id, "2", "{\"body\":\"\"}"), "body"); /* a text says something */
	expect_status(edit(&w, id, "2", "{\"body\":\"D\"}"), 200);
	EXPECT_STR(str_of(order_on(&w, "/@anna")), "D");
}

/* ---- behind a block */

static struct replay_id replay(struct world *w, const char *state)
{
	struct replay_id id = { uuid_new(world_now_ms(w)) };

	world_sql(w,
		"insert into u.live_session (id, creator_id, title, state, started_at, ended_at)"
		" values (%s, %s, 'Kitchen', 'ended', u.clock() - interval '1 hour', u.clock())",
		world_uuid(w, id.u), world_uuid(w, w->anna.creator.u));
	world_sql(w,
		"insert into u.replay (id, creator_id, live_id, title, state, published_at) select id, creator_id, id, 'Kitchen "
		"show', '%s',"
		" case when '%s' = 'draft' then null else u.clock() end from u.live_session where id = %s",
		state, state, world_uuid(w, id.u));
	return id;
}

static void a_replay_that_is_taken_back_leaves_the_page_whole(void)
{
	static const char *const states[] = { "draft", "unpublished" };
	struct world w = world(.bare = true);
	struct replay_id id = replay(&w, "published");

	(void)block_made(&w, fmt(&w, "{\"kind\":\"replay\",\"replay\":\"%s\"}", str_z(w.mem, ID_TEXT(w.mem, replay, id))));
	(void)text(&w, "A", "");
	expect_body_has(viewed(&w, "/@anna"), "Kitchen show");
	for (size_t i = 0; i < COUNT(states); i++) {
		world_sql(&w, "update u.replay set state = '%s'", states[i]);
		expect_body_lacks(viewed(&w, "/@anna"), "Kitchen show");
		EXPECT_STR(str_of(order_on(&w, "/@anna")), "A");
	}
	(void)block_made(&w,
		fmt(&w, "{\"kind\":\"replay\",\"replay\":\"%s\"}",
			str_z(w.mem, ID_TEXT(w.mem, replay, id)))); /* shown once she publishes it */
	expect_field(post(&w, BEN, "/bio/blocks",
			     fmt(&w, "{\"kind\":\"replay\",\"replay\":\"%s\"}", str_z(w.mem, ID_TEXT(w.mem, replay, id)))),
		"replay");
	expect_body_lacks(viewed(&w, "/@anna"), "Kitchen show");
}

static void an_offer_that_is_over_leaves_the_page_whole(void)
{
	struct world w = world(.stock = 3);
	const char *path = "/@anna";

	(void)block_made(&w, filled(&w, "{\"kind\":\"offer\",\"offer\":\"$offer\",\"title\":\"Deal\"}"));
	(void)text(&w, "A", "");
	expect_body_has(viewed(&w, path), "$16.00");
	world_sql(&w, "update u.offer set ends_at = u.clock()");
	expect_body_lacks(viewed(&w, path), "/go/");
	expect_body_lacks(viewed(&w, path), "Deal"); /* nor a heading over nothing */
	EXPECT_STR(str_of(order_on(&w, path)), "A");
	world_sql(&w, "update u.offer set ends_at = null");
	world_sql(&w, "update u.product set status = 'archived'");
	expect_body_lacks(viewed(&w, path), "/go/");
	world_sql(&w, "update u.product set status = 'active'");
	world_sql(&w, "update u.short_link set revoked_at = u.clock()");
	expect_body_lacks(viewed(&w, path), "/go/");
	world_sql(&w, "update u.short_link set revoked_at = null");
	world_sql(&w, "update u.shop set status = 'uninstalled'");
	expect_body_lacks(viewed(&w, path), "/go/");
	world_sql(&w, "update u.shop set status = 'active'");
	expect_body_has(viewed(&w, path), "$16.00");
}

/* ---- at once */

static int adds(struct world *w, int i)
{
	return post(w, ANNA, "/bio/blocks", fmt(w, "{\"kind\":\"text\",\"body\":\"%c\"}", 'A' + i)).status == 201 ? 0 : 1;
}

static void a_hundred_is_the_most_however_many_come_at_once(void)
{
	struct world w = world(.bare = true);
	int codes[8], added = 0;

	world_sql(&w,
		"insert into u.bio_block (id, creator_id, kind, body, position) select gen_random_uuid(), %s, 'text', 'x', n from "
		"generate_series(1, 99) n",
		world_uuid(&w, w.anna.creator.u));
	fork_many(&w, 8, adds, codes);
	for (int i = 0; i < 8; i++)
		added += codes[i] == 0;
	EXPECT_INT(added, 1);
	expect_sql(&w, 100, "select count(*) from u.bio_block");
	expect_problem(post(&w, ANNA, "/bio/blocks", "{\"kind\":\"text\",\"body\":\"x\"}"), "blocks-full");
	expect_status(viewed(&w, "/@anna"), 200);
	expect_status(get(&w, ANNA, "/bio/blocks"), 200);
	expect_status(post(&w, BEN, "/bio/blocks", "{\"kind\":\"text\",\"body\":\"x\"}"), 201); /* each page has its own */
}

static void who_adds_at_once_stands_one_after_the_other(void)
{
	struct world w = world(.bare = true);
	int codes[8];

	fork_many(&w, 8, adds, codes);
	for (int i = 0; i < 8; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 8, "select count(distinct position) from u.bio_block");
	expect_sql(&w, 8, "select max(position) from u.bio_block");
}

/* Turns the page round, as many times, each in an order of its own; or adds to it, or takes away what was added. */
static int mixes(struct world *w, int i)
{
	for (int n = 0; n < 10; n++) {
		struct str ids = world_text(
			w, "select string_agg('\"' || id || '\"', ',' order by md5(id::text || '%d.%d')) from u.bio_block", i, n);
		struct uuid order[64];
		struct ctx *c = world_ctx(w, ANNA);
		size_t count = 0;
		enum err e;

		if (i == 0) {
			if (adds(w, n) != 0)
				return 1;
			continue;
		}
		while (ids.n && count < COUNT(order))
			if (!uuid_read(str_slice(str_cut(&ids, ','), 1, 37), &order[count++]))
				return 2;
		for (int tries = 0; tries < 2; tries++) {
			if (db_begin(c, DB_WRITE) != OK)
				return 3;
			e = bio_order(c, order, count);
			if (e == OK ? db_commit(c) != OK
				    : (db_rollback(c), e != ERR_BAD_INPUT)) /* one came in between: not all of them */
				return 4;
			c = world_ctx(w, ANNA);
		}
	}
	return 0;
}

static void who_reorders_at_once_gets_one_order_or_the_other(void)
{
	struct world w = world(.bare = true);
	int codes[5];

	for (int i = 0; i < 20; i++)
		(void)text(&w, fmt(&w, "%c", 'A' + i), "");
	fork_many(&w, 5, mixes, codes);
	for (int i = 0; i < 5; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 30, "select count(*) from u.bio_block");
	expect_sql(&w, 30, "select count(distinct position) from u.bio_block"); /* never a mixture of two */
}

static int edits(struct world *w, int i)
{
	struct str id = world_text(w, "select id from u.bio_block");
	struct uuid u;

	if (!uuid_read(id, &u))
		return 3;
	return edit(w, str_z(w->mem, ID_TEXT(w->mem, block, ((struct block_id){ u }))), "1", fmt(w, "{\"body\":\"%c\"}", 'B' + i))
				.status == 200
		? 0
		: 1;
}

static void of_many_who_edit_at_once_one_has_done_it(void)
{
	struct world w = world(.bare = true);
	int codes[6], done = 0;

	(void)text(&w, "A", "");
	fork_many(&w, 6, edits, codes);
	for (int i = 0; i < 6; i++)
		done += codes[i] == 0;
	EXPECT_INT(done, 1);
	expect_sql(&w, 2, "select revision from u.bio_block");
}

static int pins(struct world *w, int i)
{
	(void)i;
	return post(w, ANNA, "/bio/blocks", filled(w, "{\"kind\":\"offer\",\"offer\":\"$offer\"}")).status == 201 ? 0 : 1;
}

static void an_offer_has_one_link_on_the_page_however_many_pin_it_at_once(void)
{
	struct world w = world(.stock = 3);
	int codes[6];

	fork_many(&w, 6, pins, codes);
	for (int i = 0; i < 6; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 1,
		"select count(*) from u.short_link l join u.attribution a on a.id = l.attribution_id where a.surface = "
		"'link_in_bio'");
	world_sql(&w, "delete from u.bio_block");
	world_sql(&w,
		"insert into u.event_log (id, type, creator_id, subject) values (gen_random_uuid(), 'OFFER_ACTIVATED', %s, %s)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.offer.u));
	events_told(&w);
	expect_sql(&w, 1,
		"select count(*) from u.short_link l join u.attribution a on a.id = l.attribution_id where a.surface = "
		"'link_in_bio'");
}

static int begins(struct world *w, int i)
{
	struct ctx *c = world_ctx(w, ANNA);

	(void)i;
	if (db_begin(c, DB_WRITE) != OK || bio_blocks_begin(c) != OK)
		return 1;
	return db_commit(c) == OK ? 0 : 2;
}

static void what_she_begins_with_is_made_once(void)
{
	struct world w = world(.bare = true);
	int codes[6];

	fork_many(&w, 6, begins, codes);
	for (int i = 0; i < 6; i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 2, "select count(*) from u.bio_block");
}

static int saves(struct world *w, int i)
{
	return api(w, ANNA, PATCH, "/bio", fmt(w, "{\"about\":\"%d\"}", i)).status == 200 ? 0 : 1;
}

static void of_many_who_first_save_the_page_each_is_whole_or_refused(void)
{
	struct world w = world(.bare = true);
	int codes[6], done = 0;

	fork_many(&w, 6, saves, codes);
	for (int i = 0; i < 6; i++)
		done += codes[i] == 0;
	EXPECT(done >= 1);
	expect_sql(&w, done, "select revision from u.bio"); /* each that was done is a revision: none was overwritten unseen */
}

static const CU_TestInfo tests[] = {
	T(a_block_stands_from_its_first_moment_to_its_last),
	T(any_time_that_there_is_may_be_said),
	T(an_end_is_later_than_its_start),
	T(an_order_names_every_block_once),
	T(what_is_somebody_elses_stays_so),
	T(of_two_edits_of_one_revision_one_is_done),
	T(a_replay_that_is_taken_back_leaves_the_page_whole),
	T(an_offer_that_is_over_leaves_the_page_whole),
	T(a_hundred_is_the_most_however_many_come_at_once),
	T(who_adds_at_once_stands_one_after_the_other),
	T(who_reorders_at_once_gets_one_order_or_the_other),
	T(of_many_who_edit_at_once_one_has_done_it),
	T(an_offer_has_one_link_on_the_page_however_many_pin_it_at_once),
	T(what_she_begins_with_is_made_once),
	T(of_many_who_first_save_the_page_each_is_whole_or_refused),
	CU_TEST_INFO_NULL,
};

const struct suite suite_lib_bio_blocks = { "lib/bio/blocks", tests };
