#include "tests/lib/bio/shared.h"

#include "lib/cron/cron.h"

extern const struct helper events_deliver_helper;

struct got viewed(struct world *w, const char *path)
{
	return ask(w, (struct asking){ .path = path, .page = true, .headers = PERSON, .address = "203.0.113.9" });
}

struct got renamed(struct world *w, enum person who, const char *handle)
{
	return api(w, who, PATCH, "/auth/me", fmt(w, "{\"handle\":\"%s\"}", handle));
}

const char *block_made(struct world *w, const char *body)
{
	struct got got = post(w, ANNA, "/bio/blocks", body);

	expect_status(got, 201);
	return id_in(w, got);
}

struct got block_changed(struct world *w, const char *id, const char *body)
{
	return api(w, ANNA, PATCH, fmt(w, "/bio/blocks/%s", id), body);
}

const char *order_on(struct world *w, const char *path)
{
	struct got got = viewed(w, path);
	struct buf b = buf_new(w->mem, 4096);
	size_t at = 0;

	while ((at = str_find(got.body, at, S("<p dir=\"auto\">"))) != SIZE_MAX) {
		at += 14;
		if (at + 4 < got.body.n && str_eq(str_slice(got.body, at + 1, at + 5), S("</p>")))
			buf_put(&b, str_slice(got.body, at, at + 1));
	}
	return str_z(w->mem, buf_str(&b));
}

void events_told(struct world *w)
{
	int64_t done = 1;

	for (int i = 0; done && i < 50; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(w, NOBODY), &done), OK);
}

int64_t happened(struct world *w, const char *type)
{
	return world_int(w, "select count(*) from u.event_log where type = '%s'", type);
}

const char *many(struct world *w, const char *text, int n)
{
	struct buf b = buf_new(w->mem, 1 << 16);

	buf_put(&b, S("\""));
	for (int i = 0; i < n; i++)
		buf_put(&b, str_of(text));
	buf_put(&b, S("\""));
	return str_z(w->mem, buf_str(&b));
}
