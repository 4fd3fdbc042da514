-- The click: who gets the unit. One text of the rules; a batch runs it for each of its asks in one transaction.

-- Plans here must not depend on how full the tables were when a worker first clicked: a plan made on a new installation would
-- scan what a drop fills within a minute, 20 times slower. So click and click_many look up by index alone
-- (their `set` lines), in the order written (`lateral ... offset 0`), partial indexes ask for their column (`item_id is not
-- null`), and what reads tables is plpgsql: an SQL function that cannot be inlined is planned anew by each statement.

-- What an answer needs; its shape never changes (a running worker's plan knows it).
do $$
begin
    if to_regtype('u.checkout_outcome') is null then
        create type u.checkout_outcome as (
            outcome         text,    -- started, repeated, choose (session_id and what it holds: the visitor's own live
                                     -- hold), or a refusal: link_unknown, link_closed, link_expired, link_exhausted,
                                     -- offer_closed, offer_early, offer_exhausted, offer_not_ready, variant_unknown,
                                     -- sold_out, shop_closed; or the guard's: guard_wait, guard_confirm, guard_bounce,
                                     -- cooling, visitor_capped, address_capped, unproven_capped
            session_id      uuid,
            expires_ms      bigint,  -- of the hold; for offer_early: when the offer begins; for the guard's: when to ask again
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
            choices         jsonb    -- for choose and sold_out: [{id,product,title,list,price,currency,left,image}],
                                     -- left null: no limit
        );
    end if;
end
$$;

-- Units of holds that lapsed and that nobody has tidied up yet.
create or replace function u.lapsed_units(shop uuid, item uuid) returns integer
language plpgsql stable as $$
begin
    return (select coalesce(sum(r.units), 0)::integer
              from u.reservation r
             where r.shop_id = shop and r.item_id = item and r.state = 'pending' and r.expires_at <= u.clock());
end
$$;

-- The variants that a link to this offer (and product, and variant, unless null) can sell, with what is left of each for a newcomer:
-- at most `most`. in_first not null: of those with something left, that product's first.
create or replace function u.link_choices(in_shop uuid, in_offer uuid, in_product uuid, in_variant uuid, most integer, in_first uuid)
returns jsonb
language plpgsql stable as $$
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

-- Why a link sells nothing to anybody right now; null when it is open.
create or replace function u.link_refusal(
    revoked_at timestamptz, expires_at timestamptz, shop_status text, connection_status text, offer_state text,
    starts_at timestamptz, ends_at timestamptz) returns text
language sql stable as $$
    select case
        when revoked_at is not null then 'link_closed'
        when expires_at <= u.clock() then 'link_expired'
        when shop_status <> 'active' or connection_status <> 'active' then 'shop_closed'
        when ends_at <= u.clock() or offer_state not in ('activating', 'active') then 'offer_closed'
        when starts_at > u.clock() then 'offer_early'
        end
$$;

-- The variant of a link to this offer (and product, unless null) that leaves no choice; null when there are several, or none.
create or replace function u.only_variant(offer uuid, product uuid) returns uuid
language plpgsql stable as $$
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

-- Where a link that follows a show goes: to what stood in the light when the viewer saw it, which is so many seconds later than
-- it was said (stream.delay_s), or at second in_second of the stream. Nothing any more: to what stood there last. No row before the
-- first. The stream is the show's on that platform: the one on the air, else the last; where none is known, seconds are the show's.
create or replace function u.pin_goal(in_live uuid, in_platform text, in_second integer)
returns table (offer_id uuid, product_id uuid, variant_id uuid, stream_id uuid, moment_id uuid, second integer)
language plpgsql stable as $$
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

-- What a key leads to. A key is a link's code in lower case, and behind an '@' perhaps a second: of the stream, or of the replay.
--   second  that one; of a link to a running stream the one that its viewers see now
create or replace function u.link_goal(in_key text)
returns table (id uuid, code text, creator_id uuid, offer_id uuid, product_id uuid, variant_id uuid, attribution_id uuid,
               clicks_max integer, clicks_used integer, revoked_at timestamptz, expires_at timestamptz, platform text, surface text,
               stream_id uuid, moment_id uuid, second integer)
language sql stable as $$
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

-- What the rules look at, for a click alone and for a batch: a link with its offer, shop and creator ...
--   refusal  why it sells nothing to anybody right now, or null
--   sells    its offer is in place at the shop
drop function if exists u.link_facts(text);
create or replace function u.link_facts(in_key text)
returns table (id uuid, code text, creator_id uuid, shop_id uuid, offer_id uuid, product_id uuid, variant_id uuid,
               attribution_id uuid, clicks_max integer, clicks_used integer, refusal text, sells boolean,
               starts_at timestamptz, redemptions_max integer, redemptions_used integer, redemptions_held integer,
               storefront_url text, creator_name text, creator_handle text, platform text, surface text, stream_id uuid,
               moment_id uuid, second integer)
language sql stable as $$
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

-- ... and one variant of an offer with its promise.
--   limited  its stock has a limit
--   ready    the shop keeps the promise, for the list price of today
--   guard    how closely its item is guarded
--   waited   somebody may be waiting for it (25_waitlist.sql)
drop function if exists u.variant_facts(uuid, uuid);
create or replace function u.variant_facts(in_offer uuid, in_variant uuid)
returns table (id uuid, product_id uuid, external_id bigint, title text, image_url text, product_title text,
               product_handle text, shop_id uuid, item_id uuid, free integer, limited boolean, guard smallint, waited boolean,
               list_minor bigint, price_minor bigint, currency text, code text, ready boolean)
language sql stable as $$
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

-- What a started checkout tells.
drop function if exists u.checkout_events(uuid, uuid, uuid, uuid, uuid, integer, bigint, text);
create or replace function u.checkout_events(
    session uuid, hold uuid, link uuid, offer uuid, variant uuid, units integer, price_minor bigint, currency text, moment uuid,
    second integer)
returns table (type text, subject uuid, payload jsonb)
language sql stable as $$
    values ('CHECKOUT_STARTED', session, jsonb_build_object('link', link, 'offer', offer, 'variant', variant,
                                                            'units', units, 'price_minor', price_minor, 'currency', currency)
                                         || case when moment is null then '{}' else jsonb_build_object('moment', moment) end
                                         || case when second is null then '{}' else jsonb_build_object('second', second) end),
           ('RESERVATION_CREATED', hold, jsonb_build_object('checkout', session, 'units', units)),
           ('CHECKOUT_REDIRECTED', session, jsonb_build_object('link', link))
$$;

-- One visitor's asks are answered one after the other.
create or replace function u.visitor_key(visitor uuid) returns bigint
language sql immutable as $$ select hashtextextended('visitor:' || visitor::text, 0) $$;

-- Answers one ask. in_items null: it stands alone and locks what it needs; else the stock rows that its batch has locked
-- (with their links and visitors), and in_ends the holds that may end (with their offers): no other row is touched, so a
-- batch cannot deadlock with another. Raises 40001 when more must end: the ask alone will do. in_waits: the page of who waits in
-- line asks, nobody is sent to the shop yet.
create or replace function u.checkout_answer(
    in_code text, in_visitor uuid, in_variant uuid, in_units integer, in_session uuid, in_hold uuid, in_mark text,
    in_sender u.click_from, in_rules u.hold_rules, in_items uuid[], in_ends uuid[], in_waits boolean)
returns u.checkout_outcome
language plpgsql volatile as $$
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
$$;

-- in_variant null: the link's only one, else the outcome is choose. in_session, in_hold, in_mark are minted by the caller
-- and used when a new checkout starts. A refusal is an outcome, and commits.
create or replace function u.click(
    in_code text, in_visitor uuid, in_variant uuid, in_units integer, in_session uuid, in_hold uuid, in_mark text,
    in_address uuid, in_navigates boolean, in_pressed boolean, in_seen_ms bigint, in_rules u.hold_rules)
returns u.checkout_outcome
language plpgsql volatile security definer
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
begin
    return u.checkout_answer(in_code, in_visitor, in_variant, in_units, in_session, in_hold, in_mark,
                             row(in_address, in_navigates, in_pressed, in_seen_ms), in_rules, null, null, false);
end
$$;

-- The same for a batch, in one transaction: locks all that its asks may write, in the order of DESIGN 5, then answers. Plain
-- asks, nearly all of a drop, are answered together by the same facts: each is the first of its visitor on an open link
-- without limits of its own, and fits into what is free. Whatever else there is goes through checkout_answer, one by one.
create or replace function u.click_many(
    in_codes text[], in_visitors uuid[], in_variants uuid[], in_units integer[], in_sessions uuid[], in_holds uuid[], in_marks text[],
    in_addresses uuid[], in_navigates boolean[], in_pressed boolean[], in_seen_ms bigint[], in_rules u.hold_rules)
returns table (ask integer, answer u.checkout_outcome)
language plpgsql volatile security definer
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
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

-- What earlier releases asked.
drop function if exists u.link_only(u.short_link);
drop function if exists u.price_facts(uuid, uuid);
drop function if exists u.visit_key(text, uuid);
drop function if exists u.checkout_decide(text, uuid, uuid, integer, uuid, uuid, text, integer, uuid[]);
drop function if exists u.checkout_answer(text, uuid, uuid, integer, uuid, uuid, text, integer, uuid[], uuid[]);
drop function if exists u.checkout_answer(text, uuid, uuid, integer, uuid, uuid, text, u.click_from, u.hold_rules, uuid[], uuid[]);
drop function if exists u.link_choices(u.short_link, integer, boolean);
drop function if exists u.link_choices(uuid, uuid, uuid, uuid, integer, boolean);
drop function if exists u.link_others(uuid);
drop function if exists u.checkout_start(text, uuid, uuid, integer, uuid, uuid, text, integer);
drop function if exists u.checkout_start_many(text[], uuid[], uuid[], integer[], uuid[], uuid[], text[], integer);
