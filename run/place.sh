# place.sh: where a running copy keeps its things. Sourced after lib.sh, never run.
#   state  what lasts: the cluster, the configuration, logs            var/<port>, or $UNIFYED_STATE
#   run    what lasts as long as the copy runs: sockets, nginx's files  a short private folder: a socket path has 107 bytes
#   from   the tree that the unprivileged account reads                 the clone, or a copy where the clone is closed to it

# reach PATH: can the account read it?
reach() { (as_account test -r "$1" -a -x "$1") 2>/dev/null; }

# private_dir DIR: makes it, ours or the account's alone; refuses one that a stranger has made
private_dir() {
	mkdir -m 700 "$1" 2>/dev/null || [ -d "$1" ] || die "cannot make the folder $1"
	case $(stat -c %U "$1") in
	"$(id -un)" | "$(account)") ;;
	*) die "$1 belongs to somebody else: remove it, or set UNIFYED_RUN to a short path of your own" ;;
	esac
	chmod 700 "$1" && own "$1"
}

places() {
	hash=$(printf '%s' "$here $port ${UNIFYED_STATE:-}" | sha256sum | cut -c 1-10)
	closed=
	! is_root || reach "$here" || closed=yes
	if [ -n "${UNIFYED_STATE:-}" ]; then
		state=$UNIFYED_STATE
	elif [ -n "$closed" ]; then
		state=/var/lib/unifyed-$hash
	else
		state=$here/var/$port
	fi
	mkdir -p "$state" 2>/dev/null && [ -w "$state" ] ||
		die "cannot write to $state: it was made by another account. Run as that one, or remove the folder"
	if [ -n "${UNIFYED_RUN:-}" ]; then
		run=$UNIFYED_RUN
	elif is_root && [ -w /run ]; then
		run=/run/unifyed-$hash
	elif [ -w "${XDG_RUNTIME_DIR:-/nonexistent}" ] && ! is_root; then
		run=$XDG_RUNTIME_DIR/unifyed-$hash
	else
		run=/tmp/unifyed-$(id -u)-$hash
	fi
	[ ${#run} -le 80 ] || die "$run is too long for sockets: set UNIFYED_RUN to a short path"
	private_dir "$run"
	from=$here
	[ -z "$closed" ] || from=$state/clone
}

# Brings the copy of a closed clone up to date; what no longer exists in the clone goes from it too.
copy_clone() {
	[ "$from" != "$here" ] || return 0
	rm -rf "$from.new"
	mkdir -p "$from.new/build" "$from.new/tests"
	for part in build/cgi-bin build/cron build/lib build/schema build/pool assets run package.json node_modules \
		tests/sandbox; do
		[ ! -e "$here/$part" ] || cp -R "$here/$part" "$from.new/$part"
	done
	chmod -R u+rwX,go+rX "$from.new"
	rm -rf "$from"
	mv "$from.new" "$from"
}
