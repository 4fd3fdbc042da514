/* drain: the bare ordered read of the event log, 500 rows at a time, without effects. The limit of event consumers.
 * usage: drain CONNINFO EPOCH XID ID     (the place it begins after)     prints: events per second, and how many
 */
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static PGresult *run(PGconn *db, PGresult *r)
{
	if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
		return r;
	fprintf(stderr, "drain: %s", PQerrorMessage(db));
	exit(1);
}

int main(int argc, char **argv)
{
	PGconn *db = PQconnectdb(argc > 1 ? argv[1] : "");
	char epoch[16], xid[32], id[40];
	uint64_t began = now_us(), n = 0;

	if (argc != 5) {
		fprintf(stderr, "usage: drain CONNINFO EPOCH XID ID\n");
		return 64;
	}
	snprintf(epoch, sizeof epoch, "%s", argv[2]);
	snprintf(xid, sizeof xid, "%s", argv[3]);
	snprintf(id, sizeof id, "%s", argv[4]);
	PQclear(run(db, PQprepare(db, "next", "select e.epoch, e.xid::text as xid, e.id from u.event_log e"
		" where (e.epoch, e.xid, e.id) > ($1::int, $2::text::xid8, $3::uuid) and e.xid < pg_snapshot_xmin(pg_current_snapshot())"
		" order by e.epoch, e.xid, e.id limit 500", 3, NULL)));
	for (;;) {
		PGresult *r = run(db, PQexecPrepared(db, "next", 3, (const char *[]){ epoch, xid, id }, NULL, NULL, 0));
		int rows = PQntuples(r);

		n += (uint64_t)rows;
		if (rows > 0) {
			snprintf(epoch, sizeof epoch, "%s", PQgetvalue(r, rows - 1, 0));
			snprintf(xid, sizeof xid, "%s", PQgetvalue(r, rows - 1, 1));
			snprintf(id, sizeof id, "%s", PQgetvalue(r, rows - 1, 2));
		}
		PQclear(r);
		if (rows == 0)
			break;
	}
	printf("%.0f %lu\n", (double)n * 1e6 / (double)(now_us() - began + 1), (unsigned long)n);
	PQfinish(db);
	return 0;
}
