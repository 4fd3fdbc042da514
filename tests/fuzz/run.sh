#!/bin/sh
# run.sh BUILD SECONDS NAME...: `make fuzz`. Each target for that long, from its corpus in tests/fuzz/corpus; what it finds
# on its way stays in BUILD/corpus, what breaks it in BUILD/found. Ends with how many ran clean.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
built=$1 seconds=$2
shift 2
passed=0 failed=0
for name in "$@"; do
	seeds=$here/tests/fuzz/corpus/$name
	[ -d "$seeds" ] || seeds=
	mkdir -p "$built/corpus/$name" "$built/found"
	if UBSAN_OPTIONS=print_stacktrace=1 "$built/fuzz/$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -close_fd_mask=1 \
		-artifact_prefix="$built/found/$name-" "$built/corpus/$name" $seeds >"$built/found/$name.log" 2>&1; then
		passed=$((passed + 1))
		printf '  %-12s %s\n' "$name" "$(sed -n 's/^Done \([0-9]*\) runs.*/\1 runs, clean/p' "$built/found/$name.log")"
	else
		failed=$((failed + 1))
		printf '  %-12s FAILED; all of it: %s\n' "$name" "$built/found/$name.log"
		grep -v '^#\|^NEW_FUNC\|^{"at"' "$built/found/$name.log" | tail -n 40
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
