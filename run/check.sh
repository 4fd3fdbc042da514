#!/bin/sh
# check.sh: `make check`. Every runner below is run, whatever the others said; none is skipped. Two lanes run side by side.
# A runner prints what failed and ends with "N passed, N failed" (or TAP); one that does not counts as one test.
# ONLY="rules suites" runs just these.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/run/lib.sh"
cd "$here" || exit 1
B=build
tap="node --test --test-reporter=tap"

lane_one() {
	runner rules    tests/with_cluster.sh tests/rules/all.sh $B
	runner suites   tests/with_cluster.sh $B/check
}

lane_two() {
	runner house    tests/house/all.sh $B
	runner sandbox  $tap tests/sandbox/test/*.mjs
	runner template tests/templates/run.sh $B
	[ ! -d tests/browser ] || runner browser tests/with_stack.sh $tap tests/browser/*.mjs
	for script in tests/scenarios/*.sh; do
		[ ! -e "$script" ] || runner "$(basename "$script" .sh)" "$script"
	done
}

# counts FILE: passed and failed, from its last closing line or its TAP summary
counts() {
	awk '/^[0-9]+ passed, [0-9]+ failed/ { p = $1; f = $3; seen = 1 }
		/^# pass [0-9]+$/ { tp = $3; tap = 1 } /^# (fail|cancelled|skipped) [0-9]+$/ { tf += $3 }
		END { if (tap) print tp, tf + 0; else if (seen) print p, f + 0; else print 0, 0 }' "$1"
}

# failures NAME: what failed, without what went well and the log lines between; all of it is kept
failures() {
	mkdir -p $B/check-logs && cp "$dir/$1" "$B/check-logs/$1"
	awk '/^{"at":/ || /^# Subtest/ || /^ok / || /duration_ms/ { next } /^  (---|\.\.\.)$/ { if (!bad) next } /^not ok/ { bad = 1 }
		{ print "    " $0 } /^  \.\.\.$/ { bad = 0 }' "$dir/$1" | tail -n 200
	echo "    all of it: $B/check-logs/$1"
}

# runner NAME CMD...: runs it, says how it went, and adds "passed failed" to the results
runner() {
	name=$1
	shift
	case " ${ONLY:-$name} " in *" $name "*) ;; *) return 0 ;; esac
	began=$(date +%s)
	"$@" >"$dir/$name" 2>&1 </dev/null &
	running=$!
	status=0
	wait "$running" || status=$?
	running=
	set -- $(counts "$dir/$name")
	good=$1 bad=$2
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$status" != 0 ] || [ "$((good + bad))" -gt 0 ] || good=1
	echo "$good $bad" >>"$dir/results"
	{
		printf '  %-10s %4d passed, %d failed   %d s\n' "$name" "$good" "$bad" "$(($(date +%s) - began))"
		[ "$bad" = 0 ] || failures "$name"
	} >"$dir/$name.says"
	cat "$dir/$name.says"
}

# lane FUNCTION: in a process of its own, which ends its runner when it is told to end
lane() {
	running=
	trap '[ -z "$running" ] || end_pid "$running" TERM 600; exit 143' TERM
	"$1"
}

prepare() {
	run/packages.sh check || exit 1
	if ! cmp -s package-lock.json node_modules/.unifyed-lock; then
		step npm "fetching the test packages"
		{ npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.unifyed-lock; } >"$dir/npm" 2>&1 ||
			die "npm ci failed: a way to the npm registry is needed once" "$dir/npm"
	fi
	node tests/sandbox/fetch-schema.mjs $B/schema >"$dir/schema" 2>&1 || die "Shopify's schema is not there" "$dir/schema"
	step build "compiling what changed"
	make -s -j "$(nproc)" B=$B all $B/check >"$dir/build" 2>&1 || die "the build failed" "$dir/build"
}

dir=$(mktemp -d)
lanes=
leave() {
	trap '' INT TERM HUP
	for pid in $lanes; do kill -s TERM "$pid" 2>/dev/null; done
	[ -z "$lanes" ] || { wait $lanes; echo "interrupted"; }
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

prepare
: >"$dir/results"
(lane lane_one) &
lanes=$!
(lane lane_two) &
lanes="$lanes $!"
wait $lanes
lanes=
awk '{ p += $1; f += $2 } END { print p + 0 " passed, " f + 0 " failed"; exit f > 0 || p == 0 }' "$dir/results"
