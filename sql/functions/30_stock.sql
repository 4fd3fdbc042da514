-- What the shop reports about stock. Each function locks the one stock row it changes before it looks at anything that hangs on it.

-- Who sees what happens to a shop itself: its owner, or whoever has sold from it the longest.
create or replace function u.shop_owner(shop uuid) returns uuid
language sql stable as $$
    select n.creator_id from u.connection n
     where n.shop_id = shop and n.status = 'active'
     order by n.role, n.connected_at limit 1
$$;

-- What the shop's locations that fulfil online orders have of an item.
create or replace function u.stock_online(shop uuid, item uuid) returns integer
language sql stable as $$
    select coalesce(sum(v.available), 0)::integer
      from u.inventory_level v
      join u.location o on o.shop_id = v.shop_id and o.external_id = v.location_id
     where v.shop_id = shop and v.item_id = item and o.active and o.online
$$;

-- A safety buffer in units: as given, or per cent of what the shop has, rounded up.
create or replace function u.buffer_of(available integer, units integer, percent integer) returns integer
language sql immutable as $$
    select case when percent is null then coalesce(units, 0) else ((greatest(available, 0)::bigint * percent + 99) / 100)::integer end
$$;

-- The buffer that an item must have: by its own rule, or else its shop's. Everyone who writes shop_available writes it too.
create or replace function u.buffer_for(shop uuid, item uuid, available integer) returns integer
language sql stable as $$
    select case when num_nonnulls(i.buffer_units, i.buffer_percent) > 0 then u.buffer_of(available, i.buffer_units, i.buffer_percent)
                else u.buffer_of(available, s.buffer_units, s.buffer_percent) end
      from u.inventory i
      join u.shop s on s.id = i.shop_id
     where i.shop_id = shop and i.item_id = item
$$;

-- Appends the history and tells, for a stock row as it is now.
create or replace function u.stock_told(shop uuid, item uuid, why text, at timestamptz, more jsonb) returns void
language plpgsql volatile as $$
declare
    stock u.inventory;
begin
    select i.* into stock from u.inventory i where i.shop_id = shop and i.item_id = item;
    insert into u.inventory_snapshot (id, shop_id, item_id, at, cause, shop_available, held, sold_unsynced, buffer, detail)
    values (u.event_id('snapshot', item::text || ':' || why || ':' || gen_random_uuid(), at), shop, item, at, why,
            stock.shop_available, stock.held, stock.sold_unsynced, stock.buffer, more);
    insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
    values (u.event_id('INVENTORY_UPDATED', item::text || ':' || gen_random_uuid(), at), 'INVENTORY_UPDATED', u.shop_owner(shop), shop, item, at,
            jsonb_build_object('cause', why, 'available', stock.shop_available, 'held', stock.held,
                               'sold_unsynced', stock.sold_unsynced, 'buffer', stock.buffer, 'free', stock.free));
end
$$;

-- Marks an item for a full read.
create or replace function u.stock_dirty(shop uuid, item uuid) returns void
language sql volatile security definer as $$
    update u.inventory i
       set dirty_at = least(i.dirty_at, u.clock()), dirtied_at = u.clock()
     where i.shop_id = shop and i.item_id = item
$$;

-- Tells of a shortage that lasts since `since`: each creator whose checkouts or orders it touches, once, with those of hers; and the
-- shop's owner, with the orders that are nobody's and with who else is touched. Of each kind the newest 20.
create or replace function u.stock_short(shop uuid, item uuid, since timestamptz, at timestamptz) returns void
language plpgsql volatile as $$
declare
    owner uuid := u.shop_owner(shop);
