-- :reconcile_arrive
-- Every shop that is installed has a row; the first pass begins with the installation.
insert into u.reconcile (shop_id, high_at)
select s.id, s.installed_at
  from u.shop s
 where s.status = 'active' and s.installed_at is not null and not exists (select 1 from u.reconcile r where r.shop_id = s.id)
on conflict (shop_id) do nothing;

-- :reconcile_next
-- The shop whose pass has waited longest, and may be called now.
select r.shop_id, r.run_id, r.cursor, u.ms(r.since_at) as since_ms
  from u.reconcile r
  join u.shop s on s.id = r.shop_id
 where s.status = 'active' and s.health <> 'needs_reconnect' and (s.call_after is null or s.call_after <= u.clock())
   and r.due_at <= u.clock()
 order by r.due_at
 limit 1;

-- :reconcile_begin
-- Begins pass $2 over shop $1: $3 s before the end of what was seen, and at most $4 days back.
with floor as (
    select r.shop_id, coalesce(r.high_at, u.clock()) - make_interval(secs => $3::int) as wanted,
           u.clock() - make_interval(days => $4::int) + interval '1 hour' as earliest
      from u.reconcile r
     where r.shop_id = $1::uuid and r.run_id is null
), run as (
    insert into u.reconcile_run (id, shop_id, since_at, clipped)
    select $2::uuid, f.shop_id, greatest(f.wanted, f.earliest), f.wanted < f.earliest
      from floor f
    returning id, shop_id, since_at
)
update u.reconcile r
   set run_id = run.id, since_at = run.since_at, began_at = null, cursor = '', attempts = 0, problem = ''
  from run
 where r.shop_id = run.shop_id
returning u.ms(r.since_at) as since_ms;

-- :reconcile_want
insert into u.reconcile (shop_id, high_at)
select s.id, s.installed_at from u.shop s where s.id = $1::uuid
on conflict (shop_id) do update set due_at = least(u.reconcile.due_at, u.clock());

-- :reconcile_compare
-- What orders $2 of shop $1 are to us: [{external, updated_ms, cancelled, status, units, paid_back, paid_back_there}]. Two changes of one second have
-- the same updated_at, so the rest of a mark counts too.
select m.external,
       case when o.id is null then 'missing'
            when o.shop_updated_at < u.at(m.updated_ms) then 'newer'
            when o.shop_updated_at > u.at(m.updated_ms) then 'same'
            when (o.cancelled_at is not null, o.financial_status, l.units) is distinct from (m.cancelled, m.status, m.units)
                 or b.paid_back <> m.paid_back and b.paid_back_there <> m.paid_back_there then 'different'
            else 'same' end as found
  from jsonb_to_recordset($2::jsonb)
       m (external bigint, updated_ms bigint, cancelled boolean, status text, units bigint, paid_back bigint, paid_back_there bigint)
  left join u.shop_order o on o.shop_id = $1::uuid and o.external_id = m.external
  left join lateral (select coalesce(sum(n.current_units), 0) as units from u.order_line n where n.order_id = o.id) l on true
  left join lateral (select coalesce(sum(f.paid_back_minor) filter (where f.paid_in in ('', o.currency)), 0) as paid_back,
                            coalesce(sum(f.paid_back_minor) filter (where f.paid_in = o.presentment_currency), 0) as paid_back_there
                       from u.order_refund f
                      where f.order_id = o.id) b on true;

-- :reconcile_note
insert into u.reconcile_find (run_id, shop_id, order_external, found, shop_updated_at, problem)
values ($1::uuid, $2::uuid, $3::bigint, $4::text, u.at($5::bigint), $6::text)
on conflict (run_id, order_external) do update
   set found = case excluded.found when 'refused' then excluded.found else u.reconcile_find.found end,
       shop_updated_at = excluded.shop_updated_at, problem = excluded.problem;

-- :reconcile_page_done
-- Moves pass $2 of shop $1 from cursor $3 to $4; no row when it has moved meanwhile.
update u.reconcile r
   set cursor = $4::text, began_at = coalesce(r.began_at, u.at(nullif($5::bigint, 0)), u.clock()), attempts = 0, problem = '',
       due_at = u.clock()
 where r.shop_id = $1::uuid and r.run_id = $2::uuid and r.cursor = $3::text
returning r.shop_id;

-- :reconcile_counted
update u.reconcile_run set same = same + $2::int where id = $1::uuid;

-- :reconcile_finish
-- The pass is over: the next one begins where this one did, after $3 s.
with found as (
    select count(*) filter (where found = 'missing') as missing, count(*) filter (where found = 'newer') as newer,
           count(*) filter (where found = 'different') as different, count(*) filter (where found = 'refused') as refused
      from u.reconcile_find
     where run_id = $2::uuid
), run as (
    update u.reconcile_run n
       set finished_at = u.clock(), missing = f.missing, newer = f.newer, different = f.different, refused = f.refused
      from found f
     where n.id = $2
    returning n.missing, n.newer, n.different, n.refused, n.same, n.clipped
), moved as (
    update u.reconcile r
       set run_id = null, high_at = greatest(r.high_at, r.began_at), cursor = '',
           due_at = u.clock() + make_interval(secs => $3::int)
     where r.shop_id = $1::uuid and r.run_id = $2
    returning r.shop_id
)
select run.missing, run.newer, run.different, run.refused, run.same, run.clipped from run cross join moved;

-- :reconcile_forget
-- Passes that found nothing are not kept for longer than a week, the others not for longer than 90 days.
delete from u.reconcile_run n
 where n.shop_id = $1::uuid and n.finished_at is not null
   and (n.finished_at < u.clock() - interval '90 days'
        or n.finished_at < u.clock() - interval '7 days' and n.missing + n.newer + n.different + n.refused = 0);

-- :reconcile_page_failed
-- Again after a rest of 2^attempts s, a minute at most; $4: refused, and from the beginning of the pass after five of those.
update u.reconcile
   set problem = $3::text, attempts = attempts + 1,
       cursor = case when $4::boolean and attempts >= 4 then '' else cursor end,
       due_at = u.clock() + make_interval(secs => least(60, power(2, least(attempts, 6)))::int)
 where shop_id = $1::uuid and run_id = $2::uuid;

-- :reconcile_webhook_version
-- The version of the API that the newest delivery of shop $1 was written in.
select i.api_version
  from u.shop s
  join u.webhook_inbox i on i.platform = s.platform and i.shop_domain = s.domain
 where s.id = $1::uuid and i.api_version <> ''
 order by i.id desc
 limit 1;
