-- :key_lock
-- Claims key $2 of scope $1 until this transaction ends; false when another request is at work under it.
select pg_try_advisory_xact_lock(hashtextextended($2::text, hashtextextended($1::text, 0))) as got;

-- :key_find
select fingerprint, status, headers, body
  from u.idempotency
 where scope = $1::text and key = $2::text;

-- :key_store
-- A null body was a secret.
insert into u.idempotency (scope, key, fingerprint, status, headers, body)
values ($1::text, $2::text, $3::bytea, $4::int, $5::jsonb, $6::bytea);
