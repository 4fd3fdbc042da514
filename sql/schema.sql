-- The schema as it is now, written by 'make schema' and read by people; sql/migrations and sql/functions are the source.

CREATE SCHEMA u;

CREATE TYPE u.checkout_outcome AS (
	outcome text,
	session_id uuid,
	expires_ms bigint,
	mark text,
	units integer,
	variant_id uuid,
	variant_external bigint,
	discount_code text,
	list_minor bigint,
	price_minor bigint,
	currency text,
	storefront_url text,
	product_title text,
	product_handle text,
	variant_title text,
	image_url text,
	creator_id uuid,
	creator_name text,
	creator_handle text,
	link_id uuid,
	code text,
	platform text,
	surface text,
	stream_id uuid,
	choices jsonb
);

CREATE FUNCTION u.at(ms bigint) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select to_timestamp(ms / 1000.0) $$;

CREATE FUNCTION u.checkout_decide(in_code text, in_visitor uuid, in_variant uuid, in_units integer, in_session uuid, in_hold uuid, in_mark text, in_hold_s integer, in_items uuid[]) RETURNS u.checkout_outcome
    LANGUAGE plpgsql
    AS $_$
#variable_conflict use_column
declare
    at       timestamptz := u.clock();
    o        u.checkout_outcome;
    link     u.short_link;
    offer    record;
    price    record;
    own      record;      -- this visitor's open session on this link, whichever variant
    limited  boolean;     -- the offer counts redemptions
    short    boolean;     -- not enough is free without lapsed holds
    ending   uuid[];      -- lapsed holds to tidy up
    back     record;      -- what ending them and the visitor's own gives back
    n        integer;
