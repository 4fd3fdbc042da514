-- :inbox_store
-- Keeps delivery $1 as it came; no row when this (platform, shop, webhook id) is here already.
insert into u.webhook_inbox (id, platform, shop_domain, topic, webhook_id, event_id, api_version, triggered_at, body_sealed,
                             name, signature, signed_with, body_bytes)
values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text,
        case when $8::bigint = 0 then null else u.at($8) end, $9::text, $10::text, $11::text, $12::text, $13::int)
on conflict (platform, shop_domain, webhook_id) do nothing
returning id;

-- :inbox_store_many
-- Keeps deliveries $1 as they came; a row for each that is new: no (platform, shop, webhook id) is here twice. In the order of these
-- names, so that two who store the same ones wait for each other and never in a circle.
insert into u.webhook_inbox (id, platform, shop_domain, topic, webhook_id, event_id, api_version, triggered_at, body_sealed,
                             name, signature, signed_with, body_bytes)
select d.id, d.platform, d.shop_domain, d.topic, d.webhook_id, d.event_id, d.api_version,
       case when d.triggered_ms = 0 then null else u.at(d.triggered_ms) end, d.body_sealed, d.name, d.signature, d.signed_with, d.body_bytes::int
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[],
              $11::text[], $12::text[], $13::bigint[])
       d (id, platform, shop_domain, topic, webhook_id, event_id, api_version, triggered_ms, body_sealed, name, signature, signed_with, body_bytes)
 order by d.platform, d.shop_domain, d.webhook_id, d.id
on conflict (platform, shop_domain, webhook_id) do nothing
returning id;

-- :inbox_claim
-- Begins a try of up to $1 deliveries that wait, oldest first. One that was tried before comes alone, so that whatever ended the
-- helper under it ends nobody else's try; after $2 tries that never ended it is parked.
with due as (
    select id, attempts, retry_at
      from u.webhook_inbox
     where state = 'new' and retry_at <= u.clock()
     order by retry_at, id
     limit $1::int
), head as (
    select id, attempts from due order by retry_at, id limit 1
), ids as (
    select d.id from due d, head h where case when h.attempts = 0 then d.attempts = 0 else d.id = h.id end
), claimed as (
    update u.webhook_inbox i
       set attempts = i.attempts + 1,
           retry_at = u.clock() + make_interval(secs => least(900, power(2, least(i.attempts, 10)))),
           state = case when i.attempts >= $2::int then 'parked' else 'new' end,
           problem = case when i.attempts >= $2 and i.problem = '' then 'never ended: the helper died under it' else i.problem end,
           done_at = case when i.attempts >= $2 then u.clock() end
     where i.id = any (array(select id from ids)) and i.state = 'new'
    returning i.id, i.state = 'new' as live
)
select c.id, c.live from claimed c join due d on d.id = c.id order by d.retry_at, d.id;

-- :inbox_take
-- Takes delivery $1 for the transaction that applies it; no row when it was applied meanwhile or another has it.
select i.id, i.platform, i.shop_domain, i.topic, i.webhook_id, i.event_id, i.api_version, i.attempts, i.body_sealed, i.state,
       i.body_gone, i.name, i.signature, i.signed_with,
       u.ms(i.triggered_at) as triggered_ms, u.ms(i.received_at) as received_ms, s.id as shop_id
  from u.webhook_inbox i
  left join u.shop s on s.platform = i.platform and s.domain = i.shop_domain
 where i.id = $1::uuid and i.state = 'new'
   for update of i skip locked;

-- :inbox_retake
-- Takes delivery $1 for a replay, whatever came of it; waits for who has it.
select i.id, i.platform, i.shop_domain, i.topic, i.webhook_id, i.event_id, i.api_version, i.attempts, i.body_sealed, i.state,
       i.body_gone, i.name, i.signature, i.signed_with,
       u.ms(i.triggered_at) as triggered_ms, u.ms(i.received_at) as received_ms, s.id as shop_id
  from u.webhook_inbox i
  left join u.shop s on s.platform = i.platform and s.domain = i.shop_domain
 where i.id = $1::uuid
   for update of i;

