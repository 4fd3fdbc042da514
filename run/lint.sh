#!/bin/sh
# lint.sh [FILE.c...]: `make lint`. The form, and what two analysers think of the C here (all of it without arguments).
set -u
cd "$(dirname "$0")/.." || exit 1
for tool in clang-tidy cppcheck; do
	command -v $tool >/dev/null || { echo "$tool is missing: apt-get install $tool" >&2; exit 1; }
done
make -s build/gen/queries.h build/gen/graphql.h build/gen/templates.c || exit 1
[ $# -gt 0 ] || set -- $(git ls-files -co --exclude-standard '*.c' '*.h')
bad=0
grep -nE '[ 	]+$|^ +[^ *]' "$@" && { echo "^ white space: tabs in front, nothing behind"; bad=1; }
sources=$(printf '%s\n' "$@" | grep '\.c$')
# Left out: what -Wconversion says better, and what clang 14 gets wrong about va_list and arrays of pointers.
checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier'
checks="$checks,-bugprone-narrowing-conversions,-bugprone-sizeof-expression,-clang-analyzer-valist.Uninitialized"
checks="$checks,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling"
says=$(printf '%s\n' $sources | xargs -P "$(nproc)" -I FILE clang-tidy --quiet --checks="$checks" FILE -- \
	-std=c2x -D_GNU_SOURCE -I. -Ibuild/gen -I/usr/include/postgresql 2>/dev/null | grep -E ': (warning|error): ')
[ -z "$says" ] || { printf '%s\n' "$says"; bad=1; }
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability --suppress=missingIncludeSystem \
	-j "$(nproc)" -D_GNU_SOURCE -I. -Ibuild/gen $sources || bad=1
exit $bad
