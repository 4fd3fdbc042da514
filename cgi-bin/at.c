/* at.c: /@handle
 *
 * The link in the bio, for everybody. nginx keeps the page for a second, so nothing here depends on who asks; that somebody looked is
 * told by the picture that the page carries, and plain links are counted on their way out.
 */
#include "lib/checkout/gate.h"
#include "lib/checkout/visitor.h"
#include "lib/core/config.h"
#include "lib/view/bio_view.h"
#include "lib/web/web.h"

#define REPLAYS_SHOWN 6
#define OFFERS_LISTED 50

static const char gif[] = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;";

/* Those of `all` that stand in a list, or the one of a block's link. */
static void offers_for(struct ctx *c, const struct bio_all *all, struct link_id link, struct bio_shown *s)
{
	bool listed = uuid_is_nil(link.u);

	s->offers = arena_array(c->mem, all->offers_n + 1, sizeof *s->offers);
	for (size_t i = 0; i < all->offers_n; i++)
		if (listed ? !all->offers[i].pinned && s->offers_n < OFFERS_LISTED : uuid_eq(all->offers[i].link.u, link.u))
			s->offers[s->offers_n++] = all->offers[i];
}

/* What a block shows: her offers, the one of its link, replays. */
static enum err fill(struct ctx *c, const struct bio_all *all, struct bio_shown *s)
{
	struct replay replay;
	enum err e;

	if (str_eq(s->block.kind, S("offers")) || str_eq(s->block.kind, S("offer")))
		offers_for(c, all, s->block.link, s);
	if (str_eq(s->block.kind, S("replays"))) {
		s->replays = all->replays;
		s->replays_n = all->replays_n;
	}
	if (!str_eq(s->block.kind, S("replay")))
		return OK;
	e = replay_by_key(c, ID_TEXT(c->mem, replay, s->block.replay), &replay);
	if (e == OK && str_eq(replay.state, S("published"))) {
		s->replays = NEW(c->mem, struct replay);
		*s->replays = replay;
		s->replays_n = 1;
	}
	return e;
}

/* A page that she never touched shows what she sells and what was shown. */
static enum err blocks_for(struct ctx *c, const struct bio *bio, const struct bio_all *all, struct bio_shown **out, size_t *n)
{
	static const struct bio_block untouched[] = { { .kind = { "offers", 6 } }, { .kind = { "replays", 7 }, .title = { "Replays", 7 } } };
	const struct bio_block *blocks = bio->arranged ? all->blocks : untouched;

	*n = bio->arranged ? all->blocks_n : COUNT(untouched);
	*out = arena_array(c->mem, *n + 1, sizeof **out);
	for (size_t i = 0; i < *n; i++) {
		(*out)[i].block = blocks[i];
		TRY(fill(c, all, &(*out)[i]));
	}
	return OK;
}

static enum err moved_to(struct ctx *c, struct res *r, const struct bio *bio)
{
	res_header(r, "Cache-Control", S(WEB_KEPT)); /* not longer: she may take it back, and two handles would lead to each other */
	return res_redirect(r, 302, str_fmt(c->mem, "/@" STR_FMT, STR_ARG(bio->handle)));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct page_policy policy = { 0 };
	struct bio_shown *blocks;
	struct bio_all all;
	struct str html;
	struct bio bio;
	bool moved;
	size_t n;

	TRY(bio_by_handle(c, req_param(q, "handle"), &bio, &moved));
	if (moved || !str_eq(bio.handle, req_param(q, "handle"))) /* a former one, or another spelling */
		return moved_to(c, r, &bio);
	TRY(bio_all(c, bio.creator, REPLAYS_SHOWN, &all));
	TRY(blocks_for(c, &bio, &all, &blocks, &n));
	html = bio_page(c, &bio, blocks, n, &all.now, &policy);
	res_header(r, "Content-Security-Policy", page_policy_text(c, &policy, (struct page_allows){ .scripts = false }));
	res_header(r, "Cache-Control", S(WEB_KEPT));
	return res_html(r, 200, html);
}

static enum err theme(struct ctx *c, const struct req *q, struct res *r)
{
	int64_t revision;
	struct bio bio;
	bool moved, is_this;

	TRY(bio_by_handle(c, req_param(q, "handle"), &bio, &moved));
	is_this = str_int(req_arg(q, "r"), &revision) && revision == bio.revision; /* another is not to be kept under that address */
	res_header(r, "Cache-Control", is_this ? S("public, max-age=86400") : S("no-store"));
	return res_text(r, 200, "text/css", bio_theme_css(c, &bio));
}

static bool is_person(const struct req *q)
{
	const struct gate_facts facts = {
		.is_head = q->method == HEAD, .user_agent = req_header(q, "HTTP_USER_AGENT"), .sec_purpose = req_header(q, "HTTP_SEC_PURPOSE"),
		.purpose = req_header(q, "HTTP_PURPOSE"), .x_moz = req_header(q, "HTTP_X_MOZ"), .x_purpose = req_header(q, "HTTP_X_PURPOSE") };

	return gate_is_person(&facts);
}

static enum err view(struct ctx *c, const struct req *q, struct res *r)
{
	struct bio bio;
	bool moved;

	TRY(bio_by_handle(c, req_param(q, "handle"), &bio, &moved));
	if (is_person(q))
		bio_viewed(c, bio.creator, visitor_who(c, req_cookie_of(c, q, VISITOR_COOKIE), q->address, req_header(q, "HTTP_USER_AGENT")));
	res_header(r, "Cache-Control", S("no-store"));
	return res_text(r, 200, "image/gif", (struct str){ gif, sizeof(gif) - 1 });
}

static enum err out(struct ctx *c, const struct req *q, struct res *r)
{
	struct creator_id creator;
	struct block_id id;
	struct str url;

	TRY(req_id(c, q, "id", ID_block, &id.u));
	TRY(bio_out(c, req_param(q, "handle"), id, &url, &creator));
	if (is_person(q))
		bio_clicked(c, creator, id);
	res_header(r, "Cache-Control", S("no-store"));
	res_header(r, "Referrer-Policy", S("strict-origin-when-cross-origin"));
	return res_redirect(r, 303, url);
}

static const struct route routes[] = {
	{ GET, "/@:handle",           show,  .who = ANYONE, .tx = TX_NONE, .page = true, .kept = true },
	{ GET, "/@:handle/theme.css", theme, .who = ANYONE, .tx = TX_NONE, .page = true },
	{ GET, "/@:handle/view.gif",  view,  .who = ANYONE, .tx = TX_NONE, .page = true },
	{ GET, "/@:handle/out/:id",   out,   .who = ANYONE, .tx = TX_NONE, .page = true },
};

const struct app at_app = { "at", "public", routes, COUNT(routes) };
