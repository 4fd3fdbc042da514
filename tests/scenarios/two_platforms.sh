#!/bin/sh
# two_platforms.sh: a creator connects YouTube and Twitch, goes live on both, drops five moments and sells, while both platforms answer
# errors for ten minutes in the middle, and ends: one session, two streams that never flapped, one replay with five buttons that buy,
# every event once. The database and the sandbox share a clock that runs ahead.
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/two_platforms.mjs"
