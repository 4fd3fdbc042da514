-- Local time, for pages: zones and daylight saving are known here alone.

-- :local_tell
-- The instants $2 (Unix ms) as people in zone $1 say them, in their order: today's by the hour, the year when it is another one.
select to_char(l.t, case when l.t::date = n.t::date then 'HH24:MI'
                         when extract(year from l.t) = extract(year from n.t) then 'FMDD Mon, HH24:MI'
                         else 'FMDD Mon YYYY, HH24:MI' end) as told
  from unnest($2::bigint[]) with ordinality as x (ms, i)
 cross join lateral (select u.at(x.ms) at time zone $1::text as t) l
 cross join (select u.clock() at time zone $1::text as t) n
 order by x.i;

-- :local_read
-- A local time that zone $1 skips is the one an hour later.
select u.ms(($2::text)::timestamp at time zone $1::text) as ms;

-- :local_write
select to_char(u.at($2::bigint) at time zone $1::text, 'YYYY-MM-DD"T"HH24:MI') as typed;