begin
    select l.* into link from u.short_link l where l.code_key = lower(in_code);
    if not found then
        o.outcome := 'link_unknown';
        return o;
    end if;
    select f.state, f.starts_at, f.ends_at, f.redemptions_max, f.redemptions_used, f.redemptions_held,
           s.status as shop_status, s.storefront_url, n.status as connection_status,
           c.name as creator_name, c.handle as creator_handle, a.platform, a.surface, a.stream_id
      into offer
      from u.offer f
      join u.shop s on s.id = f.shop_id
      join u.connection n on n.creator_id = f.creator_id and n.shop_id = f.shop_id
      join u.creator c on c.id = f.creator_id
      join u.attribution a on a.id = link.attribution_id
     where f.id = link.offer_id;
    limited := offer.redemptions_max is not null;
    o.link_id := link.id;
    o.code := link.code;
    o.creator_id := link.creator_id;
    o.creator_name := offer.creator_name;
    o.creator_handle := offer.creator_handle;
    o.storefront_url := offer.storefront_url;
    o.platform := offer.platform;
    o.surface := offer.surface;
    o.stream_id := offer.stream_id;
    o.units := in_units;

    -- Which variant, and its promise.
    in_variant := coalesce(in_variant, u.link_only(link));
    if in_variant is not null then
        select v.id, v.external_id, v.title, v.price_minor as list_now, v.item_id, v.shop_id,
               coalesce(nullif(v.image_url, ''), p.image_url) as image_url,
               p.title as product_title, p.handle as product_handle,
               op.list_minor, op.price_minor, op.currency, op.covered,
               d.state as discount_state, coalesce(d.code, '') as code, d.id as discount_id,
               i.free, i.tracked and v.policy = 'deny' as limited
          into price
          from u.offer_price op
          join u.variant v on v.id = op.variant_id and v.deleted_at is null
          join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
          join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
          left join u.offer_discount d on d.id = op.discount_id
         where op.offer_id = link.offer_id and op.variant_id = in_variant
           and (link.product_id is null or v.product_id = link.product_id)
           and (link.variant_id is null or v.id = link.variant_id);
        if found then
            o.variant_id := price.id;
            o.variant_external := price.external_id;
            o.variant_title := price.title;
            o.product_title := price.product_title;
            o.product_handle := price.product_handle;
            o.image_url := price.image_url;
            o.list_minor := price.list_minor;
            o.price_minor := price.price_minor;
            o.currency := price.currency;
            o.discount_code := price.code;
        end if;
    end if;

    -- Is the link open, and the offer?
    o.outcome := coalesce(
        u.link_refusal(link.revoked_at, link.expires_at, offer.shop_status, offer.connection_status, offer.state,
                       offer.starts_at, offer.ends_at),
        case when in_variant is not null and o.variant_id is null then 'variant_unknown' end);
    if o.outcome is not null then
        if o.outcome = 'offer_early' then
            o.expires_ms := u.ms(offer.starts_at);
        end if;
        return o;
    end if;

    -- This visitor's session first: the same answer again, whatever stock, caps or redemptions say now.
    if in_items is null and in_variant is not null then
        perform pg_advisory_xact_lock(u.visit_key(in_code, in_visitor));
    end if;
    select s.id, s.variant_id, s.units, s.mark, s.expires_at, s.list_minor, s.price_minor, s.currency, s.discount_code,
           s.item_id, r.id as hold_id
      into own
      from u.checkout_session s
     cross join lateral (select r.id from u.reservation r where r.session_id = s.id offset 0) r
     where s.link_id = link.id and s.visitor = in_visitor and s.state = 'open';
    if own.id is not null and own.expires_at > at
       and (in_variant is null or (own.variant_id = in_variant and own.units = in_units)) then
        o.session_id := own.id;
        o.expires_ms := u.ms(own.expires_at);
        o.mark := own.mark;
        o.units := own.units;
        o.list_minor := own.list_minor;
        o.price_minor := own.price_minor;
        o.currency := own.currency;
        o.discount_code := own.discount_code;
        if in_variant is not null then
            o.outcome := 'repeated';
            return o;
        end if;
        o.variant_id := own.variant_id;
        select v.title, p.title into o.variant_title, o.product_title
          from u.variant v join u.product p on p.id = v.product_id
         where v.id = own.variant_id;
    end if;

    -- The promise must be in place at the shop, for the price of today.
    if offer.state <> 'active' or offer.storefront_url = '' then
        o.outcome := 'offer_not_ready';
        return o;
    end if;
    if in_variant is not null then
        if price.list_now <> price.list_minor
           or (price.discount_id is not null and (price.discount_state <> 'placed' or not price.covered)) then
            o.outcome := 'offer_not_ready';
            return o;
        end if;
    end if;
    if link.clicks_used >= link.clicks_max and (in_variant is not null or o.session_id is null) then
        o.outcome := 'link_exhausted';
        return o;
    end if;
    if in_variant is null then
        o.choices := u.link_choices(link, 250, false);
        o.outcome := case
            when jsonb_array_length(o.choices) = 0 then 'offer_not_ready'
            when o.session_id is null and not o.choices @? '$[*] ? (@.left == null || @.left > 0)' then 'sold_out'
            else 'choose'
            end;
        return o;
    end if;

    if in_items is not null and not price.item_id = any(in_items) then
        -- it was sold out when the batch locked its rows
        o.outcome := 'sold_out';
        o.choices := case when link.variant_id is null then u.link_choices(link, 12, true) else '[]' end;
        return o;
    end if;
    short := price.limited and price.free < in_units;
    loop
        -- A look without locks: what is lapsed, or is this visitor's own, counts as free.
        if short then
            select i.free into price.free from u.inventory i where i.shop_id = price.shop_id and i.item_id = price.item_id;
            if price.free + u.lapsed_units(price.shop_id, price.item_id)
                      + (case when own.item_id = price.item_id and own.expires_at > at then own.units else 0 end) < in_units then
                o.outcome := 'sold_out';
                o.choices := case when link.variant_id is null then u.link_choices(link, 12, true) else '[]' end;
                return o;
            end if;
        end if;

        -- Nothing to tidy up and nothing else to count: the check is the write.
        if not short and own.id is null and not limited and link.clicks_max is null then
            update u.inventory i
               set held = i.held + in_units
             where i.shop_id = price.shop_id and i.item_id = price.item_id
               and (not price.limited or i.free >= in_units);
            exit when found;
            short := true; -- somebody was faster; lapsed holds may still help
            continue;
        end if;

        -- Lapsed holds of this item, and of this offer on any item when its redemptions are used up.
        ending := array(select r.id from u.reservation r
                         where r.shop_id = price.shop_id and r.item_id = price.item_id
                           and r.state = 'pending' and r.expires_at <= at
                         order by r.expires_at limit 200)
               || array(select r.id
                          from u.checkout_session s
                         cross join lateral (select r.id, r.item_id, r.state, r.expires_at from u.reservation r
                                              where r.session_id = s.id offset 0) r
                         where offer.redemptions_used + offer.redemptions_held >= offer.redemptions_max
                           and s.offer_id = link.offer_id and s.state = 'open' and s.redeems
                           and r.state = 'pending' and r.expires_at <= at
                           and (in_items is null or r.item_id = any(in_items))
                         order by r.expires_at limit 50)
               || case when own.id is not null then array[own.hold_id] else '{}' end;
        if in_items is null then
            perform 1
               from u.inventory i
              where i.shop_id = price.shop_id
                and (i.item_id = price.item_id
                     or i.item_id in (select r.item_id from u.reservation r where r.id = any(ending)))
              order by i.item_id
                for no key update;
            perform u.offers_lock(ending, array[link.offer_id]);
            if link.clicks_max is not null then
                perform 1 from u.short_link l where l.id = link.id for no key update;
            end if;
        end if;

        -- Under the locks: what all this gives back, and whether it is enough.
        select coalesce(sum(r.units) filter (where r.item_id = price.item_id), 0) as units,
               count(*) filter (where s.offer_id = link.offer_id and s.redeems) as redemptions
          into back
          from u.reservation r
         cross join lateral (select s.offer_id, s.redeems from u.checkout_session s where s.id = r.session_id offset 0) s
         where r.id = any(ending) and r.state = 'pending';
        select i.free into price.free from u.inventory i where i.shop_id = price.shop_id and i.item_id = price.item_id;
        if price.limited and price.free + back.units < in_units then
            o.outcome := 'sold_out';
            o.choices := case when link.variant_id is null then u.link_choices(link, 12, true) else '[]' end;
            return o;
        end if;
        if limited and (select f.redemptions_used + f.redemptions_held - back.redemptions >= f.redemptions_max
                          from u.offer f where f.id = link.offer_id) then
            o.outcome := 'offer_exhausted';
            return o;
        end if;
        if link.clicks_max is not null and (select l.clicks_used >= l.clicks_max from u.short_link l where l.id = link.id) then
            o.outcome := 'link_exhausted';
            return o;
        end if;

        -- Another variant or number chosen on the same link gives the former hold back.
        if own.id is not null and own.expires_at > at then
            ending := array_remove(ending, own.hold_id);
            perform u.holds_end(array[own.hold_id], 'released');
        end if;
        if cardinality(ending) > 0 then
            perform u.holds_end(ending, 'expired');
        end if;
        update u.inventory i
           set held = i.held + in_units
         where i.shop_id = price.shop_id and i.item_id = price.item_id
           and (not price.limited or i.free >= in_units);
        if found and limited then
            update u.offer f
               set redemptions_held = f.redemptions_held + 1
             where f.id = link.offer_id and f.redemptions_used + f.redemptions_held < f.redemptions_max;
        end if;
        if found and link.clicks_max is not null then
            update u.short_link l set clicks_used = l.clicks_used + 1 where l.id = link.id and l.clicks_used < l.clicks_max;
        end if;
        exit when found;
        raise exception 'the offer or link changed its limits meanwhile' using errcode = '40001';
    end loop;

    o.outcome := 'started';
    o.session_id := in_session;
    o.mark := in_mark;
    o.expires_ms := u.ms(at + make_interval(secs => in_hold_s));
    with started as (
        insert into u.checkout_session (id, creator_id, shop_id, link_id, offer_id, attribution_id, variant_id, item_id, visitor,
                                        units, mark, list_minor, price_minor, currency, discount_code, redeems,
                                        created_at, expires_at)
        values (in_session, link.creator_id, price.shop_id, link.id, link.offer_id, link.attribution_id, price.id, price.item_id,
                in_visitor, in_units, in_mark, price.list_minor, price.price_minor, price.currency, price.code, limited,
                at, at + make_interval(secs => in_hold_s))
        on conflict (link_id, visitor) where state = 'open' do nothing
        returning id
    ), held as (
        insert into u.reservation (id, session_id, creator_id, shop_id, item_id, units, created_at, expires_at)
        select in_hold, id, link.creator_id, price.shop_id, price.item_id, in_units, at, at + make_interval(secs => in_hold_s)
          from started
    ), told as (
        insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
        select u.event_id(e.type, e.subject::text, at), e.type, link.creator_id, price.shop_id, e.subject, at, e.payload
          from started
         cross join lateral (values
            ('CHECKOUT_STARTED', in_session, jsonb_build_object('link', link.id, 'offer', link.offer_id, 'variant', price.id,
                'units', in_units, 'price_minor', price.price_minor, 'currency', price.currency)),
            ('RESERVATION_CREATED', in_hold, jsonb_build_object('checkout', in_session, 'units', in_units)),
            ('CHECKOUT_REDIRECTED', in_session, jsonb_build_object('link', link.id))) e (type, subject, payload)
    )
    select count(*) into n from started;
    if n = 0 then
        raise exception 'checkout raced with itself' using errcode = '40001';
    end if;
    return o;
end
$_$;

