/* desk: what creators ask of the API, for tests of the control plane.
 * In paths and bodies $names stand for ids of the world, as TypeIDs: $product $variant $variant2 $offer $stream $link
 * $connection are anna's or the shop's, $ben_offer $ben_stream $ben_link are ben's, $vase and $vase_variant those of desk_vase,
 * $rug and $rug_variant those of desk_rug.
 */
#ifndef UNIFYED_TESTS_DESK_H
#define UNIFYED_TESTS_DESK_H
#include "lib/offer/offer.h"
#include "tests/world.h"

const char *fmt(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *filled(struct world *w, const char *text);

/* As that person with her API key; body NULL: none. */
struct got api(struct world *w, enum person as, enum method method, const char *path, const char *body);
struct got get(struct world *w, enum person as, const char *path);
struct got post(struct world *w, enum person as, const char *path, const char *body);
/* "id" of an answer */
const char *id_in(struct world *w, struct got got);

/* A second product of the world's shop: "Vase", 5000 USD, one variant, 5 in stock. */
void desk_vase(struct world *w);
/* A shop in euros, y.myshopify.com, which is ben's alone, with a "Rug" of 9000 EUR. */
void desk_rug(struct world *w);

/* POST /offers over the world's product; `terms` are further members: `"kind":"percentage_off","basis_points":2500`. */
struct got offer_ask_for(struct world *w, enum person as, const char *terms);
/* The same, made: its id as in paths. */
const char *offer_made(struct world *w, enum person as, const char *terms);
/* The next thing that the helper would do at a shop; *found says whether there is any. */
struct offer_discount_work claimed(struct world *w, bool *found);
/* The shop does all that is waiting; gives how many things that was. */
int shop_obeys(struct world *w);
/* The shop has done that work. */
void shop_did(struct world *w, const struct offer_discount_work *work);
/* An offer made by POST, activated and placed: its id. */
const char *offer_selling(struct world *w, enum person as, const char *terms);

#endif
