#!/bin/sh
# all.sh BUILD: tests of what is not C: migrations, pools, nginx. Each script prints "ok ..." and "FAILED ..." lines.
cd "$(dirname "$0")/../.." || exit 1
UNIFYED_BUILD=${1:-build}
export UNIFYED_BUILD
out=$(mktemp)
trap 'rm -f "$out"' EXIT
{
	tests/with_cluster.sh sh tests/house/migrate.sh || echo "FAILED migrate.sh ended with $?"
	sh tests/house/pool.sh || echo "FAILED pool.sh ended with $?"
	tests/with_stack.sh sh tests/house/nginx.sh || echo "FAILED nginx.sh ended with $?"
	tests/with_stack.sh node tests/house/demo.mjs || echo "FAILED demo.mjs ended with $?"
} >"$out" 2>&1
grep -v '^ok ' "$out"
passed=$(grep -c '^ok ' "$out")
failed=$(grep -c '^FAILED ' "$out")
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
