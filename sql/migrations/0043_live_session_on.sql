-- no transaction
-- Whether a creator is live, however many shows she has had.
drop index concurrently if exists u.live_session_on;
create index concurrently live_session_on on u.live_session (creator_id) where state = 'live';
