-- :channel_state_put
-- Remembers one attempt to connect an account of platform $4 for creator $3, begun in browser $2.
insert into u.oauth_state (state_hash, browser_hash, creator_id, platform, shop_domain, verifier_sealed, expires_at)
values ($1::bytea, $2::bytea, $3::uuid, $4::text, '', $5::text, u.clock() + make_interval(secs => $6::int));

-- :channel_state_take
-- An attempt ends with its first answer, whatever that is.
delete from u.oauth_state
 where state_hash = $1::bytea and verifier_sealed <> ''
returning browser_hash, creator_id, platform, verifier_sealed, expires_at > u.clock() as live;

-- :channel_put
-- The row of account $4 of platform $3 for creator $2, made when it is new ($1); taken: another creator has it connected. Who connects
-- one account at once is served in turn.
with turn as materialized (
    select pg_advisory_xact_lock(hashtextextended('channel:' || $3::text || ':' || $4::text, 0))
), other as materialized (
    select exists (select from u.channel c where c.platform = $3 and c.external_id = $4 and c.status = 'active' and c.creator_id <> $2::uuid)
           as taken
      from turn
), put as (
    insert into u.channel as c (id, creator_id, platform, external_id, handle, name, avatar_url, profile_url, uploads_id, status)
    select $1::uuid, $2, $3, $4, $5::text, $6::text, $7::text, $8::text, $9::text, 'disconnected' from other o where not o.taken
    on conflict (creator_id, platform, external_id) do update
       set handle = excluded.handle, name = excluded.name, avatar_url = excluded.avatar_url, profile_url = excluded.profile_url,
           uploads_id = excluded.uploads_id
    returning c.id
)
select o.taken, p.id from other o left join put p on true;

-- :channel_connected
update u.channel
   set status = 'active', access_sealed = $2::text,
       access_expires_at = case when $3::int = 0 then u.clock() + interval '1 hour' else u.clock() + make_interval(secs => $3) end,
       refresh_sealed = coalesce($4::text, refresh_sealed),
       refresh_expires_at = case when $5::int = 0 then null else u.clock() + make_interval(secs => $5) end,
       scopes = $6::text, token_generation = token_generation + 1, token_lease = null, token_lease_until = null, refreshed_at = null,
       validated_at = u.clock(), health = 'healthy', health_reason = '', call_after = null, call_failures = 0, look_at = u.clock(),
       looks_failed = 0, tend_at = u.clock() + make_interval(secs => $7::int),
       connected_at = case when status = 'active' then connected_at else u.clock() end, disconnected_at = null
 where id = $1::uuid;

-- :channel_list
select id, platform, external_id, handle, name, avatar_url, profile_url, status, scopes, health, health_reason, live_state,
       u.ms(live_told_at) as live_told_ms, u.ms(connected_at) as connected_ms, u.ms(disconnected_at) as disconnected_ms
  from u.channel
 where creator_id = $1::uuid and ($2::uuid is null or id < $2)
 order by id desc
 limit $3::int;

-- :channel_by_id
select id, platform, external_id, handle, name, avatar_url, profile_url, status, scopes, health, health_reason, live_state,
       u.ms(live_told_at) as live_told_ms, u.ms(connected_at) as connected_ms, u.ms(disconnected_at) as disconnected_ms
  from u.channel
 where creator_id = $1::uuid and id = $2::uuid;

-- :channel_by_account
select id from u.channel where platform = $1::text and external_id = $2::text and status = 'active';

-- :channel_ended
-- No row when it has ended already, or is another connection than the one meant.
-- $2: what made it end happened then (0: now); what happened before it was connected ends nothing.
update u.channel set status = 'disconnected', disconnected_at = u.clock(), live_state = 'unknown'
 where id = $1::uuid and status = 'active' and ($2::bigint = 0 or u.at($2) >= connected_at)
returning creator_id, platform;

-- :channel_forgotten
-- Connected again while it was being forgotten: its pushes may have been dropped over there, and are asked for anew.
with held as materialized (
    select id, status from u.channel where id = $1::uuid for update
), pushes as (
    update u.push_subscription p
       set state = case when h.status = 'active' then 'wanted' else 'gone' end, due_at = u.clock(), attempts = 0
      from held h
     where p.channel_id = h.id
)
update u.channel c set access_sealed = null, refresh_sealed = null, access_expires_at = null, refresh_expires_at = null
  from held h
 where c.id = h.id and h.status = 'disconnected';

-- :channel_pushes
select topic, path_key, external_id from u.push_subscription where channel_id = $1::uuid and state in ('asked', 'active') order by topic;

-- :channel_door
-- fresh: the token lives long enough for any call.
select platform, external_id, status, access_sealed, refresh_sealed, token_generation,
       coalesce(access_expires_at > u.clock() + interval '5 minutes', false) as fresh,
       coalesce(greatest(0, u.ms(call_after) - u.ms(u.clock())), 0) as rest_ms, call_failures > 0 or health <> 'healthy' as troubled
  from u.channel
 where id = $1::uuid;

