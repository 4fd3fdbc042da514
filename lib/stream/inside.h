/* stream/inside: what the parts of lib/stream share. */
#ifndef UNIFYED_STREAM_INSIDE_H
#define UNIFYED_STREAM_INSIDE_H
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/stream/live.h"

/* A row with the columns of stream_by_id. */
struct stream stream_of(const struct row *row);
/* Puts a stream that is new, or has moved, into its live session. */
enum err stream_join(struct ctx *c, struct stream_id id);
/* An event of a stream: its platform and its live session. */
enum err stream_tell(struct ctx *c, enum event_type type, struct stream_id id);
int64_t stream_usual_delay_s(const struct ctx *c, struct str platform);

#endif
