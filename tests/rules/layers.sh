#!/bin/sh
# Includes point one way, and a domain only to domains on its left.
# Why: a cycle of modules is one big module; with one direction a change can break only what stands above it.
files=$(find cgi-bin cron ctl lib -name '*.[ch]' | sort)
[ -n "$files" ] || exit 1
awk '
BEGIN {
	n = split("event job creator account shop quota channel connection inbox catalog inventory offer stream attribution moment link " \
		"checkout order reconcile replay detect waitlist bio analytics status", order, " ")
	for (i = 1; i <= n; i++) place[order[i]] = i
	below["core"] = ""
	below["db"] = below["json"] = below["text"] = below["crypto"] = below["qr"] = below["xml"] = "core"
	below["qr"] = "core"
	below["net"] = "core json text"
	below["platform"] = "core"
	below["adapter"] = "core json text crypto net xml platform"
	below["domain"] = "core db json text crypto platform domain"
	below["cron"] = "core db"
	below["web"] = "core db json text crypto account templates"
	below["view"] = "core db json text crypto qr domain templates"
	below["cgi-bin"] = below["ctl"] = "core db json text crypto qr platform domain view web templates"
	below["ctl"] = below["ctl"] " helper" # a replay runs the appliers of a helper
	below["helper"] = "core db json text crypto platform domain view net cron"
}
function layer(path,    part) {
	split(path, part, "/")
	domain = ""
	if (part[1] != "lib") return part[1] == "cron" ? "helper" : part[1]
	if (part[2] == "platform" && part[4] != "") return "adapter"
	if (part[2] in below) return part[2]
	domain = part[2]
	if (!(domain in place)) { print path ": lib/" domain " is in no layer; see tests/rules/layers.sh"; bad = 1 }
	return "domain"
}
function allowed(from, to,    list, i, k) {
	if (from == to) return 1
	k = split(below[from], list, " ")
	for (i = 1; i <= k; i++) if (list[i] == to) return 1
	return 0
}
FNR == 1 { mine = layer(FILENAME); my_domain = domain }
/^#include "/ {
	split($2, q, "\"")
	target = q[2] == "queries.h" ? "lib/db/queries.h" : q[2]
	if (target !~ /^(lib|templates|cgi-bin|cron|ctl)\//) next
	theirs = layer(target); their_domain = domain
	ok = allowed(mine, theirs)
	if (mine == "domain" && theirs == "domain" && place[their_domain] > place[my_domain]) ok = 0
	if (mine == "web" && theirs == "domain" && their_domain == "account") ok = 1
	if (FILENAME == "lib/platform/platform.c" && theirs == "adapter") ok = 1
	if (!ok) { print FILENAME ":" FNR ": " q[2]; bad = 1 }
}
END { exit bad }
' $files
