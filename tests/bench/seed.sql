-- seed.sql: one creator with one shop and 1,000 moment links bench0 ... bench999, each with a variant, an item, an offer
-- and a placed discount of its own, and more stock than any run can sell.
begin;

create function pg_temp.id(kind text, n integer) returns uuid language sql immutable as
    $$ select overlay(overlay(md5(kind || n)::text placing '7' from 13) placing '8' from 17)::uuid $$;

insert into u.creator (id, handle, name, email, password_hash)
values (pg_temp.id('creator', 0), 'bench', 'Bench', 'bench@unifyed.example', '-');

insert into u.shop (id, domain, name, currency, storefront_url, status, access_sealed, installed_at)
values (pg_temp.id('shop', 0), 'bench.myshopify.com', 'Bench', 'EUR', 'https://bench.example', 'active', '-', u.clock());

insert into u.connection (id, creator_id, shop_id, role, status)
values (pg_temp.id('connection', 0), pg_temp.id('creator', 0), pg_temp.id('shop', 0), 'owner', 'active');

insert into u.product (id, shop_id, external_id, title, handle, status, image_url)
select pg_temp.id('product', n), pg_temp.id('shop', 0), 1000000 + n, 'Linen tote ' || n, 'linen-tote-' || n, 'active',
       'https://cdn.bench.example/linen-tote-' || n || '.jpg'
  from generate_series(0, 999) n;

insert into u.inventory (shop_id, item_id, external_id, shop_available)
select pg_temp.id('shop', 0), pg_temp.id('item', n), 3000000 + n, 100000000
  from generate_series(0, 999) n;

insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy)
select pg_temp.id('variant', n), pg_temp.id('shop', 0), pg_temp.id('product', n), pg_temp.id('item', n), 2000000 + n,
       'Default Title', 4000, 'EUR', 'deny'
  from generate_series(0, 999) n;

insert into u.offer (id, creator_id, shop_id, name, kind, value, state)
select pg_temp.id('offer', n), pg_temp.id('creator', 0), pg_temp.id('shop', 0), 'A quarter off ' || n, 'percentage_off', 2500, 'active'
  from generate_series(0, 999) n;

insert into u.offer_product (offer_id, creator_id, shop_id, position, product_id)
select pg_temp.id('offer', n), pg_temp.id('creator', 0), pg_temp.id('shop', 0), 1, pg_temp.id('product', n)
  from generate_series(0, 999) n;

insert into u.offer_discount (id, offer_id, shop_id, amount_minor, currency, code, external_id, state, placed_at)
select pg_temp.id('discount', n), pg_temp.id('offer', n), pg_temp.id('shop', 0), 1000, 'EUR', 'UFY-BENCH-' || n,
       'gid://shopify/DiscountCodeNode/' || n, 'placed', u.clock()
  from generate_series(0, 999) n;

insert into u.offer_price (offer_id, variant_id, shop_id, item_id, list_minor, price_minor, currency, discount_id, covered)
select pg_temp.id('offer', n), pg_temp.id('variant', n), pg_temp.id('shop', 0), pg_temp.id('item', n), 4000, 3000, 'EUR',
       pg_temp.id('discount', n), true
  from generate_series(0, 999) n;

insert into u.attribution (id, creator_id, platform, surface)
values (pg_temp.id('attribution', 0), pg_temp.id('creator', 0), 'youtube', 'live');

insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code)
select pg_temp.id('link', n), pg_temp.id('creator', 0), pg_temp.id('shop', 0), pg_temp.id('offer', n),
       pg_temp.id('attribution', 0), 'bench' || n
  from generate_series(0, 999) n;

commit;
analyze;