CREATE FUNCTION u.checkout_release(checkout uuid, owner uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.checkout_start(in_code text, in_visitor uuid, in_variant uuid, in_units integer, in_session uuid, in_hold uuid, in_mark text, in_hold_s integer) RETURNS u.checkout_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
    return u.checkout_decide(in_code, in_visitor, in_variant, in_units, in_session, in_hold, in_mark, in_hold_s, null);
end
$$;

CREATE FUNCTION u.checkout_start_many(in_codes text[], in_visitors uuid[], in_variants uuid[], in_units integer[], in_sessions uuid[], in_holds uuid[], in_marks text[], in_hold_s integer) RETURNS TABLE(ask integer, answer u.checkout_outcome)
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
    at     timestamptz := u.clock();
    keys   text[] := array(select lower(c) from unnest(in_codes) c);
    holds  uuid[];  -- the visitors' own, which may be given back, and lapsed ones of offers that are used up
    shops  uuid[];
    items  uuid[];
begin
    perform pg_advisory_xact_lock(k.key)
       from (select distinct u.visit_key(a.key, a.visitor) as key
               from unnest(keys, in_visitors) a (key, visitor) order by 1) k;
    holds := array(
        select r.id
          from unnest(keys, in_visitors) a (key, visitor)
         cross join lateral (select l.id from u.short_link l where l.code_key = a.key offset 0) l
         cross join lateral (select s.id from u.checkout_session s
                              where s.link_id = l.id and s.visitor = a.visitor and s.state = 'open' offset 0) s
         cross join lateral (select r.id, r.state from u.reservation r where r.session_id = s.id offset 0) r
         where r.state = 'pending')
      || array(
        select r.id
          from u.offer o
         cross join lateral (select s.id from u.checkout_session s
                              where s.offer_id = o.id and s.state = 'open' and s.redeems offset 0) s
         cross join lateral (select r.id, r.state, r.expires_at from u.reservation r where r.session_id = s.id offset 0) r
         where o.id in (select l.offer_id from u.short_link l where l.code_key = any(keys))
           and o.redemptions_used + o.redemptions_held + cardinality(keys) > o.redemptions_max
           and r.state = 'pending' and r.expires_at <= at
         order by r.expires_at limit 200);

    -- Sold-out rows stay unlocked: refusing must not queue.
    select coalesce(array_agg(row.shop_id), '{}'), coalesce(array_agg(row.item_id), '{}')
      into shops, items
      from (select i.shop_id, i.item_id
              from u.inventory i
             where (i.shop_id, i.item_id) in (
                       select v.shop_id, v.item_id
                         from (select distinct k.key, k.variant from unnest(keys, in_variants) k (key, variant)) a
                         join u.short_link l on l.code_key = a.key
                         join u.variant v on v.shop_id = l.shop_id and v.id = coalesce(a.variant, u.link_only(l))
                         join u.inventory s on s.shop_id = v.shop_id and s.item_id = v.item_id
                        where not s.tracked or v.policy = 'continue' or s.free > 0
                           or s.free + u.lapsed_units(s.shop_id, s.item_id) > 0
                       union
                       select r.shop_id, r.item_id from u.reservation r where r.id = any(holds))
             order by i.shop_id, i.item_id
               for no key update) row;
    perform 1
       from u.offer o
      where o.id in (
                select l.offer_id from u.short_link l join u.offer f on f.id = l.offer_id and f.redemptions_max is not null
                 where l.code_key = any(keys)
                union
                select s.offer_id
                  from unnest(holds) h (id)
                 cross join lateral (select r.session_id from u.reservation r where r.id = h.id offset 0) r
                 cross join lateral (select s.offer_id, s.redeems from u.checkout_session s where s.id = r.session_id offset 0) s
                 where s.redeems
                union
                select s.offer_id
                  from unnest(shops, items) t (shop_id, item_id)
                 cross join lateral (select r.session_id from u.reservation r
                                      where r.shop_id = t.shop_id and r.item_id = t.item_id
                                        and r.state = 'pending' and r.expires_at <= at offset 0) r
                 cross join lateral (select s.offer_id, s.redeems from u.checkout_session s where s.id = r.session_id offset 0) s
                 where s.redeems)
      order by o.id
        for no key update;
    perform 1 from u.short_link l where l.code_key = any(keys) and l.clicks_max is not null order by l.id for no key update;

    for ask in 1 .. cardinality(in_codes) loop
        answer := u.checkout_decide(in_codes[ask], in_visitors[ask], in_variants[ask], in_units[ask],
                                    in_sessions[ask], in_holds[ask], in_marks[ask], in_hold_s, items);
        return next;
    end loop;
end
$$;

CREATE FUNCTION u.clock() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$select now()$$;

CREATE FUNCTION u.event_id(what text, cause text, at timestamp with time zone) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select overlay(overlay(md5(what || ':' || cause)
                           placing lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '7' from 1 for 13)
                   placing '8' from 17 for 1)::uuid
$$;

CREATE FUNCTION u.holds_end(ids uuid[], ending text) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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
                  from closed c where ending = 'expired') e
        on conflict (id) do nothing
    )
    select count(*) into ended from gone;
    return ended;
end
$$;

CREATE FUNCTION u.invariants() RETURNS TABLE(invariant text, broken bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    AS $$
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
      join (select l.shop_id, l.item_id, sum(l.available) filter (where o.active and o.online) as units
              from u.inventory_level l
              join u.location o on o.shop_id = l.shop_id and o.external_id = l.location_id
             group by 1, 2) s using (shop_id, item_id)
     where i.shop_available <> coalesce(s.units, 0)
    union all
    select 'every pending hold has an open checkout, and every open checkout a pending hold',
           count(*)
      from u.checkout_session s join u.reservation r on r.session_id = s.id
     where (s.state = 'open') <> (r.state = 'pending')
    union all
    select 'every checkout has one hold',
           count(*)
      from u.checkout_session s
     where not exists (select 1 from u.reservation r where r.session_id = s.id)
    union all
    select 'redemptions_held of an offer is the number of its open checkouts that count',
           count(*)
      from u.offer o
     where o.redemptions_held <> (select count(*) from u.checkout_session s
                                   where s.offer_id = o.id and s.state = 'open' and s.redeems)
    union all
    select 'every hold has RESERVATION_CREATED and exactly one event for its end, if it ended',
           count(*)
      from u.reservation r
     where (select count(*) from u.event_log e where e.subject = r.id and e.type = 'RESERVATION_CREATED') <> 1
        or (select count(*) from u.event_log e
             where e.subject = r.id
               and e.type in ('RESERVATION_CONFIRMED', 'RESERVATION_RELEASED', 'RESERVATION_EXPIRED'))
           <> case when r.state = 'pending' then 0 else 1 end
    union all
    select 'a confirmed hold belongs to one order, and no checkout confirmed two',
           count(*)
      from u.checkout_session s join u.reservation r on r.session_id = s.id
     where r.state = 'confirmed'
       and not exists (select 1 from u.shop_order o where o.session_id = s.id)
    union all
    select 'every paid order told PURCHASE_COMPLETED once, and no other did',
           count(*)
      from u.shop_order o
     where (select count(*) from u.event_log e where e.subject = o.id and e.type = 'PURCHASE_COMPLETED')
           <> case when o.paid_at is null then 0 else 1 end
    union all
    select 'no hold is pending two minutes after it lapsed while its sweeper beats',
           count(*)
      from u.reservation r
     where r.state = 'pending' and r.expires_at < u.clock() - interval '2 minutes'
       and exists (select 1 from u.helper_run h where h.name = 'reservations_expire' and h.beat_at > u.clock() - interval '30 seconds')
    union all
    select 'no link passed its click limit',
           count(*) from u.short_link where clicks_max is not null and clicks_used > clicks_max
$$;

CREATE FUNCTION u.lapsed_units(shop uuid, item uuid) RETURNS integer
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return (select coalesce(sum(r.units), 0)::integer
              from u.reservation r
             where r.shop_id = shop and r.item_id = item and r.state = 'pending' and r.expires_at <= u.clock());
end
$$;

CREATE TABLE u.short_link (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    product_id uuid,
    variant_id uuid,
    attribution_id uuid NOT NULL,
    code text NOT NULL,
    code_key text GENERATED ALWAYS AS (lower(code)) STORED,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    clicks_max integer,
    clicks_used integer DEFAULT 0 NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT short_link_check CHECK (((clicks_max IS NULL) OR (clicks_used <= clicks_max))),
    CONSTRAINT short_link_clicks_max_check CHECK ((clicks_max > 0)),
    CONSTRAINT short_link_clicks_used_check CHECK ((clicks_used >= 0)),
    CONSTRAINT short_link_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9]$'::text))
);

