-- :bio_mine
select c.id as creator_id, c.handle, c.name, coalesce(b.about, '') as about, coalesce(b.picture_url, '') as picture_url,
       coalesce(b.theme, '{}') as theme, coalesce(b.published, true) as published, coalesce(b.revision, 0) as revision,
       coalesce(v.views, 0) as views, false as moved, exists (select from u.bio_block k where k.creator_id = c.id) as arranged
  from u.creator c
  left join u.bio b on b.creator_id = c.id
  left join u.visits v on v.subject = c.id
 where c.id = $1::uuid;

-- :bio_by_handle
-- Who has handle $1, or had it not long ago.
select c.id as creator_id, c.handle, c.name, coalesce(b.about, '') as about, coalesce(b.picture_url, '') as picture_url,
       coalesce(b.theme, '{}') as theme, coalesce(b.published, true) as published, coalesce(b.revision, 0) as revision,
       0 as views, c.handle <> $1::text as moved, exists (select from u.bio_block k where k.creator_id = c.id) as arranged
  from u.creator c
  left join u.bio b on b.creator_id = c.id
 where c.id = coalesce((select o.id from u.creator o where o.handle = $1),
                       (select p.creator_id from u.handle_past p where p.handle = $1 and p.until > u.clock()));

-- :bio_put
-- No row when the revision is another (0: there is none yet).
insert into u.bio as b (creator_id, about, picture_url, theme, published)
select $1::uuid, normalize($3::text, nfc), $4::text, $5::jsonb, $6::boolean
 where $2::bigint = 0 or exists (select from u.bio b where b.creator_id = $1 and b.revision = $2)
on conflict (creator_id) do update
   set about = excluded.about, picture_url = excluded.picture_url, theme = excluded.theme, published = excluded.published,
       revision = b.revision + 1, updated_at = u.clock()
 where b.revision = $2
returning revision;

-- :bio_blocks
select b.id, b.kind, b.title, b.body, b.url, b.link_id, b.replay_id, b.visible, u.ms(b.starts_at) as starts_ms, u.ms(b.ends_at) as ends_ms,
       b.position, coalesce(v.clicks, 0) as clicks, b.revision, coalesce(f.name, r.title, '') as goal
  from u.bio_block b
  left join u.visits v on v.subject = b.id
  left join u.short_link l on l.id = b.link_id
  left join u.offer f on f.id = l.offer_id
  left join u.replay r on r.id = b.replay_id
 where b.creator_id = $1::uuid
 order by b.position, b.id;

-- :bio_blocks_shown
select b.id, b.kind, b.title, b.body, b.url, b.link_id, b.replay_id, b.visible, u.ms(b.starts_at) as starts_ms, u.ms(b.ends_at) as ends_ms,
       b.position, 0 as clicks, b.revision, '' as goal
  from u.bio_block b
 where b.creator_id = $1::uuid and b.visible and (b.starts_at is null or b.starts_at <= u.clock()) and (b.ends_at is null or b.ends_at > u.clock())
 order by b.position, b.id;

-- :bio_block_by_id
select b.id, b.kind, b.title, b.body, b.url, b.link_id, b.replay_id, b.visible, u.ms(b.starts_at) as starts_ms, u.ms(b.ends_at) as ends_ms,
       b.position, 0 as clicks, b.revision, coalesce(f.name, r.title, '') as goal
  from u.bio_block b
  left join u.short_link l on l.id = b.link_id
  left join u.offer f on f.id = l.offer_id
  left join u.replay r on r.id = b.replay_id
 where b.creator_id = $1::uuid and b.id = $2::uuid;

-- :bio_page_lock
-- Whoever adds to creator $1's page, or turns it round, is served in turn: a statement of its own, so that the next sees what was done.
select pg_advisory_xact_lock(hashtextextended('bio:' || $1::uuid, 0)) is null as held;

-- :bio_block_insert
-- At the end; no row when there are $12 already (see bio_page_lock).
insert into u.bio_block (id, creator_id, kind, title, body, url, link_id, replay_id, visible, starts_at, ends_at, position)
select $1::uuid, c.id, $3::text, normalize($4::text, nfc), normalize($5::text, nfc), $6::text, $7::uuid, $8::uuid, $9::boolean,
       case when $10::bigint = 0 then null else u.at($10) end, case when $11::bigint = 0 then null else u.at($11) end,
       (select coalesce(max(b.position), 0) + 1 from u.bio_block b where b.creator_id = c.id)
  from u.creator c
 where c.id = $2::uuid
   and (select count(*) from u.bio_block b where b.creator_id = c.id) < $12::int
