#!/bin/sh
# prove.sh: `make prove`. The proofs of tests/prove, one after the other so that each has the machine to itself; none is skipped.
#   FACTOR  of every count: 1 is the full run, 0.1 a tenth, 10 a long night
#   T       "storm loss": only these
#   SEED    repeats a run: each prints the one that it chose
# Each prints its figures in lines that begin so, and what failed; everything it said is kept.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here" || exit 1
B=build
logs=$B/prove-logs
limit=0 # as long as FACTOR makes it
. "$here/run/lib.sh"
. "$here/run/runners.sh"
export FACTOR="${FACTOR:-1}"
ONLY=${T:-}

known() {
	for name in $ONLY; do [ -x "tests/prove/$name.sh" ] || die "there is no proof '$name': tests/prove has $(proofs)"; done
}
proofs() { for script in tests/prove/*.sh; do printf '%s ' "$(basename "$script" .sh)"; done; }

# Its output is kept in any case: a seed in it repeats the run.
prove_all() {
	for name in $(proofs); do
		runner "$name" "tests/prove/$name.sh"
		[ ! -e "$dir/$name" ] || { cp "$dir/$name" "$logs/$name" && sed -n 's/^figures:/            /p' "$dir/$name"; }
	done
}

table() {
	printf '\n  %-10s %8s %8s %8s  %s\n' proof passed failed seconds figures
	while read -r name good bad took; do
		printf '  %-10s %8d %8d %8d  %s\n' "$name" "$good" "$bad" "$took" "$(sed -n 's/^figures: *//p' "$dir/$name" | head -n 1)"
	done <"$dir/results"
}

known
mkdir -p "$logs"
prepare all
step prove "FACTOR=$FACTOR${SEED:+, SEED=$SEED}"
run_lanes prove_all
table
total
