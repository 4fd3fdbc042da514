-- The five roles and what each may do; run by migrate.sh after every migration, in the transaction of the functions.
-- Everything is taken away first, so this page is the whole truth. :prefix is theirs in this cluster.
--   go       the click: starts and releases checkouts, reads what its pages show, notes telemetry
--   public   the pages anyone may read
--   hook     takes what platforms push
--   api      the control plane
--   helper   the cron helpers
select set_config('unifyed.prefix', :'prefix', true) \g /dev/null
\set go :prefix go
\set public :prefix public
\set api :prefix api
\set hook :prefix hook
\set helper :prefix helper

-- Roles belong to the whole cluster, so a second database finds them there and touches nothing.
do $$
declare
    role   record;
    wanted text[];
    name   text;
    value  text;
begin
    for role in
        select current_setting('unifyed.prefix') || r.name as name, r.statement_s, r.lock_ms, r.idle_s
          from (values ('go', 2, 500, 5), ('public', 2, 500, 5), ('hook', 2, 2000, 5), ('api', 5, 2000, 5),
                       ('helper', 30, 2000, 60)) r (name, statement_s, lock_ms, idle_s)
    loop
        if to_regrole(quote_ident(role.name)) is null then
            begin
                execute format('create role %I login', role.name);
            exception when duplicate_object or unique_violation then null; -- another migration was faster
            end;
        end if;
        wanted := array['statement_timeout=' || role.statement_s || 's', 'lock_timeout=' || role.lock_ms || 'ms',
                        'idle_in_transaction_session_timeout=' || role.idle_s || 's', 'search_path=""'];
        if not exists (select from pg_catalog.pg_db_role_setting s
                        where s.setdatabase = 0 and s.setrole = to_regrole(quote_ident(role.name))
                          and s.setconfig @> wanted) then
            foreach name in array wanted loop
                value := split_part(name, '=', 2);
                execute format('alter role %I set %I = %L', role.name, split_part(name, '=', 1), trim(value, '"'));
            end loop;
        end if;
    end loop;
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to %I, %I, %I, %I, %I', current_database(),
        current_setting('unifyed.prefix') || 'go', current_setting('unifyed.prefix') || 'public',
        current_setting('unifyed.prefix') || 'api', current_setting('unifyed.prefix') || 'hook',
        current_setting('unifyed.prefix') || 'helper');
end
$$;

revoke all on schema u from public, :go, :public, :api, :hook, :helper;
revoke all on all tables in schema u from public, :go, :public, :api, :hook, :helper;
revoke all on all functions in schema u from public, :go, :public, :api, :hook, :helper;
grant usage on schema u to :go, :public, :api, :hook, :helper;
grant execute on function u.clock(), u.ms(timestamptz), u.at(bigint), u.event_id(text, text, timestamptz)
   to :go, :public, :api, :hook, :helper;

-- go and public: what their pages show; stock and checkouts move only through functions
grant select on u.short_link, u.offer, u.offer_price, u.variant, u.product, u.inventory, u.attribution, u.stream, u.spotlight, u.moment,
      u.live_session
   to :go, :public;
grant select on u.replay, u.replay_video, u.replay_link, u.visits, u.bio, u.bio_block, u.handle_past to :public;
grant select (id, offer_id, shop_id, amount_minor, currency, code, state) on u.offer_discount to :go, :public;
grant select (id, platform, domain, name, currency, storefront_url, status) on u.shop to :go, :public;
grant select (id, handle, name) on u.creator to :go, :public;
grant select (creator_id, shop_id, status) on u.connection to :go, :public;
grant select on u.checkout_session, u.reservation to :go;
grant execute on function u.link_refusal(timestamptz, timestamptz, text, text, text, timestamptz, timestamptz) to :go, :public;
grant execute on function u.link_goal(text), u.pin_goal(uuid, text, integer) to :go, :public;
grant execute on function u.only_product(uuid) to :go, :public;
grant execute on function u.newcomers_left(uuid, uuid, integer) to :go, :public, :api;
grant insert on u.event_log to :go, :public;
grant select (id) on u.event_log to :go, :public; -- `on conflict (id)` reads it
grant execute on function
      u.click(text, uuid, uuid, integer, uuid, uuid, text, uuid, boolean, boolean, bigint, u.hold_rules),
      u.click_many(text[], uuid[], uuid[], integer[], uuid[], uuid[], text[], uuid[], boolean[], boolean[], bigint[], u.hold_rules),
      u.checkout_release(uuid, uuid),
      u.waitlist_join(uuid, text, uuid, uuid, integer, uuid, integer, integer, integer),
      u.waitlist_place(text, uuid, uuid, uuid, uuid, text, integer, u.hold_rules), u.waitlist_give_up(text, uuid, uuid),
      u.waitlist_look(text, uuid, uuid, uuid, text, integer, u.hold_rules), u.waitlist_leave(text, uuid)
   to :go;

