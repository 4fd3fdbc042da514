#!/bin/sh
# model.sh [OPTION...]: the seeded model test (see model.c): 20 seeds of 20,000 random steps against the rules of the house.
#   FACTOR=0.01        that share of the steps; below 0.1 one or two seeds
#   SEED=7             only that seed; with --steps N only its beginning
# It is one connection's work on a cluster without fsync: what holds at once is proved by the other runs.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
B=${B:-build}
make -s -j "$(nproc)" B="$B" "$B/prove/model"
counts=$(awk -v f="${FACTOR:-1}" 'BEGIN { n = f * 20; seeds = n < 2 ? 2 : int(n); steps = int(400000 * f / seeds)
	if (steps > 20000) steps = 20000; if (steps < 100) steps = 100; print "--seeds", seeds, "--steps", steps }')
# shellcheck disable=SC2086
exec tests/with_cluster.sh "$B/prove/model" $counts ${SEED:+--steps 20000 --seed "$SEED"} "$@"
