/* bio.c: the link in the bio: who she is there, how it looks, and what stands on it in which order. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/bio/bio.h"
#include "lib/core/config.h"
#include "templates/dashboard/bio.h"

static const char *const fields[] = { "about", "picture_url", "theme.accent", "theme.accent_dark", "theme.font", NULL };

/* What the form says, laid over what is. */
static struct bio typed_over(const struct req *q, const struct bio *now)
{
	struct bio ask = *now;

	ask.about = req_form(q, "about");
	ask.picture_url = str_trim(req_form(q, "picture_url"));
	ask.theme = (struct bio_theme){ .accent = req_form(q, "accent"), .ground = req_form(q, "ground"),
		.accent_dark = req_form(q, "accent_dark"), .ground_dark = req_form(q, "ground_dark"), .font = req_form(q, "font") };
	return ask;
}

static void look_fill(struct ctx *c, const struct bio_theme *t, struct tpl_dashboard_bio *page)
{
	struct tpl_dashboard_bio_looks *looks = arena_array(c->mem, 2, sizeof *looks);

	looks[0] = (struct tpl_dashboard_bio_looks){ .day = true, .ground = t->ground, .accent = t->accent,
		.ink = bio_ink_on(t->ground), .on_accent = bio_ink_on(t->accent) };
	looks[1] = (struct tpl_dashboard_bio_looks){ .ground = t->ground_dark, .accent = t->accent_dark,
		.ink = bio_ink_on(t->ground_dark), .on_accent = bio_ink_on(t->accent_dark) };
	page->looks = looks;
	page->looks_n = 2;
	page->accent = t->accent;
	page->ground = t->ground;
	page->accent_dark = t->accent_dark;
	page->ground_dark = t->ground_dark;
	page->serif = str_eq(t->font, S("serif"));
	page->rounded = str_eq(t->font, S("rounded"));
	page->mono = str_eq(t->font, S("mono"));
}

static struct tpl_dashboard_bio_blocks block_row(struct ctx *c, const struct bio_block *b)
{
	struct str kind = b->kind;

	return (struct tpl_dashboard_bio_blocks){
		.id = ID_TEXT(c->mem, block, b->id), .title = b->title.n ? b->title : b->goal, .clicks = b->clicks,
		.link = str_eq(kind, S("link")), .text = str_eq(kind, S("text")), .offer = str_eq(kind, S("offer")),
		.replay = str_eq(kind, S("replay")), .offers = str_eq(kind, S("offers")), .replays = str_eq(kind, S("replays")),
		.taps = str_eq(kind, S("link")) || str_eq(kind, S("offer")),
		.hidden = !b->visible, .waiting = b->visible && b->starts_ms > c->now_ms,
		.over = b->visible && b->ends_ms && b->ends_ms <= c->now_ms,
	};
}

static enum err blocks_fill(struct ctx *c, struct dash *d, struct tpl_dashboard_bio *page)
{
	struct tpl_dashboard_bio_blocks *rows;
	struct bio_block *list;
	size_t n;

	TRY(bio_blocks(c, &list, &n));
	rows = arena_array(c->mem, n + 1, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = block_row(c, &list[i]);
		if (i > 0)
			rows[i].above = rows[i - 1].id;
		if (i > 0)
			rows[i - 1].below = rows[i].id;
		local_want(&d->local, list[i].starts_ms, &rows[i].from);
		local_want(&d->local, list[i].ends_ms, &rows[i].until);
	}
	page->blocks = rows;
	page->blocks_n = n;
	page->full = n >= BIO_BLOCKS_MOST;
	return OK;
}

/* What was asked of the page, and what came of it. */
struct asked {
	const struct req *q;
	struct bio now, ask;            /* ask: what the form shows */
	struct block_id first, second;  /* to change places */
	enum err refused, unmoved;
};

