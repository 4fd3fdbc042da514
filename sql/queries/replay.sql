-- :replay_list
select r.id, r.live_id, r.creator_id, r.title, coalesce(r.slug, '') as slug, r.thumb_url, r.state, c.name as creator_name, c.handle as creator_handle,
       u.ms(l.started_at) as started_ms, u.ms(l.ended_at) as ended_ms, u.ms(r.published_at) as published_ms, u.ms(r.created_at) as created_ms,
       (select count(*) from u.moment m where m.live_id = r.live_id and m.state = 'kept') as moments,
       coalesce(v.views, 0) as views, coalesce(v.clicks, 0) as clicks, r.revision
  from u.replay r
  join u.creator c on c.id = r.creator_id
  join u.live_session l on l.id = r.live_id
  left join u.visits v on v.subject = r.id
 where r.creator_id = $1::uuid and ($2::uuid is null or r.id < $2)
 order by r.id desc
 limit $3::int;

-- :replay_latest
select r.id, r.live_id, r.creator_id, r.title, coalesce(r.slug, '') as slug, r.thumb_url, r.state, c.name as creator_name, c.handle as creator_handle,
       u.ms(l.started_at) as started_ms, u.ms(l.ended_at) as ended_ms, u.ms(r.published_at) as published_ms, u.ms(r.created_at) as created_ms,
       (select count(*) from u.moment m where m.live_id = r.live_id and m.state = 'kept') as moments,
       coalesce(v.views, 0) as views, coalesce(v.clicks, 0) as clicks, r.revision
  from u.replay r
  join u.creator c on c.id = r.creator_id
  join u.live_session l on l.id = r.live_id
  left join u.visits v on v.subject = r.id
 where r.creator_id = $1::uuid and r.state = 'published'
 order by r.id desc
 limit $2::int;

-- :replay_by_id
select r.id, r.live_id, r.creator_id, r.title, coalesce(r.slug, '') as slug, r.thumb_url, r.state, c.name as creator_name, c.handle as creator_handle,
       u.ms(l.started_at) as started_ms, u.ms(l.ended_at) as ended_ms, u.ms(r.published_at) as published_ms, u.ms(r.created_at) as created_ms,
       (select count(*) from u.moment m where m.live_id = r.live_id and m.state = 'kept') as moments,
       coalesce(v.views, 0) as views, coalesce(v.clicks, 0) as clicks, r.revision
  from u.replay r
  join u.creator c on c.id = r.creator_id
  join u.live_session l on l.id = r.live_id
  left join u.visits v on v.subject = r.id
 where r.creator_id = $1::uuid and r.id = $2::uuid;

-- :replay_by_key
-- By id $1, or by slug $2 where it is null.
select r.id, r.live_id, r.creator_id, r.title, coalesce(r.slug, '') as slug, r.thumb_url, r.state, c.name as creator_name, c.handle as creator_handle,
       u.ms(l.started_at) as started_ms, u.ms(l.ended_at) as ended_ms, u.ms(r.published_at) as published_ms, u.ms(r.created_at) as created_ms,
       (select count(*) from u.moment m where m.live_id = r.live_id and m.state = 'kept') as moments,
       coalesce(v.views, 0) as views, coalesce(v.clicks, 0) as clicks, r.revision
  from u.replay r
  join u.creator c on c.id = r.creator_id
  join u.live_session l on l.id = r.live_id
  left join u.visits v on v.subject = r.id
 where case when $1::uuid is null then r.slug = $2::text else r.id = $1 end;

-- :replay_videos
-- What can be played first, in the order of their streams.
select id, platform, external_id, page_url, title, thumb_url, state, u.ms(recorded_from) as recorded_from_ms, adjust_ms, duration_s, embeddable, by_hand,
       state = 'wanted' and look_at is not null as awaited
  from u.replay_video
 where replay_id = $1::uuid and state <> 'gone'
 order by state = 'ready' desc, by_hand desc, platform = 'youtube' desc, recorded_from, id;

