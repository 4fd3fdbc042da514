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
       call_failures > 0 or health <> 'healthy' as troubled
  from u.shop
 where id = $1::uuid;

-- :shop_lease_take
-- Lets lease $2 alone replace the token pair of shop $1 for $3 seconds; no row while another has it.
update u.shop
   set token_lease = $2::uuid, token_lease_until = u.clock() + make_interval(secs => $3::int)
 where id = $1::uuid
   and (token_lease_until is null or token_lease_until <= u.clock())
returning refresh_sealed, token_generation;

-- :shop_lease_drop
update u.shop set token_lease = null, token_lease_until = null where id = $1::uuid and token_lease = $2::uuid;

-- :shop_tokens_put
-- Stores a pair as one, under the lease $2 that it was asked for; no row when that lease is lost.
update u.shop
   set access_sealed = $3::text, access_expires_at = u.clock() + make_interval(secs => $4::int),
       refresh_sealed = $5::text, refresh_expires_at = u.clock() + make_interval(secs => $6::int),
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
-- Leaves the shop alone for $2 ms. $3: it was a failure, counted until a call succeeds. Returns how many there were.
update u.shop
   set call_failures = call_failures + case when $3::boolean then 1 else 0 end,
       call_after = u.clock() + make_interval(secs => ($2::bigint / 1000.0)
           * case when $3::boolean then power(2, least(call_failures, 9)) else 1 end * (1 + random() / 4))
 where id = $1::uuid
returning call_failures;

-- :shop_well
update u.shop set call_failures = 0, call_after = null where id = $1::uuid and (call_failures > 0 or call_after is not null);

-- :shop_health_put
-- Sets the health of shop $1 to $2 for reason $3 and tells each creator who sells from it, when it changed.
with changed as (
    update u.shop
       set health = $2::text, health_reason = $3::text
     where id = $1::uuid and health <> $2
    returning id, health, health_reason
)
insert into u.event_log (id, type, creator_id, shop_id, subject, payload, at)
select u.event_id('CONNECTION_HEALTH', n.id::text || ':' || gen_random_uuid(), u.clock()), 'CONNECTION_HEALTH', n.creator_id, c.id, n.id,
       jsonb_build_object('health', c.health, 'reason', c.health_reason), u.clock()
  from changed c
  join u.connection n on n.shop_id = c.id and n.status = 'active';

-- :shop_forget
-- Forgets the credentials of shop $1; nobody sells from it any more.
update u.shop
   set status = 'uninstalled', access_sealed = null, access_expires_at = null, refresh_sealed = null, refresh_expires_at = null,
       token_generation = token_generation + 1, token_lease = null, token_lease_until = null, uninstalled_at = u.clock(),
       call_after = null, call_failures = 0
 where id = $1::uuid and status = 'leaving';

-- :shop_uninstalled
-- The shop says at $2 (Unix ms) that it uninstalled us: /go is closed and the credentials are gone at once. No row when it was
-- installed again since, or is gone already.
update u.shop
   set status = 'uninstalled', access_sealed = null, access_expires_at = null, refresh_sealed = null, refresh_expires_at = null,
       token_generation = token_generation + 1, token_lease = null, token_lease_until = null, uninstalled_at = u.clock()
 where id = $1::uuid and status in ('active', 'leaving')
   and (installed_at is null or installed_at < u.at($2::bigint))
returning id;

-- :shop_idle
-- Shops whose refresh token would lapse unless it is used, those nearest to it first; kept alive weekly.
select id
  from u.shop
 where status = 'active' and health <> 'needs_reconnect'
   and refreshed_at < u.clock() - interval '7 days'
   and (call_after is null or call_after <= u.clock())
 order by refreshed_at
 limit 1;
