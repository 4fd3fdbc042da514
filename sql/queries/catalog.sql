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
-- generation. What is done is followed by a reading of the changes after $2 s, from $4 s before the last reading began, and by a full
-- one after $3 s; what failed is wanted again after an hour.
with pick as materialized (
    select z.shop_id, z.state <> 'running' as fresh,
           case when z.state = 'running' then z.kind
                when z.state = 'done' and z.high_at is not null
                     and coalesce(z.full_at, z.started_at) > u.clock() - make_interval(secs => $3::int) then 'changes'
                else 'full' end as kind
      from u.catalog_sync z
      join u.shop s on s.id = z.shop_id
     where s.status = 'active' and (s.call_after is null or s.call_after <= u.clock())
       and (z.retry_at is null or z.retry_at <= u.clock())
       and (z.state in ('wanted', 'running')
            or z.state = 'done' and least(z.started_at + make_interval(secs => $2::int),
                                          coalesce(z.full_at, z.started_at) + make_interval(secs => $3)) < u.clock()
            or z.state = 'failed' and z.finished_at < u.clock() - interval '1 hour')
     order by coalesce(z.retry_at, z.wanted_at)
     limit 1
       for update of z skip locked
)
update u.catalog_sync y
   set state = 'running', kind = p.kind,
       generation = y.generation + case when p.fresh then 1 else 0 end,
       cursor = case when p.fresh then '' else y.cursor end,
       phase = case when not p.fresh then y.phase when p.kind = 'full' then 'count' else 'changed' end,
       products = case when p.fresh then 0 else y.products end,
       variants = case when p.fresh then 0 else y.variants end,
       since_at = case when not p.fresh then y.since_at when p.kind = 'changes' then y.high_at - make_interval(secs => $4::int) end,
       began_at = case when p.fresh then null else y.began_at end,
       full_at = case when p.fresh and p.kind = 'full' then u.clock() else y.full_at end,
       started_at = case when p.fresh then u.clock() else y.started_at end,
       attempts = case when p.fresh then 0 else y.attempts end,
       retry_at = u.clock() + make_interval(secs => $1::int)
  from pick p
 where y.shop_id = p.shop_id
returning y.shop_id, y.generation, y.cursor, y.phase, y.kind, u.ms(y.since_at) as since_ms;

-- :catalog_sync_page
-- Moves the sync of shop $1 in generation $2 from phase $8 and cursor $3 to $4, and to phase $5; no row when it has moved meanwhile.
-- $9: when the page was asked for, by the shop's clock.
update u.catalog_sync
   set cursor = $4::text, phase = $5::text, products = products + $6::int, variants = variants + $7::int,
       began_at = coalesce(began_at, u.at(nullif($9::bigint, 0)), u.clock()),
       retry_at = u.clock(), attempts = 0, problem = ''
 where shop_id = $1::uuid and generation = $2::int and cursor = $3::text and state = 'running' and phase = $8::text
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
       phase = 'done', finished_at = u.clock(), retry_at = null, high_at = coalesce(y.began_at, y.high_at)
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
-- A stock row for each item that is new: [{item_id, item, tracked}]. It has nothing until its levels were read; $3: they follow by
-- themselves.
insert into u.inventory (shop_id, item_id, external_id, tracked, dirty_at)
select distinct on (t.item) $1::uuid, t.item_id, t.item, t.tracked, case when $3::boolean then null else u.clock() end
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

-- :catalog_adopt_begin
-- Waits for orders of shop $1 that are being applied: one of them may hold a variant that is about to be known.
select u.order_lines_adopt_begin($1::uuid);

-- :catalog_adopt
-- Order lines that came before their variant $2 was known get its item.
select u.order_lines_adopt($1::uuid, $2::bigint[]) as lines;

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

-- :catalog_bulk_find
-- The reading as files that belongs to the sync of shop $1 in generation $2, begun here when it is new, and what a call needs to know.
insert into u.catalog_bulk as b (shop_id, generation)
values ($1::uuid, $2::int)
on conflict (shop_id) do update
   set generation = excluded.generation,
       what = case when b.generation = excluded.generation then b.what else 'products' end,
       state = case when b.generation = excluded.generation then b.state else 'wanted' end,
       tries = case when b.generation = excluded.generation then b.tries else 0 end
