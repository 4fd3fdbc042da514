-- :order_lock
-- One order of one shop is applied by one transaction at a time.
select pg_advisory_xact_lock(hashtextextended('order:' || $1::uuid::text || ':' || $2::bigint::text, 0));

-- :order_find
-- What is known of order $2 of shop $1, and how a telling of time $3 with content $4 stands to it. Of two tellings of one time the one
-- with the greater print stands: whichever comes first, the end is the same. Contents begin with eight characters of how far the order is.
select id, u.ms(shop_updated_at) as updated_ms, u.ms(shop_created_at) as created_ms, u.ms(cancelled_at) as cancelled_ms, currency,
       creator_id, session_id, offer_id,
       case when shop_updated_at = u.at($3::bigint) then 'tie' when shop_updated_at < u.at($3) then 'newer' else 'older' end as told,
       content = p.print as same, content collate "C" < p.print collate "C" as wins, p.print
  from u.shop_order
 cross join (select left($4::text, 8) || md5($4) as print) p
 where shop_id = $1::uuid and external_id = $2::bigint;

-- :order_put
-- Writes what the shop says of an order; the caller has compared tellings under the order's lock.
insert into u.shop_order as o (id, shop_id, external_id, name, financial_status, test, currency, presentment_currency, total_minor,
                               presentment_total_minor, source_name, cart_token, checkout_token, shop_created_at, shop_updated_at,
                               cancelled_at, cancel_reason, taxes_included, shipping_minor, tip_minor, content)
values ($1::uuid, $2::uuid, $3::bigint, $4::text, $5::text, $6::boolean, $7::text, $8::text, $9::bigint, $10::bigint, $11::text,
        $12::text, $13::text, u.at($14::bigint), u.at($15::bigint), case when $16::bigint = 0 then null else u.at($16) end, $17::text,
        $18::boolean, $19::bigint, $20::bigint, left($21::text, 8) || md5($21))
on conflict (shop_id, external_id) do update
   set name = excluded.name, financial_status = excluded.financial_status, test = excluded.test,
       total_minor = excluded.total_minor, presentment_total_minor = excluded.presentment_total_minor,
       presentment_currency = excluded.presentment_currency, source_name = excluded.source_name,
       cart_token = excluded.cart_token, checkout_token = excluded.checkout_token, shop_updated_at = excluded.shop_updated_at,
       cancelled_at = coalesce(excluded.cancelled_at, o.cancelled_at), cancel_reason = excluded.cancel_reason,
       taxes_included = excluded.taxes_included, shipping_minor = excluded.shipping_minor, tip_minor = excluded.tip_minor,
       content = excluded.content, revision = o.revision + 1
returning id, revision;

-- :order_credit
-- Whose sale order $1 is, and why; or whose it may be ($8, $9).
update u.shop_order
   set creator_id = $2::uuid, session_id = $3::uuid, offer_id = $4::uuid, attribution_id = $5::uuid, credit_reason = $6::text,
       credit_detail = $7::jsonb, candidate_creator_id = $8::uuid, candidate_offer_id = $9::uuid, confidence = $10::text
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

-- :order_link
-- The link of shop $1 that a campaign names.
select l.creator_id, l.offer_id,
       exists (select 1 from u.variant v join u.offer_price p on p.variant_id = v.id and p.offer_id = l.offer_id
                where v.shop_id = l.shop_id and v.external_id = any ($3::bigint[])) as has_line
  from u.short_link l
 where l.shop_id = $1::uuid and l.code_key = lower($2::text);

