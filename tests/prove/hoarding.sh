#!/bin/sh
# hoarding.sh: scripts at 1,000 addresses x FACTOR try to hold all there is, some with cookies, some without, some that press
# buttons, while people shop. Unproven visitors never hold more than their share, and at least 95 % of those people who get a
# unit on a quiet day get one now. Everything is as it is shipped: caps, levels, limits of nginx. SEED repeats a run.
here=$(cd "$(dirname "$0")/../.." && pwd)
factor=${FACTOR:-1}
UNIFYED_GUARD_FLOOR=$(awk "BEGIN { n = int(60 * $factor); if (n < 4) n = 4; if (n > 60) n = 60; print n }")
export UNIFYED_GUARD_FLOOR UNIFYED_LIMITS=on UNIFYED_HOLDS_PER_ADDRESS=10 UNIFYED_COOLDOWN_LAPSES=2 UNIFYED_GUARD_LEVEL_MAX=3
exec "$here/tests/with_stack.sh" node "$here/tests/prove/hoarding.mjs"
