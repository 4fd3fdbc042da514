-- What platforms allow. Who gets the last units is decided here, one taker of a bucket after the other.

-- Where the window of an instant begins: days from midnight to midnight in in_zone, others counted from the epoch.
create or replace function u.quota_window(in_at timestamptz, in_window_s integer, in_zone text) returns timestamptz
language sql stable as $$
    select case when in_window_s >= 86400 then date_trunc('day', in_at at time zone in_zone) at time zone in_zone
                else to_timestamp(floor(extract(epoch from in_at) / in_window_s) * in_window_s) end
$$;

-- Takes in_units of what in_bucket allows per window; false: they are not left. Their clock is not quite ours, so that
--   a short window and the one before it never have more than in_allowed together, so that no stretch of that length has;
--   the last minute of a day gives nothing: what is sent then may be counted on the next one.
-- What is older than 35 days goes when a new window begins. When the platform said that nothing is left, that holds to the window's end; said in the first ten minutes of a day it
-- may have been about the day before, and holds for ten minutes.
create or replace function u.quota_take(in_bucket text, in_units bigint, in_allowed bigint, in_window_s integer, in_zone text) returns boolean
language plpgsql volatile as $$
declare
    at    timestamptz := u.clock();
    start timestamptz := u.quota_window(at, in_window_s, in_zone);
    taken bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('quota:' || in_bucket, 0));
    if in_window_s >= 86400 and u.quota_window(at + interval '1 minute', in_window_s, in_zone) <> start then
        return false;
    end if;
    if exists (select from u.platform_quota q
                where q.bucket = in_bucket and q.starts_at = start and q.spent_at is not null
                  and (in_window_s < 86400 or q.spent_at >= start + interval '10 minutes' or at < q.spent_at + interval '10 minutes')) then
        return false;
    end if;
    if in_window_s >= 86400 then
        select coalesce(sum(q.used), 0) into taken from u.platform_quota q where q.bucket = in_bucket and q.starts_at = start;
    else
        select greatest(coalesce(sum(q.used) filter (where q.starts_at <= start), 0), coalesce(sum(q.used) filter (where q.starts_at >= start), 0))
          into taken from u.platform_quota q
         where q.bucket = in_bucket
           and q.starts_at in (start - make_interval(secs => in_window_s), start, start + make_interval(secs => in_window_s));
    end if;
    if taken + in_units > in_allowed then
        return false;
    end if;
    insert into u.platform_quota as q (bucket, starts_at, used, allowed) values (in_bucket, start, in_units, in_allowed)
    on conflict (bucket, starts_at) do update set used = q.used + excluded.used, allowed = excluded.allowed;
    if taken = 0 then
        delete from u.platform_quota q where q.bucket = in_bucket and q.starts_at < start - interval '35 days';
    end if;
    return true;
end
$$;
