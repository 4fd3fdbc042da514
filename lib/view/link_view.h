/* link_view: moment links as the API reads and shows them. */
#ifndef UNIFYED_VIEW_LINK_H
#define UNIFYED_VIEW_LINK_H
#include "lib/json/json.h"
#include "lib/link/link.h"

enum err link_ask_read(struct ctx *c, struct str body, struct link_ask *ask);
/* expires_at and clicks_max of a PATCH, laid over what is there */
enum err link_change_read(struct ctx *c, struct str body, int64_t *expires_ms, int64_t *clicks_max);
void link_json(struct ctx *c, struct jw *w, const struct link *link);

#endif
