#!/bin/sh
# Every query prepares against the migrated schema.
# Why: a renamed column is found here, and not by the one visitor whose request needs it.
[ -n "${UNIFYED_TEST_PG:-}" ] || { echo "UNIFYED_TEST_PG is not set: tests/with_cluster.sh tests/rules/prepare.sh"; exit 1; }
script() {
	awk '
	function done() { if (name == "") return
		sub(/[ \t\n]*;?[ \t\n]*$/, "", body)
		printf "prepare %s as %s;\n\\if :ERROR\n\\echo %s: %s: :LAST_ERROR_MESSAGE\n\\endif\n", name, body, file, name }
	FNR == 1 { done(); name = ""; file = FILENAME }
	/^-- :[a-z0-9_]+[ \t]*$/ { done(); name = $2; sub(/^:/, "", name); body = ""; if (length(name) > 60) print "\\echo " name ": too long"; next }
	/^[ \t]*--/ { next }
	name != "" { body = body "\n" $0 }
	END { done() }' sql/queries/*.sql
}
says=$(script | psql -X -q "$UNIFYED_TEST_PG dbname=unifyed_template" 2>/dev/null) || { echo "psql failed"; exit 1; }
[ -z "$says" ] || { printf '%s\n' "$says"; exit 1; }
