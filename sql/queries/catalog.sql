-- :catalog_sync_want
-- Wants a sync of shop $1; $2: only when there never was one that worked.
insert into u.catalog_sync as y (shop_id)
values ($1::uuid)
on conflict (shop_id) do update
   set wanted_at = u.clock(), state = case y.state when 'running' then 'running' else 'wanted' end, attempts = 0,
       retry_at = case y.state when 'running' then y.retry_at end
 where not $2::boolean or y.state = 'failed';

-- :catalog_sync_want_hers
-- The same for every shop that creator $1 sells from.
insert into u.catalog_sync as y (shop_id)
select n.shop_id
  from u.connection n
  join u.shop s on s.id = n.shop_id
 where n.creator_id = $1::uuid and n.status = 'active' and s.status = 'active'
 order by n.shop_id
on conflict (shop_id) do update
   set wanted_at = u.clock(), state = case y.state when 'running' then 'running' else 'wanted' end, attempts = 0,
       retry_at = case y.state when 'running' then y.retry_at end;

-- :catalog_sync_list
-- Progress for each shop that creator $1 sells from.
select y.shop_id, s.domain, s.name, y.state, y.phase, y.products, y.variants, y.problem, u.ms(y.wanted_at) as wanted_ms,
       u.ms(y.started_at) as started_ms, u.ms(y.finished_at) as finished_ms
  from u.catalog_sync y
  join u.shop s on s.id = y.shop_id
  join u.connection n on n.shop_id = s.id and n.creator_id = $1::uuid and n.status = 'active'
 order by s.domain;

-- :catalog_sync_claim
-- The shop whose sync has waited longest, for the next page of it; nobody else gets it for $1 seconds. A new sync is a new
-- generation. What is done is wanted again after a day, what failed after an hour.
update u.catalog_sync y
   set state = 'running',
       generation = y.generation + case y.state when 'running' then 0 else 1 end,
       cursor = case y.state when 'running' then y.cursor else '' end,
       phase = case y.state when 'running' then y.phase else 'products' end,
       products = case y.state when 'running' then y.products else 0 end,
       variants = case y.state when 'running' then y.variants else 0 end,
       started_at = case y.state when 'running' then y.started_at else u.clock() end,
       attempts = case y.state when 'running' then y.attempts else 0 end,
       retry_at = u.clock() + make_interval(secs => $1::int)
 where y.shop_id = (
        select z.shop_id
          from u.catalog_sync z
          join u.shop s on s.id = z.shop_id
         where s.status = 'active' and (s.call_after is null or s.call_after <= u.clock())
           and (z.retry_at is null or z.retry_at <= u.clock())
           and (z.state in ('wanted', 'running')
                or z.state = 'done' and z.finished_at < u.clock() - interval '1 day'
                or z.state = 'failed' and z.finished_at < u.clock() - interval '1 hour')
         order by coalesce(z.retry_at, z.wanted_at)
         limit 1
           for update of z skip locked)
returning y.shop_id, y.generation, y.cursor, y.phase;

-- :catalog_sync_page
-- Moves the sync of shop $1 in generation $2 from cursor $3 to $4, or to phase $5; no row when it has moved meanwhile.
update u.catalog_sync
   set cursor = $4::text, phase = $5::text, products = products + $6::int, variants = variants + $7::int,
       retry_at = u.clock(), attempts = 0, problem = ''
 where shop_id = $1::uuid and generation = $2::int and cursor = $3::text and state = 'running' and phase = 'products'
returning shop_id;

-- :catalog_variants_counted
update u.catalog_sync set variants = variants + $2::int where shop_id = $1::uuid and state = 'running';

-- :catalog_sync_failed
-- The page could not be read: again later, or failed after $4 refusals ($3: it counts).
update u.catalog_sync
   set problem = $2::text,
       attempts = attempts + case when $3::boolean then 1 else 0 end,
       retry_at = u.clock() + make_interval(secs => case when $3 then least(300, power(2, attempts)) else 1 end),
       state = case when $3 and attempts + 1 >= $4::int then 'failed' else state end,
       finished_at = case when $3 and attempts + 1 >= $4 then u.clock() else finished_at end
 where shop_id = $1::uuid and state = 'running';

-- :catalog_sync_finish
-- Done, when all variants are here and the stock of each item was read since the sync began; wanted once more when somebody
-- asked meanwhile. No row: not yet.
update u.catalog_sync y
   set state = case when y.wanted_at > y.started_at then 'wanted' else 'done' end,
       phase = 'done', finished_at = u.clock(), retry_at = null
 where y.shop_id = $1::uuid and y.state = 'running' and y.phase = 'stock'
   and not exists (select 1 from u.product p where p.shop_id = y.shop_id and p.more_variants <> '')
   and not exists (select 1 from u.inventory i
                    where i.shop_id = y.shop_id and i.dirty_at is not null and (i.read_at is null or i.read_at < y.started_at))
returning y.shop_id;

-- :catalog_sync_wait
update u.catalog_sync set retry_at = u.clock() + interval '500 milliseconds' where shop_id = $1::uuid and state = 'running';

