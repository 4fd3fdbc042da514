-- :account_by_session
-- Whose session token hash $1 is; idle for 14 days or 30 days old it is nobody's.
select creator_id, csrf, seen_at < u.clock() - interval '1 hour' as stale
  from u.creator_session
 where token_hash = $1::bytea and expires_at > u.clock() and seen_at > u.clock() - interval '14 days';

-- :account_session_seen
update u.creator_session set seen_at = u.clock() where token_hash = $1::bytea;

-- :account_session_insert
insert into u.creator_session (token_hash, creator_id, csrf, expires_at)
values ($1::bytea, $2::uuid, $3::text, u.clock() + interval '30 days');

-- :account_sessions_forget
delete from u.creator_session
 where creator_id = $1::uuid and (expires_at <= u.clock() or seen_at <= u.clock() - interval '14 days');

-- :account_session_delete
delete from u.creator_session where token_hash = $1::bytea;

-- :account_by_key
select id, creator_id, coalesce(used_at < u.clock() - interval '1 hour', true) as stale
  from u.api_key
 where key_hash = $1::bytea and revoked_at is null;

-- :account_key_used
update u.api_key set used_at = u.clock() where id = $1::uuid;

-- :account_key_insert
-- No row when the name in NFC is longer than 80 characters.
insert into u.api_key (id, creator_id, name, key_hash, shown)
select $1::uuid, $2::uuid, normalize($3::text, nfc), $4::bytea, $5::text
 where char_length(normalize($3, nfc)) <= 80
returning name;

-- :account_key_list
select id, name, shown, u.ms(created_at) as created_ms, u.ms(used_at) as used_ms
  from u.api_key
 where creator_id = $1::uuid and revoked_at is null and ($2::uuid is null or id < $2)
 order by id desc
 limit $3::int;

-- :account_key_revoke
update u.api_key set revoked_at = u.clock() where creator_id = $1::uuid and id = $2::uuid and revoked_at is null returning id;

-- :account_attempt_lock
-- Tries at one place are counted one after another.
select pg_advisory_xact_lock(hashtextextended('login:' || encode($1::bytea, 'hex'), 0));

-- :account_attempt
-- Claims a try at place $3. No row after 30 failures there in 15 minutes, or of this account 10 from a device of hers ($4), 5 from
-- elsewhere, 2 from elsewhere while it has had 100 in an hour: a stranger's tries cost only strangers.
insert into u.login_attempt (id, email_hash, address)
select $1::uuid, $2::bytea, $3::bytea
 where (select count(*) from u.login_attempt a
         where a.email_hash = $2 and a.address = $3 and not a.ok and a.at > u.clock() - interval '15 minutes')
       < case when $4::boolean then 10
              when (select count(*) from (select 1 from u.login_attempt a
                                           where a.email_hash = $2 and not a.ok and a.at > u.clock() - interval '1 hour'
                                           limit 100) many) = 100 then 2
              else 5 end
   and (select count(*) from u.login_attempt a
         where a.address = $3 and not a.ok and a.at > u.clock() - interval '15 minutes') < 30
returning id;

-- :account_attempt_good
update u.login_attempt set ok = true where id = $1::uuid;

-- :account_attempts_forget
-- The oldest tries that are a day old, a few at each login. Ids are in the order of time.
delete from u.login_attempt
 where id in (select a.id from (select o.id, o.at from u.login_attempt o order by o.id limit 100 for update skip locked) a
               where a.at < u.clock() - interval '1 day');

-- :account_password
select id, password_hash from u.creator where email = $1::text;

-- :account_answers_forget
-- Forgets up to $2 stored answers of keyed requests that are $1 days old.
delete from u.idempotency
 where ctid = any (array(select i.ctid
                           from u.idempotency i
                          where i.created_at <= u.clock() - make_interval(days => $1::int)
                          order by i.created_at
                          limit $2::int
                            for update skip locked));
