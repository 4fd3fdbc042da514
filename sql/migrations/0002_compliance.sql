-- Deliveries: what their signature was worth, what they wait for, where their body went. Requests about personal data, with the
-- record of what was done. When a shop last told which scopes it grants.
alter table u.webhook_inbox
    add column name        text        not null default '',        -- of the subscription, as the platform echoes it
    add column signature   text        not null default '',        -- as sent: equal ones signed equal bytes
    add column signed_with text        not null default 'current' check (signed_with in ('current', 'previous')),
    add column body_bytes  integer     not null default 0,
    add column body_gone   text        not null default '' check (body_gone in ('', 'expired', 'redacted')),
    add column waits_for   text        not null default '',        -- "order/5001": tried again as soon as that is told
    add column replayed_at timestamptz;

create table u.compliance_request (
    id                uuid        primary key,
    platform          text        not null,
    shop_domain       text        not null,
    shop_id           uuid        references u.shop,               -- null: a shop we never had
    kind              text        not null check (kind in ('data_request', 'customer_redact', 'shop_redact')),
    delivery_id       uuid        not null,                        -- its body names whom, until it is redacted
    request_external  bigint      not null default 0,
    customer_external bigint      not null default 0,
    order_externals   bigint[]    not null default '{}',
    whom              text        not null default '',             -- keyed hash of an address, where no id was told
    requested_at      timestamptz not null default u.clock(),
    due_at            timestamptz not null,
    look_at           timestamptz not null default u.clock(),      -- when to go on with it
    scanned_to        uuid        not null default '00000000-0000-0000-0000-000000000000', -- deliveries up to here were looked at
    bodies            integer     not null default 0,              -- that named them: removed, or found and kept
    orders            integer     not null default 0,              -- that we know, without personal data
    outcome           text        not null default '',
    done_at           timestamptz,
    check ((done_at is null) = (outcome = ''))
);
-- Told twice while it is open, it is one request.
create unique index compliance_request_open on u.compliance_request
    (platform, shop_domain, kind, request_external, customer_external, order_externals, whom) where done_at is null;
create index compliance_request_look on u.compliance_request (look_at) where done_at is null;
create index compliance_request_shop on u.compliance_request (platform, shop_domain, id);

alter table u.shop add column scopes_told_at timestamptz;
