-- Who waits in line for a unit of a sold-out item. Nothing wrote the former table.

drop table u.waitlist;
alter table u.inventory drop column waiting;

-- Until when somebody may be there who waits for it; the line itself says who. Null: nobody was ever.
alter table u.inventory add column waited_until timestamptz;

create table u.waitlist (
    id            uuid        primary key,                 -- in the order of coming
    creator_id    uuid        not null,
    shop_id       uuid        not null,
    item_id       uuid        not null,
    link_id       uuid        not null,
    variant_id    uuid        not null,
    second        integer,                                 -- that the link led to when she came
    visitor       uuid        not null,
    units         integer     not null check (units between 1 and 20),
    address       uuid,                                    -- keyed hash of her address block, forgotten as those of holds
    state         text        not null default 'waiting' check (state in ('waiting', 'offered', 'taken', 'passed', 'left', 'over')),
    session_id    uuid        references u.checkout_session, -- of the unit that was set aside for her
    present_until timestamptz not null,                    -- when she is thought gone unless she looks again
    ends_at       timestamptz not null,                    -- waiting ends then, whatever comes
    created_at    timestamptz not null default u.clock(),
    ended_at      timestamptz,
    check ((ended_at is null) = (state in ('waiting', 'offered'))),
    check (state not in ('offered', 'taken') or session_id is not null),
    foreign key (shop_id, item_id) references u.inventory (shop_id, item_id) on delete cascade,
    foreign key (creator_id, link_id) references u.short_link (creator_id, id)
);
create unique index waitlist_once on u.waitlist (item_id, visitor) where state in ('waiting', 'offered');
create index waitlist_present on u.waitlist (shop_id, item_id, present_until) where state = 'waiting';
create index waitlist_offered on u.waitlist (session_id) where state = 'offered';
create index waitlist_visitor on u.waitlist (visitor, link_id, id);
create index waitlist_ends on u.waitlist (ends_at) where state = 'waiting';
create index waitlist_address on u.waitlist (created_at) where address is not null;
