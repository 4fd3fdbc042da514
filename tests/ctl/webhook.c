/* unifyedctl webhook: what it lists is there, and what it says would change is what does. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "lib/catalog/catalog.h"
#include "lib/inbox/replay.h"
#include "lib/shop/shop.h"
#include "tests/suite.h"
#include "tests/told.h"

/* What a command printed, and how it ended. */
struct said {
	int code;
	struct str text;
};

static struct str drain(struct world *w, FILE *from)
{
	char *text = arena_alloc(w->mem, 1 << 20);

	rewind(from);
	return (struct str){ text, fread(text, 1, 1 << 20, from) };
}

/* "--state parked": words split at blanks. */
static struct said run(struct world *w, ctl_run *command, const char *words)
{
	char *argv[16], *copy = arena_alloc(w->mem, strlen(words) + 1), *rest = NULL;
	int argc = 0, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	struct said said;

	memcpy(copy, words, strlen(words));
	for (char *word = strtok_r(copy, " ", &rest); word && argc < 16; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	fflush(NULL);
	dup2(fileno(file), STDOUT_FILENO);
	dup2(fileno(file), STDERR_FILENO);
	said.code = command(world_ctx(w, NOBODY), argc, argv);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	said.text = drain(w, file);
	fclose(file);
	return said;
}

static bool has(struct said said, const char *text)
{
	if (str_find(said.text, 0, str_of(text)) != SIZE_MAX)
		return true;
	fprintf(stderr, "not \"%s\" in:\n" STR_FMT "\n", text, STR_ARG(said.text));
	return false;
}

static const char *id_of(struct world *w, const char *webhook_id)
{
	return str_z(w->mem, world_text(w, "select id from u.webhook_inbox where webhook_id = '%s'", webhook_id));
}

static const char *words(struct world *w, const char *format, const char *id)
{
	return str_z(w->mem, str_fmt(w->mem, "%s%s", id, format));
}

/* Everything that is in the database, but for the inbox, the helpers' marks, and event ids' transaction. */
static struct str all_rows(struct world *w)
{
	return world_text(w, "select string_agg(x::text, '' order by t) from (values"
		" ('a', (select jsonb_agg(to_jsonb(r) order by r.id) from u.shop_order r)),"
		" ('b', (select jsonb_agg(to_jsonb(r) order by r.external_id) from u.order_line r)),"
		" ('c', (select jsonb_agg(to_jsonb(r) order by r.external_id) from u.inventory r)),"
		" ('d', (select jsonb_agg(to_jsonb(r) order by r.id) from u.reservation r)),"
		" ('e', (select jsonb_agg(to_jsonb(r) order by r.id) from u.checkout_session r)),"
		" ('f', (select jsonb_agg(to_jsonb(r) order by r.id) from u.event_log r)),"
		" ('g', (select jsonb_agg(to_jsonb(r) order by r.id) from u.offer r)),"
		" ('h', (select jsonb_agg(to_jsonb(r) order by r.id) from u.webhook_inbox r)),"
		" ('i', (select jsonb_agg(to_jsonb(r) order by r.id) from u.job r))) v (t, x)");
}

static void deliveries_are_listed_newest_first_in_pages(void)
{
	struct world w = world(.stock = 5);
	struct said said;

	for (int i = 1; i <= 5; i++) {
		push(&w, i % 2 ? "carts/vanish" : "orders/create", str_z(w.mem, str_fmt(w.mem, "%d", i)), S("{\"id\": 12"));
		world_clock_advance(&w, 10);
	}
	apply_all(&w);
	said = run(&w, webhook_list_run, "--limit 2");
	EXPECT_INT(said.code, 0);
	EXPECT(has(said, "more: --after delivery_"));
	said = run(&w, webhook_list_run, str_z(w.mem, str_fmt(w.mem, "--limit 3 --after %s", id_of(&w, "4"))));
	EXPECT(has(said, "carts/vanish x.myshopify.com  a topic that we do not know"));
	EXPECT(str_find(said.text, 0, S("more:")) == SIZE_MAX);
	said = run(&w, webhook_list_run, "--state parked");
	EXPECT(has(said, "parked 1 orders/create x.myshopify.com  BAD_JSON"));
	EXPECT(str_find(said.text, 0, S("carts")) == SIZE_MAX);
	EXPECT_INT((int64_t)run(&w, webhook_list_run, "--topic carts/vanish --shop y.myshopify.com").text.n, 0);
	EXPECT_INT((int64_t)run(&w, webhook_list_run, "--since 2099-01-01T00:00:00Z").text.n, 0);
	EXPECT_INT((int64_t)run(&w, webhook_list_run, "--until 2000-01-01T00:00:00Z").text.n, 0);
}

static void wrong_words_are_told(void)
{
	struct world w = world(.stock = 5);
	static const struct { ctl_run *command; const char *words; } wrong[] = {
		{ webhook_list_run, "--state lost" }, { webhook_list_run, "--limit 0" }, { webhook_list_run, "--limit 2147483648" },
		{ webhook_list_run, "--shop" }, { webhook_list_run, "--since yesterday" }, { webhook_list_run, "--after 7" },
		{ webhook_list_run, "--frm x" }, { webhook_list_run, "word" }, { webhook_show_run, "" }, { webhook_show_run, "shop_1" },
		{ webhook_replay_run, "" }, { webhook_replay_run, "--from 2026-01-01T00:00:00Z" }, { webhook_replay_run, "x y" },
		{ webhook_replay_run, "a b c d e" }, { compliance_list_run, "x" }, { compliance_list_run, "--all" },
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct said said = run(&w, wrong[i].command, wrong[i].words);

		EXPECT_INT(said.code, CTL_USAGE);
		EXPECT(has(said, "unifyedctl: "));
	}
}

static void one_is_shown_and_its_body_only_on_demand(void)
{
	struct world w = world(.stock = 5);
	struct said said;

	push(&w, "orders/create", "1", told_order(&w, .id = 5001, .note = "for Maria"));
	push(&w, "orders/create", "2", told_order(&w, .id = 5001, .note = "for Maria"));
	apply_all(&w);
	said = run(&w, webhook_show_run, id_of(&w, "1"));
	EXPECT_INT(said.code, 0);
	EXPECT(has(said, "X-Shopify-Webhook-Id    1\n"));
	EXPECT(has(said, "good, with the current secret"));
	EXPECT(has(said, "1 other deliveries"));
	EXPECT(str_find(said.text, 0, S("Maria")) == SIZE_MAX);
	said = run(&w, webhook_show_run, words(&w, " --body", id_of(&w, "1")));
	EXPECT(has(said, "may hold personal data"));
	EXPECT(has(said, "for Maria"));
	world_sql(&w, "update u.webhook_inbox set body_sealed = null, body_gone = 'expired'");
	said = run(&w, webhook_show_run, words(&w, " --body", id_of(&w, "1")));
	EXPECT(has(said, "body                    expired"));
	said = run(&w, webhook_show_run, "01900000-0000-7000-8000-0000000000ff");
	EXPECT_INT(said.code, CTL_FAILED);
}

static void a_replay_tells_what_would_change_and_changes_nothing(void)
{
	struct world w = world(.stock = 5);
	struct str before;
	struct said said;

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w)));
	before = all_rows(&w);
	said = run(&w, webhook_replay_run, id_of(&w, "1"));
	EXPECT_INT(said.code, 0);
	EXPECT(has(said, "orders/create x.myshopify.com: new -> done\n"));
	EXPECT(has(said, "  + shop_order {\"id\": "));
	EXPECT(has(said, "  + order_line {"));
	EXPECT(has(said, "  ~ inventory {\"item_id\": "));
	EXPECT(has(said, "held 1 -> 0"));
	EXPECT(has(said, "sold_unsynced 0 -> 1"));
	EXPECT(has(said, "  ~ reservation {\"id\": "));
	EXPECT(has(said, "state \"pending\" -> \"confirmed\""));
	EXPECT(has(said, "  ! PURCHASE_COMPLETED "));
	EXPECT(has(said, "  ! RESERVATION_CONFIRMED "));
	EXPECT(has(said, "1 replayed, 0 refused; nothing was kept"));
	EXPECT_SAME(all_rows(&w), before);
}

