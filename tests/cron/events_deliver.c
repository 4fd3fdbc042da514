/* The consumers of the log: each event once, none lost, and the same figures when they begin again. */
#include <unistd.h>

#include "lib/analytics/analytics.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "tests/desk.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper events_deliver_helper;

static int64_t deliver(struct world *w)
{
	int64_t done = 1, all = 0;

	for (int i = 0; i < 50 && done; i++) {
		EXPECT_ERR(events_deliver_helper.step(world_ctx(w, NOBODY), &done), OK);
		all += done;
	}
	return all;
}

static struct str figures(struct world *w)
{
	return world_text(w, "select concat((select string_agg(l::text, ';' order by link_id) from u.link_clicks l), '|',"
		" (select string_agg(r::text, ';' order by order_id) from u.revenue_order r))");
}

static enum err rebuild(struct ctx *c, void *arg)
{
	return event_rebuild(c, arg);
}

static void rebuild_all(struct world *w)
{
	for (size_t i = 0; i < analytics_consumers_n; i++) {
		struct consumer consumer = analytics_consumers[i];

		EXPECT_ERR(db_in_tx(world_ctx(w, NOBODY), rebuild, &consumer), OK);
	}
}

static void clicks_are_counted_by_what_came_of_them(void)
{
	struct world w = world(.stock = 1);
	struct got got;

	expect_status(tap(&w, "vera"), 303);
	expect_status(tap(&w, "vera"), 303);
	expect_status(tap(&w, "carl"), 409);
	(void)ask(&w, (struct asking){ .path = "/go/annalink1", .headers = "User-Agent: facebookexternalhit/1.1" });
	deliver(&w);
	got = get(&w, ANNA, "/links/$link");
	EXPECT_SAME(got_json(&w, got, "clicks.all"), S("3"));
	EXPECT_SAME(got_json(&w, got, "clicks.checkouts"), S("1"));
	EXPECT_SAME(got_json(&w, got, "clicks.repeats"), S("1"));
	EXPECT_SAME(got_json(&w, got, "clicks.refusals"), S("1"));
	EXPECT_SAME(got_json(&w, got, "clicks.previews"), S("1"));
}

static void an_event_counts_once_however_often_it_is_delivered(void)
{
	struct world w = world(.stock = 5);

	expect_status(tap(&w, "vera"), 303);
	EXPECT(deliver(&w) > 0);
	EXPECT_INT(deliver(&w), 0);
	world_sql(&w, "update u.event_consumer set epoch = 0, xid = '0'"); /* as after a restored place */
	EXPECT(deliver(&w) > 0);
	expect_sql(&w, 1, "select clicks from u.link_clicks");
}

/* Sales, a refund and more clicks, with deliveries in between. */
static void busy_day(struct world *w)
{
	expect_status(tap(w, "vera"), 303);
	push(w, "orders/create", "1", told_order(w, .mark = newest_mark(w), .lines = { { .units = 3, .discount = 1200 } }));
	apply_all(w);
	deliver(w);
	world_clock_advance(w, 3600000);
	expect_status(tap(w, "carl"), 303);
	push(w, "orders/create", "2", told_order(w, .id = 5002, .mark = newest_mark(w), .status = "pending"));
	push(w, "orders/updated", "3", told_order(w, .updated_s = 3700, .mark = newest_mark(w), .status = "partially_refunded",
		.lines = { { .units = 3, .discount = 1200, .removed = 1 } }, .refund = 71, .refund_units = 1, .refund_minor = 1600));
	apply_all(w);
	deliver(w);
	world_clock_advance(w, 3600000);
	push(w, "orders/updated", "4", told_order(w, .id = 5002, .updated_s = 7300, .mark = newest_mark(w)));
	apply_all(w);
	expect_status(tap(w, "dora"), 303);
	deliver(w);
}

static void what_is_rebuilt_from_the_log_is_the_same(void)
{
	struct world w = world(.stock = 9);
	struct str before;

	busy_day(&w);
	before = figures(&w);
	EXPECT(str_find(before, 0, S("3200")) != SIZE_MAX);
	expect_sql(&w, 2, "select count(*) from u.revenue_order");
	rebuild_all(&w);
	expect_sql(&w, 0, "select count(*) from u.revenue_order");
	expect_sql(&w, 0, "select count(*) from u.link_clicks");
	deliver(&w);
	EXPECT_SAME(figures(&w), before);
}

/* One event at a time, in a transaction of its own, as the unluckiest of cuts would deliver. */
static enum err apply_each(struct ctx *c, void *arg)
{
	const struct consumer *revenue = &analytics_consumers[1];
	struct event_batch batch;

