#!/bin/sh
# SQL reads the one clock, names its columns, and every identifier of schema u is written with it.
# Why: a test can move u.clock() and not now(); a new column must not change what an old statement returns; and the
# roles have an empty search_path.
# The age of a server's transaction (xact_start) is real time; a row taken into a variable of its table's type is whole.
bad=0
stripped() { sed 's/--.*//' "$1"; }
for file in sql/queries/*.sql sql/functions/*.sql; do
	[ "$file" != sql/functions/00_clock.sql ] || continue
	stripped "$file" | grep -v xact_start | grep -niE '\b(now *\(\)|current_timestamp|clock_timestamp|localtimestamp|statement_timestamp|transaction_timestamp)' |
		sed "s|^|$file:|" | grep . && bad=1
	stripped "$file" | grep -niE 'select +(distinct +)?([a-z_]+\.)?\*' | grep -v '\* into ' | sed "s|^|$file:|" | grep . && bad=1
done
tables=$(sed -n 's/^create table u\.\([a-z_]*\).*/\1/p' sql/migrations/*.sql | tr '\n' '|' | sed 's/|$//')
for file in sql/queries/*.sql; do
	stripped "$file" | grep -nE "\b(from|join|into|update) +($tables)\b" | grep -vE 'do update|for update' | sed "s|^|$file:|" | grep . && bad=1
done
exit $bad
