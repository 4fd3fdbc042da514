-- :moment_session
-- Session $2 of creator $1, and whether her offer $3 (null: none) promises a price for product $4 and variant $5 (null: any).
select l.state, u.ms(l.started_at) as started_ms, u.ms(l.ended_at) as ended_ms, o.id as offer_id,
       exists (select 1 from u.offer_price p join u.variant v on v.id = p.variant_id
                where p.offer_id = o.id and ($4::uuid is null or v.product_id = $4) and ($5::uuid is null or v.id = $5)) as has_target
  from u.live_session l
  left join u.offer o on o.creator_id = l.creator_id and o.id = $3::uuid and o.state not in ('expired', 'deleted')
 where l.creator_id = $1::uuid and l.id = $2::uuid;

-- :moment_turn
-- What adds a moment to session $2 is served in turn. A statement of its own: what waited for the lock counts afterwards, with new eyes.
select l.id from u.live_session l where l.creator_id = $1::uuid and l.id = $2::uuid for no key update;

-- :moment_insert
-- No row when the session has $11 already; to be asked in one's turn.
with session as (
    select l.id from u.live_session l where l.creator_id = $2::uuid and l.id = $3::uuid
)
insert into u.moment (id, creator_id, live_id, at, until_at, title, shop_id, offer_id, product_id, variant_id, source)
select $1::uuid, $2, l.id, case when $4::bigint = 0 then u.clock() else u.at($4) end, case when $5::bigint = 0 then null else u.at($5) end,
       normalize($6::text, nfc), o.shop_id, o.id, $8::uuid, $9::uuid, $10::text
  from session l
  left join u.offer o on o.creator_id = $2 and o.id = $7::uuid
 where (select count(*) from u.moment m where m.live_id = l.id and m.state = 'kept') < $11::int
returning id;

-- :moment_light
-- Puts moment $4 into the light of session $3 at the second it begins; the moment that stood there ends then.
with before as (
    select s.moment_id from u.spotlight s where s.live_id = $3::uuid order by s.at desc, s.id desc limit 1
), ended as (
    update u.moment m set until_at = n.at
      from u.moment n
     where m.id = (select b.moment_id from before b) and n.id = $4::uuid and m.until_at is null and n.at > m.at
)
insert into u.spotlight (id, creator_id, live_id, at, moment_id)
select $1::uuid, $2::uuid, $3, m.at, m.id from u.moment m where m.id = $4;

-- :moment_light_off
-- Nothing stands in the light of session $3 any more; no row when nothing did.
with before as (
    select s.moment_id from u.spotlight s where s.live_id = $3::uuid order by s.at desc, s.id desc limit 1
), ended as (
    update u.moment m set until_at = u.clock()
     where m.id = (select b.moment_id from before b) and m.until_at is null and u.clock() > m.at
)
insert into u.spotlight (id, creator_id, live_id, at)
select $1::uuid, $2::uuid, $3, u.clock() from before b where b.moment_id is not null
returning id;

-- :moment_in_light
select m.id, m.live_id, u.ms(m.at) as at_ms, u.ms(m.until_at) as until_ms, m.title, m.offer_id, m.product_id, m.variant_id, m.source, m.state,
       o.name as offer_name, coalesce(p.title, '') as product_title, coalesce(nullif(v.image_url, ''), p.image_url, '') as image_url, m.reason,
       m.revision, u.ms(m.created_at) as created_ms
  from u.moment m
  left join u.offer o on o.id = m.offer_id
  left join u.variant v on v.id = m.variant_id
  left join u.product p on p.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
 where m.id = (select s.moment_id from u.spotlight s where s.live_id = $1::uuid order by s.at desc, s.id desc limit 1)
   and m.state = 'kept';

-- :moment_by_id
select m.id, m.live_id, u.ms(m.at) as at_ms, u.ms(m.until_at) as until_ms, m.title, m.offer_id, m.product_id, m.variant_id, m.source, m.state,
       o.name as offer_name, coalesce(p.title, '') as product_title, coalesce(nullif(v.image_url, ''), p.image_url, '') as image_url, m.reason,
       m.revision, u.ms(m.created_at) as created_ms
  from u.moment m
  left join u.offer o on o.id = m.offer_id
  left join u.variant v on v.id = m.variant_id
  left join u.product p on p.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
 where m.creator_id = $1::uuid and m.id = $2::uuid;

