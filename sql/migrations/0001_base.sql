-- The schema of the first release. All objects live in schema u; ids are UUIDv7 made by the program;
-- instants are timestamptz; money is minor units beside a currency; creator rows carry creator_id and
-- shop rows shop_id into every key that another row points at, so that no row can point at a stranger's.

create table u.creator (
    id            uuid        primary key,
    handle        text        not null unique check (handle ~ '^[a-z0-9][a-z0-9_.]{1,28}[a-z0-9]$'),
    name          text        not null check (char_length(name) between 1 and 80),
    email         text        not null unique check (email = lower(email) and octet_length(email) <= 254),
    password_hash text        not null,
    zone          text        not null default 'UTC',
    created_at    timestamptz not null default u.clock()
);

create table u.creator_session (
    token_hash  bytea       primary key check (octet_length(token_hash) = 32),
    creator_id  uuid        not null references u.creator on delete cascade,
    csrf        text        not null,
    created_at  timestamptz not null default u.clock(),
    seen_at     timestamptz not null default u.clock(),
    expires_at  timestamptz not null
);
create index creator_session_creator on u.creator_session (creator_id);

create table u.api_key (
    id          uuid        primary key,
    creator_id  uuid        not null references u.creator on delete cascade,
    name        text        not null check (char_length(name) between 1 and 80),
    key_hash    bytea       not null unique check (octet_length(key_hash) = 32),
    shown       text        not null,              -- its first characters, to recognise it by
    created_at  timestamptz not null default u.clock(),
    used_at     timestamptz,
    revoked_at  timestamptz,
    unique (creator_id, id)
);

-- One row per try to log in; throttles by account and address, and never locks an account.
create table u.login_attempt (
    id          uuid        primary key,
    email_hash  bytea       not null,
    address     bytea       not null,              -- keyed hash of the address block
    at          timestamptz not null default u.clock(),
    ok          boolean     not null default false
);
create index login_attempt_email on u.login_attempt (email_hash, at);
create index login_attempt_address on u.login_attempt (address, at);

create table u.idempotency (
    scope       text        not null,              -- caller, method and route
    key         text        not null,
    fingerprint bytea       not null check (octet_length(fingerprint) = 32),
    status      integer,                           -- null only inside the claiming transaction
    headers     jsonb       not null default '{}',
    body        bytea,                             -- null: was secret, shown once
    created_at  timestamptz not null default u.clock(),
    primary key (scope, key)
);
create index idempotency_created on u.idempotency (created_at);

-- A shop is installed once, whoever sells from it.
create table u.shop (
    id                  uuid        primary key,
    platform            text        not null default 'shopify' check (platform in ('shopify')),
    domain              text        not null check (octet_length(domain) <= 255),
    name                text        not null default '',
    currency            text        not null default '' check (currency ~ '^([A-Z]{3})?$'),
    storefront_url      text        not null default '',  -- origin of the primary domain, no slash at the end
    status              text        not null default 'installing'
                        check (status in ('installing', 'active', 'leaving', 'uninstalled')),
    scopes              text        not null default '',
    access_sealed       text,
    access_expires_at   timestamptz,
    refresh_sealed      text,
    refresh_expires_at  timestamptz,
    token_generation    integer     not null default 0,
    token_lease         uuid,                      -- who may replace the pair now, and until when
    token_lease_until   timestamptz,
    refreshed_at        timestamptz,               -- when the pair was last replaced
    health              text        not null default 'healthy'
                        check (health in ('healthy', 'degraded', 'needs_reconnect')),
    health_reason       text        not null default '',
    call_after          timestamptz,               -- backing off until then
    call_failures       integer     not null default 0,
    installed_at        timestamptz,
    uninstalled_at      timestamptz,
    created_at          timestamptz not null default u.clock(),
    unique (platform, domain),
    check (status in ('installing', 'uninstalled') or access_sealed is not null)
);

create table u.connection (
    id              uuid        primary key,
    creator_id      uuid        not null references u.creator,
    shop_id         uuid        not null references u.shop,
    platform        text        not null default 'shopify',
    role            text        not null check (role in ('owner', 'seller')),
    status          text        not null check (status in ('active', 'disconnected')),
    connected_at    timestamptz not null default u.clock(),
    disconnected_at timestamptz,
    unique (creator_id, shop_id),
    unique (creator_id, id)
);
create index connection_shop on u.connection (shop_id) where status = 'active';
create unique index connection_owner on u.connection (shop_id) where status = 'active' and role = 'owner';

