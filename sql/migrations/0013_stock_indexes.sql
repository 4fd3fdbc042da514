-- no transaction
-- What the auditor goes by: items in their order, the orders that used a redemption; locations and shops that are settling are few.
drop index concurrently if exists u.inventory_item;
create unique index concurrently inventory_item on u.inventory (item_id);
drop index concurrently if exists u.shop_order_redemption;
create index concurrently shop_order_redemption on u.shop_order (offer_id) where redemption = 'used';
drop index concurrently if exists u.location_settling;
create index concurrently location_settling on u.location (shop_id, external_id) where settling;
drop index concurrently if exists u.shop_buffer_settling;
create index concurrently shop_buffer_settling on u.shop (id) where buffer_settling;
drop index concurrently if exists u.inventory_level_place;
create index concurrently inventory_level_place on u.inventory_level (shop_id, location_id);