-- :moment_list
select m.id, m.live_id, u.ms(m.at) as at_ms, u.ms(m.until_at) as until_ms, m.title, m.offer_id, m.product_id, m.variant_id, m.source, m.state,
       o.name as offer_name, coalesce(p.title, '') as product_title, coalesce(nullif(v.image_url, ''), p.image_url, '') as image_url, m.reason,
       m.revision, u.ms(m.created_at) as created_ms
  from u.moment m
  left join u.offer o on o.id = m.offer_id
  left join u.variant v on v.id = m.variant_id
  left join u.product p on p.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
 where m.live_id = $1::uuid and m.state = 'kept'
 order by m.at, m.id;

-- :moment_update
-- No row when the revision is another, or it is no moment any more.
update u.moment m
   set at = u.at($4::bigint), until_at = case when $5::bigint = 0 then null else u.at($5) end, title = normalize($6::text, nfc),
       shop_id = (select o.shop_id from u.offer o where o.id = $7::uuid), offer_id = $7, product_id = $8::uuid, variant_id = $9::uuid,
       revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revision = $3::bigint and state = 'kept'
returning id;

-- :moment_delete
update u.moment set state = 'deleted', revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and state = 'kept'
returning id;

-- :moment_merge
-- $2 becomes a part of $3; what was merged into it before follows. No row when $2 is no moment any more.
with part as (
    update u.moment set state = 'merged', merged_into = $3::uuid, revision = revision + 1
     where creator_id = $1::uuid and id = $2::uuid and state = 'kept'
    returning id, at, until_at
), parts as (
    update u.moment set merged_into = $3 where merged_into = $2 and exists (select from part)
)
update u.moment m
   set at = least(m.at, p.at), until_at = case when m.until_at is null or p.until_at is null then null else greatest(m.until_at, p.until_at) end,
       revision = m.revision + 1
  from part p
 where m.creator_id = $1 and m.id = $3 and m.state = 'kept'
returning m.id;

-- :moment_suggest
-- Bursts of clicks on links of session $2 (and its streams) that no moment of the last $6 seconds explains become suggestions, one for
-- each; again it is a no-op. A window of $3 seconds is a burst with $4 times the mean, and at least $5. It is of what most of its links
-- sell, or of what stood in the light; then it goes by that name.
with session as (
    select l.id, l.creator_id, l.started_at, coalesce(l.ended_at, u.clock()) as ended_at
      from u.live_session l where l.creator_id = $1::uuid and l.id = $2::uuid and l.started_at is not null
), clicks as (
    select e.at, e.subject as link, e.type
      from session l
      join u.event_log e on e.creator_id = l.creator_id and e.type in ('LINK_CLICKED', 'PURCHASE_COMPLETED')
       and e.at between l.started_at and l.ended_at
      left join u.short_link k on k.id = case when e.type = 'LINK_CLICKED' then e.subject else (e.payload ->> 'link')::uuid end
      left join u.attribution a on a.id = k.attribution_id
      left join u.stream t on t.id = a.stream_id
     where k.live_id = l.id or t.live_id = l.id
), windows as (
    select floor(extract(epoch from c.at - l.started_at) / $3::int)::integer as n, count(*) as clicks,
           count(*) filter (where c.type = 'PURCHASE_COMPLETED') as orders
      from clicks c cross join session l
     group by 1
), mean as (
    select count(*)::numeric / greatest(1, ceil(extract(epoch from (select l.ended_at - l.started_at from session l)) / $3)) as clicks from clicks
), bursts as (
    select w.n, w.clicks, w.orders, l.started_at + make_interval(secs => w.n * $3) as at, m.clicks as mean
      from windows w cross join mean m cross join session l
     where w.clicks >= $5::int and w.clicks >= $4::int * m.clicks
       and not exists (select from windows b where b.n = w.n - 1 and b.clicks >= $5 and b.clicks >= $4 * m.clicks)
)
insert into u.moment (id, creator_id, live_id, at, title, shop_id, offer_id, product_id, variant_id, source, state, reason)
select u.event_id('MOMENT_SUGGESTED', l.id::text || b.n, l.started_at), l.creator_id, l.id, b.at,
       case when t.offer_id is null then 'Many tapped here' else '' end, t.shop_id, t.offer_id, t.product_id, t.variant_id, 'suggested', 'suggested',
       jsonb_build_object('clicks', b.clicks, 'orders', b.orders, 'seconds', $3, 'mean', round(b.mean, 2))
  from bursts b cross join session l
  left join lateral (
       select x.shop_id, x.offer_id, x.product_id, x.variant_id
         from (select k.shop_id, k.offer_id, k.product_id, k.variant_id, count(*) as n
                 from clicks c
                 join u.short_link k on k.id = c.link and k.offer_id is not null
                where floor(extract(epoch from c.at - l.started_at) / $3) = b.n
                group by 1, 2, 3, 4
                union all
               select m.shop_id, m.offer_id, m.product_id, m.variant_id, 0
                 from u.moment m
                where m.id = (select s.moment_id from u.spotlight s where s.live_id = l.id and s.at < b.at + make_interval(secs => $3)
                               order by s.at desc, s.id desc limit 1)
                  and m.state = 'kept' and m.offer_id is not null) x
        order by x.n desc, x.offer_id
        limit 1) t on true
 where not exists (select from u.moment m where m.live_id = l.id and m.state in ('kept', 'merged')
                      and m.at between b.at - make_interval(secs => $6::int) and b.at + make_interval(secs => $3))