-- :inbox_close
-- Ends delivery $1 as $2 (done, ignored, parked), with what there is to say about it.
update u.webhook_inbox
   set state = $2::text, problem = $3::text, waits_for = '', done_at = u.clock()
 where id = $1::uuid and state = 'new';

-- :inbox_reclose
-- What a replay that is kept came to.
update u.webhook_inbox
   set state = $2::text, problem = $3::text, waits_for = $4::text, done_at = case when $2 = 'new' then null else u.clock() end,
       retry_at = u.clock(), replayed_at = u.clock()
 where id = $1::uuid;

-- :inbox_wait
-- Delivery $1 cannot be applied before $2 is told: again in a while, parked after $4 tries, and awake as soon as that comes.
update u.webhook_inbox
   set waits_for = $2::text, problem = $3::text,
       state = case when attempts >= $4::int then 'parked' else 'new' end,
       done_at = case when attempts >= $4 then u.clock() end,
       retry_at = u.clock() + make_interval(secs => least(900, power(2, least(attempts - 1, 10))) * (0.75 + random() / 2))
 where id = $1::uuid and state = 'new';

-- :inbox_wake
-- $3 was told by shop $2: what waited for it is due now, parked or not.
update u.webhook_inbox
   set state = 'new', attempts = 0, retry_at = u.clock(), done_at = null
 where platform = $1::text and shop_domain = $2::text and waits_for = $3::text and waits_for <> ''
   and state in ('new', 'parked') and body_sealed is not null;

-- :inbox_retry
-- Tries delivery $1 again after 2^tries s with jitter, parked after $3 tries.
update u.webhook_inbox
   set problem = $2::text,
       state = case when attempts >= $3::int then 'parked' else 'new' end,
       done_at = case when attempts >= $3 then u.clock() end,
       retry_at = u.clock() + make_interval(secs => least(900, power(2, least(attempts - 1, 10))) * (0.75 + random() / 2))
 where id = $1::uuid and state = 'new';

-- :inbox_forget
-- Removes up to $2 bodies that are $1 days old; the record of the delivery stays. What still waits to be applied keeps its body.
with old as (
    select id from u.webhook_inbox
     where body_sealed is not null and state <> 'new'
       and received_at <= u.clock() - make_interval(days => $1::int)
     order by received_at
     limit $2::int
)
update u.webhook_inbox i set body_sealed = null, body_gone = 'expired' where i.id = any (array(select id from old));

-- :inbox_list
-- Deliveries, newest first, before $1: of shop $2, topic $3, state $4 (each empty: any), received from $5 until before $6.
select i.id, i.platform, i.shop_domain, i.topic, i.webhook_id, i.event_id, i.api_version, i.name, i.signature, i.signed_with,
       i.state, i.attempts, i.problem, i.waits_for, i.body_bytes, i.body_gone, i.body_sealed is not null as has_body,
       u.ms(i.triggered_at) as triggered_ms, u.ms(i.received_at) as received_ms, u.ms(i.retry_at) as retry_ms,
       u.ms(i.done_at) as done_ms, u.ms(i.replayed_at) as replayed_ms
  from u.webhook_inbox i
 where ($1::uuid is null or i.id < $1)
   and ($2::text = '' or i.shop_domain = $2) and ($3::text = '' or i.topic = $3) and ($4::text = '' or i.state = $4)
   and ($5::bigint = 0 or i.received_at >= u.at($5)) and ($6::bigint = 0 or i.received_at < u.at($6))
 order by i.id desc
 limit $7::int;

