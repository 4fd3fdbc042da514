#!/bin/sh
# with_stack.sh CMD...: runs CMD against a whole throw-away copy of the product (run/demo.sh without demo data) on free
# ports of its own, then stops and removes it. CMD finds it by
#   UNIFYED_BASE_URL    nginx                 UNIFYED_SANDBOX_URL  the sandbox and its control API
#   UNIFYED_STACK_PG    libpq conninfo of a superuser, for tests that kill or check
#   UNIFYED_STACK       the state folder: log/, unifyed.conf      UNIFYED_STACK_PID  of the supervising shell
# Everything demo.sh takes may be set: UNIFYED_WORKERS, UNIFYED_HOLD_S, UNIFYED_FSYNC=on for crash tests. All visitors come
# from one address, so nobody is on guard and an address has no limit, unless the caller says otherwise.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/run/lib.sh"
[ $# -gt 0 ] || { echo "usage: tests/with_stack.sh command..." >&2; exit 64; }

dir=$(mktemp -d /tmp/ufy-stack.XXXXXX)
chmod 755 "$dir"
command_pid=
stack_pid=
clean_up() {
	trap '' INT TERM HUP
	end_pid "$command_pid" TERM 50
	end_pid "$stack_pid" TERM 600
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

free_ports() {
	node -e 'const net = require("net"), open = () => new Promise(done => { const s = net.createServer().listen(0, "127.0.0.1", () => done(s)) });
		Promise.all([open(), open()]).then(all => { console.log(...all.map(s => s.address().port)); all.forEach(s => s.close()) })'
}
ports=$(free_ports)
PORT=${ports% *} SANDBOX_PORT=${ports#* } UNIFYED_STATE=$dir/state UNIFYED_RUN=$dir/run UNIFYED_SEED=no \
	UNIFYED_HOLDS_PER_ADDRESS=${UNIFYED_HOLDS_PER_ADDRESS:-0} UNIFYED_COOLDOWN_LAPSES=${UNIFYED_COOLDOWN_LAPSES:-0} \
	UNIFYED_GUARD_LEVEL_MAX=${UNIFYED_GUARD_LEVEL_MAX:-0} UNIFYED_LIMITS=${UNIFYED_LIMITS:-off} UNIFYED_FSYNC=${UNIFYED_FSYNC:-off} sh "$here/run/demo.sh" >"$dir/log" 2>&1 &
stack_pid=$!
until [ -e "$dir/state/ready" ]; do
	kill -0 "$stack_pid" 2>/dev/null || die "the stack did not start" "$dir/log"
	sleep 0.1
done

UNIFYED_BASE_URL=http://127.0.0.1:${ports% *}
UNIFYED_SANDBOX_URL=http://127.0.0.1:${ports#* }
UNIFYED_STACK=$dir/state
UNIFYED_STACK_PID=$stack_pid
UNIFYED_STACK_PG="host=$dir/run/pg port=5432 user=postgres dbname=unifyed"
export UNIFYED_BASE_URL UNIFYED_SANDBOX_URL UNIFYED_STACK UNIFYED_STACK_PID UNIFYED_STACK_PG
"$@" <&0 &
command_pid=$!
status=0
wait "$command_pid" || status=$?
command_pid=
[ "$status" = 0 ] || for log in "$dir"/state/log/*.log; do
	grep -E '"level":"error"|ERROR|FATAL|PANIC' "$log" | tail -n 5 | sed "s|^|$(basename "$log"): |"
done
exit "$status"
