/* bio_block.c: one thing that stands on the link in the bio: put there, changed, taken away. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/bio/bio.h"
#include "templates/dashboard/bio_block.h"
#include "templates/dashboard/bio_block_delete.h"

#define CHOICES_MAX 50

static const char *const fields[] = { "title", "body", "url", "offer", "replay", "starts_at", "ends_at", NULL };

/* What was typed, or what is. */
struct typed {
	struct str kind, title, body, url, goal, starts_at, ends_at;
	bool visible;
};

struct editing {
	const struct dash *d;
	const struct req *q;
	struct bio_block block; /* nil: a new one */
	struct typed typed;
};

static struct typed typed_read(const struct req *q)
{
	return (struct typed){
		.kind = req_form(q, "kind"), .title = req_form(q, "title"), .body = req_form(q, "body"), .url = str_trim(req_form(q, "url")),
		.goal = req_form(q, "goal"), .starts_at = req_form(q, "starts_at"), .ends_at = req_form(q, "ends_at"),
		.visible = req_form(q, "visible").n > 0,
	};
}

static enum err typed_of(struct ctx *c, const struct dash *d, const struct bio_block *b, struct typed *out)
{
	*out = (struct typed){ .kind = b->kind, .title = b->title, .body = b->body, .url = b->url, .visible = b->visible };
	TRY(local_write(c, d->me.zone, b->starts_ms, &out->starts_at));
	return local_write(c, d->me.zone, b->ends_ms, &out->ends_at);
}

static enum err offers_fill(struct ctx *c, struct str chosen, struct tpl_dashboard_bio_block *page)
{
	struct tpl_dashboard_bio_block_choices *rows = arena_array(c->mem, CHOICES_MAX, sizeof *rows);
	struct offer *list;
	size_t n;

	TRY(offer_list(c, (struct offer_id){ 0 }, CHOICES_MAX, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct str id = ID_TEXT(c->mem, offer, list[i].id);

		if (!str_eq(list[i].state, S("expired")) && !str_eq(list[i].state, S("deleted")))
			rows[page->choices_n++] = (struct tpl_dashboard_bio_block_choices){
				.id = id, .name = list[i].name, .asleep = !str_eq(list[i].state, S("active")), .chosen = str_eq(id, chosen) };
	}
	page->choices = rows;
	return OK;
}

static enum err replays_fill(struct ctx *c, struct str chosen, struct tpl_dashboard_bio_block *page)
{
	struct tpl_dashboard_bio_block_choices *rows = arena_array(c->mem, CHOICES_MAX, sizeof *rows);
	struct replay *list;
	size_t n;

	TRY(replay_list(c, (struct replay_id){ 0 }, CHOICES_MAX, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct str id = ID_TEXT(c->mem, replay, list[i].id);

		rows[page->choices_n++] = (struct tpl_dashboard_bio_block_choices){
			.id = id, .name = list[i].title, .asleep = !str_eq(list[i].state, S("published")), .chosen = str_eq(id, chosen) };
	}
	page->choices = rows;
	return OK;
}

static enum err show(struct ctx *c, struct res *r, const struct editing *e, enum err refused)
{
	const struct typed *t = &e->typed;
	bool fresh = uuid_is_nil(e->block.id.u);
	struct tpl_dashboard_bio_block page = {
		.layout = e->d->layout, .key = e->d->key, .id = fresh ? S("") : ID_TEXT(c->mem, block, e->block.id), .kind = t->kind,
		.link = str_eq(t->kind, S("link")), .text = str_eq(t->kind, S("text")), .offer = str_eq(t->kind, S("offer")),
		.replay = str_eq(t->kind, S("replay")), .offers = str_eq(t->kind, S("offers")), .replays = str_eq(t->kind, S("replays")),
		.goal = e->block.goal, .revision = e->block.revision, .problem = dash_problem(refused), .title = t->title, .text_body = t->body,
		.url = t->url, .starts_at = t->starts_at, .ends_at = t->ends_at, .zone = e->d->me.zone, .visible = t->visible,
		.times = t->starts_at.n || t->ends_at.n, .wrong_title = dash_wrong(c, "title"), .wrong_body = dash_wrong(c, "body"),
		.wrong_url = dash_wrong(c, "url"), .wrong_starts_at = dash_wrong(c, "starts_at"), .wrong_ends_at = dash_wrong(c, "ends_at"),
		.wrong_goal = dash_wrong(c, str_eq(t->kind, S("offer")) ? "offer" : "replay"),
	};
	struct buf b = dash_buf(c);

