-- no transaction
-- What the inbox is asked for all the time, without reading its whole past: bodies that expire, deliveries that wait for
-- another, those that are parked, and the bodies of one shop.
drop index concurrently if exists u.webhook_inbox_bodies;
create index concurrently webhook_inbox_bodies on u.webhook_inbox (received_at) where body_sealed is not null;
drop index concurrently if exists u.webhook_inbox_waits;
create index concurrently webhook_inbox_waits on u.webhook_inbox (platform, shop_domain, waits_for) where waits_for <> '';
drop index concurrently if exists u.webhook_inbox_parked;
create index concurrently webhook_inbox_parked on u.webhook_inbox (id) where state = 'parked';
drop index concurrently if exists u.webhook_inbox_shop;
create index concurrently webhook_inbox_shop on u.webhook_inbox (platform, shop_domain, id);
