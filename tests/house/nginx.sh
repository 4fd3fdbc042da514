#!/bin/sh
# nginx's own refusals under tests/with_stack.sh: the right status, as a problem for programs and a page for browsers.
. tests/house/expect.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
get() { curl -sS -o "$dir/body" -w '%{http_code} %{content_type}' "$@"; }
long=$(head -c 9000 /dev/zero | tr '\0' a)
short=$(head -c 8000 /dev/zero | tr '\0' a)
url=$UNIFYED_BASE_URL

is "an overlong address is a 414" "414 application/problem+json" "$(get "$url/go/$long")"
has "in the words of err.def" '"type":"/problems/url-too-long"' "$(cat "$dir/body")"
is "an overlong header is a 431" "431 application/problem+json" "$(get -H "A: $long" "$url/go/x")"
is "many long headers are a 431" "431 application/problem+json" \
	"$(get -H "A: $short" -H "B: $short" -H "C: $short" -H "D: $short" -H "E: $short" "$url/go/x")"
has "in the words of err.def too" '"type":"/problems/headers-too-large"' "$(cat "$dir/body")"
head -c 300000 /dev/zero >"$dir/big"
is "a large body is a 413" "413 application/problem+json" "$(get --data-binary "@$dir/big" "$url/links")"
is "an unknown path is a 404" "404 application/problem+json" "$(get "$url/nothing-here")"
is "and a page for a browser" "404 text/html; charset=utf-8" "$(get -H 'Accept: text/html,*/*' "$url/nothing-here")"
is "the problems have no address" "404 application/problem+json" "$(get "$url/.problem/json/413")"
is "TRACE is a 405" "405 application/problem+json" "$(get -X TRACE "$url/go/x")"
is "a missing asset is a 404" "404 application/problem+json" "$(get "$url/assets/nothing.css")"
sheet=$(curl -sS -H 'Accept: text/html' "$url/go/nosuchlink" | grep -o '/assets/[^"]*\.css' | head -n 1)
has "a page names its style sheet with a hash" "." "$(echo "$sheet" | grep -E '\.[0-9a-f]{10}\.css$')"
is "it is there" "200 text/css" "$(get "$url$sheet")"
has "and may be kept for ever" immutable "$(curl -sS -D - -o "$dir/body" "$url$sheet")"
is "the front door leads to the dashboard" "302 $url/dashboard" "$(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' "$url/")"

socket=$(pgrep -a -P "$UNIFYED_STACK_PID" -f '/build/pool .*/go\.sock' | grep -o '/[^ ]*/go\.sock' | head -n 1)
refresh() { curl -sS -D - -o "$dir/body" -H 'Accept: text/html' "$url$1" | tr -d '\r' | grep -i '^refresh:\|^HTTP' | cut -d ' ' -f 2 | tr '\n' ' '; }
mv "$socket" "$socket.away"
is "who waits in line looks again when nobody answers" "503 10 " "$(refresh '/go/abcdefgh/wait?w=x&v=y')"
is "whoever clicks decides that herself" "503 " "$(refresh '/go/abcdefgh')"
mv "$socket.away" "$socket"
is "and is answered again" "404 " "$(refresh '/go/nosuchlink')"

for pid in $(pgrep -P "$UNIFYED_STACK_PID" -f '/build/pool .*/events\.sock'); do kill -STOP "$pid"; done
worker=$(pgrep -P "$(pgrep -P "$UNIFYED_STACK_PID" -f '/build/pool .*/events\.sock')")
kill -9 $worker
is "without a worker the queue keeps the visitor" "000" "$(curl -s -m 1 -o /dev/null -w '%{http_code}' "$url/events")"
for pid in $(pgrep -P "$UNIFYED_STACK_PID" -f '/build/pool .*/events\.sock'); do kill -CONT "$pid"; done
sleep 0.3
is "and a restarted worker serves again" "401" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$url/events")"
