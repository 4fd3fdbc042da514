/* connection_view: connections to shops as the API and the dashboard show them. */
#ifndef UNIFYED_VIEW_CONNECTION_H
#define UNIFYED_VIEW_CONNECTION_H
#include "lib/connection/connection.h"
#include "lib/json/json.h"

/* Writes one connection as an object. */
void connection_json(struct jw *w, const struct connection *connection);
struct str connection_one_json(struct ctx *c, const struct connection *connection);

#endif
