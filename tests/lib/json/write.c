/* write.c: what we answer. */
#include "lib/json/json.h"
#include "tests/suite.h"

static void commas_and_nesting_take_care_of_themselves(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct jw w = jw_new(mem, 4096);

	jw_object(&w);
	jw_kstr(&w, "a", S("x\"y"));
	jw_key(&w, "list");
	jw_list(&w);
	jw_int(&w, INT64_MIN);
	jw_list(&w);
	jw_end(&w);
	jw_object(&w);
	jw_end(&w);
	jw_null(&w);
	jw_end(&w);
	jw_kbool(&w, "on", true);
	jw_key(&w, "raw");
	jw_raw(&w, S("{\"k\":[1]}"));
	jw_kint(&w, "n", 0);
	jw_end(&w);
	EXPECT_STR(jw_done(&w), "{\"a\":\"x\\\"y\",\"list\":[-9223372036854775808,[],{},null],\"on\":true,"
				"\"raw\":{\"k\":[1]},\"n\":0}");
	arena_free(mem);
}

static void money_times_and_ids_have_one_form(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct jw w = jw_new(mem, 4096);
	struct uuid u = { { 0 } };

	jw_list(&w);
	jw_money(&w, (struct money){ -5, { "JPY" } });
	jw_time(&w, 1000);
	jw_time(&w, 0);
	jw_id(&w, ID_link, u);
	u.b[15] = 1;
	jw_id(&w, ID_link, u);
	jw_end(&w);
	EXPECT_STR(jw_done(&w), "[{\"minor\":-5,\"currency\":\"JPY\"},\"1970-01-01T00:00:01Z\",null,null,"
				"\"link_00000000000000000000000001\"]");
	arena_free(mem);
}

static void one_value_alone_is_a_document(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct jw w = jw_new(mem, 4096);

	jw_str(&w, S("\xFF"));
	EXPECT_STR(jw_done(&w), "\"\xEF\xBF\xBD\"");
	arena_free(mem);
}

static void leave_open(void *mem)
{
	struct jw w = jw_new(mem, 100);

	jw_object(&w);
	jw_done(&w);
}

static void value_without_key(void *mem)
{
	struct jw w = jw_new(mem, 100);

	jw_object(&w);
	jw_int(&w, 1);
}

static void key_without_value(void *mem)
{
	struct jw w = jw_new(mem, 100);

	jw_object(&w);
	jw_key(&w, "a");
	jw_end(&w);
}

static void key_in_a_list(void *mem)
{
	struct jw w = jw_new(mem, 100);

	jw_list(&w);
	jw_key(&w, "a");
}

static void too_much(void *mem)
{
	struct jw w = jw_new(mem, 4);

	jw_str(&w, S("far too long"));
	jw_done(&w);
}

static void a_mistake_of_ours_aborts(void)
{
	struct arena *mem = arena_new(1 << 20);

	EXPECT_ABORT(leave_open, mem);
	EXPECT_ABORT(value_without_key, mem);
	EXPECT_ABORT(key_without_value, mem);
	EXPECT_ABORT(key_in_a_list, mem);
	EXPECT_ABORT(too_much, mem);
	arena_free(mem);
}

static const CU_TestInfo tests[] = {
	T(commas_and_nesting_take_care_of_themselves),
	T(money_times_and_ids_have_one_form),
	T(one_value_alone_is_a_document),
	T(a_mistake_of_ours_aborts),
	CU_TEST_INFO_NULL,
};

const struct suite suite_json_write = { "lib/json/write", tests };