-- :channel_lease_take
update u.channel
   set token_lease = $2::uuid, token_lease_until = u.clock() + make_interval(secs => $3::int)
 where id = $1::uuid and (token_lease_until is null or token_lease_until <= u.clock())
returning refresh_sealed, token_generation;

-- :channel_lease_drop
update u.channel set token_lease = null, token_lease_until = null where id = $1::uuid and token_lease = $2::uuid;

-- :channel_tokens_put
-- Stores a pair under the lease $2 it was asked for; without a new refresh token the former one stays.
update u.channel
   set access_sealed = $3::text,
       access_expires_at = case when $4::int = 0 then u.clock() + interval '1 hour' else u.clock() + make_interval(secs => $4) end,
       refresh_sealed = coalesce($5::text, refresh_sealed),
       refresh_expires_at = case when $6::int = 0 then refresh_expires_at else u.clock() + make_interval(secs => $6) end,
       token_generation = token_generation + 1, refreshed_at = u.clock(), validated_at = u.clock(), token_lease = null, token_lease_until = null
 where id = $1::uuid and token_lease = $2::uuid
returning token_generation;

-- :channel_token_stale
-- Generation $2 of the token was refused: it is replaced before the next call. fresh_refused: it had just been.
update u.channel set access_expires_at = u.clock()
 where id = $1::uuid and token_generation = $2::int
returning coalesce(refreshed_at > u.clock() - interval '10 minutes', false) as fresh_refused;

-- :channel_denied
-- Generation $3 of its token was refused for good; no row when there is another by now.
update u.channel
   set call_after = u.clock() + make_interval(secs => $2::int * (1 + random() / 4)), tend_at = u.clock() + make_interval(secs => $2)
 where id = $1::uuid and token_generation = $3::int
returning id;

-- :channel_rest
-- Leaves it alone for $2 ms; a failure ($3) is counted, and doubles the rest each time, up to 5 minutes.
update u.channel
   set call_failures = call_failures + case when $3::boolean then 1 else 0 end,
       call_after = greatest(call_after, u.clock() + make_interval(secs => case when $3 then least(300, $2::bigint / 1000.0 * power(2, least(call_failures, 9)))
                                                                             else $2 / 1000.0 end * (1 + random() / 4)))
 where id = $1::uuid
returning call_failures;

-- :channel_well
update u.channel set call_failures = 0, call_after = null, validated_at = u.clock() where id = $1::uuid;

-- :channel_health_put
-- Tells its creator when it changed. What needs her does not become degraded by being away as well, and is healed by her alone, but
-- for a token that was refused once too often and is good again.
with held as materialized (
    select id, health from u.channel where id = $1::uuid for no key update
), changed as (
    update u.channel c
       set health = $2::text, health_reason = $3::text
      from held h
     where c.id = h.id and (c.health <> $2 or c.health_reason <> $3)
       and not (c.health = 'needs_reconnect' and ($2 = 'degraded' or ($2 = 'healthy' and c.health_reason not in ('token', 'key'))))
    returning c.id, c.creator_id, c.platform, h.health as before, c.health, c.health_reason
)
insert into u.event_log (id, type, creator_id, subject, payload, at)
select u.event_id('CONNECTION_HEALTH', id::text || ':' || gen_random_uuid(), u.clock()), 'CONNECTION_HEALTH', creator_id, id,
       jsonb_build_object('platform', platform, 'channel', id, 'health', health, 'reason', health_reason), u.clock()
  from changed
 where before <> health;

-- :channel_tend_due
-- Claims the next channel whose token is to be looked at; it comes back in ten minutes when whoever looks fails.
update u.channel c
   set tend_at = u.clock() + interval '10 minutes'
 where c.id = (select d.id from u.channel d
                where d.status = 'active' and d.tend_at <= u.clock() and (d.call_after is null or d.call_after <= u.clock())
                  and (d.health <> 'needs_reconnect' or d.health_reason in ('token', 'key'))
                order by d.tend_at limit 1 for update skip locked)
returning c.id;

-- :channel_tended
update u.channel set validated_at = u.clock(), tend_at = u.clock() + make_interval(secs => $2::int) where id = $1::uuid;

-- :channel_app
select access_sealed from u.platform_app where platform = $1::text and access_expires_at > u.clock() + interval '1 hour';

-- :channel_app_put
insert into u.platform_app as a (platform, access_sealed, access_expires_at)
values ($1::text, $2::text, u.clock() + make_interval(secs => $3::int))
on conflict (platform) do update set access_sealed = excluded.access_sealed, access_expires_at = excluded.access_expires_at;

-- :channel_app_drop
delete from u.platform_app where platform = $1::text;

-- :channel_app_drop_old
-- What another key than $1 has sealed is asked for anew with the next call.
delete from u.platform_app where split_part(access_sealed, '.', 2) <> $1::text;

