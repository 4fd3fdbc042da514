#include "lib/checkout/visitor.h"

#include <string.h>

#include "tests/suite.h"
#include "tests/world.h"

static struct uuid visitor_of(struct ctx *c)
{
	return uuid_new(c->now_ms);
}

static void a_token_names_its_visitor(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct uuid visitor = visitor_of(c), read = { 0 };
	struct str token = visitor_token(c, S("cookie"), visitor);

	EXPECT_INT((int64_t)token.n, 72);
	EXPECT(visitor_read(c, S("cookie"), token, VISITOR_COOKIE_S, &read, NULL));
	EXPECT(uuid_eq(visitor, read));
}

static void a_token_of_one_use_is_none_for_another(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct uuid read;
	struct str token = visitor_token(c, S("form:annalink1"), visitor_of(c));

	EXPECT(visitor_read(c, S("form:annalink1"), token, 60, &read, NULL));
	EXPECT(!visitor_read(c, S("cookie"), token, 60, &read, NULL));
	EXPECT(!visitor_read(c, S("form:benlink1"), token, 60, &read, NULL));
	EXPECT(!visitor_read(c, S(""), token, 60, &read, NULL));
}

static void every_changed_character_is_noticed(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str token = visitor_token(c, S("cookie"), visitor_of(c));
	struct uuid read;

	for (size_t i = 0; i < token.n; i++) {
		struct str forged = str_copy(c->mem, token);

		((char *)(uintptr_t)forged.p)[i] = token.p[i] == 'A' ? 'B' : 'A';
		EXPECT(!visitor_read(c, S("cookie"), forged, VISITOR_COOKIE_S, &read, NULL));
	}
}

static void garbage_is_nobody(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str token = visitor_token(c, S("cookie"), visitor_of(c));
	const struct str garbage[] = {
		S(""), S("x"), S("null"), str_slice(token, 0, 71), str_fmt(c->mem, STR_FMT "A", STR_ARG(token)),
		S("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"),
		S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		S("\xff\xfe\xfd"),
	};
	struct uuid read;

	for (size_t i = 0; i < COUNT(garbage); i++)
		EXPECT(!visitor_read(c, S("cookie"), garbage[i], VISITOR_COOKIE_S, &read, NULL));
}

static void a_token_grows_old_and_cannot_come_from_tomorrow(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str token = visitor_token(c, S("cookie"), visitor_of(c));
	int64_t now_ms = c->now_ms;
	struct uuid read;

	c->now_ms = now_ms + VISITOR_COOKIE_S * INT64_C(1000);
	EXPECT(visitor_read(c, S("cookie"), token, VISITOR_COOKIE_S, &read, NULL));
	c->now_ms += 1000;
	EXPECT(!visitor_read(c, S("cookie"), token, VISITOR_COOKIE_S, &read, NULL));
	c->now_ms = now_ms - 50 * 1000;
	EXPECT(visitor_read(c, S("cookie"), token, VISITOR_COOKIE_S, &read, NULL));
	c->now_ms = now_ms - 3600 * 1000;
	EXPECT(!visitor_read(c, S("cookie"), token, VISITOR_COOKIE_S, &read, NULL));
}

static void another_key_ring_knows_nobody(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY);
	struct str token = visitor_token(c, S("cookie"), visitor_of(c));
	struct uuid read;

	w.config->key_ring = S("k2:f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	EXPECT(!visitor_read(c, S("cookie"), token, VISITOR_COOKIE_S, &read, NULL));
}

static void a_request_handed_on_twice_is_one_visitor(void)
{
	struct world w = world();
	struct ctx *c = world_ctx(&w, NOBODY), *other = world_ctx(&w, NOBODY);
	struct uuid first = visitor_first(c);

	EXPECT(uuid_eq(first, visitor_first(c)));
	EXPECT(!uuid_eq(first, visitor_first(other)));
	EXPECT(!uuid_is_nil(first));
}

static const CU_TestInfo tests[] = {
	T(a_token_names_its_visitor),
	T(a_token_of_one_use_is_none_for_another),
	T(every_changed_character_is_noticed),
	T(garbage_is_nobody),
	T(a_token_grows_old_and_cannot_come_from_tomorrow),
	T(another_key_ring_knows_nobody),
	T(a_request_handed_on_twice_is_one_visitor),
	CU_TEST_INFO_NULL,
};
const struct suite suite_checkout_visitor = { "lib/checkout/visitor", tests };
