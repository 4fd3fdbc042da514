-- :quota_take
-- Takes $2 of the $3 units that bucket $1 allows in a window of $4 seconds in zone $5.
select u.quota_take($1::text, $2::bigint, $3::bigint, $4::int, $5::text) as granted;

-- :quota_spent
-- The platform said that nothing is left of bucket $1 in this window.
insert into u.platform_quota as q (bucket, starts_at, used, allowed, spent_at)
values ($1::text, u.quota_window(u.clock(), $3::int, $4::text), 0, $2::bigint, u.clock())
on conflict (bucket, starts_at) do update set spent_at = excluded.spent_at;

-- :quota_left
-- What was used of bucket $1 in this window of $2 seconds in zone $3, and how long the window still is.
select coalesce(q.used, 0) as used, coalesce(q.spent_at is not null, false) as spent, greatest(1, w.ends_ms - u.ms(u.clock())) as left_ms
  from (select u.quota_window(u.clock(), $2::int, $3::text) as starts_at,
               case when $2 >= 86400
                    then u.ms(((u.quota_window(u.clock(), $2, $3) at time zone $3) + interval '1 day') at time zone $3)
                    else u.ms(u.quota_window(u.clock(), $2, $3)) + $2 * 1000::bigint end as ends_ms) w
  left join u.platform_quota q on q.bucket = $1::text and q.starts_at = w.starts_at;
