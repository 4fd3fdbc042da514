/* link_form.c: making a moment link: for which offer, where it will be put, and what it allows. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/core/config.h"
#include "lib/link/link.h"
#include "lib/stream/stream.h"
#include "templates/dashboard/link_form.h"
#include "templates/dashboard/link_offer.h"

#define OFFERS_MAX 50
#define STREAMS_MAX 50

/* What was typed, or what is proposed. */
struct typed {
	struct offer offer;
	struct str target, surface, stream, platform, code, expires_at, clicks_max;
};

static bool is_over(const struct offer *o)
{
	return str_eq(o->state, S("expired")) || str_eq(o->state, S("deleted"));
}

static enum err offers_open(struct ctx *c, struct offer **out, size_t *n)
{
	size_t kept = 0;

	TRY(offer_list(c, (struct offer_id){ 0 }, OFFERS_MAX, out, n));
	for (size_t i = 0; i < *n; i++) {
		if (!is_over(&(*out)[i]))
			(*out)[kept++] = (*out)[i];
	}
	*n = kept;
	return OK;
}

static enum err offer_ask(struct ctx *c, const struct req *q, struct res *r, const struct dash *d, const struct offer *list, size_t n)
{
	struct tpl_dashboard_link_offer_offers *rows = arena_array(c->mem, n, sizeof *rows);
	struct buf b = dash_buf(c);

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct tpl_dashboard_link_offer_offers){
			.id = ID_TEXT(c->mem, offer, list[i].id), .name = list[i].name, .state = dash_offer_state(c, &list[i]), .state_n = 1,
			.deal = dash_deal(c, &list[i]), .deal_n = 1,
		};
	tpl_dashboard_link_offer(&b, &(struct tpl_dashboard_link_offer){
		.layout = d->layout, .stream = req_arg(q, "stream"), .offers = rows, .offers_n = n });
	return res_html(r, 200, buf_str(&b));
}

/* Streams that a link may still be for; proposes the one that is live. */
static enum err streams_show(struct ctx *c, struct typed *t, struct tpl_dashboard_link_form *page, bool propose)
{
	struct tpl_dashboard_link_form_streams *rows = arena_array(c->mem, STREAMS_MAX, sizeof *rows);
	struct stream *list;
	size_t n, kept = 0;

	TRY(stream_list(c, (struct stream_id){ 0 }, STREAMS_MAX, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct str id = ID_TEXT(c->mem, stream, list[i].id);

		if (str_eq(list[i].state, S("cancelled")))
			continue;
		if (propose && !t->stream.n && str_eq(list[i].state, S("live")))
			t->stream = id;
		rows[kept++] = (struct tpl_dashboard_link_form_streams){
			.id = id, .title = list[i].title, .chosen = str_eq(id, t->stream) };
	}
	if (propose)
		t->surface = t->stream.n ? S("live") : S("direct");
	page->streams = rows;
	page->streams_n = kept;
	return OK;
}

static bool shares_product(const struct offer_price *prices, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++) {
		if (i != at && uuid_eq(prices[i].product.u, prices[at].product.u))
			return true;
	}
	return false;
}

/* Each product with several versions as a whole, before its versions. */
static enum err targets_show(struct ctx *c, const struct typed *t, struct tpl_dashboard_link_form *page)
{
	struct tpl_dashboard_link_form_targets *rows;
	struct offer_price *prices;
	size_t n, kept = 0;

	TRY(offer_prices(c, t->offer.id, &prices, &n));
	if (n < 2)
		return OK;
	rows = arena_array(c->mem, 2 * n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || !uuid_eq(prices[i].product.u, prices[i - 1].product.u);
		struct str product = ID_TEXT(c->mem, product, prices[i].product), variant = ID_TEXT(c->mem, variant, prices[i].variant);

		if (first && shares_product(prices, n, i))
			rows[kept++] = (struct tpl_dashboard_link_form_targets){
				.value = product, .product = prices[i].product_title, .whole = true, .chosen = str_eq(product, t->target) };
		rows[kept++] = (struct tpl_dashboard_link_form_targets){
			.value = variant, .product = prices[i].product_title, .variant = dash_variant(prices[i].variant_title),
			.chosen = str_eq(variant, t->target) };
	}
	page->targets = rows;
	page->targets_n = kept;
	return OK;
}

static struct str either(struct str a, struct str b)
{
	return a.n ? a : b;
}

