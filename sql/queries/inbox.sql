-- :inbox_store
-- Keeps delivery $1 as it came; no row when this (platform, shop, webhook id) is here already.
insert into u.webhook_inbox (id, platform, shop_domain, topic, webhook_id, event_id, api_version, triggered_at, body_sealed)
values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text,
        case when $8::bigint = 0 then null else u.at($8) end, $9::text)
on conflict (platform, shop_domain, webhook_id) do nothing
returning id;

-- :inbox_due
-- The deliveries that wait to be applied, oldest first.
select id
  from u.webhook_inbox
 where state = 'new' and retry_at <= u.clock()
 order by retry_at, id
 limit $1::int;

-- :inbox_take
-- Takes delivery $1 for the transaction that applies it; no row when it was applied meanwhile or another has it.
select i.id, i.platform, i.shop_domain, i.topic, i.webhook_id, i.event_id, i.api_version, i.attempts, i.body_sealed,
       u.ms(i.triggered_at) as triggered_ms, u.ms(i.received_at) as received_ms, s.id as shop_id
  from u.webhook_inbox i
  left join u.shop s on s.platform = i.platform and s.domain = i.shop_domain
 where i.id = $1::uuid and i.state = 'new'
   for update of i skip locked;

-- :inbox_close
-- Ends delivery $1 as $2 (done, ignored, parked), with what there is to say about it.
update u.webhook_inbox
   set state = $2::text, problem = $3::text, attempts = attempts + 1, done_at = u.clock()
 where id = $1::uuid and state = 'new';

-- :inbox_retry
-- Tries delivery $1 again after 2^attempts s with jitter, parked after $3 attempts.
update u.webhook_inbox
   set attempts = attempts + 1, problem = $2::text,
       state = case when attempts + 1 >= $3::int then 'parked' else 'new' end,
       retry_at = u.clock() + make_interval(secs => least(900, power(2, least(attempts, 10))) * (0.75 + random() / 2))
 where id = $1::uuid and state = 'new';

-- :inbox_forget
-- Removes up to $2 bodies older than $1 days; the record of the delivery stays. Parked ones keep theirs.
with old as (
    select id from u.webhook_inbox
     where body_sealed is not null and state in ('done', 'ignored')
       and received_at < u.clock() - make_interval(days => $1::int)
     limit $2::int
)
update u.webhook_inbox i set body_sealed = null where i.id = any (array(select id from old));