returning what, state, external_id, url, lines_told, lines_read, next_byte, tries, u.ms(asked_at) as asked_ms,
          u.ms(shop_asked_at) as shop_asked_ms, u.ms(u.clock()) as now_ms,
          (select s.currency from u.shop s where s.id = b.shop_id) as currency;

-- :catalog_bulk_asked
-- The shop prepares the file as operation $3; it was asked at $4 by our clock, $5 by its own.
update u.catalog_bulk
   set state = 'asked', external_id = $3::text, url = '', lines_told = 0, lines_read = 0, next_byte = 0, asked_at = u.at($4::bigint),
       shop_asked_at = u.at($5::bigint)
 where shop_id = $1::uuid and generation = $2::int and state = 'wanted';

-- :catalog_bulk_ready
-- The file is there, at $3 with $4 lines; without an address there is nothing in it.
update u.catalog_bulk
   set state = case when $3::text = '' then 'applying' else 'reading' end, url = $3, lines_told = $4::bigint
 where shop_id = $1::uuid and generation = $2::int and state = 'asked';

-- :catalog_bulk_moved
-- $5 lines up to byte $4 are stored; $6: that were all of them. No row when it has moved meanwhile.
update u.catalog_bulk
   set next_byte = $4::bigint, lines_read = lines_read + $5::bigint, state = case when $6::boolean then 'applying' else state end
 where shop_id = $1::uuid and generation = $2::int and state = 'reading' and next_byte = $3::bigint
returning shop_id, lines_read, lines_told;

-- :catalog_bulk_next
-- The products are applied: the stock follows.
update u.catalog_bulk
   set what = 'stock', state = 'wanted', external_id = '', url = ''
 where shop_id = $1::uuid and generation = $2::int and what = 'products';

-- :catalog_bulk_again
-- From the beginning of the file that was wanted; how often, in $3.
update u.catalog_bulk
   set state = 'wanted', tries = tries + $3::int, external_id = '', url = ''
 where shop_id = $1::uuid and generation = $2::int
returning tries;

-- :catalog_bulk_rest
-- The next look at it after $2 s; $3: why.
update u.catalog_sync
   set retry_at = u.clock() + make_interval(secs => $2::int), problem = $3::text
 where shop_id = $1::uuid and state = 'running' and phase = 'bulk';

-- :catalog_bulk_end
delete from u.catalog_bulk where shop_id = $1::uuid;

-- :catalog_sync_phase
-- Sync of shop $1 in generation $2 leaves phase bulk for $3; $4: why.
update u.catalog_sync
   set phase = $3::text, cursor = '', retry_at = u.clock(), problem = $4::text
 where shop_id = $1::uuid and generation = $2::int and state = 'running' and phase = 'bulk';

-- :catalog_lines_put
-- Keeps lines of a file until they are applied: [{what, parent, external, data}].
insert into u.catalog_line (shop_id, what, parent, external_id, data)
select distinct on (t.what, t.parent, t.external) $1::uuid, t.what, t.parent, t.external, t.data
  from jsonb_to_recordset($2::jsonb) t (what text, parent bigint, external bigint, data jsonb)
 order by t.what, t.parent, t.external
on conflict (shop_id, what, parent, external_id) do update set data = excluded.data;

-- :catalog_lines_forget
delete from u.catalog_line where shop_id = $1::uuid;

-- :catalog_lines_products
-- The next products to apply: some, but not more than one past $2 variants in all.
with next as materialized (
    select l.external_id, l.data
      from u.catalog_line l
     where l.shop_id = $1::uuid and l.what = 'product'
     order by l.parent
     limit 100
), counted as (
    select n.external_id, n.data, sum(v.n) over (order by n.external_id) - v.n as before
      from next n
     cross join lateral (select count(*) as n from u.catalog_line c
                          where c.shop_id = $1 and c.what = 'variant' and c.parent = n.external_id) v
)
select external_id, data ->> 'title' as title, data ->> 'handle' as handle, data ->> 'image' as image_url,
       (data ->> 'status')::int as status, (data ->> 'updated_ms')::bigint as updated_ms
  from counted
 where before < $2::int
 order by external_id;

