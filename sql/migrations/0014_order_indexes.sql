-- no transaction
-- Lines whose variant the catalog may still learn of; orders that may be somebody's; orders of one cart.
drop index concurrently if exists u.order_line_unknown;
create index concurrently order_line_unknown on u.order_line (shop_id, variant_external) where item_id is null;
drop index concurrently if exists u.shop_order_candidate;
create index concurrently shop_order_candidate on u.shop_order (candidate_creator_id, id) where candidate_creator_id is not null;
drop index concurrently if exists u.shop_order_cart;
create index concurrently shop_order_cart on u.shop_order (shop_id, cart_token) where cart_token <> '';
drop index concurrently if exists u.shop_order_checkout;
create index concurrently shop_order_checkout on u.shop_order (shop_id, checkout_token) where checkout_token <> '';
