-- :order_lock
-- One order of one shop is applied by one transaction at a time.
select pg_advisory_xact_lock(hashtextextended('order:' || $1::uuid::text || ':' || $2::bigint::text, 0));

-- :order_find
-- What is known of order $2 of shop $1.
select id, u.ms(shop_updated_at) as updated_ms, u.ms(shop_created_at) as created_ms, u.ms(paid_at) as paid_ms,
       u.ms(cancelled_at) as cancelled_ms, test, currency, creator_id, session_id, offer_id, attribution_id, credit_reason, late,
       name, revision
  from u.shop_order
 where shop_id = $1::uuid and external_id = $2::bigint;

-- :order_put
-- Writes what the shop says of an order; the caller has compared updated_at under the order's lock.
insert into u.shop_order as o (id, shop_id, external_id, name, financial_status, test, currency, presentment_currency, total_minor,
                               presentment_total_minor, source_name, cart_token, checkout_token, shop_created_at, shop_updated_at,
                               cancelled_at, cancel_reason)
values ($1::uuid, $2::uuid, $3::bigint, $4::text, $5::text, $6::boolean, $7::text, $8::text, $9::bigint, $10::bigint, $11::text,
        $12::text, $13::text, u.at($14::bigint), u.at($15::bigint), case when $16::bigint = 0 then null else u.at($16) end, $17::text)
on conflict (shop_id, external_id) do update
   set name = excluded.name, financial_status = excluded.financial_status, test = excluded.test,
       total_minor = excluded.total_minor, presentment_total_minor = excluded.presentment_total_minor,
       presentment_currency = excluded.presentment_currency, source_name = excluded.source_name,
       cart_token = excluded.cart_token, checkout_token = excluded.checkout_token, shop_updated_at = excluded.shop_updated_at,
       cancelled_at = coalesce(excluded.cancelled_at, o.cancelled_at), cancel_reason = excluded.cancel_reason,
       revision = o.revision + 1
returning id, revision;

-- :order_credit
-- Whose sale order $1 is, and why.
update u.shop_order
   set creator_id = $2::uuid, session_id = $3::uuid, offer_id = $4::uuid, attribution_id = $5::uuid, credit_reason = $6::text,
       credit_detail = $7::jsonb
 where id = $1::uuid;

-- :order_stock
-- Moves stock for the lines of order $2 and ends the hold behind it; see sql/functions/40_orders.sql.
select hold, late
  from u.order_stock($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::boolean, $6::boolean, u.at($7::bigint), u.at($8::bigint), $9::jsonb);

-- :order_late
update u.shop_order set late = true where id = $1::uuid;

-- :order_pay
-- Marks order $1 as paid; no row when it was so already.
update u.shop_order set paid_at = u.clock() where id = $1::uuid and paid_at is null returning id;

-- :order_mark
-- The checkout of shop $1 whose mark an order carries.
select s.id, s.creator_id, s.offer_id, s.attribution_id, u.ms(s.created_at) as created_ms,
       exists (select 1 from u.variant v
                where v.shop_id = s.shop_id and v.external_id = any ($3::bigint[])
                  and (v.id = s.variant_id
                       or v.id in (select p.variant_id from u.offer_price p where p.offer_id = s.offer_id))) as has_line
  from u.checkout_session s
 where s.shop_id = $1::uuid and s.mark = $2::text;

-- :order_code
-- The offer of shop $1 behind discount code $2, and the newest click on it between $4 and $5.
select d.offer_id, o.creator_id, s.attribution_id, s.attribution_id is not null as clicked,
       exists (select 1 from u.variant v join u.offer_price p on p.variant_id = v.id and p.offer_id = d.offer_id
                where v.shop_id = d.shop_id and v.external_id = any ($3::bigint[])) as has_line
  from u.offer_discount d
  join u.offer o on o.id = d.offer_id
  left join lateral (select c.attribution_id from u.checkout_session c
                      where c.offer_id = d.offer_id and c.created_at between u.at($4::bigint) and u.at($5::bigint)
                      order by c.id desc limit 1) s on true
 where d.shop_id = $1::uuid and d.code = upper($2::text);

-- :order_refund_put
-- Keeps refund $3 of order $2; no row when it was known.
insert into u.order_refund (shop_id, order_id, external_id, at, paid_back_minor, tax_minor, lines)
values ($1::uuid, $2::uuid, $3::bigint, u.at($4::bigint), $5::bigint, $6::bigint, $7::jsonb)
on conflict (order_id, external_id) do nothing
returning external_id;

-- :order_refund_sum
-- Recomputes what order $1 gave back, per line and in all, from its refunds.
with given as (
    select l.line, sum(l.units)::integer as units, sum(l.subtotal)::bigint as subtotal
      from u.order_refund r
     cross join lateral jsonb_to_recordset(r.lines) l (line bigint, units integer, subtotal bigint)
     where r.order_id = $1::uuid
     group by l.line
), lines as (
    update u.order_line o
       set refunded_units = g.units, refunded_minor = g.subtotal
      from given g
     where o.order_id = $1 and o.external_id = g.line
)
update u.shop_order
   set refunded_minor = (select coalesce(sum(r.paid_back_minor), 0) from u.order_refund r where r.order_id = $1)
 where id = $1;

-- :order_revision
update u.shop_order set revision = revision + 1 where id = $1::uuid returning revision;

