#!/bin/sh
# needs.sh B: what tests need beside the Debian packages: the npm packages of the lock file, and Shopify's schema in B/schema.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/run/lib.sh"
cd "$here"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmp -s package-lock.json node_modules/.unifyed-lock; then
	step npm "fetching the test packages"
	{ npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.unifyed-lock; } >"$log" 2>&1 ||
		die "npm ci failed: a way to the npm registry is needed once" "$log"
fi
node tests/sandbox/fetch-schema.mjs "$1/schema" >"$log" 2>&1 || die "Shopify's schema is not there" "$log"
