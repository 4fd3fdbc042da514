-- The line: who gets a unit that comes back once all were gone. Nobody hands it out: whoever waits keeps a page open, and the
-- page asks as a click does (u.checkout_answer). Units that others wait for, who came before her and are there, do not count as
-- free for her, and none that anybody waits for do for a newcomer. So a unit is set aside for one who is there to take it, for a
-- few minutes; who went away keeps her place, and nothing is kept for her until she looks again. inventory.waited_until says
-- whether there is anybody to look for at all. Lock order: the visitor's key, stock rows, her row of the line, which only she
-- and the end of what was set aside for her write.

-- Units of an item that come before in_visitor's: of all who are there when she does not wait herself. What one wants who cannot
-- be served from `free` does not count. Exact up to `free`, and not less than that beyond.
create or replace function u.waitlist_ahead(shop uuid, item uuid, in_visitor uuid, free integer) returns integer
language plpgsql stable as $$
#variable_conflict use_variable
declare
    own  uuid;
begin
    if free <= 0 then
        return 0;
    end if;
    own := (select w.id from u.waitlist w where w.item_id = item and w.visitor = in_visitor and w.state = 'waiting');
    if own is null then
        return (select coalesce(sum(w.units), 0)
                  from (select w.units
                          from u.waitlist w
                         where w.shop_id = shop and w.item_id = item and w.state = 'waiting' and w.present_until > u.clock()
                           and w.units <= free
                         limit free) w);
    end if;
    return (select coalesce(sum(w.units), 0)
              from (select w.units
                      from u.waitlist w
                     where w.shop_id = shop and w.item_id = item and w.state = 'waiting' and w.id < own
                       and w.present_until > u.clock() and w.units <= free
                     order by w.id
                     limit free) w);
end
$$;

-- What is left for a newcomer of the units that are there.
create or replace function u.newcomers_share(shop uuid, item uuid, waited_until timestamptz, there integer) returns integer
language plpgsql stable as $$
begin
    if waited_until > u.clock() then
        return greatest(0, there - u.waitlist_ahead(shop, item, null, there));
    end if;
    return greatest(0, there);
end
$$;

create or replace function u.waitlist_tell(in_id uuid, type text, more jsonb) returns void
language plpgsql volatile as $$
begin
    insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
    select u.event_id(waitlist_tell.type, w.id::text, u.clock()), waitlist_tell.type, w.creator_id, w.shop_id, w.id, u.clock(),
           jsonb_build_object('link', w.link_id, 'variant', w.variant_id, 'units', w.units) || more
      from u.waitlist w
     where w.id = in_id
    on conflict (id) do nothing;
end
$$;

-- Her waiting ends without a unit: left, passed or over.
create or replace function u.waitlist_end(in_id uuid, in_state text) returns void
language plpgsql volatile as $$
begin
    update u.waitlist w
       set state = in_state, address = null, ended_at = u.clock()
     where w.id = in_id and w.state in ('waiting', 'offered');
    if found then
        perform u.waitlist_tell(in_id, 'WAITLIST_ENDED', jsonb_build_object('reason', in_state));
    end if;
end
$$;

-- A checkout began for a visitor who may wait for its item: set aside for her page, or taken by her click. The caller has locked
-- her key and the stock row.
create or replace function u.waitlist_served(item uuid, in_visitor uuid, session uuid, aside boolean) returns void
language plpgsql volatile as $$
declare
    place  uuid;
begin
    update u.waitlist w
       set state = case when aside then 'offered' else 'taken' end, session_id = session, address = null,
           ended_at = case when aside then null else u.clock() end
     where w.item_id = item and w.visitor = in_visitor and w.state = 'waiting'
    returning w.id into place;
    if place is not null then
        perform u.waitlist_tell(place, case when aside then 'WAITLIST_OFFERED' else 'WAITLIST_TAKEN' end,
                                jsonb_build_object('checkout', session));
    end if;
end
$$;

-- She goes on to the shop with what was set aside for her, and has the time of any hold from now on. Returns when it ends: in_ends, as
-- it was, for what nobody waited for. in_lock: the stock row is not locked yet.
create or replace function u.waitlist_take(session uuid, in_lock boolean, in_ends timestamptz, until timestamptz)
returns timestamptz
language plpgsql volatile as $$
declare
    place  record;
