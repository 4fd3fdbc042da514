#!/bin/sh
# run/pool under tests, with sleeping processes for workers: a killed one is back at once, the socket outlives them all.
. tests/house/expect.sh
dir=$(mktemp -d)
pool=
trap '[ -z "$pool" ] || kill "$pool" 2>/dev/null; rm -rf "$dir"' EXIT
workers() { pgrep -P "$pool" | sort -n | tr '\n' ' '; }
count() { workers | wc -w; }
ms() { echo $(($(date +%s%N) / 1000000)); }
printf '#!/bin/sh\n[ -e "%s/wrong" ] && exit 78\nexec sleep 1000\n' "$dir" >"$dir/worker"
chmod +x "$dir/worker"

"$UNIFYED_BUILD/pool" "$dir/s" 3 -- "$dir/worker" 2>"$dir/log" &
pool=$!
sleep 0.4
is "starts as many as asked" 3 "$(count)"
is "makes a socket for the group alone" 660 "$(stat -c %a "$dir/s")"
says=$("$UNIFYED_BUILD/pool" "$dir/s" 1 -- "$dir/worker" 2>&1); is "a second pool on the socket is refused" 1 $?
has "and says why" "another pool answers" "$says"

first=$(workers)
kill -9 ${first%% *}
began=$(ms)
while [ "$(count)" != 3 ] && [ $(($(ms) - began)) -lt 3000 ]; do :; done
[ $(($(ms) - began)) -lt 300 ] && quick=yes || quick="after $(($(ms) - began)) ms"
is "a killed worker is back within 300 ms" yes "$quick"
has "and the log tells" '"number":9' "$(cat "$dir/log")"

sleep 0.2
before=$(workers)
kill -HUP "$pool"
sleep 1
is "SIGHUP keeps the number" 3 "$(count)"
kept=$(for pid in $before; do case " $(workers)" in *" $pid "*) echo "$pid" ;; esac; done)
is "SIGHUP replaces each" "" "$kept"

kill -TERM "$pool"
wait "$pool"
is "SIGTERM ends it with 0" 0 $?
[ -e "$dir/s" ] && left=socket || left=
is "and leaves no socket" "" "$left"
touch "$dir/wrong"
"$UNIFYED_BUILD/pool" "$dir/s" 2 -- "$dir/worker" 2>/dev/null
is "a worker's wrong configuration ends the pool with 78" 78 $?
pool=
