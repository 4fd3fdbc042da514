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

-- :consumer_take
-- One reader of a consumer at a time.
select epoch, xid::text as xid, id from u.event_consumer where name = $1::text for update;

-- :consumer_next
-- The next events after (epoch, xid, id), only of transactions that nothing still open can come before.
select epoch, xid::text as xid, id
  from u.event_log
 where (epoch, xid, id) > ($1::int, $2::text::xid8, $3::uuid)
   and xid < pg_snapshot_xmin(pg_current_snapshot())
 order by epoch, xid, id
 limit $4::int;

-- :consumer_move
update u.event_consumer set epoch = $2::int, xid = $3::text::xid8, id = $4::uuid where name = $1::text;

-- :consumer_forget
delete from u.event_consumed where consumer = $1::text;

-- :consumer_rewind
update u.event_consumer set epoch = 0, xid = '0', id = '00000000-0000-0000-0000-000000000000' where name = $1::text;
