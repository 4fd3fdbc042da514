#!/bin/sh
# all.sh BUILD: every rule of this folder. A rule says what breaks it, line by line, and fails; UNIFYED_TEST_PG is set
# for those that ask the database (tests/with_cluster.sh).
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
for rule in tests/rules/*.sh; do
	[ "$rule" != tests/rules/all.sh ] || continue
	if says=$(sh "$rule" "${1:-build}" 2>&1); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s: %s\n' "$rule" "$(sed -n '2s/^# //p' "$rule")"
		printf '%s\n' "$says" | sed 's/^/  /'
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
