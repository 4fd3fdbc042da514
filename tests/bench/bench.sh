#!/bin/sh
# bench.sh BUILD: `make bench`. What a click costs, each figure as a ratio to a limit measured in the same run, in rounds
# that alternate; medians. Everything is real: a durable cluster, nginx, pools of the built workers, no rate limits.
#   direct   a C client that calls u.click once per transaction: the limit of clicks
#   hello    the least FastCGI page, of the same size: the limit of uncached pages
#   file     a file of the same size, from nginx: the limit of cached pages
#   slow     the same cluster with 2 ms added to each flush
# ROUNDS (3) and SECONDS_EACH (4) may be set. It reports; it fails only when something could not be measured.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
for part in lib place cluster config services; do . "$here/run/$part.sh"; done
built=$(cd "$1" && pwd)
rounds=${ROUNDS:-3}
each=${SECONDS_EACH:-4}
links=1000
command -v wrk >/dev/null || die "wrk is missing: apt-get install wrk"

dir=$(mktemp -d /tmp/ufy-bench.XXXXXX)
chmod 755 "$dir"
leave() {
	trap '' INT TERM HUP
	stop_all
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- what is measured
set_up() {
	port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
	sandbox_port=$port
	state=$dir/state run=$dir/run from=$dir/clone
	mkdir -p "$state/log" "$from/build" && private_dir "$run" && private_dir "$run/pg"
	cp -R "$built/bench" "$built/lib" "$built/cgi-bin" "$built/cron" "$built/pool" "$from/build/"
	cp -R "$here/assets" "$from/"
	own "$state/log"
	cluster_new "$state/pg" "$state/log/postgres.log" || die "initdb failed" "$state/log/postgres.log"
	database_start
	psql -X -q -v ON_ERROR_STOP=1 "host=$run/pg port=5432 user=postgres dbname=postgres" -c 'create database unifyed'
	admin="host=$run/pg port=5432 user=postgres dbname=unifyed"
	"$here/sql/migrate.sh" "$admin" >"$state/log/migrate.log" 2>&1 || die "the migrations failed" "$state/log/migrate.log"
	psql -X -q -v ON_ERROR_STOP=1 "$admin" -f "$here/tests/bench/seed.sql" -f "$here/tests/bench/pages.sql"
	config_write
}

database_start() {
	cluster_start "$state/pg" "$run/pg" "$state/log/postgres.log" -c wal_sync_method=fdatasync -c max_wal_size=4GB -c checkpoint_timeout=30min "$@" ||
		die "PostgreSQL did not start" "$state/log/postgres.log"
}

pools_start() {
	export UNIFYED_CONF="$state/unifyed.conf" UNIFYED_HOLD_S=3600 UNIFYED_HOLDS_PER_ADDRESS=0
	start go "$from/build/pool" "$run/go.sock" 2 -- "$from/build/cgi-bin/go"
	for app in r at; do start "$app" "$from/build/pool" "$run/$app.sock" 2 -- "$from/build/cgi-bin/$app"; done
	start hello "$from/build/pool" "$run/hello.sock" 2 -- "$from/build/bench/hello" "$1"
	wait_for 50 test -S "$run/go.sock" -a -S "$run/r.sock" -a -S "$run/at.sock" -a -S "$run/hello.sock" || die "the pools did not start" "$state/log/go.log"
}

door_open() {
	UNIFYED_LIMITS=off start_nginx
	echo "location /hello { include params.conf; fastcgi_pass unix:$run/hello.sock; }" >>"$run/nginx/locations.conf"
	kill -s HUP "$(pid_of nginx)"
	sleep 0.5
}

# ---- one measurement; each prints one figure into a file of its name, a line per round
keep() { printf '%s\n' "$2" >>"$dir/$1"; }
median() { sort -n "$dir/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# answered STATUS CLIENTS: what nginx has logged since the last call must all be that; what wrk hung up on at its end is not counted
answered() {
	awk -v want="$1" -v most="$2" 'match($0, /"status":[0-9]+/) { n[substr($0, RSTART + 9, 3)]++ }
		END { for (s in n) if (s != want && !(s == 499 && n[s] <= most)) { printf "%d answers with %s ", n[s], s; bad = 1 }
			if (!n[want]) { printf "no %s ", want; bad = 1 } exit bad }' "$state/log/access.log" >"$dir/wrong" || {
		errors="$errors
  $(cat "$dir/wrong")instead of $1 in $3"
	}
	: >"$state/log/access.log"
}

# through NAME STATUS CLIENTS PATH-OR-LINKS [wrk option]...: requests/s into NAME, the median in us into NAME.p50
through() {
	name=$1 status=$2 clients=$3 what=$4
	shift 4
	: >"$state/log/access.log"
	case $what in
	/*) set -- "$@" "http://127.0.0.1:$port$what" ;;
	*) set -- -s "$here/tests/bench/click.lua" "$@" "http://127.0.0.1:$port" -- $what ;;
	esac
	threads=2
	[ "$clients" != 1 ] || threads=1
	wrk -t "$threads" -c "$clients" -d "$each" --latency "$@" >"$dir/wrk" 2>&1 || die "wrk failed" "$dir/wrk"
	keep "$name" "$(awk '/^Requests\/sec/ { print $2 }' "$dir/wrk")"
	awk '/^ +50%/ { v = $2 + 0; if ($2 ~ /ms$/) v *= 1000; else if ($2 !~ /us$/) v *= 1000000; print v }' "$dir/wrk" >>"$dir/$name.p50"
	awk '/^ +99%/ { v = $2 + 0; if ($2 ~ /us$/) v /= 1000; else if ($2 !~ /ms$/) v *= 1000; print v }' "$dir/wrk" >>"$dir/$name.p99"
	sleep 0.1
	answered "$status" "$clients" "$name"
}

# direct_call NAME CONNECTIONS LINKS [SECONDS]
direct_call() {
	"$from/build/bench/direct" "$admin" "$2" "${4:-$each}" "$3" >"$dir/out" 2>&1 || die "direct failed" "$dir/out"
	keep "$1" "$(cut -d ' ' -f 1 "$dir/out")"
	keep "$1.p50" "$(cut -d ' ' -f 2 "$dir/out")"
}

best_connections() {
	for n in 2 4 8; do direct_call "probe$n" "$n" "$links" 2; done
	for n in 2 4 8; do echo "$(median "probe$n") $n"; done | sort -n | tail -n 1 | cut -d ' ' -f 2
}

preview='User-Agent: facebookexternalhit/1.1'
fast_round() {
	through spread 303 64 "$links"
	direct_call direct_spread "$best" "$links"
	through hot 303 64 1
	direct_call direct_hot 8 1
	through one 303 1 "$links"
	direct_call direct_one 1 "$links"
	through page 200 64 /go/bench7 -H "$preview"
	through hello 200 64 /hello
}

slow_round() {
	through slow_spread 303 64 "$links"
	direct_call direct_slow_spread 16 "$links"
	through slow_hot 303 64 1
	direct_call direct_slow_hot 16 1
}

# Private memory of each worker of the pool, in KiB: the largest
memory() {
	for pid in $(cat "/proc/$(pid_of go)/task/$(pid_of go)/children"); do
		awk '/^Private_/ { n += $2 } END { print n }' "/proc/$pid/smaps_rollup"
	done | sort -n | tail -n 1
}

# ---- the table. Target -: it only tells
row() {
	awk -v row="$1" -v what="$2" -v figure="$3" -v limit="$4" -v unit="$5" -v sign="$6" -v target="$7" 'BEGIN {
		ratio = limit == "" ? figure : figure / limit
		good = sign == ">=" ? ratio >= target : ratio <= target
		printf "  %-3s %-46s %8s %8s %-6s %6s  %2s %-5s %s\n", row, what, figure, limit, unit, limit == "" ? "" : sprintf("%.2fx", ratio),
			sign, target (limit == "" || target == "-" ? "" : "x"), target == "-" ? "" : good ? "met" : "MISSED" }'
}

table() {
	printf '\n  %-3s %-46s %8s %8s %-6s %6s  %s %-5s %s\n' '#' figure measured limit unit ratio '  ' target ''
	row 1 "click, spread stock, 64 clients (direct x $best)" "$(median spread)" "$(median direct_spread)" /s '>=' 1.5
	row 2 "click, one hot variant, 64 clients (direct x 8)" "$(median hot)" "$(median direct_hot)" /s '>=' 3
	row 3 "the same, 2 ms added per flush (direct x 16)" "$(median slow_hot)" "$(median direct_slow_hot)" /s '>=' 10
	row '' "spread stock, 2 ms added per flush (direct x 16)" "$(median slow_spread)" "$(median direct_slow_spread)" /s '>=' 1
	row 4 "click p50, one client (direct p50)" "$(median one.p50)" "$(median direct_one.p50)" us '<=' 1.6
	pages_table
	row 6 "uncached page, $bytes bytes (FastCGI hello)" "$(median page)" "$(median hello)" /s '>=' 0.35
	row 7 "webhooks taken in (one INSERT each)" "$(median webhook)" "$(median insert)" /s '>=' 1
	row 8 "events through all consumers (bare read)" "$(median drained)" "$(median bare)" /s '>=' 0.7
	row 9 "click p99 while sweeping, 16 clients (without)" "$(median swept_by.p99)" "$(median calm.p99)" ms '<=' 2
	row 10 "click p50, 10^6 links, 5x10^6 events (10^4)" "$(median large.p50)" "$(median small.p50)" us '<=' 1.15
	row 11 "worker, private memory" "$memory_kib" "" KiB '<=' 4096
	row 11 "worker, cold start to first answer" "$cold_us" "" us '<=' 25000
	say "" "  p99 ms: spread $(median spread.p99), hot $(median hot.p99), slow spread $(median slow_spread.p99), slow hot $(median slow_hot.p99)"
	for page in $pages; do weight "$page"; done
	say "  $(median swept) lapsed holds swept per second meanwhile; webhook p99 $(median webhook.p99) ms"
	say "  $(psql -X -A -t "$admin" -c 'select count(*) from u.checkout_session') checkouts made; $rounds rounds of $each s, medians; $(nproc) cores"
	[ -z "$errors" ] || say "" "  Wrong answers:$errors"
	psql -X -A -t -F ' ' "$admin" -c "select '  broken: ' || invariant, broken from u.invariants() where broken > 0"
}

. "$here/tests/bench/background.sh"
. "$here/tests/bench/pages.sh"

errors=
step cluster "durable, migrated, $links links"
set_up
door=$(mktemp -u "$dir/page.XXXX")
pools_start 12
door_open
curl -fsS -o "$door" -H "$preview" "http://127.0.0.1:$port/go/bench7"
bytes=$(wc -c <"$door")
end_pid "$(pid_of hello)" TERM 50
start hello2 "$from/build/pool" "$run/hello.sock" 2 -- "$from/build/bench/hello" "$bytes"
best=$(best_connections)
for n in $(seq "$rounds"); do
	step round "$n of $rounds, fast disk"
	fast_round
done
pages_measure
memory_kib=$(memory)
cold_us=$("$from/build/bench/cold" 15 /go/bench3 "$from/build/cgi-bin/go" 2>"$dir/cold") || die "no cold start" "$dir/cold"
step slow "2 ms added to each flush"
cluster_stop
export LD_PRELOAD="$from/build/bench/slow_flush.so" UNIFYED_FLUSH_US=2000
database_start
unset LD_PRELOAD UNIFYED_FLUSH_US
for n in $(seq "$rounds"); do
	step round "$n of $rounds, slow disk"
	slow_round
done
cluster_stop
database_start
ingest
drain
sweep
growth
table
