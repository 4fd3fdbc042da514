-- Orders in both currencies, tellings of one time in one order, how sure a credit is, who might have earned one, and redemptions
-- that an order uses and gives back.
alter table u.offer
    add column refund_restores boolean not null default false, -- an order refunded in full gives its redemption back
    add column pause_problem   text    not null default '';    -- why it was paused, when not its creator paused it

alter table u.shop_order
    add column content         text    not null default '',    -- print of what was told; of two tellings of one time the greater stands
    add column taxes_included  boolean not null default false, -- in the prices of its lines
    add column shipping_minor  bigint  not null default 0,
    add column tip_minor       bigint  not null default 0,
    add column presentment_refunded_minor bigint not null default 0,
    add column confidence      text    not null default ''
               check (confidence in ('', 'certain', 'high', 'medium', 'low')),
    add column candidate_creator_id uuid references u.creator, -- whose sale it may be; shown, never counted
    add column candidate_offer_id   uuid,
    add column redemption      text    not null default 'none' check (redemption in ('none', 'used', 'returned'));

alter table u.order_line
    add column unit_presentment_minor     bigint not null default 0,
    add column discount_presentment_minor bigint not null default 0,
    add column refunded_presentment_minor bigint not null default 0,
    add column promise_broken boolean not null default false;      -- not charged at the price we showed, and told so

alter table u.order_refund
    add column told_at  timestamptz not null default '-infinity', -- the newest telling of it stands
    add column content  text        not null default '',
    add column paid_in  text        not null default '',          -- currency of paid_back_minor; '': the shop's
    add column tax_presentment_minor      bigint not null default 0,
    add column shipping_minor             bigint not null default 0, -- given back for shipping, with its tax
    add column shipping_presentment_minor bigint not null default 0;

-- Orders so far: how sure their credit is, and which of them their offer's counter holds.
update u.shop_order
   set confidence = case credit_reason when 'attribute' then 'certain' when 'property' then 'certain' when 'landing' then 'high'
                                       when 'code' then 'medium' when 'candidate' then 'low' else '' end
 where credit_reason <> 'none';

update u.shop_order o
   set redemption = 'used'
  from (select s.id, f.redemptions_max is null
                     or row_number() over (partition by s.offer_id order by s.id desc) <= f.redemptions_used as counts
          from u.shop_order s
          join u.offer f on f.id = s.offer_id
         where s.creator_id is not null
           and (s.cancelled_at is null or s.financial_status in ('paid', 'partially_refunded', 'refunded'))) c
 where c.id = o.id and c.counts;

update u.offer f
   set redemptions_used = c.n
  from (select e.id, (select count(*) from u.shop_order o where o.offer_id = e.id and o.redemption = 'used')::integer as n
          from u.offer e) c
 where c.id = f.id and f.redemptions_used <> c.n;
