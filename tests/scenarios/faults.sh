#!/bin/sh
# faults.sh: buyers, a competing channel, and things that die. kill -9 of random workers and helpers, one crash restart of
# PostgreSQL; then what must be true of the tables, each line by itself. UNIFYED_FAULTS=5 makes it five times as long.
# Helpers hand over every few seconds here, so that a killed one is back soon.
here=$(cd "$(dirname "$0")/../.." && pwd)
export UNIFYED_FSYNC=on TICK_S=2 UNIFYED_HELPER_MINUTE_S=2 UNIFYED_HELPER_WAIT_S=4
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/faults.mjs"
