#!/bin/sh
# cuts.sh: 1,000 x FACTOR connections between the workers and PostgreSQL are cut around COMMIT: before it, after it, in the middle of
# its answer. Whoever asks again with the same Idempotency-Key, visitor cookie or webhook id until it is answered has one effect.
# The same happens to helpers meanwhile. SEED repeats the choice of cuts.
# slice: 0.06
here=$(cd "$(dirname "$0")/../.." && pwd)
export UNIFYED_HOLDS_PER_VISITOR=0 UNIFYED_HOLDS_PER_ADDRESS=0 UNIFYED_HOLDS_PER_ADDRESS_SCARCE=0 UNIFYED_COOLDOWN_LAPSES=0
export UNIFYED_UNPROVEN_PERCENT=0 UNIFYED_GUARD_LEVEL_MAX=0 UNIFYED_HOLD_S=3600 UNIFYED_HOLD_UNPROVEN_S=3600
export TICK_S=2 UNIFYED_HELPER_MINUTE_S=2 UNIFYED_HELPER_WAIT_S=4
exec "$here/tests/with_stack.sh" node "$here/tests/prove/cuts.mjs"
