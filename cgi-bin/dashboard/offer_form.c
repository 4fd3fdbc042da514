/* offer_form.c: making an offer and changing one. What was typed is kept, whatever was wrong with it. */
#include <stdio.h>

#include "cgi-bin/dashboard/offer_form.h"
#include "templates/dashboard/offer_form.h"
#include "templates/parts/dash_pick.h"

#define FOUND_MAX 12 /* products to choose from; more by searching */
#define FIELD_BYTES 48

static enum err chosen_show(struct ctx *c, struct offer_typed *t, struct tpl_dashboard_offer_form *page)
{
	struct tpl_dashboard_offer_form_chosen *rows = arena_array(c->mem, t->lines_n, sizeof *rows);
	char field[FIELD_BYTES];
	size_t n = 0;

	for (size_t i = 0; i < t->lines_n; i++) {
		struct offer_typed_line *line = &t->lines[i];

		TRY(offer_typed_look(c, line));
		if (!line->known)
			continue;
		snprintf(field, sizeof field, "lines.%zu", i);
		rows[n++] = (struct tpl_dashboard_offer_form_chosen){
			.value = line->value, .title = line->shown.title, .detail = dash_variant(line->one.title),
			.image = line->one.image_url.n ? line->one.image_url : line->shown.image_url, .own = line->own,
			.wrong = dash_wrong(c, field),
		};
	}
	page->chosen = rows;
	page->chosen_n = n;
	return OK;
}

static enum err variants_show(struct ctx *c, const struct offer_typed *t, const struct catalog_product *p,
	struct tpl_dashboard_offer_form_found *out)
{
	struct tpl_part_dash_pick *picks;
	struct catalog_variant *variants;
	size_t n;

	if (p->variants < 2)
		return OK;
	TRY(catalog_variants_of(c, p, &variants, &n));
	picks = arena_array(c->mem, n, sizeof *picks);
	for (size_t i = 0; i < n; i++) {
		struct str value = offer_typed_value(c, p->id, variants[i].id);

		if (offer_typed_has(t, value))
			continue;
		picks[out->variants_n++] = (struct tpl_part_dash_pick){
			.value = value, .title = variants[i].title, .detail = variants[i].sku, .from = variants[i].price };
	}
	out->variants = picks;
	return OK;
}

static enum err found_show(struct ctx *c, const struct offer_typed *t, struct tpl_dashboard_offer_form *page)
{
	struct tpl_dashboard_offer_form_found *rows = arena_array(c->mem, FOUND_MAX, sizeof *rows);
	struct tpl_part_dash_pick *picks = arena_array(c->mem, FOUND_MAX, sizeof *picks);
	struct catalog_product *list;
	size_t n, shown = 0;

	TRY(catalog_product_list(c, t->q, S("active"), (struct product_id){ 0 }, FOUND_MAX + OFFER_LINES_MAX + 1, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct str value = offer_typed_value(c, list[i].id, (struct variant_id){ 0 });
		struct tpl_dashboard_offer_form_found *row = &rows[shown];

		if (offer_typed_has(t, value))
			continue;
		page->more = shown == FOUND_MAX;
		if (page->more)
			break;
		picks[shown] = (struct tpl_part_dash_pick){
			.value = value, .title = list[i].title, .detail = dash_shop(list, n, i), .image = list[i].image_url,
			.from = { list[i].price_min_minor, list[i].currency }, .to = { list[i].price_max_minor, list[i].currency },
			.ranged = list[i].price_max_minor > list[i].price_min_minor,
		};
		row->product = &picks[shown++];
		row->product_n = 1;
		TRY(variants_show(c, t, &list[i], row));
	}
	page->found = rows;
	page->found_n = shown;
	return OK;
}

static struct str wrong_value(const struct ctx *c)
{
	static const char *const names[] = { "value", "basis_points", "amount" };

	for (size_t i = 0; i < COUNT(names); i++) {
		if (dash_wrong(c, names[i]).n)
			return dash_wrong(c, names[i]);
	}
	return S("");
}

static const struct tpl_part_dash_wrong *others_of(struct ctx *c, const struct tpl_dashboard_offer_form *page, size_t *n)
{
	static const char *const shown[] = { "name", "kind", "value", "basis_points", "amount", "lines", "starts_at", "ends_at",
		"redemptions_max", NULL };
	struct tpl_part_dash_wrong *others = arena_array(c->mem, CTX_FIELDS_MAX, sizeof *others);
	const struct tpl_part_dash_wrong *all = dash_others(c, shown, n);
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		bool beside = str_starts(all[i].field, S("lines."));

		if (!beside || !page->chosen_n)
			others[kept++] = all[i];
	}
	*n = kept;
	return others;
}

