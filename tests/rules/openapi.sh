#!/bin/sh
# docs/openapi.yaml names the JSON routes of every binary and the pages /r and /@, each with its Idempotency-Key, and nothing else.
# Why: integrators read it instead of the code, and only a test keeps the two the same.
# The file keeps to a form that awk reads: paths indented by 2, methods by 4, components by 4, references in quotes.
bad=0
doc=docs/openapi.yaml
here=$(mktemp) && there=$(mktemp) && trap 'rm -f "$here" "$there"' EXIT

for app in "${1:-build}"/cgi-bin/*; do "$app" --routes || exit 1; done |
	awk '!/ page/ || $2 ~ /^\/(r\/|@)/ { gsub(/:[a-z]+/, "{&}", $2); gsub(/\{:/, "{", $2); print $1, $2, (/IDEMPOTENT/ ? "keyed" : "-") }' | sort >"$here"

awk '/^[a-z]/ { part = $1 } part != "paths:" { next }
	function done() { if (method) print toupper(method), path, (keyed ? "keyed" : "-"); method = "" }
	/^  \// { done(); path = $1; sub(/:$/, "", path) }
	/^    [a-z]+:$/ { done(); method = $1; sub(/:$/, "", method); keyed = 0 }
	/parameters\/IdempotencyKey/ { keyed = 1 }
	END { done() }' "$doc" | sort >"$there"

comm -23 "$here" "$there" | sed "s|^|$doc lacks: |" | grep . && bad=1
comm -13 "$here" "$there" | sed "s|^|$doc has, and no binary answers: |" | grep . && bad=1

awk -v doc="$doc" '
	/^[a-z]/ { part = $1 } /^  [A-Za-z]+:$/ { kind = $1; sub(/:$/, "", kind) }
	part == "components:" && /^    [A-Za-z]+:/ { name = $1; sub(/:$/, "", name); made["#/components/" kind "/" name] = NR }
	{ line = $0; while (match(line, /"#[^"]*"/)) { used[substr(line, RSTART + 1, RLENGTH - 2)] = NR; line = substr(line, RSTART + RLENGTH) } }
	/^      operationId:/ { if (seen[$2]++) { print doc ":" NR ": a second operation " $2; bad = 1 } }
	/\t/ { print doc ":" NR ": a tab"; bad = 1 }
	END {
		for (ref in used) if (!(ref in made)) { print doc ":" used[ref] ": " ref " is not there"; bad = 1 }
		for (ref in made) if (!(ref in used) && ref !~ /securitySchemes/) { print doc ":" made[ref] ": " ref " is used by nothing"; bad = 1 }
		exit bad
	}' "$doc" || bad=1
exit $bad
