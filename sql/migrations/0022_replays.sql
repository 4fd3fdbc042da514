-- Replays: a show that has been, its videos on the platforms, and the links of its moments.

create table u.replay (
    id            uuid        primary key,
    creator_id    uuid        not null,
    live_id       uuid        not null unique,           -- one replay for a show, whatever the number of its streams
    title         text        not null check (char_length(title) between 1 and 200),
    slug          text        unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,78}[a-z0-9]$'),
    thumb_url     text        not null default '',       -- chosen by hand; else its video's
    state         text        not null default 'draft' check (state in ('draft', 'published', 'unpublished')),
    published_at  timestamptz,                           -- the first time
    revision      integer     not null default 1,
    created_at    timestamptz not null default u.clock(),
    unique (creator_id, id),
    foreign key (creator_id, live_id) references u.live_session (creator_id, id)
);
create index replay_creator on u.replay (creator_id, id);

-- A recording. recorded_from is the moment on the wall of its second 0; adjust_ms what the creator corrected by.
create table u.replay_video (
    id               uuid        primary key,
    creator_id       uuid        not null,
    replay_id        uuid        not null,
    stream_id        uuid,
    platform         text        not null check (platform in ('youtube', 'tiktok', 'twitch', 'other')),
    external_id      text        not null default '',    -- the video's id there; empty: not found yet, or only a URL
    page_url         text        not null default '',
    title            text        not null default '',
    thumb_url        text        not null default '',
    thumb_expires_at timestamptz,
    recorded_from    timestamptz not null,
    adjust_ms        bigint      not null default 0 check (adjust_ms between -86400000 and 86400000),
    duration_s       integer     check (duration_s >= 0),
    state            text        not null default 'wanted' check (state in ('wanted', 'ready', 'hidden', 'gone')),
    embeddable       boolean     not null default true,
    by_hand          boolean     not null default false,
    expires_at       timestamptz,                        -- when the platform deletes it
    look_at          timestamptz,                        -- the next look for it, or at it; null: none
    looks            integer     not null default 0,
    created_at       timestamptz not null default u.clock(),
    unique (creator_id, id),
    foreign key (creator_id, replay_id) references u.replay (creator_id, id) on delete cascade,
    foreign key (creator_id, stream_id) references u.stream (creator_id, id)
);
create unique index replay_video_stream on u.replay_video (replay_id, stream_id) where stream_id is not null;
create unique index replay_video_external on u.replay_video (replay_id, platform, external_id) where external_id <> '';
create index replay_video_look on u.replay_video (look_at) where look_at is not null;

-- Where a sale comes from may now be said to the replay and the moment.
alter table u.attribution add column replay_id uuid;
alter table u.attribution add column moment_id uuid;
alter table u.attribution add constraint attribution_replay foreign key (creator_id, replay_id) references u.replay (creator_id, id) not valid;
alter table u.attribution add constraint attribution_moment foreign key (creator_id, moment_id) references u.moment (creator_id, id) not valid;
create unique index attribution_place on u.attribution
    (creator_id, platform, surface, coalesce(stream_id, '00000000-0000-0000-0000-000000000000'),
     coalesce(replay_id, '00000000-0000-0000-0000-000000000000'), coalesce(moment_id, '00000000-0000-0000-0000-000000000000'));
drop index u.attribution_context;

-- A link that follows a show goes to what stands in the light; it has no offer of its own.
alter table u.short_link add column live_id uuid;
alter table u.short_link alter column offer_id drop not null;
alter table u.short_link alter column shop_id drop not null;
alter table u.short_link add constraint short_link_live foreign key (creator_id, live_id) references u.live_session (creator_id, id) not valid;
alter table u.short_link add constraint short_link_goes check ((live_id is null) = (offer_id is not null)) not valid;
create index short_link_live on u.short_link (live_id) where live_id is not null;

-- Which moment and second of it led to a checkout.
alter table u.checkout_session add column moment_id uuid;
alter table u.checkout_session add column second integer;

-- The buy button of each moment of a replay.
create table u.replay_link (
    creator_id  uuid not null,
    replay_id   uuid not null,
    moment_id   uuid not null,
    link_id     uuid not null,
    primary key (replay_id, moment_id),
    foreign key (creator_id, replay_id) references u.replay (creator_id, id) on delete cascade,
    foreign key (creator_id, moment_id) references u.moment (creator_id, id),
    foreign key (creator_id, link_id) references u.short_link (creator_id, id)
);
create index replay_link_link on u.replay_link (link_id);