begin
    select w.id, w.creator_id, w.shop_id, w.item_id, w.link_id into place
      from u.waitlist w where w.session_id = session and w.state = 'offered';
    if not found then
        return in_ends;
    end if;
    if in_lock then
        perform 1 from u.inventory i where i.shop_id = place.shop_id and i.item_id = place.item_id for no key update;
    end if;
    until := greatest(until, in_ends);
    update u.reservation r set expires_at = until
     where r.session_id = session and r.state = 'pending' and r.expires_at > u.clock();
    if not found then
        return in_ends;
    end if;
    update u.checkout_session s set expires_at = until where s.id = session;
    update u.waitlist w set state = 'taken', ended_at = u.clock() where w.id = place.id;
    perform u.waitlist_tell(place.id, 'WAITLIST_TAKEN', jsonb_build_object('checkout', session));
    insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
    values (u.event_id('CHECKOUT_REDIRECTED', session::text, u.clock()), 'CHECKOUT_REDIRECTED', place.creator_id, place.shop_id, session,
            u.clock(), jsonb_build_object('link', place.link_id))
    on conflict (id) do nothing;
    return until;
end
$$;

-- The stock row knows until when somebody may be there; written ahead, so that a page that looks every few seconds seldom writes it.
create or replace function u.waitlist_known(shop uuid, item uuid, until timestamptz) returns void
language plpgsql volatile as $$
begin
    update u.inventory i
       set waited_until = until + interval '4 minutes'
     where i.shop_id = shop and i.item_id = item and (i.waited_until is null or i.waited_until < until);
end
$$;

-- Puts a visitor at the end of the line for what a link sells, if all of it is limited and she is not in it yet; who is keeps her
-- place, for what she asks for now. Returns the code of the link whose page shows her place, and
--   waiting   she is in line, or was called already
--   holding   she holds a unit through the link
--   open      there is nothing to wait for: it has no limit
--   choose    which variant?
--   or why the link sells nothing (u.link_refusal, link_unknown, variant_unknown), or address_capped: in_most others of her address
--   block wait for it.
-- Whose machine minted in_id says nothing about when she came: its time is put right by the clock that all share.
create or replace function u.waitlist_join(
    in_id uuid, in_key text, in_visitor uuid, in_variant uuid, in_units integer, in_address uuid, in_most integer, in_keep_s integer,
    in_present_s integer, out outcome text, out code text)
language plpgsql volatile security definer
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
declare
    at       timestamptz := u.clock();
    there    timestamptz := at + make_interval(secs => in_present_s);
    coming   uuid := overlay(in_id::text placing left(u.event_id('', '', at)::text, 13) from 1 for 13);
    link     record;
    price    record;
    place    record;
begin
    select * into link from u.link_facts(lower(in_key));
    code := link.code;
    outcome := case when link.id is null then 'link_unknown' else link.refusal end;
    if outcome is not null then
        return;
    end if;
    in_variant := coalesce(in_variant, link.variant_id, u.only_variant(link.offer_id, link.product_id));
    if in_variant is null then
        outcome := 'choose';
        return;
    end if;
    perform pg_advisory_xact_lock(u.visitor_key(in_visitor));
    select * into price from u.variant_facts(link.offer_id, in_variant);
    outcome := case
        when price.id is null then 'variant_unknown'
        when not price.limited then 'open'
        when exists (select from u.checkout_session s
                      where s.link_id = link.id and s.visitor = in_visitor and s.state = 'open' and s.variant_id = in_variant
                        and s.expires_at > at and not exists (select from u.waitlist w where w.session_id = s.id and w.state = 'offered'))
             then 'holding'
        end;
    if outcome is not null then
        return;
    end if;

    select w.id, w.state, w.ends_at, s.expires_at, l.code into place
      from u.waitlist w
      join u.short_link l on l.id = w.link_id
      left join u.checkout_session s on s.id = w.session_id
     where w.item_id = price.item_id and w.visitor = in_visitor and w.state in ('waiting', 'offered');
    outcome := 'waiting';
    if place.state = 'offered' and place.expires_at > at then
        code := place.code;
        return;
    end if;
    perform u.waitlist_known(price.shop_id, price.item_id, there); -- the stock row before her row
    if place.state = 'offered' or place.ends_at <= at then
        perform u.waitlist_end(place.id, case place.state when 'offered' then 'passed' else 'over' end);
        place.id := null;
    end if;
    if place.id is not null then
        update u.waitlist w
           set creator_id = link.creator_id, link_id = link.id, variant_id = in_variant, second = link.second, units = in_units,
               present_until = there
         where w.id = place.id;
        return;
    end if;
    if in_most > 0 and in_address is not null
       and (select count(*) from (select from u.waitlist w
                                   where w.shop_id = price.shop_id and w.item_id = price.item_id and w.state = 'waiting'
                                     and w.present_until > at and w.address = in_address
                                   limit in_most) w) >= in_most then
        outcome := 'address_capped';
        return;
    end if;
    insert into u.waitlist (id, creator_id, shop_id, item_id, link_id, variant_id, second, visitor, units, address, present_until, ends_at, created_at)
    values (coming, link.creator_id, price.shop_id, price.item_id, link.id, in_variant, link.second, in_visitor, in_units, in_address,
            there, at + make_interval(secs => in_keep_s), at);
    perform u.waitlist_tell(coming, 'WAITLIST_JOINED', '{}');
