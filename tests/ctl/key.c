/* unifyedctl key: everything ends up under the first key, while others write, and nothing is lost that cannot be opened. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "lib/inbox/inbox.h"
#include "lib/shop/shop.h"
#include "tests/storefront.h"
#include "tests/suite.h"

#define OLD "old:1111111111111111111111111111111111111111111111111111111111111111"
#define YOUNG "new:2222222222222222222222222222222222222222222222222222222222222222"

static int silently(struct world *w, ctl_run *command)
{
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY), code;

	fflush(NULL);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	code = command(world_ctx(w, NOBODY), 0, NULL);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(null);
	return code;
}

/* A shop with tokens and 120 bodies, all under the old key. */
static struct world sealed(void)
{
	struct world w = world(.bare = true);

	storefront(&w, NULL);
	w.config->key_ring = S(OLD);
	storefront_install(&w);
	for (int i = 0; i < 120; i++) {
		struct ctx *c = world_ctx(&w, NOBODY);
		struct delivery_id id = { uuid_new(world_now_ms(&w)) };

		world_sql(&w, "insert into u.webhook_inbox (id, platform, shop_domain, topic, webhook_id, body_sealed)"
			" values (%s, 'shopify', 'x.myshopify.com', 'orders/create', 'w%d', '" STR_FMT "')", world_uuid(&w, id.u), i,
			STR_ARG(crypto_seal(c, str_fmt(c->mem, "{\"n\":%d}", i), inbox_bound(c, id))));
	}
	return w;
}

static void everything_is_sealed_anew_and_the_old_key_can_go(void)
{
	struct world w = sealed();
	struct shop_door door;

	EXPECT_INT(silently(&w, key_status_run), 0);
	w.config->key_ring = S(YOUNG "," OLD);
	EXPECT_INT(silently(&w, key_rotate_run), 0);
	expect_sql(&w, 120, "select count(*) from u.webhook_inbox where body_sealed like 'v1.new.%%'");
	expect_sql(&w, 1, "select count(*) from u.shop where access_sealed like 'v1.new.%%' and refresh_sealed like 'v1.new.%%'");
	w.config->key_ring = S(YOUNG);
	EXPECT_INT(silently(&w, key_status_run), 0);
	EXPECT_INT(silently(&w, key_rotate_run), 0);
	EXPECT_ERR(shop_open(world_ctx(&w, NOBODY), w.shop, &door), OK);
	EXPECT_ERR(shop_refresh(world_ctx(&w, NOBODY), w.shop), OK);
}

static void a_missing_key_is_told_and_loses_nothing(void)
{
	struct world w = sealed();

	w.config->key_ring = S(YOUNG);
	EXPECT_INT(key_check(world_ctx(&w, NOBODY)), CTL_FAILED);
	EXPECT_INT(silently(&w, key_rotate_run), CTL_FAILED);
	expect_sql(&w, 120, "select count(*) from u.webhook_inbox where body_sealed like 'v1.old.%%'");
	w.config->key_ring = S(YOUNG "," OLD);
	EXPECT_INT(silently(&w, key_rotate_run), 0);
	EXPECT_INT(key_check(world_ctx(&w, NOBODY)), 0);
}

static void one_text_that_was_changed_stops_nothing_else(void)
{
	struct world w = sealed();

	world_sql(&w, "update u.webhook_inbox set body_sealed = 'v1.old.AAAA' where webhook_id = 'w60'");
	w.config->key_ring = S(YOUNG "," OLD);
	EXPECT_INT(silently(&w, key_rotate_run), CTL_FAILED);
	expect_sql(&w, 119, "select count(*) from u.webhook_inbox where body_sealed like 'v1.new.%%'");
	expect_sql(&w, 1, "select count(*) from u.webhook_inbox where body_sealed = 'v1.old.AAAA'");
}

/* Half of them turn the ring, the others replace the pair, each of them knowing both keys. */
static int turn_or_refresh(struct world *w, int i)
{
	struct ctx *c = world_ctx(w, NOBODY);

	if (i % 2)
		return shop_refresh(c, w->shop) == OK ? 0 : 1;
	w->config->key_ring = i % 4 ? S(YOUNG "," OLD) : S(OLD "," YOUNG);
	return silently(w, key_rotate_run) == 0 ? 0 : 2;
}

static void a_pair_replaced_meanwhile_is_not_undone(void)
{
	struct world w = sealed();
	struct shop_door door;
	int codes[8];

	w.config->key_ring = S(YOUNG "," OLD);
	for (int round = 0; round < 4; round++) {
		fork_many(&w, 8, turn_or_refresh, codes);
		for (size_t i = 1; i < COUNT(codes); i += 2)
			EXPECT_INT(codes[i], 0);
	}
	EXPECT_ERR(shop_open(world_ctx(&w, NOBODY), w.shop, &door), OK);
	EXPECT_ERR(shop_heard(world_ctx(&w, NOBODY), &door,
		door.platform->identify(world_ctx(&w, NOBODY), &door.call, &(struct platform_identity){ 0 })), OK);
	EXPECT_ERR(shop_refresh(world_ctx(&w, NOBODY), w.shop), OK);
	expect_sql(&w, 0, "select count(*) from u.event_log where type = 'CONNECTION_HEALTH'");
	EXPECT_INT(silently(&w, key_rotate_run), 0);
	expect_sql(&w, 120, "select count(*) from u.webhook_inbox where body_sealed like 'v1.new.%%'");
}

static const CU_TestInfo tests[] = {
	T(everything_is_sealed_anew_and_the_old_key_can_go),
	T(a_missing_key_is_told_and_loses_nothing),
	T(one_text_that_was_changed_stops_nothing_else),
	T(a_pair_replaced_meanwhile_is_not_undone),
	CU_TEST_INFO_NULL,
};
const struct suite suite_ctl_key = { "ctl/key", tests };
