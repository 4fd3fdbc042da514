/* replay: what the open transaction has changed, row by row, before anybody decides whether it is kept.
 * Owns       nothing; reads every table but event_log by what PostgreSQL itself knows of the transaction (xmin, xmax)
 * Invariant  told is what is there: rows of any table that any applier wrote, not a list kept by hand. A row written and put back
 *            to what it was is no change
 */
#ifndef UNIFYED_REPLAY_H
#define UNIFYED_REPLAY_H
#include "lib/core/ctx.h"

struct row_change {
	struct str table;
	char kind;                /* '+' inserted, '~' updated, '-' deleted */
	struct str key;           /* JSON object: the primary key */
	struct str before, after; /* JSON objects: the row; empty where there is none */
};

struct replay_event {
	struct str type, payload; /* payload: JSON */
	struct uuid subject;
};

/* At the beginning of the transaction: what its connection has counted so far. */
enum err replay_mark(struct ctx *c, struct str *mark);
/* At its end: the rows that differ, table by table. `eyes` has a connection of its own, which still sees what was. */
enum err replay_changes(struct ctx *c, struct ctx *eyes, struct str mark, struct row_change **out, size_t *n);
/* The events that it emitted. */
enum err replay_events(struct ctx *c, struct replay_event **out, size_t *n);

#endif