	(void)arg;
	TRY(event_rewind(c, str_of(revenue->name)));
	TRY(event_consume(c, revenue, 500, &batch));
	for (size_t end = batch.ids.n - 1; end > 0; end -= 37) { /* "{id,id}": the newest first */
		struct str id = str_slice(batch.ids, end - 36, end);

		TRY(revenue->apply(c, str_fmt(c->mem, "{" STR_FMT "}", STR_ARG(id))));
	}
	return OK;
}

static void the_order_of_delivery_does_not_matter(void)
{
	struct world w = world(.stock = 9);
	struct str before;

	busy_day(&w);
	before = world_text(&w, "select string_agg(r::text, ';' order by order_id) from u.revenue_order r");
	rebuild_all(&w);
	EXPECT_ERR(db_in_tx(world_ctx(&w, NOBODY), apply_each, NULL), OK);
	EXPECT_SAME(world_text(&w, "select string_agg(r::text, ';' order by order_id) from u.revenue_order r"), before);
}

/* 9 comes before 10, which as texts it does not. */
static void transactions_are_read_in_the_order_of_their_numbers(void)
{
	const struct consumer *clicks = &analytics_consumers[0];
	struct world w = world(.stock = 1);
	struct ctx *c = world_ctx(&w, NOBODY);
	struct event_batch first, second, none;

	world_sql(&w, "insert into u.event_log (id, xid, type, creator_id, subject) values"
		" ('00000000-0000-7000-8000-000000000001', '10', 'LINK_CLICKED', %s, %s), ('00000000-0000-7000-8000-000000000002', '9', 'LINK_CLICKED', %s, %s)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.link.u), world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.link.u));
	EXPECT_ERR(event_consume(c, clicks, 1, &first), OK);
	EXPECT_ERR(event_consume(c, clicks, 1, &second), OK);
	EXPECT_ERR(event_consume(c, clicks, 1, &none), OK);
	EXPECT_STR(first.ids, "{00000000-0000-7000-8000-000000000002}");
	EXPECT_STR(second.ids, "{00000000-0000-7000-8000-000000000001}");
	EXPECT_INT((int64_t)none.n, 0);
}

#define WRITERS 8
#define EACH 25

static void click_in_sql(struct world *w)
{
	world_sql(w, "insert into u.event_log (id, type, creator_id, subject, payload)"
		" values (gen_random_uuid(), 'LINK_CLICKED', %s, %s, '{\"outcome\":\"started\"}')", world_uuid(w, w->anna.creator.u), world_uuid(w, w->anna.link.u));
}

/* The first reads all the time; the others keep transactions open of uneven length. */
static int write_or_read(struct world *w, int i)
{
	if (i == 0) {
		for (int k = 0; k < 150; k++) {
			int64_t done;

			if (events_deliver_helper.step(world_ctx(w, NOBODY), &done) != OK)
				return 1;
			usleep(5000);
		}
		return 0;
	}
	for (int k = 0; k < EACH; k++) {
		world_sql(w, "begin");
		click_in_sql(w);
		usleep((useconds_t)((i * 7 + k * 3) % 11 * 3000));
		world_sql(w, "commit");
	}
	return 0;
}

static void of_events_written_at_the_same_time_none_is_lost(void)
{
	struct world w = world(.stock = 5);
	int codes[WRITERS + 1];

	fork_many(&w, WRITERS + 1, write_or_read, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	deliver(&w);
	expect_sql(&w, WRITERS * EACH, "select clicks from u.link_clicks");
}

/* One holds a transaction open; the other writes after it and reads. */
static int hold_or_overtake(struct world *w, int i)
{
	int64_t done;

	if (i == 0) {
		world_sql(w, "begin");
		click_in_sql(w);
		usleep(400000);
		world_sql(w, "commit");
		return 0;
	}
	usleep(150000);
	click_in_sql(w);
	if (events_deliver_helper.step(world_ctx(w, NOBODY), &done) != OK)
		return 100;
	return (int)world_int(w, "select coalesce(sum(clicks), 0) from u.link_clicks");
}

static void nothing_is_read_past_an_open_transaction(void)
{
	struct world w = world(.stock = 5);
	int codes[2];

	fork_many(&w, 2, hold_or_overtake, codes);
	EXPECT_INT(codes[1], 0);
	deliver(&w);
	expect_sql(&w, 2, "select clicks from u.link_clicks");
}

static int only_read(struct world *w, int i)
{
	int64_t done = 1;

	(void)i;
	for (int k = 0; k < 50 && done; k++)
		if (events_deliver_helper.step(world_ctx(w, NOBODY), &done) != OK)
			return 1;
	return 0;
}

static void readers_at_the_same_time_count_once(void)
{
	struct world w = world(.stock = 5);
	int codes[4];

	world_sql(&w, "insert into u.event_log (id, type, creator_id, subject, payload)"
		" select gen_random_uuid(), 'LINK_CLICKED', %s, %s, '{}' from generate_series(1, 1700)", world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.link.u));
	fork_many(&w, COUNT(codes), only_read, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	deliver(&w);
	expect_sql(&w, 1700, "select clicks from u.link_clicks");
}

static void after_a_restore_the_next_epoch_is_read_on(void)
{
	struct world w = world(.stock = 5);

	click_in_sql(&w);
	deliver(&w);
	/* transaction ids of the restored cluster are lower again */
	world_sql(&w, "insert into u.event_log (id, epoch, xid, type, creator_id, subject) values (gen_random_uuid(), 2, '3', 'LINK_CLICKED', %s, %s)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.link.u));
	deliver(&w);
	expect_sql(&w, 2, "select clicks from u.link_clicks");
}

/* One that fails, one that stands elsewhere, and one that is new. */
static void a_consumer_that_fails_keeps_no_other_back(void)
{
	struct world w = world(.stock = 5);
	int64_t done;

	deliver(&w);
	world_sql(&w, "alter table u.visits add constraint closed check (views > 1000)");
	world_sql(&w, "delete from u.event_consumer where name = 'revenue'");
	expect_status(tap(&w, "vera"), 303);
	world_sql(&w, "insert into u.event_log (id, type, creator_id, subject) values (gen_random_uuid(), 'REPLAY_VIEW', %s, %s)",
		world_uuid(&w, w.anna.creator.u), world_uuid(&w, w.anna.link.u));
	EXPECT(events_deliver_helper.step(world_ctx(&w, NOBODY), &done) != OK);
	EXPECT(done > 0);
	expect_sql(&w, 1, "select clicks from u.link_clicks");
	expect_sql(&w, 0, "select count(*) from u.visits");
	expect_sql(&w, 4, "select count(*) from u.event_consumer c join u.event_consumer v on v.name = 'visits' where (c.epoch, c.xid, c.id) > (v.epoch, v.xid, v.id)"
		" and c.name in ('clicks', 'revenue', 'replays', 'bio')");
	world_sql(&w, "alter table u.visits drop constraint closed");
	deliver(&w);
	expect_sql(&w, 1, "select views from u.visits");
	expect_sql(&w, 1, "select clicks from u.link_clicks");
	expect_sql(&w, 1, "select count(distinct (epoch, xid, id)) from u.event_consumer where name <> 'guard'");
}

static enum err read_slowly(struct ctx *c, void *arg)
{
	const struct consumer *clicks = &analytics_consumers[0];
	size_t served;
	int64_t done;

	(void)arg;
	TRY(event_step(c, &clicks, 1, &served, &done));
	usleep(400000);
	return OK;
}

/* One begins again while what the other has read is not yet committed. */
static int read_or_rebuild(struct world *w, int i)
{
	struct consumer clicks = analytics_consumers[0];

	if (i == 0)
		return db_in_tx(world_ctx(w, NOBODY), read_slowly, NULL) != OK;
	usleep(150000);
	return db_in_tx(world_ctx(w, NOBODY), rebuild, &clicks) != OK;
}

static void a_rebuild_while_another_reads_forgets_what_it_read(void)
{
	struct world w = world(.stock = 5);
	int codes[2];

	deliver(&w); /* its place is there */
	click_in_sql(&w);
	click_in_sql(&w);
	fork_many(&w, COUNT(codes), read_or_rebuild, codes);
	EXPECT_INT(codes[0] | codes[1], 0);
	deliver(&w);
	expect_sql(&w, 2, "select clicks from u.link_clicks");
}

static const CU_TestInfo tests[] = {
	T(clicks_are_counted_by_what_came_of_them),
	T(an_event_counts_once_however_often_it_is_delivered),
	T(what_is_rebuilt_from_the_log_is_the_same),
	T(the_order_of_delivery_does_not_matter),
	T(transactions_are_read_in_the_order_of_their_numbers),
	T(of_events_written_at_the_same_time_none_is_lost),
	T(nothing_is_read_past_an_open_transaction),
	T(readers_at_the_same_time_count_once),
	T(after_a_restore_the_next_epoch_is_read_on),
	T(a_consumer_that_fails_keeps_no_other_back),
	T(a_rebuild_while_another_reads_forgets_what_it_read),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_events_deliver = { "cron/events_deliver", tests };
