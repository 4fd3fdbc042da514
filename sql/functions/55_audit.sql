-- The auditor: recomputes what is kept as a sum or a state from the rows behind it, in batches, each of one snapshot and without locks.
-- What looks broken is looked at again with its row locked before it is called so, because whoever changes it holds that lock.

-- What is checked, in words. Per item, offer, checkout and order.
create or replace function u.audit_invariants()
returns table (place integer, invariant text, phase text, says text)
language sql immutable as $$
    values ( 1, 'held',             'items',     'held is the sum of the pending holds of the item'),
           ( 2, 'sold_unsynced',    'items',     'sold_unsynced is the sum of the order lines that no full read contains yet'),
           ( 3, 'available',        'items',     'shop_available is the sum of the levels at active locations that sell online'),
           ( 4, 'buffer',           'items',     'the buffer is what its rule says'),
           ( 5, 'level_place',      'items',     'every level is at a location that we know'),
           ( 6, 'history',          'items',     'the history of an item ends with what its row says'),
           ( 7, 'redemptions_held', 'offers',    'redemptions_held of an offer is the number of its open checkouts that count'),
           ( 8, 'redemptions_used', 'offers',    'redemptions_used of an offer is the number of its orders that used one'),
           ( 9, 'hold_of_checkout', 'checkouts', 'every checkout has one hold'),
           (10, 'open_is_pending',  'checkouts', 'every pending hold has an open checkout, and every open checkout a pending hold'),
           (11, 'hold_events',      'checkouts', 'every hold has RESERVATION_CREATED and exactly one event for its end, if it ended'),
           (12, 'confirmed_order',  'checkouts', 'a confirmed hold belongs to one order, and no checkout confirmed two'),
           (13, 'lapsed',           'checkouts', 'no hold is pending two minutes after it lapsed while its sweeper beats'),
           (14, 'purchase_told',    'orders',    'every paid order told PURCHASE_COMPLETED once, and no other did')
$$;