on conflict (id) do nothing
returning id;

-- :moment_suggestions
select m.id, m.live_id, u.ms(m.at) as at_ms, u.ms(m.until_at) as until_ms, m.title, m.offer_id, m.product_id, m.variant_id, m.source, m.state,
       o.name as offer_name, coalesce(p.title, '') as product_title, coalesce(nullif(v.image_url, ''), p.image_url, '') as image_url, m.reason,
       m.revision, u.ms(m.created_at) as created_ms
  from u.moment m
  left join u.offer o on o.id = m.offer_id
  left join u.variant v on v.id = m.variant_id
  left join u.product p on p.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
 where m.creator_id = $1::uuid and m.live_id = $2::uuid and m.state = 'suggested'
 order by m.at, m.id;

-- :moment_decide
-- No row when it is no suggestion any more, or is to be kept and its session has $4 already.
update u.moment m set state = $3::text, revision = revision + 1
 where m.creator_id = $1::uuid and m.id = $2::uuid and m.state = 'suggested'
   and ($3 <> 'kept' or (select count(*) from u.moment k where k.live_id = m.live_id and k.state = 'kept') < $4::int)
returning m.id;

-- :moment_goods
-- Each product of each running offer of creator $1, and whether it stands in the light of session $2.
with lit as (
    select m.offer_id, coalesce(m.product_id, v.product_id, u.only_product(m.offer_id)) as product_id
      from (select s.moment_id from u.spotlight s where s.live_id = $2::uuid order by s.at desc, s.id desc limit 1) s
      join u.moment m on m.id = s.moment_id and m.state = 'kept'
      left join u.variant v on v.id = m.variant_id
)
select f.id as offer_id, f.name as offer_name, p.id as product_id, p.title, p.image_url, min(o.list_minor) as list_minor,
       min(o.price_minor) as price_minor, min(o.currency) as currency, count(*) as variants, bool_and(i.tracked and v.policy = 'deny') as limited,
       sum(greatest(0, i.free)) as remaining,
       exists (select from lit l where l.offer_id = f.id and l.product_id = p.id) as lit
  from u.offer f
  join u.offer_price o on o.offer_id = f.id
  join u.variant v on v.id = o.variant_id and v.deleted_at is null
  join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
  join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
 where f.creator_id = $1::uuid and f.state = 'active'
 group by f.id, p.id
 order by f.id desc, p.title, p.id
 limit 200;