-- :order_revenue
-- What order $1 earns its creator now: credited lines, less discounts, edits, refunds, and their share of money given back
-- without lines.
with lines as (
    select l.credited, l.units,
           greatest(0, l.units - greatest(0, l.units - l.current_units - l.refunded_units)) as kept,
           l.unit_minor * l.units - l.discount_minor as gross, l.refunded_minor
      from u.order_line l
     where l.order_id = $1::uuid
), nets as (
    select credited, kept, case when units = 0 then 0 else gross * kept / units - refunded_minor end as net from lines
), extra as (
    select greatest(0, coalesce(sum(r.paid_back_minor - r.tax_minor
                  - (select coalesce(sum(l.subtotal), 0) from jsonb_to_recordset(r.lines) l (subtotal bigint))), 0)) as minor
      from u.order_refund r
     where r.order_id = $1
), sums as (
    select coalesce(sum(net) filter (where credited), 0) as credited, coalesce(sum(net), 0) as whole,
           coalesce(sum(kept) filter (where credited), 0) as units
      from nets
)
select (s.credited - case when s.whole > 0 then least(s.credited, extra.minor * s.credited / s.whole) else 0 end)::bigint as net_minor,
       s.units::integer as units, o.currency, o.test, o.late, o.revision, o.creator_id, o.session_id, o.offer_id, o.credit_reason,
       u.ms(o.paid_at) as paid_ms, u.ms(o.shop_created_at) as created_ms,
       a.platform, a.surface, a.stream_id, c.link_id
  from u.shop_order o
 cross join sums s
 cross join extra
  left join u.attribution a on a.id = o.attribution_id
  left join u.checkout_session c on c.id = o.session_id
 where o.id = $1;

-- :order_list
-- Orders that creator $1 may see, newest first: those credited to her, and all of the shops she owns.
select o.id, o.name, o.financial_status, o.test, o.currency, o.total_minor, o.refunded_minor, o.credit_reason, o.late,
       u.ms(o.shop_created_at) as created_ms, u.ms(o.shop_updated_at) as updated_ms, u.ms(o.paid_at) as paid_ms,
       u.ms(o.cancelled_at) as cancelled_ms, s.domain as shop_domain, s.name as shop_name,
       coalesce(o.creator_id = $1, false) as mine, a.platform, a.surface, a.stream_id, c.link_id, l.code as link_code, o.offer_id,
       t.title as stream_title
  from u.shop_order o
  join u.shop s on s.id = o.shop_id
  left join u.attribution a on a.id = o.attribution_id and o.creator_id = $1
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.checkout_session c on c.id = o.session_id and o.creator_id = $1
  left join u.short_link l on l.id = c.link_id
 where (o.creator_id = $1::uuid
        or o.shop_id in (select n.shop_id from u.connection n
                          where n.creator_id = $1 and n.role = 'owner' and n.status = 'active'))
   and ($2::uuid is null or o.id < $2)
 order by o.id desc
 limit $3::int;

-- :order_by_id
-- Order $2, if creator $1 may see it.
select o.id, o.name, o.financial_status, o.test, o.currency, o.total_minor, o.refunded_minor, o.credit_reason, o.late,
       u.ms(o.shop_created_at) as created_ms, u.ms(o.shop_updated_at) as updated_ms, u.ms(o.paid_at) as paid_ms,
       u.ms(o.cancelled_at) as cancelled_ms, s.domain as shop_domain, s.name as shop_name,
       coalesce(o.creator_id = $1, false) as mine, a.platform, a.surface, a.stream_id, c.link_id, l.code as link_code, o.offer_id,
       t.title as stream_title, o.presentment_currency, o.presentment_total_minor, o.source_name, o.cancel_reason,
       case when coalesce(o.creator_id = $1, false) or n.role = 'owner' then o.credit_detail else '{}' end as credit_detail,
       case when o.creator_id = $1 then o.session_id end as session_id
  from u.shop_order o
  join u.shop s on s.id = o.shop_id
  left join u.connection n on n.creator_id = $1 and n.shop_id = o.shop_id and n.status = 'active'
  left join u.attribution a on a.id = o.attribution_id and o.creator_id = $1
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.checkout_session c on c.id = o.session_id and o.creator_id = $1
  left join u.short_link l on l.id = c.link_id
 where o.id = $2::uuid and (o.creator_id = $1::uuid or n.role = 'owner');

-- :order_lines
select l.external_id, l.title, v.title as variant_title, l.variant_id, l.units, l.current_units, l.refunded_units, l.unit_minor,
       l.discount_minor, l.refunded_minor, l.credited, l.promised_minor
  from u.order_line l
  left join u.variant v on v.id = l.variant_id
 where l.order_id = $1::uuid
 order by l.external_id;

-- :order_promises_broken
-- Credited lines of order $1 that were not charged at the price we showed, with the three figures, per unit where they are.
select l.external_id, l.units, l.promised_minor, l.unit_minor, l.unit_minor * l.units - l.discount_minor as paid_minor,
       coalesce(d.amount_minor, 0) as code_minor, l.variant_id, o.currency, o.creator_id, o.offer_id
  from u.order_line l
  join u.shop_order o on o.id = l.order_id
  left join u.offer_price p on p.offer_id = o.offer_id and p.variant_id = l.variant_id
  left join u.offer_discount d on d.id = p.discount_id
 where l.order_id = $1::uuid and l.credited and l.promised_minor is not null and l.units > 0
   and l.unit_minor * l.units - l.discount_minor <> l.promised_minor * l.units
 order by l.external_id;