static enum err show(struct ctx *c, struct res *r, const struct dash *d, struct offer_typed *t, enum err refused)
{
	struct tpl_dashboard_offer_form page = {
		.layout = d->layout, .key = d->key, .id = uuid_is_nil(t->id.u) ? S("") : ID_TEXT(c->mem, offer, t->id),
		.revision = t->revision, .problem = dash_problem(refused), .name = t->name, .wrong_name = dash_wrong(c, "name"),
		.percent = str_eq(t->kind, S("percentage_off")), .off = str_eq(t->kind, S("fixed_amount_off")),
		.fixed = str_eq(t->kind, S("fixed_price")), .wrong_kind = dash_wrong(c, "kind"), .value = t->value,
		.wrong_value = wrong_value(c), .wrong_lines = dash_wrong(c, "lines"), .q = t->q, .starts_at = t->starts_at,
		.ends_at = t->ends_at, .wrong_starts_at = dash_wrong(c, "starts_at"), .wrong_ends_at = dash_wrong(c, "ends_at"),
		.redemptions_max = t->redemptions_max, .wrong_redemptions_max = dash_wrong(c, "redemptions_max"), .once = t->once,
		.restores = t->restores,
		.limits = t->starts_at.n || t->ends_at.n || t->redemptions_max.n || t->once || t->restores, .zone = d->me.zone,
		.own_values = !uuid_is_nil(t->id.u),
	};
	struct buf b = dash_buf(c);

	TRY(chosen_show(c, t, &page));
	TRY(found_show(c, t, &page));
	for (size_t i = 0; i < t->lines_n; i++)
		page.own_values = page.own_values || t->lines[i].own.n;
	page.others = others_of(c, &page, &page.others_n);
	tpl_dashboard_offer_form(&b, &page);
	return res_html(r, dash_status(refused), buf_str(&b));
}

struct doing {
	const struct dash *d;
	struct offer_typed *t;
	struct offer_id id;
	bool activate;
};

static enum err make(struct ctx *c, void *arg)
{
	struct offer_ask *ask = NEW(c->mem, struct offer_ask);
	struct doing *k = arg;

	TRY(offer_typed_ask(c, k->d, k->t, ask));
	TRY(offer_create(c, ask, &k->id));
	return k->activate ? offer_activate(c, k->id) : OK;
}

static enum err change(struct ctx *c, void *arg)
{
	struct offer_ask *ask = NEW(c->mem, struct offer_ask);
	struct doing *k = arg;

	TRY(offer_typed_ask(c, k->d, k->t, ask));
	return offer_update(c, k->id, k->t->revision, ask);
}

enum err dash_offer_new(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_typed *t = NEW(c->mem, struct offer_typed);
	struct dash d;

	TRY(dash_open(c, q, DASH_OFFERS, &d));
	if (q->method == POST)
		offer_typed_read(c, q, t);
	else
		t->kind = S("percentage_off");
	if (req_arg(q, "product").n)
		offer_typed_add(t, req_arg(q, "product"), S(""));
	return show(c, r, &d, t, OK);
}

enum err dash_offer_make(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_typed *t = NEW(c->mem, struct offer_typed);
	struct doing k = { .t = t, .activate = str_eq(req_form(q, "then"), S("activate")) };
	enum err refused;
	struct dash d;

	TRY(dash_open(c, q, DASH_OFFERS, &d));
	k.d = &d;
	offer_typed_read(c, q, t);
	TRY(dash_try(c, make, &k, &refused));
	return refused == OK ? dash_go(r, "offers", ID_offer, k.id.u) : show(c, r, &d, t, refused);
}

enum err dash_offer_edit(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_typed *t = NEW(c->mem, struct offer_typed);
	struct offer offer;
	struct offer_id id;
	struct dash d;

	TRY(req_id(c, q, "id", ID_offer, &id.u));
	TRY(dash_open(c, q, DASH_OFFERS, &d));
	TRY(offer_by_id(c, id, &offer));
	if (q->method == POST)
		offer_typed_read(c, q, t);
	else
		TRY(offer_typed_of(c, &d, &offer, t));
	t->id = id;
	return show(c, r, &d, t, OK);
}

enum err dash_offer_change(struct ctx *c, const struct req *q, struct res *r)
{
	struct offer_typed *t = NEW(c->mem, struct offer_typed);
	struct doing k = { .t = t };
	enum err refused;
	struct dash d;

	TRY(req_id(c, q, "id", ID_offer, &k.id.u));
	TRY(dash_open(c, q, DASH_OFFERS, &d));
	k.d = &d;
	offer_typed_read(c, q, t);
	t->id = k.id;
	TRY(dash_try(c, change, &k, &refused));
	return refused == OK ? dash_go(r, "offers", ID_offer, k.id.u) : show(c, r, &d, t, refused);
}
