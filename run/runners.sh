# runners.sh: what check.sh and prove.sh share: runners in lanes side by side, and their counts. Sourced after lib.sh, never run;
# the caller has set B to the build folder, `logs` to where it keeps the output of what failed, and `limit` to the seconds after which
# a runner that hangs is ended and counts as failed.

dir=$(mktemp -d)
: >"$dir/results"
lanes=
leave() {
	trap '' INT TERM HUP
	for pid in $lanes; do kill -s TERM "$pid" 2>/dev/null; done
	[ -z "$lanes" ] || { wait $lanes; echo "interrupted"; }
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# prepare TARGET...: what every run needs is there, and built
prepare() {
	run/packages.sh check || exit 1
	run/needs.sh $B || exit 1
	step build "compiling what changed"
	make -s -j "$(nproc)" B=$B "$@" >"$dir/build" 2>&1 || die "the build failed" "$dir/build"
}

# counts FILE: passed and failed, from its last closing line or its TAP summary
counts() {
	awk '/^[0-9]+ passed, [0-9]+ failed/ { p = $1; f = $3; seen = 1 }
		/^# pass [0-9]+$/ { tp = $3; tap = 1 } /^# (fail|cancelled|skipped) [0-9]+$/ { tf += $3 }
		END { if (tap) print tp, tf + 0; else if (seen) print p, f + 0; else print 0, 0 }' "$1"
}

# failures NAME: what failed, without what went well and the log lines between; all of it is kept
failures() {
	mkdir -p "$logs" && cp "$dir/$1" "$logs/$1"
	awk '/^{"at":/ || /^# Subtest/ || /^ok / || /duration_ms/ { next } /^  (---|\.\.\.)$/ { if (!bad) next } /^not ok/ { bad = 1 }
		{ print "    " $0 } /^  \.\.\.$/ { bad = 0 }' "$dir/$1" | tail -n 200
	echo "    all of it: $logs/$1"
}

# runner NAME CMD...: runs it, says how it went, and adds "name passed failed seconds" to the results
runner() {
	name=$1
	shift
	case " ${ONLY:-$name} " in *" $name "*) ;; *) return 0 ;; esac
	began=$(date +%s)
	timeout --foreground --kill-after=120 "$limit" "$@" >"$dir/$name" 2>&1 </dev/null &
	running=$!
	status=0
	wait "$running" || status=$?
	running=
	[ "$status" != 124 ] || echo "ended after $limit s: it hung" >>"$dir/$name"
	set -- $(counts "$dir/$name")
	good=$1 bad=$2
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$status" != 0 ] || [ "$((good + bad))" -gt 0 ] || good=1
	took=$(($(date +%s) - began))
	echo "$name $good $bad $took" >>"$dir/results"
	{
		printf '  %-10s %4d passed, %d failed   %d s\n' "$name" "$good" "$bad" "$took"
		[ "$bad" = 0 ] || failures "$name"
	} >"$dir/$name.says"
	cat "$dir/$name.says"
}

# lane FUNCTION: in a process of its own, which ends its runner when it is told to end
lane() {
	running=
	trap '[ -z "$running" ] || end_pid "$running" TERM 600; exit 143' TERM
	"$1"
}

# run_lanes FUNCTION...: side by side, to their ends
run_lanes() {
	for function in "$@"; do
		(lane "$function") &
		lanes="$lanes $!"
	done
	wait $lanes
	lanes=
}

# total: the closing line; fails when one failed, or nothing ran
total() {
	awk '{ p += $2; f += $3 } END { print p + 0 " passed, " f + 0 " failed"; exit f > 0 || p == 0 }' "$dir/results"
}
