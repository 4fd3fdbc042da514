/* model_seed.c: who and what there is at a run's beginning, on both sides. */
#include "lib/db/db.h"
#include "tests/prove/model.h"

static const struct {
	int stock[M_LOCATIONS];
	bool tracked;
	int buffer;
} goods[M_ITEMS] = {
	{ { 60, 20, 5 }, true, 0 },  /* variants 0 and 1 share it */
	{ { 12, 0, 30 }, true, 0 },
	{ { 0, 0, 0 }, false, 0 },   /* not tracked */
	{ { 4, 2, 0 }, true, 0 },    /* sells on at zero */
	{ { 25, 5, 5 }, true, 3 },   /* keeps three back */
	{ { 2, 1, 0 }, true, 0 },    /* scarce */
	{ { 9, 0, 0 }, true, 1 },    /* in no offer */
};
static const int item_of[M_VARIANTS] = { 0, 0, 1, 2, 3, 4, 5, 6 };

static void put_item(struct stage *s, int i)
{
	struct model *m = s->m;
	const char *shop = world_uuid(&s->w, s->w.shop.u), *item = world_uuid(&s->w, stage_uuid(3, i));

	stage_sql(s, "insert into u.inventory (shop_id, item_id, external_id, tracked, buffer, buffer_units, read_at)"
		" values (%s, %s, %d, %s, %d, %d, u.clock())", shop, item, 9200 + i, goods[i].tracked ? "true" : "false", goods[i].buffer,
		goods[i].buffer);
	m->items[i].tracked = m->shop[i].tracked = goods[i].tracked;
	m->items[i].buffer = goods[i].buffer;
	for (int l = 0; l < M_LOCATIONS; l++) {
		m->items[i].level[l] = m->shop[i].available[l] = goods[i].stock[l];
		m->items[i].level_updated_ms[l] = m->shop[i].updated_ms[l] = m_stamp(m);
		m->items[i].level_seen_ms[l] = m->now_ms;
		stage_sql(s, "insert into u.inventory_level (shop_id, item_id, location_id, available, shop_updated_at, seen_at)"
			" values (%s, %s, %d, %d, u.at(%lld), u.clock())",
			shop, item, 7301 + l, goods[i].stock[l], (long long)m->items[i].level_updated_ms[l]);
	}
	stage_sql(s, "update u.inventory set shop_available = %d where item_id = %s", m_available(m, i), item);
}

/* The world's variants move onto our items; the last one leaves the product that offers sell. */
void stage_goods(struct stage *s)
{
	const char *shop = world_uuid(&s->w, s->w.shop.u);

	for (int l = 0; l < M_LOCATIONS; l++)
		s->m->online[l] = s->m->shop_online[l] = l < 2;
	stage_sql(s, "insert into u.location (shop_id, external_id, name, active, online)"
		" values (%s, 7302, 'Depot', true, true), (%s, 7303, 'Stall', true, false)", shop, shop);
	for (int i = 0; i < M_ITEMS; i++)
		put_item(s, i);
	for (int v = 0; v < M_VARIANTS; v++) {
		s->m->variants[v] = (struct m_variant){ item_of[v], goods[item_of[v]].stock[0] == 4, v < M_VARIANTS - 1 };
		stage_sql(s, "update u.variant set item_id = %s, policy = '%s' where id = %s",
			world_uuid(&s->w, stage_uuid(3, item_of[v])), s->m->variants[v].oversell ? "continue" : "deny",
			world_uuid(&s->w, s->w.variants[v].u));
	}
	stage_sql(s, "insert into u.product (id, shop_id, external_id, title, handle, status)"
		" values (%s, %s, 7002, 'Vase', 'vase', 'active');"
		"update u.variant set product_id = %s where id = %s;"
		"delete from u.offer_price where variant_id = %s;"
		"update u.offer_price p set item_id = v.item_id from u.variant v where v.id = p.variant_id;"
		"delete from u.inventory where external_id < 9000",
		world_uuid(&s->w, stage_uuid(4, 0)), shop, world_uuid(&s->w, stage_uuid(4, 0)),
		world_uuid(&s->w, s->w.variants[7].u), world_uuid(&s->w, s->w.variants[7].u));
}