static enum err show(struct ctx *c, struct res *r, const struct dash *d, struct typed *t, bool propose, enum err refused)
{
	static const char *const shown[] = { "offer", "product", "variant", "surface", "stream", "platform", "code", "expires_at",
		"clicks_max", NULL };
	struct tpl_part_dash_platform platform = dash_platform(t->platform, dash_wrong(c, "platform"));
	struct tpl_dashboard_link_form page = {
		.layout = d->layout, .key = d->key, .problem = dash_problem(refused), .offer = t->offer.name,
		.offer_id = ID_TEXT(c->mem, offer, t->offer.id), .offer_live = str_eq(t->offer.state, S("active")),
		.wrong_offer = dash_wrong(c, "offer"), .wrong_target = either(dash_wrong(c, "product"), dash_wrong(c, "variant")),
		.wrong_stream = dash_wrong(c, "stream"), .wrong_surface = dash_wrong(c, "surface"), .youtube = platform.youtube,
		.tiktok = platform.tiktok, .twitch = platform.twitch, .instagram = platform.instagram,
		.elsewhere = platform.elsewhere, .wrong_platform = platform.wrong_platform, .code = t->code,
		.wrong_code = dash_wrong_or(c, "code", refused, ERR_CODE_TAKEN), .expires_at = t->expires_at,
		.wrong_expires_at = dash_wrong(c, "expires_at"), .clicks_max = t->clicks_max,
		.wrong_clicks_max = dash_wrong(c, "clicks_max"), .zone = d->me.zone, .base = c->config->base_url,
		.details = t->code.n || t->expires_at.n || t->clicks_max.n,
	};
	struct buf b = dash_buf(c);

	TRY(streams_show(c, t, &page, propose));
	TRY(targets_show(c, t, &page));
	page.live = str_eq(t->surface, S("live"));
	page.replay = str_eq(t->surface, S("replay"));
	page.clip = str_eq(t->surface, S("clip"));
	page.bio = str_eq(t->surface, S("link_in_bio"));
	page.dm = str_eq(t->surface, S("dm"));
	page.direct = str_eq(t->surface, S("direct"));
	page.others = dash_others(c, shown, &page.others_n);
	tpl_dashboard_link_form(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_link_new(struct ctx *c, const struct req *q, struct res *r)
{
	struct typed t = { .stream = req_arg(q, "stream"), .platform = S("youtube") };
	struct offer_id id;
	struct offer *list;
	struct dash d;
	size_t n;

	TRY(dash_open(c, q, DASH_LINKS, &d));
	if (ID_READ(offer, req_arg(q, "offer"), &id)) {
		TRY(offer_by_id(c, id, &t.offer));
		return show(c, r, &d, &t, true, OK);
	}
	TRY(offers_open(c, &list, &n));
	if (n != 1 || req_arg(q, "pick").n)
		return offer_ask(c, q, r, &d, list, n);
	t.offer = list[0];
	return show(c, r, &d, &t, true, OK);
}

struct making {
	const struct dash *d;
	const struct typed *t;
	struct link_id id;
};

/* A stream says its platform itself. */
static enum err attribution_of(struct ctx *c, const struct typed *t, struct attribution *out)
{
	struct stream stream;

	*out = (struct attribution){ .platform = t->platform, .surface = t->surface };
	if (!t->stream.n)
		return OK;
	if (!ID_READ(stream, t->stream, &out->stream)) {
		field_bad(c, "stream", "a stream of yours");
		return OK;
	}
	TRY(stream_by_id(c, out->stream, &stream));
	out->platform = stream.platform;
	return OK;
}

static enum err make(struct ctx *c, void *arg)
{
	struct making *m = arg;
	const struct typed *t = m->t;
	struct link_ask ask = { .offer = t->offer.id, .code = str_trim(t->code) };

	if (t->target.n && !ID_READ(variant, t->target, &ask.variant) && !ID_READ(product, t->target, &ask.product))
		field_bad(c, "product", "part of the offer");
	TRY(attribution_of(c, t, &ask.attribution));
	TRY(local_read(c, m->d->me.zone, "expires_at", t->expires_at, &ask.expires_ms));
	dash_read_count(c, "clicks_max", t->clicks_max, &ask.clicks_max);
	return link_create(c, &ask, &m->id);
}

enum err dash_link_make(struct ctx *c, const struct req *q, struct res *r)
{
	struct typed t = {
		.target = req_form(q, "target"), .surface = req_form(q, "surface"), .stream = req_form(q, "stream"),
		.platform = req_form(q, "platform"), .code = req_form(q, "code"), .expires_at = req_form(q, "expires_at"),
		.clicks_max = req_form(q, "clicks_max"),
	};
	struct making m = { .t = &t };
	struct offer_id offer;
	struct dash d;
	enum err refused;

	TRY(dash_open(c, q, DASH_LINKS, &d));
	m.d = &d;
	if (!ID_READ(offer, req_form(q, "offer"), &offer))
		return FAIL(c, ERR_NOT_FOUND, "the form names no offer");
	TRY(offer_by_id(c, offer, &t.offer));
	TRY(dash_try(c, make, &m, &refused));
	return refused == OK ? dash_go(r, "links", ID_link, m.id.u) : show(c, r, &d, &t, false, refused);
}