-- :inbox_seen
-- Delivery $1, and how many others of its shop carry the same signed bytes.
select i.id, i.platform, i.shop_domain, i.topic, i.webhook_id, i.event_id, i.api_version, i.name, i.signature, i.signed_with,
       i.state, i.attempts, i.problem, i.waits_for, i.body_bytes, i.body_gone, i.body_sealed is not null as has_body,
       u.ms(i.triggered_at) as triggered_ms, u.ms(i.received_at) as received_ms, u.ms(i.retry_at) as retry_ms,
       u.ms(i.done_at) as done_ms, u.ms(i.replayed_at) as replayed_ms,
       (select count(*) from u.webhook_inbox o
         where o.platform = i.platform and o.shop_domain = i.shop_domain and o.signature = i.signature and o.signature <> ''
           and o.id <> i.id) as copies
  from u.webhook_inbox i
 where i.id = $1::uuid;

-- :inbox_range
-- The next deliveries after $1 in order of arrival, for a replay; filters as inbox_list.
select i.id
  from u.webhook_inbox i
 where i.id > $1::uuid
   and ($2::text = '' or i.shop_domain = $2) and ($3::text = '' or i.topic = $3) and ($4::text = '' or i.state = $4)
   and ($5::bigint = 0 or i.received_at >= u.at($5)) and ($6::bigint = 0 or i.received_at < u.at($6))
 order by i.id
 limit $7::int;

-- :inbox_erase
-- Shop $2 asked to be forgotten: removes all its bodies; what still waited ends.
update u.webhook_inbox
   set body_sealed = null, body_gone = 'redacted',
       state = case when state = 'new' then 'ignored' else state end,
       problem = case when state = 'new' then 'the shop asked to be forgotten' else problem end,
       done_at = coalesce(done_at, u.clock())
 where platform = $1::text and shop_domain = $2::text and body_sealed is not null;

-- :inbox_told_before
-- Were the bytes of signature $3 told by shop $2 before $4 (Unix ms)?
select exists (select from u.webhook_inbox
                where platform = $1::text and shop_domain = $2::text and topic = $5::text and signature = $3::text and signature <> ''
                  and received_at < u.at($4::bigint)) as told;

-- :replay_counts
-- What this transaction has done to each table so far, to be told apart from what a replay does after it.
select u.tx_counts() as counts;

-- :replay_tables
-- Tables of which this transaction wrote rows since $1, with how often.
select name, inserted, updated, deleted from u.tx_touched($1::jsonb);

-- :replay_rows
-- Rows of table $1 as this transaction left them.
select key, body from u.tx_rows($1::text);

-- :replay_rows_of
-- Rows of table $1 under the keys $2, as this connection sees them.
select key, body from u.rows_of($1::text, $2::jsonb);

-- :replay_rows_ended
-- Rows of table $1 that the open transaction $2 of another connection locked, changed or deleted, as they were.
select key, body from u.rows_ended($1::text, $2::text);

-- :replay_xid
-- Number of this transaction, empty when it wrote nothing.
select coalesce(pg_current_xact_id_if_assigned()::xid::text, '') as xid;

-- :replay_events
-- The events of this transaction.
select e.type, e.subject, e.payload
  from u.event_log e
 where e.epoch = (select max(x.epoch) from u.event_log x) and e.xid = pg_current_xact_id_if_assigned()
 order by e.at, e.id;

-- :compliance_put
-- Records a request; told again while it is open, it is the same one.
insert into u.compliance_request (id, platform, shop_domain, shop_id, kind, delivery_id, request_external, customer_external,
                                  order_externals, requested_at, due_at, whom)
values ($1::uuid, $2::text, $3::text, $4::uuid, $5::text, $6::uuid, $7::bigint, $8::bigint, $9::bigint[], u.at($10::bigint),
        u.at($10) + interval '30 days', $11::text)
on conflict (platform, shop_domain, kind, request_external, customer_external, order_externals, whom) where done_at is null do nothing
returning id;

-- :compliance_due
-- The open request to go on with. gone: the shop has uninstalled us. erase_ms: not to be erased before, as it may come back.
select r.id, r.platform, r.shop_domain, r.shop_id, r.kind, r.delivery_id, r.customer_external, array_to_string(r.order_externals, ',') as orders,
       r.scanned_to, d.body_sealed, coalesce(s.status = 'uninstalled', false) as gone,
       coalesce(s.status in ('active', 'leaving'), false) as installed,
       coalesce(u.ms(s.uninstalled_at + interval '48 hours'), 0) as erase_ms,
       coalesce(s.uninstalled_at + interval '48 hours' <= u.clock(), true) as erasable
  from u.compliance_request r
  left join u.webhook_inbox d on d.id = r.delivery_id
  left join u.shop s on s.id = r.shop_id
 where r.done_at is null and r.look_at <= u.clock()
 order by r.look_at, r.id
 limit 1;

