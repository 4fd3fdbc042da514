/* account: logging in, sessions, API keys, and who a session cookie or an API key belongs to.
 * Owns   tables creator_session, api_key, login_attempt
 * Never  keeps a token: only the SHA-256 of its whole text is stored
 */
#ifndef UNIFYED_ACCOUNT_H
#define UNIFYED_ACCOUNT_H
#include "lib/core/ctx.h"

#define ACCOUNT_COOKIE "session" /* read and written with req_cookie_of and res_cookie */
#define ACCOUNT_SESSION_S (30 * 86400)
#define ACCOUNT_DEVICE_COOKIE "device" /* says that an account was logged in to from this browser */
#define ACCOUNT_DEVICE_S (365 * 86400)

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

/* Somebody at the door. */
struct account_try {
	struct str email, password;
	struct str address; /* of the client */
	struct str device;  /* value of the device cookie; empty, or anything, for a stranger's browser */
};
struct account_entry {
	struct creator_id creator;
	struct str session, device; /* values of the two cookies */
};

/* Opens a session. Takes short transactions of its own around the hashing, so the caller has none open. An unknown
 * e-mail costs the same time as a wrong password.
 * Failures are counted where they come from: at a device that was let in before, else at the address block. So nobody
 * can lock another out; when strangers keep failing on an account, each of their addresses gets fewer tries.
 *   fails  LOGIN_WRONG, LOGIN_SLOW */
enum err account_login(struct ctx *c, const struct account_try *try, struct account_entry *out);
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

/* Forgets the stored answers of keyed requests that are `days` old, `most` at a time: a retry after that is a new request. */
enum err account_answers_forget(struct ctx *c, int days, int most, int64_t *removed);

#endif
