#!/bin/sh
# Every key of config.def is explained in unifyed.conf.example with its true default, and no other key is.
# Why: the example is what an operator reads; a key that is wrong there is found at three in the morning.
sed -n 's/^\(TEXT\|INT\|BOOL\)(\([a-z_0-9]*\), *\("[^"]*"\|[^,)]*\).*/\2 \3/p' lib/core/config.def | sed 's/"//g; s/ *$//' | sort >"${TMPDIR:-/tmp}/keys.$$"
trap 'rm -f "${TMPDIR:-/tmp}/keys.$$"' EXIT
sed -n 's/^#\{0,1\}\([a-z_0-9]*\) = *\(.*\)$/\1 \2/p' unifyed.conf.example | sort | awk -v keys="${TMPDIR:-/tmp}/keys.$$" '
BEGIN { while ((getline line < keys) > 0) { key = line; sub(/ .*/, "", key); value = line; sub(/^[^ ]* ?/, "", value); want[key] = value } }
{ value = $0; sub(/^[^ ]* ?/, "", value); told[$1] = 1
  if (!($1 in want)) { print $1 ": no such key"; bad = 1 }
  else if (want[$1] != "NULL" && want[$1] != value) { print $1 ": the default is \"" want[$1] "\", the example says \"" value "\""; bad = 1 } }
END { for (key in want) if (!(key in told)) { print key ": not explained in unifyed.conf.example"; bad = 1 } exit bad }'
