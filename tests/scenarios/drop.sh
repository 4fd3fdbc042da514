#!/bin/sh
# drop.sh: a crowd and too little stock. 200 at once on the last unit; 200 on 50 units, one to three each; two creators on
# one shop, each with her own link to the same last unit, 100 visitors each.
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/drop.mjs"
