/* aired: shows of anna's that are on the air or were, for tests of the pages that everybody may read. */
#ifndef UNIFYED_TESTS_AIRED_H
#define UNIFYED_TESTS_AIRED_H
#include "lib/json/json.h"
#include "tests/world.h"

/* Runs what follows from events. */
void aired_deliver(struct world *w);
/* A show of three minutes with a moment at second 60 (variants[0]) and one at 120 (variants[1]), at the video's address; then it is a
 * replay. Call it after world(.variants = 2 or more). */
void aired(struct world *w, const char *platform, const char *title, const char *url);
/* She goes live now. The stream's path, for aired_ends. */
const char *aired_begins(struct world *w, const char *platform, const char *title, const char *url);
void aired_ends(struct world *w, const char *stream);
/* Her offer gets its link in the bio, as if it had just been activated. */
void aired_offer(struct world *w);
/* The page of her replay, the newest; with: "?t=1" or "". */
struct got aired_page(struct world *w, const char *with);
struct got aired_bio(struct world *w);

/* The page's linked data, parsed; and that it is sound: all that machines require of each item is there, of the right kind, and nothing
 * is null or unknown. Says how many items it has. */
struct json aired_told(struct world *w, struct got page, size_t *n);
/* How many items of a type it has. */
int aired_items(struct json graph, const char *type);
/* The first of a type; absent without. */
struct json aired_item(struct json graph, const char *type);

#endif