create table u.oauth_state (
    state_hash   bytea       primary key check (octet_length(state_hash) = 32),
    browser_hash bytea       not null check (octet_length(browser_hash) = 32),
    creator_id   uuid        not null references u.creator on delete cascade,
    platform     text        not null,
    shop_domain  text        not null,
    expires_at   timestamptz not null
);
create index oauth_state_expires on u.oauth_state (expires_at);

create table u.webhook_subscription (
    shop_id      uuid        not null references u.shop on delete cascade,
    topic        text        not null,
    external_id  text        not null,
    uri          text        not null,
    checked_at   timestamptz not null default u.clock(),
    primary key (shop_id, topic)
);

-- Progress of the catalog sync of a shop; one row per shop, resumable by its cursor.
create table u.catalog_sync (
    shop_id      uuid        primary key references u.shop on delete cascade,
    state        text        not null default 'wanted' check (state in ('wanted', 'running', 'done', 'failed')),
    phase        text        not null default 'products',
    cursor       text        not null default '',
    generation   integer     not null default 0,   -- rows of an older one are gone at the shop
    products     integer     not null default 0,
    variants     integer     not null default 0,
    wanted_at    timestamptz not null default u.clock(),
    started_at   timestamptz,
    finished_at  timestamptz,
    retry_at     timestamptz,
    attempts     integer     not null default 0,
    problem      text        not null default ''
);

create table u.location (
    shop_id      uuid    not null references u.shop on delete cascade,
    external_id  bigint  not null,
    name         text    not null default '',
    active       boolean not null,
    online       boolean not null,                 -- fulfils online orders
    primary key (shop_id, external_id)
);

create table u.product (
    id           uuid        primary key,
    shop_id      uuid        not null references u.shop on delete cascade,
    external_id  bigint      not null,
    title        text        not null,
    handle       text        not null default '',
    status       text        not null check (status in ('active', 'draft', 'archived', 'unlisted', 'deleted')),
    image_url    text        not null default '',
    shop_updated_at timestamptz,
    generation   integer     not null default 0,   -- of the sync that last saw it
    reading      integer     not null default 0,   -- how often its variants were read; those of an older reading are gone
    more_variants text       not null default '',  -- cursor of those that a reading still lacks
    created_at   timestamptz not null default u.clock(),
    updated_at   timestamptz not null default u.clock(),
    unique (shop_id, external_id),
    unique (shop_id, id)
);

-- One stock row per inventory item of a shop. `free` is what may still be promised.
create table u.inventory (
    shop_id        uuid        not null references u.shop on delete cascade,
    item_id        uuid        not null,
    external_id    bigint      not null,
    tracked        boolean     not null default true,
    shop_available integer     not null default 0, -- the shop's `available` over locations that fulfil online orders
    held           integer     not null default 0 check (held >= 0),
    sold_unsynced  integer     not null default 0 check (sold_unsynced >= 0),
    buffer         integer     not null default 0 check (buffer >= 0),
    free           integer     generated always as (shop_available - held - sold_unsynced - buffer) stored,
    dirty_at       timestamptz,                    -- a full read is wanted since then, or from then on
    dirtied_at     timestamptz,                    -- when the shop last told of a change
    read_at        timestamptz,                    -- when the last full read began
    short_since    timestamptz,                    -- free negative after a full read
    primary key (shop_id, item_id),
    unique (shop_id, external_id)
) with (fillfactor = 70);
create index inventory_dirty on u.inventory (dirty_at) where dirty_at is not null;

create table u.inventory_level (
    shop_id         uuid        not null,
    item_id         uuid        not null,
    location_id     bigint      not null,
    available       integer     not null,
    shop_updated_at timestamptz,
    seen_at         timestamptz not null default u.clock(),
    primary key (shop_id, item_id, location_id),
    foreign key (shop_id, item_id) references u.inventory on delete cascade
);

