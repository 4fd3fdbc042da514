/* world_seed.c: who and what there is in every world. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/crypto/crypto.h"
#include "tests/world_inside.h"

static struct uuid seed_uuid(int n)
{
	struct uuid u;
	char text[37];

	snprintf(text, sizeof text, "01900000-0000-7000-8000-%012d", n);
	if (!uuid_read(str_of(text), &u))
		abort();
	return u;
}

/* Hashes as lib/account stores them: SHA-256 of the whole token. */
static const char *hash_of(struct world *w, struct str token)
{
	struct digest d = crypto_sha256(token);

	return str_z(w->mem, str_fmt(w->mem, "'\\x" STR_FMT "'", STR_ARG(crypto_hex(w->mem, crypto_digest_str(&d)))));
}

static void seed_person(struct world *w, struct seller *p, const char *name, int at)
{
	struct uuid key = seed_uuid(at + 9);

	p->creator.u = seed_uuid(at + 1);
	p->connection.u = seed_uuid(at + 2);
	p->api_key = str_fmt(w->mem, "ufy_%s00000000000000000000000000000000", name);
	p->session = str_fmt(w->mem, "%ssession00000000000000000000000000", name);
	p->csrf = str_fmt(w->mem, "%scsrf0000000000000000", name);
	/* the password is "correct horse" (argon2id with the least cost there is) */
	world_sql(w, "insert into u.creator (id, handle, name, email, password_hash) values"
		     " (%s, '%s', initcap('%s'), '%s@example.com',"
		     " '$argon2id$v=19$m=8,t=1,p=1$+oBCaXqUC5fWfgftjoZ7Eg$6wi0cw/72L7A+wAtltG71ZppqSgF4BS8KESvvGn1czs')",
		world_uuid(w, p->creator.u), name, name, name);
	world_sql(w, "insert into u.creator_session (token_hash, creator_id, csrf, expires_at)"
		     " values (%s, %s, '" STR_FMT "', u.clock() + interval '30 days')",
		hash_of(w, p->session), world_uuid(w, p->creator.u), STR_ARG(p->csrf));
	world_sql(w, "insert into u.api_key (id, creator_id, name, key_hash, shown) values (%s, %s, 'tests', %s, 'ufy_')",
		world_uuid(w, key), world_uuid(w, p->creator.u), hash_of(w, p->api_key));
}

static void seed_connection(struct world *w, struct seller *p, const char *role)
{
	world_sql(w, "insert into u.connection (id, creator_id, shop_id, role, status) values (%s, %s, %s, '%s', 'active')",
		world_uuid(w, p->connection.u), world_uuid(w, p->creator.u), world_uuid(w, w->shop.u), role);
}

static void seed_shop(struct world *w, const struct world_options *o)
{
	int n = o->variants > 0 ? o->variants : 1;

	world_sql(w, "insert into u.shop (id, domain, name, currency, storefront_url, status, access_sealed, scopes, installed_at)"
		     " values (%s, 'x.myshopify.com', 'X', 'USD', 'https://shop.example', 'active', 'sealed',"
		     " 'read_products,read_inventory,read_locations,read_orders,write_discounts', u.clock())",
		world_uuid(w, w->shop.u));
	world_sql(w, "insert into u.location (shop_id, external_id, name, active, online) values (%s, 7301, 'Here', true, true)",
		world_uuid(w, w->shop.u));
	world_sql(w, "insert into u.product (id, shop_id, external_id, title, handle, status) values (%s, %s, 7001, 'Mug', 'mug', 'active')",
		world_uuid(w, w->product.u), world_uuid(w, w->shop.u));
	for (int i = 0; i < n; i++) {
		w->items[i].u = seed_uuid(300 + i);
		w->variants[i].u = seed_uuid(400 + i);
		world_sql(w, "insert into u.inventory (shop_id, item_id, external_id, shop_available, read_at) values (%s, %s, %d, %d, u.clock())",
			world_uuid(w, w->shop.u), world_uuid(w, w->items[i].u), 7201 + i, o->stock);
		world_sql(w, "insert into u.inventory_level (shop_id, item_id, location_id, available, shop_updated_at) values (%s, %s, 7301, %d, u.clock())",
			world_uuid(w, w->shop.u), world_uuid(w, w->items[i].u), o->stock);
		world_sql(w, "insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy, position)"
			     " values (%s, %s, %s, %s, %d, case when %d = 1 then 'Default Title' else 'V' || %d end, 2000, 'USD', 'deny', %d)",
			world_uuid(w, w->variants[i].u), world_uuid(w, w->shop.u), world_uuid(w, w->product.u),
			world_uuid(w, w->items[i].u), 7101 + i, n, i + 1, i + 1);
	}
	w->variant = w->variants[0];
	w->item = w->items[0];
}

