#!/bin/sh
# demo.sh: `make run`. The whole product on this machine alone: PostgreSQL, nginx, every pool, the helpers on their
# schedule, and the sandbox as the outside world. Ctrl-C stops all that it started. What may be set:
#   PORT            of nginx (8480); the sandbox has the next one, or SANDBOX_PORT. Each port has data of its own
#   UNIFYED_STATE   where data, keys and logs are kept (var/<port>)
#   UNIFYED_RUN     a short folder for the sockets
#   UNIFYED_WORKERS sizes of pools: "go=8 webhooks=4"
#   UNIFYED_LIMITS  off: no rate limits in nginx (load runs)
#   UNIFYED_SEED    no: no demo creator
#   UNIFYED_FSYNC   off: a throw-away cluster (tests)
#   UNIFYED_<KEY>   any key of unifyed.conf
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
for part in lib place cluster config services; do . "$here/run/$part.sh"; done
port=${PORT:-8480}
sandbox_port=${SANDBOX_PORT:-$((port + 1))}

# Our own stop; a signal while something starts comes here too.
leave() {
	trap '' INT TERM HUP
	[ -z "${state:-}" ] || rm -f "$state/ready"
	if [ -n "$parts${cluster_pid:-}" ]; then
		printf '\n'
		step stopping "everything that was started"
		stop_all
	fi
	[ -z "${run:-}" ] || { rm -rf "$run/nginx" "$run/nginx.pid" "$run/pg" "$run"/*.sock && rmdir "$run" 2>/dev/null; } || true
}

prepare() {
	sh "$here/run/packages.sh" run
	node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || die "Node 18 or later is needed; this is $(node --version)"
	step packages "all there"
	log=$state/log/build.log
	: >"$log"
	"$here/run/needs.sh" "$here/build" || exit 1
	step build "compiling what changed"
	make -s -C "$here" -j "$(nproc)" B=build all >>"$log" 2>&1 || die "the build failed" "$log"
}

free_port() {
	try='const s = require("net").createServer(); s.on("error", () => process.exit(1)); s.listen(+process.argv[1], "127.0.0.1", () => s.close())'
	wait_for 20 node -e "$try" "$1" ||
		die "port $1 is taken. Another copy? Choose other ports: PORT=9000 make run uses 9000 and 9001"
}

start_database() {
	fsync=on
	[ "${UNIFYED_FSYNC:-on}" = on ] || fsync=off
	cluster_start "$state/pg" "$run/pg" "$state/log/postgres.log" -c "fsync=$fsync"
}

database() {
	log=$state/log/postgres.log
	private_dir "$run/pg"
	if [ ! -s "$state/pg/PG_VERSION" ]; then
		step database "making a cluster in $state/pg"
		rm -rf "$state/pg"
		cluster_new "$state/pg" "$log" --data-checksums || die "initdb failed" "$log"
	fi
	start_database || die "PostgreSQL did not start" "$log"
	super="host=$run/pg port=5432 user=postgres dbname=postgres"
	psql -X -q -v ON_ERROR_STOP=1 "$super" >>"$log" 2>&1 <<-'END' || die "cannot make the database" "$log"
		select 'create role unifyed login createrole' where to_regrole('unifyed') is null \gexec
		select 'create database unifyed owner unifyed' where not exists (select from pg_database where datname = 'unifyed') \gexec
	END
	"$here/sql/migrate.sh" "host=$run/pg port=5432 user=unifyed dbname=unifyed" >"$state/log/migrate.log" 2>&1 ||
		die "the migrations failed" "$state/log/migrate.log"
	step database "$(sed -n 's/^migrated //p' "$state/log/migrate.log" | wc -l) new migrations; sockets in $run"
}

seed() {
	[ "${UNIFYED_SEED:-yes}" != no ] || return 0
	if [ ! -s "$state/demo.txt" ]; then
		step seed "a demo creator with a shop, an offer, a replay, a running stream and its links"
		(umask 077 && node "$here/run/seed.mjs" "http://127.0.0.1:$port" "http://127.0.0.1:$sandbox_port" "$state/demo.txt") \
			>"$state/log/seed.log" 2>&1 || die "the demo data could not be made" "$state/log/seed.log"
	fi
	say ""
	cat "$state/demo.txt"
}

main() {
	places
	mkdir -p "$state/log"
	exec 9>"$state/lock"
	flock -w 2 9 || die "a copy is running already from $state. For a second one choose another port: PORT=9000 make run"
	trap leave EXIT
	trap 'exit 0' INT TERM HUP
	step state "$state"
	[ "$from" = "$here" ] || step note "$here is closed to the account $(account), so it reads a copy there"
	prepare
	free_port "$port"
	free_port "$sandbox_port"
	copy_clone
	config_write
	database
	start_sandbox
	step sandbox "http://127.0.0.1:$sandbox_port"
	start_pools
	start_cron
	step workers "$(ls "$from/build/cgi-bin" | tr '\n' ' ')+ cron: $(ls "$from/build/cron" | tr '\n' ' ')"
	start_nginx
	wait_for 100 curl -fsS "http://127.0.0.1:$port/status/ready" || die "http://127.0.0.1:$port/status/ready does not say yes" "$state/log/status.log"
	step nginx "http://127.0.0.1:$port"
	seed
	say "" "logs are in $state/log; Ctrl-C stops everything"
	echo "$$" >"$state/ready"
	while ! gone=$(ended_part); do
		kill -0 "$cluster_pid" 2>/dev/null || { step database "has died; starting it again" && start_database; } || true
		sleep 1 9>&- &
		wait $!
	done
	die "$gone has ended by itself" "$state/log/$gone.log"
}
main
