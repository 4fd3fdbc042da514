# embed.awk: turns sql/queries/*.sql into C. `-- :name` opens a query; comment lines after it are dropped.
# usage: awk -v header=FILE -v source=FILE -f sql/embed.awk sql/queries/*.sql
function flush_query(    text, i, n, highest, rest) {
	if (name == "")
		return
	sub(/[ \t\n]*;?[ \t\n]*$/, "", body)
	if (body == "") {
		print FILENAME ": query " name " is empty" > "/dev/stderr"
		failed = 1
	}
	highest = 0
	rest = body
	while (match(rest, /\$[0-9]+/)) {
		n = substr(rest, RSTART + 1, RLENGTH - 1) + 0
		if (n > highest)
			highest = n
		rest = substr(rest, RSTART + RLENGTH)
	}
	text = body
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n\"\n\t\"", text)
	printf "extern const struct query query_%s;\n", name > header
	printf "const struct query query_%s = { \"%s\",\n\t\"%s\",\n\t\"%s\", %d };\n\n", name, name, text, file, highest > source
	name = ""
}
BEGIN {
	print "/* made by sql/embed.awk from sql/queries */\nstruct query;" > header
	print "/* made by sql/embed.awk from sql/queries */\n#include \"lib/db/db.h\"\n" > source
}
/^-- :[a-z0-9_]+[ \t]*$/ {
	flush_query()
	name = $2
	sub(/^:/, "", name)
	if (name in seen) {
		print FILENAME ":" FNR ": query " name " stands in " seen[name] " too" > "/dev/stderr"
		failed = 1
	}
	seen[name] = FILENAME
	file = FILENAME
	body = ""
	next
}
/^[ \t]*--/ { next }
name != "" { body = body (body == "" ? "" : "\n") $0 }
END {
	flush_query()
	exit failed
}
