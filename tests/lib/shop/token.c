#include "lib/shop/shop.h"
#include "tests/storefront.h"
#include "tests/suite.h"

static struct world installed(void)
{
	struct world w = world(.bare = true);

	storefront(&w, NULL);
	storefront_install(&w);
	return w;
}

static enum err identify(struct world *w, struct ctx *c)
{
	struct platform_identity identity = { 0 };
	struct shop_door door;

	TRY(shop_open(c, w->shop, &door));
	return shop_heard(c, &door, door.platform->identify(c, &door.call, &identity));
}

static void a_fresh_token_is_used_as_it_is(void)
{
	struct world w = installed();

	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), OK);
	expect_sql(&w, 1, "select token_generation from u.shop");
}

static void a_token_near_its_end_is_replaced_first(void)
{
	struct world w = installed();

	world_sql(&w, "update u.shop set access_expires_at = u.clock() + interval '4 minutes'");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), OK);
	expect_sql(&w, 2, "select token_generation from u.shop where access_expires_at > u.clock() + interval '59 minutes' and token_lease is null");
}

static int refresh_one(struct world *w, int i)
{
	(void)i;
	return identify(w, world_ctx(w, NOBODY)) == OK ? 0 : 1;
}

static void twenty_at_once_replace_it_once(void)
{
	struct world w = installed();
	int codes[20];

	world_sql(&w, "update u.shop set access_expires_at = u.clock()");
	fork_many(&w, 20, refresh_one, codes);
	for (size_t i = 0; i < COUNT(codes); i++)
		EXPECT_INT(codes[i], 0);
	expect_sql(&w, 2, "select token_generation from u.shop");
}

static void a_lost_answer_loses_nothing(void)
{
	struct world w = installed();

	world_sql(&w, "update u.shop set access_expires_at = u.clock()");
	control(&w, "POST", "/faults", "{\"target\":\"token\",\"mode\":\"lost_answer\",\"count\":1}");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), ERR_PLATFORM_AWAY);
	expect_sql(&w, 1, "select count(*) from u.shop where token_generation = 1 and token_lease is null and call_failures = 1");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), ERR_PLATFORM_SLOW);
	world_clock_advance(&w, 5000);
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), OK);
	expect_sql(&w, 2, "select token_generation from u.shop where call_failures = 0");
}

static void a_process_that_died_with_the_lease_keeps_nobody_waiting_for_ever(void)
{
	struct world w = installed();

	world_sql(&w, "update u.shop set access_expires_at = u.clock() + interval '1 minute', token_lease = gen_random_uuid(),"
		" token_lease_until = u.clock() + interval '35 seconds'");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), OK); /* still usable */
	expect_sql(&w, 1, "select token_generation from u.shop");
	world_clock_advance(&w, 36000);
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), OK);
	expect_sql(&w, 2, "select token_generation from u.shop");
}

static void an_answer_without_expiry_is_no_answer(void)
{
	struct world w = installed();

	world_sql(&w, "update u.shop set access_expires_at = u.clock()");
	control(&w, "POST", "/faults", "{\"target\":\"token\",\"mode\":\"garbage\",\"count\":1}");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), ERR_PLATFORM_AWAY);
	expect_sql(&w, 1, "select count(*) from u.shop where token_generation = 1 and refresh_sealed is not null");
}

static void a_dead_refresh_token_needs_the_owner(void)
{
	struct world w = installed();

	control(&w, "POST", "/shops/x.myshopify.com/uninstall", "{}");
	world_sql(&w, "update u.shop set access_expires_at = u.clock()");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), ERR_PLATFORM_DENIED);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'needs_reconnect' and health_reason = 'invalid_grant' and call_after > u.clock()");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'");
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'healthy'");
}

/* A slow process asks again with the old token after another has stored its pair: the shop then knows a newer pair than we do. */
static void a_pair_that_the_shop_took_back_is_followed_by_the_one_before(void)
{
	struct world w = installed();
	struct str before;

	before = world_text(&w, "select refresh_sealed from u.shop");
	EXPECT_ERR(shop_refresh(world_ctx(&w, NOBODY), w.shop), OK);
	expect_sql(&w, 1, "select count(*) from u.shop where token_generation = 2 and refresh_before_sealed = '" STR_FMT "'", STR_ARG(before));
	world_sql(&w, "create temporary table mine as select access_sealed, refresh_sealed from u.shop;"
		"update u.shop set refresh_sealed = refresh_before_sealed, access_expires_at = u.clock()");
	control(&w, "POST", "/faults", "{\"target\":\"token\",\"mode\":\"lost_answer\",\"count\":1}");
	EXPECT_ERR(shop_refresh(world_ctx(&w, NOBODY), w.shop), ERR_PLATFORM_AWAY);
	world_sql(&w, "update u.shop s set refresh_sealed = m.refresh_sealed, access_sealed = m.access_sealed, call_after = null from mine m");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), OK);
	expect_sql(&w, 3, "select token_generation from u.shop where health = 'healthy'");
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'");
	EXPECT_ERR(shop_refresh(world_ctx(&w, NOBODY), w.shop), OK);
}

