#!/bin/sh
# schema.sh: the migrated schema as SQL, for people; run by tests/with_cluster.sh.
set -eu
echo "-- The schema as it is now, written by 'make schema' and read by people; sql/migrations and sql/functions are the source."
psql -X -q "$UNIFYED_TEST_PG dbname=postgres" -c 'create database unifyed_schema'
"$(dirname "$0")/../sql/migrate.sh" "$UNIFYED_TEST_PG dbname=unifyed_schema" >/dev/null
pg_dump --schema-only --no-owner --no-privileges "$UNIFYED_TEST_PG dbname=unifyed_schema" |
	sed -e '/^--/d; /^SET /d; /^.restrict /d; /^.unrestrict /d; /^SELECT pg_catalog.set_config/d' | cat -s
