-- Holds against abuse: who asked, as far as it must be known, and how closely an item is guarded.

-- The keyed hash of the address block that a hold was asked from; the key is of the day, and guard_tend removes it within a day.
alter table u.reservation add column address uuid;
-- Made by a visitor who is known, or who came by a navigation while nobody was on guard. Others share a part of the stock.
alter table u.reservation add column proven boolean not null default true;

-- 0 nobody is on guard; 1 a visitor must bring our cookie back; 2 or press a button; 3 nothing is held.
alter table u.inventory add column guard smallint not null default 0;
alter table u.inventory add constraint inventory_guard check (guard between 0 and 3) not valid;

-- What guard_tend measures of an item that is in demand. The counts halve with time, so that they are of the last minutes.
create table u.guard (
    shop_id     uuid             not null,
    item_id     uuid             not null,
    created     double precision not null default 0, -- holds made
    refused     double precision not null default 0, -- asks that the guard did not answer with a hold
    lapsed      double precision not null default 0, -- holds that ended unpaid
    sold        double precision not null default 0, -- holds that became orders
    halved_at   timestamptz      not null,
    level_since timestamptz,                         -- when inventory.guard was last changed
    calm_since  timestamptz,                         -- a lower level would do since then
    primary key (shop_id, item_id),
    foreign key (shop_id, item_id) references u.inventory on delete cascade
);

-- Visitors and address blocks (keyed hashes) whose holds keep lapsing unpaid.
create table u.hold_cooling (
    who        uuid             primary key,
    strikes    double precision not null,
    last_at    timestamptz      not null,            -- of the last strike
    since      timestamptz,                          -- no new holds since then ...
    until      timestamptz                           -- ... until then
);
create index hold_cooling_last on u.hold_cooling (last_at);

-- How far guard_tend has come: holds with a smaller id have no address any more.
create table u.guard_place (
    one      boolean primary key default true check (one),
    id       uuid    not null default '00000000-0000-0000-0000-000000000000'
);
insert into u.guard_place (id)
select coalesce((select r.id from u.reservation r order by r.id desc limit 1), '00000000-0000-0000-0000-000000000000');

-- It learns from what happens from now on.
insert into u.event_consumer (name, epoch, xid, id)
select 'guard', e.epoch, e.xid, e.id from u.event_log e order by e.epoch desc, e.xid desc, e.id desc limit 1
on conflict do nothing;

-- Clicks that the guard did not answer with a hold.
alter table u.link_clicks add column guarded bigint not null default 0;