static void seed_offer(struct world *w, struct seller *p, const struct world_options *o)
{
	const char *creator = world_uuid(w, p->creator.u), *shop = world_uuid(w, w->shop.u), *offer = world_uuid(w, p->offer.u);

	world_sql(w, "insert into u.offer (id, creator_id, shop_id, name, kind, value, state, redemptions_max)"
		     " values (%s, %s, %s, 'Live deal', 'percentage_off', 2000, 'active', nullif(%d, 0))",
		offer, creator, shop, o->redemptions_max);
	world_sql(w, "insert into u.offer_product (offer_id, creator_id, shop_id, position, product_id) values (%s, %s, %s, 1, %s)",
		offer, creator, shop, world_uuid(w, w->product.u));
	world_sql(w, "insert into u.offer_discount (id, offer_id, shop_id, amount_minor, currency, code, external_id, state, placed_at)"
		     " values (%s, %s, %s, 400, 'USD', '" STR_FMT "', 'gid://shopify/DiscountCodeNode/1', 'placed', u.clock())",
		world_uuid(w, p->discount.u), offer, shop, STR_ARG(p->discount_code));
	world_sql(w, "insert into u.offer_price (offer_id, variant_id, shop_id, item_id, list_minor, price_minor, currency, discount_id, covered)"
		     " select %s, v.id, v.shop_id, v.item_id, 2000, 1600, 'USD', %s, true from u.variant v",
		offer, world_uuid(w, p->discount.u));
}

static void seed_link(struct world *w, struct seller *p, const struct world_options *o)
{
	const char *creator = world_uuid(w, p->creator.u);

	world_sql(w, "insert into u.stream (id, creator_id, platform, title, state, started_at)"
		     " values (%s, %s, 'youtube', 'Friday live', 'live', u.clock())",
		world_uuid(w, p->stream.u), creator);
	world_sql(w, "insert into u.attribution (id, creator_id, platform, surface, stream_id) values (%s, %s, 'youtube', 'live', %s)",
		world_uuid(w, p->attribution.u), creator, world_uuid(w, p->stream.u));
	world_sql(w, "insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code, clicks_max)"
		     " values (%s, %s, %s, %s, %s, '" STR_FMT "', nullif(%d, 0))",
		world_uuid(w, p->link.u), creator, world_uuid(w, w->shop.u), world_uuid(w, p->offer.u),
		world_uuid(w, p->attribution.u), STR_ARG(p->code), o->clicks_max);
}

static void seed_sales(struct world *w, struct seller *p, const char *name, int at, const struct world_options *o)
{
	struct str upper = str_fmt(w->mem, "UFY-%s20", name);

	p->offer.u = seed_uuid(at + 3);
	p->discount.u = seed_uuid(at + 4);
	p->stream.u = seed_uuid(at + 5);
	p->attribution.u = seed_uuid(at + 6);
	p->link.u = seed_uuid(at + 7);
	p->code = str_fmt(w->mem, "%slink1", name);
	p->discount_code = world_text(w, "select upper('" STR_FMT "')", STR_ARG(upper));
	seed_offer(w, p, o);
	seed_link(w, p, o);
}

void world_seed(struct world *w, const struct world_options *o)
{
	w->shop.u = seed_uuid(1);
	w->product.u = seed_uuid(2);
	seed_person(w, &w->anna, "anna", 100);
	seed_person(w, &w->ben, "ben", 200);
	seed_shop(w, o);
	seed_connection(w, &w->anna, "owner");
	seed_connection(w, &w->ben, "seller");
	if (!o->bare)
		seed_sales(w, &w->anna, "anna", 100, o);
	if (!o->bare && o->ben)
		seed_sales(w, &w->ben, "ben", 200, o);
}
