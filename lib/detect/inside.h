/* detect/inside: what the parts of lib/detect share. */
#ifndef UNIFYED_DETECT_INSIDE_H
#define UNIFYED_DETECT_INSIDE_H
#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/detect/decide.h"
#include "lib/detect/detect.h"

struct account {
	struct str platform;
	bool by_account;          /* it is looked at by account: one thing is on the air at a time, and what is not shown is off */
	struct channel_id channel;
	struct creator_id creator;
	struct str external_id;
	int64_t connected_ms;
};

/* One thing that was said of an account: of a broadcast, or with NONE and no id of all it may have on the air. */
struct word {
	struct broadcaster_live live;
	bool missed, pushed, absent;
	int64_t off_ms;
};

/* The database's clock. */
enum err clock_read(struct ctx *c, int64_t *now_ms);
/* What is found of a creator is told one after the other: to the end of the transaction; and the time then. */
enum err creator_lock(struct ctx *c, struct creator_id creator, int64_t *now_ms);

#define EXTERNAL_ID_MAX_BYTES 128
/* What is no text is left out; without an id that is one, nothing was told. */
struct word word_fit(struct word word);

/* A row of broadcast. */
struct cast {
	struct broadcast_id id;   /* nil: it is new */
	struct channel_id channel;
	struct str external_id, stream_state;
	struct stream_id stream;
	int64_t scheduled_ms;
	bool titled;              /* its title is known */
	struct known known;
};

/* Broadcasts of these channels that are not over, and those with these ids. */
enum err casts_known(struct ctx *c, const struct uuid *channels, size_t channels_n, const struct str *ids, size_t ids_n,
	struct cast **out, size_t *n);
struct cast *cast_of(struct cast *casts, size_t n, struct channel_id channel, struct str external_id);
struct detect_rules rules_of(const struct ctx *c, const struct account *account);
struct told told_of(const struct account *account, const struct word *word, int64_t now_ms);

/* Does what the words ask for. In the caller's transaction, which then has the creator's lock. */
enum err words_apply(struct ctx *c, const struct account *account, const struct word *words, size_t n);
/* One word in a transaction of its own. What cannot be written is noted and does not keep others waiting. fails DB_AWAY, RETRY */
enum err word_apply_alone(struct ctx *c, const struct account *account, const struct word *word);
/* What was told of a broadcast makes no sense: it is logged, noted, and left alone for a while. */
enum err word_refused(struct ctx *c, const struct account *account, struct str external_id, const char *why);
/* words[i] of accounts[i]; what tells nothing new is written together. Words that are not believed become UNKNOWN. */
enum err words_apply_many(struct ctx *c, const struct account *accounts, struct word *words, size_t n, int64_t watch_ms);

/* When a broadcast is looked at next; 0: not again. */
int64_t look_next(const struct account *account, const struct known *known, int64_t scheduled_ms, int64_t now_ms, int64_t watch_ms);
/* The next multiple of every_ms, so that those who look as often look together. */
int64_t look_tick(int64_t now_ms, int64_t every_ms);

/* How often to look, so that what is left of a platform's allowance lasts until its window ends. */
struct pace {
	int64_t watch_ms;
	int64_t find_ms;
	bool find;            /* there is something left for it */
};
struct pace_of {
	int64_t used, allowed, left_ms;
	int64_t watch_units, find_units; /* of one call */
	int64_t watched, watch_max, channels;
	int64_t watch_wish_ms;
};
struct pace pace_of(const struct pace_of *of);

/* What a call needs: units are taken before it, and how it ended is believed. */
struct round {
	const struct detect_doors *doors;
	const struct broadcaster *platform;
	struct pace pace;
	int64_t *done;
};
enum err round_allowed(struct ctx *c, const struct round *r, enum broadcaster_verb verb, size_t n, bool *granted);
/* A platform's refusal is for the log and for a pause: then OK. Ours are given back. */
enum err round_heard(struct ctx *c, const struct round *r, enum broadcaster_verb verb, const struct broadcaster_call *call, enum err e);
/* One call at most of each kind, if it is due and may be made. */
enum err round_watch(struct ctx *c, const struct round *r);
enum err round_find(struct ctx *c, const struct round *r);
/* A row with creator_id, connected_ms and these columns. */
struct account account_read(const struct round *r, const struct row *row, const char *channel, const char *external_id);
/* What was said of accounts (empty: nothing), and when each is looked at next. */
enum err channels_told(struct ctx *c, const struct uuid *ids, const struct str *states, const int64_t *looks, size_t n);
/* The account is looked at in_ms from now, if not sooner. */
enum err account_look_soon(struct ctx *c, const struct account *account, int64_t in_ms);
/* No answer came for them: a pause that doubles, or as long as the platform said. */
enum err channels_failed(struct ctx *c, const struct uuid *ids, size_t n, int64_t first_ms, int64_t most_ms, int64_t wait_ms);
/* fails NOT_FOUND  no such channel, or it is not connected */
enum err account_of(struct ctx *c, struct channel_id channel, struct account *out, int64_t *now_ms);

const char *live_state_name(enum live_state state);
enum live_state live_state_of(struct str name);

#endif
