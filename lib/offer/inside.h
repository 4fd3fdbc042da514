/* inside: what the files of lib/offer share and nobody else sees. */
#ifndef UNIFYED_OFFER_INSIDE_H
#define UNIFYED_OFFER_INSIDE_H
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/offer/offer.h"

/* The promised price of one unit; false when the value makes no sense for that list price. */
bool offer_price_of(enum offer_kind kind, int64_t value, int64_t list_minor, int64_t *price_minor);
/* Collects what is wrong with the terms (field_bad) and says which shop they are about.
 * fails  BAD_INPUT, SHOP_CLOSED */
enum err offer_check(struct ctx *c, const struct offer_ask *ask, struct shop_id *shop, struct currency *currency);
/* A discount code that nobody can guess. */
struct str offer_code_new(struct ctx *c);
/* Computes the promises of an offer from today's list prices, and what must change at the shop for them. */
/* new_terms: dates or limits changed too, so that every code must be told at the shop before its prices count again. */
enum err offer_reprice(struct ctx *c, struct creator_id creator, struct offer_id id, bool new_terms);
/* From here on nobody else looks at the promises and codes of that offer; the first lock of all who do. */
enum err offer_lock(struct ctx *c, struct offer_id id);
/* The variants that a line stands for: id, item_id, price_minor, currency. */
enum err offer_line_variants(struct ctx *c, struct shop_id shop, const struct offer_line *line, struct rows *out);
enum err offer_tell(struct ctx *c, enum event_type type, struct creator_id creator, struct shop_id shop, struct offer_id id,
	struct str payload);
/* Active, with its event, when all is in place. */
enum err offer_activate_if_ready(struct ctx *c, struct offer_id id);

#endif
