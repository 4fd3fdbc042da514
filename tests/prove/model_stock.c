/* model_stock.c: stock at the shop, which sells elsewhere too, and what it reports of it, late and out of order. */
#include <string.h>

#include "lib/inventory/inventory.h"
#include "tests/prove/model.h"

static void level_leaves(struct stage *s, int item, int location)
{
	if (s->levels_n == WAITING)
		s->levels[any(s, WAITING)] = s->levels[--s->levels_n]; /* one that is never delivered */
	m_level_of(s->m, item, location, &s->levels[s->levels_n++]);
}

void stage_levels(struct stage *s, int item)
{
	for (int l = 0; l < M_LOCATIONS; l++)
		if (s->m->shop[item].updated_ms[l] == s->m->shop_clock_ms)
			level_leaves(s, item, l);
}

bool step_shop_moves(struct stage *s)
{
	int item = (int)any(s, M_ITEMS), location = (int)any(s, M_LOCATIONS), by = 0;

	if (chance(s, 3)) {
		m_shop_switch(s->m, location, !s->m->shop_online[location]);
		said(s, "location %d now sells online: %d", location, s->m->shop_online[location]);
		return true;
	}
	if (chance(s, 40)) {
		if (m_shop_take(s->m, chance(s, 50) ? 6 : (int)any(s, M_VARIANTS - 1), 1 + (int)any(s, 2), false))
			by = -1;
		for (int i = 0; i < M_ITEMS && by; i++)
			stage_levels(s, i);
		said(s, "sold elsewhere: %d", by);
		return true;
	}
	by = s->m->shop[item].available[location] < 8 && chance(s, 80) ? (int)any(s, 25) : -(int)any(s, 5);
	m_shop_move(s->m, item, location, by);
	stage_levels(s, item);
	said(s, "item %d at location %d counted: %+d, %d now", item, location, by, s->m->shop[item].available[location]);
	return true;
}

struct told_level {
	struct stage *s;
	const struct m_level *t;
	bool known;
};

static enum err tell_level(struct ctx *c, void *arg)
{
	struct told_level *k = arg;
	struct platform_level level = { .item = 9200 + k->t->item, .location = 7301 + k->t->location, .available = k->t->available,
		.known = true, .updated_ms = k->t->updated_ms };

	return inventory_level_told(c, k->s->w.shop, &level, &k->known);
}

/* Out of order, and about every fifth once more later. */
bool step_level_told(struct stage *s)
{
	struct told_level k = { .s = s };
	struct m_level told;
	int n;

	if (s->levels_n == 0)
		return true;
	n = (int)any(s, (uint32_t)s->levels_n);
	told = s->levels[n];
	k.t = &told;
	if (!chance(s, 20))
		s->levels[n] = s->levels[--s->levels_n];
	if (stage_do(s, (struct creator_id){ 0 }, tell_level, &k) != OK)
		return false;
	said(s, "level of item %d at location %d told: %d, %s", told.item, told.location, told.available,
		m_level_apply(s->m, &told) ? "new" : "stale");
	return k.known || wrong(s, "item %d is unknown", told.item);
}

bool step_read_begins(struct stage *s)
{
	int item = (int)any(s, M_ITEMS);

	if (s->reads_n == WAITING)
		return true;
	if (chance(s, 2) && item != 3)
		s->m->shop[item].tracked = !s->m->shop[item].tracked;
	m_read_begin(s->m, item, &s->reads[s->reads_n++]);
	said(s, "a read of item %d begins", item);
	return true;
}

struct full_read {
	struct stage *s;
	struct m_read r;
	bool changed;
};

static enum err end_read(struct ctx *c, void *arg)
{
	struct full_read *k = arg;
	struct platform_stock *levels = arena_array(c->mem, M_LOCATIONS, sizeof *levels);
	struct platform_item told = { .external = 9200 + k->r.item, .found = true, .tracked = k->r.tracked, .levels = levels,
		.levels_n = M_LOCATIONS };

	for (int l = 0; l < M_LOCATIONS; l++)
		levels[l] = (struct platform_stock){ .location = 7301 + l, .location_name = S("Place"), .active = true,
			.online = k->r.online[l], .available = k->r.available[l], .updated_ms = k->r.updated_ms[l] };
	return inventory_read(c, k->s->w.shop, (struct item_id){ stage_uuid(3, k->r.item) }, &told, k->r.began_ms,
		k->r.began_ms + k->s->m->shop_skew_ms, S("full_read"), &k->changed);
}

/* One helper reads, so what began first ends first. The sweeper goes before it, as nothing says whether a lapsed hold that is
 * still on the shelf makes a shortage; the other items follow a location that changed, as the auditor lets them. */
bool step_read_ends(struct stage *s)
{
	struct full_read k = { .s = s };

	if (s->reads_n == 0)
		return true;
	k.r = s->reads[0];
	memmove(&s->reads[0], &s->reads[1], (size_t)--s->reads_n * sizeof s->reads[0]);
	if (!stage_tidy(s) || stage_do(s, (struct creator_id){ 0 }, end_read, &k) != OK)
		return false;
	while (strcmp(stage_text(s, "select u.stock_settle(100)"), "0") != 0)
		;
	m_read_apply(s->m, &k.r);
	said(s, "the read of item %d ends: %s", k.r.item, k.changed ? "changed" : "same");
	return true;
}
