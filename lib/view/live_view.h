/* live_view: live sessions and their moments as the API reads and shows them. */
#ifndef UNIFYED_VIEW_LIVE_H
#define UNIFYED_VIEW_LIVE_H
#include "lib/json/json.h"
#include "lib/moment/moment.h"
#include "lib/stream/live.h"

/* In an open object of the caller: id, title, state, times, revision. */
void live_fields_json(struct jw *w, const struct live *live);
/* Lays the fields of a JSON body over `ask`. */
enum err moment_ask_read(struct ctx *c, struct str body, bool with_at, struct moment_ask *ask);
void moment_json(struct jw *w, const struct moment *moment);

#endif
