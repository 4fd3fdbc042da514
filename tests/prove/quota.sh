#!/bin/sh
# quota.sh: a day of 1,000 x FACTOR connected creators (600 on YouTube, 400 on Twitch), from midnight to midnight in Los Angeles in
# virtual time, against platforms that count what they are asked: live shows announced and not, with and without working pushes,
# uploads, drops, outages and single errors. No allowance is overrun, every stream that is found begins once and ends once, errors end
# none, and the figures say how many units that took and how late streams were found. SEED repeats a run.
# slice: 0.02
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
B=${B:-build}
make -s -j "$(nproc)" B="$B" "$B/prove/quota"
creators=$(awk -v f="${FACTOR:-1}" 'BEGIN { n = int(1000 * f); print (n < 20 ? 20 : (n > 3000 ? 3000 : n)) }')
exec tests/with_cluster.sh "$B/prove/quota" "$creators" "${SEED:-$(date +%S%M)}" 2>/dev/null
