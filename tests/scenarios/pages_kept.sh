#!/bin/sh
# pages_kept.sh: what nginx keeps of public pages. An address is one page whatever an app hangs onto it, nobody can put his page into
# another's place, what was taken back does not come back, and with PostgreSQL stopped what is kept is still shown.
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/pages_kept.mjs"
