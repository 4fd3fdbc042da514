/* status: what operators and their monitors ask. Counts and ages only, no tenant's data. */
#ifndef UNIFYED_STATUS_H
#define UNIFYED_STATUS_H
#include "lib/core/ctx.h"

/* {"migration", "oldest_beat_s"}; fails DB_AWAY when we cannot serve */
enum err status_ready(struct ctx *c, struct str *json);
/* Prometheus text format 0.0.4 */
enum err status_metrics(struct ctx *c, struct str *text);
/* {"holds": bool, "age_s": 0, "checked_at", "invariants": [{"invariant", "broken"}]}, recomputed from all rows there are. */
enum err status_integrity(struct ctx *c, struct str *json, bool *holds);
/* The same as the auditor last found it, some minutes ago; *found false: its first run has not ended. */
enum err status_audited(struct ctx *c, struct str *json, bool *holds, bool *found);

#endif