-- The least id that can be made from `at` on.
create or replace function u.id_from(at timestamptz) returns uuid
language sql immutable as $$
    select (lpad(to_hex(greatest(0, floor(extract(epoch from at) * 1000))::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

create or replace function u.audit_items(items uuid[])
returns table (invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
language sql stable as $$
    select c.invariant, i.shop_id, i.item_id, c.expected, c.found
      from u.inventory i
      join u.shop s on s.id = i.shop_id
     cross join lateral (
        select 'held', coalesce(sum(r.units), 0), i.held
          from u.reservation r where r.shop_id = i.shop_id and r.item_id = i.item_id and r.state = 'pending'
        union all
        select 'sold_unsynced', coalesce(sum(l.unsynced_units), 0), i.sold_unsynced
          from u.order_line l where l.shop_id = i.shop_id and l.item_id = i.item_id and l.unsynced_units > 0
        union all
        select 'available', u.stock_online(i.shop_id, i.item_id), i.shop_available
         where s.status = 'active' and i.read_at is not null
           and not exists (select from u.inventory_level v join u.location o on o.shop_id = v.shop_id and o.external_id = v.location_id
                            where v.shop_id = i.shop_id and v.item_id = i.item_id and o.settling)
        union all
        select 'buffer', u.buffer_for(i.shop_id, i.item_id, i.shop_available), i.buffer where not s.buffer_settling
        union all
        select 'level_place', 0, count(*)
          from u.inventory_level v
         where v.shop_id = i.shop_id and v.item_id = i.item_id and s.status = 'active' and i.dirty_at is null
           and not exists (select from u.location o where o.shop_id = v.shop_id and o.external_id = v.location_id)
        union all
        -- transactions that began together may end in another order: one of the last minute's must agree
        select 'history', 1, 0
          from (select t.at from u.inventory_snapshot t
                 where t.shop_id = i.shop_id and t.item_id = i.item_id order by t.at desc limit 1) h
         where not exists (select from u.inventory_snapshot t
                            where t.shop_id = i.shop_id and t.item_id = i.item_id and t.at >= h.at - interval '1 minute'
                              and (t.shop_available, t.sold_unsynced) = (i.shop_available, i.sold_unsynced))
        ) c (invariant, expected, found)
     where i.item_id = any(items) and c.expected <> c.found
$$;

create or replace function u.audit_offers(offers uuid[])
returns table (invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
language sql stable as $$
    select c.invariant, f.shop_id, f.id, c.expected, c.found
      from u.offer f
     cross join lateral (
        select 'redemptions_held', count(*), f.redemptions_held::bigint
          from u.checkout_session s where s.offer_id = f.id and s.state = 'open' and s.redeems
        union all
        select 'redemptions_used', count(*), f.redemptions_used
          from u.shop_order o where o.offer_id = f.id and o.redemption = 'used'
        ) c (invariant, expected, found)
     where f.id = any(offers) and c.expected <> c.found
$$;

-- Ids of events begin with the time of their cause, so those of a batch of checkouts lie together.
create or replace function u.audit_checkouts(checkouts uuid[])
returns table (invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
language sql stable as $$
    with looked as materialized (
        select s.id, s.shop_id, s.state, r.id as hold, r.state as hold_state, r.expires_at,
               least(s.created_at, r.created_at) as first_at, greatest(r.ended_at, r.created_at) as last_at
          from u.checkout_session s
          left join u.reservation r on r.session_id = s.id
         where s.id = any(checkouts)
    ), told as materialized (
        select e.subject, count(*) filter (where e.type = 'RESERVATION_CREATED') as made,
               count(*) filter (where e.type in ('RESERVATION_CONFIRMED', 'RESERVATION_RELEASED', 'RESERVATION_EXPIRED')) as ended
          from u.event_log e
         where e.id >= (select u.id_from(min(l.first_at) - interval '1 second') from looked l)
           and e.id < (select u.id_from(max(l.last_at) + interval '1 second') from looked l)
           and e.type in ('RESERVATION_CREATED', 'RESERVATION_CONFIRMED', 'RESERVATION_RELEASED', 'RESERVATION_EXPIRED')
         group by e.subject
    )
    select c.invariant, l.shop_id, l.id, c.expected, c.found
      from looked l
      left join told t on t.subject = l.hold
     cross join lateral (values
        ('hold_of_checkout', 1::bigint, case when l.hold is null then 0 else 1 end::bigint),
        ('open_is_pending', case when l.state = 'open' then 1 else 0 end, case when l.hold_state = 'pending' then 1 else 0 end),
        ('hold_events', case when l.hold is null then 0 when l.hold_state = 'pending' then 1 else 2 end,
         case when l.hold is null then 0 when coalesce(t.made, 0) <> 1 then 0 else 1 + coalesce(t.ended, 0) end),
        ('confirmed_order', case when l.hold_state = 'confirmed' then 1 else 0 end,
         case when l.hold_state = 'confirmed' then (select count(*) from u.shop_order o where o.session_id = l.id) else 0 end),
        ('lapsed', 0, case when l.hold_state = 'pending' and l.expires_at < u.clock() - interval '2 minutes'
                            and exists (select from u.helper_run h
                                         where h.name = 'reservations_expire' and h.beat_at > u.clock() - interval '30 seconds')
                           then 1 else 0 end)) c (invariant, expected, found)
     where case c.invariant when 'confirmed_order' then c.found < c.expected else c.expected <> c.found end
$$;

create or replace function u.audit_orders(orders uuid[])
returns table (invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
language sql stable as $$
    select 'purchase_told', o.shop_id, o.id, case when o.paid_at is null then 0 else 1 end, count(e.id)
      from u.shop_order o
      -- its id begins with the time that the shop made the order
      left join u.event_log e on e.subject = o.id and e.type = 'PURCHASE_COMPLETED'
       and e.id >= u.id_from(o.shop_created_at - interval '1 second') and e.id < u.id_from(o.shop_created_at + interval '1 second')
     where o.id = any(orders)
     group by o.id
    having count(e.id) <> case when o.paid_at is null then 0 else 1 end
$$;

create or replace function u.audit_look(in_phase text, ids uuid[])
returns table (invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
language plpgsql volatile as $$
begin
    case in_phase
    when 'items' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_items(ids) l;
    when 'offers' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_offers(ids) l;
    when 'checkouts' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_checkouts(ids) l;
    when 'orders' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_orders(ids) l;
    end case;
end
$$;

-- Looks at one thing again, its row locked, and writes down what is broken. Returns how many invariants.
create or replace function u.audit_confirm(in_run uuid, in_phase text, in_id uuid) returns integer
language plpgsql volatile as $$
declare
    at    timestamptz := u.clock();
    n     integer;
begin
    case in_phase
    when 'items' then perform 1 from u.inventory i where i.item_id = in_id for no key update;
    when 'offers' then perform 1 from u.offer f where f.id = in_id for no key update;
    when 'checkouts' then
        perform 1 from u.inventory i join u.checkout_session s on s.shop_id = i.shop_id and s.item_id = i.item_id
          where s.id = in_id for no key update of i;
    when 'orders' then perform 1 from u.shop_order o where o.id = in_id for no key update;
    end case;
    insert into u.audit_finding as f (id, invariant, shop_id, subject, expected, found, first_seen_at, last_seen_at, run_id)
    select u.event_id('audit', l.invariant || ':' || l.subject || ':' || in_run, at), l.invariant, l.shop_id, l.subject, l.expected, l.found,
           at, at, in_run
      from u.audit_look(in_phase, array[in_id]) l
    on conflict (invariant, subject) where gone_at is null do update
       set expected = excluded.expected, found = excluded.found, last_seen_at = excluded.last_seen_at, run_id = excluded.run_id;
    get diagnostics n = row_count;
    return n;
end
$$;

-- One batch of the run that is open; begins one when the last was `every_s` seconds ago. Checkouts and orders of the last `back`
-- are looked at, items and offers always. Returns how many rows it looked at; -1: nothing is due.
create or replace function u.audit_step(every_s integer, most integer, back interval) returns integer
language plpgsql volatile security definer as $$
declare
    at     timestamptz := u.clock();
    run    u.audit_run;
    ids    uuid[];
    next   text;
begin
    select r.* into run from u.audit_run r where r.finished_at is null for update;
    if not found then
        if exists (select from u.audit_run r where r.started_at > at - make_interval(secs => every_s)) then
            return -1;
        end if;
        insert into u.audit_run (id, started_at) values (u.event_id('audit_run', gen_random_uuid()::text, at), at) returning * into run;
    end if;
    case run.phase
    when 'items' then
        ids := array(select i.item_id from u.inventory i where i.item_id > run.place order by i.item_id limit most);
        next := 'offers';
    when 'offers' then
        ids := array(select f.id from u.offer f where f.id > run.place order by f.id limit most);
        next := 'checkouts';
    when 'checkouts' then
        ids := array(select s.id from u.checkout_session s
                      where s.id > greatest(run.place, u.id_from(run.started_at - back)) order by s.id limit most);
        next := 'orders';
    when 'orders' then
        ids := array(select o.id from u.shop_order o
                      where o.id > greatest(run.place, u.id_from(run.started_at - back)) order by o.id limit most);
        next := 'again';
    else
        perform u.audit_finish(run.id, at);
        return 1;
    end case;
    perform u.audit_confirm(run.id, run.phase, x.subject)
       from (select distinct l.subject from u.audit_look(run.phase, ids) l order by l.subject limit 50) x;
    update u.audit_run r
       set looked = r.looked + cardinality(ids),
           phase = case when cardinality(ids) < most then next else r.phase end,
           place = case when cardinality(ids) < most then '00000000-0000-0000-0000-000000000000' else ids[most] end
     where r.id = run.id;
    return greatest(1, cardinality(ids));
end
$$;

-- Ends a run: what it did not see broken is looked at once more, and is over if it holds.
create or replace function u.audit_finish(in_run uuid, at timestamptz) returns void
language plpgsql volatile as $$
begin
    perform u.audit_confirm(in_run, v.phase, f.subject)
       from (select distinct f.invariant, f.subject from u.audit_finding f where f.gone_at is null and f.run_id <> in_run) f
       join u.audit_invariants() v using (invariant);
    update u.audit_finding f set gone_at = at where f.gone_at is null and f.run_id <> in_run;
    update u.audit_run r
       set phase = 'done', finished_at = at, broken = (select count(*) from u.audit_finding f where f.gone_at is null)
     where r.id = in_run;
    delete from u.audit_run r where r.finished_at < at - interval '7 days' and r.id <> in_run;
    delete from u.audit_finding f where f.gone_at < at - interval '90 days';
end
$$;

-- Rewrites one item's sums from the rows behind them. Returns what stood there and what stands there now; no row when all held.
create or replace function u.stock_repair(in_shop uuid, in_item uuid)
returns table (invariant text, found bigint, expected bigint)
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at    timestamptz := u.clock();
    wrong jsonb;
begin
    perform 1 from u.inventory i where i.shop_id = in_shop and i.item_id = in_item for no key update;
    select jsonb_agg(jsonb_build_object('invariant', l.invariant, 'found', l.found, 'expected', l.expected)) into wrong
      from u.audit_items(array[in_item]) l
     where l.shop_id = in_shop and l.invariant in ('held', 'sold_unsynced', 'available', 'buffer', 'history');
    if wrong is null then
        return;
    end if;
    update u.inventory i
       set held = (select coalesce(sum(r.units), 0) from u.reservation r
                    where r.shop_id = in_shop and r.item_id = in_item and r.state = 'pending'),
           sold_unsynced = (select coalesce(sum(l.unsynced_units), 0) from u.order_line l
                             where l.shop_id = in_shop and l.item_id = in_item and l.unsynced_units > 0),
           shop_available = case when wrong @> '[{"invariant":"available"}]' then u.stock_online(in_shop, in_item) else i.shop_available end,
           dirty_at = least(i.dirty_at, at), dirtied_at = at
     where i.shop_id = in_shop and i.item_id = in_item;
    update u.inventory i
       set buffer = u.buffer_for(in_shop, in_item, i.shop_available)
     where i.shop_id = in_shop and i.item_id = in_item;
    perform u.stock_told(in_shop, in_item, 'repair', at, jsonb_build_object('repaired', wrong));
    update u.audit_finding f
       set gone_at = at, repaired_at = at
     where f.subject = in_item and f.shop_id = in_shop and f.gone_at is null
       and f.invariant in (select w ->> 'invariant' from jsonb_array_elements(wrong) w);
    return query select w.invariant, w.found, w.expected
                   from jsonb_to_recordset(wrong) w (invariant text, found bigint, expected bigint);
end
$$;
