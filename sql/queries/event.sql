-- :event_emit
-- Appends event $1 of type $2; told again under the same cause $6 at $7 it is the same event. $1 is used when $6 is empty.
insert into u.event_log (id, type, creator_id, shop_id, subject, payload, at)
values (case when $6::text = '' then $1::uuid else u.event_id($2, $6, u.at($7::bigint)) end,
        $2::text, $3::uuid, $4::uuid, $5::uuid, $8::jsonb, u.clock())
on conflict (id) do nothing;

-- :event_list
-- A creator's events, newest first, after $2; of type $3 (empty: all), from $4 until before $5 (Unix ms; 0: unbounded).
select id, type, subject, u.ms(at) as at_ms, payload, shop_id
  from u.event_log
 where creator_id = $1::uuid
   and ($2::uuid is null or id < $2)
   and ($3::text = '' or type = $3)
   and ($4::bigint = 0 or at >= u.at($4))
   and ($5::bigint = 0 or at < u.at($5))
 order by id desc
 limit $6::int;

-- :consumer_add
insert into u.event_consumer (name) values ($1::text) on conflict (name) do nothing;

-- :consumer_next
-- The next $4 events of the first of consumers $1 and of all that stand where it stands, whose places move over them; only of transactions
-- that nothing still open can come before. A row for each consumer served, ids: those events whose type it wants ($2 wants $3). No row: the first is unknown.
with place as materialized (
    select p.name, p.epoch, p.xid, p.id from u.event_consumer p where p.name = any ($1::text[]) order by p.name for update
), served as materialized (
    select p.name, p.epoch, p.xid, p.id
      from place p join place f on (p.epoch, p.xid, p.id) = (f.epoch, f.xid, f.id)
     where f.name = ($1::text[])[1]
), next as materialized (
    select e.epoch, e.xid, e.id, e.type
      from (select s.epoch, s.xid, s.id from served s limit 1) p
     cross join lateral (select e.epoch, e.xid, e.id, e.type
                           from u.event_log e
                          where (e.epoch, e.xid, e.id) > (p.epoch, p.xid, p.id)
                            and e.xid < pg_snapshot_xmin(pg_current_snapshot())
                          order by e.epoch, e.xid, e.id
                          limit $4::int) e
), moved as (
    update u.event_consumer c
       set epoch = l.epoch, xid = l.xid, id = l.id
      from (select n.epoch, n.xid, n.id from next n order by n.epoch desc, n.xid desc, n.id desc limit 1) l
     where c.name in (select s.name from served s)
), wanted as (
    select w.name, array_agg(n.id order by n.epoch, n.xid, n.id) as ids
      from unnest($2::text[], $3::text[]) w(name, type) join next n on n.type = w.type
     group by w.name
)
select s.name, (select count(*) from next) as n, w.ids
  from served s left join wanted w on w.name = s.name;

-- :consumer_forget
delete from u.event_consumed where consumer = $1::text;

-- :consumer_rewind
update u.event_consumer set epoch = 0, xid = '0', id = '00000000-0000-0000-0000-000000000000' where name = $1::text;
