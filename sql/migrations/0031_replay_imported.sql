-- When the platform first said that it has a video: told once, also of one whose address was known before.
alter table u.replay_video add column imported_at timestamptz;
update u.replay_video set imported_at = created_at where state = 'ready' and not by_hand;
