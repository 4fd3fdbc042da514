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
