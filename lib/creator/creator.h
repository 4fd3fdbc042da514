/* creator: who sells.
 * Owns       tables creator, handle_past
 * Invariant  e-mails and handles are lower-cased ASCII and unique; names are NFC
 * Never      sees a password: see account
 */
#ifndef UNIFYED_CREATOR_H
#define UNIFYED_CREATOR_H
#include "lib/core/ctx.h"

#define CREATOR_HANDLES_KEPT 10 /* former ones of one creator, so that nobody gathers names by going through them */

struct creator {
	struct creator_id id;
	struct str handle, name, email;
	struct str zone;       /* IANA, for what she reads */
	int64_t created_ms;
};

struct creator_ask {
	struct str email, handle, name, zone;
};

/* Lower-cases and checks (field_bad); the zone may be empty: UTC. fails BAD_INPUT */
enum err creator_check(struct ctx *c, struct creator_ask *ask, bool with_email);
/* fails  EMAIL_TAKEN, HANDLE_TAKEN, BAD_INPUT a name that is too long in NFC */
enum err creator_create(struct ctx *c, const struct creator_ask *ask, struct str password_hash, struct creator_id *id);
/* c->creator herself */
enum err creator_me(struct ctx *c, struct creator *out);
enum err creator_by_id(struct ctx *c, struct creator_id id, struct creator *out);
/* Handle, name and zone of c->creator. A handle that she gives up leads to her for a year, and nobody else gets it meanwhile.
 * fails HANDLE_TAKEN, HANDLES_MANY, BAD_INPUT as above */
enum err creator_update(struct ctx *c, const struct creator_ask *ask);

#endif