-- hook: stores what was pushed, once
grant select (id, platform, domain, status) on u.shop to :hook;
grant insert on u.webhook_inbox to :hook;
grant select (id, platform, shop_domain, webhook_id) on u.webhook_inbox to :hook;

grant select (id, channel_id, platform, topic, path_key, secret_sealed, state, attempts) on u.push_subscription to :hook;
grant update (state, attempts, problem, lease_until, due_at, told_at) on u.push_subscription to :hook;
grant select (id, external_id, status, tend_at) on u.channel to :hook;
grant update (tend_at) on u.channel to :hook;

-- api: what people edit, and reading of the rest; stock and orders are never its to write
grant select, insert, update, delete on u.creator, u.creator_session, u.api_key, u.login_attempt, u.idempotency, u.oauth_state,
      u.connection, u.catalog_sync, u.offer, u.offer_product, u.offer_discount, u.offer_price, u.stream, u.attribution,
      u.short_link, u.job, u.live_session, u.moment, u.channel, u.push_subscription, u.platform_app
   to :api;
grant select, insert, update (live_id) on u.spotlight to :api;
grant select, insert, update, delete on u.replay, u.replay_video, u.replay_link, u.bio, u.bio_block, u.handle_past to :api;
grant select on u.visits, u.waitlist, u.broadcast to :api;
grant select, insert, update on u.shop to :api;
grant select, insert on u.event_log to :api;
grant select on u.webhook_subscription, u.location, u.product, u.variant, u.inventory, u.inventory_level, u.inventory_snapshot,
      u.checkout_session, u.reservation, u.shop_order, u.order_line, u.order_refund, u.link_clicks, u.revenue_order,
      u.event_consumer, u.helper_run, u.migration, u.reconcile, u.reconcile_run, u.reconcile_find, u.compliance_request, u.audit_run, u.audit_finding
   to :api;
grant select (id, platform, shop_domain, topic, webhook_id, event_id, triggered_at, received_at, state, attempts, retry_at, problem,
      done_at, waits_for) on u.webhook_inbox to :api;
grant select, insert, update, delete on u.platform_quota to :api; -- what connecting an account costs
grant select on u.broadcast to :api;
grant execute on function u.quota_take(text, bigint, bigint, integer, text), u.quota_window(timestamptz, integer, text) to :api;
grant execute on function u.link_release(uuid), u.offer_release(uuid), u.checkout_release(uuid, uuid), u.order_net(uuid), u.invariants(),
      u.link_refusal(timestamptz, timestamptz, text, text, text, timestamptz, timestamptz), u.live_join(uuid, uuid, integer), u.live_move(uuid, uuid), u.live_follow(uuid), u.live_follow_stream(uuid, uuid), u.live_video_follow(uuid, uuid), u.only_product(uuid),
      u.item_buffer_set(uuid, uuid, integer, integer, integer), u.shop_buffer_set(uuid, integer, integer, integer), u.audit_invariants()
   to :api;

-- helper: all of it but the schema
grant select, insert, update, delete on all tables in schema u to :helper;
revoke insert, update, delete on u.migration from :helper;
grant execute on all functions in schema u to :helper;