-- :catalog_products_put
-- Upserts products $3 of shop $1 as seen in generation $2: [{id, external, title, handle, status, image, updated_ms, more}].
-- is_new: never seen, or had been deleted.
with told as materialized (
    select t.id, t.external, t.title, t.handle, t.status, t.image, t.updated_ms, t.more
      from jsonb_to_recordset($3::jsonb)
           t (id uuid, external bigint, title text, handle text, status text, image text, updated_ms bigint, more text)
), before as materialized (
    select p.external_id, p.title, p.handle, p.status, p.image_url
      from u.product p
      join told t on t.external = p.external_id
     where p.shop_id = $1::uuid
), put as (
    insert into u.product as p (id, shop_id, external_id, title, handle, status, image_url, shop_updated_at, generation, reading, more_variants)
    select t.id, $1, t.external, t.title, t.handle, t.status, t.image, u.at(nullif(t.updated_ms, 0)), $2::int, 1, t.more
      from told t
     order by t.external
    on conflict (shop_id, external_id) do update
       set title = excluded.title, handle = excluded.handle, status = excluded.status, image_url = excluded.image_url,
           shop_updated_at = excluded.shop_updated_at, generation = greatest(p.generation, excluded.generation),
           reading = p.reading + 1, more_variants = excluded.more_variants,
           updated_at = case when (p.title, p.handle, p.status, p.image_url)
                                  is distinct from (excluded.title, excluded.handle, excluded.status, excluded.image_url)
                             then u.clock() else p.updated_at end
    returning p.id, p.external_id, p.title, p.handle, p.status, p.image_url
)
select w.id, w.external_id, b.external_id is null or b.status = 'deleted' as is_new,
       (b.title, b.handle, b.status, b.image_url) is distinct from (w.title, w.handle, w.status, w.image_url) as changed
  from put w
  left join before b on b.external_id = w.external_id;

-- :catalog_more_put
-- Where the reading of product $2's variants goes on from $4; empty: they are all here. No row when it began again meanwhile.
update u.product
   set more_variants = $3::text
 where shop_id = $1::uuid and external_id = $2::bigint and more_variants = $4::text
returning id;

-- :catalog_items_put
-- A stock row for each item that is new: [{item_id, item, tracked}]. It has nothing until its levels were read.
insert into u.inventory (shop_id, item_id, external_id, tracked, dirty_at)
select distinct on (t.item) $1::uuid, t.item_id, t.item, t.tracked, u.clock()
  from jsonb_to_recordset($2::jsonb) t (item_id uuid, item bigint, tracked boolean)
 order by t.item
on conflict (shop_id, external_id) do nothing;

-- :catalog_variants_put
-- Upserts variants $2 of shop $1: [{id, product, external, item, title, sku, price, currency, policy, position}].
-- matters: an offer that holds it must be computed again.
with told as materialized (
    select t.id, t.product, t.external, t.item, t.title, t.sku, t.price, t.currency, t.policy, t.position
      from jsonb_to_recordset($2::jsonb)
           t (id uuid, product bigint, external bigint, item bigint, title text, sku text, price bigint, currency text, policy text, position integer)
), before as materialized (
    select v.external_id, v.product_id, v.item_id, v.title, v.sku, v.price_minor, v.currency, v.policy, v.deleted_at
      from u.variant v
      join told t on t.external = v.external_id
     where v.shop_id = $1::uuid
), put as (
    insert into u.variant as v (id, shop_id, product_id, item_id, external_id, title, sku, price_minor, currency, policy, position, generation)
    select t.id, $1, p.id, i.item_id, t.external, t.title, t.sku, t.price, t.currency, t.policy, t.position, p.reading
      from told t
      join u.product p on p.shop_id = $1 and p.external_id = t.product
      join u.inventory i on i.shop_id = $1 and i.external_id = t.item
     order by t.external
    on conflict (shop_id, external_id) do update
       set product_id = excluded.product_id, item_id = excluded.item_id, title = excluded.title, sku = excluded.sku,
           price_minor = excluded.price_minor, currency = excluded.currency, policy = excluded.policy,
           position = excluded.position, generation = excluded.generation, deleted_at = null,
           updated_at = case when (v.product_id, v.item_id, v.title, v.sku, v.price_minor, v.currency, v.policy, v.deleted_at)
                                  is distinct from (excluded.product_id, excluded.item_id, excluded.title, excluded.sku,
                                                    excluded.price_minor, excluded.currency, excluded.policy, null)
                             then u.clock() else v.updated_at end
    returning v.id, v.external_id, v.product_id, v.item_id, v.title, v.sku, v.price_minor, v.currency, v.policy
)
select w.id, w.product_id,
       b.external_id is null or b.deleted_at is not null
           or (b.title, b.sku, b.price_minor, b.currency, b.policy, b.item_id, b.product_id)
              is distinct from (w.title, w.sku, w.price_minor, w.currency, w.policy, w.item_id, w.product_id) as changed,
       b.external_id is null or b.deleted_at is not null
           or (b.price_minor, b.currency, b.item_id, b.product_id)
              is distinct from (w.price_minor, w.currency, w.item_id, w.product_id) as matters
  from put w
  left join before b on b.external_id = w.external_id;

