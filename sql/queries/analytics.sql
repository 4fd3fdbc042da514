-- :analytics_clicks_apply
-- Counts the clicks among events $2 for consumer $1, each once.
with fresh as (
    insert into u.event_consumed (consumer, event_id)
    select $1::text, e.id from u.event_log e
     where e.id = any ($2::uuid[]) and e.type in ('LINK_CLICKED', 'LINK_PREVIEWED', 'HOLD_REFUSED') and e.creator_id is not null
    on conflict do nothing
    returning event_id
)
insert into u.link_clicks as l (link_id, creator_id, clicks, repeats, refusals, previews, checkouts, guarded, last_at)
select e.subject, e.creator_id,
       count(*) filter (where e.type = 'LINK_CLICKED'),
       count(*) filter (where e.type = 'LINK_CLICKED' and e.payload ->> 'outcome' = 'repeated'),
       count(*) filter (where e.type = 'LINK_CLICKED' and e.payload ->> 'outcome' like 'refused%'),
       count(*) filter (where e.type = 'LINK_PREVIEWED'),
       count(*) filter (where e.type = 'LINK_CLICKED' and e.payload ->> 'outcome' = 'started'),
       count(*) filter (where e.type = 'HOLD_REFUSED'),
       max(e.at)
  from fresh f join u.event_log e on e.id = f.event_id
 group by e.subject, e.creator_id
 order by e.subject
on conflict (link_id) do update
   set clicks = l.clicks + excluded.clicks, repeats = l.repeats + excluded.repeats, refusals = l.refusals + excluded.refusals,
       previews = l.previews + excluded.previews, checkouts = l.checkouts + excluded.checkouts,
       guarded = l.guarded + excluded.guarded,
       last_at = greatest(l.last_at, excluded.last_at);

-- :analytics_clicks_drop
delete from u.link_clicks;

-- :analytics_revenue_apply
-- Takes the newest figures of each credited, paid order among events $2 for consumer $1; its time is that of the first of them.
-- Neither depends on how the events are cut into batches.
with fresh as (
    insert into u.event_consumed (consumer, event_id)
    select $1::text, e.id from u.event_log e
     where e.id = any ($2::uuid[]) and e.creator_id is not null
       and e.type in ('PURCHASE_COMPLETED', 'ORDER_UPDATED', 'ORDER_REFUNDED', 'ORDER_CANCELLED')
    on conflict do nothing
    returning event_id
), newest as (
    select distinct on (e.subject) e.subject, e.creator_id, e.payload, min(e.at) over (partition by e.subject) as at
      from fresh f join u.event_log e on e.id = f.event_id
     where (e.payload ->> 'paid')::boolean and not (e.payload ->> 'test')::boolean
     order by e.subject, (e.payload ->> 'revision')::int desc
)
insert into u.revenue_order as r (order_id, creator_id, platform, surface, stream_id, link_id, currency, net_minor, units, revision, at)
select n.subject, n.creator_id, coalesce(nullif(n.payload ->> 'platform', ''), 'unknown'),
       coalesce(nullif(n.payload ->> 'surface', ''), 'unknown'), (n.payload ->> 'stream')::uuid, (n.payload ->> 'link')::uuid,
       n.payload ->> 'currency', (n.payload ->> 'net_minor')::bigint, (n.payload ->> 'units')::int,
       (n.payload ->> 'revision')::int, n.at
  from newest n
on conflict (order_id) do update
   set at = least(r.at, excluded.at),
       revision = greatest(r.revision, excluded.revision),
       net_minor = case when excluded.revision >= r.revision then excluded.net_minor else r.net_minor end,
       units = case when excluded.revision >= r.revision then excluded.units else r.units end,
       creator_id = case when excluded.revision >= r.revision then excluded.creator_id else r.creator_id end,
       platform = case when excluded.revision >= r.revision then excluded.platform else r.platform end,
       surface = case when excluded.revision >= r.revision then excluded.surface else r.surface end,
       stream_id = case when excluded.revision >= r.revision then excluded.stream_id else r.stream_id end,
       link_id = case when excluded.revision >= r.revision then excluded.link_id else r.link_id end;

-- :analytics_revenue_drop
delete from u.revenue_order;

