-- The creator's accounts at broadcasting platforms, what they push to us, what we may ask them, and what they broadcast.

alter table u.oauth_state add column verifier_sealed text not null default ''; -- of PKCE, where the platform has it

-- An account (YouTube and Twitch say channel). Hers alone while it is connected, with tokens of its own.
create table u.channel (
    id                 uuid        primary key,
    creator_id         uuid        not null references u.creator,
    platform           text        not null check (platform in ('youtube', 'tiktok', 'twitch')),
    external_id        text        not null check (octet_length(external_id) between 1 and 128),
    handle             text        not null default '',
    name               text        not null default '',
    avatar_url         text        not null default '',
    profile_url        text        not null default '',
    uploads_id         text        not null default '',  -- YouTube: the playlist of its uploads
    status             text        not null default 'active' check (status in ('active', 'disconnected')),
    scopes             text        not null default '',  -- as granted, separated by ','
    access_sealed      text,
    access_expires_at  timestamptz,
    refresh_sealed     text,
    refresh_expires_at timestamptz,
    token_generation   integer     not null default 0,
    token_lease        uuid,                             -- who may replace the pair now, and until when
    token_lease_until  timestamptz,
    refreshed_at       timestamptz,
    validated_at       timestamptz,                      -- when the platform last said that the token is good
    health             text        not null default 'healthy' check (health in ('healthy', 'degraded', 'needs_reconnect')),
    health_reason      text        not null default '',
    call_after         timestamptz,                      -- backing off until then
    call_failures      integer     not null default 0,
    live_state         text        not null default 'unknown' check (live_state in ('unknown', 'upcoming', 'on', 'ended', 'none')),
    live_told_at       timestamptz,                      -- when the platform last said so positively
    look_at            timestamptz not null default u.clock(), -- the next look at its live status
    looks_failed       integer     not null default 0,
    connected_at       timestamptz not null default u.clock(),
    disconnected_at    timestamptz,
    unique (creator_id, id),
    unique (creator_id, platform, external_id),
    check (status = 'disconnected' or access_sealed is not null)
);
create unique index channel_active on u.channel (platform, external_id) where status = 'active';
create index channel_look on u.channel (platform, look_at) where status = 'active';

-- What a platform pushes for a channel: a WebSub lease, an EventSub subscription. Its callback ends in path_key.
create table u.push_subscription (
    id            uuid        primary key,
    channel_id    uuid        not null references u.channel on delete cascade,
    platform      text        not null,
    topic         text        not null,                  -- the feed's address; "stream.online"
    path_key      text        not null unique check (path_key ~ '^[0-9a-f]{32}$'),
    secret_sealed text        not null,
    external_id   text        not null default '',
    state         text        not null default 'wanted' check (state in ('wanted', 'asked', 'active', 'refused', 'gone')),
    lease_until   timestamptz,                           -- null: it has no end
    due_at        timestamptz not null default u.clock(), -- when to ask (again)
    attempts      integer     not null default 0,
    problem       text        not null default '',
    told_at       timestamptz,                           -- the last delivery
    created_at    timestamptz not null default u.clock(),
    unique (channel_id, topic)
);
create index push_subscription_due on u.push_subscription (due_at) where state <> 'gone';

-- What was spent of a platform's allowance, by bucket and window.
create table u.platform_quota (
    bucket     text        not null,                     -- "youtube.day", "twitch.minute"
    starts_at  timestamptz not null,                     -- of the window: midnight in Los Angeles, a minute
    used       bigint      not null default 0 check (used >= 0),
    allowed    bigint      not null,
    spent_at   timestamptz,                              -- the platform said that nothing is left, whatever we counted
    primary key (bucket, starts_at)
);

-- A broadcast (or a video that may be one) as its platform told of it. It makes at most one stream.
create table u.broadcast (
    id            uuid        primary key,
    channel_id    uuid        not null,
    creator_id    uuid        not null,
    platform      text        not null,
    external_id   text        not null check (octet_length(external_id) between 1 and 128),
    state         text        not null default 'unknown' check (state in ('unknown', 'upcoming', 'on', 'ended', 'none')),
    stream_id     uuid        unique,                    -- what it became here
    title         text        not null default '',
    url           text        not null default '',
    thumb_url     text        not null default '',
    scheduled_at  timestamptz,
    started_at    timestamptz,
    ended_at      timestamptz,
    off_since     timestamptz,                           -- off, and perhaps only for a moment: it ends when that has lasted
    told_at       timestamptz,                           -- when the platform last said something positive of it
    misses        integer     not null default 0,        -- answers in a row that did not know it
    look_at       timestamptz,                           -- the next look; null: nothing more to learn
    viewers_peak  bigint,
    created_at    timestamptz not null default u.clock(),
    unique (platform, external_id),
    foreign key (creator_id, channel_id) references u.channel (creator_id, id),
    foreign key (creator_id, stream_id) references u.stream (creator_id, id)
);
create index broadcast_look on u.broadcast (platform, look_at) where look_at is not null;
create index broadcast_channel on u.broadcast (channel_id, started_at);
