#!/bin/sh
# The arguments that a kept public page reads are those that nginx keeps it under (nginx/http.conf, $page_key) and docs/openapi.yaml tells.
# Why: one that is read and not in the key shows a visitor what another asked for; one in the key that nothing reads makes every
# address that carries it a page of its own, to be made anew for each tap.
bad=0
wrong() { printf '%s\n' "$*"; bad=1; }
for app in at r; do
	path=/$app/
	[ "$app" != at ] || path=/@
	keys=$(grep -F "(?<page_at>$path" nginx/http.conf)
	read=$(grep -o 'req_arg(q, "[^"]*")' "cgi-bin/$app.c" | sed 's/.*"\(.*\)".*/\1/' | sort -u)
	[ "$(grep -o 'req_arg(' "cgi-bin/$app.c" | wc -l)" = "$(grep -o 'req_arg(q, "[^"]*")' "cgi-bin/$app.c" | wc -l)" ] ||
		wrong "cgi-bin/$app.c reads an argument by a name that is not spelt out"
	kept=$(printf '%s\n' "$keys" | grep -o '[a-z_]*=\$page_[a-z_]*' | sed 's/=.*//' | sort -u)
	told=$(awk -v path="$path" '/^  \// { ours = index($1, path) == 1 } ours' docs/openapi.yaml | sed -n 's/.*{ name: "\{0,1\}\([a-z_]*\)"\{0,1\}, in: query.*/\1/p' | sort -u)
	[ "$read" = "$told" ] || wrong "cgi-bin/$app.c reads" $read "and docs/openapi.yaml tells" $told
	[ "$read" = "$kept" ] || wrong "cgi-bin/$app.c reads" $read "and nginx keeps its pages under" $kept
	for name in $kept; do
		grep -qE "^map \\\$request_uri \\\$page_$name +\\{ default \"\"; \"~\\[\\?&\\]$name=\\(\\[\\^&\\]\\*\\)\" +\\\$1; \\}" nginx/http.conf ||
			wrong "nginx/http.conf does not take \$page_$name from the first $name of the address"
	done
done
exit $bad