-- :channel_push_want
insert into u.push_subscription as s (id, channel_id, platform, topic, path_key, secret_sealed)
values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text)
on conflict (channel_id, topic) do update
   set state = case when s.state = 'gone' then 'wanted' else s.state end, due_at = u.clock(), attempts = 0;

-- :channel_push_by_key
-- wanted false: we have left, and a hub may ask whether that is so.
select s.id, s.channel_id, s.topic, s.secret_sealed, c.external_id as account, s.state <> 'gone' and c.status = 'active' as wanted
  from u.push_subscription s
  join u.channel c on c.id = s.channel_id
 where s.platform = $1::text and s.path_key = $2::text;

-- :channel_push_begun
-- Asked for again at half of its lease; without one, daily: it may have gone without a word.
update u.push_subscription
   set state = 'active', attempts = 0, problem = '',
       lease_until = case when $2::bigint = 0 then null else u.clock() + make_interval(secs => $2) end,
       due_at = u.clock() + make_interval(secs => case when $2 = 0 then 86400 else greatest($2 / 2, 600) end)
 where id = $1::uuid;

-- :channel_push_refused
-- She may have taken back her grant: its token is looked at too.
with refused as (
    update u.push_subscription
       set state = 'refused', problem = $2::text, attempts = attempts + 1, due_at = u.clock() + interval '1 hour' * power(2, least(attempts, 5))
     where id = $1::uuid and state <> 'refused'
    returning channel_id
)
update u.channel c set tend_at = least(c.tend_at, u.clock()) from refused r where c.id = r.channel_id;

-- :channel_push_told
update u.push_subscription set told_at = u.clock() where id = $1::uuid;

-- :channel_push_due
-- Claims the next subscription that is to be asked for; it comes back when whoever asks dies.
update u.push_subscription s
   set due_at = u.clock() + make_interval(secs => $1::int), attempts = s.attempts + 1
 where s.id = (select d.id from u.push_subscription d join u.channel c on c.id = d.channel_id and c.status = 'active'
                where d.state <> 'gone' and d.due_at <= u.clock()
                order by d.due_at limit 1 for update of d skip locked)
returning s.id, s.platform, s.topic, s.path_key, s.secret_sealed, (select c.external_id from u.channel c where c.id = s.channel_id) as account;

-- :channel_push_asked
-- The platform will ask us back; when it does not, we ask again in ten minutes.
update u.push_subscription
   set external_id = case when $2::text = '' then external_id else $2 end,
       state = case when $3::boolean then 'active' when state = 'active' then state else 'asked' end,
       due_at = case when $3 then u.clock() + interval '1 day' else greatest(case when state = 'active' then due_at end, u.clock() + interval '10 minutes') end
 where id = $1::uuid;

-- :channel_push_failed
update u.push_subscription
   set problem = $2::text, due_at = u.clock() + make_interval(secs => least(3600, power(2, least(attempts, 12))::int) * (1 + random() / 4))
 where id = $1::uuid;

-- :channel_sealed_list
-- Texts that other keys than $1 have sealed, of rows after $2.
select x.id, x.what, x.sealed
  from (select c.id, 'channel.access_sealed' as what, c.access_sealed as sealed from u.channel c where c.access_sealed is not null
        union all select c.id, 'channel.refresh_sealed', c.refresh_sealed from u.channel c where c.refresh_sealed is not null
        union all select p.id, 'push_subscription.secret_sealed', p.secret_sealed from u.push_subscription p) x
 where x.id > $2::uuid and split_part(x.sealed, '.', 2) <> $1::text
 order by x.id
 fetch first ($3::int) rows with ties;

-- :channel_sealed_put
-- Unless it was replaced meanwhile.
with access as (
    update u.channel set access_sealed = $4::text where id = $1::uuid and $2::text = 'channel.access_sealed' and access_sealed = $3::text returning 1
), refresh as (
    update u.channel set refresh_sealed = $4 where id = $1 and $2 = 'channel.refresh_sealed' and refresh_sealed = $3 returning 1
), push as (
    update u.push_subscription set secret_sealed = $4 where id = $1 and $2 = 'push_subscription.secret_sealed' and secret_sealed = $3 returning 1
)
select 1 as one from access union all select 1 from refresh union all select 1 from push;

-- :channel_sealed_count
select x.what, split_part(x.sealed, '.', 2) as key_id, count(*) as n
  from (select 'channel.access_sealed' as what, c.access_sealed as sealed from u.channel c where c.access_sealed is not null
        union all select 'channel.refresh_sealed', c.refresh_sealed from u.channel c where c.refresh_sealed is not null
        union all select 'push_subscription.secret_sealed', p.secret_sealed from u.push_subscription p
        union all select 'platform_app.access_sealed', a.access_sealed from u.platform_app a) x
 group by 1, 2
 order by 1, 2;
