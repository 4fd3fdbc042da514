#!/bin/sh
# Each database role can do its job and no more.
# Why: what a stranger reaches first (the click, the pushed webhook) must not be a way to passwords, tokens or stock.
[ -n "${UNIFYED_TEST_PG:-}" ] || { echo "UNIFYED_TEST_PG is not set: tests/with_cluster.sh tests/rules/roles.sh"; exit 1; }
bad=0
as() { # role, statement: what it says, or the error
	psql -X -q -At -v VERBOSITY=terse "$UNIFYED_TEST_PG dbname=unifyed_template" 2>&1 <<-END
		set role unifyed_$1;
		set search_path = '';
		begin;
		$2;
		rollback;
	END
}
may() { says=$(as "$1" "$2"); case $says in *ERROR*) echo "$1 should be able to: $2 -- $says"; bad=1 ;; esac; }
no() { says=$(as "$1" "$2"); case $says in *"permission denied"* | *"must be owner"*) ;; *) echo "$1 must not: $2 -- $says"; bad=1 ;; esac; }

for role in go public hook; do
	no $role "select password_hash from u.creator"
	no $role "select email from u.creator"
	no $role "select access_sealed, refresh_sealed from u.shop"
	no $role "select 1 from u.creator_session"
	no $role "select 1 from u.api_key"
	no $role "select 1 from u.shop_order"
	no $role "select payload from u.event_log"
	no $role "update u.shop set status = 'active'"
	no $role "select body_sealed from u.webhook_inbox"
	no $role "select 1 from u.compliance_request"
done
for role in go public hook api; do
	no $role "update u.inventory set held = 0"
	no $role "insert into u.reservation (id) values (gen_random_uuid())"
	no $role "delete from u.event_log"
	no $role "update u.event_log set payload = '{}'"
	no $role "update u.shop_order set total_minor = 0"
	no $role "update u.helper_run set problem = ''"
	no $role "select u.reservations_expire(1)"
	no $role "insert into u.compliance_request (id) values (gen_random_uuid())"
	no $role "select u.tx_rows('shop')"
done
for role in go public hook api helper; do
	no $role "create table u.mine (x integer)"
	no $role "create temporary table mine (x integer)"
	no $role "create table public.mine (x integer)"
	no $role "update u.migration set checksum = ''"
	no $role "alter table u.shop add column mine integer"
	may $role "select u.clock(), u.ms(u.clock())"
done
no public "select 1 from u.checkout_session"
no public "select u.checkout_release(gen_random_uuid(), gen_random_uuid())"
may go "select u.checkout_release(gen_random_uuid(), gen_random_uuid())"
may go "select u.click('abc', gen_random_uuid(), null, 1, gen_random_uuid(), gen_random_uuid(), 'abcdefghijklmnopqrstuvw', null, true, false, 0, row(900, null, null, null, null, null, null, null))"
may go "select u.click('abc', gen_random_uuid(), null, 1, gen_random_uuid(), gen_random_uuid(), 'abcdefghijklmnopqrstuvw', null, true, false, 0, '(900,240,3,10,3,20,25,2)')"
no go "select 1 from u.hold_cooling"
no go "select u.guard_forget(1, 1)"
no api "select who from u.hold_cooling"
may helper "select u.guard_judge(3, 60, 60)"
may go "select s.domain, s.storefront_url, i.free from u.shop s join u.inventory i on i.shop_id = s.id"
may go "insert into u.event_log (id, type, subject) values (gen_random_uuid(), 'LINK_PREVIEWED', gen_random_uuid()) on conflict (id) do nothing"
may hook "insert into u.webhook_inbox (id, platform, shop_domain, topic, webhook_id) values (gen_random_uuid(), 'shopify', 'a', 'b', 'c') on conflict (platform, shop_domain, webhook_id) do nothing returning id"
may api "select access_sealed from u.shop"
may helper "select u.reservations_expire(1)"
settings=$(psql -X -q -At "$UNIFYED_TEST_PG dbname=unifyed_template" -c "select count(*) from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
	where r.rolname like 'unifyed\\_%' and array_to_string(s.setconfig, ',') ~ 'statement_timeout=.*lock_timeout=.*idle_in_transaction_session_timeout='")
[ "$settings" = 5 ] || { echo "time limits are set for $settings of 5 roles"; bad=1; }
exit $bad
