/* seal: what a shop's sealed tokens are bound to, shared by the parts of lib/shop. */
#ifndef UNIFYED_SHOP_SEAL_H
#define UNIFYED_SHOP_SEAL_H
#include "lib/core/ctx.h"

/* "shop|<uuid>|access": additional data for crypto_seal */
struct str shop_bound(struct ctx *c, struct shop_id id, const char *field);

#endif