-- :replay_moments
-- The kept moments of replay $1, each with the cheapest that its button sells, and what is left of it for a newcomer.
select m.id, m.title, u.ms(m.at) as at_ms, coalesce(b.code, '') as code, coalesce(b.open, false) as open, p.product_title, p.variant_title,
       p.image_url, p.list_minor, p.price_minor, p.currency, p.limited, p.remaining, p.variants
  from u.replay r
  join u.moment m on m.live_id = r.live_id and m.state = 'kept'
  left join lateral (
        select k.code, u.link_refusal(k.revoked_at, k.expires_at, s.status, n.status, f.state, f.starts_at, f.ends_at) is null
               and f.state = 'active' as open
          from u.replay_link x
          join u.short_link k on k.id = x.link_id
          join u.offer f on f.id = k.offer_id
          join u.shop s on s.id = f.shop_id
          join u.connection n on n.creator_id = f.creator_id and n.shop_id = f.shop_id
         where x.replay_id = r.id and x.moment_id = m.id) b on true
  left join lateral (
        select p.title as product_title, v.title as variant_title, coalesce(nullif(v.image_url, ''), p.image_url) as image_url, o.list_minor,
               o.price_minor, o.currency, i.tracked and v.policy = 'deny' as limited,
               sum(case when i.waited_until > u.clock() then u.newcomers_left(i.shop_id, i.item_id, i.free) else greatest(0, i.free) end) over () as remaining,
               count(*) over () as variants
          from u.offer_price o
          join u.variant v on v.id = o.variant_id and v.deleted_at is null
          join u.product p on p.id = v.product_id and p.status in ('active', 'unlisted')
          join u.inventory i on i.shop_id = v.shop_id and i.item_id = v.item_id
         where o.offer_id = m.offer_id and (m.product_id is null or v.product_id = m.product_id)
           and (m.variant_id is null or v.id = m.variant_id)
         order by o.price_minor, p.title, v.position, v.id
         limit 1) p on true
 where r.id = $1::uuid
 order by m.at, m.id;

-- :replay_update
-- No row when the revision is another; taken: somebody has the slug.
update u.replay r
   set title = normalize($4::text, nfc), thumb_url = $6::text,
       slug = case when exists (select from u.replay t where t.slug = $5::text and t.id <> r.id) then r.slug else nullif($5, '') end,
       revision = r.revision + 1
 where r.creator_id = $1::uuid and r.id = $2::uuid and r.revision = $3::bigint
returning $5 <> '' and r.slug is distinct from $5 as taken;

-- :replay_state_put
-- No row when it is so already.
update u.replay
   set state = $3::text, published_at = case when $3 = 'published' then coalesce(published_at, u.clock()) else published_at end,
       revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and state <> $3
returning id;

-- :replay_video_add
-- A video by hand. Again it is the same; one that was awaited at its platform has come.
with touched as (
    update u.replay r set revision = r.revision + 1 where r.creator_id = $2::uuid and r.id = $3::uuid returning r.id, r.creator_id, r.live_id, r.created_at
)
insert into u.replay_video as v (id, creator_id, replay_id, platform, external_id, page_url, recorded_from, state, embeddable, by_hand, look_at)
select $1::uuid, r.creator_id, r.id, $4::text, $5::text, $6::text, coalesce(l.started_at, r.created_at), 'ready', $5 <> '', true,
       case when $5 <> '' then u.clock() end
  from touched r join u.live_session l on l.id = r.live_id
on conflict (replay_id, platform, external_id) where external_id <> '' do update
   set page_url = excluded.page_url, state = 'ready', by_hand = true, looks = 0, look_at = excluded.look_at
returning v.id;

-- :replay_video_adjust
with touched as (
    update u.replay_video set adjust_ms = $4::bigint where creator_id = $1::uuid and replay_id = $2::uuid and id = $3::uuid returning id, replay_id
), raised as (
    update u.replay r set revision = r.revision + 1 from touched t where r.id = t.replay_id
)
select id from touched;