-- :catalog_variants_gone
-- Of products $2 that were read to their end: the variants that the reading did not find.
update u.variant v
   set deleted_at = u.clock(), updated_at = u.clock()
  from u.product p
 where p.shop_id = $1::uuid and p.external_id = any($2::bigint[]) and p.more_variants = ''
   and v.shop_id = p.shop_id and v.product_id = p.id and v.generation <> p.reading and v.deleted_at is null
returning v.id, v.product_id;

-- :catalog_items_dirty
-- Wants the levels of the items $2 of shop $1; locks stock rows by id, as everybody does.
with due as (
    select i.item_id
      from u.inventory i
     where i.shop_id = $1::uuid and i.external_id = any($2::bigint[])
     order by i.item_id
       for no key update
)
update u.inventory i
   set dirty_at = least(i.dirty_at, u.clock())
  from due d
 where i.shop_id = $1 and i.item_id = d.item_id;

-- :catalog_products_gone
-- At the end of generation $2 what was not seen in it is gone at the shop.
update u.product p
   set status = 'deleted', updated_at = u.clock(), more_variants = '', reading = reading + 1
 where p.shop_id = $1::uuid and p.generation < $2::int and p.status <> 'deleted'
returning p.id, p.external_id;

-- :catalog_product_gone
update u.product p
   set status = 'deleted', updated_at = u.clock(), more_variants = '', reading = reading + 1
 where p.shop_id = $1::uuid and p.external_id = $2::bigint and p.status <> 'deleted'
returning p.id;

-- :catalog_generation
select coalesce((select y.generation from u.catalog_sync y where y.shop_id = $1::uuid), 0) as generation;

-- :catalog_unfinished
-- A product of which some variants are still to be read.
select p.shop_id, p.external_id, p.more_variants
  from u.product p
  join u.shop s on s.id = p.shop_id
 where p.more_variants <> '' and s.status = 'active' and (s.call_after is null or s.call_after <= u.clock())
 order by p.shop_id, p.external_id
 limit 1;

-- :catalog_tell
-- One event of type $2 for each product $3 of shop $1.
insert into u.event_log (id, type, creator_id, shop_id, subject, payload, at)
select u.event_id($2::text, p.id::text || ':' || gen_random_uuid(), u.clock()), $2, u.shop_owner($1::uuid), p.shop_id, p.id,
       jsonb_build_object('external', p.external_id::text, 'status', p.status), u.clock()
  from u.product p
 where p.shop_id = $1 and p.id = any($3::uuid[]);

-- :catalog_product_list
-- Products of the shops that creator $1 sells from, newest first, after $2; $3: part of the title; $4: a status, empty for all but deleted.
select p.id, p.shop_id, p.external_id, p.title, p.handle, p.status, p.image_url, u.ms(p.updated_at) as updated_ms, s.domain,
       s.currency, a.variants, a.price_min, a.price_max
  from u.product p
  join u.connection n on n.shop_id = p.shop_id and n.creator_id = $1::uuid and n.status = 'active'
  join u.shop s on s.id = p.shop_id
 cross join lateral (
        select count(*) as variants, coalesce(min(v.price_minor), 0) as price_min, coalesce(max(v.price_minor), 0) as price_max
          from u.variant v
         where v.shop_id = p.shop_id and v.product_id = p.id and v.deleted_at is null) a
 where ($2::uuid is null or p.id < $2)
   and ($3::text = '' or position(lower($3) in lower(p.title)) > 0)
   and (p.status = $4::text or $4 = '' and p.status <> 'deleted')
 order by p.id desc
 limit $5::int;

-- :catalog_product_by_id
select p.id, p.shop_id, p.external_id, p.title, p.handle, p.status, p.image_url, u.ms(p.updated_at) as updated_ms, s.domain,
       s.currency, a.variants, a.price_min, a.price_max
  from u.product p
  join u.connection n on n.shop_id = p.shop_id and n.creator_id = $1::uuid and n.status = 'active'
  join u.shop s on s.id = p.shop_id
 cross join lateral (
        select count(*) as variants, coalesce(min(v.price_minor), 0) as price_min, coalesce(max(v.price_minor), 0) as price_max
          from u.variant v
         where v.shop_id = p.shop_id and v.product_id = p.id and v.deleted_at is null) a
 where p.id = $2::uuid;

-- :catalog_variants_of
-- The variants of product $2 in the shop's order, with their stock.
select v.id, v.item_id, v.external_id, v.title, v.sku, v.price_minor, v.currency, v.policy, v.position, v.image_url,
       i.tracked, i.shop_available, i.held, i.sold_unsynced, i.buffer, i.free, u.ms(i.read_at) as read_ms
  from u.variant v
  join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
 where v.shop_id = $1::uuid and v.product_id = $2::uuid and v.deleted_at is null
 order by v.position, v.external_id;
