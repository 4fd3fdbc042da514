#!/bin/sh
# bulk.sh: a shop of 100,000 variants x FACTOR is read as two files, by a helper whose memory is watched: under 64 MiB at its peak.
here=$(cd "$(dirname "$0")/../.." && pwd)
# The sandbox's own address stands for the storage host, and the shop is large whatever FACTOR is.
export UNIFYED_SHOPIFY_BULK_HOSTS=127.0.0.1 UNIFYED_CATALOG_BULK_VARIANTS=1
exec "$here/tests/with_stack.sh" node "$here/tests/prove/bulk.mjs"