create table u.inventory_snapshot (
    id             uuid        primary key,
    shop_id        uuid        not null,
    item_id        uuid        not null,
    at             timestamptz not null default u.clock(),
    cause          text        not null,           -- full_read, level_webhook, catalog_sync, order, repair
    shop_available integer     not null,
    held           integer     not null,
    sold_unsynced  integer     not null,
    buffer         integer     not null,
    detail         jsonb       not null default '{}',
    foreign key (shop_id, item_id) references u.inventory on delete cascade
);
create index inventory_snapshot_item on u.inventory_snapshot (shop_id, item_id, at);

create table u.variant (
    id               uuid        primary key,
    shop_id          uuid        not null,
    product_id       uuid        not null,
    item_id          uuid        not null,
    external_id      bigint      not null,
    title            text        not null,
    sku              text        not null default '',
    price_minor      bigint      not null check (price_minor >= 0),
    currency         text        not null check (currency ~ '^[A-Z]{3}$'),
    policy           text        not null check (policy in ('deny', 'continue')),
    position         integer     not null default 0,
    image_url        text        not null default '',
    generation       integer     not null default 0, -- the product's reading that last saw it
    deleted_at       timestamptz,
    updated_at       timestamptz not null default u.clock(),
    unique (shop_id, external_id),
    unique (shop_id, id),
    foreign key (shop_id, product_id) references u.product (shop_id, id) on delete cascade,
    foreign key (shop_id, item_id) references u.inventory (shop_id, item_id)
);
create index variant_product on u.variant (shop_id, product_id);
create index variant_item on u.variant (shop_id, item_id);

create table u.offer (
    id                uuid        primary key,
    creator_id        uuid        not null,
    shop_id           uuid        not null,
    name              text        not null check (char_length(name) between 1 and 120),
    kind              text        not null check (kind in ('percentage_off', 'fixed_amount_off', 'fixed_price')),
    value             bigint      not null check (value >= 0),  -- basis points, or minor units of the shop's currency
    state             text        not null default 'draft'
                      check (state in ('draft', 'activating', 'active', 'paused', 'expired', 'deleted')),
    starts_at         timestamptz,
    ends_at           timestamptz,
    redemptions_max   integer     check (redemptions_max > 0),
    redemptions_used  integer     not null default 0 check (redemptions_used >= 0),
    redemptions_held  integer     not null default 0 check (redemptions_held >= 0),
    once_per_customer boolean     not null default false,
    problem           text        not null default '',   -- why it is not selling although it should
    revision          integer     not null default 1,
    created_at        timestamptz not null default u.clock(),
    updated_at        timestamptz not null default u.clock(),
    foreign key (creator_id, shop_id) references u.connection (creator_id, shop_id),
    unique (creator_id, id),
    unique (creator_id, shop_id, id),
    unique (shop_id, id),
    check (kind <> 'percentage_off' or value between 1 and 10000),
    check (ends_at is null or starts_at is null or ends_at > starts_at)
) with (fillfactor = 80);
create index offer_ends on u.offer (ends_at) where state in ('activating', 'active', 'paused');

create table u.offer_product (
    offer_id       uuid    not null,
    creator_id     uuid    not null,
    shop_id        uuid    not null,
    position       integer not null,
    product_id     uuid    not null,
    variant_id     uuid,                           -- null: every variant of the product
    override_value bigint  check (override_value >= 0), -- instead of the offer's value, of the same kind
    primary key (offer_id, position),
    foreign key (creator_id, shop_id, offer_id) references u.offer (creator_id, shop_id, id) on delete cascade,
    foreign key (shop_id, product_id) references u.product (shop_id, id),
    foreign key (shop_id, variant_id) references u.variant (shop_id, id)
);
create unique index offer_product_once on u.offer_product (offer_id, product_id, coalesce(variant_id, '00000000-0000-0000-0000-000000000000'));

-- One discount code at the shop per (offer, distinct amount off): the promise of its prices.
create table u.offer_discount (
    id           uuid        primary key,
    offer_id     uuid        not null,
    shop_id      uuid        not null,
    amount_minor bigint      not null check (amount_minor > 0),
    currency     text        not null,
    code         text        not null check (code ~ '^[A-Z0-9-]{6,40}$'),
    external_id  text        not null default '',
    state        text        not null default 'wanted'
                 check (state in ('wanted', 'placed', 'ending', 'ended')),
    stale        boolean     not null default false,  -- placed, but variants, dates or limits changed since
    revision     integer     not null default 1,      -- raised by every change that the shop must learn of
    attempts     integer     not null default 0,
    retry_at     timestamptz,
    problem      text        not null default '',
    placed_at    timestamptz,
    ended_at     timestamptz,
    created_at   timestamptz not null default u.clock(),
    unique (shop_id, code),
    foreign key (shop_id, offer_id) references u.offer (shop_id, id) on delete cascade
);
create unique index offer_discount_amount on u.offer_discount (offer_id, amount_minor) where state <> 'ended';
create index offer_discount_work on u.offer_discount (retry_at) where state in ('wanted', 'ending') or stale;