static enum err show(struct ctx *c, struct res *r, struct dash *d, const struct asked *a)
{
	const struct bio *now = &a->now, *ask = &a->ask;
	enum err refused = a->refused != OK ? a->refused : a->unmoved;
	struct tpl_dashboard_bio page = {
		.layout = d->layout, .key = d->key, .problem = dash_problem(a->refused), .unmoved = a->unmoved != OK,
		.revision = now->revision, .published = now->published,
		.views = now->views, .url = str_fmt(c->mem, STR_FMT "/@" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(now->handle)),
		.about = ask->about, .picture_url = ask->picture_url, .face = now->picture_url, .wrong_about = dash_wrong(c, "about"),
		.wrong_picture_url = dash_wrong(c, "picture_url"), .wrong_light = dash_wrong(c, "theme.accent"),
		.wrong_dark = dash_wrong(c, "theme.accent_dark"), .wrong_font = dash_wrong(c, "theme.font"),
	};
	struct buf b = dash_buf(c);

	page.others = dash_others(c, fields, &page.others_n);
	look_fill(c, &ask->theme, &page);
	TRY(blocks_fill(c, d, &page));
	TRY(dash_tell(c, d));
	tpl_dashboard_bio(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

static enum err opened(struct ctx *c, const struct req *q, struct dash *d, struct asked *a)
{
	*a = (struct asked){ .q = q };
	TRY(dash_open(c, q, DASH_BIO, d));
	TRY(bio_mine(c, &a->now));
	a->ask = a->now;
	return OK;
}

enum err dash_bio(struct ctx *c, const struct req *q, struct res *r)
{
	struct asked a;
	struct dash d;

	TRY(opened(c, q, &d, &a));
	return show(c, r, &d, &a);
}

static enum err save(struct ctx *c, void *arg)
{
	struct asked *a = arg;
	int64_t revision;

	if (!str_int(req_form(a->q, "revision"), &revision) || revision != a->now.revision)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	return bio_update(c, &a->now, &a->ask);
}

enum err dash_bio_save(struct ctx *c, const struct req *q, struct res *r)
{
	struct asked a;
	struct dash d;

	TRY(opened(c, q, &d, &a));
	a.ask = typed_over(q, &a.now);
	TRY(dash_try(c, save, &a, &a.refused));
	if (a.refused != OK)
		return show(c, r, &d, &a);
	return res_redirect(r, 303, S("/dashboard/bio?saved=1"));
}

static enum err published(struct ctx *c, struct res *r, bool yes)
{
	struct bio now, ask;

	TRY(bio_mine(c, &now));
	ask = now;
	ask.published = yes;
	if (now.published != yes)
		TRY(bio_update(c, &now, &ask));
	return res_redirect(r, 303, S("/dashboard/bio"));
}

enum err dash_bio_publish(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	return published(c, r, true);
}

enum err dash_bio_unpublish(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	return published(c, r, false);
}

static enum err swap(struct ctx *c, void *arg)
{
	const struct asked *a = arg;

	return bio_blocks_swap(c, a->first, a->second);
}

/* The form says which block it goes past, so that a page that is old by now moves nothing else. */
static enum err moved(struct ctx *c, const struct req *q, struct res *r, bool up)
{
	struct block_id id, past = { 0 };
	struct bio_block block;
	struct asked a;
	struct dash d;

	TRY(req_id(c, q, "id", ID_block, &id.u));
	TRY(bio_block_by_id(c, id, &block));
	(void)ID_READ(block, req_form(q, "past"), &past);
	TRY(opened(c, q, &d, &a));
	a.first = up ? past : id;
	a.second = up ? id : past;
	TRY(dash_try(c, swap, &a, &a.unmoved));
	if (a.unmoved != OK)
		return show(c, r, &d, &a);
	return res_redirect(r, 303, S("/dashboard/bio#blocks"));
}

enum err dash_bio_block_up(struct ctx *c, const struct req *q, struct res *r)
{
	return moved(c, q, r, true);
}

enum err dash_bio_block_down(struct ctx *c, const struct req *q, struct res *r)
{
	return moved(c, q, r, false);
}
