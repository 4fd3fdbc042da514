#!/bin/sh
# kills.sh: buyers, deliveries and API writes under load while things die: 200 x FACTOR times kill -9 of a random worker or helper,
# 10 x FACTOR crash restarts of PostgreSQL. Every write that was acknowledged is in a journal and must be there afterwards.
# Helpers hand over every few seconds here, so that a killed one is back soon. SEED repeats the choice of victims.
here=$(cd "$(dirname "$0")/../.." && pwd)
export UNIFYED_FSYNC=on TICK_S=2 UNIFYED_HELPER_MINUTE_S=2 UNIFYED_HELPER_WAIT_S=4
exec "$here/tests/with_stack.sh" node "$here/tests/prove/kills.mjs"
