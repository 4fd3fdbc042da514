-- The link in the bio: a page for each creator, and the handles she had before.

create table u.bio (
    creator_id   uuid        primary key references u.creator on delete cascade,
    about        text        not null default '' check (char_length(about) <= 500),
    picture_url  text        not null default '',
    theme        jsonb       not null default '{}',      -- colours, light and dark, font
    published    boolean     not null default true,
    revision     integer     not null default 1,
    updated_at   timestamptz not null default u.clock()
);

create table u.bio_block (
    id           uuid        primary key,
    creator_id   uuid        not null references u.creator on delete cascade,
    kind         text        not null check (kind in ('link', 'offer', 'replay', 'offers', 'replays', 'text')),
    title        text        not null default '' check (char_length(title) <= 120),
    body         text        not null default '' check (char_length(body) <= 1000),
    url          text        not null default '',        -- of a link
    link_id      uuid,                                   -- of an offer: its moment link
    replay_id    uuid,                                   -- of a replay
    position     integer     not null,
    visible      boolean     not null default true,
    starts_at    timestamptz,
    ends_at      timestamptz,
    revision     integer     not null default 1,
    created_at   timestamptz not null default u.clock(),
    unique (creator_id, id),
    check (ends_at is null or starts_at is null or ends_at > starts_at),
    foreign key (creator_id, link_id) references u.short_link (creator_id, id),
    foreign key (creator_id, replay_id) references u.replay (creator_id, id)
);
create index bio_block_page on u.bio_block (creator_id, position, id);

-- A handle somebody had. Until then it leads to its creator and nobody else may take it.
create table u.handle_past (
    handle      text        primary key check (handle = lower(handle)),
    creator_id  uuid        not null references u.creator on delete cascade,
    until       timestamptz not null
);
create index handle_past_creator on u.handle_past (creator_id);
