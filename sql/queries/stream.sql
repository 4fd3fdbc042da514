-- :stream_insert
-- No row when the title in NFC is longer than 200 characters.
insert into u.stream (id, creator_id, platform, title, url, scheduled_at)
select $1::uuid, $2::uuid, $3::text, normalize($4::text, nfc), $5::text, case when $6::bigint = 0 then null else u.at($6) end
 where char_length(normalize($4, nfc)) <= 200
returning id;

-- :stream_list
select id, platform, title, url, state, u.ms(scheduled_at) as scheduled_ms, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms,
       revision, u.ms(created_at) as created_ms
  from u.stream
 where creator_id = $1::uuid and ($2::uuid is null or id < $2)
 order by id desc
 limit $3::int;

-- :stream_by_id
select id, platform, title, url, state, u.ms(scheduled_at) as scheduled_ms, u.ms(started_at) as started_ms, u.ms(ended_at) as ended_ms,
       revision, u.ms(created_at) as created_ms
  from u.stream
 where creator_id = $1::uuid and id = $2::uuid;

-- :stream_update
-- No row when the revision is another; title_ok false when the title in NFC is longer than 200 characters, and then it stays.
update u.stream
   set title = case when char_length(normalize($4::text, nfc)) <= 200 then normalize($4, nfc) else title end, url = $5::text, scheduled_at = case when $6::bigint = 0 then null else u.at($6) end,
       revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revision = $3::bigint
returning char_length(normalize($4, nfc)) <= 200 as title_ok;

-- :stream_move
-- Moves stream $2 into state $3 from one of $4; no row when it is in another.
update u.stream
   set state = $3::text, revision = revision + 1,
       started_at = case when $3 = 'live' then u.clock() else started_at end,
       ended_at = case when $3 in ('ended', 'cancelled') then u.clock() else ended_at end
 where creator_id = $1::uuid and id = $2::uuid and state = any ($4::text[])
returning id;