-- What an offer promises for each variant, computed from the list price it was looked at with.
create table u.offer_price (
    offer_id     uuid    not null,
    variant_id   uuid    not null,
    shop_id      uuid    not null,
    item_id      uuid    not null,
    list_minor   bigint  not null,
    price_minor  bigint  not null check (price_minor >= 0),
    currency     text    not null,
    discount_id  uuid    references u.offer_discount, -- null: the promise is the list price
    covered      boolean not null default false,      -- the placed code is known to hold this variant
    primary key (offer_id, variant_id),
    foreign key (shop_id, offer_id) references u.offer (shop_id, id) on delete cascade,
    foreign key (shop_id, variant_id) references u.variant (shop_id, id) on delete cascade,
    check (price_minor <= list_minor),
    check ((discount_id is null) = (price_minor = list_minor))
);
create index offer_price_variant on u.offer_price (shop_id, variant_id);
create index offer_price_discount on u.offer_price (discount_id);

create table u.stream (
    id           uuid        primary key,
    creator_id   uuid        not null references u.creator,
    platform     text        not null check (platform in ('youtube', 'tiktok', 'twitch', 'instagram', 'other')),
    title        text        not null check (char_length(title) between 1 and 200),
    url          text        not null default '',
    state        text        not null default 'scheduled'
                 check (state in ('scheduled', 'live', 'ended', 'cancelled')),
    scheduled_at timestamptz,
    started_at   timestamptz,
    ended_at     timestamptz,
    revision     integer     not null default 1,
    created_at   timestamptz not null default u.clock(),
    unique (creator_id, id)
);

create table u.attribution (
    id          uuid        primary key,
    creator_id  uuid        not null references u.creator,
    platform    text        not null check (platform in ('youtube', 'tiktok', 'twitch', 'instagram', 'other')),
    surface     text        not null check (surface in ('live', 'replay', 'clip', 'link_in_bio', 'dm', 'agent', 'direct')),
    stream_id   uuid,
    created_at  timestamptz not null default u.clock(),
    unique (creator_id, id),
    foreign key (creator_id, stream_id) references u.stream (creator_id, id)
);
create unique index attribution_context on u.attribution
    (creator_id, platform, surface, coalesce(stream_id, '00000000-0000-0000-0000-000000000000'));

create table u.short_link (
    id             uuid        primary key,
    creator_id     uuid        not null,
    shop_id        uuid        not null,
    offer_id       uuid        not null,
    product_id     uuid,                           -- narrows the offer to one product
    variant_id     uuid,                           -- or one variant
    attribution_id uuid        not null,
    code           text        not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9]$'),
    code_key       text        generated always as (lower(code)) stored unique,
    expires_at     timestamptz,
    revoked_at     timestamptz,
    clicks_max     integer     check (clicks_max > 0),
    clicks_used    integer     not null default 0 check (clicks_used >= 0),
    revision       integer     not null default 1,
    created_at     timestamptz not null default u.clock(),
    unique (creator_id, id),
    check (clicks_max is null or clicks_used <= clicks_max),
    foreign key (creator_id, shop_id, offer_id) references u.offer (creator_id, shop_id, id),
    foreign key (shop_id, product_id) references u.product (shop_id, id),
    foreign key (shop_id, variant_id) references u.variant (shop_id, id),
    foreign key (creator_id, attribution_id) references u.attribution (creator_id, id)
);
create index short_link_offer on u.short_link (offer_id);