CREATE FUNCTION u.link_choices(link u.short_link, most integer, with_stock boolean) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object(
                       'id', c.id, 'product', c.product, 'title', c.title, 'list', c.list_minor, 'price', c.price_minor,
                       'currency', c.currency, 'image', c.image_url, 'left', c.remaining) order by c.product, c.position, c.id), '[]')
              from (select v.id, p.title as product, v.title, v.position, op.list_minor, op.price_minor, op.currency,
                           coalesce(nullif(v.image_url, ''), p.image_url) as image_url, rest.remaining
                      from u.offer_price op
                      join u.variant v on v.id = op.variant_id and v.deleted_at is null
                      join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
                      join u.inventory i on i.shop_id = op.shop_id and i.item_id = op.item_id
                      left join (select r.item_id, sum(r.units)::integer as units
                                   from u.reservation r
                                  where r.shop_id = link.shop_id and r.state = 'pending' and r.expires_at <= u.clock()
                                  group by r.item_id) lapsed on lapsed.item_id = i.item_id
                     cross join lateral (select case when i.tracked and v.policy = 'deny'
                                                     then greatest(0, i.free + coalesce(lapsed.units, 0)) end as remaining) rest
                     where op.offer_id = link.offer_id
                       and (link.product_id is null or v.product_id = link.product_id)
                       and (link.variant_id is null or v.id = link.variant_id)
                       and (not with_stock or rest.remaining is null or rest.remaining > 0)
                     order by p.title, v.position, v.id
                     limit most) c);
end
$$;

CREATE FUNCTION u.link_only(link u.short_link) RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
declare
    few uuid[];
begin
    if link.variant_id is not null then
        return link.variant_id;
    end if;
    few := array(select v.id
                   from u.offer_price op
                   join u.variant v on v.id = op.variant_id and v.deleted_at is null
                   join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
                  where op.offer_id = link.offer_id
                    and (link.product_id is null or v.product_id = link.product_id)
                  limit 2);
    return case when cardinality(few) = 1 then few[1] end;
end
$$;

CREATE FUNCTION u.link_refusal(revoked_at timestamp with time zone, expires_at timestamp with time zone, shop_status text, connection_status text, offer_state text, starts_at timestamp with time zone, ends_at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select case
        when revoked_at is not null then 'link_closed'
        when expires_at <= u.clock() then 'link_expired'
        when shop_status <> 'active' or connection_status <> 'active' then 'shop_closed'
        when ends_at <= u.clock() or offer_state not in ('activating', 'active') then 'offer_closed'
        when starts_at > u.clock() then 'offer_early'
        end
$$;

CREATE FUNCTION u.link_release(link uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
declare
    live uuid[];
begin
    live := array(select r.id from u.checkout_session s join u.reservation r on r.session_id = s.id
                   where s.link_id = link and s.state = 'open' and r.state = 'pending');
    perform 1 from u.inventory i
      where (i.shop_id, i.item_id) in (select r.shop_id, r.item_id from u.reservation r where r.id = any(live))
      order by i.shop_id, i.item_id for no key update;
    live := array(select r.id from u.reservation r where r.id = any(live) and r.state = 'pending');
    perform u.offers_lock(live, '{}');
    return u.holds_end(live, 'released');
end
$$;

CREATE FUNCTION u.ms(at timestamp with time zone) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select floor(extract(epoch from at) * 1000)::bigint $$;

CREATE FUNCTION u.offer_release(offer uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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
    return u.holds_end(live, 'released');
end
$$;

CREATE FUNCTION u.offers_lock(ids uuid[], also uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.order_stock(in_shop uuid, in_order uuid, in_session uuid, in_offer uuid, in_first boolean, in_void boolean, in_ordered_at timestamp with time zone, in_updated_at timestamp with time zone, in_lines jsonb) RETURNS TABLE(hold text, late boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.reservations_expire(most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.shop_owner(shop uuid) RETURNS uuid
    LANGUAGE sql STABLE
    AS $$
    select n.creator_id from u.connection n
     where n.shop_id = shop and n.status = 'active'
     order by n.role, n.connected_at limit 1
$$;

CREATE FUNCTION u.stock_dirty(shop uuid, item uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    AS $$
    update u.inventory i
       set dirty_at = least(i.dirty_at, u.clock()), dirtied_at = u.clock()
     where i.shop_id = shop and i.item_id = item
$$;

CREATE FUNCTION u.stock_level(in_shop uuid, in_external bigint, in_location bigint, in_available integer, in_updated timestamp with time zone) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.stock_online(shop uuid, item uuid) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    select coalesce(sum(v.available), 0)::integer
      from u.inventory_level v
      join u.location o on o.shop_id = v.shop_id and o.external_id = v.location_id
     where v.shop_id = shop and v.item_id = item and o.active and o.online
$$;

CREATE FUNCTION u.stock_read(in_shop uuid, in_item uuid, levels jsonb, tracked boolean, began timestamp with time zone, shop_began timestamp with time zone, cause text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.stock_told(shop uuid, item uuid, why text, at timestamp with time zone, more jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.visit_key(code text, visitor uuid) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$ select hashtextextended('visit:' || lower(code) || ':' || visitor::text, 0) $$;

CREATE TABLE u.api_key (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    name text NOT NULL,
    key_hash bytea NOT NULL,
    shown text NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_key_key_hash_check CHECK ((octet_length(key_hash) = 32)),
    CONSTRAINT api_key_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80)))
);

CREATE TABLE u.attribution (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    surface text NOT NULL,
    stream_id uuid,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT attribution_platform_check CHECK ((platform = ANY (ARRAY['youtube'::text, 'tiktok'::text, 'twitch'::text, 'instagram'::text, 'other'::text]))),
    CONSTRAINT attribution_surface_check CHECK ((surface = ANY (ARRAY['live'::text, 'replay'::text, 'clip'::text, 'link_in_bio'::text, 'dm'::text, 'agent'::text, 'direct'::text])))
);

CREATE TABLE u.catalog_sync (
    shop_id uuid NOT NULL,
    state text DEFAULT 'wanted'::text NOT NULL,
    phase text DEFAULT 'products'::text NOT NULL,
    cursor text DEFAULT ''::text NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    products integer DEFAULT 0 NOT NULL,
    variants integer DEFAULT 0 NOT NULL,
    wanted_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    retry_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    CONSTRAINT catalog_sync_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'running'::text, 'done'::text, 'failed'::text])))
);

CREATE TABLE u.checkout_session (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    link_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    attribution_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    item_id uuid NOT NULL,
    visitor uuid NOT NULL,
    units integer NOT NULL,
    mark text NOT NULL,
    list_minor bigint NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    discount_code text DEFAULT ''::text NOT NULL,
    redeems boolean DEFAULT false NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    late boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT checkout_session_mark_check CHECK ((octet_length(mark) >= 22)),
    CONSTRAINT checkout_session_state_check CHECK ((state = ANY (ARRAY['open'::text, 'completed'::text, 'abandoned'::text, 'released'::text]))),
    CONSTRAINT checkout_session_units_check CHECK (((units >= 1) AND (units <= 20)))
)
WITH (fillfactor='80');

CREATE TABLE u.connection (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    platform text DEFAULT 'shopify'::text NOT NULL,
    role text NOT NULL,
    status text NOT NULL,
    connected_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    disconnected_at timestamp with time zone,
    CONSTRAINT connection_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'seller'::text]))),
    CONSTRAINT connection_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disconnected'::text])))
);

