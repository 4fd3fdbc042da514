-- no transaction
-- Who stands before a place in line, and how many of one address block stand in it.
drop index concurrently if exists u.waitlist_line;
create index concurrently waitlist_line on u.waitlist (shop_id, item_id, id) where state = 'waiting';
drop index concurrently if exists u.waitlist_block;
create index concurrently waitlist_block on u.waitlist (item_id, address) where state = 'waiting' and address is not null;