-- :analytics_revenue
-- What creator $1 earned, net of refunds, by $2 (platform, surface, stream or replay) and currency, in [$3, $4) of Unix ms (0: unbounded).
select case $2::text when 'platform' then r.platform when 'surface' then r.surface else '' end as name,
       case $2 when 'stream' then r.stream_id when 'replay' then a.replay_id end as subject_id,
       case $2 when 'stream' then s.title when 'replay' then p.title end as title,
       r.currency, count(*) as orders, sum(r.units)::bigint as units, sum(r.net_minor)::bigint as net_minor
  from u.revenue_order r
  left join u.stream s on s.creator_id = r.creator_id and s.id = r.stream_id
  left join u.shop_order o on $2 = 'replay' and o.id = r.order_id
  left join u.attribution a on a.id = o.attribution_id and a.creator_id = r.creator_id
  left join u.replay p on p.creator_id = r.creator_id and p.id = a.replay_id
 where r.creator_id = $1::uuid
   and ($3::bigint = 0 or r.at >= u.at($3))
   and ($4::bigint = 0 or r.at < u.at($4))
 group by 1, 2, 3, 4
 order by net_minor desc, 1, 2, 4;

-- :analytics_moments
-- What each moment of creator $1 earned, of session $4 or of all (null), by currency, in [$2, $3) of Unix ms (0: unbounded); what was
-- merged counts for what is left of it. Without a moment: what was sold by none, told only of all.
with sold as (
    select coalesce(m.merged_into, m.id) as moment_id, r.currency, count(*) as orders, sum(r.units)::bigint as units,
           sum(r.net_minor)::bigint as net_minor
      from u.revenue_order r
      left join u.shop_order o on o.id = r.order_id
      left join u.checkout_session c on c.id = o.session_id and c.creator_id = r.creator_id
      left join u.attribution a on a.id = o.attribution_id and a.creator_id = r.creator_id
      left join u.moment m on m.creator_id = r.creator_id and m.id = coalesce(c.moment_id, a.moment_id)
     where r.creator_id = $1::uuid
       and ($2::bigint = 0 or r.at >= u.at($2))
       and ($3::bigint = 0 or r.at < u.at($3))
       and ($4::uuid is null or m.live_id = $4)
     group by 1, 2
)
select s.moment_id, m.live_id, p.id as replay_id, coalesce(m.product_id, v.product_id, u.only_product(m.offer_id)) as product_id,
       coalesce(nullif(m.title, ''), d.title, f.name, '') as title,
       greatest(0, extract(epoch from m.at - l.started_at))::bigint as second, l.started_at is not null as has_second,
       s.currency, s.orders, s.units, s.net_minor
  from sold s
  left join u.moment m on m.creator_id = $1 and m.id = s.moment_id
  left join u.live_session l on l.creator_id = m.creator_id and l.id = m.live_id
  left join u.replay p on p.creator_id = m.creator_id and p.live_id = m.live_id
  left join u.offer f on f.creator_id = m.creator_id and f.id = m.offer_id
  left join u.variant v on v.shop_id = m.shop_id and v.id = m.variant_id
  left join u.product d on d.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
 order by s.net_minor desc, m.at, s.moment_id, s.currency;

-- :analytics_visits_apply
-- Counts the views and taps among events $2 for consumer $1, each once; a tap on a bio page's moment link counts for its block.
with fresh as (
    insert into u.event_consumed (consumer, event_id)
    select $1::text, e.id from u.event_log e
     where e.id = any ($2::uuid[]) and e.type in ('REPLAY_VIEW', 'REPLAY_CLICK', 'LINK_IN_BIO_VIEW', 'LINK_IN_BIO_CLICK')
       and e.creator_id is not null
    on conflict do nothing
    returning event_id
), seen as (
    select coalesce((select b.id from u.bio_block b where e.type = 'LINK_IN_BIO_CLICK' and b.link_id = e.subject order by b.id limit 1),
                    e.subject) as subject, e.creator_id, e.type in ('REPLAY_VIEW', 'LINK_IN_BIO_VIEW') as is_view, e.at
      from fresh f join u.event_log e on e.id = f.event_id
)
insert into u.visits as v (subject, creator_id, views, clicks, last_at)
select s.subject, s.creator_id, count(*) filter (where s.is_view), count(*) filter (where not s.is_view), max(s.at)
  from seen s
 group by s.subject, s.creator_id
 order by s.subject
on conflict (subject) do update
   set views = v.views + excluded.views, clicks = v.clicks + excluded.clicks, last_at = greatest(v.last_at, excluded.last_at);

-- :analytics_visits_drop
delete from u.visits;
