#!/bin/sh
# A query is run by one C function, of the lib folder that its file is named after.
# Why: what a statement means can be read in one place, and who changes it knows whom that touches.
{ for file in sql/queries/*.sql; do
	sed -n "s/^-- :\([a-z0-9_]*\)[ \t]*\$/query \1 $(basename "$file" .sql)/p" "$file"
  done
  find lib cgi-bin cron ctl -name '*.c' -print | sort | xargs awk '
	/^[a-z].*\(/ && !/;$/ { head = $0; sub(/\(.*/, "", head); n = split(head, word, /[ *]+/); name = word[n] }
	{ line = $0
	  while (match(line, /SQL\([a-z0-9_]+\)/)) {
		print "call", substr(line, RSTART + 4, RLENGTH - 5), FILENAME ":" name, FILENAME ":" FNR
		line = substr(line, RSTART + RLENGTH)
	  } }'
} | awk '
$1 == "query" { home[$2] = "lib/" $3 "/" }
$1 == "call" {
	if (!(($2, $3) in seen)) { calls[$2]++; seen[$2, $3] = 1 }
	where[$2] = where[$2] " " $4
	if (index($4, home[$2]) != 1) away[$2] = 1
}
END {
	for (q in home) {
		if (!(q in calls)) { print q ": nobody runs it"; bad = 1 }
		else if (calls[q] > 1) { print q ": run by several functions:" where[q]; bad = 1 }
		else if (q in away) { print q ": run outside " home[q] ":" where[q]; bad = 1 }
	}
	exit bad
}'
