-- Safety buffers in units or per cent, locations that change what they count for, and what the auditor found.
alter table u.shop
    add column buffer_units    integer,                        -- of items without a rule of their own
    add column buffer_percent  smallint,
    add column buffer_revision integer not null default 1,
    add column buffer_settling boolean not null default false; -- some items do not follow it yet
alter table u.shop add constraint shop_buffer check (
    num_nonnulls(buffer_units, buffer_percent) <= 1 and buffer_units between 0 and 1000000
    and buffer_percent between 0 and 100) not valid;

alter table u.inventory
    add column buffer_units    integer,                        -- its own rule; none: the shop's
    add column buffer_percent  smallint,                       -- of shop_available, rounded up
    add column buffer_revision integer not null default 1;
alter table u.inventory add constraint inventory_buffer check (
    num_nonnulls(buffer_units, buffer_percent) <= 1 and buffer_units between 0 and 1000000
    and buffer_percent between 0 and 100) not valid;

alter table u.location
    add column seen_at  timestamptz,                           -- when the read that told of it began
    add column settling boolean not null default false;        -- it changed what it counts for; some items do not show it yet

create table u.audit_run (
    id          uuid        primary key,
    started_at  timestamptz not null,
    finished_at timestamptz,
    phase       text        not null default 'items' check (phase in ('items', 'offers', 'checkouts', 'orders', 'again', 'done')),
    place       uuid        not null default '00000000-0000-0000-0000-000000000000', -- of the phase: looked at up to here
    looked      bigint      not null default 0,                -- rows, so far
    broken      integer     not null default 0                 -- findings that stood at its end
);
create unique index audit_run_open on u.audit_run ((true)) where finished_at is null;

-- What was not as it must be, with both figures. One row while it lasts.
create table u.audit_finding (
    id            uuid        primary key,
    invariant     text        not null,                        -- its code: u.audit_invariants() says it in words
    shop_id       uuid        references u.shop on delete cascade,
    subject       uuid        not null,                        -- the item, offer, checkout or order
    expected      bigint      not null,
    found         bigint      not null,
    first_seen_at timestamptz not null default u.clock(),
    last_seen_at  timestamptz not null default u.clock(),
    run_id        uuid        not null,                        -- that last saw it
    gone_at       timestamptz,
    repaired_at   timestamptz
);
create unique index audit_finding_open on u.audit_finding (invariant, subject) where gone_at is null;
create index audit_finding_shop on u.audit_finding (shop_id, id);