CREATE TABLE u.creator (
    id uuid NOT NULL,
    handle text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    zone text DEFAULT 'UTC'::text NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT creator_email_check CHECK (((email = lower(email)) AND (octet_length(email) <= 254))),
    CONSTRAINT creator_handle_check CHECK ((handle ~ '^[a-z0-9][a-z0-9_.]{1,28}[a-z0-9]$'::text)),
    CONSTRAINT creator_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80)))
);

CREATE TABLE u.creator_session (
    token_hash bytea NOT NULL,
    creator_id uuid NOT NULL,
    csrf text NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    seen_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT creator_session_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

CREATE TABLE u.event_consumed (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

CREATE TABLE u.event_consumer (
    name text NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    xid xid8 DEFAULT '0'::xid8 NOT NULL,
    id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL
);

CREATE TABLE u.event_log (
    id uuid NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    type text NOT NULL,
    creator_id uuid,
    shop_id uuid,
    subject uuid NOT NULL,
    at timestamp with time zone DEFAULT u.clock() NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE u.helper_run (
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    done bigint DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL
);

CREATE TABLE u.idempotency (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer,
    headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    body bytea,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT idempotency_fingerprint_check CHECK ((octet_length(fingerprint) = 32))
);

CREATE TABLE u.inventory (
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    external_id bigint NOT NULL,
    tracked boolean DEFAULT true NOT NULL,
    shop_available integer DEFAULT 0 NOT NULL,
    held integer DEFAULT 0 NOT NULL,
    sold_unsynced integer DEFAULT 0 NOT NULL,
    buffer integer DEFAULT 0 NOT NULL,
    free integer GENERATED ALWAYS AS ((((shop_available - held) - sold_unsynced) - buffer)) STORED,
    dirty_at timestamp with time zone,
    dirtied_at timestamp with time zone,
    read_at timestamp with time zone,
    short_since timestamp with time zone,
    CONSTRAINT inventory_buffer_check CHECK ((buffer >= 0)),
    CONSTRAINT inventory_held_check CHECK ((held >= 0)),
    CONSTRAINT inventory_sold_unsynced_check CHECK ((sold_unsynced >= 0))
)
WITH (fillfactor='70');

CREATE TABLE u.inventory_level (
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    location_id bigint NOT NULL,
    available integer NOT NULL,
    shop_updated_at timestamp with time zone,
    seen_at timestamp with time zone DEFAULT u.clock() NOT NULL
);

CREATE TABLE u.inventory_snapshot (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    at timestamp with time zone DEFAULT u.clock() NOT NULL,
    cause text NOT NULL,
    shop_available integer NOT NULL,
    held integer NOT NULL,
    sold_unsynced integer NOT NULL,
    buffer integer NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE u.job (
    id uuid NOT NULL,
    kind text NOT NULL,
    dedupe text NOT NULL,
    shop_id uuid,
    creator_id uuid,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    run_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'done'::text, 'dead'::text])))
);

CREATE TABLE u.link_clicks (
    link_id uuid NOT NULL,
    creator_id uuid NOT NULL,
    clicks bigint DEFAULT 0 NOT NULL,
    repeats bigint DEFAULT 0 NOT NULL,
    refusals bigint DEFAULT 0 NOT NULL,
    previews bigint DEFAULT 0 NOT NULL,
    checkouts bigint DEFAULT 0 NOT NULL,
    last_at timestamp with time zone
);

CREATE TABLE u.location (
    shop_id uuid NOT NULL,
    external_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    active boolean NOT NULL,
    online boolean NOT NULL
);

CREATE TABLE u.login_attempt (
    id uuid NOT NULL,
    email_hash bytea NOT NULL,
    address bytea NOT NULL,
    at timestamp with time zone DEFAULT u.clock() NOT NULL,
    ok boolean DEFAULT false NOT NULL
);

CREATE TABLE u.migration (
    name text NOT NULL,
    checksum text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE u.oauth_state (
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    shop_domain text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT oauth_state_browser_hash_check CHECK ((octet_length(browser_hash) = 32)),
    CONSTRAINT oauth_state_state_hash_check CHECK ((octet_length(state_hash) = 32))
);

CREATE TABLE u.offer (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    value bigint NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    redemptions_max integer,
    redemptions_used integer DEFAULT 0 NOT NULL,
    redemptions_held integer DEFAULT 0 NOT NULL,
    once_per_customer boolean DEFAULT false NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    updated_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT offer_check CHECK (((kind <> 'percentage_off'::text) OR ((value >= 1) AND (value <= 10000)))),
    CONSTRAINT offer_check1 CHECK (((ends_at IS NULL) OR (starts_at IS NULL) OR (ends_at > starts_at))),
    CONSTRAINT offer_kind_check CHECK ((kind = ANY (ARRAY['percentage_off'::text, 'fixed_amount_off'::text, 'fixed_price'::text]))),
    CONSTRAINT offer_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))),
    CONSTRAINT offer_redemptions_held_check CHECK ((redemptions_held >= 0)),
    CONSTRAINT offer_redemptions_max_check CHECK ((redemptions_max > 0)),
    CONSTRAINT offer_redemptions_used_check CHECK ((redemptions_used >= 0)),
    CONSTRAINT offer_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'activating'::text, 'active'::text, 'paused'::text, 'expired'::text, 'deleted'::text]))),
    CONSTRAINT offer_value_check CHECK ((value >= 0))
)
WITH (fillfactor='80');

