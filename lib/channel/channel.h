/* channel: the accounts at broadcasting platforms that creators have connected: consent, tokens, and what they push to us.
 * Owns       tables channel (but for what lib/detect keeps there), push_subscription, platform_app
 * Invariant  an account is connected to one creator at a time; a token pair is stored as one, before it is used, by whoever holds the
 *            channel's lease
 * Never      starts or ends a stream: see detect
 */
#ifndef UNIFYED_CHANNEL_H
#define UNIFYED_CHANNEL_H
#include "lib/crypto/crypto.h"
#include "lib/platform/broadcaster.h"

struct channel {
	struct channel_id id;
	struct str platform, external_id, handle, name, avatar_url, profile_url;
	struct str status;           /* active disconnected */
	struct str scopes, health, health_reason;
	struct str live_state;       /* unknown upcoming on ended none */
	int64_t live_told_ms, connected_ms, disconnected_ms; /* 0: not */
	bool sees_live;              /* false: its platform cannot tell whether it is live */
};

/* Begins an attempt: where the platform asks for consent. `browser` is the secret in the browser's cookie.
 * fails  PLATFORM_UNKNOWN, PLATFORM_UNSUPPORTED */
enum err channel_begin(struct ctx *c, struct str platform, struct str browser, struct str *url);
/* What the platform sent back through the browser; error: the creator said no. */
struct channel_answer {
	struct str code, state, error;
};
struct channel_grant {
	struct creator_id creator;
	const struct broadcaster *platform;
	struct broadcaster_tokens tokens;
	struct broadcaster_identity identity;
};
/* Ends the attempt and exchanges the code. Calls the platform.
 * fails  OAUTH_STATE, OAUTH_SCOPE, CONSENT_REFUSED, PLATFORM_*
 *        ACCOUNT_NONE  who consented has no channel there, or a closed one */
enum err channel_ask(struct ctx *c, struct str platform, const struct channel_answer *answer, struct str browser, struct channel_grant *out);
/* Stores it, emits PLATFORM_CONNECTED and wants its pushes. In the caller's transaction. fails ACCOUNT_TAKEN */
enum err channel_keep(struct ctx *c, const struct channel_grant *grant, struct channel_id *id);

enum err channel_list(struct ctx *c, struct channel_id after, int limit, struct channel **out, size_t *n);
/* fails NOT_FOUND */
enum err channel_by_id(struct ctx *c, struct channel_id id, struct channel *out);
/* Nothing is asked of it any more; what is left to do at the platform is a job, "channel_left". In the caller's transaction.
 * fails NOT_FOUND; OK when it has ended already */
enum err channel_end(struct ctx *c, struct channel_id id);
/* That job: drops its pushes, takes the grant back, forgets the tokens. Calls the platform, unless it has been tried in vain for so long
 * that the tokens are forgotten all the same (give_up), or there is no app of ours there any more. A grant that another creator uses by
 * now is left to her. */
enum err channel_forget(struct ctx *c, struct channel_id id, bool give_up);
/* The platform says that the creator took the grant back there, at at_ms (0: now): what was granted since then stays. In the caller's
 * transaction. */
enum err channel_gone(struct ctx *c, struct channel_id id, int64_t at_ms);

/* A channel that may be called now. No transaction is open between channel_open and channel_heard. */
struct channel_door {
	struct channel_id id;
	const struct broadcaster *platform;
	struct broadcaster_call call;
	struct str account;          /* its id at the platform */
	int64_t generation;          /* of the token */
	bool troubled;
};
/* Makes a call possible: replaces the token when it has less than 5 minutes, alone among all processes.
 * fails  NOT_FOUND        not connected (any more)
 *        PLATFORM_SLOW    we are leaving it alone for call.wait_ms
 *        PLATFORM_DENIED  the creator must connect again
 *        PLATFORM_AWAY, RETRY */
enum err channel_open(struct ctx *c, struct channel_id id, struct channel_door *out);
/* Books how a call went: backoff, health. Gives `e` back; RETRY when a refused token has been replaced meanwhile or can be. */
enum err channel_heard(struct ctx *c, const struct channel_door *door, enum err e);
/* For calls with the app's own credentials. fails PLATFORM_UNSUPPORTED, PLATFORM_* */
enum err channel_app_open(struct ctx *c, const struct broadcaster *platform, struct broadcaster_call *call);
/* Books how such a call went: an app token that was refused is asked for anew with the next. Gives `e` back. */
enum err channel_app_heard(struct ctx *c, const struct broadcaster *platform, const struct broadcaster_call *call, enum err e);

/* A subscription as its path names it. */
struct channel_push {
	struct push_id id;
	struct channel_id channel;
	const struct broadcaster *platform;
	struct str topic, secret, account;
	bool wanted;                 /* false: it is over for us */
};
/* *found false: no such path. */
enum err channel_push_by_key(struct ctx *c, struct str platform, struct str key, struct channel_push *out, bool *found);
/* The platform asked whether we want it: it begins, or goes on for lease_s (0: without end). */
enum err channel_push_begun(struct ctx *c, struct push_id id, int64_t lease_s);
enum err channel_push_refused(struct ctx *c, struct push_id id, struct str reason);
enum err channel_push_told(struct ctx *c, struct push_id id);
/* Asks for one subscription that is due. Calls the platform. *done: 0 when none is. */
enum err channel_push_step(struct ctx *c, int64_t *done);
/* Looks at the token of one channel that is due: its platform wants that, or it would die of disuse, or it was refused and may be good
 * again. Calls the platform. */
enum err channel_tend_step(struct ctx *c, int64_t *done);
/* By the account's id; *found false: nobody has it connected. */
enum err channel_by_account(struct ctx *c, struct str platform, struct str account, struct channel_id *id, bool *found);

/* As shop_reseal and shop_sealed_count. Tokens of the app itself are not sealed again but asked for anew. */
enum err channel_reseal(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out);
enum err channel_sealed_count(struct ctx *c, struct crypto_sealed_count **out, size_t *n);

#endif
