-- :detect_channel
-- The account that a push is about.
select id, creator_id, platform, external_id, status, u.ms(connected_at) as connected_ms, u.ms(u.clock()) as clock_ms
  from u.channel
 where id = $1::uuid;

-- :detect_lock
-- What is found of creator $1 is told one after the other, by the lock that live sessions have; and the time.
select pg_advisory_xact_lock(hashtextextended('live:' || $1::uuid::text, 0))::text as locked, u.ms(u.clock()) as clock_ms;

-- :detect_clock
select u.ms(u.clock()) as clock_ms;

-- :detect_known
-- Of channels $1: the broadcasts that are not over, and those with ids $2.
select b.id, b.channel_id, b.external_id, b.state, b.stream_id, b.misses, b.off_pushed, b.title <> '' as titled, coalesce(s.state, '') as stream_state,
       u.ms(b.scheduled_at) as scheduled_ms, u.ms(b.started_at) as started_ms, u.ms(b.ended_at) as ended_ms, u.ms(b.off_since) as off_ms,
       u.ms(b.told_at) as told_ms
  from u.broadcast b
  left join u.stream s on s.id = b.stream_id
 where b.channel_id = any ($1::uuid[])
   and (b.state in ('unknown', 'upcoming', 'on') or b.external_id = any ($2::text[]))
 order by b.started_at nulls last, b.id;

-- :detect_put
-- What is known of broadcast $3 of channel $2 now; no row when another channel has it: one that is connected, or where it became a stream
-- that is on the air. Texts that were not told stay.
insert into u.broadcast as b (id, channel_id, creator_id, platform, external_id, state, stream_id, title, url, thumb_url, scheduled_at,
       started_at, ended_at, off_since, off_pushed, told_at, misses, look_at, ended_by, viewers_peak)
select $1::uuid, c.id, c.creator_id, c.platform, $3::text, $4::text, $5::uuid, left($6::text, 400), left($7::text, 2000), left($8::text, 2000),
       case when $9::bigint > 0 then u.at($9) end, case when $10::bigint > 0 then u.at($10) end, case when $11::bigint > 0 then u.at($11) end,
       case when $12::bigint > 0 then u.at($12) end, $13::boolean, case when $14::bigint > 0 then u.at($14) end, $15::int,
       case when $16::bigint > 0 then u.at($16) end, $17::text, nullif($18::bigint, -1)
  from u.channel c
 where c.id = $2::uuid
on conflict (platform, external_id) do update
   set channel_id = excluded.channel_id, creator_id = excluded.creator_id, state = excluded.state, stream_id = excluded.stream_id, title = coalesce(nullif(excluded.title, ''), b.title),
       url = coalesce(nullif(excluded.url, ''), b.url), thumb_url = coalesce(nullif(excluded.thumb_url, ''), b.thumb_url),
       scheduled_at = coalesce(excluded.scheduled_at, b.scheduled_at), started_at = excluded.started_at, ended_at = excluded.ended_at,
       off_since = excluded.off_since, off_pushed = excluded.off_pushed, told_at = excluded.told_at, misses = excluded.misses,
       look_at = excluded.look_at, looks_failed = 0, ended_by = coalesce(nullif(excluded.ended_by, ''), b.ended_by), problem = '',
       viewers_peak = greatest(b.viewers_peak, excluded.viewers_peak)
 where b.channel_id = excluded.channel_id
    or (not exists (select from u.channel o where o.id = b.channel_id and o.status = 'active')
        and not exists (select from u.stream t where t.id = b.stream_id and t.state = 'live'))
returning b.id;

-- :detect_touch
-- Nothing new was told of broadcasts $1: they are told of as they were ($2), and looked at again at $3, each.
update u.broadcast b
   set told_at = u.at(t.told_ms), misses = 0, looks_failed = 0, look_at = case when t.look_ms > 0 then u.at(t.look_ms) end,
       viewers_peak = greatest(b.viewers_peak, nullif(t.viewers, -1))
  from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) t (id, told_ms, look_ms, viewers)
 where b.id = t.id and b.state in ('upcoming', 'on');

-- :detect_refused
-- What was told of broadcast $2 made no sense.
update u.broadcast
   set problem = $3::text, look_at = case when look_at is not null then greatest(look_at, u.clock() + interval '10 minutes') end
 where channel_id = $1::uuid and external_id = $2::text;

-- :detect_hint
-- Something may be the matter with video $3 of channel $2: it is looked at next. What is over stays so.
insert into u.broadcast as b (id, channel_id, creator_id, platform, external_id, look_at)
select $1::uuid, c.id, c.creator_id, c.platform, $3::text, u.clock()
  from u.channel c
 where c.id = $2::uuid
on conflict (platform, external_id) do update
   set look_at = least(b.look_at, u.clock()), channel_id = excluded.channel_id, creator_id = excluded.creator_id,
       stream_id = case when b.channel_id = excluded.channel_id then b.stream_id end,
       state = case when b.channel_id = excluded.channel_id then b.state else 'unknown' end
 where b.state in ('unknown', 'upcoming', 'on')
   and (b.channel_id = excluded.channel_id
        or (not exists (select from u.channel o where o.id = b.channel_id and o.status = 'active')
            and not exists (select from u.stream t where t.id = b.stream_id and t.state = 'live')));

-- :detect_channels_told
-- What the platform said of accounts $1 ($2; empty: nothing), and when each is looked at next ($3).
update u.channel c
   set live_state = case when t.state = '' then c.live_state else t.state end,
       live_told_at = case when t.state = '' then c.live_told_at else u.clock() end, look_at = u.at(t.look_ms), looks_failed = 0
  from unnest($1::uuid[], $2::text[], $3::bigint[]) t (id, state, look_ms)
 where c.id = t.id;

