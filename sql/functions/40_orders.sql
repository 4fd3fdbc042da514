-- The stock part of an order. The caller holds the advisory lock of (shop, order) and has written the order row.

-- Moves stock for an order's lines and ends the hold of the checkout it came from.
--   in_session  the checkout whose mark the order carries, when it is told for the first time; else null
--   in_offer    the credited offer: its lines are marked; null: none
--   in_first    the offer is credited for the first time: one redemption is used, limit or none
--   in_void     the order is already cancelled unpaid: its hold is released rather than confirmed, and no redemption is used
--   in_lines    [{external, variant, title, units, current, unit, discount, unit_presentment, discount_presentment}], every line
-- Each line's units become sold_unsynced in full when first seen, and what is added later when it is added; nothing here ever
-- takes units back: only a full read of the shop's stock does. A line counts as sold when it was first told (no read begun before
-- that is known to contain it, for an edit may have added it).
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
    counted uuid;    -- the offer whose redemptions_held the checkout is part of
    added   record;
begin
    hold := 'none';
    late := false;
    -- a variant that the catalog is just about to learn of is either seen here, or sees our line (see order_lines_adopt)
    if exists (select 1 from jsonb_to_recordset(in_lines) l (variant bigint)
                where l.variant > 0
                  and not exists (select 1 from u.variant v where v.shop_id = in_shop and v.external_id = l.variant)) then
        perform pg_advisory_xact_lock_shared(u.adopt_key(in_shop));
    end if;
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
        counted := case when session.limited then session.offer_id end;
    end if;
    perform 1
       from u.offer o
      where o.id = counted or (in_first and o.id = in_offer)
      order by o.id
        for no key update;
    if in_session is not null then
        if session.state = 'completed' then
            hold := 'other';
        elsif session.hold_state = 'pending' and in_void then
            hold := case when session.expires_at > at then 'released' else 'expired' end;
            perform u.holds_end(array[session.hold_id], hold);
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
            select distinct on (l.external)
                   l.external, nullif(l.variant, 0) as variant, l.title, l.units, l.current, l.unit, l.discount,
                   coalesce(l.unit_presentment, 0) as unit_presentment, coalesce(l.discount_presentment, 0) as discount_presentment,
                   v.id as variant_id, v.item_id, p.offer_id is not null as credited,
                   case when p.list_minor = l.unit then p.price_minor end as promised
              from jsonb_to_recordset(in_lines)
                   l (external bigint, variant bigint, title text, units integer, current integer, unit bigint, discount bigint,
                      unit_presentment bigint, discount_presentment bigint)
              left join u.variant v on v.shop_id = in_shop and v.external_id = l.variant
              left join u.offer_price p on p.offer_id = in_offer and p.variant_id = v.id
             order by l.external
        ), before as (
            select l.external_id, case when l.item_id is null then 0 else l.units end as units
              from u.order_line l where l.order_id = in_order
        ), kept as (
            insert into u.order_line as l (order_id, shop_id, external_id, variant_external, variant_id, item_id, title, units,
                                           current_units, unsynced_units, unsynced_since, unit_minor, discount_minor,
                                           unit_presentment_minor, discount_presentment_minor, credited, promised_minor)
            select in_order, in_shop, t.external, t.variant, t.variant_id, t.item_id, t.title, t.units, t.current,
                   case when t.item_id is null then 0 else t.units end, greatest(in_ordered_at, in_updated_at),
                   t.unit, t.discount, t.unit_presentment, t.discount_presentment, t.credited, t.promised
              from told t
            on conflict (order_id, external_id) do update
               set units = greatest(l.units, excluded.units),
                   current_units = excluded.current_units,
                   variant_id = coalesce(l.variant_id, excluded.variant_id),
                   item_id = coalesce(l.item_id, excluded.item_id),
                   unsynced_units = case when l.item_id is not null then l.unsynced_units + greatest(0, excluded.units - l.units)
                                         when excluded.item_id is not null then greatest(l.units, excluded.units)
                                         else 0 end,
                   unsynced_since = case when excluded.units > l.units then greatest(in_updated_at, l.unsynced_since)
                                         else l.unsynced_since end,
                   unit_minor = excluded.unit_minor,
                   discount_minor = excluded.discount_minor,
                   unit_presentment_minor = excluded.unit_presentment_minor,
                   discount_presentment_minor = excluded.discount_presentment_minor,
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

    -- what an edit took away altogether
    update u.order_line l
       set current_units = 0
     where l.order_id = in_order and l.current_units > 0
       and l.external_id not in (select t.external from jsonb_to_recordset(in_lines) t (external bigint));

    -- the checkout's own promise stands over today's price of the offer
    if in_session is not null then
        update u.order_line l
           set promised_minor = s.price_minor, credited = true
          from u.checkout_session s
         where s.id = in_session and l.order_id = in_order and l.variant_id = s.variant_id;
    end if;

    -- a redemption is one order, however often it is told
    if in_first and in_offer is not null then
        update u.shop_order o
           set redemption = case when in_void then 'returned' else 'used' end
         where o.id = in_order and o.redemption = 'none';
        if found and not in_void then
            update u.offer o set redemptions_used = o.redemptions_used + 1 where o.id = in_offer;
        end if;
    end if;
    return next;
end
$$;

-- Gives the redemption of an order back, once: when it was cancelled unpaid, or when its credited lines were refunded in full and
-- its offer says so. True when it did.
create or replace function u.order_redemption_return(in_order uuid) returns boolean
language plpgsql volatile security definer as $$
declare
    offer uuid;
begin
    update u.shop_order o
       set redemption = 'returned'
      from u.offer f
     where o.id = in_order and o.redemption = 'used' and f.id = o.offer_id
       and ((o.cancelled_at is not null and o.financial_status not in ('paid', 'partially_refunded', 'refunded'))
            or (f.refund_restores
                and (select coalesce(sum(l.refunded_units), 0) > 0
                            and bool_and(l.current_units = 0 or l.refunded_units >= l.units)
                       from u.order_line l where l.order_id = o.id and l.credited)))
    returning o.offer_id into offer;
    if not found then
        return false;
    end if;
    update u.offer f set redemptions_used = greatest(0, f.redemptions_used - 1) where f.id = offer;
    return true;
end
$$;

-- What an order earns its creator now, in the shop's currency and in the buyer's: credited lines, less discounts, edits and refunds,
-- and less their share of money given back without lines (not for shipping, and without the tax of its lines, where that is extra).
create or replace function u.order_net(in_order uuid)
returns table (net_minor bigint, presentment_net_minor bigint, units integer)
language sql stable as $$
    with lines as (
        select l.credited, l.units,
               greatest(0, l.units - greatest(0, l.units - l.current_units - l.refunded_units)) as kept,
               l.unit_minor::numeric * l.units - l.discount_minor as gross, l.refunded_minor,
               l.unit_presentment_minor::numeric * l.units - l.discount_presentment_minor as gross_p, l.refunded_presentment_minor
          from u.order_line l
         where l.order_id = in_order
    ), sums as (
        select coalesce(sum(l.net) filter (where l.credited), 0) as credited, coalesce(sum(l.net), 0) as whole,
               coalesce(sum(l.net_p) filter (where l.credited), 0) as credited_p, coalesce(sum(l.net_p), 0) as whole_p,
               coalesce(sum(l.kept) filter (where l.credited), 0)::integer as units
          from (select credited, kept,
                       case when units = 0 then 0 else trunc(gross * kept / units) - refunded_minor end as net,
                       case when units = 0 then 0 else trunc(gross_p * kept / units) - refunded_presentment_minor end as net_p
                  from lines) l
    ), given as (
        select greatest(0, o.refunded_minor
                   - coalesce(sum(case when o.taxes_included then 0 else r.tax_minor end + r.shipping_minor + t.subtotal), 0)) as extra,
               greatest(0, o.presentment_refunded_minor
                   - coalesce(sum(case when o.taxes_included then 0 else r.tax_presentment_minor end
                                  + r.shipping_presentment_minor + t.subtotal_p), 0)) as extra_p
          from u.shop_order o
          left join u.order_refund r on r.order_id = o.id
          left join lateral (select coalesce(sum(l.subtotal), 0) as subtotal, coalesce(sum(l.subtotal_presentment), 0) as subtotal_p
                               from jsonb_to_recordset(r.lines) l (subtotal bigint, subtotal_presentment bigint)) t on r.order_id is not null
         where o.id = in_order
         group by o.id
    )
    select (s.credited - case when s.whole > 0 then least(s.credited, trunc(g.extra * s.credited / s.whole)) else 0 end)::bigint,
           (s.credited_p - case when s.whole_p > 0 then least(s.credited_p, trunc(g.extra_p * s.credited_p / s.whole_p)) else 0 end)::bigint,
           s.units
      from sums s cross join given g
$$;

-- Lines that came before their variant was known. Who stores variants takes the key first and adopts last, so that an order being
-- applied meanwhile either sees the variant or is seen.
create or replace function u.adopt_key(shop uuid) returns bigint
language sql immutable as $$ select hashtextextended('adopt:' || shop::text, 0) $$;

create or replace function u.order_lines_adopt_begin(in_shop uuid) returns void
language plpgsql volatile security definer as $$
begin
    perform pg_advisory_xact_lock(u.adopt_key(in_shop));
end
$$;

-- Gives the lines of variants `in_variants` (external ids) their item, now that the catalog knows it: they become sold_unsynced and
-- the item is read at once. Returns how many lines.
create or replace function u.order_lines_adopt(in_shop uuid, in_variants bigint[]) returns integer
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at      timestamptz := u.clock();
    adopted integer;
    moved   record;
begin
    perform pg_advisory_xact_lock(u.adopt_key(in_shop));
    if not exists (select 1 from u.order_line l
                    where l.shop_id = in_shop and l.item_id is null and l.variant_external = any(in_variants)) then
        return 0;
    end if;
    perform 1
       from u.inventory i
      where i.shop_id = in_shop
        and i.item_id in (select v.item_id from u.order_line l
                            join u.variant v on v.shop_id = in_shop and v.external_id = l.variant_external
                           where l.shop_id = in_shop and l.item_id is null and l.variant_external = any(in_variants))
      order by i.item_id
        for no key update;
    adopted := 0;
    for moved in
        with kept as (
            update u.order_line l
               set variant_id = v.id, item_id = v.item_id, unsynced_units = l.units
              from u.variant v
             where l.shop_id = in_shop and l.item_id is null and l.variant_external = any(in_variants)
               and v.shop_id = in_shop and v.external_id = l.variant_external
            returning l.item_id, l.units
        )
        select k.item_id, sum(k.units)::integer as units, count(*)::integer as lines from kept k group by k.item_id
    loop
        adopted := adopted + moved.lines;
        update u.inventory i
           set sold_unsynced = i.sold_unsynced + moved.units, dirty_at = least(i.dirty_at, at), dirtied_at = at
         where i.shop_id = in_shop and i.item_id = moved.item_id;
        insert into u.inventory_snapshot (id, shop_id, item_id, at, cause, shop_available, held, sold_unsynced, buffer, detail)
        select u.event_id('adopt', i.item_id || ':' || gen_random_uuid(), at), i.shop_id, i.item_id, at,
               'order', i.shop_available, i.held, i.sold_unsynced, i.buffer, jsonb_build_object('adopted', moved.lines, 'units', moved.units)
          from u.inventory i
         where i.shop_id = in_shop and i.item_id = moved.item_id;
    end loop;
    return adopted;
end
$$;