-- A visitor's checkout: what was promised, to whom, until when.
create table u.checkout_session (
    id             uuid        primary key,
    creator_id     uuid        not null,
    shop_id        uuid        not null,
    link_id        uuid        not null,
    offer_id       uuid        not null,
    attribution_id uuid        not null,
    variant_id     uuid        not null,
    item_id        uuid        not null,
    visitor        uuid        not null,           -- random 128 bits of the visitor's signed cookie
    units          integer     not null check (units between 1 and 20),
    mark           text        not null unique check (octet_length(mark) >= 22), -- travels through the shop's checkout
    list_minor     bigint      not null,
    price_minor    bigint      not null,
    currency       text        not null,
    discount_code  text        not null default '',
    redeems        boolean     not null default false, -- while open it counts in its offer's redemptions_held
    state          text        not null default 'open'
                   check (state in ('open', 'completed', 'abandoned', 'released')),
    late           boolean     not null default false, -- paid after its hold had lapsed
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    ended_at       timestamptz,
    foreign key (creator_id, link_id) references u.short_link (creator_id, id)
) with (fillfactor = 80);
create unique index checkout_session_open on u.checkout_session (link_id, visitor) where state = 'open';
create index checkout_session_offer on u.checkout_session (offer_id) where state = 'open' and offer_id is not null;
create index checkout_session_creator on u.checkout_session (creator_id, id);

create table u.reservation (
    id          uuid        primary key,
    session_id  uuid        not null unique references u.checkout_session,
    creator_id  uuid        not null,
    shop_id     uuid        not null,
    item_id     uuid        not null,
    units       integer     not null check (units > 0),
    state       text        not null default 'pending'
                check (state in ('pending', 'confirmed', 'released', 'expired')),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    ended_at    timestamptz,
    check ((state = 'pending') = (ended_at is null))
) with (fillfactor = 80);
create index reservation_pending on u.reservation (shop_id, item_id, expires_at) where state = 'pending' and item_id is not null;
create index reservation_lapsing on u.reservation (expires_at) where state = 'pending' and expires_at is not null;

create table u.shop_order (
    id                  uuid        primary key,
    shop_id             uuid        not null references u.shop,
    external_id         bigint      not null,
    name                text        not null default '',
    financial_status    text        not null default '',
    test                boolean     not null default false,
    currency            text        not null,
    presentment_currency text       not null default '',
    total_minor         bigint      not null default 0,
    refunded_minor      bigint      not null default 0,
    presentment_total_minor bigint  not null default 0,
    source_name         text        not null default '',
    cart_token          text        not null default '',
    checkout_token      text        not null default '',
    shop_created_at     timestamptz not null,
    shop_updated_at     timestamptz not null,
    cancelled_at        timestamptz,
    cancel_reason       text        not null default '',
    first_seen_at       timestamptz not null default u.clock(),
    paid_at             timestamptz,               -- when we first saw it paid
    -- the credit: whose sale it is, and why
    creator_id          uuid        references u.creator,
    session_id          uuid        references u.checkout_session,
    offer_id            uuid,
    attribution_id      uuid,
    credit_reason       text        not null default 'none'
                        check (credit_reason in ('none', 'attribute', 'property', 'code', 'landing', 'candidate')),
    credit_detail       jsonb       not null default '{}', -- every signal looked at, and why it lost
    late                boolean     not null default false,
    revision            integer     not null default 1,  -- applied changes, in order
    unique (shop_id, external_id),
    unique (shop_id, id)
);
create index shop_order_creator on u.shop_order (creator_id, id);
create index shop_order_shop on u.shop_order (shop_id, id);
create index shop_order_session on u.shop_order (session_id);

create table u.order_line (
    order_id        uuid    not null,
    shop_id         uuid    not null,
    external_id     bigint  not null,
    variant_external bigint,
    variant_id      uuid,
    item_id         uuid,
    title           text    not null default '',
    units           integer not null check (units >= 0),  -- most ever seen; stock was moved for these
    current_units   integer not null check (current_units >= 0),
    unsynced_units  integer not null default 0 check (unsynced_units >= 0 and unsynced_units <= units),
    unsynced_since  timestamptz,                   -- the shop's clock: reads begun 60 s later contain it
    unit_minor      bigint  not null default 0,    -- list, before discounts
    discount_minor  bigint  not null default 0,    -- allocated to the line
    refunded_units  integer not null default 0,
    refunded_minor  bigint  not null default 0,    -- subtotals of its refunds
    credited        boolean not null default false, -- a line of the credited offer
    promised_minor  bigint,                        -- unit price that we showed
    primary key (order_id, external_id),
    foreign key (shop_id, order_id) references u.shop_order (shop_id, id) on delete cascade
);
create table u.order_refund (
    shop_id         uuid        not null,
    order_id        uuid        not null,
    external_id     bigint      not null,
    at              timestamptz not null,
    paid_back_minor bigint      not null default 0, -- money that moved
    tax_minor       bigint      not null default 0, -- of its lines
    lines           jsonb       not null default '[]', -- [{line, units, subtotal_minor}]
    primary key (order_id, external_id),
    foreign key (shop_id, order_id) references u.shop_order (shop_id, id) on delete cascade
);

