-- Live sessions: the streams of one show on several platforms, what was shown when, and links that follow it.

create table u.live_session (
    id          uuid        primary key,
    creator_id  uuid        not null references u.creator,
    title       text        not null check (char_length(title) between 1 and 200),
    state       text        not null default 'planned' check (state in ('planned', 'live', 'ended')),
    started_at  timestamptz,                             -- of its first stream
    ended_at    timestamptz,                             -- of its last one
    revision    integer     not null default 1,
    created_at  timestamptz not null default u.clock(),
    unique (creator_id, id)
);
create index live_session_creator on u.live_session (creator_id, id);

alter table u.stream add column live_id uuid;            -- null only for streams made by the release before
alter table u.stream add column channel_id uuid;         -- the account it runs on, where we know it
alter table u.stream add column detected boolean not null default false;
alter table u.stream add column delay_s integer;         -- what viewers see is so late; null: as its platform usually is
alter table u.stream add constraint stream_live foreign key (creator_id, live_id) references u.live_session (creator_id, id) not valid;
alter table u.stream add constraint stream_channel foreign key (creator_id, channel_id) references u.channel (creator_id, id) not valid;
alter table u.stream add constraint stream_delay check (delay_s between 0 and 600) not valid;

-- What was shown, from which second, until when.
create table u.moment (
    id           uuid        primary key,
    creator_id   uuid        not null,
    live_id      uuid        not null,
    at           timestamptz not null,                   -- by the clock on the wall; each video has its own second for it
    until_at     timestamptz,                            -- null: until the next one
    title        text        not null default '' check (char_length(title) <= 200),
    shop_id      uuid,
    offer_id     uuid,
    product_id   uuid,
    variant_id   uuid,
    source       text        not null check (source in ('tap', 'hand', 'suggested')),
    state        text        not null default 'kept' check (state in ('suggested', 'kept', 'dismissed', 'merged', 'deleted')),
    merged_into  uuid,
    reason       jsonb       not null default '{}',      -- of a suggestion: the clicks and orders that spoke for it
    revision     integer     not null default 1,
    created_at   timestamptz not null default u.clock(),
    unique (creator_id, id),
    unique (creator_id, live_id, id),
    check (until_at is null or until_at > at),
    check ((offer_id is null) = (shop_id is null)),
    foreign key (creator_id, live_id) references u.live_session (creator_id, id),
    foreign key (creator_id, shop_id, offer_id) references u.offer (creator_id, shop_id, id),
    foreign key (shop_id, product_id) references u.product (shop_id, id),
    foreign key (shop_id, variant_id) references u.variant (shop_id, id),
    foreign key (creator_id, live_id, merged_into) references u.moment (creator_id, live_id, id)
);
create index moment_live on u.moment (live_id, at, id);

-- What stood in the light from `at` on; only ever added to.
create table u.spotlight (
    id          uuid        primary key,
    creator_id  uuid        not null,
    live_id     uuid        not null,
    at          timestamptz not null,
    moment_id   uuid,                                    -- null: nothing
    foreign key (creator_id, live_id) references u.live_session (creator_id, id),
    foreign key (creator_id, live_id, moment_id) references u.moment (creator_id, live_id, id)
);
create index spotlight_live on u.spotlight (live_id, at desc, id desc);