begin
    insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
    with stock as (
        select i.shop_available, i.held, i.sold_unsynced, i.buffer, i.free
          from u.inventory i where i.shop_id = shop and i.item_id = item
    ), holds as (
        select r.creator_id, r.id, r.session_id, row_number() over (partition by r.creator_id order by r.id desc) as n
          from u.reservation r
         where r.shop_id = shop and r.item_id = item and r.state = 'pending'
    ), newest as (
        select o.id, o.creator_id from u.shop_order o where o.shop_id = shop order by o.id desc limit 500
    ), sold as (
        select l.order_id from u.order_line l where l.shop_id = shop and l.item_id = item and l.unsynced_units > 0
         union
        select l.order_id
          from newest o
          join u.order_line l on l.order_id = o.id
         cross join stock s
         where l.item_id = item and l.current_units > 0 and s.shop_available < 0
    ), orders as (
        select coalesce(o.creator_id, owner) as creator_id, o.id,
               row_number() over (partition by coalesce(o.creator_id, owner) order by o.id desc) as n
          from sold l
          join u.shop_order o on o.id = l.order_id
    ), touched as (
        select h.creator_id from holds h union select o.creator_id from orders o where o.creator_id is not null
    ), told as (
        select t.creator_id from touched t union select owner
    )
    select u.event_id('STOCK_SHORTFALL', item::text || ':' || coalesce(t.creator_id::text, ''), since), 'STOCK_SHORTFALL', t.creator_id,
           shop, item, at,
           jsonb_strip_nulls(jsonb_build_object(
               'free', s.free, 'available', s.shop_available, 'held', s.held, 'sold_unsynced', s.sold_unsynced, 'buffer', s.buffer,
               'since_ms', u.ms(since),
               'checkouts', (select jsonb_agg(h.session_id order by h.n) from holds h where h.creator_id = t.creator_id and h.n <= 20),
               'holds', (select jsonb_agg(h.id order by h.n) from holds h where h.creator_id = t.creator_id and h.n <= 20),
               'orders', (select jsonb_agg(o.id order by o.n) from orders o
                           where o.creator_id is not distinct from t.creator_id and o.n <= 20),
               'creators', (select jsonb_agg(x.creator_id order by x.creator_id)
                              from (select y.creator_id from touched y order by y.creator_id limit 20) x where t.creator_id = owner)))
      from told t
     cross join stock s
    on conflict (id) do nothing;
end
$$;

-- A full read of all of an item's levels, begun at `began` by our clock and at `shop_began` by the shop's.
--   levels  [{location, name, active, online, available, updated_ms}], every one
-- Replaces the levels, except one that the shop told us about after the read had begun and that is newer. Clears sold_unsynced
-- of lines older than 60 s before the read. What is left unsynced, short, or was dirtied meanwhile is read again in time.
-- Returns changed, same, or gone (no such stock row).
create or replace function u.stock_read(
    in_shop uuid, in_item uuid, levels jsonb, tracked boolean, began timestamptz, shop_began timestamptz, cause text)
returns text
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at       timestamptz := u.clock();
    before   u.inventory;
    online   integer;
    unsynced integer;
    again    timestamptz;
    short    timestamptz;
    spare    integer;
    limited  boolean;
    kept     integer;     -- the buffer
