# lib.sh: what the scripts of run/ and tests/ share. Sourced, never run; the caller has set `here` to the clone.

say() { printf '%s\n' "$@"; }
step() { printf '  %-11s %s\n' "$1" "$2"; }

# die WHAT [LOG]: says what is missing and what to do, with the end of the log that tells more.
die() {
	printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
	if [ -n "${2:-}" ] && [ -s "$2" ]; then
		printf -- '--- the end of %s\n' "$2" >&2
		tail -n 15 "$2" >&2
	fi
	exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# The account that PostgreSQL and the workers run as: ourselves, or an unprivileged one when we are root.
account() {
	if ! is_root; then
		id -un
	elif id postgres >/dev/null 2>&1; then
		echo postgres
	else
		echo nobody
	fi
}

# as_account CMD...: replaces this (sub)shell with CMD under that account, in a session of its own,
# and ends it with SIGTERM should we vanish.
as_account() {
	cd / || exit 1
	exec 9>&- # the lock of demo.sh
	if is_root; then
		exec setsid setpriv --reuid "$(account)" --regid "$(id -g "$(account)")" --clear-groups \
			--pdeathsig TERM -- env "HOME=/" "$@"
	fi
	exec setsid setpriv --pdeathsig TERM -- "$@"
}

# own PATH...: hands files that root made to the account
own() {
	! is_root || chown "$(account):$(id -g "$(account)")" "$@"
}

# wait_for TENTHS CMD...: until CMD succeeds; fails when the time is over
wait_for() {
	left=$1
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.1
	done
}

# end_pid PID SIGNAL TENTHS: asks one process that we started to end, and insists after that time
end_pid() {
	[ -n "$1" ] || return 0
	kill -s "$2" "$1" 2>/dev/null || return 0
	left=$3
	while kill -0 "$1" 2>/dev/null; do
		left=$((left - 1))
		if [ "$left" -le 0 ]; then
			kill -s KILL "$1" 2>/dev/null
			return 0
		fi
		sleep 0.1
	done
}