-- :replay_video_remove
-- What was by hand goes; what belongs to a stream stays away. Again it is a no-op.
with touched as (
    update u.replay_video set state = 'gone', look_at = null where creator_id = $1::uuid and replay_id = $2::uuid and id = $3::uuid returning id, replay_id
), raised as (
    update u.replay r set revision = r.revision + 1 from touched t where r.id = t.replay_id
)
select id from touched;

-- :replay_viewed
insert into u.event_log (id, type, creator_id, subject, at)
values (u.event_id('REPLAY_VIEW', $1::uuid::text || $3::text, date_trunc('minute', u.clock())), 'REPLAY_VIEW', $2::uuid, $1, u.clock())
on conflict (id) do nothing;

-- :replay_shows_of
-- The shows that events $1 happened to.
select distinct creator_id, live_id
  from (select e.creator_id, (e.payload ->> 'live')::uuid as live_id from u.event_log e where e.id = any ($1::uuid[])) s
 where live_id is not null and creator_id is not null and exists (select from u.live_session l where l.id = s.live_id)
 order by live_id;

-- :replay_make
-- The replay of show $2; no row when no stream of it has ended.
with made as (
    insert into u.replay (id, creator_id, live_id, title)
    select $1::uuid, l.creator_id, l.id, l.title
      from u.live_session l
     where l.id = $2::uuid and exists (select from u.stream s where s.live_id = l.id and s.state = 'ended')
    on conflict (live_id) do nothing
    returning id
)
select id, true as fresh from made
union all
select id, false from u.replay where live_id = $2 and not exists (select from made);

-- :replay_streams
-- Streams of replay $1's show that have ended and have no video there yet.
select s.id as stream_id, s.platform, s.url
  from u.replay r
  join u.stream s on s.live_id = r.live_id and s.state = 'ended'
 where r.id = $1::uuid and not exists (select from u.replay_video v where v.replay_id = r.id and v.stream_id = s.id)
 order by s.started_at, s.id;

-- :replay_video_make
-- The video of stream $3, to be found at its platform; with id $4 it is known already.
insert into u.replay_video (id, creator_id, replay_id, stream_id, platform, external_id, page_url, recorded_from, duration_s, state, look_at)
select $1::uuid, s.creator_id, $2::uuid, s.id, case when s.platform in ('youtube', 'tiktok', 'twitch') then s.platform else 'other' end, $4::text, s.url,
       s.started_at, greatest(0, extract(epoch from s.ended_at - s.started_at)::integer), case when $4 <> '' then 'ready' else 'wanted' end,
       case when s.channel_id is not null then u.clock() + interval '5 minutes' end
  from u.stream s where s.id = $3::uuid
on conflict do nothing;

-- :replay_links_over
-- Open buttons of replay $1 whose moment is gone or sells something else now.
select x.link_id
  from u.replay_link x
  join u.moment m on m.id = x.moment_id
  join u.short_link k on k.id = x.link_id
 where x.replay_id = $1::uuid and k.revoked_at is null
   and (m.state <> 'kept' or (k.offer_id, k.product_id, k.variant_id) is distinct from (m.offer_id, m.product_id, m.variant_id));

-- :replay_links_wanted
-- Moments of replay $1 that sell something and have no open button, with the stream that shows them best.
select m.id as moment_id, m.offer_id, m.product_id, m.variant_id, s.id as stream_id, s.platform
  from u.replay r
  join u.moment m on m.live_id = r.live_id and m.state = 'kept' and m.offer_id is not null
 cross join lateral (select s.id, s.platform from u.stream s
                      where s.live_id = r.live_id and s.started_at is not null
                      order by s.platform = 'youtube' desc, s.started_at, s.id limit 1) s
 where r.id = $1::uuid
   and not exists (select from u.replay_link x join u.short_link k on k.id = x.link_id
                    where x.replay_id = r.id and x.moment_id = m.id and k.revoked_at is null)
 order by m.at, m.id;

-- :replay_link_put
insert into u.replay_link (creator_id, replay_id, moment_id, link_id) values ($1::uuid, $2::uuid, $3::uuid, $4::uuid)
on conflict (replay_id, moment_id) do update set link_id = excluded.link_id;

