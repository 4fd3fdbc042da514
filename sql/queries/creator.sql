-- :creator_insert
-- Claims e-mail and handle; no row when either is taken, or when the name in NFC is longer than 80 characters.
insert into u.creator (id, handle, name, email, password_hash, zone)
select $1::uuid, $2::text, normalize($3::text, nfc), $4::text, $5::text, $6::text
 where char_length(normalize($3, nfc)) <= 80
   and not exists (select from u.handle_past p where p.handle = $2 and p.until > u.clock())
on conflict do nothing
returning id;

-- :creator_taken
-- What somebody other than $3 has already, and whether name $4 can be hers.
select exists (select 1 from u.creator where email = $1::text) as email,
       exists (select 1 from u.creator where handle = $2::text and id <> $3::uuid)
       or exists (select 1 from u.handle_past p where p.handle = $2 and p.creator_id <> $3 and p.until > u.clock()) as handle,
       char_length(normalize($4::text, nfc)) <= 80 as name_fits;

-- :creator_by_id
select id, handle, name, email, zone, u.ms(created_at) as created_ms from u.creator where id = $1::uuid;

-- :creator_update
-- No row when the handle is another's, when $5 former ones are kept for her and this is none of them, or when the name in NFC is
-- longer than 80 characters.
with before as (
    select c.handle from u.creator c where c.id = $1::uuid
), changed as (
    update u.creator c
       set handle = $2::text, name = normalize($3::text, nfc), zone = $4::text
     where c.id = $1
       and char_length(normalize($3, nfc)) <= 80
       and not exists (select 1 from u.creator o where o.handle = $2 and o.id <> $1)
       and not exists (select from u.handle_past p where p.handle = $2 and p.creator_id <> $1 and p.until > u.clock())
       and (c.handle = $2 or exists (select from u.handle_past p where p.handle = $2 and p.creator_id = $1)
            or (select count(*) from u.handle_past p where p.creator_id = $1 and p.until > u.clock()) < $5::int)
    returning c.id
), kept as (
    insert into u.handle_past (handle, creator_id, until)
    select b.handle, $1, u.clock() + interval '1 year' from before b where b.handle <> $2 and exists (select from changed)
    on conflict (handle) do update set creator_id = excluded.creator_id, until = excluded.until
), taken_back as (
    delete from u.handle_past p where p.handle = $2 and exists (select from changed)
)
select id from changed;

-- :creator_handles_lock
-- Whoever wants one of these handles, or gives one up, is served in turn.
select count(pg_advisory_xact_lock(k.key)) as held
  from (select distinct hashtextextended('handle:' || h, 0) as key from unnest($1::text[]) h order by 1) k;

-- :creator_zone_known
select exists (select 1 from pg_timezone_names where name = $1::text) as known;
