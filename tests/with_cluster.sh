#!/bin/sh
# with_cluster.sh CMD...: runs CMD with a throw-away PostgreSQL cluster, then stops and removes it. Its database
# unifyed_template has the whole schema and a clock that tests set (u.test_clock); UNIFYED_TEST_PG reaches it as
# superuser without a dbname. UNIFYED_TEST_DURABLE=1 keeps fsync on, for crash tests.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/run/lib.sh"
. "$here/run/cluster.sh"
[ $# -gt 0 ] || { echo "usage: tests/with_cluster.sh command..." >&2; exit 64; }
[ -n "$(pg_bin)" ] || die "PostgreSQL 15 is not installed: make install-packages"

dir=$(mktemp -d /tmp/ufy-test.XXXXXX)
chmod 711 "$dir"
command_pid=
clean_up() {
	trap '' INT TERM HUP
	end_pid "$command_pid" TERM 50
	cluster_stop
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

log=$dir/log
: >"$log"
cluster_new "$dir/pg" "$log" --no-sync || die "initdb failed" "$log"
mkdir "$dir/s" && own "$dir/s"
if [ -n "${UNIFYED_TEST_DURABLE:-}" ]; then
	cluster_start "$dir/pg" "$dir/s" "$log" || die "the test cluster did not start" "$log"
else
	cluster_start "$dir/pg" "$dir/s" "$log" -c fsync=off -c full_page_writes=off -c autovacuum=off ||
		die "the test cluster did not start" "$log"
fi

UNIFYED_TEST_PG="host=$dir/s port=5432 user=postgres"
export UNIFYED_TEST_PG
template="$UNIFYED_TEST_PG dbname=unifyed_template"
psql -X -q -v ON_ERROR_STOP=1 "$UNIFYED_TEST_PG dbname=postgres" -c 'create database unifyed_template'
"$here/sql/migrate.sh" "$template" >>"$log" || die "the schema did not load" "$log"
psql -X -q -v ON_ERROR_STOP=1 "$template" -f "$here/tests/clock.sql"

# In the background, so that a signal ends it and the cluster; its standard input stays ours.
"$@" <&0 &
command_pid=$!
status=0
wait "$command_pid" || status=$?
command_pid=
exit "$status"
