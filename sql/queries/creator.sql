-- :creator_insert
-- Claims e-mail and handle; no row when either is taken, or when the name in NFC is longer than 80 characters.
insert into u.creator (id, handle, name, email, password_hash, zone)
select $1::uuid, $2::text, normalize($3::text, nfc), $4::text, $5::text, $6::text
 where char_length(normalize($3, nfc)) <= 80
on conflict do nothing
returning id;

-- :creator_taken
-- What somebody other than $3 has already.
select exists (select 1 from u.creator where email = $1::text) as email,
       exists (select 1 from u.creator where handle = $2::text and id <> $3::uuid) as handle;

-- :creator_by_id
select id, handle, name, email, zone, u.ms(created_at) as created_ms from u.creator where id = $1::uuid;

-- :creator_update
-- No row when the handle is another's, or the name in NFC is longer than 80 characters.
update u.creator c
   set handle = $2::text, name = normalize($3::text, nfc), zone = $4::text
 where c.id = $1::uuid
   and char_length(normalize($3, nfc)) <= 80
   and not exists (select 1 from u.creator o where o.handle = $2 and o.id <> $1)
returning c.id;

-- :creator_zone_known
select exists (select 1 from pg_timezone_names where name = $1::text) as known;
