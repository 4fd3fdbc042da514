#!/bin/sh
# storm.sh: 2,000 orders x FACTOR of five topics each, every delivery 3 to 10 times more, in random order, some with bad signatures,
# some old bodies under new ids: 100,000 deliveries through nginx. The final state equals that of an independent model
# (storm_orders.mjs), and nothing is answered 200 before it is stored. SEED repeats a run's orders, duplicates and disorder.
# slice: 0.01
here=$(cd "$(dirname "$0")/../.." && pwd)
# All buyers come from one address, and none of their holds may lapse before its order is told.
export UNIFYED_HOLD_S=3600 UNIFYED_HOLD_UNPROVEN_S=3600 UNIFYED_UNPROVEN_PERCENT=0 UNIFYED_GUARD_LEVEL_MAX=0
export UNIFYED_HOLDS_PER_VISITOR=0 UNIFYED_HOLDS_PER_ADDRESS=0 UNIFYED_HOLDS_PER_ADDRESS_SCARCE=0 UNIFYED_COOLDOWN_LAPSES=0
exec "$here/tests/with_stack.sh" node "$here/tests/prove/storm.mjs"
