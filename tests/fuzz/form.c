/* form: an application/x-www-form-urlencoded body (lib/web/request.c). */
#include <stdlib.h>
#include <string.h>

#include "lib/web/web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str form_header(const void *from, const char *name)
{
	(void)from;
	return strcmp(name, "CONTENT_TYPE") == 0 ? S("application/x-www-form-urlencoded") : (struct str){ 0 };
}

static void must(bool so)
{
	if (!so)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(1 << 22);
	struct ctx *c = NEW(mem, struct ctx);
	struct req *q = NEW(mem, struct req);

	c->mem = mem;
	q->header_of = form_header;
	q->body = (struct str){ (const char *)data, size };
	if (req_parse(c, S("/form"), q) == OK) {
		must(q->form_n <= WEB_PAIRS_MAX);
		for (size_t i = 0; i < q->form_n; i++)
			must(str_utf8(q->form[i].name) && str_utf8(q->form[i].value));
	}
	arena_free(mem);
	return 0;
}
