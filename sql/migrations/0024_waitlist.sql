-- Who waits for a unit of a sold-out item.

-- Units that are kept for those who wait: newcomers see so many fewer.
alter table u.inventory add column waiting integer not null default 0;
alter table u.inventory add constraint inventory_waiting check (waiting >= 0) not valid;

create table u.waitlist (
    id          uuid        primary key,
    creator_id  uuid        not null,
    shop_id     uuid        not null,
    item_id     uuid        not null,
    link_id     uuid        not null,
    variant_id  uuid        not null,
    visitor     uuid        not null,
    token_hash  bytea       not null unique check (octet_length(token_hash) = 32), -- of the link of her own
    units       integer     not null check (units between 1 and 20),
    state       text        not null default 'waiting' check (state in ('waiting', 'offered', 'taken', 'passed', 'left', 'closed')),
    session_id  uuid        references u.checkout_session, -- of the unit that was set aside for her
    offers      integer     not null default 0,          -- how often one was
    offered_at  timestamptz,
    ends_at     timestamptz not null,                    -- waiting ends then, whatever comes
    seen_at     timestamptz not null default u.clock(),  -- when she last looked
    created_at  timestamptz not null default u.clock(),
    ended_at    timestamptz,
    foreign key (shop_id, item_id) references u.inventory (shop_id, item_id) on delete cascade,
    foreign key (creator_id, link_id) references u.short_link (creator_id, id)
);
create unique index waitlist_once on u.waitlist (item_id, visitor) where state in ('waiting', 'offered');
create index waitlist_turn on u.waitlist (shop_id, item_id, id) where state = 'waiting';
create index waitlist_ends on u.waitlist (ends_at) where state in ('waiting', 'offered');
