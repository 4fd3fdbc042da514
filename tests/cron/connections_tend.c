#include <stdio.h>

#include "lib/connection/connection.h"
#include "lib/cron/cron.h"
#include "tests/storefront.h"
#include "tests/suite.h"

extern const struct helper connections_tend_helper;

/* anna's shop at the sandbox, subscribed; nobody else sells there. */
static struct world alone(void)
{
	struct world w = world(.bare = true);

	storefront(&w, NULL);
	storefront_install(&w);
	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(&w, w.ben.creator.u));
	helper_run(&w, connections_tend_helper.step);
	return w;
}

static size_t subscriptions(struct world *w)
{
	return json_length(json_get(control(w, "GET", "/shops/x.myshopify.com", NULL), "subscriptions"));
}

static void the_last_who_leaves_takes_everything_along(void)
{
	struct world w = alone();

	EXPECT_INT((int64_t)subscriptions(&w), 17);
	EXPECT_ERR(connection_end(world_ctx(&w, ANNA), w.anna.connection), OK);
	helper_run(&w, connections_tend_helper.step);
	EXPECT_INT((int64_t)subscriptions(&w), 0);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'uninstalled' and access_sealed is null and refresh_sealed is null");
	expect_sql(&w, 0, "select count(*) from u.webhook_subscription");
	expect_sql(&w, 1, "select count(*) from u.product where status = 'active'"); /* history stays */
}

static void discounts_go_first(void)
{
	struct world w = world(.stock = 5);

	storefront(&w, NULL);
	storefront_install(&w);
	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(&w, w.ben.creator.u));
	EXPECT_ERR(connection_end(world_ctx(&w, ANNA), w.anna.connection), OK);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'leaving' and access_sealed is not null");
	world_sql(&w, "update u.offer_discount set state = 'ended'");
	world_clock_advance(&w, 7200000);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'uninstalled' and access_sealed is null");
}

static void who_joins_meanwhile_keeps_the_shop(void)
{
	struct world w = alone();

	EXPECT_ERR(connection_end(world_ctx(&w, ANNA), w.anna.connection), OK);
	expect_status(storefront_connect(&w, BEN, "x", NULL), 303);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active' and access_sealed is not null");
	EXPECT_INT((int64_t)subscriptions(&w), 17);
	expect_sql(&w, 1, "select count(*) from u.connection where creator_id = %s and role = 'owner' and status = 'active'",
		world_uuid(&w, w.ben.creator.u));
}

static void an_uninstalled_shop_disconnects_everybody(void)
{
	struct world w = world(.bare = true);
	bool late;

	world_sql(&w, "update u.shop set installed_at = u.clock() - interval '1 hour'");
	EXPECT_ERR(shop_uninstalled(world_ctx(&w, NOBODY), w.shop, world_now_ms(&w), &late), OK);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 0, "select count(*) from u.connection where status = 'active'");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'");
}

static void a_changed_subscription_is_restored(void)
{
	struct world w = alone();

	world_sql(&w, "update u.webhook_subscription set checked_at = u.clock() - interval '2 days'");
	w.config->base_url = S("http://127.0.0.1:10");
	helper_run(&w, connections_tend_helper.step);
	EXPECT_INT((int64_t)subscriptions(&w), 17);
	expect_sql(&w, 17, "select count(*) from u.webhook_subscription where uri = 'http://127.0.0.1:10/webhooks/shopify'");
}

static void idle_tokens_are_kept_alive(void)
{
	struct world w = alone();

	world_sql(&w, "update u.shop set refreshed_at = u.clock() - interval '8 days'");
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 2, "select token_generation from u.shop where refreshed_at > u.clock() - interval '1 minute'");
}

static void a_shop_that_is_away_is_tried_again(void)
{
	struct world w = world(.bare = true);

	storefront(&w, NULL);
	storefront_install(&w);
	control(&w, "POST", "/faults", "{\"target\":\"graphql\",\"mode\":\"drop\",\"count\":1}");
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.job where kind = 'subscriptions' and state = 'queued' and run_at > u.clock()");
	world_clock_advance(&w, 60000);
	helper_run(&w, connections_tend_helper.step);
	EXPECT_INT((int64_t)subscriptions(&w), 17);
}

