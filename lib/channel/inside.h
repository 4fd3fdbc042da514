/* channel/inside: what the parts of lib/channel share. */
#ifndef UNIFYED_CHANNEL_INSIDE_H
#define UNIFYED_CHANNEL_INSIDE_H
#include "lib/channel/channel.h"
#include "lib/db/db.h"

/* Additional data of a channel's sealed texts: "access", "refresh". */
struct str channel_bound(struct ctx *c, struct channel_id id, const char *field);
struct str channel_push_bound(struct ctx *c, struct push_id id);
struct str channel_app_bound(struct ctx *c, struct str platform);
/* How long a token of that platform is good without anybody looking at it. */
int64_t channel_tend_s(const struct broadcaster *platform);
/* The row as lib/channel/door.c reads it, whatever its status; row->found false: none. */
enum err channel_door_row(struct ctx *c, struct channel_id id, struct row *row);
enum err channel_health_put(struct ctx *c, struct channel_id id, struct str health, struct str reason);

#endif
