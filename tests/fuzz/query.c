/* query: the address of a request (lib/web/request.c). What is read is text without NUL, and within the limits. */
#include <stdlib.h>

#include "lib/web/web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str no_header(const void *from, const char *name)
{
	(void)from;
	(void)name;
	return (struct str){ 0 };
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
	q->header_of = no_header;
	if (req_parse(c, (struct str){ (const char *)data, size }, q) == OK) {
		must(q->path.n > 0 && q->path.p[0] == '/' && str_utf8(q->path));
		must(str_find(q->path, 0, S("//")) == SIZE_MAX && str_find(q->path, 0, S("/../")) == SIZE_MAX);
		must(q->args_n <= WEB_PAIRS_MAX);
		for (size_t i = 0; i < q->args_n; i++)
			must(str_utf8(q->args[i].name) && str_utf8(q->args[i].value));
	}
	arena_free(mem);
	return 0;
}
