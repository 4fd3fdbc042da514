#!/bin/sh
# lint.sh [FILE.c...]: `make lint`. The form, and what two analysers think of the C here (all of it without arguments).
set -u
cd "$(dirname "$0")/.." || exit 1
for tool in clang-tidy cppcheck; do
	command -v $tool >/dev/null || { echo "$tool is missing: apt-get install $tool" >&2; exit 1; }
done
make -s build/gen/queries.h build/gen/graphql.h build/gen/templates.c build/gen/suites.def build/gen/apps.def || exit 1
[ $# -gt 0 ] || set -- $(git ls-files -co --exclude-standard '*.c' '*.h')
bad=0
grep -nE '[ 	]+$|^ +[^ *]' "$@" && { echo "^ white space: tabs in front, nothing behind"; bad=1; }
sources=$(printf '%s\n' "$@" | grep '\.c$' | grep -v '^tests/templates/render') # what it includes is made by its test
# Left out: what -Wconversion says better, what clang 14 gets wrong about va_list and arrays of pointers, lengths that are kept
# beside bytes without an end, and layout.
checks='-*,clang-analyzer-*,bugprone-*'
for left_out in bugprone-easily-swappable-parameters bugprone-reserved-identifier bugprone-narrowing-conversions bugprone-sizeof-expression \
	bugprone-implicit-widening-of-multiplication-result bugprone-not-null-terminated-result bugprone-macro-parentheses \
	bugprone-suspicious-missing-comma bugprone-too-small-loop-variable clang-analyzer-valist.Uninitialized \
	clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling clang-analyzer-security.insecureAPI.strcpy \
	clang-analyzer-optin.performance.Padding; do checks="$checks,-$left_out"; done
says=$(printf '%s\n' $sources | xargs -P "$(nproc)" -I FILE clang-tidy --quiet --checks="$checks" FILE -- \
	-std=c2x -D_GNU_SOURCE -I. -Ibuild/gen -I/usr/include/postgresql 2>/dev/null | grep -E ': (warning|error): ')
[ -z "$says" ] || { printf '%s\n' "$says"; bad=1; }
# Its parser is of an older C: `cond ? (struct str){ 0 } : x` breaks its tree, and it overlooks that tplc_die never returns.
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability --suppress=missingIncludeSystem --suppress=internalAstError --suppress=nullPointerRedundantCheck:templates/* --suppress=nullPointerArithmeticRedundantCheck:templates/* \
	-j "$(nproc)" -D_GNU_SOURCE -I. -Ibuild/gen $sources || bad=1
exit $bad
