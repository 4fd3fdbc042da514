/* bio.c: /bio
 *
 * The creator's link in the bio: its text and colours, and what stands on it.
 */
#include "lib/core/config.h"
#include "lib/view/bio_view.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

static enum err answer(struct ctx *c, struct res *r)
{
	struct jw w = jw_new(c->mem, 65536);
	struct bio bio;

	TRY(bio_mine(c, &bio));
	bio_json(c, &w, &bio);
	res_etag(r, bio.revision);
	return res_json(r, 200, jw_done(&w));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	return answer(c, r);
}

static enum err change(struct ctx *c, const struct req *q, struct res *r)
{
	struct bio now, ask;

	TRY(bio_mine(c, &now));
	TRY(req_if_match(c, q, now.revision));
	ask = now;
	TRY(bio_ask_read(c, req_body(q), &ask));
	TRY(bio_update(c, &now, &ask));
	return answer(c, r);
}

static enum err blocks(struct ctx *c, const struct req *q, struct res *r)
{
	struct jw w = list_begin(c);
	struct bio_block *list;
	size_t n;

	(void)q;
	TRY(bio_blocks(c, &list, &n));
	for (size_t i = 0; i < n; i++)
		bio_block_json(&w, &list[i]);
	return res_json(r, 200, list_end(&w, ID_block, (struct uuid){ 0 }));
}

static enum err block_answer(struct ctx *c, struct res *r, struct block_id id, bool created)
{
	struct jw w = jw_new(c->mem, 16384);
	struct bio_block block;

	TRY(bio_block_by_id(c, id, &block));
	bio_block_json(&w, &block);
	res_etag(r, block.revision);
	if (created)
		return res_created(r, str_fmt(c->mem, STR_FMT "/bio/blocks/" STR_FMT, STR_ARG(c->config->base_url),
			STR_ARG(ID_TEXT(c->mem, block, id))), jw_done(&w));
	return res_json(r, 200, jw_done(&w));
}

static enum err block_add(struct ctx *c, const struct req *q, struct res *r)
{
	struct bio_block_ask ask = { .visible = true };
	struct block_id id;

	TRY(bio_block_ask_read(c, req_body(q), true, &ask));
	TRY(bio_block_add(c, &ask, &id));
	return block_answer(c, r, id, true);
}

static enum err block_change(struct ctx *c, const struct req *q, struct res *r)
{
	struct bio_block_ask ask;
	struct bio_block block;
	struct block_id id;

	TRY(req_id(c, q, "id", ID_block, &id.u));
	TRY(bio_block_by_id(c, id, &block));
	TRY(req_if_match(c, q, block.revision));
	ask = (struct bio_block_ask){ .kind = block.kind, .title = block.title, .body = block.body, .url = block.url, .visible = block.visible,
		.starts_ms = block.starts_ms, .ends_ms = block.ends_ms };
	TRY(bio_block_ask_read(c, req_body(q), false, &ask));
	TRY(bio_block_update(c, &block, &ask));
	return block_answer(c, r, id, false);
}

static enum err block_remove(struct ctx *c, const struct req *q, struct res *r)
{
	struct block_id id;

	TRY(req_id(c, q, "id", ID_block, &id.u));
	TRY(bio_block_remove(c, id));
	return res_no_content(r);
}

static enum err order(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "blocks", NULL };
	struct json from, list;
	struct uuid *ids;
	size_t n;

	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	list = json_get(from, "blocks");
	n = json_length(list);
	ids = arena_array(c->mem, n + 1, sizeof *ids);
	for (size_t i = 0; i < n; i++)
		if (!id_read(ID_block, json_str(json_at(list, i)), &ids[i]))
			field_bad(c, "blocks", "the ids of all your blocks, in their new order");
	TRY(fields_must_be_good(c));
	TRY(bio_order(c, ids, n));
	return blocks(c, q, r);
}

static const struct route routes[] = {
	{ GET,    "/bio",            show,         .who = CREATOR, .tx = TX_READ },
	{ PATCH,  "/bio",            change,       .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,    "/bio/blocks",     blocks,       .who = CREATOR, .tx = TX_READ },
	{ POST,   "/bio/blocks",     block_add,    .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ PATCH,  "/bio/blocks/:id", block_change, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ DELETE, "/bio/blocks/:id", block_remove, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/bio/order",      order,        .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app bio_app = { "bio", "api", routes, COUNT(routes) };
