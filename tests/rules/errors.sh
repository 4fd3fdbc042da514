#!/bin/sh
# Every way of saying no has a test that provokes it, and code that says it.
# Why: an untested refusal is a promise about behaviour that nobody has seen.
said=$(grep -rhoE --include='*.[ch]' '\bERR_[A-Z_]+\b' lib cgi-bin cron | sort -u)
tests=$(find tests -name rules -prune -o -path tests/sandbox -prune -o -type f \( -name '*.[ch]' -o -name '*.mjs' -o -name '*.sh' \) -print)
provoked=$(grep -hoE "\bERR_[A-Z_]+\b|[\"'/][a-z-]+\b" $tests | sed "s|^[\"'/]||" | sort -u)
bad=0
sed -n 's/^ERR(\([A-Z_]*\), *[0-9]*, *"\([a-z-]*\)".*/\1 \2/p' lib/core/err.def | {
	while read -r name type; do
		printf '%s\n' "$said" | grep -qx "ERR_$name" || { echo "$name: nothing says it"; bad=1; }
		printf '%s\n' "$provoked" | grep -qxE "ERR_$name|$type" || { echo "$name: no test provokes it"; bad=1; }
	done
	exit $bad
}
