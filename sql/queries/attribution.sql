-- :attribution_add
insert into u.attribution (id, creator_id, platform, surface, stream_id, replay_id, moment_id)
values ($1::uuid, $2::uuid, $3::text, $4::text, $5::uuid, $6::uuid, $7::uuid)
on conflict do nothing;

-- :attribution_find
select id
  from u.attribution
 where creator_id = $1::uuid and platform = $2::text and surface = $3::text
   and coalesce(stream_id, '00000000-0000-0000-0000-000000000000') = coalesce($4::uuid, '00000000-0000-0000-0000-000000000000')
   and coalesce(replay_id, '00000000-0000-0000-0000-000000000000') = coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
   and coalesce(moment_id, '00000000-0000-0000-0000-000000000000') = coalesce($6::uuid, '00000000-0000-0000-0000-000000000000');
