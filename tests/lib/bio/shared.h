/* shared: a creator's page in her bio, as the suites of lib/bio make and look at it. */
#ifndef UNIFYED_TESTS_BIO_SHARED_H
#define UNIFYED_TESTS_BIO_SHARED_H
#include "lib/bio/bio.h"
#include "tests/desk.h"
#include "tests/suite.h"

#define PERSON "User-Agent: Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36"

/* Page or picture, as a viewer's browser asks for it. */
struct got viewed(struct world *w, const char *path);
/* PATCH /auth/me */
struct got renamed(struct world *w, enum person who, const char *handle);
/* POST /bio/blocks of anna's: its id, as in paths. */
const char *block_made(struct world *w, const char *body);
struct got block_changed(struct world *w, const char *id, const char *body);
/* The page of her links' texts, in their order: "A B C". Only of blocks that are one capital. */
const char *order_on(struct world *w, const char *path);
/* Runs the consumers of all events. */
void events_told(struct world *w);
/* How many events of that type there are. */
int64_t happened(struct world *w, const char *type);
/* `text`, n times, in quotes as JSON. */
const char *many(struct world *w, const char *text, int n);

#endif