returning id;

-- :bio_block_update
update u.bio_block
   set title = normalize($4::text, nfc), body = normalize($5::text, nfc), url = $6::text, visible = $7::boolean,
       starts_at = case when $8::bigint = 0 then null else u.at($8) end, ends_at = case when $9::bigint = 0 then null else u.at($9) end,
       revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revision = $3::bigint
returning id;

-- :bio_block_remove
delete from u.bio_block where creator_id = $1::uuid and id = $2::uuid returning id;

-- :bio_order
-- all: $2 are all blocks of creator $1, each once; else nothing is moved.
with wanted as (
    select o.id, o.n from unnest($2::uuid[]) with ordinality o (id, n)
), fits as (
    select (select count(*) from wanted) = (select count(*) from u.bio_block b where b.creator_id = $1::uuid)
       and (select count(distinct w.id) from wanted w join u.bio_block b on b.id = w.id and b.creator_id = $1) = (select count(*) from wanted) as ok
), moved as (
    update u.bio_block b set position = w.n from wanted w, fits f where f.ok and b.id = w.id and b.creator_id = $1
)
select ok as all from fits;

-- :bio_link_of
-- The open link that creator $1's page sells offer $2 by.
select l.id
  from u.short_link l
  join u.attribution a on a.id = l.attribution_id and a.surface = 'link_in_bio'
 where l.creator_id = $1::uuid and l.offer_id = $2::uuid and l.revoked_at is null and l.product_id is null and l.variant_id is null
 order by l.id
 limit 1;

-- :bio_offers_of
-- Offers that events $1 happened to.
select distinct e.creator_id, e.subject as offer_id from u.event_log e where e.id = any ($1::uuid[]) and e.creator_id is not null order by 2;

-- :bio_offers
-- What creator $1's page sells now: what has a block of its own (pinned), then the newest fifty others.
select l.id as link_id, b.pinned, l.code, f.name, p.product_title, p.image_url, p.list_minor, p.price_minor, p.currency, p.limited, p.remaining, p.variants
  from u.short_link l
  join u.attribution a on a.id = l.attribution_id and a.surface = 'link_in_bio'
  join u.offer f on f.id = l.offer_id
  join u.shop s on s.id = f.shop_id
  join u.connection n on n.creator_id = f.creator_id and n.shop_id = f.shop_id
 cross join lateral (select exists (select from u.bio_block b where b.link_id = l.id) as pinned) b
 cross join lateral (
        select p.title as product_title, coalesce(nullif(v.image_url, ''), p.image_url) as image_url, o.list_minor, o.price_minor, o.currency,
               i.tracked and v.policy = 'deny' as limited,
               sum(case when i.waited_until > u.clock() then u.newcomers_left(i.shop_id, i.item_id, i.free) else greatest(0, i.free) end) over () as remaining,
               count(*) over () as variants
          from u.offer_price o
          join u.variant v on v.id = o.variant_id and v.deleted_at is null
          join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
          join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
         where o.offer_id = l.offer_id
         order by o.price_minor, p.title, v.position, v.id
         limit 1) p
 where l.creator_id = $1::uuid and f.state = 'active'
   and u.link_refusal(l.revoked_at, l.expires_at, s.status, n.status, f.state, f.starts_at, f.ends_at) is null
 order by b.pinned desc, l.id desc
 limit 50 + (select count(*) from u.bio_block b where b.creator_id = $1 and b.link_id is not null);

-- :bio_out
-- Where block $2 leads, on the page of who has handle $1 or had it not long ago (it is open in somebody's browser).
select b.url, b.creator_id
  from u.bio_block b
  left join u.bio p on p.creator_id = b.creator_id
 where b.creator_id = coalesce((select o.id from u.creator o where o.handle = $1::text),
                               (select h.creator_id from u.handle_past h where h.handle = $1 and h.until > u.clock()))
   and b.id = $2::uuid and b.kind = 'link' and b.visible and coalesce(p.published, true)
   and (b.starts_at is null or b.starts_at <= u.clock()) and (b.ends_at is null or b.ends_at > u.clock());

-- :bio_viewed
insert into u.event_log (id, type, creator_id, subject, at)
values (u.event_id('LINK_IN_BIO_VIEW', $1::uuid::text || $2::text, date_trunc('minute', u.clock())), 'LINK_IN_BIO_VIEW', $1, $1, u.clock())
on conflict (id) do nothing;

-- :bio_clicked
insert into u.event_log (id, type, creator_id, subject, at) values ($1::uuid, 'LINK_IN_BIO_CLICK', $2::uuid, $3::uuid, u.clock());
