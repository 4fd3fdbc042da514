-- How often replays, bio pages and their blocks were looked at and tapped; a projection of the event log.
create table u.visits (
    subject     uuid        primary key,                 -- a replay, a creator (her bio page), a block of it
    creator_id  uuid        not null,
    views       bigint      not null default 0,
    clicks      bigint      not null default 0,
    last_at     timestamptz
);
create index visits_creator on u.visits (creator_id);
-- Which block of a bio page a moment link belongs to is found by the link.
create index bio_block_link on u.bio_block (link_id) where link_id is not null;
