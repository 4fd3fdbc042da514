-- :job_queue
-- Queues job $1, or brings the one that is queued already forward.
insert into u.job (id, kind, dedupe, shop_id, creator_id, payload)
values ($1::uuid, $2::text, $3::text, $4::uuid, $5::uuid, $6::jsonb)
on conflict (kind, dedupe) where state = 'queued'
do update set run_at = least(u.job.run_at, u.clock()), payload = excluded.payload;

-- :job_claim
-- Leases the most urgent due job of kind $1 for $2 seconds; a helper that dies gives it back by time.
update u.job j
   set run_at = u.clock() + make_interval(secs => $2::int), attempts = j.attempts + 1
 where j.id = (select d.id from u.job d
                where d.kind = $1::text and d.state = 'queued' and d.run_at <= u.clock()
                order by d.run_at
                limit 1
                  for update skip locked)
returning j.id, j.kind, j.dedupe, j.shop_id, j.creator_id, j.payload, j.attempts;

-- :job_done
-- Unless it was wanted again while it ran (its lease is then over): what it has read may be too old for that.
update u.job set state = 'done', done_at = u.clock(), problem = '' where id = $1::uuid and state = 'queued' and run_at > u.clock();

-- :job_failed
-- Backs off 2^attempts seconds with jitter, an hour at most; dead after $3 attempts.
update u.job
   set problem = $2::text,
       state = case when attempts >= $3::int then 'dead' else 'queued' end,
       done_at = case when attempts >= $3::int then u.clock() end,
       run_at = u.clock() + make_interval(secs => least(3600, power(2, least(attempts, 12))) * (0.75 + random() / 2))
 where id = $1::uuid and state = 'queued';

-- :job_resume
-- Shop $1 lets us in again: what backed off from it is due now.
update u.job
   set run_at = u.clock(), attempts = 0
 where shop_id = $1::uuid and state = 'queued' and problem <> '' and run_at > u.clock();

-- :job_revive
-- And what was given up, once each, is tried again; what was queued anew since is the same work.
update u.job j
   set state = 'queued', run_at = u.clock(), attempts = 0, done_at = null
 where j.id in (select distinct on (d.kind, d.dedupe) d.id
                  from u.job d
                 where d.shop_id = $1::uuid and d.state = 'dead'
                 order by d.kind, d.dedupe, d.created_at desc)
   and not exists (select 1 from u.job q where q.kind = j.kind and q.dedupe = j.dedupe and q.state = 'queued');
