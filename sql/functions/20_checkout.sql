-- The click: who gets the unit. One text of the rules; a batch runs it for each of its asks in one transaction.

-- What an answer needs; its shape never changes (a running worker's plan knows it).
do $$
begin
    if to_regtype('u.checkout_outcome') is null then
        create type u.checkout_outcome as (
            outcome         text,    -- started, repeated, choose, or a refusal: link_unknown, link_closed, link_expired,
                                     -- link_exhausted, offer_closed, offer_early, offer_exhausted, offer_not_ready,
                                     -- variant_unknown, sold_out, shop_closed
            session_id      uuid,
            expires_ms      bigint,
            mark            text,
            units           integer,
            variant_id      uuid,
            variant_external bigint,
            discount_code   text,
            list_minor      bigint,
            price_minor     bigint,
            currency        text,
            storefront_url  text,
            product_title   text,
            product_handle  text,
            variant_title   text,
            image_url       text,
            creator_id      uuid,
            creator_name    text,
            creator_handle  text,
            link_id         uuid,
            code            text,
            platform        text,
            surface         text,
            stream_id       uuid,
            choices         jsonb    -- for choose and sold_out: [{id,title,list,price,currency,left,image}], left null: no limit
        );
    end if;
end
$$;

-- Units of holds that lapsed and that nobody has tidied up yet.
create or replace function u.lapsed_units(shop uuid, item uuid) returns integer
language sql stable as $$
    select coalesce(sum(r.units), 0)::integer
      from u.reservation r
     where r.shop_id = shop and r.item_id = item and r.state = 'pending' and r.expires_at <= u.clock()
$$;

-- The variants that a link can sell, with what is left of each.
create or replace function u.link_choices(link u.short_link) returns jsonb
language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'id', v.id, 'product', p.title, 'title', v.title, 'list', op.list_minor, 'price', op.price_minor,
               'currency', op.currency, 'image', coalesce(nullif(v.image_url, ''), p.image_url),
               'left', case when i.tracked and v.policy = 'deny' then greatest(0, i.free + u.lapsed_units(i.shop_id, i.item_id)) end)
               order by p.title, v.position, v.id), '[]')
      from u.offer_price op
      join u.variant v on v.id = op.variant_id and v.deleted_at is null
      join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
      join u.inventory i on i.shop_id = op.shop_id and i.item_id = op.item_id
     where op.offer_id = link.offer_id
       and (link.product_id is null or v.product_id = link.product_id)
       and (link.variant_id is null or v.id = link.variant_id)
$$;

-- in_variant null: the link's only one, else the outcome is choose. in_session, in_hold, in_mark are minted by the caller
-- and used when a new checkout starts. A refusal is an outcome, and commits.
create or replace function u.checkout_start(
    in_code text, in_visitor uuid, in_variant uuid, in_units integer,
    in_session uuid, in_hold uuid, in_mark text, in_hold_s integer)
returns u.checkout_outcome
language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    at       timestamptz := u.clock();
    o        u.checkout_outcome;
    link     u.short_link;
    offer    record;
    price    record;
    own      record;      -- this visitor's open session on this link, whichever variant
    lapsed   uuid[];
    ending   uuid[];
    short    boolean;
    n        integer;
