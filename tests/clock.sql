-- The clock of a test database: the real one, moved by u.test_clock.offset_ms.
create table u.test_clock (offset_ms bigint not null);
insert into u.test_clock values (0);
grant select, update on u.test_clock to public;
create or replace function u.clock() returns timestamptz language sql stable parallel safe as
    $$ select now() + (select offset_ms from u.test_clock) * interval '1 ms' $$;