	page.others = dash_others(c, fields, &page.others_n);
	if (fresh && page.offer)
		TRY(offers_fill(c, t->goal, &page));
	if (fresh && page.replay)
		TRY(replays_fill(c, t->goal, &page));
	tpl_dashboard_bio_block(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

static enum err ask_read(struct ctx *c, const struct editing *e, struct bio_block_ask *out)
{
	const struct typed *t = &e->typed;

	*out = (struct bio_block_ask){ .kind = t->kind, .title = t->title, .body = t->body, .url = t->url, .visible = t->visible };
	TRY(local_read(c, e->d->me.zone, "starts_at", t->starts_at, &out->starts_ms));
	return local_read(c, e->d->me.zone, "ends_at", t->ends_at, &out->ends_ms);
}

static enum err make(struct ctx *c, void *arg)
{
	const struct editing *e = arg;
	struct bio_block_ask ask;
	struct block_id id;

	TRY(ask_read(c, e, &ask));
	if (str_eq(ask.kind, S("offer")))
		(void)ID_READ(offer, e->typed.goal, &ask.offer);
	if (str_eq(ask.kind, S("replay")))
		(void)ID_READ(replay, e->typed.goal, &ask.replay);
	TRY(bio_blocks_begin(c));
	return bio_block_add(c, &ask, &id);
}

static enum err save(struct ctx *c, void *arg)
{
	const struct editing *e = arg;
	struct bio_block_ask ask;
	int64_t revision;

	if (!str_int(req_form(e->q, "revision"), &revision) || revision != e->block.revision)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	TRY(ask_read(c, e, &ask));
	return bio_block_update(c, &e->block, &ask);
}

static enum err to_page(struct res *r)
{
	return res_redirect(r, 303, S("/dashboard/bio?saved=1#blocks"));
}

static bool is_kind(struct str kind)
{
	static const char *const kinds[] = { "link", "text", "offer", "replay", "offers", "replays" };

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_eq(kind, str_of(kinds[i])))
			return true;
	return false;
}

enum err dash_bio_block_new(struct ctx *c, const struct req *q, struct res *r)
{
	struct dash d;

	TRY(dash_open(c, q, DASH_BIO, &d));
	if (!is_kind(req_arg(q, "kind")))
		return FAIL(c, ERR_NOT_FOUND, "no such kind of block");
	return show(c, r, &(struct editing){ .d = &d, .q = q, .typed = { .kind = req_arg(q, "kind"), .visible = true } }, OK);
}

enum err dash_bio_block_make(struct ctx *c, const struct req *q, struct res *r)
{
	struct editing e = { .q = q, .typed = typed_read(q) };
	enum err refused;
	struct dash d;

	TRY(dash_open(c, q, DASH_BIO, &d));
	e.d = &d;
	if (!is_kind(e.typed.kind))
		return FAIL(c, ERR_NOT_FOUND, "no such kind of block");
	TRY(dash_try(c, make, &e, &refused));
	return refused == OK ? to_page(r) : show(c, r, &e, refused);
}

static enum err opened(struct ctx *c, const struct req *q, struct dash *d, struct editing *e)
{
	struct block_id id;

	TRY(req_id(c, q, "id", ID_block, &id.u));
	TRY(dash_open(c, q, DASH_BIO, d));
	*e = (struct editing){ .d = d, .q = q };
	return bio_block_by_id(c, id, &e->block);
}

enum err dash_bio_block(struct ctx *c, const struct req *q, struct res *r)
{
	struct editing e;
	struct dash d;

	TRY(opened(c, q, &d, &e));
	TRY(typed_of(c, &d, &e.block, &e.typed));
	return show(c, r, &e, OK);
}

enum err dash_bio_block_save(struct ctx *c, const struct req *q, struct res *r)
{
	struct editing e;
	enum err refused;
	struct dash d;

	TRY(opened(c, q, &d, &e));
	e.typed = typed_read(q);
	e.typed.kind = e.block.kind;
	TRY(dash_try(c, save, &e, &refused));
	return refused == OK ? to_page(r) : show(c, r, &e, refused);
}

enum err dash_bio_block_delete_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct buf b = dash_buf(c);
	struct editing e;
	struct dash d;
	struct str kind;

	TRY(opened(c, q, &d, &e));
	kind = e.block.kind;
	tpl_dashboard_bio_block_delete(&b, &(struct tpl_dashboard_bio_block_delete){
		.layout = d.layout, .key = d.key, .id = ID_TEXT(c->mem, block, e.block.id),
		.title = e.block.title.n ? e.block.title : e.block.goal,
		.link = str_eq(kind, S("link")), .text = str_eq(kind, S("text")), .offer = str_eq(kind, S("offer")),
		.replay = str_eq(kind, S("replay")), .offers = str_eq(kind, S("offers")), .replays = str_eq(kind, S("replays")) });
	return res_html(r, 200, buf_str(&b));
}

enum err dash_bio_block_delete(struct ctx *c, const struct req *q, struct res *r)
{
	struct block_id id;

	TRY(req_id(c, q, "id", ID_block, &id.u));
	TRY(bio_block_remove(c, id));
	return to_page(r);
}