-- :compliance_take
-- Goes on with request $1 in this transaction; no row when it is done.
select id from u.compliance_request where id = $1::uuid and done_at is null for update;

-- :compliance_look
-- Request $1 goes on in $2 seconds, or at $3 (Unix ms; 0: not given), having looked at deliveries up to $4 and found $5 more.
update u.compliance_request
   set look_at = case when $3::bigint = 0 then u.clock() + make_interval(secs => $2::int) else u.at($3) end,
       scanned_to = $4::uuid, bodies = bodies + $5::int
 where id = $1::uuid;

-- :compliance_bodies
-- The next deliveries of shop $2 after $3, but for $4, the request itself: what may name a customer. What came after it and is
-- not applied yet is left out; its body expires by itself.
select id, state, topic, body_sealed
  from u.webhook_inbox
 where platform = $1::text and shop_domain = $2::text and id > $3::uuid and id <> $4::uuid
   and (case when state = 'new' then id < $4 else body_sealed is not null end)
 order by id
 limit $5::int;

-- :compliance_redact
-- Removes the bodies of deliveries $1.
update u.webhook_inbox set body_sealed = null, body_gone = 'redacted' where id = any ($1::uuid[]) and body_sealed is not null;

-- :compliance_done
-- Request $1 is done: $2 says how, $3 more bodies were removed, and of its orders we know so many.
update u.compliance_request r
   set done_at = u.clock(), outcome = $2::text, bodies = bodies + $3::int,
       orders = (select count(*) from u.shop_order o
                  where o.shop_id = r.shop_id and (r.kind = 'shop_redact' or o.external_id = any (r.order_externals)))
 where r.id = $1::uuid and r.done_at is null;

-- :compliance_refuse
-- Shop $1 still lets us in: what asked to erase it was told before it was installed again.
update u.compliance_request
   set done_at = u.clock(), outcome = 'not done: the shop is installed'
 where shop_id = $1::uuid and kind = 'shop_redact' and done_at is null;

-- :compliance_list
-- Requests, newest first, before $1: of shop $2 (empty: any), of the shops that creator $3 owns or owned (null: any); $4: open alone.
select r.id, r.platform, r.shop_domain, r.kind, r.delivery_id, r.request_external, r.customer_external,
       array_to_string(r.order_externals, ',') as orders, r.bodies, r.orders as orders_known, r.outcome,
       u.ms(r.requested_at) as requested_ms, u.ms(r.due_at) as due_ms, u.ms(r.done_at) as done_ms,
       r.done_at is null and r.due_at < u.clock() as overdue
  from u.compliance_request r
 where ($1::uuid is null or r.id < $1)
   and ($2::text = '' or r.shop_domain = $2)
   and ($3::uuid is null
        or exists (select from u.connection n where n.creator_id = $3 and n.shop_id = r.shop_id and n.role = 'owner'))
   and (not $4::boolean or r.done_at is null)
 order by r.id desc
 limit $5::int;

-- :inbox_sealed_list
-- Bodies after delivery $2 that another key than $1 sealed, $3 at most.
select id, body_sealed
  from u.webhook_inbox
 where id > $2::uuid and split_part(body_sealed, '.', 2) <> $1::text
 order by id
 limit $3::int;

-- :inbox_sealed_put
-- The same body under another key, if it is still the text that was read.
update u.webhook_inbox set body_sealed = $3::text where id = $1::uuid and body_sealed = $2::text;

-- :inbox_sealed_count
select split_part(body_sealed, '.', 2) as key_id, count(*) as n
  from u.webhook_inbox
 where body_sealed is not null
 group by 1
 order by 1;
