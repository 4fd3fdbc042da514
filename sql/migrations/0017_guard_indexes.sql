-- no transaction
-- What the caps on holds count by.
drop index concurrently if exists u.reservation_address;
create index concurrently reservation_address on u.reservation (item_id, address)
    where state = 'pending' and address is not null;
drop index concurrently if exists u.reservation_unproven;
create index concurrently reservation_unproven on u.reservation (shop_id, item_id, expires_at)
    where state = 'pending' and not proven and item_id is not null;
-- The same promise as checkout_session_open, by visitor first, so that it counts a visitor's checkouts too.
drop index concurrently if exists u.checkout_session_visitor;
create unique index concurrently checkout_session_visitor on u.checkout_session (visitor, link_id)
    where state = 'open';
