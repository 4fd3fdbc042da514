#include "lib/view/bio_view.h"

#include "lib/core/config.h"
#include "lib/core/utf8.h"
#include "lib/view/linked_data.h"
#include "lib/view/live_banner.h"
#include "templates/bio.h"
#include "templates/bio_theme.h"

#define PAGE_MAX (1 << 20)
#define FEW 5

static struct str bio_url(struct ctx *c, const struct bio *bio)
{
	return str_fmt(c->mem, STR_FMT "/@" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(bio->handle));
}

void bio_json(struct ctx *c, struct jw *w, const struct bio *bio)
{
	jw_object(w);
	jw_kstr(w, "handle", bio->handle);
	jw_kstr(w, "name", bio->name);
	jw_kstr(w, "url", bio_url(c, bio));
	jw_kstr(w, "about", bio->about);
	jw_kstr(w, "picture_url", bio->picture_url);
	jw_key(w, "theme");
	jw_object(w);
	jw_kstr(w, "accent", bio->theme.accent);
	jw_kstr(w, "ground", bio->theme.ground);
	jw_kstr(w, "accent_dark", bio->theme.accent_dark);
	jw_kstr(w, "ground_dark", bio->theme.ground_dark);
	jw_kstr(w, "font", bio->theme.font);
	jw_end(w);
	jw_kbool(w, "published", bio->published);
	jw_kint(w, "views", bio->views);
	jw_kint(w, "revision", bio->revision);
	jw_end(w);
}

enum err bio_ask_read(struct ctx *c, struct str body, struct bio *bio)
{
	static const char *const known[] = { "about", "picture_url", "theme", "published", NULL };
	static const char *const parts[] = { "accent", "ground", "accent_dark", "ground_dark", "font", NULL };
	struct json from, theme;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, known);
	json_want_text(c, from, "about", 0, SIZE_MAX, &bio->about); /* how long it is is known when its lines are */
	json_want_text(c, from, "picture_url", 0, 2048, &bio->picture_url);
	json_want_bool(c, from, "published", &bio->published);
	theme = json_get(from, "theme");
	if (json_type(theme) == JSON_ABSENT)
		return OK;
	if (json_type(theme) != JSON_OBJECT) {
		field_bad(c, "theme", "an object");
		return OK;
	}
	json_only(c, theme, parts);
	json_want_text(c, theme, "accent", 7, 7, &bio->theme.accent);
	json_want_text(c, theme, "ground", 7, 7, &bio->theme.ground);
	json_want_text(c, theme, "accent_dark", 7, 7, &bio->theme.accent_dark);
	json_want_text(c, theme, "ground_dark", 7, 7, &bio->theme.ground_dark);
	json_want_text(c, theme, "font", 1, 20, &bio->theme.font);
	return OK;
}

void bio_block_json(struct jw *w, const struct bio_block *b)
{
	jw_object(w);
	jw_kid(w, "id", ID_block, b->id.u);
	jw_kstr(w, "kind", b->kind);
	jw_kstr(w, "title", b->title);
	jw_kstr(w, "body", b->body);
	jw_kstr(w, "url", b->url);
	jw_kid(w, "link", ID_link, b->link.u);
	jw_kid(w, "replay", ID_replay, b->replay.u);
	jw_kbool(w, "visible", b->visible);
	jw_ktime(w, "starts_at", b->starts_ms);
	jw_ktime(w, "ends_at", b->ends_ms);
	jw_kint(w, "clicks", b->clicks);
	jw_kint(w, "revision", b->revision);
	jw_end(w);
}

static void want_time(struct ctx *c, struct json from, const char *field, int64_t *ms)
{
	if (json_is_null(from, field))
		*ms = 0;
	else if (json_want_time(c, from, field, ms) && *ms == 0)
		field_bad(c, field, "a time after the beginning of 1970, or null"); /* 0 is an open end */
}

enum err bio_block_ask_read(struct ctx *c, struct str body, bool whole, struct bio_block_ask *ask)
{
	static const char *const all[] = { "title", "body", "url", "visible", "starts_at", "ends_at", "kind", "offer", "replay", NULL };
	static const char *const change[] = { "title", "body", "url", "visible", "starts_at", "ends_at", NULL };
	struct json from;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, whole ? all : change);
	json_want_text(c, from, "title", 0, 120, &ask->title);
	json_want_text(c, from, "body", 0, SIZE_MAX, &ask->body);
	json_want_text(c, from, "url", 0, 2048, &ask->url);
	json_want_bool(c, from, "visible", &ask->visible);
	want_time(c, from, "starts_at", &ask->starts_ms);
	want_time(c, from, "ends_at", &ask->ends_ms);
	if (!whole)
		return OK;
	json_want_text(c, from, "kind", 1, 20, &ask->kind);
	json_want_id(c, from, "offer", ID_offer, &ask->offer.u);
	json_want_id(c, from, "replay", ID_replay, &ask->replay.u);
	return OK;
}

static bool is_few(const struct bio_offer *o)
{
	return o->limited && o->left > 0 && o->left <= FEW;
}

