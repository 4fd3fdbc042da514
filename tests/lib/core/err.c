/* err.c: the table of refusals, FAIL, TRY and the collected fields. */
#include "lib/core/err.h"

#include "lib/core/ctx.h"
#include "tests/suite.h"

static enum err sold_out(struct ctx *c)
{
	return FAIL(c, ERR_SOLD_OUT, "fewer than %d units free", 3);
}

static enum err passes_it_up(struct ctx *c)
{
	TRY(sold_out(c));
	return OK;
}

static void every_row_can_be_shown(void)
{
	EXPECT_STR(str_of(err_row(ERR_SOLD_OUT)->name), "SOLD_OUT");
	EXPECT_INT(err_row(ERR_SOLD_OUT)->status, 409);
	EXPECT_INT(err_row(OK)->status, 200);
	for (int e = 1; e < ERR_COUNT; e++) {
		const struct err_row *row = err_row((enum err)e);

		EXPECT(row->status >= 400 && row->status < 600);
		EXPECT(row->type[0] && row->title[0]);
		for (int other = 1; other < e; other++)
			EXPECT(!str_eq(str_of(row->type), str_of(err_row((enum err)other)->type)));
	}
}

static void only_the_first_failure_is_kept(void)
{
	struct ctx c = { .mem = arena_new(65536) };
	int line;

	EXPECT_ERR(passes_it_up(&c), ERR_SOLD_OUT);
	line = c.failed_line;
	EXPECT_ERR(FAIL(&c, ERR_INTERNAL, "later"), ERR_INTERNAL);
	EXPECT_ERR(c.failed, ERR_SOLD_OUT);
	EXPECT_STR(c.failed_detail, "fewer than 3 units free");
	EXPECT(line > 0 && c.failed_line == line);
	EXPECT(str_ends(str_of(c.failed_file), S("err.c")));
	arena_free(c.mem);
}

static void a_long_detail_is_cut(void)
{
	struct ctx c = { .mem = arena_new(65536) };

	EXPECT_ERR(FAIL(&c, ERR_INTERNAL, "%05000d", 1), ERR_INTERNAL);
	EXPECT_INT((int64_t)c.failed_detail.n, 1023);
	arena_free(c.mem);
}

static void bad_fields_are_collected_and_then_refused(void)
{
	struct ctx c = { .mem = arena_new(65536) };

	EXPECT_ERR(fields_must_be_good(&c), OK);
	field_bad(&c, "units", "%d to %d", 1, 20);
	field_bad(&c, "title", "text of 1 to 80 characters");
	EXPECT_ERR(fields_must_be_good(&c), ERR_BAD_INPUT);
	EXPECT_INT((int64_t)c.fields_n, 2);
	EXPECT_STR(c.fields[0].field, "units");
	EXPECT_STR(c.fields[0].says, "1 to 20");
	arena_free(c.mem);
}

static void bad_fields_past_the_maximum_are_dropped(void)
{
	struct ctx c = { .mem = arena_new(65536) };

	for (int i = 0; i < 100; i++)
		field_bad(&c, "units", "bad");
	EXPECT_INT((int64_t)c.fields_n, CTX_FIELDS_MAX);
	arena_free(c.mem);
}

static const CU_TestInfo tests[] = {
	T(every_row_can_be_shown),
	T(only_the_first_failure_is_kept),
	T(a_long_detail_is_cut),
	T(bad_fields_are_collected_and_then_refused),
	T(bad_fields_past_the_maximum_are_dropped),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_err = { "lib/core/err", tests };
