/* event_view: events as the API shows them; the plain UUIDs of a payload become the TypeIDs they stand for. */
#ifndef UNIFYED_VIEW_EVENT_H
#define UNIFYED_VIEW_EVENT_H
#include "lib/event/event.h"
#include "lib/json/json.h"

enum err event_json(struct ctx *c, struct jw *w, const struct event_seen *event);

#endif
