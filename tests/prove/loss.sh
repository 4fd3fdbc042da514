#!/bin/sh
# loss.sh: 30 % of all deliveries never arrive, over 300 orders x FACTOR that are paid, paid later, edited, refunded and cancelled;
# one pass of cron/orders_reconcile repairs every one. SEED repeats a run.
here=$(cd "$(dirname "$0")/../.." && pwd)
# One pass, ours: none begins by itself, and no other reading helps it.
export UNIFYED_RECONCILE_S=86400 UNIFYED_CATALOG_CHANGES_S=86400
exec "$here/tests/with_stack.sh" node "$here/tests/prove/loss.mjs"
