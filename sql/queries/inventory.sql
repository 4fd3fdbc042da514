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

-- :inventory_item
-- A stock row of a shop that creator $1 sells from.
select i.item_id, i.shop_id, s.domain, n.role = 'owner' as owns, i.tracked, i.shop_available, i.held, i.sold_unsynced, i.buffer, i.free,
       u.ms(i.read_at) as read_ms, u.ms(i.short_since) as short_ms,
       num_nonnulls(i.buffer_units, i.buffer_percent) > 0 as own_rule,
       case when num_nonnulls(i.buffer_units, i.buffer_percent) > 0 then i.buffer_units else s.buffer_units end as units,
       case when num_nonnulls(i.buffer_units, i.buffer_percent) > 0 then i.buffer_percent else s.buffer_percent end as percent,
       i.buffer_revision as revision
  from u.inventory i
  join u.shop s on s.id = i.shop_id
  join u.connection n on n.shop_id = i.shop_id and n.creator_id = $1::uuid and n.status = 'active'
 where i.item_id = $2::uuid;

-- :inventory_item_buffer_set
select b.outcome, b.free_before, b.free from u.item_buffer_set($1::uuid, $2::uuid, $3::int, $4::int, $5::int) b;

-- :inventory_shop_rule
-- The buffer of a shop that creator $1 sells from.
select s.id, s.domain, n.role = 'owner' as owns, s.buffer_units as units, s.buffer_percent as percent, s.buffer_revision as revision,
       s.buffer_settling as settling
  from u.shop s
  join u.connection n on n.shop_id = s.id and n.creator_id = $1::uuid and n.status = 'active'
 where s.id = $2::uuid;

-- :inventory_shop_buffer_set
select u.shop_buffer_set($1::uuid, $2::int, $3::int, $4::int) as outcome;

-- :inventory_history
-- What moved item $2 of shop $1, newest first, after $3.
select t.id, u.ms(t.at) as at_ms, t.cause, t.shop_available, t.held, t.sold_unsynced, t.buffer,
       t.shop_available - t.held - t.sold_unsynced - t.buffer as free
  from u.inventory_snapshot t
 where t.shop_id = $1::uuid and t.item_id = $2::uuid
   and ($3::uuid is null or (t.at, t.id) < (select a.at, a.id from u.inventory_snapshot a where a.id = $3 and a.item_id = t.item_id))
 order by t.at desc, t.id desc
 limit $4::int;

-- :inventory_findings
-- What the auditor found in shops that creator $1 owns, newest first, after $2; $3: also what is over.
select f.id, f.shop_id, f.invariant, v.says, v.phase, f.subject, f.expected, f.found, u.ms(f.first_seen_at) as first_ms,
       u.ms(f.last_seen_at) as last_ms, u.ms(f.gone_at) as gone_ms, u.ms(f.repaired_at) as repaired_ms
  from u.audit_finding f
  join u.audit_invariants() v using (invariant)
  join u.connection n on n.shop_id = f.shop_id and n.creator_id = $1::uuid and n.status = 'active' and n.role = 'owner'
 where ($2::uuid is null or f.id < $2) and (f.gone_at is null or $3::boolean)
 order by f.id desc
 limit $4::int;

-- :inventory_audited
-- The last audit that came to its end.
select u.ms(r.started_at) as started_ms, u.ms(r.finished_at) as finished_ms, r.looked, r.broken
  from u.audit_run r
 where r.finished_at is not null
 order by r.finished_at desc
 limit 1;

-- :inventory_settle
select u.stock_settle($1::int) as moved;

-- :inventory_audit_step
select u.audit_step($1::int, $2::int, make_interval(days => 2)) as looked;

-- :inventory_broken
-- Items after ($3, $4) of shop $1 (empty: any) that the sums behind them contradict; $2: this one only.
with looked as (
    select i.shop_id, i.item_id, s.domain
      from u.inventory i
      join u.shop s on s.id = i.shop_id
     where ($1::text = '' or s.domain = $1) and ($2::uuid is null or i.item_id = $2) and i.item_id > $3::uuid
     order by i.item_id
     limit $4::int
)
select l.shop_id, l.item_id, l.domain,
       exists (select from u.audit_items(array[l.item_id]) a
                where a.invariant in ('held', 'sold_unsynced', 'available', 'buffer', 'history')) as broken
  from looked l
 order by l.item_id;

-- :inventory_repair
select r.invariant, r.found, r.expected from u.stock_repair($1::uuid, $2::uuid) r;
