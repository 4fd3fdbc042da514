/* The auditor: what it finds, what it must never call broken, and the repair. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "lib/cron/cron.h"
#include "tests/desk.h"
#include "tests/storefront.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper stock_audit_helper;

static void audit(struct world *w)
{
	world_clock_advance(w, 301000);
	helper_run(w, stock_audit_helper.step);
}

static int64_t open_findings(struct world *w, const char *invariant)
{
	return world_int(w, "select count(*) from u.audit_finding where gone_at is null and invariant = '%s'", invariant);
}

/* Words of a command to unifyedctl, without what it prints. */
static int ctl(struct world *w, const char *words)
{
	char *argv[8], *copy = arena_alloc(w->mem, strlen(words) + 1), *rest = NULL;
	int argc = 0, out = dup(STDOUT_FILENO), code;
	FILE *nowhere = fopen("/dev/null", "w");

	memcpy(copy, words, strlen(words));
	for (char *word = strtok_r(copy, " ", &rest); word && argc < 8; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	fflush(stdout);
	dup2(fileno(nowhere), STDOUT_FILENO);
	code = stock_repair_run(world_ctx(w, NOBODY), argc, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	fclose(nowhere);
	return code;
}

static void after_sales_everything_holds(void)
{
	struct world w = world(.stock = 5, .redemptions_max = 4);

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w)));
	expect_status(tap(&w, "carl"), 303);
	apply_all(&w);
	expect_status(tap(&w, "dora"), 303);
	audit(&w);
	expect_sql(&w, 0, "select count(*) from u.audit_finding");
	expect_sql(&w, 1, "select count(*) from u.audit_run where phase = 'done' and finished_at is not null and broken = 0 and looked >= 5");
}

static void a_run_is_made_when_it_is_due_and_no_sooner(void)
{
	struct world w = world(.stock = 5);

	helper_run(&w, stock_audit_helper.step);
	helper_run(&w, stock_audit_helper.step);
	expect_sql(&w, 1, "select count(*) from u.audit_run");
	audit(&w);
	expect_sql(&w, 2, "select count(*) from u.audit_run where finished_at is not null");
}

static void each_sum_that_is_wrong_is_found_with_both_figures(void)
{
	struct world w = world(.stock = 5, .variants = 4, .redemptions_max = 9);

	world_sql(&w, "update u.inventory set held = 3 where external_id = 7201; update u.inventory set sold_unsynced = 2 where external_id = 7202;"
		"update u.inventory set shop_available = 7 where external_id = 7203; update u.inventory set buffer = 1 where external_id = 7204;"
		"update u.offer set redemptions_held = 4, redemptions_used = 2");
	audit(&w);
	expect_sql(&w, 1, "select count(*) from u.audit_finding where invariant = 'held' and expected = 0 and found = 3 and subject = %s", world_uuid(&w, w.item.u));
	expect_sql(&w, 1, "select count(*) from u.audit_finding where invariant = 'sold_unsynced' and expected = 0 and found = 2");
	expect_sql(&w, 1, "select count(*) from u.audit_finding where invariant = 'available' and expected = 5 and found = 7");
	expect_sql(&w, 1, "select count(*) from u.audit_finding where invariant = 'buffer' and expected = 0 and found = 1");
	expect_sql(&w, 1, "select count(*) from u.audit_finding where invariant = 'redemptions_held' and found = 4");
	expect_sql(&w, 1, "select count(*) from u.audit_finding where invariant = 'redemptions_used' and found = 2");
	expect_sql(&w, 6, "select broken from u.audit_run");
	audit(&w);
	expect_sql(&w, 6, "select count(*) from u.audit_finding where last_seen_at > first_seen_at");
}

static void broken_checkouts_and_orders_are_found(void)
{
	struct world w = world(.stock = 9);

	expect_status(tap(&w, "vera"), 303);
	push(&w, "orders/create", "1", told_order(&w, .mark = newest_mark(&w)));
	expect_status(tap(&w, "carl"), 303);
	apply_all(&w);
	audit(&w);
	expect_sql(&w, 0, "select count(*) from u.audit_finding");
	world_sql(&w, "delete from u.event_log where type in ('PURCHASE_COMPLETED', 'RESERVATION_CONFIRMED')");
	world_sql(&w, "update u.checkout_session set state = 'released', ended_at = u.clock() where state = 'open'");
	audit(&w);
	EXPECT_INT(open_findings(&w, "purchase_told"), 1);
	EXPECT_INT(open_findings(&w, "hold_events"), 1);
	EXPECT_INT(open_findings(&w, "open_is_pending"), 1);
	world_sql(&w, "update u.shop_order set session_id = null");
	audit(&w);
	EXPECT_INT(open_findings(&w, "confirmed_order"), 1);
}

