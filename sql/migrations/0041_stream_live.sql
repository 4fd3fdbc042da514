-- no transaction
-- Which streams have been on the air for long.
drop index concurrently if exists u.stream_live;
create index concurrently stream_live on u.stream (started_at) where state = 'live';