CREATE TABLE u.offer_discount (
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    code text NOT NULL,
    external_id text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'wanted'::text NOT NULL,
    stale boolean DEFAULT false NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    problem text DEFAULT ''::text NOT NULL,
    placed_at timestamp with time zone,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT offer_discount_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT offer_discount_code_check CHECK ((code ~ '^[A-Z0-9-]{6,40}$'::text)),
    CONSTRAINT offer_discount_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'placed'::text, 'ending'::text, 'ended'::text])))
);

CREATE TABLE u.offer_price (
    offer_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    list_minor bigint NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    discount_id uuid,
    covered boolean DEFAULT false NOT NULL,
    CONSTRAINT offer_price_check CHECK ((price_minor <= list_minor)),
    CONSTRAINT offer_price_check1 CHECK (((discount_id IS NULL) = (price_minor = list_minor))),
    CONSTRAINT offer_price_price_minor_check CHECK ((price_minor >= 0))
);

CREATE TABLE u.offer_product (
    offer_id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    "position" integer NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid,
    override_value bigint,
    CONSTRAINT offer_product_override_value_check CHECK ((override_value >= 0))
);

CREATE TABLE u.order_line (
    order_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    external_id bigint NOT NULL,
    variant_external bigint,
    variant_id uuid,
    item_id uuid,
    title text DEFAULT ''::text NOT NULL,
    units integer NOT NULL,
    current_units integer NOT NULL,
    unsynced_units integer DEFAULT 0 NOT NULL,
    unsynced_since timestamp with time zone,
    unit_minor bigint DEFAULT 0 NOT NULL,
    discount_minor bigint DEFAULT 0 NOT NULL,
    refunded_units integer DEFAULT 0 NOT NULL,
    refunded_minor bigint DEFAULT 0 NOT NULL,
    credited boolean DEFAULT false NOT NULL,
    promised_minor bigint,
    CONSTRAINT order_line_check CHECK (((unsynced_units >= 0) AND (unsynced_units <= units))),
    CONSTRAINT order_line_current_units_check CHECK ((current_units >= 0)),
    CONSTRAINT order_line_units_check CHECK ((units >= 0))
);

CREATE TABLE u.order_refund (
    shop_id uuid NOT NULL,
    order_id uuid NOT NULL,
    external_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    paid_back_minor bigint DEFAULT 0 NOT NULL,
    tax_minor bigint DEFAULT 0 NOT NULL,
    lines jsonb DEFAULT '[]'::jsonb NOT NULL
);

CREATE TABLE u.product (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    external_id bigint NOT NULL,
    title text NOT NULL,
    handle text DEFAULT ''::text NOT NULL,
    status text NOT NULL,
    image_url text DEFAULT ''::text NOT NULL,
    shop_updated_at timestamp with time zone,
    generation integer DEFAULT 0 NOT NULL,
    reading integer DEFAULT 0 NOT NULL,
    more_variants text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    updated_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT product_status_check CHECK ((status = ANY (ARRAY['active'::text, 'draft'::text, 'archived'::text, 'unlisted'::text, 'deleted'::text])))
);

CREATE TABLE u.reservation (
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    units integer NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT reservation_check CHECK (((state = 'pending'::text) = (ended_at IS NULL))),
    CONSTRAINT reservation_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'confirmed'::text, 'released'::text, 'expired'::text]))),
    CONSTRAINT reservation_units_check CHECK ((units > 0))
)
WITH (fillfactor='80');