static void a_hold_that_the_sweeper_forgot_is_found(void)
{
	struct world w = world(.stock = 9);

	expect_status(tap(&w, "vera"), 303);
	world_clock_advance(&w, 20 * 60 * 1000);
	audit(&w);
	EXPECT_INT(open_findings(&w, "lapsed"), 0);
	world_clock_advance(&w, 301000);
	world_sql(&w, "insert into u.helper_run (name, started_at, beat_at) values ('reservations_expire', u.clock(), u.clock())");
	helper_run(&w, stock_audit_helper.step);
	EXPECT_INT(open_findings(&w, "lapsed"), 1);
}

static void what_holds_again_is_over_and_stays_in_the_books(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "update u.inventory set held = 3");
	audit(&w);
	world_sql(&w, "update u.inventory set held = 0");
	audit(&w);
	expect_sql(&w, 1, "select count(*) from u.audit_finding where gone_at is not null and repaired_at is null");
	expect_sql(&w, 0, "select broken from u.audit_run order by id desc limit 1");
	world_sql(&w, "update u.inventory set held = 3");
	audit(&w);
	expect_sql(&w, 2, "select count(*) from u.audit_finding");
}

static void a_history_that_ends_otherwise_than_its_row_is_found(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "select u.stock_told(shop_id, item_id, 'full_read', u.clock(), '{}') from u.inventory");
	audit(&w);
	EXPECT_INT(open_findings(&w, "history"), 0);
	world_sql(&w, "update u.inventory set shop_available = 4; update u.inventory_level set available = 4");
	audit(&w);
	EXPECT_INT(open_findings(&w, "history"), 1);
	EXPECT_INT(open_findings(&w, "available"), 0);
	EXPECT_INT(ctl(&w, "--keep"), 0);
	EXPECT_INT(open_findings(&w, "history"), 0);
}

static void a_level_at_no_location_is_found(void)
{
	struct world w = world(.stock = 5);

	world_sql(&w, "insert into u.inventory_level (shop_id, item_id, location_id, available) select shop_id, item_id, 99, 4 from u.inventory");
	audit(&w);
	EXPECT_INT(open_findings(&w, "level_place"), 1);
	EXPECT_INT(open_findings(&w, "available"), 0);
}

static void a_repair_runs_dry_until_it_is_told_to_keep(void)
{
	struct world w = world(.stock = 5, .variants = 2);

	expect_status(tap_at(&w, "vera", str_z(w.mem, str_fmt(w.mem, "/go/annalink1?v=" STR_FMT, STR_ARG(ID_TEXT(w.mem, variant, w.variant))))), 303);
	world_sql(&w, "update u.inventory set held = held + 3, sold_unsynced = 2, shop_available = 9");
	audit(&w);
	EXPECT_INT(ctl(&w, ""), 0);
	expect_sql(&w, 2, "select count(*) from u.inventory where shop_available = 9 and sold_unsynced = 2");
	expect_sql(&w, 0, "select count(*) from u.inventory_snapshot");
	EXPECT_INT(ctl(&w, fmt(&w, "--item " STR_FMT " --keep", STR_ARG(ID_TEXT(w.mem, item, w.item)))), 0);
	expect_sql(&w, 1, "select count(*) from u.inventory where shop_available = 5 and held = 1 and sold_unsynced = 0 and external_id = 7201");
	expect_sql(&w, 1, "select count(*) from u.inventory where shop_available = 9");
	EXPECT_INT(ctl(&w, "--shop nobody.myshopify.com --keep"), 0);
	expect_sql(&w, 1, "select count(*) from u.inventory where shop_available = 9");
	EXPECT_INT(ctl(&w, "--shop x.myshopify.com --keep"), 0);
	expect_sql(&w, 0, "select count(*) from u.inventory where shop_available = 9");
	expect_sql(&w, 2, "select count(*) from u.inventory_snapshot where cause = 'repair' and detail -> 'repaired' @> '[{\"invariant\":\"held\"}]'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'INVENTORY_UPDATED' and payload ->> 'cause' = 'repair'");
	expect_sql(&w, 0, "select count(*) from u.audit_finding where gone_at is null");
	expect_sql(&w, 6, "select count(*) from u.audit_finding where repaired_at is not null");
	EXPECT_INT(ctl(&w, "--keep"), 0);
	expect_sql(&w, 2, "select count(*) from u.inventory_snapshot");
	EXPECT_INT(ctl(&w, "--item 7201"), CTL_USAGE);
	EXPECT_INT(ctl(&w, "all"), CTL_USAGE);
}

