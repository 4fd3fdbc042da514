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

CREATE TYPE u.click_from AS (
	address uuid,
	navigates boolean,
	pressed boolean,
	seen_ms bigint
);

CREATE TYPE u.hold_rules AS (
	hold_s integer,
	hold_unproven_s integer,
	per_visitor integer,
	per_address integer,
	per_address_scarce integer,
	scarce_units integer,
	unproven_percent integer,
	proven_after_s integer
);

CREATE FUNCTION u.adopt_key(shop uuid) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$ select hashtextextended('adopt:' || shop::text, 0) $$;

CREATE FUNCTION u.at(ms bigint) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select to_timestamp(ms / 1000.0) $$;

CREATE FUNCTION u.audit_checkouts(checkouts uuid[]) RETURNS TABLE(invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION u.audit_confirm(in_run uuid, in_phase text, in_id uuid) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.audit_finish(in_run uuid, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.audit_invariants() RETURNS TABLE(place integer, invariant text, phase text, says text)
    LANGUAGE sql IMMUTABLE
    AS $$
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

CREATE FUNCTION u.audit_items(items uuid[]) RETURNS TABLE(invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION u.audit_look(in_phase text, ids uuid[]) RETURNS TABLE(invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
    LANGUAGE plpgsql
    AS $$
begin
    case in_phase
    when 'items' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_items(ids) l;
    when 'offers' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_offers(ids) l;
    when 'checkouts' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_checkouts(ids) l;
    when 'orders' then return query select l.invariant, l.shop_id, l.subject, l.expected, l.found from u.audit_orders(ids) l;
    end case;
end
$$;

CREATE FUNCTION u.audit_offers(offers uuid[]) RETURNS TABLE(invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION u.audit_orders(orders uuid[]) RETURNS TABLE(invariant text, shop_id uuid, subject uuid, expected bigint, found bigint)
    LANGUAGE sql STABLE
    AS $$
    select 'purchase_told', o.shop_id, o.id, case when o.paid_at is null then 0 else 1 end, count(e.id)
      from u.shop_order o
      -- its id begins with the time that the shop made the order
      left join u.event_log e on e.subject = o.id and e.type = 'PURCHASE_COMPLETED'
       and e.id >= u.id_from(o.shop_created_at - interval '1 second') and e.id < u.id_from(o.shop_created_at + interval '1 second')
     where o.id = any(orders)
     group by o.id
    having count(e.id) <> case when o.paid_at is null then 0 else 1 end
$$;

CREATE FUNCTION u.audit_step(every_s integer, most integer, back interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.buffer_for(shop uuid, item uuid, available integer) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    select case when num_nonnulls(i.buffer_units, i.buffer_percent) > 0 then u.buffer_of(available, i.buffer_units, i.buffer_percent)
                else u.buffer_of(available, s.buffer_units, s.buffer_percent) end
      from u.inventory i
      join u.shop s on s.id = i.shop_id
     where i.shop_id = shop and i.item_id = item
$$;

CREATE FUNCTION u.buffer_of(available integer, units integer, percent integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
    select case when percent is null then coalesce(units, 0) else ((greatest(available, 0)::bigint * percent + 99) / 100)::integer end
$$;

CREATE FUNCTION u.checkout_answer(in_code text, in_visitor uuid, in_variant uuid, in_units integer, in_session uuid, in_hold uuid, in_mark text, in_sender u.click_from, in_rules u.hold_rules, in_items uuid[], in_ends uuid[], in_waits boolean) RETURNS u.checkout_outcome
    LANGUAGE plpgsql
    AS $_$
#variable_conflict use_column
declare
    at       timestamptz := u.clock();
    o        u.checkout_outcome;
    link     record;
    price    record;
    own      record;      -- this visitor's open session on this link, whichever variant
    limited  boolean;     -- the offer counts redemptions
    short    boolean;     -- not enough is free without lapsed holds
    ahead    integer := 0; -- units that others wait for who come first, of those that are there
    lapsed   integer;     -- units of holds that nobody tidied up yet
    ending   uuid[];      -- lapsed holds to tidy up
    back     record;      -- what ending them and the visitor's own gives back
    proven   boolean;
    refusal  record;      -- the guard's
    ends     timestamptz;
    n        integer;
begin
    select * into link from u.link_facts(lower(in_code));
    if not found then
        select 'nothing_yet', l.id, l.code, c.id, c.name, c.handle, a.platform, a.surface
          into o.outcome, o.link_id, o.code, o.creator_id, o.creator_name, o.creator_handle, o.platform, o.surface
          from u.short_link l
          join u.creator c on c.id = l.creator_id
          join u.attribution a on a.id = l.attribution_id
         where l.code_key = split_part(lower(in_code), '@', 1) and l.live_id is not null and l.revoked_at is null;
        o.outcome := coalesce(o.outcome, 'link_unknown');
        return o;
    end if;
    limited := link.redemptions_max is not null;
    o.link_id := link.id;
    o.code := link.code;
    o.creator_id := link.creator_id;
    o.creator_name := link.creator_name;
    o.creator_handle := link.creator_handle;
    o.storefront_url := link.storefront_url;
    o.platform := link.platform;
    o.surface := link.surface;
    o.stream_id := link.stream_id;
    o.units := in_units;

    -- Which variant, and its promise.
    in_variant := coalesce(in_variant, link.variant_id, u.only_variant(link.offer_id, link.product_id));
    if in_variant is not null then
        if in_items is null then
            perform pg_advisory_xact_lock(u.visitor_key(in_visitor));
        end if;
        select * into price from u.variant_facts(link.offer_id, in_variant);
    end if;

    -- What this visitor has on the link already, whichever variant. On one that follows a show it may be what stood in the light before.
    select s.id, s.variant_id, s.units, s.mark, s.expires_at, s.list_minor, s.price_minor, s.currency, s.discount_code,
           s.item_id, s.offer_id, s.shop_id, r.id as hold_id, s.expires_at > at as lives
      into own
      from u.checkout_session s
     cross join lateral (select r.id from u.reservation r where r.session_id = s.id offset 0) r
     where s.link_id = link.id and s.visitor = in_visitor and s.state = 'open';
    if in_waits and own.lives and (own.variant_id <> in_variant or own.units <> in_units) then
        o.outcome := 'visitor_capped'; -- what she holds is not given back behind her back
        return o;
    end if;
    if in_variant is not null then
        if price.id is null and own.lives and own.variant_id = in_variant and own.units = in_units then
            select * into price from u.variant_facts(own.offer_id, in_variant);
            o.storefront_url := (select s.storefront_url from u.shop s where s.id = own.shop_id);
        end if;
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

    -- Is the link open, and the offer?
    o.outcome := coalesce(
        link.refusal,
        case when in_variant is not null and o.variant_id is null then 'variant_unknown' end);
    if o.outcome is not null then
        if o.outcome = 'offer_early' then
            o.expires_ms := u.ms(link.starts_at);
        end if;
        return o;
    end if;

    -- Her live session first: the same answer again, whatever stock, caps or redemptions say now.
    if own.lives and (in_variant is null or (own.variant_id = in_variant and own.units = in_units)) then
        o.session_id := own.id;
        o.expires_ms := u.ms(own.expires_at);
        o.mark := own.mark;
        o.units := own.units;
        o.list_minor := own.list_minor;
        o.price_minor := own.price_minor;
        o.currency := own.currency;
        o.discount_code := own.discount_code;
        if in_variant is not null then
            if not in_waits then
                o.expires_ms := u.ms(u.waitlist_take(own.id, in_items is null, own.expires_at, at + make_interval(secs => (in_rules).hold_s)));
            end if;
            o.outcome := 'repeated';
            return o;
        end if;
        o.variant_id := own.variant_id;
        select v.title, p.title into o.variant_title, o.product_title
          from u.variant v join u.product p on p.id = v.product_id
         where v.id = own.variant_id;
    end if;

    -- The promise must be in place at the shop, for the price of today.
    if not link.sells then
        o.outcome := 'offer_not_ready';
        return o;
    end if;
    if in_variant is not null then
        if not price.ready then
            o.outcome := 'offer_not_ready';
            return o;
        end if;
    end if;
    if link.clicks_used >= link.clicks_max and (in_variant is not null or o.session_id is null) then
        o.outcome := 'link_exhausted';
        return o;
    end if;
    if in_variant is null then
        o.choices := u.link_choices(link.shop_id, link.offer_id, link.product_id, link.variant_id, 250, null);
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
        o.choices := u.link_choices(link.shop_id, link.offer_id, null, null, 12, price.product_id);
        return o;
    end if;
    proven := u.click_is_proven(in_sender, in_rules, price.guard, at);
    ends := at + make_interval(secs => case when proven then (in_rules).hold_s else (in_rules).hold_unproven_s end);
    if price.waited then
        ahead := u.waitlist_ahead(price.shop_id, price.item_id, in_visitor, price.free + u.lapsed_units(price.shop_id, price.item_id));
    end if;
    short := price.limited and price.free < in_units + ahead;
    loop
        -- A look without locks: what is lapsed, or is this visitor's own, counts as free.
        if short then
            select i.free into price.free from u.inventory i where i.shop_id = price.shop_id and i.item_id = price.item_id;
            lapsed := u.lapsed_units(price.shop_id, price.item_id);
            ahead := case when price.waited then u.waitlist_ahead(price.shop_id, price.item_id, in_visitor, price.free + lapsed) else 0 end;
            if price.free + lapsed
                      + (case when own.item_id = price.item_id and own.lives then own.units else 0 end) < in_units + ahead then
                o.outcome := 'sold_out';
                o.choices := u.link_choices(link.shop_id, link.offer_id, null, null, 12, price.product_id);
                return o;
            end if;
        end if;

        o.outcome := u.guard_asks(in_sender, in_rules, price.guard, proven);
        if o.outcome is not null then
            return o;
        end if;

        -- Nothing to tidy up and nothing else to count: the check is the write.
        if not short and own.id is null and not limited and link.clicks_max is null then
            update u.inventory i
               set held = i.held + in_units
             where i.shop_id = price.shop_id and i.item_id = price.item_id
               and (not price.limited or i.free >= in_units + ahead);
            if not found then
                short := true; -- somebody was faster; lapsed holds may still help
                continue;
            end if;
            -- The row is locked now, so that others' holds are counted once they are there.
            select r.word, r.again into refusal
              from u.hold_refusal(in_sender, in_rules, proven, in_visitor, link.creator_id, price.shop_id, price.item_id, in_units,
                                  price.free, price.limited, null) r;
            exit when refusal.word is null;
            update u.inventory i set held = i.held - in_units where i.shop_id = price.shop_id and i.item_id = price.item_id;
            o.outcome := refusal.word;
            o.expires_ms := u.ms(refusal.again);
            return o;
        end if;

        -- Lapsed holds of this item, and of this offer on any item when its redemptions are used up.
        if in_items is null then
            ending := array(select r.id from u.reservation r
                             where r.shop_id = price.shop_id and r.item_id = price.item_id
                               and r.state = 'pending' and r.expires_at <= at
                             order by r.expires_at limit 200)
                   || array(select r.id
                              from u.checkout_session s
                             cross join lateral (select r.id, r.state, r.expires_at from u.reservation r
                                                  where r.session_id = s.id offset 0) r
                             where link.redemptions_used + link.redemptions_held >= link.redemptions_max
                               and s.offer_id = link.offer_id and s.state = 'open' and s.redeems
                               and r.state = 'pending' and r.expires_at <= at
                             order by r.expires_at limit 50);
        else
            ending := array(select r.id from u.reservation r
                             where r.id = any(in_ends) and r.state = 'pending' and r.expires_at <= at
                               and r.item_id = any(in_items));
        end if;
        if own.id is not null then
            ending := ending || own.hold_id;
        end if;
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
        lapsed := u.lapsed_units(price.shop_id, price.item_id);
        ahead := case when price.waited then u.waitlist_ahead(price.shop_id, price.item_id, in_visitor, price.free + lapsed) else 0 end;
        if price.limited and price.free + back.units < in_units + ahead then
            if in_items is not null and price.free + lapsed >= in_units + ahead then
                raise exception 'more has lapsed than this batch may end' using errcode = '40001';
            end if;
            o.outcome := 'sold_out';
            o.choices := u.link_choices(link.shop_id, link.offer_id, null, null, 12, price.product_id);
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

        select r.word, r.again into refusal
          from u.hold_refusal(in_sender, in_rules, proven, in_visitor, link.creator_id, price.shop_id, price.item_id, in_units,
                              price.free, price.limited, own.hold_id) r;
        if refusal.word is not null then
            o.outcome := refusal.word;
            o.expires_ms := u.ms(refusal.again);
            return o;
        end if;

        -- Another variant or number chosen on the same link gives the former hold back.
        if own.lives then
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
    o.expires_ms := u.ms(ends);
    with started as (
        insert into u.checkout_session (id, creator_id, shop_id, link_id, offer_id, attribution_id, variant_id, item_id, visitor,
                                        units, mark, list_minor, price_minor, currency, discount_code, redeems,
                                        created_at, expires_at, moment_id, second)
        values (in_session, link.creator_id, price.shop_id, link.id, link.offer_id, link.attribution_id, price.id, price.item_id,
                in_visitor, in_units, in_mark, price.list_minor, price.price_minor, price.currency, price.code, limited,
                at, ends, link.moment_id, link.second)
        on conflict (link_id, visitor) where state = 'open' do nothing
        returning id
    ), held as (
        insert into u.reservation (id, session_id, creator_id, shop_id, item_id, units, address, proven, created_at, expires_at)
        select in_hold, id, link.creator_id, price.shop_id, price.item_id, in_units, (in_sender).address, proven, at, ends
          from started
    ), told as (
        insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
        select u.event_id(e.type, e.subject::text, at), e.type, link.creator_id, price.shop_id, e.subject, at, e.payload
          from started
         cross join lateral u.checkout_events(in_session, in_hold, link.id, link.offer_id, price.id, in_units,
                                              price.price_minor, price.currency, link.moment_id, link.second) e
         where e.type <> 'CHECKOUT_REDIRECTED' or not in_waits
    )
    select count(*) into n from started;
    if n = 0 then
        raise exception 'checkout raced with itself' using errcode = '40001';
    end if;
    perform u.waitlist_served(price.item_id, in_visitor, in_session, in_waits); -- whether anybody was thought there or not
    return o;
end
$_$;

CREATE FUNCTION u.checkout_events(session uuid, hold uuid, link uuid, offer uuid, variant uuid, units integer, price_minor bigint, currency text, moment uuid, second integer) RETURNS TABLE(type text, subject uuid, payload jsonb)
    LANGUAGE sql STABLE
    AS $$
    values ('CHECKOUT_STARTED', session, jsonb_build_object('link', link, 'offer', offer, 'variant', variant,
                                                            'units', units, 'price_minor', price_minor, 'currency', currency)
                                         || case when moment is null then '{}' else jsonb_build_object('moment', moment) end
                                         || case when second is null then '{}' else jsonb_build_object('second', second) end),
           ('RESERVATION_CREATED', hold, jsonb_build_object('checkout', session, 'units', units)),
           ('CHECKOUT_REDIRECTED', session, jsonb_build_object('link', link))
$$;

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

CREATE FUNCTION u.click(in_code text, in_visitor uuid, in_variant uuid, in_units integer, in_session uuid, in_hold uuid, in_mark text, in_address uuid, in_navigates boolean, in_pressed boolean, in_seen_ms bigint, in_rules u.hold_rules) RETURNS u.checkout_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
    return u.checkout_answer(in_code, in_visitor, in_variant, in_units, in_session, in_hold, in_mark,
                             row(in_address, in_navigates, in_pressed, in_seen_ms), in_rules, null, null, false);
end
$$;

CREATE FUNCTION u.click_is_proven(sender u.click_from, rules u.hold_rules, guard smallint, at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select (rules).proven_after_s is null
           or (sender).seen_ms > 0 and extract(epoch from at) * 1000 - (sender).seen_ms >= (rules).proven_after_s * 1000
           or guard = 0 and (sender).navigates
$$;

CREATE FUNCTION u.click_many(in_codes text[], in_visitors uuid[], in_variants uuid[], in_units integer[], in_sessions uuid[], in_holds uuid[], in_marks text[], in_addresses uuid[], in_navigates boolean[], in_pressed boolean[], in_seen_ms bigint[], in_rules u.hold_rules) RETURNS TABLE(ask integer, answer u.checkout_outcome)
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
declare
    at      timestamptz := u.clock();
    ends    timestamptz := at + make_interval(secs => (in_rules).hold_s);
    keys    text[] := array(select lower(c) from unnest(in_codes) c);
    codes   text[] := array(select split_part(k, '@', 1) from unnest(keys) k);
    offers  uuid[];
    holds   uuid[];  -- that may end: the visitors' own, and lapsed ones of short items and of offers that are used up
    items   uuid[];
    chosen  uuid[];  -- the variant of each ask; null: there is a choice, or none
    limits  boolean; -- an offer counts redemptions, or a link its clicks
    plain   u.checkout_outcome[];
    plain_n integer[];
    plain_i uuid[];  -- their items
begin
    perform pg_advisory_xact_lock(k.key)
       from (select distinct u.visitor_key(a.visitor) as key from unnest(in_visitors) a (visitor) order by 1) k;
    with known as materialized (
        select k.key, l.offer_id, coalesce(l.variant_id, u.only_variant(l.offer_id, l.product_id)) as variant,
               l.clicks_max is not null
               or (select o.redemptions_max is not null from u.offer o where o.id = l.offer_id) as limits
          from (select distinct unnest(keys)) k (key)
         cross join lateral u.link_goal(k.key) l
    )
    select array_agg(coalesce(a.variant, k.variant) order by a.n), coalesce(bool_or(k.limits), false), array_agg(distinct k.offer_id)
      into chosen, limits, offers
      from unnest(keys, in_variants) with ordinality a (key, variant, n)
      left join known k on k.key = a.key;
    holds := array(
        select r.id
          from unnest(keys, in_visitors) a (key, visitor)
         cross join lateral (select l.id from u.short_link l where l.code_key = split_part(a.key, '@', 1) offset 0) l
         cross join lateral (select s.id from u.checkout_session s
                              where s.link_id = l.id and s.visitor = a.visitor and s.state = 'open' offset 0) s
         cross join lateral (select r.id, r.state from u.reservation r where r.session_id = s.id offset 0) r
         where r.state = 'pending')
      || array(
        select r.id
          from (select a.variant, sum(a.units) as units from unnest(chosen, in_units) a (variant, units) group by 1) a
         cross join lateral (select v.shop_id, v.item_id from u.variant v where v.id = a.variant offset 0) v
         cross join lateral (select i.free, i.waited_until
                               from u.inventory i where i.shop_id = v.shop_id and i.item_id = v.item_id offset 0) i
         cross join lateral (select r.id from u.reservation r
                              where r.shop_id = v.shop_id and r.item_id = v.item_id
                                and r.state = 'pending' and r.expires_at <= at
                              order by r.expires_at limit 200) r
         where i.free < a.units or i.waited_until > at);
    if limits then
        holds := holds || array(
            select r.id
              from u.offer o
             cross join lateral (select s.id from u.checkout_session s
                                  where s.offer_id = o.id and s.state = 'open' and s.redeems offset 0) s
             cross join lateral (select r.id, r.state, r.expires_at from u.reservation r where r.session_id = s.id offset 0) r
             where o.id = any(offers)
               and o.redemptions_used + o.redemptions_held + cardinality(keys) > o.redemptions_max
               and r.state = 'pending' and r.expires_at <= at
             order by r.expires_at limit 200);
    end if;

    -- Sold-out rows stay unlocked: refusing must not queue.
    select coalesce(array_agg(row.item_id), '{}')
      into items
      from (select i.shop_id, i.item_id
              from u.inventory i
             where (i.shop_id, i.item_id) in (
                       select s.shop_id, s.item_id
                         from (select distinct unnest(chosen)) a (variant)
                        cross join lateral (select v.shop_id, v.item_id, v.policy
                                              from u.variant v where v.id = a.variant offset 0) v
                        cross join lateral (select s.shop_id, s.item_id, s.tracked, s.free
                                              from u.inventory s
                                             where s.shop_id = v.shop_id and s.item_id = v.item_id offset 0) s
                        where not s.tracked or v.policy = 'continue' or s.free > 0
                           or s.free + u.lapsed_units(s.shop_id, s.item_id) > 0
                       union
                       select r.shop_id, r.item_id from u.reservation r where r.id = any(holds))
             order by i.shop_id, i.item_id
               for no key update) row;
    if limits or cardinality(holds) > 0 then
        perform 1
           from u.offer o
          where o.id in (
                    select f.id from u.offer f where f.id = any(offers) and f.redemptions_max is not null
                    union
                    select s.offer_id
                      from unnest(holds) h (id)
                     cross join lateral (select r.session_id from u.reservation r where r.id = h.id offset 0) r
                     cross join lateral (select s.offer_id, s.redeems from u.checkout_session s where s.id = r.session_id offset 0) s
                     where s.redeems)
          order by o.id
            for no key update;
        perform 1 from u.short_link l where l.code_key = any(codes) and l.clicks_max is not null order by l.id for no key update;
    end if;

    with first as materialized (
        select distinct on (k.visitor) k.key, k.visitor, k.variant, k.units, k.session, k.hold, k.mark, k.address, k.navigates,
               k.pressed, k.seen_ms, k.n
          from unnest(keys, in_visitors, chosen, in_units, in_sessions, in_holds, in_marks, in_addresses, in_navigates, in_pressed,
                      in_seen_ms) with ordinality
               k (key, visitor, variant, units, session, hold, mark, address, navigates, pressed, seen_ms, n)
         order by k.visitor, k.n
    ), open as materialized (
        select f.n, f.visitor, f.units, f.session, f.hold, f.mark, f.address, l.id as link_id, l.code as link_code, l.creator_id, l.offer_id,
               l.attribution_id, l.storefront_url, l.creator_name, l.creator_handle, l.platform, l.surface, l.stream_id, l.moment_id, l.second,
               p.id as variant_id, p.external_id, p.title, p.image_url, p.product_title, p.product_handle, p.shop_id, p.item_id,
               p.free, p.limited, p.list_minor, p.price_minor, p.currency, p.code,
               sum(f.units) over (partition by p.shop_id, p.item_id order by f.n) as wanted,
               count(*) over (partition by p.item_id, f.address order by f.n) as together
          from first f
         cross join lateral u.link_facts(f.key) l
         cross join lateral u.variant_facts(l.offer_id, f.variant) p
         where l.refusal is null and l.sells and p.ready
           and l.redemptions_max is null and l.clicks_max is null
           and p.item_id = any(items)
           and not exists (select from u.checkout_session s
                            where s.link_id = l.id and s.visitor = f.visitor and s.state = 'open')
           -- nothing that the guard would have to look into: a proven visitor, on whom nobody has anything
           and not p.waited and p.guard < 3 and u.click_is_proven(row(f.address, f.navigates, f.pressed, f.seen_ms)::u.click_from, in_rules, p.guard, at)
           and not exists (select from u.hold_cooling c where c.who in (f.visitor, f.address) and c.until > at)
           and (not (f.seen_ms > 0 or f.pressed) or (in_rules).per_visitor = 0
                or not exists (select from u.checkout_session s where s.visitor = f.visitor and s.state = 'open'))
    ), fits as materialized (
        select o.n, o.visitor, o.units, o.session, o.hold, o.mark, o.address, o.link_id, o.link_code, o.creator_id, o.offer_id,
               o.attribution_id, o.storefront_url, o.creator_name, o.creator_handle, o.platform, o.surface, o.stream_id, o.moment_id, o.second,
               o.variant_id, o.external_id, o.title, o.image_url, o.product_title, o.product_handle, o.shop_id, o.item_id,
               o.list_minor, o.price_minor, o.currency, o.code
          from open o
         where (not o.limited or o.wanted <= o.free)
           and ((in_rules).per_address = 0 or o.address is null
                or o.together + (select count(*)
                                   from (select from u.reservation r
                                          where r.item_id = o.item_id and r.address = o.address and r.state = 'pending' and r.expires_at > at
                                          limit (in_rules).per_address) r)
                   <= case when o.limited and o.free - o.wanted + o.units < (in_rules).scarce_units
                           then (in_rules).per_address_scarce else (in_rules).per_address end)
    ), stock as (
        update u.inventory i
           set held = i.held + t.units
          from (select f.shop_id, f.item_id, sum(f.units)::integer as units from fits f group by f.shop_id, f.item_id) t
         where i.shop_id = t.shop_id and i.item_id = t.item_id
    ), started as (
        insert into u.checkout_session (id, creator_id, shop_id, link_id, offer_id, attribution_id, variant_id, item_id, visitor,
                                        units, mark, list_minor, price_minor, currency, discount_code, created_at, expires_at,
                                        moment_id, second)
        select f.session, f.creator_id, f.shop_id, f.link_id, f.offer_id, f.attribution_id, f.variant_id, f.item_id, f.visitor,
               f.units, f.mark, f.list_minor, f.price_minor, f.currency, f.code, at, ends, f.moment_id, f.second
          from fits f
    ), held as (
        insert into u.reservation (id, session_id, creator_id, shop_id, item_id, units, address, created_at, expires_at)
        select f.hold, f.session, f.creator_id, f.shop_id, f.item_id, f.units, f.address, at, ends
          from fits f
    ), told as (
        insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
        select u.event_id(e.type, e.subject::text, at), e.type, f.creator_id, f.shop_id, e.subject, at, e.payload
          from fits f
         cross join lateral u.checkout_events(f.session, f.hold, f.link_id, f.offer_id, f.variant_id, f.units, f.price_minor,
                                              f.currency, f.moment_id, f.second) e
    )
    select coalesce(array_agg(f.n::integer order by f.n), '{}'),
           coalesce(array_agg(row('started', f.session, u.ms(ends), f.mark, f.units, f.variant_id, f.external_id, f.code,
                                  f.list_minor, f.price_minor, f.currency, f.storefront_url, f.product_title, f.product_handle,
                                  f.title, f.image_url, f.creator_id, f.creator_name, f.creator_handle, f.link_id, f.link_code,
                                  f.platform, f.surface, f.stream_id, null)::u.checkout_outcome order by f.n), '{}'),
           coalesce(array_agg(f.item_id order by f.n), '{}')
      into plain_n, plain, plain_i
      from fits f;
    perform u.waitlist_served(w.item_id, w.visitor, in_sessions[p.n], false) -- who waited once, and came back by the link
       from unnest(plain_n, plain_i) p (n, item)
      cross join lateral (select w.item_id, w.visitor from u.waitlist w
                           where w.item_id = p.item and w.visitor = in_visitors[p.n] and w.state = 'waiting' offset 0) w;

    for i in 1 .. cardinality(in_codes) loop
        ask := i;
        if i = any(plain_n) then
            answer := plain[array_position(plain_n, i)];
        else
            answer := u.checkout_answer(in_codes[i], in_visitors[i], chosen[i], in_units[i],
                                        in_sessions[i], in_holds[i], in_marks[i],
                                        row(in_addresses[i], in_navigates[i], in_pressed[i], in_seen_ms[i]), in_rules, items, holds, false);
        end if;
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

CREATE FUNCTION u.faded(since timestamp with time zone, at timestamp with time zone) RETURNS double precision
    LANGUAGE sql STABLE
    AS $$ select 0.5 ^ least(1000, extract(epoch from at - since) / 300)::double precision $$;

CREATE FUNCTION u.guard_asks(sender u.click_from, rules u.hold_rules, guard smallint, proven boolean) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    select case
        when (rules).proven_after_s is null then null
        when guard >= 3 then 'guard_wait'
        when guard = 2 and not proven and not (sender).pressed then 'guard_confirm'
        when guard = 1 and (sender).seen_ms = 0 and not (sender).pressed then 'guard_bounce'
        end
$$;

CREATE FUNCTION u.guard_forget(most integer, keep_s integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.guard_judge(most integer, floor_n integer, calm_s integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.guard_learn(ids uuid[], strikes integer, many integer, cool_s integer, cool_long_s integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.guard_level(share double precision, unpaid double precision, ended double precision, created double precision, crowded boolean, floor_n integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
    select case
        when share >= 0.9 and ended >= floor_n and unpaid >= 0.95 then 3
        when share >= 0.75 and (crowded or (ended >= floor_n * 0.5 and unpaid >= 0.9)) then 2
        when share >= 0.4 and created >= floor_n then 1
        when share >= 0.25 and ended >= floor_n * 0.5 and unpaid >= 0.8 then 1
        else 0
        end
$$;

CREATE FUNCTION u.guard_set(shop uuid, item uuid, was integer, wanted integer, enough integer, in_share double precision, in_unpaid double precision, calm_s integer, at timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.guard_strike(ids uuid[], strikes integer, many integer, cool_s integer, cool_long_s integer, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.guard_verdicts(most integer, floor_n integer, at timestamp with time zone) RETURNS TABLE(shop_id uuid, item_id uuid, guard smallint, share double precision, unpaid double precision, wanted integer, enough integer)
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION u.hold_refusal(sender u.click_from, rules u.hold_rules, proven boolean, visitor uuid, creator uuid, shop uuid, item uuid, units integer, free integer, limited boolean, own uuid, OUT word text, OUT again timestamp with time zone) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION u.holds_close(ids uuid[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare
    lapsed uuid[] := array(select r.id from u.reservation r where r.id = any(ids) and r.state = 'pending' and r.expires_at <= u.clock());
begin
    perform u.offers_lock(ids, '{}');
    perform u.holds_end(lapsed, 'expired');
    return u.holds_end(ids, 'released');
end
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

CREATE FUNCTION u.id_from(at timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    select (lpad(to_hex(greatest(0, floor(extract(epoch from at) * 1000))::bigint), 12, '0') || '00000000000000000000')::uuid
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

CREATE FUNCTION u.item_buffer_set(shop uuid, item uuid, seen integer, units integer, percent integer, OUT outcome text, OUT free_before integer, OUT free integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.key_columns(tbl text) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select string_agg(quote_ident(a.attname), ', ' order by k.place)
      from pg_catalog.pg_index i
     cross join unnest(i.indkey::smallint[]) with ordinality k (attnum, place)
      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = to_regclass(format('u.%I', tbl)) and i.indisprimary
$$;

CREATE FUNCTION u.key_of(tbl text, body jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_object_agg(c, body -> c) from unnest(string_to_array(u.key_columns(tbl), ', ')) c
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

CREATE FUNCTION u.link_choices(in_shop uuid, in_offer uuid, in_product uuid, in_variant uuid, most integer, in_first uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object(
                       'id', c.id, 'product', c.product, 'title', c.title, 'list', c.list_minor, 'price', c.price_minor,
                       'currency', c.currency, 'image', c.image_url, 'left', c.remaining)
                       order by c.product_id is distinct from in_first, c.product, c.position, c.id), '[]')
              from (select v.id, v.product_id, p.title as product, v.title, v.position, op.list_minor, op.price_minor, op.currency,
                           coalesce(nullif(v.image_url, ''), p.image_url) as image_url, stock.remaining
                      from u.offer_price op
                      join u.variant v on v.id = op.variant_id and v.deleted_at is null
                      join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
                      join u.inventory i on i.shop_id = op.shop_id and i.item_id = op.item_id
                      left join (select r.item_id, sum(r.units)::integer as units
                                   from u.reservation r
                                  where r.shop_id = in_shop and r.state = 'pending' and r.expires_at <= u.clock()
                                  group by r.item_id) lapsed on lapsed.item_id = i.item_id
                     cross join lateral (select case when i.tracked and v.policy = 'deny'
                                                     then u.newcomers_share(i.shop_id, i.item_id, i.waited_until, i.free + coalesce(lapsed.units, 0))
                                                     end as remaining) stock
                     where op.offer_id = in_offer
                       and (in_product is null or v.product_id = in_product)
                       and (in_variant is null or v.id = in_variant)
                       and (in_first is null or stock.remaining is null or stock.remaining > 0)
                     order by v.product_id is distinct from in_first, p.title, v.position, v.id
                     limit most) c);
end
$$;

CREATE FUNCTION u.link_facts(in_key text) RETURNS TABLE(id uuid, code text, creator_id uuid, shop_id uuid, offer_id uuid, product_id uuid, variant_id uuid, attribution_id uuid, clicks_max integer, clicks_used integer, refusal text, sells boolean, starts_at timestamp with time zone, redemptions_max integer, redemptions_used integer, redemptions_held integer, storefront_url text, creator_name text, creator_handle text, platform text, surface text, stream_id uuid, moment_id uuid, second integer)
    LANGUAGE sql STABLE
    AS $$
    select l.id, l.code, l.creator_id, f.shop_id, l.offer_id, l.product_id, l.variant_id, l.attribution_id,
           l.clicks_max, l.clicks_used,
           u.link_refusal(l.revoked_at, l.expires_at, s.status, n.status, f.state, f.starts_at, f.ends_at),
           f.state = 'active' and s.storefront_url <> '', f.starts_at,
           f.redemptions_max, f.redemptions_used, f.redemptions_held,
           s.storefront_url, c.name, c.handle, l.platform, l.surface, l.stream_id, l.moment_id,
           case when l.second < 0 then 0 else l.second end
      from u.link_goal(in_key) l
      join u.offer f on f.id = l.offer_id
      join u.shop s on s.id = f.shop_id
      join u.connection n on n.creator_id = f.creator_id and n.shop_id = f.shop_id
      join u.creator c on c.id = f.creator_id
    offset 0 -- inlined, and still looked up link by link
$$;

CREATE FUNCTION u.link_goal(in_key text) RETURNS TABLE(id uuid, code text, creator_id uuid, offer_id uuid, product_id uuid, variant_id uuid, attribution_id uuid, clicks_max integer, clicks_used integer, revoked_at timestamp with time zone, expires_at timestamp with time zone, platform text, surface text, stream_id uuid, moment_id uuid, second integer)
    LANGUAGE sql STABLE
    AS $$
    select l.id, l.code, l.creator_id, coalesce(l.offer_id, g.offer_id), coalesce(l.product_id, g.product_id), coalesce(l.variant_id, g.variant_id),
           coalesce(b.id, a.id), l.clicks_max, l.clicks_used, l.revoked_at, l.expires_at, a.platform, a.surface,
           coalesce(a.stream_id, g.stream_id), coalesce(a.moment_id, g.moment_id), coalesce(k.second, g.second, n.second)
      from (select split_part(in_key, '@', 1) as code_key, nullif(split_part(in_key, '@', 2), '')::integer as second) k
     cross join lateral (select l.id, l.code, l.creator_id, l.offer_id, l.product_id, l.variant_id, l.attribution_id, l.live_id,
                                l.clicks_max, l.clicks_used, l.revoked_at, l.expires_at
                           from u.short_link l where l.code_key = k.code_key offset 0) l
     cross join lateral (select a.id, a.platform, a.surface, a.stream_id, a.moment_id
                           from u.attribution a where a.id = l.attribution_id offset 0) a
      left join lateral (select p.offer_id, p.product_id, p.variant_id, p.stream_id, p.moment_id, p.second
                           from (select 1 where l.live_id is not null) pinned
                          cross join lateral u.pin_goal(l.live_id, a.platform, k.second) p) g on true
      left join lateral (select extract(epoch from u.clock() - t.started_at)::integer - coalesce(t.delay_s, 10) as second
                           from u.stream t where t.id = a.stream_id and a.surface = 'live' and t.state = 'live' offset 0) n on true
      left join lateral (select b.id from u.attribution b
                          where l.live_id is not null and b.creator_id = l.creator_id and b.platform = a.platform
                            and b.surface = a.surface and b.stream_id = g.stream_id and b.replay_id is null and b.moment_id is null
                          limit 1) b on true
    offset 0
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
    return u.holds_close(live);
end
$$;

CREATE FUNCTION u.live_follow(in_live uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    update u.live_session l
       set state = t.state, started_at = t.started_at, ended_at = t.ended_at, revision = l.revision + 1
      from (select case when count(*) filter (where s.state = 'live') > 0 then 'live'
                        when count(s.started_at) > 0 then 'ended' else 'planned' end as state,
                   min(s.started_at) as started_at,
                   case when count(*) filter (where s.state = 'live') = 0 then max(s.ended_at) filter (where s.started_at is not null) end
                   as ended_at
              from u.stream s where s.live_id = in_live) t
     where l.id = in_live
       and (l.state, l.started_at, l.ended_at) is distinct from (t.state, t.started_at, t.ended_at);
end
$$;

CREATE FUNCTION u.live_follow_stream(in_from uuid, in_to uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from u.stream s where s.live_id = in_from)
       or (select count(*) from u.replay r where r.live_id in (in_from, in_to)) > 1
       or (select count(*) from u.moment m where m.live_id in (in_from, in_to) and m.state = 'kept') > 1000 then
        return;
    end if;
    with moments as (
        update u.moment m set live_id = in_to where m.live_id = in_from
    )
    update u.spotlight s set live_id = in_to where s.live_id = in_from;
    update u.short_link k set live_id = in_to where k.live_id = in_from;
    update u.replay r set live_id = in_to where r.live_id = in_from;
end
$$;

CREATE FUNCTION u.live_join(in_stream uuid, in_new uuid, in_gap_s integer) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    stream record;
    gap    interval := make_interval(secs => in_gap_s);
    goal   uuid;
begin
    select s.id, s.creator_id, s.live_id, s.title, s.state, s.platform, coalesce(s.started_at, s.scheduled_at, s.created_at) as at, s.placed
      into stream from u.stream s where s.id = in_stream;
    perform pg_advisory_xact_lock(hashtextextended('live:' || stream.creator_id::text, 0));
    if stream.state = 'live' and not stream.placed then
        select l.id into goal
          from u.live_session l
         where l.creator_id = stream.creator_id and l.id is distinct from stream.live_id
           and (l.state = 'live' or (l.state = 'ended' and l.ended_at > stream.at - gap))
         order by l.state = 'live' desc, l.started_at desc limit 1;
        -- A session with something of its own stays: planned streams, moments, pinned links.
        if goal is not null and stream.live_id is not null
           and (exists (select from u.stream s where s.live_id = stream.live_id and s.id <> in_stream)
                or exists (select from u.moment m where m.live_id = stream.live_id)
                or exists (select from u.short_link k where k.live_id = stream.live_id)) then
            goal := null;
        end if;
    end if;
    if goal is null and stream.live_id is null then
        select l.id into goal
          from u.live_session l
          join u.stream s on s.live_id = l.id
         where l.creator_id = stream.creator_id and l.state = 'planned' and s.state = 'scheduled'
           and coalesce(s.scheduled_at, s.created_at) between stream.at - gap and stream.at + gap
         order by l.id desc limit 1;
    end if;
    if goal is null and stream.live_id is null then
        goal := in_new;
        insert into u.live_session (id, creator_id, title) values (goal, stream.creator_id, stream.title);
    end if;
    if goal is not null then
        update u.stream s set live_id = goal where s.id = in_stream;
        delete from u.live_session l
         where l.id = stream.live_id and not exists (select from u.stream s where s.live_id = l.id);
    end if;
    goal := coalesce(goal, stream.live_id);
    insert into u.attribution (id, creator_id, platform, surface, stream_id)
    values (gen_random_uuid(), stream.creator_id, stream.platform, 'live', in_stream)
    on conflict do nothing;
    perform u.live_follow(goal);
    return goal;
end
$$;

CREATE FUNCTION u.live_move(in_stream uuid, in_live uuid) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    stream record;
begin
    perform pg_advisory_xact_lock(hashtextextended('live:' || s.creator_id::text, 0)) from u.stream s where s.id = in_stream;
    select s.id, s.creator_id, s.live_id, s.title into stream from u.stream s where s.id = in_stream;
    if not exists (select from u.live_session l where l.id = in_live) then
        if stream.live_id is not null and not exists (select from u.stream s where s.live_id = stream.live_id and s.id <> in_stream) then
            in_live := stream.live_id;
        else
            insert into u.live_session (id, creator_id, title) values (in_live, stream.creator_id, stream.title);
        end if;
    end if;
    perform l.id from u.live_session l where l.id in (stream.live_id, in_live) order by l.id for update;
    update u.stream s set live_id = in_live, placed = true, revision = s.revision + 1
     where s.id = in_stream and (s.live_id is distinct from in_live or not s.placed);
    if stream.live_id is distinct from in_live then
        perform u.live_follow_stream(stream.live_id, in_live);
        perform u.live_video_follow(in_stream, in_live);
        delete from u.live_session l
         where l.id = stream.live_id
           and not exists (select from u.stream s where s.live_id = l.id) and not exists (select from u.moment m where m.live_id = l.id)
           and not exists (select from u.short_link k where k.live_id = l.id) and not exists (select from u.replay r where r.live_id = l.id);
        perform u.live_follow(stream.live_id);
    end if;
    perform u.live_follow(in_live);
    return in_live;
end
$$;

CREATE FUNCTION u.live_video_follow(in_stream uuid, in_to uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    update u.replay_video v
       set replay_id = r.id
      from u.replay r
     where r.live_id = in_to and v.stream_id = in_stream and v.replay_id <> r.id
       and not exists (select from u.replay_video o where o.replay_id = r.id
                          and (o.stream_id = in_stream or (v.external_id <> '' and (o.platform, o.external_id) = (v.platform, v.external_id))));
    delete from u.replay_video v
     using u.replay r
     where v.stream_id = in_stream and r.id = v.replay_id and r.live_id <> in_to and not v.by_hand;
end
$$;

CREATE FUNCTION u.ms(at timestamp with time zone) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select floor(extract(epoch from at) * 1000)::bigint $$;

CREATE FUNCTION u.newcomers_left(shop uuid, item uuid, free integer) RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    AS $$
begin
    return greatest(0, free - u.waitlist_ahead(shop, item, null, free));
end
$$;

CREATE FUNCTION u.newcomers_share(shop uuid, item uuid, waited_until timestamp with time zone, there integer) RETURNS integer
    LANGUAGE plpgsql STABLE
    AS $$
begin
    if waited_until > u.clock() then
        return greatest(0, there - u.waitlist_ahead(shop, item, null, there));
    end if;
    return greatest(0, there);
end
$$;

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
    return u.holds_close(live);
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

CREATE FUNCTION u.only_product(in_offer uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
declare
    few uuid[];
begin
    few := array(select distinct v.product_id from u.offer_price p join u.variant v on v.id = p.variant_id where p.offer_id = in_offer limit 2);
    return case when cardinality(few) = 1 then few[1] end;
end
$$;

CREATE FUNCTION u.only_variant(offer uuid, product uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
declare
    few uuid[];
begin
    few := array(select v.id
                   from u.offer_price op
                   join u.variant v on v.id = op.variant_id and v.deleted_at is null
                   join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
                  where op.offer_id = offer and (product is null or v.product_id = product)
                  limit 2);
    return case when cardinality(few) = 1 then few[1] end;
end
$$;

CREATE FUNCTION u.order_lines_adopt(in_shop uuid, in_variants bigint[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.order_lines_adopt_begin(in_shop uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
begin
    perform pg_advisory_xact_lock(u.adopt_key(in_shop));
end
$$;

CREATE FUNCTION u.order_net(in_order uuid) RETURNS TABLE(net_minor bigint, presentment_net_minor bigint, units integer)
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION u.order_redemption_return(in_order uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.order_stock(in_shop uuid, in_order uuid, in_session uuid, in_offer uuid, in_first boolean, in_void boolean, in_ordered_at timestamp with time zone, in_updated_at timestamp with time zone, in_lines jsonb) RETURNS TABLE(hold text, late boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.pin_goal(in_live uuid, in_platform text, in_second integer) RETURNS TABLE(offer_id uuid, product_id uuid, variant_id uuid, stream_id uuid, moment_id uuid, second integer)
    LANGUAGE plpgsql STABLE
    AS $$
#variable_conflict use_column
declare
    stream record;
    seen   timestamptz;
begin
    select s.id, s.started_at, coalesce(s.delay_s, 10) as delay_s
      into stream
      from u.stream s
     where s.live_id = in_live and s.platform = in_platform and s.started_at is not null
     order by s.state = 'live' desc, s.started_at desc
     limit 1;
    if not found then
        select null::uuid as id, l.started_at, 0 as delay_s into stream from u.live_session l where l.id = in_live;
    end if;
    seen := case when in_second is not null and stream.started_at is not null then stream.started_at + make_interval(secs => in_second)
                 else u.clock() - make_interval(secs => coalesce(stream.delay_s, 0)) end;
    return query
    select m.offer_id, m.product_id, m.variant_id, stream.id, coalesce(m.merged_into, m.id),
           extract(epoch from seen - stream.started_at)::integer
      from u.spotlight p
      join u.moment m on m.id = p.moment_id and m.offer_id is not null and m.state in ('kept', 'merged')
     where p.live_id = in_live and p.at <= seen
     order by p.at desc, p.id desc
     limit 1;
end
$$;

CREATE FUNCTION u.quota_take(in_bucket text, in_units bigint, in_allowed bigint, in_window_s integer, in_zone text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
    at    timestamptz := u.clock();
    start timestamptz := u.quota_window(at, in_window_s, in_zone);
    taken bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('quota:' || in_bucket, 0));
    if in_window_s >= 86400 and u.quota_window(at + interval '1 minute', in_window_s, in_zone) <> start then
        return false;
    end if;
    if exists (select from u.platform_quota q
                where q.bucket = in_bucket and q.starts_at = start and q.spent_at is not null
                  and (in_window_s < 86400 or q.spent_at >= start + interval '10 minutes' or at < q.spent_at + interval '10 minutes')) then
        return false;
    end if;
    if in_window_s >= 86400 then
        select coalesce(sum(q.used), 0) into taken from u.platform_quota q where q.bucket = in_bucket and q.starts_at = start;
    else
        select greatest(coalesce(sum(q.used) filter (where q.starts_at <= start), 0), coalesce(sum(q.used) filter (where q.starts_at >= start), 0))
          into taken from u.platform_quota q
         where q.bucket = in_bucket
           and q.starts_at in (start - make_interval(secs => in_window_s), start, start + make_interval(secs => in_window_s));
    end if;
    if taken + in_units > in_allowed then
        return false;
    end if;
    insert into u.platform_quota as q (bucket, starts_at, used, allowed) values (in_bucket, start, in_units, in_allowed)
    on conflict (bucket, starts_at) do update set used = q.used + excluded.used, allowed = excluded.allowed;
    if taken = 0 then
        delete from u.platform_quota q where q.bucket = in_bucket and q.starts_at < start - interval '35 days';
    end if;
    return true;
end
$$;

CREATE FUNCTION u.quota_window(in_at timestamp with time zone, in_window_s integer, in_zone text) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    select case when in_window_s >= 86400 then date_trunc('day', in_at at time zone in_zone) at time zone in_zone
                else to_timestamp(floor(extract(epoch from in_at) / in_window_s) * in_window_s) end
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

CREATE FUNCTION u.rows_ended(tbl text, writer text) RETURNS TABLE(key jsonb, body jsonb)
    LANGUAGE plpgsql
    AS $_$
begin
    return query execute format(
        'select u.key_of(%L, to_jsonb(t)), to_jsonb(t) from u.%I t where t.xmax = $1::xid', tbl, tbl) using writer;
end
$_$;

CREATE FUNCTION u.rows_of(tbl text, keys jsonb) RETURNS TABLE(key jsonb, body jsonb)
    LANGUAGE plpgsql
    AS $_$
begin
    return query execute format(
        'select u.key_of(%L, to_jsonb(t)), to_jsonb(t)
           from u.%I t
          where (%s) in (select %s from jsonb_populate_recordset(null::u.%I, $1))',
        tbl, tbl, u.key_columns(tbl), u.key_columns(tbl), tbl) using keys;
end
$_$;

CREATE FUNCTION u.shop_buffer_set(shop uuid, seen integer, units integer, percent integer) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.stock_repair(in_shop uuid, in_item uuid) RETURNS TABLE(invariant text, found bigint, expected bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.stock_set(shop uuid, item uuid, cause text, at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.stock_settle(most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.stock_short(shop uuid, item uuid, since timestamp with time zone, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
                               'sold_unsynced', stock.sold_unsynced, 'buffer', stock.buffer, 'free', stock.free));
end
$$;

CREATE FUNCTION u.tx_counts() RETURNS jsonb
    LANGUAGE sql
    AS $$
    select coalesce(jsonb_object_agg(relname, jsonb_build_array(n_tup_ins, n_tup_upd, n_tup_del)), '{}')
      from pg_catalog.pg_stat_xact_user_tables
     where schemaname = 'u' and relname <> 'event_log'
$$;

CREATE FUNCTION u.tx_rows(tbl text) RETURNS TABLE(key jsonb, body jsonb)
    LANGUAGE plpgsql
    AS $$
begin
    return query execute format(
        'select u.key_of(%L, to_jsonb(t)), to_jsonb(t) from u.%I t where t.xmin = pg_current_xact_id()::xid', tbl, tbl);
end
$$;

CREATE FUNCTION u.tx_touched(before jsonb) RETURNS TABLE(name text, inserted bigint, updated bigint, deleted bigint)
    LANGUAGE sql
    AS $$
    select c.name, c.inserted, c.updated, c.deleted
      from (select n.key as name, (n.value ->> 0)::bigint - coalesce((b.value ->> 0)::bigint, 0) as inserted,
                   (n.value ->> 1)::bigint - coalesce((b.value ->> 1)::bigint, 0) as updated,
                   (n.value ->> 2)::bigint - coalesce((b.value ->> 2)::bigint, 0) as deleted
              from jsonb_each(u.tx_counts()) n
              left join jsonb_each(before) b on b.key = n.key) c
     where c.inserted + c.updated + c.deleted > 0
     order by c.name
$$;

CREATE FUNCTION u.unproven_refusal(rules u.hold_rules, shop uuid, item uuid, units integer, own uuid, at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION u.variant_facts(in_offer uuid, in_variant uuid) RETURNS TABLE(id uuid, product_id uuid, external_id bigint, title text, image_url text, product_title text, product_handle text, shop_id uuid, item_id uuid, free integer, limited boolean, guard smallint, waited boolean, list_minor bigint, price_minor bigint, currency text, code text, ready boolean)
    LANGUAGE sql STABLE
    AS $$
    select v.id, v.product_id, v.external_id, v.title, coalesce(nullif(v.image_url, ''), p.image_url), p.title, p.handle,
           v.shop_id, v.item_id, i.free, i.tracked and v.policy = 'deny', i.guard,
           i.tracked and v.policy = 'deny' and coalesce(i.waited_until > u.clock(), false),
           op.list_minor, op.price_minor, op.currency, coalesce(d.code, ''),
           v.price_minor = op.list_minor and (d.id is null or (d.state = 'placed' and op.covered))
      from u.offer_price op
      join u.variant v on v.id = op.variant_id and v.deleted_at is null
      join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
      join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
      left join u.offer_discount d on d.id = op.discount_id
     where op.offer_id = in_offer and op.variant_id = in_variant
    offset 0
$$;

CREATE FUNCTION u.visitor_key(visitor uuid) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$ select hashtextextended('visitor:' || visitor::text, 0) $$;

CREATE FUNCTION u.waitlist_ahead(shop uuid, item uuid, in_visitor uuid, free integer) RETURNS integer
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION u.waitlist_before(shop uuid, item uuid, place uuid, block uuid, most integer) RETURNS integer
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION u.waitlist_end(in_id uuid, in_state text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    update u.waitlist w
       set state = in_state, address = null, ended_at = u.clock()
     where w.id = in_id and w.state in ('waiting', 'offered');
    if found then
        perform u.waitlist_tell(in_id, 'WAITLIST_ENDED', jsonb_build_object('reason', in_state));
    end if;
end
$$;

CREATE FUNCTION u.waitlist_give_up(in_code text, in_visitor uuid, in_variant uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
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

CREATE FUNCTION u.waitlist_join(in_id uuid, in_key text, in_visitor uuid, in_variant uuid, in_units integer, in_address uuid, in_most integer, in_keep_s integer, in_present_s integer, OUT outcome text, OUT code text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
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

CREATE FUNCTION u.waitlist_known(shop uuid, item uuid, until timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    update u.inventory i
       set waited_until = until + interval '4 minutes'
     where i.shop_id = shop and i.item_id = item and (i.waited_until is null or i.waited_until < until);
end
$$;

CREATE FUNCTION u.waitlist_leave(in_code text, in_visitor uuid) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    AS $$ select u.waitlist_give_up(in_code, in_visitor, null) $$;

CREATE FUNCTION u.waitlist_look(in_code text, in_visitor uuid, in_session uuid, in_hold uuid, in_mark text, in_aside_s integer, in_rules u.hold_rules, OUT id uuid, OUT state text, OUT word text, OUT ahead integer, OUT variant_id uuid, OUT units integer, OUT second integer, OUT hold_ms bigint, OUT ends_ms bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
#variable_conflict use_column
begin
    select p.id, p.state, p.word, p.ahead, p.variant_id, p.units, p.second, p.hold_ms, p.ends_ms
      into id, state, word, ahead, variant_id, units, second, hold_ms, ends_ms
      from u.waitlist_place(in_code, in_visitor, null, in_session, in_hold, in_mark, in_aside_s, in_rules) p;
end
$$;

CREATE FUNCTION u.waitlist_place(in_code text, in_visitor uuid, in_variant uuid, in_session uuid, in_hold uuid, in_mark text, in_aside_s integer, in_rules u.hold_rules, OUT id uuid, OUT code text, OUT state text, OUT word text, OUT ahead integer, OUT variant_id uuid, OUT units integer, OUT second integer, OUT hold_ms bigint, OUT ends_ms bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
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

CREATE FUNCTION u.waitlist_served(item uuid, in_visitor uuid, session uuid, aside boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.waitlist_stay(ahead integer) RETURNS interval
    LANGUAGE sql IMMUTABLE
    AS $$ select case when ahead < 20 then interval '30 seconds' else interval '90 seconds' end $$;

CREATE FUNCTION u.waitlist_take(session uuid, in_lock boolean, in_ends timestamp with time zone, until timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.waitlist_tell(in_id uuid, type text, more jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    insert into u.event_log (id, type, creator_id, shop_id, subject, at, payload)
    select u.event_id(waitlist_tell.type, w.id::text, u.clock()), waitlist_tell.type, w.creator_id, w.shop_id, w.id, u.clock(),
           jsonb_build_object('link', w.link_id, 'variant', w.variant_id, 'units', w.units) || more
      from u.waitlist w
     where w.id = in_id
    on conflict (id) do nothing;
end
$$;

CREATE FUNCTION u.waitlist_tidy(most integer, keep_s integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION u.waitlist_which(in_code text, in_visitor uuid, in_variant uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
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
    replay_id uuid,
    moment_id uuid,
    CONSTRAINT attribution_platform_check CHECK ((platform = ANY (ARRAY['youtube'::text, 'tiktok'::text, 'twitch'::text, 'instagram'::text, 'other'::text]))),
    CONSTRAINT attribution_surface_check CHECK ((surface = ANY (ARRAY['live'::text, 'replay'::text, 'clip'::text, 'link_in_bio'::text, 'dm'::text, 'agent'::text, 'direct'::text])))
);

CREATE TABLE u.audit_finding (
    id uuid NOT NULL,
    invariant text NOT NULL,
    shop_id uuid,
    subject uuid NOT NULL,
    expected bigint NOT NULL,
    found bigint NOT NULL,
    first_seen_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    run_id uuid NOT NULL,
    gone_at timestamp with time zone,
    repaired_at timestamp with time zone
);

CREATE TABLE u.audit_run (
    id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    phase text DEFAULT 'items'::text NOT NULL,
    place uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    looked bigint DEFAULT 0 NOT NULL,
    broken integer DEFAULT 0 NOT NULL,
    CONSTRAINT audit_run_phase_check CHECK ((phase = ANY (ARRAY['items'::text, 'offers'::text, 'checkouts'::text, 'orders'::text, 'again'::text, 'done'::text])))
);

CREATE TABLE u.bio (
    creator_id uuid NOT NULL,
    about text DEFAULT ''::text NOT NULL,
    picture_url text DEFAULT ''::text NOT NULL,
    theme jsonb DEFAULT '{}'::jsonb NOT NULL,
    published boolean DEFAULT true NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT bio_about_check CHECK ((char_length(about) <= 500))
);

CREATE TABLE u.bio_block (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    kind text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    link_id uuid,
    replay_id uuid,
    "position" integer NOT NULL,
    visible boolean DEFAULT true NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT bio_block_body_check CHECK ((char_length(body) <= 1000)),
    CONSTRAINT bio_block_check CHECK (((ends_at IS NULL) OR (starts_at IS NULL) OR (ends_at > starts_at))),
    CONSTRAINT bio_block_kind_check CHECK ((kind = ANY (ARRAY['link'::text, 'offer'::text, 'replay'::text, 'offers'::text, 'replays'::text, 'text'::text]))),
    CONSTRAINT bio_block_title_check CHECK ((char_length(title) <= 120))
);

CREATE TABLE u.broadcast (
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    external_id text NOT NULL,
    state text DEFAULT 'unknown'::text NOT NULL,
    stream_id uuid,
    title text DEFAULT ''::text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    thumb_url text DEFAULT ''::text NOT NULL,
    scheduled_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    off_since timestamp with time zone,
    told_at timestamp with time zone,
    misses integer DEFAULT 0 NOT NULL,
    look_at timestamp with time zone,
    viewers_peak bigint,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    off_pushed boolean DEFAULT false NOT NULL,
    looks_failed integer DEFAULT 0 NOT NULL,
    ended_by text DEFAULT ''::text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    CONSTRAINT broadcast_ended_by_check CHECK ((ended_by = ANY (ARRAY[''::text, 'told'::text, 'off'::text, 'unknown'::text, 'replaced'::text]))),
    CONSTRAINT broadcast_external_id_check CHECK (((octet_length(external_id) >= 1) AND (octet_length(external_id) <= 128))),
    CONSTRAINT broadcast_state_check CHECK ((state = ANY (ARRAY['unknown'::text, 'upcoming'::text, 'on'::text, 'ended'::text, 'none'::text])))
);

CREATE TABLE u.catalog_bulk (
    shop_id uuid NOT NULL,
    generation integer NOT NULL,
    what text DEFAULT 'products'::text NOT NULL,
    state text DEFAULT 'wanted'::text NOT NULL,
    external_id text DEFAULT ''::text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    lines_told bigint DEFAULT 0 NOT NULL,
    lines_read bigint DEFAULT 0 NOT NULL,
    next_byte bigint DEFAULT 0 NOT NULL,
    asked_at timestamp with time zone,
    shop_asked_at timestamp with time zone,
    tries integer DEFAULT 0 NOT NULL,
    CONSTRAINT catalog_bulk_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'asked'::text, 'reading'::text, 'applying'::text]))),
    CONSTRAINT catalog_bulk_what_check CHECK ((what = ANY (ARRAY['products'::text, 'stock'::text])))
);

CREATE TABLE u.catalog_line (
    shop_id uuid NOT NULL,
    what text NOT NULL,
    parent bigint NOT NULL,
    external_id bigint NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT catalog_line_what_check CHECK ((what = ANY (ARRAY['product'::text, 'variant'::text, 'item'::text, 'level'::text])))
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
    kind text DEFAULT 'full'::text NOT NULL,
    since_at timestamp with time zone,
    began_at timestamp with time zone,
    high_at timestamp with time zone,
    full_at timestamp with time zone,
    CONSTRAINT catalog_sync_kind_check CHECK ((kind = ANY (ARRAY['full'::text, 'changes'::text]))),
    CONSTRAINT catalog_sync_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'running'::text, 'done'::text, 'failed'::text])))
);

CREATE TABLE u.channel (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    external_id text NOT NULL,
    handle text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    avatar_url text DEFAULT ''::text NOT NULL,
    profile_url text DEFAULT ''::text NOT NULL,
    uploads_id text DEFAULT ''::text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    scopes text DEFAULT ''::text NOT NULL,
    access_sealed text,
    access_expires_at timestamp with time zone,
    refresh_sealed text,
    refresh_expires_at timestamp with time zone,
    token_generation integer DEFAULT 0 NOT NULL,
    token_lease uuid,
    token_lease_until timestamp with time zone,
    refreshed_at timestamp with time zone,
    validated_at timestamp with time zone,
    health text DEFAULT 'healthy'::text NOT NULL,
    health_reason text DEFAULT ''::text NOT NULL,
    call_after timestamp with time zone,
    call_failures integer DEFAULT 0 NOT NULL,
    live_state text DEFAULT 'unknown'::text NOT NULL,
    live_told_at timestamp with time zone,
    look_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    looks_failed integer DEFAULT 0 NOT NULL,
    connected_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    disconnected_at timestamp with time zone,
    tend_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    past_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT channel_check CHECK (((status = 'disconnected'::text) OR (access_sealed IS NOT NULL))),
    CONSTRAINT channel_external_id_check CHECK (((octet_length(external_id) >= 1) AND (octet_length(external_id) <= 128))),
    CONSTRAINT channel_health_check CHECK ((health = ANY (ARRAY['healthy'::text, 'degraded'::text, 'needs_reconnect'::text]))),
    CONSTRAINT channel_live_state_check CHECK ((live_state = ANY (ARRAY['unknown'::text, 'upcoming'::text, 'on'::text, 'ended'::text, 'none'::text]))),
    CONSTRAINT channel_platform_check CHECK ((platform = ANY (ARRAY['youtube'::text, 'tiktok'::text, 'twitch'::text]))),
    CONSTRAINT channel_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disconnected'::text])))
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
    moment_id uuid,
    second integer,
    CONSTRAINT checkout_session_mark_check CHECK ((octet_length(mark) >= 22)),
    CONSTRAINT checkout_session_state_check CHECK ((state = ANY (ARRAY['open'::text, 'completed'::text, 'abandoned'::text, 'released'::text]))),
    CONSTRAINT checkout_session_units_check CHECK (((units >= 1) AND (units <= 20)))
)
WITH (fillfactor='80');

CREATE TABLE u.compliance_request (
    id uuid NOT NULL,
    platform text NOT NULL,
    shop_domain text NOT NULL,
    shop_id uuid,
    kind text NOT NULL,
    delivery_id uuid NOT NULL,
    request_external bigint DEFAULT 0 NOT NULL,
    customer_external bigint DEFAULT 0 NOT NULL,
    order_externals bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    whom text DEFAULT ''::text NOT NULL,
    requested_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    due_at timestamp with time zone NOT NULL,
    look_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    scanned_to uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    bodies integer DEFAULT 0 NOT NULL,
    orders integer DEFAULT 0 NOT NULL,
    outcome text DEFAULT ''::text NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT compliance_request_check CHECK (((done_at IS NULL) = (outcome = ''::text))),
    CONSTRAINT compliance_request_kind_check CHECK ((kind = ANY (ARRAY['data_request'::text, 'customer_redact'::text, 'shop_redact'::text])))
);

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

CREATE TABLE u.guard (
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    created double precision DEFAULT 0 NOT NULL,
    refused double precision DEFAULT 0 NOT NULL,
    lapsed double precision DEFAULT 0 NOT NULL,
    sold double precision DEFAULT 0 NOT NULL,
    halved_at timestamp with time zone NOT NULL,
    level_since timestamp with time zone,
    calm_since timestamp with time zone
);

CREATE TABLE u.guard_place (
    one boolean DEFAULT true NOT NULL,
    id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    CONSTRAINT guard_place_one_check CHECK (one)
);

CREATE TABLE u.handle_past (
    handle text NOT NULL,
    creator_id uuid NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT handle_past_handle_check CHECK ((handle = lower(handle)))
);

CREATE TABLE u.helper_run (
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    done bigint DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL
);

CREATE TABLE u.hold_cooling (
    who uuid NOT NULL,
    strikes double precision NOT NULL,
    last_at timestamp with time zone NOT NULL,
    since timestamp with time zone,
    until timestamp with time zone
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
    buffer_units integer,
    buffer_percent smallint,
    buffer_revision integer DEFAULT 1 NOT NULL,
    guard smallint DEFAULT 0 NOT NULL,
    waited_until timestamp with time zone,
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
    last_at timestamp with time zone,
    guarded bigint DEFAULT 0 NOT NULL
);

CREATE TABLE u.live_session (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    title text NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT live_session_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'live'::text, 'ended'::text]))),
    CONSTRAINT live_session_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);

CREATE TABLE u.location (
    shop_id uuid NOT NULL,
    external_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    active boolean NOT NULL,
    online boolean NOT NULL,
    seen_at timestamp with time zone,
    settling boolean DEFAULT false NOT NULL
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

CREATE TABLE u.moment (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    live_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    title text DEFAULT ''::text NOT NULL,
    shop_id uuid,
    offer_id uuid,
    product_id uuid,
    variant_id uuid,
    source text NOT NULL,
    state text DEFAULT 'kept'::text NOT NULL,
    merged_into uuid,
    reason jsonb DEFAULT '{}'::jsonb NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT moment_check CHECK (((until_at IS NULL) OR (until_at > at))),
    CONSTRAINT moment_check1 CHECK (((offer_id IS NULL) = (shop_id IS NULL))),
    CONSTRAINT moment_source_check CHECK ((source = ANY (ARRAY['tap'::text, 'hand'::text, 'suggested'::text]))),
    CONSTRAINT moment_state_check CHECK ((state = ANY (ARRAY['suggested'::text, 'kept'::text, 'dismissed'::text, 'merged'::text, 'deleted'::text]))),
    CONSTRAINT moment_title_check CHECK ((char_length(title) <= 200))
);

CREATE TABLE u.oauth_state (
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    creator_id uuid NOT NULL,
    platform text NOT NULL,
    shop_domain text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    verifier_sealed text DEFAULT ''::text NOT NULL,
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
    refund_restores boolean DEFAULT false NOT NULL,
    pause_problem text DEFAULT ''::text NOT NULL,
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
    unit_presentment_minor bigint DEFAULT 0 NOT NULL,
    discount_presentment_minor bigint DEFAULT 0 NOT NULL,
    refunded_presentment_minor bigint DEFAULT 0 NOT NULL,
    promise_broken boolean DEFAULT false NOT NULL,
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
    lines jsonb DEFAULT '[]'::jsonb NOT NULL,
    told_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    content text DEFAULT ''::text NOT NULL,
    paid_in text DEFAULT ''::text NOT NULL,
    tax_presentment_minor bigint DEFAULT 0 NOT NULL,
    shipping_minor bigint DEFAULT 0 NOT NULL,
    shipping_presentment_minor bigint DEFAULT 0 NOT NULL
);

CREATE TABLE u.platform_app (
    platform text NOT NULL,
    access_sealed text NOT NULL,
    access_expires_at timestamp with time zone NOT NULL
);

CREATE TABLE u.platform_quota (
    bucket text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    used bigint DEFAULT 0 NOT NULL,
    allowed bigint NOT NULL,
    spent_at timestamp with time zone,
    CONSTRAINT platform_quota_used_check CHECK ((used >= 0))
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

CREATE TABLE u.push_subscription (
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    platform text NOT NULL,
    topic text NOT NULL,
    path_key text NOT NULL,
    secret_sealed text NOT NULL,
    external_id text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'wanted'::text NOT NULL,
    lease_until timestamp with time zone,
    due_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    told_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT push_subscription_path_key_check CHECK ((path_key ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT push_subscription_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'asked'::text, 'active'::text, 'refused'::text, 'gone'::text])))
);

CREATE TABLE u.reconcile (
    shop_id uuid NOT NULL,
    run_id uuid,
    high_at timestamp with time zone,
    since_at timestamp with time zone,
    began_at timestamp with time zone,
    cursor text DEFAULT ''::text NOT NULL,
    due_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL
);

CREATE TABLE u.reconcile_find (
    run_id uuid NOT NULL,
    order_external bigint NOT NULL,
    shop_id uuid NOT NULL,
    found text NOT NULL,
    shop_updated_at timestamp with time zone NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT reconcile_find_found_check CHECK ((found = ANY (ARRAY['missing'::text, 'newer'::text, 'different'::text, 'refused'::text])))
);

CREATE TABLE u.reconcile_run (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    since_at timestamp with time zone NOT NULL,
    clipped boolean DEFAULT false NOT NULL,
    started_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    finished_at timestamp with time zone,
    same integer DEFAULT 0 NOT NULL,
    missing integer DEFAULT 0 NOT NULL,
    newer integer DEFAULT 0 NOT NULL,
    different integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL
);

CREATE TABLE u.replay (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    live_id uuid NOT NULL,
    title text NOT NULL,
    slug text,
    thumb_url text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    published_at timestamp with time zone,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    CONSTRAINT replay_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{1,78}[a-z0-9]$'::text)),
    CONSTRAINT replay_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'unpublished'::text]))),
    CONSTRAINT replay_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);

CREATE TABLE u.replay_link (
    creator_id uuid NOT NULL,
    replay_id uuid NOT NULL,
    moment_id uuid NOT NULL,
    link_id uuid NOT NULL
);

CREATE TABLE u.replay_video (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    replay_id uuid NOT NULL,
    stream_id uuid,
    platform text NOT NULL,
    external_id text DEFAULT ''::text NOT NULL,
    page_url text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    thumb_url text DEFAULT ''::text NOT NULL,
    thumb_expires_at timestamp with time zone,
    recorded_from timestamp with time zone NOT NULL,
    adjust_ms bigint DEFAULT 0 NOT NULL,
    duration_s integer,
    state text DEFAULT 'wanted'::text NOT NULL,
    embeddable boolean DEFAULT true NOT NULL,
    by_hand boolean DEFAULT false NOT NULL,
    expires_at timestamp with time zone,
    look_at timestamp with time zone,
    looks integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    imported_at timestamp with time zone,
    CONSTRAINT replay_video_adjust_ms_check CHECK (((adjust_ms >= '-86400000'::integer) AND (adjust_ms <= 86400000))),
    CONSTRAINT replay_video_duration_s_check CHECK ((duration_s >= 0)),
    CONSTRAINT replay_video_platform_check CHECK ((platform = ANY (ARRAY['youtube'::text, 'tiktok'::text, 'twitch'::text, 'other'::text]))),
    CONSTRAINT replay_video_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'ready'::text, 'hidden'::text, 'gone'::text])))
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
    address uuid,
    proven boolean DEFAULT true NOT NULL,
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
    scopes_told_at timestamp with time zone,
    buffer_units integer,
    buffer_percent smallint,
    buffer_revision integer DEFAULT 1 NOT NULL,
    buffer_settling boolean DEFAULT false NOT NULL,
    api_version text DEFAULT ''::text NOT NULL,
    api_pinned text DEFAULT ''::text NOT NULL,
    webhook_version text DEFAULT ''::text NOT NULL,
    webhook_pinned text DEFAULT ''::text NOT NULL,
    refresh_before_sealed text,
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
    content text DEFAULT ''::text NOT NULL,
    taxes_included boolean DEFAULT false NOT NULL,
    shipping_minor bigint DEFAULT 0 NOT NULL,
    tip_minor bigint DEFAULT 0 NOT NULL,
    presentment_refunded_minor bigint DEFAULT 0 NOT NULL,
    confidence text DEFAULT ''::text NOT NULL,
    candidate_creator_id uuid,
    candidate_offer_id uuid,
    redemption text DEFAULT 'none'::text NOT NULL,
    CONSTRAINT shop_order_confidence_check CHECK ((confidence = ANY (ARRAY[''::text, 'certain'::text, 'high'::text, 'medium'::text, 'low'::text]))),
    CONSTRAINT shop_order_credit_reason_check CHECK ((credit_reason = ANY (ARRAY['none'::text, 'attribute'::text, 'property'::text, 'code'::text, 'landing'::text, 'candidate'::text]))),
    CONSTRAINT shop_order_redemption_check CHECK ((redemption = ANY (ARRAY['none'::text, 'used'::text, 'returned'::text])))
);

CREATE TABLE u.short_link (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid,
    offer_id uuid,
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
    live_id uuid,
    CONSTRAINT short_link_check CHECK (((clicks_max IS NULL) OR (clicks_used <= clicks_max))),
    CONSTRAINT short_link_clicks_max_check CHECK ((clicks_max > 0)),
    CONSTRAINT short_link_clicks_used_check CHECK ((clicks_used >= 0)),
    CONSTRAINT short_link_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9]$'::text))
);

CREATE TABLE u.spotlight (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    live_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    moment_id uuid
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
    live_id uuid,
    channel_id uuid,
    detected boolean DEFAULT false NOT NULL,
    delay_s integer,
    placed boolean DEFAULT false NOT NULL,
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

CREATE TABLE u.visits (
    subject uuid NOT NULL,
    creator_id uuid NOT NULL,
    views bigint DEFAULT 0 NOT NULL,
    clicks bigint DEFAULT 0 NOT NULL,
    last_at timestamp with time zone
);

CREATE TABLE u.waitlist (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    item_id uuid NOT NULL,
    link_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    second integer,
    visitor uuid NOT NULL,
    units integer NOT NULL,
    address uuid,
    state text DEFAULT 'waiting'::text NOT NULL,
    session_id uuid,
    present_until timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT u.clock() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT waitlist_check CHECK (((ended_at IS NULL) = (state = ANY (ARRAY['waiting'::text, 'offered'::text])))),
    CONSTRAINT waitlist_check1 CHECK (((state <> ALL (ARRAY['offered'::text, 'taken'::text])) OR (session_id IS NOT NULL))),
    CONSTRAINT waitlist_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'offered'::text, 'taken'::text, 'passed'::text, 'left'::text, 'over'::text]))),
    CONSTRAINT waitlist_units_check CHECK (((units >= 1) AND (units <= 20)))
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
    name text DEFAULT ''::text NOT NULL,
    signature text DEFAULT ''::text NOT NULL,
    signed_with text DEFAULT 'current'::text NOT NULL,
    body_bytes integer DEFAULT 0 NOT NULL,
    body_gone text DEFAULT ''::text NOT NULL,
    waits_for text DEFAULT ''::text NOT NULL,
    replayed_at timestamp with time zone,
    CONSTRAINT webhook_inbox_body_gone_check CHECK ((body_gone = ANY (ARRAY[''::text, 'expired'::text, 'redacted'::text]))),
    CONSTRAINT webhook_inbox_signed_with_check CHECK ((signed_with = ANY (ARRAY['current'::text, 'previous'::text]))),
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

ALTER TABLE ONLY u.audit_finding
    ADD CONSTRAINT audit_finding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.audit_run
    ADD CONSTRAINT audit_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.bio_block
    ADD CONSTRAINT bio_block_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.bio_block
    ADD CONSTRAINT bio_block_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.bio
    ADD CONSTRAINT bio_pkey PRIMARY KEY (creator_id);

ALTER TABLE ONLY u.broadcast
    ADD CONSTRAINT broadcast_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.broadcast
    ADD CONSTRAINT broadcast_platform_external_id_key UNIQUE (platform, external_id);

ALTER TABLE ONLY u.catalog_bulk
    ADD CONSTRAINT catalog_bulk_pkey PRIMARY KEY (shop_id);

ALTER TABLE ONLY u.catalog_line
    ADD CONSTRAINT catalog_line_pkey PRIMARY KEY (shop_id, what, parent, external_id);

ALTER TABLE ONLY u.catalog_sync
    ADD CONSTRAINT catalog_sync_pkey PRIMARY KEY (shop_id);

ALTER TABLE ONLY u.channel
    ADD CONSTRAINT channel_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.channel
    ADD CONSTRAINT channel_creator_id_platform_external_id_key UNIQUE (creator_id, platform, external_id);

ALTER TABLE ONLY u.channel
    ADD CONSTRAINT channel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.checkout_session
    ADD CONSTRAINT checkout_session_mark_key UNIQUE (mark);

ALTER TABLE ONLY u.checkout_session
    ADD CONSTRAINT checkout_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.compliance_request
    ADD CONSTRAINT compliance_request_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY u.guard
    ADD CONSTRAINT guard_pkey PRIMARY KEY (shop_id, item_id);

ALTER TABLE ONLY u.guard_place
    ADD CONSTRAINT guard_place_pkey PRIMARY KEY (one);

ALTER TABLE ONLY u.handle_past
    ADD CONSTRAINT handle_past_pkey PRIMARY KEY (handle);

ALTER TABLE ONLY u.helper_run
    ADD CONSTRAINT helper_run_pkey PRIMARY KEY (name);

ALTER TABLE ONLY u.hold_cooling
    ADD CONSTRAINT hold_cooling_pkey PRIMARY KEY (who);

ALTER TABLE ONLY u.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (scope, key);

ALTER TABLE u.inventory
    ADD CONSTRAINT inventory_buffer CHECK (((num_nonnulls(buffer_units, buffer_percent) <= 1) AND ((buffer_units >= 0) AND (buffer_units <= 1000000)) AND ((buffer_percent >= 0) AND (buffer_percent <= 100)))) NOT VALID;

ALTER TABLE u.inventory
    ADD CONSTRAINT inventory_guard CHECK (((guard >= 0) AND (guard <= 3))) NOT VALID;

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

ALTER TABLE ONLY u.live_session
    ADD CONSTRAINT live_session_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.live_session
    ADD CONSTRAINT live_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.location
    ADD CONSTRAINT location_pkey PRIMARY KEY (shop_id, external_id);

ALTER TABLE ONLY u.login_attempt
    ADD CONSTRAINT login_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_creator_id_live_id_id_key UNIQUE (creator_id, live_id, id);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY u.platform_app
    ADD CONSTRAINT platform_app_pkey PRIMARY KEY (platform);

ALTER TABLE ONLY u.platform_quota
    ADD CONSTRAINT platform_quota_pkey PRIMARY KEY (bucket, starts_at);

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_shop_id_external_id_key UNIQUE (shop_id, external_id);

ALTER TABLE ONLY u.product
    ADD CONSTRAINT product_shop_id_id_key UNIQUE (shop_id, id);

ALTER TABLE ONLY u.push_subscription
    ADD CONSTRAINT push_subscription_channel_id_topic_key UNIQUE (channel_id, topic);

ALTER TABLE ONLY u.push_subscription
    ADD CONSTRAINT push_subscription_path_key_key UNIQUE (path_key);

ALTER TABLE ONLY u.push_subscription
    ADD CONSTRAINT push_subscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.reconcile_find
    ADD CONSTRAINT reconcile_find_pkey PRIMARY KEY (run_id, order_external);

ALTER TABLE ONLY u.reconcile
    ADD CONSTRAINT reconcile_pkey PRIMARY KEY (shop_id);

ALTER TABLE ONLY u.reconcile_run
    ADD CONSTRAINT reconcile_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.replay
    ADD CONSTRAINT replay_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.replay_link
    ADD CONSTRAINT replay_link_pkey PRIMARY KEY (replay_id, moment_id);

ALTER TABLE ONLY u.replay
    ADD CONSTRAINT replay_live_id_key UNIQUE (live_id);

ALTER TABLE ONLY u.replay
    ADD CONSTRAINT replay_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.replay
    ADD CONSTRAINT replay_slug_key UNIQUE (slug);

ALTER TABLE ONLY u.replay_video
    ADD CONSTRAINT replay_video_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE ONLY u.replay_video
    ADD CONSTRAINT replay_video_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.reservation
    ADD CONSTRAINT reservation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.reservation
    ADD CONSTRAINT reservation_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY u.revenue_order
    ADD CONSTRAINT revenue_order_pkey PRIMARY KEY (order_id);

ALTER TABLE u.shop
    ADD CONSTRAINT shop_buffer CHECK (((num_nonnulls(buffer_units, buffer_percent) <= 1) AND ((buffer_units >= 0) AND (buffer_units <= 1000000)) AND ((buffer_percent >= 0) AND (buffer_percent <= 100)))) NOT VALID;

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

ALTER TABLE u.short_link
    ADD CONSTRAINT short_link_goes CHECK (((live_id IS NULL) = (offer_id IS NOT NULL))) NOT VALID;

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.spotlight
    ADD CONSTRAINT spotlight_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_creator_id_id_key UNIQUE (creator_id, id);

ALTER TABLE u.stream
    ADD CONSTRAINT stream_delay CHECK (((delay_s >= 0) AND (delay_s <= 600))) NOT VALID;

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_external_id_key UNIQUE (shop_id, external_id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_id_key UNIQUE (shop_id, id);

ALTER TABLE ONLY u.visits
    ADD CONSTRAINT visits_pkey PRIMARY KEY (subject);

ALTER TABLE ONLY u.waitlist
    ADD CONSTRAINT waitlist_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.webhook_inbox
    ADD CONSTRAINT webhook_inbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY u.webhook_inbox
    ADD CONSTRAINT webhook_inbox_platform_shop_domain_webhook_id_key UNIQUE (platform, shop_domain, webhook_id);

ALTER TABLE ONLY u.webhook_subscription
    ADD CONSTRAINT webhook_subscription_pkey PRIMARY KEY (shop_id, topic);

CREATE UNIQUE INDEX attribution_place ON u.attribution USING btree (creator_id, platform, surface, COALESCE(stream_id, '00000000-0000-0000-0000-000000000000'::uuid), COALESCE(replay_id, '00000000-0000-0000-0000-000000000000'::uuid), COALESCE(moment_id, '00000000-0000-0000-0000-000000000000'::uuid));

CREATE UNIQUE INDEX audit_finding_open ON u.audit_finding USING btree (invariant, subject) WHERE (gone_at IS NULL);

CREATE INDEX audit_finding_shop ON u.audit_finding USING btree (shop_id, id);

CREATE UNIQUE INDEX audit_run_open ON u.audit_run USING btree ((true)) WHERE (finished_at IS NULL);

CREATE INDEX bio_block_link ON u.bio_block USING btree (link_id) WHERE (link_id IS NOT NULL);

CREATE INDEX bio_block_page ON u.bio_block USING btree (creator_id, "position", id);

CREATE INDEX broadcast_channel ON u.broadcast USING btree (channel_id, started_at);

CREATE INDEX broadcast_look ON u.broadcast USING btree (platform, look_at) WHERE (look_at IS NOT NULL);

CREATE INDEX broadcast_running ON u.broadcast USING btree (told_at) WHERE ((state = ANY (ARRAY['unknown'::text, 'on'::text])) AND (started_at IS NOT NULL));

CREATE INDEX broadcast_stream ON u.broadcast USING btree (stream_id) WHERE (stream_id IS NOT NULL);

CREATE UNIQUE INDEX channel_active ON u.channel USING btree (platform, external_id) WHERE (status = 'active'::text);

CREATE INDEX channel_look ON u.channel USING btree (platform, look_at) WHERE (status = 'active'::text);

CREATE INDEX channel_tend ON u.channel USING btree (tend_at) WHERE (status = 'active'::text);

CREATE INDEX checkout_session_creator ON u.checkout_session USING btree (creator_id, id);

CREATE INDEX checkout_session_offer ON u.checkout_session USING btree (offer_id) WHERE ((state = 'open'::text) AND (offer_id IS NOT NULL));

CREATE UNIQUE INDEX checkout_session_visitor ON u.checkout_session USING btree (visitor, link_id) WHERE (state = 'open'::text);

CREATE INDEX compliance_request_look ON u.compliance_request USING btree (look_at) WHERE (done_at IS NULL);

CREATE UNIQUE INDEX compliance_request_open ON u.compliance_request USING btree (platform, shop_domain, kind, request_external, customer_external, order_externals, whom) WHERE (done_at IS NULL);

CREATE INDEX compliance_request_shop ON u.compliance_request USING btree (platform, shop_domain, id);

CREATE UNIQUE INDEX connection_owner ON u.connection USING btree (shop_id) WHERE ((status = 'active'::text) AND (role = 'owner'::text));

CREATE INDEX connection_shop ON u.connection USING btree (shop_id) WHERE (status = 'active'::text);

CREATE INDEX creator_session_creator ON u.creator_session USING btree (creator_id);

CREATE INDEX event_log_creator ON u.event_log USING btree (creator_id, id);

CREATE INDEX event_log_order ON u.event_log USING btree (epoch, xid, id);

CREATE INDEX handle_past_creator ON u.handle_past USING btree (creator_id);

CREATE INDEX hold_cooling_last ON u.hold_cooling USING btree (last_at);

CREATE INDEX idempotency_created ON u.idempotency USING btree (created_at);

CREATE INDEX inventory_dirty ON u.inventory USING btree (dirty_at) WHERE (dirty_at IS NOT NULL);

CREATE UNIQUE INDEX inventory_item ON u.inventory USING btree (item_id);

CREATE INDEX inventory_level_place ON u.inventory_level USING btree (shop_id, location_id);

CREATE INDEX inventory_snapshot_item ON u.inventory_snapshot USING btree (shop_id, item_id, at);

CREATE UNIQUE INDEX job_dedupe ON u.job USING btree (kind, dedupe) WHERE (state = 'queued'::text);

CREATE INDEX job_due ON u.job USING btree (kind, run_at) WHERE (state = 'queued'::text);

CREATE INDEX live_session_creator ON u.live_session USING btree (creator_id, id);

CREATE INDEX live_session_on ON u.live_session USING btree (creator_id) WHERE (state = 'live'::text);

CREATE INDEX location_settling ON u.location USING btree (shop_id, external_id) WHERE settling;

CREATE INDEX login_attempt_address ON u.login_attempt USING btree (address, at);

CREATE INDEX login_attempt_email ON u.login_attempt USING btree (email_hash, at);

CREATE INDEX moment_live ON u.moment USING btree (live_id, at, id);

CREATE INDEX oauth_state_expires ON u.oauth_state USING btree (expires_at);

CREATE UNIQUE INDEX offer_discount_amount ON u.offer_discount USING btree (offer_id, amount_minor) WHERE (state <> 'ended'::text);

CREATE INDEX offer_discount_work ON u.offer_discount USING btree (retry_at) WHERE ((state = ANY (ARRAY['wanted'::text, 'ending'::text])) OR stale);

CREATE INDEX offer_ends ON u.offer USING btree (ends_at) WHERE (state = ANY (ARRAY['activating'::text, 'active'::text, 'paused'::text]));

CREATE INDEX offer_price_discount ON u.offer_price USING btree (discount_id);

CREATE INDEX offer_price_variant ON u.offer_price USING btree (shop_id, variant_id);

CREATE UNIQUE INDEX offer_product_once ON u.offer_product USING btree (offer_id, product_id, COALESCE(variant_id, '00000000-0000-0000-0000-000000000000'::uuid));

CREATE INDEX order_line_unknown ON u.order_line USING btree (shop_id, variant_external) WHERE (item_id IS NULL);

CREATE INDEX order_line_unsynced ON u.order_line USING btree (shop_id, item_id) WHERE (unsynced_units > 0);

CREATE INDEX push_subscription_due ON u.push_subscription USING btree (due_at) WHERE (state <> 'gone'::text);

CREATE INDEX reconcile_find_order ON u.reconcile_find USING btree (shop_id, order_external);

CREATE INDEX reconcile_run_shop ON u.reconcile_run USING btree (shop_id, id);

CREATE INDEX replay_creator ON u.replay USING btree (creator_id, id);

CREATE INDEX replay_link_link ON u.replay_link USING btree (link_id);

CREATE UNIQUE INDEX replay_video_external ON u.replay_video USING btree (replay_id, platform, external_id) WHERE (external_id <> ''::text);

CREATE INDEX replay_video_look ON u.replay_video USING btree (look_at) WHERE (look_at IS NOT NULL);

CREATE UNIQUE INDEX replay_video_stream ON u.replay_video USING btree (replay_id, stream_id) WHERE (stream_id IS NOT NULL);

CREATE INDEX reservation_address ON u.reservation USING btree (item_id, address) WHERE ((state = 'pending'::text) AND (address IS NOT NULL));

CREATE INDEX reservation_lapsing ON u.reservation USING btree (expires_at) WHERE ((state = 'pending'::text) AND (expires_at IS NOT NULL));

CREATE INDEX reservation_pending ON u.reservation USING btree (shop_id, item_id, expires_at) WHERE ((state = 'pending'::text) AND (item_id IS NOT NULL));

CREATE INDEX reservation_unproven ON u.reservation USING btree (shop_id, item_id, expires_at) WHERE ((state = 'pending'::text) AND (NOT proven) AND (item_id IS NOT NULL));

CREATE INDEX revenue_order_creator ON u.revenue_order USING btree (creator_id, at);

CREATE INDEX shop_buffer_settling ON u.shop USING btree (id) WHERE buffer_settling;

CREATE INDEX shop_order_candidate ON u.shop_order USING btree (candidate_creator_id, id) WHERE (candidate_creator_id IS NOT NULL);

CREATE INDEX shop_order_cart ON u.shop_order USING btree (shop_id, cart_token) WHERE (cart_token <> ''::text);

CREATE INDEX shop_order_checkout ON u.shop_order USING btree (shop_id, checkout_token) WHERE (checkout_token <> ''::text);

CREATE INDEX shop_order_creator ON u.shop_order USING btree (creator_id, id);

CREATE INDEX shop_order_redemption ON u.shop_order USING btree (offer_id) WHERE (redemption = 'used'::text);

CREATE INDEX shop_order_session ON u.shop_order USING btree (session_id);

CREATE INDEX shop_order_shop ON u.shop_order USING btree (shop_id, id);

CREATE INDEX short_link_live ON u.short_link USING btree (live_id) WHERE (live_id IS NOT NULL);

CREATE INDEX short_link_offer ON u.short_link USING btree (offer_id);

CREATE INDEX spotlight_live ON u.spotlight USING btree (live_id, at DESC, id DESC);

CREATE INDEX stream_live ON u.stream USING btree (started_at) WHERE (state = 'live'::text);

CREATE INDEX stream_planned ON u.stream USING btree (scheduled_at) WHERE (state = 'scheduled'::text);

CREATE INDEX variant_item ON u.variant USING btree (shop_id, item_id);

CREATE INDEX variant_product ON u.variant USING btree (shop_id, product_id);

CREATE INDEX visits_creator ON u.visits USING btree (creator_id);

CREATE INDEX waitlist_address ON u.waitlist USING btree (created_at) WHERE (address IS NOT NULL);

CREATE INDEX waitlist_block ON u.waitlist USING btree (item_id, address) WHERE ((state = 'waiting'::text) AND (address IS NOT NULL));

CREATE INDEX waitlist_ends ON u.waitlist USING btree (ends_at) WHERE (state = 'waiting'::text);

CREATE INDEX waitlist_line ON u.waitlist USING btree (shop_id, item_id, id) WHERE (state = 'waiting'::text);

CREATE INDEX waitlist_offered ON u.waitlist USING btree (session_id) WHERE (state = 'offered'::text);

CREATE UNIQUE INDEX waitlist_once ON u.waitlist USING btree (item_id, visitor) WHERE (state = ANY (ARRAY['waiting'::text, 'offered'::text]));

CREATE INDEX waitlist_present ON u.waitlist USING btree (shop_id, item_id, present_until) WHERE (state = 'waiting'::text);

CREATE INDEX waitlist_visitor ON u.waitlist USING btree (visitor, link_id, id);

CREATE INDEX webhook_inbox_bodies ON u.webhook_inbox USING btree (received_at) WHERE (body_sealed IS NOT NULL);

CREATE INDEX webhook_inbox_new ON u.webhook_inbox USING btree (retry_at, id) WHERE (state = 'new'::text);

CREATE INDEX webhook_inbox_parked ON u.webhook_inbox USING btree (id) WHERE (state = 'parked'::text);

CREATE INDEX webhook_inbox_shop ON u.webhook_inbox USING btree (platform, shop_domain, id);

CREATE INDEX webhook_inbox_waits ON u.webhook_inbox USING btree (platform, shop_domain, waits_for) WHERE (waits_for <> ''::text);

ALTER TABLE ONLY u.api_key
    ADD CONSTRAINT api_key_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_creator_id_stream_id_fkey FOREIGN KEY (creator_id, stream_id) REFERENCES u.stream(creator_id, id);

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_moment FOREIGN KEY (creator_id, moment_id) REFERENCES u.moment(creator_id, id) NOT VALID;

ALTER TABLE ONLY u.attribution
    ADD CONSTRAINT attribution_replay FOREIGN KEY (creator_id, replay_id) REFERENCES u.replay(creator_id, id) NOT VALID;

ALTER TABLE ONLY u.audit_finding
    ADD CONSTRAINT audit_finding_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.bio_block
    ADD CONSTRAINT bio_block_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.bio_block
    ADD CONSTRAINT bio_block_creator_id_link_id_fkey FOREIGN KEY (creator_id, link_id) REFERENCES u.short_link(creator_id, id);

ALTER TABLE ONLY u.bio_block
    ADD CONSTRAINT bio_block_creator_id_replay_id_fkey FOREIGN KEY (creator_id, replay_id) REFERENCES u.replay(creator_id, id);

ALTER TABLE ONLY u.bio
    ADD CONSTRAINT bio_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.broadcast
    ADD CONSTRAINT broadcast_creator_id_channel_id_fkey FOREIGN KEY (creator_id, channel_id) REFERENCES u.channel(creator_id, id);

ALTER TABLE ONLY u.broadcast
    ADD CONSTRAINT broadcast_creator_id_stream_id_fkey FOREIGN KEY (creator_id, stream_id) REFERENCES u.stream(creator_id, id);

ALTER TABLE ONLY u.catalog_bulk
    ADD CONSTRAINT catalog_bulk_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.catalog_line
    ADD CONSTRAINT catalog_line_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.catalog_sync
    ADD CONSTRAINT catalog_sync_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.channel
    ADD CONSTRAINT channel_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.checkout_session
    ADD CONSTRAINT checkout_session_creator_id_link_id_fkey FOREIGN KEY (creator_id, link_id) REFERENCES u.short_link(creator_id, id);

ALTER TABLE ONLY u.compliance_request
    ADD CONSTRAINT compliance_request_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.connection
    ADD CONSTRAINT connection_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id);

ALTER TABLE ONLY u.creator_session
    ADD CONSTRAINT creator_session_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.guard
    ADD CONSTRAINT guard_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id) ON DELETE CASCADE;

ALTER TABLE ONLY u.handle_past
    ADD CONSTRAINT handle_past_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.inventory_level
    ADD CONSTRAINT inventory_level_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id) ON DELETE CASCADE;

ALTER TABLE ONLY u.inventory
    ADD CONSTRAINT inventory_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.inventory_snapshot
    ADD CONSTRAINT inventory_snapshot_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id) ON DELETE CASCADE;

ALTER TABLE ONLY u.live_session
    ADD CONSTRAINT live_session_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.location
    ADD CONSTRAINT location_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_creator_id_live_id_fkey FOREIGN KEY (creator_id, live_id) REFERENCES u.live_session(creator_id, id);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_creator_id_live_id_merged_into_fkey FOREIGN KEY (creator_id, live_id, merged_into) REFERENCES u.moment(creator_id, live_id, id);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_creator_id_shop_id_offer_id_fkey FOREIGN KEY (creator_id, shop_id, offer_id) REFERENCES u.offer(creator_id, shop_id, id);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_shop_id_product_id_fkey FOREIGN KEY (shop_id, product_id) REFERENCES u.product(shop_id, id);

ALTER TABLE ONLY u.moment
    ADD CONSTRAINT moment_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES u.variant(shop_id, id);

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

ALTER TABLE ONLY u.push_subscription
    ADD CONSTRAINT push_subscription_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES u.channel(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.reconcile_find
    ADD CONSTRAINT reconcile_find_run_id_fkey FOREIGN KEY (run_id) REFERENCES u.reconcile_run(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.reconcile_run
    ADD CONSTRAINT reconcile_run_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.reconcile
    ADD CONSTRAINT reconcile_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

ALTER TABLE ONLY u.replay
    ADD CONSTRAINT replay_creator_id_live_id_fkey FOREIGN KEY (creator_id, live_id) REFERENCES u.live_session(creator_id, id);

ALTER TABLE ONLY u.replay_link
    ADD CONSTRAINT replay_link_creator_id_link_id_fkey FOREIGN KEY (creator_id, link_id) REFERENCES u.short_link(creator_id, id);

ALTER TABLE ONLY u.replay_link
    ADD CONSTRAINT replay_link_creator_id_moment_id_fkey FOREIGN KEY (creator_id, moment_id) REFERENCES u.moment(creator_id, id);

ALTER TABLE ONLY u.replay_link
    ADD CONSTRAINT replay_link_creator_id_replay_id_fkey FOREIGN KEY (creator_id, replay_id) REFERENCES u.replay(creator_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.replay_video
    ADD CONSTRAINT replay_video_creator_id_replay_id_fkey FOREIGN KEY (creator_id, replay_id) REFERENCES u.replay(creator_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.replay_video
    ADD CONSTRAINT replay_video_creator_id_stream_id_fkey FOREIGN KEY (creator_id, stream_id) REFERENCES u.stream(creator_id, id);

ALTER TABLE ONLY u.reservation
    ADD CONSTRAINT reservation_session_id_fkey FOREIGN KEY (session_id) REFERENCES u.checkout_session(id);

ALTER TABLE ONLY u.shop_order
    ADD CONSTRAINT shop_order_candidate_creator_id_fkey FOREIGN KEY (candidate_creator_id) REFERENCES u.creator(id);

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
    ADD CONSTRAINT short_link_live FOREIGN KEY (creator_id, live_id) REFERENCES u.live_session(creator_id, id) NOT VALID;

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_shop_id_product_id_fkey FOREIGN KEY (shop_id, product_id) REFERENCES u.product(shop_id, id);

ALTER TABLE ONLY u.short_link
    ADD CONSTRAINT short_link_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES u.variant(shop_id, id);

ALTER TABLE ONLY u.spotlight
    ADD CONSTRAINT spotlight_creator_id_live_id_fkey FOREIGN KEY (creator_id, live_id) REFERENCES u.live_session(creator_id, id);

ALTER TABLE ONLY u.spotlight
    ADD CONSTRAINT spotlight_creator_id_live_id_moment_id_fkey FOREIGN KEY (creator_id, live_id, moment_id) REFERENCES u.moment(creator_id, live_id, id);

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_channel FOREIGN KEY (creator_id, channel_id) REFERENCES u.channel(creator_id, id) NOT VALID;

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES u.creator(id);

ALTER TABLE ONLY u.stream
    ADD CONSTRAINT stream_live FOREIGN KEY (creator_id, live_id) REFERENCES u.live_session(creator_id, id) NOT VALID;

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id);

ALTER TABLE ONLY u.variant
    ADD CONSTRAINT variant_shop_id_product_id_fkey FOREIGN KEY (shop_id, product_id) REFERENCES u.product(shop_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY u.waitlist
    ADD CONSTRAINT waitlist_creator_id_link_id_fkey FOREIGN KEY (creator_id, link_id) REFERENCES u.short_link(creator_id, id);

ALTER TABLE ONLY u.waitlist
    ADD CONSTRAINT waitlist_session_id_fkey FOREIGN KEY (session_id) REFERENCES u.checkout_session(id);

ALTER TABLE ONLY u.waitlist
    ADD CONSTRAINT waitlist_shop_id_item_id_fkey FOREIGN KEY (shop_id, item_id) REFERENCES u.inventory(shop_id, item_id) ON DELETE CASCADE;

ALTER TABLE ONLY u.webhook_subscription
    ADD CONSTRAINT webhook_subscription_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES u.shop(id) ON DELETE CASCADE;

