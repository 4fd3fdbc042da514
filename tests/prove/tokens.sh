#!/bin/sh
# tokens.sh: 20 processes replace one token pair at once, 200 times x FACTOR, while answers get lost, processes are killed before they
# store what they were given, and the lease of a living one runs out. The connection is never lost. SEED repeats a run.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
B=${B:-build}
make -s -j "$(nproc)" B="$B" "$B/prove/tokens"
[ -n "${UNIFYED_SCHEMA_DIR:-}" ] || node tests/sandbox/fetch-schema.mjs build/schema >/dev/null
rounds=$(awk -v f="${FACTOR:-1}" 'BEGIN { n = int(200 * f); print n < 6 ? 6 : n }')
exec tests/with_cluster.sh "$B/prove/tokens" "$rounds" "${SEED:-$(date +%S%M)}"
