-- The guard: who may hold a unit when somebody tries to hold them all (OWASP OAT-021). The click asks guard_level and
-- hold_refusal; cron/guard_tend learns from the event log, judges how closely each item is guarded, and forgets.

-- What a request shows of itself, and what the operator allows; their shapes never change (a running worker's plan knows them).
do $$
begin
    if to_regtype('u.click_from') is null then
        create type u.click_from as (
            address    uuid,     -- keyed hash of its address block; null: unknown
            navigates  boolean,  -- its Sec-Fetch headers say that a person opens a page
            pressed    boolean,  -- the button of our own page
            seen_ms    bigint    -- when its cookie was made; 0: it brought none
        );
    end if;
    if to_regtype('u.hold_rules') is null then
        create type u.hold_rules as ( -- a limit of 0 is none; all but hold_s null: nobody is on guard
            hold_s             integer, -- of a proven visitor
            hold_unproven_s    integer,
            per_visitor        integer, -- live holds of one visitor at one creator
            per_address        integer, -- live holds of one address block on one item
            per_address_scarce integer, -- the same while fewer than scarce_units are free
            scarce_units       integer,
            unproven_percent   integer, -- of an item's stock, that unproven visitors may hold together; one unit at least
            proven_after_s     integer  -- the age of a cookie that proves its visitor
        );
    end if;
end
$$;

-- A visitor is proven by a cookie that is old enough; while nobody is on guard, a navigation is enough.
create or replace function u.click_is_proven(sender u.click_from, rules u.hold_rules, guard smallint, at timestamptz) returns boolean
language sql stable as $$
    select (rules).proven_after_s is null
           or (sender).seen_ms > 0 and extract(epoch from at) * 1000 - (sender).seen_ms >= (rules).proven_after_s * 1000
           or guard = 0 and (sender).navigates
$$;

-- What an item's level asks of a visitor before a hold: guard_wait, guard_confirm, guard_bounce; null: nothing.
create or replace function u.guard_asks(sender u.click_from, rules u.hold_rules, guard smallint, proven boolean) returns text
language sql immutable as $$
    select case
        when (rules).proven_after_s is null then null
        when guard >= 3 then 'guard_wait'
        when guard = 2 and not proven and not (sender).pressed then 'guard_confirm'
        when guard = 1 and (sender).seen_ms = 0 and not (sender).pressed then 'guard_bounce'
        end
$$;

-- Have unproven visitors their share of an item's stock already? It is counted to the share and no further.
create or replace function u.unproven_refusal(
    rules u.hold_rules, shop uuid, item uuid, units integer, own uuid, at timestamptz) returns text
language plpgsql stable as $$
#variable_conflict use_variable
declare
    share  integer;
begin
    select greatest(1, (i.free + i.held)::bigint * (rules).unproven_percent / 100) into share
      from u.inventory i where i.shop_id = shop and i.item_id = item;
    return (select case when coalesce(sum(r.units), 0) + unproven_refusal.units > share then 'unproven_capped' end
              from (select r.units from u.reservation r
                     where r.shop_id = shop and r.item_id = item and r.state = 'pending' and not r.proven and r.expires_at > at
                       and r.id is distinct from own
                     limit share) r);
end
$$;

-- May this visitor hold `units` of an item? word null: yes; else cooling, visitor_capped, address_capped or unproven_capped,
-- and when asking again may help. The caller has locked the stock row, or asks again once it has; `own` is the visitor's
-- hold on the same link, which a new one replaces. A visitor whom nobody has seen before has no past to look up.
create or replace function u.hold_refusal(
    sender u.click_from, rules u.hold_rules, proven boolean, visitor uuid, creator uuid, shop uuid, item uuid, units integer,
    free integer, limited boolean, own uuid, out word text, out again timestamptz)
language plpgsql stable as $$
#variable_conflict use_variable
declare
    at      timestamptz := u.clock();
    known   boolean := (sender).seen_ms > 0 or (sender).pressed;
    most    integer := case when (rules).per_address = 0 or not limited or free >= (rules).scarce_units then (rules).per_address
                            else (rules).per_address_scarce end;
    others  integer;
begin
    if (rules).proven_after_s is null then
        return;
    end if;
    -- An address block is shared by many: who was here before its trouble began is not turned away for it.
    select max(c.until) into again
      from u.hold_cooling c
     where (c.who = visitor and known or c.who = (sender).address)
       and c.until > at
       and (c.who = visitor or not ((sender).seen_ms > 0 and u.at((sender).seen_ms) < c.since));
    if again is not null then
        word := 'cooling';
        return;
    end if;
    if known and (rules).per_visitor > 0 then
        select count(*), min(s.expires_at) into others, again
          from u.checkout_session s
         where s.visitor = hold_refusal.visitor and s.state = 'open' and s.creator_id = creator and s.expires_at > at
           and not exists (select from u.reservation r where r.session_id = s.id and r.id = own);
        if others >= (rules).per_visitor then
            word := 'visitor_capped';
            return;
        end if;
    end if;
    if most > 0 and (sender).address is not null then
        select count(*), min(r.expires_at) into others, again
          from (select r.expires_at from u.reservation r
                 where r.item_id = item and r.address = (sender).address and r.state = 'pending' and r.expires_at > at
                   and r.id is distinct from own
                 limit most) r;
        if others >= most then
            word := 'address_capped';
            return;
        end if;
    end if;
    again := null;
    if not proven and limited then
        word := u.unproven_refusal(rules, shop, item, units, own, at);
        again := case when word is not null then at + make_interval(secs => (rules).proven_after_s + 1) end;
    end if;
end
$$;

-- ---- cron/guard_tend

-- What is left of a count of the last minutes: half in five minutes.
create or replace function u.faded(since timestamptz, at timestamptz) returns double precision
language sql stable as $$ select 0.5 ^ least(1000, extract(epoch from at - since) / 300)::double precision $$;

-- What events `ids` say of items and of those who hold: counts for guard_judge, strikes for holds that lapsed unpaid.
-- strikes: how many begin a cool-down of cool_s; twice as many one of cool_long_s. Of an address block, which many share,
-- it takes `many` times as many, and each sale forgives it as much as one visitor needs. After two hours all is forgiven.
create or replace function u.guard_learn(ids uuid[], strikes integer, many integer, cool_s integer, cool_long_s integer)
returns integer
language plpgsql volatile as $$
#variable_conflict use_variable
declare
    at  timestamptz := u.clock();
    n   integer;
begin
    insert into u.guard as g (shop_id, item_id, created, refused, lapsed, sold, halved_at)
    select h.shop_id, h.item_id,
           count(*) filter (where h.type = 'RESERVATION_CREATED'), count(*) filter (where h.type = 'HOLD_REFUSED'),
           count(*) filter (where h.type = 'RESERVATION_EXPIRED'), count(*) filter (where h.type = 'RESERVATION_CONFIRMED'), at
      from (select e.type, r.shop_id, r.item_id
              from u.event_log e join u.reservation r on r.id = e.subject
             where e.id = any (ids) and e.type in ('RESERVATION_CREATED', 'RESERVATION_EXPIRED', 'RESERVATION_CONFIRMED')
            union all
            select e.type, v.shop_id, v.item_id
              from u.event_log e join u.variant v on v.id = (e.payload ->> 'variant')::uuid
             where e.id = any (ids) and e.type = 'HOLD_REFUSED') h
      join u.inventory i on i.shop_id = h.shop_id and i.item_id = h.item_id
     group by 1, 2
     order by 1, 2
    on conflict (shop_id, item_id) do update
       set created = g.created * u.faded(g.halved_at, at) + excluded.created,
           refused = g.refused * u.faded(g.halved_at, at) + excluded.refused,
           lapsed = g.lapsed * u.faded(g.halved_at, at) + excluded.lapsed,
           sold = g.sold * u.faded(g.halved_at, at) + excluded.sold,
           halved_at = at;
    get diagnostics n = row_count;
    if strikes > 0 then
        perform u.guard_strike(ids, strikes, many, cool_s, cool_long_s, at);
    end if;
    return n;
end
$$;

create or replace function u.guard_strike(
    ids uuid[], strikes integer, many integer, cool_s integer, cool_long_s integer, at timestamptz) returns void
language plpgsql volatile as $$
#variable_conflict use_variable
begin
    insert into u.hold_cooling as c (who, strikes, last_at)
    select w.who, sum(w.strikes), at
      from u.event_log e
      join u.reservation r on r.id = e.subject
      join u.checkout_session s on s.id = r.session_id
     cross join lateral (values
            (s.visitor, case e.type when 'RESERVATION_EXPIRED' then 1.0 else -guard_strike.strikes end),
            (r.address, case e.type when 'RESERVATION_EXPIRED' then 1.0 / many else -guard_strike.strikes end)) w (who, strikes)
     where e.id = any (ids) and e.type in ('RESERVATION_EXPIRED', 'RESERVATION_CONFIRMED') and w.who is not null
     group by 1
     order by 1
    on conflict (who) do update
       set strikes = greatest(0, excluded.strikes + case when c.last_at > at - interval '2 hours' then c.strikes else 0 end),
           last_at = at;
    delete from u.hold_cooling c where c.last_at = at and c.strikes <= 0 and coalesce(c.until, at) <= at;
    -- Whoever is at it again while cooling, with holds from before, cools longer.
    update u.hold_cooling c
       set since = case when c.until > at then c.since else at end,
           until = greatest(c.until, at + make_interval(secs => case when c.strikes >= 2 * guard_strike.strikes then cool_long_s else cool_s end))
     where c.last_at = at and c.strikes >= guard_strike.strikes - 0.001;
end
$$;

-- Lets the counts of the last minutes fade, sets the level of each item in demand, and tells of every change.
--   share   of what could be promised, held right now       unpaid  of the holds that ended lately, lapsed
-- most: the highest level; floor_n: holds or refusals below which nothing is judged; calm_s: how long a lower level must
-- have been enough. It rises at once, to where it must, and falls one by one. Returns how many levels it changed.
create or replace function u.guard_judge(most integer, floor_n integer, calm_s integer) returns integer
language plpgsql volatile as $$
#variable_conflict use_variable
declare
    at       timestamptz := u.clock();
    change   record;
    changed  integer := 0;
begin
    update u.guard g
       set created = g.created * u.faded(g.halved_at, at), refused = g.refused * u.faded(g.halved_at, at),
           lapsed = g.lapsed * u.faded(g.halved_at, at), sold = g.sold * u.faded(g.halved_at, at), halved_at = at
     where g.halved_at < at - interval '10 seconds';
    for change in
        select j.shop_id, j.item_id, j.guard, j.share, j.unpaid, j.wanted, j.enough
          from u.guard_verdicts(most, floor_n, at) j
         where j.wanted > j.guard or j.enough < j.guard
            or exists (select from u.guard g where g.shop_id = j.shop_id and g.item_id = j.item_id and g.calm_since is not null)
         order by j.shop_id, j.item_id
    loop
        changed := changed + u.guard_set(change.shop_id, change.item_id, change.guard, change.wanted, change.enough, change.share,
                                         change.unpaid, calm_s, at);
    end loop;
    delete from u.guard g
     using u.inventory i
     where i.shop_id = g.shop_id and i.item_id = g.item_id and i.guard = 0
       and g.created + g.refused + g.lapsed + g.sold < 0.1;
    return changed;
end
$$;

-- The table of levels. crowded: many were turned away since somebody is on guard.
create or replace function u.guard_level(
    share double precision, unpaid double precision, ended double precision, created double precision, crowded boolean,
    floor_n integer) returns integer
language sql immutable as $$
    select case
        when share >= 0.9 and ended >= floor_n and unpaid >= 0.95 then 3
        when share >= 0.75 and (crowded or (ended >= floor_n * 0.5 and unpaid >= 0.9)) then 2
        when share >= 0.4 and created >= floor_n then 1
        when share >= 0.25 and ended >= floor_n * 0.5 and unpaid >= 0.8 then 1
        else 0
        end
$$;

-- wanted: the level that what is measured calls for; enough: the one that would do, with some slack so that it does not flap.
create or replace function u.guard_verdicts(most integer, floor_n integer, at timestamptz)
returns table (shop_id uuid, item_id uuid, guard smallint, share double precision, unpaid double precision,
               wanted integer, enough integer)
language sql stable as $$
    select m.shop_id, m.item_id, m.guard, m.share, m.unpaid,
           least(most, u.guard_level(m.share, m.unpaid, m.ended, m.created, m.crowded, floor_n)),
           least(most, greatest(
               u.guard_level(m.share + 0.1, m.unpaid + 0.1, m.ended * 2, m.created * 2, m.crowded, floor_n),
               -- while many are still turned away, whoever is behind it is still there
               case when m.refused >= floor_n then least(m.guard, 2) else 0 end))
      from (select g.shop_id, g.item_id, i.guard, g.created, g.refused, g.lapsed + g.sold as ended,
                   case when i.free + i.held > 0 then i.held::double precision / (i.free + i.held) else 0 end as share,
                   case when g.lapsed + g.sold > 0 then g.lapsed / (g.lapsed + g.sold) else 0 end as unpaid,
                   i.guard > 0 and g.refused >= floor_n as crowded
              from u.guard g
              join u.inventory i on i.shop_id = g.shop_id and i.item_id = g.item_id
             where i.tracked) m
$$;

-- Moves one item's level where the verdict says so; the stock row is locked for that alone. Returns 1 when it changed.
create or replace function u.guard_set(
    shop uuid, item uuid, was integer, wanted integer, enough integer, in_share double precision, in_unpaid double precision,
    calm_s integer, at timestamptz) returns integer
language plpgsql volatile as $$
#variable_conflict use_variable
declare
    calm   timestamptz;
    level  integer := was;
begin
    select g.calm_since into calm from u.guard g where g.shop_id = shop and g.item_id = item;
    if wanted > was then
        level := wanted;
    elsif enough < was and calm <= at - make_interval(secs => calm_s) then
        level := was - 1;
    end if;
    update u.guard g
       set calm_since = case when enough >= level then null when level <> was then at else coalesce(calm, at) end,
           level_since = case when level <> was then at else g.level_since end
     where g.shop_id = shop and g.item_id = item;
    if level = was then
        return 0;
    end if;
    update u.inventory i set guard = level where i.shop_id = shop and i.item_id = item;
    insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
    select u.event_id('GUARD_CHANGED', item::text || level, at), 'GUARD_CHANGED', n.creator_id, shop, item, at,
           jsonb_build_object('level', level, 'was', was, 'held_percent', round(in_share * 100), 'unpaid_percent', round(in_unpaid * 100))
      from u.connection n
     where n.shop_id = shop and n.status = 'active' and n.role = 'owner'
    on conflict (id) do nothing;
    return 1;
end
$$;

-- Removes the addresses of up to `most` holds older than keep_s, and cool-downs that are long over. Returns how many.
create or replace function u.guard_forget(most integer, keep_s integer) returns integer
language plpgsql volatile as $$
#variable_conflict use_variable
declare
    at    timestamptz := u.clock();
    upto  uuid := (lpad(to_hex(u.ms(at - make_interval(secs => keep_s))), 12, '0') || repeat('0', 20))::uuid;
    old   uuid[];
    gone  integer;
begin
    old := array(select r.id from u.reservation r
                  where r.id >= coalesce((select p.id from u.guard_place p), '00000000-0000-0000-0000-000000000000') and r.id < upto
                  order by r.id limit most);
    update u.reservation r set address = null where r.id = any (old) and r.address is not null;
    if cardinality(old) > 0 then
        insert into u.guard_place as p (id) values (old[cardinality(old)]) on conflict (one) do update set id = excluded.id;
    end if;
    delete from u.hold_cooling c
     where c.who = any (array(select d.who from u.hold_cooling d
                               where d.last_at < at - interval '2 hours' and coalesce(d.until, at) <= at
                               order by d.last_at limit most));
    get diagnostics gone = row_count;
    return gone + greatest(0, cardinality(old) - 1);
end
$$;
