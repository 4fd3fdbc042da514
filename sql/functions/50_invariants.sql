-- What must be true at all times, recomputed from the rows. Each line: what must hold, and how many rows break it. Only joins of
-- whole tables, never a look-up per row: the log has no index by subject, and 10^5 checkouts would take an hour.
create or replace function u.invariants()
returns table (invariant text, broken bigint)
language sql stable security definer as $$
    select 'held is the sum of the pending holds of the item',
           count(*)
      from u.inventory i
      left join (select shop_id, item_id, sum(units) as units from u.reservation where state = 'pending' group by 1, 2) r
             using (shop_id, item_id)
     where i.held <> coalesce(r.units, 0)
    union all
    select 'sold_unsynced is the sum of the order lines that no full read contains yet',
           count(*)
      from u.inventory i
      left join (select shop_id, item_id, sum(unsynced_units) as units from u.order_line where unsynced_units > 0 group by 1, 2) l
             using (shop_id, item_id)
     where i.sold_unsynced <> coalesce(l.units, 0)
    union all
    select 'shop_available is the sum of the levels at active locations that sell online',
           count(*)
      from u.inventory i
      join u.shop h on h.id = i.shop_id and h.status = 'active'
      left join (select l.shop_id, l.item_id, sum(l.available) filter (where o.active and o.online) as units,
                        bool_or(o.settling) as settling
                   from u.inventory_level l
                   join u.location o on o.shop_id = l.shop_id and o.external_id = l.location_id
                  group by 1, 2) s using (shop_id, item_id)
     where i.shop_available <> coalesce(s.units, 0) and i.read_at is not null and not coalesce(s.settling, false)
    union all
    select 'the buffer is what its rule says',
           count(*)
      from u.inventory i
      join u.shop h on h.id = i.shop_id
     where not h.buffer_settling
       and i.buffer <> case when num_nonnulls(i.buffer_units, i.buffer_percent) > 0
                            then u.buffer_of(i.shop_available, i.buffer_units, i.buffer_percent)
                            else u.buffer_of(i.shop_available, h.buffer_units, h.buffer_percent) end
    union all
    select 'every pending hold has an open checkout, and every open checkout a pending hold',
           count(*)
      from u.checkout_session s join u.reservation r on r.session_id = s.id
     where (s.state = 'open') <> (r.state = 'pending')
    union all
    select 'every checkout has one hold',
           count(*)
      from u.checkout_session s
      left join u.reservation r on r.session_id = s.id
     where r.id is null
    union all
    select 'redemptions_held of an offer is the number of its open checkouts that count',
           count(*)
      from u.offer o
      left join (select s.offer_id, count(*) as n from u.checkout_session s where s.state = 'open' and s.redeems group by 1) s
             on s.offer_id = o.id
     where o.redemptions_held <> coalesce(s.n, 0)
    union all
    select 'redemptions_used of an offer is the number of its orders that used one',
           count(*)
      from u.offer f
      left join (select offer_id, count(*) as n from u.shop_order where redemption = 'used' group by 1) o on o.offer_id = f.id
     where f.redemptions_used <> coalesce(o.n, 0)
    union all
    select 'every hold has RESERVATION_CREATED and exactly one event for its end, if it ended',
           count(*)
      from u.reservation r
      left join (select e.subject, count(*) filter (where e.type = 'RESERVATION_CREATED') as made,
                        count(*) filter (where e.type <> 'RESERVATION_CREATED') as ended
                   from u.event_log e
                  where e.type in ('RESERVATION_CREATED', 'RESERVATION_CONFIRMED', 'RESERVATION_RELEASED', 'RESERVATION_EXPIRED')
                  group by 1) e on e.subject = r.id
     where (coalesce(e.made, 0), coalesce(e.ended, 0)) <> (1, case when r.state = 'pending' then 0 else 1 end)
    union all
    select 'a confirmed hold belongs to one order, and no checkout confirmed two',
           count(*)
      from u.checkout_session s join u.reservation r on r.session_id = s.id
      left join u.shop_order o on o.session_id = s.id
     where r.state = 'confirmed' and o.id is null
    union all
    select 'every paid order told PURCHASE_COMPLETED once, and no other did',
           count(*)
      from u.shop_order o
      left join (select e.subject, count(*) as n from u.event_log e where e.type = 'PURCHASE_COMPLETED' group by 1) e
             on e.subject = o.id
     where coalesce(e.n, 0) <> case when o.paid_at is null then 0 else 1 end
    union all
    select 'no hold is pending two minutes after it lapsed while its sweeper beats',
           count(*)
      from u.reservation r
     where r.state = 'pending' and r.expires_at < u.clock() - interval '2 minutes'
       and exists (select 1 from u.helper_run h where h.name = 'reservations_expire' and h.beat_at > u.clock() - interval '30 seconds')
    union all
    select 'no link passed its click limit',
           count(*) from u.short_link where clicks_max is not null and clicks_used > clicks_max
    union all
    select 'whoever waits in line and is there is known to the stock row',
           count(*)
      from u.waitlist w join u.inventory i on i.shop_id = w.shop_id and i.item_id = w.item_id
     where w.state = 'waiting' and w.present_until > coalesce(i.waited_until, '-infinity')
    union all
    select 'what is set aside for one in line has an open checkout of hers',
           count(*)
      from u.waitlist w left join u.checkout_session s on s.id = w.session_id
     where w.state = 'offered' and (s.state is distinct from 'open' or s.visitor <> w.visitor)
$$;
