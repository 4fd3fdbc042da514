-- :creator_insert
-- Claims e-mail and handle; no row when either is taken.
insert into u.creator (id, handle, name, email, password_hash)
values ($1::uuid, $2::text, normalize($3::text, nfc), $4::text, $5::text)
on conflict do nothing
returning id;

-- :creator_taken
select exists (select 1 from u.creator where email = $1::text) as email, exists (select 1 from u.creator where handle = $2::text) as handle;

-- :creator_by_id
select id, handle, name, email, zone, u.ms(created_at) as created_ms from u.creator where id = $1::uuid;

-- :creator_update
-- No row when the handle is another's.
update u.creator c
   set handle = $2::text, name = normalize($3::text, nfc), zone = $4::text
 where c.id = $1::uuid
   and not exists (select 1 from u.creator o where o.handle = $2 and o.id <> $1)
returning c.id;

-- :creator_zone_known
select exists (select 1 from pg_timezone_names where name = $1::text) as known;
