-- :inventory_dirty_list
-- Up to $1 items of one shop whose levels are wanted now: of the shop that has waited longest, those it told us of first.
with pick as (
    select i.shop_id
      from u.inventory i
      join u.shop s on s.id = i.shop_id
     where i.dirty_at <= u.clock() and s.status = 'active' and (s.call_after is null or s.call_after <= u.clock())
     order by i.dirty_at
     limit 1
)
select i.shop_id, i.item_id, i.external_id, u.ms(u.clock()) as began_ms
  from u.inventory i
  join pick p on p.shop_id = i.shop_id
 where i.dirty_at <= u.clock()
 order by i.dirtied_at desc nulls last, i.dirty_at
 limit $1::int;

-- :inventory_read
select u.stock_read($1::uuid, $2::uuid, $3::jsonb, $4::boolean, u.at($5::bigint), u.at($6::bigint), $7::text) as outcome;

-- :inventory_level_told
select u.stock_level($1::uuid, $2::bigint, $3::bigint, $4::int, u.at($5::bigint)) as outcome;

-- :inventory_dirty
select u.stock_dirty(i.shop_id, i.item_id) from u.inventory i where i.shop_id = $1::uuid and i.external_id = $2::bigint;
