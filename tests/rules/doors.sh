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
folders=$(grep -rlE --include='*.[ch]' '^#include <qrencode' lib cgi-bin cron ctl | xargs -r -n 1 dirname | sort -u)
[ "$(printf '%s\n' "$folders" | wc -l)" = 1 ] || { echo "qrencode.h in several folders:" $folders; bad=1; }

# Never: no bound, no thread-safety, or a local time.
never='strcpy|strcat|stpcpy|sprintf|vsprintf|strtok|gets|localtime|ctime|asctime|mktime|system|popen|PQexec|rand|srand'
# Only in doors, where what a library gave must be given back.
doors='malloc|calloc|realloc|free|strdup|strndup|asprintf|getline'
[ -d "${1:-build}/obj/lib" ] || { echo "no objects in ${1:-build}/obj: build first"; exit 1; }
for object in $(find "${1:-build}/obj" -path '*/tests/*' -prune -o -name '*.o' -print | sort); do
	source=${object#"${1:-build}"/obj/}
	source=${source%.o}.c
	[ -e "$source" ] || continue
	names=$never
	case $source in
	lib/core/* | lib/web/* | lib/db/* | lib/net/* | lib/crypto/* | lib/json/* | lib/text/*) ;;
	*) [ "$(dirname "$source")" = "${folders:-none}" ] || names="$never|$doors" ;;
	esac
	found=$(nm -u "$object" | grep -oE " U (__isoc99_)?(__)?($names)(_chk)?(@.*)?$")
	[ -z "$found" ] || { echo "$source calls" $(printf '%s\n' "$found" | sed 's/^ U //'); bad=1; }
done
exit $bad
