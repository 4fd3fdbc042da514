/* What shops tell of their own installation: an uninstall now, late or again, and scopes that change. */
#include "lib/connection/connection.h"
#include "lib/core/time.h"
#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper connections_tend_helper;

#define HOUR_MS INT64_C(3600000)
#define SHOP S("{\"id\":1,\"name\":\"X\",\"updated_at\":\"2026-01-01T00:00:00Z\"}")

static int64_t installed_ms(struct world *w)
{
	return world_int(w, "select u.ms(installed_at) from u.shop where domain = 'x.myshopify.com'");
}

/* The world's shop at the sandbox, with tokens, installed some hours ago. */
static struct world installed(void)
{
	struct world w = world(.stock = 5, .ben = true);

	storefront(&w, NULL);
	storefront_install(&w);
	world_sql(&w, "update u.shop set installed_at = u.clock() - interval '5 hours' where domain = 'x.myshopify.com'");
	return w;
}

static void tell(struct world *w, const char *id, int64_t at_ms)
{
	expect_status(push_from(w, "x.myshopify.com", "app/uninstalled", id, at_ms, SHOP), 200);
	apply_all(w);
}

static bool is_active(struct world *w)
{
	return world_int(w, "select count(*) from u.shop where domain = 'x.myshopify.com' and status = 'active' and access_sealed is not null") == 1;
}

static void an_uninstall_closes_at_once_and_tells_every_creator(void)
{
	struct world w = installed();

	expect_status(tap(&w, "vera"), 303);
	tell(&w, "1", world_now_ms(&w));
	EXPECT(!is_active(&w));
	expect_sql(&w, 0, "select count(*) from u.shop where access_sealed is not null or refresh_sealed is not null");
	expect_status(tap(&w, "willa"), 410);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 2, "select count(distinct creator_id) from u.event_log where type = 'PLATFORM_DISCONNECTED'"
		" and payload ->> 'why' = 'uninstalled'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
	tell(&w, "2", world_now_ms(&w));
	tell(&w, "1", world_now_ms(&w));
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
}

static void a_late_one_after_a_reinstall_changes_nothing(void)
{
	struct world w = installed();

	tell(&w, "1", installed_ms(&w) - HOUR_MS);
	helper_run(&w, connections_tend_helper.step);
	EXPECT(is_active(&w));
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where state = 'ignored' and problem = 'the shop was installed again after this'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
}

static void in_doubt_the_shop_is_asked(void)
{
	struct world w = installed();
	const int64_t at_ms = installed_ms(&w), doubtful[] = { 0, at_ms, at_ms - 59000, at_ms + 59000 };

	for (size_t i = 0; i < COUNT(doubtful); i++) {
		tell(&w, str_z(w.mem, str_fmt(w.mem, "%zu", i)), doubtful[i]);
		helper_run(&w, connections_tend_helper.step);
		EXPECT(is_active(&w));
	}
	expect_sql(&w, 4, "select count(*) from u.webhook_inbox where state = 'done' and problem like '%%the shop is asked%%'");
	control(&w, "POST", "/shops/x.myshopify.com/uninstall", "{}");
	tell(&w, "9", 0);
	helper_run(&w, connections_tend_helper.step);
	EXPECT(!is_active(&w));
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
}

/* Headers are not signed: who has an old body can give it any time. */
static void an_old_body_under_a_new_time_is_doubted(void)
{
	struct world w = installed();

	tell(&w, "old", installed_ms(&w) - HOUR_MS);
	world_sql(&w, "update u.webhook_inbox set received_at = u.clock() - interval '6 hours'");
	tell(&w, "new", world_now_ms(&w));
	helper_run(&w, connections_tend_helper.step);
	EXPECT(is_active(&w));
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where webhook_id = 'new' and problem like '%%the shop is asked%%'");
}

static void a_shop_that_is_away_is_asked_again(void)
{
	struct world w = installed();

	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"status\",\"status\":503,\"count\":1}");
	tell(&w, "1", 0);
	helper_run(&w, connections_tend_helper.step);
	EXPECT(is_active(&w));
	expect_sql(&w, 1, "select count(*) from u.job where kind = 'shop_confirm' and state = 'queued'");
	control(&w, "POST", "/shops/x.myshopify.com/uninstall", "{}");
	world_clock_advance(&w, HOUR_MS / 60);
	helper_run(&w, connections_tend_helper.step);
	EXPECT(!is_active(&w));
}

static void scopes(struct world *w, const char *id, const char *granted, int64_t at_ms)
{
	struct str body = str_fmt(w->mem, "{\"id\":1,\"previous\":[],\"current\":[%s],\"updated_at\":\"" STR_FMT "\"}", granted,
		STR_ARG(time_text(w->mem, at_ms)));

	expect_status(push(w, "app/scopes_update", id, body), 200);
	apply_all(w);
}

#define ALL "\"read_products\",\"read_inventory\",\"read_locations\",\"read_orders\",\"write_discounts\""
#define LESS "\"read_products\",\"read_inventory\""

static int64_t wants_reconnect(struct world *w)
{
	return world_int(w, "select count(*) from u.shop where health = 'needs_reconnect' and health_reason = 'scope'");
}

static void scopes_that_no_longer_do_ask_for_a_reconnect(void)
{
	struct world w = installed();
	int64_t now_ms = world_now_ms(&w);

	scopes(&w, "1", LESS, now_ms - 2000);
	EXPECT_INT(wants_reconnect(&w), 1);
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH' and payload ->> 'reason' = 'scope'");
	scopes(&w, "2", LESS, now_ms - 2000);
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'");
	scopes(&w, "3", ALL, now_ms - 1000);
	EXPECT_INT(wants_reconnect(&w), 0);
	scopes(&w, "4", LESS, now_ms - 2000); /* late */
	EXPECT_INT(wants_reconnect(&w), 0);
	expect_sql(&w, 1, "select count(*) from u.shop where scopes like '%%write_discounts'");
	scopes(&w, "5", LESS, installed_ms(&w) - HOUR_MS); /* of a former installation */
	EXPECT_INT(wants_reconnect(&w), 0);
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where state = 'ignored' and problem = 'older than what is known'");
}

static void scopes_heal_no_other_trouble(void)
{
	struct world w = installed();

	world_sql(&w, "update u.shop set health = 'needs_reconnect', health_reason = 'token' where domain = 'x.myshopify.com'");
	scopes(&w, "1", ALL, world_now_ms(&w));
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'needs_reconnect' and health_reason = 'token'");
}

static void scopes_that_cannot_be_read_are_parked(void)
{
	struct world w = installed();

	push(&w, "app/scopes_update", "1", S("{\"current\":\"all\",\"updated_at\":\"2026-01-01T00:00:00Z\"}"));
	push(&w, "app/scopes_update", "2", S("{\"current\":[],\"updated_at\":\"soon\"}"));
	apply_all(&w);
	expect_sql(&w, 2, "select count(*) from u.webhook_inbox where state = 'parked'");
}

static const CU_TestInfo tests[] = {
	T(an_uninstall_closes_at_once_and_tells_every_creator),
	T(a_late_one_after_a_reinstall_changes_nothing),
	T(in_doubt_the_shop_is_asked),
	T(an_old_body_under_a_new_time_is_doubted),
	T(a_shop_that_is_away_is_asked_again),
	T(scopes_that_no_longer_do_ask_for_a_reconnect),
	T(scopes_heal_no_other_trouble),
	T(scopes_that_cannot_be_read_are_parked),
	CU_TEST_INFO_NULL
};
const struct suite suite_cron_lifecycle = { "cron/lifecycle", tests };
