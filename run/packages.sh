#!/bin/sh
# packages.sh run|check: sees to it that what `make run` or `make check` needs is there. Missing Debian packages are
# installed as root or through sudo; without either, the exact line to run is printed.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/run/lib.sh"

# package | there when this command (or, with a slash, file) exists | run: both, check: tests alone | why
table() {
	cat <<-'END'
		gcc                  gcc                                run    compiles everything
		libc6-dev            /usr/include/stdio.h               run    the C library's headers
		make                 make                               run    builds what changed
		postgresql-15        /usr/lib/postgresql/15/bin/initdb  run    the data, the invariants, the queue
		nginx                nginx                              run    TLS, limits, routes by path
		libfcgi-dev          /usr/include/fcgiapp.h             run    lib/web speaks FastCGI through it
		libpq-dev            /usr/include/postgresql/libpq-fe.h run    lib/db speaks to PostgreSQL through it
		libjson-c-dev        /usr/include/json-c/json.h         run    lib/json reads JSON with it
		libcurl4-openssl-dev curl/curl.h                        run    lib/net calls platforms with it
		libssl-dev           /usr/include/openssl/evp.h         run    lib/crypto: HMAC, AES-GCM
		libsodium-dev        /usr/include/sodium.h              run    lib/crypto: argon2id passwords
		libpcre2-dev         /usr/include/pcre2.h               run    lib/text: patterns of names and codes
		libqrencode-dev      /usr/include/qrencode.h            run    QR codes of moment links
		libexpat1-dev        /usr/include/expat.h               run    lib/xml reads the feeds that YouTube's hub pushes
		nodejs               node                               run    runs the sandbox and the browser tests
		npm                  npm                                run    fetches the sandbox's packages
		curl                 curl                               run    asks whether the demo answers
		ca-certificates      /etc/ssl/certs/ca-certificates.crt run    trust of npm's and the platforms' certificates
		libcunit1-dev        /usr/include/CUnit/CUnit.h         check  the tests are CUnit suites
		binutils             nm                                 check  the rules look into object files
		chromium             chromium                           check  the browser of the browser tests
	END
}

# A header of a multiarch folder is named by its end.
there() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*/*) [ -e "/usr/include/$1" ] || ls /usr/include/*/"$1" >/dev/null 2>&1 ;;
	*) PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1 ;;
	esac
}

missing() {
	table | while read -r package probe when why; do
		[ "$when" = run ] || [ "$1" = check ] || continue
		[ "$package" = postgresql-15 ] && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && continue
		there "$probe" || printf '%s ' "$package"
	done
}

# apt-get as root. Services of new packages are not started: the demo has its own.
install_as_root='
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		printf "#!/bin/sh\nexit 101\n" >$policy && chmod +x $policy && trap "rm -f $policy" EXIT
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q && apt-get install -y -q --no-install-recommends "$@"'

wanted=$(missing "${1:-run}")
[ -n "$wanted" ] || exit 0
line="apt-get update && apt-get install -y --no-install-recommends $wanted"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! command -v apt-get >/dev/null; then
	die "these Debian packages, or what holds the same elsewhere, are needed: $wanted"
elif is_root; then
	step packages "installing: $wanted"
	sh -c "$install_as_root" install $wanted >"$log" 2>&1 || die "apt-get failed. To try by hand:  $line" "$log"
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
	step packages "installing through sudo: $wanted"
	sudo sh -c "$install_as_root" install $wanted >"$log" 2>&1 || die "apt-get failed. To try by hand:  sudo sh -c '$line'" "$log"
else
	die "packages are missing, and there is neither root nor sudo here. Ask somebody who has it to run:
    $line"
fi
still=$(missing "${1:-run}")
[ -z "$still" ] || die "still missing after apt-get: $still" "$log"