-- :catalog_lines_variants
select parent, external_id, (data ->> 'item')::bigint as item, data ->> 'title' as title, data ->> 'sku' as sku,
       (data ->> 'price')::bigint as price, data ->> 'currency' as currency, (data ->> 'tracked')::boolean as tracked,
       (data ->> 'oversell')::boolean as oversell, (data ->> 'position')::int as position
  from u.catalog_line
 where shop_id = $1::uuid and what = 'variant' and parent = any($2::bigint[])
 order by parent, external_id;

-- :catalog_lines_applied
delete from u.catalog_line where shop_id = $1::uuid and what in ('product', 'variant') and parent = any($2::bigint[]);

-- :catalog_lines_stock
-- Applies the levels of up to $2 items, as one full read of each that began at $3 by our clock and at $4 by the shop's.
with due as materialized (
    select l.parent, (l.data ->> 'tracked')::boolean as tracked
      from u.catalog_line l
     where l.shop_id = $1::uuid and l.what = 'item'
     order by l.parent
     limit $2::int
), told as materialized (
    select i.item_id, d.tracked,
           coalesce((select jsonb_agg(v.data || jsonb_build_object('location', v.external_id))
                       from u.catalog_line v
                      where v.shop_id = $1 and v.what = 'level' and v.parent = d.parent), '[]') as levels
      from due d
      join u.inventory i on i.shop_id = $1 and i.external_id = d.parent
     order by i.item_id
), applied as materialized (
    select u.stock_read($1, t.item_id, t.levels, t.tracked, u.at($3::bigint), u.at($4::bigint), 'catalog_sync') as outcome from told t
), gone as (
    delete from u.catalog_line l
     where l.shop_id = $1 and l.what in ('item', 'level') and l.parent = any(array(select d.parent from due d))
)
select (select count(*) from due) as items, (select count(*) from applied where outcome = 'changed') as changed;

-- :catalog_items_unread_dirty
-- Items of shop $1 that no file told of since $2 are read one by one.
update u.inventory i
   set dirty_at = u.clock()
 where i.shop_id = $1::uuid and i.dirty_at is null and (i.read_at is null or i.read_at < u.at($2::bigint))
   and exists (select 1 from u.variant v where v.shop_id = i.shop_id and v.item_id = i.item_id and v.deleted_at is null);

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
       i.tracked, i.shop_available, i.held, i.sold_unsynced, i.buffer, i.free, u.ms(i.read_at) as read_ms,
       u.ms(i.short_since) as short_ms,
       (select count(*) from u.waitlist w
         where w.shop_id = i.shop_id and w.item_id = i.item_id and w.state = 'waiting' and w.ends_at > u.clock()) as waiting
  from u.variant v
  join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
 where v.shop_id = $1::uuid and v.product_id = $2::uuid and v.deleted_at is null
 order by v.position, v.external_id;

-- :catalog_erase
-- Shop $1 asked to be forgotten: its catalog is reduced to the ids that others point at.
with sync as (
    delete from u.catalog_sync where shop_id = $1::uuid
), bulk as (
    delete from u.catalog_bulk where shop_id = $1
), lines as (
    delete from u.catalog_line where shop_id = $1
), places as (
    delete from u.location where shop_id = $1
), levels as (
    delete from u.inventory_level where shop_id = $1
), snapshots as (
    delete from u.inventory_snapshot where shop_id = $1
), variants as (
    update u.variant
       set title = '', sku = '', image_url = '', deleted_at = coalesce(deleted_at, u.clock()), updated_at = u.clock()
     where shop_id = $1
)
update u.product
   set title = '', handle = '', image_url = '', status = 'deleted', more_variants = '', updated_at = u.clock()
 where shop_id = $1;
