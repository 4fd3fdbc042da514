#!/bin/sh
# lint.sh: `make lint`. The form (clang-format) and what two analysers think of all C here.
set -u
cd "$(dirname "$0")/.." || exit 1
for tool in clang-format clang-tidy cppcheck; do
	command -v $tool >/dev/null || { echo "$tool is missing: apt-get install $tool" >&2; exit 1; }
done
make -s build/gen/queries.h build/gen/templates.c || exit 1
files=$(git ls-files -co --exclude-standard '*.c')
status=0
clang-format --dry-run --Werror $files $(git ls-files -co --exclude-standard '*.h') || status=1
printf '%s\n' $files | xargs -P "$(nproc)" -n 8 sh -c 'clang-tidy --quiet "$@" -- -std=c2x -D_GNU_SOURCE -I. -Ibuild/gen -I/usr/include/postgresql 2>/dev/null' tidy || status=1
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability --suppress=missingIncludeSystem \
	--suppress=nullPointerArithmeticRedundantCheck -D_GNU_SOURCE -I. -Ibuild/gen $files || status=1
exit $status
