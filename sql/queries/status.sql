-- :status_ready
-- Is the schema there, and when did the helpers last beat?
select (select max(name) from u.migration) as migration,
       (select coalesce(extract(epoch from u.clock() - min(beat_at))::bigint, -1) from u.helper_run) as oldest_beat_s;

-- :status_metrics
-- Gauges for operators: one row per sample.
select 'unifyed_helper_beat_age_seconds' as name, 'helper' as label, name as value_of,
       greatest(0, extract(epoch from u.clock() - beat_at))::bigint as value
  from u.helper_run
union all
select 'unifyed_webhook_deliveries', 'state', state, count(*) from u.webhook_inbox group by state
union all
select 'unifyed_webhook_oldest_waiting_seconds', '', '',
       coalesce((select greatest(0, extract(epoch from u.clock() - min(received_at)))::bigint from u.webhook_inbox where state = 'new'), 0)
union all
select 'unifyed_compliance_open', 'overdue', (due_at < u.clock())::text, count(*) from u.compliance_request where done_at is null group by 3
union all
select 'unifyed_jobs', 'kind', kind || ':' || state, count(*) from u.job where state <> 'done' group by kind, state
union all
select 'unifyed_holds_pending', '', '', count(*) from u.reservation where state = 'pending'
union all
select 'unifyed_holds_lapsed_untidied', '', '', count(*) from u.reservation where state = 'pending' and expires_at <= u.clock()
union all
select 'unifyed_link_answers_total', 'class', case when type = 'LINK_PREVIEWED' then 'preview' else coalesce(payload ->> 'outcome', 'unknown') end, count(*)
  from u.event_log
 where type in ('LINK_CLICKED', 'LINK_PREVIEWED') and at > u.clock() - interval '1 day'
 group by 3
union all
select 'unifyed_hold_refused_total', 'class', coalesce(payload ->> 'class', 'unknown'), count(*)
  from u.event_log
 where type = 'HOLD_REFUSED' and at > u.clock() - interval '1 day'
 group by 3
union all
select 'unifyed_items_guarded', 'level', guard::text, count(*) from u.inventory where guard > 0 group by guard
union all
select 'unifyed_cooling', '', '', count(*) from u.hold_cooling where until > u.clock()
union all
select 'unifyed_shop_api_version', 'version', coalesce(nullif(api_version, ''), 'unknown'), count(*) from u.shop where status = 'active' group by api_version
union all
select 'unifyed_shop_webhook_version', 'version', webhook_version, count(*)
  from u.shop
 where status = 'active' and webhook_version <> ''
 group by webhook_version
union all
select 'unifyed_orders_not_told_total', 'found', found, count(*) from u.reconcile_find where at > u.clock() - interval '1 day' group by found
union all
select 'unifyed_orders_compared_age_seconds', '', '',
       coalesce((select greatest(0, extract(epoch from u.clock() - min(r.high_at)))::bigint
                   from u.reconcile r
                   join u.shop s on s.id = r.shop_id
                  where s.status = 'active'), 0)
union all
select 'unifyed_catalog_syncs', 'state', kind || ':' || state, count(*) from u.catalog_sync group by kind, state
union all
select 'unifyed_shop_health', 'health', health, count(*) from u.shop where status = 'active' group by health
union all
(select distinct on (q.bucket) 'unifyed_platform_quota_used', 'bucket', q.bucket, q.used
   from u.platform_quota q where q.starts_at > u.clock() - interval '2 days' order by q.bucket, q.starts_at desc)
union all
(select distinct on (q.bucket) 'unifyed_platform_quota_allowed', 'bucket', q.bucket, case when q.spent_at is null then q.allowed else q.used end
   from u.platform_quota q where q.starts_at > u.clock() - interval '2 days' order by q.bucket, q.starts_at desc)
union all
select 'unifyed_broadcasts', 'state', platform || ':' || state, count(*) from u.broadcast where state in ('upcoming', 'on', 'unknown') group by platform, state
union all
select 'unifyed_broadcasts_refused', 'why', problem, count(*) from u.broadcast where problem <> '' group by problem
union all
select 'unifyed_event_horizon_age_seconds', '', '',
       coalesce((select greatest(0, extract(epoch from u.clock() - min(e.at)))::bigint
                   from u.event_log e
                  where e.epoch = (select max(epoch) from u.event_log) and e.xid >= pg_snapshot_xmin(pg_current_snapshot())), 0);

-- :status_integrity
-- The invariants, recomputed from the rows.
select invariant, broken from u.invariants();

-- :status_audited
-- The invariants as the auditor last found them; no row before its first run has ended.
select v.says as invariant, (select count(*) from u.audit_finding f where f.invariant = v.invariant and f.gone_at is null) as broken,
       u.ms(r.finished_at) as finished_ms, greatest(0, extract(epoch from u.clock() - r.finished_at))::bigint as age_s
  from u.audit_invariants() v
 cross join (select a.finished_at from u.audit_run a where a.finished_at is not null order by a.finished_at desc limit 1) r
 order by v.place;
