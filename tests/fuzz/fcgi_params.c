/* fcgi_params: all parameters of a request through the whole loop, to routes that need no database.
 * Input: "NAME=value" pairs, each ended by NUL; the body is what stands after an empty pair.
 * Every answer has a status and headers that hold no line end. The loop logs each request: use -close_fd_mask=2.
 */
#include <stdlib.h>

#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/web/web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err echo(struct ctx *c, const struct req *q, struct res *r)
{
	struct page page;
	struct uuid id;

	TRY(req_page(c, q, ID_offer, &page));
	TRY(req_if_match(c, q, 3));
	if (req_param(q, "id").n > 0)
		TRY(req_id(c, q, "id", ID_offer, &id));
	res_etag(r, page.limit);
	return res_text(r, 200, "text/plain", req_arg(q, "say"));
}

static const struct route routes[] = {
	{ GET, "/fuzz/:id", echo, .who = ANYONE, .tx = TX_NONE },
	{ GET, "/fuzz", echo, .who = MAYBE, .tx = TX_READ },
	{ POST, "/fuzz", echo, .who = ANYONE, .tx = TX_NONE, .page = true },
	{ PUT, "/fuzz", echo, .who = PLATFORM, .tx = TX_NONE, .body_max = 32 },
	{ DELETE, "/fuzz/@:id/x", echo, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT, .page = true },
};

static const struct app app = { "fuzz", "api", routes, COUNT(routes) };

static struct str param_of(const void *from, const char *name)
{
	struct str rest = *(const struct str *)from;

	while (rest.n > 0) {
		struct str value = str_cut(&rest, '\0'), key;

		if (value.n == 0)
			break;
		key = str_cut(&value, '=');
		if (str_eq(key, str_of(name)))
			return value;
	}
	return (struct str){ 0 };
}

static void check(const struct res *r)
{
	if (r->status < 200 || r->status > 599)
		abort();
	for (size_t i = 0; i < r->headers_n; i++) {
		if (str_find(r->headers[i].value, 0, S("\n")) != SIZE_MAX || str_find(r->headers[i].value, 0, S("\r")) != SIZE_MAX)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config config = { .database = { "host=/nonexistent", 17 },
		.base_url = { "https://unifyed.test", 20 }, .body_max_bytes = 1024, .arena_max_bytes = 1 << 24 };
	const struct str all = { (const char *)data, size };
	size_t end = str_find(all, 0, S("\0\0"));
	struct arena *mem = arena_new(1 << 24);
	struct ctx *c = NEW(mem, struct ctx);
	struct req *q = NEW(mem, struct req);
	struct res *r = NEW(mem, struct res);

	c->mem = mem;
	c->config = &config;
	c->db = db_new(&config, NULL);
	c->request_id = S("fuzz");
	q->header_of = param_of;
	q->from = &all;
	q->method = method_read(param_of(&all, "REQUEST_METHOD"));
	q->body = end == SIZE_MAX ? (struct str){ 0 } : str_slice(all, end + 2, all.n);
	serve(c, &app, q, r);
	check(r);
	db_free(c->db);
	arena_free(mem);
	return 0;
}
