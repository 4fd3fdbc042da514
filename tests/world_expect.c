/* world_expect.c: what a test says about an answer, with a message that shows what came instead. */
#include <CUnit/CUnit.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/world_inside.h"

static void expect(bool is_so, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void expect(bool is_so, const char *file, int line, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	CU_assertImplementation(is_so ? CU_TRUE : CU_FALSE, (unsigned)line, text, file, "", CU_FALSE);
}

static struct str cut(struct str s)
{
	return str_slice(s, 0, 400);
}

void world_expect_status(struct got got, int want, const char *file, int line)
{
	expect(got.status == want, file, line, "status %d, not %d; %s:%d " STR_FMT "; " STR_FMT, got.status, want,
		got.file != NULL ? got.file : "", got.line, STR_ARG(cut(got.detail)), STR_ARG(cut(got.body)));
}

void world_expect_header(struct got got, const char *name, const char *want, const char *file, int line)
{
	struct str is = got_header(got, name);

	if (want == NULL)
		expect(is.n == 0, file, line, "%s: " STR_FMT " should not be there", name, STR_ARG(cut(is)));
	else
		expect(str_eq(is, str_of(want)), file, line, "%s: " STR_FMT ", not %s (status %d)", name,
			STR_ARG(cut(is)), want, got.status);
}

void world_expect_same(struct got a, struct got b, const char *name, const char *file, int line)
{
	struct str x = got_header(a, name), y = got_header(b, name);

	expect(x.n > 0 && str_eq(x, y), file, line, "%s: " STR_FMT " and " STR_FMT, name, STR_ARG(cut(x)), STR_ARG(cut(y)));
}

void world_expect_body(struct got got, const char *text, bool has, const char *file, int line)
{
	bool found = str_find(got.body, 0, str_of(text)) != SIZE_MAX;

	expect(found == has, file, line, "the body %s %s: " STR_FMT, has ? "lacks" : "has", text, STR_ARG(cut(got.body)));
}

void world_expect_problem(struct got got, const char *type, const char *file, int line)
{
	for (int e = 1; e < ERR_COUNT; e++) {
		const struct err_row *row = err_row((enum err)e);

		if (strcmp(row->type, type) != 0)
			continue;
		expect(got.failed == (enum err)e && got.status == row->status, file, line,
			"%s with status %d, not %s; %s:%d " STR_FMT, got.failed != OK ? err_row(got.failed)->type : "no problem",
			got.status, type, got.file != NULL ? got.file : "", got.line, STR_ARG(cut(got.detail)));
		return;
	}
	expect(false, file, line, "err.def has no %s", type);
}

void world_expect_field(struct got got, const char *field, const char *file, int line)
{
	char text[128];

	snprintf(text, sizeof text, "\"field\":\"%s\"", field);
	expect(got.status == 422 && str_find(got.body, 0, str_of(text)) != SIZE_MAX, file, line,
		"status %d does not name field %s: " STR_FMT, got.status, field, STR_ARG(cut(got.body)));
}

void world_expect_events(struct world *w, const char *types, const char *file, int line)
{
	struct str is = world_text(w, "select coalesce(string_agg(type, ' ' order by epoch, xid, type), '') from u.event_log");

	expect(str_eq(is, str_of(types)), file, line, "events are " STR_FMT ", not %s", STR_ARG(cut(is)), types);
}

void world_expect_int(struct world *w, int64_t want, const char *file, int line, const char *format, ...)
{
	va_list args;
	int64_t is;

	va_start(args, format);
	is = world_int_of(w, format, args);
	va_end(args);
	expect(is == want, file, line, "%s: %lld, not %lld", format, (long long)is, (long long)want);
}