end
$$;

-- Which place a page is about: of visitor in_visitor on link in_code, that for in_variant (null: whichever) rather than another, one
-- that is not over rather than one that is, the last. Her place for in_variant may have gone over to another link meanwhile.
create or replace function u.waitlist_which(in_code text, in_visitor uuid, in_variant uuid) returns uuid
language plpgsql stable as $$
begin
    return (select p.id
              from (select w.id, l.code_key = lower(in_code) as here, coalesce(w.variant_id = in_variant, false) as same,
                           w.state in ('waiting', 'offered') as runs
                      from u.waitlist w
                      join u.short_link l on l.id = w.link_id
                     where w.visitor = in_visitor) p
             where p.here or (p.same and p.runs)
             order by p.same and p.runs desc, p.here desc, p.same desc, p.runs desc, p.id desc
             limit 1);
end
$$;

-- A visitor's place in line, as her page shows it (waitlist_which): no id when she never stood in it. Her look keeps her there, and
-- sets a unit aside for her when it is her turn; in_session, in_hold and in_mark are minted for that.
--   code    of the link that her place is on
--   state   as in the table; waiting with a word: why she is not served just now, though units may be there
--   ahead   how many come first, up to 1000
create or replace function u.waitlist_place(
    in_code text, in_visitor uuid, in_variant uuid, in_session uuid, in_hold uuid, in_mark text, in_aside_s integer, in_rules u.hold_rules,
    out id uuid, out code text, out state text, out word text, out ahead integer, out variant_id uuid, out units integer,
    out second integer, out hold_ms bigint, out ends_ms bigint)
language plpgsql volatile security definer
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    at     timestamptz := u.clock();
    place  record;
    key    text;
begin
    perform pg_advisory_xact_lock(u.visitor_key(in_visitor));
    select w.id, w.state, w.shop_id, w.item_id, w.link_id, w.variant_id, w.second, w.units, w.address, w.created_at, w.ends_at, s.expires_at,
           l.code, l.code_key
      into place
      from u.waitlist w
      join u.short_link l on l.id = w.link_id
      left join u.checkout_session s on s.id = w.session_id
     where w.id = u.waitlist_which(in_code, in_visitor, in_variant)
       for update of w;
    if not found then
        return;
    end if;
    key := place.code_key || coalesce('@' || place.second, '');
    if place.state = 'offered' and place.expires_at <= at then
        perform u.waitlist_end(place.id, 'passed');
    elsif place.state = 'waiting' and place.ends_at <= at then
        perform u.waitlist_end(place.id, 'over');
    elsif place.state = 'waiting' then
        in_rules.hold_s := in_aside_s;
        in_rules.hold_unproven_s := in_aside_s;
        word := (u.checkout_answer(key, in_visitor, place.variant_id, place.units, in_session, in_hold, in_mark,
                                   row(place.address, false, true, u.ms(place.created_at))::u.click_from, in_rules,
                                   null, null, true)).outcome;
        if word = 'offer_closed' and exists (select from u.link_facts(key) l join u.offer f on f.id = l.offer_id
                                              where f.state = 'paused' and coalesce(f.ends_at > at, true)) then
            word := 'offer_paused'; -- for a while
        elsif word = 'repeated' then -- a click of hers was faster
            perform u.waitlist_served(place.item_id, in_visitor,
                                      (select s.id from u.checkout_session s
                                        where s.link_id = place.link_id and s.visitor = in_visitor and s.state = 'open'), false);
        elsif word in ('link_unknown', 'link_closed', 'link_expired', 'link_exhausted', 'offer_closed', 'shop_closed', 'variant_unknown') then
            perform u.waitlist_end(place.id, 'over');
        end if;
        -- Only who waits for stock is there, and nobody is kept waiting by one who could not have it anyhow, nor by more of one address
        -- block than may have it.
        ahead := u.waitlist_before(place.shop_id, place.item_id, place.id, null, 1000);
        if word = 'sold_out' and place.address is not null and (in_rules).per_address > 0
           and u.waitlist_before(place.shop_id, place.item_id, place.id, place.address, (in_rules).per_address)
               >= (in_rules).per_address then
            word := 'address_capped';
        end if;
        if word = 'sold_out' then
            perform u.waitlist_known(place.shop_id, place.item_id, at + u.waitlist_stay(ahead));
        end if;
        update u.waitlist w
           set present_until = case word when 'sold_out' then at + u.waitlist_stay(ahead) else least(w.present_until, at) end
         where w.id = place.id and w.state = 'waiting';
    end if;
    select w.id, w.state, w.variant_id, w.units, w.second, u.ms(s.expires_at), u.ms(w.ends_at)
      into id, state, variant_id, units, second, hold_ms, ends_ms
      from u.waitlist w left join u.checkout_session s on s.id = w.session_id and s.state = 'open' and s.expires_at > at
     where w.id = place.id;
    code := place.code;
    word := case when state = 'waiting' and word <> 'sold_out' then word end;
