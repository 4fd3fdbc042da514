/* account: logging in, sessions, API keys, and who a session cookie or an API key belongs to.
 * Owns   tables creator_session, api_key, login_attempt
 * Never  keeps a token: only the SHA-256 of its whole text is stored
 */
#ifndef UNIFYED_ACCOUNT_H
#define UNIFYED_ACCOUNT_H
#include "lib/core/ctx.h"

#define ACCOUNT_COOKIE "session" /* read and written with req_cookie_of and res_cookie */
#define ACCOUNT_SESSION_S (30 * 86400)

struct account_caller {
	struct creator_id creator;
	struct str caller; /* "session:<id>" or "key:<id>": scope of idempotency keys */
	struct str csrf;   /* token for the forms of this session; "" for API keys */
	bool found;        /* false: unknown, expired or revoked; that is OK, not a refusal */
};

/* No transaction is open when the request loop asks. Lives as long as c->mem. */
enum err account_by_session(struct ctx *c, struct str token, struct account_caller *out);
enum err account_by_key(struct ctx *c, struct str key, struct account_caller *out);

/* 8 to 128 bytes and none of the most common; else field_bad("password"). */
void account_password_check(struct ctx *c, struct str password);

/* Opens a session: its token, for the cookie. Takes short transactions of its own around the hashing, so the caller
 * has none open. An unknown e-mail costs the same time as a wrong password.
 *   address  of the client; tries are counted per account and address block, so that nobody can lock another out
 *   fails    LOGIN_WRONG, LOGIN_SLOW */
enum err account_login(struct ctx *c, struct str email, struct str password, struct str address, struct str *token,
	struct creator_id *who);
/* A session for somebody who has just proved herself (sign-up). In the caller's transaction. */
enum err account_session_open(struct ctx *c, struct creator_id who, struct str *token);
enum err account_logout(struct ctx *c, struct str token);

struct account_key {
	struct key_id id;
	struct str name, shown;       /* shown: its first characters */
	int64_t created_ms, used_ms;  /* used_ms 0: never, else to the hour */
};
/* *secret is told this once. fails BAD_INPUT */
enum err account_key_create(struct ctx *c, struct str name, struct account_key *out, struct str *secret);
enum err account_key_list(struct ctx *c, struct key_id after, int limit, struct account_key **out, size_t *n);
/* fails NOT_FOUND */
enum err account_key_revoke(struct ctx *c, struct key_id id);

#endif
