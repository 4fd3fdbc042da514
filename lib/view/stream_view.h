/* stream_view: streams as the API reads and shows them. */
#ifndef UNIFYED_VIEW_STREAM_H
#define UNIFYED_VIEW_STREAM_H
#include "lib/json/json.h"
#include "lib/stream/stream.h"

/* Lays the fields of a JSON body over `ask`; the platform is read only where it may be told. */
enum err stream_ask_read(struct ctx *c, struct str body, bool with_platform, struct stream_ask *ask);
void stream_json(struct jw *w, const struct stream *stream);

#endif