static const struct tpl_bio_blocks_deals *deals_of(struct ctx *c, struct page_policy *policy, const struct bio_shown *s)
{
	struct tpl_bio_blocks_deals *out = arena_array(c->mem, s->offers_n + 1, sizeof *out);

	for (size_t i = 0; i < s->offers_n; i++) {
		const struct bio_offer *o = &s->offers[i];

		out[i] = (struct tpl_bio_blocks_deals){
			.code = o->code, .name = o->name, .product = o->product, .image = page_picture(c, policy, o->image_url), .list = o->list, .price = o->price,
			.saves = o->price.minor < o->list.minor, .is_from = o->is_from, .sold_out = o->limited && o->left < 1,
			.few = is_few(o) ? o->left : 0,
		};
	}
	return out;
}

static const struct tpl_bio_blocks_shows *shows_of(struct ctx *c, struct page_policy *policy, const struct bio_shown *s)
{
	struct tpl_bio_blocks_shows *out = arena_array(c->mem, s->replays_n + 1, sizeof *out);

	for (size_t i = 0; i < s->replays_n; i++) {
		const struct replay *r = &s->replays[i];

		out[i] = (struct tpl_bio_blocks_shows){
			.key = r->slug.n ? r->slug : ID_TEXT(c->mem, replay, r->id), .title = r->title, .image = page_picture(c, policy, r->thumb_url),
			.when = r->started_ms, .moments = r->moments > 1 ? r->moments : 0,
		};
	}
	return out;
}

static void products_told(struct ctx *c, struct jw *w, const struct bio_shown *blocks, size_t n)
{
	struct page_policy elsewhere = { 0 };
	size_t told = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < blocks[i].offers_n && told < LINKED_MOST; k++) {
			const struct bio_offer *o = &blocks[i].offers[k];

			told += linked_product(c, w, &(struct linked_product){ .name = o->product, .image = page_picture(c, &elsewhere, o->image_url),
				.code = o->code, .price = o->price, .variants = o->variants, .limited = o->limited, .few = is_few(o), .left = o->left });
		}
}

static struct str linked_data(struct ctx *c, const struct bio *bio, const struct bio_shown *blocks, size_t n, const struct linked_live *live,
	struct str picture)
{
	struct jw w = linked_begin(c);

	(void)linked_live(c, &w, live);
	(void)linked_person(&w, &(struct linked_person){ bio->name, bio->handle, bio->about, picture, bio_url(c, bio) });
	products_told(c, &w, blocks, n);
	return linked_end(&w);
}

struct str bio_page(struct ctx *c, const struct bio *bio, const struct bio_shown *blocks, size_t n, const struct live_now *now,
	struct page_policy *policy)
{
	struct tpl_bio_blocks *out = arena_array(c->mem, n + 1, sizeof *out);
	struct buf b = buf_new(c->mem, PAGE_MAX);
	struct str first = { bio->name.p, bio->name.n ? utf8_step(bio->name.p, bio->name.n) : 0 };
	struct str picture = page_picture(c, policy, bio->picture_url);
	bool on_air = live_banner_n(now) > 0;
	struct linked_live live = { now, live_title(now, bio->name), live_picture(c, now, picture), bio_url(c, bio) };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct bio_block *k = &blocks[i].block;
		struct tpl_bio_blocks one = { .id = ID_TEXT(c->mem, block, k->id), .title = k->title, .body = k->body,
			.link = str_eq(k->kind, S("link")), .text = str_eq(k->kind, S("text")), .offers = blocks[i].offers_n > 0,
			.replays = blocks[i].replays_n > 0, .deals = deals_of(c, policy, &blocks[i]), .deals_n = blocks[i].offers_n,
			.shows = shows_of(c, policy, &blocks[i]), .shows_n = blocks[i].replays_n };

		if (one.link || one.text || one.offers || one.replays)
			out[kept++] = one;
	}
	tpl_bio(&b, &(struct tpl_bio){
		.handle = bio->handle, .name = bio->name, .about = bio->about, .picture = picture, .url = bio_url(c, bio),
		.on_air = on_air, .live_title = live.name, .live_product = now->product,
		.card = on_air ? live.image : picture,
		.ld = linked_data(c, bio, blocks, n, &live, picture), .revision = bio->revision, .themed = bio->revision > 0, .font = bio->theme.font,
		.blocks = out, .blocks_n = kept, .empty = kept == 0, .now = live_banner(c, now), .now_n = live_banner_n(now),
		.layout = { .creator_name = bio->name, .creator_handle = bio->handle, .monogram = first,
			.hue = bio->creator.u.b[15] % 8, .indexed = true },
	});
	return buf_str(&b);
}

struct str bio_theme_css(struct ctx *c, const struct bio *bio)
{
	struct buf b = buf_new(c->mem, 4096);
	const struct bio_theme *t = &bio->theme;

	tpl_bio_theme(&b, &(struct tpl_bio_theme){
		.accent = t->accent, .ground = t->ground, .ink = bio_ink_on(t->ground), .on_accent = bio_ink_on(t->accent),
		.accent_dark = t->accent_dark, .ground_dark = t->ground_dark, .ink_dark = bio_ink_on(t->ground_dark),
		.on_accent_dark = bio_ink_on(t->accent_dark),
	});
	return buf_str(&b);
}
