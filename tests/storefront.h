/* storefront: the sandbox as the world's shop, for tests that run helpers and adapters in process.
 * One sandbox per test program, started on first use (schema in $UNIFYED_SCHEMA_DIR, else build/schema), reset by
 * each storefront(), ended with the program.
 */
#ifndef UNIFYED_TESTS_STOREFRONT_H
#define UNIFYED_TESTS_STOREFRONT_H
#include "lib/json/json.h"
#include "tests/world.h"

/* Points the world's configuration at the sandbox, and makes the shop x.myshopify.com there (autoApprove, USD):
 * `more` are further members of its description, as `"products":[...]`. Returns what it is, with all ids. */
struct json storefront(struct world *w, const char *more);
/* A call to the control API: its JSON answer. body NULL: GET. */
struct json control(struct world *w, const char *method, const char *path, const char *body);
/* Gives the world's shop a token pair of the sandbox, as an exchange would. */
void storefront_install(struct world *w);
/* Opens the consent page and gives the query that it sends back to the callback. */
struct str storefront_consent(struct world *w, struct str url);
/* A whole round of OAuth as that person: auth-url, consent, callback. `edit` changes the query that comes back:
 * "code=x" replaces a parameter (and the signature then lies). NULL: as it is. */
struct got storefront_connect(struct world *w, enum person who, const char *shop, const char *edit);
/* Steps a helper until it has nothing to do, at most 500 times; gives what it did in all. */
int64_t helper_run(struct world *w, enum err (*step)(struct ctx *c, int64_t *done));

#endif
