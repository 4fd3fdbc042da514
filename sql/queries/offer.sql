-- :offer_list
select o.id, o.shop_id, s.domain as shop_domain, s.currency, o.name, o.kind, o.value, o.state, o.problem, u.ms(o.starts_at) as starts_ms,
       u.ms(o.ends_at) as ends_ms, o.redemptions_max, o.redemptions_used, o.redemptions_held, o.once_per_customer, o.refund_restores, o.revision,
       u.ms(o.created_at) as created_ms, u.ms(o.updated_at) as updated_ms
  from u.offer o
  join u.shop s on s.id = o.shop_id
 where o.creator_id = $1::uuid and o.state <> 'deleted' and ($2::uuid is null or o.id < $2)
 order by o.id desc
 limit $3::int;

-- :offer_by_id
select o.id, o.shop_id, s.domain as shop_domain, s.currency, o.name, o.kind, o.value, o.state, o.problem, u.ms(o.starts_at) as starts_ms,
       u.ms(o.ends_at) as ends_ms, o.redemptions_max, o.redemptions_used, o.redemptions_held, o.once_per_customer, o.refund_restores, o.revision,
       u.ms(o.created_at) as created_ms, u.ms(o.updated_at) as updated_ms
  from u.offer o
  join u.shop s on s.id = o.shop_id
 where o.creator_id = $1::uuid and o.id = $2::uuid;

-- :offer_lines
select l.product_id, l.variant_id, l.override_value, p.title as product_title, v.title as variant_title
  from u.offer_product l
  join u.product p on p.shop_id = l.shop_id and p.id = l.product_id
  left join u.variant v on v.shop_id = l.shop_id and v.id = l.variant_id
 where l.creator_id = $1::uuid and l.offer_id = $2::uuid
 order by l.position;

-- :offer_prices
select op.variant_id, v.product_id, p.title as product_title, v.title as variant_title,
       coalesce(nullif(v.image_url, ''), p.image_url) as image_url, op.list_minor, op.price_minor, op.currency, coalesce(d.code, '') as code,
       v.price_minor = op.list_minor and v.deleted_at is null
           and (op.discount_id is null or (d.state = 'placed' and op.covered)) as ready,
       i.tracked and v.policy = 'deny' as limited, i.free
  from u.offer_price op
  join u.offer o on o.id = op.offer_id
  join u.variant v on v.id = op.variant_id
  join u.product p on p.id = v.product_id
  join u.inventory i on i.shop_id = op.shop_id and i.item_id = op.item_id
  left join u.offer_discount d on d.id = op.discount_id
 where o.creator_id = $1::uuid and op.offer_id = $2::uuid
 order by p.title, v.position, v.id;

-- :offer_line_check
-- Product $2 as creator $1 may offer it: no row when it is not in a shop that she sells from.
select p.shop_id, s.currency, p.title, n.status = 'active' and s.status = 'active' as open,
       $3::uuid is null or exists (select 1 from u.variant v where v.id = $3 and v.product_id = p.id and v.deleted_at is null) as has_variant
  from u.product p
  join u.connection n on n.shop_id = p.shop_id and n.creator_id = $1::uuid
  join u.shop s on s.id = p.shop_id
 where p.id = $2::uuid and p.status <> 'deleted';

-- :offer_line_variants
-- The variants that a line of product $2 (or one variant $3 of it) of shop $1 stands for, with today's list price.
select v.id, v.item_id, v.price_minor, v.currency
  from u.variant v
 where v.shop_id = $1::uuid and v.product_id = $2::uuid and v.deleted_at is null and ($3::uuid is null or v.id = $3)
 order by v.position, v.id;

-- :offer_insert
-- No row when the name in NFC is longer than 120 characters.
insert into u.offer (id, creator_id, shop_id, name, kind, value, starts_at, ends_at, redemptions_max, once_per_customer,
                     refund_restores)
select $1::uuid, $2::uuid, $3::uuid, normalize($4::text, nfc), $5::text, $6::bigint, case when $7::bigint = 0 then null else u.at($7) end,
       case when $8::bigint = 0 then null else u.at($8) end, nullif($9::int, 0), $10::boolean, $11::boolean
 where char_length(normalize($4, nfc)) <= 120
