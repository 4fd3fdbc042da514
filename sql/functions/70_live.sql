-- Live sessions: which streams are one show, and what a show's state is.

-- State and times of a session are those of its streams.
create or replace function u.live_follow(in_live uuid) returns void
language plpgsql volatile as $$
begin
    update u.live_session l
       set state = t.state, started_at = t.started_at, ended_at = t.ended_at, revision = l.revision + 1
      from (select case when count(*) filter (where s.state = 'live') > 0 then 'live'
                        when count(s.started_at) > 0 then 'ended' else 'planned' end as state,
                   min(s.started_at) as started_at,
                   case when count(*) filter (where s.state = 'live') = 0 then max(s.ended_at) filter (where s.started_at is not null) end
                   as ended_at
              from u.stream s where s.live_id = in_live) t
     where l.id = in_live
       and (l.state, l.started_at, l.ended_at) is distinct from (t.state, t.started_at, t.ended_at);
end
$$;

-- Puts a stream into a session: on the air, the show of its creator that is on the air or has been until in_gap_s ago; else the
-- planned one of about that time; else one of its own, with in_new as its id. A planned session of its own that nothing else hangs on
-- goes with it. A stream that she placed by hand stays where it is. What clicks on the session's pinned links are attributed to is made here, so that none of them has to.
create or replace function u.live_join(in_stream uuid, in_new uuid, in_gap_s integer) returns uuid
language plpgsql volatile as $$
declare
    stream record;
    gap    interval := make_interval(secs => in_gap_s);
    goal   uuid;
begin
    select s.id, s.creator_id, s.live_id, s.title, s.state, s.platform, coalesce(s.started_at, s.scheduled_at, s.created_at) as at, s.placed
      into stream from u.stream s where s.id = in_stream;
    perform pg_advisory_xact_lock(hashtextextended('live:' || stream.creator_id::text, 0));
    if stream.state = 'live' and not stream.placed then
        select l.id into goal
          from u.live_session l
         where l.creator_id = stream.creator_id and l.id is distinct from stream.live_id
           and (l.state = 'live' or (l.state = 'ended' and l.ended_at > stream.at - gap))
         order by l.state = 'live' desc, l.started_at desc limit 1;
        -- A session with something of its own stays: planned streams, moments, pinned links.
        if goal is not null and stream.live_id is not null
           and (exists (select from u.stream s where s.live_id = stream.live_id and s.id <> in_stream)
                or exists (select from u.moment m where m.live_id = stream.live_id)
                or exists (select from u.short_link k where k.live_id = stream.live_id)) then
            goal := null;
        end if;
    end if;
    if goal is null and stream.live_id is null then
        select l.id into goal
          from u.live_session l
          join u.stream s on s.live_id = l.id
         where l.creator_id = stream.creator_id and l.state = 'planned' and s.state = 'scheduled'
           and coalesce(s.scheduled_at, s.created_at) between stream.at - gap and stream.at + gap
         order by l.id desc limit 1;
    end if;
    if goal is null and stream.live_id is null then
        goal := in_new;
        insert into u.live_session (id, creator_id, title) values (goal, stream.creator_id, stream.title);
    end if;
    if goal is not null then
        update u.stream s set live_id = goal where s.id = in_stream;
        delete from u.live_session l
         where l.id = stream.live_id and not exists (select from u.stream s where s.live_id = l.id);
    end if;
    goal := coalesce(goal, stream.live_id);
    insert into u.attribution (id, creator_id, platform, surface, stream_id)
    values (gen_random_uuid(), stream.creator_id, stream.platform, 'live', in_stream)
    on conflict do nothing;
    perform u.live_follow(goal);
    return goal;
end
$$;

-- A session that lost its last stream to another goes along: what was shown, the links that follow it, and its replay. Nothing moves when
-- both have a replay, or too many moments together. The keys that name (session, moment) change in one statement.
create or replace function u.live_follow_stream(in_from uuid, in_to uuid) returns void
language plpgsql volatile as $$
begin
    if exists (select from u.stream s where s.live_id = in_from)
       or (select count(*) from u.replay r where r.live_id in (in_from, in_to)) > 1
       or (select count(*) from u.moment m where m.live_id in (in_from, in_to) and m.state = 'kept') > 1000 then
        return;
    end if;
    with moments as (
        update u.moment m set live_id = in_to where m.live_id = in_from
    )
    update u.spotlight s set live_id = in_to where s.live_id = in_from;
    update u.short_link k set live_id = in_to where k.live_id = in_from;
    update u.replay r set live_id = in_to where r.live_id = in_from;
end
$$;

-- The recording of a stream stands in the replay of its show: that one's, or none until it is made.
create or replace function u.live_video_follow(in_stream uuid, in_to uuid) returns void
language plpgsql volatile as $$
begin
    update u.replay_video v
       set replay_id = r.id
      from u.replay r
     where r.live_id = in_to and v.stream_id = in_stream and v.replay_id <> r.id
       and not exists (select from u.replay_video o where o.replay_id = r.id
                          and (o.stream_id = in_stream or (v.external_id <> '' and (o.platform, o.external_id) = (v.platform, v.external_id))));
    delete from u.replay_video v
     using u.replay r
     where v.stream_id = in_stream and r.id = v.replay_id and r.live_id <> in_to and not v.by_hand;
end
$$;

-- Corrects by hand which show a stream belongs to; a session that does not exist yet is made, unless the stream has one to itself. One
-- that has neither streams, moments, links nor a replay afterwards is gone.
create or replace function u.live_move(in_stream uuid, in_live uuid) returns uuid
language plpgsql volatile as $$
declare
    stream record;
begin
    perform pg_advisory_xact_lock(hashtextextended('live:' || s.creator_id::text, 0)) from u.stream s where s.id = in_stream;
    select s.id, s.creator_id, s.live_id, s.title into stream from u.stream s where s.id = in_stream;
    if not exists (select from u.live_session l where l.id = in_live) then
        if stream.live_id is not null and not exists (select from u.stream s where s.live_id = stream.live_id and s.id <> in_stream) then
            in_live := stream.live_id;
        else
            insert into u.live_session (id, creator_id, title) values (in_live, stream.creator_id, stream.title);
        end if;
    end if;
    perform l.id from u.live_session l where l.id in (stream.live_id, in_live) order by l.id for update;
    update u.stream s set live_id = in_live, placed = true, revision = s.revision + 1
     where s.id = in_stream and (s.live_id is distinct from in_live or not s.placed);
    if stream.live_id is distinct from in_live then
        perform u.live_follow_stream(stream.live_id, in_live);
        perform u.live_video_follow(in_stream, in_live);
        delete from u.live_session l
         where l.id = stream.live_id
           and not exists (select from u.stream s where s.live_id = l.id) and not exists (select from u.moment m where m.live_id = l.id)
           and not exists (select from u.short_link k where k.live_id = l.id) and not exists (select from u.replay r where r.live_id = l.id);
        perform u.live_follow(stream.live_id);
    end if;
    perform u.live_follow(in_live);
    return in_live;
end
$$;

-- The product of an offer that has only one; null otherwise.
create or replace function u.only_product(in_offer uuid) returns uuid
language plpgsql stable as $$
declare
    few uuid[];
begin
    few := array(select distinct v.product_id from u.offer_price p join u.variant v on v.id = p.variant_id where p.offer_id = in_offer limit 2);
    return case when cardinality(few) = 1 then few[1] end;
end
$$;
