#!/bin/sh
# run.sh BUILD_DIR: tests the template compiler, from the root of the project. What it must refuse is in
# refusals.txt; what it must compile is in good/, rendered by render.c and compared with expected/.
# UPDATE=1 rewrites expected/: read the difference before it lands.
set -u
here=tests/templates
out=${1:?usage: tests/templates/run.sh BUILD_DIR}/tests/templates
cc=${CC:-cc}
flags="-std=c2x -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
	-Wswitch -Wvla -Wundef -Werror -O1 -g -D_GNU_SOURCE -I. ${CFLAGS_EXTRA:-}"
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); printf 'FAILED %s\n' "$*"; }
finish() { echo "$passed passed, $failed failed"; [ "$failed" = 0 ]; exit; }

rm -rf "$out"
mkdir -p "$out/cases" "$out/gen"
$cc $flags -o "$out/tplc" templates/tplc*.c || { fail "tplc does not compile"; finish; }

# Refusals: every case alone, in a copy of bad/.
awk -v dir="$out/cases" '/^=== / { n++ } n { print > sprintf("%s/%04d", dir, n) }' $here/refusals.txt
cp -r $here/bad "$out/bad"
for one in "$out"/cases/*; do
	head=$(sed -n '1s/^=== //p' "$one")
	file=${head%%: *}
	expected=${head#*: }
	sed 1d "$one" > "$out/bad/$file"
	if says=$("$out/tplc" -r "$out/bad" "$out/bad/$file" -o "$out/refused/templates" 2>&1); then
		fail "$file: not refused"
	else
		case $says in
		*:"$expected"* | *": $expected"* | *": "*"/$expected"*) pass ;;
		*) fail "$file: expected '$expected', but it said '$says'" ;;
		esac
	fi
	rm "$out/bad/$file"
done
if [ -e "$out/refused" ]; then fail "a refusal left files behind"; else pass; fi

# Compiled: clean C, each file alone and all in one unit, and the exact bytes.
good=$(find $here/good -type f ! -path '*/parts/*' ! -path '*/layouts/*' | sort)
"$out/tplc" -r $here/good $good -o "$out/gen/templates" || { fail "good templates are refused"; finish; }
touch -d '2001-01-01' "$out/gen/templates/replay.h"
"$out/tplc" -r $here/good $good -o "$out/gen/templates"
if [ "$out/gen/templates/replay.h" -ot $here/run.sh ]; then pass; else fail "an unchanged file was written again"; fi
for c in $(cd "$out/gen" && find templates -name '*.c' | sort); do
	if $cc $flags -I"$out/gen" -c -o "$out/one.o" "$out/gen/$c"; then pass; else fail "$c alone"; fi
	echo "#include \"$c\""
done > "$out/gen/templates.c.new"
grep '^FAILED' "$out/gen/templates.c.new"
grep '^#include' "$out/gen/templates.c.new" > "$out/gen/templates.c"
$cc $flags -I"$out/gen" -o "$out/render" $here/render.c "$out/gen/templates.c" \
	lib/core/*.c || { fail "render does not compile"; finish; }
for page in positions replay offers theme receipt wrapped; do
	"$out/render" $page > "$out/$page" || fail "$page: render failed"
	[ "${UPDATE:-}" ] && cp "$out/$page" $here/expected/$page
	if diff -u $here/expected/$page "$out/$page"; then pass; else fail "$page"; fi
done
# A page past the length of one C literal: its template, byte for byte.
sed -e 1d -e 's/{{v}}/value/' -e 's/é/\\xC3\\xA9/' $here/good/long.html > "$out/long.expected"
"$out/render" long > "$out/long"
if diff "$out/long.expected" "$out/long"; then pass; else fail "long"; fi
finish
