#!/bin/sh
# A third-party header is included in its door folder alone, and what corrupts memory is called nowhere else.
# Why: a library can then be replaced, and its way of losing memory be known, by reading one folder.
bad=0
door() { # header pattern, folder
	found=$(grep -rnE --include='*.[ch]' "^#include <($1)" lib cgi-bin cron ctl | grep -v "^$2/")
	[ -z "$found" ] || { printf '%s\n' "$found" | sed "s|\$|    (only in $2)|"; bad=1; }
}
door 'fcgi.*\.h' lib/web
door 'postgresql/|libpq.*\.h|pg_config' lib/db
door 'curl/' lib/net
door 'openssl/|sodium' lib/crypto
door 'json-c/|json\.h' lib/json
door 'pcre2' lib/text
door 'qrencode' lib/qr
door 'expat' lib/xml

# Never: no bound, no thread-safety, or a local time.
never='strcpy|strcat|stpcpy|sprintf|vsprintf|strtok|gets|localtime|ctime|asctime|mktime|system|popen|PQexec|rand|srand'
# Only in doors, where what a library gave must be given back.
doors='malloc|calloc|realloc|free|strdup|strndup|asprintf|getline'
[ -d "${1:-build}/obj/lib" ] || { echo "no objects in ${1:-build}/obj: build first"; exit 1; }
nm -A -u $(find "${1:-build}/obj" -path '*/tests/*' -prune -o -name '*.o' -print) | awk -v build="${1:-build}" -v never="$never" -v doors="$doors" '
{ object = $1; sub(/:.*/, "", object); source = substr(object, length(build) + 6); sub(/\.o$/, ".c", source)
  name = $NF; sub(/@.*/, "", name); sub(/^(__isoc99_|__)/, "", name); sub(/_chk$/, "", name)
  door = source ~ /^lib\/(core|web|db|net|crypto|json|text|qr|xml)\//
  if (name ~ "^(" never ")$" || (!door && name ~ "^(" doors ")$")) print source " calls " name }' |
	while read -r source says; do [ ! -e "$source" ] || echo "$source $says"; done | grep . && bad=1
exit $bad