static void a_creator_sees_the_findings_of_shops_she_owns(void)
{
	struct world w = world(.stock = 5);
	struct got got;

	expect_status(got = get(&w, ANNA, "/catalog/integrity"), 200);
	EXPECT_STR(got_json(&w, got, "checked_at"), "");
	world_sql(&w, "update u.inventory set held = 3; update u.offer set redemptions_held = 4");
	audit(&w);
	got = get(&w, ANNA, "/catalog/integrity?limit=1");
	expect_body_has(got, "\"next\":\"finding_");
	got = get(&w, ANNA, "/catalog/integrity");
	expect_body_has(got, "\"invariant\":\"held\"");
	expect_body_has(got, str_z(w.mem, ID_TEXT(w.mem, item, w.item)));
	expect_body_has(got, str_z(w.mem, ID_TEXT(w.mem, offer, w.anna.offer)));
	expect_body_lacks(get(&w, BEN, "/catalog/integrity"), "held");
	EXPECT_INT(ctl(&w, "--keep"), 0);
	expect_body_lacks(get(&w, ANNA, "/catalog/integrity"), "\"held\"");
	expect_body_has(get(&w, ANNA, "/catalog/integrity?all=true"), "\"held\"");
	expect_field(get(&w, ANNA, "/catalog/integrity?all=maybe"), "all");
}

/* Half of them sell and let go without pause while the others audit again and again. */
static int sell_or_audit(struct world *w, int i)
{
	for (int n = 0; n < 12; n++) {
		if (i % 2) {
			char visitor[16];
			struct got got;

			snprintf(visitor, sizeof visitor, "v%d-%d", i, n);
			got = tap(w, visitor);
			if (got.status == 303)
				(void)ask(w, (struct asking){ .method = POST, .path = "/go/annalink1/release", .visitor = visitor, .form = "", .page = true });
		} else {
			world_sql(w, "select u.audit_confirm('01900000-0000-7000-8000-00000000aaaa', 'items', item_id) from u.inventory;"
				"select u.audit_confirm('01900000-0000-7000-8000-00000000aaaa', 'offers', id) from u.offer;"
				"select u.audit_confirm('01900000-0000-7000-8000-00000000aaaa', 'checkouts', id) from u.checkout_session");
		}
	}
	return 0;
}

static void what_is_in_flight_is_never_called_broken(void)
{
	struct world w = world(.stock = 50, .redemptions_max = 50);
	int codes[6];

	fork_many(&w, 6, sell_or_audit, codes);
	for (int i = 0; i < 6; i++)
		EXPECT_INT(codes[i], 0);
	EXPECT(world_int(&w, "select count(*) from u.reservation") > 0);
	expect_sql(&w, 0, "select count(*) from u.audit_finding");
}

static const CU_TestInfo tests[] = {
	T(after_sales_everything_holds),
	T(a_run_is_made_when_it_is_due_and_no_sooner),
	T(each_sum_that_is_wrong_is_found_with_both_figures),
	T(broken_checkouts_and_orders_are_found),
	T(a_hold_that_the_sweeper_forgot_is_found),
	T(what_holds_again_is_over_and_stays_in_the_books),
	T(a_history_that_ends_otherwise_than_its_row_is_found),
	T(a_level_at_no_location_is_found),
	T(a_repair_runs_dry_until_it_is_told_to_keep),
	T(a_creator_sees_the_findings_of_shops_she_owns),
	T(what_is_in_flight_is_never_called_broken),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_stock_audit = { "cron/stock_audit", tests };
