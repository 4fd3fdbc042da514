#!/bin/sh
# check.sh: `make check`. Every runner below is run, in this order, whatever the ones before said; none is skipped.
# A runner prints what failed and ends with "N passed, N failed" (or TAP); one that does not counts as one test.
# ONLY="rules suites" runs just these.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/run/lib.sh"
cd "$here" || exit 1
B=build
export NODE_TEST_REPORTER=tap

runners() {
	runner rules    tests/with_cluster.sh tests/rules/all.sh $B
	runner suites   tests/with_cluster.sh $B/check
	runner house    tests/house/all.sh $B
	runner sandbox  node --test --test-reporter=tap tests/sandbox/test/
	runner template tests/templates/run.sh $B
	for script in tests/scenarios/*.sh; do
		[ ! -e "$script" ] || runner "$(basename "$script" .sh)" "$script"
	done
	[ ! -d tests/browser ] || runner browser tests/with_stack.sh node --test --test-reporter=tap tests/browser/
}

passed=0 failed=0
out=$(mktemp)
running=
leave() {
	trap '' INT TERM HUP
	[ -z "$running" ] || { end_pid "$running" TERM 300; echo "interrupted"; }
	rm -f "$out"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# counts FILE: passed and failed, from its last closing line or its TAP summary
counts() {
	awk '/^[0-9]+ passed, [0-9]+ failed/ { p = $1; f = $3; seen = 1 }
		/^# pass [0-9]+$/ { tp = $3; tap = 1 } /^# (fail|cancelled|skipped) [0-9]+$/ { tf += $3 }
		END { if (tap) print tp, tf + 0; else if (seen) print p, f + 0; else print 0, 0 }' "$1"
}

runner() {
	name=$1
	shift
	case " ${ONLY:-$name} " in *" $name "*) ;; *) return 0 ;; esac
	began=$(date +%s)
	"$@" >"$out" 2>&1 </dev/null &
	running=$!
	wait "$running"
	status=$?
	running=
	set -- $(counts "$out")
	good=$1 bad=$2
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$status" != 0 ] || [ "$((good + bad))" -gt 0 ] || good=1
	passed=$((passed + good)) failed=$((failed + bad))
	printf '  %-10s %4d passed, %d failed   %d s\n' "$name" "$good" "$bad" "$(($(date +%s) - began))"
	[ "$bad" = 0 ] || sed 's/^/    /' "$out" | grep -v '^    ok \|^ *duration_ms' | tail -n 400
}

prepare() {
	run/packages.sh check || exit 1
	if ! cmp -s package-lock.json node_modules/.unifyed-lock; then
		step npm "fetching the test packages"
		{ npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.unifyed-lock; } >"$out" 2>&1 ||
			die "npm ci failed: a way to the npm registry is needed once" "$out"
	fi
	node tests/sandbox/fetch-schema.mjs $B/schema >"$out" 2>&1 || die "Shopify's schema is not there" "$out"
	step build "compiling what changed"
	make -s -j "$(nproc)" B=$B all $B/check $B/pool >"$out" 2>&1 || die "the build failed" "$out"
}

prepare
runners
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