-- :order_token
-- A credited order of shop $1 with the cart ($2) or checkout ($3) token of order $4, made between $5 and $6; the newest.
select o.creator_id, o.offer_id, o.name,
       exists (select 1 from u.variant v join u.offer_price p on p.variant_id = v.id and p.offer_id = o.offer_id
                where v.shop_id = o.shop_id and v.external_id = any ($7::bigint[])) as has_line
  from u.shop_order o
 where o.shop_id = $1::uuid and o.external_id <> $4::bigint and o.creator_id is not null
   and ((o.cart_token <> '' and o.cart_token = $2::text) or (o.checkout_token <> '' and o.checkout_token = $3::text))
   and o.shop_created_at between u.at($5::bigint) and u.at($6::bigint)
 order by o.shop_created_at desc, o.external_id desc
 limit 1;

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
-- Keeps refund $3 of order $2 as told at $8 (its order's time; its own when it came alone); the newest telling stands, of two of one
-- time the one that gave more back. No row when nothing changed. fresh: it was not known.
insert into u.order_refund as r (shop_id, order_id, external_id, at, paid_back_minor, tax_minor, lines, told_at, paid_in, shipping_minor,
                                 tax_presentment_minor, shipping_presentment_minor, content)
values ($1::uuid, $2::uuid, $3::bigint, u.at($4::bigint), $5::bigint, $6::bigint, $7::jsonb, u.at($8::bigint), $9::text, $10::bigint,
        $11::bigint, $12::bigint, md5(concat_ws(':', $5, $6, $7::jsonb, $9, $10, $11, $12)))
on conflict (order_id, external_id) do update
   set at = excluded.at, paid_back_minor = excluded.paid_back_minor, tax_minor = excluded.tax_minor, lines = excluded.lines,
       told_at = excluded.told_at, paid_in = excluded.paid_in, shipping_minor = excluded.shipping_minor,
       tax_presentment_minor = excluded.tax_presentment_minor, shipping_presentment_minor = excluded.shipping_presentment_minor,
       content = excluded.content
 where (r.told_at, r.paid_back_minor, r.content collate "C") < (excluded.told_at, excluded.paid_back_minor, excluded.content collate "C")
returning xmax = 0 as fresh, content;

-- :order_refund_sum
-- Recomputes what order $1 gave back, per line and in all, from its refunds. Money moves in one of its two currencies; the other is
-- what it comes to by the order's own totals.
with given as (
    select l.line, sum(l.units)::integer as units, sum(l.subtotal)::bigint as subtotal,
           sum(coalesce(l.subtotal_presentment, 0))::bigint as subtotal_p
      from u.order_refund r
     cross join lateral jsonb_to_recordset(r.lines) l (line bigint, units integer, subtotal bigint, subtotal_presentment bigint)
     where r.order_id = $1::uuid
     group by l.line
), lines as (
    update u.order_line o
       set refunded_units = g.units, refunded_minor = g.subtotal, refunded_presentment_minor = g.subtotal_p
      from given g
     where o.order_id = $1 and o.external_id = g.line
), paid as (
    select coalesce(sum(case when r.paid_in in ('', o.currency) then r.paid_back_minor
                             when r.paid_in = o.presentment_currency and o.presentment_total_minor > 0
                             then round(r.paid_back_minor::numeric * o.total_minor / o.presentment_total_minor) end), 0)::bigint as shop,
           coalesce(sum(case when r.paid_in = o.presentment_currency or o.currency = o.presentment_currency then r.paid_back_minor
                             when r.paid_in in ('', o.currency) and o.total_minor > 0
                             then round(r.paid_back_minor::numeric * o.presentment_total_minor / o.total_minor) end), 0)::bigint as presentment
      from u.shop_order o join u.order_refund r on r.order_id = o.id
     where o.id = $1
)
update u.shop_order o
   set refunded_minor = p.shop, presentment_refunded_minor = p.presentment
  from paid p
 where o.id = $1;

-- :order_redemption_return
select u.order_redemption_return($1::uuid) as returned;

-- :order_revision
update u.shop_order set revision = revision + 1 where id = $1::uuid returning revision;

-- :order_revenue
-- What order $1 earns its creator now; see u.order_net.
select n.net_minor, n.presentment_net_minor, n.units, o.currency, o.presentment_currency, o.test, o.late, o.revision, o.creator_id,
       o.session_id, o.offer_id, o.credit_reason, o.confidence, u.ms(o.paid_at) as paid_ms, u.ms(o.shop_created_at) as created_ms,
       a.platform, a.surface, a.stream_id, c.link_id, a.replay_id, coalesce(c.moment_id, a.moment_id) as moment_id, c.second
  from u.shop_order o
 cross join lateral u.order_net(o.id) n
  left join u.attribution a on a.id = o.attribution_id
  left join u.checkout_session c on c.id = o.session_id
 where o.id = $1::uuid;

-- :order_list
-- Orders that creator $1 may see, newest first: those credited to her or that may be hers, and all of the shops she owns.
select o.id, o.name, o.financial_status, o.test, o.currency, o.total_minor, o.refunded_minor, o.credit_reason, o.confidence, o.late,
       u.ms(o.shop_created_at) as created_ms, u.ms(o.shop_updated_at) as updated_ms, u.ms(o.paid_at) as paid_ms,
       u.ms(o.cancelled_at) as cancelled_ms, s.domain as shop_domain, s.name as shop_name,
       coalesce(o.creator_id = $1, false) as mine,
       o.creator_id is null and coalesce(o.candidate_creator_id = $1, false) as candidate,
       a.platform, a.surface, a.stream_id, c.link_id, l.code as link_code,
       case when o.creator_id is null and o.candidate_creator_id = $1 then o.candidate_offer_id
            when o.creator_id = $1 then o.offer_id end as offer_id,
       t.title as stream_title, a.replay_id, k.id as moment_id, k.live_id, c.second, k.title as moment_title
  from u.shop_order o
  join u.shop s on s.id = o.shop_id
  left join u.attribution a on a.id = o.attribution_id and o.creator_id = $1
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.checkout_session c on c.id = o.session_id and o.creator_id = $1
  left join u.short_link l on l.id = c.link_id
  left join lateral (
        select m.id, m.live_id, coalesce(nullif(m.title, ''), d.title, f.name, '') as title
          from u.moment h
          join u.moment m on m.id = coalesce(h.merged_into, h.id)
          left join u.offer f on f.id = m.offer_id
          left join u.variant v on v.id = m.variant_id
          left join u.product d on d.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
         where h.creator_id = $1 and h.id = coalesce(c.moment_id, a.moment_id)) k on true
 where (o.creator_id = $1::uuid
        or (o.candidate_creator_id = $1 and o.creator_id is null)
        or o.shop_id in (select n.shop_id from u.connection n
                          where n.creator_id = $1 and n.role = 'owner' and n.status = 'active'))
   and ($2::uuid is null or o.id < $2)
 order by o.id desc
 limit $3::int;

-- :order_by_id
-- Order $2, if creator $1 may see it.
select o.id, o.name, o.financial_status, o.test, o.currency, o.total_minor, o.refunded_minor, o.credit_reason, o.confidence, o.late,
       u.ms(o.shop_created_at) as created_ms, u.ms(o.shop_updated_at) as updated_ms, u.ms(o.paid_at) as paid_ms,
       u.ms(o.cancelled_at) as cancelled_ms, s.domain as shop_domain, s.name as shop_name,
       coalesce(o.creator_id = $1, false) as mine,
       o.creator_id is null and coalesce(o.candidate_creator_id = $1, false) as candidate,
       a.platform, a.surface, a.stream_id, c.link_id, l.code as link_code,
       case when o.creator_id is null and o.candidate_creator_id = $1 then o.candidate_offer_id
            when o.creator_id = $1 then o.offer_id end as offer_id,
       t.title as stream_title, a.replay_id, k.id as moment_id, k.live_id, c.second, k.title as moment_title,
       o.presentment_currency, o.presentment_total_minor, o.presentment_refunded_minor, o.source_name, o.cancel_reason,
       o.taxes_included, o.shipping_minor, o.tip_minor, m.net_minor, m.presentment_net_minor, o.credit_detail,
       case when o.creator_id = $1 then o.session_id end as session_id
  from u.shop_order o
  join u.shop s on s.id = o.shop_id
 cross join lateral u.order_net(o.id) m
  left join u.connection n on n.creator_id = $1 and n.shop_id = o.shop_id and n.status = 'active'
  left join u.attribution a on a.id = o.attribution_id and o.creator_id = $1
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.checkout_session c on c.id = o.session_id and o.creator_id = $1
  left join u.short_link l on l.id = c.link_id
  left join lateral (
        select m.id, m.live_id, coalesce(nullif(m.title, ''), d.title, f.name, '') as title
          from u.moment h
          join u.moment m on m.id = coalesce(h.merged_into, h.id)
          left join u.offer f on f.id = m.offer_id
          left join u.variant v on v.id = m.variant_id
          left join u.product d on d.id = coalesce(m.product_id, v.product_id, u.only_product(m.offer_id))
         where h.creator_id = $1 and h.id = coalesce(c.moment_id, a.moment_id)) k on true
 where o.id = $2::uuid
   and (o.creator_id = $1::uuid or (o.candidate_creator_id = $1 and o.creator_id is null) or n.role = 'owner');

-- :order_lines
select l.external_id, l.title, v.title as variant_title, l.variant_id, l.units, l.current_units, l.refunded_units, l.unit_minor,
       l.discount_minor, l.refunded_minor, l.credited, l.promised_minor, l.promise_broken
  from u.order_line l
  left join u.variant v on v.id = l.variant_id
 where l.order_id = $1::uuid
 order by l.external_id;

-- :order_promises_broken
-- Marks the credited lines of order $1 that were not charged at the price we showed, each once, with the three figures: what was shown,
-- what the code takes off, what was paid. After an edit the discounts may be those of what is left. Where the buyer paid in another
-- currency the shop rounds, so one per cent is no broken promise.
with wrong as (
    select l.external_id, coalesce(d.amount_minor, 0) as code_minor, o.currency, o.creator_id, o.offer_id
      from u.order_line l
      join u.shop_order o on o.id = l.order_id
      left join u.offer_price p on p.offer_id = o.offer_id and p.variant_id = l.variant_id
      left join u.offer_discount d on d.id = p.discount_id
     where l.order_id = $1::uuid and l.credited and not l.promise_broken and l.promised_minor is not null and l.units > 0
       and (l.current_units > 0 or l.refunded_units > 0)
       and least(abs(l.unit_minor * l.units - l.discount_minor - l.promised_minor * l.units),
                 case when l.current_units > 0
                      then abs(l.unit_minor * l.current_units - l.discount_minor - l.promised_minor * l.current_units) end)
           > case when o.presentment_currency in ('', o.currency) then 0 else l.promised_minor * l.units / 100 end
)
update u.order_line l
   set promise_broken = true
  from wrong w
 where l.order_id = $1 and l.external_id = w.external_id
returning l.external_id, l.units, l.promised_minor, l.unit_minor, l.unit_minor * l.units - l.discount_minor as paid_minor,
          w.code_minor, l.variant_id, w.currency, w.creator_id, w.offer_id,
          l.unit_minor * l.units - l.discount_minor > l.promised_minor * l.units as dearer;

-- :order_erase
-- Shop $1 asked to be forgotten: its orders keep ids and money.
with lines as (
    update u.order_line set title = '' where shop_id = $1::uuid and title <> ''
)
update u.shop_order
   set cart_token = '', checkout_token = '', source_name = ''
 where shop_id = $1 and (cart_token <> '' or checkout_token <> '' or source_name <> '');