/* Offer 0 is anna's, 1 ben's, 2 anna's for a number of buyers, 3 anna's until a moment. */
static void copy_offer(struct stage *s, int n)
{
	const char *from = world_uuid(&s->w, s->w.anna.offer.u), *id = world_uuid(&s->w, s->offers[n].u);
	const char *code = world_uuid(&s->w, stage_uuid(6, n));

	stage_sql(s, "insert into u.offer (id, creator_id, shop_id, name, kind, value, state)"
		" select %s, creator_id, shop_id, 'Deal', kind, value, state from u.offer where id = %s;"
		"insert into u.offer_product (offer_id, creator_id, shop_id, position, product_id)"
		" select %s, creator_id, shop_id, position, product_id from u.offer_product where offer_id = %s;"
		"insert into u.offer_discount (id, offer_id, shop_id, amount_minor, currency, code, external_id, state, placed_at)"
		" select %s, %s, shop_id, amount_minor, currency, 'UFY-MODEL%d', 'gid://shopify/DiscountCodeNode/%d', state, placed_at"
		" from u.offer_discount where offer_id = %s;"
		"insert into u.offer_price (offer_id, variant_id, shop_id, item_id, list_minor, price_minor, currency, discount_id, covered)"
		" select %s, variant_id, shop_id, item_id, list_minor, price_minor, currency, %s, covered from u.offer_price where offer_id = %s",
		id, from, id, from, code, id, n, 10 + n, from, id, code, from);
}

void stage_offers(struct stage *s)
{
	struct model *m = s->m;

	s->offers[0] = s->w.anna.offer;
	s->offers[1] = s->w.ben.offer;
	for (int n = 2; n < M_OFFERS; n++) {
		s->offers[n].u = stage_uuid(5, n);
		copy_offer(s, n);
	}
	m->offers[2].max = 12;
	m->offers[3].ends_ms = m->now_ms + 7200000;
	stage_sql(s, "update u.offer set redemptions_max = 12 where id = %s", world_uuid(&s->w, s->offers[2].u));
	stage_sql(s, "update u.offer set ends_at = u.at(%lld) where id = %s", (long long)m->offers[3].ends_ms,
		world_uuid(&s->w, s->offers[3].u));
}

static const struct {
	int offer, variant, clicks_max;
	int64_t lives_ms;
} slots[SLOTS] = {
	{ 0, M_NONE, 0, 0 }, { 0, 6, 0, 0 }, { 1, M_NONE, 0, 0 }, { 2, M_NONE, 0, 0 },
	{ 0, M_NONE, 25, 0 }, { 3, 0, 0, 0 }, { 2, 5, 8, 0 }, { 1, 1, 0, 5400000 },
};

void stage_new_link(struct stage *s, int slot)
{
	struct model *m = s->m;
	int n = m->links_n++, offer = slots[slot].offer, v = slots[slot].variant;
	const struct seller *p = offer == 1 ? &s->w.ben : &s->w.anna;

	m->links[n] = (struct m_link){ .offer = offer, .variant = v, .clicks_max = slots[slot].clicks_max,
		.expires_ms = slots[slot].lives_ms ? m->now_ms + slots[slot].lives_ms : 0 };
	s->link_ids[n] = stage_uuid(7, n);
	s->slots[slot] = n;
	stage_sql(s, "insert into u.short_link (id, creator_id, shop_id, offer_id, product_id, variant_id, attribution_id, code, clicks_max, expires_at)"
		" select %s, o.creator_id, o.shop_id, o.id, case when %d >= 0 then %s::uuid end, case when %d >= 0 then %s::uuid end, %s, 'Model%06d',"
		" nullif(%d, 0), case when %lld = 0 then null else u.at(%lld) end from u.offer o where o.id = %s",
		world_uuid(&s->w, s->link_ids[n]), v, world_uuid(&s->w, s->w.product.u), v,
		world_uuid(&s->w, s->w.variants[v < 0 ? 0 : v].u), world_uuid(&s->w, p->attribution.u), n, m->links[n].clicks_max,
		(long long)m->links[n].expires_ms, (long long)m->links[n].expires_ms, world_uuid(&s->w, s->offers[offer].u));
}