begin
    select l.* into link from u.short_link l where l.code_key = lower(in_code);
    if not found then
        o.outcome := 'link_unknown';
        return o;
    end if;
    select f.state, f.starts_at, f.ends_at, f.redemptions_max, f.redemptions_used, f.redemptions_held, f.revision,
           s.status as shop_status, s.storefront_url, n.status as connection_status,
           c.name as creator_name, c.handle as creator_handle, a.platform, a.surface, a.stream_id
      into offer
      from u.offer f
      join u.shop s on s.id = f.shop_id
      join u.connection n on n.creator_id = f.creator_id and n.shop_id = f.shop_id
      join u.creator c on c.id = f.creator_id
      join u.attribution a on a.id = link.attribution_id
     where f.id = link.offer_id;
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
    if in_variant is null and link.variant_id is null then
        select count(*), (array_agg(v.id))[1] into n, in_variant
          from u.offer_price op
          join u.variant v on v.id = op.variant_id and v.deleted_at is null
          join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
         where op.offer_id = link.offer_id and (link.product_id is null or v.product_id = link.product_id);
        if n <> 1 then
            in_variant := null;
        end if;
    elsif in_variant is null then
        in_variant := link.variant_id;
    elsif link.variant_id is not null and link.variant_id <> in_variant then
        o.outcome := 'variant_unknown';
        return o;
    end if;
    if in_variant is not null then
        select v.id, v.external_id, v.title, v.price_minor as list_now, v.policy, v.item_id, v.shop_id,
               coalesce(nullif(v.image_url, ''), p.image_url) as image_url, v.deleted_at,
               p.title as product_title, p.handle as product_handle, p.status as product_status,
               op.list_minor, op.price_minor, op.currency, op.covered,
               d.state as discount_state, coalesce(d.code, '') as code, d.id as discount_id,
               i.free, i.tracked and v.policy = 'deny' as limited
          into price
          from u.offer_price op
          join u.variant v on v.id = op.variant_id
          join u.product p on p.id = v.product_id
          join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
          left join u.offer_discount d on d.id = op.discount_id
         where op.offer_id = link.offer_id and op.variant_id = in_variant
           and (link.product_id is null or v.product_id = link.product_id);
        if not found or price.deleted_at is not null or price.product_status not in ('active', 'unlisted') then
            o.outcome := 'variant_unknown';
            return o;
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
    o.outcome := case
        when link.revoked_at is not null then 'link_closed'
        when link.expires_at <= at then 'link_expired'
        when offer.shop_status <> 'active' or offer.connection_status <> 'active' then 'shop_closed'
        when offer.starts_at > at and offer.state in ('activating', 'active') then 'offer_early'
        when offer.ends_at <= at or offer.state not in ('activating', 'active') then 'offer_closed'
        end;
    if o.outcome is not null then
        return o;
    end if;
    if in_variant is null then
        o.choices := u.link_choices(link);
        o.outcome := case when jsonb_array_length(o.choices) = 0 then 'offer_not_ready' else 'choose' end;
        return o;
    end if;

    -- This visitor's session first: the same answer again, whatever stock, caps or redemptions say now.
    select s.id, s.variant_id, s.units, s.mark, s.expires_at, s.list_minor, s.price_minor, s.currency, s.discount_code,
           s.item_id, r.id as hold_id
      into own
      from u.checkout_session s join u.reservation r on r.session_id = s.id
     where s.link_id = link.id and s.visitor = in_visitor and s.state = 'open';
    if own.id is not null and own.expires_at > at and own.variant_id = in_variant and own.units = in_units then
        o.outcome := 'repeated';
        o.session_id := own.id;
        o.mark := own.mark;
        o.expires_ms := u.ms(own.expires_at);
        o.list_minor := own.list_minor;
        o.price_minor := own.price_minor;
        o.currency := own.currency;
        o.discount_code := own.discount_code;
        return o;
    end if;

    -- The promise must be in place at the shop, for the price of today.
    if price.list_now <> price.list_minor
       or (price.discount_id is not null and (price.discount_state <> 'placed' or not price.covered))
       or offer.state <> 'active' then
        o.outcome := 'offer_not_ready';
        return o;
    end if;
    if link.clicks_max is not null and link.clicks_used >= link.clicks_max then
        o.outcome := 'link_exhausted';
        return o;
    end if;

    -- A look without locks: what is lapsed, or is this visitor's own, counts as free.
    short := price.limited and price.free < in_units;
    if short and price.free + u.lapsed_units(price.shop_id, price.item_id)
                + (case when own.item_id = price.item_id and own.expires_at > at then own.units else 0 end) < in_units then
        o.outcome := 'sold_out';
        o.choices := u.link_choices(link);
        return o;
    end if;

    -- Lock what will be written: stock rows by id, then limited offers by id.
    if own.id is not null or short or offer.redemptions_max is not null then
        if offer.redemptions_max is not null and offer.redemptions_used + offer.redemptions_held >= offer.redemptions_max then
            -- lapsed holds of this offer on any item may give a redemption back
            lapsed := array(select r.id from u.checkout_session s join u.reservation r on r.session_id = s.id
                             where s.offer_id = link.offer_id and s.state = 'open'
                               and r.state = 'pending' and r.expires_at <= at
                             order by r.expires_at limit 50);
        end if;
        if short then
            lapsed := lapsed || array(select r.id from u.reservation r
                                       where r.shop_id = price.shop_id and r.item_id = price.item_id
                                         and r.state = 'pending' and r.expires_at <= at
                                       order by r.expires_at limit 200);
        end if;
        if own.id is not null then
            lapsed := lapsed || own.hold_id;
        end if;
        perform 1
           from u.inventory i
          where i.shop_id = price.shop_id
            and (i.item_id = price.item_id
                 or i.item_id in (select r.item_id from u.reservation r where r.id = any(lapsed)))
          order by i.item_id
            for no key update;
        perform u.offers_lock(lapsed, array[link.offer_id]);
        ending := array(select r.id from u.reservation r where r.id = any(lapsed) and r.state = 'pending' and r.expires_at <= at);
        if cardinality(ending) > 0 then
            perform u.holds_end(ending, 'expired');
        end if;
        -- another variant or number chosen on the same link gives the former hold back
        if own.id is not null and not own.hold_id = any(ending) then
            perform u.holds_end(array[own.hold_id], 'released');
        end if;
    end if;

    -- The check is the write.
    if offer.redemptions_max is not null then
        update u.offer f
           set redemptions_held = redemptions_held + 1
         where f.id = link.offer_id and f.redemptions_used + f.redemptions_held < f.redemptions_max;
        if not found then
            o.outcome := 'offer_exhausted';
            return o;
        end if;
    end if;
    update u.inventory i
       set held = i.held + in_units
     where i.shop_id = price.shop_id and i.item_id = price.item_id
       and (not price.limited or i.free >= in_units);
    if not found then
        if offer.redemptions_max is not null then
            update u.offer f set redemptions_held = redemptions_held - 1 where f.id = link.offer_id;
        end if;
        o.outcome := 'sold_out';
        o.choices := u.link_choices(link);
        return o;
    end if;
    if link.clicks_max is not null then
        update u.short_link l set clicks_used = l.clicks_used + 1 where l.id = link.id and l.clicks_used < l.clicks_max;
        if not found then
            if offer.redemptions_max is not null then
                update u.offer f set redemptions_held = redemptions_held - 1 where f.id = link.offer_id;
            end if;
            update u.inventory i set held = i.held - in_units where i.shop_id = price.shop_id and i.item_id = price.item_id;
            o.outcome := 'link_exhausted';
            return o;
        end if;
    end if;

    o.outcome := 'started';
    o.session_id := in_session;
    o.mark := in_mark;
    o.expires_ms := u.ms(at + make_interval(secs => in_hold_s));
    with started as (
        insert into u.checkout_session (id, creator_id, shop_id, link_id, offer_id, attribution_id, variant_id, item_id, visitor,
                                        units, mark, list_minor, price_minor, currency, discount_code, created_at, expires_at)
        values (in_session, link.creator_id, price.shop_id, link.id, link.offer_id, link.attribution_id, price.id, price.item_id,
                in_visitor, in_units, in_mark, price.list_minor, price.price_minor, price.currency, price.code, at,
                at + make_interval(secs => in_hold_s))
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
        -- the same visitor started another checkout on this link at the same moment
        raise exception 'checkout raced with itself' using errcode = '40001';
    end if;
    return o;
end
$$;

-- The same for a batch, in one transaction: locks the stock rows of every ask by id, then answers each in turn.
create or replace function u.checkout_start_many(
    in_codes text[], in_visitors uuid[], in_variants uuid[], in_units integer[],
    in_sessions uuid[], in_holds uuid[], in_marks text[], in_hold_s integer)
returns table (ask integer, answer u.checkout_outcome)
language plpgsql volatile security definer as $$
declare
    keys   text[] := array(select lower(c) from unnest(in_codes) c);
    holds  uuid[];
    offers uuid[];
begin
    -- the visitors' own open holds may be given back, and lapsed ones of the asked items tidied up
    holds := array(
        select r.id
          from unnest(keys, in_visitors) a (key, visitor)
          join u.short_link l on l.code_key = a.key
          join u.checkout_session s on s.link_id = l.id and s.visitor = a.visitor and s.state = 'open'
          join u.reservation r on r.session_id = s.id);
    offers := array(select distinct l.offer_id from u.short_link l where l.code_key = any(keys));
    perform 1
       from u.inventory i
      where (i.shop_id, i.item_id) in (
                select op.shop_id, op.item_id
                  from unnest(keys, in_variants) a (key, variant)
                  join u.short_link l on l.code_key = a.key
                  join u.offer_price op on op.offer_id = l.offer_id
                  join u.variant v on v.id = op.variant_id
                 where op.variant_id = coalesce(a.variant, l.variant_id, op.variant_id)
                   and (l.product_id is null or v.product_id = l.product_id)
                   and (l.variant_id is null or op.variant_id = l.variant_id)
                union
                select r.shop_id, r.item_id from u.reservation r where r.id = any(holds))
        and (not i.tracked or i.free + u.lapsed_units(i.shop_id, i.item_id) > 0
             or exists (select 1 from u.reservation r where r.id = any(holds) and r.item_id = i.item_id)
             or exists (select 1 from u.variant v where v.shop_id = i.shop_id and v.item_id = i.item_id and v.policy = 'continue'))
      order by i.shop_id, i.item_id
        for no key update;
    if exists (select 1 from u.offer o where o.id = any(offers) and o.redemptions_max is not null) then
        perform u.offers_lock(holds, offers);
    end if;
    perform 1 from u.short_link l where l.code_key = any(keys) and l.clicks_max is not null order by l.id for no key update;
    for ask in 1 .. cardinality(in_codes) loop
        answer := u.checkout_start(in_codes[ask], in_visitors[ask], in_variants[ask], in_units[ask],
                                   in_sessions[ask], in_holds[ask], in_marks[ask], in_hold_s);
        return next;
    end loop;
end
$$;
