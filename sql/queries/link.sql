-- :link_insert
-- Claims code $7; no row when it is taken.
insert into u.short_link (id, creator_id, shop_id, offer_id, product_id, variant_id, attribution_id, code, expires_at, clicks_max)
select $1::uuid, $2::uuid, o.shop_id, o.id, $4::uuid, $5::uuid, $6::uuid, $7::text,
       case when $8::bigint = 0 then null else u.at($8) end, nullif($9::int, 0)
  from u.offer o
 where o.creator_id = $2 and o.id = $3::uuid
on conflict (code_key) do nothing
returning id;

-- :link_target
-- Does offer $2 of creator $1 promise a price for product $3 (null: any) and variant $4 (null: any)?
select o.state, o.name,
       exists (select 1 from u.offer_price p join u.variant v on v.id = p.variant_id
                where p.offer_id = o.id and ($3::uuid is null or v.product_id = $3) and ($4::uuid is null or v.id = $4)) as has_target
  from u.offer o
 where o.creator_id = $1::uuid and o.id = $2::uuid;

-- :link_list
select l.id, l.code, l.offer_id, o.name as offer_name, o.state as offer_state, l.product_id, l.variant_id, a.platform, a.surface, a.stream_id,
       a.replay_id, a.moment_id, l.live_id, s.title as live_title, t.title as stream_title, u.ms(l.expires_at) as expires_ms, u.ms(l.revoked_at) as revoked_ms, l.clicks_max, l.clicks_used, l.revision,
       u.ms(l.created_at) as created_ms, coalesce(k.clicks, 0) as clicks, coalesce(k.repeats, 0) as repeats,
       coalesce(k.refusals, 0) as refusals, coalesce(k.previews, 0) as previews, coalesce(k.checkouts, 0) as checkouts,
       coalesce(k.guarded, 0) as guarded
  from u.short_link l
  left join u.offer o on o.id = l.offer_id
  left join u.live_session s on s.id = l.live_id
  join u.attribution a on a.id = l.attribution_id
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.link_clicks k on k.link_id = l.id
 where l.creator_id = $1::uuid and ($2::uuid is null or l.id < $2)
 order by l.id desc
 limit $3::int;

-- :link_pins
-- The open links that follow session $2.
select l.id, l.code, l.offer_id, o.name as offer_name, o.state as offer_state, l.product_id, l.variant_id, a.platform, a.surface, a.stream_id,
       a.replay_id, a.moment_id, l.live_id, s.title as live_title, t.title as stream_title, u.ms(l.expires_at) as expires_ms, u.ms(l.revoked_at) as revoked_ms, l.clicks_max, l.clicks_used, l.revision,
       u.ms(l.created_at) as created_ms, coalesce(k.clicks, 0) as clicks, coalesce(k.repeats, 0) as repeats,
       coalesce(k.refusals, 0) as refusals, coalesce(k.previews, 0) as previews, coalesce(k.checkouts, 0) as checkouts,
       coalesce(k.guarded, 0) as guarded
  from u.short_link l
  left join u.offer o on o.id = l.offer_id
  left join u.live_session s on s.id = l.live_id
  join u.attribution a on a.id = l.attribution_id
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.link_clicks k on k.link_id = l.id
 where l.creator_id = $1::uuid and l.live_id = $2::uuid and l.revoked_at is null
 order by l.id;

-- :link_by_id
select l.id, l.code, l.offer_id, o.name as offer_name, o.state as offer_state, l.product_id, l.variant_id, a.platform, a.surface, a.stream_id,
       a.replay_id, a.moment_id, l.live_id, s.title as live_title, t.title as stream_title, u.ms(l.expires_at) as expires_ms, u.ms(l.revoked_at) as revoked_ms, l.clicks_max, l.clicks_used, l.revision,
       u.ms(l.created_at) as created_ms, coalesce(k.clicks, 0) as clicks, coalesce(k.repeats, 0) as repeats,
       coalesce(k.refusals, 0) as refusals, coalesce(k.previews, 0) as previews, coalesce(k.checkouts, 0) as checkouts,
       coalesce(k.guarded, 0) as guarded
  from u.short_link l
  left join u.offer o on o.id = l.offer_id
  left join u.live_session s on s.id = l.live_id
  join u.attribution a on a.id = l.attribution_id
  left join u.stream t on t.creator_id = a.creator_id and t.id = a.stream_id
  left join u.link_clicks k on k.link_id = l.id
 where l.creator_id = $1::uuid and l.id = $2::uuid;

-- :link_update
-- No row when the revision is another, or the limit is below what was used.
update u.short_link
   set expires_at = case when $4::bigint = 0 then null else u.at($4) end, clicks_max = nullif($5::int, 0), revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revision = $3::bigint and ($5 = 0 or clicks_used <= $5)
returning id;

-- :link_release
-- Live holds made through the link end; stock rows are locked before the link's own.
select u.link_release($1::uuid) as released;

-- :link_revoke
update u.short_link set revoked_at = u.clock(), revision = revision + 1
 where creator_id = $1::uuid and id = $2::uuid and revoked_at is null
returning shop_id;

-- :link_pin_find
-- Session $2 of creator $1, and its open link for platform $3 if there is one. Who asks at once is served in turn.
select l.id, (select k.id from u.short_link k join u.attribution a on a.id = k.attribution_id
               where k.live_id = l.id and k.revoked_at is null and a.platform = $3::text order by k.id desc limit 1) as link_id
  from u.live_session l
 where l.creator_id = $1::uuid and l.id = $2::uuid
   for no key update of l;

-- :link_pin_insert
-- Claims code $5; no row when it is taken.
insert into u.short_link (id, creator_id, live_id, attribution_id, code)
values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text)
on conflict (code_key) do nothing
returning id;
