/* webhooks_apply: the table from topic to domain, for the helper and for `unifyedctl webhook replay`. */
#ifndef UNIFYED_WEBHOOKS_APPLY_H
#define UNIFYED_WEBHOOKS_APPLY_H
#include "lib/inbox/inbox.h"

/* What applying one delivery came to. */
struct verdict {
	const char *state;     /* "done", "ignored"; "new": it waits */
	const char *says;
	struct str waits_for;  /* the key that it waits for, when state is "new" */
};

/* Does what a delivery asks, in the caller's transaction, and leaves its row in the inbox alone.
 * fails  BAD_JSON, BAD_INPUT  it cannot be read, now or later
 *        all else may be better next time */
enum err webhook_apply(struct ctx *c, const struct delivery *d, struct verdict *v);
/* The name of a refusal and what the log would say, for the delivery's row. Nothing of the body is in it. */
struct str webhook_refusal(struct ctx *c, enum err why);

#endif
