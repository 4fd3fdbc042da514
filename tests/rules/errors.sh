#!/bin/sh
# Every way of saying no has a test that provokes it, and code that says it.
# Why: an untested refusal is a promise about behaviour that nobody has seen.
bad=0
sed -n 's/^ERR(\([A-Z_]*\), *[0-9]*, *"\([a-z-]*\)".*/\1 \2/p' lib/core/err.def | {
	while read -r name type; do
		grep -rqw --include='*.[ch]' "ERR_$name" lib cgi-bin cron || { echo "$name: nothing says it"; bad=1; }
		grep -rqE --include='*.c' --include='*.mjs' --include='*.sh' --exclude-dir=rules --exclude-dir=sandbox \
			"\bERR_$name\b|[\"'/]$type\b" tests || { echo "$name: no test provokes it"; bad=1; }
	done
	exit $bad
}