returning id;

-- :offer_change
-- Writes new terms; no row when the revision is another ($4, 0: any) or the offer is over. name_ok false when the name in NFC
-- is longer than 120 characters, and then it stays. Checkouts that were open before there was a limit do not count in it.
update u.offer
   set name = case when char_length(normalize($5::text, nfc)) <= 120 then normalize($5, nfc) else name end, kind = $6::text, value = $7::bigint, starts_at = case when $8::bigint = 0 then null else u.at($8) end,
       ends_at = case when $9::bigint = 0 then null else u.at($9) end, redemptions_max = nullif($10::int, 0),
       once_per_customer = $11::boolean, refund_restores = $12::boolean, revision = revision + 1, updated_at = u.clock()
 where creator_id = $1::uuid and id = $2::uuid and shop_id = $3::uuid and ($4::bigint = 0 or revision = $4)
   and state not in ('expired', 'deleted')
returning revision, char_length(normalize($5, nfc)) <= 120 as name_ok;

-- :offer_lines_clear
delete from u.offer_product where creator_id = $1::uuid and offer_id = $2::uuid;

-- :offer_line_insert
insert into u.offer_product (offer_id, creator_id, shop_id, position, product_id, variant_id, override_value)
values ($1::uuid, $2::uuid, $3::uuid, $4::int, $5::uuid, $6::uuid, $7::bigint);

-- :offer_lock
select id from u.offer where id = $1::uuid for no key update;

-- :offer_discount_need
-- The codes of offer $2 for the amounts $4 off each unit: those that are there, else new ones ($1, $6). One on its way out comes back.
insert into u.offer_discount as d (id, offer_id, shop_id, amount_minor, currency, code)
select n.id, $2::uuid, $3::uuid, n.amount, $5::text, n.code
  from unnest($1::uuid[], $4::bigint[], $6::text[]) n (id, amount, code)
on conflict (offer_id, amount_minor) where state <> 'ended' do update
   set state = case when d.state = 'ending' then 'wanted' else d.state end,
       revision = d.revision + case when d.state = 'ending' then 1 else 0 end,
       retry_at = case when d.state = 'ending' then null else d.retry_at end;

-- :offer_price_put
-- The promises of offer $1: for each variant its list price and its price. A new code does not cover it until the shop says so.
insert into u.offer_price as p (offer_id, variant_id, shop_id, item_id, list_minor, price_minor, currency, discount_id)
select $1::uuid, v.id, v.shop_id, v.item_id, n.list, n.price, v.currency, d.id
  from unnest($2::uuid[], $3::bigint[], $4::bigint[]) n (variant, list, price)
  join u.variant v on v.id = n.variant
  left join u.offer_discount d on d.offer_id = $1 and d.amount_minor = n.list - n.price and d.state <> 'ended'
on conflict (offer_id, variant_id) do update
   set list_minor = excluded.list_minor, price_minor = excluded.price_minor, currency = excluded.currency, item_id = excluded.item_id,
       covered = p.covered and p.discount_id is not distinct from excluded.discount_id, discount_id = excluded.discount_id;

-- :offer_price_trim
-- Drops the promises of offer $1 for variants that are not in $2.
delete from u.offer_price where offer_id = $1::uuid and not variant_id = any ($2::uuid[]);

-- :offer_codes_print
-- Which code of offer $1 holds which variant: equal when nothing changed.
select coalesce(md5(string_agg(variant_id || ':' || coalesce(discount_id::text, '') || ':' || covered, ',' order by variant_id)), '') as print
  from u.offer_price
 where offer_id = $1::uuid;

-- :offer_price_uncover
update u.offer_price set covered = false where offer_id = $1::uuid and covered;

