/* accounts: the sandbox as YouTube, TikTok and Twitch, for tests in this process: people with an account at each, and the ways of
 * connecting them.
 */
#ifndef UNIFYED_TESTS_ACCOUNTS_H
#define UNIFYED_TESTS_ACCOUNTS_H
#include "tests/storefront.h"

/* Points the world's configuration at the platforms of the sandbox; after storefront(). */
void accounts_configure(struct world *w);
/* The sandbox, configured, with accounts "anna" and "ben" at every platform; anna's lets us in unasked. */
void accounts(struct world *w);
/* Whose account agrees on the platform's consent page from now on. */
void account_agrees(struct world *w, const char *platform, const char *handle);
/* A round of OAuth as that person up to the way back: "/connections/youtube/callback?...". Keeps her browser's cookie. */
const char *account_way_back(struct world *w, enum person who, const char *platform);
/* Takes that way. */
struct got account_return(struct world *w, enum person who, const char *way);
/* Both; the channel's id, nil when it did not work. */
struct channel_id account_connect(struct world *w, enum person who, const char *platform);
/* How often the sandbox was asked for something whose path has that text. */
int account_asked(struct world *w, const char *path);

#endif
