# expect.sh: what the scripts of tests/house share. Sourced.
# is WHAT WANT GOT; has WHAT TEXT GOT
is() {
	if [ "$2" = "$3" ]; then echo "ok $1"; else printf 'FAILED %s: wanted %s, got %s\n' "$1" "$2" "$3"; fi
}
has() {
	case $3 in
	*"$2"*) echo "ok $1" ;;
	*) printf 'FAILED %s: no "%s" in: %s\n' "$1" "$2" "$3" ;;
	esac
}
