-- :shop_by_id
select id, platform, domain, name, currency, storefront_url, status, scopes, health, health_reason, token_generation,
       u.ms(installed_at) as installed_ms
  from u.shop
 where id = $1::uuid;

-- :shop_by_domain
select id, platform, domain, name, currency, storefront_url, status, scopes, health, health_reason, token_generation,
       u.ms(installed_at) as installed_ms
  from u.shop
 where platform = $1::text and domain = $2::text;

-- :shop_put
-- Makes sure that a row of platform $2 and domain $3 exists; $1 is used when it is new.
insert into u.shop (id, platform, domain)
values ($1::uuid, $2::text, $3::text)
on conflict (platform, domain) do nothing;

-- :shop_door
-- What a call to shop $1 needs. fresh: the token lives long enough for any call; usable: for a quick one.
select platform, domain, status, access_sealed, token_generation,
       coalesce(access_expires_at > u.clock() + interval '5 minutes', false) as fresh,
       coalesce(access_expires_at > u.clock() + interval '20 seconds', false) as usable,
       coalesce(greatest(0, u.ms(call_after) - u.ms(u.clock())), 0) as rest_ms,
       call_failures > 0 or (health <> 'healthy' and health_reason not in ('scope', 'api-version')) as troubled, api_version, api_pinned
  from u.shop
 where id = $1::uuid;

-- :shop_lease_take
-- Lets lease $2 alone replace the token pair of shop $1 for $3 seconds; no row while another has it.
update u.shop
   set token_lease = $2::uuid, token_lease_until = u.clock() + make_interval(secs => $3::int)
 where id = $1::uuid
   and (token_lease_until is null or token_lease_until <= u.clock())
returning refresh_sealed, refresh_before_sealed, token_generation;

-- :shop_lease_drop
update u.shop set token_lease = null, token_lease_until = null where id = $1::uuid and token_lease = $2::uuid;

-- :shop_tokens_put
-- Stores a pair as one, under the lease $2 that it was asked for; no row when that lease is lost. $7: the former refresh token
-- may still be good.
update u.shop
   set access_sealed = $3::text, access_expires_at = u.clock() + make_interval(secs => $4::int),
       refresh_sealed = $5::text, refresh_expires_at = u.clock() + make_interval(secs => $6::int),
       refresh_before_sealed = case when $7::boolean then refresh_sealed end,
       token_generation = token_generation + 1, refreshed_at = u.clock(), token_lease = null, token_lease_until = null
 where id = $1::uuid and token_lease = $2::uuid
returning token_generation;

-- :shop_token_stale
-- The shop refused generation $2 of the token: it must be replaced before the next call. fresh_refused: it had just been.
update u.shop
   set access_expires_at = u.clock()
 where id = $1::uuid and token_generation = $2::int
returning coalesce(refreshed_at > u.clock() - interval '10 minutes', false) as fresh_refused;

-- :shop_installed
-- What the shop says of itself after an exchange. before: its former status.
update u.shop s
   set status = 'active', name = $2::text, currency = $3::text, storefront_url = $4::text, scopes = $5::text,
       installed_at = case when b.status = 'active' then s.installed_at else u.clock() end, uninstalled_at = null,
       call_after = null, call_failures = 0
  from (select id, status from u.shop where id = $1::uuid for update) b
 where s.id = b.id
returning b.status as before;

-- :shop_rest
-- Leaves the shop alone for $2 ms. $3: it was a failure, counted until a call succeeds, and the rest is doubled with each; at least
-- $4 ms then. Returns how many failures there were.
update u.shop
   set call_failures = call_failures + case when $3::boolean then 1 else 0 end,
       call_after = greatest(call_after, u.clock() + make_interval(secs => greatest(
           $2::bigint / 1000.0 * case when $3::boolean then power(2, least(call_failures, 9)) else 1 end,
           $4::bigint / 1000.0) * (1 + random() / 4)))
 where id = $1::uuid
returning call_failures;

-- :shop_well
-- A call succeeded: what was counted against shop $1 is over. heal: what it was unwell with is over too; a missing scope or
-- another version of its API is not.
update u.shop
   set call_failures = 0, call_after = null
 where id = $1::uuid
returning health <> 'healthy' and health_reason not in ('scope', 'api-version') as heal;

-- :shop_version_put
-- Shop $1 uses version $2 of its API where $4 is wanted, in webhooks ($3) or in answers; no row when that is known.
update u.shop
   set api_version = case when $3::boolean then api_version else $2::text end,
       api_pinned = case when $3 then api_pinned else $4::text end,
       webhook_version = case when $3 then $2 else webhook_version end,
       webhook_pinned = case when $3 then $4 else webhook_pinned end
 where id = $1::uuid
   and case when $3 then (webhook_version, webhook_pinned) <> ($2, $4) else (api_version, api_pinned) <> ($2, $4) end
returning health = 'healthy' as healthy, health_reason = 'api-version' as drifted;

