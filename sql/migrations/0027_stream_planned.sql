-- no transaction
-- Who is looked at more closely: creators who planned a live for about now.
drop index concurrently if exists u.stream_planned;
create index concurrently stream_planned on u.stream (scheduled_at) where state = 'scheduled';
