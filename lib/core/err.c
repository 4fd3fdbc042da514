/* err.c: the table of refusals, and the one place that records them. */
#include "lib/core/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/core/ctx.h"

#define DETAIL_MAX 1024

static const struct err_row rows[] = {
	{ "OK", 200, "ok", "All is well" },
#define ERR(name, status, type, title) { #name, status, type, title },
#include "lib/core/err.def"
#undef ERR
};

const struct err_row *err_row(enum err e)
{
	assert(e >= OK && e < ERR_COUNT);
	return &rows[e];
}

void err_fail(struct ctx *c, enum err e, const char *file, int line, const char *format, ...)
{
	char detail[DETAIL_MAX];
	va_list args;

	assert(e != OK);
	if (c->failed != OK)
		return;
	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	c->failed = e;
	c->failed_file = file;
	c->failed_line = line;
	c->failed_detail = str_copy(c->mem, str_of(detail));
}
