/* lock.c: one helper of a kind at a time. The lock belongs to the session; conn.c takes it again with a new one. */
#include <stdio.h>
#include <time.h>

#include "lib/core/time.h"
#include "lib/db/inside.h"

#define LOCK_POLL_MS 200

enum err lock_take(struct ctx *c, const char *name, bool *got)
{
	const struct step step = { .kind = STEP_SAY, .values = &name, .values_n = 1,
		.text = "select pg_try_advisory_lock(hashtextextended($1::text, 0))" };
	PGresult *r;
	enum err e = OK;

	if (!conn_trip(c->db, &step, 1, &r))
		return FAIL(c, ERR_DB_AWAY, "lost while locking %s", name);
	if (result_ok(r))
		*got = PQgetvalue(r, 0, 0)[0] == 't';
	else
		e = result_refusal(c, r, "lock");
	PQclear(r);
	return e;
}

enum err db_lock(struct ctx *c, struct str name, int64_t wait_ms)
{
	struct db *db = c->db;
	int64_t until_ms = time_monotonic_ms() + wait_ms;
	char text[sizeof db->lock];
	bool got = false;

	snprintf(text, sizeof text, STR_FMT, STR_ARG(name));
	for (;;) {
		TRY(conn_ready(c));
		TRY(lock_take(c, text, &got));
		if (got)
			break;
		if (time_monotonic_ms() >= until_ms)
			return FAIL(c, ERR_RETRY, "lock %s is held by another", text);
		nanosleep(&(struct timespec){ 0, LOCK_POLL_MS * 1000000L }, NULL);
	}
	snprintf(db->lock, sizeof db->lock, "%s", text);
	return OK;
}
