#!/bin/sh
# check.sh: `make check`. Every runner below is run, whatever the others said; none is skipped. Two lanes run side by side.
# A runner prints what failed and ends with "N passed, N failed" (or TAP); one that does not counts as one test.
# ONLY="rules suites" runs just these. Of each run of `make prove` there is a slice: the share that its script names, or 0.01.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here" || exit 1
B=build
logs=$B/check-logs
limit=900
. "$here/run/lib.sh"
. "$here/run/runners.sh"
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
	for script in tests/prove/*.sh; do
		slice=$(sed -n 's/^# slice: //p' "$script")
		runner "$(basename "$script" .sh)" env "FACTOR=${slice:-0.01}" "$script"
	done
}

prepare all $B/check
run_lanes lane_one lane_two
total