-- :shop_health_put
-- Sets the health of shop $1 to $2 for reason $3 and tells each creator who sells from it, when it changed. What needs its owner
-- does not become degraded by being away as well.
with held as materialized (
    select id, health from u.shop where id = $1::uuid for no key update
), changed as (
    update u.shop s
       set health = $2::text, health_reason = $3::text
      from held h
     where s.id = h.id
       and (s.health <> $2 or s.health_reason <> $3)
       and not (s.health = 'needs_reconnect' and $2 = 'degraded')
    returning s.id, h.health as before, s.health, s.health_reason
)
insert into u.event_log (id, type, creator_id, shop_id, subject, payload, at)
select u.event_id('CONNECTION_HEALTH', n.id::text || ':' || gen_random_uuid(), u.clock()), 'CONNECTION_HEALTH', n.creator_id, c.id, n.id,
       jsonb_build_object('health', c.health, 'reason', c.health_reason), u.clock()
  from changed c
  join u.connection n on n.shop_id = c.id and n.status = 'active'
 where c.before <> c.health;

-- :shop_denied
-- Shop $1 no longer lets us in with generation $2 of the pair, for reason $3: its owner must connect it again, and it is left alone
-- for $4 s. No row when the pair was replaced meanwhile.
with held as materialized (
    select id, health from u.shop where id = $1::uuid and token_generation = $2::int for no key update
), put as (
    update u.shop s
       set health = 'needs_reconnect', health_reason = $3::text,
           call_after = u.clock() + make_interval(secs => $4::int * (1 + random() / 4))
      from held h
     where s.id = h.id
    returning s.id, h.health as before
), told as (
    insert into u.event_log (id, type, creator_id, shop_id, subject, payload, at)
    select u.event_id('CONNECTION_HEALTH', n.id::text || ':' || gen_random_uuid(), u.clock()), 'CONNECTION_HEALTH', n.creator_id, p.id,
           n.id, jsonb_build_object('health', 'needs_reconnect', 'reason', $3), u.clock()
      from put p
      join u.connection n on n.shop_id = p.id and n.status = 'active'
     where p.before <> 'needs_reconnect'
)
select id from put;

-- :shop_forget
-- Forgets the credentials of shop $1; nobody sells from it any more.
update u.shop
   set status = 'uninstalled', access_sealed = null, access_expires_at = null, refresh_sealed = null, refresh_expires_at = null,
       refresh_before_sealed = null, token_generation = token_generation + 1, token_lease = null, token_lease_until = null, uninstalled_at = u.clock(),
       call_after = null, call_failures = 0
 where id = $1::uuid and status = 'leaving';

-- :shop_uninstalled
-- The shop says at $2 (Unix ms) that it uninstalled us: /go is closed and the credentials are gone at once. No row when it was
-- installed again since, or is gone already.
update u.shop
   set status = 'uninstalled', access_sealed = null, access_expires_at = null, refresh_sealed = null, refresh_expires_at = null,
       refresh_before_sealed = null, token_generation = token_generation + 1, token_lease = null, token_lease_until = null, uninstalled_at = u.clock()
 where id = $1::uuid and status in ('active', 'leaving')
   and (installed_at is null or installed_at < u.at($2::bigint))
returning id;

-- :shop_idle
-- Shops whose refresh token would lapse unless it is used, those nearest to it first; kept alive weekly. Those that somebody leaves
-- need theirs until the end.
select id
  from u.shop
 where status in ('active', 'leaving') and health <> 'needs_reconnect'
   and refreshed_at < u.clock() - interval '7 days'
   and (call_after is null or call_after <= u.clock())
 order by refreshed_at
 limit 1;

-- :shop_scopes_put
-- Shop $1 told at $3 (Unix ms) that it grants scopes $2; no row when something newer is known, or it was before this installation.
update u.shop
   set scopes = $2::text, scopes_told_at = u.at($3::bigint)
 where id = $1::uuid and status in ('active', 'leaving')
   and u.at($3) >= greatest(installed_at, scopes_told_at)
returning id;

-- :shop_erase
-- Shop $1 asked to be forgotten: what it said of itself goes, its domain stays.
update u.shop
   set name = '', storefront_url = '', scopes = '', access_sealed = null, access_expires_at = null, refresh_sealed = null,
       refresh_before_sealed = null, refresh_expires_at = null
 where id = $1::uuid and status = 'uninstalled';

-- :shop_sealed_list
-- Sealed texts of shops after shop $2 that another key than $1 sealed, of $3 shops at most.
select id, access_sealed, refresh_sealed, refresh_before_sealed
  from u.shop
 where id > $2::uuid
   and (split_part(access_sealed, '.', 2) <> $1::text or split_part(refresh_sealed, '.', 2) <> $1
        or split_part(refresh_before_sealed, '.', 2) <> $1)
 order by id
 limit $3::int;

-- :shop_sealed_put
-- The same secrets of shop $1 under another key; each only if it is still the text that was read, so that a newer pair stays.
update u.shop
   set access_sealed = case when access_sealed = $2::text then $3::text else access_sealed end,
       refresh_sealed = case when refresh_sealed = $4::text then $5::text else refresh_sealed end,
       refresh_before_sealed = case when refresh_before_sealed = $6::text then $7::text else refresh_before_sealed end
 where id = $1::uuid
   and (access_sealed = $2 or refresh_sealed = $4 or refresh_before_sealed = $6);

-- :shop_sealed_count
-- How many secrets of shops each key of the ring has sealed.
select 'shop.' || t.what as what, split_part(t.sealed, '.', 2) as key_id, count(*) as n
  from u.shop s
 cross join lateral (values ('access_sealed', s.access_sealed), ('refresh_sealed', s.refresh_sealed),
                            ('refresh_before_sealed', s.refresh_before_sealed)) t (what, sealed)
 where t.sealed is not null
 group by 1, 2
 order by 1, 2;
