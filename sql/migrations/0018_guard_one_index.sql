-- no transaction
-- checkout_session_visitor stands in for it.
drop index concurrently if exists u.checkout_session_open;
