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
select 'unifyed_shop_health', 'health', health, count(*) from u.shop where status = 'active' group by health
union all
select 'unifyed_event_horizon_age_seconds', '', '',
       coalesce((select greatest(0, extract(epoch from u.clock() - min(e.at)))::bigint
                   from u.event_log e
                  where e.epoch = (select max(epoch) from u.event_log) and e.xid >= pg_snapshot_xmin(pg_current_snapshot())), 0);

-- :status_integrity
-- The invariants, recomputed from the rows.
select invariant, broken from u.invariants();