-- :offer_discount_settle
-- After offer $1 was looked at again: codes without a price end; when something changed ($2), the others must be told at the shop.
with used as (
    select d.id, d.external_id = '' and d.attempts = 0 as unborn, o.state in ('draft', 'activating', 'active') as sells,
           exists (select 1 from u.offer_price p where p.discount_id = d.id) as needed
      from u.offer_discount d join u.offer o on o.id = d.offer_id
     where d.offer_id = $1::uuid and d.state <> 'ended'
)
update u.offer_discount d
   set state = case when x.needed and x.sells then d.state
                    when x.unborn and not x.needed then 'ended'
                    when x.unborn then d.state
                    else 'ending' end,
       ended_at = case when x.unborn and not x.needed then u.clock() end,
       stale = x.needed and x.sells and d.external_id <> '' and (d.stale or $2::boolean),
       revision = d.revision + 1, retry_at = null
  from used x
 where d.id = x.id and ($2 or not x.needed or not x.sells);

-- :offer_discount_end_all
-- Offer $1 stopped selling: its codes end once the last live hold has lapsed; one that the shop never heard of just waits.
update u.offer_discount
   set state = case when external_id = '' and state = 'wanted' and attempts = 0 then state else 'ending' end,
       stale = false, revision = revision + 1, retry_at = null
 where offer_id = $1::uuid and state in ('wanted', 'placed');

-- :offer_discount_claim
-- Leases the most urgent thing to do at a shop for $1 seconds. A code ends only after the last live hold with it. The shop counts
-- all uses of a code, we those since there is a limit: usage_max lets the former ones be, with the holds made before it.
update u.offer_discount d
   set retry_at = u.clock() + make_interval(secs => $1::int), attempts = d.attempts + 1
  from u.offer o
 where o.id = d.offer_id
   and d.id = (select w.id
                 from u.offer_discount w
                 join u.offer f on f.id = w.offer_id
                 join u.shop s on s.id = w.shop_id
                where (w.retry_at is null or w.retry_at <= u.clock())
                  and s.access_sealed is not null
                  and (s.call_after is null or s.call_after <= u.clock())
                  and (((w.state = 'wanted' or w.stale) and f.state in ('activating', 'active'))
                       or (w.state = 'ending'
                           and not exists (select 1 from u.checkout_session c
                                            where c.offer_id = w.offer_id and c.state = 'open' and c.discount_code = w.code
                                              and c.expires_at > u.clock())))
                order by w.retry_at nulls first, w.id
                limit 1
                  for update of w skip locked)
returning d.id, d.offer_id, d.shop_id, o.name, d.state, d.code, d.external_id, d.amount_minor, d.currency, d.revision, d.attempts,
          u.ms(coalesce(o.starts_at, o.created_at)) as starts_ms, u.ms(o.ends_at) as ends_ms, o.once_per_customer,
          case when o.redemptions_max is not null
               then o.redemptions_max
                    + greatest(0, (select count(*) from u.shop_order r where r.creator_id = o.creator_id and r.offer_id = o.id)
                                  - o.redemptions_used)
                    + (select count(*) from u.checkout_session c
                        where c.offer_id = o.id and c.state = 'open' and not c.redeems) end as usage_max;

-- :offer_discount_variants
-- What the code must hold: the variants promised with it, and those of live holds with it.
select v.external_id
  from u.variant v
 where v.id in (select p.variant_id from u.offer_price p where p.discount_id = $1::uuid
                union
                select c.variant_id from u.checkout_session c join u.offer_discount d on d.id = $1
                 where c.offer_id = d.offer_id and c.discount_code = d.code and c.state = 'open')
 order by v.external_id;

-- :offer_discount_put
-- The shop has code $1 as of revision $3; when it is another by now, the shop must be told once more.
update u.offer_discount
   set external_id = $2::text, placed_at = coalesce(placed_at, u.clock()), problem = '', attempts = 0, retry_at = null,
       state = case when state = 'wanted' then 'placed' else state end,
       stale = state in ('wanted', 'placed') and revision <> $3::int
 where id = $1::uuid
returning revision = $3 as current;

-- :offer_price_cover
update u.offer_price p
   set covered = true
  from u.variant v
 where p.discount_id = $1::uuid and v.id = p.variant_id and v.external_id = any ($2::bigint[]);

