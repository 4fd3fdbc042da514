/* checkout: the click. Who gets the unit is decided by u.click in SQL; this asks it and reads what it said.
 * Owns       table checkout_session (its holds are rows of u.reservation, moved with it)
 * Invariant  a visitor has at most one live checkout per link; asking again gives the same answer
 * Never      talks to the shop: the redirect is built from stored values only
 */
#ifndef UNIFYED_CHECKOUT_H
#define UNIFYED_CHECKOUT_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"

#define CHECKOUT_UNITS_MAX 20
#define CHECKOUT_SECOND_MAX 604800 /* a week */

/* One visitor's ask for one link. Session, hold and mark are minted before and used when a new checkout starts. */
struct checkout_ask {
	struct str code;            /* as in the URL; text_is_code */
	struct uuid visitor;
	struct variant_id variant;  /* nil: not chosen */
	bool has_second;            /* the link's ?t= told a second of its stream or replay: 0 to CHECKOUT_SECOND_MAX */
	int second;
	int units;                  /* 1 to CHECKOUT_UNITS_MAX */
	struct session_id session;
	struct reservation_id hold;
	struct str mark;            /* at least 128 random bits; comes back on the order */
	/* What the guard goes by. All left empty: somebody of whom nothing is known. */
	struct uuid address;        /* guard_address; nil: unknown */
	bool navigates;             /* gate_navigates */
	bool pressed;               /* the button of the link's own page */
	int64_t seen_ms;            /* when the visitor's cookie was made; 0: there was none */
};

/* A variant that the link can sell. */
struct checkout_choice {
	struct variant_id id;
	struct str product, title, image_url;
	struct money list, price;
	bool limited;               /* false: there is no limit */
	int left;                   /* when limited */
};

enum checkout_result {
	CHECKOUT_STARTED,
	CHECKOUT_REPEATED, /* this visitor's live checkout again */
	CHECKOUT_CHOOSE,   /* several variants and none chosen; session: what the visitor holds on this link already */
	CHECKOUT_BOUNCE,   /* the guard wants to see our cookie come back */
	CHECKOUT_CONFIRM,  /* the guard wants the button of our page pressed */
	CHECKOUT_REFUSED,
};

struct checkout_outcome {
	enum checkout_result result;
	enum err refused;           /* OK unless CHECKOUT_REFUSED */
	struct str word;            /* "started", "sold_out" ...: as the database said it */
	struct session_id session;  /* nil: none */
	int64_t expires_ms;         /* of the hold; for OFFER_EARLY: when the offer begins; for the guard's: when to ask again, or 0 */
	struct str mark;
	int units;
	struct variant_id variant;  /* nil: unknown or not chosen */
	int64_t variant_external;
	struct str discount_code;   /* empty: the promise is the list price */
	struct money list, price;
	struct str storefront_url;  /* origin of the shop, no slash at the end */
	struct str product_title, product_handle, variant_title, image_url;
	struct creator_id creator;  /* nil: the link is unknown */
	struct str creator_name, creator_handle;
	struct link_id link;
	struct str code;            /* in its own spelling */
	struct str platform, surface;
	struct stream_id stream;
	const struct checkout_choice *choices; /* of CHOOSE; of SOLD_OUT: what is left of other variants */
	size_t choices_n;
};

/* Mints session, hold and mark. */
void checkout_ask_mint(struct ctx *c, struct checkout_ask *ask);
/* Answers one ask, in the caller's transaction. A refusal is an outcome: it commits.
 *   fails  RETRY  another request of this visitor was faster; the same ask again is answered */
enum err checkout_start(struct ctx *c, const struct checkout_ask *ask, struct checkout_outcome *out);
/* The same for n asks in one transaction: outs[i] answers *asks[i]. */
enum err checkout_start_many(struct ctx *c, const struct checkout_ask *const asks[], size_t n, struct checkout_outcome outs[]);
/* Where a STARTED or REPEATED checkout goes on: the shop's cart permalink with the promise and the mark.
 *   fails   INTERNAL  the stored storefront is no address we may send a buyer to
 *   source  shopify.md 3.1 */
enum err checkout_url(struct ctx *c, const struct checkout_outcome *outcome, struct str *out);

/* What a link shows to whoever only looks. */
struct checkout_look {
	enum err refused;           /* OK: it is open */
	int64_t starts_ms;
	struct link_id link;
	struct creator_id creator;
	struct str code, creator_name, creator_handle, storefront_url;
	int variants;               /* how many it can sell */
	bool on_air;                /* its creator is live */
	bool sold_out;              /* nothing of them is left for a newcomer */
	struct variant_id variant;  /* the cheapest, or the one asked for */
	struct str product_title, product_handle, variant_title, image_url;
	struct money list, price;
};

/* Of the ask: code, variant and second. fails  LINK_UNKNOWN; VARIANT_UNKNOWN for a variant (not nil) that the link does not sell */
enum err checkout_look(struct ctx *c, const struct checkout_ask *ask, struct checkout_look *out);

/* A visitor's live hold on a link. */
struct checkout_held {
	struct link_id link;
	struct creator_id creator;
	struct str code, creator_name, creator_handle;
	struct session_id session;  /* nil: nothing is held; the rest is empty then */
	int64_t expires_ms;
	int units;
	struct variant_id variant;
	struct str variant_title, product_title, image_url;
	struct money list, price;   /* of one unit */
};

/* fails  LINK_UNKNOWN */
enum err checkout_held(struct ctx *c, struct str code, struct uuid visitor, struct checkout_held *out);
/* Gives a live hold back, in the caller's transaction; *released false: it had ended already. */
enum err checkout_release(struct ctx *c, struct session_id session, struct uuid visitor, bool *released);
/* Ends up to `most` lapsed holds, in the caller's transaction. */
enum err checkout_expire(struct ctx *c, int most, int64_t *ended);

/* What u.link_goal looks up: the code, and the second behind an '@'. */
struct str checkout_key(struct ctx *c, const struct checkout_ask *ask);

/* Telemetry, as notes (of a replay's button REPLAY_CLICK too, of one in the bio LINK_IN_BIO_CLICK): LINK_CLICKED with the outcome's class (started, repeated, choose, refused_<why>), HOLD_REFUSED for the
 * guard's answers, LINK_PREVIEWED. */
void checkout_clicked(struct ctx *c, const struct checkout_outcome outcomes[], size_t n);
void checkout_previewed(struct ctx *c, const struct checkout_look *look);

/* The refusal that a word of the database stands for; OK when it is none. */
enum err checkout_refusal(struct str word);

#endif
