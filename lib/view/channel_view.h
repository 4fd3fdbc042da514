/* channel_view: connected accounts at broadcasting platforms as the API shows them. */
#ifndef UNIFYED_VIEW_CHANNEL_H
#define UNIFYED_VIEW_CHANNEL_H
#include "lib/channel/channel.h"
#include "lib/json/json.h"

void channel_json(struct jw *w, const struct channel *channel);

#endif
