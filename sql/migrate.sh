#!/bin/sh
# migrate.sh CONNINFO: brings a database to the schema of this clone. Forward only; again is a no-op; two at once
# are served in turn. A file of sql/migrations runs in a transaction of its own, or in none when its first line is
# `-- no transaction` (concurrent indexes: such a file must stand being run again after a failure half-way).
# UNIFYED_ROLE_PREFIX names the five roles (unifyed_).
set -eu
[ $# = 1 ] || { echo "usage: sql/migrate.sh 'host=... dbname=... user=...'" >&2; exit 64; }
cd "$(dirname "$0")"
prefix=${UNIFYED_ROLE_PREFIX:-unifyed_}

fail() { echo "migrate.sh: $*" >&2; exit 1; }
sum_of() { cat -- "$@" | sha256sum | cut -d ' ' -f 1; }

for file in migrations/*.sql; do
	expr "$file" : 'migrations/[0-9]\{4\}_[a-z0-9_]*\.sql$' >/dev/null || fail "$file: a migration is named 0007_what_it_does.sql"
done
twice=$(cd migrations && printf '%s\n' *.sql | cut -c 1-4 | uniq -d)
[ -z "$twice" ] || fail "two migrations have the number $twice"

landed_check() {
	echo "do \$\$ declare changed text; begin"
	echo "select string_agg(m.name, ', ') into changed from u.migration m join (values"
	comma=
	for file in migrations/*.sql; do
		echo "$comma('$(basename "$file")', '$(sum_of "$file")')"
		comma=,
	done
	echo ") f (name, checksum) using (name) where m.checksum <> f.checksum;"
	echo "if changed is not null then raise exception 'changed after it landed: %', changed using hint ="
	echo "'put the file back as it was, and the change into a new one'; end if; end \$\$;"
}

migration() {
	name=$(basename "$1")
	note="insert into u.migration (name, checksum) values ('$name', '$(sum_of "$1")');"
	printf '%s\n' "select not exists (select from u.migration where name = '$name') as wanted \\gset"
	printf '%s\n' "\\if :wanted"
	if [ "$(head -n 1 "$1")" = "-- no transaction" ]; then
		printf '%s\n' "set lock_timeout = '2s';" "\\i $1" "$note" "reset lock_timeout;"
	else
		printf '%s\n' "begin;" "set local lock_timeout = '2s';" "\\i $1" "$note" "commit;"
	fi
	printf '%s\n' "\\echo migrated $name"
	printf '%s\n' "\\endif"
}

# Not pg_advisory_lock: who waits inside a statement has a snapshot, which a concurrent index of the other waits for in turn.
lock_wait() {
	echo "\\set waiting true"
	tries=0
	while [ $tries -lt 1500 ]; do # 5 minutes
		echo "\\if :waiting"
		echo "select not pg_try_advisory_lock(hashtextextended('unifyed migrate', 0)) as waiting \\gset"
		printf '%s\n' "\\if :waiting" "select pg_sleep(0.2) \\g /dev/null" "\\endif" "\\endif"
		tries=$((tries + 1))
	done
	printf '%s\n' "\\if :waiting" "do \$\$ begin raise exception 'another migration has been at it for 5 minutes'; end \$\$;" "\\endif"
}

script() {
	echo "set client_min_messages = warning;"
	lock_wait
	cat <<-'END'
		create schema if not exists u;
		create table if not exists u.migration
		    (name text primary key, checksum text not null, at timestamptz not null default now());
	END
	landed_check
	for file in functions/00_*.sql; do printf '%s\n' "begin;" "\\i $file" "commit;"; done
	for file in migrations/*.sql; do migration "$file"; done
	echo "begin;"
	for file in functions/*.sql; do printf '%s\n' "\\i $file"; done
	printf '%s\n' "\\i roles.sql" "commit;"
}

script | PGOPTIONS="${PGOPTIONS:-} -c search_path=" psql -X -q -v ON_ERROR_STOP=1 -v prefix="$prefix" "$1"
