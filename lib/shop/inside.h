/* inside: what the parts of lib/shop share. */
#ifndef UNIFYED_SHOP_INSIDE_H
#define UNIFYED_SHOP_INSIDE_H
#include "lib/core/ctx.h"

/* "shop|<uuid>|access": additional data for crypto_seal */
struct str shop_bound(struct ctx *c, struct shop_id id, const char *field);
/* Replaces the pair unless it is of a later generation already. fails as shop_refresh */
enum err shop_token_replace(struct ctx *c, struct shop_id id, int64_t generation);
/* It lets us in again: queues job "shop_resume", which brings forward all that waited. */
enum err shop_resume(struct ctx *c, struct shop_id id);

#endif
