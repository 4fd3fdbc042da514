#!/bin/sh
# trouble.sh: one of two shops is in trouble in 14 ways (time-outs, late answers, 429, THROTTLED, 402, 401, 403, 404, 423, 5xx, garbage,
# cut-off and half answers), round by round, twice x FACTOR each. Meanwhile the other shop's discounts, orders and catalog go on and
# every click is answered; afterwards the first one heals by itself, or as soon as its owner has connected it again.
here=$(cd "$(dirname "$0")/../.." && pwd)
export UNIFYED_NET_TOTAL_MS=${UNIFYED_NET_TOTAL_MS:-2000} UNIFYED_RECONCILE_S=86400 UNIFYED_CATALOG_CHANGES_S=86400
exec "$here/tests/with_stack.sh" node "$here/tests/prove/trouble.mjs"
