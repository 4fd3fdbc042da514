-- Detection: a stream whose connection dropped goes on as another broadcast of its platform.
alter table u.broadcast drop constraint broadcast_stream_id_key;
create index broadcast_stream on u.broadcast (stream_id) where stream_id is not null;
create index broadcast_running on u.broadcast (told_at) where state in ('unknown', 'on') and started_at is not null;
alter table u.broadcast add column off_pushed boolean not null default false;    -- off_since is when a push said so
alter table u.broadcast add column looks_failed integer not null default 0;      -- in a row, without an answer
alter table u.broadcast add column ended_by text not null default ''             -- what ended it: its platform's word, its absence
    check (ended_by in ('', 'told', 'off', 'unknown', 'replaced'));              -- for the grace period, nothing heard for too long
alter table u.broadcast add column problem text not null default '';             -- the last word on it that made no sense