-- :offer_ready
-- Offer $1 becomes active when every promise of it is in place; no row otherwise.
update u.offer o
   set state = 'active', problem = '', updated_at = u.clock()
 where o.id = $1::uuid and o.state = 'activating'
   and exists (select 1 from u.offer_price p where p.offer_id = o.id)
   and not exists (select 1 from u.offer_price p left join u.offer_discount d on d.id = p.discount_id
                    where p.offer_id = o.id and p.discount_id is not null and (d.state <> 'placed' or not p.covered))
returning creator_id, shop_id;

-- :offer_problem
-- What keeps offer $1 from selling; only a change is written.
update u.offer set problem = $2::text where id = $1::uuid and problem <> $2;

-- :offer_problem_clear
-- Why it was paused stays for as long as it is.
update u.offer o set problem = o.pause_problem
 where o.id = $1::uuid and o.problem <> o.pause_problem
   and not exists (select 1 from u.offer_discount d where d.offer_id = o.id and d.state <> 'ended' and d.problem <> '');

-- :offer_discount_fail
-- Backs off 2^attempts seconds with jitter, ten minutes at most; $3 not empty: another code.
update u.offer_discount
   set problem = $2::text, retry_at = u.clock() + make_interval(secs => least(600, power(2, least(attempts, 10))) * (0.75 + random() / 2)),
       code = case when $3::text = '' then code else $3 end,
       external_id = case when $3 = '' then external_id else '' end,
       stale = stale and $3 = '',
       state = case when $3 <> '' and state = 'placed' then 'wanted' else state end
 where id = $1::uuid;

-- :offer_discounts_resume
-- Shop $1 lets us in again: what failed there is due now.
update u.offer_discount set retry_at = u.clock() where shop_id = $1::uuid and problem <> '' and retry_at > u.clock();

-- :offer_discount_end
update u.offer_discount set state = 'ended', stale = false, ended_at = u.clock(), problem = '', retry_at = null
 where id = $1::uuid and state = 'ending';

-- :offer_release
select u.offer_release($1::uuid) as released;

-- :offer_move
-- Moves offer $2 of creator $1 into state $3 from one of $4; no row when it is in another.
update u.offer
   set state = $3::text, problem = '', pause_problem = '', revision = revision + 1, updated_at = u.clock()
 where creator_id = $1::uuid and id = $2::uuid and state = any ($4::text[])
returning shop_id;

-- :offer_pause_problem
-- Why offer $1 was paused by us.
update u.offer set problem = $2::text, pause_problem = $2 where id = $1::uuid;

-- :offer_promises
select exists (select 1 from u.offer_price where offer_id = $1::uuid) as any;

-- :offer_open
-- May offer $2 of creator $1 be activated: its shop is connected, and its end lies ahead.
select n.status = 'active' and s.status = 'active' as connected, o.ends_at is null or o.ends_at > u.clock() as ahead, o.state
  from u.offer o
  join u.shop s on s.id = o.shop_id
  join u.connection n on n.creator_id = o.creator_id and n.shop_id = o.shop_id
 where o.creator_id = $1::uuid and o.id = $2::uuid;

-- :offer_over
-- Offers whose time is over, the oldest $1 of them, in the order of locks.
select o.id, o.creator_id, o.shop_id
  from (select id, creator_id, shop_id from u.offer
         where state in ('activating', 'active', 'paused') and ends_at <= u.clock()
         order by ends_at
         limit $1::int) o
 order by o.id;

-- :offer_end_time
update u.offer set state = 'expired', revision = revision + 1, updated_at = u.clock()
 where id = $1::uuid and state in ('activating', 'active', 'paused') and ends_at <= u.clock()
returning id;

-- :offer_selling
select id from u.offer
 where creator_id = $1::uuid and shop_id = $2::uuid and state in ('activating', 'active')
 order by id;

-- :offer_with_variants
-- Offers of shop $1 that promise a price for, or offer the product of, one of variants $2.
select distinct o.id, o.creator_id
  from u.offer o
  join u.offer_product l on l.offer_id = o.id
  join u.variant v on v.shop_id = l.shop_id and v.product_id = l.product_id and (l.variant_id is null or l.variant_id = v.id)
 where o.shop_id = $1::uuid and o.state in ('draft', 'activating', 'active', 'paused') and v.id = any ($2::uuid[])
 order by o.id;
