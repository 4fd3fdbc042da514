/* moment/inside: what the parts of lib/moment share. */
#ifndef UNIFYED_MOMENT_INSIDE_H
#define UNIFYED_MOMENT_INSIDE_H
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/moment/moment.h"

/* A row, or rows, with the columns of moment_by_id. */
struct moment moment_of(const struct row *row);
enum err moments_of(struct ctx *c, const struct rows *rows, struct moment **out, size_t *n);
enum err moment_check(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct row *session);
/* Waits until no other transaction adds a moment to this session. */
enum err moment_turn(struct ctx *c, struct live_id live);
/* into nil: none */
enum err moment_tell(struct ctx *c, enum event_type type, struct moment_id id, struct live_id live, struct moment_id into);

#endif