begin
    insert into u.location as o (shop_id, external_id, name, active, online, seen_at)
    select in_shop, l.location, l.name, l.active, l.online, began
      from jsonb_to_recordset(levels) l (location bigint, name text, active boolean, online boolean)
     order by l.location
    on conflict (shop_id, external_id) do update
       set name = excluded.name, active = excluded.active, online = excluded.online, seen_at = excluded.seen_at,
           settling = o.settling or (o.active and o.online) <> (excluded.active and excluded.online)
     where (o.name, o.active, o.online) is distinct from (excluded.name, excluded.active, excluded.online)
       and (o.seen_at is null or o.seen_at <= excluded.seen_at);

    select i.* into before from u.inventory i where i.shop_id = in_shop and i.item_id = in_item for no key update;
    if not found then
        return 'gone';
    end if;
    delete from u.inventory_level v
     where v.shop_id = in_shop and v.item_id = in_item and v.seen_at <= began
       and v.location_id not in (select l.location from jsonb_to_recordset(levels) l (location bigint));
    insert into u.inventory_level as v (shop_id, item_id, location_id, available, shop_updated_at, seen_at)
    select in_shop, in_item, l.location, l.available, u.at(nullif(l.updated_ms, 0)), began
      from jsonb_to_recordset(levels) l (location bigint, available integer, updated_ms bigint)
    on conflict (shop_id, item_id, location_id) do update
       set available = excluded.available, shop_updated_at = excluded.shop_updated_at, seen_at = excluded.seen_at
     where v.seen_at <= began or v.shop_updated_at is null or v.shop_updated_at <= excluded.shop_updated_at;

    update u.order_line l
       set unsynced_units = 0
     where l.shop_id = in_shop and l.item_id = in_item and l.unsynced_units > 0
       and l.unsynced_since < shop_began - interval '60 seconds';
    select coalesce(sum(l.unsynced_units), 0)::integer, min(l.unsynced_since) + (began - shop_began) + interval '61 seconds'
      into unsynced, again
      from u.order_line l
     where l.shop_id = in_shop and l.item_id = in_item and l.unsynced_units > 0;

    online := u.stock_online(in_shop, in_item);
    kept := u.buffer_for(in_shop, in_item, online);
    spare := online - before.held - unsynced - kept;
    limited := tracked and exists (select 1 from u.variant v
                                    where v.shop_id = in_shop and v.item_id = in_item and v.policy = 'deny' and v.deleted_at is null);
    if limited and spare < 0 then
        short := coalesce(before.short_since, at);
        again := least(again, case when short > at - interval '60 seconds' then short + interval '61 seconds'
                                   else at + interval '10 minutes' end);
    end if;
    if again is not null then
        again := greatest(again, at + interval '5 seconds');
    end if;
    if before.dirtied_at > began then
        again := at;
    end if;
    update u.inventory i
       set shop_available = online, sold_unsynced = unsynced, buffer = kept, tracked = stock_read.tracked,
           read_at = greatest(i.read_at, began), dirty_at = again, short_since = short
     where i.shop_id = in_shop and i.item_id = in_item;

    if short <= at - interval '60 seconds' then
        perform u.stock_short(in_shop, in_item, short, at);
    end if;
    if (before.shop_available, before.sold_unsynced, before.buffer, before.tracked)
       is not distinct from (online, unsynced, kept, stock_read.tracked)
       and before.read_at is not null then
        return 'same';
    end if;
    perform u.stock_told(in_shop, in_item, cause, at, jsonb_build_object('levels', jsonb_array_length(levels)));
    return 'changed';
end
$$;

