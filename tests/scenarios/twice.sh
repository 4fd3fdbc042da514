#!/bin/sh
# twice.sh: the same order webhook 50 times at once through nginx, with a note on it: one order, one sale. Then the same order under 50 ids.
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/twice.mjs"
