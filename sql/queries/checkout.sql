-- :checkout_start
-- One visitor's click, decided and held; see sql/functions/20_checkout.sql.
select outcome, session_id, expires_ms, mark, units, variant_id, variant_external, discount_code, list_minor, price_minor, currency,
       storefront_url, product_title, product_handle, variant_title, image_url, creator_id, creator_name, creator_handle, link_id,
       code, platform, surface, stream_id, choices
  from u.click($1::text, $2::uuid, $3::uuid, $4::integer, $5::uuid, $6::uuid, $7::text,
               $8::uuid, $9::boolean, $10::boolean, $11::bigint, $12::text::u.hold_rules);

-- :checkout_start_many
-- The same for all that waited together, in their order.
select (answer).outcome, (answer).session_id, (answer).expires_ms, (answer).mark, (answer).units, (answer).variant_id,
       (answer).variant_external, (answer).discount_code, (answer).list_minor, (answer).price_minor, (answer).currency,
       (answer).storefront_url, (answer).product_title, (answer).product_handle, (answer).variant_title, (answer).image_url,
       (answer).creator_id, (answer).creator_name, (answer).creator_handle, (answer).link_id, (answer).code, (answer).platform,
       (answer).surface, (answer).stream_id, (answer).choices
  from u.click_many($1::text[], $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[], $6::uuid[], $7::text[],
                    $8::uuid[], $9::integer[]::boolean[], $10::integer[]::boolean[], $11::bigint[], $12::text::u.hold_rules)
 order by ask;

-- :checkout_look
-- What link $1 shows to whoever only looks: its cheapest variant, or variant $2, why it would refuse, and whether a newcomer would find
-- all of it sold out.
select l.id as link_id, l.code, l.creator_id, c.name as creator_name, c.handle as creator_handle, s.storefront_url,
       case when l.offer_id is null then case when l.revoked_at is null then 'nothing_yet' else 'link_closed' end
            else u.link_refusal(l.revoked_at, l.expires_at, s.status, n.status, f.state, f.starts_at, f.ends_at) end as outcome,
       u.ms(f.starts_at) as starts_ms, coalesce(v.variants, 0) as variants, v.id as variant_id, v.variant_title, v.product_title,
       v.product_handle, v.image_url, v.list_minor, v.price_minor, v.currency, coalesce(v.sellable = 0, false) as sold_out,
       exists (select from u.live_session w where w.creator_id = l.creator_id and w.state = 'live') as on_air
  from u.link_goal(lower($1::text)) l
  join u.creator c on c.id = l.creator_id
  left join u.offer f on f.id = l.offer_id
  left join u.shop s on s.id = f.shop_id
  left join u.connection n on n.creator_id = f.creator_id and n.shop_id = f.shop_id
  left join lateral (
        select v.id, v.title as variant_title, p.title as product_title, p.handle as product_handle,
               coalesce(nullif(v.image_url, ''), p.image_url) as image_url, op.list_minor, op.price_minor, op.currency,
               count(*) over () as variants,
               count(*) filter (where not (i.tracked and v.policy = 'deny')
                                   or case when i.waited_until > u.clock() then u.newcomers_left(i.shop_id, i.item_id, i.free) else i.free end > 0)
                   over () as sellable
          from u.offer_price op
          join u.variant v on v.id = op.variant_id and v.deleted_at is null
          join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
          join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
         where op.offer_id = l.offer_id
           and (l.product_id is null or v.product_id = l.product_id)
           and (l.variant_id is null or v.id = l.variant_id)
           and ($2::uuid is null or v.id = $2)
         order by op.price_minor, p.title, v.position, v.id
         limit 1) v on true;

-- :checkout_held
-- Link $1, and what visitor $2 holds through it right now (no session: nothing).
select l.id as link_id, l.code, l.creator_id, c.name as creator_name, c.handle as creator_handle, h.session_id,
       u.ms(h.expires_at) as expires_ms, h.units, h.variant_id, h.variant_title, h.product_title, h.image_url, h.list_minor,
       h.price_minor, h.currency
  from u.short_link l
  join u.creator c on c.id = l.creator_id
  left join lateral (
        select s.id as session_id, s.expires_at, s.units, s.variant_id, v.title as variant_title, p.title as product_title,
               coalesce(nullif(v.image_url, ''), p.image_url) as image_url, s.list_minor, s.price_minor, s.currency
          from u.checkout_session s
          join u.reservation r on r.session_id = s.id and r.state = 'pending'
          join u.variant v on v.id = s.variant_id
          join u.product p on p.id = v.product_id
         where s.link_id = l.id and s.visitor = $2::uuid and s.state = 'open' and s.expires_at > u.clock()) h on true
 where l.code_key = lower($1::text);

-- :checkout_release
-- Gives back the live hold of checkout $1, which must be visitor $2's.
select u.checkout_release($1::uuid, $2::uuid) as outcome;

-- :checkout_clicked
with clicked as (
    select c.id, c.creator, c.link, c.word, c.variant, c.checkout, c.guarded
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::integer[]::boolean[])
           c (id, creator, link, word, variant, checkout, guarded)
), surface as (
    insert into u.event_log (id, type, creator_id, subject, payload, at)
    select u.event_id(case a.surface when 'replay' then 'REPLAY_CLICK' else 'LINK_IN_BIO_CLICK' end, c.id::text, u.clock()),
           case a.surface when 'replay' then 'REPLAY_CLICK' else 'LINK_IN_BIO_CLICK' end, c.creator, coalesce(a.replay_id, c.link),
           jsonb_strip_nulls(jsonb_build_object('link', c.link, 'moment', a.moment_id)), u.clock()
      from clicked c
      join u.short_link l on l.id = c.link
      join u.attribution a on a.id = l.attribution_id and a.surface in ('replay', 'link_in_bio')
     where not c.guarded
    on conflict (id) do nothing
)
insert into u.event_log (id, type, creator_id, subject, payload, at)
select id, case when guarded then 'HOLD_REFUSED' else 'LINK_CLICKED' end, creator, link,
       jsonb_strip_nulls(jsonb_build_object(case when guarded then 'class' else 'outcome' end, word,
                                            'variant', variant, 'checkout', checkout)), u.clock()
  from clicked;

-- :checkout_previewed
insert into u.event_log (id, type, creator_id, subject, at) values ($1::uuid, 'LINK_PREVIEWED', $2::uuid, $3::uuid, u.clock());

-- :checkout_expire
-- Ends up to $1 lapsed holds.
select u.reservations_expire($1::integer) as ended;

-- :checkout_live_list
-- Holds of creator $1 that run right now; a session older than id $2 cannot have one.
select s.id, p.title as product_title, v.title as variant_title, l.code, s.units, s.price_minor, s.currency,
       u.ms(s.expires_at) as expires_ms, count(*) over () as all_holds, sum(s.units) over () as all_units
  from u.checkout_session s
  join u.short_link l on l.id = s.link_id
  join u.variant v on v.shop_id = s.shop_id and v.id = s.variant_id
  join u.product p on p.shop_id = v.shop_id and p.id = v.product_id
 where s.creator_id = $1::uuid and s.id > $2::uuid and s.state = 'open' and s.expires_at > u.clock()
 order by s.id desc
 limit $3::int;

-- :guard_learn
-- Learns from events $1; see sql/functions/15_guard.sql.
select u.guard_learn($1::uuid[], $2::integer, $3::integer, $4::integer, $5::integer);

-- :guard_judge
select u.guard_judge($1::integer, $2::integer, $3::integer) as n;

-- :guard_forget
select u.guard_forget($1::integer, $2::integer) as n;
