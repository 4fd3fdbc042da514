-- :connection_state_put
-- Remembers one attempt to connect shop $5 of platform $4 for creator $3, begun in browser $2.
insert into u.oauth_state (state_hash, browser_hash, creator_id, platform, shop_domain, expires_at)
values ($1::bytea, $2::bytea, $3::uuid, $4::text, $5::text, u.clock() + make_interval(secs => $6::int));

-- :connection_state_take
-- An attempt ends with its first answer, whatever that is.
delete from u.oauth_state
 where state_hash = $1::bytea
returning browser_hash, creator_id, platform, shop_domain, expires_at > u.clock() as live;

-- :connection_state_sweep
delete from u.oauth_state where expires_at < u.clock() - interval '1 hour';

-- :connection_put
-- Connects creator $2 to shop $3, again or for the first time; owner when the shop has none. The caller has the shop's row locked.
insert into u.connection as n (id, creator_id, shop_id, platform, role, status)
select $1::uuid, $2::uuid, s.id, s.platform,
       case when exists (select 1 from u.connection o
                          where o.shop_id = s.id and o.status = 'active' and o.role = 'owner' and o.creator_id <> $2)
            then 'seller' else 'owner' end,
       'active'
  from u.shop s
 where s.id = $3::uuid
on conflict (creator_id, shop_id) do update
   set role = excluded.role, status = 'active', disconnected_at = null,
       connected_at = case when n.status = 'active' then n.connected_at else u.clock() end
returning id, role;

-- :connection_list
-- A creator's connections, the newest first, with the health of each shop and the progress of its sync.
select n.id, n.shop_id, n.platform, n.role, n.status, u.ms(n.connected_at) as connected_ms, u.ms(n.disconnected_at) as disconnected_ms,
       s.domain, s.name, s.currency, s.storefront_url, s.status as shop_status, s.health, s.health_reason, s.scopes,
       coalesce(y.state, '') as sync_state, coalesce(y.phase, '') as sync_phase, coalesce(y.products, 0) as sync_products,
       coalesce(y.variants, 0) as sync_variants, coalesce(y.problem, '') as sync_problem,
       u.ms(y.wanted_at) as sync_wanted_ms, u.ms(y.started_at) as sync_started_ms, u.ms(y.finished_at) as sync_finished_ms,
       u.ms(z.finished_at) as compared_ms, coalesce(z.missing, 0) as missing, coalesce(z.newer, 0) as newer,
       coalesce(z.different, 0) as different, coalesce(z.refused, 0) as refused, coalesce(z.same, 0) as same
  from u.connection n
  join u.shop s on s.id = n.shop_id
  left join u.catalog_sync y on y.shop_id = n.shop_id
  left join lateral (select w.finished_at, w.missing, w.newer, w.different, w.refused, w.same from u.reconcile_run w
                      where w.shop_id = n.shop_id and w.finished_at is not null
                      order by w.id desc limit 1) z on true
 where n.creator_id = $1::uuid
   and ($2::uuid is null or n.id < $2)
 order by n.id desc
 limit $3::int;

-- :connection_by_id
select n.id, n.shop_id, n.platform, n.role, n.status, u.ms(n.connected_at) as connected_ms, u.ms(n.disconnected_at) as disconnected_ms,
       s.domain, s.name, s.currency, s.storefront_url, s.status as shop_status, s.health, s.health_reason, s.scopes,
       coalesce(y.state, '') as sync_state, coalesce(y.phase, '') as sync_phase, coalesce(y.products, 0) as sync_products,
       coalesce(y.variants, 0) as sync_variants, coalesce(y.problem, '') as sync_problem,
       u.ms(y.wanted_at) as sync_wanted_ms, u.ms(y.started_at) as sync_started_ms, u.ms(y.finished_at) as sync_finished_ms,
       u.ms(z.finished_at) as compared_ms, coalesce(z.missing, 0) as missing, coalesce(z.newer, 0) as newer,
       coalesce(z.different, 0) as different, coalesce(z.refused, 0) as refused, coalesce(z.same, 0) as same
  from u.connection n
  join u.shop s on s.id = n.shop_id
  left join u.catalog_sync y on y.shop_id = n.shop_id
  left join lateral (select w.finished_at, w.missing, w.newer, w.different, w.refused, w.same from u.reconcile_run w
                      where w.shop_id = n.shop_id and w.finished_at is not null
                      order by w.id desc limit 1) z on true
 where n.creator_id = $1::uuid and n.id = $2::uuid;

-- :connection_end
-- Ends connection $2 of creator $1; no row when it has ended or is not hers. That alone closes /go for her offers of that shop.
update u.connection
   set status = 'disconnected', disconnected_at = u.clock()
 where creator_id = $1::uuid and id = $2::uuid and status = 'active'
returning shop_id;

-- :connection_promote
-- Shop $1 has lost its owner: who has sold from it for longest is the owner now. No row when it has one, or nobody sells from it.
update u.connection n
   set role = 'owner'
 where n.id = (select o.id
                 from u.connection o
                where o.shop_id = $1::uuid and o.status = 'active'
                order by o.connected_at, o.id
                limit 1)
   and not exists (select 1 from u.connection o where o.shop_id = $1 and o.status = 'active' and o.role = 'owner')
returning n.id, n.creator_id;

-- :connection_end_all
-- The shop is gone: ends every connection to it.
update u.connection
   set status = 'disconnected', disconnected_at = u.clock()
 where shop_id = $1::uuid and status = 'active'
returning id, creator_id;

-- :connection_shop_leave
-- Nobody sells from shop $1 any more: it is left, step by step. No row while somebody does.
update u.shop s
   set status = 'leaving'
 where s.id = $1::uuid and s.status = 'active'
   and not exists (select 1 from u.connection n where n.shop_id = s.id and n.status = 'active')
returning s.id;

-- :connection_shop_lock
-- Who joins and who leaves a shop take turns.
select status from u.shop where id = $1::uuid for no key update;

-- :connection_leaving
-- Is shop $1 still being left, what of ours is still there, and has creator $2 come back?
select s.status = 'leaving' as leaving,
       exists (select 1 from u.offer_discount d where d.shop_id = s.id and d.state <> 'ended' and d.external_id <> '') as discounts,
       exists (select 1 from u.connection n where n.shop_id = s.id and n.creator_id = $2::uuid and n.status = 'active') as joined
  from u.shop s
 where s.id = $1::uuid;

-- :connection_topic_put
insert into u.webhook_subscription (shop_id, topic, external_id, uri)
values ($1::uuid, $2::text, $3::text, $4::text)
on conflict (shop_id, topic) do update set external_id = excluded.external_id, uri = excluded.uri, checked_at = u.clock();

-- :connection_topics_forget
delete from u.webhook_subscription where shop_id = $1::uuid;

-- :connection_topics_due
-- Shops whose subscriptions have not been looked at for a day.
select s.id
  from u.shop s
 where s.status = 'active' and s.health <> 'needs_reconnect'
   and coalesce((select max(w.checked_at) from u.webhook_subscription w where w.shop_id = s.id), s.installed_at)
       < u.clock() - interval '1 day'
   and not exists (select 1 from u.job j where j.kind = 'subscriptions' and j.dedupe = s.id::text and j.state = 'queued')
 limit 10;

-- :connection_erase
-- Shop $1 asked to be forgotten: its subscriptions and attempts to connect go.
with topics as (
    delete from u.webhook_subscription where shop_id = $1::uuid
)
delete from u.oauth_state a using u.shop s where s.id = $1 and a.platform = s.platform and a.shop_domain = s.domain;
