/* list_view: the frame of every list: {"items": [...], "next": "<id>" or null}. */
#ifndef UNIFYED_VIEW_LIST_H
#define UNIFYED_VIEW_LIST_H
#include "lib/json/json.h"

/* Opens the frame; write the items into it. */
struct jw list_begin(struct ctx *c);
/* Closes it; `next` is the last item's id when there are more, else nil. */
struct str list_end(struct jw *w, enum id_kind kind, struct uuid next);

#endif
