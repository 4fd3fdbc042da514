-- What was missed comes back: a shop's changed orders are compared with ours, its catalog is read by what changed and, when it is
-- large, as one file; and which version of its API a shop answers with.
create table u.reconcile (
    shop_id      uuid        primary key references u.shop on delete cascade,
    run_id       uuid,                             -- of the pass that is under way; null: none
    high_at      timestamptz,                      -- the shop's clock: what changed before was compared
    since_at     timestamptz,                      -- of the pass: where it begins
    began_at     timestamptz,                      -- of the pass: when it began, the shop's clock; becomes high_at
    cursor       text        not null default '',
    due_at       timestamptz not null default u.clock(),
    attempts     integer     not null default 0,   -- of the same page
    problem      text        not null default ''
);

-- One row per pass that came to its end, or is on its way there.
create table u.reconcile_run (
    id           uuid        primary key,
    shop_id      uuid        not null references u.shop on delete cascade,
    since_at     timestamptz not null,
    clipped      boolean     not null default false, -- what changed before since_at could not be asked for any more
    started_at   timestamptz not null default u.clock(),
    finished_at  timestamptz,
    same         integer     not null default 0,
    missing      integer     not null default 0,
    newer        integer     not null default 0,     -- than what we had
    different    integer     not null default 0,     -- of the same time, and not the same
    refused      integer     not null default 0      -- could not be applied
);
create index reconcile_run_shop on u.reconcile_run (shop_id, id);

-- What a pass found and applied: the cause of a change that no webhook brought.
create table u.reconcile_find (
    run_id          uuid        not null references u.reconcile_run on delete cascade,
    order_external  bigint      not null,
    shop_id         uuid        not null,
    found           text        not null check (found in ('missing', 'newer', 'different', 'refused')),
    shop_updated_at timestamptz not null,
    problem         text        not null default '',
    at              timestamptz not null default u.clock(),
    primary key (run_id, order_external)
);
create index reconcile_find_order on u.reconcile_find (shop_id, order_external);

alter table u.catalog_sync
    add column kind      text        not null default 'full' check (kind in ('full', 'changes')),
    add column since_at  timestamptz,              -- of changes: where they begin, the shop's clock
    add column began_at  timestamptz,              -- when the reading began, the shop's clock
    add column high_at   timestamptz,              -- what changed before was read
    add column full_at   timestamptz;              -- when a full reading was last begun

-- The reading of a large shop as files: first its products, then its stock.
create table u.catalog_bulk (
    shop_id      uuid        primary key references u.shop on delete cascade,
    generation   integer     not null,             -- of the sync
    what         text        not null default 'products' check (what in ('products', 'stock')),
    state        text        not null default 'wanted' check (state in ('wanted', 'asked', 'reading', 'applying')),
    external_id  text        not null default '',
    url          text        not null default '',
    lines_told   bigint      not null default 0,
    lines_read   bigint      not null default 0,
    next_byte    bigint      not null default 0,
    asked_at     timestamptz,                      -- before the shop was asked
    shop_asked_at timestamptz,                     -- the same, by the shop's clock
    tries        integer     not null default 0
);

-- Its lines, until they are applied: children may come before their parents.
create table u.catalog_line (
    shop_id      uuid        not null references u.shop on delete cascade,
    what         text        not null check (what in ('product', 'variant', 'item', 'level')),
    parent       bigint      not null,             -- a variant's product, a level's item, else its own id
    external_id  bigint      not null,
    data         jsonb       not null,
    primary key (shop_id, what, parent, external_id)
);

alter table u.shop
    add column api_version     text not null default '', -- that its API answered with,
    add column api_pinned      text not null default '', -- when this one was asked for
    add column webhook_version text not null default '', -- the same of its webhooks
    add column webhook_pinned  text not null default '';