CREATE TABLE u.revenue_order (
    order_id uuid NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    surface text NOT NULL,
    stream_id uuid,
    link_id uuid,
    currency text NOT NULL,
    net_minor bigint NOT NULL,
    units integer DEFAULT 0 NOT NULL,
    revision integer NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE u.shop (
    id uuid NOT NULL,
    platform text DEFAULT 'shopify'::text NOT NULL,
    domain text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    currency text DEFAULT ''::text NOT NULL,
    storefront_url text DEFAULT ''::text NOT NULL,
    status text DEFAULT 'installing'::text NOT NULL,
    scopes text DEFAULT ''::text NOT NULL,
    access_sealed text,
    access_expires_at timestamp with time zone,
    refresh_sealed text,
    refresh_expires_at timestamp with time zone,
    token_generation integer DEFAULT 0 NOT NULL,
    token_lease uuid,
    token_lease_until timestamp with time zone,
    refreshed_at timestamp with time zone,
    health text DEFAULT 'healthy'::text NOT NULL,
    health_reason text DEFAULT ''::text NOT NULL,
    call_after timestamp with time zone,
    call_failures integer DEFAULT 0 NOT NULL,
    installed_at timestamp with time zone,
    uninstalled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT shop_check CHECK (((status = ANY (ARRAY['installing'::text, 'uninstalled'::text])) OR (access_sealed IS NOT NULL))),
    CONSTRAINT shop_currency_check CHECK ((currency ~ '^([A-Z]{3})?$'::text)),
    CONSTRAINT shop_domain_check CHECK ((octet_length(domain) <= 255)),
    CONSTRAINT shop_health_check CHECK ((health = ANY (ARRAY['healthy'::text, 'degraded'::text, 'needs_reconnect'::text]))),
    CONSTRAINT shop_platform_check CHECK ((platform = 'shopify'::text)),
    CONSTRAINT shop_status_check CHECK ((status = ANY (ARRAY['installing'::text, 'active'::text, 'leaving'::text, 'uninstalled'::text])))
);

CREATE TABLE u.shop_order (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    external_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    financial_status text DEFAULT ''::text NOT NULL,
    test boolean DEFAULT false NOT NULL,
    currency text NOT NULL,
    presentment_currency text DEFAULT ''::text NOT NULL,
    total_minor bigint DEFAULT 0 NOT NULL,
    refunded_minor bigint DEFAULT 0 NOT NULL,
    presentment_total_minor bigint DEFAULT 0 NOT NULL,
    source_name text DEFAULT ''::text NOT NULL,
    cart_token text DEFAULT ''::text NOT NULL,
    checkout_token text DEFAULT ''::text NOT NULL,
    shop_created_at timestamp with time zone NOT NULL,
    shop_updated_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    cancel_reason text DEFAULT ''::text NOT NULL,
    first_seen_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    paid_at timestamp with time zone,
    creator_id uuid,
    session_id uuid,
    offer_id uuid,
    attribution_id uuid,
    credit_reason text DEFAULT 'none'::text NOT NULL,
    credit_detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    late boolean DEFAULT false NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    CONSTRAINT shop_order_credit_reason_check CHECK ((credit_reason = ANY (ARRAY['none'::text, 'attribute'::text, 'property'::text, 'code'::text, 'landing'::text, 'candidate'::text])))
);

CREATE TABLE u.stream (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    title text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'scheduled'::text NOT NULL,
    scheduled_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT stream_platform_check CHECK ((platform = ANY (ARRAY['youtube'::text, 'tiktok'::text, 'twitch'::text, 'instagram'::text, 'other'::text]))),
    CONSTRAINT stream_state_check CHECK ((state = ANY (ARRAY['scheduled'::text, 'live'::text, 'ended'::text, 'cancelled'::text]))),
    CONSTRAINT stream_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);

CREATE TABLE u.variant (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    product_id uuid NOT NULL,
    item_id uuid NOT NULL,
    external_id bigint NOT NULL,
    title text NOT NULL,
    sku text DEFAULT ''::text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    policy text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    image_url text DEFAULT ''::text NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    deleted_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT variant_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT variant_policy_check CHECK ((policy = ANY (ARRAY['deny'::text, 'continue'::text]))),
    CONSTRAINT variant_price_minor_check CHECK ((price_minor >= 0))
);

CREATE TABLE u.webhook_inbox (
    id uuid NOT NULL,
    platform text NOT NULL,
    shop_domain text NOT NULL,
    topic text NOT NULL,
    webhook_id text NOT NULL,
    event_id text DEFAULT ''::text NOT NULL,
    api_version text DEFAULT ''::text NOT NULL,
    triggered_at timestamp with time zone,
    received_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    body_sealed text,
    state text DEFAULT 'new'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT webhook_inbox_state_check CHECK ((state = ANY (ARRAY['new'::text, 'done'::text, 'ignored'::text, 'parked'::text])))
);

CREATE TABLE u.webhook_subscription (
    shop_id uuid NOT NULL,
    topic text NOT NULL,
    external_id text NOT NULL,
    uri text NOT NULL,
    checked_at timestamp with time zone DEFAULT u.clock() NOT NULL
);

ALTER TABLE ONLY u.api_key
    ADD CONSTRAINT api_key_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.api_key
    ADD CONSTRAINT api_key_key_hash_key UNIQUE (key_hash);

ALTER TABLE ONLY u.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.catalog_sync
    ADD CONSTRAINT catalog_sync_pkey PRIMARY KEY (shop_id);

ALTER TABLE ONLY u.checkout_session
    ADD CONSTRAINT checkout_session_mark_key UNIQUE (mark);

ALTER TABLE ONLY u.checkout_session
    ADD CONSTRAINT checkout_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_creator_id_shop_id_key UNIQUE (creator_id, shop_id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.creator
    ADD CONSTRAINT creator_email_key UNIQUE (email);

ALTER TABLE ONLY u.creator
    ADD CONSTRAINT creator_handle_key UNIQUE (handle);

ALTER TABLE ONLY u.creator
    ADD CONSTRAINT creator_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.creator_session
    ADD CONSTRAINT creator_session_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY u.event_consumed
    ADD CONSTRAINT event_consumed_pkey PRIMARY KEY (consumer, event_id);

ALTER TABLE ONLY u.event_consumer
    ADD CONSTRAINT event_consumer_pkey PRIMARY KEY (name);

ALTER TABLE ONLY u.event_log
    ADD CONSTRAINT event_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.helper_run
    ADD CONSTRAINT helper_run_pkey PRIMARY KEY (name);

ALTER TABLE ONLY u.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (scope, key);

ALTER TABLE ONLY u.inventory_level
    ADD CONSTRAINT inventory_level_pkey PRIMARY KEY (shop_id, item_id, location_id);

ALTER TABLE ONLY u.inventory
    ADD CONSTRAINT inventory_pkey PRIMARY KEY (shop_id, item_id);

ALTER TABLE ONLY u.inventory
    ADD CONSTRAINT inventory_shop_id_external_id_key UNIQUE (shop_id, external_id);

ALTER TABLE ONLY u.inventory_snapshot
    ADD CONSTRAINT inventory_snapshot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.link_clicks
    ADD CONSTRAINT link_clicks_pkey PRIMARY KEY (link_id);

ALTER TABLE ONLY u.location
    ADD CONSTRAINT location_pkey PRIMARY KEY (shop_id, external_id);

ALTER TABLE ONLY u.login_attempt
    ADD CONSTRAINT login_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY u.oauth_state
    ADD CONSTRAINT oauth_state_pkey PRIMARY KEY (state_hash);

ALTER TABLE ONLY u.offer
    ADD CONSTRAINT offer_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.offer
    ADD CONSTRAINT offer_creator_id_shop_id_id_key UNIQUE (creator_id, shop_id, id);

ALTER TABLE ONLY u.offer_discount
    ADD CONSTRAINT offer_discount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.offer_discount
    ADD CONSTRAINT offer_discount_shop_id_code_key UNIQUE (shop_id, code);

ALTER TABLE ONLY u.offer
    ADD CONSTRAINT offer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.offer_price
    ADD CONSTRAINT offer_price_pkey PRIMARY KEY (offer_id, variant_id);

ALTER TABLE ONLY u.offer_product
    ADD CONSTRAINT offer_product_pkey PRIMARY KEY (offer_id, "position");

ALTER TABLE ONLY u.offer
    ADD CONSTRAINT offer_shop_id_id_key UNIQUE (shop_id, id);

ALTER TABLE ONLY u.order_line
    ADD CONSTRAINT order_line_pkey PRIMARY KEY (order_id, external_id);

ALTER TABLE ONLY u.order_refund
    ADD CONSTRAINT order_refund_pkey PRIMARY KEY (order_id, external_id);

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_shop_id_external_id_key UNIQUE (shop_id, external_id);

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_shop_id_id_key UNIQUE (shop_id, id);

ALTER TABLE ONLY u.reservation
    ADD CONSTRAINT reservation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.reservation
    ADD CONSTRAINT reservation_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY u.revenue_order
    ADD CONSTRAINT revenue_order_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_shop_id_external_id_key UNIQUE (shop_id, external_id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_shop_id_id_key UNIQUE (shop_id, id);

ALTER TABLE ONLY u.shop
    ADD CONSTRAINT shop_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.shop
    ADD CONSTRAINT shop_platform_domain_key UNIQUE (platform, domain);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_code_key_key UNIQUE (code_key);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_external_id_key UNIQUE (shop_id, external_id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_id_key UNIQUE (shop_id, id);

ALTER TABLE ONLY u.webhook_inbox
    ADD CONSTRAINT webhook_inbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.webhook_inbox
    ADD CONSTRAINT webhook_inbox_platform_shop_domain_webhook_id_key UNIQUE (platform, shop_domain, webhook_id);

ALTER TABLE ONLY u.webhook_subscription
    ADD CONSTRAINT webhook_subscription_pkey PRIMARY KEY (shop_id, topic);

CREATE UNIQUE INDEX attribution_context ON u.attribution USING btree (creator_id, platform, surface, COALESCE(stream_id, '00000000-0000-0000-0000-000000000000'::uuid));

CREATE INDEX checkout_session_creator ON u.checkout_session USING btree (creator_id, id);

CREATE INDEX checkout_session_offer ON u.checkout_session USING btree (offer_id) WHERE ((state = 'open'::text) AND (offer_id IS NOT NULL));

CREATE UNIQUE INDEX checkout_session_open ON u.checkout_session USING btree (link_id, visitor) WHERE (state = 'open'::text);

CREATE UNIQUE INDEX connection_owner ON u.connection USING btree (shop_id) WHERE ((status = 'active'::text) AND (role = 'owner'::text));

CREATE INDEX connection_shop ON u.connection USING btree (shop_id) WHERE (status = 'active'::text);

CREATE INDEX creator_session_creator ON u.creator_session USING btree (creator_id);

CREATE INDEX event_log_creator ON u.event_log USING btree (creator_id, id);

CREATE INDEX event_log_order ON u.event_log USING btree (epoch, xid, id);

CREATE INDEX idempotency_created ON u.idempotency USING btree (created_at);

CREATE INDEX inventory_dirty ON u.inventory USING btree (dirty_at) WHERE (dirty_at IS NOT NULL);

CREATE INDEX inventory_snapshot_item ON u.inventory_snapshot USING btree (shop_id, item_id, at);

CREATE UNIQUE INDEX job_dedupe ON u.job USING btree (kind, dedupe) WHERE (state = 'queued'::text);

CREATE INDEX job_due ON u.job USING btree (kind, run_at) WHERE (state = 'queued'::text);

CREATE INDEX login_attempt_address ON u.login_attempt USING btree (address, at);

CREATE INDEX login_attempt_email ON u.login_attempt USING btree (email_hash, at);

CREATE INDEX oauth_state_expires ON u.oauth_state USING btree (expires_at);

CREATE UNIQUE INDEX offer_discount_amount ON u.offer_discount USING btree (offer_id, amount_minor) WHERE (state <> 'ended'::text);

CREATE INDEX offer_discount_work ON u.offer_discount USING btree (retry_at) WHERE ((state = ANY (ARRAY['wanted'::text, 'ending'::text])) OR stale);

CREATE INDEX offer_ends ON u.offer USING btree (ends_at) WHERE (state = ANY (ARRAY['activating'::text, 'active'::text, 'paused'::text]));

CREATE INDEX offer_price_discount ON u.offer_price USING btree (discount_id);

CREATE INDEX offer_price_variant ON u.offer_price USING btree (shop_id, variant_id);

CREATE UNIQUE INDEX offer_product_once ON u.offer_product USING btree (offer_id, product_id, COALESCE(variant_id, '00000000-0000-0000-0000-000000000000'::uuid));

CREATE INDEX order_line_unsynced ON u.order_line USING btree (shop_id, item_id) WHERE (unsynced_units > 0);

CREATE INDEX reservation_lapsing ON u.reservation USING btree (expires_at) WHERE ((state = 'pending'::text) AND (expires_at IS NOT NULL));

CREATE INDEX reservation_pending ON u.reservation USING btree (shop_id, item_id, expires_at) WHERE ((state = 'pending'::text) AND (item_id IS NOT NULL));

CREATE INDEX revenue_order_creator ON u.revenue_order USING btree (creator_id, at);

CREATE INDEX shop_order_creator ON u.shop_order USING btree (creator_id, id);

CREATE INDEX shop_order_session ON u.shop_order USING btree (session_id);

CREATE INDEX shop_order_shop ON u.shop_order USING btree (shop_id, id);

CREATE INDEX short_link_offer ON u.short_link USING btree (offer_id);

CREATE INDEX variant_item ON u.variant USING btree (shop_id, item_id);

CREATE INDEX variant_product ON u.variant USING btree (shop_id, product_id);

CREATE INDEX webhook_inbox_new ON u.webhook_inbox USING btree (retry_at, id) WHERE (state = 'new'::text);

ALTER TABLE ONLY u.api_key
    ADD CONSTRAINT api_key_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_creator_id_stream_id_fkey FOREIGN KEY (creator_id, stream_id) REFERENCES u.stream(creator_id, id);

ALTER TABLE ONLY u.catalog_sync
    ADD CONSTRAINT catalog_sync_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.checkout_session
    ADD CONSTRAINT checkout_session_creator_id_link_id_fkey FOREIGN KEY (creator_id, link_id) REFERENCES u.short_link(creator_id, id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id);

ALTER TABLE ONLY u.creator_session
    ADD CONSTRAINT creator_session_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.event_consumed
    ADD CONSTRAINT event_consumed_consumer_fkey FOREIGN KEY (consumer) REFERENCES u.event_consumer(name) ON DELETE CASCADE;

ALTER TABLE ONLY u.inventory_level
    ADD CONSTRAINT inventory_level_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id) ON DELETE CASCADE;

ALTER TABLE ONLY u.inventory
    ADD CONSTRAINT inventory_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.inventory_snapshot
    ADD CONSTRAINT inventory_snapshot_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id) ON DELETE CASCADE;

ALTER TABLE ONLY u.location
    ADD CONSTRAINT location_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.oauth_state
    ADD CONSTRAINT oauth_state_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.offer
    ADD CONSTRAINT offer_creator_id_shop_id_fkey FOREIGN KEY (creator_id, shop_id) REFERENCES u.connection(creator_id, shop_id);

ALTER TABLE ONLY u.offer_discount
    ADD CONSTRAINT offer_discount_shop_id_offer_id_fkey FOREIGN KEY (shop_id, offer_id) REFERENCES u.offer(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.offer_price
    ADD CONSTRAINT offer_price_discount_id_fkey FOREIGN KEY (discount_id) REFERENCES u.offer_discount(id);

ALTER TABLE ONLY u.offer_price
    ADD CONSTRAINT offer_price_shop_id_offer_id_fkey FOREIGN KEY (shop_id, offer_id) REFERENCES u.offer(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.offer_price
    ADD CONSTRAINT offer_price_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES u.variant(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.offer_product
    ADD CONSTRAINT offer_product_creator_id_shop_id_offer_id_fkey FOREIGN KEY (creator_id, shop_id, offer_id) REFERENCES u.offer(creator_id, shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.offer_product
    ADD CONSTRAINT offer_product_shop_id_product_id_fkey FOREIGN KEY (shop_id, product_id) REFERENCES u.product(shop_id, id);

ALTER TABLE ONLY u.offer_product
    ADD CONSTRAINT offer_product_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES u.variant(shop_id, id);

ALTER TABLE ONLY u.order_line
    ADD CONSTRAINT order_line_shop_id_order_id_fkey FOREIGN KEY (shop_id, order_id) REFERENCES u.shop_order(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.order_refund
    ADD CONSTRAINT order_refund_shop_id_order_id_fkey FOREIGN KEY (shop_id, order_id) REFERENCES u.shop_order(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.reservation
    ADD CONSTRAINT reservation_session_id_fkey FOREIGN KEY (session_id) REFERENCES u.checkout_session(id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_session_id_fkey FOREIGN KEY (session_id) REFERENCES u.checkout_session(id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_creator_id_attribution_id_fkey FOREIGN KEY (creator_id, attribution_id) REFERENCES u.attribution(creator_id, id);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_creator_id_shop_id_offer_id_fkey FOREIGN KEY (creator_id, shop_id, offer_id) REFERENCES u.offer(creator_id, shop_id, id);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_shop_id_product_id_fkey FOREIGN KEY (shop_id, product_id) REFERENCES u.product(shop_id, id);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES u.variant(shop_id, id);

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_product_id_fkey FOREIGN KEY (shop_id, product_id) REFERENCES u.product(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.webhook_subscription
    ADD CONSTRAINT webhook_subscription_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

