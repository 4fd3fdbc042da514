-- The database's clock and small conversions. SQL says u.clock(), never now(): a test database replaces it.
create schema if not exists u;

do $$
begin
    if to_regprocedure('u.clock()') is null then
        create function u.clock() returns timestamptz language sql stable parallel safe as 'select now()';
    end if;
end
$$;

-- These are inlined into the statements that use them, which is ten times cheaper than a call: each is one expression that
-- names an argument once, and stable because extract() is (PostgreSQL does not inline what promises more than its body).

-- Unix milliseconds of an instant; null stays null.
create or replace function u.ms(at timestamptz) returns bigint
language sql stable parallel safe as $$ select floor(extract(epoch from at) * 1000)::bigint $$;

create or replace function u.at(ms bigint) returns timestamptz
language sql immutable parallel safe as $$ select to_timestamp(ms / 1000.0) $$;

-- A deterministic UUIDv7-shaped id: the cause's time and a hash of what happened to it, so that emitting twice is a no-op.
create or replace function u.event_id(what text, cause text, at timestamptz) returns uuid
language sql stable parallel safe as $$
    select overlay(overlay(md5(what || ':' || cause)
                           placing lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '7' from 1 for 13)
                   placing '8' from 17 for 1)::uuid
$$;
