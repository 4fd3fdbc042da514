-- :stream_insert
-- No row when the title in NFC is longer than 200 characters.
insert into u.stream (id, creator_id, platform, title, url, scheduled_at, delay_s)
select $1::uuid, $2::uuid, $3::text, normalize($4::text, nfc), $5::text, case when $6::bigint = 0 then null else u.at($6) end, $7::int
 where char_length(normalize($4, nfc)) <= 200
returning id;

-- :stream_list
select id, platform, title, url, state, u.ms(scheduled_at) as scheduled_ms, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms,
       live_id, detected, coalesce(delay_s, 10) as delay_s, revision, u.ms(created_at) as created_ms
  from u.stream
 where creator_id = $1::uuid and ($2::uuid is null or id < $2)
 order by id desc
 limit $3::int;

-- :stream_by_id
select id, platform, title, url, state, u.ms(scheduled_at) as scheduled_ms, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms,
       live_id, detected, coalesce(delay_s, 10) as delay_s, revision, u.ms(created_at) as created_ms
  from u.stream
 where creator_id = $1::uuid and id = $2::uuid;

-- :stream_update
-- No row when the revision is another; title_ok false when the title in NFC is longer than 200 characters, and then it stays.
update u.stream
   set title = case when char_length(normalize($4::text, nfc)) <= 200 then normalize($4, nfc) else title end, url = $5::text, scheduled_at = case when $6::bigint = 0 then null else u.at($6) end,
       delay_s = $7::int, revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revision = $3::bigint
returning char_length(normalize($4, nfc)) <= 200 as title_ok;

-- :stream_move
-- Moves stream $2 into state $3 from one of $4; no row when it is in another.
update u.stream
   set state = $3::text, revision = revision + 1,
       started_at = case when $3 = 'live' then u.clock() else started_at end,
       ended_at = case when $3 in ('ended', 'cancelled') then u.clock() else ended_at end
 where creator_id = $1::uuid and id = $2::uuid and state = any ($4::text[])
returning id;

-- :stream_join
-- Puts stream $1 into a live session, $2 if it needs a new one; see sql/functions/70_live.sql.
select u.live_join($1::uuid, $2::uuid, $3::int) as live_id;

-- :stream_found_insert
-- A stream of a broadcast that is announced ($6) or on the air ($7); its title cut to fit.
insert into u.stream (id, creator_id, platform, title, url, scheduled_at, started_at, state, channel_id, detected, delay_s)
values ($1::uuid, $2::uuid, $3::text, coalesce(nullif(btrim(left(normalize($4::text, nfc), 200)), ''), 'Live'), $5::text,
        case when $6::bigint = 0 then null else u.at($6) end, case when $7::bigint = 0 then null else u.at($7) end,
        case when $7 = 0 then 'scheduled' else 'live' end, $8::uuid, true, $9::int);

-- :stream_found_by_hand
-- The stream that creator $1 made by hand on platform $2 and that no broadcast claims: the one on the air, else one planned for
-- within $4 seconds of $3.
select s.id, s.state
  from u.stream s
 where s.creator_id = $1::uuid and s.platform = $2::text and not s.detected
   and (s.state = 'live' or (s.state = 'scheduled' and (s.scheduled_at is null or abs(extract(epoch from s.scheduled_at - u.at($3::bigint))) < $4::int)))
   and not exists (select from u.broadcast b where b.stream_id = s.id)
 order by s.state = 'live' desc, s.id desc
 limit 1
   for update of s;

-- :stream_found_claim
-- It is what the platform told of.
update u.stream set detected = true, channel_id = $3::uuid, url = case when url = '' then $4::text else url end, revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid;

-- :stream_found_start
-- Puts it on the air since $3; no row when it is there, or over.
update u.stream set state = 'live', started_at = u.at($3::bigint), revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and state = 'scheduled'
returning id;

-- :stream_found_titled
-- A stream that was found without a title gets $3, and its show with it.
with titled as (
    update u.stream
       set title = btrim(left(normalize($3::text, nfc), 200)), revision = revision + 1
     where creator_id = $1::uuid and id = $2::uuid and detected and title = 'Live' and btrim(left(normalize($3, nfc), 200)) <> ''
    returning live_id, title
)
update u.live_session l
   set title = t.title, revision = l.revision + 1
  from titled t
 where l.id = t.live_id and l.title = 'Live';

-- :stream_found_over
-- Ends it at $3, but not before it began; no row when it is not on the air.
update u.stream set state = 'ended', ended_at = greatest(u.at($3::bigint), started_at), revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and state = 'live'
returning id;

-- :live_list
select id, title, state, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms, u.ms(created_at) as created_ms, revision
  from u.live_session
 where creator_id = $1::uuid and ($2::uuid is null or id < $2)
 order by id desc
 limit $3::int;

-- :live_by_id
select id, title, state, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms, u.ms(created_at) as created_ms, revision
  from u.live_session
 where creator_id = $1::uuid and id = $2::uuid;

-- :live_streams
select id, platform, title, url, state, u.ms(scheduled_at) as scheduled_ms, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms,
       live_id, detected, coalesce(delay_s, 10) as delay_s, revision, u.ms(created_at) as created_ms
  from u.stream
 where creator_id = $1::uuid and live_id = $2::uuid
 order by coalesce(started_at, scheduled_at, created_at), id;

-- :live_rename
-- No row when the revision is another; title_ok false when the title in NFC is too long, and then it stays.
update u.live_session
   set title = case when char_length(normalize($4::text, nfc)) <= 200 then normalize($4, nfc) else title end, revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revision = $3::bigint
returning char_length(normalize($4, nfc)) <= 200 as title_ok;

-- :live_move
-- Puts stream $2 of creator $1 into session $3, or a new one, $4; see sql/functions/70_live.sql. No row when either is not hers.
select u.live_move($2::uuid, coalesce($3::uuid, $4::uuid)) as live_id
  from u.stream s
 where s.creator_id = $1::uuid and s.id = $2 and ($3 is null or exists (select from u.live_session l where l.creator_id = $1 and l.id = $3));

-- :live_now
-- The show of creator $1 that is on the air, with its streams, a link that follows it, and what stands in the light.
select l.id, l.title, u.ms(l.started_at) as started_ms,
       (select coalesce(jsonb_agg(jsonb_build_object('platform', s.platform, 'title', s.title, 'url', s.url) order by s.started_at, s.id), '[]')
          from u.stream s where s.live_id = l.id and s.state = 'live') as streams,
       (select k.code from u.short_link k where k.live_id = l.id and k.revoked_at is null and (k.expires_at is null or k.expires_at > u.clock())
         order by k.id desc limit 1) as pin,
       p.title as product, coalesce(nullif(v.image_url, ''), p.image_url) as image_url
  from u.live_session l
  left join lateral (select t.moment_id from u.spotlight t where t.live_id = l.id and t.at <= u.clock() order by t.at desc, t.id desc limit 1) t on true
  left join u.moment m on m.id = t.moment_id and m.state = 'kept'
  left join u.variant v on v.id = m.variant_id
  left join u.product p on p.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
 where l.creator_id = $1::uuid and l.state = 'live'
 order by l.started_at desc
 limit 1;
