-- Holds: who gets a unit, and how a hold ends. Lock order: stock rows, offer counters, sessions, reservations, each by id.
-- Everyone who changes a pending reservation holds its stock row first, so nothing below that row is ever contended.

-- Ends the pending holds `ids` of stock rows that the caller has locked, as `ending` (expired or released).
-- Emits RESERVATION_EXPIRED and CHECKOUT_ABANDONED, or RESERVATION_RELEASED; of what was set aside for one in line and not taken
-- WAITLIST_ENDED too. Returns how many it ended.
create or replace function u.holds_end(ids uuid[], ending text) returns integer
language plpgsql volatile as $$
declare
    at     timestamptz := u.clock();
    ended  integer;
begin
    with gone as (
        update u.reservation r
           set state = ending, ended_at = at
         where r.id = any(ids) and r.state = 'pending'
        returning r.id, r.session_id, r.shop_id, r.item_id, r.units, r.creator_id
    ), closed as (
        update u.checkout_session s
           set state = case ending when 'expired' then 'abandoned' else 'released' end, ended_at = at
          from gone g
         where s.id = g.session_id and s.state = 'open'
        returning s.id, s.creator_id, s.shop_id, s.offer_id, s.link_id, s.redeems
    ), stock as (
        update u.inventory i
           set held = held - g.units
          from (select shop_id, item_id, sum(units)::int as units from gone group by 1, 2) g
         where i.shop_id = g.shop_id and i.item_id = g.item_id
    ), counters as (
        update u.offer o
           set redemptions_held = redemptions_held - c.n
          from (select offer_id, count(*)::int as n from closed where redeems group by 1) c
         where o.id = c.offer_id
    ), passed as (
        update u.waitlist w
           set state = 'passed', address = null, ended_at = at
          from closed c
         where w.session_id = c.id and w.state = 'offered'
        returning w.id, w.creator_id, w.shop_id, w.session_id
    ), told as (
        insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
        select u.event_id(e.type, e.subject::text, at), e.type, e.creator_id, e.shop_id, e.subject, at, e.payload
          from (select case ending when 'expired' then 'RESERVATION_EXPIRED' else 'RESERVATION_RELEASED' end as type,
                       g.creator_id, g.shop_id, g.id as subject,
                       jsonb_build_object('checkout', g.session_id, 'units', g.units) as payload
                  from gone g
                union all
                select 'CHECKOUT_ABANDONED', c.creator_id, c.shop_id, c.id,
                       jsonb_build_object('link', c.link_id, 'offer', c.offer_id)
                  from closed c where ending = 'expired'
                union all
                select 'WAITLIST_ENDED', p.creator_id, p.shop_id, p.id, jsonb_build_object('reason', 'passed', 'checkout', p.session_id)
                  from passed p) e
        on conflict (id) do nothing
    )
    select count(*) into ended from gone;
    return ended;
end
$$;

-- Locks the offers whose counters the holds `ids` would move, and the limited ones of `also`, by id.
create or replace function u.offers_lock(ids uuid[], also uuid[]) returns void
language plpgsql volatile as $$
begin
    perform 1
       from u.offer o
      where (o.id = any(also) and o.redemptions_max is not null)
         or o.id in (select s.offer_id from u.reservation r join u.checkout_session s on s.id = r.session_id
                      where r.id = any(ids) and s.redeems)
      order by o.id
        for no key update;
end
$$;

-- Ends up to `most` lapsed holds, a few at a time of the oldest; for the sweeper. Returns how many it ended.
-- Finds ids without locks, locks stock by id, and looks again.
create or replace function u.reservations_expire(most integer) returns integer
language plpgsql volatile security definer as $$
declare
    lapsed uuid[];
begin
    lapsed := array(select r.id from u.reservation r
                     where r.state = 'pending' and r.expires_at <= u.clock()
                     order by r.expires_at limit most);
    if cardinality(lapsed) = 0 then
        return 0;
    end if;
    perform 1
       from u.inventory i
      where (i.shop_id, i.item_id) in (select r.shop_id, r.item_id from u.reservation r where r.id = any(lapsed))
      order by i.shop_id, i.item_id
        for no key update;
    lapsed := array(select r.id from u.reservation r where r.id = any(lapsed) and r.state = 'pending');
    perform u.offers_lock(lapsed, '{}');
    return u.holds_end(lapsed, 'expired');
end
$$;

-- Ends the live hold of one checkout early. `owner`: the visitor it must belong to; null: the system itself asks.
-- Returns released, lapsed (it had lapsed and is expired now), or gone (there was no live hold).
create or replace function u.checkout_release(checkout uuid, owner uuid) returns text
language plpgsql volatile security definer as $$
declare
    hold record;
begin
    select r.id, r.shop_id, r.item_id, r.expires_at into hold
      from u.reservation r join u.checkout_session s on s.id = r.session_id
     where s.id = checkout and r.state = 'pending' and (owner is null or s.visitor = owner);
    if not found then
        return 'gone';
    end if;
    perform 1 from u.inventory i where i.shop_id = hold.shop_id and i.item_id = hold.item_id for no key update;
    if not exists (select 1 from u.reservation r where r.id = hold.id and r.state = 'pending') then
        return 'gone';
    end if;
    perform u.offers_lock(array[hold.id], '{}');
    if hold.expires_at <= u.clock() then
        perform u.holds_end(array[hold.id], 'expired');
        return 'lapsed';
    end if;
    perform u.holds_end(array[hold.id], 'released');
    return 'released';
end
$$;

-- Ends the pending holds `ids` of locked stock rows because what they were made through closes: those that still live are released,
-- those that had lapsed before are expired. Returns how many were released.
create or replace function u.holds_close(ids uuid[]) returns integer
language plpgsql volatile as $$
declare
    lapsed uuid[] := array(select r.id from u.reservation r where r.id = any(ids) and r.state = 'pending' and r.expires_at <= u.clock());
begin
    perform u.offers_lock(ids, '{}');
    perform u.holds_end(lapsed, 'expired');
    return u.holds_end(ids, 'released');
end
$$;

-- Releases every live hold made through a link (its creator revoked it). Returns how many.
create or replace function u.link_release(link uuid) returns integer
language plpgsql volatile security definer as $$
declare
    live uuid[];
begin
    live := array(select r.id from u.checkout_session s join u.reservation r on r.session_id = s.id
                   where s.link_id = link and s.state = 'open' and r.state = 'pending');
    perform 1 from u.inventory i
      where (i.shop_id, i.item_id) in (select r.shop_id, r.item_id from u.reservation r where r.id = any(live))
      order by i.shop_id, i.item_id for no key update;
    live := array(select r.id from u.reservation r where r.id = any(live) and r.state = 'pending');
    return u.holds_close(live);
end
$$;

-- Releases every live hold made on an offer (its creator ended it). Returns how many.
create or replace function u.offer_release(offer uuid) returns integer
language plpgsql volatile security definer as $$
declare
    live uuid[];
begin
    live := array(select r.id from u.checkout_session s join u.reservation r on r.session_id = s.id
                   where s.offer_id = offer and s.state = 'open' and r.state = 'pending');
    perform 1 from u.inventory i
      where (i.shop_id, i.item_id) in (select r.shop_id, r.item_id from u.reservation r where r.id = any(live))
      order by i.shop_id, i.item_id for no key update;
    live := array(select r.id from u.reservation r where r.id = any(live) and r.state = 'pending');
    perform u.offers_lock(live, array[offer]);
    return u.holds_close(live);
end
$$;