-- :replay_has_something
-- first: a draft that was never published, and has a moment or a video to show.
select r.state = 'draft' and (exists (select from u.moment m where m.live_id = r.live_id and m.state = 'kept')
                              or exists (select from u.replay_video v where v.replay_id = r.id and v.state = 'ready')) as first
  from u.replay r where r.id = $1::uuid;

-- :replay_videos_due
select v.id, v.creator_id, coalesce(s.channel_id, o.id) as channel_id, v.external_id, coalesce(b.external_id, '') as broadcast,
       u.ms(v.recorded_from) as started_ms
  from u.replay_video v
  left join u.stream s on s.id = v.stream_id
  left join u.broadcast b on b.stream_id = s.id
  left join lateral (select h.id from u.channel h
                      where v.stream_id is null and h.creator_id = v.creator_id and h.platform = v.platform and h.status = 'active'
                        and h.health <> 'needs_reconnect'
                      order by position('/@' || h.handle || '/' in v.page_url) = 0, h.id limit 1) o on true
 where v.look_at <= u.clock() and v.platform = $1::text
 order by v.look_at
 limit $2::int;

-- :replay_video_seen
-- What the platform says; first: it has never been there for everybody before. Looked at again in a day, or before its picture's address dies. Where the replay has that video already, by hand or
-- of another stream, that one is told, and this one is not awaited any more.
with before as (
    select v.id, v.imported_at,
           (select t.id from u.replay_video t
             where t.replay_id = v.replay_id and t.platform = v.platform and t.external_id = $2::text and $2 <> '' and t.id <> v.id) as twin
      from u.replay_video v where v.id = $1::uuid
       for update of v
), spared as (
    update u.replay_video v set state = 'gone', look_at = null from before b where v.id = b.id and b.twin is not null
), raised as (
    update u.replay r
       set revision = r.revision + 1
      from before b join u.replay_video v on v.id = coalesce(b.twin, b.id)
     where r.id = v.replay_id and v.state <> 'gone'
       and (b.twin is not null or (v.state, v.external_id, v.embeddable) is distinct from (case when $9::boolean then 'ready' else 'hidden' end, $2, $8::boolean))
)
update u.replay_video v
   set external_id = $2::text, page_url = case when v.by_hand then v.page_url else coalesce(nullif($3::text, ''), v.page_url) end, title = $4::text, thumb_url = $5::text,
       recorded_from = case when $6::bigint = 0 then v.recorded_from else u.at($6) end,
       duration_s = case when $7::int >= 0 then $7 else v.duration_s end, embeddable = $8::boolean,
       state = case when v.state = 'gone' then 'gone' when $9::boolean then 'ready' else 'hidden' end,
       expires_at = case when $10::bigint = 0 then null else u.at($10) end,
       imported_at = case when $9 and v.state <> 'gone' then coalesce(v.imported_at, u.clock()) else v.imported_at end,
       looks = 0, thumb_expires_at = case when $11::bigint = 0 then null else u.at($11) end,
       look_at = case when v.state <> 'gone' then least(u.clock() + interval '1 day', u.at(nullif($11, 0)) - interval '30 minutes') end
  from before b
 where v.id = coalesce(b.twin, b.id)
returning v.replay_id, v.creator_id, b.twin is null and b.imported_at is null and v.state = 'ready' and not v.by_hand as first;

-- :replay_video_missed
-- Again after 5 minutes, an hour, 6 hours, a day; one that was there and is not any more is gone after three days of that, and nobody
-- waits longer than that for one that never came.
update u.replay_video
   set looks = looks + 1, state = case when not by_hand and (state = 'ready' and looks >= 3 or state = 'wanted' and looks >= 10) then 'gone' else state end,
       look_at = case when looks >= 10 then null
                      else u.clock() + case looks when 0 then interval '5 minutes' when 1 then interval '1 hour' when 2 then interval '6 hours'
                                                  else interval '1 day' end end
 where id = $1::uuid;
