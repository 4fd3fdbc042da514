/* ctx.c: what was wrong with the input, collected. */
#include "lib/core/ctx.h"

#include <stdarg.h>
#include <stdio.h>

#define SAYS_MAX 256
#define FIELD_MAX 128

void field_bad(struct ctx *c, const char *field, const char *says, ...)
{
	char text[SAYS_MAX];
	va_list args;

	if (c->fields_n == CTX_FIELDS_MAX)
		return;
	va_start(args, says);
	vsnprintf(text, sizeof(text), says, args);
	va_end(args);
	c->fields[c->fields_n++] = (struct field_error){
		str_copy(c->mem, str_slice(str_of(field), 0, FIELD_MAX)), str_copy(c->mem, str_of(text)) };
}

enum err fields_must_be_good(struct ctx *c)
{
	if (!c->fields_n)
		return OK;
	return FAIL(c, ERR_BAD_INPUT, "%zu bad fields, the first is " STR_FMT, c->fields_n, STR_ARG(c->fields[0].field));
}