-- One location's report, as a webhook brings it; available null: the item is not kept there (any more).
-- Clears nothing, and asks for a full read. Returns applied, stale (an older report than what we have, or one of the same second
-- that has more: the shop's clock has whole seconds, and in doubt we undersell), or unknown.
create or replace function u.stock_level(in_shop uuid, in_external bigint, in_location bigint, in_available integer, in_updated timestamptz)
returns text
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at     timestamptz := u.clock();
    before u.inventory;
    online integer;
begin
    select i.* into before from u.inventory i where i.shop_id = in_shop and i.external_id = in_external for no key update;
    if not found then
        return 'unknown';
    end if;
    if exists (select 1 from u.inventory_level v
                where v.shop_id = in_shop and v.item_id = before.item_id and v.location_id = in_location
                  and (v.shop_updated_at > in_updated
                       or (v.shop_updated_at = in_updated and v.available < in_available))) then
        return 'stale';
    end if;
    if in_available is null then
        delete from u.inventory_level v where v.shop_id = in_shop and v.item_id = before.item_id and v.location_id = in_location;
    else
        insert into u.inventory_level as v (shop_id, item_id, location_id, available, shop_updated_at, seen_at)
        values (in_shop, before.item_id, in_location, in_available, in_updated, at)
        on conflict (shop_id, item_id, location_id) do update
           set available = excluded.available, shop_updated_at = excluded.shop_updated_at, seen_at = excluded.seen_at;
    end if;
    online := u.stock_online(in_shop, before.item_id);
    update u.inventory i
       set shop_available = online, buffer = u.buffer_for(in_shop, before.item_id, online), dirty_at = least(i.dirty_at, at), dirtied_at = at
     where i.shop_id = in_shop and i.item_id = before.item_id;
    if online <> before.shop_available then
        perform u.stock_told(in_shop, before.item_id, 'level_webhook', at, jsonb_build_object('location', in_location));
    end if;
    return 'applied';
end
$$;

-- Lets up to `most` items follow what changed for all of them: a location that began or ceased to count, a shop's buffer. Few rows are
-- locked at a time. Returns how many it looked at; 0: all is settled.
create or replace function u.stock_settle(most integer) returns integer
language plpgsql volatile security definer as $$
declare
    at    timestamptz := u.clock();
    items uuid[];
    one   record;
    cause text;
begin
    items := array(select v.item_id
                     from u.location o
                     join u.inventory_level v on v.shop_id = o.shop_id and v.location_id = o.external_id
                     join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
                    where o.settling and i.shop_available <> u.stock_online(i.shop_id, i.item_id)
                    limit most);
    cause := 'location';
    if cardinality(items) = 0 then
        update u.location o
           set settling = false
         where o.settling
           and not exists (select 1 from u.inventory_level v join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
                            where v.shop_id = o.shop_id and v.location_id = o.external_id
                              and i.shop_available <> u.stock_online(i.shop_id, i.item_id));
        items := array(select i.item_id
                         from u.shop s
                         join u.inventory i on i.shop_id = s.id
                        where s.buffer_settling and i.buffer <> u.buffer_for(i.shop_id, i.item_id, i.shop_available)
                        limit most);
        cause := 'buffer';
    end if;
    if cardinality(items) = 0 then
        update u.shop s
           set buffer_settling = false
         where s.buffer_settling
           and not exists (select 1 from u.inventory i
                            where i.shop_id = s.id and i.buffer <> u.buffer_for(i.shop_id, i.item_id, i.shop_available));
        return 0;
    end if;
    for one in
        select i.shop_id, i.item_id from u.inventory i where i.item_id = any(items) order by i.shop_id, i.item_id for no key update
    loop
        perform u.stock_set(one.shop_id, one.item_id, cause, at);
    end loop;
    return cardinality(items);
end
$$;

-- Sets what the levels and the buffer's rule say of an item that the caller has locked, and tells when it changed.
create or replace function u.stock_set(shop uuid, item uuid, cause text, at timestamptz) returns boolean
language plpgsql volatile as $$
declare
    online integer := u.stock_online(shop, item);
    kept   integer := u.buffer_for(shop, item, online);
begin
    update u.inventory i
       set shop_available = online, buffer = kept
     where i.shop_id = shop and i.item_id = item and (i.shop_available, i.buffer) is distinct from (online, kept);
    if not found then
        return false;
    end if;
    perform u.stock_told(shop, item, cause, at, '{}');
    return true;
end
$$;

-- Gives an item a buffer of its own; both null: its shop's. Returns done, or conflict (its rule is not of revision `seen`).
create or replace function u.item_buffer_set(
    shop uuid, item uuid, seen integer, units integer, percent integer, out outcome text, out free_before integer, out free integer)
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at     timestamptz := u.clock();
    before u.inventory;
begin
    select i.* into before from u.inventory i where i.shop_id = shop and i.item_id = item for no key update;
    if not found or before.buffer_revision <> seen then
        outcome := 'conflict';
        return;
    end if;
    update u.inventory i
       set buffer_units = units, buffer_percent = percent, buffer_revision = before.buffer_revision + 1
     where i.shop_id = shop and i.item_id = item;
    update u.inventory i
       set buffer = u.buffer_for(shop, item, before.shop_available)
     where i.shop_id = shop and i.item_id = item
    returning i.free into free;
    free_before := before.free;
    outcome := 'done';
    if free <> free_before then
        perform u.stock_told(shop, item, 'buffer', at, '{}');
    end if;
end
$$;

-- Gives a shop the buffer of its items without a rule of their own; both null: none. They follow in small batches, the first at once.
create or replace function u.shop_buffer_set(shop uuid, seen integer, units integer, percent integer) returns text
language plpgsql volatile security definer as $$
begin
    update u.shop s
       set buffer_units = units, buffer_percent = percent, buffer_revision = s.buffer_revision + 1, buffer_settling = true
     where s.id = shop and s.buffer_revision = seen;
    if not found then
        return 'conflict';
    end if;
    perform u.stock_settle(200);
    return 'done';
end
$$;