create index order_line_unsynced on u.order_line (shop_id, item_id) where unsynced_units > 0;

-- Everything platforms push, as it came; applied by cron/webhooks_apply.
create table u.webhook_inbox (
    id           uuid        primary key,
    platform     text        not null,
    shop_domain  text        not null,
    topic        text        not null,
    webhook_id   text        not null,
    event_id     text        not null default '',
    api_version  text        not null default '',
    triggered_at timestamptz,
    received_at  timestamptz not null default u.clock(),
    body_sealed  text,                             -- null once its time is over
    state        text        not null default 'new' check (state in ('new', 'done', 'ignored', 'parked')),
    attempts     integer     not null default 0,
    retry_at     timestamptz not null default u.clock(),
    problem      text        not null default '',
    done_at      timestamptz,
    unique (platform, shop_domain, webhook_id)
);
create index webhook_inbox_new on u.webhook_inbox (retry_at, id) where state = 'new';

-- The spine. Ordered readers go by (epoch, xid, id) below pg_snapshot_xmin.
create table u.event_log (
    id          uuid        primary key,
    epoch       integer     not null default 1,
    xid         xid8        not null default pg_current_xact_id(),
    type        text        not null,
    creator_id  uuid,
    shop_id     uuid,
    subject     uuid        not null,              -- the thing it happened to
    at          timestamptz not null default u.clock(),
    payload     jsonb       not null default '{}'
);
create index event_log_order on u.event_log (epoch, xid, id);
create index event_log_creator on u.event_log (creator_id, id);

create table u.event_consumer (
    name   text    primary key,
    epoch  integer not null default 1,
    xid    xid8    not null default '0',
    id     uuid    not null default '00000000-0000-0000-0000-000000000000'
);

create table u.event_consumed (
    consumer  text not null references u.event_consumer on delete cascade,
    event_id  uuid not null,
    primary key (consumer, event_id)
);

create table u.job (
    id          uuid        primary key,
    kind        text        not null,
    dedupe      text        not null,              -- one queued job per (kind, dedupe)
    shop_id     uuid,
    creator_id  uuid,
    payload     jsonb       not null default '{}',
    state       text        not null default 'queued' check (state in ('queued', 'done', 'dead')),
    run_at      timestamptz not null default u.clock(),
    attempts    integer     not null default 0,
    problem     text        not null default '',
    created_at  timestamptz not null default u.clock(),
    done_at     timestamptz
);
create unique index job_dedupe on u.job (kind, dedupe) where state = 'queued';
create index job_due on u.job (kind, run_at) where state = 'queued';

-- Projections of event consumers; each can be dropped and rebuilt from the log.
create table u.link_clicks (
    link_id     uuid   primary key,
    creator_id  uuid   not null,
    clicks      bigint not null default 0,
    repeats     bigint not null default 0,
    refusals    bigint not null default 0,
    previews    bigint not null default 0,
    checkouts   bigint not null default 0,
    last_at     timestamptz
);

create table u.revenue_order (
    order_id    uuid        primary key,
    creator_id  uuid        not null,
    platform    text        not null,
    surface     text        not null,
    stream_id   uuid,
    link_id     uuid,
    currency    text        not null,
    net_minor   bigint      not null,
    units       integer     not null default 0,
    revision    integer     not null,              -- of the order, that these figures stand for
    at          timestamptz not null
);
create index revenue_order_creator on u.revenue_order (creator_id, at);

-- Heartbeats and last results of the helpers, for /status.
create table u.helper_run (
    name        text        primary key,
    started_at  timestamptz not null,
    beat_at     timestamptz not null,
    finished_at timestamptz,
    done        bigint      not null default 0,
    problem     text        not null default ''
);
