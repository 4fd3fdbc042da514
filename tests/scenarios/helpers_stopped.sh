#!/bin/sh
# helpers_stopped.sh: with every helper stopped, a lapsed hold does not keep a buyer from the unit: expiry is a fact of the clock.
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/helpers_stopped.mjs"
