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
                               'sold_unsynced', stock.sold_unsynced, 'free', stock.free));
end
$$;

-- Marks an item for a full read.
create or replace function u.stock_dirty(shop uuid, item uuid) returns void
language sql volatile security definer as $$
    update u.inventory i
       set dirty_at = least(i.dirty_at, u.clock()), dirtied_at = u.clock()
     where i.shop_id = shop and i.item_id = item
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
begin
    insert into u.location as o (shop_id, external_id, name, active, online)
    select in_shop, l.location, l.name, l.active, l.online
      from jsonb_to_recordset(levels) l (location bigint, name text, active boolean, online boolean)
     order by l.location
    on conflict (shop_id, external_id) do update
       set name = excluded.name, active = excluded.active, online = excluded.online
     where (o.name, o.active, o.online) is distinct from (excluded.name, excluded.active, excluded.online);

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
    spare := online - before.held - unsynced - before.buffer;
    limited := tracked and exists (select 1 from u.variant v
                                    where v.shop_id = in_shop and v.item_id = in_item and v.policy = 'deny' and v.deleted_at is null);
    if limited and spare < 0 then
        short := coalesce(before.short_since, at);
        again := least(again, case when short > at - interval '60 seconds' then short + interval '61 seconds' end);
    end if;
    if again is not null then
        again := greatest(again, at + interval '5 seconds');
    end if;
    if before.dirtied_at > began then
        again := at;
    end if;
    update u.inventory i
       set shop_available = online, sold_unsynced = unsynced, tracked = stock_read.tracked, read_at = began,
           dirty_at = again,
           short_since = short
     where i.shop_id = in_shop and i.item_id = in_item;

    if short <= at - interval '60 seconds' then
        insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
        values (u.event_id('STOCK_SHORTFALL', in_item::text, short), 'STOCK_SHORTFALL', u.shop_owner(in_shop), in_shop, in_item, at,
                jsonb_build_object('free', spare, 'available', online, 'held', before.held, 'sold_unsynced', unsynced))
        on conflict (id) do nothing;
    end if;
    if (before.shop_available, before.sold_unsynced, before.tracked) is not distinct from (online, unsynced, stock_read.tracked)
       and before.read_at is not null then
        return 'same';
    end if;
    perform u.stock_told(in_shop, in_item, cause, at, jsonb_build_object('levels', jsonb_array_length(levels)));
    return 'changed';
end
$$;

-- One location's report, as a webhook brings it; available null: the item is not kept there (any more).
-- Clears nothing, and asks for a full read. Returns applied, stale (an older report than what we have), or unknown.
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
                  and v.shop_updated_at > in_updated) then
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
       set shop_available = online, dirty_at = least(i.dirty_at, at), dirtied_at = at
     where i.shop_id = in_shop and i.item_id = before.item_id;
    if online <> before.shop_available then
        perform u.stock_told(in_shop, before.item_id, 'level_webhook', at, jsonb_build_object('location', in_location));
    end if;
    return 'applied';
end
$$;