/* The inserted, updated and deleted rows that it told, counted against the tables themselves. */
static void what_it_tells_is_what_a_kept_one_does(void)
{
	struct world w = world(.stock = 5);
	struct said would, did;

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w)));
	would = run(&w, webhook_replay_run, id_of(&w, "1"));
	did = run(&w, webhook_replay_run, words(&w, " --keep", id_of(&w, "1")));
	EXPECT(has(did, "1 replayed, 0 refused; kept"));
	expect_sql(&w, 1, "select count(*) from u.shop_order");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'done' and replayed_at is not null");
	for (const char *sign = "+~!"; *sign; sign++) {
		struct str mark = str_fmt(w.mem, "\n  %c ", *sign);
		int64_t n[2] = { 0, 0 };

		for (size_t at = 0; (at = str_find(would.text, at, mark)) != SIZE_MAX; at++)
			n[0]++;
		for (size_t at = 0; (at = str_find(did.text, at, mark)) != SIZE_MAX; at++)
			n[1]++;
		EXPECT(n[0] > 0);
		EXPECT_INT(n[1], n[0]);
	}
	did = run(&w, webhook_replay_run, words(&w, " --keep", id_of(&w, "1"))); /* again: nothing is left to do */
	EXPECT(str_find(did.text, 0, S("  + ")) == SIZE_MAX);
	EXPECT(str_find(did.text, 0, S("  ! PURCHASE_COMPLETED")) == SIZE_MAX);
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'");
}