end
$$;

-- As an earlier release looks: at whichever place of the link.
create or replace function u.waitlist_look(
    in_code text, in_visitor uuid, in_session uuid, in_hold uuid, in_mark text, in_aside_s integer, in_rules u.hold_rules,
    out id uuid, out state text, out word text, out ahead integer, out variant_id uuid, out units integer, out second integer,
    out hold_ms bigint, out ends_ms bigint)
language plpgsql volatile security definer as $$
#variable_conflict use_column
begin
    select p.id, p.state, p.word, p.ahead, p.variant_id, p.units, p.second, p.hold_ms, p.ends_ms
      into id, state, word, ahead, variant_id, units, second, hold_ms, ends_ms
      from u.waitlist_place(in_code, in_visitor, null, in_session, in_hold, in_mark, in_aside_s, in_rules) p;
end
$$;

-- How many stand before a place and are there, up to `most`. block not null: of that address block.
create or replace function u.waitlist_before(shop uuid, item uuid, place uuid, block uuid, most integer) returns integer
language plpgsql stable as $$
#variable_conflict use_variable
begin
    if block is not null then
        return (select count(*)
                  from (select from u.waitlist w
                         where w.item_id = item and w.address = block and w.state = 'waiting' and w.shop_id = shop
                           and w.present_until > u.clock() and w.id < place
                         limit most) w);
    end if;
    return (select count(*)
              from (select from u.waitlist w
                     where w.shop_id = shop and w.item_id = item and w.state = 'waiting' and w.id < place
                       and w.present_until > u.clock()
                     order by w.id
                     limit most) w);
end
$$;

-- How long one is thought there after her page looked; it looks again three times as often.
create or replace function u.waitlist_stay(ahead integer) returns interval
language sql immutable as $$ select case when ahead < 20 then interval '30 seconds' else interval '90 seconds' end $$;

-- She gives up her place (waitlist_which), and what was set aside for her. Returns whether she had one.
create or replace function u.waitlist_give_up(in_code text, in_visitor uuid, in_variant uuid) returns boolean
language plpgsql volatile security definer as $$
declare
    place  record;
begin
    perform pg_advisory_xact_lock(u.visitor_key(in_visitor));
    select w.id, w.shop_id, w.item_id, w.session_id into place
      from u.waitlist w
     where w.id = u.waitlist_which(in_code, in_visitor, in_variant) and w.state in ('waiting', 'offered');
    if not found then
        return false;
    end if;
    perform 1 from u.inventory i
      where place.session_id is not null and i.shop_id = place.shop_id and i.item_id = place.item_id for no key update;
    perform u.waitlist_end(place.id, 'left');
    if place.session_id is not null then
        perform u.checkout_release(place.session_id, in_visitor);
    end if;
    return true;
end
$$;

-- As an earlier release leaves.
create or replace function u.waitlist_leave(in_code text, in_visitor uuid) returns boolean
language sql volatile security definer as $$ select u.waitlist_give_up(in_code, in_visitor, null) $$;

-- Ends up to `most` places whose time is over, and forgets the addresses of those that are older than keep_s. Returns how many.
create or replace function u.waitlist_tidy(most integer, keep_s integer) returns integer
language plpgsql volatile as $$
declare
    old   uuid[] := array(select w.id from u.waitlist w
                           where w.state = 'waiting' and w.ends_at <= u.clock()
                           order by w.ends_at limit most
                             for update skip locked);
    told  integer;
begin
    perform u.waitlist_end(o, 'over') from unnest(old) o;
    update u.waitlist w
       set address = null
     where w.id = any (array(select f.id from u.waitlist f
                              where f.address is not null and f.created_at < u.clock() - make_interval(secs => keep_s)
                              order by f.created_at limit most
                                for update skip locked));
    get diagnostics told = row_count;
    return told + cardinality(old);
end
$$;