-- :detect_channel_soon
-- The account is looked at $2 ms from now, if not sooner.
update u.channel set look_at = least(look_at, u.clock() + make_interval(secs => $2::bigint / 1000.0)) where id = $1::uuid;

-- :detect_accounts_due
-- Accounts of platform $1 that are looked at many at once; those due within $3 ms go along.
select id, creator_id, external_id, u.ms(connected_at) as connected_ms, look_at <= u.clock() as due
  from u.channel
 where platform = $1::text and status = 'active' and look_at <= u.clock() + make_interval(secs => $3::bigint / 1000.0)
 order by look_at, id
 limit $2::int;

-- :detect_watch_due
-- Broadcasts of platform $1 that are looked at many at once: what was pushed, what is on the air, what is to come; those due within $3 ms
-- go along.
select b.external_id, c.id as channel_id, c.creator_id, c.external_id as account, u.ms(c.connected_at) as connected_ms,
       b.look_at <= u.clock() as due
  from u.broadcast b
  join u.channel c on c.id = b.channel_id
 where b.platform = $1::text and c.status = 'active' and b.look_at <= u.clock() + make_interval(secs => $3::bigint / 1000.0)
 order by b.look_at <= u.clock() desc, b.told_at is not null, b.state <> 'on', b.look_at, b.id
 limit $2::int;

-- :detect_finds_due
-- Accounts of platform $1 that are asked for one by one: those whose creator planned a live there for about now, then those that have
-- waited longest. An account that must be connected again has no token to ask with. past_due: it is asked too for what it had.
(select c.id, c.creator_id, c.external_id, u.ms(c.connected_at) as connected_ms, true as planned, c.past_at < u.clock() - interval '12 hours' as past_due
   from u.stream s
   join u.channel c on c.creator_id = s.creator_id and c.platform = s.platform
  where s.state = 'scheduled' and s.scheduled_at between u.clock() - interval '15 minutes' and u.clock() + interval '15 minutes'
    and c.platform = $1::text and c.status = 'active' and c.health <> 'needs_reconnect'
    and c.looks_failed = 0 and (c.live_told_at is null or c.live_told_at < u.clock() - interval '3 minutes')
  order by c.live_told_at nulls first, c.id
  limit $2::int)
union all
(select c.id, c.creator_id, c.external_id, u.ms(c.connected_at), false, c.past_at < u.clock() - interval '12 hours'
   from u.channel c
  where c.platform = $1 and c.status = 'active' and c.health <> 'needs_reconnect' and c.look_at <= u.clock()
  order by c.look_at, c.id
  limit $2)
limit $2;

-- :detect_past_told
update u.channel set past_at = u.clock() where id = $1::uuid;

-- :detect_channel_live
-- What its platform said of the account.
update u.channel set live_state = $2::text, live_told_at = u.clock() where id = $1::uuid;

-- :detect_load
-- How much there is to look at on platform $1: accounts that can be asked, broadcasts on the air or about to be.
select (select count(*) from u.channel where platform = $1::text and status = 'active' and health <> 'needs_reconnect') as channels,
       (select count(*) from u.broadcast
         where platform = $1 and look_at is not null and look_at < u.clock() + interval '5 minutes') as watched;

-- :detect_broadcasts_failed
-- No answer came for broadcasts $2 of platform $1: again after a pause that doubles from $3 ms up to $4 ms, or when the platform said
-- ($5 ms).
update u.broadcast
   set looks_failed = looks_failed + 1,
       look_at = u.clock() + make_interval(secs => greatest(least($3::bigint * power(2, least(looks_failed, 9)), $4::bigint), $5::bigint)
                                                   / 1000.0 * (1 + random() / 4))
 where platform = $1::text and external_id = any ($2::text[]) and look_at is not null;

-- :detect_channels_failed
-- No answer came for accounts $1, likewise.
update u.channel
   set looks_failed = looks_failed + 1,
       look_at = u.clock() + make_interval(secs => greatest(least($2::bigint * power(2, least(looks_failed, 9)), $3::bigint), $4::bigint)
                                                   / 1000.0 * (1 + random() / 4))
 where id = any ($1::uuid[]);

-- :detect_silent
-- Streams run on by the word of broadcasts that nothing has been heard of for $1 seconds.
select b.external_id, b.channel_id, c.creator_id, c.platform, c.external_id as account, u.ms(c.connected_at) as connected_ms
  from u.broadcast b
  join u.channel c on c.id = b.channel_id
 where b.state in ('unknown', 'on') and b.started_at is not null and b.told_at < u.clock() - make_interval(secs => $1::bigint)
 limit 20;

-- :detect_untouched
-- Streams that no broadcast speaks for, and whose show its creator has not touched for $1 seconds; touched_ms: when she last did.
select s.id, s.creator_id, u.ms(t.at) as touched_ms
  from u.stream s
 cross join lateral (
     select greatest(s.started_at,
                     (select max(l.at) from u.spotlight l where l.live_id = s.live_id),
                     (select max(m.created_at) from u.moment m where m.live_id = s.live_id and m.source <> 'suggested')) as at) t
 where s.state = 'live' and s.started_at < u.clock() - make_interval(secs => $1::bigint) and t.at < u.clock() - make_interval(secs => $1)
   and not exists (select from u.broadcast b where b.stream_id = s.id and b.state in ('unknown', 'upcoming', 'on'))
 order by s.started_at
 limit 20;

-- :detect_videos_later
-- No answer came for recordings $1: they are asked for again in $2 ms.
update u.replay_video set look_at = u.clock() + make_interval(secs => $2::bigint / 1000.0 * (1 + random() / 4)) where id = any ($1::uuid[]);