/* A row that the transaction only locked is not one that it deleted. */
static void deleted_rows_are_told_and_locked_ones_are_not(void)
{
	struct world w = world(.stock = 5);
	struct ctx *c = world_ctx(&w, NOBODY), *eyes = world_ctx(&w, NOBODY);
	struct row_change *changes;
	struct str mark;
	size_t n, deleted = 0;

	world_sql(&w, "insert into u.location (shop_id, external_id, name, active, online) select id, g, 'Here', true, true from u.shop,"
		" generate_series(31, 33) g; insert into u.catalog_sync (shop_id) select id from u.shop on conflict do nothing");
	eyes->db = db_new(w.config, "helper");
	EXPECT_ERR(db_begin(c, DB_WRITE), OK);
	EXPECT_ERR(replay_mark(c, &mark), OK);
	EXPECT_ERR(shop_health_put(c, w.shop, S("degraded"), S("test")), OK);
	EXPECT_ERR(catalog_erase(c, w.shop), OK);
	EXPECT_ERR(replay_changes(c, eyes, mark, &changes, &n), OK);
	for (size_t i = 0; i < n; i++) {
		deleted += changes[i].kind == '-' && (str_eq(changes[i].table, S("location")) || str_eq(changes[i].table, S("catalog_sync")));
		EXPECT(changes[i].kind != '-' || !str_eq(changes[i].table, S("shop")));
	}
	db_rollback(c);
	db_free(eyes->db);
	EXPECT_INT((int64_t)deleted, world_int(&w, "select (select count(*) from u.location) + (select count(*) from u.catalog_sync)"));
	expect_sql(&w, 3, "select count(*) from u.location where external_id between 31 and 33");
}

static void a_range_runs_in_order_of_arrival_and_goes_on_after_a_refusal(void)
{
	struct world w = world(.stock = 9);
	struct said said;
	size_t first, second;

	push(&w, "orders/create", "1", told_order(&w, .id = 5001));
	push(&w, "orders/create", "2", S("{\"id\": 12"));
	push(&w, "carts/vanish", "3", S("{}"));
	world_clock_advance(&w, 10);
	push(&w, "orders/create", "4", told_order(&w, .id = 5004));
	said = run(&w, webhook_replay_run, "--from 2020-01-01T00:00:00Z --to 2099-01-01T00:00:00Z --topic orders/create --keep");
	EXPECT_INT(said.code, CTL_FAILED);
	EXPECT(has(said, "2 replayed, 1 refused; kept"));
	EXPECT(has(said, "new -> refused  BAD_JSON"));
	first = str_find(said.text, 0, S("external_id 5001"));
	second = str_find(said.text, 0, S("external_id 5004"));
	EXPECT(first < second && second != SIZE_MAX);
	expect_sql(&w, 2, "select count(*) from u.shop_order");
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where state = 'new'");
	said = run(&w, webhook_replay_run, "--from 2020-01-01T00:00:00Z --to 2020-01-02T00:00:00Z");
	EXPECT(has(said, "0 replayed, 0 refused"));
}

static void a_parked_one_is_mended_by_a_kept_replay(void)
{
	struct world w = world(.stock = 5);
	struct said said;

	push(&w, "orders/create", "1", told_order(&w, .id = 5001));
	world_sql(&w, "update u.webhook_inbox set state = 'parked', problem = 'INTERNAL: mended since', done_at = u.clock()");
	said = run(&w, webhook_replay_run, words(&w, " --keep", id_of(&w, "1")));
	EXPECT(has(said, "parked -> done"));
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'done' and problem = ''");
	expect_sql(&w, 1, "select count(*) from u.shop_order");
}

static void one_without_a_body_is_refused(void)
{
	struct world w = world(.stock = 5);
	struct said said;

	push(&w, "orders/create", "1", told_order(&w, .id = 5001));
	apply_all(&w);
	world_sql(&w, "update u.webhook_inbox set body_sealed = null, body_gone = 'expired'");
	said = run(&w, webhook_replay_run, id_of(&w, "1"));
	EXPECT_INT(said.code, CTL_FAILED);
	EXPECT(has(said, "its body is gone: expired"));
	EXPECT_INT(run(&w, webhook_replay_run, "01900000-0000-7000-8000-0000000000ff").code, CTL_FAILED);
}

static void nothing_sealed_is_printed(void)
{
	struct world w = world(.stock = 5);
	struct said said;

	push_from(&w, "x.myshopify.com", "app/uninstalled", "1", world_now_ms(&w) + 3600000, S("{\"id\":1}"));
	said = run(&w, webhook_replay_run, id_of(&w, "1"));
	EXPECT(has(said, "  ~ shop {\"id\": "));
	EXPECT(has(said, "access_sealed (sealed) -> null"));
	EXPECT(str_find(said.text, 0, S("v1.")) == SIZE_MAX);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active'");
}

static const CU_TestInfo tests[] = {
	T(deliveries_are_listed_newest_first_in_pages),
	T(wrong_words_are_told),
	T(one_is_shown_and_its_body_only_on_demand),
	T(a_replay_tells_what_would_change_and_changes_nothing),
	T(what_it_tells_is_what_a_kept_one_does),
	T(deleted_rows_are_told_and_locked_ones_are_not),
	T(a_range_runs_in_order_of_arrival_and_goes_on_after_a_refusal),
	T(a_parked_one_is_mended_by_a_kept_replay),
	T(one_without_a_body_is_refused),
	T(nothing_sealed_is_printed),
	CU_TEST_INFO_NULL
};
const struct suite suite_ctl_webhook = { "ctl/webhook", tests };
