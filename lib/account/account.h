/* account: who a session cookie or an API key belongs to.
 * Owns   tables creator_session, api_key
 * Never  keeps a token: only the SHA-256 of its whole text is stored
 */
#ifndef UNIFYED_ACCOUNT_H
#define UNIFYED_ACCOUNT_H
#include "lib/core/ctx.h"

#define ACCOUNT_COOKIE "session" /* read and written with req_cookie_of and res_cookie */

struct account_caller {
	struct creator_id creator;
	struct str caller; /* "session:<id>" or "key:<id>": scope of idempotency keys */
	struct str csrf;   /* token for the forms of this session; "" for API keys */
	bool found;        /* false: unknown, expired or revoked; that is OK, not a refusal */
};

/* No transaction is open when the request loop asks. Lives as long as c->mem. */
enum err account_by_session(struct ctx *c, struct str token, struct account_caller *out);
enum err account_by_key(struct ctx *c, struct str key, struct account_caller *out);

#endif
