/* insert: the least that keeping a delivery can cost: one plain INSERT per request, each a transaction, through the same
 * stack. The limit of webhook ingest. usage: insert CONNINFO, socket on fd 0; table bench_delivery
 */
#include <fcgiapp.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#define BODY_MAX 65536

static PGconn *connect_or_die(const char *conninfo)
{
	PGconn *db = PQconnectdb(conninfo);
	PGresult *r = PQprepare(db, "keep", "insert into bench_delivery (id, body) values (gen_random_uuid(), $1)", 1, NULL);

	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		fprintf(stderr, "insert: %s", PQerrorMessage(db));
		exit(1);
	}
	PQclear(r);
	return db;
}

int main(int argc, char **argv)
{
	PGconn *db = connect_or_die(argc > 1 ? argv[1] : "");
	static char body[BODY_MAX];
	FCGX_Request request;

	if (FCGX_Init() || FCGX_InitRequest(&request, 0, 0))
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		int n = FCGX_GetStr(body, BODY_MAX - 1, request.in);
		const char *value = body;
		PGresult *r;

		body[n] = '\0';
		r = PQexecPrepared(db, "keep", 1, &value, NULL, NULL, 0);
		FCGX_FPrintF(request.out, "Status: %d\r\nContent-Length: 0\r\n\r\n", PQresultStatus(r) == PGRES_COMMAND_OK ? 200 : 503);
		PQclear(r);
		FCGX_Finish_r(&request);
	}
	PQfinish(db);
	return 0;
}