/* Refused with what it has, while somebody connects again: what was refused is not what there is now. */
static void a_refusal_that_comes_late_says_nothing(void)
{
	struct world w = installed();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct shop_door door;

	EXPECT_ERR(shop_open(c, w.shop, &door), OK);
	door.call.reason = S("scope");
	expect_status(storefront_connect(&w, ANNA, "x", NULL), 303);
	EXPECT_ERR(shop_heard(c, &door, ERR_PLATFORM_DENIED), ERR_RETRY);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'healthy' and call_after is null");
	EXPECT_ERR(shop_open(c, w.shop, &door), OK);
	door.call.reason = S("scope");
	EXPECT_ERR(shop_heard(c, &door, ERR_PLATFORM_DENIED), ERR_PLATFORM_DENIED);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'needs_reconnect' and health_reason = 'scope'");
}

static void being_away_heals_nothing_and_hides_nothing(void)
{
	struct world w = installed();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct shop_door door;

	EXPECT_ERR(shop_open(c, w.shop, &door), OK);
	EXPECT_ERR(shop_health_put(c, w.shop, S("needs_reconnect"), S("scope")), OK);
	for (int i = 0; i < 4; i++) {
		door.call.reason = S("no-answer");
		EXPECT_ERR(shop_heard(c, &door, ERR_PLATFORM_AWAY), ERR_PLATFORM_AWAY);
	}
	door.troubled = true;
	EXPECT_ERR(shop_heard(c, &door, OK), OK);
	expect_sql(&w, 1, "select count(*) from u.shop where health = 'needs_reconnect' and health_reason = 'scope' and call_failures = 0");
	expect_sql(&w, 2, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'"); /* one change, two creators */
}

static void a_shop_that_lets_us_wait_rests_in_proportion(void)
{
	struct world w = installed();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct shop_door door;

	EXPECT_ERR(shop_open(c, w.shop, &door), OK);
	EXPECT(door.call.until_ms == door.opened_ms + 4 * w.config->net_total_ms);
	door.opened_ms -= 15000;
	EXPECT_ERR(shop_heard(c, &door, ERR_PLATFORM_AWAY), ERR_PLATFORM_AWAY);
	expect_sql(&w, 1, "select count(*) from u.shop where call_after - u.clock() between interval '130 seconds' and interval '170 seconds'");
	world_clock_advance(&w, 180000);
	EXPECT_ERR(shop_open(c, w.shop, &door), OK);
	door.call.until_ms = 1; /* the visit has been too long already: no call */
	EXPECT_ERR(shop_heard(c, &door, door.platform->identify(c, &door.call, &(struct platform_identity){ 0 })), ERR_PLATFORM_AWAY);
	EXPECT_STR(door.call.reason, "slow");
}

static void an_uninstall_forgets_at_once_and_a_late_one_does_nothing(void)
{
	struct world w = installed();
	bool late;

	EXPECT_ERR(shop_uninstalled(world_ctx(&w, NOBODY), w.shop, world_now_ms(&w) - 3600000, &late), OK);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'active'");
	world_sql(&w, "update u.shop set installed_at = u.clock() - interval '2 hours'");
	EXPECT_ERR(shop_uninstalled(world_ctx(&w, NOBODY), w.shop, world_now_ms(&w) - 3600000, &late), OK);
	EXPECT(!late);
	expect_sql(&w, 1, "select count(*) from u.shop where status = 'uninstalled' and access_sealed is null and refresh_sealed is null");
	expect_sql(&w, 1, "select count(*) from u.job where kind = 'shop_uninstalled'");
	EXPECT_ERR(identify(&w, world_ctx(&w, NOBODY)), ERR_SHOP_CLOSED);
}

static const CU_TestInfo tests[] = {
	T(a_fresh_token_is_used_as_it_is),
	T(a_token_near_its_end_is_replaced_first),
	T(twenty_at_once_replace_it_once),
	T(a_lost_answer_loses_nothing),
	T(a_process_that_died_with_the_lease_keeps_nobody_waiting_for_ever),
	T(an_answer_without_expiry_is_no_answer),
	T(a_dead_refresh_token_needs_the_owner),
	T(a_pair_that_the_shop_took_back_is_followed_by_the_one_before),
	T(a_refusal_that_comes_late_says_nothing),
	T(being_away_heals_nothing_and_hides_nothing),
	T(a_shop_that_lets_us_wait_rests_in_proportion),
	T(an_uninstall_forgets_at_once_and_a_late_one_does_nothing),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_shop_token = { "lib/shop/token", tests };
