-- The stock part of an order. The caller holds the advisory lock of (shop, order) and has written the order row.

-- Moves stock for an order's lines and ends the hold of the checkout it came from.
--   in_session  the checkout whose mark the order carries, when it is told for the first time; else null
--   in_offer    the credited offer: its lines are marked; null: none
--   in_first    the offer is credited for the first time: one redemption is used
--   in_void     the order is already cancelled unpaid: its hold is released rather than confirmed
--   in_lines    [{external, variant, title, units, current, unit, discount}], every line of the order
-- Each line's units become sold_unsynced in full when first seen, and what is added later when it is added; nothing here ever
-- takes units back: only a full read of the shop's stock does.
-- hold: confirmed, released, expired (the payment came after the hold had lapsed), ended (the hold had ended before),
-- other (another order confirmed it), none. late: the checkout was paid after its hold had lapsed.
create or replace function u.order_stock(
    in_shop uuid, in_order uuid, in_session uuid, in_offer uuid, in_first boolean, in_void boolean,
    in_ordered_at timestamptz, in_updated_at timestamptz, in_lines jsonb)
returns table (hold text, late boolean)
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at      timestamptz := u.clock();
    session record;
    added   record;
begin
    hold := 'none';
    late := false;
    perform 1
       from u.inventory i
      where i.shop_id = in_shop
        and (i.item_id in (select v.item_id from jsonb_to_recordset(in_lines) l (variant bigint)
                             join u.variant v on v.shop_id = in_shop and v.external_id = l.variant)
             or i.item_id in (select l.item_id from u.order_line l where l.order_id = in_order)
             or i.item_id = (select s.item_id from u.checkout_session s where s.id = in_session and s.shop_id = in_shop))
      order by i.item_id
        for no key update;

    if in_session is not null then
        select s.id, s.state, s.offer_id, s.item_id, s.expires_at, s.creator_id, s.link_id, r.id as hold_id, r.state as hold_state,
               r.units, r.created_at as held_at, s.redeems as limited
          into session
          from u.checkout_session s
          join u.reservation r on r.session_id = s.id
          join u.offer o on o.id = s.offer_id
         where s.id = in_session and s.shop_id = in_shop;
        if session.limited then
            perform 1 from u.offer o where o.id = session.offer_id for no key update;
        end if;
        if session.state = 'completed' then
            hold := 'other';
        elsif session.hold_state = 'pending' and in_void then
            perform u.holds_end(array[session.hold_id], 'released');
            hold := 'released';
        elsif session.hold_state = 'pending' and in_ordered_at <= session.expires_at then
            update u.reservation r set state = 'confirmed', ended_at = at where r.id = session.hold_id;
            update u.inventory i set held = i.held - session.units where i.shop_id = in_shop and i.item_id = session.item_id;
            if session.limited then
                update u.offer o set redemptions_held = o.redemptions_held - 1 where o.id = session.offer_id;
            end if;
            insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
            values (u.event_id('RESERVATION_CONFIRMED', session.hold_id::text, session.held_at), 'RESERVATION_CONFIRMED',
                    session.creator_id, in_shop, session.hold_id, at,
                    jsonb_build_object('checkout', session.id, 'order', in_order, 'units', session.units))
            on conflict (id) do nothing;
            hold := 'confirmed';
        elsif session.hold_state = 'pending' then
            perform u.holds_end(array[session.hold_id], 'expired');
            hold := 'expired';
        else
            hold := 'ended';
        end if;
        late := not in_void and hold in ('expired', 'ended') and in_ordered_at > session.expires_at;
        if hold <> 'other' and not in_void then
            update u.checkout_session s
               set state = 'completed', late = order_stock.late, ended_at = at
             where s.id = session.id;
        end if;
    end if;

    for added in
        with told as (
            select l.external, nullif(l.variant, 0) as variant, l.title, l.units, l.current, l.unit, l.discount,
                   v.id as variant_id, v.item_id, p.price_minor as promised, p.offer_id is not null as credited
              from jsonb_to_recordset(in_lines)
                   l (external bigint, variant bigint, title text, units integer, current integer, unit bigint, discount bigint)
              left join u.variant v on v.shop_id = in_shop and v.external_id = l.variant
              left join u.offer_price p on p.offer_id = in_offer and p.variant_id = v.id
        ), before as (
            select l.external_id, l.units from u.order_line l where l.order_id = in_order
        ), kept as (
            insert into u.order_line as l (order_id, shop_id, external_id, variant_external, variant_id, item_id, title, units,
                                           current_units, unsynced_units, unsynced_since, unit_minor, discount_minor,
                                           credited, promised_minor)
            select in_order, in_shop, t.external, t.variant, t.variant_id, t.item_id, t.title, t.units, t.current,
                   case when t.item_id is null then 0 else t.units end,
                   case when exists (select 1 from before) then in_updated_at else in_ordered_at end,
                   t.unit, t.discount, t.credited, t.promised
              from told t
            on conflict (order_id, external_id) do update
               set units = greatest(l.units, excluded.units),
                   current_units = excluded.current_units,
                   unsynced_units = l.unsynced_units
                       + case when l.item_id is null then 0 else greatest(0, excluded.units - l.units) end,
                   unsynced_since = case when excluded.units > l.units then in_updated_at else l.unsynced_since end,
                   unit_minor = excluded.unit_minor,
                   discount_minor = excluded.discount_minor,
                   title = excluded.title,
                   credited = l.credited or excluded.credited,
                   promised_minor = coalesce(l.promised_minor, excluded.promised_minor)
            returning l.external_id, l.item_id, l.units
        )
        select k.item_id, sum(k.units - coalesce(b.units, 0))::integer as units
          from kept k left join before b using (external_id)
         where k.item_id is not null
         group by k.item_id
        having sum(k.units - coalesce(b.units, 0)) > 0
    loop
        update u.inventory i
           set sold_unsynced = i.sold_unsynced + added.units, dirty_at = coalesce(i.dirty_at, at)
         where i.shop_id = in_shop and i.item_id = added.item_id;
        insert into u.inventory_snapshot (id, shop_id, item_id, at, cause, shop_available, held, sold_unsynced, buffer, detail)
        select u.event_id('order', in_order::text || ':' || added.item_id || ':' || i.sold_unsynced, at), i.shop_id, i.item_id, at,
               'order', i.shop_available, i.held, i.sold_unsynced, i.buffer,
               jsonb_build_object('order', in_order, 'units', added.units)
          from u.inventory i
         where i.shop_id = in_shop and i.item_id = added.item_id
        on conflict (id) do nothing;
    end loop;

    -- the checkout's own promise stands over today's price of the offer
    if in_session is not null then
        update u.order_line l
           set promised_minor = s.price_minor, credited = true
          from u.checkout_session s
         where s.id = in_session and l.order_id = in_order and l.variant_id = s.variant_id;
    end if;

    -- a redemption is one order, however often it is told
    if in_first and in_offer is not null and not in_void then
        update u.offer o set redemptions_used = o.redemptions_used + 1 where o.id = in_offer and o.redemptions_max is not null;
    end if;
    return next;
end
$$;
