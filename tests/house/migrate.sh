#!/bin/sh
# migrate.sh under tests: again is a no-op, two at once are served in turn, a changed file is refused.
. tests/house/expect.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R sql "$work/sql"
psql="psql -X -q -At -v ON_ERROR_STOP=1"
admin="$UNIFYED_TEST_PG dbname=postgres"
$psql "$admin" -c 'create role house_owner login createrole' -c 'create database house owner house_owner'
house="${UNIFYED_TEST_PG% user=*} user=house_owner dbname=house"
migrate() { UNIFYED_ROLE_PREFIX=house_ "$work/sql/migrate.sh" "$house" 2>&1; }
dump() { pg_dump --schema-only "$UNIFYED_TEST_PG dbname=house" | grep -v '^\\' | sha256sum; }
landed() { $psql "$house" -c 'select count(*) from u.migration'; }

migrate >"$work/one" & one=$!
migrate >"$work/two" & two=$!
wait $one; is "the first of two at once succeeds" 0 $?
wait $two; is "and so does the second" 0 $?
files=$(ls sql/migrations/*.sql | wc -l)
is "each migration ran once between them" "$files" "$(cat "$work/one" "$work/two" | grep -c '^migrated')"
is "and is noted" "$files" "$(landed)"
before=$(dump)
is "a second run says nothing" "" "$(migrate)"
is "and changes nothing" "$before" "$(dump)"
is "roles take the prefix" 5 "$($psql "$admin" -c "select count(*) from pg_roles where rolname in ('house_go', 'house_public', 'house_api', 'house_hook', 'house_helper')")"

printf '%s\n' '-- no transaction' 'create index concurrently if not exists house_test on u.stream (title);' >"$work/sql/migrations/9001_index.sql"
is "a concurrent index has a file of its own" "migrated 9001_index.sql" "$(migrate)"
printf '%s\n' 'create table u.house_broken (x integer);' 'select 1 / 0;' >"$work/sql/migrations/9002_broken.sql"
says=$(migrate); is "a failing file fails" 3 $?
has "and is named" 9002_broken.sql "$says"
is "nothing of it stays" "" "$($psql "$house" -c "select to_regclass('u.house_broken')")"
rm "$work/sql/migrations/9002_broken.sql"
printf '%s\n' 'alter table u.stream add column house_test integer;' >"$work/sql/migrations/9003_waits.sql"
$psql "$house" -c 'begin; lock table u.stream in access share mode; select pg_sleep(4)' >/dev/null & holder=$!
sleep 0.5
has "a migration does not wait in the way of others" "lock timeout" "$(migrate)"
wait $holder
is "and succeeds later" "migrated 9003_waits.sql" "$(migrate)"
echo '-- changed' >>"$work/sql/migrations/9003_waits.sql"
says=$(migrate); is "a changed file is refused" 3 $?
has "by its name" "changed after it landed: 9003_waits.sql" "$says"
has "with what to do" "the change into a new one" "$says"
touch "$work/sql/migrations/9003_twice.sql"
has "two files of one number are refused" "two migrations have the number 9003" "$(migrate)"
