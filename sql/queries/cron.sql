-- :helper_beat
-- Helper $1 has been at work for $2 ms, did $3 things since it began, and $4 was its last problem.
insert into u.helper_run (name, started_at, beat_at, finished_at, done, problem)
values ($1::text, u.clock() - $2::bigint * interval '1 ms', u.clock(), case when $5::boolean then u.clock() end, $3::bigint, $4::text)
on conflict (name)
do update set started_at = excluded.started_at, beat_at = excluded.beat_at, finished_at = excluded.finished_at,
              done = excluded.done, problem = excluded.problem;
