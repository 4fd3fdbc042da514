/* offer_view: offers as the API reads and shows them. */
#ifndef UNIFYED_VIEW_OFFER_H
#define UNIFYED_VIEW_OFFER_H
#include "lib/json/json.h"
#include "lib/offer/offer.h"

/* Lays the fields of a JSON body over `ask`; absent ones stay. Collects what is malformed (field_bad). */
enum err offer_ask_read(struct ctx *c, struct str body, struct offer_ask *ask);
void offer_json(struct jw *w, const struct offer *offer);
/* The offer with its lines and the promise for each variant. */
enum err offer_full_json(struct ctx *c, const struct offer *offer, struct str *out);

#endif