static void who_has_sold_longest_follows_the_owner(void)
{
	struct world w = world(.stock = 5, .ben = true);

	EXPECT_ERR(connection_end(world_ctx(&w, ANNA), w.anna.connection), OK);
	expect_events(&w, "CONNECTION_PROMOTED PLATFORM_DISCONNECTED");
	expect_sql(&w, 1, "select count(*) from u.connection where creator_id = %s and role = 'owner' and status = 'active'",
		world_uuid(&w, w.ben.creator.u));
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active'");
	expect_status(tap_at(&w, "v", "/go/benlink1"), 303);
	expect_status(tap(&w, "v"), 410);
	EXPECT_ERR(connection_end(world_ctx(&w, BEN), w.ben.connection), OK);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'leaving'");
	expect_sql(&w, 1, "select count(*) from u.event_log where type = 'CONNECTION_PROMOTED'");
}

static int tried(struct world *w, int i)
{
	struct connection_id id = i % 2 ? w->anna.connection : w->ben.connection;
	enum person who = i % 2 ? ANNA : BEN;

	if (i < 2)
		return storefront_connect(w, who, "x", NULL).status;
	return ask(w, (struct asking){ .method = DELETE, .as = who, .key = str_z(w->mem, str_fmt(w->mem, "k%d", i)),
		.path = str_z(w->mem, str_fmt(w->mem, "/connections/" STR_FMT, STR_ARG(ID_TEXT(w->mem, connection, id)))) }).status;
}

/* "Try again in a moment" is an answer on a busy machine. */
static int come_or_go(struct world *w, int i)
{
	int status = 503;

	for (int n = 0; n < 10 && status == 503; n++)
		status = tried(w, i);
	if (status != (i < 2 ? 303 : 204))
		fprintf(stderr, "come_or_go %d: %d\n", i, status);
	return status == (i < 2 ? 303 : 204) ? 0 : 1;
}

/* Both leave twice and join once, all at a time: whatever the order, a shop that somebody sells from is installed and has one owner. */
static void joining_and_leaving_at_once_leaves_one_owner_or_nobody(void)
{
	struct world w = world(.stock = 5, .ben = true);
	int codes[6];

	storefront(&w, NULL);
	storefront_install(&w);
	for (int round = 0; round < 5; round++) {
		fork_many(&w, 6, come_or_go, codes);
		for (size_t i = 0; i < COUNT(codes); i++)
			EXPECT_INT(codes[i], 0);
		expect_sql(&w, 0, "select count(*) from u.shop s where (s.status = 'active') <> exists"
			" (select 1 from u.connection n where n.shop_id = s.id and n.status = 'active')");
		expect_sql(&w, 1, "select count(*) filter (where role = 'owner') = least(count(*), 1) from u.connection where status = 'active'");
	}
}

/* What backed off, was given up, or waited for the shop is due as soon as its owner has connected it again. */
static void a_reconnect_resumes_all_that_waited(void)
{
	struct world w = world(.stock = 5);

	storefront(&w, NULL);
	storefront_install(&w);
	helper_run(&w, connections_tend_helper.step);
	control(&w, "POST", "/shops/x.myshopify.com/uninstall", "{}");
	world_sql(&w, "update u.shop set access_expires_at = u.clock(); update u.webhook_subscription set checked_at = u.clock() - interval '2 days';"
		"update u.offer_discount set problem = 'x', retry_at = u.clock() + interval '1 hour'");
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'needs_reconnect'");
	world_sql(&w, "insert into u.job (id, kind, dedupe, shop_id, state, problem, done_at)"
		" values (gen_random_uuid(), 'shop_confirm', 'x', %s, 'dead', 'given up', u.clock())", world_uuid(&w, w.shop.u));
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
	helper_run(&w, connections_tend_helper.step);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'healthy' and call_after is null");
	EXPECT_INT((int64_t)subscriptions(&w), 17);
	expect_sql(&w, 0, "select count(*) from u.job where state = 'dead'");
	expect_sql(&w, 0, "select count(*) from u.offer_discount where retry_at > u.clock()");
}

static const CU_TestInfo tests[] = {
	T(who_has_sold_longest_follows_the_owner),
	T(joining_and_leaving_at_once_leaves_one_owner_or_nobody),
	T(a_reconnect_resumes_all_that_waited),
	T(the_last_who_leaves_takes_everything_along),
	T(discounts_go_first),
	T(who_joins_meanwhile_keeps_the_shop),
	T(an_uninstalled_shop_disconnects_everybody),
	T(a_changed_subscription_is_restored),
	T(idle_tokens_are_kept_alive),
	T(a_shop_that_is_away_is_tried_again),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cron_connections_tend = { "cron/connections_tend", tests };
